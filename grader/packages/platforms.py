"""The platforms: where each of them puts what is handed in, what it expects back, and what it allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.packages import gradescope
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
    - `result` makes its result, by the names of its files, and `exit_code` what the run returns.
    - `arrange` makes the files of a package.
    """

    name: PlatformName
    is_public: bool
    is_uploaded: bool = False
    knows_dates: bool = False
    seconds: float
    most_seconds: float
    submission: Path
    results: Path
    arrange: Arrange
    student: Callable[[Mapping[str, str], Path], str]
    result: Callable[[Package, Outcome, Mapping[str, str]], dict[str, bytes]]
    exit_code: Callable[[Outcome], int]


_ALL: Final = (
    Platform(
        name="gradescope",
        is_public=False,
        is_uploaded=True,
        knows_dates=True,
        seconds=600,
        most_seconds=2400,
        submission=gradescope.SUBMISSION,
        results=gradescope.RESULTS,
        arrange=gradescope.arrange,
        student=gradescope.student,
        result=gradescope.results,
        exit_code=gradescope.exit_code,
    ),
)
PLATFORMS: Final = {platform.name: platform for platform in _ALL}
