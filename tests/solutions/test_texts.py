"""The texts of the exercises are true: examples run, each task has three hints, stubs reveal no solution."""

import contextlib
import doctest
import importlib.util
import inspect
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from grader.catalog import Exercise, Task, build_notebook, load_catalog
from grader.catalog.cells import split_cells
from grader.catalog.stubs import BEGIN, END

CATALOG = load_catalog(Path(__file__).resolve().parents[2])
EXERCISES = pytest.mark.parametrize("exercise", CATALOG.exercises, ids=lambda exercise: exercise.id)
TASKS = pytest.mark.parametrize(
    ("exercise", "task"),
    [pytest.param(e, t, id=f"{e.id}-{t.name}") for e in CATALOG.exercises for t in e.tasks],
)

torch.set_num_threads(1)


def load(path: Path) -> ModuleType:
    """Import a script by its path as a new module."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@TASKS
def test_docstring_examples_run(exercise: Exercise, task: Task) -> None:
    """Every task's docstring has examples that are right for the solution."""
    module = load(CATALOG.solution(exercise.id))
    (case,) = (c for c in doctest.DocTestFinder(recurse=False).find(vars(module)[task.name], task.name, module))
    assert case.examples, "a docstring without an example"
    report = io.StringIO()
    doctest.DocTestRunner().run(case, out=report.write)
    assert report.getvalue() == ""


@EXERCISES
def test_the_example_cells_of_a_notebook_run(exercise: Exercise) -> None:
    """Each example cell of a notebook runs on its own below the imports, and prints what its comments say."""
    cells = json.loads(build_notebook(CATALOG.text_of_stub(exercise.id)))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    (imports,) = (source for source in sources if source.startswith("import copy"))
    examples = [source for source in sources if source in CATALOG.examples(exercise.id)]
    assert examples, "a text without an example"
    for code in examples:
        names: dict[str, object] = {"__name__": "__main__"}
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), torch.random.fork_rng():
            exec(imports, names)
            exec(code, names)
        assert printed.getvalue().splitlines() == re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)


def test_the_glossary_names_exercises_that_have_its_words() -> None:
    """Each word of the glossary is in the text of the exercise that stands beside it, and the words are in order."""
    table = (CATALOG.root / "docs" / "glossary.md").read_text(encoding="utf-8").partition("| --- |")[2]
    rows = [[part.strip() for part in row.strip("|").split("|")] for row in table.splitlines()[1:]]
    words = [word for word, *_ in rows]
    assert len(words) > 40 and words == sorted(words, key=str.lower)
    for word, portuguese, meaning, number in rows:
        (exercise,) = (exercise for exercise in CATALOG.exercises if exercise.id.startswith(f"{number}_"))
        text = " ".join(CATALOG.stub(exercise.id).read_text(encoding="utf-8").replace("\n# ", " ").split()).lower()
        assert portuguese and meaning and word.lower() in text, word


@TASKS
def test_three_short_hints(exercise: Exercise, task: Task) -> None:
    """A task has three hints of at most 60 words."""
    assert len(task.hints) == 3
    assert max(len(hint.split()) for hint in task.hints) <= 60


@TASKS
def test_only_the_last_hint_shows_what_to_return(exercise: Exercise, task: Task) -> None:
    """The first two hints of a task hold no expression that its solution returns, names and constants apart."""
    cells = split_cells(CATALOG.solution(exercise.id).read_text(encoding="utf-8"), origin=exercise.id)[1]
    code = "\n".join(line for cell in cells if cell.metadata.get("task") == task.name for line in cell.lines)
    regions = re.findall(rf"{BEGIN}\n(.*?){END}", code, re.DOTALL)
    returned = {found for region in regions for found in re.findall(r"return (.+)", region) if not found.isidentifier()}
    hints = " ".join(" ".join(task.hints[:2]).split())
    assert [expression for expression in returned if expression in hints] == []


@TASKS
def test_the_heading_says_the_points(exercise: Exercise, task: Task) -> None:
    """Every task has a heading with its number and its points."""
    number = exercise.tasks.index(task) + 1
    heading = f"# ## {number}. `{task.name}` ({task.points:g} point{'s' if task.points > 1 else ''})\n"
    assert heading in CATALOG.stub(exercise.id).read_text(encoding="utf-8")


@EXERCISES
def test_the_stub_gives_nothing_away(exercise: Exercise) -> None:
    """No line of a solution region is in a task of the stub."""
    source = CATALOG.solution(exercise.id).read_text(encoding="utf-8")
    regions = re.findall(rf"{BEGIN}\n(.*?){END}", source, re.DOTALL)
    solution = {line.strip() for region in regions for line in region.splitlines()[1:]} - {""}
    cells = split_cells(CATALOG.stub(exercise.id).read_text(encoding="utf-8"), origin=exercise.id)[1]
    stub = {line.strip() for cell in cells if "task" in cell.metadata for line in cell.lines}
    assert solution and not solution & stub


@TASKS
def test_the_untouched_stub_is_not_implemented(exercise: Exercise, task: Task) -> None:
    """Every task of a stub imports and, when used, raises NotImplementedError and nothing else."""
    untouched = vars(load(CATALOG.stub(exercise.id)))[task.name]
    arguments = [None] * len(inspect.signature(untouched).parameters)
    with pytest.raises(NotImplementedError):
        untouched(*arguments)


@EXERCISES
def test_stub_and_solution_share_signatures_and_docstrings(exercise: Exercise) -> None:
    """A task has the same signature and docstring in stub and solution."""
    stub, solution = vars(load(CATALOG.stub(exercise.id))), vars(load(CATALOG.solution(exercise.id)))
    for task in exercise.tasks:
        assert inspect.signature(stub[task.name]) == inspect.signature(solution[task.name])
        assert stub[task.name].__doc__ == solution[task.name].__doc__


@EXERCISES
def test_the_stub_is_formatted_and_clean(exercise: Exercise) -> None:
    """A stub passes the formatter and the linter unchanged."""
    stub = str(CATALOG.stub(exercise.id))
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, stub], capture_output=True, text=True, cwd=CATALOG.root
        )
        assert done.returncode == 0, done.stdout
