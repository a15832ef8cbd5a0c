"""Commands for instructors: `grade`, `show`, `doctor`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.shared import (
    Course,
    HideExpected,
    Jobs,
    TrustSubmissions,
    WholeTasks,
    catalog,
    console,
    exercise_ids,
    one_line_errors,
    relaxed_sandbox,
    say,
    say_error,
    shown,
    worker_count,
)
from grader.sentences import instructor
from grader.sentences.languages import render


class InputsOption(str, Enum):
    """What the inputs of checks depend on."""

    by_content = "by-content"
    fixed = "fixed"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(help=shown(instructor.HELP_GRADE))(grade)
    app.command(help=shown(instructor.HELP_SHOW))(show)
    app.command(help=shown(instructor.HELP_DOCTOR))(doctor)


def grade(
    submissions: Annotated[Path, typer.Argument(help=shown(instructor.HELP_GRADE_SUBMISSIONS), metavar="SUBMISSIONS")],
    out: Annotated[Path, typer.Option("--out", help=shown(instructor.HELP_GRADE_OUT), metavar="OUT")],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help=shown(instructor.HELP_GRADE_EXERCISE), metavar="ID")
    ] = None,
    jobs: Jobs = None,
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
) -> None:
    """Grade SUBMISSIONS/<student>/<exercise>.py or .ipynb and write OUT/<student>/report.json and OUT/class.json."""
    with one_line_errors():
        from grader.cli.progress import grading_progress
        from grader.grading.pipeline import grade_class
        from grader.grading.settings import Settings
        from grader.reports import class_table
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
        with grading_progress(console(stderr=True)) as progress:
            report = grade_class(
                known,
                submissions,
                out,
                exercises=exercises,
                jobs=worker_count(jobs),
                settings=settings,
                progress=progress,
            )
        screen = console()
        screen.print(class_table(report))
        screen.print()
        say(instructor.REPORTS(out=str(out)))


def show(
    report: Annotated[Path, typer.Argument(help=shown(instructor.HELP_SHOW_REPORT))],
) -> None:
    """Show one student's feedback in the terminal."""
    with one_line_errors():
        from grader.reports import load_report, student_feedback

        console().print(student_feedback(load_report(report)))


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
