"""The same class graded by `nbgrader autograde` and by `grader nbgrader autograde`: the same points, cell by cell.

The class is honest: every solution, every alternative and every misconception is somebody's answer. Each task is graded
on its own, so one notebook holds one variant of each. By default a few notebooks of one exercise are graded; with
GRADER_AGREEMENT=full all of them (600 notebooks, hours), with GRADER_AGREEMENT=speed thirty, and every way is timed:
the two commands, and the kit's with --watch, which is warm when the class hands in.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from grader.catalog import Catalog, load_catalog

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ASKED = os.environ.get("GRADER_AGREEMENT", "")
CATALOG = load_catalog(ROOT)
EXERCISES = [e.id for e in CATALOG.exercises] if ASKED == "full" else ["08_detach_and_inplace"]
NOTEBOOKS = {"full": None, "speed": 30}.get(ASKED, 3)
# How many times less time the kit takes for thirty notebooks than nbgrader. A command that is started only for them
# spends most of its time on the start: importing torch and nbgrader alone takes about three seconds.
TIMES_FASTER_WARM, TIMES_FASTER_STARTED = 100, 20
NOISE = """import sys, warnings
print("starting", file=sys.stderr)
warnings.warn("this is only a warning")
"""


@pytest.mark.parametrize("exercise", EXERCISES)
def test_both_ways_give_the_same_points(tmp_path: Path, exercise: str) -> None:
    """Both ways give the same points in every cell, and the kit takes a small part of the time."""
    course = lay_down(tmp_path / "kit", exercise)
    students = hand_in(course, exercise)
    theirs_course, warm_course = tmp_path / "nbgrader", tmp_path / "warm"
    for copy_of_it in (theirs_course, warm_course):
        shutil.copytree(course, copy_of_it)
    ours_took = timed(course, "grader", "nbgrader", "autograde", exercise)
    theirs_took = timed(theirs_course, "nbgrader", "autograde", exercise)
    ours, theirs = points(course, exercise), points(theirs_course, exercise)
    assert len(ours) == students * len(CATALOG.get(exercise).tasks)
    assert {key: (ours[key], theirs.get(key)) for key in ours if ours[key] != theirs.get(key)} == {}
    assert any(0 < got < most for got, most in ours.values()), "partial credit is given"
    assert all(got == most for (student, _), (got, most) in theirs.items() if student == "student000"), "noise is free"
    for graded in (course, theirs_course):
        run(graded, "nbgrader", "generate_feedback", exercise)
        shown = [
            path.read_text("utf-8")
            for kind in ("autograded/*/*/*.ipynb", "feedback/*/*/*.html")
            for path in graded.glob(kind)
        ]
        assert len(shown) == 2 * students and all("(hidden)" in text for text in shown), "the kit's feedback is in both"
        own = [path.read_text("utf-8") for path in graded.glob("submitted/*/*/*.ipynb")]
        hidden = [line for line in hidden_lines(exercise) if not any(line in text for text in own)]
        assert len(hidden) > 10 and [line for line in hidden for text in shown if line in text] == []
    ratio = theirs_took / ours_took
    print(
        f"\n{exercise}: {students} notebooks, {len(ours)} cells agree; "
        f"nbgrader {theirs_took:.1f} s, the kit {ours_took:.1f} s: {ratio:.0f} times less"
    )
    if ASKED == "speed":
        warm_took = taken_warm(warm_course, exercise, students)
        assert {key: got for key, got in points(warm_course, exercise).items() if key[0] != "early"} == ours
        warm_ratio = theirs_took / warm_took
        print(f"handed in while the kit's command watches: {warm_took:.1f} s, {warm_ratio:.0f} times less")
        assert ratio >= TIMES_FASTER_STARTED and warm_ratio >= TIMES_FASTER_WARM


def hidden_lines(exercise: str) -> set[str]:
    """Return the lines of the hidden suite that are longer than a few characters."""
    suite = (ROOT / "tests" / "hidden" / f"test_{exercise}.py").read_text(encoding="utf-8")
    lines = {line.strip() for line in suite.splitlines()}
    return {
        line
        for line in lines
        if len(line) >= 30 and line.startswith(("seen", "candidate", "def test_", "for ", "expected"))
    }


def lay_down(course: Path, exercise: str) -> Path:
    """Return a course with one released assignment."""
    run(ROOT, "grader", "release", "--format", "nbgrader", "--out", str(course), "--exercise", exercise)
    run(course, "nbgrader", "generate_assignment", exercise)
    return course


def hand_in(course: Path, exercise: str) -> int:
    """Hand in as many notebooks as hold every variant of every task (or as many as are asked for); return how many."""
    answers = {task.name: variants(CATALOG, exercise, task.name) for task in CATALOG.get(exercise).tasks}
    released = json.loads((course / "release" / exercise / f"{exercise}.ipynb").read_text(encoding="utf-8"))
    whole = max(map(len, answers.values()))
    number = whole if NOTEBOOKS is None else min(whole, NOTEBOOKS)
    for student in range(number):
        notebook = copy.deepcopy(released)
        for cell in notebook["cells"]:
            managed = cell["metadata"].get("nbgrader", {})
            if managed.get("solution"):
                known = answers[managed["grade_id"]]
                cell["source"] = known[student % len(known)]
                if student == 0:  # the solutions: their output costs nothing
                    cell["source"] = NOISE + cell["source"]
        if student == 1:  # a cell that is not Python costs only itself
            notebook["cells"].insert(1, {**notebook["cells"][-1], "metadata": {}, "source": "def unfinished(x:\n    x"})
        folder = course / "submitted" / f"student{student:03}" / exercise
        folder.mkdir(parents=True)
        (folder / f"{exercise}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return number


def variants(catalog: Catalog, exercise: str, task: str) -> list[str]:
    """Return the code of a task's solution, misconceptions and alternatives, in mixed order."""
    solution = catalog.solution(exercise).read_text(encoding="utf-8")
    wrong, right = (
        [v.source[len(solution.rstrip()) :].strip() for v in found if v.task == task]
        for found in (catalog.misconceptions(exercise), catalog.alternatives(exercise))
    )
    return [definition(solution, task), *wrong[:1], *right, *wrong[1:]]


