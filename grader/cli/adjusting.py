"""Commands that decide about points: `grader adjust …`. Each adds to adjustments.toml and says what that changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import DryRun, number, one_line_errors, say, say_note, shown
from grader.sentences import instructor_adjusting as texts
from grader.sentences.instructor_gradebook import UNREADABLE_BOOK, WHOLE_CLASS

if TYPE_CHECKING:
    from grader.gradebook import Gradebook, Row
    from grader.gradebook.decisions import Adjustments, Decision
    from grader.roster import Roster

Out = Annotated[Path, typer.Argument(help=shown(texts.HELP_OUT), metavar="OUT")]
Student = Annotated[str, typer.Argument(help=shown(texts.HELP_STUDENT), metavar="STUDENT")]
Exercise = Annotated[str, typer.Argument(help=shown(texts.HELP_EXERCISE), metavar="EXERCISE")]
InExercise = Annotated[str, typer.Option("--exercise", help=shown(texts.HELP_IN_EXERCISE), metavar="ID")]
Why = Annotated[str, typer.Option("--reason", help=shown(texts.HELP_REASON), metavar="TEXT")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    inner = typer.Typer(
        help=shown(texts.HELP),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        suggest_commands=False,
    )
    for command, text in (
        (show, texts.HELP_SHOW),
        (override, texts.HELP_OVERRIDE),
        (comment, texts.HELP_COMMENT),
        (excuse, texts.HELP_EXCUSE),
        (extend, texts.HELP_EXTEND),
        (extra, texts.HELP_EXTRA),
        (check, texts.HELP_CHECK),
        (exercise, texts.HELP_RULE),
        (withdraw, texts.HELP_WITHDRAW),
        (rename, texts.HELP_RENAME),
    ):
        # -1 is a number of points, not an option
        settings = {"ignore_unknown_options": True} if command is extra else {}
        inner.command(help=shown(text), context_settings=settings)(command)
    app.add_typer(inner, name="adjust")


def override(
    out: Out,
    student: Student,
    exercise: Exercise,
    points: Annotated[float, typer.Argument(parser=number, help=shown(texts.HELP_POINTS), metavar="POINTS")],
    reason: Why,
    task: Annotated[str, typer.Option("--task", help=shown(texts.HELP_TASK), metavar="NAME")] = "",
    dry_run: DryRun = False,
) -> None:
    """Give other points for an exercise or a task."""
    with one_line_errors():
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import Override

        _decide(
            out,
            decision(Override, student=student, exercise=exercise, task=task, points=points, reason=reason),
            dry_run=dry_run,
        )


def comment(
    out: Out,
    student: Student,
    text: Annotated[str, typer.Argument(help=shown(texts.HELP_TEXT), metavar="TEXT")],
    exercise: InExercise = "",
    dry_run: DryRun = False,
) -> None:
    """Write a remark for a student."""
    with one_line_errors():
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import Comment

        _decide(out, decision(Comment, student=student, exercise=exercise, text=text), dry_run=dry_run)


def excuse(out: Out, student: Student, exercise: InExercise = "", reason: Why = "", dry_run: DryRun = False) -> None:
    """Let an exercise, or all, not count for a student."""
    with one_line_errors():
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import Excused

        _decide(out, decision(Excused, student=student, exercise=exercise, reason=reason), dry_run=dry_run)


def extend(
    out: Out,
    student: Student,
    until: Annotated[str, typer.Option("--until", help=shown(texts.HELP_UNTIL), metavar="TIME")] = "",
    days: Annotated[
        float | None, typer.Option("--days", parser=number, help=shown(texts.HELP_DAYS), metavar="N")
    ] = None,
    exercise: InExercise = "",
    reason: Why = "",
    dry_run: DryRun = False,
) -> None:
    """Give a student more time."""
    with one_line_errors():
        from grader.gradebook import GradebookError
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import Extension

        if until and days is not None:
            raise GradebookError(texts.UNTIL_AND_DAYS())
        if not until and days is None:
            raise GradebookError(texts.NEITHER_UNTIL_NOR_DAYS())
        _decide(
            out,
            decision(Extension, student=student, exercise=exercise, until=until, days=days, reason=reason),
            dry_run=dry_run,
        )


def extra(
    out: Out,
    student: Student,
    points: Annotated[float, typer.Argument(parser=number, help=shown(texts.HELP_EXTRA_POINTS), metavar="POINTS")],
    reason: Why,
    exercise: InExercise = "",
    dry_run: DryRun = False,
) -> None:
    """Add points to an exercise or to the sum."""
    with one_line_errors():
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import Extra

        _decide(out, decision(Extra, student=student, exercise=exercise, points=points, reason=reason), dry_run=dry_run)


def check(
    out: Out,
    exercise: Exercise,
    name: Annotated[str, typer.Argument(help=shown(texts.HELP_CHECK_NAME), metavar="CHECK")],
    reason: Why,
    give: Annotated[bool, typer.Option("--give/--drop", help=shown(texts.HELP_GIVE))] = False,
    dry_run: DryRun = False,
) -> None:
    """Drop a check for everybody, or give its points to everybody."""
    with one_line_errors():
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import CheckDecision

        action = "give" if give else "drop"
        _decide(
            out, decision(CheckDecision, exercise=exercise, check=name, action=action, reason=reason), dry_run=dry_run
        )


def exercise(
    out: Out,
    exercise: Exercise,
    due: Annotated[str, typer.Option("--due", help=shown(texts.HELP_DUE), metavar="TIME")] = "",
    weight: Annotated[
        float | None, typer.Option("--weight", parser=number, help=shown(texts.HELP_WEIGHT), metavar="N")
    ] = None,
    extra_credit: Annotated[
        bool | None, typer.Option("--extra-credit/--no-extra-credit", help=shown(texts.HELP_EXTRA_CREDIT))
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Say when an exercise is due, what it weighs, and whether it only adds points."""
    with one_line_errors():
        from grader.gradebook import GradebookError
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import ExerciseRule

        if not due and weight is None and extra_credit is None:
            raise GradebookError(texts.NO_RULE())
        _decide(
            out,
            decision(ExerciseRule, id=exercise, weight=weight, due=due, extra_credit=extra_credit),
            dry_run=dry_run,
        )


