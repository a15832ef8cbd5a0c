"""PrairieLearn: a question for each exercise, an image for its external grader, and `results.json`.

Source: PrairieLearn/PrairieLearn, docs/externalGrading.md, infoQuestion.json and apps/grader-host (August 2026).
"""

from __future__ import annotations

import html
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from grader.packages.docker import image_files
from grader.packages.outcome import Outcome, Row, clipped, rows_of, summary, total
from grader.packages.package import Package
from grader.packages.packing import README, Contents, Files, template, under
from grader.reports.terminal import plain
from grader.sentences import instructor_packages
from grader.sentences.languages import render

SUBMISSION: Final = Path("/grade/student")
RESULTS: Final = Path("/grade/results")
_MOST_BYTES: Final = 900_000  # the platform refuses results above 1 MiB
_SHORTER: Final = (8000, 2000, 500, 100)  # characters of a text, until the result is small enough
_OURS: Final = uuid.UUID("5b0a3c1e-6f1f-4f0e-9d5b-0f2b8a1c7d42")  # questions keep their numbers when made again


def arrange(contents: Contents) -> Files:
    """Return an image's files and, for each exercise, a question."""
    image = f"{contents.image}:{contents.package.kit.replace('+', '-')}"
    files = under("image", image_files(contents, with_package=False))
    for id, title in contents.titles.items():
        one = contents.only(id)
        place = f"questions/pytorch/{id}"
        files |= under(f"{place}/tests", one.inside())
        files[f"{place}/tests/grade.sh"] = template("prairielearn_grade.sh.in")
        files[f"{place}/info.json"] = json.dumps(_info(id, title, image, one.package.seconds), indent=2) + "\n"
        files[f"{place}/question.html"] = template(
            "prairielearn_question.html.in", TITLE=html.escape(title), EXERCISE=id
        )
        files[f"{place}/clientFilesQuestion/{id}.py"] = contents.stubs[id]
    files[README] = render(instructor_packages.README_PRAIRIELEARN(image=image))
    return files


def _info(id: str, title: str, image: str, seconds: float) -> dict[str, Any]:
    return {
        "uuid": str(uuid.uuid5(_OURS, id)),
        "title": title,
        "topic": "PyTorch",
        "type": "v3",
        "gradingMethod": "External",
        "externalGradingOptions": {
            "image": image,
            "entrypoint": "/grade/tests/grade.sh",
            "timeout": int(seconds),
            "enableNetworking": False,
        },
    }


def student(environment: Mapping[str, str], submission: Path) -> str:
    """Return "": the platform does not tell who handed in."""
    return ""


def results(package: Package, outcome: Outcome, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the platform's result, by the name of its file.

    What could not be graded uses up none of the student's attempts.
    """
    rows = rows_of(outcome.report, package, merge_hidden=package.visibility != "visible")
    data: dict[str, Any] = {"message": summary(outcome)}
    unreadable = all(exercise.status == "unreadable" for exercise in outcome.report.exercises)
    if outcome.state != "graded" or unreadable:
        problems = [plain(said) for said in outcome.student]
        problems += [plain(e.message) for e in outcome.report.exercises if e.message is not None and unreadable]
        data |= {"gradable": False, "format_errors": problems}
    earned, most = total(rows)
    data["score"] = float(earned / most) if most else 0.0
    for limit in _SHORTER:
        data["tests"] = [_test(row, limit) for row in rows]
        data["message"] = clipped(data["message"], limit)
        encoded = json.dumps(data).encode()
        if len(encoded) < _MOST_BYTES:
            break
    return {"results.json": encoded}


def _test(row: Row, limit: int) -> dict[str, Any]:
    return {
        "name": row.name,
        "points": float(row.earned),
        "max_points": float(row.most),
        "message": clipped(row.text, limit),
    }
