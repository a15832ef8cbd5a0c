"""`grader verify` names each requirement that an exercise does not meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader import verification
from grader.catalog import Catalog, CatalogError, Exercise, Task, Variant, load_catalog
from grader.forgery import junk
from grader.grading.settings import Graded, Settings
from grader.records import (
    BrokenCheck,
    CheckFacts,
    ExerciseReport,
    Feedback,
    Misconception,
    Submission,
    Verdict,
    blank_report,
    task_report,
)
from grader.sentences import Sentence, verbatim
from grader.verification import (
    ALTERNATIVE,
    FORGER,
    JUNK,
    MISCONCEPTION,
    REFERENCE,
    STUB,
    Case,
    Unearned,
    cases,
    cases_that_solve_nothing,
    problems_of_case,
    problems_of_patterns,
    problems_of_presumptions,
    problems_of_suites,
    problems_of_values,
    problems_of_what_is_unearned,
    share_unearned,
    unearned,
    verify_all,
)

LayDown = Callable[..., Path]
DOUBLE = Exercise(
    id="01_small", title="Small", title_pt="Pequeno", prerequisites=(), tasks=(Task(name="double", points=3.0),)
)


def case(kind: str, *, task: str = "", name: str = "") -> Case:
    """Return an implementation of `01_small`."""
    return Case(kind=kind, exercise="01_small", task=task, name=name, source="")


def verdict(id: str, status: Any = "passed", *, task: str = "double", points: float = 1.0, **fields: Any) -> Verdict:
    """Return a verdict."""
    known: dict[str, Any] = {"visibility": "hidden", "points": points if status == "passed" else 0.0}
    return Verdict(id=id, task=task, status=status, max_points=points, **{**known, **fields})


def said(text: str, **fields: Any) -> Feedback:
    """Return feedback that says this."""
    return Feedback(details=(verbatim(text),), **fields)


def named(name: str | None) -> Feedback:
    """Return feedback that names this mistake, if any."""
    known = None if name is None else Misconception(id=name, sentence=verbatim("You did."))
    return Feedback(misconception=known)


def report(*verdicts: Verdict, notes: tuple[Sentence, ...] = ()) -> ExerciseReport:
    """Return the report of `01_small` with these verdicts, by task."""
    tasks = tuple(
        task_report(name, tuple(v for v in verdicts if v.task == name))
        for name in dict.fromkeys(v.task for v in verdicts)
    )
    return ExerciseReport(
        id="01_small",
        status="graded",
        points=sum(t.points for t in tasks),
        max_points=sum(t.max_points for t in tasks),
        notes=notes,
        tasks=tasks,
    )


def of_case(case: Case, report: ExerciseReport) -> list[str]:
    """Return the problems of a case."""
    return [str(problem) for problem in problems_of_case(case, report)]


# Cases


def test_a_case_is_named_as_an_author_finds_it() -> None:
    """A case's label has the exercise, the kind, and for variants the task and the name."""
    assert case(STUB).label == "01_small stub"
    assert case(MISCONCEPTION, task="double", name="adds-two").label == "01_small misconception double: adds-two"


def test_a_case_is_handed_in_under_its_name() -> None:
    """A case is submitted under its own label, so that every case draws its own inputs."""
    handed_in = case(ALTERNATIVE, task="double", name="adds").submission()
    assert (handed_in.student, handed_in.exercise) == ("01_small alternative double: adds", "01_small")


VARIANTS = '# %% task="double" name="one"\n# Wrong.\ndef double(x):\n    return x\n'


def test_every_implementation_is_a_case(lay_down: LayDown) -> None:
    """The cases are the reference, the stub, then the variants in the order of their files."""
    catalog = load_catalog(lay_down(misconceptions=VARIANTS, alternatives=VARIANTS.replace("one", "two")))
    found = list(cases(catalog, {"01_small": ()}))
    assert [c.label for c in found] == [
        "01_small reference",
        "01_small stub",
        "01_small misconception double: one",
        "01_small alternative double: two",
    ]
    assert "return x * 2" in found[0].source and "raise NotImplementedError" in found[1].source
    assert found[2].source.endswith("def double(x):\n    return x\n")


