"""`check`, `hint` and `status` work in a real kernel, in any order and repeatedly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from grader.catalog import load_catalog
from grader.integrations import kernel as integration
from grader.records import CheckReport, ExerciseReport, Feedback, TaskReport
from grader.reports.panels import Panel
from grader.sentences import learner_commands, verbatim

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[3]
WRONG = "def snapshot(x):\n    return x.clone()"
RIGHT = "def snapshot(x):\n    return x.detach().clone()"
PASSED = CheckReport(
    id="values", status="passed", points=1, max_points=1, visibility="public", feedback=Feedback(title=verbatim("Fine"))
)


class Kernel:
    """A running kernel that runs one cell after another, as a user does."""

    def __init__(self, folder: Path) -> None:
        self._notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        )
        self._client = NotebookClient(
            self._notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
        )
        self._setup = self._client.setup_kernel()
        self._setup.__enter__()

    def run(self, code: str) -> dict[str, Any]:
        """Run a cell; return its result's data, or text under "error" or "stdout".

        Its only other output is what was shown while the checker started, which is empty at the end.
        """
        self._notebook.cells.append(new_code_cell(code))
        cell = self._client.execute_cell(self._notebook.cells[-1], len(self._notebook.cells) - 1)
        shown = [output for output in cell.outputs if output.output_type == "display_data"]
        self.shown = len(shown)
        assert all(output.data == {"text/plain": "", "text/html": ""} for output in shown)
        outputs = [output for output in cell.outputs if output.output_type != "display_data"]
        if not outputs:
            return {}
        (output,) = outputs
        if output.output_type == "error":
            return {"error": f"{output.ename}: {output.evalue}"}
        if output.output_type == "stream":
            return {output.name: output.text}
        assert output.output_type == "execute_result"
        return dict(output.data)

    def close(self) -> None:
        self._setup.__exit__(None, None, None)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked bundle."""
    place = tmp_path_factory.mktemp("bundle") / "course"
    command = [
        Path(sys.executable).parent / "grader",
        "release",
        "--format",
        "student",
        "--exercise",
        "08",
        "--without-diagnoses",
    ]
    subprocess.run([*command, "--out", place], cwd=ROOT, check=True, capture_output=True)
    return place


@pytest.fixture(scope="module")
def kernel(bundle: Path) -> Iterator[Kernel]:
    """A kernel in the bundle's notebooks folder, after the notebook's first cells."""
    kernel = Kernel(bundle / "notebooks")
    try:
        for cell in nbformat.read(bundle / "notebooks" / "08_detach_and_inplace.ipynb", as_version=4).cells:
            if cell.cell_type == "code" and "task" not in cell.metadata and cell.metadata.get("grader") != "check":
                assert kernel.run(cell.source).keys() <= {"stdout"}  # what the examples print
        yield kernel
    finally:
        kernel.close()


def test_what_the_kernel_has_is_checked(kernel: Kernel) -> None:
    """A panel shows what is wrong, as HTML and text; after a correction the same cell shows that it is right."""
    kernel.run(WRONG)
    shown = kernel.run('check("snapshot")')
    assert "✗ snapshot" in shown["text/plain"] and "expected: " in shown["text/plain"]
    assert "<code>" in shown["text/html"] and "snapshot" in shown["text/html"]
    kernel.run(RIGHT)
    assert "✓ snapshot  2 of 2" in kernel.run('check("08.snapshot")')["text/plain"]


def test_the_next_step_stands_below(kernel: Kernel, bundle: Path) -> None:
    """A panel ends with what to do: correct the task, begin it, or go on with the next one."""
    released = nbformat.read(bundle / "notebooks" / "08_detach_and_inplace.ipynb", as_version=4)
    stub = next(cell.source for cell in released.cells if cell.metadata.get("task") == "snapshot")
    names = [cell.metadata.task for cell in released.cells if "task" in cell.metadata]
    for code, step in (
        (stub, 'Next: write snapshot, run its cell, then run this one again. Stuck? `hint("snapshot")`'),
        (WRONG, 'Next: correct snapshot, run its cell, then run this one again. Stuck? `hint("snapshot")`'),
        (RIGHT, f"Next: {names[names.index('snapshot') + 1]}"),
    ):
        kernel.run(code)
        shown = kernel.run('check("snapshot")')
        assert shown["text/plain"].splitlines()[-1] == step
        assert step.split("`")[0] in shown["text/html"]


