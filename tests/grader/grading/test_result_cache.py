"""The cache: nothing is graded twice without need, and nothing stale is believed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.grading.result_cache import ResultCache
from grader.grading.settings import Settings
from grader.records import ExerciseReport, Submission

ROOT = Path(__file__).resolve().parents[3]
ID = "07_autograd"
SUBMISSION = Submission(student="ana", exercise=ID, path="in/ana/07_autograd.py", source="x = 1\n")
REPORT = ExerciseReport(id=ID, status="graded", points=1.0, max_points=12.0, tasks=())


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What reports depend on, to be edited."""
    for folder in ("solutions", "exercises", "tests/public", "tests/hidden", "tests/misconceptions"):
        shutil.copytree(ROOT / folder, tmp_path / "clone" / folder)
    return tmp_path / "clone"


def cache(clone: Path, **settings: object) -> ResultCache:
    """Open the cache as a new run would."""
    options = {"root": str(clone), "exercises": (ID,), **settings}
    return ResultCache(clone / "out", load_catalog(clone), Settings(**options))  # type: ignore[arg-type]


def test_report_is_found_by_the_next_run(clone: Path) -> None:
    """What one run keeps, the next one finds, wherever the submissions lie."""
    cache(clone).keep(SUBMISSION, REPORT)
    moved = Submission(student="ana", exercise=ID, path="elsewhere/07_autograd.py", source="x = 1\n")
    assert cache(clone).find(moved) == REPORT


@pytest.mark.parametrize(
    "other",
    [
        Submission(student="bia", exercise=ID, path="", source="x = 1\n"),
        Submission(student="ana", exercise=ID, path="", source="x = 2\n"),
        Submission(student="ana", exercise=ID, path="", problem="x = 1\n"),
        Submission(student="ana", exercise=ID, path="", source="x = 1\n", notes=("a note",)),
    ],
)
def test_another_submission_is_not_found(clone: Path, other: Submission) -> None:
    """Another student, source, problem or note is another submission."""
    cache(clone).keep(SUBMISSION, REPORT)
    assert cache(clone).find(other) is None


@pytest.mark.parametrize("folder", ["solutions", "tests/public", "tests/hidden", "tests/misconceptions"])
def test_changed_exercise_is_graded_anew(clone: Path, folder: str) -> None:
    """A change to the solution, a suite or the misconceptions makes old reports stale."""
    cache(clone).keep(SUBMISSION, REPORT)
    path = next((clone / folder).glob("*07_autograd.py"))
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert cache(clone).find(SUBMISSION) is None


def test_another_seed_is_graded_anew(clone: Path) -> None:
    """Another course seed draws other inputs."""
    cache(clone).keep(SUBMISSION, REPORT)
    assert cache(clone, course_seed="another").find(SUBMISSION) is None


@pytest.mark.parametrize("options", [{"inputs": "by_content"}, {"hide_expected": True}, {"device": "cuda"}])
def test_what_changes_reports_is_graded_anew(clone: Path, options: dict[str, object]) -> None:
    """What inputs depend on, and what feedback tells, are part of a report."""
    cache(clone).keep(SUBMISSION, REPORT)
    assert cache(clone, **options).find(SUBMISSION) is None
    assert cache(clone).find(SUBMISSION) == REPORT


def test_change_of_another_exercise_is_none(clone: Path) -> None:
    """A change to one exercise leaves the reports of the others."""
    cache(clone).keep(SUBMISSION, REPORT)
    (clone / "tests/hidden/test_08_detach_and_inplace.py").write_text("# changed\n", encoding="utf-8")
    assert cache(clone).find(SUBMISSION) == REPORT


def test_torn_entry_is_no_report(clone: Path) -> None:
    """An entry that cannot be read is graded anew, not believed."""
    cache(clone).keep(SUBMISSION, REPORT)
    for path in (clone / "out").iterdir():
        path.write_bytes(path.read_bytes()[:40])
    assert cache(clone).find(SUBMISSION) is None


def test_only_the_latest_may_be_kept(clone: Path) -> None:
    """Of one exercise; what is kept of others stays."""
    later = Submission(student="ana", exercise=ID, path="", source="x = 2\n")
    other = Submission(student="ana", exercise="08_detach_and_inplace", path="", source="x = 1\n")
    book = cache(clone, exercises=(ID, "08_detach_and_inplace"))
    for submission in (SUBMISSION, other, later):
        book.keep_only(submission, REPORT)
    assert [book.find(s) is not None for s in (SUBMISSION, other, later)] == [False, True, True]
