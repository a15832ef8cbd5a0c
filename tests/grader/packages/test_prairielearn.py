"""PrairieLearn's package: a question for each exercise, its result, and a run in /grade."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from containers import on_prairielearn
from outcomes import ID, ROOT, STUDENT, check, graded, outcome, package

from grader.catalog import load_catalog
from grader.packages import prairielearn
from grader.packages.package import Package
from grader.packages.platforms import PLATFORMS
from grader.sentences import learner_packages, verbatim

OTHER = "08_detach_and_inplace"
KEYS = {"image", "entrypoint", "timeout", "enableNetworking"}  # those of infoQuestion.json that a question may have


def result(told: Package, seen: Any) -> dict[str, Any]:
    (data,) = prairielearn.results(told, seen, {}).values()
    found: dict[str, Any] = json.loads(data)
    return found


def test_each_exercise_is_a_question(make: Callable[..., Package], tmp_path: Path) -> None:
    """A question has the suites of its exercise alone, and what the platform must know of its grader."""
    make("prairielearn", tmp_path, load_catalog(ROOT), ID, OTHER)
    for id, other in ((ID, OTHER), (OTHER, ID)):
        place = tmp_path / "questions" / "pytorch" / id
        info = json.loads((place / "info.json").read_text())
        assert (
            info["gradingMethod"] == "External" and info["type"] == "v3" and info["topic"] and len(info["uuid"]) == 36
        )
        options = info["externalGradingOptions"]
        assert options.keys() == KEYS and options["enableNetworking"] is False and 0 < options["timeout"] <= 600
        assert options["entrypoint"] == "/grade/tests/grade.sh" and "+" not in options["image"]
        subprocess.run(["bash", "-n", str(place / "tests" / "grade.sh")], check=True)
        files = {path.name for path in place.rglob("*") if path.is_file()}
        assert f"test_{id}.py" in files and not any(other in name for name in files)
        assert f'file-names="{id}.py"' in (place / "question.html").read_text()
    image = {path.name for path in (tmp_path / "image").rglob("*") if path.is_file()}
    assert not any("test_" in name or "package.json" in name for name in image)


def test_the_score_is_a_share_of_the_points() -> None:
    """The platform wants a fraction. Each check has its points; hidden ones can be one line for each task."""
    seen = outcome("graded", check("a", "passed", 0.1), check("b", "failed", 0.5), check("c", "passed", 0.2, "hidden"))
    data = result(package("prairielearn"), seen)
    assert data["score"] == 0.375 and data.get("gradable", True)
    assert [(test["points"], test["max_points"]) for test in data["tests"]] == [(0.1, 0.1), (0.0, 0.5), (0.2, 0.2)]
    assert data["tests"][1]["message"] == "It is wrong."
    data = result(package("prairielearn", visibility="hidden"), seen)
    assert data["score"] == 0.375 and data["tests"][-1]["name"] == "07 double: hidden checks"
    assert data["tests"][-1]["message"] == "1 of 1 hidden checks pass."


@pytest.mark.parametrize("state", ["running", "cut off", "nothing", "failed"])
def test_what_was_not_graded_uses_up_no_attempt(state: str) -> None:
    """The platform then reads that the submission is not gradable, and the student reads why."""
    staff = verbatim("The disk is full.")
    seen = outcome(state, check("a", "passed", 1.0), student=(learner_packages.FAILED(),), staff=(staff,))
    data = result(package("prairielearn"), seen)
    assert data["gradable"] is False and "not the cause" in data["format_errors"][0]
    assert "disk" not in json.dumps(data) and PLATFORMS["prairielearn"].exit_code(seen) == 0


def test_a_result_stays_below_the_limit_of_the_platform() -> None:
    """A hundred long feedbacks are shortened until the file is small enough, and say so."""
    checks = [check(f"c{n}", "failed", 0.1, said="ü" * 20_000) for n in range(150)]
    (data,) = prairielearn.results(package("prairielearn"), outcome("graded", *checks), {}).values()
    assert len(data) < 2**20 and len(json.loads(data)["tests"]) == 150
    assert "left out" in json.loads(data)["tests"][0]["message"]


@pytest.mark.slow
@pytest.mark.sandbox
def test_the_question_gives_the_points_of_grade(container: Any, make: Callable[..., Package], tmp_path: Path) -> None:
    """In a container with /grade as the platform fills it, a student gets what `grade` gives."""
    told = make("prairielearn", tmp_path, load_catalog(ROOT))
    question = tmp_path / "questions" / "pytorch" / ID
    (tmp_path / "work").mkdir()
    shutil.copy(STUDENT / f"{ID}.py", tmp_path / "work")
    data = on_prairielearn(container, question, tmp_path / "work")
    expected = graded(told, question / "tests", "student")
    assert [test["points"] for test in data["tests"]] == list(expected.values())
    most = sum(test["max_points"] for test in data["tests"])
    assert data["score"] * most == pytest.approx(sum(expected.values())) and data["score"] > 0
