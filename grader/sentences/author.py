"""What authors of exercises read: about the catalog's files, `grader build`, `grader verify`, mutants and suites."""

from __future__ import annotations

from grader.sentences.template import N_

# The files of the catalog
BAD_ID = N_("Cannot read {exercise}: an id is two digits, an underscore and a lower-case name. Rename the file.")
NO_HEADER = N_(
    "Cannot read {exercise}: it has no header. Start the file with a commented YAML block between two `# ---` lines, "
    "as the other exercises do."
)
BAD_HEADER = N_(
    "Cannot read {exercise}: its header is not right: {error}. Under `grader:` give a title, a title_pt and a list of "
    "prerequisites."
)
BAD_PREREQUISITE = N_(
    "Cannot read {exercise}: its prerequisite {prerequisite!r} is not an exercise before it. Write the full id of an "
    "exercise with a lower number."
)
NO_TASKS = N_('Cannot read {exercise}: it has no tasks. Mark a cell `# %% task="name" points=2`.')
BAD_MARKER = N_("Cannot read {origin}: line {line}: {error}. Mark the cell `{example}`.")
BAD_METADATA = N_(
    "Cannot read {origin}: line {line}: {text!r} is not metadata. Write each part as key=value with the value in JSON, "
    'such as task="name" points=2.'
)
HINT_OF_NO_TASK = N_("Cannot read {exercise}: line {line}: no task {task!r} stands above this hint. {cure}")
TWO_TASKS = N_("Cannot read {exercise}: line {line}: there are two tasks {task!r}. Rename one.")
TASK_UNDEFINED = N_(
    "Cannot read {exercise}: line {line}: the cell of the task {task!r} does not define it. Give the function or class "
    "the name of its task."
)
VARIANT_OF_NO_TASK = N_("Cannot read {origin}: line {line}: {exercise} has no task {task!r}. {cure}")
TWO_VARIANTS = N_("Cannot read {origin}: line {line}: {task} has two variants {name!r}. Rename one.")
NO_MESSAGE = N_("Cannot read {origin}: line {line}: {name!r} has no message. Open the cell with it, as a comment.")
VARIANT_UNDEFINED = N_("Cannot read {origin}: line {line}: {name!r} does not define {task!r}. Define it in the cell.")
BAD_PRESUMPTION = N_(
    "Cannot read {origin}: line {line}: {text!r} is not a pattern of code. Write Python in which `_` stands for any "
    'expression, such as presumes=["item()", "not super().__init__()"].'
)
BAD_EQUIVALENTS = N_("Cannot read {path}: {error}. Give each mutant a task, was, now and why.")

# Stubs
NO_TODO = N_(
    "Cannot build {exercise}: line {line}: the solution region does not open with what to do. Make its first line a "
    "`# TODO: ...` comment."
)
REGION_IN_REGION = N_(
    "Cannot build {exercise}: line {line}: a solution region opens inside that of line {outer}. Close that one first: "
    "{end}."
)
REGION_NOT_OPENED = N_(
    "Cannot build {exercise}: line {line}: a solution region closes that was not opened. Open it: {begin}."
)
REGION_NOT_CLOSED = N_(
    "Cannot build {exercise}: line {line}: the solution region is not closed in its cell. Close it: {end}."
)
REGION_WITHOUT_TASK = N_(
    "Cannot build {exercise}: line {line}: a solution region stands outside a task. Mark its cell "
    '`# %% task="name" points=2`.'
)
TASK_WITHOUT_REGION = N_(
    "Cannot build {exercise}: line {line}: the task leaves nothing to write. Put what the student writes between "
    "{begin} and {end}."
)
STUB_NOT_PYTHON = N_(
    "Cannot build {exercise}: its stub is not Python: {error} at line {line} of the stub ({text!r}). Correct the "
    "source there."
)
STUB_RAISES = N_(
    "Cannot build {exercise}: its stub raises while it is imported. Put each solution region inside a function or "
    "method."
)
NO_SOLUTIONS = N_("Cannot build the stubs: {root} has no `solutions/`. Run the command in the instructor's clone.")

