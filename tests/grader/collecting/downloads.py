"""Builds downloads as people get them, and collects from them with a small course."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.collecting import Collection, Course, planned
from grader.roster import Person, Roster
from grader.submissions.looking import definitions, look_at

TASKS = {"07_autograd": ("derivative_at", "minimize"), "08_detach_and_inplace": ("snapshot", "exp_plus_one")}
STUBS = {
    exercise: "import torch\n\n\n"
    + "\n\n\n".join(f"def {task}(x):\n    # TODO: do it.\n    raise NotImplementedError\n" for task in tasks)
    for exercise, tasks in TASKS.items()
}
COURSE = Course(tasks=TASKS, given=lambda exercise: definitions(STUBS[exercise]))
Tree = Mapping[str, str | bytes]


def solved(exercise: str = "07_autograd", *, by: str = "ana") -> str:
    """Return an answer that differs between students."""
    return "\n\n\n".join(f"def {task}(x):\n    return x + {len(by)}  # {by}\n" for task in TASKS[exercise])


def notebook(source: str) -> str:
    """Return a notebook with one cell."""
    cell = source.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return f'{{"cells": [{{"cell_type": "code", "metadata": {{}}, "source": "{cell}"}}], "nbformat": 4}}'


def zipped(tree: Tree) -> bytes:
    """Return a zip with these files, in which names that end in .zip are archives themselves."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in grouped(tree).items():
            archive.writestr(path, content)
    return held.getvalue()


def grouped(tree: Tree) -> dict[str, str | bytes]:
    """Return a tree in which the files of each archive are put together into one file."""
    found: dict[str, str | bytes] = {}
    inner: dict[str, dict[str, str | bytes]] = {}
    for path, content in tree.items():
        before, ending, after = path.partition(".zip/")
        if ending:
            inner.setdefault(f"{before}.zip", {})[after] = content
        else:
            found[path] = content
    return found | {path: zipped(held) for path, held in inner.items()}


def written(folder: Path, tree: Tree) -> Path:
    """Write the files of a download into a folder, and return its path: that of the first part of all names."""
    for path, content in grouped(tree).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / next(iter(tree)).split("/")[0]


@contextmanager
def collection_of(*downloads: Path, roster: tuple[Person, ...] = (), layout: str | None = None) -> Iterator[Collection]:
    """Plan what to collect, without a process that looks at files."""
    people = Roster(people=roster) if roster else None
    with planned(
        downloads, COURSE, look=lambda data, name: look_at(data, name=name), roster=people, layout=layout
    ) as plan:
        yield plan


def taken(plan: Collection) -> dict[str, dict[str, str]]:
    """Return the original path of each collected file, by student and name."""
    people = plan.collected.people
    return {one.student: {f.file: f.handed_in.original for f in one.files} for one in people if one.files}


def exercises(plan: Collection) -> dict[str, list[str]]:
    """Return the names of the files that each student gets."""
    return {student: sorted(files) for student, files in taken(plan).items()}
