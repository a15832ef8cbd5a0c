"""What instructors read about the list of a class, and about tables that they give to a command."""

from __future__ import annotations

from grader.sentences.template import N_

# Tables
NO_TABLE = N_("Cannot read {path!r}: {error}. Check its name.")
TABLE_TOO_BIG = N_("Cannot read {path!r}: it is larger than {limit} MB. Give the table of one class.")
WORKBOOK = N_("Cannot read {path!r}: it is an Excel workbook. Open it, and save it as CSV (UTF-8).")
BROKEN_TABLE = N_("Cannot read {path!r}: line {line} is not CSV ({error}). Open it, and save it as CSV (UTF-8) again.")
UNDECODABLE_TABLE = N_("Cannot read {path!r}: it is not text. Open it in a spreadsheet, and save it as CSV (UTF-8).")

# The roster
EMPTY_ROSTER = N_("Cannot read the roster {path!r}: it has no lines. Give it one line for each student.")
NO_COLUMNS = N_(
    "Cannot read the roster {path!r}: its first line names no column that is known ({found}). Name at least one "
    "column name, id, email or login; section may be there too."
)
NO_IDENTITY = N_(
    "Cannot read the roster {path!r}: no column tells people apart ({found}). Add a column name, id, email or login."
)
NO_PEOPLE = N_("Cannot read the roster {path!r}: below its first line it names nobody. Add a line for each student.")
TWO_PEOPLE = N_(
    "Cannot read the roster {path!r}: lines {first} and {second} have the same {field} ({value}), but are two people: "
    "{one} and {other}. Correct one of the lines, or remove it."
)
SAID_TWICE = N_(
    "{path}: lines {first} and {second} name the same person ({person}). They count as one; if they are two people, "
    "add a column that tells them apart, such as id."
)
SEVERAL_SECTIONS = N_("{path}: lines {first} and {second} are one person ({person}), in several sections.")
NOT_STUDENTS = N_(
    "{path}: {count} line is no student's (by the column {column}), and was left out.",
    "{path}: {count} lines are no students' (by the column {column}), and were left out.",
)
NOBODY_NAMED = N_("{path}: line {line} names nobody, and was left out.")
OLD_ENCODING = N_("{path} is not UTF-8; it was read as {encoding}. Check that accents in names are right.")
