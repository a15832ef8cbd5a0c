"""What learners read about the files that they hand in: each sentence names the cause and the cure."""

from __future__ import annotations

from grader.sentences.template import N_

# The files
TWO_FILES = N_(
    "There are {count} files for {exercise} ({names}), and only one can be graded. Keep the one with your final "
    "answers and delete the rest."
)
WORKED_ON = N_("{name} was graded. Not graded, because nothing in it was changed since you got it: {others}.")
SAME_WORK = N_("{name} was graded. The code in these files is the same: {others}.")
NEWEST = N_("{name} was graded, because it is the newest. Older: {others}.")
READABLE = N_("{name} was graded. Not graded, because it cannot be read: {others}.")
TOO_MANY_FILES = N_("{name} was graded. Not graded, because there are too many files for the exercise: {others}.")
IN_DOUBT = N_(
    "There are {count} files for {exercise}, and they differ ({names}). All were graded, and {name} counts until your "
    "teacher decides. Next time, hand in one file."
)
MISSING = N_("There is no file {name}. Check how the file is called and where it is saved.")
LINK = N_("{name} is a symbolic link, and links are not followed. Hand in the file itself.")
FOLDER = N_("{name} is a folder, not a file. Hand in the file itself, not a folder that holds it.")
SPECIAL = N_("{name} is not an ordinary file, so it was not opened. Hand in a plain .py or .ipynb file.")
FORBIDDEN = N_("{name} may not be read: its permissions forbid it. Make it readable (chmod u+r) and hand it in again.")
FAILED = N_("{name} could not be read ({reason}). Save it again and hand it in again.")
FOREIGN = N_(
    "{name} does not belong to the owner of its folder, and has a second name somewhere else (a hard link), so it "
    "was not read. Hand in a file of your own."
)
TOO_BIG = N_(
    "{name} is {size} MB, and files of {limit} MB or more are not graded. Delete what is not your answer (data, "
    "images, printed output) and hand it in again."
)
EMPTY = N_("{name} is empty. Save your work in it and hand it in again.")

# The text
UNDECODABLE = N_(
    "{name} is not valid {encoding} text: the byte 0x{byte} at offset {offset}, on line {line}, is no character. "
    "Save the file as UTF-8 in your editor and hand it in again."
)
BAD_COOKIE = N_(
    "The coding line at the top of {name} can't be followed ({reason}). Delete that line and save the file as UTF-8."
)
CODEC_NOT_FOR_SCRIPTS = N_(
    "The coding line at the top of {name} can't be followed ({codec} is not for scripts). Delete that line and "
    "save the file as UTF-8."
)
UTF16 = N_("{name} is saved as UTF-16. It was read all the same; UTF-8 is the safer choice.")
OLD_ENCODING = N_(
    "{name} is not saved as UTF-8. It was read as {encoding}; if accents in your texts look wrong, save it as UTF-8."
)
UTF32 = N_("{name} is saved as UTF-32. It was read all the same; UTF-8 is the safer choice.")
NULLS = N_(
    "{name}, {where}: there is a null character, so the file is damaged or was not saved as plain text. Save it as "
    "UTF-8 in your editor and hand it in again."
)
SURROGATE = N_("{name}, {where}: there is half of a character, which Python cannot read. Delete it and type it again.")
CONFLICT = N_(
    "{name}, {where}: `{text}` is a mark that Git leaves where two versions clash. Keep the version that you want, "
    "delete the lines that begin with <<<<<<<, ======= or >>>>>>>, and hand it in again."
)
SYNTAX = N_("{name}, {where}: Python cannot read `{text}` ({message}). {step}")
NEWER = N_(
    "Only Python {needed} and later can read this line, and the grader runs Python {own}: write it as older versions "
    "do."
)
TOO_NESTED = N_(
    "{name}: Python cannot read the code, because it is nested too deeply or too long. Split long expressions into "
    "several shorter statements."
)
TOO_HARD = N_(
    "{name} could not be read: Python needs too much time or memory for it. Look for code that is nested very "
    "deeply or repeated very often, and write it more simply."
)
RENAMED_NOTEBOOK = N_(
    "{name} is a notebook with another ending. It was read all the same; next time, give it the ending .ipynb."
)

