"""A student's code is shown line by line, escaped, with the lines marked that feedback names."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from grader.pages.marked_code import MarkedCode, coloured, marked_code
from grader.records import SourceSpan
from grader.reports.code import GradedCode
from grader.sentences import learner_files, verbatim

Make = Callable[..., Any]


class Text(HTMLParser):
    """Collects the text of markup, and its tags."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(markup)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


def code(source: str, **fields: Any) -> GradedCode:
    return GradedCode(exercise="07_autograd", file="07_autograd.py", source=source, **fields)


def lines(found: MarkedCode) -> list[tuple[int, str]]:
    return [(line.number, Text(line.markup).text) for block in found.blocks for line in block.lines]


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x  # </pre><script>alert(1)</script>\n",
        "'''<img src=x onerror=y>\n</span></pre>'''\n",
        "x = \"&lt;\" + 'é' * 2\n",
        "",
        "\n\nx = 1",
        "if x:\n\ty = 1\n",
        "not python at all ((( ''' <b>",
    ],
)
def test_code_is_shown_as_it_is(source: str) -> None:
    """Every character is shown, line by line, and none of it is markup."""
    found = [Text(markup) for markup in coloured(source)]
    assert "\n".join(one.text for one in found) == source.removesuffix("\n").replace("\t", " " * 8)
    assert set().union(*(one.tags for one in found)) <= {"span"}


def test_what_cannot_be_seen_is_made_visible() -> None:
    """Control characters and changes of direction, which can make code look like other code, are shown by number."""
    (line,) = coloured("x = 1 # \u202e \x1b[2J \x0c")
    assert Text(line).text == r"x = 1 # \x202e \x1b[2J \x0c"


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("return 'a' # b", {"k": ["return"], "s": ["'a'"], "c": ["# b"]}),
        ("x = rb'a\\'b' + f\"c\"", {"s": ["rb'a\\'b'", 'f"c"']}),
        ("'''a\nb'''", {"s": ["'''a", "b'''"]}),
        ("'it # is'", {"s": ["'it # is'"]}),
        ("def f(x): ...", {"k": ["def"], "f": ["f"]}),
        ("x1 = returned_for(10, 0x1F) + br", {"n": ["10", "0x1F"]}),
        ("x = 'not closed\ny = 2", {"s": ["'not closed"], "n": ["2"]}),
        ("'''not closed\n\nx = 1", {"s": ["'''not closed", "x = 1"]}),
    ],
)
def test_words_have_colours(source: str, kinds: dict[str, list[str]]) -> None:
    """Keywords, strings, names, numbers and comments are told apart, also in code that is not whole."""
    found: dict[str, list[str]] = {}
    for line in coloured(source):
        for kind, word in re.findall(r'<span class="(\w)">(.*?)</span>', line):
            found.setdefault(kind, []).append(unescape(word))
    assert found == kinds


@pytest.mark.parametrize(
    "part", ["'", '"', "'''", '"""', "\\", "'\\", "#", "a", "_9", "(", "rb", "def ", "@a.", "1.", "x'", "\n@", "\n'"]
)
def test_no_text_takes_long(part: str) -> None:
    """Ten times as much of any text takes about ten times as long: no code can stop the pages."""
    began = time.process_time()
    coloured(part * (5_000 // len(part)))
    once = time.process_time() - began
    began = time.process_time()
    coloured(part * (50_000 // len(part)))
    assert time.process_time() - began < 40 * once + 0.5


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_line_that_feedback_names_has_its_remark(check: Make, exercise: Make, line: int) -> None:
    """The line has the title of the check and its task; further checks of the task are counted."""
    checks = [check("sum", "failed", line=line), check("mean", "failed", line=line), check("other", "failed")]
    found = marked_code(code("import torch\ndef f(x):\n    return x.no\n"), exercise(tasks={"f": checks}))
    (block,) = found.blocks
    remarks = {one.number: [(r.task, str(r.text)) for r in one.remarks] for one in block.lines if one.remarks}
    assert remarks == {line: [("f", "The sum, and 1 more check")]}
    assert str(found.places[line]) == f"line {line}"


def test_an_error_while_loading_is_marked(exercise: Make) -> None:
    """A line that raised an error while the file was loaded has a remark about the file."""
    found = marked_code(code("import torch\n1 / 0\n"), exercise(raised_at=(2,)))
    (remark,) = found.blocks[0].lines[1].remarks
    assert remark.task == "" and "while the file was loaded" in str(remark.text)


@pytest.mark.parametrize("line", [-3, 0, 99, 10**30])
def test_a_line_that_is_not_there_is_ignored(check: Make, exercise: Make, line: int) -> None:
    """A candidate can claim any line; one that does not exist is not shown."""
    found = marked_code(code("x = 1\n"), exercise(tasks={"f": [check("sum", "failed", line=line)]}, raised_at=(line,)))
    assert lines(found) == [(1, "x = 1")] and found.places == {}


def test_the_last_definition_of_a_task_is_its_place(exercise: Make, check: Make) -> None:
    """If a function is defined twice, the second one counts, as it does when the file runs."""
    found = marked_code(
        code("def f(): pass\ndef g(): pass\ndef f(): 1\nx = 'def f'\n"), exercise(tasks={"f": [check("a")]})
    )
    assert [line.number for line in found.blocks[0].lines if line.task] == [3]


def test_lines_of_a_notebook_are_those_of_its_cells(exercise: Make, check: Make) -> None:
    """Each cell is a block with its own numbers; what the kit has put in front is not shown."""
    spans = (
        SourceSpan(first=1, label=learner_files.THE_NOTEBOOK(), line=1),
        SourceSpan(first=4, label=verbatim("code cell 1"), line=1),
        SourceSpan(first=7, label=verbatim("code cell 4"), line=1),
    )
    source = "def display(): pass\nx\n\na = 1\nb = 2\n\ndef f(): pass\n"
    report = exercise(tasks={"f": [check("a", "failed", line=5)]})
    found = marked_code(code(source, spans=spans), report)
    assert [str(block.label) for block in found.blocks] == ["code cell 1", "code cell 4"]
    assert lines(found) == [(1, "a = 1"), (2, "b = 2"), (1, "def f(): pass")]
    assert {line: str(place) for line, place in found.places.items()} == {
        5: "code cell 1, line 2",
        7: "code cell 4, line 1",
    }


def test_long_comments_are_folded_unless_something_is_said_about_them(exercise: Make, check: Make) -> None:
    """The text of an exercise is a block of its own that can be opened, but not if a line in it is marked."""
    source = "import torch\n" + "# text\n" * 9 + "def f(): pass\n"
    assert [block.folded for block in marked_code(code(source), exercise()).blocks] == [False, True, False]
    marked = marked_code(code(source), exercise(tasks={"f": [check("a", "failed", line=4)]}))
    assert [block.folded for block in marked.blocks] == [False]
    assert len(lines(marked)) == 11
