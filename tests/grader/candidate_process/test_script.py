"""A submission finds the same surroundings as a script that was started as `python FILE`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Confined = Callable[..., Any]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sys.argv", ["submission.py"]),
        ("sys.argv[1:]", []),
        ("argparse.ArgumentParser().parse_args().__dict__", {}),
        ("sys.orig_argv == [sys.executable, 'submission.py']", True),
        ("sys.path[0] == os.getcwd() and os.listdir('.')", []),
        ("sys.modules['__main__'].f is f", True),
        ("timeit.timeit('f', 'from __main__ import f', number=1) < 5", True),
        ("(__name__, __file__)", ["submission", "submission.py"]),
        ("os.path.abspath(__file__) == os.path.join(os.getcwd(), 'submission.py')", True),
    ],
)
def test_a_submission_is_a_script(confined: Confined, expression: str, value: object) -> None:
    """The surroundings are those of a script, at the top level and in calls."""
    source = f"import argparse, os, sys, timeit\ndef f():\n    return {expression}\n"
    assert confined(source).python() == value
    loading = f"import argparse, os, sys, timeit\nf = None\nfound = {expression}\ndef g():\n    return found\n"
    if "f is f" not in expression:
        assert confined(loading).python("g") == value


def test_a_module_that_was_written_can_be_imported(confined: Confined) -> None:
    """A submission can import a module that it has written to its folder."""
    source = "def f():\n    open('helper.py', 'w').write('x = 3')\n    import helper\n    return helper.x\n"
    assert confined(source).python() == 3