# The notebook
NOT_JSON = N_(
    "{name} is damaged: it stops being a notebook at line {line}, column {column} ({reason}). Open your notebook "
    "in Jupyter, save it, and hand in the .ipynb file that Jupyter wrote."
)
NO_LIST_OF_CELLS = N_(
    "{name} is not a notebook: it has no list of cells. Open your notebook in Jupyter, save it, and hand in the "
    ".ipynb file that Jupyter wrote."
)
DAMAGED_NOTEBOOK = N_(
    "{name} is not a notebook: it is damaged. Open your notebook in Jupyter, save it, and hand in the .ipynb file "
    "that Jupyter wrote."
)
NO_CODE = N_("{name} has no code in it. Write your answers in code cells, save the notebook, and hand it in again.")
TOO_MUCH_CODE = N_(
    "{name} has {size} MB of code, and {limit} MB or more are not graded. Delete what is not your answer."
)
TOO_MANY_CELLS = N_("{name} has {count} cells, and {limit} or more are not graded. Delete what is not your answer.")
TOO_MANY_CODE_CELLS = N_(
    "{name} has {count} code cells, and {limit} or more are not graded. Delete what is not your answer."
)
NO_TEXT = N_("{name}, {where}: its content is not text. Type it again in Jupyter and save the notebook.")
NO_CELLS = N_(
    "{name} has entries among its cells that are not cells ({count}), and they were left out. Open it in Jupyter, "
    "see whether your answers are there, and save it."
)
IN_A_CHECK = N_(
    "{name}, {where}: this is the cell that checks an answer, so what was written into it was not graded. Write "
    "your code in a cell of its own."
)
IN_A_GIVEN_CELL = N_(
    "{name}, {where}: this cell came with the assignment and is graded as it came, so changes in it do not count. "
    "Write your code in a cell of its own."
)
TEXT_AS_CODE = N_(
    "{name}, {where}: this is where an answer in code belongs, so the text was read as code. Make it a code cell again."
)
CODE_AS_TEXT = N_(
    "{name}, {where}: this is where an answer in words belongs, so the code in it was not run. Write your code in "
    "a cell of its own."
)
LEFT_OUT = N_("{problem} Until then this cell is left out, and the others are graded without it.")
MORE_LEFT_OUT = N_("More cells that Python cannot read, and that were left out too: {count}.")
SHELL_NOTE = N_("Notebook commands such as `{example}` were skipped: they are not Python.")
MAGIC_NOTE = N_("Notebook magics such as `{example}` were skipped: they are not Python.")
HELP_NOTE = N_("Questions to the notebook such as `{example}` were skipped: they are not Python.")
RUN_NOTE = N_(
    "Other files that the notebook runs or loads, such as with `{example}`, were skipped: only the notebook itself "
    "is graded. Copy what you need from them into a cell."
)
TIMEIT_NOTE = N_(
    "Cells that begin with `{example}` were skipped: what they define is gone when they end. Delete that line if "
    "the cell holds your answer."
)
CELL_NOTE = N_("Whole cells were skipped, such as the one that begins with `{example}`: they are not Python.")

# The folder
UNKNOWN_FILE = N_("{name} is not the name of an exercise, so it was not graded.")
MISSPELT_FILE = N_("{name} is not the name of an exercise, so it was not graded. Did you mean {closest}?")
MISSPELT_CASE = N_("{name} was read as {closest}: capital and small letters differ.")
NEAR_NAME = N_("{name} was read as {closest}. Next time, use exactly this name.")
BY_FUNCTIONS = N_("{name} was read as {closest}, because it defines its functions. Next time, use exactly this name.")
TYPED = N_("{name} is text that you typed into the platform. It was read as {closest}. Next time, hand in a file.")
INNER_FOLDER = N_("The folder {name} was not looked into. Put the files directly in the student's folder.")
LINKED_STUDENT = N_("The folder {name} is a symbolic link, and links are not followed. Hand in the files themselves.")
CLOSED_STUDENT = N_("The folder {name} could not be read ({reason}). Make it readable and grade it again.")
EXCHANGED = N_(
    "The folder {name} was removed or replaced while the class was being graded, so its files were not read. Grade it "
    "again."
)
SAME_NAME = N_("Another student's folder has the same name when shown, so this one is numbered {number}.")
MORE_FILES = N_("{count} more file is not an exercise.", "{count} more files are not exercises.")

