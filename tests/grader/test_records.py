"""Records are validated when they are made, added up, and read as they were written."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from grader.records import (
    BrokenCheck,
    CheckReport,
    ClassReport,
    ExerciseReport,
    Feedback,
    Misconception,
    Report,
    SourceSpan,
    Submission,
    TaskReport,
    Verdict,
    blank_report,
    class_report,
    student_report,
    task_report,
)
from grader.sentences import learner, verbatim


def submission(**fields: Any) -> Submission:
    """Return a submission with one line."""
    known: dict[str, Any] = {"student": "ana", "exercise": "01_small", "path": "01_small.py", "source": "x = 1\n"}
    return Submission(**{**known, **fields})


def verdict(id: str = "values", *, status: Any = "passed", **fields: Any) -> Verdict:
    """Return a verdict of two points."""
    points = 2.0 if status == "passed" else 0.0
    known: dict[str, Any] = {"task": "double", "visibility": "hidden", "points": points, "max_points": 2.0}
    return Verdict(id=id, status=status, **{**known, **fields})


def named(name: str) -> Feedback:
    """Return feedback that names a mistake."""
    return Feedback(details=(verbatim("No."),), misconception=Misconception(id=name, sentence=verbatim("You did.")))


def exercise(*misconceptions: str | None, id: str = "01_small", points: float = 1.0, **fields: Any) -> ExerciseReport:
    """Return an exercise's report with one failed check for each misconception."""
    checks = tuple(
        CheckReport(
            id=f"check_{i}",
            visibility="hidden",
            status="failed",
            points=0.0,
            max_points=1.0,
            feedback=Feedback() if name is None else named(name),
        )
        for i, name in enumerate(misconceptions)
    )
    task = TaskReport(name="double", points=points, max_points=4.0, checks=checks)
    known: dict[str, Any] = {"status": "graded", "points": points, "max_points": 4.0, "tasks": (task,)}
    return ExerciseReport(id=id, **{**known, **fields})


# SourceSpan


@pytest.mark.parametrize(("first", "line"), [(0, 1), (1, 0), (-3, 1)])
def test_a_place_counts_from_one(first: int, line: int) -> None:
    """Line 0 is refused."""
    with pytest.raises(ValueError, match=f"Cannot place line {first} at {line}: lines count from 1"):
        SourceSpan(first=first, label=None, line=line)


# Submission


def test_a_submission_has_a_source_or_a_problem() -> None:
    """A submission has a source or a problem."""
    assert submission().problem is None
    assert submission(source=None, problem=verbatim("It is empty.")).source is None


@pytest.mark.parametrize("fields", [{"source": None}, {"problem": verbatim("It is empty.")}])
def test_a_submission_has_not_both_and_not_neither(fields: dict[str, Any]) -> None:
    """A submission with both, or with neither, is refused."""
    with pytest.raises(ValueError, match=r"Cannot build the submission '01_small\.py': give either its source or its"):
        submission(**fields)


def test_an_empty_source_is_a_source() -> None:
    """An empty source is accepted."""
    assert submission(source="").source == ""


def test_a_submission_cannot_be_changed() -> None:
    """Records cannot be changed."""
    with pytest.raises(AttributeError):
        submission().student = "bea"  # type: ignore[misc]


PLACES = (
    SourceSpan(first=1, label=verbatim("cell 1"), line=1),
    SourceSpan(first=4, label=verbatim("cell 3"), line=2),
    SourceSpan(first=9, label=None, line=20),
)


@pytest.mark.parametrize(
    ("line", "where"),
    [(1, "cell 1, line 1"), (3, "cell 1, line 3"), (4, "cell 3, line 2"), (8, "cell 3, line 6"), (10, "line 21")],
)
def test_a_line_is_where_the_student_knows_it(line: int, where: str) -> None:
    """A line belongs to the last span that begins at or before it."""
    assert str(submission(spans=PLACES).where(line)) == where


def test_places_may_come_in_any_order() -> None:
    """Spans may be given in any order."""
    assert str(submission(spans=PLACES[::-1]).where(5)) == "cell 3, line 3"


def test_without_places_a_line_is_itself() -> None:
    """Without a span, and before the first one, a line has its own number."""
    assert str(submission().where(7)) == "line 7"
    assert str(submission(spans=PLACES[1:]).where(2)) == "line 2"


# Verdict


@pytest.mark.parametrize("status", ["failed", "error", "timeout", "crashed", "skipped", "not_attempted"])
def test_only_a_passed_check_earns_points(status: str) -> None:
    """A check that did not pass earns no points."""
    assert verdict().points == 2 and verdict(status=status).points == 0
    for points in (0.5, 2.0):
        with pytest.raises(ValueError, match="Cannot score the check 'values': only a passed check earns its points"):
            verdict(status=status, points=points)


