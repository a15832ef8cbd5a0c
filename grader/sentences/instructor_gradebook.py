"""What instructors read about the gradebook that lasts: what people decide, and what changed."""

from __future__ import annotations

from grader.sentences.template import N_

# The file of adjustments
TEMPLATE = N_(
    """\
# What people decide about points. `grader grade` and `grader adjust` read this file; the reports stay as they are.
# Edit it by hand, or let `grader adjust` add to its end. Remove the leading # of an example to use it.
# If several entries are about the same thing, the last one counts. "07" is enough for an exercise.
#
# Order: checks that are dropped or given; tasks with an override; what is taken off for late work; extra points.
# An override of a whole exercise replaces what the examiner and the late rule gave. Points are rounded to hundredths.

# The zone of all times in this file. Without it: the zone of the machine that runs the command.
# timezone = "America/Sao_Paulo"

# Late work: 10 % of the earned points for each day begun, at most 50 %. It needs the times of `grader collect`, and
# exercises that have a time when they are due.
# [late]
# per_day = 0.10
# at_most = 0.50
# grace_minutes = 15
# none_after_days = 14

# An exercise: when it is due, how much it weighs in the sum, and whether it only adds points.
# [[exercise]]
# id = "07"
# due = "2026-03-01 23:59"
# weight = 2
# extra_credit = false

# Other points for an exercise, or for one task of it.
# [[override]]
# student = "ana"
# exercise = "07"
# task = "minimize"
# points = 4
# reason = "Right, with a loop that the checks do not know."

# A remark that the student reads.
# [[comment]]
# student = "ana"
# exercise = "07"
# text = "Well explained."

# More time for one person: until a time, or some days. Without an exercise: for all of them.
# [[extension]]
# student = "ana"
# exercise = "07"
# days = 3
# reason = "Ill."

# An exercise that does not count for one person. Without an exercise: none counts.
# [[excused]]
# student = "bruno"
# exercise = "07"
# reason = "Joined late."

# Points that are added, to an exercise or to the sum. Negative points are taken off.
# [[extra]]
# student = "ana"
# points = 1
# reason = "Answered questions in the forum."

# A check that counts for nobody ("drop"), or whose points everybody gets who handed the exercise in ("give").
# [[check]]
# exercise = "07"
# check = "descent_of_any_function"
# action = "drop"
# reason = "It asked for more than the text said."

# Somebody who left the course: not in the tables any more. Nothing is deleted.
# [[withdrawn]]
# student = "carla"

# Somebody whose folder has another name now. The results under both names belong together.
# [[renamed]]
# student = "ana"
# now = "ana.silva"
"""
)
NO_TIMEZONE = N_(
    "Cannot find the time zone {name!r} on this machine. Write a name such as America/Sao_Paulo; on Windows, also "
    "install the zones: pip install tzdata."
)
NO_MOMENT = N_("Cannot read the time {text!r}. Write one such as 2026-03-01 23:59, or a day such as 2026-03-01.")
NO_YEAR = N_("Cannot use the time {text!r}. Write a year from {first} to {last}.")

# What does not fit
NAMES_OF_FOLDERS = N_(
    "People are called like their folders in OUT, or as in the first column of `grader export --to csv`."
)
NAMES_OF_CHECKS = N_("The names of the checks stand on the page of the class, which `grader report` writes.")
UNKNOWN_STUDENT = N_("adjustments.toml, {kind}: there is no {student!r} in the gradebook, so it has no effect. {cure}")
UNKNOWN_EXERCISE = N_("adjustments.toml, {kind}: no exercise {exercise!r} was graded, so it has no effect. {cure}")
UNKNOWN_TASK = N_("adjustments.toml, {kind}: the exercise {exercise} has no task {task!r}, so it has no effect. {cure}")
UNKNOWN_CHECK = N_(
    "adjustments.toml, {kind}: no report has a check {check!r} of the exercise {exercise}, so it has no effect. {cure}"
)
TOO_MANY_POINTS = N_(
    "adjustments.toml, override: {student} gets {points} points for {exercise}, which has {most}. If that is not "
    "meant, correct it."
)
NO_TIMES = N_(
    "The late rule was not applied to {count} result, because nobody recorded when it was handed in. `grader collect` "
    "does.",
    "The late rule was not applied to {count} results, because nobody recorded when they were handed in. `grader "
    "collect` does.",
)
OTHER_MAXIMUM = N_(
    "{exercise}: {count} result is out of {points} points, not {most}. It was graded before the exercise changed: "
    "grade it again.",
    "{exercise}: {count} results are out of {points} points, not {most}. They were graded before the exercise changed: "
    "grade them again.",
)
NOT_ON_ROSTER = N_(
    "{count} person with results is not on the roster: {names}. Correct the roster, or archive who left with `grader "
    "adjust withdraw`.",
    "{count} people with results are not on the roster: {names}. Correct the roster, or archive who left with `grader "
    "adjust withdraw`.",
)
UNREADABLE_KEPT = N_("{path} cannot be read, so that it is in no table: {error}. Grade these files again.")
LOCKED = N_("Cannot write to {folder!r}: another command of the kit is at work there. Wait for it.")
LOCKED_BY = N_(
    "Cannot write to {folder!r}: `grader {command}` is at work there, since {since}, as {user} on {machine} (process "
    "{process}). Wait for it, or stop it there."
)
OTHER_COURSE = N_(
    "Cannot grade into {out!r}: it holds the results of another course, whose exercises are {exercises}. Give another "
    "folder with --out."
)
UNREADABLE_BOOK = N_("The history of points could not be read. It was set aside as {path}, and a new one begins.")

