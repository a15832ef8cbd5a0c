"""What instructors read: about grading a class, nbgrader's courses, the sandbox of a machine, and releases."""

from __future__ import annotations

from grader.sentences.template import N_

# The submissions of a class
NO_FOLDER = N_("Cannot read submissions from {folder!r}: there is no such folder. Check its name.")
NOT_A_FOLDER = N_(
    "Cannot read submissions from {folder!r}: it is not a folder. Give the folder that holds one folder per student."
)
CLOSED_FOLDER = N_("Cannot read submissions from {folder!r}: {error}. Make it readable.")
FILES_IN_FOLDER = N_(
    "Cannot read submissions from {folder!r}: it holds exercise files itself. Put them in one folder per student "
    "inside it."
)
NO_STUDENTS = N_(
    "Cannot read submissions from {folder!r}: it holds no student's folder. Put each student's files in a folder of "
    "their own."
)
NO_FILES = N_(
    "Cannot read submissions from {folder!r}: no student's folder in it holds any of the exercises. Name the files as "
    "the exercises are, such as {exercise}.py or {exercise}.ipynb."
)
OUT_IS_SUBMISSIONS = N_(
    "Cannot write reports to {out!r}: it is the folder with the submissions. Give another folder with --out."
)
COURSE_AMONG_SUBMISSIONS = N_(
    "Cannot grade {folder!r} by the course in {course!r}: it lies among the submissions, and its suites would run as "
    "your own code. Name the course's clone, outside that folder, with --course."
)

# Grading
OTHER_SEED = N_("{out!r} was graded with another seed: everything is graded again, on other inputs.")
REPORTS = N_("Reports: {out}")
READ_NEXT = N_("Read one: grader show {report}")
PAGES_NEXT = N_("Pages for a browser: grader report {out}")
NOBODY_HANDED_IN = N_(
    "{count} exercise that nobody handed in counts in the sum: {points} of the {most} points. If it is not due yet, "
    "grade with --exercise into a new OUT, or give it the weight 0 (`grader adjust exercise`).",
    "{count} exercises that nobody handed in count in the sum: {points} of the {most} points. If they are not due yet, "
    "grade with --exercise into a new OUT, or give them the weight 0 (`grader adjust exercise`).",
)
GRADED = N_("graded {student}")
PROGRESS = N_("{done} of {total} submissions graded, {left}")
SECONDS_LEFT = N_("about {count} s left")
MINUTES_LEFT = N_("about {count} min left")
PROGRESS_DONE = N_("{total} of {total} submissions graded")
WORKER_ENDED = N_(
    "Cannot start a worker: its process ended before it had read a submission. Run `grader doctor`, and look for an "
    "error of Python above."
)
UNREADABLE_SEED = N_("Cannot read the course's seed in {path!r}: {error}. Restore it, or remove it.")
NO_REPORT = N_("Cannot read the report {path!r}: there is no such file. {cure}")
GRADE_FIRST = N_("Grade first, then show.")
CLASS_FOLDER = N_(
    "Cannot show {path!r}: it is the folder of the class. Name a student's folder in it, such as {example!r}."
)
FOLDERS_ARE_IN = N_("The students' folders are in {out!r}.")
NO_CLASS_REPORT = N_(
    "Cannot read {out!r}: it holds no class.json, so nothing was graded into it. Give the folder that `grader grade` "
    "wrote with --out."
)
OTHER_FORM = N_(
    "Cannot read the report {path!r}: its form is {form!r}, and this version of the kit reads {known}. Show it with "
    "the version that wrote it, or grade again."
)
UNREADABLE_REPORT = N_("Cannot read the report {path!r}: {error}. Grade again to write a new one.")
UNUSABLE_HOUSING = N_(
    "Cannot load California Housing from {path!r}: {error}. Restore the file from the repository, or reinstall "
    "torch-exercise-kit."
)
DAMAGED_HOUSING = N_(
    "Cannot load California Housing from {path!r}: it is not a whole gzip file. Restore the file from the repository, "
    "or reinstall torch-exercise-kit."
)
OTHER_HOUSING = N_(
    "Cannot load California Housing from {path!r}: its sha256 is not that of the published table. Restore the file "
    "from the repository, or reinstall torch-exercise-kit."
)
HOUSING_NOT_INSTALLED = N_(
    "Cannot install California Housing in {path!r}: {error}. Choose a folder that you may write to."
)

