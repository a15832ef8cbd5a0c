"""What stands in for the sandbox in a benchmark can be asked whatever the sandbox can be asked."""

from __future__ import annotations

import inspect

import pytest
from in_process import InProcess, InProcessCandidate

from grader.sandbox import Process, Server


def asked(owner: type, *others: str) -> dict[str, inspect.Signature]:
    """Return the public methods of a class, with their parameters, but for `others`."""
    methods = inspect.getmembers(owner, inspect.isfunction)
    return {name: inspect.signature(f) for name, f in methods if not name.startswith("_") and name not in others}


@pytest.mark.parametrize(
    ("stand_in", "original", "others"),
    [(InProcess, Server, ("close", "ended")), (InProcessCandidate, Process, ())],
)
def test_a_stand_in_has_the_methods_of_the_original(stand_in: type, original: type, others: tuple[str, ...]) -> None:
    """It has each method that the examiner may call, with the same parameters; a server is closed by who opened it."""
    ours = {name: list(signature.parameters) for name, signature in asked(stand_in).items()}
    theirs = {name: list(signature.parameters) for name, signature in asked(original, *others).items()}
    assert ours == theirs
