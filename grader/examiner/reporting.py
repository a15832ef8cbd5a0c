"""Turns the results of an examination into the report of an exercise."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from grader import wire
from grader.catalog import Exercise
from grader.examiner.candidate_processes import SubmissionProcess
from grader.examiner.checks import Check
from grader.examiner.diagnosis import Mistake
from grader.examiner.judging import CheckResult
from grader.records import (
    ExerciseReport,
    ExerciseStatus,
    Feedback,
    Misconception,
    Status,
    Submission,
    Verdict,
    task_report,
)
from grader.sentences import Sentence, learner, verbatim
from grader.suites import surroundings
from grader.suites.feedback import exception_of, place_of


@dataclass(frozen=True, kw_only=True)
class Loading:
    """The result of loading a submission: the errors, what it asked for and did not get, and why loading failed."""

    errors: tuple[wire.Raised, ...]
    withheld: frozenset[str]
    unloadable: tuple[Status, Feedback] | None


def loading_of(process: SubmissionProcess) -> Loading:
    """Return the result of loading the submission of this process."""
    loaded = process.loaded
    return Loading(
        errors=() if loaded is None else loaded.errors,
        withheld=frozenset(process.withheld),
        unloadable=process.unloadable if loaded is None else None,
    )


def unreadable_report(exercise: Exercise, checks: Sequence[Check], submission: Submission) -> ExerciseReport:
    """Return the report of a submission that could not be read."""
    assert submission.problem is not None
    problem = learner.UNREADABLE(problem=submission.problem)
    verdicts = [check.verdict("error", Feedback(details=(problem,))) for check in checks]
    return _exercise_report(exercise, verdicts, "unreadable", problem, submission.notes)


def examined_report(
    exercise: Exercise,
    checks: Sequence[Check],
    submission: Submission,
    loading: Loading,
    results: Mapping[str, CheckResult],
    mistakes: Mapping[str, Mistake],
    *,
    without_curves: Collection[str],
    whole_tasks: bool = False,
    names_mistakes: bool = True,
) -> ExerciseReport:
    """Return the report of a submission that was examined.

    `results` are the results of all checks, and `mistakes` are the misconceptions that explain some of them, by check
    id. Checks in `without_curves` show no curve, because it would reveal what they expected. If `whole_tasks` is true,
    a task earns points only if all its checks have passed. If `names_mistakes` is false and a check has failed, a note
    says that no mistake is named here.
    """
    verdicts = [_explain(results[check.id], mistakes.get(check.id)) for check in checks]
    verdicts = _apply_refusals(verdicts, results)
    verdicts = _count_facts(verdicts, {check.id for check in checks if check.judges == "values"})
    verdicts = [v if v.id in without_curves else _with_curve(v, results[v.id]) for v in verdicts]
    notes = (*submission.notes, *_load_notes(submission, loading.errors))
    notes += tuple(note() for what, note in _WITHHELD.items() if what in loading.withheld)
    notes += (learner.WHOLE_TASKS(),) if whole_tasks else ()
    failed = any(v.status in ("failed", "error") for v in verdicts)
    notes += (learner.NO_MISTAKES_NAMED(),) if failed and not names_mistakes else ()
    status: ExerciseStatus = "load_failed" if loading.unloadable else "graded"
    if verdicts and all(v.status == "not_attempted" for v in verdicts):
        status = "not_attempted"
    message = _without_checks(loading.unloadable[1]) if loading.unloadable else None
    raised_at = tuple(dict.fromkeys(raised.line for raised in loading.errors if raised.line is not None))
    return _exercise_report(exercise, verdicts, status, message, notes, raised_at=raised_at, whole_tasks=whole_tasks)


def _explain(result: CheckResult, mistake: Mistake | None) -> Verdict:
    """Return the verdict. If the mistake is known, the feedback has the teacher's sentence."""
    if mistake is None or result.end is None:
        return result.verdict
    variant = mistake.variant
    named = Misconception(id=variant.name, sentence=verbatim(variant.message), perhaps=not mistake.certain)
    feedback = msgspec.structs.replace(result.verdict.feedback, misconception=named)
    return msgspec.structs.replace(result.verdict, feedback=feedback)