# The class at a glance
STUDENT = N_("student")
OUT_OF = N_("of {points}")
MARK_UNTOUCHED = N_("○ untouched: nothing was changed since students got it")
MARK_UNREADABLE = N_("! unreadable: the report says what is wrong with the file")
MARK_FAILED = N_("! the submission ended the grader; the next run tries it again")
MARK_IN_DOUBT = N_("? in doubt: several files differ, see below")
HANDED_IN_BY_NOBODY = N_("Handed in by nobody: {exercises}")
FREQUENT_MISTAKES = N_("Most frequent mistakes")
CHECKS_AT_FAULT = N_("Checks that are at fault. Please report them to the author of the course")
CHECK_STANDS = N_(
    "{exercise}, {task}, {check}: the reference fails it too; its points stand for {count} student.",
    "{exercise}, {task}, {check}: the reference fails it too; its points stand for {count} students.",
)
CHECK_ENDED = N_(
    "{exercise}, {task}, {check}: it ended with an error, and gave no points to {count} student.",
    "{exercise}, {task}, {check}: it ended with an error, and gave no points to {count} students.",
)
WHOLE_TASKS = N_("A task earned points only if all its checks passed.")

# The sandbox
ONLY_ON_LINUX = N_(
    "Cannot grade other people's submissions on this system, even with --trust-submissions: nothing would confine "
    "them. Collect here with `grader collect`, and grade on Linux: on Windows in WSL (`wsl --install`), elsewhere in a "
    'container (`docker run --rm -it --privileged -v "$PWD:/class" -w /class python:3.12 bash`). There, install the '
    "kit with pip, and run the same command."
)
NO_SUCH_BACKEND = N_("Cannot use {name!r} as {variable}: it is linux or portable.")
NO_SERVER = N_("Cannot start the sandbox's server: {error}.")
NO_WORKER = N_("Cannot start a worker process: {error}.")
SERVER_ENDED = N_("Cannot start a candidate: the sandbox's server ended. {words}")
SERVER_LOST = N_("Cannot go on: the sandbox's server ended. {words}")
SERVER_IS_SILENT = N_("It does not answer.")
SERVER_SAID_NOTHING = N_("It said nothing (exit code {code}).")
NO_CANDIDATE = N_("Cannot start a candidate: {error}.")
CONFINED_TOO_LITTLE = N_(
    "Cannot grade other people's code here: of the sandbox only {layers} work. Run `grader doctor` to see what is "
    "missing and how to enable it, or pass --trust-submissions if every submission is your own."
)
NOT_CONFINED = N_(
    "Cannot grade other people's code here: no layer of the sandbox works. Run `grader doctor` to see what is missing "
    "and how to enable it, or pass --trust-submissions if every submission is your own."
)

# `grader doctor`
LAYER = N_("layer")
PROTECTS = N_("what it protects")
ACTIVE = N_("active")
MISSING = N_("missing")
WITHOUT = N_("Without it: {lost}")
ALWAYS = N_("Always: an empty environment, no open files but the channel, on Linux no new privileges.")
PORTABLE = N_(
    "This system runs submissions with the portable backend, in ordinary processes: nothing confines them. Time limits "
    "hold. That is enough for code of your own (grader check). Other people's submissions cannot be graded here: grade "
    "them on Linux, or in a container or virtual machine that runs it."
)
ENOUGH = N_("Other people's submissions can be graded here.")
NOT_ENOUGH = N_("Other people's submissions cannot be graded here (your own can: grader check).")
NEEDED = N_("Needed: {layers}.")
OR_NEEDED = N_("Or: {layers}.")
NAMESPACES_CURE = N_(
    "Allow user namespaces: sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0; in a "
    "container, a profile that permits unshare and mount."
)
NAMESPACES_PROTECT = N_("the network, other users' processes, shared memory: not even visible")
NAMESPACES_LOST = N_("A submission sees which processes run. Only seccomp keeps it from reaching them, or the network.")
ROOT_PROTECTS = N_("files: only libraries and data exist, read-only")
ROOT_LOST = N_(
    "A submission can tell which files there are, how large and how old. Only Landlock keeps it from reading them; "
    "only seccomp, and that it is another user, keep it from changing their attributes."
)
PROCESSES_PROTECT = N_("other processes: a submission sees none but its own")
PROCESSES_LOST = N_("A submission can tell how many processes there are. Only seccomp keeps it from reaching them.")
TEMPORARY_PROTECTS = N_("the disk: a private directory of limited size")
TEMPORARY_LOST = N_("A submission can fill the disk with its files, and bring along a library of its own.")
TEMPORARY_CURE = N_("{namespaces} Also sysctl user.max_mnt_namespaces: every submission needs one.")
USER_PROTECTS = N_("what belongs to you: each submission is a user of its own, who owns nothing else")
USER_LOST = N_(
    "A submission runs as you: what the other layers let through, it may do as you. If root started it, nothing limits "
    "its threads."
)
USER_CURE = N_(
    "Run as root, or have your administrator lend you user numbers (newuidmap and newgidmap installed, the same line "
    "for you in /etc/subuid and /etc/subgid). Python, the packages and the data must be readable for every user: chmod "
    "-R a+rX."
)
LANDLOCK_PROTECTS = N_("files, TCP, signals: a second wall, by the kernel")
LANDLOCK_LOST = N_("Files are guarded by one wall, the root of its own, and not by two.")
LANDLOCK_CURE = N_(
    "Use Linux 6.2 or newer with `landlock` among the LSMs (lsm=landlock,… on the kernel's command line). The versions "
    "of Linux 5.13 to 6.1 do not guard files from being emptied: they are used, and do not count."
)
SECCOMP_PROTECTS = N_("the system: of its calls, only those that Python and the libraries need")
SECCOMP_LOST = N_("A submission can start processes, send signals, open sockets, and try every hole in the kernel.")
SECCOMP_CURE = N_("Install libseccomp (Debian: libseccomp2; Fedora: libseccomp).")
CAPABILITIES_PROTECT = N_("root's powers: none are left")
CAPABILITIES_LOST = N_("A submission that is started by root keeps some of root's powers.")
CAPABILITIES_CURE = N_("Run on Linux.")
LIMITS_PROTECT = N_("memory, processor time, file sizes, descriptors, threads")
LIMITS_LOST = N_("A submission can use up the machine's memory and processors.")
LIMITS_CURE = N_("Run on Linux or macOS.")
CGROUP_PROTECTS = N_("memory and threads, counted by the kernel for each submission as a whole")
CGROUP_LOST = N_(
    "Memory is limited by addresses, not by pages in use, and what a submission writes to its directory is not counted "
    "with it. The limits above still hold."
)
CGROUP_CURE = N_("Use cgroup v2, and run as root or under systemd (systemd-run --user --scope). Optional.")