# `grader build`
NO_SOURCE = N_("{path} has no source in solutions/. Remove it, or write its source.")
STALE = N_(
    "Cannot accept this clone: {names} differs from what is built. Run `grader build`.",
    "Cannot accept this clone: {count} files differ from what is built: {names}. Run `grader build`.",
)
STRAY = N_(
    "Cannot accept this clone: {count} file has no source: {names}.",
    "Cannot accept this clone: {count} files have no source: {names}.",
)
BUILT = N_("{count} file built, {written} written.", "{count} files built, {written} written.")

# `grader verify`
VERIFYING = N_("verifying")
PROBLEM = N_("✗ {problem}")
PROBLEMS = N_("{count} problem in {total} implementations.", "{count} problems in {total} implementations.")
KEPT = N_(
    "{count} implementation graded. No problem was found.", "{count} implementations graded. No problem was found."
)
UNEARNED = N_("Facts alone earn {share:.1%} of the points.")
UNEARNED_MOST = N_("Facts alone earn {share:.1%} of the points, most in {tasks}.")
NOT_WITH_MUTANTS = N_("Cannot verify: {option} does not go with --mutants. Leave one of the two out.")
ONLY_WITH_MUTANTS = N_("Cannot verify: {option} needs --mutants. Add it, or leave {option} out.")
NOT_CLEAN = N_("{case}: it does not load cleanly: {note}")
NOT_UNTOUCHED = N_("{case}: the check {check!r} says {status}, not not_attempted.")
JUNK_PASSES = N_("{case}: the check {check!r} passes: let it ask for what only right code gives.")
CHECK_BROKE = N_("{case}: the check {check!r} broke: {message}")
UNSEEN = N_("{case}: no check of its task fails.")
DIAGNOSED_AS = N_("{case}: diagnosed as {names}.")
PRESUMES_TOO_MUCH = N_(
    "{exercise}: the misconception {name!r} of {task} presumes {text!r}, but its own code does not fit. Correct one."
)
PRESUMES_NOTHING = N_(
    "{exercise}: the misconception {name!r} of {task} presumes {text!r}, but no implementation of the task has that "
    "either. Check the pattern."
)
NOT_DIAGNOSED = N_("{case}: diagnosed as nothing. What it does not pass: {checks}.")
NAMING_ENDED = N_(
    "{case}: naming its mistake took too long, or one of the kit's implementations was lost, even when it was graded "
    "alone. Make the calls of its checks quicker."
)
SHOULD_PASS = N_("{case}: the check {check!r} of {task} says {status}: {message}")
FLAKY = N_("{exercise}: with seed {seed}, the reference fails the check {check!r} of {task}: {message}")
FLAKY_ENDED_GRADER = N_("{exercise}: with seed {seed}, the reference ended the grader.")
FLAKY_KEPT = N_("{count} reference graded. No check failed.", "{count} references graded. No check failed.")
NOT_WITH_FLAKY = N_("Cannot verify: {option} does not go with --flaky. Leave one of the two out.")
ENDED_GRADER = N_("{case}: it ended the grader.")
REFERENCE_ENDED_GRADER = N_("{exercise}: its suites cannot be judged, because the reference ended the grader.")
NO_CHECKS = N_("{exercise}: the task {task} has no checks.")
OTHER_POINTS = N_("{exercise}: the task {task} is worth {points:g}, its checks {checks:g}.")
GATES_A_TASK = N_(
    "{exercise}: all other checks of {task} require {check!r}, so one mistake costs all points. Let a check require "
    "another one only if it can observe nothing without it."
)
NO_PUBLIC_CHECK = N_("{exercise}: the task {task} has no public check.")
NO_HIDDEN_CHECK = N_("{exercise}: the task {task} has no hidden check.")
NO_PUBLIC_VALUES = N_(
    "{exercise}: the task {task} has no public check of values: for students, its checks of facts would never count."
)
FEW_MISCONCEPTIONS = N_("{exercise}: the task {task} has fewer than {least} misconceptions.")
FEW_ALTERNATIVES = N_("{exercise}: the task {task} has fewer than {least} alternatives.")
CHECK_WITHOUT_POINTS = N_("{exercise}: the check {check!r} has no points.")
CHECK_WITHOUT_DOCSTRING = N_("{exercise}: the check {check!r} has no docstring.")
USES_ANOTHER_TASK = N_("{exercise}: the solution of {task} uses {used}: each task is graded on its own.")
CHECK_OF_NO_TASK = N_("{exercise}: the check {check!r} is of {task!r}, which is no task.")
GUESSES_PASS = N_(
    "{exercise}: the check {check!r} of {task} should judge values, and guesses pass it ({names}): let it ask for "
    'other values, on inputs that vary, or declare judges="facts".'
)
MUCH_OF_A_TASK = N_(
    "{exercise}: facts alone earn {share:.0%} of {task}: at most {most:.0%} may be earned without solving it."
)
MUCH_OF_A_COURSE = N_("Facts alone earn {share:.1%} of all points: at most {most:.0%} may be earned like that.")
PATTERN_NEVER_SEEN = N_(
    "{exercise}: the task {task} asks to do without {pattern!r}, and this PyTorch has no function, operation or module "
    "of that name to be seen. Write the name that PyTorch itself gives it (`linalg_lstsq`, not `torch.linalg.lstsq`), "
    'a pattern, or "Optimizer.step".'
)

