"""One description of the environment: whatever installs the kit installs the same wheel and the same versions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from outcomes import ID, ROOT

from grader.catalog import INSTALL, kit_wheel, load_catalog, student_bundle
from grader.files import write_folder
from grader.packages.package import PLATFORMS, Package

FILES = ("requirements.txt", "constraints.txt")


def environments(make: Callable[..., Package], place: Path) -> dict[str, Path]:
    """Make every package and the students' bundle; return the folder of each that has its environment."""
    catalog = load_catalog(ROOT)
    for platform in PLATFORMS:
        make(platform, place / platform, catalog)
    write_folder(place / "bundle", student_bundle(catalog, [ID], wheel=kit_wheel(catalog)))
    return {name: next((place / name).rglob(FILES[0])).parent for name in (*PLATFORMS, "bundle")}


def test_every_package_and_the_bundle_install_the_same(make: Callable[..., Package], tmp_path: Path) -> None:
    """Each has the same wheel, constraints and requirements, and its scripts run the same command of pip."""
    found = environments(make, tmp_path)
    held = {
        name: (
            *((folder / file).read_bytes() for file in FILES),
            *((path.name, path.read_bytes()) for path in folder.glob("wheels/*")),
        )
        for name, folder in found.items()
    }
    assert len(set(held.values())) == 1 and len(held) == 6
    assert held["bundle"][1] == (ROOT / "constraints.txt").read_bytes()
    for name in PLATFORMS:
        scripts = [path for path in (tmp_path / name).rglob("*") if path.is_file() and path.suffix != ".whl"]
        texts = [path.read_text(encoding="utf-8").replace(" --no-cache-dir", "") for path in scripts]
        assert any(INSTALL.replace(" --no-cache-dir", "") in text for text in texts), name


@pytest.mark.slow
def test_pip_installs_the_versions_that_are_tested_here(make: Callable[..., Package], tmp_path: Path) -> None:
    """In this environment nothing but the kit's wheel is left to install: its versions are those of the constraints."""
    folder = environments(make, tmp_path)["docker"]
    plan = tmp_path / "plan.json"
    offline = ["--no-index", "--dry-run", "--quiet", "--report", str(plan)]
    subprocess.run([sys.executable, *INSTALL.split(), *offline], cwd=folder, check=True, capture_output=True)
    (only,) = json.loads(plan.read_text())["install"]
    assert only["metadata"]["name"] == "torch-exercise-kit"
    required = [re.match(r"[\w-]+", line) for line in only["metadata"]["requires_dist"] if ";" not in line]
    pins = dict(re.findall(r"^([\w.-]+)==([^;\s]+)$", (folder / "constraints.txt").read_text(), re.MULTILINE))
    names = [name[0].lower() for name in required if name is not None and name[0].lower() in pins]
    assert len(names) > 8 and {name: version(name).partition("+")[0] for name in names} == {n: pins[n] for n in names}


def test_ci_builds_the_image_and_grades_in_it() -> None:
    """The Dockerfile's own build needs Docker, which CI has; there a submission is graded without a network."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    runs = "\n".join(step.get("run", "") for step in jobs["image"]["steps"])
    assert "docker build" in runs and "--network none" in runs and ".ci/image.py results" in runs