# Releases
NO_PUBLIC_SUITE = N_("Cannot release {exercise}: it has no public suite. Write {path}.")
NO_SOLUTION = N_("Cannot release {exercise}: {path} is missing. Run the command in the instructor's clone.")
KIT_NOT_INSTALLED = N_(
    "Cannot build the kit's wheel: this copy of the kit is not installed. In the clone, run `make install`."
)
WHEELHOUSE_LACKS = N_(
    "Cannot use the wheelhouse {folder!r}: it has no wheel of {missing}. Fill it with `python -m pip download` of "
    "the kit on a computer like your students'."
)
FOLDER_NOT_EMPTY = N_("Cannot release to {out!r}: it exists and is not empty. Give a new folder.")
COURSE_AS_ZIP = N_("Cannot release a course for nbgrader as a .zip: nbgrader works in a folder. Give a folder.")
CELLS_WOULD_GO = N_(
    "Cannot release to {out!r}: it would remove cells of yours from {notebook}: {cells}. Move that notebook away, "
    "release, and add your cells to the new one."
)
NOTEBOOK_WOULD_GO = N_(
    "Cannot release to {out!r}: it would replace {notebook}, which is not a notebook any more. Move that file away, "
    "and release again."
)
SEED_WAS = N_("The seed was {seed}: what has been handed in will be graded again, on other inputs.")
NOT_RECORDED = N_(
    "Cannot record the common mistakes of {exercise}: two processes that ran them ended. Release again, or add "
    "--without-diagnoses."
)
RECORDING = N_("Recording common mistakes: {done} of {count} exercises")
RELEASED = N_("{count} exercise, {files} files: {out}", "{count} exercises, {files} files: {out}")
NEXT_GENERATE = N_("Next: cd {out} && nbgrader generate_assignment {exercise}")
OTHER_SUFFIXES = N_("Cannot convert {source!r} to {target!r}: one must end in .py, the other in .ipynb.")
TARGET_EXISTS = N_("Cannot convert to {target!r}: it exists already. Remove it, or give another name.")
NOT_CONVERTED = N_("Cannot convert {source!r}. {problem}")
BAD_MARKS = N_(
    "The header, or the mark of a cell, cannot be read ({error}). Restore the lines between --- and those that begin "
    "with # %%."
)
NO_TASK_CELL = N_(
    "It is not the script of an exercise: no cell of it is marked as a task. Give a script that the kit released."
)

