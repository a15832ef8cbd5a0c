"""What instructors read about files that were handed in: which are collected, which are not graded, and what to do."""

from __future__ import annotations

from grader.sentences.template import N_

# Why a file does not count
BESIDE = N_("It lies beside the students' folders.")
INNER_FOLDER = N_("It is a folder in a student's folder.")
GIVEN = N_("It is a file that the kit gives to students.")
NO_CODE = N_("It is neither a script nor a notebook.")
NO_EXERCISE = N_("Its name is not that of an exercise, and it does not define the functions of one.")
UNREADABLE = N_("It cannot be read. {problem}")
UNTOUCHED = N_("Nothing in it was changed; {counted} counts.")
SAME_CODE = N_("Its code is the same as that of {counted}.")
OLDER = N_("It is older than {counted}, which counts.")
UNREADABLE_BESIDE = N_("It cannot be read; {counted} counts. {problem}")
DIFFERENT = N_("It has {own} points. {counted} differs from it, has {points} points, and counts for now.")

# What to do
PUT_INTO_A_FOLDER = N_("Put it into the folder of its student, and grade again.")
COLLECT_FIRST = N_("If answers are in it, run `grader collect` on the whole folder.")
NOTHING_TO_DO = N_("Nothing to do.")
ASK_FOR_CODE = N_("If the answer is in it, ask the student for a .py or .ipynb file.")
RENAME_TO = N_("Look whether it is {name}; if so, rename it, and grade again.")
RENAME = N_("Look whether it holds an answer; if so, give it the name of the exercise, and grade again.")
ASK_AGAIN = N_("Ask the student to hand it in again.")
DECIDE = N_("Decide which file counts: delete the other one, and grade again.")

# Below the class table
LOOK_AT = N_(
    "{count} file was handed in and does not count, or not for sure",
    "{count} files were handed in and do not count, or not for sure",
)
MORE_TO_LOOK_AT = N_("{count} more file is listed in class.json.", "{count} more files are listed in class.json.")
SPARE = N_(
    "{count} more file does not count, and needs no action (class.json says why).",
    "{count} more files do not count, and need no action (class.json says why).",
)
LATE = N_("Handed in late: {names}")
AND_MORE = N_("and {count} more")
