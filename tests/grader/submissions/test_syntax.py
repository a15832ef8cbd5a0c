"""Code that is not Python is explained to a beginner: the line, Python's message, and what to try."""

from __future__ import annotations

import functools
import json
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader.records import Submission
from grader.submissions import read_submission

HandIn = Callable[..., Submission]


def code(source: object, **cell: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source} | cell


def problem(submission: Submission) -> str:
    assert submission.problem is not None, submission
    return str(submission.problem)


def test_a_syntax_warning_is_not_shown(hand_in: HandIn) -> None:
    """Code with a syntax warning is read without showing it, even where warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hand_in("01_tensors.py", "x = '\\d'\ny = x is 1\n").problem is None


def test_readers_side_by_side_leave_warnings_alone(tmp_path: Path) -> None:
    """Threads that read at the same time restore the warning filters."""
    (tmp_path / "01_tensors.py").write_text("x = 1 is 1\n" * 200)
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as threads:
        read = functools.partial(read_submission, student="ana", exercise="01_tensors")
        list(threads.map(read, [(tmp_path / "01_tensors.py",)] * 40))
    assert list(warnings.filters) == before


def test_the_top_level_of_a_script_has_no_await(hand_in: HandIn) -> None:
    """`await` at the top level is an error in a script, but not in a notebook."""
    assert "'await' outside function" in problem(hand_in("01_tensors.py", "await f()\n"))


def test_reading_runs_nothing(hand_in: HandIn, capfd: pytest.CaptureFixture[str]) -> None:
    """Code is compiled but never run."""
    assert hand_in("01_tensors.py", "print('run')\nraise SystemExit\n").problem is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("source", "line", "text", "step"),
    [
        ("x = 1\ndef f(x)\n    return x\n", 2, "def f(x)", "Put a colon at the end of the line."),
        ("x = (1,\ny = 2\n", 1, "x = (1,", "every bracket that opens also closes"),
        ("x = [1)\n", 1, "x = [1)", "every bracket that opens also closes"),
        ("x = 'hello\n", 1, "x = 'hello", "Close the text with the same quotes"),
        ("x = '''hello\n", 1, "x = '''hello", "Close the text with the same quotes"),
        ("def f():\nreturn 1\n", 2, "return 1", "Indent the lines of that block by four spaces"),
        ("x = 1\n  y = 2\n", 2, "y = 2", "Move the line so that it starts under the line before it."),
        ("if 1:\n        x = 1\n    y = 2\n", 3, "y = 2", "starts exactly under a line of its own block"),
        ("if 1:\n\tx = 1\n        y = 2\n", 3, "y = 2", "four spaces everywhere, and never with tabs"),
        ("if x = 1:\n    pass\n", 1, "if x = 1:", "Write == to compare"),
        ("print 'hello'\n", 1, "print 'hello'", "Write print(...), with brackets."),
        ("return 1\n", 1, "return 1", "Check its indentation"),
        ("x = “hello”\n", 1, "x = “hello”", "Type the quotes again on your keyboard"),
        ("x = 1；\n", 1, "x = 1；", "Delete that character and type it again"),
        ("x = f'{y'\n", 1, "x = f'{y'", "In an f-string, each opening brace"),
        ("x = f'{}'\n", 1, "x = f'{}'", "In an f-string, each opening brace"),
        ("p = 'C:\\Users\\ana'\n", 1, "p = 'C:\\Users\\ana'", "Put an r before the quotes"),
        ("if x:\n    pass\nelse if y:\n    pass\n", 3, "else if y:", "Write elif"),
        ("x = 1\nelse:\n    y = 2\n", 2, "else:", "exactly under its if"),
        ("try:\n    x = 1\ny = 2\n", 3, "y = 2", "comes except or finally"),
        ("def f:\n    pass\n", 1, "def f:", "then brackets and a colon"),
        ("class A\n    pass\n", 1, "class A", "Put a colon at the end of the line."),
        ("my-var = 1\n", 1, "my-var = 1", "A name has no hyphen"),
        ("x = {1: 2, 3}\n", 1, "x = {1: 2, 3}", "each key has a colon"),
        ("f(a=1, 2)\n", 1, "f(a=1, 2)", "arguments without a name before"),
        ("def f(a=1, b): pass\n", 1, "def f(a=1, b): pass", "parameters with a default value after"),
        ("def f(a, a): pass\n", 1, "def f(a, a): pass", "a name of its own"),
        ("x = 007\n", 1, "x = 007", "without the 0 in front"),
        ("y = 2x\n", 1, "y = 2x", "a product needs its *"),
        ("y = 1 if x\n", 1, "y = 1 if x", "needs its else"),
        ("lambda = 0.1\n", 1, "lambda = 0.1", "a word of Python's own"),
        ("i++\n", 1, "i++", "write i += 1"),
        ("if a && b: pass\n", 1, "if a && b: pass", "Write and, or and not"),
        ("if !a: pass\n", 1, "if !a: pass", "Write and, or and not"),
        ("x => 1\n", 1, "x => 1", "Write >= or <="),
        ("f = lambda x: return x\n", 1, "f = lambda x: return x", "A lambda has no return"),
        ("int x = 1\n", 1, "int x = 1", "without a type in front"),
        ("x := 1\n", 1, "x := 1", "Write = to give a name its value"),
        ("raise ValueError, 'no'\n", 1, "raise ValueError, 'no'", "Write raise ValueError(...)"),
        ("import torch as\n", 1, "import torch as", "Write import name"),
        ("y = x ? 1 : 2\n", 1, "y = x ? 1 : 2", "Python has no ?"),
        ("x =\n", 1, "x =", "Write the value after the ="),
        ("while x print(x)\n", 1, "while x print(x)", "Is a colon missing"),
        ("x = [1 2]\n", 1, "x = [1 2]", "Is a comma or an operator missing"),
        ("print('a && b' 'c') d\n", 1, "print('a && b' 'c') d", "Look here and on the line before"),
        ("x\u200b = 1\n", 1, "x\ufffd = 1", "Delete that character and type it again"),
        ("x = \\ 1\n", 1, "x = \\ 1", "Delete the backslash"),
        ("%matplotlib inline\n", 1, "%matplotlib inline", "This is a notebook command"),
        ("pip install torch\n", 1, "pip install torch", "This is a command for the terminal"),
        (">>> x = 1\n", 1, ">>> x = 1", "delete the prompt"),
        ("x = 1 2\n", 1, "x = 1 2", "Look here and on the line before"),
    ],
)
def test_a_syntax_error_is_explained(hand_in: HandIn, source: str, line: int, text: str, step: str) -> None:
    """The problem has the line, its text, Python's message, and what to try."""
    found = problem(hand_in("01_tensors.py", source))
    assert found.startswith(f"01_tensors.py, line {line}: Python cannot read `{text}` (")
    assert step in found.partition("`" + text + "`")[2]


