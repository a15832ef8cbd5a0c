"""Syntax of later Python versions is recognised, and nothing else is taken for it."""

from __future__ import annotations

import sys

import pytest

from grader.submissions.syntax import is_python
from grader.submissions.versions import newer

NEW = {
    (3, 11): ["try:\n    pass\nexcept* ValueError:\n    pass", "a = x[*y]", "a = x[0, *y]", "def f(*a: *b): pass"],
    (3, 12): [
        "type Column = int",
        "type Pair[T] = tuple[T, T]",
        "def pick[T](x: T) -> T: return x",
        "async def pick[T](x): pass",
        "class Stack[T]: pass",
        'print(f"{d["a"]}")',
        "x = f'{', '.join(names)}' + 'y'",
        'x = rf"{"\\n".join(a)} and {b}"',
        "x = f'{\"\\n\".join(a)}'",
        'x = f"{f"{1 + 1}"}"',
    ],
    (3, 13): ["def f[T = int](x): pass", "type A[T = int] = list[T]"],
    (3, 14): ["try:\n    pass\nexcept ValueError, TypeError:\n    pass", "x = t'{name}'", 'x = rt"{name}"'],
}
CASES = [(version, source) for version, sources in NEW.items() for source in sources]
WRONG = [
    "def f(:",
    "class A",
    "type(x = )",
    "type = = 3",
    'print(f"{x")',
    'print(f"{x}" "',
    'print(f"{x}}")',
    "print(f'{x', 'b')",
    "x = [1, 2",
    "x = [*a, ",
    "except ValueError as e",
    "for x in",
    "print('t')) t'",
    "lazy = = import",
]


@pytest.mark.parametrize(("version", "source"), CASES)
def test_syntax_of_a_later_python_is_named(version: tuple[int, int], source: str) -> None:
    """The advice names the version that understands the line, and the grader's own version."""
    line = next(line for line in source.splitlines() if not line.startswith(("try", "    pass")))
    before = (version[0], version[1] - 1, 7)
    said = str(newer(line, running=before))
    assert said is not None
    assert f"Only Python 3.{version[1]} and later" in said and f"the grader runs Python 3.{version[1] - 1}:" in said
    assert newer(line, running=(*version, 0)) is None
    assert is_python(source) == (sys.version_info >= version)


@pytest.mark.parametrize("line", WRONG)
def test_what_no_python_reads_is_not_called_new(line: str) -> None:
    """A line that no version understands stays a mistake with its usual advice."""
    assert not is_python(line) and newer(line, running=(3, 10)) is None


def test_it_is_said_of_a_submission(hand_in: object) -> None:
    """A submission's problem names the line and the Python versions."""
    if sys.version_info >= (3, 14):
        pytest.skip("this Python reads it all")
    problem = str(hand_in("01_tensors.py", "x = 1\ny = t'{x}'\n").problem)  # type: ignore[operator]
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert "line 2: Python cannot read `y = t'{x}'`" in problem and f"the grader runs Python {own}:" in problem
