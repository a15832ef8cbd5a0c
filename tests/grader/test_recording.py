"""A release names the same mistakes as the instructor's clone, and records nothing of hidden checks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from grader import recording, wire
from grader.catalog import Catalog, load_catalog
from grader.diagnoses import REFERENCE, decode
from grader.grading.pool import grade_submissions
from grader.grading.settings import Graded, GradingError, Settings
from grader.recording import record_diagnoses
from grader.records import ExerciseReport, Misconception, Submission
from grader.sentences import learner

pytestmark = pytest.mark.sandbox

ID = "01_small"
LayDown = Callable[..., Path]
PUBLIC = '''
@check("double", points=1)
def test_shown(candidate):
    """Twice 2 is 4."""
    candidate.double(torch.tensor([2.5])).result.values([5.0])
'''
HIDDEN = '''
@check("double", points=1)
def test_not_shown(candidate):
    """Twice 7 is 14."""
    candidate.double(torch.tensor([7.5])).result.values([15.0])
'''
ADDS = '# %% task="double" name="adds"\n# You add 2.\ndef double(x):\n    return x + 2\n'
RAISES = '# %% task="double" name="raises"\n# You raise.\ndef double(x):\n    raise KeyError("unfinished")\n'


@pytest.fixture
def course(lay_down: LayDown) -> Catalog:
    """A course with a public and a hidden check of one task, and two misconceptions."""
    return load_catalog(lay_down(HIDDEN, public=PUBLIC, misconceptions=f"{ADDS}\n{RAISES}"))


def test_answers_to_public_calls_are_recorded_without_code(course: Catalog) -> None:
    """The record has the calls of the public check, with and without a trace, none of a hidden one, and no code."""
    ((id, data),) = record_diagnoses(course, jobs=1)
    found = decode(data)
    assert id == ID and [(m.name, m.message) for m in found.mistakes] == [
        ("adds", "You add 2."),
        ("raises", "You raise."),
    ]
    assert len(found.calls) == 2
    full = next(key for key, names in found.calls.items() if REFERENCE in names)
    right, adds, raises = (found.answer(full, name) for name in (REFERENCE, "double.adds", "double.raises"))
    assert right is not None and isinstance(right.result, wire.TensorFact) and right.operations == {}
    assert adds is not None and isinstance(adds.result, wire.TensorFact) and adds.result.data != right.result.data
    assert raises is not None and raises.raised is not None
    assert (raises.raised.type, raises.raised.code, raises.raised.line) == ("KeyError", "", 0)
    (traced,) = found.calls.keys() - {full}
    trace = found.answer(traced, "double.adds")
    assert trace is not None and trace.operations == {"aten::add": 1} and trace.result is None
    assert msgspec.msgpack.encode(found).count(b"x + 2") == 0


def test_what_is_recorded_is_kept(course: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second release records nothing again, until a file of the exercise changes."""
    first = dict(record_diagnoses(course, jobs=1))

    def grade(settings: Settings, submissions: Iterator[Submission], **_: object) -> Iterator[object]:
        asked.extend(submission.exercise for submission in submissions)
        return iter(())

    asked: list[str] = []
    monkeypatch.setattr(recording, "grade_submissions", grade)
    assert dict(record_diagnoses(course, jobs=1)) == first and asked == []
    misconceptions = course.root / "tests" / "misconceptions" / f"{ID}.py"
    misconceptions.write_text(ADDS, encoding="utf-8")
    assert dict(record_diagnoses(course, jobs=1)) == {} and asked == [ID]