def test_the_whole_sentence_about_a_syntax_error(hand_in: HandIn) -> None:
    """A complete sentence about a syntax error is right."""
    assert problem(hand_in("01_tensors.py", "def f(x)\n    return x\n")) == (
        "01_tensors.py, line 1: Python cannot read `def f(x)` (expected ':'). Put a colon at the end of the line."
    )


def test_a_syntax_error_at_the_end_of_the_file_quotes_the_last_line(hand_in: HandIn) -> None:
    """If Python points at a blank line, the last line before it is quoted."""
    assert problem(hand_in("01_tensors.py", "x = 1\nif x:\n\n\n")).startswith(
        "01_tensors.py, line 2: Python cannot read `if x:` (expected an indented block"
    )


def test_a_long_line_is_cut(hand_in: HandIn) -> None:
    """Only the beginning of a very long line is quoted."""
    assert "`x = 1 " + "1" * 73 + "…`" in problem(hand_in("01_tensors.py", "x = 1 " + "1" * 3000))


def test_a_quoted_line_cannot_steer_the_terminal(hand_in: HandIn) -> None:
    """A quoted line has no control characters."""
    assert "`x = \ufffd[31m`" in problem(hand_in("01_tensors.py", "x = \x1b[31m\n"))


CONFLICT = "def f():\n<<<<<<< HEAD\n    return 1\n=======\n    return 2\n>>>>>>> other\n"


@pytest.mark.parametrize("source", [CONFLICT, f'"""{CONFLICT}"""\n'])
def test_a_merge_conflict_is_a_problem(hand_in: HandIn, source: str) -> None:
    """A merge conflict is reported as such, even if the text is valid Python."""
    assert problem(hand_in("01_tensors.py", source)) == (
        "01_tensors.py, line 2: `<<<<<<< HEAD` is a mark that Git leaves where two versions clash. "
        "Keep the version that you want, delete the lines that begin with <<<<<<<, ======= or >>>>>>>, "
        "and hand it in again."
    )


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", "||||||| base", "=======", ">>>>>>> other"])
def test_a_mark_of_a_merge_that_was_left_is_a_problem(hand_in: HandIn, mark: str) -> None:
    """A single remaining mark of a merge conflict is reported."""
    found = problem(hand_in("01_tensors.py", f"x = 1\n{mark}\ny = 2\n"))
    assert found.startswith(f"01_tensors.py, line 2: `{mark}` is a mark that Git leaves")


def test_a_heading_in_a_docstring_is_no_merge_conflict(hand_in: HandIn) -> None:
    """Seven equals signs under a heading are no merge conflict."""
    assert hand_in("01_tensors.py", '"""\nTensors\n=======\n"""\n').problem is None


@pytest.mark.parametrize(
    "source",
    ["-" * 100_000 + "1", "x = a" + ".a" * 100_000, "x = 1" + "+1" * 100_000, "not " * 100_000 + "1"],
)
def test_code_beyond_pythons_depth_is_a_problem(hand_in: HandIn, source: str) -> None:
    """Code that is too deep for Python's compiler is refused with the solution."""
    assert problem(hand_in("01_tensors.py", source)) == (
        "01_tensors.py: Python cannot read the code, because it is nested too deeply or too long. "
        "Split long expressions into several shorter statements."
    )


def test_a_notebook_called_a_script_is_read_with_a_note(hand_in: HandIn) -> None:
    """A notebook that was renamed to .py is recognised, and read."""
    read = hand_in("01_tensors.py", json.dumps({"cells": [code("x = 1")], "nbformat": 4}))
    assert read.source == "x = 1\n"
    assert [str(note)[:49] for note in read.notes] == ["01_tensors.py is a notebook with another ending. "]
