"""Verifies exercises for authors and CI: grades stubs, references, misconceptions, alternatives, and more."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.catalog import Catalog, Exercise, Variant, build_all, holds
from grader.domains import Domains, only_by_domains
from grader.forgery import junk
from grader.grading.pool import grade_submissions
from grader.grading.settings import Graded, Settings
from grader.records import BrokenCheck, CheckFacts, CheckReport, ExerciseReport, Submission
from grader.sentences import Sentence, author, learner

REFERENCE, STUB, MISCONCEPTION, ALTERNATIVE = "reference", "stub", "misconception", "alternative"
JUNK, FORGER = "junk", "forger"  # implementations that solve nothing, and must earn nothing

# The greatest share that facts alone may earn: of one task's points, and of all points.
MOST_OF_A_TASK, MOST_OF_A_COURSE = 0.4, 0.08


@dataclass(frozen=True, kw_only=True)
class Case:
    """One implementation to grade, and the result that it must get.

    `task` and `name` are empty for whole files. `tasks` are the graded tasks: for a variant its own task, for a whole
    file the tasks to verify. An empty tuple means all tasks.
    """

    kind: str
    exercise: str
    task: str = ""
    name: str = ""
    tasks: tuple[str, ...] = ()
    source: str

    @property
    def label(self) -> str:
        """A description of the case for authors."""
        where = f"{self.task}: {self.name}" if self.name else ""
        return f"{self.exercise} {self.kind} {where}".rstrip()

    def submission(self) -> Submission:
        """Return the case as a submission."""
        return Submission(
            student=self.label,
            exercise=self.exercise,
            path=f"{self.label}.py",
            tasks=self.tasks,
            source=self.source,
        )


def cases(catalog: Catalog, which: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Yield every implementation that the kit has of these exercises' tasks (of all tasks if none are named)."""
    stubs = build_all(catalog)
    for id, named in which.items():
        tasks = tuple(named)
        solution = catalog.solution(id).read_text(encoding="utf-8")
        yield Case(kind=REFERENCE, exercise=id, tasks=tasks, source=solution)
        yield Case(kind=STUB, exercise=id, tasks=tasks, source=stubs[catalog.stub(id)])
        for kind, variants in (
            (MISCONCEPTION, catalog.misconceptions(id)),
            (ALTERNATIVE, catalog.alternatives(id)),
        ):
            for v in variants:
                if not tasks or v.task in tasks:
                    yield Case(kind=kind, exercise=id, task=v.task, name=v.name, tasks=(v.task,), source=v.source)


