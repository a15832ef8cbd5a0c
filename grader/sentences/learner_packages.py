"""What students read on a platform, in the result of a package: about the run as a whole, and about their files."""

from __future__ import annotations

from grader.sentences.template import N_

# The run
RUNNING = N_(
    "Grading has begun and has not finished. If this is the result that you see, it was cut off. Your files are kept, "
    "and your instructor can run the grading again."
)
CUT_OFF = N_(
    "Grading was cut off before its end. What had not been graded by then has no points for now. Your files are kept, "
    "and your instructor can run the grading again."
)
FAILED = N_(
    "Your work could not be graded, and you are not the cause. Your files are kept. Your instructor sees what "
    "happened, and can run the grading again."
)
NOTHING = N_("No exercise was found in what you handed in. Hand in {names}, as a script (.py) or a notebook (.ipynb).")
NOT_YET = N_("This check has not been run yet.")
NOT_GRADED = N_("This exercise has not been graded yet.")
PUBLIC_ONLY = N_("Only the public checks are run here. Your instructor runs the hidden ones later.")

# Rows
HIDDEN_CHECKS = N_("{where}: hidden checks")
HIDDEN_PASS = N_("{passing} of {of} hidden checks pass.")
SHORTENED = N_("(The rest is left out, because it is too long.)")
IN_UNITS = N_("The scores on this platform are whole numbers: {scale} stand for one point.")

# Files
TOO_MANY_FILES = N_("You handed in {count} files that could hold code; only the first {limit} were read.")
TOO_LARGE_IN_ALL = N_("{name} was not read: your files are larger than {limit} MB in all.")
NOT_READ = N_("{name} was not read: {problem}")
OTHER_FILES = N_(
    "{count} file that you handed in holds no code of an exercise: {names}.",
    "{count} files that you handed in hold no code of an exercise: {names}.",
)
