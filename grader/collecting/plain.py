"""Says whether a folder is a class as `grade` reads it, so that nothing has to be collected first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from grader.collecting.archives import is_archive
from grader.collecting.manifest import MANIFEST
from grader.submissions import SUFFIXES, is_litter, split_name

# Names that a platform gave: the students' names are parts of them.
_PLATFORM: Final = re.compile(
    r".*_assignsubmission_.*|submission_\d+|\d+-\d+ - .+ - .+|submitted|.+\+.+\+\d{4}-.+|.*\S\([^()\s]+\)"
)
_LEVELS: Final = 6
_MOST: Final = 100_000  # files that are looked at


def is_class_folder(path: Path) -> bool:
    """Say whether a folder has one folder for each student, with the exercises directly in it, or was collected.

    A path that does not exist, or holds nothing to collect, is left to `grade`, which says what is wrong.
    """
    if not path.exists():
        return True
    if not path.is_dir():
        return False
    if (path / MANIFEST).is_file():  # which a student could have uploaded, where all files lie in one folder
        return not any(split_name(entry.name)[1] in SUFFIXES for entry in path.iterdir())
    answers, beside = 0, 0
    pending = [(path, 0)]
    seen = 0
    while pending:
        folder, level = pending.pop()
        try:
            entries = list(folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if entry.name == ".git" and level == 1 and "-" in folder.name:
                return False
            if is_litter(entry.name) or seen > _MOST:
                continue
            if is_archive(entry.name) or (level == 0 and _PLATFORM.fullmatch(entry.name)):
                return False
            if entry.is_symlink():
                continue
            if entry.is_dir():
                if level < _LEVELS:
                    pending.append((entry, level + 1))
            elif split_name(entry.name)[1] in SUFFIXES:
                answers += level == 1
                beside += level == 0
                if level > 1:
                    return False
    return answers > 0 or not beside
