"""Code that was typed or pasted into a platform's page is found there, and collected as a script."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from downloads import TASKS, collection_of, exercises, solved, written

from grader.collecting.typed_text import code_in

SEVEN, EIGHT = TASKS
CODE = "def derivative_at(f, x):\n    if x < 1 and True:\n        return 1\n    return 2\n"


def lines(code: str) -> list[str]:
    return [line for line in code.splitlines() if line.strip()]


@pytest.mark.parametrize(
    "page",
    [
        f"<pre>{CODE.replace('<', '&lt;')}</pre>",
        "<p>" + CODE.replace("<", "&lt;").replace("    ", "&nbsp; &nbsp; ").replace("\n", "<br>") + "</p>",
        "<p>" + CODE.replace("<", "&lt;").replace("  ", "&nbsp; ").replace("\n", "<br />\r\n") + "</p>",
        "".join(
            f"<div><span class='x'>{line.replace('<', '&#60;').replace(' ', '&#160;')}</span></div>"
            for line in CODE.splitlines()
        ),
        "<!DOCTYPE html><html><head><title>Week 7: Ana</title></head><body>\n<h1>Week 7</h1>\n<p>Here it is:</p>"
        f"<pre><code>{CODE.replace('<', '&lt;')}</code></pre></body></html>",
    ],
    ids=["pre", "paragraph", "lines of a plain text", "an editor's lines", "with a greeting"],
)
def test_code_in_a_page_keeps_its_lines_and_indentation(page: str) -> None:
    """Whatever an editor made of lines and blanks, the script has them, and begins with the first statement."""
    assert lines(code_in(page.encode()).decode()) == lines(CODE)


@pytest.mark.parametrize(
    ("typed_at", "layout"),
    [
        ("Ana Sousa_1_assignsubmission_onlinetext/onlinetext.html", "moodle"),
        ("Ana Sousa_1_assignsubmission_onlinetext_onlinetext.html", "moodle"),
        ("sousaana_77_text.html", "canvas"),
    ],
)
def test_a_page_with_code_is_collected(tmp_path: Path, typed_at: str, layout: str) -> None:
    """It becomes a script of its student's, who reads that a file is better; the code in it is what is written."""
    page = f"<p>Dear teacher,</p><pre>{solved()}</pre>"
    with collection_of(written(tmp_path, {f"in/{typed_at}": page}), layout=layout) as plan:
        ((student, files),) = exercises(plan).items()
        assert files == [f"{SEVEN}.py"]
        assert lines(plan.data(f"{student}/{SEVEN}.py").decode()) == lines(solved())
        (person,) = plan.collected.people
        assert "text that you typed into the platform" in str(person.files[0].notes[0])


def test_a_page_without_code_is_listed_with_what_to_do(tmp_path: Path) -> None:
    """Also where a folder has the name of an exercise: prose is nobody's answer. The file beside it counts."""
    tree = {
        f"{SEVEN}/Ana Sousa_1_assignsubmission_onlinetext/onlinetext.html": "<p>I import it from my home.</p>",
        f"{SEVEN}/Ana Sousa_1_assignsubmission_file/{SEVEN}.py": solved(),
    }
    with collection_of(written(tmp_path, {f"in/{path}": text for path, text in tree.items()})) as plan:
        assert exercises(plan) == {"Ana Sousa": [f"{SEVEN}.py"]}
        (left,) = plan.collected.left
        assert left.path.endswith("onlinetext.html") and left.student == "Ana Sousa"
        assert str(left.cure) == "Read it. If it holds an answer, ask the student for the file (.py or .ipynb)."


def test_the_same_code_as_file_and_text_counts_once(tmp_path: Path) -> None:
    """A student who hands in a file and pastes it too is in no doubt."""
    tree = {
        "in/Ana Sousa_1_assignsubmission_onlinetext/onlinetext.html": f"<pre>{solved()}</pre>",
        f"in/Ana Sousa_1_assignsubmission_file/{SEVEN}.py": solved(),
    }
    with collection_of(written(tmp_path, tree)) as plan:
        assert exercises(plan) == {"Ana Sousa": [f"{SEVEN}.py"]}
        assert [file.kind for file in plan.collected.left] == ["spare"]


def test_hostile_pages_take_no_time(tmp_path: Path) -> None:
    """Pages that make a parser slow are read in one pass, and larger ones are not looked at."""
    began = time.process_time()
    for piece in ("<a ", "<", "<!--", '<a b="', "</", "&#", "<a '", "&a"):
        code_in((piece * 500_000)[:500_000].encode())
    assert time.process_time() - began < 5
    tree = {"in/Ana_1_assignsubmission_onlinetext/onlinetext.html": f"<pre>{solved()}</pre>" + " " * 500_000}
    with collection_of(written(tmp_path, tree), layout="moodle") as plan:
        assert not plan.content and len(plan.collected.left) == 1
