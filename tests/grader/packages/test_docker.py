"""The Dockerfile: its steps in a root of its own, and what a run of the image leaves."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from containers import Container, on_docker
from outcomes import ID, ROOT, STUDENT, check, graded, outcome, package

from grader.catalog import load_catalog
from grader.packages import docker
from grader.packages.package import Package
from grader.records import Report

Step = tuple[str, str]


def steps(dockerfile: str) -> list[Step]:
    """Return the instructions of a Dockerfile."""
    lines = [line for line in dockerfile.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def build(container: Container, context: Path) -> list[str]:
    """Do what the Dockerfile says, and return the entry point. Python comes from this machine."""
    place, entry = "/", []
    for name, rest in steps((context / "Dockerfile").read_text()):
        if name == "FROM":
            assert re.fullmatch(r"python:3\.\d+-slim", rest)
            container.run("python3", "-m", "venv", "--without-pip", "/kit-python")
            (packages,) = container.path("/kit-python/lib").glob("python*/site-packages")
            (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
        elif name == "WORKDIR":
            place = rest
            container.path(place).mkdir(parents=True)
        elif name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                inside = container.path(str(Path(place, target)))
                if (context / source).is_dir():
                    shutil.copytree(context / source, inside)
                else:
                    inside.mkdir(parents=True, exist_ok=True)
                    shutil.copy(context / source, inside)
        elif name == "RUN":
            offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
            container.run("sh", "-c", rest, folder=place, programs="/kit-python/bin", environment=offline)
        elif name == "ENTRYPOINT":
            entry = json.loads(rest)
        else:
            assert name == "ARG"
    return entry


def test_the_result_has_the_report_and_what_staff_should_know() -> None:
    """Three files: a report of the kit, the outcome as data, and the feedback as text."""
    seen = outcome("graded", check("a", "passed", 0.1), check("b", "failed", 0.2), versions={"kit": "1"})
    files = docker.results(package("docker"), seen, {})
    assert msgspec.json.decode(files["report.json"], type=Report) == seen.report
    result = json.loads(files["result.json"])
    assert (result["points"], result["max_points"], result["state"]) == (0.1, 0.3, "graded")
    assert files["feedback.txt"].decode() == "✓ 07 double: a  0.1/0.1\n✗ 07 double: b  0/0.2\n    It is wrong.\n"


@pytest.mark.slow
@pytest.mark.sandbox
def test_the_steps_of_the_dockerfile_make_what_grades(
    needs_root: None, make: Callable[..., Package], tmp_path: Path
) -> None:
    """The image that its steps make grades the mounted folder as `grade` does, and closes its suites to others."""
    told = make("docker", tmp_path, load_catalog(ROOT))
    image = Container(tmp_path.parent / "image")
    entry = build(image, tmp_path)
    assert image.path("/package").stat().st_mode & 0o077 == 0
    report = msgspec.convert(on_docker(image, tmp_path, STUDENT, entry), type=Report)
    found = {check.id: check.points for e in report.exercises for task in e.tasks for check in task.checks}
    assert found == graded(told, tmp_path, "student")
    result = json.loads(image.path("/results/result.json").read_text())
    assert result["state"] == "graded" and result["versions"]["kit"] == told.kit
    assert report.exercises[0].id == ID and result["points"] == report.points
    checked = [sys.executable, str(ROOT / ".ci" / "image.py"), str(image.path("/results"))]
    said = subprocess.run(checked, capture_output=True, text=True, check=False).stderr
    assert said == f"{report.points} of {report.max_points} points\n"  # and nothing about versions
