"""What changed from one run to the next: who, from what to what, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Final, Literal

import msgspec

from grader.files import keep_backup
from grader.gradebook.points import points_text
from grader.gradebook.records import Change, Column, Entry, Gradebook, Reason, Row, Run
from grader.reports.store import write_json
from grader.sentences import Sentence, Template, instructor_gradebook, verbatim

BOOK: Final = "gradebook.json"  # in an output folder
_NAMED: Final = 4  # so many checks are named; of more, the number


def read_book(out: Path) -> Gradebook | None:
    """Return the gradebook as the last run left it, or `None` if there is none that can be read."""
    try:
        return msgspec.json.decode((out / BOOK).read_bytes(), type=Gradebook)
    except (OSError, msgspec.DecodeError):
        return None


def read_runs(out: Path) -> tuple[Run, ...]:
    """Return the history of an output folder, the oldest run first."""
    book = read_book(out)
    return () if book is None else book.runs


def run_of(
    before: Gradebook, after: Gradebook, command: Literal["grade", "adjust"], exercises: tuple[str, ...] = ()
) -> Run:
    """Return what changed between two states of a gradebook, at this moment."""
    earlier = {row.student: row for row in before.rows}
    changes = [*_of_columns(before, after)]
    new = 0
    columns = {column.exercise: column for column in after.columns}
    for row in after.rows:
        old = next((earlier[name] for name in (row.student, *row.earlier_names) if name in earlier), None)
        if old is None and any(row.student == archived.student for archived in before.archived):
            cause = instructor_gradebook.CAME_BACK()
            changes.append(Change(student=row.student, exercise="", before=None, after=row.points, causes=(cause,)))
            continue
        new += sum(1 for entry in row.entries if _is_new(old, entry))
        changes += _of_row(old, row, columns)
    gone = {row.student for row in after.archived} & earlier.keys()
    now = {name: row.student for row in after.rows for name in row.earlier_names}
    for name in sorted(gone):
        cause = instructor_gradebook.IS_NOW(now=now[name]) if name in now else instructor_gradebook.LEFT()
        changes.append(Change(student=name, exercise="", before=earlier[name].points, after=None, causes=(cause,)))
    when = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Run(when=when, command=command, exercises=exercises, new=new, changes=tuple(changes))


def keep_book(out: Path, after: Gradebook, run: Run) -> Path | None:
    """Write the gradebook with its history. Return the copy of a history that could not be read, if there was one.

    A run that changed nothing leaves no mark in the history. Raises `OSError`.
    """
    file = out / BOOK
    backup = None
    if file.exists() and read_book(out) is None:
        backup = keep_backup(out, "unreadable-gradebook.json", file.read_bytes())
    runs = (*read_runs(out), run) if run.new or run.changes else read_runs(out)
    write_json(file, msgspec.structs.replace(after, runs=runs))
    return backup


def _entries(row: Row | None) -> dict[str, Entry]:
    return {} if row is None else {entry.exercise: entry for entry in row.entries}


def _is_new(old: Row | None, entry: Entry) -> bool:
    """Say whether something was handed in where there was nothing before. A decision about nothing is a change."""
    before = _entries(old).get(entry.exercise)
    return entry.raw is not None and (before is None or before.is_empty)


def _of_columns(before: Gradebook, after: Gradebook) -> Iterator[Change]:
    earlier = {column.exercise: column for column in before.columns}
    for column in after.columns:
        old = earlier.get(column.exercise)
        if old is None:
            continue
        causes: list[Sentence] = []
        if _weight(old) != _weight(column):
            causes.append(instructor_gradebook.WEIGHT_CHANGED(before=_weight(old), after=_weight(column)))
        if old.max_points != column.max_points:
            points = {"before": points_text(old.max_points), "after": points_text(column.max_points)}
            causes.append(instructor_gradebook.MAXIMUM_CHANGED(**points))
        if causes:
            yield Change(
                student="",
                exercise=column.exercise,
                before=old.max_points,
                after=column.max_points,
                causes=tuple(causes),
            )


def _weight(column: Column) -> str:
    return f"{column.weight:g}{' +' if column.extra_credit else ''}"


def _of_row(old: Row | None, row: Row, columns: dict[str, Column]) -> Iterator[Change]:
    earlier = _entries(old)
    for entry in row.entries:
        before = earlier.get(entry.exercise)
        if before is None or before.is_empty:
            if entry.raw is None and entry.reasons:
                causes = tuple(_decisions((), entry.reasons))
                yield Change(
                    student=row.student, exercise=entry.exercise, before=None, after=entry.points, causes=causes
                )
            continue  # new, and counted as such
        if (before.points, before.excused) != (entry.points, entry.excused):
            yield Change(
                student=row.student,
                exercise=entry.exercise,
                before=before.points,
                after=entry.points,
                causes=tuple(_causes(before, entry, columns[entry.exercise])),
            )
    if old is not None and old.reasons != row.reasons:
        causes = tuple(_decisions(old.reasons, row.reasons))
        yield Change(student=row.student, exercise="", before=old.points, after=row.points, causes=causes)


def _causes(before: Entry, after: Entry, column: Column) -> Iterator[Sentence]:
    """Yield why the points of an entry changed: its status, its checks, then what was decided."""
    if before.status != after.status:
        yield instructor_gradebook.STATUS_CHANGED(
            before=before.status.replace("_", " "), after=after.status.replace("_", " ")
        )
    elif before.raw != after.raw:
        for task, checks in column.checks.items():
            known = set(checks)
            passing = [check for check in checks if check in (set(before.missed) - set(after.missed)) & known]
            failing = [check for check in checks if check in (set(after.missed) - set(before.missed)) & known]
            if passing:
                yield _checks(instructor_gradebook.CHECKS_PASS, task, passing)
            if failing:
                yield _checks(instructor_gradebook.CHECKS_FAIL, task, failing)
    yield from _decisions(before.reasons, after.reasons)


def _checks(template: Template, task: str, checks: list[str]) -> Sentence:
    named = ", ".join(checks[:_NAMED]) + (", …" if len(checks) > _NAMED else "")
    return template(task=task, checks=named, count=len(checks))


def _decisions(before: tuple[Reason, ...], after: tuple[Reason, ...]) -> Iterator[Sentence]:
    """Yield what is decided that was not before, and the other way round. The change of points does not matter."""
    old, new = ({(reason.text, reason.words) for reason in reasons} for reasons in (before, after))
    for reason in after:
        if (reason.text, reason.words) not in old:
            yield _said(instructor_gradebook.NOW_DECIDED, reason)
    for reason in before:
        if (reason.text, reason.words) not in new:
            yield _said(instructor_gradebook.NOT_DECIDED, reason)


def _said(template: Template, reason: Reason) -> Sentence:
    return template(text=reason.text, words=verbatim(reason.words))
