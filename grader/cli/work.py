"""Where a student works: which folder and file a command is about, and its grades."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.shared import console, say_note, say_work, shown, worker_count
from grader.sentences import Sentence, learner_commands
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.catalog import Catalog
    from grader.records import ExerciseReport


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a command is about: an exercise, one of its tasks or all, and the file that was named, if one was."""

    exercise: str
    task: str | None
    file: Path | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """A course, and the student's folder: `folder` holds `exercises/` or, if `flat`, the files themselves."""

    known: Catalog
    folder: Path
    flat: bool

    @property
    def place(self) -> Path:
        """The folder whose files are graded, unless an exercise is begun as a notebook alone."""
        return self.folder if self.flat else self.folder / "exercises"

    @property
    def held(self) -> Catalog:
        """The exercises that the student was given."""
        return self.known if self.flat else self.known.held_in(self.folder)

    def ids(self) -> tuple[str, ...]:
        """Return the exercises that the student has; in a folder with the files themselves, those that are there."""
        ids = tuple(exercise.id for exercise in self.held.exercises)
        return tuple(id for id in ids if self.known.own_files(id, self.place)) if self.flat else ids

    def target(self, which: str) -> Target:
        """Return what `EXERCISE[.TASK]`, `TASK`, `FILE` or `FILE.TASK` means. Raises `CatalogError`."""
        file, dot, task = which.rpartition(".")
        if Path(which).is_file():
            return Target(exercise=self.known.full_id(Path(which).name), task=None, file=Path(which))
        if dot and Path(file).is_file():
            id = self.known.full_id(Path(file).name)
            return Target(exercise=id, task=self.known.get(id).task(task).name, file=Path(file))
        exercise, found = self.known.find(which)
        return Target(exercise=exercise, task=found, file=None)

    def files(self, id: str) -> tuple[Path, ...]:
        """Return the exercise's files that are graded: those of `place`, or the notebook in `notebooks/`.

        That notebook counts if there is nothing else, or if it was begun and the script was not.
        """
        files = self.known.own_files(id, self.place)
        notebook = self.folder / "notebooks" / f"{id}.ipynb"
        if self.flat or not notebook.is_file():
            return files
        if not files or (self._has_only_stubs(id, files) and self._is_begun(id, notebook)):
            return (notebook,)
        return files

    def is_untouched(self, id: str, files: Sequence[Path]) -> bool:
        """Say whether the exercise's only file is a script as the student got it."""
        return len(files) == 1 and files[0].suffix == ".py" and file_text(files[0]) == self.known.text_of_stub(id)

    def _has_only_stubs(self, id: str, files: Sequence[Path]) -> bool:
        """Say whether the only file is a script in which no task is begun. Another release may have other texts."""
        if len(files) != 1 or files[0].suffix != ".py":
            return False
        text, stub = file_text(files[0]), self.known.text_of_stub(id)
        return text == stub or _same_tasks(text, stub, [task.name for task in self.known.get(id).tasks])

    def _is_begun(self, id: str, notebook: Path) -> bool:
        from grader.catalog import count_stubs

        return count_stubs(file_text(notebook)) < count_stubs(self.known.text_of_stub(id))

    def open_tasks(self, id: str, task: str) -> list[str]:
        """Return the tasks of an exercise whose stubs still are in its file, those after `task` first."""
        from grader.catalog import has_stub

        names = [one.name for one in self.known.get(id).tasks]
        at = names.index(task)
        texts = [file_text(path) for path in self.files(id)]
        return [name for name in (*names[at + 1 :], *names[:at]) if any(has_stub(text, name) for text in texts)]

    def where(self, id: str, task: str) -> Sentence:
        """Return the file in which a task is to be done, and its line in a script."""
        files = self.files(id)
        if not files:
            return learner_commands.IN_FILE(file=shown_path(self.place / f"{id}.py"))
        lines = file_text(files[0]).splitlines() if files[0].suffix == ".py" else []
        start = re.compile(rf"(?:async\s+)?(?:def|class)\s+{re.escape(task)}\b")
        found = [number for number, line in enumerate(lines, start=1) if start.match(line)]
        if not found:
            return learner_commands.IN_FILE(file=shown_path(files[0]))
        return learner_commands.IN_FILE_AT(file=shown_path(files[0]), line=found[-1])

    def graded(
        self,
        ids: Sequence[str],
        *,
        files: Mapping[str, tuple[Path, ...]] | None = None,
        tasks: tuple[str, ...] = (),
        device: str = "meta",
    ) -> dict[str, ExerciseReport]:
        """Grade exercises from these files, or from the student's own, and return the reports by id."""
        from grader.grading.pipeline import grade_own
        from grader.grading.settings import Settings
        from grader.installation import require_torch

        require_torch()
        settings = Settings(root=str(self.known.root), exercises=tuple(ids), relaxed_sandbox=True, device=device)
        files = {id: self.files(id) for id in ids} if files is None else files
        reports: dict[str, ExerciseReport] = {}
        with console(stderr=True).status(shown(learner_commands.CHECKING)) as screen:
            for report in grade_own(
                self.known, ids, files=files, tasks=tasks, settings=settings, kept=self.kept, jobs=worker_count(None)
            ):
                reports[report.id] = report
                screen.update(render(learner_commands.CHECKING_SOME(done=len(reports), count=len(ids))))
        return {id: reports[id] for id in ids}

    @property
    def kept(self) -> Path:
        """Where the commands remember results."""
        return self.folder / ".grader"


