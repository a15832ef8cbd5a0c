"""Computes what counts for one exercise of one person: the examiner's points, then each decision in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from grader.gradebook.decisions import CheckDecision, Extension, Extra, LateRule, Override
from grader.gradebook.moments import days_late
from grader.gradebook.points import ZERO, exact, points_text, rounded
from grader.gradebook.records import Entry, Reason
from grader.records import ExerciseReport, TaskReport
from grader.sentences import instructor_gradebook


class Timing(NamedTuple):
    """When an exercise was handed in and due, and what late work costs. What is not known is `None`."""

    handed_in: datetime | None = None
    due: datetime | None = None
    extension: Extension | None = None
    rule: LateRule | None = None

    @property
    def lacks_time(self) -> bool:
        """Whether the rule applies, but not how late it was."""
        return self.rule is not None and self.due is not None and self.handed_in is None


class Decided(NamedTuple):
    """What is decided about one exercise of one person, besides comments."""

    checks: Mapping[str, CheckDecision] = {}
    override: Override | None = None
    tasks: Mapping[str, Override] = {}
    extras: Sequence[Extra] = ()
    excused: str | None = None  # the reason


def entry_of(
    report: ExerciseReport, decided: Decided, timing: Timing, dropped: Mapping[str, float], *, whole: bool
) -> Entry:
    """Return the entry for a report.

    `dropped` are the points of the checks that count for nobody. `whole` says that a task gives all its points or none.
    """
    count = _Count(handed_in=report.status != "not_submitted")
    for task in report.tasks:
        count.add_task(task, decided, whole=whole)
    most = exact(report.max_points) - sum(map(exact, dropped.values()), ZERO)
    late = count.take_off(timing) if count.handed_in else 0
    if decided.override is not None:
        count.replace(decided.override)
    for extra in decided.extras:
        count.add(extra_reason(extra), exact(extra.points))
    if decided.excused is not None:
        count.reasons.append(
            Reason(kind="excused", text=instructor_gradebook.EXCUSED(), words=decided.excused, change=0.0)
        )
    is_excused = decided.excused is not None
    return Entry(
        exercise=report.id,
        status=report.status,
        raw=None if report.status == "not_submitted" else rounded(exact(report.points)),
        points=None if is_excused or not count.counts else rounded(max(count.points, ZERO)),
        max_points=0.0 if is_excused else rounded(most),
        excused=is_excused,
        late=late,
        handed_in="" if timing.handed_in is None else timing.handed_in.isoformat(timespec="seconds"),
        reasons=tuple(count.reasons),
        missed=tuple(check.id for task in report.tasks for check in task.checks if check.status != "passed"),
    )


def extra_reason(extra: Extra) -> Reason:
    """Return the reason for extra points."""
    text = instructor_gradebook.EXTRA(points=f"{'+' if extra.points > 0 else ''}{points_text(extra.points)}")
    return Reason(kind="extra", text=text, words=extra.reason, change=extra.points)


def check_reason(decision: CheckDecision) -> Reason:
    """Return the reason for a check that is dropped or given."""
    if decision.action == "drop":
        text = instructor_gradebook.CHECK_DROPPED(check=decision.check)
        return Reason(kind="check_dropped", text=text, words=decision.reason)
    text = instructor_gradebook.CHECK_GIVEN(check=decision.check)
    return Reason(kind="check_given", text=text, words=decision.reason)


class _Count:
    """The points so far, and the reasons for each difference."""

    def __init__(self, *, handed_in: bool) -> None:
        self.points = ZERO
        self.reasons: list[Reason] = []
        self.handed_in = handed_in
        self.counts = handed_in  # whether there is anything to count

    def add(self, reason: Reason, change: Decimal) -> None:
        """Add points for a reason."""
        self.counts = True
        self.points += change
        self.reasons.append(msgspec.structs.replace(reason, change=rounded(change)))

    def add_task(self, task: TaskReport, decided: Decided, *, whole: bool) -> None:
        """Add the points of a task, and what the decisions about it and its checks change."""
        earned = exact(task.points)
        self.points += earned
        states = {check.id: check.points for check in task.checks}
        whole = whole or (task.points == 0 and sum(states.values()) > 0)
        gone: set[str] = set()
        given: set[str] = set()
        for check in task.checks:
            decision = decided.checks.get(check.id)
            if decision is None:
                continue
            (gone if decision.action == "drop" else given).add(check.id)
            now = _earned(task, gone, given, whole=whole)
            self.add(check_reason(decision), now - earned)
            earned = now
        override = decided.tasks.get(task.name)
        if override is not None:
            text = instructor_gradebook.TASK_OVERRIDE(task=task.name, points=points_text(override.points))
            self.add(Reason(kind="task_override", text=text, words=override.reason), exact(override.points) - earned)

    def take_off(self, timing: Timing) -> int:
        """Take off what late work costs, and return for how many days."""
        if timing.extension is not None and timing.due is not None:
            text = instructor_gradebook.EXTENDED(until=timing.due.strftime("%Y-%m-%d %H:%M"))
            self.reasons.append(Reason(kind="extension", text=text, words=timing.extension.reason))
        if timing.rule is None or timing.due is None or timing.handed_in is None:
            return 0
        days = days_late(timing.handed_in, timing.due, timing.rule.grace_minutes)
        if days == 0:
            return 0
        share = min(exact(timing.rule.per_day) * days, exact(timing.rule.at_most))
        if timing.rule.none_after_days is not None and days > timing.rule.none_after_days:
            share = Decimal(1)
        shown = points_text(share * 100)
        self.add(Reason(kind="late", text=instructor_gradebook.LATE(count=days, share=shown)), -self.points * share)
        return days

    def replace(self, override: Override) -> None:
        """Put the points of an override in place of those so far."""
        before = points_text(self.points) if self.counts else "–"
        text = instructor_gradebook.OVERRIDE(points=points_text(override.points), before=before)
        self.add(Reason(kind="override", text=text, words=override.reason), exact(override.points) - self.points)


def _earned(task: TaskReport, gone: set[str], given: set[str], *, whole: bool) -> Decimal:
    """Return what a task earns without some checks, and with others given."""
    left = [check for check in task.checks if check.id not in gone]
    points = [exact(check.max_points if check.id in given else check.points) for check in left]
    if whole and any(check.status != "passed" and check.id not in given for check in left):
        return ZERO
    return sum(points, ZERO)