# The names of cells
CODE_CELL = N_("code cell {number}")
TEXT_CELL = N_("text cell {number}")
GIVEN_CELL = N_("the given cell {name}")
THIS_NOTEBOOK = N_("this notebook")
THE_NOTEBOOK = N_("the notebook itself")

# What to do about an error of syntax
SYNTAX_NOTEBOOK_COMMAND = N_("This is a notebook command: delete the line, or hand in the notebook itself.")
SYNTAX_TERMINAL_COMMAND = N_("This is a command for the terminal: delete the line.")
SYNTAX_PROMPT = N_("This is the prompt of an interactive session: delete the prompt.")
SYNTAX_TABS = N_("Indent with four spaces everywhere, and never with tabs.")
SYNTAX_NO_BLOCK = N_("Indent the lines of that block by four spaces; if it has none, write pass in it.")
SYNTAX_UNINDENT = N_("Move the line so that it starts exactly under a line of its own block.")
SYNTAX_INDENT = N_("Move the line so that it starts under the line before it.")
SYNTAX_QUOTES = N_("Close the text with the same quotes that open it.")
SYNTAX_BRACKETS = N_("Check that every bracket that opens also closes.")
SYNTAX_COLON = N_("Put a colon at the end of the line.")
SYNTAX_EQUALS = N_("Write == to compare; = gives a value to the name on its left.")
SYNTAX_CHARACTER = N_("Delete that character and type it again on your keyboard.")
SYNTAX_PRINT = N_("Write print(...), with brackets.")
SYNTAX_OUTSIDE = N_("Check its indentation: it has to stand inside the block it is for.")
SYNTAX_BACKSLASH = N_("Delete the backslash, or let nothing follow it on its line.")
SYNTAX_SPLIT = N_("Split the expression into several shorter statements.")
SYNTAX_PATH = N_("A backslash means something in a text. Put an r before the quotes of a path, or write it with /.")
SYNTAX_F_STRING = N_("In an f-string, each opening brace needs an expression and a closing brace after it.")
SYNTAX_ELSE_IF = N_("Write elif, in one word.")
SYNTAX_DEF = N_("After def comes a name (letters, digits and _), then brackets and a colon: def f(x):")
SYNTAX_HYPHEN = N_("A name has no hyphen, which is a minus: write _ instead.")
SYNTAX_CURLY_QUOTES = N_("Type the quotes again on your keyboard: Python knows only straight ones.")
SYNTAX_DICT = N_("In a dict, each key has a colon and a value after it.")
SYNTAX_POSITIONAL = N_("Put the arguments without a name before those with one.")
SYNTAX_DEFAULT = N_("Put the parameters with a default value after those without one.")
SYNTAX_TWICE = N_("Give each parameter a name of its own.")
SYNTAX_ZEROS = N_("Write the number without the 0 in front.")
SYNTAX_DIGIT = N_("A name cannot begin with a digit, and a product needs its *, as in 2 * x.")
SYNTAX_TRY = N_("After try: and its indented lines comes except or finally, exactly under the try.")
SYNTAX_IF_ELSE = N_("An if within a line needs its else: a if condition else b.")
SYNTAX_WORD = N_("That is a word of Python's own, so it cannot be a name: choose another.")
SYNTAX_ELSE = N_("It must stand exactly under its if, for, while or try, with only their indented lines in between.")
SYNTAX_PLUS_PLUS = N_("Python has no ++ and no --: write i += 1 or i -= 1.")
SYNTAX_AND = N_("Write and, or and not, in words.")
SYNTAX_ORDER = N_("Write >= or <=, with the = at the end.")
SYNTAX_LAMBDA = N_("A lambda has no return: only the value follows its colon.")
SYNTAX_TYPE = N_("Give the value to the name alone, without a type in front: x = 1.")
SYNTAX_WALRUS = N_("Write = to give a name its value: := stands only inside of an expression.")
SYNTAX_RAISE = N_("Write raise ValueError(...), with the message in brackets.")
SYNTAX_IMPORT = N_("Write import name, import name as short, or from module import name.")
SYNTAX_QUESTION = N_("Write a if condition else b: Python has no ? for it.")
SYNTAX_NO_VALUE = N_("Write the value after the =, on the same line.")
SYNTAX_COLON_WITHIN = N_("Is a colon missing after the condition?")
SYNTAX_COMMA = N_("Is a comma or an operator missing between two of these?")
SYNTAX_OTHERWISE = N_("Look here and on the line before for a missing bracket, quote, comma or colon.")
