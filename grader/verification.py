"""What authors and CI hold an exercise to: stubs, references, misconceptions, alternatives and checks all as promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.catalog import Catalog, Exercise, build_all
from grader.records import ExerciseReport, Submission

REFERENCE, STUB, MISCONCEPTION, ALTERNATIVE = "reference", "stub", "misconception", "alternative"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One implementation to grade, and what grading it must say. `task` and `name` are empty for whole files."""

    kind: str
    exercise: str
    task: str = ""
    name: str = ""
    source: str

    @property
    def label(self) -> str:
        """The case as an author finds it."""
        where = f"{self.task}: {self.name}" if self.name else ""
        return f"{self.exercise} {self.kind} {where}".rstrip()

    def submission(self) -> Submission:
        """Return the case as if a student had handed it in."""
        return Submission(student=self.label, exercise=self.exercise, path=f"{self.label}.py", source=self.source)


def cases(catalog: Catalog, exercises: Sequence[str]) -> Iterator[Case]:
    """Return every implementation that the kit has of these exercises."""
    stubs = build_all(catalog)
    for id in exercises:
        yield Case(kind=REFERENCE, exercise=id, source=catalog.solution(id).read_text(encoding="utf-8"))
        yield Case(kind=STUB, exercise=id, source=stubs[catalog.stub(id)])
        for kind, variants in (
            (MISCONCEPTION, catalog.misconceptions(id)),
            (ALTERNATIVE, catalog.alternatives(id)),
        ):
            for v in variants:
                yield Case(kind=kind, exercise=id, task=v.task, name=v.name, source=v.source)


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
        elif case.kind == MISCONCEPTION and task.name == case.task:
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


def problems_of_exercise(
    exercise: Exercise, report: ExerciseReport, docstrings: dict[str, str], *, minimum: Callable[[str, str], int]
) -> Iterator[str]:
    """Say what is missing from an exercise's suites, seen from the report of its reference.

    `docstrings` are those of its checks by id; `minimum(kind, task)` counts its misconceptions and alternatives.
    """
    for task, graded in zip(exercise.tasks, report.tasks, strict=True):
        if not graded.checks:
            yield f"{exercise.id}: the task {task.name} has no checks."
            continue
        if graded.max_points != task.points:
            yield f"{exercise.id}: the checks of {task.name} are worth {graded.max_points:g}, the task {task.points:g}."
        by_visibility = Counter(check.visibility for check in graded.checks)
        for visibility in ("public", "hidden"):
            if not by_visibility[visibility]:  # type: ignore[index]
                yield f"{exercise.id}: the task {task.name} has no {visibility} check."
        for kind, least in ((MISCONCEPTION, 4), (ALTERNATIVE, 2)):
            if minimum(kind, task.name) < least:
                yield f"{exercise.id}: the task {task.name} has fewer than {least} {kind}s."
        for check in graded.checks:
            if check.max_points <= 0:
                yield f"{exercise.id}: the check {check.id!r} has no points."
            if not docstrings.get(check.id):
                yield f"{exercise.id}: the check {check.id!r} has no docstring."
