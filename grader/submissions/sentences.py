"""The sentences for students about problems with reading a submission. Each names the cause and the solution."""

from __future__ import annotations

import re


class Unreadable(Exception):
    """Raised in this package when a submission cannot be graded; its text becomes `Submission.problem`."""


# The files
TWO_FILES = (
    "There are {count} files for {exercise} ({names}), and only one can be graded. "
    "Keep the one with your final answers and delete the rest."
)
MISSING = "There is no file {name}. Check how the file is called and where it is saved."
LINK = "{name} is a symbolic link, and links are not followed. Hand in the file itself."
FOLDER = "{name} is a folder, not a file. Hand in the file itself, not a folder that holds it."
SPECIAL = "{name} is not an ordinary file, so it was not opened. Hand in a plain .py or .ipynb file."
FORBIDDEN = "{name} may not be read: its permissions forbid it. Make it readable (chmod u+r) and hand it in again."
FAILED = "{name} could not be read ({reason}). Save it again and hand it in again."
FOREIGN = (
    "{name} does not belong to the owner of its folder, and has a second name somewhere else (a hard link), so it was "
    "not read. Hand in a file of your own."
)
TOO_BIG = (
    "{name} is {size} MB, and files of {limit} MB or more are not graded. "
    "Delete what is not your answer (data, images, printed output) and hand it in again."
)
EMPTY = "{name} is empty. Save your work in it and hand it in again."

# The text
UNDECODABLE = (
    "{name} is not valid {encoding} text: the byte 0x{byte:02x} at offset {offset}, on line {line}, is no character. "
    "Save the file as UTF-8 in your editor and hand it in again."
)
BAD_COOKIE = (
    "The coding line at the top of {name} can't be followed ({reason}). Delete that line and save the file as UTF-8."
)
UTF16 = "{name} is saved as UTF-16. It was read all the same; UTF-8 is the safer choice."
UTF32 = "{name} is saved as UTF-32. It was read all the same; UTF-8 is the safer choice."
NULLS = (
    "{name}, {where}: there is a null character, so the file is damaged or was not saved as plain text. "
    "Save it as UTF-8 in your editor and hand it in again."
)
SURROGATE = "{name}, {where}: there is half of a character, which Python cannot read. Delete it and type it again."
CONFLICT = (
    "{name}, {where}: `{text}` is a mark that Git leaves where two versions clash. Keep the version that you want, "
    "delete the lines that begin with <<<<<<<, ======= or >>>>>>>, and hand it in again."
)
SYNTAX = "{name}, {where}: Python cannot read `{text}` ({message}). {step}"
NEWER = (
    "Only Python {needed} and later can read this line, and the grader runs Python {own}: "
    "write it as older versions do."
)
TOO_NESTED = (
    "{name}: Python cannot read the code, because it is nested too deeply or too long. "
    "Split long expressions into several shorter statements."
)
TOO_HARD = (
    "{name} could not be read: Python needs too much time or memory for it. "
    "Look for code that is nested very deeply or repeated very often, and write it more simply."
)
RENAMED_NOTEBOOK = "{name} is a notebook with the name of a script. Rename it so that it ends in .ipynb."

