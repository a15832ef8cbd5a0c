"""Classroom 50: the bundle of an assignment with its `autograder.py`, and `result.json`.

Students can read a bundle, so it holds public checks alone. Scores there are whole numbers: points are multiplied by a
power of ten that makes all of them whole.

Source: foundation50/classroom50, wiki/Advanced-Autograding.md, schemas/result-v1.schema.json and the skeleton's
runner.py (September 2026).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from grader.catalog import PYTHON
from grader.packages.outcome import Outcome, Row, rows_of, total
from grader.packages.package import Package
from grader.packages.packing import README, Contents, Files, template
from grader.packages.page import page_of
from grader.sentences import instructor_packages, learner_packages
from grader.sentences.languages import render

HERE: Final = Path()  # the student's checkout, which is the current folder
SCHEMA: Final = "classroom50/result/v1"
_MOST_BYTES: Final = 9_000_000  # the platform refuses bundles and results above 10 MB
_SHORTER: Final = (8000, 2000, 500)


def arrange(contents: Contents) -> Files:
    """Return the files of a bundle."""
    return {
        **contents.environment,
        **contents.inside(),
        "autograder.py": template("classroom50_autograder.py.in"),
        README: render(instructor_packages.README_CLASSROOM50(python=PYTHON)),
    }


def student(environment: Mapping[str, str], submission: Path) -> str:
    """Return the owner of the repository."""
    return environment.get("OWNER") or environment.get("USERNAME", "")


def results(package: Package, outcome: Outcome, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the platform's result and the text of its release, by the names of their files."""
    rows = rows_of(outcome.report, package, merge_hidden=False)
    scale = scale_of(row.most for row in rows)
    earned, most = total(rows)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "classroom": environment.get("CLASSROOM", ""),
        "assignment": environment.get("ASSIGNMENT", ""),
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": student(environment, HERE),
        "submission": environment.get("SUBMISSION_TAG", ""),
        "commit": environment.get("COMMIT_URL", ""),
        "release": environment.get("RELEASE_URL", ""),
        "review": environment.get("REVIEW_URL") or environment.get("COMMIT_URL", ""),
        "datetime": now,  # the platform puts the time of the commit in its place
        "graded_at": now,
        "score": int(earned * scale),
        "max-score": int(most * scale),
    }
    for limit in _SHORTER:
        data["tests"] = [_test(row, scale, limit) for row in rows]
        encoded = json.dumps(data, indent=1).encode()
        if len(encoded) < _MOST_BYTES:
            break
    units = () if scale == 1 else (render(learner_packages.IN_UNITS(scale=scale)),)
    return {"result.json": encoded, "release-body.md": page_of(outcome, rows, units).encode("utf-8", "replace")}


def scale_of(points: Iterable[Decimal]) -> int:
    """Return the power of ten that makes all these points whole."""
    digits = (point.normalize().as_tuple().exponent for point in points)
    return int(10 ** max([0, *(-digit for digit in digits if isinstance(digit, int))]))


def _test(row: Row, scale: int, limit: int) -> dict[str, Any]:
    return {
        "test-name": row.name,
        "passed": bool(row.passed),
        "score": int(row.earned * scale),
        "max-score": int(row.most * scale),
        "output": row.text[:limit],
    }
