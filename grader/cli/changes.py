"""Shows what a command changed in a gradebook, and what it could not use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.shared import console, say, say_note, show
from grader.gradebook import Change, Gradebook, Reason, Row, Run
from grader.gradebook.history import BOOK
from grader.gradebook.points import points_text
from grader.records import ClassReport, ClassRow
from grader.sentences import Sentence, instructor, instructor_adjusting, instructor_gradebook
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.grading.pipeline import ClassRun

_SHOWN = 20  # changes
_NAMED = 5  # people


def show_run(out: Path, run: Run, *, dry_run: bool) -> None:
    """Print what changed: who, from what to what, and why."""
    screen = console()
    heading = instructor_gradebook.WOULD_CHANGE_HEADING if dry_run else instructor_gradebook.CHANGED_HEADING
    screen.print(render(heading()), style="bold")
    if run.new:
        say(instructor_gradebook.NEW_RESULTS(count=run.new))
    if not run.changes and not run.new:
        say(instructor_gradebook.NOTHING_CHANGED())
    for change in run.changes[:_SHOWN]:
        _show_change(change)
    more = len(run.changes) - _SHOWN
    if more > 0 and dry_run:
        say(instructor_gradebook.MORE_CHANGES_DRY(count=more))
    elif more > 0:
        say(instructor_gradebook.MORE_CHANGES(count=more, path=str(out / BOOK)))


def _show_change(change: Change) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from grader.reports.terminal import plain

    if not change.student:
        who: Sentence | str = instructor_gradebook.WHOLE_CLASS(exercise=change.exercise)
    elif change.exercise:
        who = f"{change.student}, {change.exercise}"
    else:
        who = instructor_gradebook.WHOLE_SUM(student=change.student)
    before, after = ("–" if value is None else points_text(value) for value in (change.before, change.after))
    screen = console()
    screen.print(Text(plain(instructor_gradebook.CHANGE(who=who, before=before, after=after))))
    for cause in change.causes:
        show(Padding(Text(plain(cause).strip()), (0, 0, 0, 4), expand=False))


def show_row(row: Row) -> None:
    """Print which points of a person are not those of the examiner, with the reasons, and the comments."""
    for entry in row.entries:
        own = tuple(reason for reason in entry.reasons if reason.kind not in ("check_dropped", "check_given"))
        before, after = ("–" if value is None else points_text(value) for value in (entry.raw, entry.points))
        who = f"{row.student}, {entry.exercise}"
        show_reasons(instructor_gradebook.CHANGE(who=who, before=before, after=after), own, entry.comments)
    whole = instructor_adjusting.SUM(student=row.student, points=points_text(row.points))
    show_reasons(whole, row.reasons, row.comments)


def show_reasons(heading: Sentence, reasons: tuple[Reason, ...], comments: tuple[str, ...] = ()) -> None:
    """Print reasons and comments below a heading, if there are any."""
    from rich.padding import Padding
    from rich.text import Text

    from grader.reports.terminal import plain

    lines = [plain(reason.text) + (f" {plain(reason.words)}" if reason.words else "") for reason in reasons]
    lines += [plain(instructor_adjusting.COMMENT(text=text)) for text in comments]
    screen = console()
    if lines:
        screen.print(Text(plain(heading)))
    for line in lines:
        show(Padding(Text(line), (0, 0, 0, 4), expand=False))


def show_notes(run: ClassRun, out: Path, *, asked: bool) -> None:
    """Print which earlier results stay, who may have two rows, and what could not be read.

    `asked` says that exercises were named. Otherwise not all of them have to be handed in again.
    """
    stays = [f"{student} {exercise[:2]}" for student, exercises in run.kept.items() for exercise in exercises]
    if stays and asked:
        say_note(instructor_gradebook.KEPT_RESULTS(count=len(stays), names=few(stays)))
    if run.others:
        say_note(instructor_gradebook.OTHER_PEOPLE(count=len(run.others), names=few(run.others)))
    for old, now, name in _of_one_name(run):
        say_note(instructor_gradebook.SAME_NAME(old=old, now=now, name=name, out=str(out)))
    for path in run.set_aside:
        say_note(instructor_gradebook.SET_ASIDE(path=str(path)))


def _of_one_name(run: ClassRun) -> list[tuple[str, str, str]]:
    """Return who has earlier results and may be somebody of this run: both names, and how both are called.

    Where more than two have the name, a command would be a guess.
    """
    called: dict[str, list[ClassRow]] = {}
    for row in run.report.students:
        name = row.person.label if row.person is not None else row.student
        called.setdefault(name.casefold(), []).append(row)
    found = []
    for rows in called.values():
        old = [row.student for row in rows if row.student in run.others]
        now = [row for row in rows if row.student not in run.others]
        if len(old) == len(now) == 1:
            found.append((old[0], now[0].student, now[0].person.label if now[0].person is not None else now[0].student))
    return found


def show_problems(book: Gradebook) -> None:
    """Print which adjustments have no effect, and what else is odd."""
    for problem in book.problems:
        say_note(problem)


def show_unused(book: Gradebook) -> None:
    """Print how much of the sum is for exercises that nobody handed in."""
    handed_in = {entry.exercise for row in book.rows for entry in row.entries if entry.points is not None}
    unused = [c for c in book.columns if c.exercise not in handed_in and c.weight and not c.extra_credit]
    if unused and handed_in:
        lost = points_text(sum(column.max_points * column.weight for column in unused))
        most = points_text(book.max_points)
        say_note(instructor.NOBODY_HANDED_IN(count=len(unused), points=lost, most=most))


def few(names: Sequence[str]) -> str:
    """Return the first names of a list, with an ellipsis if there are more."""
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def counted(report: ClassReport, book: Gradebook) -> tuple[ClassReport, int]:
    """Return the class report with the points that count, and how many of them are not the examiner's."""
    from msgspec.structs import replace

    rows = tuple(_counted_row(row, book) for row in report.students)
    others = sum(entry.points != entry.raw for row in book.rows for entry in row.entries)
    others += sum(bool(row.reasons) for row in book.rows)
    return replace(report, students=rows, max_points=book.max_points), others


def _counted_row(row: ClassRow, book: Gradebook) -> ClassRow:
    """Return a row of the class table with the points that count. What is excused looks like what was not handed in."""
    from msgspec.structs import replace

    counts = next((one for one in book.rows if one.student == row.student), None)
    if counts is None:
        return row
    statuses = dict(row.statuses)
    for entry in counts.entries:
        if entry.excused:
            statuses[entry.exercise] = "not_submitted"
        elif entry.points != entry.raw:
            statuses[entry.exercise] = "graded"
    points = {entry.exercise: entry.points for entry in counts.entries}
    return replace(row, points=counts.points, exercises=row.exercises | points, statuses=statuses)