# Why points are not those of the examiner
CHECK_DROPPED = N_("The check {check} counts for nobody.")
CHECK_GIVEN = N_("Everybody gets the points of the check {check}.")
TASK_OVERRIDE = N_("{task}: {points} points.")
OVERRIDE = N_("{points} points in place of {before}.")
EXTRA = N_("{points} extra points.")
EXCUSED = N_("Excused.")
LATE = N_("{count} day late: {share} % are taken off.", "{count} days late: {share} % are taken off.")
EXTENDED = N_("More time, until {until}.")

# What a run did
CHANGED_HEADING = N_("What changed")
WOULD_CHANGE_HEADING = N_("What would change")
NOTHING_CHANGED = N_("No points changed.")
NEW_RESULTS = N_("{count} result is new.", "{count} results are new.")
CHANGE = N_("{who}: {before} → {after}")
WHOLE_SUM = N_("{student}, the sum")
WHOLE_CLASS = N_("{exercise}, for everybody")
MORE_CHANGES = N_("… and {count} more change: see {path}.", "… and {count} more changes: see {path}.")
MORE_CHANGES_DRY = N_("… and {count} more change.", "… and {count} more changes.")
ADJUSTED_POINTS = N_(
    "The table has the points that count. {count} of them is not what the examiner gave.",
    "The table has the points that count. {count} of them are not what the examiner gave.",
)
KEPT_RESULTS = N_(
    "{count} earlier result stays, though its file is not among these submissions: {names}. If it was taken back, add "
    "--forget-missing.",
    "{count} earlier results stay, though their files are not among these submissions: {names}. If they were taken "
    "back, add --forget-missing.",
)
OTHER_PEOPLE = N_(
    "{count} person has earlier results, and handed in nothing of this: {names}. The results stay. Archive who left "
    "the course with `grader adjust withdraw`.",
    "{count} people have earlier results, and handed in nothing of this: {names}. The results stay. Archive who left "
    "the course with `grader adjust withdraw`.",
)
SAME_NAME = N_(
    "{old!r} and {now!r} have the same name, {name}. If they are one person, `grader adjust rename {out} {old!r} "
    "{now!r}` puts their results together."
)
GONE_EXERCISES = N_(
    "{exercises}: not in this course any more. The results still count; the weight 0 in adjustments.toml leaves "
    "them out."
)
SET_ASIDE = N_("A report could not be read. It was set aside as {path}, and a new one was written.")
DRY_RUN = N_("Nothing was written but the results of grading, so that the same command without --dry-run is quick.")
STOPPED = N_(
    "Stopped after {done} of {total} submissions. The results so far are kept in {out}; the reports of students whose "
    "files were all graded are new, the class table is the old one. Repeat the command to go on."
)
STOPPED_EARLY = N_("Stopped before anything was graded. {out} is as it was.")
HELP_DRY_RUN = N_("Show what would change, and write no report.")
HELP_FORGET_MISSING = N_("Drop earlier results whose files are not among the submissions any more.")

# What changed
CHECKS_PASS = N_("{task}: the check {checks} passes now.", "{task}: {count} checks pass now: {checks}.")
CHECKS_FAIL = N_("{task}: the check {checks} fails now.", "{task}: {count} checks fail now: {checks}.")
NOW_DECIDED = N_("New: {text} {words}")
NOT_DECIDED = N_("No more: {text} {words}")
STATUS_CHANGED = N_("It was {before} and is {after} now.")
MAXIMUM_CHANGED = N_("The exercise is out of {after} points now, not {before}.")
WEIGHT_CHANGED = N_("The exercise weighs {after} now, not {before}.")
LEFT = N_("Left the course: archived, in no table any more.")
IS_NOW = N_("Is {now} now.")
CAME_BACK = N_("Is in the tables again.")
