"""The catalog of a clone or a release."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from grader.catalog import Catalog, CatalogError, build_all, drift, load_catalog

SOURCE = """\
# ---
# grader:
#   title: Counting
#   title_pt: Contar
#   prerequisites: [{before}]
# ---

# %% task="count" points=2
def count(x):
    ### BEGIN SOLUTION
    # TODO: count.
    return len(x)
    ### END SOLUTION


# %% [markdown] task="count" tags=["hint"]
# `len`
"""
VARIANT = '# %% task="count" name="off-by-one"\n# Counting starts at 1.\ndef count(x):\n    return len(x) - 1\n'


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """An instructor's clone with two exercises and their built stubs."""
    write(tmp_path / "solutions/01_counting.py", SOURCE.format(before=""))
    write(tmp_path / "solutions/02_more.py", SOURCE.format(before='"01_counting"'))
    (tmp_path / "tests/public").mkdir(parents=True)
    for path, text in build_all(load_catalog(tmp_path)).items():
        write(path, text)
    return tmp_path


@pytest.fixture
def release(clone: Path) -> Path:
    """A student's release of the clone, without solutions."""
    for path in (clone / "solutions").iterdir():
        path.unlink()
    (clone / "solutions").rmdir()
    return clone


def test_reads_the_solutions_in_order(clone: Path) -> None:
    """In a clone the exercises come from the solutions, hints included."""
    catalog = load_catalog(clone)
    assert [exercise.id for exercise in catalog.exercises] == ["01_counting", "02_more"]
    assert catalog.get("01_counting").task("count").hints == ("`len`",)


def test_reads_a_release_from_its_stubs(clone: Path, release: Path) -> None:
    """Without solutions the stubs give the same catalog, with the hints from the hints file."""
    exercise = load_catalog(release).get("02_more")
    assert (exercise.title, exercise.prerequisites, exercise.points) == ("Counting", ("01_counting",), 2)
    assert exercise.task("count").hints == ("`len`",)
    (release / "exercises" / "hints.json").write_text("{}", encoding="utf-8")
    assert load_catalog(release).get("02_more").task("count").hints == ()
    (release / "exercises" / "hints.json").write_text("[", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"Cannot read exercises/hints.json: .* Restore the file."):
        load_catalog(release)


@pytest.mark.parametrize(("which", "found"), [("02", None), ("02_more", None), ("02.count", "count"), ("only", "only")])
def test_finds_what_is_named(clone: Path, which: str, found: str | None) -> None:
    """An exercise is found by number or id; a task with its exercise, or alone if its name is unique."""
    text = SOURCE.format(before="").replace("count", "only")
    write(clone / "solutions/03_last.py", text)
    assert load_catalog(clone).find(which) == ("03_last" if which == "only" else "02_more", found)


def test_says_what_was_meant(clone: Path) -> None:
    """An unknown name gets the closest one, and a missing hint is an error."""
    catalog = load_catalog(clone)
    with pytest.raises(
        CatalogError, match=r"Cannot find 'coutn': no exercise and no task has that name. Did you mean 'count'"
    ):
        catalog.find("coutn")
    with pytest.raises(CatalogError, match=r"Cannot give hint 2 for '02.count': its hints are 1 to 1"):
        catalog.hint("02.count", 2)
    with pytest.raises(CatalogError, match=r"name a task too"):
        catalog.hint("02", 1)