def definition(solution: str, task: str) -> str:
    """Return a task's cell of a solution."""
    from grader.catalog.cells import split_cells

    cells = split_cells(solution, origin="solution")[1]
    return next(cell.text for cell in cells if cell.kind == "code" and cell.metadata.get("task") == task)


def points(course: Path, exercise: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the points of each student's cells from the gradebook, and their number."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for submission in gradebook.assignment_submissions(exercise):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    assert not grade.needs_manual_grade
                    found[submission.student.id, grade.name] = (round(grade.auto_score, 9), grade.max_score)
    return found


def timed(course: Path, *command: str) -> float:
    """Run a command in a course and return how many seconds it took."""
    started = time.perf_counter()
    run(course, *command)
    return time.perf_counter() - started


def taken_warm(course: Path, exercise: str, students: int) -> float:
    """Return how many seconds a watching command takes from when a class hands in until the last one is graded.

    Somebody else has handed in before, so that everything has been used once.
    """
    submitted, aside = course / "submitted", course / "aside"
    submitted.rename(aside)
    shutil.copytree(aside / "student000", submitted / "early")
    command = [BIN / "grader", "nbgrader", "autograde", exercise, "--watch"]
    with subprocess.Popen(command, cwd=course, env=environment(course), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "1 graded: early" in process.stdout.readline() and "Ready" in process.stdout.readline()
            started = time.perf_counter()
            for folder in aside.iterdir():
                folder.rename(submitted / folder.name)
            graded = 0
            while graded < students:
                graded += int(process.stdout.readline().split()[1])
            return time.perf_counter() - started
        finally:
            process.kill()


def run(folder: Path, *command: str) -> Any:
    """Run a command of the environment."""
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


def environment(folder: Path) -> dict[str, str]:
    """Return the environment variables for commands, without the user's settings."""
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "JUPYTER_CONFIG_DIR": str(folder)}
