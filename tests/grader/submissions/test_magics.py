"""IPython's commands are removed from a cell line by line, and Python that looks like them stays."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.records import Submission
from grader.submissions.magics import translate

HandIn = Callable[..., Submission]

SHELL = "Notebook commands such as `{}` were skipped: they are not Python."
MAGIC = "Notebook magics such as `{}` were skipped: they are not Python."
HELP = "Questions to the notebook such as `{}` were skipped: they are not Python."
CELL = "Whole cells were skipped, such as the one that begins with `{}`: they are not Python."


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ("!pip install torch", SHELL),
        ("!!ls", SHELL),
        ("pip install torch", SHELL),
        ("files = !ls", SHELL),
        ("a.b[0], c = !ls -l", SHELL),
        ("%matplotlib inline", MAGIC),
        ("%load_ext autoreload", MAGIC),
        ("%timeit f(1)", MAGIC),
        ("%time", MAGIC),
        ("t = %timeit -o f(1)", MAGIC),
        ("?print", HELP),
        ("??print", HELP),
        ("print?", HELP),
        ("torch.nn.Linear??", HELP),
        ("x[0].mean ?", HELP),
    ],
)
def test_a_command_becomes_a_line_that_does_nothing(hand_in_cells: HandIn, command: str, note: str) -> None:
    """A command becomes a comment on the same line, and a note says that it was skipped."""
    read = hand_in_cells(f"x = 1\n{command}\ny = 2")
    assert read.source == f"x = 1\npass  # {command}\ny = 2\n"
    assert tuple(map(str, read.notes)) == (note.format(command),)


def test_an_indented_command_keeps_its_indentation(hand_in_cells: HandIn) -> None:
    """A block with only a command stays a valid block."""
    read = hand_in_cells("if colab:\n    !pip install torch\nelse:\n\t%cd ..\n")
    assert read.source == "if colab:\n    pass  # !pip install torch\nelse:\n\tpass  # %cd ..\n\n"


def test_one_note_a_kind(hand_in_cells: HandIn) -> None:
    """Many commands of one kind, in several cells, give one note with the first as its example."""
    read = hand_in_cells("!ls\n!pwd\n%pylab", "%cd ..\n!ls", "x = 1")
    assert tuple(map(str, read.notes)) == (SHELL.format("!ls"), MAGIC.format("%pylab"))


def test_a_long_command_is_cut_in_its_note(hand_in_cells: HandIn) -> None:
    """A note is short and has no control characters."""
    assert tuple(map(str, hand_in_cells("!\x1b" + "a" * 100).notes)) == (SHELL.format("!\ufffd" + "a" * 37 + "…"),)


def test_a_command_may_go_on_after_a_backslash(hand_in_cells: HandIn) -> None:
    """The continuation lines of a command are removed with it."""
    read = hand_in_cells("!pip install \\\n  torch \\\n  'numpy\nx = 1")
    assert read.source == "pass  # !pip install \\\n#   torch \\\n#   'numpy\nx = 1\n"


def test_quotes_and_brackets_of_a_command_mean_nothing(hand_in_cells: HandIn) -> None:
    """An apostrophe in a command does not begin a string."""
    assert hand_in_cells("!echo it's (\n%cd ..\nx = 1").source == "pass  # !echo it's (\npass  # %cd ..\nx = 1\n"


def test_the_statement_that_is_timed_stays(hand_in_cells: HandIn) -> None:
    """The statement of `%time` stays in the cell, so that its names are bound."""
    read = hand_in_cells("if 1:\n    %time x = f(1)\n%time g(\n2)")
    assert read.source == "if 1:\n    x = f(1)\ng(\n2)\n"
    assert read.notes == ()


# Python that looks like commands


@pytest.mark.parametrize(
    "python",
    [
        "x = (a\n% b)",
        "x = (a\n    % b\n)",
        "x = [a\n% b\n]",
        "x = a \\\n% b",
        "'''\n!ls\n%cd\nwhat?\n'''",
        'x = """a\n!ls \\"""\n%cd"""',
        "x = r'\\''\nz = '''\n!ls\n'''",
        "x = 'a\\\n!ls'",
        "x = 'it\\'s ('\ny = \"(\"",
        "# is (this?\n# or that's?",
        "x = '#'\ny = ('''\n!ls'''\n)",
        "x %= b\nx != b\nx = y != z",
        "x = {'a': (1,\n'?')}",
        "pip = 1\npip in [pip]\nuv - 1",
        "y = 5 %time + 1",
    ],
)
def test_python_that_looks_like_a_command_stays(hand_in_cells: HandIn, python: str) -> None:
    """`%`, `!` and `?` in brackets, strings, comments and continued lines are not commands."""
    read = hand_in_cells(f"{python}\n!ls")
    assert read.source == f"{python}\npass  # !ls\n"
    assert tuple(map(str, read.notes)) == (SHELL.format("!ls"),)


