"""The examiner collects suites once and runs them for each submission; each check gets a verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import wire
from grader.catalog import Catalog, build_all
from grader.examiner.candidate_processes import SubmissionProcess
from grader.examiner.examiner import Examined, Examiner
from grader.records import CheckReport, ExerciseReport, SourceSpan, Submission
from grader.sandbox import Limits, SandboxError, Server
from grader.sentences import learner, verbatim
from grader.suites.outcomes import SuiteError

Hold = Callable[..., Examiner]
Examine = Callable[..., list[ExerciseReport]]
LayDown = Callable[..., Path]
Grade = Callable[..., ExerciseReport]

RIGHT = "import torch\n\ndef double(x):\n    return x * 2\n\ndef relu(x):\n    return x.clamp(min=0)\n"
WRONG = RIGHT.replace("x * 2", "x + 2")
PUBLIC = '''
@check("double", points=1)
def test_shape(candidate, draw):
    """The shape of x is kept."""
    candidate.double(draw.tensor(2, 3)).result.shape(2, 3)
'''
HIDDEN = '''
@check("double", points=2, requires=["shape"], hint="add x to itself.")
def test_values(candidate, draw):
    """Every number is doubled."""
    x = draw.tensor(3, low=3.0, high=9.0)
    candidate.double(x).result.values(2 * x)


@check("double", points=1, requires=["values"])
def test_leaves_x(candidate, draw):
    """x is left alone."""
    candidate.double(draw.tensor(3)).returned().unchanged()


@check("relu", points=2)
def test_relu(candidate, draw):
    """What is negative becomes 0."""
    x = draw.tensor(8)
    candidate.relu(x).result.values(x.clamp(min=0))
'''


@pytest.fixture(scope="session")
def course(lay_down: LayDown) -> Path:
    """A course with a correct suite."""
    return lay_down(HIDDEN, public=PUBLIC)


@pytest.fixture
def hasty(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the time limits of calls and loading to almost nothing."""
    monkeypatch.setattr(server, "limits", Limits(call=0.2, load=0.3, patience=20.0))


def hand_in(source: str | None, *, student: str = "somebody", **fields: Any) -> Submission:
    """Return what a student handed in."""
    return Submission(student=student, exercise="01_small", path="01_small.py", source=source, **fields)


def checks(report: ExerciseReport) -> dict[str, CheckReport]:
    """Return the checks of a report by id."""
    return {check.id: check for task in report.tasks for check in task.checks}


def statuses(report: ExerciseReport) -> dict[str, str]:
    """Return the statuses of the checks by id."""
    return {id: check.status for id, check in checks(report).items()}


def one_check(body: str, *, task: str = "double", decorator: str = "", arguments: str = "candidate, draw") -> str:
    """Return a suite with one check of this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f'{decorator}\n@check("{task}", points=1)\ndef test_one({arguments}):\n    """Does one thing."""\n{lines}\n'


# Scoring


def test_a_right_submission_earns_everything(examine: Examine, course: Path) -> None:
    """Every check of a right submission passes without feedback."""
    (report,) = examine(course, RIGHT)
    assert (report.id, report.status, report.points, report.max_points) == ("01_small", "graded", 6, 6)
    assert {(c.status, str(c.feedback)) for c in checks(report).values()} == {("passed", "")}


def test_checks_are_grouped_by_task(examine: Examine, course: Path) -> None:
    """Tasks have the exercise's order; public checks come before hidden ones, in the order of their file."""
    (report,) = examine(course, RIGHT)
    assert [(t.name, t.points, t.max_points) for t in report.tasks] == [("double", 4, 4), ("relu", 2, 2)]
    assert [(c.id, c.visibility) for c in report.tasks[0].checks] == [
        ("shape", "public"),
        ("values", "hidden"),
        ("leaves_x", "hidden"),
    ]


def test_a_failed_check_costs_its_own_points(examine: Examine, course: Path) -> None:
    """A failed check costs only its own points."""
    (report,) = examine(course, WRONG)
    assert (report.points, report.tasks[0].points, report.tasks[1].points) == (3, 1, 2)


def test_a_failed_check_says_what_to_do(examine: Examine, course: Path) -> None:
    """A failed check shows the call, both values, the worst element, and the hint."""
    (report,) = examine(course, WRONG)
    lines = str(checks(report)["values"].feedback).splitlines()
    assert lines[0].startswith("double(tensor([") and lines[1].startswith("expected: tensor([")
    assert lines[2].startswith("got: tensor([") and "are wrong; the largest difference is" in lines[3]
    assert lines[4:] == ["Next: add x to itself."]


def test_a_check_whose_requirement_failed_is_skipped(examine: Examine, course: Path) -> None:
    """A check whose requirement failed is skipped, says why, and earns nothing."""
    (report,) = examine(course, WRONG)
    skipped = checks(report)["leaves_x"]
    assert (skipped.status, skipped.points, str(skipped.feedback)) == (
        "skipped",
        0,
        'Not run until the check "Every number is doubled" passes. Fix that one first.',
    )


def test_skipping_goes_on(examine: Examine, course: Path) -> None:
    """A check that requires a skipped check is skipped too."""
    (report,) = examine(course, RIGHT.replace("x * 2", "x[0] * 2"))
    assert statuses(report) == {"shape": "failed", "values": "skipped", "leaves_x": "skipped", "relu": "passed"}


PLAIN_AND_NOT = '''
made = []


@pytest.fixture
def third():
    made.append("third")
    yield 3
    made.append("gone")


@pytest.fixture
def device():
    return "cpu"


@pytest.fixture(params=[2, 5])
def size(request):
    return request.param * 10


@check("double", points=0.5)
def test_plain(candidate, draw):
    """Asks for nothing of the suite's own."""
    x = draw.tensor(3)
    candidate.double(x).result.values(2 * x)
    made.clear()


@check("double", points=0.5)
def test_own_fixture(candidate, third):
    """Uses what the suite makes."""
    candidate.double(third).result.integer(6)
    assert made == ["third"]


@pytest.mark.parametrize(("a", "b"), [(1, 2), (3, 6)])
@check("double", points=0.25)
def test_parameters(candidate, reference, a, b):
    """Asks for parameters; what the suite made for the check before is gone."""
    assert candidate.double(a).result.integer(b).fact == reference.double(a).result.fact
    assert made == ["third", "gone"]


@pytest.mark.parametrize("third", [4])
@check("double", points=0.5)
def test_parameter_for_a_fixture(candidate, third):
    """Is given a parameter in a fixture's place."""
    candidate.double(third).result.integer(8)


@pytest.mark.parametrize("third", [4], indirect=True)
@check("double", points=0.5)
def test_indirect(candidate, third):
    """Is given what the fixture makes."""
    candidate.double(third).result.integer(6)


@check("double", points=0.25)
def test_fixture_with_parameters(candidate, size):
    """Is given what the fixture makes of its parameter."""
    candidate.double(size).result.integer(2 * size)
    assert size in (20, 50)


@check("double", points=0.5)
def test_overridden(candidate, device):
    """Is given the suite's own device."""
    assert device == "cpu"
    candidate.double(1).result.integer(2)


@pytest.mark.skipif(False, reason="never")
@check("relu", points=2)
def test_marked(candidate, draw):
    """Has another mark."""
    x = draw.tensor(8)
    candidate.relu(x).result.values(x.clamp(min=0))
'''


def test_checks_without_anything_of_their_suite_need_no_pytest(hold: Hold, lay_down: LayDown) -> None:
    """Checks without own fixtures run without pytest; the others run in order with set-up and tear-down."""
    found: list[ExerciseReport] = []
    submissions = [hand_in(RIGHT), hand_in(RIGHT)]
    examiner = hold(lay_down(PLAIN_AND_NOT, public=PUBLIC), submissions, lambda examined: found.append(examined.report))
    assert [set(statuses(report).values()) for report in found] == [{"passed"}, {"passed"}]
    assert {check.id: check.plain for check in examiner.checks["01_small"]} == {
        "shape": True,
        "plain": True,
        "own_fixture": False,
        "parameters[1-2]": True,
        "parameters[3-6]": True,
        "parameter_for_a_fixture[4]": True,
        "indirect[4]": False,
        "fixture_with_parameters[2]": False,
        "fixture_with_parameters[5]": False,
        "overridden": False,
        "marked": False,
    }


