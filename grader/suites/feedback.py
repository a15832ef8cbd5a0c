"""What a student reads about an exception: the phrase that describes it, and the next step.

The sentences are in the catalog for learners.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from grader import wire
from grader.sentences import Sentence, Template, learner, verbatim
from grader.sentences import learner_steps as steps
from grader.suites import surroundings

_NEXT_STEP_BY_ERROR: tuple[tuple[str, str, Template], ...] = (
    # exception type, part of its message (lower case), next step
    ("RuntimeError", "a view of a leaf variable that requires grad is being used in an in-place", steps.VIEW_OF_LEAF),
    ("RuntimeError", "a leaf variable that requires grad is being used in an in-place", steps.LEAF_IN_PLACE),
    ("RuntimeError", "modified by an inplace operation", steps.OVERWRITTEN),
    ("RuntimeError", "backward through the graph a second time", steps.BACKWARD_TWICE),
    ("RuntimeError", "does not require grad and does not have a grad_fn", steps.NOTHING_RECORDED),
    ("RuntimeError", "grad can be implicitly created only for scalar outputs", steps.NOT_A_SCALAR),
    ("RuntimeError", "view size is not compatible", steps.VIEW_NEEDS_ORDER),
    ("RuntimeError", "can't call numpy() on tensor that requires grad", steps.NUMPY_OF_GRAPH),
    ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied", steps.MATMUL_SHAPES),
    ("RuntimeError", "must match the size of tensor", steps.NO_BROADCAST),
    ("RuntimeError", "same dtype", steps.DTYPES_DIFFER),
    ("RuntimeError", "but got dtype", steps.DTYPES_DIFFER),
    ("RuntimeError", "expected scalar type", steps.WRONG_DTYPE),
    ("RuntimeError", "expected target dtype", steps.WRONG_DTYPE),
    ("RuntimeError", "same device", steps.DEVICES_DIFFER),
    ("RuntimeError", "is not on the expected device", steps.DEVICES_DIFFER),
    ("RuntimeError", "meta tensor", steps.NO_VALUES),
    ("TypeError", "meta device type tensor", steps.NO_VALUES),
    ("RuntimeError", "could not infer dtype", steps.NOT_NUMBERS),
    ("RuntimeError", "only tensors of floating point", steps.INTEGER_GRAD),
    ("RuntimeError", "input dtype must be either a floating point or complex", steps.INTEGER_MEAN),
    ("AttributeError", "'nonetype' object has no attribute", steps.SOMETHING_IS_NONE),
    ("RuntimeError", "you can only change requires_grad flags of leaf", steps.NOT_A_LEAF),
    ("RuntimeError", "boolean value of tensor with", steps.SEVERAL_TRUTHS),
    ("RuntimeError", "is invalid for input of size", steps.RESHAPE_SIZES),
    ("ValueError", "optimizer got an empty parameter list", steps.NO_PARAMETERS),
    ("AttributeError", "before module.__init__() call", steps.NO_SUPER_INIT),
    ("RuntimeError", "error(s) in loading state_dict", steps.OTHER_MODEL),
    ("UnpicklingError", "weights only load failed", steps.MORE_THAN_TENSORS),
    ("IndexError", "dimension out of range", steps.FEWER_DIMENSIONS),
    ("RuntimeError", "stack expects each tensor to be equal size", steps.STACK_SHAPES),
    ("RuntimeError", "sizes of tensors must match except in dimension", steps.CAT_SHAPES),
    ("UnboundLocalError", "", steps.VALUE_TOO_LATE),
    ("NameError", "", steps.MISSPELT),
    ("ImportError", "cannot import name", steps.NOT_IN_MODULE),
    ("ImportError", "", steps.NO_IMPORT),
    ("RuntimeError", "generator raised stopiteration", steps.STOPPED_A_GENERATOR),
    ("RecursionError", "", steps.RECURSION),
    ("RuntimeError", "can't allocate memory", steps.TOO_LARGE),
)
# What PyTorch says about an operation that the meta device lacks. One of the groups is the operation's name.
_LACKED_BY_META = re.compile(
    r"(?:aten::)?([\w:]+)[\w.]*: attempted to run this operator with Meta tensors"
    r"|The register_meta function for ([\w.]+)\(\) raises unimplemented"
    r"|Could not run '(?:aten::)?([\w:]+)[\w.]*' with arguments from the '\w*Meta' backend"
)
_NEXT_STEP_BY_WRONG_CALL: tuple[tuple[str, str, Template], ...] = (
    # the same, for exceptions that were raised before the student's first line
    ("TypeError", "unexpected keyword argument", steps.PARAMETER_NAMES),
    ("TypeError", "positional argument", steps.PARAMETERS),
)


def as_sentence(text: str | Sentence) -> Sentence:
    """Return a text of the course as a sentence; return a sentence unchanged."""
    return verbatim(text) if isinstance(text, str) else text


def error_name(raised: wire.Raised) -> str:
    """Return the exception as Python would print it, without its traceback."""
    name = surroundings.said(raised)
    if "modified by an inplace operation:" in name:
        return name[: name.index("operation:") + len("operation")]  # the rest names internal tensors
    return name


def place_of(line: Sentence, code: str) -> Sentence:
    """Return the place of a line, with its code if that is known."""
    return learner.LINE_WITH_CODE(line=line, code=code) if code else line


def exception_of(raised: wire.Raised, where: Callable[[int], Sentence]) -> Sentence:
    """Return the exception and its place; `where` turns a line number of the source into a place for the student."""
    name = error_name(raised)
    if raised.line is None:
        return verbatim(name)
    return learner.AT(what=name, place=place_of(where(raised.line), raised.code))


def next_step_for(raised: wire.Raised, loading: Sequence[wire.Raised] = (), *, hint: str | None = None) -> Sentence:
    """Return the next step for this exception.

    `loading` are the errors that were raised while the submission was loaded. A `hint` of the check replaces every
    step, except those about the place where submissions run.
    """
    step = surroundings.step_for(raised, loading)
    if step is not None or hint is not None:
        return step or verbatim(hint or "")
    if raised.own:
        return steps.OWN_ASSERT() if raised.type == "AssertionError" else steps.OWN_RAISE()
    lacked = _LACKED_BY_META.match(raised.message)
    if lacked is not None:
        return steps.NO_META_OPERATION(operation=next(filter(None, lacked.groups())))
    message = raised.message.lower()
    before = _NEXT_STEP_BY_WRONG_CALL if raised.line is None else ()
    for kind, part, advice in (*before, *_NEXT_STEP_BY_ERROR):
        if kind in raised.bases and part in message:
            return advice()
    return steps.OTHERWISE_ELSEWHERE() if raised.line is None else steps.OTHERWISE()


def next_step_for_warnings(warnings: Sequence[str], kind: str) -> Sentence | None:
    """Return the next step for wrong values or shapes if a warning of PyTorch explains them, else `None`."""
    if kind in ("values", "shape", "nan") and any("target size" in warning for warning in warnings):
        return steps.BROADCASTS()
    return None
