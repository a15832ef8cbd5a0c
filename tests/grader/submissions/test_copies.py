"""Copies of an exercise's file are known by their names."""

from __future__ import annotations

import pytest

from grader.submissions import copied

IDS = ("07_autograd", "08_detach", "08_detach_and_inplace")


@pytest.mark.parametrize(
    ("stem", "id"),
    [
        ("07_autograd (1)", "07_autograd"),
        ("07_autograd - Copia", "07_autograd"),
        ("07_Autograd-Copy1", "07_autograd"),
        ("Cópia de 07_autograd", "07_autograd"),
        ("07_autograd.old", "07_autograd"),
        ("08_detach_and_inplace 2", "08_detach_and_inplace"),
        ("07_autograd", None),
        ("07_AUTOGRAD", None),
        ("08_detach_and_inplace", None),
        ("notes", None),
        ("07", None),
    ],
)
def test_a_longer_name_is_a_copy(stem: str, id: str | None) -> None:
    """A longer name with an exercise's id in it is a copy of that exercise; the id itself is none, in any case."""
    assert copied(stem, IDS) == id