def test_python_is_not_looked_at(hand_in_cells: HandIn) -> None:
    """A cell that is valid Python is not changed."""
    source = "  \n'''\n%%bash\n'''\nx = (1\n  % 2)"
    assert hand_in_cells(source).source == source + "\n"


def test_an_error_beside_a_command_is_located(hand_in_cells: HandIn) -> None:
    """Removing commands moves no line, so an error has the student's line, quoted as written."""
    problem = str(hand_in_cells("!ls\n%time x = (\ny = 2").problem)
    assert problem.startswith("01_tensors.ipynb, code cell 1, line 2: Python cannot read `%time x = (`")


# Whole cells


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile a.py", "%%javascript", "%%script sh", "%%!"])
def test_a_cell_of_another_language_is_skipped(hand_in_cells: HandIn, magic: str) -> None:
    """A cell in another language is left out with a note, but is still counted."""
    read = hand_in_cells("x = 1", f"\n{magic}\n<p>it's", "y = 2")
    assert read.source == "x = 1\n\ny = 2\n"
    assert tuple(map(str, read.notes)) == (CELL.format(magic),)
    assert str(read.where(3)) == "code cell 3, line 1"


@pytest.mark.parametrize("magic", ["%%time", "%%capture", "%%capture --no-stderr", "%%prun -l 5", "%%prun -q"])
def test_a_cell_that_is_measured_keeps_its_body(hand_in_cells: HandIn, magic: str) -> None:
    """Magics that measure a cell or hide its output keep its code, without a note."""
    read = hand_in_cells(f"{magic}\nx = 1")
    assert read.source == f"pass  # {magic}\nx = 1\n"
    assert read.notes == ()


def test_a_cell_that_is_only_timed_defines_nothing(hand_in_cells: HandIn) -> None:
    """A `%%timeit` cell is left out, because its names stay in a function; the note says what to do."""
    read = hand_in_cells("%%timeit -n 1\ndef f():\n    pass", "y = 2")
    assert read.source == "y = 2\n"
    assert tuple(map(str, read.notes)) == (
        "Cells that begin with `%%timeit -n 1` were skipped: what they define is gone when they end. "
        "Delete that line if the cell holds your answer.",
    )


def test_a_file_that_is_run_is_noted(hand_in_cells: HandIn) -> None:
    """A note says that names from another file, by `%run`, are not graded."""
    read = hand_in_cells("%run helpers.py\nx = 1")
    assert read.source == "pass  # %run helpers.py\nx = 1\n"
    assert tuple(map(str, read.notes)) == (
        "Other files that the notebook runs or loads, such as with `%run helpers.py`, were skipped: only the notebook "
        "itself is graded. Copy what you need from them into a cell.",
    )


# As IPython runs it