def test_what_solves_nothing_is_a_case(lay_down: LayDown) -> None:
    """Junk in every task and forged answers of the reference are cases."""
    found = list(cases_that_solve_nothing(load_catalog(lay_down()), {"01_small": ("relu",)}))
    labels = {c.label: c for c in found}
    assert len(labels) == len(found) == len(junk.JUNK) + len(junk.FORGERS)
    raises = labels["01_small junk any: raises ValueError"].source
    assert raises.endswith(
        "def double(*args, **kwargs):\n    raise ValueError\n\n\ndef relu(*args, **kwargs):\n    raise ValueError\n"
    )
    assert "return x * 2" in labels["01_small forger any: zeros"].source
    assert {c.submission().tasks for c in found} == {("relu",)}


def test_of_a_variant_its_own_task_is_graded(lay_down: LayDown) -> None:
    """A variant is graded in its own task; a whole file in all tasks or in the named ones."""
    catalog = load_catalog(lay_down(misconceptions=VARIANTS))
    tasks = [c.submission().tasks for c in cases(catalog, {"01_small": ()})]
    assert tasks == [(), (), ("double",)]
    tasks = [c.submission().tasks for c in cases(catalog, {"01_small": ("relu",)})]
    assert tasks == [("relu",)] * 2


def test_a_variant_that_is_malformed_is_refused(lay_down: LayDown) -> None:
    """A malformed variant is refused before grading starts."""
    catalog = load_catalog(lay_down(misconceptions=VARIANTS.replace("double", "triple")))
    with pytest.raises(CatalogError, match="01_small has no task 'triple'"):
        verify_all(catalog, {"01_small": ()}, jobs=1, seeds=["0"])


# The reference, and alternatives


@pytest.mark.parametrize("kind", [REFERENCE, ALTERNATIVE])
def test_what_is_right_passes_every_check(kind: str) -> None:
    """A right implementation that passes every check has no problem."""
    assert of_case(case(kind, task="double", name="x"), report(verdict("a"), verdict("b", task="relu"))) == []


@pytest.mark.parametrize("kind", [REFERENCE, ALTERNATIVE])
def test_what_is_right_and_fails_is_told(kind: str) -> None:
    """Each check that a right implementation fails is reported with its status and message."""
    right = case(kind)
    assert of_case(right, report(verdict("a"), verdict("b", "failed", task="relu", feedback=said("No.")))) == [
        f"{right.label}: the check 'b' of relu says failed: No."
    ]


@pytest.mark.parametrize("kind", [REFERENCE, STUB, ALTERNATIVE])
def test_every_case_loads_cleanly(kind: str) -> None:
    """A note about loading a case is a problem."""
    status = "not_attempted" if kind == STUB else "passed"
    found = of_case(case(kind), report(verdict("a", status), notes=(verbatim("There was an error."),)))
    assert found == [f"01_small {kind}: it does not load cleanly: There was an error."]


# The stub


def test_a_stub_is_not_attempted() -> None:
    """A stub must be not attempted in every check."""
    assert of_case(case(STUB), report(verdict("a", "not_attempted"), verdict("b", "not_attempted", task="relu"))) == []


@pytest.mark.parametrize("status", ["passed", "failed", "error", "skipped"])
def test_a_stub_that_is_judged_is_told(status: str) -> None:
    """Each check with another status for the stub is reported."""
    assert of_case(case(STUB), report(verdict("a", status), verdict("b", "not_attempted"))) == [
        f"01_small stub: the check 'a' says {status}, not not_attempted."
    ]


# What solves nothing


