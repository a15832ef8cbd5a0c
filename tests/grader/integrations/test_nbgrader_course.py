"""The course that grades is never one that a student handed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.catalog import CatalogError
from grader.grading.settings import Graded, Settings
from grader.integrations import kernel
from grader.integrations.kernel import Session
from grader.integrations.nbgrader import Course, CourseError, course_above, read_course, require_own
from grader.integrations.nbgrader.autograde import _require_outside
from grader.records import ExerciseReport, Verdict, task_report
from grader.sentences import learner, verbatim

LayDown = Callable[..., Path]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """An nbgrader course in which a student has handed in another course."""
    root = tmp_path / "course"
    lay(root, catalog="", seed="the course's")
    lay(root / "autograded" / "mallory" / "ps1", catalog=".", seed="mallory's")
    return root


def lay(folder: Path, **known: str) -> None:
    """Write a course's two files into a folder."""
    folder.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text("raise SystemExit\n", encoding="utf-8")
    (folder / "grader_course.json").write_text(json.dumps(known), encoding="utf-8")


def test_a_course_is_read_from_its_own_folder(course: Path) -> None:
    """A course is read only from its own folder; a clone's path may be relative, and missing fields are empty."""
    assert read_course(course) == Course(seed="the course's")
    assert read_course(course / "autograded") is None
    (course / "grader_course.json").write_text('{"catalog": "../kit"}', encoding="utf-8")
    assert read_course(course) == Course(catalog=str(course / "../kit"))
    (course / "grader_course.json").write_text("{", encoding="utf-8")
    with pytest.raises(CourseError, match=r"Cannot read .*grader_course.json.*Restore it, or release again"):
        read_course(course)


def test_a_submission_belongs_to_the_course_above_it(course: Path) -> None:
    """A submission belongs to the course above it, even if it contains a course itself."""
    submission = course / "autograded" / "mallory" / "ps1"
    lay(submission / "deeper", catalog=".")
    (submission / "deeper" / "still").mkdir()
    for folder in (submission, submission / "deeper", submission / "deeper" / "still"):
        assert course_above(folder) == course
    assert course_above(course) is None


def test_a_course_inside_another_is_refused(course: Path) -> None:
    """A course inside another is refused, because its configuration is Python and would run."""
    require_own(course)
    with pytest.raises(CourseError, match=r"it lies inside the one in .*course'.*or name the course with --course"):
        require_own(course / "autograded" / "mallory" / "ps1")


def test_suites_among_the_submissions_are_refused(course: Path) -> None:
    """Suites inside the submissions are refused, even if grader_course.json names them."""
    directory: Any = SimpleNamespace(
        submitted_directory="submitted",
        format_path=lambda step, student, assignment: str(course / step / student / assignment),
    )
    inside: Any = SimpleNamespace(root=course / "submitted" / "mallory" / "ps1")
    with pytest.raises(CourseError, match="it lies among the submissions"):
        _require_outside(inside, directory, "ps1")
    _require_outside(SimpleNamespace(root=course / "kit"), directory, "ps1")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["autograde", "validate", None])
def test_a_kernel_draws_for_marks_only_where_it_gives_them(
    course: Path, monkeypatch: pytest.MonkeyPatch, mode: str | None
) -> None:
    """Inputs depend on seed, student and content only under nbgrader's autograde; otherwise they are fixed."""
    monkeypatch.chdir(course / "autograded" / "mallory" / "ps1")
    monkeypatch.setattr(kernel, "_inputs", lambda: ["def snapshot(x):\n    return x  # mine\n"])
    if mode is None:
        monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    else:
        monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    settings, submission = asked(Session(), monkeypatch)
    assert settings.root == str(Path(__file__).resolve().parents[3])
    if mode == "autograde":
        assert (settings.inputs, settings.course_seed, submission.student) == ("by_content", "the course's", "mallory")
        assert submission.content.startswith("code ")
    else:
        assert (settings.inputs, settings.course_seed, submission.student) == ("fixed", "", "you")


def test_a_kernel_says_once_that_no_mistakes_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the kit came without them, the first panel says so, and later ones do not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(kernel, "_inputs", lambda: ["def snapshot(x):\n    return x\n"])
    session = Session()
    verdict = Verdict(id="x", task="snapshot", visibility="public", status="failed", points=0.0, max_points=1.0)
    report = ExerciseReport(
        id="08_detach_and_inplace",
        status="graded",
        points=0.0,
        max_points=1.0,
        notes=(learner.NO_MISTAKES_NAMED(),),
        tasks=(task_report("snapshot", (verdict,)),),
    )

    def grade(settings: Settings, submissions: list[Any], **options: Any) -> list[Graded]:
        return [Graded(submission=submissions[0], report=report)]

    monkeypatch.setattr(session._workers, "grade", grade)
    shown = [" ".join(session.check("snapshot").text.split()) for _ in range(2)]
    assert ["so no feedback names one." in text for text in shown] == [True, False]


def test_a_course_without_a_seed_keeps_one(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course without a seed gets one in its own folder, which both ways of grading use."""
    (course / "grader_course.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(course / "autograded" / "mallory" / "ps1")
    monkeypatch.setattr(kernel, "_inputs", lambda: ["def snapshot(x):\n    return x\n"])
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    seeds = {asked(Session(), monkeypatch)[0].course_seed for _ in range(2)}
    assert seeds == {(course / ".grader" / "course-seed.txt").read_text(encoding="utf-8").strip()} - {""}


def asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, Any]:
    """Return the settings that a check sends to its worker."""
    found: list[tuple[Settings, Any]] = []

    class Asked(CatalogError):
        pass

    def grade(settings: Settings, submissions: list[Any], **options: Any) -> Any:
        found.append((settings, submissions[0]))
        raise Asked(verbatim(""))

    monkeypatch.setattr(session._workers, "grade", grade)
    with pytest.raises(Asked):
        session.check("snapshot")
    return found[0]
