"""Every file becomes a source to run or a problem to fix; no error is raised."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.records import Submission
from grader.submissions import read_submission

HandIn = Callable[..., Submission]
FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def code(source: object, **cell: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source} | cell


def test_a_script_is_its_own_source(hand_in: HandIn, tmp_path: Path) -> None:
    """A valid script is its own source, with the same lines."""
    read = hand_in("01_tensors.py", "def f(x):\n    return x\n")
    assert read == Submission(
        student="ana",
        exercise="01_tensors",
        path=str(tmp_path / "01_tensors.py"),
        source="def f(x):\n    return x\n",
        content=read.content,
    )


def test_no_paths_are_the_callers_mistake() -> None:
    """A call without paths raises an error."""
    with pytest.raises(ValueError, match=r"Cannot read the submission of 'ana' for '01_tensors': no paths\. Give at"):
        read_submission((), student="ana", exercise="01_tensors")


def test_the_library_loads_without_its_heavy_friends() -> None:
    """Importing the package loads neither torch nor the notebook libraries."""
    script = "import sys, grader.submissions; print([m for m in ('torch', 'nbformat', 'IPython') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"


# Nothing raises

NASTY = {
    "brackets": b"(" * 100_000,
    "closing brackets": b")" * 100_000,
    "braces": b"{" * 100_000,
    "JSON of brackets": b"[" * 100_000 + b"]" * 100_000,
    "JSON of cells in cells": b'{"worksheets":[' * 5000 + b"]}" * 5000,
    "JSON of a long number": b'{"cells": [], "n": ' + b"9" * 10_000 + b"}",
    "JSON cells of everything": b'{"cells": [null, 1, "a", [], {}, {"cell_type": "code"}, {"cell_type": ["code"]}]}',
    "JSON source of numbers": b'{"cells": [{"cell_type": "code", "source": [1, null]}]}',
    "JSON metadata of lists": b'{"cells": [{"cell_type": "code", "metadata": [], "source": "1 1"}], "metadata": 3}',
    "JSON half a character": b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}',
    "JSON null character": b'{"cells": [{"cell_type": "code", "source": "x\\u0000"}]}',
    "JSON not a number": b'{"cells": NaN}',
    "null characters": b"\0" * 1000,
    "high bytes": b"\xff" * 1000,
    "mark of UTF-32": codecs.BOM_UTF32_LE + "x = 1".encode("utf-32-le"),
    "half of UTF-16": codecs.BOM_UTF16_LE + b"\0\xd8",
    "long coding line": b"# coding: " + b"a" * 100_000,
    "two coding lines": b"# coding: big5\n# coding: hz\n~{\xff",
    "odd multibyte": b"# coding: iso2022_jp_2\n\x1b$B\xff",
    "control characters": bytes(range(1, 32)),
    "deep indentation": b"".join(b" " * depth + b"if 1:\n" for depth in range(300)),
    "long names": b"a" * 100_000 + b" b",
    "long text": b"'" + b"a" * 1_000_000,
    "long number": b"9" * 100_000,
    "surrogate escapes": b"x = '\\ud800'\n",
    "backslashes": b"\\\n" * 10_000,
    "tabs": b"\t" * 100_000 + b"x",
    "marks of merges": b"<<<<<<< \n" * 50_000 + b"(",
    "questions": b"? " * 50_000 + b"x",
    "percents": b"%" * 100_000,
    "formats": b"{name} {0} {} %s",
    "f-strings": b"f'{" * 1000,
    "duplicate arguments": b"def f(a, a): pass",
    "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00]\x94(K\x01K\x02e.",
    "zip": b"PK\x03\x04" + bytes(100),
}


@pytest.mark.parametrize("name", ["01_tensors.py", "01_tensors.ipynb"])
@pytest.mark.parametrize("data", NASTY.values(), ids=NASTY.keys())
def test_nasty_files_do_not_raise(hand_in: HandIn, name: str, data: bytes) -> None:
    """Difficult files are read or refused, with a text that can be encoded and is not too long."""
    read = hand_in(name, data)
    msgspec.json.encode(read)
    assert read.problem is None or len(str(read.problem)) < 600


@pytest.mark.parametrize("data", NASTY.values(), ids=NASTY.keys())
def test_nasty_cells_do_not_raise(hand_in_cells: HandIn, data: bytes) -> None:
    """The same content in a notebook's cell, after a command, is read or refused."""
    read = hand_in_cells("x = 1", "!ls\n" + data.decode("latin-1"))
    msgspec.json.encode(read)
    assert read.problem is None or len(str(read.problem)) < 600


@FUZZ
@given(data=st.binary(max_size=300), name=st.sampled_from(["01_tensors.py", "01_tensors.ipynb"]))
def test_random_bytes_do_not_raise(hand_in: HandIn, data: bytes, name: str) -> None:
    """Random bytes are read or refused."""
    msgspec.json.encode(hand_in(name, data))


@FUZZ
@given(
    data=st.binary(max_size=60),
    encoding=st.sampled_from(
        ["utf-8", "ascii", "big5", "hz", "iso2022_jp", "cp037", "utf-8-sig", "shift_jis", "koi8-r"]
    ),
)
def test_random_bytes_in_any_encoding_do_not_raise(hand_in: HandIn, data: bytes, encoding: str) -> None:
    """Random bytes under any coding line are read or refused."""
    msgspec.json.encode(hand_in("01_tensors.py", f"# coding: {encoding}\n".encode() + data))


@FUZZ
@given(source=st.text(st.sampled_from("abx=%!?'\"()[]{}\\#:, \n\tf"), max_size=60))
def test_random_cells_do_not_raise(hand_in_cells: HandIn, source: str) -> None:
    """Random text of parts of notebook commands is read or refused."""
    msgspec.json.encode(hand_in_cells(source))


VALID = json.dumps(
    {
        "cells": [
            code(["%matplotlib inline\n", "x = 1"], id="a"),
            {"cell_type": "markdown", "metadata": {}, "source": "words"},
            code("assert x", metadata={"nbgrader": {"grade": True, "solution": False, "grade_id": "t"}}),
        ],
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4)


@FUZZ
@given(start=st.integers(0, len(VALID)), length=st.integers(0, 20), new=st.text(max_size=10))
def test_a_damaged_notebook_does_not_raise(hand_in: HandIn, start: int, length: int, new: str) -> None:
    """A notebook with randomly replaced text is read or refused."""
    text = VALID[:start] + new + VALID[start + length :]
    msgspec.json.encode(hand_in("01_tensors.ipynb", text))


@FUZZ
@given(data=st.data())
def test_a_notebook_with_any_value_replaced_does_not_raise(hand_in: HandIn, data: st.DataObject) -> None:
    """A notebook in which one value is replaced by one of any type is read or refused."""
    notebook = node = json.loads(VALID)
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            node[key] = data.draw(JSON)
            break
        node = node[key]
    msgspec.json.encode(hand_in("01_tensors.ipynb", json.dumps(notebook)))
