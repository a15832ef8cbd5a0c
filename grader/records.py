"""The records that flow from a submission to a class report, in reading order.

Every stage of the pipeline takes the record of the stage before and returns its own. Records are frozen, built by
keyword and validated at birth, so a bad state never travels. What the candidate's process sends back (observations)
is in `grader.wire`, because both sides of the sandbox need it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from grader.sentences import Sentence, Translate, learner, verbatim

Visibility = Literal["public", "hidden"]
Status = Literal["passed", "failed", "error", "timeout", "crashed", "skipped", "not_attempted"]
# What the inputs of checks depend on beside the course's seed, the exercise and the check: nothing, or who handed in
# what. Fixed inputs are for one's own work and for comparing; they are no inputs to give marks by.
Inputs = Literal["fixed", "by_content"]
REPORT_SCHEMA: Final = "grader/report/2"
ExerciseStatus = Literal["graded", "not_attempted", "not_submitted", "unreadable", "load_failed"]


class SourceSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run of lines of the graded source stands in what the student wrote: a file, or a notebook cell.

    `first` is the 1-based line of the graded source; `label` is `None` for a script and says "code cell 3" for a
    notebook; `line` is the 1-based line inside that cell (or file) which `first` corresponds to.
    """

    first: int
    label: Sentence | None
    line: int

    def __post_init__(self) -> None:
        if self.first < 1 or self.line < 1:
            raise ValueError(f"Cannot place line {self.first} at {self.line}: lines count from 1.")


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One student's copy of one exercise, as read: either `source` to run, or `problem` saying why there is none.

    `student` and `exercise` are identifiers, `path` is shown to people. `notes` are remarks for the student that cost
    no points (a magic that was skipped, say). `left_out` counts a notebook's cells that are not in `source` because
    they are not Python. `spans` maps lines of `source` to what the student sees; empty means that they are the same.
    `content` is a digest of the code in `source`, apart from how it is written down ("" where nobody made one).
    `tasks` are those to grade, all if there are none.
    """

    student: str
    exercise: str
    path: str
    tasks: tuple[str, ...] = ()
    source: str | None = None
    problem: Sentence | None = None
    notes: tuple[Sentence, ...] = ()
    left_out: int = 0
    spans: tuple[SourceSpan, ...] = ()
    content: str = ""

    def __post_init__(self) -> None:
        if (self.source is None) == (self.problem is None):
            raise ValueError(f"Cannot build the submission {self.path!r}: give either its source or its problem.")

    def where(self, line: int) -> Sentence:
        """Return how the student knows line `line` of the graded source: "line 7", or "code cell 3, line 2"."""
        span = max((s for s in self.spans if s.first <= line), key=lambda s: s.first, default=None)
        if span is None:
            return learner.LINE(line=line)
        inside = span.line + line - span.first
        return learner.LINE(line=inside) if span.label is None else learner.LINE_OF_CELL(cell=span.label, line=inside)


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A curve of losses that a check compared: what came back (None: no finite number), and what was expected."""

    got: tuple[float | None, ...]
    expected: tuple[float, ...]


class Misconception(msgspec.Struct, frozen=True, kw_only=True):
    """A student's mistake that has a name: its id within the task, and the sentence that a good teacher would say."""

    id: str
    sentence: Sentence


_LABELS = {
    "expected": learner.EXPECTED,
    "got": learner.GOT,
    "misconception": learner.MISTAKE,
    "next_step": learner.NEXT,
}


class FeedbackLine(NamedTuple):
    """One line of feedback: the field that it comes from, and what it says."""

    field: Literal["call", "expected", "got", "details", "misconception", "next_step"]
    text: Sentence

    @property
    def label(self) -> Sentence | None:
        """What stands before the text, `None` if nothing does."""
        return _LABELS[self.field]() if self.field in _LABELS else None