@pytest.mark.parametrize("points", [0.0, 1.0])
def test_a_passed_check_earns_all_its_points(points: float) -> None:
    """A passed check must earn all its points."""
    with pytest.raises(ValueError, match="Cannot score the check 'values'"):
        verdict(points=points)


@pytest.mark.parametrize("points", [-1.0, 2.5, math.nan])
def test_points_lie_between_none_and_all(points: float) -> None:
    """Points below 0 or above the maximum are refused."""
    with pytest.raises(ValueError, match=rf"Cannot give {points} of 2\.0 points for the check 'values'"):
        verdict(points=points)


@pytest.mark.parametrize("status", ["passed", "failed"])
def test_a_check_may_be_worth_nothing(status: str) -> None:
    """A check may have a maximum of 0 points."""
    assert verdict(status=status, points=0.0, max_points=0.0).points == 0


# Feedback

WHOLE = Feedback(
    title=verbatim("The sum is right"),
    call="f(1)",
    expected=verbatim("2"),
    got=learner.IS_NONE(name="x"),
    details=(verbatim("Off by one."),),
    next_step=verbatim("look."),
)


def test_feedback_has_call_expected_got_details_and_a_next_step() -> None:
    """In this order, one a line, below its title."""
    assert str(WHOLE) == "f(1)\nexpected: 2\ngot: x is None\nOff by one.\nNext: look."
    assert [line.field for line in WHOLE.lines()] == ["call", "expected", "got", "details", "next_step"]


def test_feedback_without_a_next_step_stays_alone() -> None:
    """Nothing to do, nothing said; and a passed check has nothing but its title."""
    assert str(Feedback(call="f(1)")) == "f(1)"
    assert str(Feedback(title=verbatim("The sum is right"))) == ""


def test_the_teachers_sentence_replaces_the_next_step() -> None:
    """Where the mistake is known there is still one thing to do, not two."""
    mistake = Misconception(id="flat", sentence=verbatim("You forgot it."))
    assert str(Feedback(call="f(1)", misconception=mistake, next_step=verbatim("look."))) == (
        "f(1)\nA common mistake: You forgot it."
    )


def test_feedback_is_put_into_words_where_it_is_read() -> None:
    """In another language its labels and sentences are others; code and texts that have no translation stay."""
    portuguese = {"expected:": "esperado:", "got:": "obtido:", "{name} is None": "{name} é None"}
    text = WHOLE.text(lambda singular, plural, count: portuguese.get(singular, singular))
    assert text == "f(1)\nesperado: 2\nobtido: x é None\nOff by one.\nNext: look."


# Adding up


def test_a_task_adds_up_its_verdicts() -> None:
    """A task's points are the sum of its verdicts, which it keeps."""
    report = task_report("double", (verdict(), verdict("shape", status="failed", feedback=named("flat"))))
    assert report.checks[1].misconception == "flat" and report.checks[0].misconception is None
    assert (report.name, report.points, report.max_points) == ("double", 2, 4)
    assert report.checks[1] == CheckReport(
        id="shape",
        visibility="hidden",
        status="failed",
        points=0.0,
        max_points=2.0,
        feedback=named("flat"),
    )


def test_a_task_without_verdicts_is_worth_nothing() -> None:
    """A task without verdicts has 0 points."""
    assert task_report("double", ()) == TaskReport(name="double", points=0, max_points=0, checks=())


def test_a_blank_report_has_every_task() -> None:
    """A blank report has every task with its maximum, no points and no checks."""
    report = blank_report("01_small", [("double", 4.0), ("relu", 2.0)], "not_submitted", verbatim("No file."))
    assert (report.status, str(report.message), report.points, report.max_points) == ("not_submitted", "No file.", 0, 6)
    assert [(t.name, t.points, t.max_points, t.checks) for t in report.tasks] == [
        ("double", 0, 4, ()),
        ("relu", 0, 2, ()),
    ]


def test_a_student_adds_up_the_exercises() -> None:
    """A student's points are the sum of the exercises; notes about the folder are kept."""
    report = student_report(
        "ana", (exercise(points=1.0), exercise(id="02_more", points=2.5)), notes=(verbatim("A stray file."),)
    )
    assert (report.student, report.points, report.max_points, report.notes) == (
        "ana",
        3.5,
        8,
        (verbatim("A stray file."),),
    )


# The class


def of(student: str, *exercises: ExerciseReport) -> Report:
    """Return a student's report."""
    return student_report(student, exercises)


