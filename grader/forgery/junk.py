"""Answers and code that solve nothing and must earn nothing. `grader verify` grades all of them in every task.

There are two kinds. A *forger* changes the reference's answer: it keeps every fact and guesses the values (see
`grader.forgery.forgers`). A *junk* implementation is Python that a student could hand in: it returns nothing, raises an
error at every call, returns its arguments, or returns values that have nothing to do with the task. This module does
not import torch.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.catalog import Task

# The forgers, each named after its guess.
GUESSES = (
    "zeros",
    "ones",
    "minus ones",
    "twos",
    "halves",
    "not a number",
    "infinity",
    "counting",
    "noise",
    "falling noise",
    "the first argument",
    "the second argument",
    "the last argument",
    "the first argument recast",  # brought into the right shape and dtype
    "the second argument recast",
    "the last argument recast",
    "the first argument backwards",
    "the last argument backwards",
    "zeros in bfloat16",
    "zeros in float16",
    "zeros as bools",
)
SPOILED = "spoiled"  # every value is changed
IN_PLACE = ", in place too"  # also guesses the arguments that the reference changed
GUESSED_IN_PLACE = ("zeros", "ones", "noise", "the first argument", "the first argument recast", "the last argument")
FORGERS = (SPOILED, *GUESSES, *(name + IN_PLACE for name in GUESSED_IN_PLACE))


# Junk functions: the statement that a function consists of, or the expression that it returns.
_RAISES = {f"raises {e}": f"raise {e}" for e in ("ValueError", "TypeError", "RuntimeError")}
_RETURNS = {
    "its first argument": "args[0] if args else None",
    "its first argument backwards": "_backwards(args[0] if args else None)",
    "its arguments in a list": "list(args)",
    "zeros": "_torch.zeros_like(_tensor(args))",
    "noise": "_torch.rand(_tensor(args).shape)",
    "an empty tensor": "_torch.empty(0)",
    "the float 0.0": "0.0",
    "falling numbers": "[1 / (i + 1) for i in range(_count((*args, *kwargs.values())))]",
}
_HELPERS = """\
import copy as _copy

import torch as _torch
from torch import nn as _nn


def _backwards(value):
    if isinstance(value, _torch.Tensor):
        return value.flip(list(range(value.dim())))
    return value[::-1] if isinstance(value, (list, tuple)) else value


def _tensor(values):
    for value in values:
        if isinstance(value, _torch.Tensor):
            return value.detach()
        if isinstance(value, (list, tuple)) and any(isinstance(item, _torch.Tensor) for item in value):
            return _tensor(value)
    return _torch.zeros(())


def _count(values):
    return next((n for n in reversed(values) if type(n) is int and 0 < n < 1000), 3)
"""
_FUNCTION = "\n\ndef {name}(*args, **kwargs):\n    {body}\n"
_CLASS = """

class {name}(_nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, *args, **kwargs):
        {body}

    def step(self, *args, **kwargs):
        {body}

    zero_grad = step

    def __len__(self):
        return 1

    def __getitem__(self, *args, **kwargs):
        {body}
"""
_EMPTY = ("returns nothing", *_RAISES, *(f"returns {what}" for what in _RETURNS))

# Hollow implementations call the reference with copies and replace the values in its result. Kind, shape, dtype, errors
# and autograd facts are right, and the arguments stay unchanged.
_FILLINGS = {
    "zeros": ("_torch.zeros(shape)", "0.0"),
    "noise": ("_torch.randn(shape)", "_random.uniform(-3, 3)"),
    "falling numbers": (
        "_torch.rand(shape).flatten().sort(descending=True).values.reshape(shape)",
        "1 / next(_counting)",
    ),
}
_HOLLOW = """

import itertools as _itertools
import random as _random

import numpy as _np

_counting = _itertools.count(1)


def _filled(value, known):
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, _torch.Tensor):
        shape = value.shape
        new = {tensor}.to(value)
        if isinstance(value, _nn.Parameter):
            return _nn.Parameter(new, requires_grad=value.requires_grad)
        if value.requires_grad:
            new.requires_grad_()
        return new if value.is_leaf else new * 1
    if isinstance(value, _np.ndarray):
        shape = value.shape
        return ({tensor}).double().numpy().astype(value.dtype)
    if isinstance(value, (list, tuple)):
        items = [_filled(item, known) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {{key: _filled(item, known) for key, item in value.items()}}
    if isinstance(value, bool):
        return {number} > 0.5
    if isinstance(value, (int, float)):
        return type(value)({number})
    if isinstance(value, _torch.dtype):
        return _torch.float32
    if isinstance(value, _torch.device):
        return _torch.device("cpu")
    return "" if isinstance(value, str) else None


def _copied(value):
    try:
        return _copy.deepcopy(value)
    except Exception:
        if isinstance(value, _torch.Tensor):
            return value.detach().clone().requires_grad_(value.requires_grad)
        return type(value)(map(_copied, value)) if type(value) in (list, tuple) else value


def _hollow(function):
    def hollow(*args, **kwargs):
        copies = _copied(args)
        known = {{id(copy): arg for copy, arg in zip(copies, args)}}
        return _filled(function(*copies, **_copied(kwargs)), known)

    return hollow


def _hollowed(kind):
    class Hollow(kind):
        def step(self, *args, **kwargs):
            return None

        zero_grad = step

    def other(method):
        def hollow(self, *args, **kwargs):
            return _filled(method(self, *_copied(args), **_copied(kwargs)), {{}})

        return hollow

    for name in ("forward", "__getitem__"):
        if hasattr(kind, name):
            setattr(Hollow, name, other(getattr(kind, name)))
    Hollow.__name__ = Hollow.__qualname__ = kind.__name__
    return Hollow
"""
HOLLOW = tuple(f"asks the reference and fills in {what}" for what in _FILLINGS)
JUNK = (*_EMPTY, *HOLLOW)


def junk(name: str, tasks: Sequence[Task], solution: str) -> str:
    """Return the source of a junk implementation of these tasks; `solution` is their reference."""
    if name in HOLLOW:
        tensor, number = _FILLINGS[name.rpartition(" fills in ")[2]]
        helpers = _HELPERS + _HOLLOW.format(tensor=tensor, number=number)
        nothing = _returning_nothing(solution)
        made = (
            _FUNCTION.format(name=t.name, body="return None")
            if t.name in nothing  # its effect is not its result
            else f"\n{t.name} = {'_hollow' if t.parameters else '_hollowed'}({t.name})\n"
            for t in tasks
        )
        return "\n\n".join((solution, helpers, "".join(made)))
    body = _RAISES.get(name) or f"return {_RETURNS.get(name.removeprefix('returns '), 'None')}"
    gives = name.startswith("returns ") and name != JUNK[0]
    # A task without parameters is a class.
    made = (_FUNCTION if task.parameters or not gives else _CLASS for task in tasks)
    return _HELPERS + "".join(
        template.format(name=task.name, body=body) for template, task in zip(made, tasks, strict=True)
    )


def _returning_nothing(solution: str) -> set[str]:
    """Return the names of the functions that are annotated to return nothing."""
    found = (node for node in ast.parse(solution).body if isinstance(node, ast.FunctionDef))
    return {node.name for node in found if isinstance(node.returns, ast.Constant) and node.returns.value is None}
