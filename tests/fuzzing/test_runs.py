"""Whole runs of `grade` and `check` over mutated files and odd folders: no submission ends a run or touches another.

The workers are real, and sandboxed as other people's code is. One exercise is enough: what a run does with a submission
does not depend on which it is.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from demands import VALIDATOR, require_deserved, validator, within
from mutations import ROOT, Mutant, hand_in, mutants, student_folder
from typer.testing import CliRunner

from grader.catalog import load_catalog
from grader.cli.main import app
from grader.grading import pipeline
from grader.grading.dispatcher import Dispatcher
from grader.grading.pool import WorkerPool
from grader.grading.settings import Graded, Settings
from grader.records import ExerciseReport, Report, Submission

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

EXERCISE = "04_indexing_and_inplace"
HONEST = {
    "ana": (ROOT / "solutions" / f"{EXERCISE}.py").read_bytes(),
    "mia": (ROOT / "exercises" / f"{EXERCISE}.py").read_bytes(),
    "zoe": (ROOT / "solutions" / f"{EXERCISE}.py").read_bytes().replace(b"x.relu_()", b"x.relu()"),
}
ASLEEP = 600  # seconds after which a run counts as hanging

Amount = Callable[[int, int], int]


@pytest.fixture
def died(monkeypatch: pytest.MonkeyPatch) -> list[Submission | None]:
    """Collect the submissions that killed workers."""
    note_death: Callable[[Dispatcher, int], Any] = Dispatcher.died
    died: list[Submission | None] = []

    def noted(dispatcher: Dispatcher, place: int) -> Any:
        died.append(dispatcher.held(place))
        return note_death(dispatcher, place)

    monkeypatch.setattr(Dispatcher, "died", noted)
    return died


# grade ----------------------------------------------------------------------------------------------------------------


def lay_down_honest(folder: Path) -> None:
    """Write the files of honest students."""
    for student, data in HONEST.items():
        (folder / student).mkdir(parents=True)
        (folder / student / f"{EXERCISE}.py").write_bytes(data)


def grade(folder: Path, out: Path, read: dict[str, Submission]) -> None:
    """Grade a class; record what was read, by student."""
    catalog = load_catalog(ROOT)
    settings = Settings(root=str(ROOT), exercises=(EXERCISE,), course_seed="fuzz")

    def progress(done: int, total: int, last: Graded) -> None:
        read[last.submission.student] = last.submission

    pipeline.grade_class(catalog, folder, out, exercises=(EXERCISE,), jobs=1, settings=settings, progress=progress)


def test_a_class_of_mutants_is_graded(
    tmp_path: Path, amount: Amount, ran: Counter[str], died: list[Submission | None]
) -> None:
    """Each student gets one valid report, no points are undeserved, and honest students get their points."""
    lay_down_honest(tmp_path / "honest")
    grade(tmp_path / "honest", tmp_path / "alone", {})

    number = amount(50, 2_000)
    every: dict[int, Mutant] = {}
    lay_down_honest(tmp_path / "class")
    for mutant in mutants(number, exercise=EXERCISE):
        dice = random.Random(mutant.number)
        folder = tmp_path / "class" / student_folder(dice, mutant.number)
        hand_in(dice, folder, mutant, neighbour=tmp_path / "class" / "ana")
        every[mutant.number] = mutant
    read: dict[str, Submission] = {}
    with within(ASLEEP + 2 * number):
        grade(tmp_path / "class", tmp_path / "out", read)

    reports = {path.parent.name: path.read_bytes() for path in (tmp_path / "out").glob("*/report.json")}
    for student in HONEST:
        alone = (tmp_path / "alone" / student / "report.json").read_bytes()
        assert reports.pop(student) == alone, student
    summary = json.loads((tmp_path / "out" / "class.json").read_bytes())
    validator("class").validate(summary)
    assert len(summary["students"]) == len(HONEST) + number
    seen = Counter[int]()
    for name, data in reports.items():
        VALIDATOR.validate(json.loads(data))
        report = msgspec.json.decode(data, type=Report)
        found = re.search(r"s(\d+)z", report.student)
        assert found is not None, name
        seen[int(found[1])] += 1
        mutant = every[int(found[1])]
        if report.exercises[0].status == "not_submitted":
            assert report.points == 0
        else:
            require_deserved(mutant, read[report.student], report.exercises[0])
        ran["mutated submissions graded in a class"] += 1
        ran["of these with points"] += report.points > 0
    assert seen == Counter(list(every))
    assert died == []


# check ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Create a course of one exercise for `check`."""
    for folder, name in (("exercises", ""), ("solutions", ""), ("tests/public", "test_"), ("tests/hidden", "test_")):
        (tmp_path / "course" / folder).mkdir(parents=True)
        shutil.copy(ROOT / folder / f"{name}{EXERCISE}.py", tmp_path / "course" / folder)
    shutil.copytree(ROOT / "tests" / "misconceptions", tmp_path / "course" / "tests" / "misconceptions")
    return tmp_path / "course"


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ExerciseReport]]:
    """Let all checks share one worker, and collect their reports."""
    reports: list[ExerciseReport] = []
    grade_own = pipeline.grade_own

    def recorded(*arguments: Any, **keywords: Any) -> Iterator[ExerciseReport]:
        for report in grade_own(*arguments, **keywords):
            reports.append(report)
            yield report

    with WorkerPool(1) as workers:
        monkeypatch.setattr(pipeline, "grade_submissions", lambda settings, left, jobs: workers.grade(settings, left))
        monkeypatch.setattr(pipeline, "grade_own", recorded)
        yield reports


def test_mutants_are_checked(
    course: Path,
    warm: list[ExerciseReport],
    monkeypatch: pytest.MonkeyPatch,
    amount: Amount,
    ran: Counter[str],
    died: list[Submission | None],
) -> None:
    """Repeated `grader check` in one process gives a report, or one line that says why there is none."""
    monkeypatch.chdir(course)
    own = course / "exercises" / f"{EXERCISE}.py"
    honest = None
    for mutant in mutants(amount(50, 2_000), exercise=EXERCISE):
        if mutant.number % 2:
            file = course / "elsewhere" / own.name
            hand_in_at(file.with_suffix(mutant.file.suffix), mutant)
            asked = [str(file.with_suffix(mutant.file.suffix))]
        else:
            hand_in_at(own.with_suffix(mutant.file.suffix), mutant)
            asked = ["04"] if mutant.number % 4 else [EXERCISE]
        before = len(warm)
        with within(ASLEEP):
            result = CliRunner().invoke(app, ["check", *asked])
        assert isinstance(result.exception, SystemExit | None), mutant.number
        assert result.exit_code in (0, 1, 3), (mutant.number, result.output)
        [report] = warm[before:]
        assert EXERCISE in result.output
        checked(mutant, report)
        ran["mutated submissions checked"] += 1
        for path in (own, own.with_suffix(".ipynb")):
            path.unlink(missing_ok=True)
        if mutant.number % 25 == 0:
            own.write_bytes(HONEST["zoe"])
            result = CliRunner().invoke(app, ["check", "04"])
            honest = honest or result.output
            assert result.output == honest
    assert died == []


def hand_in_at(file: Path, mutant: Mutant) -> None:
    """Write a mutant to a file."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(mutant.data)


def checked(mutant: Mutant, report: ExerciseReport) -> None:
    """Assert what is true of every report."""
    VALIDATOR.validate(json.loads(msgspec.json.encode(pipeline.student_report("you", (report,)))))
    if mutant.file.empty:
        assert report.points == 0, mutant.number
