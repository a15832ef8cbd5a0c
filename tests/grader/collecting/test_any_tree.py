"""Whatever lies in a download, nothing of it is silent: each file is collected, listed or hidden."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from downloads import STUBS, TASKS, collection_of, notebook, solved, taken, written

from grader.collecting.writing import write_collection
from grader.submissions import is_litter

FOLDERS = [
    *("ana", "Ana Sousa", "A", "B", "week7", "07_autograd", "exercises", "notebooks", "1", "12345", "kit-main"),
    *("Ana Sousa_12_assignsubmission_file", "submission_3", "1-2 - Ana Sousa - Mar 1, 2026 926 PM", "submitted"),
    *("week7-asousa", "Sousa, Ana(asousa)", "Submission attachment(s)", "a.zip", "b.zip", ".git", "__MACOSX", "ç ã"),
]
FILES = [
    *("07_autograd.py", "07_autograd.ipynb", "Copy of 07_autograd.ipynb", "07-autograd (2).py", "Untitled.ipynb"),
    *("sousaana_LATE_7_8_07_autograd-1.py", "week_ana_attempt_2026-03-01-10-20-30_07_autograd.py", "x.py", "x.pdf"),
    *("week_ana_attempt_2026-03-01-10-20-30.txt", "timestamp.txt", "submission_metadata.yml", "scores.csv", "a.rar"),
    *("Ana_3_assignsubmission_file_08_detach_and_inplace.py", "ana_07_autograd.py", "README.md", ".DS_Store", "c.zip"),
    *("test_07_autograd.py", "07_autograd.py.txt", "notes.txt", "maria - 07_autograd.ipynb", ".classroom50.yaml"),
]
CONTENTS = [
    *(solved(), solved(by="other"), notebook(solved()), STUBS["07_autograd"], solved("08_detach_and_inplace")),
    *("x = (\n", "", "owner: [1\n", "{", "\0\0", "username\na\n", "é".encode("latin-1"), b"PK\x03\x04"),
]


@pytest.mark.parametrize("seed", range(80))
def test_no_file_of_any_download_is_silent(tmp_path: Path, seed: int) -> None:
    """A plan is made and written for any tree, and accounts for every file."""
    chance = random.Random(seed)
    tree = {}
    for _ in range(chance.randint(1, 25)):
        folders = [chance.choice(FOLDERS) for _ in range(chance.randint(0, 4))]
        tree["/".join([chance.choice(("in", "in.zip") if seed % 2 else ("in",)), *folders, chance.choice(FILES)])] = (
            chance.choice(CONTENTS)
        )
    downloads = {written(tmp_path, {path: content}) for path, content in tree.items() if not path.startswith("in.zip")}
    if zipped := {path: content for path, content in tree.items() if path.startswith("in.zip")}:
        downloads.add(written(tmp_path, zipped))
    with collection_of(*sorted(downloads)) as plan:
        found = [path for files in taken(plan).values() for path in files.values()]
        left = [file.path for file in plan.collected.left]
        hidden = {path for path in tree if any(is_litter(part) for part in path.split("/")[:-1])}
        hidden |= {path for path in tree if is_litter(path.rsplit("/", 1)[-1]) and "classroom50" not in path}
        inside = {path for path in tree if path not in hidden}
        assert {*found, *left} >= {path for path in inside if ".zip" not in path.removeprefix("in.zip")}
        assert len(plan.content) == len(found)
        assert all(file.reason.template and file.cure.template for file in plan.collected.left)
        exercises = {(one.student, file.exercise) for one in plan.collected.people for file in one.files}
        assert {exercise for _, exercise in exercises} <= set(TASKS)
        if plan.content:
            written_now = write_collection(plan, tmp_path / "out")
            assert written_now.new == len(plan.content)
            assert write_collection(plan, tmp_path / "out").same == len(plan.content)
