"""What instructors read of the pages: the page of a class, and the command that writes them."""

from __future__ import annotations

from grader.sentences.template import N_

# The command
HELP_REPORT = N_("Write pages for a browser from the reports in OUT. One folder is for you, and one for each student.")
HELP_REPORT_OUT = N_("The folder that `grader grade` wrote with --out.")
HELP_REPORT_TO = N_("Where the folders staff and students are written; OUT/site if left out.")
HELP_REPORT_HIDE = N_(
    "Leave out of the students' pages what hidden checks were called with and what they expected, while students may "
    "hand in again."
)
WRITTEN_STAFF = N_("For you: {path}")
WRITTEN_STUDENTS = N_("For {count} student: {path}", "For {count} students, each with a folder of their own: {path}")
OTHER_FILES = N_(
    "Cannot write pages to {path!r}: it holds files that `grader report` has not written. Choose another folder with "
    "--to, or move these files."
)
IN_USE = N_(
    "Cannot replace the pages in {path!r}: {error}. Close the programs that show them, or choose another folder with "
    "--to."
)

UNREADABLE_PAIRS = N_("Cannot read the pairs in {path!r}: {error}. Run `grader similar` again, or remove the file.")

# The page of a class
TITLE = N_("The class")
COUNT = N_("{count} student", "{count} students")
COUNT_EXERCISES = N_("{count} exercise", "{count} exercises")
MEAN_OF_CLASS = N_("mean {mean} of {most} points")
SKIP = N_("Skip to the table")
SECTIONS = N_("Sections")
PREVIOUS = N_("Previous: {student}")
NEXT = N_("Next: {student}")
STUDENT_NAVIGATION = N_("Other students")

POINTS_TITLE = N_("Points of each student")
FILTER = N_("Show some students only")
FILTER_NAME = N_("Name")
FILTER_PROGRESS = N_("Progress")
ANY = N_("any")
SHOWN = N_("Students shown:")
STUDENT_HEADING = N_("Student")
TOTAL_HEADING = N_("Total")
STUCK_ON_HEADING = N_("Stuck on")
SORTABLE = N_("The table can be sorted: choose the heading of a column.")
IS_STUCK = N_("stuck on a task")
IS_CHANGED = N_("changed by people")
IS_IN_DOUBT = N_("a file to choose")

DISTRIBUTION_TITLE = N_("How the points are spread")
DISTRIBUTION_SAID = N_("Number of students by total points. {parts}.")
DISTRIBUTION_PART = N_("{low} to {high}: {count}")
DISTRIBUTION_AND = N_("{first}; {second}")
DISTRIBUTION_AXIS = N_("total points")

PROGRESS_TITLE = N_("Progress by exercise")
MEAN_HEADING = N_("Mean")
MEAN_OF = N_("{mean} of {most}")

ITEMS_TITLE = N_("The checks, one by one")
ITEMS_INTRODUCTION = N_(
    "“Pass” is the share of those who began the task. “Discrimination” compares passing the check with the points for "
    "the other checks of the exercise: near 1, mostly strong students pass; near 0, passing says little; below 0, weak "
    "students pass more often than strong ones. It is shown from {fewest} students on."
)
ITEMS_OF = N_("{exercise}: {count} submission", "{exercise}: {count} submissions")
CHECK_HEADING = N_("Check")
WORTH_HEADING = N_("Worth")
PASS_HEADING = N_("Pass")
BEGUN_HEADING = N_("Began")
DISCRIMINATION_HEADING = N_("Discrimination")
MISTAKES_HEADING = N_("Mistakes")
WEAK = N_("{number}, look at this check")
MISTAKES_OF = N_("Mistakes in {task}")
HELD_BY = N_("{count} student:", "{count} students:")
MISTAKE_COUNT = N_("{mistake} × {count}")

TASK_HEADING = N_("Task")
STUCK_HEADING = N_("Stuck, of those who began")
STUDENTS_HEADING = N_("Students")
STUCK_TITLE = N_("Who is stuck, and on what")
STUCK_INTRODUCTION = N_("Students who have begun a task and pass checks worth less than half of its points.")
STUCK_NOBODY = N_("Nobody is stuck.")
STUCK_OF = N_("{count} of {attempted}")
IDLE = N_("{count} student has begun nothing:", "{count} students have begun nothing:")

FILES_TITLE = N_("Files that need a look")

PAIRS_TITLE = N_("Similar code")
SHARE_HEADING = N_("Shares")
PAIR_HEADING = N_("Side by side")
COMPARE = N_("pair {number}")
MORE_PAIRS = N_("{count} more pair is in similar.json.", "{count} more pairs are in similar.json.")
PAIR_TITLE = N_("{exercise}, pair {number}")
PAIR_MARKED = N_("Lines that both have are marked.")
SHARES = N_("shares {share} %")
SKIP_TO_CODE = N_("Skip to the code")
NO_CODE_HERE = N_("The code is not in this folder.")

FAULT_TITLE = N_("Checks that are at fault")
FAULT_INTRODUCTION = N_("Please report them to the author of the course.")
