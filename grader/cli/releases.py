"""Commands that turn exercises into what others use: `release` and `convert`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.shared import CourseOption, catalog, chosen, console, errors_told, say_error

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
    """What a release is for."""

    nbgrader = "nbgrader"
    student = "student"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(release)
    app.command()(convert)


def release(
    out: Annotated[Path, typer.Option("--out", help="A folder or, for students, a .zip file.", metavar="OUT")],
    format: Annotated[Format, typer.Option("--format", help="For whom.")],
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help="Release only this exercise; may be repeated.", metavar="ID")
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", help="For nbgrader: the course's seed, to draw inputs from.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Lay down an nbgrader course, or the bundle that students get: stubs, notebooks, public checks, hints."""
    with errors_told():
        import secrets

        import msgspec

        from grader.catalog import nbgrader_sources, student_bundle
        from grader.integrations.nbgrader import NAME, Course, read_course
        from grader.reports.files import write_folder, write_zip
        from grader.version import __version__

        known = catalog(course)
        exercises = chosen(known, exercise or [])
        zipped = out.suffix.lower() == ".zip"
        if format is Format.student:
            files = student_bundle(known, exercises, version=__version__)
            if not zipped and out.exists() and (not out.is_dir() or any(out.iterdir())):
                say_error(f"Cannot release to {str(out)!r}: it is there and not empty. Give a new folder.")
                raise typer.Exit(2)
        else:
            if zipped:
                say_error("Cannot release a course for nbgrader as a .zip: nbgrader works in a folder. Give a folder.")
                raise typer.Exit(2)
            files = nbgrader_sources(known, exercises)
            own = [found for path, text in files.items() if (found := _own_cells(out / path, text))]
            if own:
                say_error(
                    f"Cannot release to {str(out)!r}: it would remove cells of yours, {', '.join(own)}. "
                    "Move that notebook away, release, and add your cells to the new one."
                )
                raise typer.Exit(2)
            before = read_course(out)
            kept = before.seed if before else ""
            laid = Course(catalog=str(known.root), seed=seed or kept or secrets.token_hex(16))
            if kept not in ("", laid.seed):
                say_error(f"The seed was {kept}: what has been handed in will be graded again, on other inputs.")
            files[NAME] = msgspec.json.encode(laid).decode() + "\n"
            if not (out / "nbgrader_config.py").exists():  # an instructor's own stays as it is
                files["nbgrader_config.py"] = _CONFIG
        (write_zip if zipped else write_folder)(out, files)
        count = f"{len(exercises)} exercise{'s' if len(exercises) > 1 else ''}"
        console().print(f"{count}, {len(files)} files: {out}", soft_wrap=True)
        if format is Format.nbgrader:
            console().print(f"Next: cd {out} && nbgrader generate_assignment {exercises[0]}", soft_wrap=True)


def _own_cells(path: Path, new: str) -> str:
    """Name the cells of a course's notebook that are an instructor's own, "" if a release would lose none."""
    from grader.catalog import own_cells

    try:
        found = own_cells(path.read_text(encoding="utf-8"), new)
    except FileNotFoundError:
        return ""
    except ValueError:
        return f"all of {path.name}, which is not a notebook any more"
    return f"{', '.join(found)} in {path.name}" if found else ""


def convert(
    source: Annotated[Path, typer.Argument(help="A script or a notebook.", metavar="SOURCE")],
    target: Annotated[Path, typer.Argument(help="Where the other goes: .ipynb or .py.", metavar="TARGET")],
) -> None:
    """Turn a script into a notebook, or a notebook into a script; nothing of the student's code is lost."""
    with errors_told():
        from grader.catalog import CatalogError, build_notebook, convert_notebook
        from grader.reports.files import write_text
        from grader.submissions import NOTEBOOK_LIMIT, SCRIPT_LIMIT, Unreadable, decode_script, printable, read_bytes

        suffixes = {source.suffix.lower(), target.suffix.lower()}
        if suffixes != {".py", ".ipynb"}:
            say_error(f"Cannot convert {source.name} to {target.name}: one must end in .py, the other in .ipynb.")
            raise typer.Exit(2)
        if target.exists():
            say_error(f"Cannot convert to {str(target)!r}: it is there already. Remove it, or give another name.")
            raise typer.Exit(2)
        name = printable(source.name)
        try:
            if source.suffix.lower() == ".py":
                text, notes = decode_script(read_bytes(source.resolve(), limit=SCRIPT_LIMIT), name=name)
                written = build_notebook(text)
            else:
                written, notes = convert_notebook(read_bytes(source.resolve(), limit=NOTEBOOK_LIMIT), name=name)
        except (ValueError, Unreadable) as error:
            raise CatalogError(f"Cannot convert {str(source)!r}: {str(error).rstrip('.')}.") from None
        write_text(target, written)
        for note in notes:
            say_error(note)