def _same_tasks(text: str, stub: str, names: Sequence[str]) -> bool:
    """Say whether all tasks are in a script as in the stub, apart from docstrings."""
    from grader.submissions import definitions

    there, given = definitions(text), definitions(stub)
    return set(names) <= given.keys() and all(there.get(name) == given[name] for name in names)


def find_work(course: Path | None) -> Work:
    """Return the course and the student's folder, and print both. Raises `CatalogError` if there is no such folder."""
    from grader.catalog import CatalogError, load_catalog

    known = load_catalog(course)
    here = Path.cwd()
    folder = known.work_folder(here)
    inside = folder == here or folder in here.parents
    flat = (here == folder / "notebooks" or not inside) and any(known.own_files(e.id, here) for e in known.exercises)
    if not (inside or flat) and known.is_installed:
        raise CatalogError(learner_commands.NO_WORK_HERE(folder=str(here)))
    work = Work(known=known, folder=here if flat else folder, flat=flat)
    say_work(known, work.place, here=inside or flat)
    _say_copies(work)
    _say_where_from(work)
    return work


def _say_where_from(work: Work) -> None:
    """Say if the folder is from another release than the kit, if there are two, and if the kit is there twice."""
    from grader.catalog import RELEASE
    from grader.installation import installed_version, problem_here

    problem = problem_here()
    if problem is not None:
        say_note(problem)
    released, installed = file_text(work.folder / RELEASE).strip(), installed_version()
    if work.known.is_installed and released not in ("", installed):
        say_note(learner_commands.OTHER_RELEASE(folder=released, installed=installed))
    second = _second_folder(work)
    if second is not None:
        say_note(learner_commands.SECOND_FOLDER(other=str(second)))


def _second_folder(work: Work) -> Path | None:
    """Return another folder with the same exercises: inside of this one, or beside it with a name like a copy's."""
    from grader.submissions import copied

    folder = work.folder
    try:
        beside = [path for path in folder.parent.iterdir() if copied(path.name, [folder.name])]
    except OSError:
        beside = []
    for other in (folder / folder.name, *sorted(beside)):
        if any((other / "exercises" / f"{exercise.id}.py").is_file() for exercise in work.known.exercises):
            return other
    return None


def _say_copies(work: Work) -> None:
    """Say which copies of files lie beside the exercises: they are not graded."""
    from grader.submissions import copies_in, printable

    ids = [exercise.id for exercise in work.known.exercises]
    folders = [work.place] if work.flat else [work.place, work.folder / "notebooks"]
    found = [shown_path(folder / name) for folder in folders for name in copies_in(folder, ids)]
    if found:
        names = ", ".join(f'"{printable(name)}"' for name in found[:3])
        say_note(learner_commands.COPIES(names=names + (", …" if len(found) > 3 else "")))


def shown_path(path: Path) -> str:
    """Return a path as short as possible: below the current folder without it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return os.fspath(path)


def file_text(path: Path) -> str:
    """Return a file's text, or "" if it cannot be read. Which file is graded is decided by it, and nothing else."""
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""
