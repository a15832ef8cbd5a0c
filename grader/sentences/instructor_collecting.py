"""What instructors read about files that were handed in: which are collected, which are not graded, and what to do."""

from __future__ import annotations

from grader.sentences.template import N_

# Why a file does not count
BESIDE = N_("It lies beside the students' folders.")
INNER_FOLDER = N_("It is a folder in a student's folder.")
GIVEN = N_("It is a file that the kit gives to students.")
NO_CODE = N_("It is neither a script nor a notebook.")
TYPED_WITHOUT_CODE = N_("It is text typed into the platform, and does not define the functions of an exercise.")
NO_EXERCISE = N_("Its name is not that of an exercise, and it does not define the functions of one.")
UNREADABLE = N_("It cannot be read. {problem}")
UNTOUCHED = N_("Nothing in it was changed; {counted} counts.")
GIVEN_TWICE = N_("It is the same as {counted}, which is read.")
SAME_CODE = N_("Its code is the same as that of {counted}.")
OLDER = N_("It is older than {counted}, which counts.")
UNREADABLE_BESIDE = N_("It cannot be read; {counted} counts. {problem}")
AND_MORE_FILES = N_(
    "{count} more file of this student does not count.", "{count} more files of this student do not count."
)
LOOK_INTO_IT = N_("Look into what the student handed in.")
TOO_MANY_VERSIONS = N_("There are too many files for the exercise, so it was not looked at; {counted} counts.")
DIFFERENT = N_("It has {own} points. {counted} differs from it, has {points} points, and counts for now.")

# What to do
PUT_INTO_A_FOLDER = N_("Put it into the folder of its student, and grade again.")
COLLECT_FIRST = N_("If answers are in it, run `grader collect` on the whole folder.")
NOTHING_TO_DO = N_("Nothing to do.")
ASK_FOR_CODE = N_("If the answer is in it, ask the student for a .py or .ipynb file.")
READ_AND_ASK = N_("Read it. If it holds an answer, ask the student for the file (.py or .ipynb).")
RENAME_TO = N_("Look whether it is {name}; if so, rename it, and grade again.")
RENAME = N_("Look whether it holds an answer; if so, give it the name of the exercise, and grade again.")
ASK_AGAIN = N_("Ask the student to hand it in again.")
DECIDE = N_("Decide which file counts: delete the other one, and grade again.")

# Below the class table
LOOK_AT = N_(
    "To look at: {count} file or person that does not count, or not for sure",
    "To look at: {count} files or people that do not count, or not for sure",
)
MORE_TO_LOOK_AT = N_("{count} more file is listed in class.json.", "{count} more files are listed in class.json.")
SPARE = N_(
    "{count} more file does not count, and needs no action (class.json says why).",
    "{count} more files do not count, and need no action (class.json says why).",
)
LATE = N_("Handed in late: {names}")
AND_MORE = N_("and {count} more")

# What people call the layouts
GRADESCOPE = N_("Gradescope's export")
MOODLE = N_('Moodle, "Download all submissions"')
CANVAS = N_("Canvas, submissions.zip")
BLACKBOARD = N_("Blackboard, an assignment's download")
BRIGHTSPACE = N_("D2L Brightspace, a download with a folder for each attempt")
SAKAI = N_('Sakai, "Download All"')
NBGRADER = N_("nbgrader, submitted/ or the exchange")
CLONES = N_("a git clone for each student (Classroom 50, GitHub Classroom)")
FOLDERS = N_("a folder or archive for each student")
FILES = N_("files with the students' names in their names")

# Archives and other files that cannot be read
BROKEN_ARCHIVE = N_("It is broken, or no archive ({error}).")
EMPTY_ARCHIVE = N_("It is an archive without a file in it.")
BROKEN_MEMBER = N_("It is broken in its archive ({error}).")
TOO_MANY_FILES = N_("The archive holds more than {limit} files.")
TAR_TOO_LARGE = N_("The archive holds more than {limit} MB.")
OUTSIDE = N_("Its name leads out of the archive.")
LINK_OR_DEVICE = N_("It is a link or a device, not a file.")
LOCKED = N_("It is locked with a password.")
RARE_METHOD = N_("It is packed by a method that is not unpacked here.")
BOMB = N_("It would unpack to {size} MB, far more than answers do.")
TOO_LARGE = N_("It has {limit} MB or more.")
TOO_DEEP = N_("It lies too deep, in too many folders or archives.")
TOO_MUCH = N_("More than {limit} GB were unpacked before it.")
CLOSED = N_("The folder cannot be read ({error}).")
FOREIGN_ARCHIVE = N_("It is an archive of a kind that is not opened here.")

# Why a file is not collected
NO_PERSON = N_("It is not known whose it is.")
PLATFORMS_OWN = N_("It is a file of the platform's.")
EARLIER = N_("It is of an earlier attempt; {counted} counts.")

# What to do about them
LOOK_INSIDE = N_("Look inside, and move the files up.")
ASK_FOR_FILE = N_("Ask the student for the file itself.")
ASK_UNLOCKED = N_("Ask the student for the file without a password.")
ASK_SMALLER = N_("Ask the student to remove the output and data, and to hand it in again.")
MAKE_READABLE = N_("Make it readable, and collect again.")
UNPACK_BY_HAND = N_("Unpack it, or ask the student for a .zip file.")
NAME_LAYOUT = N_("Put it into a folder with the student's name, or name the layout with --layout, and collect again.")

