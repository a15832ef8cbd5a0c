"""Commands for instructors: `grade`, `show`, `doctor`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.shared import (
    CourseOption,
    HideExpected,
    catalog,
    chosen,
    console,
    errors_told,
    relaxed_sandbox,
    say_error,
    worker_count,
)


class InputsOption(str, Enum):
    """What the inputs of checks depend on."""

    by_content = "by-content"
    fixed = "fixed"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(grade)
    app.command()(show)
    app.command()(doctor)


def grade(
    submissions: Annotated[Path, typer.Argument(help="The folder with one folder per student.", metavar="SUBMISSIONS")],
    out: Annotated[Path, typer.Option("--out", help="Where the reports go.", metavar="OUT")],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help="Grade only this exercise; may be repeated.", metavar="ID")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="How many to grade side by side; one per core if left out.")
    ] = None,
    seed: Annotated[
        str,
        typer.Option(
            "--seed", help="The seed to draw inputs from; if left out, the one kept in OUT, at first a random one."
        ),
    ] = "",
    inputs: Annotated[
        InputsOption,
        typer.Option("--inputs", help="fixed: the same for everybody, to compare versions, never for marks."),
    ] = InputsOption.by_content,
    hide_expected: HideExpected = False,
    course: CourseOption = None,
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help="Grade even where the sandbox lacks layers it should have.")
    ] = False,
) -> None:
    """Grade SUBMISSIONS/<student>/<exercise>.py or .ipynb and write OUT/<student>/report.json and OUT/class.json."""
    with errors_told():
        from grader.cli.progress import grading_progress
        from grader.grading.pipeline import grade_class
        from grader.grading.settings import Settings
        from grader.reports import class_table
        from grader.reports.store import kept_seed

        known = catalog(course)
        exercises = chosen(known, exercise or [])
        settings = Settings(
            root=str(known.root),
            exercises=exercises,
            course_seed=seed,
            inputs="fixed" if inputs is InputsOption.fixed else "by_content",
            relaxed_sandbox=relaxed_sandbox(trust_submissions),
            hide_expected=hide_expected,
        )
        before = kept_seed(out)
        if settings.inputs == "by_content" and seed and before not in ("", seed.strip()):
            say_error(f"{str(out)!r} was graded with another seed: everything is graded again, on other inputs.")
        screen = console()
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
        screen.print(class_table(report))
        screen.print(f"\nReports: {out}", soft_wrap=True)


def show(
    report: Annotated[Path, typer.Argument(help="A student's report.json, or the folder that holds it.")],
) -> None:
    """Show one student's feedback in the terminal."""
    with errors_told():
        from grader.reports import load_report, student_feedback

        console().print(student_feedback(load_report(report)))


def doctor() -> None:
    """Say which layers of the sandbox are active on this machine, and how to enable the others."""
    with errors_told():
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        from grader.sandbox import LAYERS, MINIMA, Host, active_layers, confined_enough

        active = active_layers()
        screen = console()
        table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
        for heading in ("layer", "", "what it protects"):
            table.add_column(heading)
        for layer in LAYERS:
            held = layer.name in active
            without = f"{layer.protects}\nWithout it: {layer.lost}\n{layer.cure}"
            table.add_row(layer.name, "active" if held else "missing", layer.protects if held else without)
        screen.print(table)
        screen.print("\nAlways: an empty environment, no open files but the channel, on Linux no new privileges.")
        if confined_enough(active):
            screen.print("Other people's submissions can be graded here.")
        else:
            ways = " or ".join(
                ", ".join(layer.name for layer in LAYERS if layer.name in way) for way in MINIMA[Host.SHARED]
            )
            screen.print(
                f"Other people's submissions cannot be graded here (your own can: grader check).\nNeeded: {ways}."
            )
            raise typer.Exit(1)
