"""Shows and stores reports: JSON files, and text for the terminal."""

from grader.reports.store import load_report, write_json
from grader.reports.terminal import class_table, student_feedback

__all__ = ["class_table", "load_report", "student_feedback", "write_json"]
