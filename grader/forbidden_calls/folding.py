"""Constant folding: computes the results of harmless string operations without running the submission."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from grader.forbidden_calls.values import Constant, Container, Values, constants, texts

LONGEST = 1_000  # characters of a string that is folded
_MOST_SUMS = 4  # combinations when two sets of strings are added
_LARGEST = 10**18  # integer that is converted to a string

METHODS = {"lower", "upper", "strip", "lstrip", "rstrip", "replace", "join", "title", "capitalize", "swapcase"}
METHODS |= {"removeprefix", "removesuffix", "decode", "encode", "__add__"}


def method(value: object, name: str, arguments: Sequence[Values]) -> Values:
    """Return what a string method gives: `"RELU".lower()`. `arguments` hold what each argument may be."""
    if name == "join":
        return _join(value, arguments[0] if arguments else set())
    known = [constants(values)[:1] for values in arguments]
    return _call(value, name, [first[0] for first in known]) if all(known) else set()


def added(left: Values, right: Values) -> Values:
    """Return the sums of the strings on both sides of a `+`."""
    ones, others = constants(left), constants(right)
    if len(ones) * len(others) > _MOST_SUMS:
        return set()
    return set().union(*(_call(one, "__add__", [other]) for one in ones for other in others))


def formatted(parts: Sequence[Values]) -> Values:
    """Return the possible strings of an f-string. `parts` hold what each part may be."""
    text = ""
    for values in parts:
        match constants(values):
            case [str() | bytes() as part]:
                text += str(part)[:LONGEST]
            case [int() as number] if abs(number) <= _LARGEST:
                text += str(number)
            case _:
                return set()
    return {Constant(text)} if len(text) <= LONGEST else set()


def sliced(value: object, key: ast.expr) -> Values:
    """Return a slice of a string: `"uler"[::-1]`."""
    if not isinstance(value, str) or len(value) > LONGEST or not isinstance(key, ast.Slice):
        return set()
    bounds: list[int | None] = []
    for bound in (key.lower, key.upper, key.step):
        match bound:
            case None:
                bounds.append(None)
            case ast.Constant(value=int() as number):
                bounds.append(number)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                bounds.append(-number)
            case _:
                return set()
    return set() if bounds[2] == 0 else {Constant(value[slice(*bounds)])}


def characters(codes: Values) -> Values:
    """Return what `chr` gives for these codes."""
    return {Constant(chr(code)) for code in constants(codes) if isinstance(code, int) and 0 < code < 0x110000}


def _join(glue: object, values: Values) -> Values:
    containers = [value for value in values if isinstance(value, Container)]
    if len(containers) != 1 or containers[0].items or not isinstance(glue, str):
        return set()
    parts: list[str] = []
    for at in range(len(containers[0].keyed)):
        found = texts(containers[0].keyed.get(at, set()))
        if len(found) != 1 or len(parts) > LONGEST:
            return set()
        parts.append(found[0])
    return {Constant(glue.join(parts)[:LONGEST])}


def _call(value: object, name: str, arguments: list[object]) -> Values:
    if not all(isinstance(text, (str, bytes)) and len(text) <= LONGEST for text in (value, *arguments)):
        return set()
    try:
        result = getattr(value, name)(*arguments)
    except (AttributeError, TypeError, ValueError, LookupError):
        return set()
    return {Constant(result)} if isinstance(result, (str, bytes)) and len(result) <= LONGEST else set()
