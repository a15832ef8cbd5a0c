"""What solves nothing, and so must earn nothing: `grader verify` has all of it graded in every task.

There are two sorts. A *forger* alters what a reference answered: it keeps every fact and guesses the values (see
`grader.judging.forging`). A *junk* implementation is Python that a student could hand in: it returns nothing, raises
whatever it is asked, gives back what it was given, or values that have nothing to do with the task. Nothing here
imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.catalog import Task

# Forgers, by what they guess. Those that recast bring what was handed over into the right shape and dtype: where that
# is right in every check of values, it is what the task asks for, and no guess.
RECAST = (
    "the first argument recast",
    "the second argument recast",
    "the last argument recast",
    "the first argument backwards",
    "the last argument backwards",
)
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
    *RECAST,
    "zeros in bfloat16",
    "zeros in float16",
    "zeros as bools",
)
SPOILED = "spoiled"  # no value is what it was
IN_PLACE = ", in place too"  # guesses also what the reference changed in its arguments, which others leave alone
GUESSED_IN_PLACE = ("zeros", "ones", "noise", "the first argument", "the first argument recast", "the last argument")
FORGERS = (SPOILED, *GUESSES, *(name + IN_PLACE for name in GUESSED_IN_PLACE))


def recasts(forger: str) -> bool:
    """Say whether a forger gives back what was handed over in another shape or dtype."""
    return forger.removesuffix(IN_PLACE) in RECAST


# Junk, by what a function does: the expression that it returns, or the statement that it is.
_RAISES = {f"raises {e}": f"raise {e}" for e in ("ValueError", "TypeError", "RuntimeError")}
_RETURNS = {
    "its first argument": "_nth(args, 0)",
    "its last argument": "_nth(args, -1)",
    "a copy of its first argument": "_copy.deepcopy(_nth(args, 0))",
    "its first argument backwards": "_backwards(_nth(args, 0))",
    "its arguments in a list": "list(args)",
    "its arguments in a tuple": "args",
    "zeros": "_torch.zeros_like(_tensor(args))",
    "ones": "_torch.ones_like(_tensor(args))",
    "noise": "_torch.rand(_tensor(args).shape)",
    "not a number": "_torch.full(_tensor(args).shape, float('nan'))",
    "a pair of zeros": "(_torch.zeros_like(_tensor(args)), _torch.zeros_like(_tensor(args)))",
    "an empty tensor": "_torch.empty(0)",
    "the float 0.0": "0.0",
    "the int 1": "1",
    "True": "True",
    "an empty dict": "{}",
    "falling numbers": "[1 / (i + 1) for i in range(_count((*args, *kwargs.values())))]",
}
_HELPERS = """\
import copy as _copy

import torch as _torch
from torch import nn as _nn


def _nth(values, which):
    return values[which] if values else None


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
JUNK = ("returns nothing", *_RAISES, *(f"returns {what}" for what in _RETURNS))


def junk(name: str, tasks: Sequence[Task]) -> str:
    """Return the source of a junk implementation of these tasks."""
    body = _RAISES.get(name) or f"return {_RETURNS.get(name.removeprefix('returns '), 'None')}"
    gives = name.startswith("returns ") and name != JUNK[0]
    # A task without parameters is a class.
    made = (_FUNCTION if task.parameters or not gives else _CLASS for task in tasks)
    return _HELPERS + "".join(
        template.format(name=task.name, body=body) for template, task in zip(made, tasks, strict=True)
    )