def test_the_course_is_never_found_from_the_current_folder(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The course is the package's own clone, never the current folder, whose suites would be run."""
    for folder in (clone, clone / "exercises"):
        monkeypatch.chdir(folder)
        assert load_catalog().root == Path(__file__).resolve().parents[3]


def test_work_is_found_from_the_current_folder_upwards(clone: Path, tmp_path: Path) -> None:
    """A student's work is found from the current folder upwards; otherwise the course's own exercises are used."""
    catalog = load_catalog(clone)
    bundle = tmp_path / "bundle"
    (bundle / "exercises").mkdir(parents=True)
    (bundle / "notebooks").mkdir()
    (bundle / "exercises" / "02_more.ipynb").write_text("{}", encoding="utf-8")
    for here in (bundle, bundle / "exercises", bundle / "notebooks"):
        assert catalog.work_folder(here) == bundle
    assert [e.id for e in catalog.held_in(bundle).exercises] == ["02_more"]
    assert catalog.work_folder(tmp_path) == clone and catalog.held_in(clone) is catalog


def test_an_exercise_that_a_bundle_lost_is_missed(clone: Path, tmp_path: Path) -> None:
    """A bundle's public suite shows that its exercise is missing; the suite does not run."""
    bundle = tmp_path / "bundle"
    (bundle / "tests" / "public").mkdir(parents=True)
    (bundle / "tests" / "public" / "test_02_more.py").write_text("raise SystemExit", encoding="utf-8")
    held = load_catalog(clone).held_in(bundle)
    assert [e.id for e in held.exercises] == ["02_more"] and held.own_files("02_more", bundle / "exercises") == ()


def test_refuses_a_folder_without_exercises(tmp_path: Path) -> None:
    """A root without exercises is an error that says where to run the command."""
    with pytest.raises(CatalogError, match=r"Cannot find exercises: .* Name a clone of the course with --course"):
        load_catalog(tmp_path)


def test_refuses_a_file_that_is_not_utf8(clone: Path) -> None:
    """A file in another encoding is an error that names the file."""
    (clone / "solutions/02_more.py").write_bytes("# é".encode("latin-1"))
    with pytest.raises(CatalogError, match=r"Cannot read .*02_more\.py: .* Restore the file, saved as UTF-8"):
        load_catalog(clone)


@pytest.mark.parametrize(("id", "closest"), [("01_countign", "01_counting"), ("02", "02_more"), ("more", "02_more")])
def test_names_the_closest_exercise(clone: Path, id: str, closest: str) -> None:
    """An unknown id is answered with the closest one."""
    with pytest.raises(CatalogError, match=f"Cannot find the exercise '{id}': .* Did you mean '{closest}'"):
        load_catalog(clone).get(id)


def test_knows_where_files_are(clone: Path) -> None:
    """An exercise's source and stub have fixed paths under the root."""
    catalog = load_catalog(clone)
    assert catalog.solution("02_more") == clone / "solutions/02_more.py"
    assert catalog.stub("02_more") == clone / "exercises/02_more.py"


@pytest.mark.parametrize("method", ["solution", "stub", "suites", "misconceptions", "alternatives"])
def test_every_method_checks_the_id(clone: Path, method: str) -> None:
    """Every method refuses an exercise that is not in the catalog."""
    with pytest.raises(CatalogError, match="Cannot find the exercise '03_none'"):
        getattr(load_catalog(clone), method)("03_none")


@pytest.mark.parametrize(("kind", "folder"), [("clone", "solutions"), ("release", "exercises")])
def test_knows_what_the_sources_import(request: pytest.FixtureRequest, kind: str, folder: str) -> None:
    """Imports are found at the top and in functions, in stubs if there are no solutions; a broken file has none."""
    root = request.getfixturevalue(kind)
    catalog = load_catalog(root)
    path = root / folder / "01_counting.py"
    path.write_text(path.read_text() + "import a.b, c\ndef f():\n    from d.e import g\n    from . import h\n")
    assert catalog.imports(["01_counting", "02_more"]) == ("a.b", "c", "d.e")
    path.write_text("import a (")
    assert catalog.imports(["01_counting"]) == ()


def test_lists_the_suites_that_exist(clone: Path) -> None:
    """An exercise's existing suites are listed, the public one first."""
    hidden = write(clone / "tests/hidden/test_02_more.py")
    catalog = load_catalog(clone)
    assert catalog.suites("01_counting") == ()
    assert catalog.suites("02_more") == (hidden,)
    public = write(clone / "tests/public/test_02_more.py")
    assert catalog.suites("02_more") == (public, hidden)


def test_reads_misconceptions_and_alternatives(clone: Path) -> None:
    """Variants come from their own files; only misconceptions have a message; without a file there are none."""
    write(clone / "tests/misconceptions/01_counting.py", VARIANT)
    write(clone / "tests/alternatives/01_counting.py", VARIANT)
    catalog = load_catalog(clone)
    (wrong,), (right,) = catalog.misconceptions("01_counting"), catalog.alternatives("01_counting")
    assert (wrong.message, right.message) == ("Counting starts at 1.", "")
    assert wrong.source.startswith(SOURCE.format(before="").rstrip())
    assert catalog.misconceptions("02_more") == catalog.alternatives("02_more") == ()


def test_lists_prerequisites_that_are_not_there(clone: Path) -> None:
    """The catalog lists prerequisites that are not built or released yet."""
    write(clone / "solutions/03_last.py", SOURCE.format(before="01_counting, 02_missing"))
    catalog = load_catalog(clone)
    assert catalog.unknown_prerequisites("03_last") == ("02_missing",)
    assert catalog.unknown_prerequisites("02_more") == ()


def test_built_stubs_do_not_drift(clone: Path) -> None:
    """Stubs that equal their sources' builds have not drifted."""
    assert drift(load_catalog(clone)) == ()


def test_sees_stubs_that_drifted(clone: Path) -> None:
    """A stub that was edited, is missing or has no source has drifted, and so have hints that lack a new task."""
    write(clone / "solutions/03_last.py", SOURCE.format(before=""))
    write(clone / "exercises/00_orphan.py")
    write(clone / "exercises/02_more.py", "edited")
    drifted = [path.name for path in drift(load_catalog(clone))]
    assert drifted == ["00_orphan.py", "02_more.py", "03_last.py", "hints.json"]


def test_refuses_to_build_from_a_release(release: Path) -> None:
    """A release without solutions cannot build stubs."""
    with pytest.raises(CatalogError, match=r"Cannot build the stubs: .* has no `solutions/`. Run the command in the"):
        build_all(load_catalog(release))


def test_imports_nothing_heavy() -> None:
    """Every command reads the catalog, so reading it must not import torch, NumPy or jupytext."""
    code = (
        "import sys; from grader.catalog import load_catalog; load_catalog(); "
        "print(sorted({'torch', 'numpy', 'jupytext', 'nbformat'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


def test_the_committed_stubs_are_built() -> None:
    """The stubs in this repository equal their sources' builds."""
    assert drift(load_catalog(Path(__file__).resolve().parents[3])) == ()


def test_a_submission_can_be_all_wrong(catalog: Catalog) -> None:
    """A submission can define every task again, as its first misconception."""
    for exercise in catalog.exercises:
        source = catalog.all_wrong(exercise.id)
        wrong = source.removeprefix(catalog.solution(exercise.id).read_text(encoding="utf-8").rstrip())
        defined = [node.name for node in ast.parse(wrong).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        assert wrong != source and {task.name for task in exercise.tasks} <= set(defined)
