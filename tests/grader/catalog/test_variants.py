"""Misconceptions and alternatives are read from their files."""

import re

import pytest

from grader.catalog import CatalogError, Exercise, Task, Variant
from grader.catalog.variants import read_variants

EXERCISE = Exercise(
    id="02_doubling",
    title="Doubling",
    title_pt="Dobrar",
    prerequisites=(),
    tasks=(Task(name="double", points=2), Task(name="halve", points=1)),
)
SOLUTION = "def double(x):\n    return 2 * x\n\n\ndef halve(x):\n    return x / 2\n"
FILE = """\
# %%
import math


# %% task="double" name="squares"
# Squaring is right for 2 only:
# double means times two.
def double(x):
    # not the message
    return x**2


# %% task="halve" name="floors"
# `//` drops the remainder.

def halve(x):
    return x // 2
"""


def read(text: str, *, with_message: bool = True) -> tuple[Variant, ...]:
    return read_variants(
        text,
        exercise=EXERCISE,
        solution=SOLUTION,
        origin="misconceptions/02_doubling",
        with_message=with_message,
    )


def test_reads_the_variants_in_order() -> None:
    """Every cell with a task is a variant; a cell without a task, such as the imports, is not."""
    found = [(v.exercise, v.task, v.name) for v in read(FILE)]
    assert found == [("02_doubling", "double", "squares"), ("02_doubling", "halve", "floors")]


def test_joins_the_opening_comment_into_the_message() -> None:
    """The comment at the start of a cell is the message, as one paragraph; later comments are code."""
    messages = [v.message for v in read(FILE)]
    assert messages == ["Squaring is right for 2 only: double means times two.", "`//` drops the remainder."]


def test_redefines_one_task_of_the_solution() -> None:
    """A variant's source is the whole solution with one task defined again, so the others stay right."""
    names: dict[str, object] = {}
    exec(read(FILE)[0].source, names)
    double, halve = names["double"], names["halve"]
    assert callable(double) and callable(halve)
    assert (double(3), halve(3)) == (9, 1.5)


def test_leaves_the_message_out_of_the_source() -> None:
    """A variant's source is the solution and the cell's code, without the message."""
    assert read(FILE)[1].source == f"{SOLUTION}\n\ndef halve(x):\n    return x // 2\n"


def test_alternatives_keep_their_comments() -> None:
    """An alternative has no message; a comment at its start is part of its code."""
    variant = read(FILE, with_message=False)[0]
    assert variant.message == ""
    assert "# Squaring is right for 2 only:\n" in variant.source


def test_refuses_an_unknown_task() -> None:
    """A variant must name a task of its exercise."""
    with pytest.raises(
        CatalogError,
        match=r"Cannot read misconceptions/02_doubling: line 5: 02_doubling has no task 'duble'. Did you mean 'double'",
    ):
        read(FILE.replace('task="double"', 'task="duble"'))


@pytest.mark.parametrize("name", ["", ' name="Squares"', ' name="a.b"', " name=2"])
def test_refuses_a_name_that_is_none(name: str) -> None:
    """A variant's name must be lower-case words with hyphens, because reports join names with dots."""
    with pytest.raises(CatalogError, match=r"line 5: .*name.* Mark the cell `# %% task="):
        read(FILE.replace(' name="squares"', name))


def test_refuses_two_variants_of_one_name() -> None:
    """Names of variants must be unique in a task."""
    with pytest.raises(CatalogError, match=r"line 18: double has two variants 'squares'. Rename one"):
        read(FILE + FILE[FILE.index("# %% task") :])


def test_one_name_may_serve_two_tasks() -> None:
    """Variants of two tasks may have the same name."""
    assert [v.name for v in read(FILE.replace("floors", "squares"))] == ["squares", "squares"]


def test_refuses_a_misconception_without_a_message() -> None:
    """A misconception must have a teacher's sentence."""
    with pytest.raises(CatalogError, match=r"line 13: 'floors' has no message. Open the cell with it, as a comment"):
        read(FILE.replace("# `//` drops the remainder.\n", ""))


def test_refuses_a_variant_of_nothing() -> None:
    """A cell must define the task that it names."""
    with pytest.raises(CatalogError, match=r"line 5: 'squares' does not define 'double'. Define it in the cell"):
        read(FILE.replace("def double", "def twice"))


def test_keeps_what_a_misconception_presumes() -> None:
    """The patterns on a cell's marker stay as they are; a cell without any presumes nothing."""
    presuming = FILE.replace('name="squares"', 'name="squares" presumes=["_ ** _", "not pow() or square()"]')
    assert [v.presumes for v in read(presuming)] == [("_ ** _", "not pow() or square()"), ()]


@pytest.mark.parametrize("pattern", ["", "_", "not", "pow(", "pow() or", "x = ; y"])
def test_refuses_a_presumption_that_is_no_pattern(pattern: str) -> None:
    """Each pattern must be one expression or statement; the error names the cell's line and the pattern."""
    presuming = FILE.replace('name="squares"', f'name="squares" presumes=["_ ** _", "{pattern}"]')
    said = rf"Cannot read misconceptions/02_doubling: line 5: .*{re.escape(repr(pattern))}"
    with pytest.raises(CatalogError, match=said):
        read(presuming)


def test_refuses_presumptions_that_are_no_list() -> None:
    """`presumes` is a list of patterns, even if there is only one."""
    with pytest.raises(CatalogError, match=r"line 5: .*presumes"):
        read(FILE.replace('name="squares"', 'name="squares" presumes="_ ** _"'))