def withdraw(
    out: Out,
    students: Annotated[list[str] | None, typer.Argument(help=shown(texts.HELP_STUDENTS), metavar="STUDENT")] = None,
    not_on: Annotated[Path | None, typer.Option("--not-on", help=shown(texts.HELP_NOT_ON), metavar="ROSTER")] = None,
    reason: Why = "",
    dry_run: DryRun = False,
) -> None:
    """Archive people who left the course."""
    with one_line_errors():
        from grader.gradebook import GradebookError, read_gradebook
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import Withdrawn
        from grader.roster import read_roster

        names, doubtful = list(students or []), list[str]()
        if not_on is not None:
            known = read_roster(not_on)
            missing = {row.student for row in read_gradebook(out, known).rows if row.person is None}
            rows = [row for row in read_gradebook(out).rows if row.student in missing]
            doubtful = [row.student for row in rows if _may_be_on(known, row)]
            if doubtful:
                say_note(texts.MAY_BE_ON_ROSTER(count=len(doubtful), names=", ".join(doubtful)))
            names += [row.student for row in rows if row.student not in doubtful]
            if not names and not doubtful:
                say(texts.ALL_ON_ROSTER(roster=str(not_on)))
                return
        if not names and doubtful:
            return
        if not names:
            raise GradebookError(texts.NOBODY_NAMED())
        _decide(out, *(decision(Withdrawn, student=name, reason=reason) for name in names), dry_run=dry_run)


def _may_be_on(roster: Roster, row: Row) -> bool:
    """Say whether a roster has somebody who could be the person of a row, without saying it for sure."""
    found = [roster.find_text(row.student), *([] if row.person is None else [roster.find(row.person)])]
    return any(match.candidates or match.person is not None for match in found)


def rename(
    out: Out,
    student: Student,
    now: Annotated[str, typer.Argument(help=shown(texts.HELP_NOW), metavar="NOW")],
    dry_run: DryRun = False,
) -> None:
    """Say that a student's folder has another name now."""
    with one_line_errors():
        from grader.gradebook.adjustments import decision
        from grader.gradebook.decisions import Renamed

        twice = _twice(_book(out), student, now)
        _decide(out, decision(Renamed, student=student, now=now), dry_run=dry_run)
        if twice:
            say_note(texts.TWICE(old=student, now=now, exercises=", ".join(twice)))


def _twice(book: Gradebook, *names: str) -> list[str]:
    """Return the exercises that each of these people handed in: perhaps they are several people."""
    from grader.gradebook.people import found_name

    rows = {row.student: row for row in book.rows}
    found = [rows[student] for name in names if (student := found_name(name, rows)) is not None]
    handed_in = [{entry.exercise for entry in row.entries if entry.raw is not None} for row in found]
    return sorted(set.intersection(*handed_in)) if len(found) == len(names) and len(set(map(id, found))) > 1 else []


def show(out: Out) -> None:
    """Show what counts other than the examiner said, and why."""
    with one_line_errors():
        from grader.cli.changes import show_problems, show_reasons, show_row
        from grader.gradebook.adjustments import lay_down_template

        book = _book(out)
        for column in book.columns:
            show_reasons(WHOLE_CLASS(exercise=column.exercise), column.reasons)
        for row in book.rows:
            show_row(row)
        now = {old: row.student for row in (*book.rows, *book.archived) for old in row.earlier_names}
        if archived := [row.student for row in book.archived if row.student not in now]:
            say(texts.ARCHIVED(count=len(archived), names=", ".join(archived)))
        for old, name in now.items():
            say(texts.RENAMED(old=old, now=name))
        show_problems(book)
        say(texts.FILE(path=str(lay_down_template(out))))


def _book(out: Path, adjustments: Adjustments | None = None) -> Gradebook:
    """Return the gradebook. Raises `GradebookError` if there is none."""
    from grader.gradebook import GradebookError, read_gradebook

    book = read_gradebook(out, adjustments=adjustments)
    if not book.rows and not book.archived:
        raise GradebookError(texts.NO_RESULTS(out=str(out)))
    return book


def _decide(out: Path, *decisions: Decision, dry_run: bool) -> None:
    """Add decisions to the file, and show what they change. Raises `GradebookError` if one would have no effect."""
    from grader.cli.changes import show_problems, show_run
    from grader.gradebook import GradebookError
    from grader.gradebook.adjustments import with_decisions, write_adjustments
    from grader.gradebook.deciding import without_effect
    from grader.gradebook.history import keep_book, read_book, run_of
    from grader.locking import locked

    _book(out)  # so that no lock is left where there is no gradebook
    with locked(out, "adjust"):
        before = _book(out)
        draft = with_decisions(out, decisions)
        problem = without_effect(_book(out, draft.new).problems)
        if problem is not None:
            raise GradebookError(texts.NO_EFFECT(problem=problem))
        after = _book(out, draft.whole)
        run = run_of(read_book(out) or before, after, "adjust")
        show_run(out, run, dry_run=dry_run)
        show_problems(after)
        if not dry_run:
            write_adjustments(out, draft.data)
            backup = keep_book(out, after, run)
            if backup is not None:
                say_note(UNREADABLE_BOOK(path=str(backup)))