# Who somebody is
PERHAPS = N_("{name} is taken for {person}, which is not certain.")
NOT_IN_ROSTER = N_("{name} is not in the roster.")
ONE_OF_THESE = N_("{name} may be one of these people of the roster: {people}.")
SEVERAL_OF_ONE_NAME = N_("Several people are called {name}; numbers tell them apart.")
SEVERAL_SPELLINGS = N_("{names} are taken for one person.")
CORRECT_THE_ROSTER = N_(
    "If that is wrong, correct the roster, or add a column that tells people apart, and run the command again."
)
LOOK_WHO_IS_WHO = N_(
    "Look who is who. In another week's download they may get other names: then `grader adjust rename` puts the "
    "results of one person together."
)
RENAME_FOLDERS = N_(
    "If these are several people, give their folders or files names that differ in more than capitals and signs "
    "(unpack an archive first), and run the command again."
)

# Errors
NO_DOWNLOAD = N_("Cannot collect from {path!r}: it is neither a file nor a folder. Give what you downloaded.")
MISSING_DOWNLOAD = N_("Cannot collect from {path!r}: there is no such file or folder. Check its name.")
RESULTS = N_("Cannot collect from {path!r}: it holds reports that `grader grade` wrote. Give what you downloaded.")
CLOSED_DOWNLOAD = N_("Cannot collect from {path!r}: {error}. Make it readable.")
UNUSABLE_ARCHIVE = N_("Cannot collect from {path!r}. {problem} Download it again; nothing was written.")
TOO_MANY_IN_ALL = N_("Cannot collect from more than {limit} files. Give fewer downloads at a time.")
NO_LAYOUT = N_("Cannot read the layout {name!r}: there is none of that name. Known are {known}.")
CHANGED = N_("Cannot read {path!r} any more. {problem} Collect again; nothing was written.")
UNREADABLE_MANIFEST = N_("Cannot read {path!r}: {error}. Restore it, or collect into a new folder.")
NOTHING_FOUND = N_(
    "Cannot collect from {paths}: no file in it is an exercise. Give the download as it is, or name its layout with "
    "--layout."
)
NO_FOLDER_FOR = N_("Cannot collect into {out!r}: it is a file. Give a folder.")
FOLDER_TAKEN = N_(
    "Cannot collect into {out!r}: it exists, and `grader collect` did not write it. Give a new folder; nothing was "
    "written."
)
NEWER_IS_THERE = N_("A newer file was collected before.")

# The preview
RECOGNISED = N_("Recognised: {layouts}. Students: {students}, files: {count}.")
FROM = N_("file of the download")
LATE_MARK = N_("(late)")
NEAR_MARK = N_(
    "~ with a note for the student: the name is only near, the functions in it say what it is, or it is one of several "
    "files (collected.json)"
)
DOUBT_MARK = N_("(in doubt)")
MORE_ROWS = N_("{count} more; --all shows everything", "{count} more; --all shows everything")
WITHOUT_FILES = N_(
    "{count} member of the class handed in no exercise: {names}",
    "{count} members of the class handed in no exercise: {names}",
)
IN_DOUBT = N_("In doubt")
FILES_DIFFER = N_(
    "{name}, {exercise}: {count} files differ. All are graded, and the one with the most points counts for now."
)
CANVAS_FILES_DIFFER = N_(
    "{name}, {exercise}: {count} files differ. Canvas lets you download only the last attempt, so all of them belong "
    "to it. All are graded, and the one with the most points counts for now."
)
CHOOSE_FILES = N_("Decide which file counts: delete the others in the student's new folder, and grade.")
WHO_IS_IN_DOUBT = N_(
    "{count} person is in doubt: {names}. The list above says why, and what to do.",
    "{count} people are in doubt: {names}. The list above says why, and what to do.",
)
LAYOUT_IN_DOUBT = N_(
    "The folders could be read in another way: check the students. A roster (--roster) tells which names are people's."
)
NOT_COLLECTED = N_("{count} file is not collected", "{count} files are not collected")
NEED_NO_ACTION = N_(
    "{count} more file is not collected, and needs no action (collected.json says why).",
    "{count} more files are not collected, and need no action (collected.json says why).",
)
HIDDEN = N_(
    "{count} hidden file or folder of the system's was left out.",
    "{count} hidden files and folders of the system's were left out.",
)
NOTHING_WRITTEN = N_("Nothing was written.")
WRITE = N_("Write these files to {out}?")
WRITTEN = N_("{out}: {new} new, {changed} changed, {same} as before. The original paths are in collected.json.")
GRADE_NEXT = N_("Grade them with: grader grade {out} --out OUT")
COLLECTED_FIRST = N_(
    "This is no folder with one folder per student, so it was collected into {folder} first. Correct files there, and "
    "grade again."
)

# What `--help` says
HELP_COLLECT = N_(
    "Collect downloads of learning platforms, one folder a student.\n\nWrites SUBMISSIONS/<student>/, which `grader "
    "grade` reads. DOWNLOAD is what you downloaded, as it is: folders, .zip or .tar.gz files. Recognises the layout, "
    "shows what it is going to write, takes the last attempt, and changes nothing in the downloads."
)
HELP_DOWNLOADS = N_("What you downloaded: folders, .zip or .tar.gz files, as they are.")
HELP_OUT = N_("Where the students' folders go: a new folder, or one that was collected before.")
HELP_ROSTER = N_("A CSV file with the class: any of name, id, email, login, section.")
HELP_LAYOUT = N_(
    "Read the download in this way, if it was not recognised: gradescope, moodle, blackboard, canvas, brightspace, "
    "sakai, nbgrader, clones, folders or files."
)
HELP_PREVIEW = N_("Only show what would be collected.")
HELP_ALL = N_("Show every file and its whole path in the preview.")
HELP_YES = N_("Write without asking.")
