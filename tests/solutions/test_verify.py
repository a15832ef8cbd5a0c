"""The exercises hold what they promise: `grader verify` finds no problem, and the suites see small errors.

Both commands use two processes. Here they run beside the other tests, most of which wait for a candidate.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def verify(*arguments: str) -> str:
    """Run `grader verify` on the whole course, require that it succeeds, and return what it printed."""
    command = [str(Path(sys.executable).with_name("grader")), "verify", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_every_variant_gets_its_verdict() -> None:
    """Stubs, references, alternatives, misconceptions and forgers of all exercises get what they must."""
    said = verify()
    assert "No problem was found." in said and "Facts alone earn 0.0% of the points." in said


def test_one_small_error_in_forty_is_caught() -> None:
    """Of all small errors in the solutions, a sample of one in forty is caught."""
    assert " 0 survive" in verify("--mutants", "--every", "40")
