"""Keeps lists of files that do not count short, for students who hand in thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from grader.records import LeftFile
from grader.sentences import instructor_collecting

_MOST: Final = 200  # files of one student that are listed each by itself


def shortened(files: Iterable[LeftFile]) -> tuple[LeftFile, ...]:
    """Return the files, sorted by student and path; of very many of one student, the rest as one entry."""
    by_student: defaultdict[str, list[LeftFile]] = defaultdict(list)
    for file in files:
        by_student[file.student].append(file)
    kept: list[LeftFile] = []
    for student, ones in sorted(by_student.items()):
        ones.sort(key=lambda file: (file.kind == "spare", file.path, file.exercise))
        kept += sorted(ones[:_MOST], key=lambda file: (file.path, file.exercise))
        if len(ones) > _MOST:
            kept.append(
                LeftFile(
                    path=student,
                    student=student,
                    reason=instructor_collecting.AND_MORE_FILES(count=len(ones) - _MOST),
                    cure=instructor_collecting.LOOK_INTO_IT(),
                )
            )
    return tuple(kept)
