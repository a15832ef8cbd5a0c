"""The texts of a course, as a translator of it needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.catalog import CatalogError, load_catalog
from grader.catalog.texts import Text, texts_of

SOURCE = """\
# ---
# grader:
#   title: "Sums"
#   title_pt: "Somas"
# ---

# %% [markdown]
# # Sums
#
# Add what you are given.

# %% task="add" points=2
def add(a, b):
    ### BEGIN SOLUTION
    # TODO: add them.
    return a + b
    ### END SOLUTION

# %% [markdown] task="add" tags=["hint"]
# Python has
# a sign for it.
"""
SUITE = '''\
"""Public checks."""

from grader.suites import check


@check("add", points=2)
def test_add(candidate):
    """The sum of two numbers is right. So is that
    of zeros.

    This paragraph is for authors.
    """


def helper():
    """Return nothing."""
'''
WRONG = """\
# %% task="add" name="minus"
# You subtract the second number:
# look at the sign.


def add(a, b):
    return a - b
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Lay down a course of one exercise."""
    files = {
        "solutions/01_sums.py": SOURCE,
        "tests/public/test_01_sums.py": SUITE,
        "tests/misconceptions/01_sums.py": WRONG,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_each_text_has_its_kind_and_place(course: Path) -> None:
    """Titles, text cells, hints, titles of checks and misconceptions are read, as learners see them, and no more."""
    source, suite, wrong = "solutions/01_sums.py", "tests/public/test_01_sums.py", "tests/misconceptions/01_sums.py"
    assert list(texts_of(load_catalog(course))) == [
        Text(text="Sums", kind="title of an exercise", path=source, line=3),
        Text(text="# Sums\n\nAdd what you are given.", kind="text cell, in Markdown", path=source, line=7),
        Text(text="Python has a sign for it.", kind="hint", path=source, line=19),
        Text(text="The sum of two numbers is right", kind="title of a check", path=suite, line=8),
        Text(
            text="You subtract the second number: look at the sign.",
            kind="what a learner with this misconception is told",
            path=wrong,
            line=2,
        ),
    ]


def test_a_release_without_solutions_has_no_texts_to_extract(course: Path) -> None:
    """Texts are extracted from the instructor's clone: elsewhere the error names the missing file."""
    (course / "exercises").mkdir()
    (course / "solutions" / "01_sums.py").rename(course / "exercises" / "01_sums.py")
    with pytest.raises(CatalogError, match=r"Cannot read .*solutions/01_sums\.py"):
        list(texts_of(load_catalog(course)))