SESSION = """>>> def f(x):
...     y = x + 1
...
...     return y
...
>>> a = f(1)"""
NUMBERED = """In [1]: def f(x):
   ...:     return x + 1
   ...:

In [2]: a = f(1)"""
DOCTEST = '''%matplotlib --list
def f(x):
    """Add.

    >>> f(1)
    2
    """
    return x + 1
a = f.__doc__'''
AS_IPYTHON = [
    SESSION,
    NUMBERED,
    DOCTEST,
    "\n    >>> a = 1\n    >>> for i in range(2):\n    ...     a += i\n",
    "    a = 1\n    if a:\n        b = 2",
    "[ins] In [12]: a = 1\n          ...: b = 2",
    "\n  \n%%time\na = 1",
    "%%time\n\n%%capture\na = 1\nprint(a)",
    "%%time a = 1\nb = 2",
    "%%capture out\na = 1",
    "%%capture out --no-stderr\na = 1\n",
    "%%prun -q a = 1\nb = a + 1",
    "%%prun -q\na = 1\n",
    "%%timeit -n1 -r1\na = 1",
    "%%timeit -n1 -r1 b = 2\na = 1",
    "%%bash\nexit 0",
    "%%nonesuch\na = 1",
    "%%html\n<b>",
    "%time a = 1\nb = 2",
    "%time a = sum([1, 2]); b = a",
    "a = %time 1 + 1",
    "if True:\n    %time a = 1\n    b = 2",
    "%prun -q a = 1",
    "%prun -q -l 3 a = 1",
    "%timeit -n1 -r1 a = 1",
    "a = 5\n%timeit -n1 -r1 a",
    "!true\na = 1",
    "a = 1\na?",
    "?sum\na = 1",
    "a = 1; %time",
    "a = 7 \\\n  %4",
    "a = (7\n%4)",
    "a = '''\n%time b = 1\n!ls\n'''\n%time c = 2",
    "a = []\n,a.append x\n;a.append y z\nb = 3\n/a.append b",
    "%%time\n!true\na = 1",
    "%%time\n    a = 1\n    b = 2",
    "%%capture\n>>> a = 1\n>>> b = 2",
    "a = 1;\nb = 2;",
    "a = 1 # ?\nb = 2 # %%time",
    "%%\na = 1",
    "%%writefile /dev/null\na = 1",
]
ORACLE = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
found = []
for cell in json.load(sys.stdin):
    shell.reset(new_session=False)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        shell.run_cell(cell)
    found.append({n: str(v) for n, v in shell.user_ns.items() if n in ("a", "b", "c")})
json.dump(found, sys.__stdout__)
"""


@pytest.mark.slow
def test_a_cell_gives_names_what_ipython_gives_them(tmp_path: Path) -> None:
    """After each cell, the names have the same values as in IPython itself."""
    command = [sys.executable, "-c", ORACLE]
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        command, input=json.dumps(AS_IPYTHON), capture_output=True, text=True, check=True, env=environment
    )
    expected = dict(zip(AS_IPYTHON, json.loads(done.stdout), strict=True))
    assert expected[SESSION] == {"a": "2"} and expected["%time a = 1\nb = 2"] == {"a": "1", "b": "2"}
    assert {cell: names(cell) for cell in AS_IPYTHON} == expected


def names(cell: str) -> dict[str, str]:
    """Run a translated cell and return the values of its names; statements before an error count."""
    translated = translate(cell).code
    namespace: dict[str, object] = {"get_ipython": lambda: None}
    with contextlib.suppress(SyntaxError):
        exec(compile(translated or "", "cell", "exec"), namespace)
    return {name: str(value) for name, value in namespace.items() if name in ("a", "b", "c")}


def test_magics_of_a_cell_stack(hand_in_cells: HandIn) -> None:
    """A cell may have several cell magics, and commands."""
    read = hand_in_cells("%%time\n%%capture\n!ls\nx = 1", "%%time\n\n%%bash\nls")
    assert read.source == "pass  # %%time\npass  # %%capture\npass  # !ls\nx = 1\n"
    assert tuple(map(str, read.notes)) == (SHELL.format("!ls"), CELL.format("%%bash"))


def test_a_cell_that_is_indented_as_a_whole_is_moved_left(hand_in_cells: HandIn) -> None:
    """A cell that is indented as a whole is read, as IPython does."""
    assert hand_in_cells("    x = 1\n    if x:\n        y = 2\n").source == "x = 1\nif x:\n    y = 2\n\n"
