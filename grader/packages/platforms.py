"""The platforms: where each of them puts what is handed in, what it expects back, and what it allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.packages import classroom50, docker, github_actions, gradescope, prairielearn
from grader.packages.outcome import Outcome
from grader.packages.package import Package, PlatformName
from grader.packages.packing import Arrange


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A platform.

    - `is_public` says that students can read a package there, so that it carries no hidden checks.
    - `is_uploaded` says that it takes the package as one .zip file.
    - `knows_dates` says that it can show hidden checks after a date.
    - `seconds` is the time limit that its run gets unless somebody says otherwise, and `most_seconds` the most.
    - `submission` and `results` are where it puts and expects files. `student` says who handed in.
    - `result` makes its result, by the names of its files. `wants_success` says that it reads the result only if
      the run returns 0.
    - `arrange` makes the files of a package.
    """

    name: PlatformName
    is_public: bool
    is_uploaded: bool = False
    knows_dates: bool = False
    wants_success: bool = False
    seconds: float
    most_seconds: float
    submission: Path
    results: Path
    arrange: Arrange
    student: Callable[[Mapping[str, str], Path], str]
    result: Callable[[Package, Outcome, Mapping[str, str]], dict[str, bytes]]

    def exit_code(self, outcome: Outcome) -> int:
        """Return what the run returns: 1 if the submission has to be graded again, where the platform allows that."""
        return 0 if self.wants_success or outcome.state in ("graded", "nothing") else 1


_ALL: Final = (
    Platform(
        name="gradescope",
        is_public=False,
        is_uploaded=True,
        knows_dates=True,
        wants_success=True,
        seconds=600,
        most_seconds=2400,
        submission=gradescope.SUBMISSION,
        results=gradescope.RESULTS,
        arrange=gradescope.arrange,
        student=gradescope.student,
        result=gradescope.results,
    ),
    Platform(
        name="prairielearn",
        is_public=False,
        wants_success=True,
        seconds=150,
        most_seconds=600,
        submission=prairielearn.SUBMISSION,
        results=prairielearn.RESULTS,
        arrange=prairielearn.arrange,
        student=prairielearn.student,
        result=prairielearn.results,
    ),
    Platform(
        name="docker",
        is_public=False,
        seconds=900,
        most_seconds=86_400,
        submission=docker.SUBMISSION,
        results=docker.RESULTS,
        arrange=docker.arrange,
        student=docker.student,
        result=docker.results,
    ),
    Platform(
        name="classroom50",
        is_public=True,
        seconds=600,
        most_seconds=840,
        submission=classroom50.HERE,
        results=classroom50.HERE,
        arrange=classroom50.arrange,
        student=classroom50.student,
        result=classroom50.results,
    ),
    Platform(
        name="github-actions",
        is_public=True,
        seconds=900,
        most_seconds=21_600,
        submission=github_actions.SUBMISSION,
        results=github_actions.RESULTS,
        arrange=github_actions.arrange,
        student=github_actions.student,
        result=github_actions.results,
    ),
)
PLATFORMS: Final = {platform.name: platform for platform in _ALL}