def test_the_class_has_a_row_for_each_student() -> None:
    """The class report has a row for each student in the given order."""
    report = class_report((of("bea", exercise(points=1.0)), of("ana", exercise(points=3.0))))
    assert [(row.student, row.points, row.exercises) for row in report.students] == [
        ("bea", 1, {"01_small": 1}),
        ("ana", 3, {"01_small": 3}),
    ]
    assert report.max_points == 4


@pytest.mark.parametrize(
    ("status", "points"), [("not_submitted", None), ("not_attempted", 0.0), ("unreadable", 0.0), ("load_failed", 0.0)]
)
def test_what_was_not_submitted_has_no_points(status: str, points: float | None) -> None:
    """A missing exercise has no points, which differs from 0 points."""
    report = class_report((of("ana", exercise(points=0.0, status=status)),))
    assert report.students[0].exercises == {"01_small": points}


def test_a_misconception_counts_once_a_student() -> None:
    """A misconception counts once for each student, even if it explains several checks."""
    report = class_report((of("ana", exercise("flat", "flat", None, "flat")), of("bea", exercise("flat"))))
    assert report.misconceptions == {"01_small.double.flat": 2}


def test_misconceptions_of_other_exercises_are_others() -> None:
    """Misconceptions are distinguished by exercise and task."""
    report = class_report((of("ana", exercise("flat"), exercise("flat", id="02_more")),))
    assert report.misconceptions == {"01_small.double.flat": 1, "02_more.double.flat": 1}


def test_the_most_frequent_misconception_comes_first() -> None:
    """Misconceptions are sorted by frequency, then by name."""
    report = class_report((of("ana", exercise("b", "c", "a")), of("bea", exercise("c"))))
    assert list(report.misconceptions.items()) == [
        ("01_small.double.c", 2),
        ("01_small.double.a", 1),
        ("01_small.double.b", 1),
    ]


def at_fault(check: str, *, stands: bool = True, call: str = "") -> BrokenCheck:
    """Return a check that was at fault."""
    return BrokenCheck(exercise="01_small", task="double", check=check, stands=stands, feedback=Feedback(call=call))


def test_a_check_at_fault_is_listed_once() -> None:
    """A check at fault is listed once with all its students, in a fixed order; with the feedback of the first."""
    broken = [
        ("bea", at_fault("values", call="of bea")),
        ("ana", at_fault("values", call="of ana")),
        ("ana", at_fault("shape")),
        ("caio", at_fault("values", stands=False)),
    ]
    for order in (broken, broken[::-1]):
        found = class_report((), broken=order).broken_checks
        assert [(one.check, one.stands, one.students, one.feedback.call) for one in found] == [
            ("shape", True, ("ana",), ""),
            ("values", False, ("caio",), ""),
            ("values", True, ("ana", "bea"), "of ana"),
        ]


@pytest.mark.parametrize(("statuses", "points"), [(["passed", "failed"], 0.0), (["passed", "passed"], 4.0)])
def test_a_whole_task_earns_all_or_nothing(statuses: list[Any], points: float) -> None:
    """If only whole tasks count, a task earns its points if all checks pass; its checks keep theirs."""
    verdicts = tuple(
        Verdict(id=str(n), task="t", visibility="public", status=s, points=2.0 * (s == "passed"), max_points=2.0)
        for n, s in enumerate(statuses)
    )
    report = task_report("t", verdicts, whole=True)
    assert (report.points, report.max_points, report.checks[0].points) == (points, 4.0, 2.0)


def test_an_empty_class_has_an_empty_report() -> None:
    """A class without submissions has an empty report."""
    assert class_report(()) == ClassReport(max_points=0.0, students=(), misconceptions={})


# As files


def test_a_report_is_read_back_as_it_was_written() -> None:
    """A report is read from JSON as it was written, with its schema's name."""
    report = student_report(
        "ana", (exercise("flat", None, message=verbatim("m"), notes=(verbatim("n"),)),), notes=(learner.LINE(line=3),)
    )
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text, type=Report) == report
    assert msgspec.json.decode(text)["schema"] == "grader/report/2"


def test_a_class_report_is_read_back_as_it_was_written() -> None:
    """A class report is read from JSON as it was written, with its schema's name."""
    report = class_report((of("ana", exercise("flat")),))
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text, type=ClassReport) == report
    assert msgspec.json.decode(text)["schema"] == "grader/class/2"


def test_a_bad_verdict_cannot_be_read_back() -> None:
    """An invalid verdict is refused when it is read too."""
    text = msgspec.json.encode(verdict()).replace(b'"points":2.0', b'"points":1.0')
    with pytest.raises(msgspec.ValidationError, match="only a passed check earns its points"):
        msgspec.json.decode(text, type=Verdict)
