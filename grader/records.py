"""The records that are passed on from a submission to a class report, in reading order.

Every stage of the pipeline takes the record of the stage before and returns its own. Records are frozen, built by
keyword and validated when they are made, so that an invalid one never exists. Observations, which come from the
candidate's process, are in `grader.wire`, because both sides of the sandbox need them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from grader.diagnoses import Answers
from grader.roster import Person
from grader.sentences import Sentence, Translate, learner, verbatim

Visibility = Literal["public", "hidden"]
Status = Literal["passed", "failed", "error", "timeout", "crashed", "skipped", "not_attempted"]
# What the inputs of checks depend on besides the course's seed, the exercise and the check: nothing, or the student and
# the content of the submission. Fixed inputs are for the user's own work and for comparisons, not for marks.
Inputs = Literal["fixed", "by_content"]
REPORT_SCHEMA: Final = "grader/report/2"
ExerciseStatus = Literal["graded", "not_attempted", "not_submitted", "unreadable", "load_failed"]
# In the class table, an exercise may also be in doubt: several files differ, and a teacher should decide.
RowStatus = Literal["graded", "not_attempted", "not_submitted", "unreadable", "load_failed", "in_doubt"]


class SourceSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Where some lines of the graded source are in the student's work: in a file, or in a cell of a notebook.

    `first` is a 1-based line of the graded source, and `line` is the same line in the file or cell, also 1-based.
    `label` is `None` for a script, and a phrase such as "code cell 3" for a notebook.
    """

    first: int
    label: Sentence | None
    line: int

    def __post_init__(self) -> None:
        if self.first < 1 or self.line < 1:
            raise ValueError(f"Cannot place line {self.first} at {self.line}: lines count from 1.")


def place_in(spans: Sequence[SourceSpan], line: int) -> Sentence:
    """Return how the student knows a line of the graded source that has these spans."""
    span = max((s for s in spans if s.first <= line), key=lambda s: s.first, default=None)
    if span is None:
        return learner.LINE(line=line)
    inside = span.line + line - span.first
    return learner.LINE(line=inside) if span.label is None else learner.LINE_OF_CELL(cell=span.label, line=inside)


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One student's copy of one exercise, as read. It has either a `source` to run, or a `problem` that says why not.

    `student` and `exercise` are identifiers; `path` is shown to people. `notes` are remarks for the student that cost
    no points, for example about a magic that was skipped. `left_out` is the number of a notebook's cells that are
    missing from `source` because they are not Python. `spans` map lines of `source` to the student's lines; without
    any, the lines are the same. `content` is a digest of the code in `source` that does not depend on its layout, or ""
    if none was made. `tasks` are the tasks to grade, or all tasks if it is empty.
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
        """Return how the student knows a line of the graded source: "line 7", or "code cell 3, line 2"."""
        return place_in(self.spans, line)


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A curve of losses that a check compared: the observed one and the expected one.

    `None` stands for an observed value that is not a finite number.
    """

    got: tuple[float | None, ...]
    expected: tuple[float, ...]


class Misconception(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A student's mistake that has a name: its id in the task, and the sentence that a good teacher would say.

    `perhaps` says that another mistake may be the cause as well.
    """

    id: str
    sentence: Sentence
    perhaps: bool = False


_LABELS = {
    "expected": learner.EXPECTED,
    "got": learner.GOT,
    "misconception": learner.MISTAKE,
    "perhaps": learner.PERHAPS,
    "next_step": learner.NEXT,
}


class FeedbackLine(NamedTuple):
    """One line of feedback: the name of the field that it comes from, and its text."""

    field: Literal["call", "expected", "got", "details", "misconception", "perhaps", "next_step"]
    text: Sentence

    @property
    def label(self) -> Sentence | None:
        """The label before the text, or `None` if there is none."""
        return _LABELS[self.field]() if self.field in _LABELS else None


