"""Commands for instructors: `grade`, `show`, `report`, `doctor`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.clusters import ClusterAddress, lanes
from grader.cli.collecting import LayoutName, RosterFile, roster_of, submissions_of
from grader.cli.shared import (
    Course,
    DryRun,
    HideExpected,
    Jobs,
    TrustSubmissions,
    WholeTasks,
    catalog,
    console,
    exercise_ids,
    one_line_errors,
    quoted,
    relaxed_sandbox,
    say,
    say_error,
    say_note,
    shown,
)
from grader.cli.shared import show as show_table
from grader.sentences import instructor, instructor_gradebook, instructor_pages
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.catalog import Catalog
    from grader.grading.settings import GradeAll, Settings
    from grader.roster import Roster


class InputsOption(str, Enum):
    """What the inputs of checks depend on."""

    by_content = "by-content"
    fixed = "fixed"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(help=shown(instructor.HELP_GRADE))(grade)
    app.command(help=shown(instructor.HELP_SHOW))(show)
    app.command(help=shown(instructor_pages.HELP_REPORT))(report)
    app.command(help=shown(instructor.HELP_DOCTOR))(doctor)


def grade(
    submissions: Annotated[
        list[Path], typer.Argument(help=shown(instructor.HELP_GRADE_SUBMISSIONS), metavar="SUBMISSIONS...")
    ],
    out: Annotated[Path, typer.Option("--out", help=shown(instructor.HELP_GRADE_OUT), metavar="OUT")],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help=shown(instructor.HELP_GRADE_EXERCISE), metavar="ID")
    ] = None,
    jobs: Jobs = None,
    cluster: ClusterAddress = None,
    seed: Annotated[
        str,
        typer.Option("--seed", help=shown(instructor.HELP_GRADE_SEED)),
    ] = "",
    inputs: Annotated[
        InputsOption,
        typer.Option("--inputs", help=shown(instructor.HELP_GRADE_INPUTS)),
    ] = InputsOption.by_content,
    hide_expected: HideExpected = False,
    whole_tasks: WholeTasks = False,
    course: Course = None,
    trust_submissions: TrustSubmissions = False,
    forget_missing: Annotated[
        bool, typer.Option("--forget-missing", help=shown(instructor_gradebook.HELP_FORGET_MISSING))
    ] = False,
    dry_run: DryRun = False,
    roster: RosterFile = None,
    layout: LayoutName = None,
) -> None:
    """Grade SUBMISSIONS/<student>/<exercise>.py or .ipynb and write OUT/<student>/report.json and OUT/class.json."""
    with one_line_errors():
        from grader.grading.settings import Settings
        from grader.locking import locked
        from grader.reports.store import kept_seed

        known = catalog(course)
        exercises = exercise_ids(known, exercise or [])
        settings = Settings(
            root=str(known.root),
            exercises=exercises,
            course_seed=seed,
            inputs="fixed" if inputs is InputsOption.fixed else "by_content",
            relaxed_sandbox=relaxed_sandbox(trust_submissions),
            hide_expected=hide_expected,
            whole_tasks=whole_tasks,
        )
        before = kept_seed(out)
        if settings.inputs == "by_content" and seed and before not in ("", seed.strip()):
            say_error(instructor.OTHER_SEED(out=str(out)))
        people = roster_of(roster)
        with locked(out, "grade"), lanes(cluster, jobs) as (number, grade_all):
            _grade(
                known,
                submissions_of(submissions, out, known, roster=people, layout=layout),
                out,
                roster=people,
                jobs=number,
                grade_all=grade_all,
                settings=settings,
                asked=bool(exercise),
                forget=forget_missing,
                dry_run=dry_run,
            )


def _grade(
    known: Catalog,
    submissions: Path,
    out: Path,
    *,
    roster: Roster | None,
    jobs: int,
    grade_all: GradeAll | None,
    settings: Settings,
    asked: bool,
    forget: bool,
    dry_run: bool,
) -> None:
    """Grade, and show the table and what changed. `asked` says that exercises were named."""
    from grader.cli.changes import counted, show_notes, show_problems, show_run, show_unused
    from grader.cli.progress import grading_progress
    from grader.gradebook import Gradebook, read_gradebook
    from grader.gradebook.adjustments import lay_down_template, read_adjustments
    from grader.gradebook.history import keep_book, read_book, run_of
    from grader.gradebook.people import current_names
    from grader.gradebook.reading import gradebook_of
    from grader.grading.pipeline import grade_class
    from grader.grading.settings import Graded
    from grader.reports import class_table
    from grader.reports.store import load_class

    adjustments = read_adjustments(out)
    renamed = current_names(adjustments.renamed)
    now = read_gradebook(out, adjustments=adjustments)
    # Without a class report no run has finished, so all results are shown as new.
    before = read_book(out) or (now if load_class(out) is not None else Gradebook(columns=(), rows=()))
    so_far = (0, 0)
    try:
        with grading_progress(console(stderr=True)) as progress:

            def tell(done: int, total: int, last: Graded) -> None:
                nonlocal so_far
                so_far = (done, total)
                progress(done, total, last)

            run = grade_class(
                known,
                submissions,
                out,
                exercises=settings.exercises,
                jobs=jobs,
                settings=settings,
                progress=tell,
                renamed=renamed,
                left={row.student for row in now.archived} - renamed.keys(),
                forget=forget,
                dry_run=dry_run,
                roster=roster,
                grade_all=grade_all,
            )
    except KeyboardInterrupt:
        done, total = so_far
        stopped = instructor_gradebook.STOPPED(done=done, total=total, out=str(out))
        say_error(stopped if done else instructor_gradebook.STOPPED_EARLY(out=str(out)))
        raise typer.Exit(130) from None
    after = gradebook_of(run.stored, adjustments, known=run.report, roster=roster)
    changes = run_of(before, after, "grade", settings.exercises)
    report, others = counted(run.report, after)
    screen = console()
    show_table(class_table(report))
    if others:
        screen.print()
        say(instructor_gradebook.ADJUSTED_POINTS(count=others))
    screen.print()
    show_run(out, changes, dry_run=dry_run)
    screen.print()
    show_problems(after)
    show_unused(after)
    known_ids = {one.id for one in known.exercises}
    gone = [one.exercise for one in after.columns if one.exercise not in known_ids and one.weight]
    if gone:
        say_note(instructor_gradebook.GONE_EXERCISES(exercises=", ".join(gone)))
    show_notes(run, out, asked=asked)
    if dry_run:
        say(instructor_gradebook.DRY_RUN())
        return
    lay_down_template(out)
    backup = keep_book(out, after, changes)
    if backup is not None:
        say_note(instructor_gradebook.UNREADABLE_BOOK(path=str(backup)))
    say(instructor.REPORTS(out=str(out)))
    if after.rows:
        say(
            instructor.READ_NEXT(report=quoted(out / after.rows[0].folder)),
            instructor.PAGES_NEXT(out=quoted(out)),
        )


def show(
    report: Annotated[Path, typer.Argument(help=shown(instructor.HELP_SHOW_REPORT))],
) -> None:
    """Show one student's feedback in the terminal."""
    with one_line_errors():
        from grader.cli.changes import show_row
        from grader.gradebook import read_gradebook
        from grader.reports import load_report, student_feedback

        loaded = load_report(report)
        show_table(student_feedback(loaded))
        folder = report if report.is_dir() else report.parent
        book = read_gradebook(folder.parent)
        for row in (*book.rows, *book.archived):
            if row.student == loaded.student and row.folder == folder.name:
                show_row(row)


