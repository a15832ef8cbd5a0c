"""The students' bundle and the nbgrader course contain nothing of a solution or a hidden suite."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from grader.candidate_process.confine import readable_paths
from grader.catalog import (
    Catalog,
    CatalogError,
    Wheel,
    nbgrader_sources,
    own_cells,
    student_bundle,
    wheels_in,
)
from grader.catalog.catalog import DIAGNOSES, INSTALLED
from grader.catalog.cells import split_cells
from grader.catalog.stubs import BEGIN, END
from grader.cli import app
from grader.diagnoses import decode

ROOT = Path(__file__).resolve().parents[3]
GRADER = Path(sys.executable).parent / "grader"
OWN_CELL = {"cell_type": "markdown", "id": "mine", "metadata": {"nbgrader": {"grade_id": "essay"}}, "source": "Why?"}


@pytest.fixture(scope="module")
def bundle(catalog: Catalog) -> dict[str, str]:
    wheel = Wheel(version="0.1.0+c1", name="kit.whl", data=b"")
    files = student_bundle(catalog, [e.id for e in catalog.exercises], wheel=wheel)
    return {name: content for name, content in files.items() if isinstance(content, str)}


def solution_lines(catalog: Catalog) -> set[str]:
    """Return the long lines of solutions (25 characters or more), without their TODO."""
    found: set[str] = set()
    for exercise in catalog.exercises:
        text = catalog.solution(exercise.id).read_text(encoding="utf-8")
        for region in re.findall(rf"{BEGIN}\n(.*?){END}", text, re.DOTALL):
            found.update(line.strip() for line in region.splitlines() if "# TODO: " not in line)
    return {line for line in found if len(line) >= 25}


def hidden_names_and_lines(catalog: Catalog) -> set[str]:
    """Return the names of the hidden checks, and the lines of their bodies that no public suite has."""
    found: set[str] = set()
    public = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "public").glob("*.py"))
    for path in (ROOT / "tests" / "hidden").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(node.name)
                lines = text.splitlines()[node.lineno : node.end_lineno]
                found.update(line.strip() for line in lines if len(line.strip()) >= 40)
    return {one for one in found if one not in public}


def code_of(files: dict[str, str]) -> str:
    """Return all text of a release, of notebooks their cells, without the hints, which give nearly the line."""
    parts = []
    for name, text in files.items():
        if name.endswith(".ipynb"):
            parts += [cell["source"] for cell in _cells(text)]
        elif not name.endswith("hints.json"):
            parts.append(text)
    return "\n".join(parts)


def _cells(text: str) -> list[dict[str, str]]:
    return [{**cell, "source": "".join(cell["source"])} for cell in json.loads(text)["cells"]]


def test_no_line_of_a_solution_leaves(catalog: Catalog, bundle: dict[str, str]) -> None:
    """No line of a solution is in the bundle, unless a text or a public check has it too."""
    scripts = "\n".join(text for name, text in bundle.items() if name.endswith(".py"))
    lines = solution_lines(catalog)
    assert len(lines) > 150
    said_anyway = {line for line in lines if line in scripts}
    # Idioms, such as `for _ in range(n_epochs):`, that an example or a public check has too.
    assert len(said_anyway) <= len(lines) // 20, sorted(said_anyway)
    shown = code_of(bundle)
    assert {line for line in lines - said_anyway if line in shown} == set()
    assert BEGIN not in shown and END not in shown


def test_no_line_of_a_hidden_suite_leaves(catalog: Catalog, bundle: dict[str, str]) -> None:
    """Neither a name nor a line of a hidden check is in the bundle."""
    secrets = hidden_names_and_lines(catalog)
    assert len(secrets) > 500
    everything = "\n".join(bundle.values())
    assert {secret for secret in secrets if secret in everything} == set()
    assert not any("hidden" in name or "misconceptions" in name or "solutions" in name for name in bundle)


def misconception_lines(catalog: Catalog) -> set[str]:
    """Return the lines of code of misconceptions (25 characters or more), without their comments."""
    found: set[str] = set()
    for exercise in catalog.exercises:
        text = (catalog.root / "tests" / "misconceptions" / f"{exercise.id}.py").read_text(encoding="utf-8")
        found.update(line.strip() for line in text.splitlines())
    return {line for line in found if len(line) >= 25 and not line.startswith("#")}


@pytest.mark.slow
@pytest.mark.sandbox
def test_what_is_recorded_has_no_line_of_code(catalog: Catalog, recorded: dict[str, bytes]) -> None:
    """What a release carries to name mistakes has no line of a misconception, a solution or a hidden suite.

    It has no name of a hidden check, and no line of code from an exception. It is small.
    """
    assert recorded.keys() == {exercise.id for exercise in catalog.exercises}
    assert sum(map(len, recorded.values())) < 1_000_000
    found = [decode(data) for data in recorded.values()]
    answers = b"\n".join(msgspec.msgpack.encode(replace(one, mistakes=())) for one in found)
    mistakes = b"\n".join(msgspec.msgpack.encode(one.mistakes) for one in found)  # sentences that may quote a line
    lines = misconception_lines(catalog)
    assert len(lines) > 1_500
    hidden = hidden_names_and_lines(catalog)
    assert {line for line in lines | solution_lines(catalog) | hidden if line.encode() in answers} == set()
    assert {line for line in hidden if line.encode() in mistakes} == set()
    for one in found:
        for seen in one.observations:
            raised = [error for error in (seen.raised, seen.backward_raised) if error is not None]
            assert not any(error.code or error.unbound for error in raised)


def test_a_candidate_cannot_read_what_is_recorded() -> None:
    """Where the sandbox confines candidates, the folder in which pip installs a course is not readable."""
    installed = Path(sys.prefix) / INSTALLED / DIAGNOSES
    if sys.platform.startswith("linux") and not installed.is_relative_to("/usr/share"):
        assert [path for path in readable_paths() if installed.is_relative_to(path)] == []


@pytest.mark.parametrize("asked", [(), ("--without-diagnoses",)], ids=["with", "without"])
def test_an_instructor_can_leave_diagnoses_out(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...]
) -> None:
    """The wheel of a bundle carries what is recorded of all exercises, unless it must not."""
    monkeypatch.setattr("grader.recording.record_diagnoses", lambda *_, **__: iter([("07_autograd", b"recorded")]))
    command = ["release", "--format", "student", "--exercise", "04", "--out", str(tmp_path / "new"), *asked]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.stderr
    (path,) = (tmp_path / "new" / "wheels").glob("*.whl")
    wheel = zipfile.ZipFile(path)
    found = [name for name in wheel.namelist() if "/diagnoses/" in name]
    assert [name.rpartition("share/")[2] for name in found] == (
        [] if asked else ["torch-exercise-kit/diagnoses/07_autograd.bin"]
    )
    assert all(wheel.read(name) == b"recorded" for name in found)


def test_a_bundle_has_all_that_its_readme_promises(catalog: Catalog, bundle: dict[str, str]) -> None:
    """A bundle has a script, a notebook and a public suite for each exercise, hints, a glossary, and requirements."""
    for exercise in catalog.exercises:
        assert {f"exercises/{exercise.id}.py", f"notebooks/{exercise.id}.ipynb"} <= bundle.keys()
        assert f"tests/public/test_{exercise.id}.py" in bundle
        assert f"`{exercise.id}`" in bundle["README.md"]
    assert "(glossary.md)" in bundle["README.md"] and "gradiente" in bundle["glossary.md"]
    installs = "--constraint constraints.txt\n--find-links wheels\ntorch-exercise-kit==0.1.0+c1\n"
    assert bundle["requirements.txt"] == installs and "\ntorch==" in bundle["constraints.txt"]
    hints = json.loads(bundle["exercises/hints.json"])
    assert all(len(tiers) == 3 for tasks in hints.values() for tiers in tasks.values())


def test_a_wheelhouse_makes_a_bundle_install_offline(catalog: Catalog, tmp_path: Path) -> None:
    """The wheels of a wheelhouse are in the bundle, and pip then asks no index. One that lacks a package is refused."""
    names = (
        "click filelock jinja2 joblib jupytext msgspec nbformat numpy pyyaml pytest rich scikit_learn torch typer "
        "watchfiles torch_exercise_kit"
    )
    for name in names.split():
        (tmp_path / f"{name}-9-py3-none-any.whl").write_bytes(b"")
    wheel = Wheel(version="0.1.0+c1", name="torch_exercise_kit-0.1.0+c1-py3-none-any.whl", data=b"kit")
    files = student_bundle(catalog, ["07_autograd"], wheel=wheel, wheelhouse=wheels_in(tmp_path))
    assert files["requirements.txt"] == "--no-index\n--find-links wheels\ntorch-exercise-kit==0.1.0+c1\n"
    assert files["wheels/torch-9-py3-none-any.whl"] == tmp_path / "torch-9-py3-none-any.whl"
    assert [name for name in files if "exercise_kit" in name] == [f"wheels/{wheel.name}"]
    (tmp_path / "torch-9-py3-none-any.whl").unlink()
    with pytest.raises(CatalogError, match="it has no wheel of torch"):
        wheels_in(tmp_path)


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_bundle_installs_and_checks_without_a_clone(tmp_path: Path) -> None:
    """From an archive, pip installs the kit without a network; then `check` gives verdicts, and `start` a new folder.

    The other packages are those of this environment.
    """
    archive = tmp_path / "course.zip"
    asked = ["--format", "student", "--exercise", "04", "--out", archive]
    subprocess.run([GRADER, "release", *asked], cwd=ROOT, check=True, capture_output=True)
    zipfile.ZipFile(archive).extractall(tmp_path)
    place = tmp_path / "course"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True, capture_output=True)
    python = tmp_path / "env" / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    inside = subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout.strip()
    packages = [path for path in sys.path if path.endswith("-packages")]
    Path(inside, "others.pth").write_text("\n".join(packages) + "\n", encoding="utf-8")
    install = [python, "-m", "pip", "install", "--no-index", "--no-deps", "-r", "requirements.txt"]
    subprocess.run(install, cwd=place, check=True, capture_output=True)
    home = {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}

    def grader(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [python.with_name("grader"), *arguments]
        return subprocess.run(command, cwd=cwd, env=home, capture_output=True, text=True, check=False)

    checked = grader("check", "04.column_view", cwd=place)
    assert checked.returncode == 3 and "○ column_view  0 of" in checked.stdout, checked.stderr
    stub = place / "exercises" / "04_indexing_and_inplace.py"
    wrong = "\n\ndef column_view(x, col):\n    return x[:, col].clone()\n"
    stub.write_text(stub.read_text(encoding="utf-8") + wrong, encoding="utf-8")
    checked = grader("check", "04.column_view", cwd=place)
    assert checked.returncode == 1 and "ommon mistake: " in checked.stdout, checked.stderr
    assert grader("check", cwd=tmp_path).returncode == 2
    started = grader("start", "mine", cwd=tmp_path)
    assert started.returncode == 0, started.stderr
    for name in ("exercises/04_indexing_and_inplace.py", "notebooks/20_saving_and_exporting.ipynb", "README.md"):
        assert (tmp_path / "mine" / name).is_file()
    fetch = "import sklearn.datasets as d; print(d.fetch_california_housing(download_if_missing=False).data.shape)"
    done = subprocess.run([python, "-c", fetch], env=home, capture_output=True, text=True, check=False)
    assert done.stdout == "(20640, 8)\n", done.stderr


@pytest.mark.sandbox
def test_students_work_in_a_bundle(tmp_path: Path) -> None:
    """In an unpacked archive the README's commands work, public checks give verdicts, and hints exist."""
    archive = tmp_path / "course.zip"
    asked = ["--format", "student", "--exercise", "04", "--exercise", "07", "--without-diagnoses"]
    subprocess.run([GRADER, "release", *asked, "--out", archive], cwd=ROOT, check=True, capture_output=True)
    zipfile.ZipFile(archive).extractall(tmp_path)
    place = tmp_path / "course"
    again = tmp_path / "again.zip"
    subprocess.run([GRADER, "release", *asked, "--out", again], cwd=ROOT, check=True, capture_output=True)
    assert zipfile.ZipFile(again).read("again/README.md") == zipfile.ZipFile(archive).read("course/README.md")

    stub = place / "exercises" / "04_indexing_and_inplace.py"
    answer = "\n\ndef column_view(x, col):\n    return x[:, col]\n"
    stub.write_text(stub.read_text(encoding="utf-8") + answer, encoding="utf-8")
    checked = subprocess.run(
        [GRADER, "check", "04.column_view"], cwd=place, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "✓ column_view" in checked.stdout and "(hidden)" not in checked.stdout
    hinted = subprocess.run([GRADER, "hint", "column_view"], cwd=place, capture_output=True, text=True, check=False)
    assert hinted.returncode == 0 and len(hinted.stdout.split()) > 8


@pytest.mark.sandbox
def test_a_bundle_is_not_laid_over_something_else(tmp_path: Path) -> None:
    """A folder that is not empty, and an archive for nbgrader, are refused, and nothing is written."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for out, format, said in ((tmp_path, "student", "not empty"), (tmp_path / "c.zip", "nbgrader", "Give a folder")):
        done = subprocess.run(
            [GRADER, "release", "--format", format, "--out", out], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.sandbox
def test_a_course_keeps_the_instructors_configuration(tmp_path: Path) -> None:
    """A second release into a course updates the sources and keeps the instructor's nbgrader_config.py."""
    command = [GRADER, "release", "--format", "nbgrader", "--exercise", "04", "--out", tmp_path, "--seed", "spring"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    source = tmp_path / "source" / "04_indexing_and_inplace" / "04_indexing_and_inplace.ipynb"
    first = source.read_text(encoding="utf-8")
    source.unlink()
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'mine'\n")
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert source.read_text(encoding="utf-8") == first
    assert "mine" in (tmp_path / "nbgrader_config.py").read_text()
    told = tmp_path / "grader_course.json"
    assert json.loads(told.read_text()) == {"catalog": str(ROOT), "seed": "spring", "whole_tasks": False}
    subprocess.run(command[:-2], cwd=ROOT, check=True, capture_output=True)  # without --seed
    assert json.loads(told.read_text())["seed"] == "spring"
    done = subprocess.run([*command[:-1], "autumn"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert "The seed was spring: what has been handed in will be graded again" in done.stderr
    assert json.loads(told.read_text())["seed"] == "autumn"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda nb: nb["cells"].append(OWN_CELL), "cells of yours from 04_indexing_and_inplace.ipynb: essay. Move"),
        (lambda nb: nb.pop("cells"), "would replace 04_indexing_and_inplace.ipynb, which is not a notebook any more"),
    ],
)
@pytest.mark.sandbox
def test_an_instructors_own_cells_are_not_removed(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], object], said: str
) -> None:
    """A second release names the instructor's own cells and changes nothing; the kit's edited texts are updated."""
    command = [GRADER, "release", "--format", "nbgrader", "--exercise", "04", "--out", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    source = tmp_path / "source" / "04_indexing_and_inplace" / "04_indexing_and_inplace.ipynb"
    nb = json.loads(source.read_text(encoding="utf-8"))
    nb["cells"][0]["source"] = "# Another title"
    source.write_text(json.dumps(nb), encoding="utf-8")
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    nb = json.loads(source.read_text(encoding="utf-8"))
    assert "# Another title" not in source.read_text(encoding="utf-8")
    spoil(nb)
    source.write_text(json.dumps(nb), encoding="utf-8")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert json.loads(source.read_text(encoding="utf-8")) == nb


def test_texts_of_an_earlier_release_are_the_kits(catalog: Catalog) -> None:
    """Cells that only an earlier release had, under a name as the kit gives them, are not taken for an instructor's."""
    (new,) = nbgrader_sources(catalog, ["04_indexing_and_inplace"]).values()
    old = json.loads(new)
    text = {"cell_type": "markdown", "metadata": {}, "source": "Another text"}
    old["cells"] += [{**text, "id": "text-999"}, {**text, "id": "9f3c21aa"}]
    assert own_cells(json.dumps(old), new) == [f"#{len(old['cells'])}"]


def test_sources_hold_the_solution_between_nbgraders_markers(catalog: Catalog) -> None:
    """The TODO of each answer cell is outside the markers, so that it stays when nbgrader removes the solution."""
    (text,) = nbgrader_sources(catalog, ["04_indexing_and_inplace"]).values()
    solution = catalog.solution("04_indexing_and_inplace").read_text(encoding="utf-8")
    regions = sum(BEGIN in line for cell in split_cells(solution, origin="")[1] for line in cell.lines)
    cells = [cell["source"] for cell in _cells(text) if BEGIN in cell["source"]]
    assert sum(source.count(BEGIN) for source in cells) == regions
    for source in cells:
        assert re.findall(rf"# TODO: .*\n *{BEGIN}\n", source)
        assert "# TODO" not in "".join(re.findall(rf"{BEGIN}\n(.*?){END}", source, re.DOTALL))
