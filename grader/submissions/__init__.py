"""Read what students hand in, scripts and notebooks, into `Submission` records."""

from __future__ import annotations

from grader.submissions.folders import StudentFolder, SubmissionsError, find_submissions
from grader.submissions.history import read_history
from grader.submissions.reader import Reader
from grader.submissions.reading import read_submission
from grader.submissions.sentences import Unreadable

__all__ = [
    "Reader",
    "StudentFolder",
    "SubmissionsError",
    "Unreadable",
    "find_submissions",
    "read_history",
    "read_submission",
]
