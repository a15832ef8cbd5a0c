"""What counts for each person of a class: the reports' points, what people decided about them, and what changed.

Imported by: cli, exports, packages, pages, reports, similarity.
"""

from grader.gradebook.errors import GradebookError
from grader.gradebook.reading import read_gradebook
from grader.gradebook.records import Change, Column, Entry, Gradebook, Reason, Row, Run

__all__ = ["Change", "Column", "Entry", "Gradebook", "GradebookError", "Reason", "Row", "Run", "read_gradebook"]