def cases_that_solve_nothing(catalog: Catalog, which: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Yield the implementations that must earn nothing in these exercises' tasks (in all tasks if none are named)."""
    for id, named in which.items():
        tasks = tuple(named)
        solution = catalog.solution(id).read_text(encoding="utf-8")
        for name in junk.JUNK:
            source = junk.junk(name, catalog.get(id).tasks, solution)
            yield Case(kind=JUNK, exercise=id, task="any", name=name, tasks=tasks, source=source)
        for name in junk.FORGERS:
            yield Case(kind=FORGER, exercise=id, task="any", name=name, tasks=tasks, source=solution)


def problems_of_case(case: Case, report: ExerciseReport, broken: Sequence[BrokenCheck] = ()) -> Iterator[Sentence]:
    """Yield the differences between a case's report and the result that it must get.

    `broken` are the checks that were at fault. A reference that fails a check gets its points, so only they show it.
    """
    if case.kind == REFERENCE:
        for fault in broken:
            if fault.stands:
                said = str(fault.feedback)
                yield author.SHOULD_PASS(
                    case=case.label, check=fault.check, task=fault.task, status="failed", message=said
                )
    for note in [note for note in report.notes if note != learner.WITHOUT_WORKERS()][:1]:  # it finds nothing wrong
        yield author.NOT_CLEAN(case=case.label, note=note)
    for task in report.tasks:
        failed = [check for check in task.checks if check.status != "passed"]
        if case.kind == STUB:
            for check in task.checks:
                if check.status != "not_attempted":
                    yield author.NOT_UNTOUCHED(case=case.label, check=check.id, status=check.status)
        elif case.kind in (JUNK, FORGER):
            for check in task.checks:
                if check.status == "passed" and case.kind == JUNK:
                    yield author.JUNK_PASSES(case=case.label, check=check.id)
                yield from _broken(case.label, check)
        elif case.kind == MISCONCEPTION:
            if not failed:
                yield author.UNSEEN(case=case.label)
            named = {check.misconception for check in failed} - {None}
            if failed and named != {case.name}:
                if named:
                    yield author.DIAGNOSED_AS(case=case.label, names=", ".join(sorted(map(str, named))))
                else:
                    checks = ", ".join(f"{check.id} ({check.status})" for check in failed)
                    yield author.NOT_DIAGNOSED(case=case.label, checks=checks)
            for check in failed:
                yield from _broken(case.label, check)
        else:
            for check in failed:
                yield author.SHOULD_PASS(
                    case=case.label, check=check.id, task=task.name, status=check.status, message=str(check.feedback)
                )


def _broken(label: str, check: CheckReport) -> Iterator[Sentence]:
    if check.feedback.broken:
        yield author.CHECK_BROKE(case=label, check=check.id, message=str(check.feedback))


def problems_of_suites(exercise: Exercise, solution: str, graded: Graded, variants: Counter[str]) -> Iterator[Sentence]:
    """Yield what is missing from an exercise's suites.

    `solution` is the source of its reference and `graded` its grading; `variants` counts the misconceptions and
    alternatives by "kind task".
    """
    assert graded.report is not None
    for honest in graded.report.tasks:
        task = exercise.task(honest.name)
        named = {"exercise": exercise.id, "task": task.name}
        if not honest.checks:
            yield author.NO_CHECKS(**named)
            continue
        if not math.isclose(honest.max_points, task.points):
            yield author.OTHER_POINTS(**named, points=task.points, checks=honest.max_points)
        public = [check for check in honest.checks if check.visibility == "public"]
        if not public:
            yield author.NO_PUBLIC_CHECK(**named)
        elif all(graded.facts[check.id].judges == "facts" for check in public):
            yield author.NO_PUBLIC_VALUES(**named)
        if len(public) == len(honest.checks):
            yield author.NO_HIDDEN_CHECK(**named)
        for gate in _gates([check.id for check in honest.checks], graded.facts):
            yield author.GATES_A_TASK(**named, check=gate)
        for kind, (least, too_few) in _LEAST.items():
            if variants[f"{kind} {task.name}"] < least:
                yield too_few(**named, least=least)
        for check in honest.checks:
            if check.max_points <= 0:
                yield author.CHECK_WITHOUT_POINTS(exercise=exercise.id, check=check.id)
            if not graded.facts[check.id].docstring:
                yield author.CHECK_WITHOUT_DOCSTRING(exercise=exercise.id, check=check.id)
    declared = {task.name for task in exercise.tasks}
    for task in exercise.tasks:
        for used in sorted(_named(solution, task.name) & declared - {task.name}):
            yield author.USES_ANOTHER_TASK(exercise=exercise.id, task=task.name, used=used)
    for id, facts in graded.facts.items():
        if facts.task not in declared:
            yield author.CHECK_OF_NO_TASK(exercise=exercise.id, check=id, task=facts.task)


def _gates(checks: Sequence[str], facts: Mapping[str, CheckFacts]) -> Iterator[str]:
    """Yield the checks of a task that all others require, directly or through others.

    A check that names all others, such as a domain, does not count: it comes last, and is only one.
    """

    def required(check: str) -> set[str]:
        direct = set(facts[check].requires)
        return direct.union(*(required(name) for name in direct if name in facts))

    every = {check: required(check) for check in checks}
    ordinary = [check for check in checks if not set(facts[check].requires) >= set(checks) - {check}]
    for gate in ordinary:
        others = [check for check in ordinary if check != gate]
        if len(others) > 1 and all(gate in every[check] for check in others):
            yield gate


@dataclass(frozen=True, kw_only=True)
class Unearned:
    """The points that forgers earn in a task: the best one, and the best ones of all checks together."""

    exercise: str
    task: str
    points: float
    best: float
    together: float


def problems_of_values(exercise: str, forged: Mapping[str, Graded]) -> Iterator[Sentence]:
    """Yield the checks that should judge values but pass with guesses. `forged` maps a forger's name to its grading."""
    for task, passing in _passing_forgers(forged).items():
        facts = next(iter(forged.values())).facts
        for check, names in passing.items():
            if facts[check].judges == "values" and names:
                some = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
                yield author.GUESSES_PASS(exercise=exercise, check=check, task=task, names=some)


def unearned(exercise: str, forged: Mapping[str, Graded]) -> Iterator[Unearned]:
    """Measure the points that facts alone earn in each task of an exercise."""
    facts = next(iter(forged.values())).facts
    points = {c.id: c.max_points for report in _reports(forged) for t in report.tasks for c in t.checks}
    for task, passing in _passing_forgers(forged).items():

        def won(checks: Sequence[str]) -> float:
            counted = any(facts[check].judges == "values" for check in checks)
            return sum(points[check] for check in checks) if counted else 0.0

        names = {name for found in passing.values() for name in found}
        yield Unearned(
            exercise=exercise,
            task=task,
            points=sum(points[check] for check in passing),
            best=max((won([c for c, found in passing.items() if name in found]) for name in names), default=0.0),
            together=won([check for check, found in passing.items() if found]),
        )


def _passing_forgers(forged: Mapping[str, Graded]) -> dict[str, dict[str, list[str]]]:
    """Return the forgers that pass each check, by task and check, even if the check does not count."""
    passing: dict[str, dict[str, list[str]]] = {}
    for name, graded in forged.items():
        assert graded.report is not None
        for task in graded.report.tasks:
            for check in task.checks:
                found = passing.setdefault(task.name, {}).setdefault(check.id, [])
                # skipped: the facts are right, but do not count without right values
                if check.status in ("passed", "skipped"):
                    found.append(name)
    return passing


def _reports(forged: Mapping[str, Graded]) -> Iterator[ExerciseReport]:
    return (graded.report for graded in forged.values() if graded.report is not None)


def problems_of_what_is_unearned(measured: Sequence[Unearned]) -> Iterator[Sentence]:
    """Yield where facts alone earn too many points, in one task or in all tasks together."""
    for found in measured:
        if found.together > MOST_OF_A_TASK * found.points:
            share = found.together / found.points
            yield author.MUCH_OF_A_TASK(exercise=found.exercise, task=found.task, share=share, most=MOST_OF_A_TASK)
    share = share_unearned(measured)
    if share > MOST_OF_A_COURSE:
        yield author.MUCH_OF_A_COURSE(share=share, most=MOST_OF_A_COURSE)


def share_unearned(measured: Sequence[Unearned]) -> float:
    """Return the share of all points that facts alone earn, from 0 to 1."""
    return sum(found.together for found in measured) / (sum(found.points for found in measured) or 1.0)


def _named(source: str, definition: str) -> set[str]:
    """Return the names that a definition uses."""
    statements = (s for s in ast.parse(source).body if getattr(s, "name", None) == definition)
    return {node.id for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name)}


