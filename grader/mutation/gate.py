"""Grades every mutant in the sandbox and reports those that no check finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.catalog import Catalog
from grader.domains import only_by_domains
from grader.grading.pool import grade_submissions
from grader.grading.settings import Graded, Settings
from grader.mutation.equivalents import Equivalent, read_equivalents
from grader.mutation.mutants import Mutant, mutants
from grader.records import CheckReport
from grader.sentences import Sentence, author

_SEED = "mutants"


@dataclass(kw_only=True)
class Mutation:
    """A run over mutants. It counts them and reports problems.

    A mutant is killed if a check of its task does not pass, or if it never ends. A mutant that survives must be listed
    as equivalent, and a mutant that is listed must survive.
    """

    catalog: Catalog
    exercises: tuple[str, ...]
    mutants: tuple[Mutant, ...]
    equivalents: Mapping[str, tuple[Equivalent, ...]]
    whole: bool
    jobs: int
    killed: int = 0
    killed_by_domains: int = 0  # and by no other check
    equivalent: int = 0
    survivors: list[Mutant] = field(default_factory=list)

    def run(self) -> Iterator[list[Sentence]]:
        """Yield the problems of each mutant, and at the end those of the lists. Raises `GradingError`."""
        settings = Settings(
            root=str(self.catalog.root),
            exercises=self.exercises,
            course_seed=_SEED,
            relaxed_sandbox=True,
            diagnosing=False,
            until_failure=True,
            facts=True,
        )
        by_label = {mutant.label: mutant for mutant in self.mutants}
        for graded in grade_submissions(settings, (mutant.submission() for mutant in self.mutants), jobs=self.jobs):
            yield list(self._problems_of(by_label[graded.submission.student], graded))
        yield list(self._problems_of_lists())

    def _problems_of(self, mutant: Mutant, graded: Graded) -> Iterator[Sentence]:
        for fault in graded.broken:
            yield author.CHECK_BROKE(case=mutant.label, check=fault.check, message=str(fault.feedback))
        listed = any(known.is_of(mutant) for known in self.equivalents[mutant.exercise])
        if _is_killed(graded):
            self.killed += 1
            self.killed_by_domains += only_by_domains(graded)
            if listed:
                yield author.KILLED_BUT_LISTED(mutant=mutant.label)
        elif listed:
            self.equivalent += 1
        else:
            self.survivors.append(mutant)
            yield author.SURVIVES(mutant=mutant.label, operator=mutant.operator)

    def _problems_of_lists(self) -> Iterator[Sentence]:
        if not self.whole:
            return
        for exercise, listed in self.equivalents.items():
            for known in listed:
                if not any(m.exercise == exercise and known.is_of(m) for m in self.mutants):
                    yield author.STALE_EQUIVALENT(exercise=exercise, task=known.task, was=known.was, now=known.now)

    @property
    def share(self) -> float:
        """The share of killed mutants among those that are not equivalent, from 0 to 1."""
        return self.killed / max(1, self.killed + len(self.survivors))


def _is_killed(graded: Graded) -> bool:
    return graded.report is None or any(check.status != "passed" for check in _checks(graded))


def _checks(graded: Graded) -> list[CheckReport]:
    return [] if graded.report is None else [check for task in graded.report.tasks for check in task.checks]


def mutate_all(catalog: Catalog, which: Mapping[str, Sequence[str]], *, jobs: int, every: int = 1) -> Mutation:
    """Return a run over the mutants of these exercises' tasks (of all their tasks if none are named).

    With `every=n`, only every n-th mutant is graded. Raises `CatalogError` for sources that cannot be read.
    """
    found: list[Mutant] = []
    for id, tasks in which.items():
        made = mutants(catalog.get(id), catalog.solution(id).read_text(encoding="utf-8"))
        found += [mutant for mutant in made if not tasks or mutant.task in tasks]
    return Mutation(
        catalog=catalog,
        exercises=tuple(which),
        mutants=tuple(found[::every]),
        equivalents={id: read_equivalents(catalog, id) for id in which},
        whole=every == 1 and not any(which.values()),
        jobs=jobs,
    )
