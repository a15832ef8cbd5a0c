"""The attacks with forbidden calls are real: without the rule each would earn its task's points."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.grading.pool import grade_submissions
from grader.grading.settings import Settings
from grader.records import Submission

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
ATTACKS = sorted(Path(__file__).resolve().parent.glob("finished_*.py"))
IDS = ("07_autograd", "08_detach_and_inplace", "10_linear_regression_by_hand")


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with the same exercises that forbids no calls."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "tests" / "public", root / "tests" / "public")
    shutil.copytree(ROOT / "tests" / "hidden", root / "tests" / "hidden")
    shutil.copytree(ROOT / "solutions", root / "solutions")
    for solution in (root / "solutions").glob("*.py"):
        text = re.sub(r" forbidden=\[[^]]*\]", "", solution.read_text(encoding="utf-8"))
        solution.write_text(text, encoding="utf-8")
    return root


def test_without_the_rule_each_attack_wins_its_task(lenient: Path) -> None:
    """Without the rule an attack earns all points of the task that its last line names."""
    catalog = load_catalog(lenient)
    tasks = {task.name: exercise for exercise in catalog.exercises if exercise.id in IDS for task in exercise.tasks}
    submissions = []
    for attack in ATTACKS:
        source = attack.read_text(encoding="utf-8")
        task = source.strip().splitlines()[-1].partition(" = ")[0]
        submissions.append(
            Submission(student=attack.stem, exercise=tasks[task].id, path="", tasks=(task,), source=source)
        )
    settings = Settings(root=str(lenient), exercises=IDS, relaxed_sandbox=True, diagnosing=False)
    lost = {}
    for graded in grade_submissions(settings, iter(submissions), jobs=1):
        assert graded.report is not None
        if graded.report.points < graded.report.max_points:
            lost[graded.submission.student] = graded.report.points
    assert len(submissions) > 20 and lost == {}
