"""`grader nbgrader autograde` gives the same results as nbgrader's own command, apart from the feedback.

Here nbgrader grades without running code, which gives every check cell all its points. If every answer is right, the
kit must give the same, so gradebooks, folders and notebooks are compared.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import csv
import errno
import fcntl
import functools
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.catalog import Catalog, load_catalog
from grader.catalog.cells import split_cells
from grader.grading.pool import WorkerPool
from grader.integrations.nbgrader import CourseError, read_course, watch
from grader.integrations.nbgrader import autograde as module
from grader.integrations.nbgrader.autograde import Outcome, autograde
from grader.submissions import Anchor, Reader, SubmittedFile

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
EXERCISE = "04_indexing_and_inplace"
CHECKS = {"check-column_view": 5.0, "check-set_column_": 2.0, "check-rectify_": 2.0}  # the first is worth 2 to the kit
OWN = "own-test"
CATALOG = load_catalog(ROOT)

_CONFIG = """
c.LateSubmissionPlugin.penalty_method = "zero"
c.Autograde.exclude_overwriting = {"04_indexing_and_inplace": ["helper.py"]}
# As nbgrader has it, but for Execute.
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""
_POINTS = ("raw_score", "late_submission_penalty")  # beside `score`, which is what is left
_HALF = """
from nbgrader.plugins import BasePlugin


class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2
"""

Notebook = dict[str, Any]


