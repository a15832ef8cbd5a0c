"""What authors and CI hold an exercise to: stubs, references, misconceptions, alternatives, all as promised."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.catalog import Catalog, Exercise, build_all
from grader.junk import SPOILED
from grader.lanes import Graded, Settings, run_lanes
from grader.records import ExerciseReport, Submission

REFERENCE, STUB, MISCONCEPTION, ALTERNATIVE, IDLE = "reference", "stub", "misconception", "alternative", "idle"

# What solves nothing, and so must earn nothing: no check of what is refused, or left alone, may stand alone.
_IDLE = {
    "returns nothing": "pass",
    **{f"raises {e}": f"raise {e}" for e in ("ValueError", "TypeError", "RuntimeError")},
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One implementation to grade, and what grading it must say. `task` and `name` are empty for whole files.

    `tasks` are those that are graded: of a variant its own; of a whole file those that are verified, all if empty.
    """

    kind: str
    exercise: str
    task: str = ""
    name: str = ""
    tasks: tuple[str, ...] = ()
    source: str

    @property
    def label(self) -> str:
        """The case as an author finds it."""
        where = f"{self.task}: {self.name}" if self.name else ""
        return f"{self.exercise} {self.kind} {where}".rstrip()

    def submission(self) -> Submission:
        """Return the case as if a student had handed it in."""
        return Submission(
            student=self.label,
            exercise=self.exercise,
            path=f"{self.label}.py",
            tasks=self.tasks,
            source=self.source,
        )