# An nbgrader course
NOT_INSTALLED = N_(
    "Cannot grade an nbgrader course: {module} is not installed. Install what is needed: pip install "
    "'torch-exercise-kit[nbgrader]'."
)
UNREADABLE_COURSE = N_("Cannot read {path!r}: {error}. Restore it, or release again.")
COURSE_IN_COURSE = N_(
    "Cannot grade the course in {folder!r}: it lies inside the one in {outer!r}, perhaps because it was handed in. Run "
    "the command there, or name the course with --course."
)
NO_CONFIG = N_(
    "Cannot find an nbgrader course in {folder!r}: there is no {name}. Run the command in the course's folder, or name "
    "it with --course; `grader release --format nbgrader` lays a new one down."
)
BAD_CONFIG = N_("Cannot read {path!r}: {error}. Correct it first.")
REFUSED_CONFIG = N_("Cannot use the configuration of {course!r}: {error} Correct it first.")
ANOTHER_RUN = N_("Cannot grade in {course!r}: another run of this command is at work there. Wait for it.")
FOREIGN_ASSIGNMENT = N_(
    "Cannot grade the assignment {assignment!r}: none of its cells checks a task of the kit. Grade it with `nbgrader "
    "autograde`."
)
ASSIGNMENT_ERROR = N_("Cannot grade the assignment {assignment!r}. {problem}")
SUITES_AMONG_SUBMISSIONS = N_(
    "Cannot grade by the course in {course!r}: it lies among the submissions, and its suites would run as your own "
    "code. Name the clone in grader_course.json, or release again."
)
NO_SUCH_STUDENTS = N_(
    "Cannot find submissions for {assignment!r} of students named {student!r}. Check the name, or collect first."
)
NOTHING_FOR_ASSIGNMENT = N_(
    "Cannot find submissions for {assignment!r} under {folder!r}: there are submissions for {others}. Check the "
    "assignment's name, or collect first."
)
NOTHING_AT_ALL = N_(
    "Cannot find submissions for {assignment!r} under {folder!r}: there are none at all. Check the assignment's name, "
    "or collect first."
)
UNREADABLE_TIME = N_("{path} holds no time. {problem} Write one such as 2026-03-01 12:00:00 UTC.")
NO_TIME = N_("{path} holds no time: {text!r}. Write one such as 2026-03-01 12:00:00 UTC.")
NO_ZONE = N_("{path} holds a time in a zone that is not known: {text!r}. Write one such as 2026-03-01 12:00:00 UTC.")
HOOK_FAILED = N_("Your {hook} failed in {folder!r}: {error}")
OTHER_NOTEBOOK = N_("{student}: {name} is no notebook of the assignment, and was not graded.")
FOREIGN_TESTS = N_("These tests are not the kit's; they are left for you to grade: {names}.")
NOT_RUN = N_("No notebook is executed, so the preprocessors in {names} were not run.")
SCRIPTS_IN_PAGES = N_(
    "Scripts in students' text can run in feedback pages and in formgrader. To prevent that, copy the lines about "
    "c.HTMLExporter from the nbgrader_config.py of a course that `grader release` lays down."
)
NAME_NOT_TEXT = N_("Cannot grade {student!r}: the folder's name is not UTF-8 text. Rename the folder.")
UNEXPECTED = N_("Cannot grade {student!r}: {error}. Look at what was handed in, then grade that student again.")
OUTCOME = N_("{graded} graded, {unchanged} unchanged.")
ROUND = N_("{time}  {count} graded: {names}")
READY = N_("Ready: what is handed in for {assignment} is graded as it comes. Press Ctrl-C to end.")
TRIED_AGAIN = N_("{problem} It is tried again until that works.")
WATCH_ENDED = N_("Ended. What is graded is kept, and the next run does the rest.")