def test_a_suite_with_a_set_up_is_run_by_pytest(hold: Hold, lay_down: LayDown) -> None:
    """A suite with a set-up function is run by pytest, which calls it before each check."""
    set_up = "ready = []\n\n\ndef setup_function(function):\n    ready.append(function)\n\n"
    suite = set_up + one_check("candidate.double(len(ready)).result.integer(2)")
    found: list[ExerciseReport] = []
    examiner = hold(lay_down(suite), [hand_in(RIGHT)], lambda examined: found.append(examined.report))
    assert statuses(found[0]) == {"one": "passed"} and not examiner.checks["01_small"][0].plain


def test_every_submission_is_judged_alone(examine: Examine, course: Path) -> None:
    """Submissions in one session do not affect each other."""
    reports = examine(course, WRONG, RIGHT, WRONG)
    assert [report.points for report in reports] == [3, 6, 3] and reports[0] == reports[2]


def test_a_course_of_one_folder_has_one_visibility(examine: Examine, lay_down: LayDown) -> None:
    """A release has only public checks."""
    (report,) = examine(lay_down(public=PUBLIC), RIGHT)
    assert [c.visibility for c in checks(report).values()] == ["public"]


def test_an_exercise_without_checks_of_a_task_says_so(examine: Examine, lay_down: LayDown) -> None:
    """A task without checks is in the report with no points."""
    (report,) = examine(lay_down(public=PUBLIC), RIGHT)
    assert [(t.name, t.max_points, t.checks) for t in report.tasks][1] == ("relu", 0, ())


def test_a_parametrised_check_is_several(examine: Examine, lay_down: LayDown) -> None:
    """Each parameter of a check gives its own points."""
    decorator = '@pytest.mark.parametrize("size", [2, 3])'
    suite = one_check(
        "candidate.double(draw.tensor(size)).result.shape(size)",
        decorator=decorator,
        arguments="candidate, draw, size",
    )
    (report,) = examine(lay_down(suite), RIGHT)
    assert statuses(report) == {"one[2]": "passed", "one[3]": "passed"}


def test_a_check_without_points_may_fail(examine: Examine, lay_down: LayDown) -> None:
    """A failed check without points costs nothing."""
    suite = one_check("candidate.double(draw.tensor(2)).result.shape(3)").replace("points=1", "points=0")
    (report,) = examine(lay_down(suite, released=True), RIGHT)
    assert (statuses(report), report.points) == ({"one": "failed"}, 0)


# What was expected when a call raised


def test_what_the_reference_returns_is_expected_when_a_call_raises(examine: Examine, lay_down: LayDown) -> None:
    """If a call raises, feedback shows what the reference returns for it; in a release nobody knows that."""
    suite = one_check("candidate.double(torch.ones(2)).result.shape(2)")
    source = RIGHT.replace("return x * 2", "return x / None")
    (report,) = examine(lay_down(suite), source)
    (told,) = examine(lay_down(suite, released=True), source)
    assert str(checks(report)["one"].feedback.expected) == "tensor([2., 2.])"
    assert checks(report)["one"].status == checks(told)["one"].status == "error"
    assert str(checks(told)["one"].feedback.expected) == "a result"


# Not attempted


def test_a_todo_is_not_attempted(examine: Examine, course: Path) -> None:
    """A TODO and the checks that require it are not attempted; the other task is judged."""
    (report,) = examine(course, RIGHT.replace("return x * 2", "raise NotImplementedError"))
    assert statuses(report) == {
        "shape": "not_attempted",
        "values": "not_attempted",
        "leaves_x": "not_attempted",
        "relu": "passed",
    }
    assert (report.status, report.points) == ("graded", 2)
    assert checks(report)["leaves_x"].feedback.details == (learner.NOT_ATTEMPTED(),)


def test_an_untouched_stub_is_not_attempted(catalog: Catalog, grade: Grade) -> None:
    """The untouched stub of every exercise is not attempted."""
    built = build_all(catalog)
    for exercise in catalog.exercises:
        report = grade(exercise.id, built[catalog.stub(exercise.id)])
        assert report.status == "not_attempted" and set(statuses(report).values()) == {"not_attempted"}


def test_not_implemented_inside_torch_is_an_error(examine: Examine, lay_down: LayDown) -> None:
    """A NotImplementedError that torch raises is an error of the student's code."""
    suite = one_check('candidate.traced().double(torch.empty(2, device="meta")).result.device("meta")')
    (report,) = examine(lay_down(suite), "def double(x):\n    return x.tolist()\n")
    assert checks(report)["one"].status == "error"
    assert "Cannot copy out of meta tensor; no data! at line 2, `return x.tolist()`" in str(
        checks(report)["one"].feedback
    )


# Missing, broken, misnamed


def test_a_renamed_function_is_suggested(examine: Examine, course: Path) -> None:
    """A misspelt function is an error of its task alone, with the closest name."""
    (report,) = examine(course, RIGHT.replace("double", "doubel"))
    assert str(checks(report)["shape"].feedback) == (
        "double is not defined, but `doubel` is. Is that your function?\n"
        "Next: define it under exactly the name `double`; in a notebook, run the cell that does."
    )
    assert (checks(report)["shape"].status, report.points) == ("error", 2)


def test_an_empty_file_defines_nothing(examine: Examine, course: Path) -> None:
    """In an empty file every task is missing."""
    (report,) = examine(course, "")
    assert (report.status, report.points) == ("graded", 0)
    assert str(checks(report)["relu"].feedback).startswith("relu is not defined.")


def test_a_wrong_signature_is_told(examine: Examine, course: Path) -> None:
    """For a wrong signature the feedback has Python's message and the right parameters."""
    (report,) = examine(course, RIGHT.replace("double(x)", "double(x, y)"))
    message = str(checks(report)["shape"].feedback)
    assert "got: TypeError: double() missing 1 required positional argument: 'y'" in message
    assert message.endswith("Next: keep the parameters of the exercise's signature, in the same order.")


def test_an_error_at_the_top_level_is_noted(examine: Examine, course: Path) -> None:
    """An error at the top level gives a note with its place and costs no points."""
    (report,) = examine(course, RIGHT.replace("def relu", "print(undefined)\n\ndef relu"))
    assert (report.points, tuple(map(str, report.notes))) == (
        6,
        (
            "There was an error while your file was being loaded: NameError: name 'undefined' is not defined at "
            "line 6, `print(undefined)`. What comes after it was still run.",
        ),
    )


def test_a_note_has_a_next_step_where_there_is_a_sure_one(examine: Examine, course: Path) -> None:
    """A next step appears once for errors with the same cause; a script that ends itself needs none."""
    top = "import sys\nn = int(input())\nm = int(input())\nfrom nowhere import tool\ntool()\nsys.exit()\n"
    (report,) = examine(course, top + RIGHT)
    assert report.points == 6 and len(report.notes) == 5
    steps = [str(note).partition(" Next: ")[2] for note in report.notes]
    assert "nobody can type" in steps[0] and steps[1] == "" and "no such module" in steps[2]
    assert "`tool` is not there because its import failed" in steps[3] and steps[4] == ""


def test_a_function_that_an_error_kept_away_names_the_error(examine: Examine, course: Path) -> None:
    """If a decorator fails, the missing function's feedback names that error."""
    (report,) = examine(course, RIGHT.replace("def double", "@undefined\ndef double"))
    assert "double is not defined, because of an error while your file was being loaded: NameError" in (
        str(checks(report)["shape"].feedback)
    )
    assert report.points == 2


