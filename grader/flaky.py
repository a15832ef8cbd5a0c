"""Asks the references alone, with many seeds, to find checks that fail right code for some inputs.

The seeds take the place of students, so that the workers stay warm: each seed draws other inputs for every check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.catalog import Catalog
from grader.grading.pool import grade_submissions
from grader.grading.settings import Graded, Settings
from grader.records import Submission
from grader.sentences import Sentence, author

_COURSE_SEED = "flaky"


@dataclass(frozen=True, kw_only=True)
class FlakyRun:
    """The references of some exercises' tasks (of all tasks if none are named), to be graded with some seeds each."""

    catalog: Catalog
    which: Mapping[str, Sequence[str]]
    seeds: Sequence[int]
    jobs: int

    @property
    def total(self) -> int:
        """The number of gradings."""
        return len(self.which) * len(self.seeds)

    def run(self) -> Iterator[list[Sentence]]:
        """Yield the problems of each grading: the checks that fail, each with its seed. Raises `GradingError`."""
        settings = Settings(
            root=str(self.catalog.root),
            exercises=tuple(self.which),
            course_seed=_COURSE_SEED,
            inputs="by_content",
            relaxed_sandbox=True,
            diagnosing=False,
        )
        for graded in grade_submissions(settings, self._submissions(), jobs=min(self.jobs, max(1, self.total))):
            yield list(_problems_of(graded))

    def _submissions(self) -> Iterator[Submission]:
        for id, tasks in self.which.items():
            source = self.catalog.solution(id).read_text(encoding="utf-8")
            for seed in self.seeds:
                yield Submission(
                    student=str(seed),
                    exercise=id,
                    path=f"{id}.py",
                    tasks=tuple(tasks),
                    source=source,
                    content="reference",  # the inputs of a seed do not change with the solution
                )


def _problems_of(graded: Graded) -> Iterator[Sentence]:
    """Yield the checks that the reference fails with one seed.

    The reference is asked twice: as a submission, and again because it failed.
    """
    exercise, seed = graded.submission.exercise, graded.submission.student
    if graded.report is None:
        yield author.FLAKY_ENDED_GRADER(exercise=exercise, seed=seed)
        return
    twice = {broken.check: broken.feedback for broken in graded.broken}
    for task in graded.report.tasks:
        for check in task.checks:
            if check.status != "passed" or check.id in twice:
                said = twice.get(check.id, check.feedback)
                yield author.FLAKY(exercise=exercise, check=check.id, task=task.name, seed=seed, message=str(said))