def test_only_the_first_check_says_that_the_checker_starts(bundle: Path) -> None:
    """The first check of an exercise shows a sentence while its worker starts; the next ones need none."""
    kernel = Kernel(bundle / "notebooks")
    try:
        kernel.run(f"from grader import check\n{RIGHT}")
        shown = [(kernel.run('check("snapshot")'), kernel.shown)[1] for _ in range(2)]
    finally:
        kernel.close()
    assert shown == [1, 0]


def test_what_it_says_while_it_starts_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence is there during the work, and gone at its end, even if the work fails."""
    shown: list[str] = []

    def display(panel: Panel, display_id: bool) -> SimpleNamespace:
        shown.append(panel.text)
        return SimpleNamespace(update=lambda panel: shown.append(panel.text))

    monkeypatch.setattr("IPython.display.display", display)
    with pytest.raises(ZeroDivisionError), integration._saying(learner_commands.STARTING_CHECKER()):
        assert shown == ["Starting the checker. This takes some seconds the first time, and no time after that."]
        raise ZeroDivisionError
    assert shown[1:] == [""]


def test_an_exercise_that_is_done_says_so() -> None:
    """After the last task the whole exercise can be checked; if all of it passes, it is finished."""
    catalog = load_catalog(ROOT)
    known = catalog.get("08_detach_and_inplace")
    passed = [
        TaskReport(name=task.name, points=task.points, max_points=task.points, checks=(PASSED,)) for task in known.tasks
    ]

    def steps(task: str | None, *tasks: TaskReport) -> list[str]:
        report = ExerciseReport(id=known.id, status="graded", points=0, max_points=0, tasks=tasks)
        return [str(step) for step in integration._next_steps(catalog, report, task)]

    last = known.tasks[-1].name
    assert steps(last, passed[-1]) == [
        'That was the last task of 08_detach_and_inplace. Check all of its tasks: `check("08")`'
    ]
    assert steps(None, *passed) == ["08_detach_and_inplace is finished: all of its tasks pass."]


def test_the_last_run_counts_whatever_the_order(kernel: Kernel) -> None:
    """The last run of a cell counts, in any order, even with cells between that fail or are not Python."""
    kernel.run(RIGHT)
    kernel.run(WRONG)
    kernel.run("1 / 0")
    kernel.run("def broken(:")
    kernel.run("%timeit -n 1 -r 1 pass")
    assert "✗ snapshot" in kernel.run('check("snapshot")')["text/plain"]
    kernel.run(RIGHT)
    shown = kernel.run('check("snapshot")')["text/plain"]
    assert "✓ snapshot" in shown


def test_an_example_of_the_text_is_no_part_of_an_answer(kernel: Kernel, bundle: Path) -> None:
    """A name that only an example has defined is not defined where the answer is checked."""
    cells = nbformat.read(bundle / "notebooks" / "08_detach_and_inplace.ipynb", as_version=4).cells
    assert any(cell.cell_type == "code" and cell.source.startswith("t = torch.zeros(3)") for cell in cells)
    kernel.run("def snapshot(values):\n    return t")
    assert "NameError: name 't' is not defined" in kernel.run('check("snapshot")')["text/plain"]
    kernel.run(RIGHT)


def test_helpers_and_imports_of_other_cells_count(kernel: Kernel) -> None:
    """A function may use definitions and imports of any other cell."""
    kernel.run("import torch as t2\nfactor = 1")
    kernel.run("def outside(x):\n    return t2.clone(x.detach()) if factor else x")
    kernel.run("def snapshot(x):\n    return outside(x)")
    shown = kernel.run('check("snapshot")')["text/plain"]
    assert "✓ snapshot  2 of 2" in shown, shown


def test_reloading_does_no_harm(kernel: Kernel) -> None:
    """Checks work after importlib.reload and under autoreload, and no second process remains."""
    kernel.run(RIGHT)
    kernel.run('check("snapshot")')
    kernel.run("import importlib, grader, grader.notebook, grader.integrations.kernel")
    count = (
        "sum('grader' in open(f'/proc/{pid}/cmdline').read() for children in __import__('glob').glob("
        "'/proc/self/task/*/children') for pid in open(children).read().split())"
    )
    before = kernel.run(count)["text/plain"]
    kernel.run("[importlib.reload(m) for m in (grader.notebook, grader.integrations.kernel, grader)]")
    kernel.run("from grader import check, hint, status")
    kernel.run("%load_ext autoreload\n%autoreload 2")
    assert "✓ snapshot" in kernel.run('check("snapshot")')["text/plain"]
    assert kernel.run(count)["text/plain"] == before == "1"


@pytest.mark.parametrize(
    "act",
    [
        "%reset -f",
        "globals().clear()",
        "import builtins, sys; print = list = len = 4; builtins.print = builtins.input = None\n"
        "__file__ = 'nowhere.py'; __name__ = 'x'; __spec__ = 3\n"
        "for name in [n for n in sys.modules if n.split('.')[0] in ('grader', 'IPython', 'msgspec', '__main__')]:\n"
        "    del sys.modules[name]",
    ],
)
def test_a_notebook_that_empties_itself_is_checked(bundle: Path, act: str) -> None:
    """Checks work twice even if the notebook has deleted its names and modules."""
    fresh = Kernel(bundle / "notebooks")
    try:
        fresh.run(f"{act}\nNone")
        fresh.run(f"import torch\n{RIGHT}")
        for _ in range(2):
            shown = fresh.run('from grader import check\n\ncheck("snapshot")')
            assert "✓ snapshot" in shown["text/plain"], shown
    finally:
        fresh.close()


def test_hints_have_tiers(kernel: Kernel) -> None:
    """`hint` shows one of three tiers, and says if there is no such tier."""
    texts = [kernel.run(f'hint("snapshot", {tier})')["text/plain"] for tier in (1, 2, 3)]
    assert len(set(texts)) == 3 and all(text.startswith("Hint ") for text in texts)
    assert "its hints are 1 to 3" in kernel.run('hint("snapshot", 4)')["text/plain"]


def test_what_is_misspelt_is_explained(kernel: Kernel) -> None:
    """An unknown task gives a panel with the closest name, not a traceback."""
    assert "Did you mean 'snapshot'?" in kernel.run('check("snapshott")')["text/plain"]


def test_the_function_itself_will_do(kernel: Kernel) -> None:
    """`check` accepts the function itself; without an argument it says what to give."""
    kernel.run(RIGHT)
    assert "✓ snapshot" in kernel.run("check(snapshot)")["text/plain"]
    assert kernel.run("hint(snapshot)")["text/plain"].startswith("Hint 1 of 3")
    for call in ("check()", "check(3)"):
        assert 'Say which task you mean, by its name: check("gradient_step_").' in kernel.run(call)["text/plain"]


def test_status_maps_the_saved_notebooks(kernel: Kernel, bundle: Path) -> None:
    """The map shows the saved notebooks in the same folder."""
    assert "0 of 16 points" in kernel.run("status()")["text/plain"]
    path = bundle / "notebooks" / "08_detach_and_inplace.ipynb"
    saved = nbformat.read(path, as_version=4)
    for cell in saved.cells:
        if cell.metadata.get("task") == "snapshot":
            cell.source = RIGHT
    nbformat.write(saved, path)
    shown = kernel.run("status()")
    assert "2 of 16 points" in shown["text/plain"] and "<table" in shown["text/html"]


def test_an_untouched_task_is_not_a_mistake(kernel: Kernel, bundle: Path) -> None:
    """The check of a task that is not begun says just that."""
    released = nbformat.read(bundle / "notebooks" / "08_detach_and_inplace.ipynb", as_version=4)
    (answer,) = (cell for cell in released.cells if cell.metadata.get("task") == "exp_plus_one")
    kernel.run(answer.source)
    assert "Not attempted yet." in kernel.run('check("exp_plus_one")')["text/html"]


def test_a_notebook_that_goes_elsewhere_stays_in_its_course(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The course and the student are those of the folder where the kernel started, even after `os.chdir`."""
    shell = SimpleNamespace(starting_dir=str(tmp_path), user_ns={"_oh": {}})
    monkeypatch.setattr(integration, "running_shell", lambda: shell)
    assert Path.cwd() != tmp_path and integration._folder() == tmp_path


def test_outside_a_notebook_check_says_where_to_go() -> None:
    """In a plain Python process `check` says where to use it, grades nothing and imports nothing slow."""
    script = "import sys, grader; print(grader.check('snapshot')); print('torch' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    said, heavy = done.stdout.splitlines()
    assert "In a terminal, run `grader check`" in said and heavy == "False False"
