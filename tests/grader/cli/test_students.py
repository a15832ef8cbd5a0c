"""The students' commands that need no sandbox: `next`, `reset`, `--version`, and what stands below `check`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from grader.catalog import Catalog, load_catalog, student_folder
from grader.cli import app
from grader.cli.work import Work
from grader.files import write_folder
from grader.records import ExerciseReport, Feedback, Status, Verdict, task_report
from grader.sentences import Sentence, learner, verbatim

Run = Callable[..., Result]
ID = "07_autograd"
DONE = "def minimize(f, start, lr, steps):\n    return start\n"


@pytest.fixture
def folder(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder with two exercises, which is the current folder."""
    write_folder(tmp_path, dict(student_folder(catalog, ["04_indexing_and_inplace", ID], version="0.1.0")))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """scikit-learn's folder."""
    place = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(place))
    return place


@pytest.fixture
def notes() -> dict[str, tuple[Sentence, ...]]:
    """The notes of each exercise's report."""
    return {}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, notes: dict[str, tuple[Sentence, ...]]) -> Run:
    """Run a command in this process; no report but `reports` can be had, by task: points, most points, status."""

    def run(*arguments: str, **reports: tuple[float, float, Status]) -> Result:
        def graded(work: Work, ids: tuple[str, ...], **_: object) -> Mapping[str, ExerciseReport]:
            return {id: replace(report(work.known, id, reports), notes=notes.get(id, ())) for id in ids}

        monkeypatch.setattr(Work, "graded", graded)
        monkeypatch.setattr("grader.installation.problem_here", lambda: None)
        return CliRunner().invoke(app, list(arguments))

    return run


def report(catalog: Catalog, id: str, said: Mapping[str, tuple[float, float, Status]]) -> ExerciseReport:
    """Return a report with one check for each task that `said` names, or for every task as it is without a start."""
    named = [task.name for task in catalog.get(id).tasks if task.name in said] or [
        task.name for task in catalog.get(id).tasks
    ]
    tasks = []
    for name in named:
        points, most, status = said.get(name, (0.0, 1.0, "not_attempted"))
        verdict = Verdict(
            id="x",
            task=name,
            visibility="public",
            status=status,
            points=points,
            max_points=points or most,
            feedback=Feedback(title=verbatim("It is right")),
        )
        rest = Verdict(id="y", task=name, visibility="public", status="failed", points=0.0, max_points=most - points)
        tasks.append(task_report(name, (verdict, rest) if 0 < points < most else (verdict,)))
    points, most = (sum(getattr(task, field) for task in tasks) for field in ("points", "max_points"))
    return ExerciseReport(id=id, status="graded", points=points, max_points=most, tasks=tuple(tasks))


def test_next_in_a_fresh_folder_grades_nothing(folder: Path, run: Run) -> None:
    """`next` names the first task with its file and line, and the commands to check it and to get a hint."""
    done = run("next")
    lines = (folder / "exercises" / "04_indexing_and_inplace.py").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith("def column_view("))
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "Next: column_view, in 04_indexing_and_inplace (0 of 3 tasks done)",
        f"  Open:    {Path('exercises', '04_indexing_and_inplace.py')}, line {line}",
        "  Check:   grader check 04.column_view",
        "  Stuck?   grader hint 04.column_view",
    ]
    assert f"Your files: {folder / 'exercises'}\n" in done.stderr


def test_check_says_once_that_no_mistakes_are_named(
    folder: Path, run: Run, notes: dict[str, tuple[Sentence, ...]]
) -> None:
    """If the kit came without them, the first exercise that fails says so; other notes stay where they are."""
    for id in ("04_indexing_and_inplace", ID):
        notes[id] = (learner.NO_MISTAKES_NAMED(), learner.WITHOUT_WORKERS())
    done = run("check", column_view=(0.0, 1.0, "failed"), minimize=(0.0, 1.0, "failed"))
    said = " ".join(done.stdout.split())
    assert said.count("so no feedback names one.") == 1 and said.count("num_workers") == 2
    assert said.index("so no feedback names one.") < said.index(ID)