def test_places_are_those_of_the_notebook(examine: Examine, course: Path) -> None:
    """Places are lines of the student's cells, not of the joined source."""
    spans = (
        SourceSpan(first=1, label=verbatim("cell 1"), line=1),
        SourceSpan(first=3, label=verbatim("cell 2"), line=1),
    )
    (report,) = examine(course, hand_in(RIGHT.replace("x * 2", "x * two"), spans=spans))
    assert "NameError: name 'two' is not defined at cell 2, line 2, `return x * two`" in (
        str(checks(report)["shape"].feedback)
    )


def test_workers_are_done_without_and_it_is_noted(examine: Examine, course: Path) -> None:
    """A loader's workers are noted once and cost nothing."""
    body = RIGHT.replace("return x * 2", "return [v for v in DataLoader([1], num_workers=2)] and x * 2")
    source = f"from torch.utils.data import DataLoader\n{body}"
    assert body != RIGHT
    (report,) = examine(course, source)
    assert (report.points, len(report.notes)) == (6, 1)
    assert "used as with `num_workers=0`: the batches are the same" in str(report.notes[0])


def test_notes_of_reading_come_first(examine: Examine, course: Path) -> None:
    """Notes about reading come before notes about loading."""
    (report,) = examine(course, hand_in(RIGHT + "1 / 0\n", notes=("A magic was skipped.",)))
    assert str(report.notes[0]) == "A magic was skipped." and "ZeroDivisionError" in str(report.notes[1])


def test_an_unreadable_submission_is_told_in_every_check(examine: Examine, course: Path) -> None:
    """An unreadable submission has the problem in every check, and others are not affected."""
    unreadable = hand_in(None, problem=verbatim("It is empty."), notes=(verbatim("A note."),))
    before, report, after = examine(course, RIGHT, unreadable, RIGHT)
    message = "Your file could not be graded. It is empty."
    assert (report.status, str(report.message), report.points) == ("unreadable", message, 0)
    assert report.notes == (verbatim("A note."),)
    assert {(c.status, str(c.feedback)) for c in checks(report).values()} == {("error", message)}
    assert before == after and before.points == 6


# Lost candidates


def test_a_crash_costs_only_its_own_check(examine: Examine, course: Path) -> None:
    """After a crash the candidate is restarted, and the other checks still give points."""
    (report,) = examine(course, RIGHT.replace("return x * 2", "import os; os._exit(0)"))
    assert statuses(report) == {"shape": "crashed", "values": "skipped", "leaves_x": "skipped", "relu": "passed"}
    assert str(checks(report)["shape"].feedback).splitlines()[1:] == [
        "It ended the whole Python process (exit code 0).",
        f"Next: {learner.CRASHED_NEXT()}",
    ]


# Kills the candidate from outside, between two calls, in the first examinations.
KILLING = '''
import gc

from grader.sandbox.server import ForkedProcess


@check("double", points=4)
def test_double(candidate):
    """Doubles."""
    candidate.double(1)
    sittings = Path(__file__).with_name("sittings")
    with sittings.open("a") as file:
        file.write("x")
    if sittings.stat().st_size <= KILLS:
        for found in gc.get_objects():
            if type(found) is ForkedProcess and not found._gone:
                signal.pidfd_send_signal(found._pidfd, signal.SIGKILL)
    candidate.double(1).result.integer(2)
'''


@pytest.mark.parametrize(("kills", "status"), [(1, "passed"), (2, "crashed")])
def test_who_was_killed_is_examined_once_more(examine: Examine, lay_down: LayDown, kills: int, status: str) -> None:
    """A candidate that was killed from outside is examined again, but only once."""
    root = lay_down(KILLING.replace("KILLS", str(kills)))
    (report,) = examine(root, RIGHT)
    assert statuses(report) == {"double": status}
    assert (root / "tests" / "hidden" / "sittings").read_text(encoding="utf-8") == "xx"


THREE = "".join(
    f'@check("double", points=1)\ndef test_{name}(candidate):\n    candidate.double(1).result.integer(2)\n\n\n'
    for name in ("first", "second", "third")
)


@pytest.mark.usefixtures("hasty")
def test_an_endless_loop_is_waited_for_twice(examine: Examine, lay_down: LayDown) -> None:
    """After two timeouts in a task its other checks are not tried; other tasks are."""
    suite = THREE + one_check("candidate.relu(torch.zeros(1)).result.values([0.0])", task="relu")
    (report,) = examine(lay_down(suite), RIGHT.replace("return x * 2", "while True: pass"))
    assert statuses(report) == {"first": "timeout", "second": "timeout", "third": "timeout", "one": "passed"}
    messages = [str(checks(report)[id].feedback) for id in ("second", "third")]
    assert messages == [
        "double(1)\nIt was stopped: it did not finish within 0.2 s of computing.\n"
        "Next: look for a loop whose condition never becomes false.",
        "Not tried again: earlier checks of double already ran out of time. Fix that first.",
    ]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        (
            "sum(range(10**12))",  # which Python cannot stop
            "timeout",
            "Your file did not finish loading within 0.75 s of computing.",
        ),
        (
            "import os; os._exit(1)",
            "crashed",
            "Your file ended the whole Python process while it was being loaded (exit code 1).",
        ),
    ],
)
def test_a_file_that_does_not_load_is_told_in_every_check(
    examine: Examine, course: Path, line: str, status: str, message: str
) -> None:
    """If a file does not load, every check says so, and the next submission is judged."""
    report, after = examine(course, f"{RIGHT}{line}\n", RIGHT)
    assert report.status == "load_failed" and str(report.message).startswith(message)
    # Checks that require another one are skipped.
    assert statuses(report) == {"shape": status, "values": "skipped", "leaves_x": "skipped", "relu": status}
    assert str(checks(report)["relu"].feedback) == str(report.message)
    assert after.points == 6


@pytest.mark.usefixtures("hasty")
def test_a_slow_line_costs_nothing_but_itself(examine: Examine, course: Path) -> None:
    """A slow line at the top level is stopped, and a note says where long computations belong."""
    (report,) = examine(course, f"{RIGHT}while True: pass\n")
    assert (report.status, report.points) == ("graded", 6)
    (note,) = map(str, report.notes)
    assert note.startswith("Your file took long to load and was stopped at line ") and "`while True: pass`" in note
    assert note.endswith('Put long computations under `if __name__ == "__main__":`.')


# By hand


BY_HAND = '''
@check("relu", points=1.5)
def test_positive(candidate):
    """What is positive stays."""
    candidate.relu(torch.tensor([1.0])).result.values([1.0])


@check("relu", points=0.5)
def test_negative(candidate):
    """What is negative becomes 0."""
    candidate.relu(torch.tensor([-1.0])).result.values([0.0])


@check("double", points=4)
def test_double(candidate):
    """Doubles."""
    candidate.double(torch.tensor([-1.0])).result.values([-2.0])
'''
SOMETIMES = RIGHT.replace("return x.clamp(min=0)", "return x if x.sum() > 0 else torch.relu(x)")


def test_a_finished_version_takes_the_whole_task(examine: Examine, lay_down: LayDown) -> None:
    """A forbidden call costs all points of its task, but none of other tasks."""
    (report,) = examine(lay_down(BY_HAND), SOMETIMES)
    assert statuses(report) == {"double": "passed", "positive": "failed", "negative": "failed"}
    assert (report.tasks[1].points, report.points) == (0, 4)


def test_a_refusal_says_what_was_used(examine: Examine, lay_down: LayDown) -> None:
    """Every check that lost points names the forbidden call."""
    (report,) = examine(lay_down(BY_HAND), SOMETIMES)
    message = (
        "This task asks you to write relu yourself; your code used `torch.relu` at line 7, "
        "`return x if x.sum() > 0 else torch.relu(x)`, which is PyTorch's finished version, so the task earns nothing "
        "yet.\nNext: build it from simpler operations. Once yours works, you will know what `torch.relu` does inside."
    )
    assert [str(checks(report)[id].feedback) for id in ("positive", "negative")] == [message, message]