def test_what_cannot_be_recorded_is_not_kept(course: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the workers die, the release fails, and the next one records again."""

    def grade(settings: Settings, submissions: Iterator[Submission], **_: object) -> Iterator[Graded]:
        for submission in submissions:
            yield Graded(submission=submission, report=None)

    monkeypatch.setattr(recording, "grade_submissions", grade)
    for _ in range(2):
        with pytest.raises(GradingError, match="common mistakes of 01_small"):
            list(record_diagnoses(course, jobs=1))


def test_a_course_without_solutions_passes_on_what_it_has(lay_down: LayDown) -> None:
    """A release that is made from a student's course carries the same record, or none."""
    released = load_catalog(lay_down(public=PUBLIC, released=True))
    assert dict(record_diagnoses(released, jobs=1)) == {}
    released.diagnoses(ID).parent.mkdir()
    released.diagnoses(ID).write_bytes(b"recorded")
    assert dict(record_diagnoses(released, jobs=1)) == {ID: b"recorded"}


# The names in a release and in a clone -----------------------------------------------------------------------------


def graded(root: Path, submissions: Sequence[Submission]) -> list[ExerciseReport]:
    """Return the reports of these submissions, in their order."""
    ids = tuple(dict.fromkeys(submission.exercise for submission in submissions))
    settings = Settings(root=str(root), exercises=ids, relaxed_sandbox=True)
    found = {g.submission.student: g.report for g in grade_submissions(settings, submissions, jobs=1)}
    return [found[submission.student] for submission in submissions]  # type: ignore[misc]


def named(report: ExerciseReport) -> dict[str, Misconception | None]:
    """Return the mistake that each check names, by check."""
    return {check.id: check.feedback.misconception for task in report.tasks for check in task.checks}


@pytest.fixture(scope="module")
def both(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Catalog]:
    """Return a clone without hidden suites, a student's course with what is recorded, and a few exercises."""
    some = tuple(e for e in catalog.exercises if e.id[:2] in ("01", "04", "08", "13"))
    few = msgspec.structs.replace(catalog, exercises=some)
    clone, release = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("release")
    for exercise in some:
        for folder in ("solutions", "exercises", "tests/misconceptions"):
            (clone / folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(catalog.root / folder / f"{exercise.id}.py", clone / folder)
        for root in (clone, release):
            for path in (few.public_suite(exercise.id), few.stub(exercise.id)):
                (root / path.relative_to(few.root)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, root / path.relative_to(few.root))
    (release / "diagnoses").mkdir()
    for id, data in record_diagnoses(few, jobs=2):
        (release / "diagnoses" / f"{id}.bin").write_bytes(data)
    return clone, release, few


def test_a_release_names_the_same_mistakes_as_the_clone(both: tuple[Path, Path, Catalog]) -> None:
    """By the public checks, the first mistakes of each task get the same name and the same certainty in both.

    One is left out. It returns a tensor of `torch.empty`, whose values can be different in every call.
    """
    clone, release, few = both
    submissions = [
        Submission(student=f"{v.task} {v.name}", exercise=e.id, path="x.py", source=v.source, tasks=(v.task,))
        for e in few.exercises
        for task in e.tasks
        for v in [v for v in few.misconceptions(e.id) if v.task == task.name][:4]
        if v.name != "capital-t-scalar"
    ]
    expected, got = ([named(report) for report in graded(root, submissions)] for root in (clone, release))
    assert got == expected
    assert sum(any(names.values()) for names in got) > len(submissions) / 2


def test_code_that_no_misconception_has_gets_the_same_name_or_none(both: tuple[Path, Path, Catalog]) -> None:
    """Code in other words is named like the misconception that answers like it, and right code is not."""
    clone, release, few = both
    task = "column_view"
    sources = {
        "a copy": "def column_view(x, col):\n    found = x[:, col]\n    return found.clone()\n",
        "a row": "def column_view(x, col):\n    return x.select(0, col)\n",
        "right": "def column_view(x, col):\n    return x.select(1, col)\n",
        "nothing": "def column_view(x, col):\n    pass\n",
        "in an odd way": "def column_view(x, col):\n    return x[:, col] * float(x.mean())\n",
    }
    id = few.find(task)[0]
    submissions = [
        Submission(student=name, exercise=id, path="x.py", source=f"import torch\n\n{source}", tasks=(task,))
        for name, source in sources.items()
    ]
    expected, got = ([named(report) for report in graded(root, submissions)] for root in (clone, release))
    assert got == expected
    assert [any(names.values()) for names in got] == [True, True, False, False, False]


def test_without_a_record_the_feedback_says_that_no_mistakes_are_named(lay_down: LayDown, course: Catalog) -> None:
    """The note comes only if a check fails; with a record or in a clone there is none."""
    released = lay_down(public=PUBLIC, released=True)
    sources = ("def double(x):\n    return x + 2\n", "def double(x):\n    return x * 2\n")
    work = [
        Submission(student=source, exercise=ID, path="x.py", source=source, tasks=("double",)) for source in sources
    ]
    assert [report.notes for report in graded(released, work)] == [(learner.NO_MISTAKES_NAMED(),), ()]
    load_catalog(released).diagnoses(ID).parent.mkdir()
    load_catalog(released).diagnoses(ID).write_bytes(dict(record_diagnoses(course, jobs=1))[ID])
    wrong, right = graded(released, work)
    assert wrong.notes == right.notes == ()
    assert [mistake and mistake.id for mistake in named(wrong).values()] == ["adds"]
