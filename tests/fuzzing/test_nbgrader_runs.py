"""Whole runs over mutated notebooks, in one process: `grader nbgrader autograde`, also with `--watch`, and `convert`.

Whatever a notebook has become, no run ends by it: its student has scores, and a page that nbgrader's commands can read,
and honest students beside it keep their points.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from demands import within
from mutations import CATALOG, ROOT, as_bytes, as_notebook, mutants
from nbgrader.api import Gradebook

from grader.catalog.cells import split_cells
from grader.grading.pool import WorkerPool
from grader.integrations.nbgrader import autograde as module
from grader.integrations.nbgrader.autograde import Outcome, autograde
from grader.integrations.nbgrader.watch import watch
from grader.submissions import Reader

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

Amount = Callable[[int, int], int]

EXERCISE = "04_indexing_and_inplace"
MOST = {f"check-{task.name}": task.points for task in CATALOG.get(EXERCISE).tasks}
BIN = Path(sys.executable).parent
BATCH = 200
RUN = 1200  # seconds of wall time for a batch: a mutant may run out of time at every task
ESSAY = "Why is it a view?"
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    float("nan"),
    1e999,
    "",
    "\ud800",
    "\0",
    "x = 1",
    "attachment:x",
    [],
    [None],
    ["x"],
    [[]],
    {},
    {"": None},
    {"a": {"b": []}},
    {"text/html": "<script>"},
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every position inside a value, as its container and its key."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def as_json(dice: random.Random, data: bytes) -> bytes:
    """Insert something unusual in a few places, delete a value, or copy it to another key."""
    book = json.loads(data)
    for _ in range(dice.randint(1, 6)):
        where = dice.choice(list(places(book)) or [(book, "cells")])
        holder, key = where
        match dice.randrange(5):
            case 0 if isinstance(holder, dict):
                holder.pop(key, None)
            case 1 if isinstance(holder, dict):
                names = (
                    "attachments",
                    "outputs",
                    "id",
                    "nbgrader",
                    "metadata",
                    "worksheets",
                    "level",
                    "input",
                    "grade_id",
                )
                holder[dice.choice(names)] = copy.deepcopy(dice.choice(ODD))
            case 2:
                holder[key] = copy.deepcopy(dice.choice(list(places(book)))[0])
            case _:
                holder[key] = copy.deepcopy(dice.choice(ODD))
    text = json.dumps(book)
    return text.encode(dice.choice(["utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig", "utf-16-le", "utf-32"]))


def mutated(dice: random.Random, data: bytes) -> bytes:
    """Return a damaged notebook."""
    match dice.randrange(6):
        case 0:
            return as_bytes(dice, data)
        case 1 | 2:
            return as_notebook(dice, data)
        case _:
            return as_json(dice, data)


def run(folder: Path, *command: object) -> None:
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "JUPYTER_CONFIG_DIR": str(folder)}
    done = subprocess.run(
        [*map(str, command)], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def laid_down(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with an essay and a released assignment."""
    course = tmp_path_factory.mktemp("fuzzed") / "course"
    run(ROOT, "grader", "release", "--format", "nbgrader", "--exercise", "04", "--out", course)
    source = course / "source" / EXERCISE / f"{EXERCISE}.ipynb"
    nb = nbformat.read(source, as_version=4)
    essay = {"grade_id": "essay", "grade": True, "solution": True, "locked": False, "points": 3, "schema_version": 3}
    nb.cells.append(nbformat.v4.new_markdown_cell(ESSAY, metadata={"nbgrader": {**essay, "task": False}}))
    nbformat.write(nb, source)
    run(course, "nbgrader", "generate_assignment", EXERCISE)
    return course


def blank(course: Path) -> bytes:
    """Return the released notebook."""
    return (course / "release" / EXERCISE / f"{EXERCISE}.ipynb").read_bytes()


