"""Check what a run of the Docker package left: full points, in the versions of constraints.txt. Used by CI and a test.

Usage: image.py RESULTS
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"


def pinned() -> dict[str, set[str]]:
    """Return the versions in constraints.txt, by package; some have one for each range of Pythons."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^;\s]+)", CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def problems(result: dict[str, object]) -> list[str]:
    """Return what is wrong with the result of a run."""
    found = [] if result["state"] == "graded" else [f"the state is {result['state']}: {result['staff']}"]
    if result["points"] != result["max_points"]:
        found.append(f"{result['points']} of {result['max_points']} points")
    pins = pinned()
    versions = result["versions"]
    assert isinstance(versions, dict)
    for name, version in versions.items():
        if name in pins and version[:1].isdigit() and version.partition("+")[0] not in pins[name]:
            found.append(f"{name} is {version}, and not {' or '.join(pins[name])}")
    if not {"torch", "numpy", "pytest"} <= versions.keys() & pins.keys():
        found.append(f"versions are missing: {sorted(versions)}")
    return found


if __name__ == "__main__":
    wrong = problems(json.loads(Path(sys.argv[1], "result.json").read_text(encoding="utf-8")))
    sys.exit("\n".join(wrong) or 0)