def test_what_solves_nothing_earns_nothing() -> None:
    """A check that passes for an implementation that solves nothing is a problem."""
    nothing = case(JUNK, task="any", name="raises")
    assert of_case(nothing, report(verdict("a", "failed"), verdict("b", "skipped", task="relu"))) == []
    assert of_case(nothing, report(verdict("a", "failed"), verdict("refuses", task="relu"))) == [
        "01_small junk any: raises: the check 'refuses' passes: let it ask for what only right code gives."
    ]


@pytest.mark.parametrize("kind", [JUNK, FORGER])
def test_what_solves_nothing_breaks_no_check(kind: str) -> None:
    """Every check must judge such an answer; passes of forgers are reported for all of them together."""
    nothing = case(kind, task="any", name="noise")
    broke = "It broke."
    verdicts = verdict("a", "error", feedback=said(broke, broken=True)), verdict("b", "skipped")
    assert of_case(nothing, report(*verdicts)) == [f"01_small {kind} any: noise: the check 'a' broke: {broke}"]


def test_a_reference_that_fails_a_check_is_told() -> None:
    """A check that the reference fails gives its points, and is a problem all the same; once, not for each variant."""
    fault = BrokenCheck(exercise="01_small", task="double", check="a", stands=True, feedback=said("It is 2."))
    whole = report(verdict("a"))
    problems = [str(problem) for problem in problems_of_case(case(REFERENCE), whole, (fault,))]
    assert problems == ["01_small reference: the check 'a' of double says failed: It is 2."]
    other = case(ALTERNATIVE, task="double", name="by-adding")
    assert not list(problems_of_case(other, whole, (fault,)))


# Misconceptions

WRONG = case(MISCONCEPTION, task="double", name="adds-two")


def test_a_misconception_is_caught_and_named() -> None:
    """One failed check that names the misconception is enough."""
    caught = (
        verdict("a"),
        verdict("b", "failed", feedback=named("adds-two")),
        verdict("c", "failed"),
        verdict("d", "skipped"),
    )
    assert of_case(WRONG, report(*caught)) == []


def test_a_misconception_that_is_not_caught_is_told() -> None:
    """A misconception that fails no check of its task is a problem."""
    assert of_case(WRONG, report(verdict("a"))) == [f"{WRONG.label}: no check of its task fails."]


@pytest.mark.parametrize(
    ("names", "said"),
    [((None,), "nothing"), (("other",), "other"), (("other", "adds-two"), "adds-two, other")],
)
def test_a_misconception_that_is_named_otherwise_is_told(names: tuple[str | None, ...], said: str) -> None:
    """A misconception with no diagnosis, another one or several is a problem."""
    verdicts = [verdict(f"c{i}", "failed", feedback=named(name)) for i, name in enumerate(names)]
    told = of_case(WRONG, report(*verdicts))
    assert [problem.partition(" What")[0] for problem in told] == [f"{WRONG.label}: diagnosed as {said}."]


def test_what_a_misconception_without_a_name_fails_is_told() -> None:
    """Where no mistake is named, the checks that do not pass are told with their statuses."""
    told = of_case(WRONG, report(verdict("a"), verdict("b", "failed"), verdict("c", "timeout")))
    assert told == [f"{WRONG.label}: diagnosed as nothing. What it does not pass: b (failed), c (timeout)."]


def test_a_misconception_that_breaks_a_check_is_told() -> None:
    """A check that cannot judge an answer of a misconception is a problem."""
    broke = "It broke."
    verdicts = (
        verdict("a", "failed", feedback=named("adds-two")),
        verdict("b", "error", feedback=said(broke, broken=True)),
    )
    assert of_case(WRONG, report(*verdicts)) == [f"{WRONG.label}: the check 'b' broke: {broke}"]


# The suites

ENOUGH = Counter({f"{MISCONCEPTION} double": 5, f"{ALTERNATIVE} double": 3})


