"""What instructors read about `grader adjust`."""

from __future__ import annotations

from grader.sentences.template import N_

HELP = N_(
    "Decide about points: other points, comments, more time. Also who left, and which checks count for nobody. "
    "OUT/adjustments.toml keeps it."
)
HELP_SHOW = N_("Show which points count other than the examiner said, and why.")
HELP_OVERRIDE = N_("Give other points for an exercise, or for one task of it.")
HELP_COMMENT = N_("Write a remark that a student reads.")
HELP_EXCUSE = N_("Let an exercise, or all of them, not count for a student.")
HELP_EXTEND = N_("Give a student more time, for an exercise or for all.")
HELP_EXTRA = N_("Add points, or take some off: a negative number.")
HELP_CHECK = N_("Drop a check for everybody, or give everybody its points.")
HELP_RULE = N_("Say when an exercise is due, and what it weighs in the sum.")
HELP_WITHDRAW = N_("Archive people who left the course. Nothing is deleted.")
HELP_RENAME = N_("Say that a student's folder has another name now.")
HELP_OUT = N_("The folder that `grader grade` wrote.")
HELP_STUDENT = N_("The student's name in the table.")
HELP_STUDENTS = N_("The students' names in the table.")
HELP_EXERCISE = N_("The exercise; its number, such as 07, is enough.")
HELP_IN_EXERCISE = N_("The exercise; without it, all of them, or the sum.")
HELP_REASON = N_("Why. It stands in the file and beside the points.")
HELP_POINTS = N_("The points that count.")
HELP_EXTRA_POINTS = N_("The points to add.")
HELP_TASK = N_("Only for this task.")
HELP_TEXT = N_("The remark.")
HELP_UNTIL = N_("When it is due, such as 2026-03-01 23:59.")
HELP_DAYS = N_("So many days after the others.")
HELP_CHECK_NAME = N_("The check's name, as it stands in the reports.")
HELP_GIVE = N_("Give its points to everybody, or drop it for everybody.")
HELP_DUE = N_("When everybody must have handed it in, such as 2026-03-01 23:59.")
HELP_WEIGHT = N_("What its points are multiplied by in the sum; 0 leaves it out.")
HELP_EXTRA_CREDIT = N_("Whether it only adds points, and is left out of the maximum.")
HELP_NOT_ON = N_("Archive everybody who is not on this roster.")
HELP_NOW = N_("The present name.")

ALL_ON_ROSTER = N_("Nobody to archive: everybody with results is on the roster {roster}.")
MAY_BE_ON_ROSTER = N_(
    "{count} person may be on the roster, and is not archived: {names}. Correct the roster, or archive this person by "
    "name.",
    "{count} people may be on the roster, and are not archived: {names}. Correct the roster, or archive these people "
    "by name.",
)
NOBODY_NAMED = N_("Cannot archive nobody. Name the students who left, or the roster with --not-on.")
NO_RULE = N_("Cannot decide nothing about an exercise. Give --due, --weight or --extra-credit.")
NO_RESULTS = N_("Cannot find results in {out!r}: there is no report in it. Give the folder that `grader grade` wrote.")
NO_EFFECT = N_("Nothing was changed. {problem}")
WRONG_VALUE = N_("Cannot write this to adjustments.toml. {problem} Nothing was changed.")
UNTIL_AND_DAYS = N_("Cannot give more time in two ways. Give either --until or --days, not both.")
NEITHER_UNTIL_NOR_DAYS = N_("Cannot give more time without saying how much. Give --until or --days.")
SUM = N_("{student}, the sum: {points}")
COMMENT = N_("Comment: {text}")
ARCHIVED = N_("Archived, in no table: {names}", "Archived, in no table ({count}): {names}")
TWICE = N_(
    "Both handed in {exercises}, and only what {now} handed in counts. If they are two people, remove the [[renamed]] "
    "with {old!r} from adjustments.toml."
)
RENAMED = N_("{old} is {now} now; the results belong together.")
FILE = N_("Edit: {path}")
