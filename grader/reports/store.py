"""Stores reports as JSON files. Each file is written completely or not at all, and inside the output folder."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from grader.errors import KitError, did_you_mean
from grader.files import WRITING, distinct_names, write_bytes
from grader.records import REPORT_SCHEMA, ClassReport, Report
from grader.reports.report_1 import SCHEMA, read_report_1
from grader.sentences import Sentence, instructor

_LONGEST_WRITING = 60  # seconds
SEED = "course-seed.txt"  # in an output folder
SITE: Final = "site"  # in an output folder: the pages
_RESERVED = {"class.json", "gradebook.json", "similar.json", "adjustments.toml", SEED, SITE}  # beside students' folders


def report_folders(out: Path, students: Sequence[str], known: Mapping[str, Path] | None = None) -> dict[str, Path]:
    """Return a different folder under `out` for each student.

    Names that differ only in upper and lower case, or in characters that file names cannot have, get a number. `known`
    are the folders that hold reports already: a student keeps that folder, and nobody else gets it.
    """
    folders = {student: known[student] for student in students if student in known} if known else {}
    taken = {*_RESERVED, *(folder.name for folder in (known or {}).values())}
    new = [student for student in students if student not in folders]
    return folders | dict(zip(new, (out / name for name in distinct_names(new, taken)), strict=True))


def write_json(path: Path, record: msgspec.Struct, *, private: bool = False) -> None:
    """Write a record as indented JSON, atomically: a reader sees the old file or the new one.

    Only the owner can read a `private` file.
    """
    try:
        text = msgspec.json.encode(record)
    except UnicodeEncodeError:  # half of a character, which JSON cannot have
        text = msgspec.json.encode(_whole(msgspec.to_builtins(record)))
    write_bytes(path, msgspec.json.format(text, indent=2) + b"\n", private=private)


def _whole(value: object) -> object:
    """Return the value with a question mark for each lone surrogate, which is half of a character."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_whole(key): _whole(held) for key, held in value.items()}
        case list() | tuple():
            return [_whole(held) for held in value]
    return value


def kept_seed(folder: Path) -> str:
    """Return the course seed that an earlier run kept in a folder, or "" if there is none. Raises `ReportError`."""
    path = folder / SEED
    try:
        return path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(instructor.UNREADABLE_SEED(path=str(path), error=str(error))) from None


def keep_seed(folder: Path, seed: str = "") -> str:
    """Keep a course seed in a folder and return it: the given seed, the one that is kept there, or a random one.

    Only the owner may read the file, because the seed tells which inputs the checks draw. Raises `ReportError` and
    `OSError`.
    """
    kept = kept_seed(folder)
    seed = seed.strip() or kept or secrets.token_hex(16)
    if seed != kept:
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / SEED, f"{seed}\n".encode("utf-8", "surrogateescape"), private=True)
    return seed


def sweep(out: Path) -> None:
    """Remove the unfinished files of killed runs under `out`.

    New ones stay, because another run may be writing them.
    """
    for path in (path for depth in ("", "*/", "*/*/") for path in out.glob(f"{depth}{WRITING}*")):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _LONGEST_WRITING:
                path.unlink()


class ReportError(KitError):
    """A stored report cannot be read."""


_READERS: Final[dict[str, Callable[[bytes], Report]]] = {
    SCHEMA: read_report_1,
    REPORT_SCHEMA: msgspec.json.Decoder(Report).decode,
}


class _Form(msgspec.Struct, frozen=True):
    schema: str = ""


def load_report(path: Path) -> Report:
    """Read a report of this form or the one before. `path` is the file or the student's folder.

    Raises `ReportError`.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        data = file.read_bytes()
        form = msgspec.json.decode(data, type=_Form).schema
        if form not in _READERS:
            raise ReportError(instructor.OTHER_FORM(path=str(file), form=form, known=", ".join(_READERS)))
        return _READERS[form](data)
    except FileNotFoundError:
        raise ReportError(_no_report(path, file)) from None
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(instructor.UNREADABLE_REPORT(path=str(file), error=str(error))) from None


def _no_report(path: Path, file: Path) -> Sentence:
    """Return what to say about a report that is not there: whose there are."""
    out = path if path.is_dir() else path.parent
    names = sorted(report.parent.name for report in out.glob("*/report.json"))
    if path.is_dir() and names:
        return instructor.CLASS_FOLDER(path=str(path), example=str(path / names[0]))
    cure = instructor.GRADE_FIRST()
    if names:
        cure = did_you_mean(path.name, names, instructor.FOLDERS_ARE_IN(out=str(out)))
    return instructor.NO_REPORT(path=str(file), cure=cure)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of an output folder, by student, and their folders. `unreadable` are the errors of the others."""

    reports: dict[str, Report]
    folders: dict[str, Path]
    unreadable: dict[Path, ReportError]


def stored_reports(out: Path) -> Stored:
    """Read every student's report under `out`.

    If two folders hold a report of the same student, because somebody copied one, the one with the student's name
    counts.
    """
    reports: dict[str, Report] = {}
    folders: dict[str, Path] = {}
    unreadable: dict[Path, ReportError] = {}
    for file in sorted(out.glob("*/report.json")):
        folder = file.parent
        if folder.name.startswith("."):
            continue
        try:
            report = load_report(file)
        except ReportError as error:
            unreadable[file] = error
            continue
        if report.student not in reports or folder == report_folders(out, [report.student])[report.student]:
            reports[report.student], folders[report.student] = report, folder
    return Stored(reports=reports, folders=folders, unreadable=unreadable)


def load_class(out: Path) -> ClassReport | None:
    """Return the class report of an earlier run, or `None` if there is none that can be read."""
    try:
        return msgspec.json.decode((out / "class.json").read_bytes(), type=ClassReport)
    except (OSError, msgspec.DecodeError):
        return None


def load_class_report(out: Path) -> ClassReport:
    """Read the class report in an output folder. Raises `ReportError`."""
    path = out / "class.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=ClassReport)
    except (FileNotFoundError, NotADirectoryError):
        raise ReportError(instructor.NO_CLASS_REPORT(out=str(out))) from None
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(instructor.UNREADABLE_REPORT(path=str(path), error=str(error))) from None