def graded(
    *verdicts: Verdict,
    facts: tuple[str, ...] = (),
    requires: Mapping[str, tuple[str, ...]] = {},
    **docstrings: str,
) -> Graded:
    """Return the graded reference; `facts` are the checks that judge facts, and `requires` what checks require."""
    known = {
        v.id: CheckFacts(
            task=v.task,
            docstring=docstrings.get(v.id, "Says."),
            judges="facts" if v.id in facts else "values",
            requires=requires.get(v.id, ()),
            inputs=("1",),
        )
        for v in verdicts
    }
    submission = Submission(student="01_small reference", exercise="01_small", path="", source="")
    return Graded(submission=submission, report=report(*verdicts), facts=known)


FIRST = verdict("first", visibility="public")
VALUES = verdict("values", points=2.0)
HONEST = graded(FIRST, VALUES)


def of_suites(
    honest: Graded = HONEST, variants: Counter[str] = ENOUGH, *, exercise: Exercise = DOUBLE, solution: str = ""
) -> list[str]:
    """Return the problems of the suites of an exercise with one task."""
    return [str(problem) for problem in problems_of_suites(exercise, solution, honest, variants)]


def test_sound_suites_have_no_problem() -> None:
    """Public and hidden checks of values with all points have no problem."""
    assert of_suites() == []


@pytest.mark.parametrize(
    ("requires", "gate"),
    [
        ({"b": ("a",), "c": ("a",)}, "a"),
        ({"b": ("a",), "c": ("b",)}, "a"),  # through another one
        ({"b": ("a",), "c": ("a",), "last": ("a", "b", "c")}, "a"),
        ({"b": ("a",)}, ""),
        ({"last": ("a", "b", "c")}, ""),
    ],
)
def test_a_check_that_all_others_require_is_told(requires: dict[str, tuple[str, ...]], gate: str) -> None:
    """No check may gate all others of its task; a check that comes last, such as a domain, may require them all."""
    ids = ["a", "b", "c"] + ["last"] * ("last" in requires)
    verdicts = [verdict(id, visibility="public" if id == "a" else "hidden") for id in ids]
    exercise = msgspec.structs.replace(DOUBLE, tasks=(Task(name="double", points=float(len(ids))),))
    said = of_suites(graded(*verdicts, requires=requires), exercise=exercise)
    assert [problem.partition(", so ")[0] for problem in said if "require" in problem] == (
        [f"01_small: all other checks of double require {gate!r}"] if gate else []
    )


def test_a_solution_that_uses_another_task_is_told() -> None:
    """A solution that calls another task is a problem, because a mistake there would cost both."""
    solution = "def double(x):\n    return relu(x) + double(x)\n\n\ndef relu(x):\n    return x\n"
    tasks = (*DOUBLE.tasks, Task(name="relu", points=1.0))
    (problem,) = of_suites(exercise=msgspec.structs.replace(DOUBLE, tasks=tasks), solution=solution)
    assert problem == "01_small: the solution of double uses relu: each task is graded on its own."


def test_a_task_without_checks_is_told() -> None:
    """A task without checks is one problem, and nothing else is reported about it."""
    empty = Graded(
        submission=HONEST.submission, report=blank_report("01_small", [("double", 0.0)], "graded", ""), facts={}
    )
    assert of_suites(empty) == ["01_small: the task double has no checks."]


@pytest.mark.parametrize(("points", "said"), [(1.0, "2"), (2.5, "3.5")])
def test_points_that_do_not_add_up_are_told(points: float, said: str) -> None:
    """Too few and too many points are reported."""
    checks = FIRST, verdict("values", points=points)
    assert of_suites(graded(*checks)) == [f"01_small: the task double is worth 3, its checks {said}."]


def test_points_that_add_up_but_for_rounding_are_right() -> None:
    """Points that differ only by rounding are right."""
    checks = [FIRST, *(verdict(f"v{i}", points=0.1) for i in range(20))]
    assert graded(*checks).report.points != 3 and of_suites(graded(*checks)) == []  # type: ignore[union-attr]


