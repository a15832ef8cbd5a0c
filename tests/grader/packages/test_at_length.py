"""Each package against `grade`, on a class and on every misconception of three exercises; and attacks that read.

`make packages` runs this: it takes some twenty minutes on two cores.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pytest
from containers import READER, Container, on_docker, on_gradescope, on_prairielearn
from msgspec.structs import replace
from outcomes import ID, ROOT, SEED, STUDENT

from grader.catalog import load_catalog
from grader.gradebook.points import exact
from grader.grading.pipeline import grade_class
from grader.grading.settings import Settings
from grader.grading.warm import WarmWorker
from grader.packages import running
from grader.packages.package import COURSE, PLATFORMS, Package, read_package
from grader.packages.platforms import PLATFORMS as KNOWN
from grader.records import Report
from grader.reports import load_report
from grader.submissions.names import student_name

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("GRADER_PACKAGES") != "full", reason="at length: make packages"),
]

EXERCISES = (ID, "08_detach_and_inplace", "10_linear_regression_by_hand")
# Without module_hunt: in an installation from a wheel it finds the kit's own code, which students have as well.
READING = "frame_walk inherited_descriptors memory_scan own_links pages_of_others proc_memory read_* trace*"


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example class, and a student for each misconception of the three exercises."""
    place = tmp_path_factory.mktemp("students")
    shutil.copytree(ROOT / "examples" / "class", place, dirs_exist_ok=True, symlinks=True)
    catalog = load_catalog(ROOT)
    for id in EXERCISES:
        for variant in catalog.misconceptions(id):
            folder = place / f"{id[:2]}-{variant.task}-{variant.name}"
            folder.mkdir()
            (folder / f"{id}.py").write_text(variant.source, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def expected(
    make: Callable[..., Package], students: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[bool], dict[str, Report]]:
    """Return the reports of `grade`, with hidden checks or without."""
    known: dict[bool, dict[str, Report]] = {}

    def reports(hidden: bool) -> dict[str, Report]:
        if hidden not in known:
            place = tmp_path_factory.mktemp("expected")
            make("gradescope" if hidden else "classroom50", place / "package", load_catalog(ROOT), *EXERCISES)
            known[hidden] = graded(place / "package" / COURSE, SEED, EXERCISES, students, place / "out")
        return known[hidden]

    return reports


def graded(course: Path, seed: str, exercises: tuple[str, ...], students: Path, out: Path) -> dict[str, Report]:
    """Return the reports of `grade` for all students, by their names."""
    catalog = load_catalog(course)
    grade_class(
        catalog,
        students,
        out,
        exercises=exercises,
        jobs=2,
        settings=Settings(root=str(course), exercises=exercises, course_seed=seed, inputs="by_content"),
        progress=lambda done, total, last: None,
    )
    return {report.student: report for report in map(load_report, sorted(out.glob("*/report.json")))}


def checks(report: Report) -> dict[str, float]:
    """Return the points for each check, and for exercises without checks."""
    found = {exercise.id: exercise.points for exercise in report.exercises if not any(t.checks for t in exercise.tasks)}
    found |= {
        f"{exercise.id}.{check.id}": check.points
        for exercise in report.exercises
        for task in exercise.tasks
        for check in task.checks
    }
    return found


def undone(platform: str, files: Mapping[str, bytes], most: float) -> Fraction:
    """Return the points in a platform's result, with its rounding undone."""
    if platform == "gradescope":
        return Fraction(exact(json.loads(files["results.json"])["score"]))
    if platform == "prairielearn":
        data = json.loads(files["results.json"])
        share = 0.0 if data.get("gradable") is False else data["score"]
        return Fraction(exact(round(share * most, 6)))
    data = json.loads(files["result.json"])
    if platform == "classroom50":
        return Fraction(data["score"], data["max-score"]) * Fraction(exact(most)) if data["max-score"] else Fraction(0)
    return Fraction(exact(data["points"]))


class Kept:
    """Gives every run the same worker of its settings, which is warm: what a start costs is measured elsewhere."""

    workers: ClassVar[dict[str, WarmWorker]] = {}

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> WarmWorker:
        key = self._settings.root
        if key not in self.workers:
            for other in list(self.workers):
                self.workers.pop(other).__exit__()
            self.workers[key] = WarmWorker(self._settings)
        return self.workers[key]

    def __exit__(self, *raised: object) -> None:
        pass


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_submission_gets_the_points_of_grade(
    platform: Any,
    make: Callable[..., Package],
    students: Path,
    expected: Callable[[bool], dict[str, Report]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over the same checks and after the platform's rounding is undone, no point and no check differs."""
    monkeypatch.setattr(running, "WarmWorker", Kept)
    known, number, differing, off, runs = KNOWN[platform], 0, [], Fraction(0), 0
    make(platform, tmp_path, load_catalog(ROOT), *EXERCISES)
    for file in sorted(tmp_path.rglob("package.json")):  # PrairieLearn has one for each question
        told = read_package(file.parent)
        for name, whole in expected(told.hidden).items():
            report = replace(whole, exercises=tuple(e for e in whole.exercises if e.id in told.exercises))
            place = next(one for one in students.iterdir() if student_name(one.name) == name)
            if told.exercises != EXERCISES and not any(place.glob(f"{told.exercises[0]}*")):
                continue
            last = running.run(told, file.parent, place, student=name, tell=lambda outcome: None)
            ours, theirs = checks(last.report), checks(report)
            runs, number = runs + 1, number + len(theirs)
            differing += [
                f"{name} {one}: {ours.get(one, 0)} and {theirs[one]}"
                for one in theirs
                if ours.get(one, 0) != theirs[one]
            ]
            most = sum(exercise.max_points for exercise in last.report.exercises)
            points = undone(platform, known.result(told, last, {"OWNER": name}), most)
            off += abs(points - sum((Fraction(exact(value)) for value in theirs.values()), Fraction(0)))
    found = f"{len(differing)} of {number} checks and {float(off):g} points differ"
    print(f"\n{platform}: {runs} runs: {found}")
    assert differing == [] and off == 0


@pytest.mark.parametrize("platform", ["gradescope", "prairielearn", "docker"])
def test_attacks_that_read_find_nothing(
    platform: str, container: Container, make: Callable[..., Package], tmp_path: Path
) -> None:
    """No attack reads a suite, a solution or another process, in a container with hidden suites."""
    make(platform, tmp_path / "package", load_catalog(ROOT))
    attacks = sorted({path for word in READING.split() for path in (ROOT / "tests" / "attacks").glob(f"{word}.py")})
    won = []
    for source in (*(path.read_text(encoding="utf-8") for path in attacks), READER):
        work = tmp_path / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        (work / f"{ID}.py").write_text(source, encoding="utf-8")
        text = json.dumps(placed(platform, container, tmp_path / "package", work))
        if "SUCCEEDED" in text or ("def look" in source and "READ 0 bytes" not in text):
            won.append(source.partition("\n")[0])
    print(f"\n{platform}: {len(attacks) + 1} attacks that read; {len(won)} succeeded")
    assert won == []


def test_the_time_from_start_to_result(container: Container, make: Callable[..., Package], tmp_path: Path) -> None:
    """A submission of one exercise has its result in some seconds, in a container that has just started."""
    for platform in ("gradescope", "prairielearn", "docker"):
        make(platform, tmp_path / platform, load_catalog(ROOT))
        work = tmp_path / f"work-{platform}"
        work.mkdir()
        shutil.copy(STUDENT / f"{ID}.py", work)
        took = []
        for _ in range(3):
            began = time.monotonic()
            placed(platform, container, tmp_path / platform, work)
            took.append(time.monotonic() - began)
        print(f"\n{platform}: {statistics.median(took):.1f} s from start to result")
        assert statistics.median(took) < 60


def placed(platform: str, container: Container, package: Path, work: Path) -> dict[str, Any]:
    """Run a package in the container, as its platform does."""
    if platform == "gradescope":
        return on_gradescope(container, package, work)
    if platform == "prairielearn":
        return on_prairielearn(container, package / "questions" / "pytorch" / ID, work)
    return on_docker(container, package, work)
