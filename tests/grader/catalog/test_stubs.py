"""Stubs are built from sources."""

import pytest

from grader.catalog import CatalogError, build_stub

SOURCE = '''\
# ---
# grader:
#   title: Doubling
# ---

# %%
import math


# %% task="double" points=2
def double(x: float) -> float:
    """Return twice `x`."""
    ### BEGIN SOLUTION
    # TODO: multiply by two.
    y = 2 * x
    return y
    ### END SOLUTION


# %% [markdown] task="double" tags=["hint"]
# Multiply.

# %% [markdown]
# The end.
'''
STUB = '''\
# ---
# grader:
#   title: Doubling
# ---

# %%
import math


# %% task="double" points=2
def double(x: float) -> float:
    """Return twice `x`."""
    # TODO: multiply by two.
    raise NotImplementedError


# %% [markdown]
# The end.
'''


def build(text: str) -> str:
    return build_stub(text, exercise="02_doubling")


def test_replaces_solutions_and_drops_hints() -> None:
    """A stub has no hints, and a TODO and NotImplementedError in place of each solution."""
    assert build(SOURCE) == STUB


def test_is_stable() -> None:
    """Building twice gives the same bytes, and blank lines at the end don't matter."""
    assert build(SOURCE + "\n\n\n") == build(SOURCE)


def test_ends_with_one_newline_when_a_hint_was_last() -> None:
    """Dropping the last cell leaves no blank lines behind."""
    assert build(SOURCE.replace("\n# %% [markdown]\n# The end.\n", "")).endswith("    raise NotImplementedError\n")


def test_keeps_what_stands_between_the_regions_of_a_class() -> None:
    """A class may have several regions, each with its own indentation."""
    source = """\
# %% task="Twice" points=2
class Twice:
    def __init__(self):
        ### BEGIN SOLUTION
        # TODO: start at one.
        self.x = 1
        ### END SOLUTION

    def next(self):
        ### BEGIN SOLUTION
        # TODO: double.
        self.x *= 2
        ### END SOLUTION
        return self.x
"""
    stub = """\
# %% task="Twice" points=2
class Twice:
    def __init__(self):
        # TODO: start at one.
        raise NotImplementedError

    def next(self):
        # TODO: double.
        raise NotImplementedError
        return self.x
"""
    assert build(source) == stub


@pytest.mark.parametrize("first", ["    # Multiply by two.\n", "", "    # TODO\n"])
def test_refuses_a_region_without_a_todo(first: str) -> None:
    """The first line of a region must be its TODO."""
    with pytest.raises(CatalogError, match=r"Cannot build 02_doubling: line 14: .* with what to do. Make its first"):
        build(SOURCE.replace("    # TODO: multiply by two.\n", first))


def test_refuses_an_empty_region() -> None:
    """An empty region has no TODO and is refused."""
    body = "    # TODO: multiply by two.\n    y = 2 * x\n    return y\n"
    with pytest.raises(CatalogError, match="does not open with what to do"):
        build(SOURCE.replace(body, ""))


def test_refuses_a_region_that_stays_open() -> None:
    """A region must end in the cell in which it begins."""
    with pytest.raises(CatalogError, match=r"line 13: the solution region is not closed in its cell. Close it: ###"):
        build(SOURCE.replace("    ### END SOLUTION\n", ""))


def test_refuses_a_region_inside_another() -> None:
    """A region inside another is refused."""
    with pytest.raises(CatalogError, match=r"a solution region opens inside that of line 13. Close that one first"):
        build(SOURCE.replace("    return y\n", "    ### BEGIN SOLUTION\n    return y\n"))


def test_refuses_an_end_without_a_beginning() -> None:
    """An end marker without a begin marker is refused."""
    with pytest.raises(CatalogError, match=r"a solution region closes that was not opened. Open it: ### BEGIN"):
        build(SOURCE.replace("    ### BEGIN SOLUTION\n", ""))


def test_refuses_a_solution_outside_a_task() -> None:
    """A region must be in the cell of a task, so that it is graded."""
    with pytest.raises(CatalogError, match=r"line 10: a solution region stands outside a task. Mark its cell"):
        build(SOURCE.replace('# %% task="double" points=2', "# %%"))


def test_refuses_a_task_with_nothing_to_write() -> None:
    """A task without a region is refused, because its solution would be released."""
    lines = [line for line in SOURCE.splitlines(keepends=True) if "SOLUTION" not in line]
    with pytest.raises(CatalogError, match=r"the task leaves nothing to write. Put what the student writes between"):
        build("".join(lines))


def test_refuses_a_stub_that_is_not_python() -> None:
    """A region that splits a statement is refused, because the stub would not parse."""
    with pytest.raises(CatalogError, match=r"its stub is not Python: .* at line 15 of the stub \('else:'\)\. Correct"):
        build(SOURCE.replace("    ### END SOLUTION\n", "    ### END SOLUTION\n    else:\n        pass\n"))


def test_refuses_a_stub_that_raises_on_import() -> None:
    """A region that is the body of a class or of the module is refused, because importing the stub would fail."""
    with pytest.raises(CatalogError, match=r"its stub raises while it is imported. Put each solution region inside a"):
        build(SOURCE.replace("def double(x: float) -> float:", "class double:"))