def solved(course: Path) -> bytes:
    """Return the notebook with right answers and an essay."""
    cells = split_cells(CATALOG.solution(EXERCISE).read_text(encoding="utf-8"), origin="")[1]
    answers = {str(c.metadata["task"]): c.text for c in cells if c.kind == "code" and "task" in c.metadata}
    book = json.loads(blank(course))
    for cell in book["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = {**answers, "essay": "Because."}.get(name, cell["source"])
    return json.dumps(book).encode()


def hand_in(folder: Path, student: str, data: bytes) -> None:
    """Move a submission into a folder of submissions in one step."""
    aside = folder.with_name("aside") / student
    (aside / EXERCISE).mkdir(parents=True)
    (aside / EXERCISE / f"{EXERCISE}.ipynb").write_bytes(data)
    folder.mkdir(exist_ok=True)
    aside.rename(folder / student)


def fuzzed(course: Path, first: int, count: int) -> dict[str, bytes]:
    """Return the submissions of many students: every tenth is honest, every fourth of the others is empty."""
    found = {}
    for number in range(first, first + count):
        dice = random.Random(number)
        if number % 10 == 0:
            found[f"honest-{number}"] = solved(course)
        elif number % 4 == 1:
            found[f"empty-{number}"] = as_notebook(dice, blank(course), cells_only=True)
        else:
            found[f"mutant-{number}"] = mutated(dice, solved(course))
    return found


def grade(course: Path, reader: Reader, workers: WorkerPool, *, warm: bool = False) -> Outcome:
    return autograde(
        CATALOG,
        course,
        EXERCISE,
        seed="fuzz",
        reader=reader,
        workers=workers,
        warm=warm,
        progress=lambda done, total, last: None,
    )


def require_scores(course: Path, students: set[str], ran: Counter[str]) -> None:
    """Assert that everybody has a score for every cell, and a page; the honest all points, who wrote nothing none."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        found = {s.student.id: s.notebooks[0].grades for s in book.assignment_submissions(EXERCISE)}
        assert found.keys() == students
        for student, grades in found.items():
            scores = {grade.name: grade.auto_score for grade in grades}
            checks = {name: score for name, score in scores.items() if name != "essay"}
            assert scores.keys() == {*MOST, "essay"}, student
            assert all(0 <= score <= MOST[name] for name, score in checks.items()), (student, scores)
            assert scores["essay"] in (None, 0.0)
            ran["of these with points"] += sum(checks.values()) > 0
            ran["of these with an essay to read"] += scores["essay"] is None
            if student.startswith("honest"):
                assert (checks, scores["essay"]) == (MOST, None), student
            if student.startswith("empty"):
                assert set(checks.values()) == {0.0}, student
    for student in students:
        path = course / "autograded" / student / EXERCISE / f"{EXERCISE}.ipynb"
        nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)
        nbformat.validate(nb)
        names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]
        assert all(names.count(name) == 1 for name in (*MOST, "essay")), student


def test_autograde_ends_by_no_notebook(laid_down: Path, tmp_path: Path, amount: Amount, ran: Counter[str]) -> None:
    """Every student has a score and no problem of the kit, and nbgrader makes feedback from the pages."""
    total = amount(50, 2000)
    with Reader() as reader, WorkerPool(2) as workers:
        for first in range(0, total, BATCH):
            course = Path(shutil.copytree(laid_down, tmp_path / f"course-{first}"))
            class_ = fuzzed(course, first, min(BATCH, total - first))
            for student, data in class_.items():
                hand_in(course / "submitted", student, data)
            with within(RUN):
                outcome = grade(course, reader, workers)
            assert outcome.problems == () and set(outcome.graded) == class_.keys()
            require_scores(course, set(class_), ran)
            ran["mutated notebooks autograded"] += len(class_)
            if first == 0 and total > BATCH:  # one page takes nbgrader longer than its submission took
                run(course, "nbgrader", "generate_feedback", EXERCISE)
                assert len(list(course.glob("feedback/*/*/*.html"))) == len(class_)
            shutil.rmtree(course)


class _EverybodyIsGraded(Exception):
    """Ends the watch."""


def test_watch_ends_by_no_notebook(laid_down: Path, tmp_path: Path, amount: Amount, ran: Counter[str]) -> None:
    """The same holds with `--watch`, when students hand in a few at a time."""
    total = amount(50, 2000)
    course = Path(shutil.copytree(laid_down, tmp_path / "course"))
    waiting = list(fuzzed(course, 10_000, total).items())
    students, graded = {student for student, _ in waiting}, set()
    few = max(total // 10, 1)
    with Reader() as reader, WorkerPool(2) as workers:

        def grade_what_came() -> bool:
            try:
                outcome = grade(course, reader, workers, warm=True)
            except module.NothingSubmitted:
                outcome = None
            if outcome is not None:
                assert outcome.problems == ()
                graded.update(outcome.graded)
            if graded == students:
                raise _EverybodyIsGraded
            if outcome is None or outcome.graded:
                for _ in range(min(few, len(waiting))):
                    hand_in(course / "submitted", *waiting.pop())
            return True

        with within(RUN * max(total // BATCH, 1)), pytest.raises(_EverybodyIsGraded):
            watch(course, EXERCISE, grade_what_came)
    require_scores(course, students, ran)
    ran["mutated notebooks graded as they came"] += len(students)


def test_convert_ends_by_no_file(laid_down: Path, tmp_path: Path, amount: Amount, ran: Counter[str]) -> None:
    """Each file is converted, or one line says why not; the script has all definitions of the notebook's cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # typer's own, about click
        from typer.testing import CliRunner

        from grader.cli import app

    total = amount(50, 2000)
    files = [(mutant.file.suffix, mutant.data) for mutant in mutants(total // 2)]
    files += [(".ipynb", mutated(random.Random(number), solved(laid_down))) for number in range(total - len(files))]
    for number, (suffix, data) in enumerate(files):
        source, target = tmp_path / f"a{suffix}", tmp_path / f"b{'.ipynb' if suffix == '.py' else '.py'}"
        source.write_bytes(data)
        target.unlink(missing_ok=True)
        with within(60):
            done = CliRunner().invoke(app, ["convert", str(source), str(target)])
        ran[f"mutated files converted ({suffix})" if target.exists() else "mutated files not converted"] += 1
        if done.exit_code == 0:
            assert defined(data) <= defined(target.read_bytes()) or suffix == ".py", number
        else:
            assert done.exit_code == 2 and isinstance(done.exception, SystemExit), (number, done.exception)
            assert done.stderr.startswith("grader: Cannot convert ") and done.stderr.count("\n") == 1, number
            assert not target.exists()


def defined(data: bytes) -> set[str]:
    """Return the names of the functions that code cells define, or that a script defines."""
    try:
        book = json.loads(data)
        texts = [
            "".join(cell["source"])
            for cell in book["cells"]
            if isinstance(cell, dict) and cell.get("cell_type") == "code"
            if isinstance(cell.get("source"), str | list) and all(isinstance(line, str) for line in cell["source"])
        ]
    except (ValueError, LookupError, TypeError, RecursionError):
        texts = [data.decode("utf-8", "replace")]
    return set(re.findall(r"^(?:def|class) (\w+)", "\n".join(texts), re.MULTILINE))