# `grader verify --mutants`
MUTATING = N_("mutants")
MUTANTS = N_(
    "{count} mutant: {killed} killed ({by_domains} only by a domain), {equivalent} equivalent, {survivors} survive "
    "({share:.1%} of those that are not equivalent are killed).",
    "{count} mutants: {killed} killed ({by_domains} only by a domain), {equivalent} equivalent, {survivors} survive "
    "({share:.1%} of those that are not equivalent are killed).",
)
KILLED_BUT_LISTED = N_("{mutant} is listed as equivalent, and a check fails: one of the two is wrong.")
SURVIVES = N_("{mutant} [{operator}] and every check passes: write one that fails, or list it.")
STALE_EQUIVALENT = N_("{exercise}.{task}: no mutant has `{was}` become `{now}`: remove it.")

# Suites
BAD_JUDGES = N_('Cannot make a check of {task!r} judge {judges!r}: it judges "values" or "facts".')
SET_UP_FAILED = N_(
    "{exercise}: the set-up of a program of {check} raises an error, also with the reference. Correct the domain:\n"
    "{program}"
)
REFERENCE_HUNG = N_("{exercise}: the reference crashes or does not end in a program of {check}:\n{program}")
FEW_LEGAL = N_(
    "{exercise}: only {share:.0%} of the programs of {check} are legal; at least {least:.0%} must be. In the others "
    "the reference raises an error that the domain does not declare, as in\n{program}"
)
NEVER_DRAWN = N_("{exercise}: the domain {check} has an option that is never drawn: {choice}")
NEEDLESS_FREEDOM = N_("{exercise}: the domain {check} leaves {free!r} free, which no alternative needs.")
DOMAINS = N_(
    "{count} domain; {share:.0%} of its programs are legal. Misconceptions that only domains catch: {alone}.",
    "{count} domains; {share:.0%} of their programs are legal. Misconceptions that only domains catch: {alone}.",
)
BAD_FREE = N_("Cannot leave {free!r} free in the domain of {task!r}: a domain can leave free {known}.")
DOMAIN_WITHOUT_CALL = N_("Cannot explore {task!r}: its domain has built a program without a call. Use `pick.call`.")
REFERENCE_VARIES = N_("Cannot explore {task!r}: the reference does not give the same answer twice in\n{program}")
NOTHING_LEGAL = N_(
    "Cannot explore {task!r}: the reference raises an error in every program that its domain draws, such as\n{program}"
)
DOMAIN_WITHOUT_REFERENCE = N_("Cannot explore {task!r}: there is no reference solution to compare with.")
BAD_POINTS = N_("Cannot make a check of {task!r} worth {points}: failing costs no points. Give it some.")
NO_DOCSTRING = N_("Cannot make {name!r} a probe: give it a docstring that says what it calls.")
NOT_SHARED = N_("Cannot send {name!r} to a candidate: declare it @shared.")
NO_SUCH_SUITE = N_("Cannot use the public suite {path!r}: there is no such file. Write it, or correct the name.")
BAD_ARRAY = N_("Cannot send {value} to a candidate: an array must hold numbers or bools.")
BAD_KEYS = N_("Cannot send {value} to a candidate: a dict must have string keys.")
BAD_INPUT = N_("Cannot send {value} to a candidate: use tensors, arrays, plain values, or code(...).")
BAD_MODULE = N_("Cannot send {kind} to a candidate: make it with draw.model(...).")
NOT_DENSE = N_("Cannot send a tensor of shape {shape} to a candidate: it must be dense.")
BAD_DTYPE = N_("Cannot send a tensor of shape {shape} to a candidate: candidates do not know {dtype}.")
SHARED_ELEMENTS = N_(
    "Cannot send a tensor of shape {shape} to a candidate: its elements share memory. Add .contiguous(), or expand it "
    "in a probe."
)
NOT_IN_REFERENCE = N_("Cannot call {call} of the reference: it is not defined there.")
REFERENCE_LOST = N_("Cannot ask the reference of {exercise}: it did not survive the call {call}.")
NOT_LOADED = N_("Cannot load {module}: {error}.")
NOT_COMPARED = N_(
    "Cannot compare argument {argument!r} of {call}: it is no tensor, array or module. Let a probe return what became "
    "of it."
)
BACKWARD_NOT_ASKED = N_("Cannot tell how backward went after {call}: call candidate.with_backward() for it.")
OPERATIONS_UNKNOWN = N_("Cannot tell which operations ran in {call}: it was not traced. Use candidate.traced().")
DEVICES_UNKNOWN = N_("Cannot tell whether devices were mixed in {call}: it was not traced. Use candidate.traced().")
NO_DEVICE = N_("Cannot use the device {device!r}: {error}. Leave --device out: the checks then use the meta device.")
NO_SUITE = N_("Cannot grade without a suite: write the exercise's in tests/public or tests/hidden.")
PYTEST_ENDED = N_("Cannot run the suites: pytest ended with {code}.")
NOT_COLLECTED = N_("Cannot collect {test}: {error}")
NOT_A_CHECK = N_("Cannot use {test} as a check: decorate it with @check(task, points=...).")
TWO_CHECKS = N_("Cannot tell two checks of {exercise} apart: both are called {check!r}. Rename one.")
REQUIRES_LATER = N_(
    "Cannot run {check!r} of {exercise}: it requires {required!r}, which is no earlier check. Public checks run before "
    "hidden ones, each in the order of their file."
)

# What `--help` says
HELP_BUILD = N_("Build the stubs in exercises/ from solutions/. The schemas of the reports, too.")
HELP_BUILD_CHECK = N_("Write nothing; fail if something differs.")
HELP_VERIFY = N_(
    "Check that the suites of each exercise do what they should.\n\nStubs, references, misconceptions and "
    "alternatives are tried."
)
HELP_VERIFY_WHICH = N_("What to verify; all if left out.")
HELP_VERIFY_SEEDS = N_("How many course seeds to grade everything with.")
HELP_VERIFY_THREADS = N_("How many threads candidates compute with.")
HELP_VERIFY_MUTANTS = N_("Put errors into the solutions: checks must fail.")
HELP_VERIFY_FLAKY = N_("Ask only the references, with this many seeds: no check may fail.")
HELP_VERIFY_EVERY = N_("Take only one mutant in this many.")
