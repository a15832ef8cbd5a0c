"""What instructors read about `grader similar`."""

from __future__ import annotations

from grader.sentences.template import N_

HELP = N_("Find pairs of students whose code is similar. What they got and what many have is left out.")
NO_SHARE = N_("Write a number from 0 to 1, such as 0.5.")
HELP_OUT = N_("The folder whose graded code is compared.")
HELP_EXERCISE = N_("Compare this exercise alone; may be repeated.")
HELP_EARLIER = N_("Compare with the class of another year, too: the folder that was graded into; may be repeated.")
HELP_LEAST = N_("List pairs if this share of one's own code is in the other's, too; from 0 to 1.")
HELP_FOR_TOOLS = N_("Also lay the programs down in this new folder, for Dolos or JPlag.")

NO_PACKAGE = N_(
    "Cannot compare code: copydetect is not installed. Install what instructors need: pip install "
    "'torch-exercise-kit[desk]'."
)
NO_CODE = N_(
    "Cannot compare anything in {out!r}: it holds no graded code. Grade the submissions again, with this version of "
    "the kit."
)
NOT_EMPTY = N_("Cannot lay programs down in {folder!r}: it exists and is not empty. Give a new folder.")
COMPARING = N_("Comparing {exercise}")
PAIRS = N_("{count} pair to look at", "{count} pairs to look at")
NO_PAIRS = N_("No pair to look at: nobody shares so much of the code.")
SAME_PROGRAM = N_("{exercise}: {count} people handed in the same program: {names}.")
COLUMN_SHARED = N_("shares")
MORE_PAIRS = N_("… and {count} more pair: see {path}.", "… and {count} more pairs: see {path}.")
OFTEN = N_(
    "{first} and {second} are listed in {count} exercise.", "{first} and {second} are listed in {count} exercises."
)
SKIPPED = N_("{count} program could not be compared: {names}.", "{count} programs could not be compared: {names}.")
WRITTEN = N_("Pairs: {path}")
LAID_DOWN = N_("Programs for Dolos and JPlag: {folder}")

LIMIT_CAUSES = N_(
    "Similar code is no proof. Short tasks have few right answers, people learn together, and both may have read the "
    "same page. Look at the code, and talk to the students."
)
LIMIT_LEFT_OUT = N_(
    "Pairs leave out what students got, and what {count} people or more have in common. So a large group that shares "
    "one source is named only if the programs are the same but for comments and blanks."
)
LIMIT_UNSEEN = N_(
    "Other names, comments and blanks change nothing. Not seen is code that was written again in another order or by a "
    "program, and work by somebody who handed in nothing."
)
