"""Keeps the code of each submission beside its report, as it was graded, so that pages can show it."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Final, Literal

import msgspec

from grader.files import write_bytes
from grader.records import SourceSpan, Submission
from grader.reports.store import ReportError, write_json
from grader.sentences import instructor

FOLDER: Final = "code"  # in a student's folder


class GradedCode(msgspec.Struct, frozen=True, kw_only=True):
    """The code of one submission as it was graded: `source`, and the name of the student's `file`.

    `spans` map lines of `source` to the student's lines, as in a `Submission`; without any, the lines are the same.
    """

    schema: Literal["grader/code/1"] = "grader/code/1"
    exercise: str
    file: str
    source: str
    spans: tuple[SourceSpan, ...] = ()


def keep_code(folder: Path, submission: Submission) -> None:
    """Write the code of a submission into the student's folder, readable only by its owner.

    If the submission could not be read, an earlier version of it is removed. Raises `OSError`.
    """
    if submission.source is None:
        forget_code(folder, submission.exercise)
        return
    code = GradedCode(
        exercise=submission.exercise,
        file=PurePath(submission.path).name,
        source=submission.source,
        spans=submission.spans,
    )
    write_json(_path(folder, submission.exercise), code, private=True)


def take_over_code(folder: Path, earlier: Path, exercise: str) -> None:
    """Copy the code of an exercise from another folder of the same student, if there is none yet. Raises `OSError`."""
    mine, other = _path(folder, exercise), _path(earlier, exercise)
    if other.is_file() and not mine.exists():
        write_bytes(mine, other.read_bytes(), private=True)


def forget_code(folder: Path, exercise: str) -> None:
    """Remove the code of an exercise from the student's folder, if it is there. Raises `OSError`."""
    _path(folder, exercise).unlink(missing_ok=True)


def load_code(folder: Path, exercise: str) -> GradedCode | None:
    """Return the code of an exercise from the student's folder, or `None` if there is none. Raises `ReportError`."""
    path = _path(folder, exercise)
    try:
        return msgspec.json.decode(path.read_bytes(), type=GradedCode)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(instructor.UNREADABLE_REPORT(path=str(path), error=str(error))) from None


def _path(folder: Path, exercise: str) -> Path:
    return folder / FOLDER / f"{exercise}.json"
