"""The time to grade a submission with the kit and with other graders: the same submissions and checks."""

import ast
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def test_plain_pytest(course, open_workers, figures, scores, tmp_path, amount):
    """A warm submission takes at least 40 times less time than plain pytest in its own process."""
    worker = open_workers(1)
    ours, theirs = [], []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_exercise.py"]
    for submission in course.submissions:
        folder = tmp_path / submission.student
        folder.mkdir()
        (folder / "exercise.py").write_text(submission.source, encoding="utf-8")
        (folder / "test_exercise.py").write_text(course.plain, encoding="utf-8")
        ours += worker.gaps(amount(1, 10))
        started = time.perf_counter()
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        theirs.append(time.perf_counter() - started)
        assert f"{scores[submission.student]} passed" in run.stdout
    _compare(figures, "a submission: kit, warm / pytest, fresh process", ours, theirs, 40)


def test_nbgrader(course, open_workers, figures, scores, tmp_path, amount):
    """A warm submission takes at least 70 times less time than each of five in one run of `nbgrader autograde`."""
    worker = open_workers(1)
    nbgrader = _Nbgrader(tmp_path, course)
    ours = worker.gaps(amount(1, 25))
    theirs = nbgrader.autograde()
    ours += worker.gaps(amount(1, 25))
    assert nbgrader.scores() == scores
    _compare(figures, "a submission: kit, warm / nbgrader autograde", ours, theirs, 70)


def _compare(figures, what, ours, theirs, wanted):
    ours, theirs = median(ours), median(theirs)
    figures.add(what, ours * 1000, theirs * 1000, "ms", ratio=theirs / ours, wanted=("≥", wanted))


class _Nbgrader:
    """An nbgrader course with the same exercise: one answer cell, and a hidden test cell for each check."""

    def __init__(self, root, course):
        self._root = root
        # Its own `alembic` and `jupyter` are found on the path; no settings of the user's.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path, "JUPYTER_CONFIG_DIR": str(root), "JUPYTER_DATA_DIR": str(root)}
        (root / "nbgrader_config.py").write_text(f"get_config().CourseDirectory.root = {str(root)!r}\n")
        source = root / "source" / "ex" / "ex.ipynb"
        source.parent.mkdir(parents=True)
        nbformat.write(_notebook(course.submissions[0].source, course.plain), source)
        for _ in self._run("generate_assignment", "ex"):
            pass
        released = nbformat.read(root / "release" / "ex" / "ex.ipynb", as_version=4)
        for submission in course.submissions:
            released.cells[0].source = submission.source
            submitted = root / "submitted" / submission.student / "ex" / "ex.ipynb"
            submitted.parent.mkdir(parents=True)
            nbformat.write(released, submitted)

    def autograde(self):
        """Grade everything in one command; return each submission's seconds, its share of the start-up included."""
        started = time.perf_counter()
        begun = [time.perf_counter() for line in self._run("autograde", "ex") if "Creating/updating student" in line]
        share = (begun[0] - started) / len(begun)
        return [after - before + share for before, after in itertools.pairwise([*begun, time.perf_counter()])]

    def scores(self):
        """Return each student's points."""
        with Gradebook(f"sqlite:///{self._root}/gradebook.db") as gradebook:
            return {found["student"]: found["score"] for found in gradebook.submission_dicts("ex")}

    def _run(self, *arguments):
        with subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self._root,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            said = []
            for line in process.stdout:
                said.append(line)
                yield line
        assert process.returncode == 0, "".join(said)


def _notebook(solution, plain):
    cells = [_cell("answer", solution, solution=True), _cell("imports", "import pytest", locked=True)]
    for check in ast.parse(plain).body:
        if isinstance(check, ast.FunctionDef):
            text = f"{ast.get_source_segment(plain, check)}\n\n\n{check.name}()"
            hidden = f"### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
            cells.append(_cell(check.name, hidden, grade=True, locked=True, points=1))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cell(name, source, **settings):
    known = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False}
    return new_code_cell(source, metadata={"nbgrader": {**known, **settings}})
