"""What instructors read about packages for platforms: when one is made, and in the log of a run."""

from __future__ import annotations

from grader.sentences.template import N_

# Making one
HELP_PACKAGE = N_(
    "Make a package for a grading platform, ready to upload.\n\nIt holds the kit's wheel, the suites and a seed of its "
    "own. Where students can read a package, it holds public checks alone."
)
HELP_FOR = N_("The platform.")
HELP_OUT = N_("A new folder; for gradescope also a .zip file, which you upload as it is.")
HELP_EXERCISE = N_("Only this exercise (07 will do); may be repeated. Without it: all.")
HELP_SEED = N_("The seed to draw inputs from; if left out, a random one.")
HELP_VISIBILITY = N_(
    "When students see hidden checks. Platforms other than gradescope know visible and hidden alone: there, one line "
    "for each task then says how many pass."
)
HELP_SECONDS = N_("The time limit that you set on the platform. The run ends itself shortly before.")
HELP_IMAGE = N_("For prairielearn: the name under which you store the image, such as you/torch-exercise-kit.")
HELP_TRUST = N_("Let the package grade even where the sandbox lacks the layers that a container must have.")
NOT_EMPTY = N_("Cannot write to {out!r}: it is there and not an empty folder. Name another one.")
NO_ZIP = N_("Cannot write a package for {platform} as a .zip: it is not uploaded as one. Name a folder with --out.")
OTHER_VISIBILITY = N_(
    "Cannot make a package for {platform} with --hidden-checks {visibility}: only gradescope knows that. Use visible "
    "or hidden."
)
TOO_LONG = N_("Cannot make a package for {platform} with --seconds {seconds}: at most {most} are possible there.")
TOO_SHORT = N_("Cannot make a package with --seconds {seconds}: starting alone takes some. Use at least {least}.")
NO_HIDDEN_SUITE = N_(
    "Cannot make a package for {platform}: exercise {exercise} has no hidden suite in {course!r}. Give the clone that "
    "has it with --course."
)
NO_SUITE = N_("Cannot make a package: exercise {exercise} has no public suite in {course!r}.")
WRITTEN = N_(
    "A package for {platform} with {count} exercise is in {out}.",
    "A package for {platform} with {count} exercises is in {out}.",
)
README_NEXT = N_("{path} says how to upload it.")
HOLDS_HIDDEN = N_("It holds hidden suites and solutions: do not give it to students.")
PUBLIC_ONLY = N_(
    "It holds public checks alone, because students can read it. Run the hidden ones with `grader grade` over the "
    "downloaded repositories."
)

# Running in a container
HELP_RUN = N_(
    "Try a package: grade one submission as it does.\n\nThe scripts of a package run this, too. It writes the result "
    "that the platform reads. To try a package, give it --submission and --results."
)
HELP_RUN_PACKAGE = N_("The folder with package.json.")
HELP_RUN_SUBMISSION = N_("What was handed in; where the platform puts it, if left out.")
HELP_RUN_RESULTS = N_("Where the result goes; where the platform expects it, if left out.")
NO_PACKAGE = N_("Cannot find {folder!r}/package.json. Give the folder of a package that `grader package` made.")
OTHER_PACKAGE = N_("Cannot read {path!r}: {error}. Make the package again with this version of the kit.")
LOG_VERSIONS = N_("Versions: {versions}")
LOG_LAYERS = N_("Layers of the sandbox that are active: {layers}.")
LOG_MISSING = N_("Layer {layer} is missing. {lost}")
LOG_DONE = N_("{state}: {points} of {most} points after {seconds} s.")
NONE_ACTIVE = N_("none")
READABLE = N_(
    "Nothing was graded: the submission could read {folder!r}, which holds hidden suites. Start the grading as root, "
    "or as the owner of that folder. To grade all the same, make the package with --trust-submissions."
)
NOT_GRADED = N_("Nothing was graded: {problem}")
UNEXPECTED = N_("Nothing was graded, because of an error of the kit. Please report it with these lines: {error}")
LITTLE_MEMORY = N_(
    "This container has {memory} MB of memory; {needed} MB are recommended. With less, processes may be ended in the "
    "middle, which can cost a submission points."
)
OUT_OF_MEMORY = N_(
    "{count} process was ended because the container had no memory left ({memory} MB). Give it more, and run this "
    "submission again.",
    "{count} processes were ended because the container had no memory left ({memory} MB). Give it more, and run this "
    "submission again.",
)
CUT_OFF = N_(
    "The run ended itself after {seconds} s, before the time limit of {limit} s. Raise the limit on the platform, make "
    "the package again with --seconds, and run this submission again."
)
STOPPED = N_("The platform ended the run after {seconds} s. Run this submission again.")
BROKEN = N_("The check {check} of {exercise} was at fault, not the student: {text}")

