"""Packages that students can read, for Classroom 50 and GitHub Actions: public checks alone, and their results."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from outcomes import ID, ROOT, STUDENT, check, graded, outcome, package

from grader.catalog import load_catalog
from grader.packages import classroom50, github_actions
from grader.packages.package import Package
from grader.packages.platforms import PLATFORMS
from grader.sentences import learner_packages, verbatim

IDENTITY = {
    "CLASSROOM": "pytorch",
    "ASSIGNMENT": "autograd",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ana",
    "SUBMISSION_TAG": "submit/2026-12-01T10-00-00Z-abc1234",
    "COMMIT_URL": "https://github.com/course/pytorch-autograd-ana/commit/abc",
    "RELEASE_URL": "https://github.com/course/pytorch-autograd-ana/releases/tag/x",
    "REVIEW_URL": "https://github.com/course/pytorch-autograd-ana/compare/a...b",
}
# What schemas/result-v1.schema.json of foundation50/classroom50 asks for, in our own words.
TEXTS = {"schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review"}
TIMES, NUMBERS, OTHERS = {"datetime", "graded_at"}, {"score", "max-score"}, {"tests", "submitted_by"}


def valid(data: dict[str, Any]) -> bool:
    """Say whether a result is one of `classroom50/result/v1`: no other keys, whole numbers, scores within bounds."""
    tests = data["tests"]
    numbers = [(data["score"], data["max-score"]), *((test["score"], test["max-score"]) for test in tests)]
    return (
        TEXTS | NUMBERS | {"datetime", "tests"} <= data.keys() <= TEXTS | TIMES | NUMBERS | OTHERS
        and data["schema"] == "classroom50/result/v1"
        and data["assignment_type"] in ("individual", "group")
        and all(isinstance(data[key], str) and data[key] for key in TEXTS)
        and data["submission"].startswith("submit/")
        and all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data[key]) for key in TIMES & data.keys())
        and all(type(score) is int and type(most) is int and 0 <= score <= most for score, most in numbers)
        and all(test["test-name"] and type(test["passed"]) is bool for test in tests)
    )


@pytest.mark.parametrize("platform", ["classroom50", "github-actions"])
def test_what_students_can_read_holds_nothing_hidden(
    make: Callable[..., Package], tmp_path: Path, platform: str
) -> None:
    """There is no hidden suite, solution or misconception in it, nor a hidden check."""
    told = make(platform, tmp_path, load_catalog(ROOT), hidden=False)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(word in str(path) for path in files for word in ("hidden", "solutions", "misconceptions"))
    secret = "".join((ROOT / place).read_text() for place in (f"tests/hidden/test_{ID}.py", f"solutions/{ID}.py"))
    known = "".join(path.read_text() for path in files if path.suffix == ".py")
    functions = set(re.findall(r"^def (test_\w+)", secret, re.MULTILINE))
    assert functions and not any(name in known for name in functions) and not told.hidden


def test_scores_of_classroom_50_are_whole_numbers() -> None:
    """Points are multiplied by a power of ten, the release says by which, and the result is what the platform takes."""
    seen = outcome("graded", check("a", "passed", 0.125), check("b", "failed", 0.25), check("c", "passed", 2.0))
    files = classroom50.results(package("classroom50", hidden=False), seen, IDENTITY)
    data = json.loads(files["result.json"])
    assert valid(data) and (data["score"], data["max-score"]) == (2125, 2375)
    assert [test["score"] for test in data["tests"]] == [125, 0, 2000]
    assert "1000 stand for one point" in files["release-body.md"].decode()
    assert not valid({**data, "extra": 1}) and not valid({**data, "score": 2376}) and not valid({**data, "score": 1.0})


@pytest.mark.parametrize(
    ("points", "scale"), [((), 1), (("1", "2"), 1), (("0.5",), 10), (("100", "0.25"), 100), (("0.10", "0.125"), 1000)]
)
def test_the_scale_is_the_smallest_that_makes_all_points_whole(points: tuple[str, ...], scale: int) -> None:
    """It is a power of ten, so that people can read the scores."""
    assert classroom50.scale_of(map(Decimal, points)) == scale


def test_what_has_to_be_graded_again_fails_the_job() -> None:
    """Then Classroom 50 publishes no result, and a workflow is red; work that is wrong or missing fails nothing."""
    for state, code in (("graded", 0), ("nothing", 0), ("failed", 1), ("cut off", 1)):
        seen = outcome(state, student=(learner_packages.FAILED(),))
        assert PLATFORMS["classroom50"].exit_code(seen) == PLATFORMS["github-actions"].exit_code(seen) == code


def test_nothing_that_a_student_wrote_is_markup() -> None:
    """Names stand in a table as they are, and feedback in a block of code that it cannot leave."""
    evil = "``` ````\n<img src=x> | [a](http://b)"
    seen = outcome("graded", check("<b>|x", "failed", 1.0, said=evil), student=(verbatim("<script> @ana"),))
    text = github_actions.results(package("github-actions", hidden=False), seen, {})["feedback.md"].decode()
    outside = re.sub(r"`{5}text\n.*?\n`{5}\n", "", text, flags=re.DOTALL)
    assert "<img" not in outside and "`````text" in text
    assert not re.search(r"(?<!\\)[<@]", outside) and outside.count("|") - outside.count("\\|") == 4 * 3


def test_the_workflow_is_what_github_reads(make: Callable[..., Package], tmp_path: Path) -> None:
    """It is a workflow with the kit's Python and time limit; its commands are shell, and it may write nothing."""
    told = make("github-actions", tmp_path, load_catalog(ROOT), hidden=False)
    flow = yaml.safe_load((tmp_path / ".github" / "workflows" / "grade.yml").read_text())
    (job,) = flow["jobs"].values()
    assert flow["permissions"] == {"contents": "read"} and job["timeout-minutes"] * 60 == told.seconds
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert any("run-package .grading" in run for run in runs) and any("-r requirements.txt" in run for run in runs)
    assert not any("@" in run for run in runs) and (tmp_path / ".grading" / "package.json").is_file()


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_bundle_of_classroom_50_grades_a_checkout(
    container: Any, make: Callable[..., Package], tmp_path: Path
) -> None:
    """Run as the platform's runner runs it, a student gets what `grade` gives for the public checks.

    The result is a file of the checkout, even if the student handed in a link of that name.
    """
    told = make("classroom50", tmp_path, load_catalog(ROOT), hidden=False)
    shutil.rmtree(container.path("/runner"), ignore_errors=True)
    container.put(tmp_path, "/runner/bundle/autograd")
    container.put(STUDENT, "/runner/work")
    container.path("/runner/work/.classroom50.yaml").write_text("classroom: pytorch\nassignment: autograd\n")
    container.path("/runner/work/README.md").write_text("# The exercise\n")
    container.path("/runner/work/result.json").symlink_to("README.md")
    container.run(
        "python3",
        "/runner/bundle/autograd/autograder.py",
        folder="/runner/work",
        programs="/autograder/kit/bin",  # an image with this version of the kit: nothing is installed
        environment={**IDENTITY, "CLASSROOM50_BUNDLE_DIR": "/runner/bundle/autograd"},
    )
    assert container.path("/runner/work/README.md").read_text() == "# The exercise\n"
    data = json.loads(container.path("/runner/work/result.json").read_text())
    expected = graded(told, tmp_path, "ana")
    scale = 100
    assert valid(data) and data["owner"] == "ana"
    assert [test["score"] / scale for test in data["tests"]] == list(expected.values())
    assert data["score"] / scale == sum(expected.values()) > 0
    assert "only the public checks" in container.path("/runner/work/release-body.md").read_text().lower()