def test_what_only_the_run_tells_takes_the_whole_task_too(examine: Examine, lay_down: LayDown) -> None:
    """A forbidden call whose name is built while the code runs costs the whole task too."""
    hidden = SOMETIMES.replace("torch.relu(x)", "getattr(torch, max(n for n in dir(torch) if n < 'relu_'))(x)")
    (report,) = examine(lay_down(BY_HAND), hidden)
    assert report.tasks[1].points == 0
    assert "your code used `relu`, which is PyTorch's finished version" in str(checks(report)["positive"].feedback)


def test_finished_versions_are_looked_for_where_there_are_no_solutions(examine: Examine, lay_down: LayDown) -> None:
    """In a student's release, right code passes and a forbidden call is refused."""
    root = lay_down(public=PUBLIC + HIDDEN)
    (root / "solutions").rename(root / "exercises")
    right, finished = examine(root, RIGHT, RIGHT.replace("x.clamp(min=0)", "torch.relu(x)"))
    assert right.points == right.max_points > 0
    assert "PyTorch's finished version" in str(checks(finished)["relu"].feedback)


def test_a_finished_version_that_never_ran_takes_the_whole_task(examine: Examine, lay_down: LayDown) -> None:
    """A forbidden call counts even if it did not run; one in a demonstration does not."""
    never = SOMETIMES.replace("x.sum() > 0", "x.dim() < 17")
    shown = f"{RIGHT}\nassert torch.equal(relu(torch.ones(1)), torch.relu(torch.ones(1)))\n"
    reports = examine(lay_down(BY_HAND), never, shown)
    assert [report.tasks[1].points for report in reports] == [0, 2]


def test_a_refusal_is_not_diagnosed(examine: Examine, lay_down: LayDown) -> None:
    """A refused task is not diagnosed, even if a misconception has the same answers."""
    same = '# %% task="relu" name="same"\n# You should not read this.\ndef relu(x):\n    return torch.relu(x)\n'
    (report,) = examine(lay_down(BY_HAND, misconceptions=same), SOMETIMES)
    assert {c.misconception for c in checks(report).values()} == {None}


# What never costs marks


def test_warnings_prints_and_stderr_cost_nothing(examine: Examine, course: Path) -> None:
    """Warnings, prints and stderr cost nothing, at the top level and in calls."""
    noise = "import sys, warnings; print('x' * 9999); print('y', file=sys.stderr); warnings.warn('careful')"
    (report,) = examine(course, f"{noise}\n{RIGHT}".replace("    return", f"    {noise}\n    return"))
    assert (report.points, report.notes) == (6, ())


def test_what_a_call_does_to_global_settings_ends_with_it(examine: Examine, course: Path) -> None:
    """A call's changes to global settings do not affect the next check."""
    (report,) = examine(
        course,
        RIGHT.replace("    return", "    torch.set_default_dtype(torch.float64); torch.manual_seed(0)\n    return"),
    )
    assert report.points == 6


# Inputs


def test_grading_twice_gives_the_same_report(grade: Grade, catalog: Catalog) -> None:
    """A second grading gives the same report, whatever was graded in between."""
    source = catalog.solution("07_autograd").read_text(encoding="utf-8").replace("y / 2", "y / 3")
    first = grade("07_autograd", source)
    grade("07_autograd", source, student="somebody else")
    assert grade("07_autograd", source) == first and first.points < first.max_points


@pytest.fixture
def inputs(hold: Hold) -> Callable[..., list[dict[str, tuple[str, ...]]]]:
    """The inputs of every check, for each submission."""

    def inputs(root: Path, *submissions: Submission, **options: Any) -> list[dict[str, tuple[str, ...]]]:
        found: list[dict[str, tuple[str, ...]]] = []

        def deliver(examined: Examined) -> None:
            found.append({id: fact.inputs for id, fact in examined.facts().items()})

        hold(root, submissions, deliver, **options)
        return found

    return inputs


def test_another_student_has_other_inputs(inputs: Any, course: Path) -> None:
    """Another student gets other inputs in every check that draws; the same student gets the same."""
    students = [hand_in(RIGHT, student=student) for student in ("ana", "bea", "ana")]
    ana, bea, again = inputs(course, *students, inputs="by_content")
    assert ana == again and all(ana[id] != bea[id] for id in ("shape", "values", "leaves_x", "relu"))


def test_another_course_has_other_inputs(inputs: Any, course: Path) -> None:
    """Another course seed gives other inputs."""
    (this,) = inputs(course, hand_in(RIGHT))
    (next_,) = inputs(course, hand_in(RIGHT), course_seed="1")
    assert all(this[id] != next_[id] for id in this)


def test_checks_that_were_not_run_have_no_inputs(inputs: Any, course: Path) -> None:
    """A check that did not run, or of an unreadable submission, has no inputs."""
    right, wrong, unreadable = inputs(course, hand_in(RIGHT), hand_in(WRONG), hand_in(None, problem=verbatim("Empty.")))
    assert len(right["leaves_x"]) == 1 and not wrong["leaves_x"]
    assert not any(unreadable.values())


def test_inputs_are_told_call_by_call(inputs: Any, lay_down: LayDown) -> None:
    """A check that fails at its first call has used only the first of its inputs."""
    suite = one_check(
        "for n in (3, 1):\n    candidate.double(torch.full((n,), 3.0)).result.values(torch.full((n,), 6.0))"
    )
    right, wrong = inputs(lay_down(suite), hand_in(RIGHT), hand_in(WRONG))
    assert len(right["one"]) == 2 and wrong["one"] == right["one"][:1]


def test_facts_of_checks_say_task_and_docstring(hold: Hold, course: Path) -> None:
    """The facts of a check for authors include its task and docstring."""
    found: list[Examined] = []
    hold(course, [hand_in(RIGHT)], found.append)
    assert [(id, f.task, f.docstring) for id, f in found[0].facts().items()] == [
        ("shape", "double", "The shape of x is kept."),
        ("values", "double", "Every number is doubled."),
        ("leaves_x", "double", "x is left alone."),
        ("relu", "relu", "What is negative becomes 0."),
    ]


# Candidate, reference, probe


def test_the_reference_answers_like_the_candidate(examine: Examine, lay_down: LayDown) -> None:
    """The reference answers from its own process, on the same inputs."""
    suite = one_check(
        "x = draw.tensor(3)\ncandidate.double(x).result.values(reference.double(x).result.tensor)",
        arguments="candidate, reference, draw",
    )
    right, wrong = examine(lay_down(suite), RIGHT, WRONG)
    assert (statuses(right), statuses(wrong)) == ({"one": "passed"}, {"one": "failed"})


def test_a_reference_that_is_lost_is_no_fault_of_the_students(examine: Examine, lay_down: LayDown) -> None:
    """If the reference is lost, the check is broken, not the submission: its points stand."""
    suite = one_check("reference.double(code('__import__(\"os\")._exit(0)'))", arguments="candidate, reference")
    (report,) = examine(lay_down(suite), RIGHT)
    assert (statuses(report), str(checks(report)["one"].feedback)) == ({"one": "passed"}, "")


@pytest.mark.parametrize(
    "error", ["MemoryError()", 'RuntimeError("DefaultCPUAllocator: can\'t allocate memory: you tried")']
)
def test_memory_that_runs_out_is_the_submissions_matter(examine: Examine, lay_down: LayDown, error: str) -> None:
    """If a result is too large to compare, its check says so, and the next submission is examined as usual."""
    suite = one_check(f"if candidate.double(torch.ones(1)).result.tensor.item() != 2.0:\n    raise {error}")
    report, other = examine(lay_down(suite), WRONG, RIGHT)
    assert statuses(report) == {"one": "error"} and statuses(other) == {"one": "passed"}
    said = checks(report)["one"].feedback
    assert (said.details, said.next_step) == ((learner.TOO_LARGE(),), learner.TOO_MUCH_NEXT())