def report(
    out: Annotated[Path, typer.Argument(help=shown(instructor_pages.HELP_REPORT_OUT), metavar="OUT")],
    to: Annotated[Path | None, typer.Option("--to", help=shown(instructor_pages.HELP_REPORT_TO), metavar="DIR")] = None,
    hide_expected: Annotated[
        bool, typer.Option("--hide-expected", help=shown(instructor_pages.HELP_REPORT_HIDE))
    ] = False,
) -> None:
    """Write the pages of a class and of its students."""
    with one_line_errors():
        from grader.pages import write_sites
        from grader.reports.store import SITE

        written = write_sites(out, to or out / SITE, hide_expected=hide_expected)
        say(
            instructor_pages.WRITTEN_STAFF(path=str(written.staff / "index.html")),
            instructor_pages.WRITTEN_STUDENTS(count=written.number, path=str(written.students)),
        )


def doctor() -> None:
    """Say which layers of the sandbox are active on this machine, and how to enable the others."""
    with one_line_errors():
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        from grader.sandbox import LAYERS, MINIMA, Host, active_layers, backend, confined_enough

        portable = backend() == "portable"
        active = active_layers()
        screen = console()
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
        for heading in (shown(instructor.LAYER), "", shown(instructor.PROTECTS)):
            table.add_column(heading)
        for layer in LAYERS:
            if layer.name in active:
                table.add_row(layer.name, shown(instructor.ACTIVE), render(layer.protects))
            else:
                without = (layer.protects, instructor.WITHOUT(lost=layer.lost), *(() if portable else (layer.cure,)))
                table.add_row(layer.name, shown(instructor.MISSING), "\n".join(map(render, without)))
        screen.print(table)
        screen.print()
        if portable:
            say(instructor.PORTABLE())
            raise typer.Exit(1)
        say(instructor.ALWAYS())
        if confined_enough(active):
            say(instructor.ENOUGH())
        else:
            say(instructor.NOT_ENOUGH())
            for number, way in enumerate(MINIMA[Host.SHARED]):
                names = ", ".join(layer.name for layer in LAYERS if layer.name in way)
                say((instructor.OR_NEEDED if number else instructor.NEEDED)(layers=names))
            raise typer.Exit(1)
