"""What learners read from a check, in one voice: the catalog for learners, with `learner_steps` and `learner_files`.

A failed check says what was called, what was expected, what came back, and one next step. Sentences are short, speak
to "you", name things as PyTorch does, and never show a traceback of ours. What follows "expected:" or "got:" is a
phrase: it begins with a small letter and has no full stop.
"""

from __future__ import annotations

from grader.sentences.template import N_

# Labels
EXPECTED = N_("expected:")
GOT = N_("got:")
NEXT = N_("Next:")
MISTAKE = N_("A common mistake:")
LABELLED = N_("{label} {text}")  # a label, and what follows it
PERHAPS = N_("Perhaps a common mistake:")

# Where something is: `place` is one of the first three, `what` an exception or a function
LINE = N_("line {line}")
LINE_OF_CELL = N_("{cell}, line {line}")
LINE_WITH_CODE = N_("{line}, `{code}`")
AT = N_("{what} at {place}")

# How a check ended without a comparison
SKIPPED = N_('Not run until the check "{check}" passes. Fix that one first.')
HOLDS = N_("This part is right. It earns its points when your values are right too.")
HOLDS_UNTIL = N_(
    'This part is right. It earns its points when your values are right too: first pass the check "{check}".'
)
NOT_ATTEMPTED = N_("Not attempted yet: replace the TODO (and its `raise NotImplementedError`) with your code.")
CALLS_UNSOLVED = N_("{task} calls {other}, which is not written yet.")
CALLS_UNSOLVED_NEXT = N_("solve {other} first, then check this task again.")
WHOLE_TASKS = N_("Here a task earns its points only if all its checks pass.")
BROKEN_CHECK = N_("This check itself broke, which is not your fault. Please tell your instructor: {error}")
MISSING = N_("{task} is not defined.")
MISSING_MISSPELT = N_("{task} is not defined, but `{closest}` is. Is that your function?")
MISSING_NEXT = N_("define it under exactly the name `{task}`; in a notebook, run the cell that does.")
MISSING_AFTER_ERROR = N_("{task} is not defined, because of an error while your file was being loaded: {error}.")
MISSING_AFTER_ERROR_NEXT = N_("fix that error first.")
MISSING_LEFT_OUT = N_("{task} is not defined. It may be in a cell that was skipped because of a syntax error.")
MISSING_LEFT_OUT_NEXT = N_("correct the cell that the note names, and run it.")
REFUSED = N_(
    "This task asks you to write {task} yourself; your code used {used}, which is PyTorch's finished version, "
    "so the task earns nothing yet."
)
REFUSED_NEXT = N_("build it from simpler operations. Once yours works, you will know what {used} does inside.")
AN_OPTIMIZER = N_("an optimizer of `torch.optim`")
HIDING = N_(
    "This task asks you to write {task} yourself; your code called {used}, which hides from the grader what "
    "runs, so the task earns nothing yet."
)
HIDING_NEXT = N_("leave that call out: nothing in this task needs it.")

# A process that was stopped, or ended
TIMEOUT = N_("It was stopped: it did not finish within {limit} of computing.")
TIMEOUT_NEXT = N_("look for a loop whose condition never becomes false.")
TIMEOUT_WAITING = N_("It was stopped: after {limit} it had not finished, and hardly computed.")
TIMEOUT_WAITING_NEXT = N_("look for what only waits: `time.sleep`, a lock, a queue, a thread that never ends.")
TIMEOUT_AGAIN = N_("Not tried again: earlier checks of {task} already ran out of time. Fix that first.")
CRASHED_AGAIN = N_("Not tried again: earlier checks of {task} already ended the process. Fix that first.")
SPENT = N_("It was stopped: your whole code has used up {limit}, the limit for one submission.")
SPENT_BEFORE = N_("Not run: your whole code has used up {limit}, the limit for one submission.")
SPENT_NEXT = N_(
    "look for what takes long: work that is done again and again, long computations at the top level, `time.sleep`."
)
TOO_MUCH = N_("It was stopped: all results of your code together take more than {limit} of memory.")
TOO_MUCH_BEFORE = N_("Not run: all results of your code together take more than {limit}, the limit for one submission.")
TOO_MUCH_NEXT = N_("look at the sizes of your results. Did two shapes broadcast into a huge one?")
TOO_LARGE = N_("Your result takes too much memory to compare it with the expected one.")
CRASHED = N_("It ended the whole Python process ({how}).")
CRASHED_NEXT = N_("remove calls such as os._exit(), endless recursion, and anything that frees memory by hand.")
TOO_MANY_RESTARTS = N_("Not run: your code crashed or ran out of time too often before. Fix the earlier checks first.")