# The gradebook
NO_GRADEBOOK = N_("Cannot find the gradebook {path!r}. Run `nbgrader generate_assignment` for the assignment first.")
NO_ASSIGNMENT = N_("Cannot find the assignment {assignment!r} in the gradebook, which knows {known}. {cure}")
RENAMED = N_("Was it renamed? Run `nbgrader generate_assignment {assignment}` first.")
NO_ASSIGNMENTS = N_(
    "Cannot find the assignment {assignment!r}: the gradebook knows no assignment. Run `nbgrader generate_assignment "
    "{assignment}` first."
)
NO_STUDENT = N_(
    "Cannot grade {student!r}: no such student is in the gradebook, and the configuration says not to add any. Run "
    "`nbgrader db student add {student}`."
)
HALF_MADE_EMPTY = N_(
    "Cannot use the gradebook {url!r}: nbgrader left it half-made, without its version, because it found no `alembic` "
    "command. Activate the environment, so that its bin folder is on PATH. Then delete the gradebook, which is empty, "
    "and run `nbgrader generate_assignment` again."
)
HALF_MADE = N_(
    "Cannot use the gradebook {url!r}: nbgrader left it half-made, without its version, because it found no `alembic` "
    "command. Activate the environment, so that its bin folder is on PATH. Then back the gradebook up, and run `python "
    "-m nbgrader.dbutil stamp head` in its folder."
)
OTHER_VERSION = N_(
    "Cannot use the gradebook {url!r}: another version of nbgrader made it. Back it up, then run `nbgrader db upgrade`."
)
GRADEBOOK_LOCKED = N_(
    "Cannot use the gradebook: {error}. Another program holds it: close formgrader or wait for the other command, and "
    "run this again."
)
GRADEBOOK_FULL = N_("Cannot use the gradebook: {error}. Make room on the disk, and run this again.")
GRADEBOOK_READ_ONLY = N_("Cannot use the gradebook: {error}. Make it writable, and run this again.")
GRADEBOOK_OLD = N_(
    "Cannot use the gradebook: {error}. Another version of nbgrader made it: back it up, then run `nbgrader db "
    "upgrade`."
)
GRADEBOOK_FAILED = N_("Cannot use the gradebook: {error}. Back it up, and try `nbgrader db upgrade`.")

# What `--help` says
HELP_GRADE = N_(
    "Grade a class, and write a report for each student into OUT.\n\nSUBMISSIONS is a folder with "
    "<student>/<exercise>.py or .ipynb, or what you downloaded from a learning platform: that is collected first. "
    "Writes OUT/<student>/report.json and OUT/class.json."
)
HELP_GRADE_SUBMISSIONS = N_("The folder with one folder per student, or what you downloaded (see `grader collect`).")
HELP_GRADE_OUT = N_("Where the reports go.")
HELP_GRADE_EXERCISE = N_("Grade only this exercise; may be repeated.")
HELP_GRADE_SEED = N_("The seed to draw inputs from; if left out, the one kept in OUT, at first a random one.")
HELP_WHOLE_TASKS = N_("Give a task its points only if all its checks pass.")
HELP_GRADE_INPUTS = N_("fixed: the same for everybody, to compare versions, never for marks.")
HELP_JOBS = N_("How many to grade side by side; one per core if left out.")
HELP_HIDE_EXPECTED = N_("Hide what hidden checks expected, until grades are final.")
HELP_TRUST = N_("Grade even where the sandbox lacks layers it should have.")
HELP_SHOW = N_("Show one student's feedback in the terminal.")
HELP_SHOW_REPORT = N_("A student's report.json, or the folder that holds it.")
HELP_DOCTOR = N_(
    "Say what protects this machine while it grades.\n\nLists the layers of the sandbox, which of them are active, and "
    "how to enable the others."
)
HELP_RELEASE = N_(
    "Write the bundle that students get, or a course for nbgrader.\n\nA bundle has the kit's wheel, stubs, notebooks, "
    "public checks and hints."
)
HELP_RELEASE_OUT = N_("A folder or, for students, a .zip file.")
HELP_RELEASE_FORMAT = N_("For whom.")
HELP_RELEASE_EXERCISE = N_("Release only this exercise; may be repeated.")
HELP_RELEASE_WHEELHOUSE = N_(
    "For students: a folder with the wheels of PyTorch and of all other packages, so that the bundle installs offline."
)
HELP_RELEASE_WITHOUT_DIAGNOSES = N_("For students: leave out what their own feedback needs to name common mistakes.")
HELP_RELEASE_SEED = N_("For nbgrader: the course's seed, to draw inputs from.")
HELP_CONVERT = N_("Turn a script into a notebook, or a notebook into a script. Nothing of the student's code is lost.")
HELP_CONVERT_SOURCE = N_("A script or a notebook.")
HELP_CONVERT_TARGET = N_("Where the other goes: .ipynb or .py.")
HELP_NBGRADER = N_("Grade nbgrader's courses with the kit.")
HELP_AUTOGRADE = N_(
    "Grade submitted/ in the sandbox, as `nbgrader autograde` would.\n\nWrites autograded/ and the gradebook. What has "
    "been graded and has not changed since is left alone. Exit code 1 if a student could not be graded."
)
HELP_AUTOGRADE_ASSIGNMENT = N_("The assignment, as nbgrader calls it.")
HELP_AUTOGRADE_COURSE = N_("The course's folder; the current one if left out.")
HELP_AUTOGRADE_STUDENT = N_("Only students whose names match.")
HELP_AUTOGRADE_WATCH = N_("Stay ready, and grade what is handed in as it comes, until Ctrl-C.")