def run(folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment without the user's settings."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "JUPYTER_CONFIG_DIR": str(folder)}
    return subprocess.run(
        [*map(str, command)], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def succeed(folder: Path, *command: object) -> None:
    done = run(folder, *command)
    assert done.returncode == 0, done.stderr


def grade(course: Path, *, catalog: Catalog = CATALOG, **options: Any) -> Outcome:
    """Grade in this process, with the function that the command calls."""
    known = read_course(course)
    assert known is not None
    settings = {"seed": known.seed, "relaxed_sandbox": True, "progress": lambda done, total, last: None, **options}
    with Reader() as reader:
        return autograde(catalog, course, EXERCISE, reader=reader, workers=WORKERS, **settings)


WORKERS = WorkerPool(1)  # its worker stays for the next test if that has the same settings


@pytest.fixture(scope="module", autouse=True)
def end_the_workers() -> Iterator[None]:
    """End the worker after the last test of this file."""
    yield
    WORKERS.close()


def answers() -> dict[str, str]:
    """Return a right answer for each task, and an essay."""
    cells = split_cells(CATALOG.solution(EXERCISE).read_text(encoding="utf-8"), origin="")[1]
    found = {str(c.metadata["task"]): c.text for c in cells if c.kind == "code" and "task" in c.metadata}
    return {**found, "essay": "Because a view has no numbers of its own."}


def notebook(course: Path, given: dict[str, str], name: str = EXERCISE) -> Notebook:
    """Return a released notebook that contains these answers."""
    nb: Notebook = json.loads((course / "release" / EXERCISE / f"{name}.ipynb").read_text(encoding="utf-8"))
    for cell in nb["cells"]:
        cell["source"] = given.get(grade_id(cell), cell["source"])
    return nb


def grade_id(cell: Any) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def cell_of(nb: Notebook, name: str) -> Any:
    return next(cell for cell in nb["cells"] if grade_id(cell) == name)


def hand_in(
    course: Path, student: str, nb: Notebook | str | None, *, time: str = "2026-03-01 12:00:00 UTC", **files: str
) -> Path:
    """Put a submission where nbgrader's collect would, in place of an earlier one; `files` are named as in Python."""
    folder = course / "submitted" / student / EXERCISE
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if nb is not None:
        text = nb if isinstance(nb, str) else json.dumps(nb)
        (folder / f"{EXERCISE}.ipynb").write_text(text, encoding="utf-8")
    for name, content in {"timestamp_txt": time, **files}.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return folder


def opened(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course}/gradebook.db")


def recorded(course: Path, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return everything that the gradebook holds about submissions, except the grades of some cells."""
    with opened(course) as book:
        return {
            submission.student.id: {
                "timestamp": submission.timestamp,
                "late": submission.total_seconds_late,
                "lost to lateness": submission.late_submission_penalty / (submission.score or 1),
                "needs a person": submission.needs_manual_grade,
                **{
                    f"{nb.name}/{grade.name}": (
                        grade.auto_score,
                        grade.manual_score,
                        grade.extra_credit,
                        grade.needs_manual_grade,
                        grade.failed_tests,
                    )
                    for nb in submission.notebooks
                    for grade in nb.grades
                    if grade.name not in without
                },
                **{
                    f"{nb.name}/{comment.name}/said": (comment.auto_comment, comment.manual_comment)
                    for nb in submission.notebooks
                    for comment in nb.comments
                },
            }
            for submission in book.assignment_submissions(EXERCISE)
        }


def scores(course: Path, student: str, name: str = EXERCISE) -> dict[str, float | None]:
    with opened(course) as book:
        return {g.name: g.auto_score for g in book.find_submission_notebook(name, EXERCISE, student).grades}


def laid_down(course: Path) -> dict[str, tuple[int, bytes]]:
    """Return the files in `autograded/` with their permissions and, except for notebooks, their content."""
    folder = course / "autograded"
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, b"" if path.suffix == ".ipynb" else path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def graded_notebook(course: Path, student: str, name: str = EXERCISE) -> Any:
    """Return a notebook for formgrader, and require that it is valid."""
    path = course / "autograded" / student / EXERCISE / f"{name}.ipynb"
    nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)
    nbformat.validate(nb)
    return nb


def managed(nb: Any) -> list[tuple[str, Any]]:
    """Return a notebook's cells as nbgrader's other commands see them: without outputs."""
    return [(cell.source, dict(cell.metadata.get("nbgrader", {})) or None) for cell in nb.cells]


def own_cells() -> list[Any]:
    base = {"schema_version": 3, "locked": False, "solution": False, "grade": False, "points": 3, "task": False}
    of = {
        "essay": {**base, "grade": True, "solution": True},
        "drawing": {**base, "task": True, "locked": True},
        OWN: {**base, "grade": True, "locked": True},
    }
    texts = {"essay": "Why is it a view?", "drawing": "Draw it below.", OWN: "assert True"}
    new = {OWN: nbformat.v4.new_code_cell}
    return [
        new.get(name, nbformat.v4.new_markdown_cell)(texts[name], metadata={"nbgrader": {**metadata, "grade_id": name}})
        for name, metadata in of.items()
    ]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a released assignment: the kit's exercise with the instructor's own cells and an essay."""
    course = tmp_path_factory.mktemp("released") / "course"
    succeed(ROOT, "grader", "release", "--format", "nbgrader", "--exercise", "04", "--out", course)
    source = course / "source" / EXERCISE
    nb = nbformat.read(source / f"{EXERCISE}.ipynb", as_version=4)
    cell_of(nb, "check-column_view").metadata.nbgrader.points = CHECKS["check-column_view"]
    nb.cells += own_cells()
    nbformat.write(nb, source / f"{EXERCISE}.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=own_cells()[:1], metadata=nb.metadata), source / "essay.ipynb")
    (source / "data.csv").write_text("1,2\n", encoding="utf-8")
    (source / "helper.py").write_text("theirs = False\n", encoding="utf-8")
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(_CONFIG)
    succeed(course, "nbgrader", "generate_assignment", EXERCISE)
    with opened(course) as book:
        book.update_or_create_assignment(EXERCISE, duedate="2026-03-01 13:00:00 UTC")
    return course


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """A copy of the released course."""
    return Path(shutil.copytree(released, tmp_path / "course"))


@pytest.fixture(scope="module")
def twins(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same course with the same submissions twice: graded by nbgrader, and by the kit."""
    course = Path(shutil.copytree(released, tmp_path_factory.mktemp("twins") / "nbgrader"))
    essay = json.dumps(notebook(course, {}, "essay"))
    right = notebook(course, answers())
    files = {"essay_ipynb": essay, "notes_txt": "mine", "data_csv": "forged", "helper_py": "theirs = True\n"}
    hand_in(course, "ana", right, **files)
    hand_in(course, "bruno", right, time="2026-03-01 15:00:00 UTC")  # late, and without the essay
    untouched = notebook(course, {})
    cell_of(untouched, "check-rectify_")["source"] = "print('edited')"
    cell_of(untouched, "check-rectify_")["metadata"]["nbgrader"]["points"] = 99
    cell_of(untouched, "essay")["cell_type"] = "raw"
    hand_in(course, "carla", untouched, essay_ipynb=essay)
    mixed = notebook(course, answers())
    tasks = [cell for cell in mixed["cells"] if grade_id(cell)]
    mixed["cells"] = [cell for cell in mixed["cells"] if not grade_id(cell)] + tasks[::-1]
    cell_of(mixed, "drawing")["source"] = "edited"
    hand_in(course, "davi", mixed)
    kits = Path(shutil.copytree(course, course.with_name("kit")))
    succeed(course, "nbgrader", "autograde", EXERCISE)
    done = run(kits, "grader", "nbgrader", "autograde", EXERCISE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "4 graded, 0 unchanged.",
        f"These tests are not the kit's; they are left for you to grade: {OWN}.",
        "No notebook is executed, so the preprocessors in c.Autograde.autograde_preprocessors were not run.",
    ]
    return course, kits


def test_the_gradebook_is_as_nbgrader_leaves_it(twins: tuple[Path, Path]) -> None:
    """Scores, comments, times, lateness and cells for manual grading equal nbgrader's, cell by cell."""
    theirs, kits = twins
    assert recorded(theirs, without=(OWN,)).keys() == {"ana", "bruno", "carla", "davi"}
    left, right = recorded(theirs, without=(OWN,)), recorded(kits, without=(OWN,))
    for cell in CHECKS:  # nbgrader has run nothing, so it gives an untouched notebook all points
        left["carla"].pop(f"{EXERCISE}/{cell}"), right["carla"].pop(f"{EXERCISE}/{cell}")
    assert right == left
    assert {cell: scores(kits, "ana")[cell] for cell in CHECKS} == CHECKS
    assert {scores(kits, "carla")[cell] for cell in CHECKS} == {0.0}


def test_a_code_test_that_is_not_the_kits_is_left(twins: tuple[Path, Path]) -> None:
    """The instructor's own tests do not run; such a cell has no score and waits for a person."""
    with opened(twins[1]) as book:
        grade = book.find_grade(OWN, EXERCISE, EXERCISE, "ana")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)


def test_the_folders_are_as_nbgrader_leaves_them(twins: tuple[Path, Path]) -> None:
    """The files and permissions equal nbgrader's: the course's files replace the student's, except excluded ones."""
    theirs, kits = map(laid_down, twins)
    assert kits == theirs
    assert kits[f"ana/{EXERCISE}/data.csv"][1] == b"1,2\n"
    assert kits[f"ana/{EXERCISE}/helper.py"][1] == b"theirs = True\n"


@pytest.mark.parametrize("student", ["ana", "bruno", "carla", "davi"])
def test_the_notebooks_are_as_nbgrader_leaves_them(twins: tuple[Path, Path], student: str) -> None:
    """Edited and moved cells equal nbgrader's; only the outputs are the kit's."""
    theirs, kits = (graded_notebook(course, student) for course in twins)
    assert managed(kits) == managed(theirs)
    for name, points in CHECKS.items():
        (output,) = cell_of(kits, name).outputs
        assert output.output_type == "execute_result" and "<" in output.data["text/html"]
        assert float(output.data["text/plain"]) == (0.0 if student == "carla" else points)


def test_what_comes_after_finds_the_same(twins: tuple[Path, Path]) -> None:
    """Formgrader lists the same graded students; feedback and export have the same points."""
    points = []
    others = []
    for course in twins:
        api = NbGraderAPI(CourseDirectory(config=Config({"CourseDirectory": {"root": str(course)}})))
        assert api.get_autograded_students(EXERCISE) == {"ana", "bruno", "carla", "davi"}
        succeed(course, "nbgrader", "generate_feedback", EXERCISE, "--student", "ana")
        succeed(course, "nbgrader", "export")
        with open(course / "grades.csv", encoding="utf-8", newline="") as table:
            rows = {row["student_id"]: row for row in csv.DictReader(table)}
        points.append({student: float(row.pop("score")) for student, row in rows.items()})
        others.append([{k: v for k, v in row.items() if k not in _POINTS} for row in rows.values()])
    page = (twins[1] / "feedback" / "ana" / EXERCISE / f"{EXERCISE}.html").read_text(encoding="utf-8")
    assert "Score: 5.0 / 5.0" in page and "✓" in page
    assert others[1] == others[0]
    # nbgrader counts the instructor's own test as passed by all, and, having run nothing, the untouched tasks too.
    assert points[0] == {"ana": 12.0, "bruno": 0.0, "carla": 12.0, "davi": 12.0}
    assert points[1] == {"ana": 9.0, "bruno": 0.0, "carla": 0.0, "davi": 9.0}


def test_a_resubmission_is_as_nbgrader_takes_it(twins: tuple[Path, Path], tmp_path: Path) -> None:
    """A person's entries stay and are marked for review; files that left the submission are removed."""
    both = [Path(shutil.copytree(course, tmp_path / course.name)) for course in twins]
    for course in both:
        with opened(course) as book:
            mine = book.find_grade("check-rectify_", EXERCISE, EXERCISE, "ana")
            mine.manual_score, mine.extra_credit, mine.needs_manual_grade = 1.5, 0.5, False
            essay = book.find_grade("essay", EXERCISE, EXERCISE, "ana")
            essay.manual_score, essay.needs_manual_grade = 3.0, False
            book.find_comment("rectify_", EXERCISE, EXERCISE, "ana").manual_comment = "Nearly."
            book.db.commit()
        again = notebook(course, {**answers(), "essay": "Changed my mind."})
        hand_in(course, "ana", again, time="2026-03-01 12:30:00 UTC")
    succeed(both[0], "nbgrader", "autograde", EXERCISE)
    outcome = grade(both[1])
    assert (outcome.graded, len(outcome.unchanged)) == (("ana",), 3)
    theirs, kits = (recorded(course, without=(OWN,))["ana"] for course in both)
    assert kits == theirs
    assert kits[f"{EXERCISE}/check-rectify_"] == (2.0, 1.5, 0.5, True, theirs[f"{EXERCISE}/check-rectify_"][4])
    assert laid_down(both[1]) == laid_down(both[0])
    assert not (both[1] / "autograded" / "ana" / EXERCISE / "notes.txt").exists()
    assert grade(both[1]).graded == ()


def test_only_what_has_changed_is_graded_again(twins: tuple[Path, Path], tmp_path: Path) -> None:
    """A second run does nothing; after a new time stamp or due date the submissions are graded again."""
    course = Path(shutil.copytree(twins[1], tmp_path / "course"))
    before = tree(course / "autograded")
    assert len(grade(course).unchanged) == 4
    assert tree(course / "autograded") == before
    stamp = course / "submitted" / "davi" / EXERCISE / "timestamp.txt"
    stamp.write_text("2026-03-01 12:59:00 UTC", encoding="utf-8")
    assert grade(course).graded == ("davi",)
    with opened(course) as book:
        assert book.find_submission(EXERCISE, "davi").timestamp == datetime(2026, 3, 1, 12, 59)
        book.update_or_create_assignment(EXERCISE, duedate="2026-04-01 13:00:00 UTC")
    assert len(grade(course).graded) == 4


def test_a_plugin_in_the_courses_folder_is_found(twins: tuple[Path, Path], tmp_path: Path) -> None:
    """The configured plugin decides the late penalty; an extension that is given later removes it."""
    course = Path(shutil.copytree(twins[1], tmp_path / "course"))
    (course / "late_half.py").write_text(_HALF, encoding="utf-8")
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("c.AssignLatePenalties.plugin_class = 'late_half.Half'\n")
    grade(course, student="bruno")
    with opened(course) as book:
        assert book.find_submission(EXERCISE, "bruno").late_submission_penalty == 4.5
        assert book.find_submission_notebook("essay", EXERCISE, "bruno").late_submission_penalty in (None, 0.0)
        book.grant_extension(EXERCISE, "bruno", hours=3)
    assert grade(course, student="bruno").graded == ("bruno",)
    with opened(course) as book:
        assert book.find_submission(EXERCISE, "bruno").late_submission_penalty == 0
    sys.modules.pop("late_half", None)


_HOOKS = """
import json, pathlib
def before(assignment, student, notebooks):
    for path in map(pathlib.Path, notebooks):
        path.write_text(path.read_text("utf-8").replace("torch.tensr", "torch.tensor"), "utf-8")
def after(assignment, student, notebooks):
    pathlib.Path(notebooks[0]).with_name("after.json").write_text(json.dumps([assignment, student, notebooks]), "utf-8")
    raise LookupError("no such list")
c.Autograde.pre_convert_hook = before
c.Autograde.post_convert_hook = after
"""


def test_hooks_are_called_as_nbgrader_calls_them(course: Path) -> None:
    """Hooks run before a submission is read and after it is written; a failing hook is reported and harms nothing."""
    _config(_HOOKS)(course)
    typo = {**answers(), "rectify_": answers()["rectify_"] + "\ntorch.tensr(1)"}
    folder = hand_in(course, "ana", notebook(course, typo))
    outcome = grade(course)
    assert outcome.graded == ("ana",)
    assert tuple(map(str, outcome.problems)) == (
        f"Your post_convert_hook failed in {str(folder)!r}: LookupError: no such list",
    )
    assert "torch.tensor(1)" in cell_of(graded_notebook(course, "ana"), "rectify_").source
    said = json.loads((folder / "after.json").read_text(encoding="utf-8"))
    assert said == [EXERCISE, "*", [str(folder / f"{EXERCISE}.ipynb")]]
    assert grade(course).unchanged == ("ana",)


def test_cells_added_after_submissions_came_in(twins: tuple[Path, Path], tmp_path: Path) -> None:
    """Submissions get missing entries, where nbgrader stops with MissingEntry; old scores stay."""
    course = Path(shutil.copytree(twins[1], tmp_path / "course"))
    with opened(course) as book:
        book.update_or_create_grade_cell("late-essay", EXERCISE, EXERCISE, max_score=3, cell_type="markdown")
        book.update_or_create_solution_cell("late-essay", EXERCISE, EXERCISE)
        book.update_or_create_source_cell(
            "late-essay", EXERCISE, EXERCISE, cell_type="markdown", source="And why?", locked=False
        )
    before = scores(course, "davi")
    assert grade(course, student="davi").graded == ("davi",)
    after = scores(course, "davi")
    assert after.keys() == {*before, "late-essay"} and {k: after[k] for k in before} == before
    assert any(grade_id(cell) == "late-essay" for cell in graded_notebook(course, "davi").cells)


# Unusual notebooks


def _without_metadata(nb: Notebook) -> None:
    nb["cells"][0].pop("metadata")


def _forged_metadata(nb: Notebook) -> None:
    cell_of(nb, "column_view")["metadata"]["nbgrader"]["schema_version"] = 99
    nb["cells"][2]["metadata"]["nbgrader"] = {**cell_of(nb, "essay")["metadata"]["nbgrader"], "grade_id": "unheard-of"}
    nb["cells"][1]["metadata"]["nbgrader"] = {"grade_id": ["no", "name"]}
    nb["cells"][0]["metadata"]["nbgrader"] = ["not", "a", "mapping"]


def _before_identifiers(nb: Notebook) -> None:
    nb["nbformat_minor"] = 2
    nb["cells"] = [cell for cell in nb["cells"] if not grade_id(cell).startswith("check-")]
    for cell in nb["cells"]:
        cell.pop("id", None)


def _doubled(nb: Notebook) -> None:
    """Copies of a cell: nbgrader's own command stops there, here the last counts, and an essay is not lost."""
    essay = {**cell_of(nb, "essay"), "id": "again", "source": "YOUR ANSWER HERE"}
    answer = {**cell_of(nb, "column_view"), "id": "first", "source": "def column_view(x, col):\n    return None\n"}
    nb["cells"] = [answer, {**cell_of(nb, "check-column_view"), "id": "check"}, *nb["cells"], essay]


def test_an_odd_notebook_keeps_its_answers(course: Path) -> None:
    """An odd notebook gets its code's points, and is shown as a valid notebook with answers and panels."""
    oddities = (_without_metadata, _forged_metadata, _before_identifiers, _doubled)
    for spoil in oddities:
        nb = notebook(course, answers())
        spoil(nb)
        hand_in(course, f"zoë [{spoil.__name__}] d'Ávila", nb)
    outcome = grade(course)
    assert len(outcome.graded) == len(oddities)
    for student in outcome.graded:
        assert scores(course, student)["essay"] is None, student
        assert {cell: scores(course, student)[cell] for cell in CHECKS} == CHECKS, student
        nb = graded_notebook(course, student)
        assert "return x[:, col]" in cell_of(nb, "column_view").source, student
        assert all(len(cell_of(nb, cell).outputs) == 1 for cell in CHECKS), student
        names = [name for name in map(grade_id, nb.cells) if name]
        assert len(names) == len(set(names)) == 9 and "unheard-of" not in names, student
    assert len(grade(course).unchanged) == len(oddities)


def test_an_old_notebook_has_partial_credit(course: Path) -> None:
    """A notebook of format 3 is read; a half-right task gets a part of its points and the kit's feedback."""
    half = {**answers(), "column_view": "def column_view(x, col):\n    return x[:, col].clone()\n"}
    old = nbformat.reads(json.dumps(notebook(course, half)), as_version=3)
    hand_in(course, "elisa", nbformat.v3.writes_json(old))
    grade(course)
    found = scores(course, "elisa")
    assert (found["check-rectify_"], found["check-set_column_"]) == (2.0, 2.0)
    assert 0.0 < (found["check-column_view"] or 0.0) < CHECKS["check-column_view"]
    (output,) = cell_of(graded_notebook(course, "elisa"), "check-column_view").outputs
    assert "expected:" in output.data["text/html"]


def test_what_cannot_be_read_has_a_sentence(course: Path) -> None:
    """An unreadable notebook gets 0 points, and a notebook for formgrader says what to correct."""
    hand_in(course, "fabio", "{ this is no notebook")
    grade(course)
    assert {scores(course, "fabio")[cell] for cell in CHECKS} == {0.0}
    nb = graded_notebook(course, "fabio")
    assert "is damaged" in nb.cells[0].source and "save it" in nb.cells[0].source
    assert all(len(cell_of(nb, cell).outputs) == 1 for cell in CHECKS)


def test_links_are_not_followed(course: Path) -> None:
    """A notebook that is a link shows nothing of its target and earns nothing."""
    folder = hand_in(course, "ana", notebook(course, answers()))
    linked = hand_in(course, "zoe", "")
    (linked / f"{EXERCISE}.ipynb").unlink()
    (linked / f"{EXERCISE}.ipynb").symlink_to(folder / f"{EXERCISE}.ipynb")
    (linked / "secret.txt").symlink_to("/etc/hostname")
    grade(course)
    assert {scores(course, "zoe")[cell] for cell in CHECKS} == {0.0}
    nb = graded_notebook(course, "zoe")
    assert "symbolic link" in nb.cells[0].source
    assert "return x[:, col]" not in cell_of(nb, "column_view").source
    assert not (course / "autograded" / "zoe" / EXERCISE / "secret.txt").exists()


def test_what_becomes_a_link_while_it_is_graded_is_not_followed(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a folder becomes a link to another student's during the run, nothing of theirs is read or shown."""
    folder = hand_in(course, "ana", notebook(course, answers()), notes_txt="ana's own")
    hand_in(course, "zoe", notebook(course, {}), notes_txt="zoe's own")
    found = module._found

    def exchanging(*arguments: Any) -> list[tuple[str, Path]]:
        listed = found(*arguments)
        (course / "submitted" / "zoe" / EXERCISE).rename(course / "moved")
        (course / "submitted" / "zoe" / EXERCISE).symlink_to(folder)
        return listed

    monkeypatch.setattr(module, "_found", exchanging)
    grade(course)
    assert {scores(course, "zoe")[cell] for cell in CHECKS} == {0.0}
    assert "symbolic link" in graded_notebook(course, "zoe").cells[0].source
    assert "return x[:, col]" not in cell_of(graded_notebook(course, "zoe"), "column_view").source
    assert not (course / "autograded" / "zoe" / EXERCISE / "notes.txt").exists()
    assert (course / "autograded" / "ana" / EXERCISE / "notes.txt").read_text() == "ana's own"


def test_a_folder_without_notebooks_is_on_record(course: Path) -> None:
    """A student without notebooks gets 0, formgrader lists them as graded, and a second run does nothing."""
    hand_in(course, "eva", None)
    assert grade(course).graded == ("eva",)
    assert set(scores(course, "eva").values()) == {0.0}
    assert grade(course).unchanged == ("eva",)


def test_other_files_are_copied_but_never_in_the_way(course: Path) -> None:
    """A pipe is left out; a folder gives way to a file of the course, and an old folder to a new file."""
    folder = hand_in(course, "gil", notebook(course, {}))
    os.mkfifo(folder / "pipe")
    (folder / "data.csv").mkdir()
    (folder / "data.csv" / "x.txt").write_text("in the way", encoding="utf-8")
    (folder / "figures").mkdir()
    (folder / "figures" / "a.txt").write_text("kept", encoding="utf-8")
    grade(course)
    place = course / "autograded" / "gil" / EXERCISE
    assert (place / "data.csv").read_text(encoding="utf-8") == "1,2\n"
    assert (place / "figures" / "a.txt").is_file() and not (place / "pipe").exists()
    folder = hand_in(course, "gil", notebook(course, {}), time="2026-03-01 12:01:00 UTC", figures="now a file")
    grade(course)
    assert (place / "figures").read_text(encoding="utf-8") == "now a file"


def test_a_notebook_of_another_name_is_named(course: Path) -> None:
    """A notebook with another name is not graded and is reported; the student's own entry is 0."""
    hand_in(course, "hugo", None, week4_ipynb=json.dumps(notebook(course, answers())))
    done = in_process(course)
    assert done.exit_code == 1
    assert "grader: hugo: week4.ipynb is no notebook of the assignment, and was not graded." in done.stderr
    assert set(scores(course, "hugo").values()) == {0.0}


# Damage by students and their tools


def _bytes(encoding: str) -> Callable[[Notebook], bytes]:
    return lambda nb: json.dumps(nb, ensure_ascii=False).encode(encoding)


def _with(**parts: Any) -> Callable[[Notebook], Notebook]:
    return lambda nb: {**nb, **parts}


def _without(key: str) -> Callable[[Notebook], Notebook]:
    return lambda nb: {name: value for name, value in nb.items() if name != key}


def _each_cell(**parts: Any) -> Callable[[Notebook], Notebook]:
    return lambda nb: {**nb, "cells": [{**cell, **parts} for cell in nb["cells"]]}


def _answer(**parts: Any) -> Callable[[Notebook], Notebook]:
    def spoil(nb: Notebook) -> Notebook:
        cell_of(nb, "column_view").update(parts)
        return nb

    return spoil


def _more(*cells: Notebook) -> Callable[[Notebook], Notebook]:
    return lambda nb: {**nb, "cells": [*cells, *nb["cells"]]}


def _text(source: str, **parts: Any) -> Notebook:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **parts}


def _moved_into(name: str, grade_id: str) -> Callable[[Notebook], Notebook]:
    """Put an answer into a copy of a check's cell, or of another assignment's cell, at the top."""

    def spoil(nb: Notebook) -> Notebook:
        answer, check = cell_of(nb, name), copy.deepcopy(cell_of(nb, f"check-{name}"))
        check["metadata"]["nbgrader"]["grade_id"] = grade_id
        check["source"], check["id"] = answer["source"], "copied"
        answer["source"] = f"{name} = {name}\n"
        imports = next(n for n, cell in enumerate(nb["cells"]) if "import torch" in "".join(cell["source"]))
        nb["cells"].insert(imports + 1, check)
        return nb

    return spoil


PICTURE = {"image/png": "iVBORw0KGgo="}
SPOILT: dict[str, Callable[[Notebook], Notebook | bytes]] = {
    "no minor": _without("nbformat_minor"),
    "no format": _without("nbformat"),
    "format 5": _with(nbformat=5),
    "format of words": _with(nbformat="four", nbformat_minor=[]),
    "metadata null": _with(metadata=None),
    "cells' metadata": lambda nb: {**nb, "cells": [{**c, "metadata": c["metadata"] or None} for c in nb["cells"]]},
    "outputs null": _each_cell(outputs=None, execution_count="x"),
    "attachments null": _each_cell(attachments=None),
    "attachments of code": _each_cell(attachments={"a.png": PICTURE}),
    "utf-16": _bytes("utf-16"),
    "utf-16 without a mark": _bytes("utf-16-le"),
    "utf-8 with a mark": _bytes("utf-8-sig"),
    "more cells": _more({"cell_type": "code"}, {"cell_type": "code", "source": None}, {"source": [1]}),
    "ids": _each_cell(id="not valid!"),
    "ids of numbers": _each_cell(id=7),
    "widgets": _with(metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"a": {"model": 1}}}}),
    "own kernel": _with(metadata={"kernelspec": {"name": 3}, "language_info": {"name": None, "pygments_lexer": []}}),
    "pictures": _more(
        _text("![x](attachment:gone.png) ![y](attachment:a%20b.png)", attachments={"a b.png": PICTURE, "c": None}),
        _text("![рис](attachment:рис.png)", attachments={"рис.png": PICTURE}),
    ),
    "halves": _more(_text("a\ud800b")),
    "tags": _more(_text("x", metadata={"tags": 3}), _text("y", metadata={"tags": [None], "name": 1})),
    "markdown": _answer(cell_type="markdown"),
    "raw": _answer(cell_type="raw"),
    "a copy of a check": _moved_into("column_view", "check-column_view"),
    "another assignment": _moved_into("column_view", "check-of-last-year"),
    "prompts": _answer(source=">>> def column_view(x, col):\n...     return x[:, col]\n"),
}


@pytest.fixture(scope="module")
def spoilt(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A class in which every notebook is solved and then damaged in its own way, graded in one run."""
    course = Path(shutil.copytree(released, tmp_path_factory.mktemp("spoilt") / "course"))
    for student, spoil in SPOILT.items():
        folder = hand_in(course, student, "")
        made = spoil(notebook(course, answers()))
        (folder / f"{EXERCISE}.ipynb").write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())
    hand_in(course, "a mark in the time", notebook(course, answers()), time="\ufeff2026-03-01 12:00:00 UTC")
    return course, grade(course)


def test_every_spoilt_notebook_has_its_points(spoilt: tuple[Path, Outcome]) -> None:
    """The code counts as in nbgrader's own command, and an answered essay waits for a person."""
    course, outcome = spoilt
    assert outcome.problems == () and set(outcome.graded) == {*SPOILT, "a mark in the time"}
    for student in outcome.graded:
        found = scores(course, student)
        assert ({cell: found[cell] for cell in CHECKS}, found["essay"]) == (CHECKS, None), student
    with opened(course) as book:
        assert book.find_submission(EXERCISE, "a mark in the time").timestamp == datetime(2026, 3, 1, 12)


@pytest.mark.parametrize("student", SPOILT)
def test_every_spoilt_notebook_is_shown_as_written(spoilt: tuple[Path, Outcome], student: str) -> None:
    """The copy shows what was graded: the answers and the essay."""
    nb = graded_notebook(spoilt[0], student)
    assert cell_of(nb, "essay").source == answers()["essay"]
    assert any("return x[:, col]" in cell.source for cell in nb.cells if cell.cell_type == "code")
    assert all(len(cell_of(nb, cell).outputs) == 1 for cell in CHECKS)


def test_feedback_is_made_of_every_spoilt_notebook(spoilt: tuple[Path, Outcome]) -> None:
    """nbgrader's own command makes feedback from all of them, even if the course does not clean pages."""
    course = spoilt[0]
    _config("c.HTMLExporter.sanitize_html = False\nc.HTMLExporter.filters = {}")(course)
    succeed(course, "nbgrader", "generate_feedback", EXERCISE)
    assert {path.parts[-3] for path in course.glob("feedback/*/*/*.html")} == {*SPOILT, "a mark in the time"}


def test_what_a_student_is_told_of_cells_that_were_changed(spoilt: tuple[Path, Outcome]) -> None:
    """An answer that was changed to text is read as code, and the panel says so."""
    (output,) = cell_of(graded_notebook(spoilt[0], "markdown"), "check-column_view").outputs
    assert "text cell" in output.data["text/html"] and "Make it a code cell again." in output.data["text/html"]


def test_an_edited_check_or_given_cell_is_told(course: Path) -> None:
    """Code in a check's own cell is lost, as in nbgrader, and a note says so."""
    nb = notebook(course, answers())
    cell_of(nb, "check-column_view")["source"] = answers()["column_view"]
    cell_of(nb, "column_view")["source"] = "pass"
    hand_in(course, "ana", nb)
    grade(course)
    assert scores(course, "ana")["check-column_view"] == 0
    (output,) = cell_of(graded_notebook(course, "ana"), "check-column_view").outputs
    assert "Write your code in a cell of its own." in output.data["text/html"]


# Problems of one student


def test_what_nobody_has_thought_of_concerns_one_student(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error concerns one submission: the others are graded, and a second run tries it again."""
    for student in ("ana", "bia", "caio"):
        hand_in(course, student, notebook(course, answers()))
    original = module.annotate

    def annotate(nb: Any, *arguments: Any, **options: Any) -> str:
        if cell_of(nb, "essay").source == "break":
            raise KeyError("never seen before")
        return original(nb, *arguments, **options)

    hand_in(course, "bia", notebook(course, {**answers(), "essay": "break"}))
    with monkeypatch.context() as patched:
        patched.setattr(module, "annotate", annotate)
        outcome = grade(course)
    assert outcome.graded == ("ana", "caio")
    assert tuple(map(str, outcome.problems)) == (
        "Cannot grade 'bia': KeyError: 'never seen before'. Look at what was handed in, then grade that student again.",
    )
    assert grade(course).graded == ("bia",)


def test_a_name_that_is_no_text(course: Path) -> None:
    """A folder whose name no gradebook can hold is reported, and the others are graded."""
    hand_in(course, "ana", notebook(course, answers()))
    hand_in(course, os.fsdecode(b"z\xff"), notebook(course, answers()))
    outcome = grade(course)
    assert outcome.graded == ("ana",)
    assert tuple(map(str, outcome.problems)) == (
        "Cannot grade 'z\ufffd': the folder's name is not UTF-8 text. Rename the folder.",
    )


NO_TIMES = ("2026-03-01 12:00:00 Nowhere", "2026-03-01 12:00:00 PST", "12:00 MEZ", "2026-13-01", "\x00", "9" * 400)


def test_a_time_in_no_zone(tmp_path: Path) -> None:
    """A time stamp with an unknown zone is reported and not read as another zone."""
    anchor = Anchor(tmp_path)
    for time in NO_TIMES:
        (tmp_path / "timestamp.txt").write_text(time, encoding="utf-8")
        stamp = SubmittedFile(root=tmp_path, anchor=anchor, parts=("timestamp.txt",))
        _, found, problem = module._handed_in_at(stamp)
        assert found is None and "timestamp.txt holds " in str(problem), time


# Scripts in text


HOSTILE = (
    "<script>window.PWNED = 1</script><img src=x onerror='window.PWNED = 2'><svg onload='window.PWNED = 3'></svg>"
    "<iframe srcdoc='<script>1</script>'></iframe><form action='x'><input autofocus onfocus='window.PWNED = 4'></form>"
    "<a href=' java\tscript:window.PWNED=5'>a</a> [b](javascript:alert(1)) [c](data:text/html;base64,PHNjcmlwdD4=) "
    "![d](attachment:d.svg) <style>* {display: none}</style><math><mtext></mtext></math><!-- <b -->"
    "<details open ontoggle=x()>"
    "<p style='position:fixed;top:0;background:url(javascript:1)'>MARK</p>"
)


class Live(HTMLParser):
    """Collects active content in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in (
            "script",
            "svg",
            "iframe",
            "form",
            "input",
            "style",
            "object",
            "embed",
            "base",
            "meta",
            "link",
            "math",
        ):
            self.found.append(tag)
        for name, value in attributes:
            plain = re.sub(r"[\s\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or plain.startswith(("javascript:", "vbscript:", "data:text")):
                self.found.append(f"{tag} {name}")
            if name == "style" and ("position" in plain or "url(" in plain):
                self.found.append(f"{tag} {name} {value}")


def test_no_script_of_a_students_runs_in_a_page(course: Path) -> None:
    """Scripts in students' text are shown as text; headings, code and the kit's panels look as always."""
    svg = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").decode()
    nb = notebook(course, {**answers(), "essay": f"# Heading\n\n`x < 1` and *this*\n\n{HOSTILE}"})
    nb["cells"] += [
        _text(HOSTILE, attachments={"d.svg": {"image/svg+xml": svg}}),
        {**_text(HOSTILE), "cell_type": "raw"},
    ]
    nb["cells"] += [{**_text(HOSTILE), "cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}}]
    cell_of(nb, "rectify_")["source"] = f"def rectify_(x):\n    raise ValueError({HOSTILE!r})\n"
    nb["metadata"] |= {"title": f"</title>{HOSTILE}", "widgets": {"x": f"</script>{HOSTILE}"}}
    hand_in(course, "eve", nb)
    hand_in(course, "ana", notebook(course, answers()))
    hand_in(course, "zoe", "{" + HOSTILE)
    assert not any("Scripts" in str(note) for note in grade(course).notes)
    succeed(course, "nbgrader", "generate_feedback", EXERCISE)
    pages = {
        student: (course / "feedback" / student / EXERCISE / f"{EXERCISE}.html").read_text("utf-8")
        for student in ("ana", "eve", "zoe")
    }
    own = Live(pages["ana"]).found
    assert Live(pages["eve"]).found == own == Live(pages["zoe"]).found
    assert 'id="Heading"' in pages["eve"] and "<code>x &lt; 1</code> and <em>this</em>" in pages["eve"]
    assert pages["eve"].count("MARK") >= 4
    assert re.search(r"border-radius:\s*6px", pages["eve"]) and "✓" in pages["eve"]


def test_a_course_of_before_is_told_of_live_scripts(course: Path) -> None:
    """An existing configuration stays unchanged; a note says that scripts could run."""
    hand_in(course, "ana", notebook(course, answers()))
    _config("c.HTMLExporter.sanitize_html = False")(course)
    assert any(
        str(note).startswith("Scripts in students' text can run in feedback pages") for note in grade(course).notes
    )


# Courses that cannot be graded


def in_process(course: Path, *arguments: str) -> Any:
    """Run the command in this Python process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # typer's own, about click
        from typer.testing import CliRunner

        from grader.cli import app

        return CliRunner().invoke(app, ["nbgrader", "autograde", EXERCISE, "--course", str(course), *arguments])


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _sql(statement: str) -> Callable[[Path], None]:
    def spoil(course: Path) -> None:
        database = sqlite3.connect(course / "gradebook.db")
        with database:
            database.executescript(statement)
        database.close()

    return spoil


def _config(line: str) -> Callable[[Path], None]:
    def spoil(course: Path) -> None:
        with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
            config.write(f"{line}\n")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda course: (course / "nbgrader_config.py").unlink(), "there is no nbgrader_config.py"),
        (lambda course: (course / "gradebook.db").unlink(), "Run `nbgrader generate_assignment`"),
        (_config("c.CourseDirectory.ignore = 5"), "Cannot use the configuration"),
        (_config("c.AssignLatePenalties.plugin_class = 'nowhere.Plugin'"), "Cannot use the configuration"),
        (_config("c = get_config("), "SyntaxError"),
        (_config("import nothing_of_this_name"), "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        (_sql("UPDATE alembic_version SET version_num = '724cde206c17'"), "run `nbgrader db upgrade`"),
        (_sql("DROP TABLE comment; DROP TABLE alembic_version"), "run `nbgrader db upgrade`"),
        (_sql("DROP TABLE alembic_version"), "run `python -m nbgrader.dbutil stamp head` in its folder."),
        (_sql("DELETE FROM alembic_version"), "nbgrader left it half-made, without its version"),
        (_sql("ALTER TABLE grade DROP COLUMN extra_credit"), "run `nbgrader db upgrade`"),
        (_sql("UPDATE assignment SET name = 'week4'"), "which knows week4. Was it renamed?"),
        (_sql("""UPDATE source_cell SET source = 'check("no_task")' WHERE locked"""), "no_task"),
        (_sql("UPDATE source_cell SET source = 'assert True' WHERE locked"), "Grade it with `nbgrader autograde`"),
        (lambda course: (course / "gradebook.db").write_bytes(b"this is no database" * 100), "not a database"),
        (lambda course: shutil.rmtree(course / "submitted"), "there are none at all"),
        (
            lambda course: (course / "submitted" / "ana" / EXERCISE).rename(course / "submitted" / "ana" / "week4"),
            "there are submissions for week4",
        ),
    ],
)
def test_bad_input_is_explained(course: Path, spoil: Callable[[Path], object], said: str) -> None:
    """One line on stderr names the cause and the solution, the exit code is 2, and the course is unchanged."""
    hand_in(course, "ana", notebook(course, {}))
    spoil(course)
    before = tree(course)
    done = in_process(course)
    assert done.exit_code == 2, done.output
    which, told = done.stderr.splitlines()
    assert which.startswith("Course: ") and told.startswith("grader: Cannot ") and said in told
    assert {name: data for name, data in tree(course).items() if name != ".grader/lock"} == before


def test_a_gradebook_that_nbgrader_left_half_made(course: Path, tmp_path: Path) -> None:
    """Without `alembic` on PATH nbgrader makes a gradebook without a version; the command's advice works."""
    gradebook, bare = course / "gradebook.db", {**os.environ, "PATH": "/usr/bin:/bin"}
    hand_in(course, "ana", notebook(course, answers()))
    kept = gradebook.read_bytes()
    gradebook.unlink()
    subprocess.run([BIN / "nbgrader", "db", "student", "list"], cwd=course, env=bare, capture_output=True, check=False)
    told = in_process(course).stderr.splitlines()[-1]
    assert "found no `alembic` command" in told and "delete the gradebook, which is empty" in told
    gradebook.write_bytes(kept)
    _sql("DROP TABLE alembic_version")(course)
    assert "stamp head" in in_process(course).stderr
    succeed(course, sys.executable, "-m", "nbgrader.dbutil", "stamp", "head")
    assert grade(course).graded == ("ana",)


@pytest.mark.parametrize("how", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_database_that_another_program_holds(course: Path, how: str) -> None:
    """A lock that is met late gives one line, without advice to upgrade."""
    hand_in(course, "ana", notebook(course, {}))
    holder = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    holder.execute(f"BEGIN {how}")
    done = run(course, "grader", "nbgrader", "autograde", EXERCISE)
    holder.execute("ROLLBACK")
    holder.close()
    assert done.returncode == 2
    told = done.stderr.splitlines()[-1]
    assert told.startswith("grader: Cannot use the gradebook: database is locked. Another program holds it")
    assert "Traceback" not in done.stderr and not (course / "autograded").exists()
    assert grade(course).graded == ("ana",)


def test_two_runs_at_once(course: Path) -> None:
    """The second run says that another one is working, and changes nothing."""
    hand_in(course, "ana", notebook(course, {}))
    (course / ".grader").mkdir()
    with open(course / ".grader" / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = in_process(course)
    assert done.exit_code == 2
    assert "another run of this command is at work there. Wait for it." in done.stderr
    assert not (course / "autograded").exists()


def test_a_student_who_may_not_be_added(course: Path) -> None:
    """If students may not be added, unknown ones are reported and the others graded; adding them later is enough."""
    _config("c.Autograde.create_student = False")(course)
    hand_in(course, "ana", notebook(course, {}))
    hand_in(course, "zoe", notebook(course, {}))
    with opened(course) as book:
        book.add_student("ana")
    outcome = grade(course)
    assert outcome.graded == ("ana",)
    assert str(outcome.problems[0]).startswith("Cannot grade 'zoe': no such student is in the gradebook")
    assert not (course / "autograded" / "zoe").exists()
    with opened(course) as book:
        book.add_student("zoe")
    assert grade(course).graded == ("zoe",)


def test_a_time_that_is_none(course: Path) -> None:
    """A broken timestamp.txt is reported, and the student is still graded."""
    hand_in(course, "ana", notebook(course, {}), time="yesterday, I think")
    outcome = grade(course)
    assert outcome.graded == ("ana",) and "holds no time: 'yesterday, I think'" in str(outcome.problems[0])


def test_a_notebook_that_cannot_be_written(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is half-written, and a second run with enough space finishes the work."""
    hand_in(course, "ana", notebook(course, answers()))

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            grade(course)
    assert list(course.glob("autograded/**/*.ipynb")) == [] and list(course.glob("autograded/**/.writing-*")) == []
    assert grade(course).graded == ("ana",)
    assert {cell: scores(course, "ana")[cell] for cell in CHECKS} == CHECKS


@pytest.fixture
def small_disk(course: Path) -> Iterator[Path]:
    """A course on a disk with little more space than it needs."""
    place = course.with_name("disk")
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a disk is not permitted here")
    try:
        yield Path(shutil.copytree(course, place / "course"))
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_full(small_disk: Path) -> None:
    """On a full disk the command says so in one line, and with space it finishes the work."""
    hand_in(small_disk, "ana", notebook(small_disk, {}))
    with open(small_disk / "filler", "wb", buffering=0) as filler, pytest.raises(OSError) as full:
        while True:
            filler.write(bytes(4096))
    assert full.value.errno == errno.ENOSPC
    done = run(small_disk, "grader", "nbgrader", "autograde", EXERCISE)
    assert done.returncode == 2
    assert "Make room" in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
    assert not list(small_disk.rglob("autograded/**/*.ipynb"))
    (small_disk / "filler").unlink()
    assert grade(small_disk).graded == ("ana",)
    assert set(scores(small_disk, "ana").values()) == {0.0, None}


def test_a_full_gradebook(course: Path) -> None:
    """A database that cannot grow gives one line with the solution and no traceback of nbgrader."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    students = {f"student-{number}" for number in range(12)}  # more than fits into the free pages
    for student in students:
        hand_in(course, student, notebook(course, {}))

    def stop_growing(connection: Any, record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", stop_growing)
    try:
        with pytest.raises(CourseError, match=r"full\. Make room on the disk, and run this again"):
            grade(course)
    finally:
        event.remove(Engine, "connect", stop_growing)
    written = {path.name for path in course.glob("autograded/*")}
    assert written < students
    assert set(grade(course).graded) == students - written
    assert all(CHECKS.keys() <= scores(course, student).keys() for student in students)


def test_a_run_that_was_stopped(course: Path) -> None:
    """The files of a stopped run are complete, and the next run does only what is left."""
    for student in ("ana", "bia", "caio"):
        hand_in(course, student, notebook(course, {"column_view": f"column_view = '{student}'\n"}))

    def stop(done: int, total: int, last: object) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(course, progress=stop)
    there = sorted(path.name for path in (course / "autograded").iterdir())
    assert len(there) == 1
    assert not list(course.rglob("**/.writing-*"))
    again = grade(course)
    assert list(again.unchanged) == there and len(again.graded) == 2


# Staying ready


@contextlib.contextmanager
def watching(course: Path, *options: str) -> Iterator[Callable[[str], str]]:
    """Run the command with --watch; yield a function that waits for a line with a text. At the end Ctrl-C is sent."""
    command = [BIN / "grader", "nbgrader", "autograde", EXERCISE, "--jobs", "1", "--watch", *options]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(course)}
    # Start it as from a terminal: a background process would not get Ctrl-C.
    restore = functools.partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command,
        cwd=course,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=restore,
    )
    assert process.stdout is not None
    timer = threading.Timer(120, process.kill)
    timer.start()
    lines: list[str] = []

    def wait_for(text: str) -> str:
        for line in process.stdout:
            lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"{text!r} was never said: {lines}")

    try:
        yield wait_for
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait() == 0 and rest == "Ended. What is graded is kept, and the next run does the rest.\n", rest
    finally:
        timer.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def arrive(course: Path, student: str, nb: Notebook) -> None:
    """Hand in so that a watching process sees one step."""
    folder = hand_in(course / "elsewhere", student, nb)
    target = course / "submitted" / student
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(exist_ok=True)
    folder.parent.rename(target)


def test_what_is_handed_in_is_graded_as_it_comes(course: Path) -> None:
    """Submissions are graded when they arrive: the first one, a second one, and after the gradebook is free again."""
    with watching(course) as wait_for:
        assert wait_for("Ready").startswith(f"Ready: what is handed in for {EXERCISE} is graded as it comes.")
        arrive(course, "ana", notebook(course, answers()))
        assert wait_for(" graded: ").endswith("  1 graded: ana\n")
        assert scores(course, "ana")["check-column_view"] == CHECKS["check-column_view"]
        arrive(course, "ana", notebook(course, {}))
        assert wait_for(" graded: ").endswith("  1 graded: ana\n")
        assert scores(course, "ana")["check-column_view"] == 0
        holder = sqlite3.connect(course / "gradebook.db", isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        arrive(course, "bia", notebook(course, answers()))
        assert "database is locked" in (told := wait_for("grader: "))
        assert told.endswith(" It is tried again until that works.\n")
        holder.execute("ROLLBACK")
        holder.close()
        assert wait_for(" graded: ").endswith("  1 graded: bia\n")
        shutil.move(course / "submitted", course / "before")
        arrive(course, "caio", notebook(course, answers()))
        assert wait_for(" graded: ").endswith("  1 graded: caio\n")
        shutil.move(course / "before" / "ana", course / "submitted")
        shutil.move(course / "before" / "bia", course / "submitted")
        assert scores(course, "bia") == {**scores(course, "ana"), **CHECKS, "essay": None}
    assert grade(course).unchanged == ("ana", "bia", "caio")


def test_what_cannot_be_watched_ends_at_once(course: Path) -> None:
    """An error that cannot pass, such as a wrong name, ends the command at once."""
    done = run(course, "grader", "nbgrader", "autograde", "none", "--watch")
    assert done.returncode == 2 and done.stdout == ""
    assert "\ngrader: Cannot find the assignment 'none' in the gradebook" in done.stderr
    assert run(course, "grader", "nbgrader", "autograde", "04").stderr.endswith(f"Did you mean {EXERCISE!r}?\n")


@pytest.mark.parametrize(
    ("structure", "place"),
    [
        ("{nbgrader_step}/{student_id}/{assignment_id}", "submitted"),
        ("in/{assignment_id}/{student_id}", f"in/{EXERCISE}"),
    ],
)
def test_the_folder_that_is_watched(course: Path, structure: str, place: str) -> None:
    """The watched folder holds all submissions, whatever names the course gives its folders."""
    _config(f"c.CourseDirectory.directory_structure = {structure!r}")(course)
    assert watch._fixed(watch._pattern(course, EXERCISE)) == course / place


@pytest.mark.parametrize(
    ("path", "concerns"),
    [
        ("submitted", True),
        ("submitted/ana", True),
        (f"submitted/ana/{EXERCISE}", True),
        (f"submitted/ana/{EXERCISE}/a/b", True),
        ("submitted/ana/07_autograd", False),
        ("submitted/ana/07_autograd/x.ipynb", False),
    ],
)
def test_other_assignments_wake_nobody(course: Path, path: str, concerns: bool) -> None:
    """Only changes to this assignment, or to folders that may contain it, start a grading."""
    assert watch._concerns(watch._pattern(course, EXERCISE), course / path) is concerns


FAULTY = """

@check("rectify_", points=1)
def test_rectify_faulty(candidate, draw):
    \"\"\"The negative numbers become 1.\"\"\"
    x = -1 - draw.tensor(4).abs()
    candidate.rectify_(x.clone()).result.values(x.where(x >= 0, 1.0))
"""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """A clone of the course in which a check of `rectify_` is wrong."""
    clone = tmp_path_factory.mktemp("faulty")
    for folder in ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        shutil.copytree(ROOT / folder, clone / folder)
    path = clone / "tests" / "hidden" / f"test_{EXERCISE}.py"
    path.write_text(path.read_text(encoding="utf-8") + FAULTY, encoding="utf-8")
    return load_catalog(clone)


def test_a_check_at_fault_is_a_note_for_the_instructor(course: Path, faulty: Catalog) -> None:
    """The points of a check that the reference fails too stand; the command lists it, and the feedback does not."""
    hand_in(course, "ana", notebook(course, answers()))
    outcome = grade(course, catalog=faulty)
    said = [str(note) for note in outcome.notes]
    at = said.index("Checks that are at fault. Please report them to the author of the course")
    assert said[at + 1].startswith(f"{EXERCISE}, rectify_, rectify_faulty: the reference fails it too")
    assert [line.partition("(")[0] for line in said[at + 2 : at + 5]] == ["rectify_", "expected: tensor", "got: tensor"]
    assert "elements" in said[at + 5] and len(said) == at + 6
    assert scores(course, "ana")["check-rectify_"] == CHECKS["check-rectify_"]
    (output,) = cell_of(graded_notebook(course, "ana"), "check-rectify_").outputs
    assert "at fault" not in output.data["text/html"] and "reference" not in output.data["text/html"]
    assert not [note for note in grade(course, catalog=faulty).notes if "at fault" in str(note)]  # nothing is graded


def test_tasks_count_as_a_whole_if_the_course_says_so(course: Path) -> None:
    """With `whole_tasks` in grader_course.json a failed check costs all points of its task, in both commands."""
    wrong = answers() | {"rectify_": "def rectify_(x):\n    return x.clamp_(min=0) if x.dim() == 1 else x"}
    hand_in(course, "ana", notebook(course, wrong))
    grade(course)
    partial = scores(course, "ana")
    assert 0 < (partial["check-rectify_"] or 0) < CHECKS["check-rectify_"]
    path = course / "grader_course.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"whole_tasks": True}), encoding="utf-8")
    known = read_course(course)
    assert known is not None and known.whole_tasks
    grade(course, whole_tasks=known.whole_tasks)
    assert scores(course, "ana") == partial | {"check-rectify_": 0.0}
    succeed(course, "grader", "nbgrader", "autograde", EXERCISE)
    assert scores(course, "ana") == partial | {"check-rectify_": 0.0}
