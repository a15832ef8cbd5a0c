"""Commands that make files for others out of exercises: `release` and `convert`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import (
    Course,
    catalog,
    console,
    exercise_ids,
    one_line_errors,
    say,
    say_error,
    shown,
    worker_count,
)
from grader.errors import KitError
from grader.sentences import Sentence, instructor, verbatim
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.catalog import Catalog

_CONFIG = """\
# The course's configuration; `nbgrader --help-all` lists what can stand here.
c = get_config()  # noqa: F821

# The line above it says what to write.
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
# Students' text may hold HTML: no script of theirs runs in feedback pages, nor in formgrader.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    name: f"grader.integrations.nbgrader.pages.{name}" for name in ("clean_html", "markdown2html")
}
# A first check in a kernel starts a process and loads PyTorch in it.
c.Execute.timeout = 120
"""


class Format(str, Enum):
    """The purpose of a release."""

    nbgrader = "nbgrader"
    student = "student"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(help=shown(instructor.HELP_RELEASE))(release)
    app.command(help=shown(instructor.HELP_CONVERT))(convert)


def release(
    out: Annotated[Path, typer.Option("--out", help=shown(instructor.HELP_RELEASE_OUT), metavar="OUT")],
    format: Annotated[Format, typer.Option("--format", help=shown(instructor.HELP_RELEASE_FORMAT))],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help=shown(instructor.HELP_RELEASE_EXERCISE), metavar="ID")
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", help=shown(instructor.HELP_RELEASE_SEED))] = None,
    wheelhouse: Annotated[
        Path | None, typer.Option("--wheelhouse", help=shown(instructor.HELP_RELEASE_WHEELHOUSE), metavar="DIR")
    ] = None,
    without_diagnoses: Annotated[
        bool, typer.Option("--without-diagnoses", help=shown(instructor.HELP_RELEASE_WITHOUT_DIAGNOSES))
    ] = False,
    course: Course = None,
) -> None:
    """Write an nbgrader course, or the bundle for students: the kit's wheel, stubs, notebooks, checks and hints."""
    with one_line_errors():
        import secrets

        import msgspec

        from grader.catalog import kit_wheel, nbgrader_sources, student_bundle, wheels_in
        from grader.files import write_folder, write_zip
        from grader.integrations.nbgrader import NAME, read_course
        from grader.integrations.nbgrader import Course as NbgraderCourse

        known = catalog(course)
        exercises = exercise_ids(known, exercise or [])
        files: dict[str, str | bytes | Path]
        zipped = out.suffix.lower() == ".zip"
        if format is Format.student:
            found = wheels_in(wheelhouse) if wheelhouse else ()
            if not zipped and out.exists() and (not out.is_dir() or any(out.iterdir())):
                say_error(instructor.FOLDER_NOT_EMPTY(out=str(out)))
                raise typer.Exit(2)
            diagnoses = {} if without_diagnoses else _recorded(known)
            files = student_bundle(known, exercises, wheel=kit_wheel(known, diagnoses), wheelhouse=found)
        else:
            if zipped:
                say_error(instructor.COURSE_AS_ZIP())
                raise typer.Exit(2)
            sources = nbgrader_sources(known, exercises)
            losses = [loss for path, text in sources.items() if (loss := _loss(out, out / path, text))]
            for loss in losses:
                say_error(loss)
            if losses:
                raise typer.Exit(2)
            before = read_course(out)
            kept = before.seed if before else ""
            laid = NbgraderCourse(
                catalog=str(known.root),
                seed=seed or kept or secrets.token_hex(16),
                whole_tasks=before is not None and before.whole_tasks,
            )
            if kept not in ("", laid.seed):
                say_error(instructor.SEED_WAS(seed=kept))
            files = dict(sources)
            files[NAME] = msgspec.json.encode(laid).decode() + "\n"
            if not (out / "nbgrader_config.py").exists():  # an instructor's own file is kept
                files["nbgrader_config.py"] = _CONFIG
        (write_zip if zipped else write_folder)(out, files)
        say(instructor.RELEASED(count=len(exercises), files=len(files), out=str(out)))
        if format is Format.nbgrader:
            say(instructor.NEXT_GENERATE(out=str(out), exercise=exercises[0]))


def _recorded(known: Catalog) -> dict[str, bytes]:
    """Return what naming mistakes needs, by exercise, for all exercises that the wheel holds."""
    from grader.recording import record_diagnoses

    found: dict[str, bytes] = {}
    count = len(known.exercises)
    with console(stderr=True).status(render(instructor.RECORDING(done=0, count=count))) as screen:
        for id, data in record_diagnoses(known, jobs=worker_count(None)):
            found[id] = data
            screen.update(render(instructor.RECORDING(done=len(found), count=count)))
    return found


def _loss(out: Path, path: Path, new: str) -> Sentence | None:
    """Say what a release would remove of an instructor's own work in a notebook, or return `None` if nothing."""
    from grader.catalog import own_cells

    try:
        found = own_cells(path.read_text(encoding="utf-8"), new)
    except FileNotFoundError:
        return None
    except ValueError:
        return instructor.NOTEBOOK_WOULD_GO(out=str(out), notebook=path.name)
    return instructor.CELLS_WOULD_GO(out=str(out), notebook=path.name, cells=", ".join(found)) if found else None


def convert(
    source: Annotated[Path, typer.Argument(help=shown(instructor.HELP_CONVERT_SOURCE), metavar="SOURCE")],
    target: Annotated[Path, typer.Argument(help=shown(instructor.HELP_CONVERT_TARGET), metavar="TARGET")],
) -> None:
    """Convert a script to a notebook, or a notebook to a script. All of the student's code is kept."""
    with one_line_errors():
        from grader.catalog import CatalogError, build_notebook, convert_notebook
        from grader.files import write_text
        from grader.submissions import NOTEBOOK_LIMIT, SCRIPT_LIMIT, decode_script, printable, read_bytes

        suffixes = {source.suffix.lower(), target.suffix.lower()}
        if suffixes != {".py", ".ipynb"}:
            say_error(instructor.OTHER_SUFFIXES(source=source.name, target=target.name))
            raise typer.Exit(2)
        if target.exists():
            say_error(instructor.TARGET_EXISTS(target=str(target)))
            raise typer.Exit(2)
        name = printable(source.name)
        try:
            if source.suffix.lower() == ".py":
                text, notes = decode_script(read_bytes(source.resolve(), limit=SCRIPT_LIMIT), name=name)
                written = build_notebook(text)
            else:
                written, notes = convert_notebook(read_bytes(source.resolve(), limit=NOTEBOOK_LIMIT), name=name)
        except (KitError, ValueError) as error:
            problem = error.sentence if isinstance(error, KitError) else verbatim(str(error))
            raise CatalogError(instructor.NOT_CONVERTED(source=str(source), problem=problem)) from None
        write_text(target, written)
        for note in notes:
            say_error(note)
