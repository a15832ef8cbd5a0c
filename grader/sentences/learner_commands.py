"""What learners read from the commands and from a notebook: a part of the catalog for learners.

Instructors and authors read the sentences of the first part too: every command may say them.
"""

from __future__ import annotations

from grader.sentences.template import N_

# Every command
NO_NUMBER = N_("{text!r} is no number. Write one such as 9 or 9.5.")
DECIMAL_COMMA = N_("{text!r} has a comma. Write the number with a point: {number}.")
DID_YOU_MEAN = N_("Did you mean {name!r}?")
NONE_TO_CHOOSE = N_("There are none to choose from.")
NAMES_ARE = N_("The names are: {names}.")
STATUS_LISTS = N_("`grader status` lists the exercises, and each exercise's text names its tasks.")
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
WORK = N_("Your files: {work}")
WORK_ELSEWHERE = N_("Your files: {work} (not in the current folder)")
INTERRUPTED = N_("Interrupted. What was graded so far is kept.")
ERROR = N_("grader: {problem}")

# `grader check`, `next`, `hint`, `status` and `reset`
NO_OWN_FILE = N_(
    "Cannot check {exercise!r}: {place} has neither its .py nor its .ipynb. `grader reset {number}` restores it."
)
NO_WORK_HERE = N_(
    "Cannot find your exercises: {folder} and the folders above it have none. Go to your folder with `cd`, or make a "
    "new one: `grader start exercises-of-mine`."
)
COPIES = N_("Note: copies are not graded, only the file with the exercise's own name: {names}.")
CHECKING = N_("checking")
CHECKING_SOME = N_("checking: {done} of {count} exercise", "checking: {done} of {count} exercises")
HINT_OF_EXERCISE = N_("Cannot give a hint for {name!r}: name a task too, such as 07.minimize.")
NO_HINT = N_("Cannot give hint {tier} for {name!r}: its hints are 1 to {last}. Ask for one of these.")
NO_HINTS = N_("Cannot give hint {tier} for {name!r}: this release of the exercises holds no hints.")
IN_FILE = N_("{file}")
IN_FILE_AT = N_("{file}, line {line}")

# Below the feedback of `grader check`, and in `grader next`
SUMMARY = N_("{done} of {count} task passes: {earned}.", "{done} of {count} tasks pass: {earned}.")
FINISHED = N_("{exercise} is finished: all of its tasks pass.")
FINISHED_HERE = N_("{exercise} is finished: all of its tasks pass the checks here. More checks follow at grading.")
NEXT_CORRECT = N_("Next: correct {task}, then: grader check {which}")
NEXT_BEGIN = N_("Next: {task}, in {place}")
NEXT_STUCK = N_("Stuck? grader hint {which}")
NEXT_OTHER = N_("What comes next: grader next")
NEXT_RELOAD = N_("Next: correct the file, then: grader check {number}")
NEXT_TASK = N_(
    "Next: {task}, in {exercise} ({done} of {count} task done)",
    "Next: {task}, in {exercise} ({done} of {count} tasks done)",
)
NEXT_OPEN = N_("  Open:    {place}")
NEXT_CHECK = N_("  Check:   grader check {which}")
NEXT_HINT = N_("  Stuck?   grader hint {which}")
ALL_DONE = N_(
    "Everything is done: all tasks of {count} exercise pass.",
    "Everything is done: all tasks of {count} exercises pass.",
)

# `grader start`
STARTED = N_("{count} exercise is in {folder}.", "{count} exercises are in {folder}.")
START_KEPT = N_(
    "{count} file was there already and is as it was: {names}",
    "{count} files were there already and are as they were: {names}",
)
START_NEXT = N_("Next: cd {folder}, then: grader next")
START_NEXT_HERE = N_("Next: grader next")
START_NO_FOLDER = N_("Cannot start in {folder!r}: it is a file. Name a new folder.")

# What is installed here
TWO_KITS = N_(
    "Two copies of the kit are installed: {first} and {second}. Remove both (`python -m pip uninstall "
    "torch-exercise-kit`, once for each), and install one again."
)
NO_TORCH = N_('PyTorch is not installed for {python}. Install it: {python} -m pip install "torch{needed}"')
OLD_TORCH = N_(
    "PyTorch {found} is too old: the kit needs torch{needed}. Update it: {python} -m pip install --upgrade "
    '"torch{needed}"'
)
OTHER_RELEASE = N_(
    "Note: this folder is from release {folder} of the exercises, but {installed} is installed and checks your work. "
    "For its texts, run `grader start` with a new folder, and copy your work into it."
)
SECOND_FOLDER = N_("Note: {other} holds these exercises too. Only the folder named above is graded.")