def _apply_refusals(verdicts: list[Verdict], results: Mapping[str, CheckResult]) -> list[Verdict]:
    """Remove all points of a task if one of its checks found a forbidden call."""
    refused = {v.task: v.feedback for v in verdicts if results[v.id].refused}
    return [
        _without_points(v, "failed", refused[v.task]) if v.status == "passed" and v.task in refused else v
        for v in verdicts
    ]


def _count_facts(verdicts: list[Verdict], values: Collection[str]) -> list[Verdict]:
    """Count facts only in tasks in which a check of values has passed. `values` are the ids of the checks of values.

    Facts are a shape, an error that is raised, or an argument that stays unchanged. Code that solves nothing often has
    them.
    """
    right = {v.task for v in verdicts if v.id in values and v.status == "passed"}
    first: dict[str, Sentence] = {}  # by task: the title of a check of values that must pass
    for v in verdicts:
        if v.id in values:
            first.setdefault(v.task, v.feedback.title)
    return [
        _without_points(v, "skipped", _facts_feedback(first.get(v.task)))
        if v.status == "passed" and v.id not in values and v.task not in right
        else v
        for v in verdicts
    ]


def _without_points(verdict: Verdict, status: Status, feedback: Feedback) -> Verdict:
    """Return the verdict with another status, without points, and with this feedback below its title."""
    titled = msgspec.structs.replace(feedback, title=verdict.feedback.title)
    return msgspec.structs.replace(verdict, status=status, points=0.0, feedback=titled)


def _facts_feedback(first: Sentence | None) -> Feedback:
    """Return the feedback of a check of facts that passed while no check of values has.

    `first` is a check that must pass.
    """
    said = learner.HOLDS() if first is None else learner.HOLDS_UNTIL(check=first)
    return Feedback(details=(said,))


def _with_curve(verdict: Verdict, result: CheckResult) -> Verdict:
    """Return the verdict with the last curve that was compared. If the check failed, that curve is the wrong one."""
    curves = result.log.curves
    return msgspec.structs.replace(verdict, curve=curves[-1]) if curves else verdict


def _without_checks(feedback: Feedback) -> Sentence:
    """Return one sentence that says why no check could be run, and its next step."""
    (said,) = feedback.details
    return said if feedback.next_step is None else learner.WITH_STEP_BELOW(what=said, step=feedback.next_step)


def _load_notes(submission: Submission, errors: Sequence[wire.Raised]) -> Iterator[Sentence]:
    """Yield a note for each error that was raised while the submission was loaded.

    Each next step is given only once.
    """
    said: set[Sentence] = set()
    for number, raised in enumerate(errors):
        note = _load_note(submission, raised)
        step = None if raised.type in _LEAVING else surroundings.step_for(raised, errors[:number])
        yield note if step is None or step in said else learner.WITH_STEP(what=note, step=step)
        if step is not None:
            said.add(step)


_LEAVING = ("SystemExit", "KeyboardInterrupt", "TimeLimitExceeded")  # at the top level, these are harmless
_WITHHELD = {"num_workers": learner.WITHOUT_WORKERS}


def _load_note(submission: Submission, raised: wire.Raised) -> Sentence:
    if raised.type != "TimeLimitExceeded":
        return learner.LOAD_NOTE(error=exception_of(raised, submission.where))
    if raised.line is None:
        return learner.LOAD_STOPPED_CELL() if submission.spans else learner.LOAD_STOPPED()
    stopped = learner.LOAD_STOPPED_CELL_AT if submission.spans else learner.LOAD_STOPPED_AT
    return stopped(place=place_of(submission.where(raised.line), raised.code))


def _exercise_report(
    exercise: Exercise,
    verdicts: Sequence[Verdict],
    status: ExerciseStatus,
    message: Sentence | None = None,
    notes: tuple[Sentence, ...] = (),
    *,
    raised_at: tuple[int, ...] = (),
    whole_tasks: bool = False,
) -> ExerciseReport:
    """Make the report of one exercise from its verdicts, by task in the order of the exercise."""
    tasks = tuple(
        task_report(t.name, tuple(v for v in verdicts if v.task == t.name), whole=whole_tasks) for t in exercise.tasks
    )
    return ExerciseReport(
        id=exercise.id,
        status=status,
        points=sum(t.points for t in tasks),
        max_points=sum(t.max_points for t in tasks),
        message=message,
        notes=notes,
        raised_at=raised_at,
        tasks=tasks,
    )