def test_a_probe_runs_beside_the_submission(examine: Examine, lay_down: LayDown) -> None:
    """A probe gets the submission's module as its first argument."""
    probe = (
        '@probe\ndef twice(student, x):\n    """double(double(x))"""\n    return student.double(student.double(x))\n'
    )
    suite = probe + one_check("candidate.run(twice, torch.ones(1)).result.values([4.0])")
    right, wrong = examine(lay_down(suite), RIGHT, WRONG)
    assert statuses(right) == {"one": "passed"}
    assert str(checks(wrong)["one"].feedback).startswith(
        "double(double(x)) (with x=tensor([1.]))\nexpected: tensor([4.])"
    )


# Facts: from a student's line to a verdict


QUESTIONS = '''
import numpy as np


@check("double", points=1)
def test_tensor(candidate):
    """A tensor is left alone."""
    candidate.double(torch.ones(2)).unchanged()


@check("double", points=1)
def test_array(candidate):
    """An array is left alone."""
    candidate.double(np.ones(2)).unchanged()


@check("double", points=1)
def test_memory(candidate):
    """The result has memory of its own."""
    candidate.double(torch.ones(2)).result.owns_memory()


@check("double", points=1)
def test_in_place(candidate):
    """The argument stays where it is."""
    candidate.double(torch.ones(2)).same_memory(0, "x")


@check("double", points=1)
def test_state(candidate):
    """Global settings are kept."""
    candidate.double(torch.ones(2)).state_kept()


@check("double", points=1)
def test_backward(candidate):
    """Gradients flow."""
    x = torch.ones(2, requires_grad=True)
    candidate.with_backward(torch.tensor([1.0, 3.0])).double(x).ran_backward().argument(0, "x").grad([2.0, 6.0])


@check("double", points=1)
def test_empty(candidate):
    """Nothing cannot be doubled."""
    candidate.double(torch.ones(0)).raises("LookupError").unchanged()
'''
HONEST = "if len(x) == 0: raise KeyError('empty')"


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (f"{HONEST}\n    return x * 2", {}),
        (
            "x += 1; x -= 1; return x * 2",
            {
                "tensor": "got: x: edited in place by your function (and put back)",
                "backward": "got: RuntimeError: a leaf Variable that requires grad is being used in an in-place",
                "empty": "expected: LookupError is raised\ngot: tensor([]) was returned",
            },
        ),
        (
            f"{HONEST}\n    x.requires_grad_(); return x * 2",
            {"tensor": "expected: x: requires_grad stays False\ngot: x: requires_grad is True"},
        ),
        (
            f"{HONEST}\n    x.data = x.data.clone(); return x * 2",
            {"tensor": "got: x: moved to other memory by your function", "in_place": "got: x: moved to other memory"},
        ),
        (
            f"{HONEST}\n    x.data *= 2; return x.data",
            {
                "tensor": "expected: x: left as it was, tensor([1., 1.])\ngot: x: tensor([2., 2.])",
                "memory": "expected: memory of its own\ngot: memory shared with x",
                "backward": "got: tensor([2., 2.]), which is attached to no graph",
            },
        ),
        (
            f"{HONEST}\n    x *= 2; return [1, x]",
            {
                "tensor": "got: x: tensor([2., 2.])",
                "array": "expected: x: left as it was\ngot: x: changed by your function",
                "memory": "got: memory shared with x",
                "backward": "a leaf Variable that requires grad",
            },
        ),
        (
            f"{HONEST}\n    import torch; torch.set_default_dtype(torch.float64); torch.manual_seed(1); return x * 2",
            {"state": "got: the generator of torch and the default dtype changed"},
        ),
        (
            f"{HONEST}\n    import torch; torch.set_grad_enabled(False); return x * 2",
            {"state": "got: gradient recording changed", "backward": "got: tensor([2., 2.]), which is attached to no"},
        ),
        (
            f"{HONEST}\n    y = x.exp(); y += 1; return y",
            {"backward": "modified by an inplace operation\nNext: backward needs a tensor that was overwritten."},
        ),
        (
            f"{HONEST}\n    return x + x.detach()",
            {"backward": "expected: x.grad: tensor([2., 6.])\ngot: x.grad: tensor([1., 3.])"},
        ),
        (
            "int(len(x) or 'no'); return x * 2",
            {"empty": "got: ValueError: invalid literal for int() with base 10: 'no' at line 2, `int(len(x) or 'no')"},
        ),
    ],
)
def test_what_a_line_does_is_seen(examine: Examine, lay_down: LayDown, body: str, failed: dict[str, str]) -> None:
    """The check that asks detects each kind of fact: edits, moves, flags, settings, graphs, exceptions."""
    root = lay_down(QUESTIONS, released=True)  # the solution does not raise what these checks ask for
    (report,) = examine(root, f"def double(x):\n    {body}\n")
    wrong = {id: str(check.feedback) for id, check in checks(report).items() if check.status != "passed"}
    assert set(wrong) == set(failed)
    for id, words in failed.items():
        assert words in wrong[id]


@pytest.mark.parametrize(("body", "status"), [("return x * 2", "passed"), ("return x.mul_(2)", "failed")])
def test_an_argument_that_is_handed_over_by_keyword_is_looked_at_too(
    examine: Examine, lay_down: LayDown, body: str, status: str
) -> None:
    """Code that changes it does not leave its arguments alone."""
    root = lay_down(one_check("candidate.double(x=torch.ones(2)).unchanged().result.values(torch.full((2,), 2.0))"))
    assert statuses(examine(root, f"def double(x):\n    {body}\n")[0])["one"] == status


# Naming mistakes


PLUS = """
# %% task="double" name="adds-two"
# To double is to multiply by 2, not to add it.
def double(x):
    return x + 2
"""


def test_a_known_mistake_is_named(examine: Examine, lay_down: LayDown) -> None:
    """A known mistake has the teacher's sentence instead of the next step."""
    (report,) = examine(lay_down(HIDDEN, public=PUBLIC, misconceptions=PLUS), WRONG)
    named = checks(report)["values"]
    assert named.misconception == "adds-two"
    assert str(named.feedback).splitlines()[-1] == "A common mistake: To double is to multiply by 2, not to add it."


def test_an_unknown_mistake_is_not(examine: Examine, lay_down: LayDown) -> None:
    """No misconception is named for unknown mistakes and for passed or skipped checks."""
    other, right = examine(lay_down(HIDDEN, public=PUBLIC, misconceptions=PLUS), RIGHT.replace("x * 2", "x * 3"), RIGHT)
    assert {c.misconception for report in (other, right) for c in checks(report).values()} == {None}
    assert str(checks(other)["values"].feedback).endswith("Next: add x to itself.")


TWO_WAYS = """
# %% task="double" name="adds-one-twice"
# To double is to multiply by 2, not to add 1 twice.
def double(x):
    return x + 1 + 1


# %% task="double" name="adds-two"
# To double is to multiply by 2, not to add it.
def double(x):
    return x + 2
"""


def test_mistakes_of_equal_values_are_told_apart_by_their_operations(examine: Examine, lay_down: LayDown) -> None:
    """Two mistakes with equal values are distinguished by operations, in repeated calls with a trace."""
    twice = WRONG.replace("x + 2", "x + 1 + 1")
    reports = examine(lay_down(HIDDEN, public=PUBLIC, misconceptions=TWO_WAYS), WRONG, twice)
    assert [checks(report)["values"].misconception for report in reports] == ["adds-two", "adds-one-twice"]


