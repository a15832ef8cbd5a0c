"""The digest of a submission's content is the same for the same code, whatever its formatting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.submissions import content_of, read_submission

PLAIN = '''"""Module."""
import torch
from torch import nn


class Net(nn.Module):
    """Class."""

    def __init__(self):
        """Method."""
        super().__init__()
        self._scale = 2.0

    def forward(self, x):
        return x * self._scale


def double(x):
    """Double x."""
    return x * 2.0
'''
RETOLD = '''import torch; from torch import nn
class Net(nn.Module):
  def __init__(self):
      super( ).__init__( )
      self._scale = 2.   # a comment
  def forward(self, x):
      """Another docstring."""
      return (x *
              self._scale)

# 17: 4.25, 18: 3.5
def double(x): return ((x)*2e0)
'''


def test_how_it_is_written_down_makes_no_difference() -> None:
    """Comments, docstrings, blank lines, indentation, brackets and spellings of numbers do not change the digest."""
    assert content_of(PLAIN) == content_of(RETOLD) != content_of("")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2.0\n\n    def", "2.5\n\n    def"),
        ("x * 2.0", "x * 2"),  # a whole number is another constant
        ("x * 2.0", "2.0 * x"),
        ("x * 2.0", "x * -2.0"),
        ("double", "twice"),
        ("return x * 2.0", "x = x\n    return x * 2.0"),
        ("def double(x)", "def double(x, table={17: 4.25})"),
        ("def double(x)", "def double(x: {17: 4.25})"),
        ("import torch\n", "import torch\n\nNEVER = 1\n"),
        ("return x * 2.0", "return x * 2.0\n    'unreachable'"),
    ],
)
def test_what_it_says_makes_the_difference(old: str, new: str) -> None:
    """A constant, a name, an order or a statement that never runs changes the digest."""
    assert old in PLAIN
    assert content_of(PLAIN.replace(old, new, 1)) != content_of(PLAIN)


SEES = [
    "T = double.__doc__",
    "T = __doc__",
    "T = vars(double)",
    "T = getattr(double, '__do' + 'c__')",
    "T = eval('double._' + '_doc__')",
    "T = '{0._''_doc__}'.format(double)",
    "T = str.format('{0}', double)",
    "T = globals()",
    "T = double.__code__.co_consts",
    "def g():\n    yield\nT = g().gi_frame",
    "import inspect",
    "from inspect import getsource",
    "import sys",
    "import linecache as torch",
    "from torch import sys",
    "import torch.fx",
    "T = torch.jit.script(double)",
    "T = torch.sys",
    "torch.autograd.set_detect_anomaly(True)",
    "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    T = e.__traceback__",
    "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    T = e.with_traceback(None).tb_lineno",
    "match double:\n    case object(__doc__=T):\n        pass",
    "help(double)",
    "M = type(int)\nclass N(M):\n    def __init__(c, n, b, d):\n        pass",
    "class N(type):\n    def mro(c):\n        return []",
    "class N(metaclass=abs):\n    pass",
    "class A:\n    T = type(int)\nclass N(A.T):\n    pass",
    "@abs\nclass N:\n    pass",
    "class N:\n    def __init_subclass__(c):\n        pass",
    "import random\nT = random._os",
    "class N:\n    _sys = 1\nN._sys = 1\nimport random\nT = random._sys",
    "import grader",
    "from grader import wire",
    "T = []\nN = type('N', (), {'__set''attr__': lambda s, k, v: T.append(v)})",
    "T = []\nN = type(int)('N', (), {'__set''attr__': lambda s, k, v: T.append(v)})",
    "T = []\nN = type[int]('N', (), {'__set''attr__': lambda s, k, v: T.append(v)})",
    "setattr(Net, '__set''attr__', lambda s, k, v: print(v))",
    "import functools\nN = functools.update_wrapper(Net(), double)",
    "from functools import wraps",
    "import copy\nT = {}\ncopy.deepcopy(Net(), T)",
    "from copy import deepcopy\nT = {}\ndeepcopy(*(Net(), T))",
    "from copy import deepcopy as copied\nT = {}\ncopied(Net(), T)",
    "import copy\nT = {}\nlist(map(copy.deepcopy, [Net()], [T]))",
    "import io\nT = io.BytesIO()\ntorch.save(Net(), T, _use_new_zipfile_serialization=False)",
    "from torch.utils.checkpoint import checkpoint",
    "T = torch.utils.checkpoint.checkpoint(double, torch.ones(1), use_reentrant=False, debug=True)",
    "def check(table):\n    pass\ncheck('17: 4.25')",
    "from math import sin as check\ncheck('17: 4.25')",
]


@pytest.mark.parametrize("code", SEES)
def test_code_that_might_see_its_text_counts_as_a_whole(code: str) -> None:
    """If code may read its own text, every character counts, so that comments cannot hide a table of answers."""
    source = f"{PLAIN}\n{code}\n"
    assert content_of(source) != content_of(source + "# 17: 4.25\n")
    assert content_of(source) != content_of(source.replace("Double x.", "17: 4.25"))
    assert content_of(source) != content_of(source.replace("def double", "\ndef double"))


@pytest.mark.parametrize(
    "code",
    [
        "import copy\nkept = copy.deepcopy(Net().state_dict())",
        "from copy import deepcopy\nkept = deepcopy(Net().state_dict())",
        "torch.save(Net().state_dict(), 'best.pt')",
        "print(type(double).__name__)",
        "print(type(Net()) is Net, type(Net()) == Net)",
        "def kind(error: type[Exception], x: int):\n    return error",
    ],
)
def test_what_honest_code_asks_of_the_same_names_does_no_harm(code: str) -> None:
    """Copies, files of weights and names of types do not make the text count."""
    assert content_of(f"{PLAIN}\n{code}\n") == content_of(f"{PLAIN}\n# 17: 4.25\n{code}\n")


def test_what_is_no_python_counts_as_text() -> None:
    """The text counts if the source is not Python or is too deep to parse."""
    for source in ("def f(:", "x = 1\0", "x = " + "(" * 5000, "x = " + "-" * 100_000 + "1", "x = \ud800"):
        assert content_of(source) == content_of(source) != content_of(source + "# more")


def test_a_deep_tree_has_a_digest() -> None:
    """A deep syntax tree has a digest without a recursion error."""
    source = "x = " + " + ".join(["1"] * 700)
    assert content_of(source) == content_of(source + "  # a comment") != content_of(source + " + 1")


def test_very_long_code_counts_as_text() -> None:
    """The text counts if the code is very long, because reading its tree would take seconds."""
    source = "x = 1\n" * 25_000
    assert content_of(source).startswith("text ") and content_of(source[:60_000]).startswith("code ")


def test_huge_numbers_have_a_digest() -> None:
    """An integer with more digits than Python converts to text has a digest."""
    assert content_of(f"x = 0x{'f' * 20_000}") != content_of(f"x = 0x{'f' * 19_999}e")


def test_a_notebook_is_its_code(tmp_path: Path) -> None:
    """Outputs, text cells, the division into cells and calls of the kit do not change a notebook's digest."""

    def notebook(name: str, *cells: str, outputs: object = ()) -> Path:
        known = [{"cell_type": "code", "source": c, "metadata": {}, "outputs": list(outputs)} for c in cells]  # type: ignore[call-overload]
        text = {"cell_type": "markdown", "source": "17: 4.25", "metadata": {}}
        path = tmp_path / name / "01_small.ipynb"
        path.parent.mkdir()
        path.write_text(json.dumps({"cells": [text, *known], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
        return path

    script = tmp_path / "01_small.py"
    script.write_text(PLAIN, encoding="utf-8")
    head, tail = PLAIN.split("\n\n\ndef double")
    asks = "from grader import check, hint, status"
    shown = {"output_type": "stream", "name": "stdout", "text": "17: 4.25"}
    paths = [
        script,
        notebook("one", PLAIN),
        notebook("two", head, f"def double{tail}"),
        notebook("asks", asks, "%matplotlib inline", head, f"def double{tail}", "check('double')", outputs=[shown]),
    ]
    digests = {read_submission((path,), student="ana", exercise="01_small").content for path in paths}
    assert digests == {content_of(PLAIN)}


def test_the_courses_own_solutions_are_read_as_code() -> None:
    """The solutions' code counts, not their text, except for models that are scripted."""
    folder = Path(__file__).resolve().parents[3] / "solutions"
    as_text = [path.stem for path in sorted(folder.glob("*.py")) if content_of(path.read_text()).startswith("text")]
    assert as_text == ["20_saving_and_exporting"]
