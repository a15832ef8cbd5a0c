"""Every sentence a student reads from a check, in one voice.

A failed check says what was called, what was expected, what came back, and one next step. Sentences are short, speak
to "you", name things as PyTorch does, and never show a traceback of ours.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader import wire
from grader.records import WITHOUT_WORKERS
from grader.suites import surroundings

SKIPPED = 'Not run: it says nothing until the check "{required}" passes. Fix that one first.'
HOLDS = "This part is right. It earns its points when your values are right too{values}."
HOLDS_UNTIL = ': first pass the check "{check}"'
NOT_ATTEMPTED = "Not attempted yet: replace the TODO (and its `raise NotImplementedError`) with your code."
BROKEN_CHECK = "This check itself broke, which is not your fault. Please tell your instructor: {error}"
TIMEOUT = "{call}\nstopped: it did not finish within {limit} of computing."
TIMEOUT_NEXT = "look for a loop whose condition never becomes false."
TIMEOUT_WAITING = "{call}\nstopped: after {limit} it had not finished, and hardly computed."
TIMEOUT_WAITING_NEXT = "look for what only waits: `time.sleep`, a lock, a queue, a thread that never ends."
TIMEOUT_AGAIN = "Not tried again: earlier checks of {task} already ran out of time. Fix that first."
SPENT = "{call}\nstopped: your whole code has used up {limit}, the limit for one submission."
SPENT_BEFORE = "Not run: your whole code has used up {limit}, the limit for one submission."
SPENT_NEXT = (
    "look for what takes long: work that is done again and again, long computations at the top level, `time.sleep`."
)
TOO_MUCH = "{call}\nstopped: all results of your code together take more than {limit} of memory."
TOO_MUCH_BEFORE = "Not run: all results of your code together take more than {limit}, the limit for one submission."
TOO_LARGE = "Your result takes too much memory to compare it with the expected one."
TOO_MUCH_NEXT = "look at the sizes of your results. Did two shapes broadcast into a huge one?"
LOAD_SPENT = "Your file did not finish loading within {limit}, the limit for one submission."
LOAD_TOO_MUCH = "What your file sent back while it loaded takes more than {limit} of memory."
LOAD_TIMEOUT = "Your file did not finish loading within {limit} of computing."
LOAD_TIMEOUT_NEXT = 'keep long computations out of the top level; put them under `if __name__ == "__main__":`.'
LOAD_TIMEOUT_NEXT_CELL = "delete or shorten the cells that compute for long before you hand the notebook in."
CRASHED = "{call}\nended the whole Python process ({how})."
CRASHED_NEXT = "remove calls such as os._exit(), endless recursion, and anything that frees memory by hand."
LOAD_CRASHED = "Your file ended the whole Python process while it was being loaded ({how})."
LOAD_CRASHED_NEXT = "remove calls such as os._exit() and endless recursion from the top level of your file."
TOO_MANY_RESTARTS = "Not run: your code crashed or ran out of time too often before. Fix the earlier checks first."
MISSING = "{task} is not defined{instead}."
MISSING_NEXT = "define it under exactly the name `{task}`; in a notebook, run the cell that does."
MISSING_AFTER_ERROR = "{task} is not defined, because of an error while your file was being loaded: {error}."
MISSING_AFTER_ERROR_NEXT = "fix that error first."
MISSING_LEFT_OUT = "{task} is not defined. It may be in a cell that was left out because Python could not read it."
MISSING_LEFT_OUT_NEXT = "correct the cell that the note names, and run it."
REFUSED = (
    "This task asks you to write {task} yourself; your code used {used}{where}, which is PyTorch's finished version, "
    "so the task earns nothing yet."
)
HIDING = (
    "This task asks you to write {task} yourself; your code called {used}{where}, which hides from the grader what "
    "runs, so the task earns nothing yet."
)
HIDING_NEXT = "leave that call out: nothing in this task needs it."
REFUSED_NEXT = "build it from simpler operations. Once yours works, you will know what {used} does inside."
REFUSED_NAMES = {"Optimizer.step": "an optimizer of `torch.optim`"}
RAISED = "{call}\nexpected: a result\ngot: {error}{where}."
LOAD_NOTE = "There was an error while your file was being loaded: {error}{where}. What comes after it was still run."
LOAD_STOPPED = (
    "Your file took long to load and was stopped{where}. What comes after it was still run. Put long computations "
    'under `if __name__ == "__main__":`.'
)
WITHHELD = {"num_workers": WITHOUT_WORKERS}
LOAD_STOPPED_CELL = (
    "Your notebook took long to run and was stopped{where}. What comes after it was still run. Delete or shorten cells "
    "that compute for long."
)
UNREADABLE = "Your file could not be graded. {problem}"
EXPECTED_LATER = "shown when grades are final"
NEXT = "Next: {next_step}"
MISCONCEPTION = "A common mistake: {sentence}"

_DTYPES_DIFFER = "the two tensors have different dtypes. Convert one with `.to(dtype)`."
_WRONG_DTYPE = "a tensor has the wrong dtype for that function. Convert it with `.to(dtype)`; class numbers are int64."
_DEVICES_DIFFER = "the tensors live on different devices. Create new ones with `device=x.device`."
_BROADCASTS = (
    "PyTorch warned that predictions and targets differ in shape: (N, 1) against (N,) broadcasts to (N, N). "
    "Print both shapes, and make the targets a column."
)
_NO_VALUES = "this must work without reading values: no `.item()`, `.tolist()`, `.cpu()` or `if` on a tensor here."

_NEXT_STEP_BY_ERROR: tuple[tuple[str, str, str], ...] = (
    # part of the exception's type, part of its message (lower case), what usually causes it
    (
        "RuntimeError",
        "a view of a leaf variable that requires grad is being used in an in-place",
        "you changed a view of a leaf that requires grad. Wrap the update in `with torch.no_grad():`.",
    ),
    (
        "RuntimeError",
        "a leaf variable that requires grad is being used in an in-place",
        "a leaf that requires grad may not be changed in place while autograd records. Wrap the update in "
        "`with torch.no_grad():`.",
    ),
    (
        "RuntimeError",
        "modified by an inplace operation",
        "backward needs a tensor that was overwritten. Make a new one (`z = z + 1`) instead of `z += 1`.",
    ),
    (
        "RuntimeError",
        "backward through the graph a second time",
        "the graph is freed after one backward. Compute the result again before each `backward()`.",
    ),
    (
        "RuntimeError",
        "does not require grad and does not have a grad_fn",
        "nothing was recorded to go back through. Was the leaf made with `requires_grad=True`, outside "
        "`torch.no_grad()`, and never detached or turned into a Python number on the way?",
    ),
    (
        "RuntimeError",
        "grad can be implicitly created only for scalar outputs",
        "`backward()` without an argument needs a 0-D result. Reduce it first (`sum()`, `mean()`), or pass a gradient.",
    ),
    (
        "RuntimeError",
        "view size is not compatible",
        "`view` needs memory in the right order; this tensor's is not. Use `reshape`, or `contiguous()` first.",
    ),
    (
        "RuntimeError",
        "can't call numpy() on tensor that requires grad",
        "NumPy knows nothing of autograd. Use `detach()` first, if leaving the graph is what you want.",
    ),
    (
        "RuntimeError",
        "mat1 and mat2 shapes cannot be multiplied",
        "for `A @ B` the inner dimensions must be equal. Print both shapes: which one needs a transpose?",
    ),
    (
        "RuntimeError",
        "must match the size of tensor",
        "these shapes do not broadcast. Print both: compare them from the last dimension backwards.",
    ),
    ("RuntimeError", "same dtype", _DTYPES_DIFFER),
    ("RuntimeError", "but got dtype", _DTYPES_DIFFER),
    ("RuntimeError", "expected scalar type", _WRONG_DTYPE),
    ("RuntimeError", "expected target dtype", _WRONG_DTYPE),
    ("RuntimeError", "same device", _DEVICES_DIFFER),
    ("RuntimeError", "is not on the expected device", _DEVICES_DIFFER),
    ("RuntimeError", "meta tensor", _NO_VALUES),
    ("TypeError", "meta device type tensor", _NO_VALUES),
    (
        "RuntimeError",
        "could not infer dtype",
        "`torch.tensor` needs plain numbers: it got something else. Print what you pass to it.",
    ),
    (
        "RuntimeError",
        "only tensors of floating point",
        "only floating-point tensors can require grad. Write 0.0, not 0, or pass `dtype=torch.float32`.",
    ),
    (
        "RuntimeError",
        "input dtype must be either a floating point or complex",
        "the mean of integers is not an integer. Convert to a floating dtype first.",
    ),
    (
        "AttributeError",
        "'nonetype' object has no attribute",
        "something is None here. Before the first backward `x.grad` is None; a function without `return` gives None.",
    ),
    (
        "RuntimeError",
        "you can only change requires_grad flags of leaf",
        "the result of an operation can't switch `requires_grad` off. Use `detach()`.",
    ),
    (
        "RuntimeError",
        "boolean value of tensor with",
        "a tensor of several numbers is neither true nor false. Did you mean `is None`, `.any()` or `.all()`?",
    ),
    (
        "RuntimeError",
        "is invalid for input of size",
        "the new shape must hold as many elements as the tensor does. Multiply its sizes and compare.",
    ),
    (
        "ValueError",
        "optimizer got an empty parameter list",
        "the model lists no parameters: are its layers in a plain list, or was `super().__init__()` forgotten?",
    ),
    (
        "AttributeError",
        "before module.__init__() call",
        "begin your `__init__` with `super().__init__()`, before anything is assigned to `self`.",
    ),
    (
        "RuntimeError",
        "error(s) in loading state_dict",
        "the names or shapes in the file are not those of this model. Print `state_dict().keys()` of both.",
    ),
    (
        "UnpicklingError",
        "weights only load failed",
        "the file holds more than tensors and plain Python values. Save `model.state_dict()`, not the model.",
    ),
    (
        "IndexError",
        "dimension out of range",
        "the tensor has fewer dimensions than you think. Print its `.shape`.",
    ),
    (
        "RuntimeError",
        "stack expects each tensor to be equal size",
        "`stack` needs equal shapes. Print them all; `cat` joins along a dimension that is there already.",
    ),
    (
        "RuntimeError",
        "sizes of tensors must match except in dimension",
        "`cat` needs equal sizes in all other dimensions. Print the shapes: is `dim` the one that you mean?",
    ),
    (
        "UnboundLocalError",
        "",
        "the function gives this name a value only later, or in a branch that did not run. Give it one first.",
    ),
    ("NameError", "", "check the spelling, and that the name is defined before this line."),
    ("ImportError", "cannot import name", "that module has no such name: check its spelling, and where it is from."),
    ("ImportError", "", "the imports at the top of the stub are enough: do without this one."),
    ("RecursionError", "", "the function calls itself without end. When should it stop?"),
    (
        "RuntimeError",
        "can't allocate memory",
        "the result would be larger than the memory. Did two shapes broadcast into a huge one?",
    ),
)
_NEXT_STEP_BY_WRONG_CALL: tuple[tuple[str, str, str], ...] = (
    # the same, for what was raised before the student's first line
    ("TypeError", "unexpected keyword argument", "keep the parameter names of the exercise's signature."),
    ("TypeError", "positional argument", "keep the parameters of the exercise's signature, in the same order."),
)
_NEXT_STEP_OWN_RAISE = "your own `raise` ended it: these arguments are allowed. Is the condition above it right?"
_NEXT_STEP_OWN_ASSERT = "your own `assert` ended it. Print what it compares: is the value wrong, or the condition?"
_NEXT_STEP_OTHERWISE = "read the message from its end: it names what Python could not do on that line."


def error_name(raised: wire.Raised) -> str:
    """Return the exception as Python would print it, without its traceback."""
    name = surroundings.said(raised)
    if "modified by an inplace operation:" in name:
        return name[: name.index("operation:") + len("operation")]  # what follows names tensors that no student sees
    return name


def next_step_for(raised: wire.Raised, loading: Sequence[wire.Raised] = (), *, hint: str | None = None) -> str:
    """Return what usually causes this exception.

    `loading` are the errors met while loading. A `hint` of the check comes before every step but
    those about where submissions run.
    """
    step = surroundings.step_for(raised, loading) or hint
    if step is not None:
        return step
    if raised.own:
        return _NEXT_STEP_OWN_ASSERT if raised.type == "AssertionError" else _NEXT_STEP_OWN_RAISE
    message = raised.message.lower()
    before = _NEXT_STEP_BY_WRONG_CALL if raised.line is None else ()
    for kind, part, advice in (*before, *_NEXT_STEP_BY_ERROR):
        if kind in raised.bases and part in message:
            return advice
    return _NEXT_STEP_OTHERWISE


def next_step_for_warnings(warnings: Sequence[str], kind: str) -> str | None:
    """Return what usually causes wrong values or shapes where PyTorch has warned of it."""
    if kind in ("values", "shape", "nan") and any("target size" in warning for warning in warnings):
        return _BROADCASTS
    return None


def at_line(where: str, code: str) -> str:
    """Return the words that point at the student's line."""
    return f" at {where}, `{code}`" if code else f" at {where}" if where else ""


