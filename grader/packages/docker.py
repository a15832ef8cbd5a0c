"""A Dockerfile that builds from the wheel, and an image that grades the folder that is mounted into it.

It is for platforms and machines that have no package of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from grader.packages.outcome import Outcome, rows_of, summary, total
from grader.packages.package import Package
from grader.packages.packing import README, Contents, Files, template
from grader.reports.terminal import plain
from grader.sentences import instructor_packages
from grader.sentences.languages import render

SUBMISSION: Final = Path("/submission")
RESULTS: Final = Path("/results")


def arrange(contents: Contents) -> Files:
    """Return the files to build an image from, which holds the package."""
    return {
        **image_files(contents, with_package=True),
        **contents.inside(),
        README: render(instructor_packages.README_DOCKER()),
    }


def image_files(contents: Contents, *, with_package: bool) -> Files:
    """Return the files to build an image from: the environment, and the package if it belongs into the image."""
    parts = ["Dockerfile.in", *(["Dockerfile_package.in"] if with_package else [])]
    return {**contents.environment, "Dockerfile": "".join(template(part) for part in parts)}


def student(environment: Mapping[str, str], submission: Path) -> str:
    """Return what the variable STUDENT says."""
    return environment.get("STUDENT", "")


def results(package: Package, outcome: Outcome, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the report, the whole outcome as data, and the feedback as text, by the names of their files."""
    rows = rows_of(outcome.report, package, merge_hidden=package.visibility != "visible")
    earned, most = total(rows)
    result = {
        "schema": "grader/result/1",
        "state": outcome.state,
        "points": float(earned),
        "max_points": float(most),
        "student": [plain(sentence) for sentence in outcome.student],
        "staff": [plain(sentence) for sentence in outcome.staff],
        "layers": outcome.layers,
        "versions": outcome.versions,
        "seconds": outcome.seconds,
    }
    lines = [line for line in (summary(outcome),) if line]
    for row in rows:
        mark = "✓" if row.passed else "✗" if row.passed is False else "○"
        lines.append(f"{mark} {row.name}  {float(row.earned):g}/{float(row.most):g}")
        lines += [f"    {line}" for line in row.text.splitlines()]
    return {
        "report.json": msgspec.json.format(msgspec.json.encode(outcome.report), indent=2),
        "result.json": msgspec.json.format(msgspec.json.encode(result), indent=2),
        "feedback.txt": ("\n".join(lines) + "\n").encode("utf-8", "replace"),
    }
