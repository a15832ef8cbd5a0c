"""The next steps that learners read: one for each kind of difference, and those about the place where code runs.

A next step follows "Next:", so it begins with a small letter unless with a name. `learner_torch_errors`
and `learner_python_errors` have those for exceptions.
"""

from __future__ import annotations

from grader.sentences.template import N_

# What to look at, by the kind of difference
BY_KIND = {
    "shape": N_("print the `.shape` of your result and of what it is made of. Which step gives an unexpected one?"),
    "dtype": N_("print the `.dtype` along the way: which step changes it?"),
    "device": N_("create new tensors where the argument lives (`device=x.device`, or a `*_like` function)."),
    "nan": N_(
        "print the intermediate results: which operation is the first to give NaN? (0/0, inf - inf, 0 * inf do.)"
    ),
    "values": N_(
        "call it with a few small numbers, and print each intermediate result: which is the first that is not what you "
        "expect?"
    ),
    "type": N_("look at the signature's return type."),
    "none": N_("did you forget `return`?"),
    "modified": N_("make a new tensor instead of changing the argument (watch `+=` and names ending in `_`)."),
    "aliases": N_("copy before you return it: `clone()`."),
    "not_shared": N_("work on the memory that is already there instead of making a new tensor."),
    "same_object": N_("change the object you were given in place, and return that very object."),
    "new_object": N_("make a new object instead of giving back the one that was there."),
    "leaf": N_("a leaf is made by you, not by an operation. Compute first, then `requires_grad_()`."),
    "requires_grad": N_("it must still require grad: did something switch that off, or detach it?"),
    "frozen": N_("set `requires_grad_(False)` on it (a module's method of that name does it for all its parameters)."),
    "attached": N_("which step leaves the graph: `.item()`, `detach()`, `no_grad()`, a Python number?"),
    "detached": N_("the result must not keep a graph: `detach()` it."),
    "grad": N_("call `backward()` yourself on a small case and print `.grad`."),
    "raises": N_("check the arguments first, and `raise` before anything is changed."),
    "state": N_("leave global settings alone, or put them back before you return."),
    "members": N_(
        "print `dict(model.named_parameters()).keys()`: what did you assign to `self`, and under which name?"
    ),
    "mode": N_("`train()` and `eval()` set the mode of a model and of all its submodules; note what it was before."),
    "keys": N_("compare the keys with those in the exercise, letter by letter."),
    "length": N_("count the elements of your result."),
}

# The same, where the check shows a program of its own
PRINT_EACH = N_(
    "run these lines, and print each intermediate result in your code: which is the first that is not what you expect?"
)
FIRST_INF = N_(
    "print the intermediate results: which operation is the first to give inf? (1/0, log(0), exp of a large number do.)"
)
WHOLE_NUMBERS = N_(
    "`{dtype}` holds every whole number only up to {limit}. Print the `.dtype` of each intermediate result."
)
MAKES_A_FLOAT = N_("a float holds every whole number only up to {limit}. Which step of your code makes a float?")
NARROW = N_("`{dtype}` holds only the numbers from {low} to {high}. Print the `.dtype` of each intermediate result.")
ZERO = N_("a 0 is a number like any other, but `if x` and `x or y` treat it as missing. Does your code do that?")
PRINT_GRAD = N_("print `.grad` before and after each call: which one is not what you expect?")
FLAG_OF_ARGUMENT = N_("leave the `requires_grad` of what you were given as it was, or put it back.")
EVERY_BATCH = N_("the shapes may be wrong in one batch only: compare them in every batch, and `raise` there.")
ANOTHER_ERROR = N_("check the arguments first: {error} must be raised before this other error can happen.")
WHEN_RAISED = N_(
    "read again when the exercise wants {error}: which line of your code should raise it here, or let it through?"
)
RAISED_ON_PURPOSE = N_(
    "the function that your code was given raises this error on purpose: what should your code do with it?"
)

ITEM = N_("for a 0-D tensor, `.item()` gives the Python number.")

