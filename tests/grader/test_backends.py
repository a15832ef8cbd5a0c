"""Both backends give the same verdicts and feedback: some variants here, and all of them in `make backends`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def backends(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command that records reports and compares them."""
    command = [sys.executable, str(ROOT / ".ci" / "backends.py"), *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **more}, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.sandbox
@pytest.mark.slow
def test_both_backends_judge_alike(tmp_path: Path) -> None:
    """The solution, the stub and a misconception of a task get equal reports, down to the name of the mistake."""
    for backend in ("linux", "portable"):
        out = tmp_path / f"{backend}.json"
        done = backends("record", out, "--kinds", "some", "--only", "07.minimize", GRADER_BACKEND=backend)
        assert done.returncode == 0 and f"3 with {backend}" in done.stderr, done.stderr
    compared = backends("compare", tmp_path / "linux.json", tmp_path / "portable.json")
    assert compared.stdout == "0 of 3 reports differ; the first file has 3.\n"
    said = (tmp_path / "portable.json").read_text(encoding="utf-8")
    assert '"points": 3.0' in said or '"status": "passed"' in said
    assert '"misconception"' in said


def test_a_difference_is_found_and_named(tmp_path: Path) -> None:
    """Another status and a report that only one file has are differences; reports of the first file may be missing."""
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_text(json.dumps({"a": {"tasks": [{"status": "passed"}]}, "b": 1, "c": 2}), encoding="utf-8")
    other.write_text(json.dumps({"a": {"tasks": [{"status": "failed"}]}, "b": 1, "d": 2}), encoding="utf-8")
    done = backends("compare", one, other)
    assert done.returncode == 1
    assert '/tasks/0/status\n  "passed"\n  "failed"\n' in done.stdout
    assert done.stdout.endswith("2 of 3 reports differ; the first file has 3.\n")
    assert backends("compare", one, one).returncode == 0
