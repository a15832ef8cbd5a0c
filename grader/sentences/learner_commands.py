"""What learners read from the commands and from a notebook: a part of the catalog for learners.

Instructors and authors read the sentences of the first part too: every command may say them.
"""

from __future__ import annotations

from grader.sentences.template import N_

# Every command
DID_YOU_MEAN = N_("Did you mean {name!r}?")
NONE_TO_CHOOSE = N_("There are none to choose from.")
NO_EXERCISE = N_("Cannot find the exercise {name!r}: it is not in {root}. {cure}")
NO_TASK = N_("Cannot find the task {name!r}: {exercise} has none of that name. {cure}")
NO_EXERCISE_OR_TASK = N_("Cannot find {name!r}: no exercise and no task has that name. {cure}")
NO_EXERCISES = N_(
    "Cannot find exercises: {root} has none in `solutions/` or `exercises/`. Name a clone of the course with --course."
)
UNREADABLE_FILE = N_("Cannot read {path}: {error}. Restore the file, saved as UTF-8.")
UNREADABLE_HINTS = N_("Cannot read exercises/{name}: {error}. Restore the file.")
ACCESS = N_("Cannot read or write {path!r}: {error}. Check the path and its permissions.")
ACCESS_SOMEWHERE = N_("Cannot read or write: {error}. Check the path and its permissions.")
DISK_FULL = N_("Cannot write {path!r}: {error}. Make room on the disk, and run this again.")
DISK_FULL_SOMEWHERE = N_("Cannot write: {error}. Make room on the disk, and run this again.")
COURSE = N_("Course: {root} ({count} exercise)", "Course: {root} ({count} exercises)")
COURSE_AND_WORK = N_(
    "Course: {root} ({count} exercise). Your files: {work}", "Course: {root} ({count} exercises). Your files: {work}"
)
INTERRUPTED = N_("Interrupted. What was graded so far is kept.")
ERROR = N_("grader: {problem}")

# `grader check`, `grader hint`, `grader status`
NO_OWN_FILE = N_("Cannot check {exercise!r}: {place} has neither its .py nor its .ipynb. Restore it.")
CHECKING = N_("checking")
CHECKING_SOME = N_("checking: {done} of {total} exercises")
HINT_OF_EXERCISE = N_("Cannot give a hint for {name!r}: name a task too, such as 07.minimize.")
NO_HINT = N_("Cannot give hint {tier} for {name!r}: its hints are 1 to {last}. Ask for one of these.")
NO_HINTS = N_("Cannot give hint {tier} for {name!r}: this release of the exercises holds no hints.")

# In a notebook
NO_KERNEL = N_("Cannot see your code: this is not a notebook. In a terminal, run `grader check`.")
WHICH_TASK = N_("Say which task you mean, by its name: {example}.")
HINT_TITLE = N_("Hint {tier} of 3")

# The map of the course
MAP_TITLE = N_("The map of the course")
MAP_EXERCISE = N_("exercise")
MAP_NEEDS = N_("needs")
MAP_TASKS = N_("tasks")
MAP_POINTS = N_("points")
MAP_TOTAL = N_("{points} of {max_points} points: {done} done, {begun} begun, {open} open, {later} later.")
MAP_NEXT = N_("Next: {task}, in {exercise}")
MAP_ELSEWHERE = N_(
    "The checks here are worth {points} of {max_points} points. More checks of the same tasks will follow."
)

# The README of a bundle
README = N_(
    """\
# PyTorch exercises

Each exercise teaches one topic and asks for a few functions, as a script in `exercises/` or as a notebook in
`notebooks/`: use whichever you like. Complete what is marked `TODO`, and ask for feedback as often as you want.

You need Python 3.10 or newer. Set up once, in this folder:

```console
$ python -m pip install -r requirements.txt
```

Notebooks need Jupyter in the same environment: `python -m pip install jupyterlab`.

## With scripts

```console
$ grader check {number}.{task}
$ grader hint {number}.{task}
$ grader status
```

## With notebooks

Open `notebooks/{id}.ipynb` in JupyterLab, Notebook, VS Code or Colab, and run the cells from
the top. Below each task stands a cell that checks it:

```python
check("{task}")  # what is right, what is not, and what to try next
hint("{task}", 1)  # 1 a nudge, 2 the idea, 3 nearly the line
status()  # the map of the course
```

## Exercises

| | | points |
| --- | --- | --- |
{rows}

Hand in the scripts, or the notebooks, under the names that they have. Your instructor grades them with more checks than
these: what the text of a task promises counts, and not only what its examples show.
"""
)

# What `--help` says
HELP = N_("An autograder for PyTorch exercises: the candidate observes, the examiner judges.")
HELP_CHECK = N_("Grade exercises/ and explain the checks that fail. The exit code is 1 if one fails.")
HELP_CHECK_WHICH = N_("An exercise (07 will do), one of its tasks, or a file.")
HELP_HINT = N_("Give a hint for a task.")
HELP_HINT_WHICH = N_("A task, such as 07.minimize.")
HELP_HINT_TIER = N_("1 a nudge, 2 the idea, 3 nearly the line.")
HELP_STATUS = N_("Show the map: which exercises there are, what each needs, what is done, and what comes next.")
HELP_STATUS_FOLDER = N_("Where your files are; exercises/ if left out.")
HELP_COURSE = N_("A clone of the course; the kit's own if left out.")
HELP_DEVICE = N_("A second device to try functions on: cuda, where this machine has one.")