# How a process ended
EXIT_CODE = N_("exit code {code}")
SIGNAL = N_("signal {signal}")
SEGMENTATION_FAULT = N_("segmentation fault")
KILLED = N_("killed by the system, which usually means too much memory or processor time")
TOO_MUCH_PROCESSOR_TIME = N_("too much processor time")
CHANNEL_CLOSED = N_("it closed its channel to the grader")
NO_ANSWER = N_("it sent back something that is not an answer")
OTHER_ANSWER = N_("it answered another question")
ENDED_BEFORE = N_("it was ended before")

# Loading a file
LOAD_SPENT = N_("Your file did not finish loading within {limit}, the limit for one submission.")
LOAD_TOO_MUCH = N_("What your file sent back while it loaded takes more than {limit} of memory.")
LOAD_TIMEOUT = N_("Your file did not finish loading within {limit} of computing.")
LOAD_TIMEOUT_NEXT = N_('keep long computations out of the top level; put them under `if __name__ == "__main__":`.')
LOAD_TIMEOUT_NEXT_CELL = N_("delete or shorten the cells that compute for long before you hand the notebook in.")
LOAD_CRASHED = N_("Your file ended the whole Python process while it was being loaded ({how}).")
LOAD_CRASHED_NEXT = N_("remove calls such as os._exit() and endless recursion from the top level of your file.")
LOAD_NOTE = N_("There was an error while your file was being loaded: {error}. What comes after it was still run.")
LOAD_STOPPED = N_(
    "Your file took long to load and was stopped. What comes after it was still run. Put long computations "
    'under `if __name__ == "__main__":`.'
)
LOAD_STOPPED_AT = N_(
    "Your file took long to load and was stopped at {place}. What comes after it was still run. Put long "
    'computations under `if __name__ == "__main__":`.'
)
LOAD_STOPPED_CELL = N_(
    "Your notebook took long to run and was stopped. What comes after it was still run. Delete or shorten cells "
    "that compute for long."
)
LOAD_STOPPED_CELL_AT = N_(
    "Your notebook took long to run and was stopped at {place}. What comes after it was still run. Delete "
    "or shorten cells that compute for long."
)
NO_MISTAKES_NAMED = N_("This kit came without descriptions of common mistakes, so no feedback names one.")
WITHOUT_WORKERS = N_(
    "A DataLoader was asked for workers. Submissions run without other processes, so it was used as with "
    "`num_workers=0`: the batches are the same."
)

# Whole exercises
UNREADABLE = N_("Your file could not be graded. {problem}")
NOT_SUBMITTED = N_("No file was handed in for this exercise.")
ENDED_THE_GRADER = N_("Grading this file ended the grader itself, twice. Please tell your instructor.")
WITH_STEP = N_("{what} Next: {step}")  # a note
WITH_STEP_BELOW = N_("{what}\nNext: {step}")  # what is said instead of the checks

# What was expected, and what came back: any value
EXPECTED_LATER = N_("shown when grades are final")
OF = N_("{name}: {what}")
AFTERWARDS = N_("{name}, afterwards")
ARGUMENT = N_("argument {number}")
GIVEN = N_("the given {argument}")
PART = N_("{whole}{part}")  # "argument 2.grad"
A_RESULT = N_("a result")
GRADIENTS = N_("the gradients")
IS_RAISED = N_("{error} is raised")
NO_ERROR = N_("no error in the line `{code}`")
EITHER = N_("{first} or {second}")
BOTH = N_("{first} and {second}")
WAS_RETURNED = N_("{value} was returned")
A_WHOLE_ANSWER = N_("a complete answer")
A_TORN_ANSWER = N_("an answer that is incomplete or contradicts itself")
A_START_OF_BACKWARD = N_("a tensor to run backward from")
ATTACHED_TO_NO_GRAPH = N_("{value}, which is attached to no graph")
SETTINGS_AS_THEY_WERE = N_("global settings as they were")
CHANGED = N_("{what} changed")
STATE = {
    state.text: state
    for state in (
        N_("the generator of torch"),
        N_("the generator of NumPy"),
        N_("the generator of random"),
        N_("gradient recording"),
        N_("the default dtype"),
        N_("the default device"),
        N_("anomaly detection"),
        N_("deterministic algorithms"),
        N_("the number of threads"),
    )
}