_LEAST = {MISCONCEPTION: (5, author.FEW_MISCONCEPTIONS), ALTERNATIVE: (3, author.FEW_ALTERNATIVES)}


def problems_of_patterns(exercise: Exercise) -> Iterator[Sentence]:
    """Yield the patterns of `forbidden` that match nothing in PyTorch."""
    if not any(task.forbidden for task in exercise.tasks):
        return
    # imported here, because it imports torch, which the other commands do not need
    from grader.forbidden_calls.pytorch import can_fire

    for task in exercise.tasks:
        for pattern in task.forbidden:
            if not can_fire(pattern):
                yield author.PATTERN_NEVER_SEEN(exercise=exercise.id, task=task.name, pattern=pattern)


def problems_of_presumptions(misconceptions: Sequence[Variant], others: Sequence[str]) -> Iterator[Sentence]:
    """Yield what misconceptions presume although it is not in their own code.

    `others` are the sources of the exercise's right implementations. What must be absent has to be in one of those, or
    in another misconception, or else the pattern has a mistake.
    """
    # imported here, because it imports torch, which the other commands do not need
    from grader.forbidden_calls import code_of

    of_task: dict[str, list[list[ast.AST]]] = {}
    for task in {variant.task for variant in misconceptions if variant.presumes}:
        sources = [*others, *(variant.source for variant in misconceptions if variant.task == task)]
        of_task[task] = [code_of(source, task) or [] for source in sources]
    for v in misconceptions:
        for text in v.presumes:
            about = {"exercise": v.exercise, "task": v.task, "name": v.name, "text": text}
            if not holds(text, code_of(v.source, v.task) or []):
                yield author.PRESUMES_TOO_MUCH(**about)
            elif text.startswith("not ") and all(holds(text, code) for code in of_task[v.task]):
                yield author.PRESUMES_NOTHING(**about)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """All implementations to grade for some exercises, and the problems that grading finds."""

    catalog: Catalog
    exercises: tuple[str, ...]
    jobs: int
    threads: int
    device: str
    seeds: tuple[str, ...]
    cases: tuple[Case, ...]
    nothing: tuple[Case, ...]  # the ones that solve nothing
    unearned: list[Unearned] = field(default_factory=list)
    domains: Domains = field(default_factory=Domains)

    @property
    def total(self) -> int:
        """The number of gradings."""
        return len(self.seeds) * len(self.cases) + len(self.nothing)

    def run(self) -> Iterator[list[Sentence]]:
        """Yield the problems that each grading finds, and at the end those of the suites. Raises `GradingError`.

        This also fills `unearned` with the points that implementations earn without solving a task, and `domains`.
        """
        references: dict[str, Graded] = {}  # of the references that were graded completely
        by_label = {case.label: case for case in self.cases}
        for seed in self.seeds:
            for graded in self._graded_in_time(Settings(**self._settings(seed))):
                case = by_label[graded.submission.student]
                if case.kind == REFERENCE and graded.report is not None:
                    references[case.exercise] = graded
                if case.kind in (REFERENCE, ALTERNATIVE):
                    self.domains.note(case.exercise, graded.facts)
                self.domains.alone += case.kind == MISCONCEPTION and seed == self.seeds[0] and only_by_domains(graded)
                yield _problems(case, graded)
        forged: dict[str, dict[str, Graded]] = {id: {} for id in self.exercises}
        by_label = {case.label: case for case in self.nothing}
        for graded in self._graded(self.nothing, self._forging_settings(references)):
            case = by_label[graded.submission.student]
            if case.kind == FORGER and graded.report is not None:
                forged[case.exercise][case.name] = graded
            yield _problems(case, graded)
        yield [problem for id in self.exercises for problem in self._of_suites(id, references.get(id), forged[id])]
        yield [*problems_of_what_is_unearned(self.unearned), *self.domains.problems()]

    def _of_suites(self, id: str, reference: Graded | None, forged: Mapping[str, Graded]) -> Iterator[Sentence]:
        if reference is None or not forged:
            yield author.REFERENCE_ENDED_GRADER(exercise=id)
            return
        variants = Counter(f"{case.kind} {case.task}" for case in self.cases if case.exercise == id)
        solution = reference.submission.source or ""
        yield from problems_of_suites(self.catalog.get(id), solution, reference, variants)
        yield from problems_of_patterns(self.catalog.get(id))
        right = [case.source for case in self.cases if case.exercise == id and case.kind in (REFERENCE, ALTERNATIVE)]
        yield from problems_of_presumptions(self.catalog.misconceptions(id), right)
        yield from problems_of_values(id, forged)
        self.unearned.extend(unearned(id, forged))

    def _forging_settings(self, references: Mapping[str, Graded]) -> Settings:
        """Return the settings for implementations that solve nothing. The seed differs from the references' seed."""
        known = {digest for graded in references.values() for facts in graded.facts.values() for digest in facts.inputs}
        return Settings(
            **self._settings(f"{self.seeds[0]} forging"),
            forging={case.label: case.name for case in self.nothing if case.kind == FORGER},
            known=frozenset(known),
            diagnosing=False,
        )

    def _settings(self, seed: str) -> dict[str, Any]:
        return {
            "root": str(self.catalog.root),
            "exercises": self.exercises,
            "course_seed": seed,
            "relaxed_sandbox": True,
            "facts": True,
            "threads": self.threads,
            "device": self.device,
        }

    def _graded_in_time(self, settings: Settings) -> Iterator[Graded]:
        """Grade all cases once.

        On a very busy machine the time for naming a mistake may end early. If a case has a problem because of that, the
        case is graded again, after the others and alone, and that result counts.
        """
        by_label = {case.label: case for case in self.cases}
        again = []
        for graded in self._graded(self.cases, settings):
            case = by_label[graded.submission.student]
            if _naming_ended(case, graded) and _problems(case, graded):
                again.append(case)
            else:
                yield graded
        yield from self._graded(again, settings, jobs=1)

    def _graded(self, cases: Sequence[Case], settings: Settings, *, jobs: int | None = None) -> Iterator[Graded]:
        jobs = min(jobs or self.jobs, len(cases))
        if not cases:
            return iter(())
        return grade_submissions(settings, (case.submission() for case in cases), jobs=jobs, by_exercise=True)


def _naming_ended(case: Case, graded: Graded) -> bool:
    return case.kind == MISCONCEPTION and any(facts.naming_ended for facts in graded.facts.values())


def _problems(case: Case, graded: Graded) -> list[Sentence]:
    if graded.report is None:
        return [author.ENDED_GRADER(case=case.label)]
    problems = list(problems_of_case(case, graded.report, graded.broken))
    if problems and _naming_ended(case, graded):
        problems.append(author.NAMING_ENDED(case=case.label))
    return problems


def verify_all(
    catalog: Catalog,
    which: Mapping[str, Sequence[str]],
    *,
    jobs: int,
    seeds: Sequence[str],
    threads: int = 1,
    device: str = "meta",
) -> Verification:
    """Return the verification of these exercises' tasks (of all their tasks if none are named).

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
        nothing=tuple(cases_that_solve_nothing(catalog, which)),
    )
