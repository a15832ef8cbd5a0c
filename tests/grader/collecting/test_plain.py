"""A folder of students is graded as it is; everything else is collected first."""

from __future__ import annotations

from pathlib import Path

import pytest
from downloads import written

from grader.collecting.plain import is_class_folder


@pytest.mark.parametrize(
    ("files", "plain"),
    [
        (["in/ana/07_autograd.py", "in/ana/images/plot.png", "in/grades.csv"], True),
        (["in/ana/07_autograd.py", "in/10_linear.py"], True),
        (["in/ana/.ipynb_checkpoints/07.ipynb", "in/ana/07_autograd.py"], True),
        (["in/ana/README.md"], True),
        (["in/collected.json", "in/A/ana/07_autograd.py"], True),
        (["in/collected.json", "in/ana_07_autograd.py"], False),
        (["in/ana/week7/07_autograd.py"], False),
        (["in/ana_07_autograd.py"], False),
        (["in/ana.zip"], False),
        (["in/ana/work.zip", "in/bia/07_autograd.py"], False),
        (["in/Ana Sousa_1_assignsubmission_file/07_autograd.py"], False),
        (["in/submission_1/07_autograd.py"], False),
        (["in/week7-ana/07_autograd.py", "in/week7-ana/.git/config"], False),
        (["in.zip"], False),
    ],
)
def test_what_must_be_collected_first(tmp_path: Path, files: list[str], plain: bool) -> None:
    """Archives, platforms' names, nested folders and files without folders are collected first."""
    assert is_class_folder(written(tmp_path, dict.fromkeys(files, "x = 1\n"))) == plain


def test_a_path_that_is_not_there_is_for_grade_to_explain(tmp_path: Path) -> None:
    """`grade` has its own words for a missing folder."""
    assert is_class_folder(tmp_path / "nowhere")
