"""What the measured comparisons share: a course of one exercise and five students, workers kept warm, and the table.

`make bench` measures. With the other tests each comparison runs once, small and without its bound, so that it still
works when it is needed.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import operator
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from grader.grading.pool import grade_submissions
from grader.grading.settings import Graded, Settings
from grader.records import Submission

ROOT = Path(__file__).resolve().parents[2]
COURSE = Path(__file__).parent / "course"
EXERCISE = "08_detach_and_inplace"
FULL = "GRADER_BENCH" in os.environ
SCORES = {"ana": 20, "bruno": 20, "clara": 19, "davi": 19, "elisa": 16}


@dataclass(frozen=True, kw_only=True)
class Course:
    """One exercise with twenty checks, in the kit's layout under `root` and as plain asserts, and its submissions."""

    root: Path
    plain: str
    submissions: tuple[Submission, ...]


@pytest.fixture(scope="session")
def amount() -> Callable[[int, int], int]:
    """Choose between the size for every test run and the size for `make bench`."""
    return lambda small, full: full if FULL else small


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Exercise 08 in a clone of its own: its solution and misconceptions, but the benchmark's twenty checks.

    What a student wrote is appended to the solution, so that it counts instead, for every grader alike.
    """
    root = tmp_path_factory.mktemp("course")
    for folder in ("solutions", "tests/misconceptions"):
        (root / folder).mkdir(parents=True)
        if (source := ROOT / folder / f"{EXERCISE}.py").is_file():
            shutil.copy(source, root / folder)
    (root / "tests/hidden").mkdir()
    shutil.copy(COURSE / "suite.py", root / f"tests/hidden/test_{EXERCISE}.py")
    solution = (root / f"solutions/{EXERCISE}.py").read_text(encoding="utf-8")
    students = sorted((COURSE / "students").glob("*.py"))
    if not FULL:
        students = [path for path in students if path.stem == "clara"]  # whose mistake has to be named
    submissions = tuple(
        Submission(student=path.stem, exercise=EXERCISE, path=path.name, source=f"{solution}\n\n{path.read_text()}")
        for path in students
    )
    (root / "submissions.json").write_bytes(msgspec.json.encode(submissions))
    return Course(root=root, plain=(COURSE / "plain.py").read_text(encoding="utf-8"), submissions=submissions)


@pytest.fixture(scope="session")
def scores(course: Course) -> dict[str, int]:
    """The number of passed checks of each student with each grader."""
    return {submission.student: SCORES[submission.student] for submission in course.submissions}


@dataclass(kw_only=True)
class WorkerPool:
    """WorkerPool that grade the course's submissions over and over, whenever a result is asked for."""

    graded: Iterator[Graded]
    jobs: int
    done: int = 0

    def next(self) -> float:
        """Wait for the next report; return its time."""
        one = next(self.graded)
        assert one.report is not None and one.report.points == SCORES[one.submission.student]
        self.done += 1
        return time.perf_counter()

    def gaps(self, number: int) -> list[float]:
        """Return the seconds between consecutive reports in steady state."""
        while self.done < (20 if FULL else 1) * self.jobs:
            self.next()
        for _ in range(self.jobs):  # these reports may have been ready before
            self.next()
        times = [self.next() for _ in range(number + 1)]
        return [after - before for before, after in itertools.pairwise(times)]


@pytest.fixture
def open_workers(course: Course) -> Iterator[Callable[[int], WorkerPool]]:
    """Return a function that opens a number of workers; they end with the test."""
    with contextlib.ExitStack() as opened:

        def open_workers(jobs: int) -> WorkerPool:
            settings = Settings(root=str(course.root), exercises=(EXERCISE,))
            graded = grade_submissions(settings, itertools.cycle(course.submissions), jobs=jobs)
            return WorkerPool(graded=opened.enter_context(contextlib.closing(graded)), jobs=jobs)

        yield open_workers


_HOLDS: dict[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le}
_ROW = "{:52} {:>12} {:>12} {:>8} {:>8}  {}"


@dataclass
class Figures:
    """The table: one row a figure, printed as it is found."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, what: str, ours: float, theirs: float, unit: str, *, ratio: float, wanted: tuple[str, float]) -> None:
        """Print and keep one row; where it is measured, assert that `ratio` is as `wanted`."""
        if not self.rows:
            print("\n" + _ROW.format("what", "ours", "theirs", "ratio", "wanted", "ok"))
        sign, bound = wanted
        ok = _HOLDS[sign](ratio, bound)
        shown = (f"{ours:.4g} {unit}", f"{theirs:.4g} {unit}", f"{ratio:.3g}", f"{sign} {bound:g}")
        print(_ROW.format(what, *shown, "yes" if ok else "NO"), flush=True)
        row = {"what": what, "ours": ours, "theirs": theirs, "unit": unit, "ratio": ratio, "wanted": shown[3], "ok": ok}
        self.rows.append(row)
        assert ok or not FULL, f"{what}: the ratio is {ratio:.3g}, wanted {shown[3]}"


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """The table of figures; build/bench.json holds it when all is measured, and build/scale.json that of a cluster."""
    found = Figures()
    yield found
    if not FULL:
        return
    out = ROOT / "build" / ("scale.json" if "GRADER_SCALE" in os.environ else "bench.json")
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found.rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