def test_being_asked_again_changes_no_more_than_a_name(examine: Examine, lay_down: LayDown) -> None:
    """A repeated call for the diagnosis changes nothing else in the report."""
    body = """
    calls.append(x)
    if len(calls) > 2:
        list(torch.utils.data.DataLoader([1], num_workers=1))
        __import__("os")._exit(3)
    return x + 2
"""
    fickle = "calls = []\n" + WRONG.replace("    return x + 2\n", body.lstrip("\n"))
    (before,) = examine(lay_down(HIDDEN, public=PUBLIC), fickle)
    (report,) = examine(lay_down(HIDDEN, public=PUBLIC, misconceptions=TWO_WAYS), fickle)
    assert checks(report)["values"].misconception is not None
    assert (statuses(report), report.points, report.notes) == (statuses(before), before.points, before.notes)


def test_calls_are_traced_where_somebody_asks_for_it(
    examine: Examine, lay_down: LayDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls are traced only for a task with a `forbidden` list or a check of a second device."""
    traced: dict[str, list[bool]] = {}
    asker = SubmissionProcess.asker

    def noted(self: SubmissionProcess, task: str) -> Callable[[wire.Call], wire.Observation]:
        ask = asker(self, task)

        def asked(call: wire.Call) -> wire.Observation:
            traced.setdefault(call.name, []).append(call.trace)
            return ask(call)

        return asked

    monkeypatch.setattr(SubmissionProcess, "asker", noted)
    elsewhere = '''
@check("double", points=3)
def test_elsewhere(candidate, draw, device):
    """A tensor of another device stays there."""
    candidate.double(draw.tensor(3).to(device)).result.device(device)
'''
    examine(lay_down(HIDDEN, public=PUBLIC), RIGHT)
    assert traced == {"double": [False, False, False], "relu": [True]}
    traced.clear()
    examine(lay_down(elsewhere), RIGHT)
    assert traced == {"double": [True]}


def test_naming_can_be_left_out(examine: Examine, lay_down: LayDown) -> None:
    """Without a diagnosis the feedback has only the next step."""
    (report,) = examine(lay_down(HIDDEN, public=PUBLIC, misconceptions=PLUS), WRONG, diagnosing=False)
    assert checks(report)["values"].misconception is None


def test_a_misconception_that_does_not_load_ends_the_grading(examine: Examine, lay_down: LayDown) -> None:
    """A misconception that does not load is an error of the kit and ends the grading."""
    broken = PLUS.replace("def double(x)", "def double(x=undefined)")
    with pytest.raises(SuiteError, match=r"Cannot load 01_small\.double\.adds-two: NameError"):
        examine(lay_down(HIDDEN, public=PUBLIC, misconceptions=broken), WRONG)


# Facts count where values are right

FACTS = '''
@check("double", points=1, judges="facts")
def test_shape(candidate, draw):
    """The shape of x is kept."""
    candidate.double(draw.tensor(2, 3)).result.shape(2, 3)


@check("double", points=1, judges="facts")
def test_leaves_x(candidate, draw):
    """x is left alone."""
    candidate.double(draw.tensor(3)).returned().unchanged()


@check("double", points=1)
def test_first_values(candidate, draw):
    """Every number is doubled."""
    x = draw.tensor(3, low=3.0, high=9.0)
    candidate.double(x).result.values(2 * x)
'''
MORE = '''
@check("double", points=1, requires=["leaves_x"])
def test_last_values(candidate, draw):
    """Negative numbers are doubled too."""
    x = draw.tensor(3, low=-9.0, high=-3.0)
    candidate.double(x).result.values(2 * x)


@check("relu", points=2, judges="facts")
def test_relu(candidate, draw):
    """The shape is kept."""
    candidate.relu(draw.tensor(8)).result.shape(8)
'''


def test_facts_count_for_nothing_where_no_value_is_right(examine: Examine, lay_down: LayDown) -> None:
    """Facts of a task without right values are skipped, and say why and what to do first."""
    (report,) = examine(lay_down(MORE, public=FACTS), RIGHT.replace("x * 2", "x.clone()"))
    assert statuses(report) == {
        "shape": "skipped",
        "leaves_x": "skipped",
        "first_values": "failed",
        "last_values": "failed",
        "relu": "skipped",
    }
    assert report.points == 0
    said = (learner.HOLDS_UNTIL(check=verbatim("Every number is doubled")),)
    assert [checks(report)[id].feedback.details for id in ("shape", "leaves_x")] == [said, said]
    assert checks(report)["relu"].feedback.details == (learner.HOLDS(),)


@pytest.mark.parametrize("right", ["x.abs() * 2", "-x.abs() * 2"], ids=["the first", "the last"])
def test_one_check_of_values_makes_facts_count(examine: Examine, lay_down: LayDown, right: str) -> None:
    """One passed check of values is enough for the facts of its task, before or after it."""
    (report,) = examine(lay_down(MORE, public=FACTS), RIGHT.replace("x * 2", right))
    assert report.tasks[0].points == 3
    assert [checks(report)[id].status for id in ("shape", "leaves_x")] == ["passed", "passed"]


@pytest.mark.parametrize(
    ("source", "status"), [("raise NotImplementedError", "not_attempted"), ("raise KeyError", "error")]
)
def test_facts_that_do_not_hold_say_why_themselves(
    examine: Examine, lay_down: LayDown, source: str, status: str
) -> None:
    """Failed facts, and those not attempted, keep their own status and reason."""
    (report,) = examine(lay_down(public=FACTS), f"def double(x):\n    {source}\n")
    assert statuses(report) == dict.fromkeys(("shape", "leaves_x", "first_values"), status)


def test_a_refused_task_says_so_in_its_facts_too(examine: Examine, lay_down: LayDown) -> None:
    """In a refused task the checks of facts name the forbidden call as their reason."""
    facts = FACTS.replace('"double"', '"relu"').replace("candidate.double", "candidate.relu")
    facts = facts.replace("candidate.relu(x)", "candidate.relu(-x)")
    source = RIGHT.replace("x.clamp(min=0)", "x.relu() if x.min() < 0 else x + 1")
    (report,) = examine(lay_down(public=facts), source)
    assert {c.status for c in checks(report).values()} == {"failed"} and report.points == 0


# Forging


def test_spoiled_values_fail_the_reference(examine: Examine, course: Path) -> None:
    """With spoiled values, checks of values fail and the others pass; none is skipped."""
    (report,) = examine(course, RIGHT, forging={"somebody": "spoiled"}, diagnosing=False)
    assert statuses(report) == {"shape": "passed", "values": "failed", "leaves_x": "failed", "relu": "failed"}


GUESSED = '''
@check("double", points=1)
def test_fixed(candidate):
    """1 becomes 2."""
    candidate.double(torch.tensor([1.0])).result.values([2.0])


@check("double", points=1)
def test_drawn(candidate, draw):
    """Every number is doubled."""
    x = draw.tensor(3, low=3.0, high=9.0)
    candidate.double(x).result.values(2 * x)
'''


def test_a_forger_knows_what_everybody_is_asked(hold: Hold, lay_down: LayDown) -> None:
    """A forger gives the true answer to a call that is already known, and guesses otherwise."""
    root = lay_down(public=GUESSED)
    inputs: list[str] = []

    def note(examined: Examined) -> None:
        inputs.extend(digest for facts in examined.facts().values() for digest in facts.inputs)

    hold(root, [hand_in(RIGHT)], note, course_seed="theirs")
    found: list[dict[str, str]] = []
    for known in ((), inputs):
        submission = hand_in(RIGHT, student="f")
        forging = {"f": "the first argument"}
        options = {"forging": forging, "known": known, "diagnosing": False}
        hold(root, [submission], lambda examined: found.append(statuses(examined.report)), **options)
    assert found == [{"fixed": "failed", "drawn": "failed"}, {"fixed": "passed", "drawn": "failed"}]


# Checks that break


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        (one_check('raise ValueError("no")'), "ValueError: no (one, test_01_small.py line "),
        (one_check("assert 1 == 2"), "AssertionError: "),
        (one_check("candidate.double(object())"), "SuiteError: Cannot send <object object"),
        (one_check('pytest.fail("so what")'), "so what"),
        (one_check('pytest.skip("not today")'), "Skipped: not today"),
        (one_check("pass", decorator='@pytest.mark.skip(reason="later")'), "Skipped: later"),
        (one_check("pass", arguments="nothing"), "fixture 'nothing' not found"),
        (
            '@pytest.fixture\ndef late():\n    yield\n    raise OSError("gone")\n'
            + one_check("pass", arguments="late"),
            "OSError",
        ),
        ('@check("triple", points=1)\ndef test_one(candidate):\n    candidate.triple(1)\n', "CatalogError"),
    ],
    ids=["raises", "asserts", "sends", "fails", "skips", "skipped", "fixture", "teardown", "task"],
)
def test_a_check_that_breaks_is_an_error_and_an_apology(
    examine: Examine, lay_down: LayDown, suite: str, said: str
) -> None:
    """A broken check is an error without a traceback; other checks and students are still judged."""
    root = lay_down(suite + HIDDEN, public=PUBLIC, released=True)
    for report in examine(root, RIGHT, RIGHT):
        assert report.points == 6 and report.status == "graded"
        if "one" in checks(report):  # a check of no task is in no report
            broken = checks(report)["one"]
            assert (broken.status, broken.points, broken.misconception) == ("error", 0, None)
            text = str(broken.feedback)
            assert broken.feedback.broken and text.startswith(
                "This check itself broke, which is not your fault. Please tell your instructor: "
            )
            assert said in text and "\n" not in text and "Traceback" not in text


def test_checks_that_break_do_not_blame_the_file(examine: Examine, lay_down: LayDown) -> None:
    """If checks break before loading, the report does not say that the file failed to load."""
    (report,) = examine(lay_down(one_check('raise ValueError("no")')), RIGHT)
    assert (report.status, report.message) == ("graded", None)


def test_an_answer_that_breaks_no_check(examine: Examine, lay_down: LayDown) -> None:
    """Tensors in place of plain values are a mistake of the student and do not break a check."""
    suite = one_check('candidate.double(1).result.equals(["a", "b"])')
    root = lay_down(suite, released=True)
    (report,) = examine(root, 'import torch\ndef double(x):\n    return ["a", torch.ones(2)]\n')
    assert statuses(report) == {"one": "failed"}


# Suites that cannot be used


NAMED_ALIKE = "class TestA:\n" + "\n".join(f"    {line}" for line in one_check("pass", arguments="self").splitlines())


@pytest.mark.parametrize(
    ("public", "hidden", "message"),
    [
        (
            one_check("pass"),
            one_check("pass"),
            "Cannot tell two checks of 01_small apart: both are called 'one'",
        ),
        ("", one_check("pass") + NAMED_ALIKE, "Cannot tell two checks of 01_small apart: both are called 'one'"),
        (
            "",
            '@check("double", points=1, requires=["nothing"])\ndef test_one(candidate): ...\n',
            "Cannot run 'one' of 01_small: it requires 'nothing', which is no earlier check. Public checks run before",
        ),
        (
            '@check("double", points=1, requires=["one"])\ndef test_early(candidate): ...\n',
            one_check("pass"),
            "Cannot run 'early' of 01_small: it requires 'one', which is no earlier check",
        ),
        (
            "",
            "def test_one(candidate): ...\n",
            r"Cannot use .*test_one as a check: decorate it with @check\(task, points=...\)",
        ),
        ("", "import nothing_of_this_name\n", "(?s)Cannot collect .*test_01_small.py: .*nothing_of_this_name"),
        ("", "def test_one(:\n", "(?s)Cannot collect .*test_01_small.py: .*SyntaxError"),
        (
            "",
            one_check("pass").replace("points=1", "points=-1"),
            "(?s)Cannot collect .*Cannot make a check of 'double' worth -1: failing costs no points",
        ),
    ],
)
def test_a_suite_that_cannot_be_used_ends_the_grading(
    examine: Examine, lay_down: LayDown, public: str, hidden: str, message: str
) -> None:
    """An unusable suite ends the grading before the first submission, and the error says what to correct."""
    with pytest.raises(SuiteError, match=message):
        examine(lay_down(hidden, public=public), RIGHT)


def test_a_course_without_suites_cannot_be_graded(examine: Examine, lay_down: LayDown) -> None:
    """A course without suites is an error."""
    with pytest.raises(SuiteError, match=r"Cannot grade without a suite: .*tests/public"):
        examine(lay_down(), RIGHT)


def test_an_empty_suite_has_no_checks(examine: Examine, lay_down: LayDown) -> None:
    """An empty suite gives a report without checks."""
    (report,) = examine(lay_down("X = 1\n"), RIGHT)
    assert (report.status, report.max_points) == ("graded", 0)


def test_a_sandbox_that_ends_ends_the_grading(
    examine: Examine, course: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If no candidate can be started, the grading ends with an error."""

    def spawn() -> None:
        raise SandboxError(verbatim("Cannot start a candidate: the sandbox's server ended."))

    monkeypatch.setattr(server, "spawn", spawn)
    with pytest.raises(SandboxError, match="Cannot start a candidate"):
        examine(course, RIGHT, RIGHT)


def test_whoever_takes_the_reports_may_stop_the_grading(hold: Hold, course: Path) -> None:
    """An error in the function that receives the reports ends the grading."""

    def deliver(*_: object) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        hold(course, [hand_in(RIGHT)], deliver)


# Real exercises


def solution(catalog: Catalog, exercise: str, old: str = "", new: str = "") -> str:
    """Return a solution with one part replaced."""
    source = catalog.solution(exercise).read_text(encoding="utf-8")
    assert old in source
    return source.replace(old, new) if old else source


def test_every_reference_earns_everything(grade: Grade, catalog: Catalog) -> None:
    """Every reference earns all points without a note."""
    for exercise in catalog.exercises:
        report = grade(exercise.id, solution(catalog, exercise.id))
        assert (report.points, report.max_points, report.notes) == (exercise.points, exercise.points, ())


@pytest.mark.parametrize(
    ("exercise", "task", "old", "new", "used"),
    [
        (
            "10_linear_regression_by_hand",
            "mse",
            "((y_pred - y_true) ** 2).mean()",
            "F.mse_loss(y_pred, y_true)",
            "`torch.nn.functional.mse_loss` at line ",
        ),
        (
            "10_linear_regression_by_hand",
            "mse",
            "((y_pred - y_true) ** 2).mean()",
            "nn.MSELoss()(y_pred, y_true)",
            "`torch.nn.MSELoss` at line ",
        ),
        (
            "07_autograd",
            "minimize",
            "x -= learning_rate * x.grad",
            "torch.optim.SGD([x], lr=learning_rate).step()",
            "an optimizer of `torch.optim`",
        ),
    ],
)
def test_a_finished_version_earns_nothing_for_the_task(
    grade: Grade, catalog: Catalog, exercise: str, task: str, old: str, new: str, used: str
) -> None:
    """In the kit's exercises a forbidden call costs its task and is named; other tasks keep their points."""
    report = grade(exercise, solution(catalog, exercise, old, new))
    refused = next(t for t in report.tasks if t.name == task)
    assert refused.points == 0 and report.points == report.max_points - refused.max_points
    failed = [c for c in refused.checks if c.status == "failed"]
    assert failed and all(used in str(c.feedback) for c in failed)
    assert {c.misconception for c in refused.checks} == {None}


def test_a_crash_in_one_task_leaves_the_others(grade: Grade, catalog: Catalog) -> None:
    """A crash in one task does not affect the other tasks of the file."""
    report = grade("07_autograd", solution(catalog, "07_autograd", "    y = x\n", "    __import__('os')._exit(0)\n"))
    points = {t.name: t.points == t.max_points for t in report.tasks}
    assert points == {"derivative_at": True, "accumulate_gradients": True, "halving_chain": False, "minimize": True}


# What is graded, and where


def test_only_the_tasks_asked_for_are_graded(examine: Examine, course: Path) -> None:
    """Only the requested tasks are in the report and in its sum."""
    (report,) = examine(course, hand_in(WRONG, tasks=("relu",)))
    assert (report.points, report.max_points) == (2, 2)
    assert list(statuses(report)) == ["relu"]


def test_an_examination_may_stop_at_the_first_failure(examine: Examine, course: Path) -> None:
    """If the examination stops at the first failure, later checks are skipped."""
    stopped = {"shape": "passed", "values": "failed", "leaves_x": "skipped", "relu": "skipped"}
    first, second, right = examine(course, WRONG, WRONG, RIGHT, until_failure=True)
    assert statuses(first) == statuses(second) == stopped
    assert list(statuses(first)) == list(stopped) and right.points == 6


DEVICES = '''
asked = []


@check("double", points=1)
def test_elsewhere(candidate, draw, device):
    """A tensor of another device stays there."""
    asked.append(device)
    candidate.double(draw.tensor(3).to(device)).result.shape(3).device(device)


@check("double", points=1)
def test_devices(candidate, draw):
    """These were asked of."""
    candidate.double(draw.tensor(3)).fails(f"{asked}", "", "values")
'''


@pytest.mark.parametrize(("device", "asked"), [("meta", "['meta']"), ("cpu", "['meta', 'cpu']")])
def test_a_real_device_is_asked_of_besides_meta(examine: Examine, lay_down: LayDown, device: str, asked: str) -> None:
    """A real device is tried in addition to meta, which shows whether a function reads values."""
    (report,) = examine(lay_down(DEVICES, released=True), RIGHT, device=device)
    assert checks(report)["elsewhere"].status == "passed"
    assert f"expected: {asked}" in str(checks(report)["devices"].feedback)


def test_a_device_that_is_not_there_is_the_kits_error(examine: Examine, course: Path) -> None:
    """A missing device is an error of the kit, not of the submission."""
    with pytest.raises(SuiteError, match=r"Cannot use the device 'cuda:99': .*Leave --device out"):
        examine(course, RIGHT, device="cuda:99")


TELLS_ITS_SEED = one_check('candidate.double(draw.tensor(3)).fails("", f"{draw.tensor(3).tolist()}", "values")')


def drawn(report: ExerciseReport) -> str:
    """Return what a check has drawn, for a check that shows it."""
    return str(checks(report)["one"].feedback).partition("got: ")[2]


def test_fixed_inputs_are_the_same_for_everybody(examine: Examine, lay_down: LayDown) -> None:
    """Fixed inputs depend on neither the student nor the content."""
    students = [hand_in(RIGHT, student="ana"), hand_in(WRONG, student="bia")]
    first, second = map(drawn, examine(lay_down(TELLS_ITS_SEED, released=True), *students))
    assert first == second


def test_inputs_depend_on_student_and_content(examine: Examine, lay_down: LayDown) -> None:
    """The same code with other comments gets the same inputs; another student or constant gets others."""
    told = {
        name: drawn(report)
        for name, report in zip(
            ("ana", "again", "retold", "bia", "changed"),
            examine(
                lay_down(TELLS_ITS_SEED, released=True),
                hand_in(RIGHT, student="ana", content="c"),
                hand_in(RIGHT, student="ana", content="c"),
                hand_in(RIGHT + "# retold\n", student="ana", content="c"),
                hand_in(RIGHT, student="bia", content="c"),
                hand_in(RIGHT, student="ana", content="d"),
                inputs="by_content",
            ),
            strict=True,
        )
    }
    assert told["ana"] == told["again"] == told["retold"]
    assert len({told["ana"], told["bia"], told["changed"]}) == 3


def test_without_a_digest_the_text_counts(examine: Examine, lay_down: LayDown) -> None:
    """Without a digest the inputs depend on the whole text."""
    root = lay_down(TELLS_ITS_SEED, released=True)
    first, second = map(drawn, examine(root, RIGHT, RIGHT + "x = 1\n", inputs="by_content"))
    assert first != second


def test_inputs_for_marks_need_a_seed(server: Server, catalog: Catalog) -> None:
    """Inputs for marks need a seed that is not empty, because an empty one can be guessed."""
    with pytest.raises(ValueError, match=r"empty course seed\. Give one"):
        Examiner(catalog, server, course_seed="", inputs="by_content")


def test_where_inputs_are_fixed_a_misconception_is_asked_once(examine: Examine, lay_down: LayDown) -> None:
    """With fixed inputs each misconception is called once, and still names the mistake of all students."""
    mistake = '# %% task="double" name="adds-two"\n# That adds two.\n\n\ndef double(x):\n    return x + 2\n'
    root = lay_down(HIDDEN, public=PUBLIC, misconceptions=mistake)
    for how in ("fixed", "by_content"):
        reports = examine(root, *(hand_in(WRONG, student=name) for name in ("ana", "bia")), inputs=how)
        assert [checks(report)["values"].misconception for report in reports] == ["adds-two", "adds-two"]


CURVE = """
@check("double", points=1)
def test_losses(candidate, draw):
    \"\"\"The losses are these.\"\"\"
    candidate.relu(draw.tensor(1)).result.curve([11.5, 12.5])


@check("double", points=1)
def test_error(candidate, draw):
    \"\"\"An error.\"\"\"
    candidate.double(draw.tensor(1)).raises("ZeroDivisionError")
"""


def test_what_hidden_checks_expected_may_wait(examine: Examine, lay_down: LayDown) -> None:
    """With hidden expectations, a hidden check shows call, result and next step; public checks show everything."""
    wrong = "def double(x):\n    return x + 2\n\ndef relu(x):\n    return [1.25, 12.5]\n"
    public = PUBLIC.replace("shape(2, 3)", "shape(3, 3)")
    suite = HIDDEN.replace(', requires=["shape"]', "") + CURVE
    (told,) = examine(lay_down(suite, public=public, released=True), wrong)
    root = lay_down(suite, public=public, released=True)
    (hidden,) = examine(root, wrong, hide_expected=True)
    assert statuses(told) == statuses(hidden) and told.points == hidden.points
    before, after = checks(told), checks(hidden)
    assert after["shape"] == before["shape"] and "expected: shape (3, 3)" in str(after["shape"].feedback)
    for id in ("values", "losses", "error"):
        lines, full = str(after[id].feedback).splitlines(), str(before[id].feedback).splitlines()
        assert lines == [full[0], "expected: shown when grades are final", full[2], full[-1]]
        assert full[1].startswith("expected: ") and full[-1].startswith("Next: ")
    assert "largest difference" in str(before["values"].feedback)
    assert before["losses"].curve is not None and after["losses"].curve is None


GUARDED = RIGHT.replace("x * 2", "x * K") + 'if __name__ == "__main__":\n    K = 2\n'


def test_in_a_notebook_main_is_run_as_jupyter_runs_it(examine: Examine, course: Path) -> None:
    """In a notebook `__name__` is `"__main__"`; a script is graded as if it were imported."""
    spans = (SourceSpan(first=1, label=verbatim("code cell 1"), line=1),)
    notebook, script = examine(course, hand_in(GUARDED, spans=spans), GUARDED)
    assert (notebook.points, script.points) == (6, 2)


def test_a_function_that_a_notebook_lacks_is_missing_there_too(examine: Examine, course: Path) -> None:
    """A notebook's missing function is named, with the closest name."""
    spans = (SourceSpan(first=1, label=verbatim("code cell 1"), line=1),)
    (report,) = examine(course, hand_in(RIGHT.replace("def relu", "def relu_"), spans=spans))
    assert str(checks(report)["relu"].feedback).startswith("relu is not defined, but `relu_` is.")
