"""Reads the graded code of a class from an output folder, and lays it down for other tools."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from grader.exports.sheets import harmless
from grader.gradebook import Gradebook, Row
from grader.reports.code import load_code
from grader.reports.store import report_folders
from grader.similarity.comparing import Work


def works_of(out: Path, book: Gradebook, exercises: Sequence[str], *, year: str = "") -> dict[str, list[Work]]:
    """Return the code of everybody in a gradebook, those who left included, by exercise.

    Raises `ReportError` for code that cannot be read.
    """
    found: defaultdict[str, list[Work]] = defaultdict(list)
    earlier = {name for row in book.rows for name in row.earlier_names}
    for row in (*book.rows, *(row for row in book.archived if row.student not in earlier)):
        for exercise in exercises:
            for folder in _folders(out, row):
                code = load_code(out / folder, exercise)
                if code is not None:
                    found[exercise].append(Work(row.student, folder, code.source, year))
                    break
    return {exercise: found[exercise] for exercise in exercises if exercise in found}


def _folders(out: Path, row: Row) -> list[str]:
    """Return the folders that may hold a person's code: the present one first."""
    names = [row.folder, *(report_folders(out, [name])[name].name for name in row.earlier_names)]
    return [name for name in dict.fromkeys(names) if name]


def files_for_tools(works: Mapping[str, Sequence[Work]], stubs: Mapping[str, str], book: Gradebook) -> dict[str, str]:
    """Return files for Dolos and JPlag, by their paths: for each exercise a folder with one program for each person.

    Beside the programs lies the `info.csv` that Dolos reads. The stubs lie in a folder of their own.
    """
    rows = {row.student: row for row in (*book.rows, *book.archived)}
    files: dict[str, str] = {}
    for exercise, found in works.items():
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(("filename", "full_name", "created_at"))
        names = report_folders(Path(), [work.student for work in found])
        for work in found:
            name = f"{names[work.student].name}.py"
            files[f"{exercise}/{name}"] = work.source
            row = rows[work.student]
            writer.writerow((name, harmless(row.name), _time(row, exercise)))
        files[f"{exercise}/info.csv"] = table.getvalue()
        if exercise in stubs:
            files[f"stubs/{exercise}.py"] = stubs[exercise]
    return files


def _time(row: Row, exercise: str) -> str:
    """Return when an exercise was handed in, as Dolos reads it, or ""."""
    entry = next((entry for entry in row.entries if entry.exercise == exercise), None)
    if entry is None or not entry.handed_in:
        return ""
    return datetime.fromisoformat(entry.handed_in).strftime("%Y-%m-%d %H:%M:%S %z")