# Arguments that were to stay as they were
AS_IT_WAS = N_("left as it was")
AS_IT_WAS_VALUE = N_("left as it was, {value}")
CHANGED_BY_YOU = N_("changed by your function")
EDITED_AND_PUT_BACK = N_("edited in place by your function (and put back)")
FLAG_STAYS = N_("requires_grad stays {flag}")
FLAG_IS = N_("requires_grad is {flag}")
OUTLINE_AS_IT_WAS = N_("shape, dtype and device as they were")
GRAPH_AS_IT_WAS = N_("its graph as it was")
GRAPH_CHANGED = N_("a graph that your function changed")
MEMORY_AS_IT_WAS = N_("left in the memory where it was")
MOVED_BY_YOU = N_("moved to other memory by your function")
UPDATED_IN_PLACE = N_("updated in the memory it had")
MOVED = N_("moved to other memory")
TRAINING_STAYS = N_("training stays {flag}")
TRAINING_OF_MODULE_STAYS = N_("training of its module {module} stays {flag}")
IT_IS = N_("it is {value}")
MEMBER_AS_IT_WAS = N_("{member} as it was")
IN_ITS_PLACE = N_("{member} in its place")
NO_OTHER_MEMBER = N_("no parameter or buffer more than before")
NOTHING_IN_ITS_PLACE = N_("nothing in its place")
REPLACED = N_("replaced by another tensor")

# Kinds of values
A_TENSOR = N_("a tensor")
A_TENSOR_WITH_VALUES = N_("a tensor with values")
A_LIST_OR_TUPLE = N_("a list or tuple")
A_LIST = N_("a list")
A_TUPLE = N_("a tuple")
ITEMS = N_("{count} item", "{count} items")
SO_MANY_ITEMS = N_("{count} item, {value}", "{count} items, {value}")
FALSE_OF = N_("False, since the two sides are {left} and {right}")
A_DICT = N_("a dict")
A_DICT_WITH_KEY = N_("a dict with the key {key}")
A_DICT_WITH_KEYS = N_("a dict with exactly the keys {keys}")
AN_EMPTY_DICT = N_("a dict without keys")
KEYS = N_("the keys {keys}")
NO_KEYS = N_("no keys")
AN_ARRAY = N_("a NumPy array")
SHAPE = N_("shape {shape}")
DTYPE = N_("dtype {dtype}")
ON_DEVICE = N_("a tensor on {device}")
ONLY_ON_DEVICE = N_("only tensors on {device}")
MIXES_DEVICES = N_("`{operation}` mixes tensors of two devices")
A_NUMBER = N_("a Python {kind}")
THE_NUMBER = N_("the Python {kind} {number}")
TENSOR_INSTEAD = N_("{value}, which is a {dimensions}-D tensor and not a Python {kind}")
NUMBER_INSTEAD = N_("{value}, which is a Python {type} and not a tensor")
ELEMENT = N_("{number} at index {index} of a tensor of shape {shape}")
OTHER_TYPE_INSTEAD = N_("{value}, which is of type {type} and not a Python {kind}")

# Modules
A_MODULE = N_("an `nn.Module`")
A_PARAMETER_NAMED = N_("a parameter named {name}")
PARAMETERS_NAMED = N_("parameters named {names}")
A_BUFFER_NAMED = N_("a buffer named {name}")
BUFFERS_NAMED = N_("buffers named {names}")
NO_PARAMETERS = N_("no parameters")
NO_BUFFERS = N_("no buffers")
EXACTLY_PARAMETERS = N_("exactly the parameters {names}")
PARAMETERS = N_("the parameters {names}")
A_MODEL_TRAINING = N_("a model in training mode")
A_MODEL_EVALUATING = N_("a model in evaluation mode")
THE_MODEL_TRAINING = N_("the model in training mode")
THE_MODEL_EVALUATING = N_("the model in evaluation mode")
ITS_MODULE_TRAINING = N_("its module {module} in training mode")
ITS_MODULE_EVALUATING = N_("its module {module} in evaluation mode")