# What README.md of a package says
README_GRADESCOPE = N_(
    """\
# A package for Gradescope

1. In the assignment's settings of the autograder, upload this package as one .zip file: `setup.sh` and `run_autograder`
   are at its root. `grader package` writes the .zip itself if `--out` ends in .zip.
2. Gradescope builds an image, which takes some minutes: `setup.sh` installs the kit from `wheels/`, in the versions of
   `constraints.txt`. A submission needs no network.
3. In the settings, give the container 2 GB of memory or more, one processor, and {seconds} minutes. With another time
   limit, make the package again with `--seconds`.
4. Hand in the solution and a stub to try it.

The points are those of the checks. What went wrong, and which layers of the sandbox are missing, stands in the output
of a run that only staff can see. Running a submission again gives the same points.

The package holds hidden suites, solutions and a seed: do not give it to students.
"""
)
README_PRAIRIELEARN = N_(
    """\
# A package for PrairieLearn

1. Build the image from the folder `image` and store it where PrairieLearn can get it. It holds the kit and nothing that
   is secret:

       docker build --tag {image} image
       docker push {image}

   If you store it under another name, make the package again with `--image NAME`.
2. Copy the folder `questions/pytorch` into the folder `questions` of your course, and sync. Each exercise is a question
   with an external grader; its suites and solutions are in `tests/`, which students do not get.
3. Submissions need no network. If a run takes longer than `timeout` in `info.json`, make the package again with
   `--seconds`, which knows both.

The score is the share of the points. What cannot be read or graded uses up no attempt. What went wrong, and which
layers of the sandbox are missing, stands in the output of the grading job.
"""
)
README_DOCKER = N_(
    """\
# A package for Docker

    docker build --tag grading .
    docker run --rm --network none --memory 2g --cpus 1 \\
      -v "$PWD/submission:/submission:ro" -v "$PWD/results:/results" -e STUDENT=ana grading

Each run grades one submission. It writes `report.json` (a report of the kit), `result.json` (the points, the state and
what staff should know) and `feedback.txt`. The exit code is 0 if the submission was graded, and 1 if it has to be
graded again; `result.json` says why. Run it as root, which is Docker's default.

The image holds hidden suites, solutions and a seed: do not push it to where students could get it.
"""
)
README_CLASSROOM50 = N_(
    """\
# A package for Classroom 50

Copy this folder to `<classroom>/autograders/<assignment>/` in the repository `classroom50` of your organisation, so
that `autograder.py` is in it, and choose Python {python} as the `runtime` of the assignment. Each submission then
installs the kit, which takes about a minute, and is graded by the public checks.

Students can read this folder. So it holds no hidden checks; its seed is known, too. When the deadline is over, download
the repositories with `gh teacher download`, and run `grader grade` over that folder: it runs all checks.

Scores on Classroom 50 are whole numbers; the text of a release says how many stand for one point.
"""
)
README_GITHUB = N_(
    """\
# A package for GitHub Actions

The folders `.github` and `.grading` belong into each student's repository, for example through a template. At each
push, a workflow grades what is in the repository by its public checks, and shows the feedback on the page of the run.

Students can read and change what is in their repository: the points are for them to learn from. So there are no hidden
checks here. When the deadline is over, clone the repositories and run `grader grade` over the folder that holds them:
it runs all checks, with another seed, and trusts nothing that is in a repository.
"""
)