class Feedback(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a check has to say to a student: data, which is put into words where it is read.

    `title` says what the check asks for (the first sentence of its docstring). `call` is the call that was made, as
    code; `expected` and `got` are phrases; `details` are whole sentences, and all that there is where nothing was
    compared. A `misconception` takes the place of the `next_step`. `broken` says that the check itself is at fault,
    `not_run` that it was not run because of what came before. A passed check has its title alone.
    """

    title: Sentence = verbatim("")
    call: str = ""
    expected: Sentence | None = None
    got: Sentence | None = None
    details: tuple[Sentence, ...] = ()
    misconception: Misconception | None = None
    next_step: Sentence | None = None
    broken: bool = False
    not_run: bool = False

    def lines(self) -> Iterator[FeedbackLine]:
        """Yield what stands below the title, in the order in which it is read."""
        if self.call:
            yield FeedbackLine("call", verbatim(self.call))
        if self.expected is not None:
            yield FeedbackLine("expected", self.expected)
        if self.got is not None:
            yield FeedbackLine("got", self.got)
        for sentence in self.details:
            yield FeedbackLine("details", sentence)
        if self.misconception is not None:
            yield FeedbackLine("misconception", self.misconception.sentence)
        elif self.next_step is not None:
            yield FeedbackLine("next_step", self.next_step)

    def text(self, translate: Translate | None = None) -> str:
        """Return the lines as plain text, "" if there are none."""
        return "\n".join(
            line.text.text(translate)
            if line.label is None
            else f"{line.label.text(translate)} {line.text.text(translate)}"
            for line in self.lines()
        )

    def __str__(self) -> str:
        return self.text()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one check concluded about one submission, with the feedback that the student reads."""

    id: str
    task: str
    visibility: Visibility
    status: Status
    points: float
    max_points: float
    feedback: Feedback = Feedback()
    curve: Curve | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.points <= self.max_points:
            raise ValueError(f"Cannot give {self.points} of {self.max_points} points for the check {self.id!r}.")
        if self.points != (self.max_points if self.status == "passed" else 0):
            raise ValueError(f"Cannot score the check {self.id!r}: only a passed check earns its points.")


class CheckFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What authors want to know of a check besides its verdict: its task, docstring, a digest of each call's inputs.

    `judges` is what it judges: values, or facts alone.
    """

    task: str
    docstring: str
    judges: Literal["values", "facts"] = "values"
    inputs: tuple[str, ...]


class CheckReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check of a report: a verdict without the name of its task, which stands above it."""

    id: str
    visibility: Visibility
    status: Status
    points: float
    max_points: float
    feedback: Feedback = Feedback()
    curve: Curve | None = None

    @property
    def misconception(self) -> str | None:
        """The id of the mistake that was named, `None` if there is none."""
        return self.feedback.misconception.id if self.feedback.misconception is not None else None


class TaskReport(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of one task and their sum."""

    name: str
    points: float
    max_points: float
    checks: tuple[CheckReport, ...]


class ExerciseReport(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of one student; `message` explains a status other than "graded", `notes` cost no points."""

    id: str
    status: ExerciseStatus
    points: float
    max_points: float
    message: Sentence | None = None
    notes: tuple[Sentence, ...] = ()
    tasks: tuple[TaskReport, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the kit says about one student; `notes` are about files that were no exercise."""

    schema: Literal["grader/report/2"] = REPORT_SCHEMA
    student: str
    points: float
    max_points: float
    notes: tuple[Sentence, ...] = ()
    exercises: tuple[ExerciseReport, ...]


class ClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """One student's line in the class table: points by exercise id, `None` where nothing was submitted."""

    student: str
    points: float
    exercises: dict[str, float | None]


class ClassReport(msgspec.Struct, frozen=True, kw_only=True):
    """The class at a glance; `misconceptions` counts the students who hold each one, "exercise.task.name" first."""

    schema: Literal["grader/class/1"] = "grader/class/1"
    max_points: float
    students: tuple[ClassRow, ...]
    misconceptions: dict[str, int]


def task_report(name: str, verdicts: tuple[Verdict, ...]) -> TaskReport:
    """Gather the verdicts of one task."""
    checks = tuple(
        CheckReport(
            id=v.id,
            visibility=v.visibility,
            status=v.status,
            points=v.points,
            max_points=v.max_points,
            feedback=v.feedback,
            curve=v.curve,
        )
        for v in verdicts
    )
    return TaskReport(
        name=name,
        points=sum(v.points for v in verdicts),
        max_points=sum(v.max_points for v in verdicts),
        checks=checks,
    )


def blank_report(
    exercise: str, tasks: Sequence[tuple[str, float]], status: ExerciseStatus, message: Sentence
) -> ExerciseReport:
    """Return the report of an exercise of which no check was run; `tasks` are its tasks' names and points."""
    blank = tuple(TaskReport(name=name, points=0.0, max_points=points, checks=()) for name, points in tasks)
    return ExerciseReport(
        id=exercise,
        status=status,
        points=0.0,
        max_points=sum(task.max_points for task in blank),
        message=message,
        tasks=blank,
    )


def student_report(student: str, exercises: tuple[ExerciseReport, ...], *, notes: tuple[Sentence, ...] = ()) -> Report:
    """Add up the exercises of one student; `notes` are about the student's folder."""
    return Report(
        student=student,
        points=sum(e.points for e in exercises),
        max_points=sum(e.max_points for e in exercises),
        notes=notes,
        exercises=exercises,
    )


def class_report(reports: tuple[Report, ...]) -> ClassReport:
    """Summarise the reports of a class, students in the order given, misconceptions most frequent first."""
    held: Counter[str] = Counter()
    for report in reports:
        held.update(
            {
                f"{exercise.id}.{task.name}.{check.misconception}"
                for exercise in report.exercises
                for task in exercise.tasks
                for check in task.checks
                if check.misconception is not None
            }
        )
    rows = tuple(
        ClassRow(
            student=report.student,
            points=report.points,
            exercises={e.id: None if e.status == "not_submitted" else e.points for e in report.exercises},
        )
        for report in reports
    )
    return ClassReport(
        max_points=max((r.max_points for r in reports), default=0.0),
        students=rows,
        misconceptions=dict(sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))),
    )