def test_next_goes_on_where_the_student_was(folder: Path, run: Run) -> None:
    """`next` prefers an exercise that is begun, and says when everything is done."""
    stub = folder / "exercises" / f"{ID}.py"
    stub.write_text(stub.read_text(encoding="utf-8") + DONE, encoding="utf-8")
    assert (
        "Next: halving_chain, in 07_autograd (2 of 4 tasks done)"
        in run(
            "next",
            derivative_at=(1.0, 1.0, "passed"),
            accumulate_gradients=(1.0, 1.0, "passed"),
            halving_chain=(0.0, 1.0, "failed"),
            minimize=(0.0, 1.0, "not_attempted"),
        ).stdout
    )
    other = folder / "exercises" / "04_indexing_and_inplace.py"
    other.write_text(other.read_text(encoding="utf-8") + "x = 1\n", encoding="utf-8")
    names = ("column_view", "set_column_", "rectify_", "derivative_at", "accumulate_gradients", "halving_chain")
    done = run("next", **dict.fromkeys((*names, "minimize"), (1.0, 1.0, "passed")))
    assert done.stdout == "Everything is done: all tasks of 2 exercises pass.\n"


def test_a_notebook_that_is_begun_counts(folder: Path, run: Run) -> None:
    """The notebook is graded if it is begun and the script is not; the script if that is begun too."""
    notebook = folder / "notebooks" / f"{ID}.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("raise NotImplementedError", "return 1", 1))
    assert str(Path("notebooks", f"{ID}.ipynb")) in run("check", "07").stdout
    script = folder / "exercises" / f"{ID}.py"
    script.write_text(script.read_text(encoding="utf-8") + DONE, encoding="utf-8")
    assert str(Path("exercises", f"{ID}.py")) in run("check", "07").stdout


@pytest.mark.parametrize(
    ("reports", "code", "said"),
    [
        ({"minimize": (1.0, 1.0, "passed")}, 0, "1 of 1 task passes: 1 of 1 points here; 3 more at grading."),
        ({"minimize": (0.25, 1.0, "passed")}, 1, "0 of 1 task passes: 0.25 of 1 points here; 3 more at grading."),
        ({"minimize": (0.0, 4.0, "failed")}, 1, "0 of 1 task passes: 0 of 4 points."),
        ({"minimize": (0.0, 4.0, "not_attempted")}, 3, "Next: minimize, in "),
        ({"minimize": (0.0, 4.0, "failed")}, 1, "Next: correct minimize, then: grader check 07.minimize"),
        ({"minimize": (4.0, 4.0, "passed")}, 0, "Next: derivative_at, in "),
    ],
)
def test_check_ends_with_a_summary(
    folder: Path, run: Run, reports: dict[str, tuple[float, float, Status]], code: int, said: str
) -> None:
    """Below the feedback stand the points of everything checked and the next step; the exit code says which case."""
    done = run("check", "07.minimize", **reports)
    assert (done.exit_code, said in done.stdout) == (code, True), done.stdout


def test_a_finished_exercise_is_named(folder: Path, run: Run) -> None:
    """If all tasks of an exercise pass, a sentence says so, and whether more checks follow."""
    tasks = {"derivative_at": 2.0, "accumulate_gradients": 3.0, "halving_chain": 3.0, "minimize": 4.0}
    done = run("check", "07", **{name: (points, points, "passed") for name, points in tasks.items()})
    assert "07_autograd is finished: all of its tasks pass.\nWhat comes next: grader next\n" in done.stdout
    here = run("check", "07", **{name: (1.0, 1.0, "passed") for name in tasks})
    assert "all of its tasks pass the checks here. More checks follow at grading." in here.stdout
    assert "✓ minimize  1 of 1 here; 3 more at grading\n" in here.stdout


