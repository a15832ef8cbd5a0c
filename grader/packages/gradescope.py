"""Gradescope: a zip with `setup.sh` and `run_autograder`, and `results.json`.

Source: Gradescope's documentation for autograders (gradescope/autograder_samples, docs/specs.md, submission_metadata.md
and best_practices.md, January 2025).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from grader.packages.outcome import Outcome, Row, rows_of, summary, total
from grader.packages.package import Package
from grader.packages.packing import README, Contents, Files, template
from grader.sentences import instructor_packages
from grader.sentences.languages import render

SUBMISSION: Final = Path("/autograder/submission")
RESULTS: Final = Path("/autograder/results")
METADATA: Final = "submission_metadata.json"
_RESULT: Final = "results.json"


def arrange(contents: Contents) -> Files:
    """Return the files of the zip."""
    package = contents.package
    return {
        **contents.environment,
        **contents.inside(),
        "setup.sh": template("gradescope_setup.sh.in"),
        "run_autograder": template("gradescope_run.sh.in"),
        README: render(instructor_packages.README_GRADESCOPE(seconds=f"{package.seconds / 60:g}")),
    }


def student(environment: Mapping[str, str], submission: Path) -> str:
    """Return who handed in: the addresses of all members of a group; "" if the metadata do not say it."""
    try:
        data = json.loads((submission.parent / METADATA).read_bytes())
        return "+".join(sorted(str(user["email"]) for user in data["users"]))
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def results(package: Package, outcome: Outcome, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the platform's result, by the name of its file."""
    rows = rows_of(outcome.report, package, merge_hidden=False)
    data = {
        "score": float(total(rows)[0]),
        "execution_time": outcome.seconds,
        "output": summary(outcome),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [_test(row, package) for row in rows],
        "extra_data": {
            "state": outcome.state,
            "staff": [render(sentence) for sentence in outcome.staff],
            "layers": outcome.layers,
            "versions": outcome.versions,
        },
    }
    return {_RESULT: json.dumps(data, indent=1).encode()}


def _test(row: Row, package: Package) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": row.name,
        "score": float(row.earned),
        "max_score": float(row.most),
        "output": row.text,
        "output_format": "text",
        "visibility": package.visibility if row.hidden else "visible",
    }
    if row.passed is not None:
        test["status"] = "passed" if row.passed else "failed"
    return test