# What a warning of PyTorch usually means
BROADCASTS = N_(
    "PyTorch warned that predictions and targets differ in shape: (N, 1) against (N,) broadcasts to (N, N). Print "
    "both shapes, and make the targets a column."
)

# A call that did not reach the first line
PARAMETER_NAMES = N_("keep the parameter names of the exercise's signature.")
PARAMETERS = N_("keep the parameters of the exercise's signature, in the same order.")

# The learner's own `raise` and `assert`
OWN_RAISE = N_("your own `raise` ended it: these arguments are allowed. Is the condition above it right?")
OWN_ASSERT = N_("your own `assert` ended it. Print what it compares: is the value wrong, or the condition?")
OTHERWISE = N_(
    "the message says what could not be done. Print everything that this line uses: which do you not expect?"
)
OTHERWISE_ELSEWHERE = N_("the message says what could not be done. Print what your function gets and what it returns.")

# Where submissions run: without other processes, in an empty folder, without input from a keyboard
NO_PROCESSES = N_(
    "your code runs alone: other processes, and what is shared with them, are not allowed here. Do it in this "
    "process (a DataLoader with `num_workers=0`)."
)
NO_COMPILER = N_(
    'compilers cannot run here. Remove `torch.compile`, or try it with `backend="eager"`, which compiles nothing.'
)
NO_NETWORK = N_("there is no network while grading. Use the arguments, and data that is on this machine.")
NO_GPU = N_("there is no GPU here. Create tensors where the argument lives (`device=x.device`).")
NO_SCREEN = N_("there is no screen here. Remove the line that chooses a window for plots; a plot can still be saved.")
NO_EXIT = N_("`exit()` and `sys.exit()` end the whole program. Use `return` to leave a function.")
NO_SUCH_MODULE = N_(
    "there is no such module here: this file is graded alone, with what the imports at the top of the stub offer. "
    "Write what you need into this file, or do without."
)
NO_CPP = N_("compilers cannot run here, so nothing can be written in C++. Write it in Python.")
NO_ASYNCIO = N_(
    "`asyncio` opens connections inside of this computer, which is not allowed here. Call your functions directly."
)
NO_COMMAND_LINE = N_(
    "there is nothing on the command line here. Give every argument of the parser a default, or do without it."
)
NO_DEBUGGER = N_(
    "a debugger was called at or just before this line, and nobody can answer it here. Remove `breakpoint()` (or "
    "`set_trace()`)."
)
NO_INPUT = N_("nobody can type an answer to `input()` here. Take the value as an argument, or write it into the file.")
NO_PASSWORD = N_("nobody can type a password here. Do without it.")
NO_TERMINAL = N_("there is no terminal here. Remove the line that asks for one.")
NO_INTERRUPT = N_("nobody interrupts your code here. Remove what raises KeyboardInterrupt.")
EMPTY_FOLDER = N_(
    "your code runs in an empty folder: other files and folders are not there. Use the arguments, or write the file "
    "here before you read it."
)
NO_ACCESS = N_("submissions run without network, other processes and other files. Do without them.")
READ_ONLY = N_("only the folder that your code runs in can be written to. Write there.")
DISK_FULL = N_("only a few megabytes may be written here. Write less.")
TOO_MANY_FILES = N_("too many files are open. Close each one, best with `with open(...)`.")
FEW_THREADS = N_("only a few threads may run here. Start fewer, or none.")
THREADS_CHOSEN = N_("the number of threads is chosen for you here. Remove the call that sets it.")
TOO_MUCH_MEMORY = N_("this needs more memory than there is. Did two shapes broadcast into a huge one?")
UNBOUND = N_("`{name}` has no value because of an error while your file was being loaded: {error}. Fix that first.")
UNBOUND_MODULE = N_(
    "`{name}` is not there because its import failed while your file was being loaded: {error}. This file is graded "
    "alone, with what the imports at the top of the stub offer: do without, or write what you need into this file."
)