def holds(first: str | None) -> str:
    """Return what to tell of a check of facts that passed while no check of values has; `first` is one to pass."""
    return HOLDS.format(values="" if first is None else HOLDS_UNTIL.format(check=first))


def mismatch(call: str, expected: str, got: str, details: Sequence[str] = ()) -> str:
    """Return the message of a check that compared and was not satisfied."""
    return "\n".join([call, f"expected: {expected}", f"got: {got}", *details])


def whole(message: str, next_step: str, misconception: str | None = None) -> str:
    """Return the message with its one next step: the teacher's sentence where the mistake is known."""
    if misconception is not None:
        return f"{message}\n{MISCONCEPTION.format(sentence=misconception)}"
    return f"{message}\n{NEXT.format(next_step=next_step)}" if next_step else message


NEXT_STEP = {
    "shape": "print the `.shape` of your result and of what it is made of. Which step gives an unexpected one?",
    "dtype": "print the `.dtype` along the way: which step changes it?",
    "device": "create new tensors where the argument lives (`device=x.device`, or a `*_like` function).",
    "nan": "print the intermediate results: which operation is the first to give NaN? (0/0, inf - inf, 0 * inf do.)",
    "values": "work the smallest case through by hand and print each step.",
    "type": "look at the signature's return type.",
    "none": "did you forget `return`?",
    "modified": "make a new tensor instead of changing the argument (watch `+=` and names ending in `_`).",
    "aliases": "copy before you return it: `clone()`.",
    "not_shared": "work on the memory that is already there instead of making a new tensor.",
    "same_object": "change the object you were given in place, and return that very object.",
    "new_object": "make a new object instead of giving back the one that was there.",
    "leaf": "a leaf is made by you, not by an operation. Compute first, then `requires_grad_()`.",
    "requires_grad": "it must still require grad: did something switch that off, or detach it?",
    "frozen": "set `requires_grad_(False)` on it (a module's method of that name does it for all its parameters).",
    "attached": "which step leaves the graph: `.item()`, `detach()`, `no_grad()`, a Python number?",
    "detached": "the result must not keep a graph: `detach()` it.",
    "grad": "call `backward()` yourself on a small case and print `.grad`.",
    "raises": "check the arguments first, and `raise` before anything is changed.",
    "state": "leave global settings alone, or put them back before you return.",
    "members": "print `dict(model.named_parameters()).keys()`: what did you assign to `self`, and under which name?",
    "mode": "`train()` and `eval()` set the mode of a model and of all its submodules; note what it was before.",
    "keys": "compare the keys with those in the exercise, letter by letter.",
    "length": "count the elements of your result.",
}
