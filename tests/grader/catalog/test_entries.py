"""An entry of the catalog is read from a source or a stub."""

import pytest

from grader.catalog import CatalogError, Exercise, Task
from grader.catalog.entries import read_exercise

HEADER = """\
# ---
# grader:
#   title: Doubling
#   title_pt: "Dobrar: multiplicar por dois"
#   prerequisites: ["01_counting"]
# ---
"""
TASK = """
# %% task="double" points=2
def double(x):
    return 2 * x
"""
HINTS = """
# %% [markdown] task="double" tags=["hint"]
# Think of
# multiplication.

# %% [markdown] task="double" tags=["hint"]
# `2 * x`
"""


def read(text: str) -> Exercise:
    return read_exercise(text, exercise="02_doubling")


def test_reads_an_exercise() -> None:
    """The header gives the titles and prerequisites; the cells give the tasks and their hints in order."""
    assert read(HEADER + TASK + HINTS) == Exercise(
        id="02_doubling",
        title="Doubling",
        title_pt="Dobrar: multiplicar por dois",
        prerequisites=("01_counting",),
        tasks=(Task(name="double", points=2.0, parameters=("x",), hints=("Think of\nmultiplication.", "`2 * x`")),),
    )


def test_reads_a_stub_without_hints() -> None:
    """Without hint cells, as in a stub, the tasks have no hints."""
    assert read(HEADER + TASK).tasks == (Task(name="double", points=2.0, parameters=("x",)),)


def test_reads_a_stub_that_does_not_parse() -> None:
    """A stub with a student's unfinished code is still read."""
    assert read(HEADER + TASK.replace("2 * x", "2 *")).points == 2


def test_adds_up_the_points() -> None:
    """An exercise's points are the sum of its tasks' points, with halves."""
    second = '\n# %% task="halve" points=1.5\nclass halve:\n    pass\n'
    assert read(HEADER + TASK + second).points == 3.5


def test_finds_a_task() -> None:
    """A task is found by its name."""
    assert read(HEADER + TASK).task("double").points == 2


def test_names_the_closest_task() -> None:
    """An unknown task is answered with the closest name."""
    with pytest.raises(CatalogError, match=r"Cannot find the task 'duoble': 02_doubling has none .* mean 'double'"):
        read(HEADER + TASK).task("duoble")


@pytest.mark.parametrize("text", [TASK, "import math\n" + HEADER + TASK, HEADER.removesuffix("# ---\n") + TASK])
def test_refuses_a_missing_header(text: str) -> None:
    """A file without a closed header at its top is an error that says how to write one."""
    with pytest.raises(CatalogError, match=r"Cannot read 02_doubling: it has no header. Start the file with"):
        read(text)


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('["01_counting"]', '["01_counting"', "expected ',' or ']'"),
        ("title: Doubling", "titel: Doubling", "unknown field `titel`"),
        ("title: Doubling", "title: 2", "Expected `str`, got `int`"),
        ("grader:", "kit:", "missing required field `grader`"),
    ],
)
def test_refuses_a_header_it_cannot_read(old: str, new: str, cause: str) -> None:
    """Broken YAML, unknown, missing and mistyped fields are errors that name the cause and what to give."""
    with pytest.raises(CatalogError, match=f"its header is not right: .*{cause}.* Under `grader:` give a title"):
        read(HEADER.replace(old, new) + TASK)


@pytest.mark.parametrize("earlier", ["01", "02_doubling", "03_later", "1_counting"])
def test_refuses_a_prerequisite_that_is_not_before(earlier: str) -> None:
    """A prerequisite is the full id of an exercise with a lower number."""
    with pytest.raises(CatalogError, match=f"prerequisite '{earlier}' is not an exercise before it. Write the full id"):
        read(HEADER.replace("01_counting", earlier) + TASK)


def test_refuses_an_id_that_is_none() -> None:
    """The file's name must be a valid id."""
    with pytest.raises(CatalogError, match=r"Cannot read 02_Doubling: an id is two digits.* Rename the file"):
        read_exercise(HEADER + TASK, exercise="02_Doubling")


@pytest.mark.parametrize("points", ['points="two"', "points=0", "points=-1", "points=true", ""])
def test_refuses_points_that_are_no_positive_number(points: str) -> None:
    """A task's points must be a number above 0; the error shows how to mark the cell."""
    with pytest.raises(CatalogError, match=r"line 8: .*points.* Mark the cell `# %% task=\"name\" points=2`"):
        read(HEADER + TASK.replace("points=2", points))


def test_refuses_two_tasks_of_one_name() -> None:
    """Names of tasks must be unique in an exercise."""
    with pytest.raises(CatalogError, match=r"line 12: there are two tasks 'double'. Rename one"):
        read(HEADER + TASK + TASK)


def test_refuses_a_task_that_its_cell_does_not_define() -> None:
    """The cell of a task must define a function or class of that name."""
    with pytest.raises(CatalogError, match=r"the cell of the task 'double' does not define it. Give the function"):
        read(HEADER + TASK.replace("def double", "def twice"))


def test_refuses_an_exercise_without_tasks() -> None:
    """An exercise must have at least one task."""
    with pytest.raises(CatalogError, match=r"Cannot read 02_doubling: it has no tasks. Mark a cell"):
        read(HEADER)


def test_refuses_a_hint_for_an_unknown_task() -> None:
    """A hint must be below the cell of its task and name it."""
    with pytest.raises(CatalogError, match=r"no task 'triple' stands above this hint. The names are: double\."):
        read(HEADER + TASK + HINTS.replace("double", "triple"))


def test_refuses_a_hint_without_a_task() -> None:
    """A hint must name its task."""
    with pytest.raises(CatalogError, match=r"missing required field `task`\. Mark the cell `# %% \[markdown\] task="):
        read(HEADER + TASK + HINTS.replace('task="double" ', ""))


def test_reads_the_finished_versions_to_do_without() -> None:
    """A marker's `forbidden` lists what students must write themselves."""
    marked = TASK.replace("points=2", 'points=2 forbidden=["mul", "Linear"]')
    assert read(HEADER + marked).tasks[0].forbidden == ("mul", "Linear")


def test_broken_code_has_no_parameters() -> None:
    """A stub with invalid code is read without parameter names."""
    assert read(HEADER + TASK.replace("return 2 * x", "return (2 * x")).tasks[0].parameters == ()