class Feedback(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The feedback of a check: data that is turned into text only where it is read.

    `title` says what the check requires: the first sentence of its docstring. `call` is the call as code. `expected`
    and `got` are phrases. `details` are whole sentences; if nothing was compared, there is nothing else. A
    `misconception` replaces the `next_step`. `broken` says that the check itself is at fault. `not_run` says that the
    check was not run because of an earlier one. `line` is the line of the graded source, counted from 1, that the
    feedback names: that of an error, or of a forbidden call. A passed check has only a title.
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
    line: int | None = None

    def lines(self) -> Iterator[FeedbackLine]:
        """Yield the lines below the title in reading order."""
        if self.call:
            yield FeedbackLine("call", verbatim(self.call))
        if self.expected is not None:
            yield FeedbackLine("expected", self.expected)
        if self.got is not None:
            yield FeedbackLine("got", self.got)
        for sentence in self.details:
            yield FeedbackLine("details", sentence)
        if self.misconception is not None:
            field: Literal["misconception", "perhaps"] = "perhaps" if self.misconception.perhaps else "misconception"
            yield FeedbackLine(field, self.misconception.sentence)
        elif self.next_step is not None:
            yield FeedbackLine("next_step", self.next_step)

    def text(self, translate: Translate | None = None) -> str:
        """Return the lines as plain text, or "" if there are none."""
        return "\n".join(
            line.text.text(translate)
            if line.label is None
            else f"{line.label.text(translate)} {line.text.text(translate)}"
            for line in self.lines()
        )

    def __str__(self) -> str:
        return self.text()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one check for one submission, with the feedback that the student reads."""

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


class DomainFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What authors need to know about a domain, from the programs that one submission was asked.

    `legal` of the `programs` were compared. Of the others, `left_out` is one of them as text, `hung` one in which the
    reference was lost, and `set_up_failed` one whose set-up raises an error; they are empty if there is none. `never`
    names the choices with an option that was never drawn. `free` is what the domain leaves free, and `needed` the part
    of it that this submission needs.
    """

    programs: int
    legal: int
    left_out: str
    hung: str
    set_up_failed: str
    never: tuple[str, ...]
    free: tuple[str, ...]
    needed: tuple[str, ...]


class CheckFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What authors need to know about a check besides its verdict.

    That is its task, its docstring, a digest of each call's inputs, whether it judges values or only facts (`judges`),
    the checks that must pass before it is run (`requires`), and what is known of its domain if it has one. `answers`
    are those of the kit's own implementations to the calls of a public check, if they are asked for. `naming_ended`
    says that the mistakes of the submission were named without all answers: the time for naming was used up, or an
    implementation was lost.
    """

    task: str
    docstring: str
    judges: Literal["values", "facts"] = "values"
    requires: tuple[str, ...] = ()
    inputs: tuple[str, ...]
    domain: DomainFacts | None = None
    answers: tuple[Answers, ...] = ()
    naming_ended: bool = False


class BrokenCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check that was at fault for one submission. It is for instructors; students do not read it.

    `stands` says that the reference solution failed the check too, on the same inputs, so that the submission got its
    points; `feedback` is then that of the reference. Otherwise the check ended with an error, and earned nothing.
    """

    exercise: str
    task: str
    check: str
    stands: bool
    feedback: Feedback


class CheckReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check of a report: a verdict without the name of its task, which the task's report has."""

    id: str
    visibility: Visibility
    status: Status
    points: float
    max_points: float
    feedback: Feedback = Feedback()
    curve: Curve | None = None

    @property
    def misconception(self) -> str | None:
        """The id of the mistake, or `None` if no mistake was named."""
        return self.feedback.misconception.id if self.feedback.misconception is not None else None


class TaskReport(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of one task and their sum, or 0 points if only whole tasks count and a check has not passed."""

    name: str
    points: float
    max_points: float
    checks: tuple[CheckReport, ...]


class ExerciseReport(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of one student. `message` explains any status but "graded"; `notes` cost no points.

    `raised_at` are the lines of the graded source, counted from 1, that raised an error or were stopped while it was
    loaded.
    """

    id: str
    status: ExerciseStatus
    points: float
    max_points: float
    message: Sentence | None = None
    notes: tuple[Sentence, ...] = ()
    raised_at: tuple[int, ...] = ()
    tasks: tuple[TaskReport, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the kit says about one student. `notes` are about files that belong to no exercise."""

    schema: Literal["grader/report/2"] = REPORT_SCHEMA
    student: str
    points: float
    max_points: float
    notes: tuple[Sentence, ...] = ()
    exercises: tuple[ExerciseReport, ...]


class HandIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a file was handed in, as far as a platform says.

    `original` is its path in what was downloaded, `layout` the form of that download, `time` in ISO 8601, `attempt` a
    number from 1, and `participant` the number that Moodle gives a person in one assignment; "" and 0 if they are not
    known.
    """

    original: str
    layout: str = ""
    time: str = ""
    attempt: int = 0
    late: bool = False
    participant: str = ""


class LeftFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that was handed in and does not count, or may not be the one that should count.

    `kind` is "lost" if what is in it counts nowhere, "doubt" if a teacher should decide, and "spare" if another file of
    the same student counts in its place. `student` and `exercise` are "" if they are not known. `reason` says why, and
    `cure` what to do.
    """

    path: str
    student: str = ""
    exercise: str = ""
    kind: Literal["lost", "doubt", "spare"] = "lost"
    reason: Sentence
    cure: Sentence


class ClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """One student's row in the class table: points by exercise id, with `None` if nothing was handed in.

    `statuses` tell apart what the points do not: what is untouched, unreadable, not handed in, or in doubt. `person` is
    who this is, and `handed_in` how the files reached the teacher, as far as that is known.
    """

    student: str
    points: float
    exercises: dict[str, float | None]
    statuses: dict[str, RowStatus] = {}
    person: Person | None = None
    handed_in: dict[str, HandIn] = {}


class FaultyCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check that was at fault for some students. Report it to the author of the course.

    `stands` says that the reference solution failed it too, so that these students got its points. `feedback` is what
    the check said about the reference (if it stands) or about the first student's submission.
    """

    exercise: str
    task: str
    check: str
    stands: bool
    students: tuple[str, ...]
    feedback: Feedback


class ClassReport(msgspec.Struct, frozen=True, kw_only=True):
    """The class table.

    `misconceptions` has the number of students for each "exercise.task.name", the most frequent first. `broken_checks`
    are the checks that were at fault. If `whole_tasks` is true, a task earned points only if all its checks passed.
    `left` are the files that were handed in and do not count, or not for sure.
    """

    schema: Literal["grader/class/2"] = "grader/class/2"
    max_points: float
    whole_tasks: bool = False
    students: tuple[ClassRow, ...]
    misconceptions: dict[str, int]
    broken_checks: tuple[FaultyCheck, ...] = ()
    left: tuple[LeftFile, ...] = ()


def task_report(name: str, verdicts: tuple[Verdict, ...], *, whole: bool = False) -> TaskReport:
    """Return the report of one task from its verdicts.

    If `whole` is true, the task earns all its points if every check has passed, and otherwise none.
    """
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
        points=0.0 if whole and any(v.status != "passed" for v in verdicts) else sum(v.points for v in verdicts),
        max_points=sum(v.max_points for v in verdicts),
        checks=checks,
    )


def blank_report(
    exercise: str, tasks: Sequence[tuple[str, float]], status: ExerciseStatus, message: Sentence
) -> ExerciseReport:
    """Return the report of an exercise in which no check was run. `tasks` are the names and points of its tasks."""
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
    """Return the report of a student from those of the exercises. `notes` are about the student's folder."""
    return Report(
        student=student,
        points=sum(e.points for e in exercises),
        max_points=sum(e.max_points for e in exercises),
        notes=notes,
        exercises=exercises,
    )


def faulty_checks(broken: Iterable[tuple[str, BrokenCheck]]) -> tuple[FaultyCheck, ...]:
    """Return the checks that were at fault, each once, from pairs of a student and a broken check."""
    found: dict[tuple[str, str, bool], list[tuple[str, BrokenCheck]]] = {}
    for student, one in broken:
        found.setdefault((one.exercise, one.check, one.stands), []).append((student, one))
    return tuple(
        FaultyCheck(
            exercise=first.exercise,
            task=first.task,
            check=first.check,
            stands=first.stands,
            students=tuple(dict.fromkeys(student for student, _ in ones)),
            feedback=first.feedback,
        )
        for ones in (sorted(found[key], key=lambda pair: pair[0]) for key in sorted(found))
        for _, first in ones[:1]
    )


def _row_status(status: ExerciseStatus, kinds: Collection[str]) -> RowStatus:
    """Return the status in the class table: what was handed in but could not even be collected is unreadable.

    `kinds` are those of the student's files for the exercise that do not count.
    """
    if "doubt" in kinds:
        return "in_doubt"
    return "unreadable" if status == "not_submitted" and "lost" in kinds else status


def class_report(
    reports: tuple[Report, ...],
    *,
    broken: Iterable[tuple[str, BrokenCheck]] = (),
    whole_tasks: bool = False,
    people: Mapping[str, Person] = {},
    handed_in: Mapping[str, Mapping[str, HandIn]] = {},
    left: Sequence[LeftFile] = (),
) -> ClassReport:
    """Return the class report. Students keep the given order; the most frequent misconceptions come first.

    Exercises keep their order if all reports have the same ones; else they are sorted.
    `broken` has each student for whom a check was at fault, with that check. `people` and `handed_in` say by student
    who this is, and how the file of each exercise was handed in. `left` are the files that do not count.
    """
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
    most: dict[str, float] = {}
    for report in reports:
        for exercise in report.exercises:
            most[exercise.id] = max(exercise.max_points, most.get(exercise.id, 0.0))
    alike = len({tuple(exercise.id for exercise in report.exercises) for report in reports}) < 2
    blank: dict[str, float | None] = dict.fromkeys(most if alike else sorted(most))
    kinds: dict[tuple[str, str], set[str]] = {}
    for file in left:
        kinds.setdefault((file.student, file.exercise), set()).add(file.kind)
    rows = tuple(
        ClassRow(
            student=report.student,
            points=report.points,
            exercises=blank | {e.id: None if e.status == "not_submitted" else e.points for e in report.exercises},
            statuses={e.id: _row_status(e.status, kinds.get((report.student, e.id), ())) for e in report.exercises},
            person=people.get(report.student),
            handed_in=dict(handed_in.get(report.student, {})),
        )
        for report in reports
    )
    return ClassReport(
        max_points=sum(most.values()),
        whole_tasks=whole_tasks,
        students=rows,
        misconceptions=dict(sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))),
        broken_checks=faulty_checks(broken),
        left=tuple(left),
    )
