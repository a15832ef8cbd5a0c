"""Reads what students hand in, scripts and notebooks, into `Submission` records.

Imported by: catalog, cli, collecting, examiner, grading, integrations, packages.
"""

from __future__ import annotations

from grader.submissions.beneath import Anchor, SubmittedFile
from grader.submissions.choosing import Choice, Version, choose, choose_among, notes_on
from grader.submissions.content import content_of, text_digest
from grader.submissions.copies import copied, copies_in
from grader.submissions.decoding import decode_script
from grader.submissions.files import open_ordinary, read_bytes
from grader.submissions.folders import StudentFolder, SubmissionsError, files_beside, find_submissions
from grader.submissions.history import read_history
from grader.submissions.leaving import shortened
from grader.submissions.looking import Look, definitions
from grader.submissions.managing import ManagedCell
from grader.submissions.names import printable
from grader.submissions.problems import Unreadable
from grader.submissions.reader import Reader
from grader.submissions.reading import NOTEBOOK_LIMIT, SCRIPT_LIMIT, open_notebook, read_submission
from grader.submissions.recognition import SUFFIXES, ExerciseNames, Recognised, is_given, is_litter, split_name

__all__ = [
    "NOTEBOOK_LIMIT",
    "SCRIPT_LIMIT",
    "SUFFIXES",
    "Anchor",
    "Choice",
    "ExerciseNames",
    "Look",
    "ManagedCell",
    "Reader",
    "Recognised",
    "StudentFolder",
    "SubmissionsError",
    "SubmittedFile",
    "Unreadable",
    "Version",
    "choose",
    "choose_among",
    "content_of",
    "copied",
    "copies_in",
    "decode_script",
    "definitions",
    "files_beside",
    "find_submissions",
    "is_given",
    "is_litter",
    "notes_on",
    "open_notebook",
    "open_ordinary",
    "printable",
    "read_bytes",
    "read_history",
    "read_submission",
    "shortened",
    "split_name",
    "text_digest",
]
