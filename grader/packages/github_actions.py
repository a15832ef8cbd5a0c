"""GitHub Actions: a workflow for students' repositories, which shows the feedback on the page of its run.

Students can read what is in their repository, so the package holds public checks alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grader.packages import docker
from grader.packages.outcome import Outcome, rows_of
from grader.packages.package import Package
from grader.packages.packing import README, Contents, Files, template, under
from grader.packages.page import page_of
from grader.sentences import instructor_packages
from grader.sentences.languages import render

FOLDER: Final = ".grading"  # hidden, so that nothing in it counts as handed in
SUBMISSION: Final = Path()
RESULTS: Final = Path("grading-results")


def arrange(contents: Contents) -> Files:
    """Return the files to add to a repository."""
    minutes = str(int(contents.package.seconds // 60))
    return {
        **under(FOLDER, {**contents.environment, **contents.inside()}),
        ".github/workflows/grade.yml": template("github_actions_grade.yml.in", MINUTES=minutes),
        README.replace("README", f"{FOLDER}/README"): render(instructor_packages.README_GITHUB()),
    }


def student(environment: Mapping[str, str], submission: Path) -> str:
    """Return the name of the repository."""
    return environment.get("GITHUB_REPOSITORY", "").rpartition("/")[2]


def results(package: Package, outcome: Outcome, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the page with the feedback, the report, and the whole outcome as data, by the names of their files."""
    rows = rows_of(outcome.report, package, merge_hidden=False)
    files = docker.results(package, outcome, environment)
    del files["feedback.txt"]
    return {**files, "feedback.md": page_of(outcome, rows).encode("utf-8", "replace")}
