"""Every command in the documents is run, and what they say about the tree is true."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import torch
from rich.console import Console

from grader.catalog import load_catalog
from grader.records import ExerciseReport, Verdict, task_report
from grader.reports.terminal import exercise_feedback
from grader.sentences import verbatim
from grader.sentences.titles import title_of
from grader.suites import Observed, public_suite
from grader.suites.outcomes import CheckEnded

ROOT = Path(__file__).resolve().parents[2]
RELEASING = ROOT / "RELEASING.md"
FOR_MAINTAINERS = [ROOT / "CONTRIBUTING.md", RELEASING, ROOT / "SECURITY.md"]
DOCUMENTS = [ROOT / "README.md", *FOR_MAINTAINERS, *sorted((ROOT / "docs").glob("*.md"))]
# Commands that run this test, take many minutes or change the clone. Only the existence of their targets is tested.
NOT_RUN = re.compile(
    r"make (test|quick|coverage|lowest|site|wheel|verify|mutants|interrupt|fuzz|agreement|packages|backends|windows"
    r"|bench|cluster|messages|format)\b"
)
UNTOUCHED = re.compile(r"grader check")


def commands(*documents: Path) -> list[str]:
    """Return the commands in the documents' console blocks, without their comments."""
    found: dict[str, None] = {}
    for document in documents:
        for block in re.findall(r"```console\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.splitlines():
                assert line.startswith("$ "), f"{document.name}: {line!r} is no command"
                found[line[2:].split(" #")[0].strip()] = None
    return list(found)


def copy_of_the_clone(place: Path) -> Path:
    """Copy the clone, without what git ignores."""
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, place, ignore=ignored, symlinks=True)
    return place


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, recorded: dict[str, bytes]) -> Path:
    """A copy of the clone, sharing its environment, with what it has recorded for a release."""
    place = copy_of_the_clone(tmp_path_factory.mktemp("clone") / "kit")
    (place / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return place


@pytest.mark.parametrize(
    "command", [c for c in commands(*(d for d in DOCUMENTS if d != RELEASING)) if not NOT_RUN.match(c)]
)
@pytest.mark.slow
@pytest.mark.sandbox
def test_command_of_the_documents_works(clone: Path, command: str) -> None:
    """A documented command has exit code 0, or 3 if stubs are checked, because nothing is attempted yet."""
    if command.startswith("make "):
        # The environment is already installed; the stamps make pip unnecessary here.
        command = command.replace("make ", f"make -C {ROOT} ")
    if shutil.which("make") is None and command.startswith("make"):
        pytest.skip("make is not installed")
    # Students have `grader` on their path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "COLUMNS": "100", "PATH": path}
    done = subprocess.run(
        command, shell=True, cwd=clone, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    wanted = 3 if UNTOUCHED.search(command) else 0
    assert done.returncode == wanted, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    if command.endswith(" grade"):  # `make grade`: the commands below it go on with its results, as a reader does
        shutil.copytree(ROOT / "build" / "class", clone / "build" / "class", dirs_exist_ok=True)


@pytest.mark.parametrize("command", [command for command in commands(*DOCUMENTS) if NOT_RUN.match(command)])
@pytest.mark.sandbox
def test_a_long_command_of_the_documents_exists(command: str) -> None:
    """A command that takes long names a target of the Makefile, with variables that the Makefile knows."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    asked = shlex.split(command)[1:]
    dry_run = ["make", "-C", str(ROOT), "--dry-run", *asked]
    done = subprocess.run(dry_run, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [word for word in asked if "=" in word and f"$({word.partition('=')[0]}" not in makefile] == []


@pytest.mark.slow
def test_the_steps_of_a_release_tag_the_version(tmp_path: Path) -> None:
    """The release's commands, run in order, push a tag whose code and changelog have the new version."""
    kit = copy_of_the_clone(tmp_path / "kit")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {
        f"GIT_{who}_{what}": "ana@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }

    def run(command: str) -> str:
        done = subprocess.run(
            command, shell=True, cwd=kit, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    origin = tmp_path / "origin.git"
    run(f"git init -q -b main . && git init -q --bare '{origin}' && git remote add origin '{origin}'")
    run("git add -A && git commit -qm 'before'")
    for command in commands(RELEASING):
        if not command.startswith("make "):
            run(command)
    show = f"git --git-dir='{origin}' show v0.2.0:"
    assert '__version__ = "0.2.0"\n' in run(f"{show}grader/version.py")
    assert re.search(r"\n## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### ", run(f"{show}CHANGELOG.md"))
    assert run(f"git --git-dir='{origin}' rev-parse main") == run(
        f"git --git-dir='{origin}' rev-parse 'v0.2.0^{{commit}}'"
    )


def test_places_that_the_maintainers_documents_name_exist() -> None:
    """Files and folders in backquotes exist, in the documents for contributors."""
    for document in FOR_MAINTAINERS:
        for place in re.findall(r"`(\.?[\w.-]+/[\w./-]*)`", document.read_text(encoding="utf-8")):
            if "NN_" not in place and not place.startswith(("build/", "dist/")):
                assert (ROOT / place).exists(), f"{document.name}: {place}"


def test_map_matches_the_tree() -> None:
    """Every file and folder on the README's map exists, and every room of grader/ and tests/ is on it."""
    block = re.search(
        r"## Where things are\n\n```\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert block is not None
    mapped, parents = set(), []
    for line in block[1].splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        parents[depth:] = [name]
        mapped.add("".join(parents).rstrip("/"))
    assert [path for path in mapped if not (ROOT / path).exists()] == []
    unlisted = {"grader/__init__.py", "grader/data", "grader/py.typed"}
    for room in ("grader", "tests"):
        inside = {f"{room}/{path.name}" for path in (ROOT / room).iterdir() if not path.name.startswith(("_", "."))}
        assert inside - mapped - unlisted == set()


def test_the_readme_lists_every_exercise() -> None:
    """The README lists every exercise with its tasks, prerequisites and points."""
    catalog = load_catalog(ROOT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for exercise in catalog.exercises:
        tasks = ", ".join(f"`{task.name}`" for task in exercise.tasks)
        needs = ", ".join(needed[:2] for needed in exercise.prerequisites) or "–"
        name = f"[{exercise.id[:2]} {exercise.title}](exercises/{exercise.id}.py)"
        assert f"| {name} | {tasks} | {needs} | {exercise.points:g} |\n" in readme
    tasks, points = (sum(f(e) for e in catalog.exercises) for f in (lambda e: len(e.tasks), lambda e: e.points))
    assert f"{len(catalog.exercises)} exercises, {tasks} tasks, {points:g} points:" in readme


def test_links_lead_somewhere() -> None:
    """Relative links in the documents lead to existing files."""
    for document in [*DOCUMENTS, ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_dependencies_are_justified() -> None:
    """Each dependency has a line in the design document."""
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert block is not None
    for name in re.findall(r'"([a-z-]+)', block[1]):
        assert name in design, name


def test_the_students_page_shows_feedback_as_it_is(see: Callable[..., Observed]) -> None:
    """Left of its explanations, the example is what a terminal prints."""
    page = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")
    block = re.search(r"```\n(✗ .*?)```", page, re.DOTALL)
    assert block is not None
    example = [re.split(r" {3,}", line)[0] for line in block[1].splitlines()]
    with pytest.raises(CheckEnded) as end:
        see(torch.tensor(-7.08), call="derivative_at(lambda x: x ** 2, -3.54)").result.number()
    title = title_of(
        public_suite(str(ROOT / "tests/hidden/test_07_autograd.py")).test_derivative_is_a_python_float.__doc__
    )
    feedback = msgspec.structs.replace(end.value.feedback, title=verbatim(title))
    check = Verdict(
        id="a",
        task="derivative_at",
        visibility="public",
        status="failed",
        points=0.0,
        max_points=0.25,
        feedback=feedback,
    )
    task = task_report("derivative_at", (check,))
    report = ExerciseReport(id="07_autograd", status="graded", points=0.0, max_points=0.25, tasks=(task,))
    console = Console(file=io.StringIO(), width=100, markup=False, highlight=False)
    console.print(exercise_feedback(report))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue().splitlines()
    first = next(number for number, line in enumerate(shown) if title in line)
    assert example == [line.removeprefix("  ").rstrip() for line in shown[first:]]
