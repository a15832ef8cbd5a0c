"""Constant folding joins strings as the submission would, and does nothing that takes long."""

from __future__ import annotations

import ast

import pytest

from grader.forbidden_calls import folding
from grader.forbidden_calls.values import Constant, Container, Values


def key(text: str) -> ast.expr:
    """Return the expression in `x[text]`."""
    found = ast.parse(f"x[{text}]", mode="eval").body
    assert isinstance(found, ast.Subscript)
    return found.slice


def pieces(*texts: str) -> Values:
    """Return a list of strings."""
    found = Container()
    found.keyed = {at: {Constant(text)} for at, text in enumerate(texts)}
    return {found}


def test_methods_of_texts_are_folded() -> None:
    """String methods are computed with and without arguments; a failing call has no result."""
    assert folding.method("RELU", "lower", []) == {Constant("relu")}
    assert folding.method("r_lu", "replace", [{Constant("_")}, {Constant("e")}]) == {Constant("relu")}
    assert folding.method(b"relu", "decode", []) == {Constant("relu")}
    assert folding.method("relu", "replace", [{Constant("_")}]) == set()
    assert folding.method("relu", "replace", [set(), {Constant("e")}]) == set()
    assert folding.method("", "join", [pieces("re", "lu")]) == {Constant("relu")}


def test_sums_are_folded() -> None:
    """Sums of strings give all combinations, if there are few."""
    assert folding.added({Constant("re")}, {Constant("lu"), Constant("al")}) == {Constant("relu"), Constant("real")}
    assert folding.added({Constant(str(i)) for i in range(3)}, {Constant(str(i)) for i in range(3)}) == set()


def test_formats_are_folded() -> None:
    """An f-string is computed if each part is one string, or one number that is not huge."""
    assert folding.formatted([{Constant("re")}, {Constant("lu")}]) == {Constant("relu")}
    assert folding.formatted([{Constant("v")}, {Constant(2)}]) == {Constant("v2")}
    assert folding.formatted([{Constant("v")}, {Constant(10**5000)}]) == set()
    assert folding.formatted([{Constant("v")}, set()]) == set()


@pytest.mark.parametrize(("text", "part"), [("::-1", "uler"), (":2", "re"), ("-2:", "lu"), ("1:3", "el")])
def test_slices_are_folded(text: str, part: str) -> None:
    """Slices are computed if their bounds are literal numbers."""
    assert folding.sliced("relu", key(text)) == {Constant(part)}


def test_what_is_long_is_not_folded() -> None:
    """Strings above the size limit are not computed."""
    long = "a" * folding.LONGEST
    assert folding.added({Constant(long)}, {Constant("b")}) == set()
    assert folding.method(long, "replace", [{Constant("a")}, {Constant("aa")}]) == set()
    assert folding.sliced(long + "b", key("::-1")) == set()
    assert folding.sliced("relu", key("::0")) == set()
    assert folding.sliced("relu", key("::n")) == set()
