"""Gradescope's package: the layout of its zip, its result, and a run in a root like that of the platform."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from containers import READER, Container, on_gradescope
from outcomes import ID, ROOT, STUDENT, check, graded, outcome, package
from typer.testing import CliRunner

from grader.catalog import load_catalog
from grader.cli.main import app
from grader.packages import gradescope
from grader.packages.package import Package
from grader.sentences import learner_packages, verbatim

# Refuses Landlock, as an older kernel or a container's own filter does.
NO_LANDLOCK = (
    "import errno, os, sys, pyseccomp as s; f = s.SyscallFilter(s.ALLOW); "
    "f.add_rule(s.ERRNO(errno.ENOSYS), 444); f.load(); os.execvp(sys.argv[1], sys.argv[1:])"
)


def result(told: Package, seen: Any) -> dict[str, Any]:
    (data,) = gradescope.results(told, seen, {}).values()
    found: dict[str, Any] = json.loads(data)
    return found


def test_each_check_is_a_test_of_the_platform() -> None:
    """A check has its points, its feedback and its visibility; the score is the sum, without errors of rounding."""
    seen = outcome("graded", check("a", "passed", 0.1), check("b", "failed", 0.25), check("c", "passed", 0.2, "hidden"))
    data = result(package("gradescope", visibility="after_published"), seen)
    assert data["score"] == 0.3 and sum(test["max_score"] for test in data["tests"]) == pytest.approx(0.55)
    first, second, third = data["tests"]
    assert (first["score"], first["status"], first["visibility"]) == (0.1, "passed", "visible")
    assert (second["score"], second["status"], second["output"]) == (0.0, "failed", "It is wrong.")
    assert (third["score"], third["visibility"]) == (0.2, "after_published")


def test_what_staff_should_know_is_not_shown_to_students() -> None:
    """Students read their sentence; staff's is in the output of the run and in data that are not shown."""
    staff = verbatim("The disk is full.")
    data = result(package("gradescope"), outcome("failed", student=(learner_packages.FAILED(),), staff=(staff,)))
    assert "you are not the cause" in data["output"] and "disk" not in data["output"]
    assert data["extra_data"]["staff"] == ["The disk is full."] and data["stdout_visibility"] == "hidden"
    assert data["score"] == 0


def test_a_group_is_one_student(tmp_path: Path) -> None:
    """Inputs depend on all members, in whatever order the metadata name them; without metadata, on nobody."""
    users = [{"email": "b@example.org", "id": 2, "name": "B"}, {"email": "a@example.org", "id": 1, "name": "A"}]
    metadata = tmp_path / "submission_metadata.json"
    metadata.write_text(json.dumps({"id": 1, "users": users}))
    assert gradescope.student({}, tmp_path / "submission") == "a@example.org+b@example.org"
    metadata.write_text("{}")
    assert gradescope.student({}, tmp_path / "submission") == ""


def test_the_zip_is_as_the_platform_expects_it(tmp_path: Path) -> None:
    """`setup.sh` and `run_autograder` are at its root, can be executed, and have line ends that bash reads."""
    out = tmp_path / "package.zip"
    done = CliRunner().invoke(app, ["package", "--for", "gradescope", "--exercise", "07", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        names = set(archive.namelist())
        for name in ("setup.sh", "run_autograder"):
            assert archive.getinfo(name).external_attr >> 16 & 0o111 and b"\r" not in archive.read(name)
            script = tmp_path / name
            script.write_bytes(archive.read(name))
            subprocess.run(["bash", "-n", str(script)], check=True)
    assert {f"course/tests/hidden/test_{ID}.py", "course/solutions/07_autograd.py", "package.json"} <= names
    assert not any("08_" in name for name in names)


@pytest.mark.slow
@pytest.mark.sandbox
def test_the_package_gives_the_points_of_grade(container: Any, make: Callable[..., Package], tmp_path: Path) -> None:
    """In a container without a network or user namespaces, a student gets what `grade` gives, in some seconds."""
    told = make("gradescope", tmp_path, load_catalog(ROOT))
    data = on_gradescope(container, tmp_path, STUDENT)
    assert data["extra_data"]["state"] == "graded"
    expected = graded(told, tmp_path, "student")
    assert [test["score"] for test in data["tests"]] == list(expected.values())
    assert data["score"] == sum(expected.values()) > 0
    assert data["extra_data"]["versions"]["kit"] == told.kit


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_submission_reads_nothing_of_the_package(
    container: Any, make: Callable[..., Package], tmp_path: Path
) -> None:
    """Suites, solutions and the seed cannot be read, even where only another user and the filter of calls are left."""
    make("gradescope", tmp_path / "package", load_catalog(ROOT))
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / f"{ID}.py").write_text(READER)
    without = ("kit/bin/python", "-c", NO_LANDLOCK)
    data = on_gradescope(container, tmp_path / "package", tmp_path / "work", *without)
    assert {"user", "seccomp"} <= {*data["extra_data"]["layers"]} <= {"user", "seccomp", "limits", "capabilities"}
    said = [test["output"] for test in data["tests"]]
    assert data["score"] == 0 and any("READ 0 bytes" in text for text in said), said


@pytest.mark.parametrize("platform", ["gradescope", "prairielearn"])
def test_a_container_without_the_kit_says_so(
    needs_root: None, make: Callable[..., Package], tmp_path: Path, platform: str
) -> None:
    """If the image was not built as it should be, the student reads that they are not the cause, and staff read why."""
    make(platform, tmp_path / "package", load_catalog(ROOT))
    bare = Container(tmp_path / "root")
    script = next(path for name in ("run_autograder", "grade.sh") for path in (tmp_path / "package").rglob(name))
    bare.put(script.parent, "/autograder/source" if platform == "gradescope" else "/grade/tests")
    inside = "/autograder/source/run_autograder" if platform == "gradescope" else "/grade/tests/grade.sh"
    done = bare.run(inside, programs="/nowhere")
    (path,) = bare.root.glob("*/results/results.json")
    assert "not the cause" in path.read_text() and "The kit is not in" in done.stdout