@pytest.mark.parametrize(("visibility", "missing"), [("public", "hidden"), ("hidden", "public")])
def test_a_missing_visibility_is_told(visibility: str, missing: str) -> None:
    """A task without public checks, or without hidden ones, is a problem."""
    only = graded(verdict("a", points=3.0, visibility=visibility))
    assert of_suites(only) == [f"01_small: the task double has no {missing} check."]


def test_too_few_variants_are_told() -> None:
    """Too few misconceptions or alternatives of a task are a problem; those of another task do not count."""
    few = Counter({f"{MISCONCEPTION} double": 4, f"{ALTERNATIVE} double": 2, f"{ALTERNATIVE} relu": 9})
    assert of_suites(variants=few) == [
        "01_small: the task double has fewer than 5 misconceptions.",
        "01_small: the task double has fewer than 3 alternatives.",
    ]


def test_a_public_check_of_values_must_be_there() -> None:
    """A task without a public check of values is a problem, because public checks of facts could never count."""
    told = (
        "01_small: the task double has no public check of values: for students, its checks of facts would never count."
    )
    assert of_suites(graded(FIRST, VALUES, facts=("first",))) == [told]


def test_a_check_without_points_is_told() -> None:
    """A check without points is a problem."""
    checks = FIRST, VALUES, verdict("idle", points=0.0)
    assert of_suites(graded(*checks)) == ["01_small: the check 'idle' has no points."]


def test_a_check_without_docstring_is_told() -> None:
    """A check without a docstring is a problem, because students read it."""
    assert of_suites(graded(FIRST, VALUES, first="")) == ["01_small: the check 'first' has no docstring."]


def test_a_check_of_no_task_is_told() -> None:
    """A check of no task is a problem, because no report shows it."""
    facts = {**HONEST.facts, "lost": CheckFacts(task="triple", docstring="Says.", inputs=())}
    stray = Graded(submission=HONEST.submission, report=HONEST.report, facts=facts)
    assert of_suites(stray) == ["01_small: the check 'lost' is of 'triple', which is no task."]


# What facts alone earn


def forged(**held: str) -> dict[str, Graded]:
    """Return forgers with the checks that they pass: "shape" judges facts (1 point), "values" values (2 points)."""
    return {
        name: graded(
            verdict("shape", "skipped" if "shape" in checks else "failed"),
            verdict("values", "passed" if "values" in checks else "failed", points=2.0),
            facts=("shape",),
        )
        for name, checks in held.items()
    }


def test_values_that_can_be_guessed_are_told() -> None:
    """A check of values that passes for a guess is a problem; a check of facts may pass."""
    assert list(problems_of_values("01_small", forged(zeros="shape", ones="shape"))) == []
    (problem,) = map(str, problems_of_values("01_small", forged(zeros="shape", ones="values", noise="shape values")))
    assert problem == (
        "01_small: the check 'values' of double should judge values, and guesses pass it (ones, noise): let it ask for "
        'other values, on inputs that vary, or declare judges="facts".'
    )


@pytest.mark.parametrize(
    ("held", "best", "together"),
    [
        ({"zeros": "shape", "ones": ""}, 0.0, 0.0),
        ({"zeros": "shape", "ones": "values"}, 2.0, 3.0),
        ({"zeros": "shape values", "ones": "values"}, 3.0, 3.0),
        ({"zeros": "", "ones": ""}, 0.0, 0.0),
    ],
)
def test_what_forgers_win_is_measured(held: dict[str, str], best: float, together: float) -> None:
    """The points of the best forger, and of the best ones of all checks together, are measured."""
    (found,) = unearned("01_small", forged(**held))
    assert found == Unearned(exercise="01_small", task="double", points=3.0, best=best, together=together)


def measured(task: str, points: float, together: float) -> Unearned:
    """Return the points that forgers earn in a task."""
    return Unearned(exercise="01_small", task=task, points=points, best=0.0, together=together)


