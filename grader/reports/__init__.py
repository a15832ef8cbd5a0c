"""Stores reports as JSON, and shows them in a terminal or a notebook.

Imported by: cli, gradebook, grading, integrations, notebook, packages, pages, similarity.
"""

from grader.reports.class_table import class_table
from grader.reports.store import load_report, write_json
from grader.reports.terminal import student_feedback

__all__ = ["class_table", "load_report", "student_feedback", "write_json"]