@pytest.mark.parametrize("name", ["07_autograd (1).py", "07_autograd - Copia.py", "Cópia de 07_autograd.ipynb"])
def test_copies_beside_an_exercise_are_ignored(folder: Path, run: Run, name: str) -> None:
    """A copy of a file breaks no command, and a note names it."""
    (folder / "exercises" / name).write_text("nothing", encoding="utf-8")
    for arguments in (["next"], ["check", "07"], ["status"], ["check", "--course", str(folder)]):
        done = run(*arguments)
        assert done.exit_code in (0, 3), done.stderr
        assert (
            f'copies are not graded, only the file with the exercise\'s own name: "{Path("exercises", name)}"'
            in done.stderr
        )
    assert "07_autograd  0 of" in run("check", str(Path("exercises", name))).stdout  # a file that is named is graded


def test_the_folder_is_named_also_from_elsewhere(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder without exercises, the clone's own are graded, and the command says that they are elsewhere."""
    monkeypatch.chdir(folder / "exercises")
    assert f"Your files: {folder / 'exercises'}\n" in run("check", "07").stderr
    shutil.rmtree(folder / "tests")
    monkeypatch.chdir(folder / "notebooks")
    assert f"Your files: {folder / 'notebooks'}\n" in run("check", "07").stderr
    empty = folder / "empty"
    empty.mkdir()
    for name in ("exercises", "notebooks"):
        (folder / name).rename(empty / name)
    other = folder / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    assert "exercises (not in the current folder)\n" in run("check", "07").stderr


def test_without_exercises_the_installed_kit_says_where_to_go(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Students do not work in the installed course: from another folder, the command says how to get exercises."""
    monkeypatch.setattr(Catalog, "is_installed", property(lambda catalog: True))
    monkeypatch.chdir(tmp_path)
    done = run("check")
    assert done.exit_code == 2 and "Cannot find your exercises" in done.stderr and "grader start" in done.stderr


def test_reset_puts_a_task_back_and_keeps_what_was_there(folder: Path, run: Run) -> None:
    """`reset` restores one task in a script, keeps the other tasks, and never overwrites a backup."""
    file = folder / "exercises" / f"{ID}.py"
    stub = file.read_text(encoding="utf-8")
    worked = stub.replace("raise NotImplementedError", "return 1.0") + "\n\n" + DONE
    for number in (1, 2):
        file.write_text(worked, encoding="utf-8")
        done = run("reset", "07.minimize")
        backup = Path("backups", f"{ID}-{number}.py")
        assert done.exit_code == 0, done.stderr
        assert done.stdout == (
            f"minimize is as you got it, in {Path('exercises', file.name)}.\nWhat was there is kept in {backup}.\n"
        )
        assert backup.read_text(encoding="utf-8") == worked
    left = file.read_text(encoding="utf-8")
    assert left.count("raise NotImplementedError") == 1 and left.count("return 1.0") == worked.count("return 1.0") - 1
    assert left.count("def minimize(") == 1
    assert run("reset", "07").exit_code == 0 and file.read_text(encoding="utf-8") == stub
    assert run("reset", "07").stdout.startswith("Nothing to do: 07_autograd is as you got it")
    assert len(list(Path("backups").iterdir())) == 3
    file.unlink()
    (folder / "notebooks" / f"{ID}.ipynb").unlink()
    assert run("reset", "07").exit_code == 0 and file.read_text(encoding="utf-8") == stub


def test_reset_of_a_notebook(folder: Path, run: Run) -> None:
    """`reset` restores one task in a notebook and removes its output; every other cell stays."""
    file = folder / "notebooks" / f"{ID}.ipynb"
    notebook = json.loads(file.read_text(encoding="utf-8"))
    stubs = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    for cell in notebook["cells"]:
        if cell["id"].endswith("-answer"):
            cell.update(source="x = 1", outputs=[{"output_type": "stream", "name": "stdout", "text": "é"}])
    file.write_text(json.dumps(notebook), encoding="utf-8")
    done = run("reset", f"notebooks/{ID}.ipynb.minimize")
    assert done.exit_code == 0 and "load it again" in done.stderr
    cells = {cell["id"]: cell for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]}
    assert "".join(cells["minimize-answer"]["source"]) == stubs["minimize-answer"]
    assert cells["minimize-answer"]["outputs"] == [] and cells["halving_chain-answer"]["source"] == "x = 1"
    assert json.loads(Path("backups", f"{ID}-1.ipynb").read_text(encoding="utf-8")) == notebook


def test_reset_explains_what_it_cannot_do(folder: Path, run: Run) -> None:
    """A lost cell, two files, and a course without a second copy each get one sentence, and nothing is changed."""
    file = folder / "exercises" / f"{ID}.py"
    itself = run("reset", "07", "--course", str(folder))
    assert itself.exit_code == 2 and "the course has no other copy of it" in itself.stderr
    file.write_text("x = 1\n", encoding="utf-8")
    lost = run("reset", "07.minimize")
    assert lost.exit_code == 2 and "Cannot find the cell of minimize" in lost.stderr
    file.with_suffix(".ipynb").write_text("{}", encoding="utf-8")
    two = run("reset", "07")
    assert two.exit_code == 2 and "there are two files" in two.stderr
    assert file.read_text(encoding="utf-8") == "x = 1\n" and not Path("backups").exists()


def test_version_says_where_the_kit_is(run: Run) -> None:
    """`--version` gives the versions of the kit, Python and PyTorch, and the kit's folder."""
    said = run("--version").stdout
    assert said.startswith("torch-exercise-kit 0.1.0, Python 3.") and ", PyTorch 2." in said and "grader" in said


def test_suggestions_help(folder: Path, run: Run) -> None:
    """A near name is suggested once, in any case; a name that is like none gets no suggestion."""
    assert run("rest").stderr.count("reset") == 1
    assert "Did you mean 'minimize'?" in run("check", "Minimise").stderr
    assert "Did you mean" not in run("check", "nonsense").stderr


def test_what_is_odd_about_the_folder_is_said(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note says if the folder is from another release, and if a second folder holds the same exercises."""
    monkeypatch.setattr(Catalog, "is_installed", property(lambda catalog: True))
    assert "release" not in run("next").stderr
    (folder / ".grader" / "release").write_text("0.0.9\n", encoding="utf-8")
    shutil.copytree(folder / "exercises", folder / folder.name / "exercises")
    said = run("next").stderr
    assert "this folder is from release 0.0.9 of the exercises, but 0.1.0 is installed" in said
    assert f"Note: {folder / folder.name} holds these exercises too" in said
    shutil.move(folder / folder.name, folder.parent / f"{folder.name} (1)")
    assert f"Note: {folder} (1) holds these exercises too" in run("next").stderr


def test_a_begun_notebook_counts_beside_a_script_of_another_release(run: Run, folder: Path) -> None:
    """A script that an older release worded in another way is untouched, so the notebook that was begun is checked."""
    script, notebook = folder / "exercises" / f"{ID}.py", folder / "notebooks" / f"{ID}.ipynb"
    script.write_text(script.read_text(encoding="utf-8").replace("Return", "Give back"), encoding="utf-8")
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("raise NotImplementedError", "return 1", 1), encoding="utf-8")
    work = Work(known=load_catalog(), folder=folder, flat=False)
    assert work.files(ID) == (notebook,)
    script.write_text(script.read_text(encoding="utf-8") + DONE, encoding="utf-8")
    assert work.files(ID) == (script,)


def test_check_lets_the_exercises_with_real_data_run_offline(run: Run, folder: Path, data: Path) -> None:
    """After a check, the table of house values is where scikit-learn looks for it."""
    run("check", "07.minimize", minimize=(1.0, 1.0, "passed"))
    assert (data / "cal_housing_py3.pkz").stat().st_size > 300_000