def test_too_much_for_facts_alone_is_told() -> None:
    """Facts that earn too much in one task, or in all tasks together, are a problem."""
    few = [measured("double", 10.0, 4.0), measured("relu", 90.0, 0.0)]
    assert list(problems_of_what_is_unearned(few)) == [] and share_unearned(few) == 0.04
    many = [measured("double", 10.0, 5.0), measured("relu", 10.0, 0.0)]
    assert [*map(str, problems_of_what_is_unearned(many))] == [
        "01_small: facts alone earn 50% of double: at most 40% may be earned without solving it.",
        "Facts alone earn 25.0% of all points: at most 8% may be earned like that.",
    ]
    assert share_unearned([]) == 0


# All of it

PUBLIC = '''
@check("double", points=1, judges="facts")
def test_shape(candidate, draw):
    """The shape of x is kept."""
    candidate.double(draw.tensor(2)).result.shape(2)
'''
HIDDEN = '''
@check("double", points=3)
def test_values(candidate, draw):
    """Every number is doubled."""
    x = draw.tensor(3)
    candidate.double(x).result.values(2 * x)


@check("relu", points=2)
def test_relu(candidate):
    """What is negative becomes 0."""
    candidate.relu(torch.tensor([-1.0, 1.0])).result.values([0.0, 1.0])
'''


def variants(kind: str, task: str, *bodies: str) -> str:
    """Return a file of variants of one task."""
    return "\n\n".join(
        f'# %% task="{task}" name="{kind}-{i}"\n# A sentence.\ndef {task}(x):\n    return {body}\n'
        for i, body in enumerate(bodies)
    )


@pytest.mark.sandbox
def test_an_exercise_is_held_to_all_its_promises(lay_down: LayDown) -> None:
    """Workers grade each implementation, then those that solve nothing."""
    root = lay_down(
        HIDDEN,
        public=PUBLIC,
        misconceptions=variants("wrong", "double", "x + 2", "x", "x.repeat(2)", "x[0]", "x.add(x)"),
        alternatives=variants("right", "double", "x + x", "2 * x", "x * 3"),
    )
    found = verify_all(load_catalog(root), {"01_small": ()}, jobs=1, seeds=["0"])
    told = [[*map(str, problems)] for problems in found.run()]
    nothing = len(junk.JUNK) + len(junk.FORGERS)
    assert len(told) == found.total + 2 == 10 + nothing + 2
    flat = [problem for problems in told for problem in problems]
    right_2 = "01_small alternative double: right-2: the check"
    assert [problem.partition(": double(")[0].partition(": This")[0] for problem in sorted(flat)[:2]] == [
        f"{right_2} 'shape' of double says skipped",
        f"{right_2} 'values' of double says failed",
    ]
    assert sorted(flat)[2:] == [
        "01_small misconception double: wrong-4: no check of its task fails.",
        "01_small: facts alone earn 100% of relu: at most 40% may be earned without solving it.",
        "01_small: the check 'relu' of relu should judge values, and guesses pass it (spoiled, zeros, ones, …): let it "
        'ask for other values, on inputs that vary, or declare judges="facts".',
        "01_small: the task double has no public check of values: for students, its checks of facts would never count.",
        "01_small: the task relu has fewer than 3 alternatives.",
        "01_small: the task relu has fewer than 5 misconceptions.",
        "01_small: the task relu has no public check.",
        "Facts alone earn 33.3% of all points: at most 8% may be earned like that.",
    ]


@pytest.fixture
def small(lay_down: LayDown) -> Catalog:
    """A course without suites, for simulated workers."""
    return load_catalog(lay_down(alternatives=variants("right", "double", "x + x")))


