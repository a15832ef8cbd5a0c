"""A submission's tree: the top-level statements that give a name its value, and what all tasks share."""

from __future__ import annotations

import ast
import gc

import pytest

from grader.forbidden_calls.source import Source, read


def source(text: str) -> Source:
    found = read(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("a = 1\na = 2", ["a = 2"]),
        ("a = 1\nif c:\n    a = 2", ["a = 1", "a = 2"]),
        ("if c:\n    a = 1\na = 2", ["a = 2"]),
        ("with c:\n    a = 1\nb = 2", ["a = 1"]),
        ("a = 1\nif __name__ == '__main__':\n    a = 2", ["a = 1"]),
        ("try:\n    import a\nexcept ImportError:\n    a = None", ["import a", "a = None"]),
        ("def a(): pass\n[0 for a in b]", ["def a():\n    pass"]),
    ],
)
def test_later_statements_replace_earlier_ones(text: str, last: list[str]) -> None:
    """A later statement replaces an earlier one, unless it may be skipped."""
    assert [ast.unparse(statement) for statement in source(text).binding["a"]] == last


def test_what_changes_a_value_is_known() -> None:
    """Statements that set an attribute or an item, or append to a list, are known as changes."""
    text = "a = []\na.b = 1\na[0] = 2\na.append(3)\nsetattr(a, 'c', 4)\nb.c = a"
    assert [statement.lineno for statement in source(text).changing["a"]] == [2, 3, 4, 5]


def test_only_what_torch_has_is_imported_whole() -> None:
    """`import *` is followed only for modules of torch, once for each module, and for a limited number."""
    text = "from torch.nn import *\nfrom torch.nn import *\nfrom os import *\nfrom torch.nowhere import *"
    assert source(text).stars == [("torch", "nn")]


def test_a_source_is_parsed_once_for_all_tasks() -> None:
    """The source is parsed once for all tasks, because parsing takes the most time."""
    assert read("a = 1") is read("a = 1")
    assert read("a = ") is None


@pytest.mark.parametrize("text", ["b = 1", "b = "])
def test_garbage_is_collected_after_parsing(text: str) -> None:
    """Garbage collection is on again after parsing."""
    read.cache_clear()
    assert gc.isenabled()
    read(text)
    assert gc.isenabled()
