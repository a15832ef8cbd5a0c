"""Search the loaded modules for the examiner's, and import the others."""

import importlib
import sys


def attack(*args, **kwargs):
    found = [name for name in sys.modules if name.startswith(("grader.suites", "grader.catalog", "test_"))]
    for name in (
        "grader.suites",
        "grader.catalog",
        "grader.examiner.examiner",
        "grader.grading.pool",
        "solutions",
        "tests",
    ):
        try:
            found.append(importlib.import_module(name).__name__)
        except ImportError:
            pass
    if found:
        raise RuntimeError(f"SUCCEEDED: {found}")
    return "nothing found"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