def cases(catalog: Catalog, which: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Return every implementation that the kit has of these exercises' tasks (of all where none are named)."""
    stubs = build_all(catalog)
    for id, named in which.items():
        tasks = tuple(named)
        solution = catalog.solution(id).read_text(encoding="utf-8")
        yield Case(kind=REFERENCE, exercise=id, tasks=tasks, source=solution)
        yield Case(kind=STUB, exercise=id, tasks=tasks, source=stubs[catalog.stub(id)])
        for name, body in _IDLE.items():
            idle = (f"def {task.name}(*args, **kwargs):\n    {body}\n" for task in catalog.get(id).tasks)
            yield Case(kind=IDLE, exercise=id, task="any", name=name, tasks=tasks, source="\n".join(idle))
        for kind, variants in (
            (MISCONCEPTION, catalog.misconceptions(id)),
            (ALTERNATIVE, catalog.alternatives(id)),
        ):
            for v in variants:
                if not tasks or v.task in tasks:
                    yield Case(kind=kind, exercise=id, task=v.task, name=v.name, tasks=(v.task,), source=v.source)


def problems_of_case(case: Case, report: ExerciseReport) -> Iterator[str]:
    """Say in what the report of a case differs from what it must be."""
    if report.notes:
        yield f"{case.label}: it does not load cleanly: {report.notes[0]}"
    for task in report.tasks:
        failed = [check for check in task.checks if check.status != "passed"]
        if case.kind == STUB:
            for check in task.checks:
                if check.status != "not_attempted":
                    yield f"{case.label}: the check {check.id!r} says {check.status}, not not_attempted."
        elif case.kind == IDLE:
            for check in task.checks:
                if check.status == "passed":
                    yield f"{case.label}: the check {check.id!r} passes: let it ask for a right result too."
        elif case.kind == MISCONCEPTION:
            if not failed:
                yield f"{case.label}: no check of its task fails."
            named = {check.misconception for check in failed} - {None}
            if failed and named != {case.name}:
                said = ", ".join(sorted(map(str, named))) or "nothing"
                yield f"{case.label}: diagnosed as {said}."
            for check in failed:
                if "which is not your fault" in check.message:
                    yield f"{case.label}: the check {check.id!r} broke: {check.message}"
        else:
            for check in failed:
                yield f"{case.label}: the check {check.id!r} of {task.name} says {check.status}: {check.message}"


def problems_of_suites(
    exercise: Exercise, solution: str, graded: Graded, other: Graded, variants: Counter[str]
) -> Iterator[str]:
    """Say what is missing from an exercise's suites.

    `solution` is the source of its reference; `graded` and `other` are that reference graded for two students, the
    second with every value spoiled; `variants` counts the misconceptions and alternatives by "kind task".
    """
    assert graded.report is not None and other.report is not None
    for honest, spoiled in zip(graded.report.tasks, other.report.tasks, strict=True):
        task = exercise.task(honest.name)
        name = f"{exercise.id}: the task {task.name}"
        if not honest.checks:
            yield f"{name} has no checks."
            continue
        if not math.isclose(honest.max_points, task.points):
            yield f"{name} is worth {task.points:g}, its checks {honest.max_points:g}."
        for visibility in ("public", "hidden"):
            if not any(check.visibility == visibility for check in honest.checks):
                yield f"{name} has no {visibility} check."
        for kind, least in _LEAST.items():
            if variants[f"{kind} {task.name}"] < least:
                yield f"{name} has fewer than {least} {kind}s."
        if not any(
            check.status == "failed" and _varied(graded.facts[check.id].inputs, other.facts[check.id].inputs)
            for check in spoiled.checks
        ):
            yield f"{name} has no check of values on inputs that vary from student to student."
        for check in honest.checks:
            if check.max_points <= 0:
                yield f"{exercise.id}: the check {check.id!r} has no points."
            if not graded.facts[check.id].docstring:
                yield f"{exercise.id}: the check {check.id!r} has no docstring."
    declared = {task.name for task in exercise.tasks}
    for task in exercise.tasks:
        for used in sorted(_named(solution, task.name) & declared - {task.name}):
            yield f"{exercise.id}: the solution of {task.name} uses {used}: each task is graded on its own."
    for id, facts in graded.facts.items():
        if facts.task not in declared:
            yield f"{exercise.id}: the check {id!r} is of {facts.task!r}, which is no task."


def _named(source: str, definition: str) -> set[str]:
    """Return the names that a definition uses."""
    statements = (s for s in ast.parse(source).body if getattr(s, "name", None) == definition)
    return {node.id for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _varied(inputs: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether the last call that was made for the second student, where its check failed, was another's."""
    last = len(others) - 1
    return last >= 0 and inputs[last : last + 1] != (others[last],)


_LEAST = {MISCONCEPTION: 5, ALTERNATIVE: 3}


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Everything there is to grade for some exercises, and the problems found as it is graded."""

    catalog: Catalog
    exercises: tuple[str, ...]
    jobs: int
    threads: int
    device: str
    seeds: tuple[str, ...]
    cases: tuple[Case, ...]

    @property
    def total(self) -> int:
        """How many gradings there are."""
        return len(self.seeds) * len(self.cases) + len(self.exercises)

    def run(self) -> Iterator[list[str]]:
        """Yield the problems found by each grading, and at last those of the suites. Raises `LaneError`."""
        references: dict[str, Graded] = {}  # of those that were graded to the end
        by_label = {case.label: case for case in self.cases}
        for seed in self.seeds:
            for graded in self._graded(self.cases, Settings(**self._settings(seed))):
                case = by_label[graded.submission.student]
                if case.kind == REFERENCE and graded.report is not None:
                    references[case.exercise] = graded
                yield _problems(case, graded)
        variants = Counter(f"{case.exercise} {case.kind} {case.task}" for case in self.cases)
        spoiled = {case.label: SPOILED for case in self.cases if case.kind == REFERENCE}
        tampering = Settings(**self._settings(f"{self.seeds[0]} tampering"), forging=spoiled, diagnosing=False)
        for graded in self._graded([c for c in self.cases if c.kind == REFERENCE], tampering):
            exercise = self.catalog.get(graded.submission.exercise)
            if graded.report is None or exercise.id not in references:
                yield [f"{exercise.id}: its suites cannot be judged, for the reference ended the grader."]
                continue
            counts = Counter({k.removeprefix(f"{exercise.id} "): v for k, v in variants.items()})
            solution = by_label[graded.submission.student].source
            yield [*problems_of_suites(exercise, solution, references[exercise.id], graded, counts)]

    def _settings(self, seed: str) -> dict[str, Any]:
        return {
            "root": str(self.catalog.root),
            "exercises": self.exercises,
            "course_seed": seed,
            "trusted": True,
            "facts": True,
            "threads": self.threads,
            "device": self.device,
        }

    def _graded(self, cases: Sequence[Case], settings: Settings) -> Iterator[Graded]:
        return run_lanes(settings, (case.submission() for case in cases), jobs=min(self.jobs, len(cases)))


def _problems(case: Case, graded: Graded) -> list[str]:
    if graded.report is None:
        return [f"{case.label}: it ended the grader."]
    return list(problems_of_case(case, graded.report))


def verify_all(
    catalog: Catalog,
    which: Mapping[str, Sequence[str]],
    *,
    jobs: int,
    seeds: Sequence[str],
    threads: int = 1,
    device: str = "meta",
) -> Verification:
    """Return the verification of these exercises' tasks (of all their tasks where none are named).

    Raises `CatalogError` for sources that cannot be read.
    """
    return Verification(
        catalog=catalog,
        exercises=tuple(which),
        jobs=jobs,
        threads=threads,
        device=device,
        seeds=tuple(seeds),
        cases=tuple(cases(catalog, which)),
    )
