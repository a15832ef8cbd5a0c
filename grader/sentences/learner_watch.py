"""What learners read from `grader watch`: a part of the catalog for learners."""

from __future__ import annotations

from grader.sentences.template import N_

HELP_WATCH = N_("Check the task that you edit at every save. Shows what is next; keys give hints and other tasks.")
HELP_WATCH_WHICH = N_("The task to begin with; the one where you were if left out.")
NO_TASKS = N_("Cannot watch {folder}: there are no exercises in it.")

STARTING = N_("Getting ready. The first check takes some seconds, the others are quick.")
TASK_OF = N_("{exercise}: {task}")
TASKS_DONE = N_("{done} of {count} task", "{done} of {count} tasks")
CHECKING = N_("checking …")
STILL_RUNNING = N_("checking … your code has run for {seconds} seconds")
NOT_BEGUN = N_("Not begun: replace its `# TODO` with your code, and save.")
MISSING = N_("The file of {exercise} is not there. To get it back: grader reset {number}")
ALL_CHECKS_PASS = N_("All checks pass.")
OTHERS_FAIL = N_("{count} more check fails.", "{count} more checks fail.")
OTHERS_WAIT = N_("{count} more check waits for another one.", "{count} more checks wait for another one.")
OTHERS_PASS = N_("{count} check passes.", "{count} checks pass.")
ALL_FEEDBACK = N_("Everything: grader check {which} --all")
CUT = N_("… the window is too low for the rest. Everything: grader check {which} --all")
HINT = N_("Hint {tier} of {last}: {text}")
NEXT = N_("Next: {task}, in {exercise} (key n)")
ALL_DONE = N_("Everything is done: all tasks pass.")
ASK_RESET = N_("Put the stub of {task} back? What is there is kept in backups/. y = yes, another key = no")
KEYS = N_("h hint  n next  p previous  l list  r reset  a run all  q quit")
LIST_EXERCISE = N_("{mark} {exercise}  {done}/{count}")
NO_KEYS = N_("Your tasks are checked at every save. End this with Ctrl-C.")
LEFT = N_(
    "{done} of {count} task passes. To go on: grader watch", "{done} of {count} tasks pass. To go on: grader watch"
)
