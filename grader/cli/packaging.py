"""Commands about packages for grading platforms: `package` makes one, and `run-package` is what runs in it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import Course, HideExpected, WholeTasks, catalog, exercise_ids, one_line_errors, say, shown
from grader.sentences import instructor_packages, verbatim

if TYPE_CHECKING:
    from grader.packages.outcome import Outcome
    from grader.packages.platforms import Platform


class PlatformOption(str, Enum):
    """The platforms."""

    gradescope = "gradescope"
    prairielearn = "prairielearn"
    docker = "docker"
    classroom50 = "classroom50"
    github_actions = "github-actions"


class VisibilityOption(str, Enum):
    """When students see hidden checks."""

    visible = "visible"
    hidden = "hidden"
    after_due_date = "after_due_date"
    after_published = "after_published"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(help=shown(instructor_packages.HELP_PACKAGE))(package)
    app.command("run-package", help=shown(instructor_packages.HELP_RUN))(run_package)


def package(
    platform: Annotated[PlatformOption, typer.Option("--for", help=shown(instructor_packages.HELP_FOR))],
    out: Annotated[Path, typer.Option("--out", help=shown(instructor_packages.HELP_OUT), metavar="OUT")],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help=shown(instructor_packages.HELP_EXERCISE), metavar="ID")
    ] = None,
    hidden_checks: Annotated[
        VisibilityOption, typer.Option("--hidden-checks", help=shown(instructor_packages.HELP_VISIBILITY))
    ] = VisibilityOption.visible,
    hide_expected: HideExpected = False,
    whole_tasks: WholeTasks = False,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help=shown(instructor_packages.HELP_SECONDS), min=1)
    ] = None,
    seed: Annotated[str, typer.Option("--seed", help=shown(instructor_packages.HELP_SEED))] = "",
    image: Annotated[str, typer.Option("--image", help=shown(instructor_packages.HELP_IMAGE), metavar="NAME")] = "",
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help=shown(instructor_packages.HELP_TRUST))
    ] = False,
    course: Course = None,
) -> None:
    """Write a package for a platform."""
    with one_line_errors():
        import secrets

        from grader.catalog import kit_wheel
        from grader.files import write_folder, write_zip
        from grader.packages.package import Package, PackageError
        from grader.packages.packing import README, contents_of
        from grader.packages.platforms import PLATFORMS

        chosen = PLATFORMS[platform.value]
        zipped = out.suffix.lower() == ".zip"
        if out.exists() and (not out.is_dir() or any(out.iterdir())) and not (zipped and out.is_file()):
            raise PackageError(instructor_packages.NOT_EMPTY(out=str(out)))
        if zipped and not chosen.is_uploaded:
            raise PackageError(instructor_packages.NO_ZIP(platform=chosen.name))
        if hidden_checks.value.startswith("after") and not chosen.knows_dates:
            raise PackageError(
                instructor_packages.OTHER_VISIBILITY(platform=chosen.name, visibility=hidden_checks.value)
            )
        limit = _time_limit(chosen, seconds)
        known = catalog(course)
        wheel = kit_wheel(known)
        told = Package(
            platform=chosen.name,
            kit=wheel.version,
            exercises=exercise_ids(known, exercise or []),
            seed=seed.strip() or secrets.token_hex(16),
            hidden=not chosen.is_public,
            visibility=hidden_checks.value,
            hide_expected=hide_expected,
            whole_tasks=whole_tasks,
            seconds=limit,
            trust_submissions=trust_submissions,
        )
        files = chosen.arrange(contents_of(known, told, wheel, image=image))
        if zipped:
            write_zip(out, files, folder=False)
        else:
            write_folder(out, files)
        say(
            instructor_packages.WRITTEN(platform=chosen.name, count=len(told.exercises), out=str(out)),
            instructor_packages.PUBLIC_ONLY() if chosen.is_public else instructor_packages.HOLDS_HIDDEN(),
            instructor_packages.README_NEXT(path=str(out / next(name for name in files if name.endswith(README)))),
        )


def _time_limit(platform: Platform, seconds: float | None) -> float:
    """Return the time limit of a run. Raises `PackageError` if the platform does not have it."""
    from grader.packages.package import PackageError
    from grader.packages.running import MARGIN

    limit = platform.seconds if seconds is None else seconds
    if limit > platform.most_seconds:
        said = instructor_packages.TOO_LONG
        raise PackageError(said(platform=platform.name, seconds=f"{limit:g}", most=f"{platform.most_seconds:g}"))
    if limit <= 2 * MARGIN:
        raise PackageError(instructor_packages.TOO_SHORT(seconds=f"{limit:g}", least=f"{2 * MARGIN + 1:g}"))
    return limit


def run_package(
    folder: Annotated[Path, typer.Argument(help=shown(instructor_packages.HELP_RUN_PACKAGE), metavar="PACKAGE")],
    submission: Annotated[
        Path | None,
        typer.Option("--submission", help=shown(instructor_packages.HELP_RUN_SUBMISSION), metavar="DIR"),
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help=shown(instructor_packages.HELP_RUN_RESULTS), metavar="DIR")
    ] = None,
) -> None:
    """Grade one submission as the package says, and write the platform's result."""
    with one_line_errors():
        import os

        from grader.files import write_bytes
        from grader.packages.package import read_package
        from grader.packages.platforms import PLATFORMS
        from grader.packages.running import close, run

        told = read_package(folder)
        platform = PLATFORMS[told.platform]
        place, target = submission or platform.submission, results or platform.results

        if told.hidden and submission is None:
            close(place)  # the platform's own folder; other files of the container are closed by the package's scripts
        own: set[str] = set()  # what is written into the submission itself

        def tell(outcome: Outcome) -> None:
            for name, data in platform.result(told, outcome, os.environ).items():
                write_bytes(target / name, data)
                if (inside := (target / name).resolve()).is_relative_to(place.resolve()):
                    own.add(inside.relative_to(place.resolve()).as_posix())

        student = platform.student(os.environ, place)
        outcome = run(told, folder.resolve(), place, student=student, tell=tell, own=own)
        _log(outcome)
        raise typer.Exit(platform.exit_code(outcome))


def _log(outcome: Outcome) -> None:
    """Print what staff should know of a run."""
    from grader.reports.terminal import points

    report = outcome.report
    layers = ", ".join(outcome.layers)
    say(
        instructor_packages.LOG_VERSIONS(versions=", ".join(f"{name} {v}" for name, v in outcome.versions.items())),
        instructor_packages.LOG_LAYERS(layers=verbatim(layers) if layers else instructor_packages.NONE_ACTIVE()),
        *outcome.staff,
        instructor_packages.LOG_DONE(
            state=outcome.state,
            points=points(report.points),
            most=points(report.max_points),
            seconds=f"{outcome.seconds:.1f}",
        ),
    )
