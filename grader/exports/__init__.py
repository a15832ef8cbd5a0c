"""Writes the gradebook in the forms that spreadsheets, learning platforms and other tools read.

Imported by: cli, similarity.
"""

from grader.exports.blackboard import fill_blackboard
from grader.exports.brightspace import fill_brightspace
from grader.exports.canvas import fill_canvas
from grader.exports.errors import ExportError
from grader.exports.filling import Filled, Wanted
from grader.exports.flat import csv_of, xlsx_of
from grader.exports.junit import junit_of
from grader.exports.moodle import fill_moodle

__all__ = [
    "ExportError",
    "Filled",
    "Wanted",
    "csv_of",
    "fill_blackboard",
    "fill_brightspace",
    "fill_canvas",
    "fill_moodle",
    "junit_of",
    "xlsx_of",
]
