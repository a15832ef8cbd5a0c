"""What the kit is installed from: the wheel, the versions that pyproject.toml allows, and the files for maintainers."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

import grader
from grader.catalog import kit_wheel, load_catalog

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def pins() -> dict[str, set[str]]:
    """Return the versions in constraints.txt, by package; some packages have one for each range of Pythons."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if pinned := re.match(r"([\w.-]+)==([^;\s]+)", line):
            found.setdefault(pinned[1], set()).add(pinned[2])
    return found


def lowest(*replacements: str) -> dict[str, str]:
    """Return what .ci/floors.py prints: the lowest version of each package."""
    command = [sys.executable, str(ROOT / ".ci" / "floors.py"), *replacements]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split("==") for line in lines)


def number(version: str) -> tuple[int, ...]:
    """Return a version's numbers, to compare it with another one."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def test_each_requirement_has_a_lowest_version() -> None:
    """Each package that pyproject.toml requires has a lowest version, which is none that is newer than its pins."""
    extras = PROJECT["optional-dependencies"].values()
    required = [line for lines in (PROJECT["dependencies"], *extras) for line in lines]
    names = {re.match(r"[\w-]+", line)[0] for line in required} - {PROJECT["name"]}  # type: ignore[index]
    floors = lowest()
    assert names | {"setuptools"} == set(floors)
    pinned = pins()
    assert [n for n in names if not all(number(floors[n]) <= number(version) for version in pinned[n])] == []


def test_a_lowest_version_can_be_replaced() -> None:
    """A version that is given takes the place of the lowest one of that package, and of no other."""
    assert lowest("torch==2.13.0") == {**lowest(), "torch": "2.13.0"}


def test_pythons_agree() -> None:
    """CI tests the Pythons that the classifiers name, the first of them with the lowest versions of all packages."""
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"
    steps = WORKFLOW["jobs"]["lowest"]["steps"]
    assert [step["with"]["python-version"] for step in steps if "setup-python" in step.get("uses", "")] == [named[0]]
    assert any(step.get("run") == "make lowest" for step in steps)


def test_other_systems_are_tested() -> None:
    """CI tests a student's commands on Windows and macOS, with the files of `make windows`. All of them exist."""
    job = WORKFLOW["jobs"]["other-systems"]
    systems = {name.partition("-")[0] for name in job["strategy"]["matrix"]["system"]}
    assert systems == {"windows", "macos"}
    assert any("@.ci/portable_tests.txt" in step.get("run", "") for step in job["steps"])
    files = (ROOT / ".ci" / "portable_tests.txt").read_text(encoding="utf-8").split()
    assert files and [file for file in files if not (ROOT / file).is_file()] == []
    assert "done <.ci/portable_tests.txt" in (ROOT / ".ci" / "windows.sh").read_text(encoding="utf-8")


def test_one_version_of_ruff() -> None:
    """A commit is formatted by the version of ruff that the tests use."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    versions = {repository["rev"] for repository in config["repos"] if "ruff" in repository["repo"]}
    assert versions == {f"v{version}" for version in pins()["ruff"]}


def test_local_hooks_are_steps_of_the_tests() -> None:
    """The kit's own hooks run what `make test` runs, from .venv, so that they need no network."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repository in config["repos"] if repository["repo"] == "local" for hook in repository["hooks"]]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    steps = makefile.replace("$(PY)", ".venv/bin/python").replace("$(GRADER)", ".venv/bin/grader").splitlines()
    assert [hook["id"] for hook in hooks] == ["types", "generated"]
    assert [hook["id"] for hook in hooks if f"\t$(AT_ROOT) {hook['entry']}" not in steps] == []


@pytest.mark.parametrize("form", [form for form in FORMS if form.name != "config.yml"], ids=lambda form: form.stem)
def test_issue_form_is_complete(form: Path) -> None:
    """A form has a name, a description, and fields that each have a label and an id of their own."""
    content: dict[str, Any] = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert content["name"] and content["description"]
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} <= {"input", "textarea"}
    assert all(field["attributes"]["label"] and isinstance(field["validations"]["required"], bool) for field in fields)
    assert len({field["id"] for field in fields}) == len(fields) > 0


@pytest.mark.slow
def test_a_wheel_holds_the_kit_and_what_students_get(tmp_path: Path) -> None:
    """A wheel holds the package, stubs, hints and public suites, and no solution, hidden suite or variant."""
    source = tmp_path / "source"  # setuptools would put what an earlier build left in build/ into the wheel
    for folder in ("grader", "exercises", "tests/public", "tests/hidden", "solutions", "docs"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source / file)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(source)], check=True, capture_output=True, timeout=300)
    wheel = tmp_path / f"torch_exercise_kit-{grader.__version__}-py3-none-any.whl"
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {str(path.relative_to(source)) for path in (source / "grader").rglob("*") if path.is_file()} <= held
    data = f"torch_exercise_kit-{grader.__version__}.data/data/share/torch-exercise-kit"
    for folder in ("exercises", "tests/public"):
        files = {path.name for path in (ROOT / folder).iterdir() if path.is_file()}
        assert {name for name in held if name.startswith(f"{data}/{folder}/")} == {
            f"{data}/{folder}/{f}" for f in files
        }
    allowed = ("grader/", f"{data}/", f"torch_exercise_kit-{grader.__version__}.dist-info/")
    assert [name for name in held if not name.startswith(allowed)] == []
    assert [name for name in held if "hidden" in name or "solution" in name] == []
    own = kit_wheel(load_catalog(ROOT))
    written = {
        name.replace(own.version, grader.__version__) for name in zipfile.ZipFile(io.BytesIO(own.data)).namelist()
    }
    assert {name for name in held if not name.endswith("top_level.txt")} == written