def test_everything_is_graded_with_every_seed(small: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Implementations are graded with every seed; those that solve nothing once, with another seed."""
    asked: list[tuple[str, int, bool, list[str]]] = []

    def grade_submissions(settings: Settings, submissions: Iterator[Submission], **how: object) -> Iterator[Graded]:
        handed_in = list(submissions)
        labels = [submission.student for submission in handed_in]
        asked.append((settings.course_seed, len(settings.forging), settings.diagnosing, labels))
        for submission in handed_in:
            yield Graded(submission=submission, report=None)

    monkeypatch.setattr(verification, "grade_submissions", grade_submissions)
    found = verify_all(small, {"01_small": ()}, jobs=1, seeds=["3", "4"])
    nothing = [case.label for case in cases_that_solve_nothing(small, {"01_small": ()})]
    assert len(list(found.run())) == found.total + 2 == 6 + len(nothing) + 2
    everything = ["01_small reference", "01_small stub", "01_small alternative double: right-0"]
    assert asked == [
        ("3", 0, True, everything),
        ("4", 0, True, everything),
        ("3 forging", len(junk.FORGERS), False, nothing),
    ]


@pytest.mark.parametrize("recovers", [True, False])
def test_a_mistake_that_was_not_named_in_time_is_graded_again(
    small: Catalog, monkeypatch: pytest.MonkeyPatch, recovers: bool
) -> None:
    """A misconception that got no name because the time ended is graded once more, alone; then its result counts."""
    rounds: list[list[str]] = []

    def grade_submissions(settings: Settings, submissions: Iterator[Submission], **how: object) -> Iterator[Graded]:
        handed_in = list(submissions)
        rounds.append([submission.student for submission in handed_in])
        for submission in handed_in:
            name = "adds-two" if recovers and len(rounds) == 2 else None
            facts = CheckFacts(task="double", docstring="Doubles.", inputs=(), naming_ended=name is None)
            found = report(verdict("a", "failed", feedback=named(name)))
            yield Graded(submission=submission, report=found, facts={"a": facts})

    monkeypatch.setattr(verification, "grade_submissions", grade_submissions)
    found = replace(verify_all(small, {"01_small": ()}, jobs=2, seeds=["0"]), cases=(WRONG,), nothing=())
    told = next([*map(str, problems)] for problems in found.run())
    assert rounds == [[WRONG.label], [WRONG.label]]
    assert told == [] if recovers else ["took too long" in problem for problem in told] == [False, True]


def test_an_implementation_that_ends_the_grader_is_told(small: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """An implementation that ends the grader is a problem; if it is the reference, the suites cannot be judged."""

    def grade_submissions(settings: Settings, submissions: Iterator[Submission], **how: object) -> Iterator[Graded]:
        for submission in submissions:
            yield Graded(submission=submission, report=None)

    monkeypatch.setattr(verification, "grade_submissions", grade_submissions)
    told = [
        str(problem)
        for problems in verify_all(small, {"01_small": ()}, jobs=1, seeds=["0"]).run()
        for problem in problems
    ]
    ended = [
        case.label for case in (*cases(small, {"01_small": ()}), *cases_that_solve_nothing(small, {"01_small": ()}))
    ]
    assert told == [
        *(f"{label}: it ended the grader." for label in ended),
        "01_small: its suites cannot be judged, because the reference ended the grader.",
    ]


# What is to be written by hand


@pytest.mark.parametrize(
    "pattern", ["relu", "relu_", "ReLU", "*softmax*", "cross_entropy_loss", "linalg_lstsq", "Linear", "Optimizer.step"]
)
def test_a_pattern_that_can_catch_something_is_right(pattern: str) -> None:
    """Patterns for functions, methods, operations, modules and optimizers that exist have no problem."""
    task = Task(name="double", points=3.0, forbidden=(pattern,))
    assert list(problems_of_patterns(msgspec.structs.replace(DOUBLE, tasks=(task,)))) == []


@pytest.mark.parametrize(
    "pattern", ["lstsq", "torch.relu", "aten::relu", "cross_entropy_loss.default", "Relu", "SGD", "optimizer.step", ""]
)
def test_a_pattern_that_can_never_catch_anything_is_told(pattern: str) -> None:
    """A name with its module, a misspelt name, and an optimizer's own name are problems."""
    task = Task(name="double", points=3.0, forbidden=("relu", pattern))
    (problem,) = map(str, problems_of_patterns(msgspec.structs.replace(DOUBLE, tasks=(task,))))
    assert problem.startswith(f"01_small: the task double asks to do without {pattern!r}, and this PyTorch has no ")


RIGHT = "def double(x):\n    return 2 * x\n"


def presuming(*texts: str, code: str, name: str = "one", task: str = "double") -> Variant:
    """Return a misconception of `01_small` whose code is the body of a function of x, and which presumes `texts`."""
    source = f"{RIGHT}\n\ndef {task}(x):\n    {code}\n"
    return Variant(exercise="01_small", task=task, name=name, message="No.", presumes=texts, source=source)


def of_presumptions(*misconceptions: Variant, others: tuple[str, ...] = (RIGHT,)) -> list[str]:
    """Return the problems of what misconceptions presume."""
    return [str(problem) for problem in problems_of_presumptions(misconceptions, others)]


def test_presumptions_that_fit_have_no_problem() -> None:
    """What is presumed is in the misconception's own code, and what must be absent is in another implementation."""
    assert of_presumptions(presuming("_ + _", "not _ * _", code="return x + 2"), presuming(code="return x")) == []


def test_a_presumption_that_its_own_code_does_not_fit_is_told() -> None:
    """A misconception that lacks what it presumes, or has what it says is absent, would never be named."""
    said = "01_small: the misconception 'one' of double presumes {!r}, but its own code does not fit. Correct one."
    assert of_presumptions(presuming("_ + _", "_ - _", code="return x + 2")) == [said.format("_ - _")]
    assert of_presumptions(presuming("not _ + _ or _ - _", code="return x + 2")) == [said.format("not _ + _ or _ - _")]


def test_code_that_the_task_does_not_use_fits_no_presumption() -> None:
    """A pattern is looked for in the task's own code and its helpers, not in the rest of the file."""
    unused = presuming("_ - _", code="return x + 2\n\n\ndef unused(x):\n    return x - 2")
    used = presuming("_ - _", code="return used(x)\n\n\ndef used(x):\n    return x - 2")
    assert len(of_presumptions(unused)) == 1 and of_presumptions(used) == []


def test_an_absence_that_says_nothing_is_told() -> None:
    """If no implementation of the task has what must be absent, the pattern has a mistake, such as a misspelt name."""
    said = (
        "01_small: the misconception 'one' of double presumes 'not itme()', but no implementation of the task has that "
        "either. Check the pattern."
    )
    absent = presuming("not itme()", code="return x + 2")
    assert of_presumptions(absent, presuming(code="return x.item()", name="two")) == [said]
    misspelt = presuming(code="return x.itme()", name="two")
    assert of_presumptions(absent, misspelt) == of_presumptions(absent, others=(misspelt.source,)) == []


def test_an_implementation_of_another_task_does_not_count() -> None:
    """What must be absent is looked for in implementations of the same task only."""
    absent, other = presuming("not item()", code="return x + 2"), presuming(code="return x.item()", task="halve")
    assert len(of_presumptions(absent, other)) == 1


@pytest.mark.sandbox
def test_patterns_are_part_of_a_verification(lay_down: LayDown) -> None:
    """A verification checks the patterns too."""
    course = lay_down(HIDDEN, public=PUBLIC)
    solution = course / "solutions" / "01_small.py"
    solution.write_text(solution.read_text(encoding="utf-8").replace('"Linear"', '"Liner"'), encoding="utf-8")
    found = verify_all(load_catalog(course), {"01_small": ("relu",)}, jobs=1, seeds=["0"])
    assert any("asks to do without 'Liner'" in str(problem) for problems in found.run() for problem in problems)