# Autograd, objects and memory
A_LEAF = N_("a leaf that requires grad")
AN_ATTACHED_TENSOR = N_("a tensor attached to the graph (requires_grad is True)")
A_DETACHED_TENSOR = N_("a tensor without a graph (requires_grad is False)")
A_FROZEN_PARAMETER = N_("a frozen parameter (requires_grad is False)")
REQUIRES_GRAD = N_("requires_grad is True")
RESULT_OF_OPERATION = N_("the result of an operation (grad_fn is {grad_fn})")
WITHOUT_REQUIRES_GRAD = N_("a tensor with requires_grad False")
IS_NONE = N_("{name} is None")
IS_VALUE = N_("{name} is {value}")
ANOTHER_OBJECT = N_("another object")
THE_OBJECT_ITSELF = N_("the object {name} itself")
A_NEW_OBJECT = N_("a new object")
MEMORY_SHARED = N_("memory shared with {name}")
OWN_MEMORY = N_("memory of its own")

# By how much values differ
UNDER_ONE_PERCENT = N_("under 1 %")
OVER_99_PERCENT = N_("over 99 %")
PERCENT = N_("{percent} %")
NAN = N_("{count} of {total} elements ({share}) is NaN.", "{count} of {total} elements ({share}) are NaN.")
NAN_ONLY = N_("1 of 1 element is NaN.")
WRONG = N_(
    "{count} of {total} elements ({share}) is wrong; the largest difference is {difference} at index {index} "
    "(tolerance: {relative} relative, {absolute} absolute).",
    "{count} of {total} elements ({share}) are wrong; the largest difference is {difference} at index {index} "
    "(tolerance: {relative} relative, {absolute} absolute).",
)
WRONG_EXACTLY = N_(
    "{count} of {total} elements ({share}) is wrong; the largest difference is {difference} at index {index}.",
    "{count} of {total} elements ({share}) are wrong; the largest difference is {difference} at index {index}.",
)
WRONG_ONLY = N_(
    "1 of 1 element is wrong; the largest difference is {difference} at index {index} "
    "(tolerance: {relative} relative, {absolute} absolute)."
)
WRONG_ONLY_EXACTLY = N_("1 of 1 element is wrong; the largest difference is {difference} at index {index}.")

# Reports, around the checks
POINTS = N_("{points} of {most}")
POINTS_HERE = N_("{points} of {most} here; {more} more at grading")
POINTS_HERE_IN_FULL = N_("{points} of {most} points here; {more} more at grading")
POINTS_IN_FULL = N_("{points} of {most} points")
NOTE = N_("Note: {note}")
NOT_HANDED_IN = N_("Not handed in: {exercises}")
UNTOUCHED = N_("Not attempted yet.")
HIDDEN = N_("{title} (hidden)")
SAME_AS = N_('The same as in "{title}".')
SAME_MISTAKE_AS = N_('The same mistake as in "{title}".')
NOT_RUN_EITHER = N_("Not run either.")
SAME_ERROR_AGAIN = N_("✗ {count} more check ends in the same error", "✗ {count} more checks end in the same error")
SAME_MISTAKE_AGAIN = N_("✗ {count} more check shows the same mistake", "✗ {count} more checks show the same mistake")
CHECKS_PASS = N_("✓ {count} check passes", "✓ {count} checks pass")
PARTS_HOLD = N_(
    "· {count} more part is right, and earns its points when your values are right too",
    "· {count} more parts are right, and earn their points when your values are right too",
)
CHECKS_WAIT = N_("· {count} more check waits for one that fails", "· {count} more checks wait for one that fails")
MORE_FAIL = N_("✗ {count} more check fails", "✗ {count} more checks fail")
IN_FULL = N_("Everything in full")
SHOW_ALL = N_("Everything in full: grader check {which} --all")
LOSS = N_("loss by epoch")
LOSS_LOGARITHMIC = N_("loss by epoch, logarithmic")
YOURS = N_("yours")
EXPECTED_DASHED = N_("expected (dashed)")
# The marks before checks and tasks, for readers who cannot see them
MARK_GOOD = N_("passes")
MARK_BAD = N_("fails")
MARK_OPEN = N_("not attempted")
MARK_LATER = N_("waits")
YOUR_LOSSES = N_("Your losses and the expected ones")