# `grader reset`
RESET_DONE = N_("{what} is as you got it, in {file}.")
RESET_NOTHING = N_("Nothing to do: {what} is as you got it, in {file}.")
RESET_KEPT = N_("What was there is kept in {backup}.")
RESET_OPEN = N_("If the notebook is open, load it again from the disk.")
RESET_WHICH = N_("Cannot reset {name!r}: there are two files, {first} and {second}. Name one: `grader reset {first}`.")
RESET_ITSELF = N_(
    "Cannot reset {file}: the course has no other copy of it. Take the file from a fresh copy of the course."
)
NO_CELL_TO_RESET = N_(
    "Cannot find the cell of {task}. Reset the whole exercise; what you have written is kept beside it."
)

# In a notebook
NO_KERNEL = N_("Cannot see your code: this is not a notebook. In a terminal, run `grader check`.")
WHICH_TASK = N_("Say which task you mean, by its name: {example}.")
HINT_TITLE = N_("Hint {tier} of 3")

STARTING_CHECKER = N_("Starting the checker. This takes some seconds the first time, and no time after that.")
CELL_BEGIN = N_('Next: write {task}, run its cell, then run this one again. Stuck? `hint("{task}")`')
CELL_CORRECT = N_('Next: correct {task}, run its cell, then run this one again. Stuck? `hint("{task}")`')
CELL_FOLLOWING = N_("Next: {task}")
CELL_LAST = N_('That was the last task of {exercise}. Check all of its tasks: `check("{number}")`')

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

# The README of a student's folder, and how to set up from a bundle
README_SETUP = N_(
    """\
## Set up, once

You need Python 3.10 or newer: `python3 --version` (on Windows `py --version`) says which you have. Open a terminal in
this folder (the one with this README) and install:

| system | command |
| --- | --- |
| Linux | `python3 -m pip install -r requirements.txt` |
| macOS (not tried) | `python3 -m pip install -r requirements.txt` |
| Windows (not tried) | `py -m pip install -r requirements.txt` |
| Colab (not tried) | upload `wheels/{wheel}` and a notebook, and run `%pip install {wheel}` in its first cell |

If pip says that the environment is managed by the system, make your own first: `python3 -m venv .venv`, then
`source .venv/bin/activate` (on Windows `py -m venv .venv`, then `.venv\\Scripts\\activate`). On Linux, PyTorch's usual
build takes gigabytes; [pytorch.org](https://pytorch.org/get-started/locally/) says how to install the one for CPUs
first. Notebooks need Jupyter in the same environment: `python -m pip install jupyterlab`.

"""
)
README_GLOSSARY = N_("The words of the exercises are explained in [{file}]({file}), with the Portuguese ones.")
README = N_(
    """\
# PyTorch exercises

Each exercise teaches one topic and asks for a few functions, as a script in `exercises/` or as a notebook in
`notebooks/`: use whichever you like. Complete what is marked `TODO`, and ask for feedback as often as you want.
{words}
{setup}## With scripts

```console
$ grader next
$ grader check {number}.{task}
$ grader hint {number}.{task}
$ grader status
```

## With notebooks

Open `notebooks/{id}.ipynb` in JupyterLab (Notebook, VS Code and Colab: not tried), and run
the cells from the top. The examples of the text are cells too. Below each task stands a cell that checks it:

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
HELP_CHECK = N_(
    "Grade your exercises and explain the checks that fail. Exit codes: 0 everything passes, 1 a check fails, 2 the "
    "command cannot run, 3 nothing fails, but some tasks are not attempted yet."
)
HELP_CHECK_ALL = N_("Show every check in full, not only the first that fails.")
HELP_NEXT = N_("Say which task to work on next, and how to start.")
HELP_RESET = N_("Put the stub of an exercise or task back. What was there is kept, and the command says where.")
HELP_RESET_WHICH = N_("An exercise (07 will do), one of its tasks (07.minimize), a file, or FILE.TASK.")
HELP_START = N_("Make a folder with all exercises, as scripts and notebooks. Nothing that is there is overwritten.")
HELP_START_FOLDER = N_("The folder: a new one, or one of yours in which files are missing.")
HELP_VERSION = N_("Show the versions of the kit, of Python and of PyTorch.")
VERSION = N_("torch-exercise-kit {kit}, Python {python}, PyTorch {torch}, in {place}")
NOT_INSTALLED = N_("(not installed)")
HELP_CHECK_WHICH = N_("An exercise (07 will do), one of its tasks, or a file.")
HELP_HINT = N_("Give a hint for a task.")
HELP_HINT_WHICH = N_("A task, such as 07.minimize.")
HELP_HINT_TIER = N_("1 a nudge, 2 the idea, 3 nearly the line.")
HELP_STATUS = N_("Show the map of the exercises. It says what each needs, what is done, and what comes next.")
HELP_STATUS_FOLDER = N_("Where your files are; exercises/ if left out.")
HELP_COURSE = N_("A clone of the course; the kit's own if left out.")
HELP_DEVICE = N_("A second device to try functions on: cuda, where this machine has one.")