# The notebook
NOT_JSON = (
    "{name} is damaged: it stops being a notebook at line {line}, column {column} ({reason}). "
    "Open your notebook in Jupyter, save it, and hand in the .ipynb file that Jupyter wrote."
)
NOT_NOTEBOOK = (
    "{name} is not a notebook: {reason}. "
    "Open your notebook in Jupyter, save it, and hand in the .ipynb file that Jupyter wrote."
)
NO_CODE = "{name} has no code in it. Write your answers in code cells, save the notebook, and hand it in again."
TOO_MUCH_CODE = "{name} has {size} MB of code, and {limit} MB or more are not graded. Delete what is not your answer."
TOO_MANY_CELLS = "{name} has {count} {kind}cells, and {limit} or more are not graded. Delete what is not your answer."
NO_TEXT = "{name}, {where}: its content is not text. Type it again in Jupyter and save the notebook."
NO_CELLS = (
    "{name} has entries among its cells that are not cells ({count}), and they were left out. "
    "Open it in Jupyter, see whether your answers are there, and save it."
)
IN_A_CHECK = (
    "{name}, {where}: this is the cell that checks an answer, so what was written into it was not graded. "
    "Write your code in a cell of its own."
)
IN_A_GIVEN_CELL = (
    "{name}, {where}: this cell came with the assignment and is graded as it came, so changes in it do not count. "
    "Write your code in a cell of its own."
)
TEXT_AS_CODE = (
    "{name}, {where}: this is where an answer in code belongs, so the text was read as code. Make it a code cell again."
)
CODE_AS_TEXT = (
    "{name}, {where}: this is where an answer in words belongs, so the code in it was not run. "
    "Write your code in a cell of its own."
)
LEFT_OUT = "{problem} Until then this cell is left out, and the others are graded without it."
MORE_LEFT_OUT = "More cells that Python cannot read, and that were left out too: {count}."
SHELL_NOTE = "Notebook commands such as `{example}` were skipped: they are not Python."
MAGIC_NOTE = "Notebook magics such as `{example}` were skipped: they are not Python."
HELP_NOTE = "Questions to the notebook such as `{example}` were skipped: they are not Python."
RUN_NOTE = (
    "Other files that the notebook runs or loads, such as with `{example}`, were skipped: only the notebook itself "
    "is graded. Copy what you need from them into a cell."
)
TIMEIT_NOTE = (
    "Cells that begin with `{example}` were skipped: what they define is gone when they end. "
    "Delete that line if the cell holds your answer."
)
CELL_NOTE = "Whole cells were skipped, such as the one that begins with `{example}`: they are not Python."

# The folder
UNKNOWN_FILE = "{name} is not the name of an exercise, so it was not graded."
MISSPELT_FILE = "{name} is not the name of an exercise, so it was not graded. Did you mean {closest}?"
MISSPELT_CASE = "{name} was read as {closest}: capital and small letters differ."
INNER_FOLDER = "The folder {name} was not looked into. Put the files directly in the student's folder."
LINKED_STUDENT = "The folder {name} is a symbolic link, and links are not followed. Hand in the files themselves."
CLOSED_STUDENT = "The folder {name} could not be read ({reason}). Make it readable and grade it again."
EXCHANGED = (
    "The folder {name} was removed or replaced while the class was being graded, so its files were not "
    "read. Grade it again."
)
SAME_NAME = "Another student's folder has the same name when shown, so this one is numbered {number}."
MORE_FILES = "{count} more files are not exercises."

# What to do about a syntax error: the first row whose pattern matches "the line, a newline, Python's message".
_STEPS = tuple(
    (re.compile(pattern), step)
    for pattern, step in (
        (r"^[%!?]", "This is a notebook command: delete the line, or hand in the notebook itself."),
        (r"^(pip3?|conda|python3?|cd) [\w./-]", "This is a command for the terminal: delete the line."),
        (r"^(>>>|In \[)", "This is the prompt of an interactive session: delete the prompt."),
        (r"\n.*(spaces and tabs|of tabs)", "Indent with four spaces everywhere, and never with tabs."),
        (
            r"\n.*expected an indented block",
            "Indent the lines of that block by four spaces; if it has none, write pass in it.",
        ),
        (r"\n.*unindent does not match", "Move the line so that it starts exactly under a line of its own block."),
        (r"\n.*unexpected indent", "Move the line so that it starts under the line before it."),
        (r"\n.*unterminated", "Close the text with the same quotes that open it."),
        (r"\n.*(never closed|unmatched|closing parenthesis)", "Check that every bracket that opens also closes."),
        (r"\n.*expected ':'", "Put a colon at the end of the line."),
        (r"\n.*instead of '='|\n.*cannot assign", "Write == to compare; = gives a value to the name on its left."),
        (r"\n.*invalid (non-printable )?character", "Delete that character and type it again on your keyboard."),
        (r"\n.*call to 'print'", "Write print(...), with brackets."),
        (r"\n.*outside (async )?(function|loop)", "Check its indentation: it has to stand inside the block it is for."),
        (r"\n.*line continuation", "Delete the backslash, or let nothing follow it on its line."),
        (r"\n.*too many", "Split the expression into several shorter statements."),
    )
)
_DEFAULT_STEP = "Look here and on the line before for a missing bracket, quote, comma or colon."


def next_step(line: str, message: str) -> str:
    """Return what a beginner should try if Python reports `message` for `line`."""
    text = f"{line}\n{message}"
    return next((step for pattern, step in _STEPS if pattern.search(text)), _DEFAULT_STEP)
