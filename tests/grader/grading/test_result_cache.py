"""The result cache: nothing is graded twice without need, and no stale result is used."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from grader.catalog import load_catalog
from grader.grading import result_cache, versions
from grader.grading.result_cache import ResultCache
from grader.grading.settings import Graded, Settings
from grader.records import BrokenCheck, ExerciseReport, Feedback, Submission
from grader.sentences import verbatim

ROOT = Path(__file__).resolve().parents[3]
ID = "07_autograd"
SUBMISSION = Submission(student="ana", exercise=ID, path="in/ana/07_autograd.py", source="x = 1\n")
REPORT = ExerciseReport(id=ID, status="graded", points=1.0, max_points=12.0, tasks=())
FAULT = BrokenCheck(exercise=ID, task="minimize", check="c", stands=True, feedback=Feedback(call="minimize()"))
GRADED = Graded(submission=SUBMISSION, report=REPORT, broken=(FAULT,))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Files of two exercises that reports depend on, which tests change."""
    for folder in ("solutions", "exercises", "tests/public", "tests/hidden", "tests/misconceptions"):
        (tmp_path / "clone" / folder).mkdir(parents=True)
        for path in (ROOT / folder).glob("*0[78]_*.py"):
            shutil.copy(path, tmp_path / "clone" / folder)
    return tmp_path / "clone"


def cache(clone: Path, **settings: object) -> ResultCache:
    """Open the cache as a new run does."""
    options = {"root": str(clone), "exercises": (ID,), **settings}
    return ResultCache(clone / "out", load_catalog(clone), Settings(**options))  # type: ignore[arg-type]


def test_report_is_found_by_the_next_run(clone: Path) -> None:
    """The next run finds a stored report and the checks at fault, wherever the submissions are."""
    cache(clone).keep(GRADED)
    moved = Submission(student="ana", exercise=ID, path="elsewhere/07_autograd.py", source="x = 1\n")
    assert cache(clone).find(moved) == msgspec.structs.replace(GRADED, submission=moved, cached=True)


@pytest.mark.parametrize(
    "other",
    [
        Submission(student="bia", exercise=ID, path="", source="x = 1\n"),
        Submission(student="ana", exercise=ID, path="", source="x = 2\n"),
        Submission(student="ana", exercise=ID, path="", problem=verbatim("x = 1\n")),
        Submission(student="ana", exercise=ID, path="", source="x = 1\n", notes=(verbatim("a note"),)),
    ],
)
def test_another_submission_is_not_found(clone: Path, other: Submission) -> None:
    """Another student, source, problem or note is another submission."""
    cache(clone).keep(GRADED)
    assert cache(clone).find(other) is None


def test_an_entry_of_an_older_form_is_not_believed(clone: Path) -> None:
    """A stored report of an older form is graded again, and its missing feedback is not read as empty feedback."""
    known = cache(clone)
    known.keep(GRADED)
    (path,) = (clone / "out").iterdir()
    old = {"report": msgspec.to_builtins(REPORT) | {"message": "", "notes": []}, "broken": []}
    path.write_bytes(msgspec.json.encode(old))
    assert known.find(SUBMISSION) is None


