"""What instructors read about `grader export`: the gradebook as a table, and in platforms' own sheets."""

from __future__ import annotations

from grader.sentences.template import N_

# A platform's sheet
WORKBOOK = N_("Cannot fill {path!r}: it is a workbook of Excel. Give the CSV file as the platform exported it.")
UNDECODABLE = N_("Cannot read {path!r}: its encoding is not known. Export it again, as UTF-8 if the platform asks.")
OPEN_QUOTE = N_(
    "Cannot read {path!r}: in line {line} a quotation mark has no end. Export it again, and do not open it in a "
    "spreadsheet before."
)
OTHER_SHEET = N_(
    "Cannot fill {path!r}: it is no sheet of {platform}. Its columns are {found}. Give the file that {platform} "
    "exported, or another platform with --to."
)
NO_COLUMN = N_(
    "Cannot fill {path!r}: no column is known to hold points. Its columns are {names}. Name one with --column."
)
SEVERAL_COLUMNS = N_("Cannot fill {path!r}: several columns hold points: {names}. Name one, such as --column {column}.")
NO_SUCH_COLUMN = N_("Cannot fill {path!r}: no column is called {column!r}. {cure}")
OTHER_MAXIMUM = N_(
    "Cannot fill {path!r}: its points are out of {theirs}, and those of the gradebook out of {ours}. If it is the "
    "right sheet, add --scale to convert them; else name the exercises with --exercise."
)
NOBODY = N_(
    "Cannot fill {path!r}: nobody in it is in the gradebook. Is it of another course? If the names differ, give the "
    "roster with --roster."
)
TWICE = N_(
    "Cannot fill {path!r}: lines {first} and {second} are about the same person, {person}. Export it again, or remove "
    "one of them."
)
NOT_SURE = N_(
    "Line {line}: {person} may be {names}, which is not sure, so that the cell stays as it is. Correct the "
    "roster, or give one with --roster."
)
NOT_IN_GRADEBOOK = N_(
    "{count} person in the sheet is not in the gradebook; the cell stays as it is: {names}.",
    "{count} people in the sheet are not in the gradebook; their cells stay as they are: {names}.",
)
NOT_IN_SHEET = N_(
    "{count} person has points and is not in the sheet: {names}.",
    "{count} people have points and are not in the sheet: {names}.",
)
LEFT_EMPTY = N_(
    "{count} person handed in nothing; the cell stays as it is: {names}. Add --zero to write 0.",
    "{count} people handed in nothing; their cells stay as they are: {names}. Add --zero to write 0.",
)
LEFT_EXCUSED = N_(
    "{count} person is excused; the cell stays as it is: {names}.",
    "{count} people are excused; their cells stay as they are: {names}.",
)
ABOVE_MAXIMUM = N_(
    "{count} person has more than the maximum, which a platform may cut: {names}.",
    "{count} people have more than the maximum, which a platform may cut: {names}.",
)
# The command
BY_NUMBER = N_("Name it by its number, such as 07.")
HELP = N_("Write the gradebook as a table, or into a platform's own sheet.")
HELP_OUT = N_("The folder with the reports.")
HELP_TO = N_("csv, xlsx and junit are files of their own; the others fill a platform's sheet.")
HELP_INTO = N_("The sheet that the platform exported. It stays as it is: the filled one is a new file.")
HELP_FILE = N_("Where to write; beside the reports, or beside the platform's sheet, if left out.")
HELP_EXERCISE = N_("Only this exercise (07 will do); may be repeated. Without it: everything.")
HELP_COLUMN = N_("The column to fill, if several could be meant.")
HELP_SCALE = N_("Convert the points to the maximum of the sheet.")
HELP_ZERO = N_("Write 0 for those who handed in nothing.")
HELP_ROSTER = N_("The class list (CSV), to find people by name, number, login or e-mail.")
HELP_FEEDBACK = N_("Also write a zip of feedback pages that Moodle or Canvas takes back.")
HELP_HIDE = N_("Leave what hidden checks expected out of the feedback pages.")
HELP_SEMICOLONS = N_("For csv: semicolons and decimal commas, as spreadsheets of many countries expect.")
WRITTEN = N_("{count} person: {path}", "{count} people: {path}")
FILLED = N_(
    "The points of {count} person are in the column {column!r} of {path}.",
    "The points of {count} people are in the column {column!r} of {path}.",
)
FEEDBACK = N_("{count} feedback page: {path}", "{count} feedback pages: {path}")
NO_FEEDBACK = N_(
    "No feedback was written: {platform} finds people by the names of the files that they handed in, and none of these "
    "came from there."
)
NEEDS_INTO = N_("Cannot fill a sheet of {platform} without one. Export it there, and name it with --into.")
NEEDS_NO_INTO = N_("Cannot fill a sheet with {form}: it is a file of its own. Leave --into out.")
NO_SHEET = N_("Cannot read {path!r}: {error}. Name the sheet that the platform exported.")
SAME_FILE = N_("Cannot write to {path!r}: it is the platform's own sheet, which stays as it is. Name another --file.")
TAKES_NO_FEEDBACK = N_(
    "Cannot write feedback for {platform}: how it takes files back is not documented. It works for moodle and canvas."
)
NO_PACKAGE = N_(
    "Cannot do this: {module} is not installed. Install what instructors need: pip install 'torch-exercise-kit[desk]'."
)
UNKNOWN_EXERCISE = N_("Cannot export {exercise!r}: nobody has a result for it. {cure}")
SHEET_POINTS = N_("Gradebook")
SHEET_DETAILS = N_("Details")

# Remarks for students
REASON = N_("{text} {words}")
OF_EXERCISE = N_("{exercise}: {text}")