def test_an_entry_depends_on_the_form_of_reports(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the form of reports changes, everything is graded again."""
    cache(clone).keep(GRADED)
    monkeypatch.setattr(result_cache, "REPORT_SCHEMA", "grader/report/1")
    assert cache(clone).find(SUBMISSION) is None


@pytest.mark.parametrize("folder", ["solutions", "tests/public", "tests/hidden", "tests/misconceptions"])
def test_changed_exercise_is_graded_anew(clone: Path, folder: str) -> None:
    """After a change to the solution, a suite or the misconceptions the exercise is graded again."""
    cache(clone).keep(GRADED)
    path = next((clone / folder).glob("*07_autograd.py"))
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert cache(clone).find(SUBMISSION) is None


def test_another_seed_is_graded_anew(clone: Path) -> None:
    """With another course seed everything is graded again."""
    cache(clone).keep(GRADED)
    assert cache(clone, course_seed="another").find(SUBMISSION) is None


@pytest.mark.parametrize(
    "options", [{"inputs": "by_content"}, {"hide_expected": True}, {"whole_tasks": True}, {"device": "cuda"}]
)
def test_what_changes_reports_is_graded_anew(clone: Path, options: dict[str, object]) -> None:
    """Reports depend on the settings for inputs and feedback."""
    cache(clone).keep(GRADED)
    assert cache(clone, **options).find(SUBMISSION) is None
    assert cache(clone).find(SUBMISSION) == msgspec.structs.replace(GRADED, cached=True)


@pytest.mark.parametrize("name", sorted({*Settings.__struct_fields__} - result_cache._WITHOUT_EFFECT))
def test_every_setting_counts_unless_it_changes_no_report(clone: Path, name: str) -> None:
    """A new setting counts by default, without being added to a list."""
    others: dict[str, object] = {
        "inputs": "by_content",
        "forging": {"ana": "zeros"},
        "known": frozenset({"a", "b"}),
        "threads": 2,
        "seconds": 1.5,
        "device": "cuda",
        "course_seed": "another \udc80",
    }
    default = getattr(Settings(root="", exercises=()), name)
    other = others.get(name, not default)
    assert cache(clone, **{name: other}).key(SUBMISSION) != cache(clone).key(SUBMISSION)


@pytest.mark.parametrize("name", sorted(result_cache._WITHOUT_EFFECT - {"root", "exercises"}))
def test_settings_that_change_no_report_do_not_count(clone: Path, name: str) -> None:
    """Settings that change no report, such as `quiet`, do not make stored reports stale."""
    default = getattr(Settings(root="", exercises=()), name)
    other: object = "changed" if name == "sources" else not default
    assert cache(clone, **{name: other}).key(SUBMISSION) == cache(clone).key(SUBMISSION)


@pytest.fixture
def change_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Say that another version of a package is installed from now on."""

    def change(package: str) -> None:
        known = versions._version
        monkeypatch.setattr(versions, "_version", lambda name: "0.0" if name == package else known(name))
        versions.versions.cache_clear()

    versions.versions.cache_clear()
    yield change
    monkeypatch.undo()
    versions.versions.cache_clear()


@pytest.mark.parametrize("package", ["torch", "numpy", "scikit-learn", "pytest", "msgspec"])
def test_another_version_of_a_package_makes_reports_stale(
    clone: Path, change_version: Callable[[str], None], package: str
) -> None:
    """Another version of PyTorch or NumPy makes reports stale, because numbers and error messages may differ."""
    cache(clone).keep(GRADED)
    change_version(package)
    assert cache(clone).find(SUBMISSION) is None


def test_another_python_makes_reports_stale(
    clone: Path, change_version: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of Python makes reports stale, because its error messages and lines may differ."""
    cache(clone).keep(GRADED)
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    versions.versions.cache_clear()
    assert cache(clone).find(SUBMISSION) is None


@pytest.mark.parametrize("change", ["backend", "system"])
def test_another_backend_or_system_makes_reports_stale(
    clone: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """A report of one backend does not stand for another: a folder may be shared by two systems."""
    monkeypatch.setenv("GRADER_BACKEND", "linux")
    cache(clone).keep(GRADED)
    if change == "backend":
        monkeypatch.setenv("GRADER_BACKEND", "portable")
    else:
        monkeypatch.setattr(versions.sys, "platform", "win32")
    assert cache(clone).find(SUBMISSION) is None


def test_the_packages_are_those_that_the_project_names() -> None:
    """All packages that the kit depends on count, except those of its extras."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    stated = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert stated is not None
    assert versions._dependencies() == set(re.findall(r'^ +"([\w-]+)', stated[1], re.MULTILINE))


def test_change_of_another_exercise_is_none(clone: Path) -> None:
    """A change to one exercise keeps the reports of the others."""
    cache(clone).keep(GRADED)
    (clone / "tests/hidden/test_08_detach_and_inplace.py").write_text("# changed\n", encoding="utf-8")
    assert cache(clone).find(SUBMISSION) == msgspec.structs.replace(GRADED, cached=True)


def test_torn_entry_is_no_report(clone: Path) -> None:
    """An entry that cannot be read is graded again."""
    cache(clone).keep(GRADED)
    for path in (clone / "out").iterdir():
        path.write_bytes(path.read_bytes()[:40])
    assert cache(clone).find(SUBMISSION) is None


def test_only_the_latest_may_be_kept(clone: Path) -> None:
    """Only the latest entry of an exercise is kept if requested; other exercises keep theirs."""
    later = Submission(student="ana", exercise=ID, path="", source="x = 2\n")
    other = Submission(student="ana", exercise="08_detach_and_inplace", path="", source="x = 1\n")
    book = cache(clone, exercises=(ID, "08_detach_and_inplace"))
    for submission in (SUBMISSION, other, later):
        book.keep_only(Graded(submission=submission, report=REPORT))
    assert [book.find(s) is not None for s in (SUBMISSION, other, later)] == [False, True, True]
