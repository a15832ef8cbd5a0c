"""Mutants have one small error each; the gate reports those that no check finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.catalog import CatalogError, Exercise, Task, load_catalog
from grader.grading.settings import Graded, Settings
from grader.mutation import Mutant, gate, mutants, mutate_all, read_equivalents
from grader.mutation.gate import Mutation
from grader.records import BrokenCheck, ExerciseReport, Feedback, Submission, Verdict, task_report

LayDown = Callable[..., Path]

HEADER = "import torch\n\n\n"
EXERCISE = Exercise(
    id="01_small", title="Small", title_pt="Pequeno", prerequisites=(), tasks=(Task(name="f", points=1.0),)
)


def now(body: str, signature: str = "x") -> set[str]:
    """Return what the mutants change a function's lines to."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return {mutant.now for mutant in mutants(EXERCISE, f"{HEADER}def f({signature}):\n{lines}")}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("with torch.no_grad():\n    x -= 1", {"nothing", "pass", "x = x - 1"}),
        ("x.zero_()\nreturn x", {"pass"}),
        ("return x.detach()", {"return x", "return x.detach_()"}),
        ("return x.clone()", {"return x"}),
        ("return torch.sum(x, dim=1)", {"return torch.sum(x, dim=0)", "return torch.mean(x, dim=1)"}),
        ("return x.mean(dim=0, keepdim=True)", {"return x.mean(dim=0)", "return x.mean(dim=0, keepdim=False)"}),
        ("return x.clamp(min=0)", {"return x.clamp_(min=0)"}),
        ("return x.clamp_(min=0)", {"return x.clamp(min=0)"}),
        ("return x - x.max()", {"return x.sub_(x.max())", "return x", "return x + x.max()"}),
        ("return x.std(dim=0)", {"return x.std(dim=0, correction=0)"}),
        ("model.train()\nreturn model(x)", {"model.eval()", "pass"}),
        ("return x.to(torch.float32)", {"return x.to(torch.float64)"}),
        ("return x.reshape(2, 3)", {"return x.view(2, 3)", "return x.permute(2, 3)"}),
        ("return x / (1 - p)", {"return x", "return x.div_(1 - p)"}),
        ("return DataLoader(x, shuffle=True)", {"return DataLoader(x, shuffle=False)", "return DataLoader(x)"}),
        ("torch.manual_seed(3)\nreturn torch.randn(x)", {"pass", "return torch.rand(x)"}),
        ("return nn.Sequential(a, b)", {"return nn.Sequential(a)", "return nn.Sequential(b)"}),
        ("if x < 1:\n    raise ValueError('no')\nreturn x", {"if x <= 1:", "pass", "if not x < 1:"}),
        ("for i in range(3):\n    if i:\n        break", {"continue"}),
        ("return copy.deepcopy(x)", {"return x"}),
        ("return {'mean': x}", {"return {'mean_': x}"}),
        ("return [y for y in x if y]", {"return [y for y in x]"}),
        ("return x[:, i]", {"return x[i]", "return x[:]", "return x[:, [i]]", "return x[i, :]"}),
        ("return a - b, criterion(p, y)", {"return (criterion(p, y), a - b)", "return (b - a, criterion(p, y))"}),
        ("return criterion(p, y)", {"return criterion(y, p)", "return p"}),
        ("return x[1:3]", {"return x[:3]", "return x[1:]", "return x[2:3]"}),
    ],
)  # fmt: skip
def test_what_goes_wrong_in_pytorch_is_tried(body: str, expected: set[str]) -> None:
    """Each mistake of the curriculum is among the mutants of code where it can happen."""
    assert expected <= now(body)


@pytest.mark.parametrize(
    ("body", "spared"),
    [
        ('"""Return 1."""\nreturn x', {"Return 2.", '"""Return 2."""'}),
        ("raise ValueError('the words')", {"raise ValueError('the words_')", "raise", "raise ValueError_"}),
    ],
)
def test_words_are_no_errors(body: str, spared: set[str]) -> None:
    """Docstrings and messages of exceptions are not mutated."""
    assert not spared & now(body)


def test_annotations_are_left_out() -> None:
    """Annotations are not mutated; default values are."""
    assert now("return x", "x: int | None = 3") == {"def f(x=4):", "def f(x=2):"}


def test_every_mutant_is_another() -> None:
    """All mutants differ from each other and from the solution."""
    found = list(mutants(EXERCISE, HEADER + "def f(x):\n    return x.sum() + x.sum()\n"))
    sources = [mutant.source for mutant in found]
    assert len(set(sources)) == len(sources) > 5
    assert all(source.startswith(HEADER) and source.count("def f(x)") == 2 for source in sources)


def test_alike_places_are_told_apart() -> None:
    """Mutants with the same change in several places are numbered."""
    found = [m for m in mutants(EXERCISE, HEADER + "def f(x):\n    x.zero_()\n    x.zero_()\n") if m.now == "pass"]
    assert [mutant.occurrence for mutant in found] == [1, 2]
    assert found[1].label.endswith("(occurrence 2)")


def test_a_mutant_is_graded_by_its_own_task() -> None:
    """A mutant is graded only in its own task; the other tasks are right."""
    mutant = next(mutants(EXERCISE, HEADER + "def f(x):\n    return x + 1\n"))
    assert mutant.submission().tasks == ("f",)


# The gate


def graded(submission: Submission, status: Any) -> Graded:
    """Return a graded submission whose only check has this status; `None` if two workers died of it."""
    if status is None:
        return Graded(submission=submission, report=None)
    points = 1.0 if status == "passed" else 0.0
    verdict = Verdict(id="c", task="double", visibility="hidden", status=status, points=points, max_points=1.0)
    task = task_report("double", (verdict,))
    report = ExerciseReport(id="01_small", status="graded", points=points, max_points=1.0, tasks=(task,))
    return Graded(submission=submission, report=report)


Run = Callable[..., tuple[Mutation, list[str]]]
LISTED = """
- task: double
  was: return x * 2
  now: return x * 3
  why: It is not.
"""


@pytest.fixture
def run(lay_down: LayDown, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the gate on the mutants of `double`; those in `survives` survive."""

    def run(survives: Callable[[Mutant], bool], listed: str = "") -> tuple[Mutation, list[str]]:
        root = lay_down()
        if listed:
            (root / "tests" / "mutants").mkdir(parents=True)
            (root / "tests" / "mutants" / "01_small.yaml").write_text(listed, encoding="utf-8")
        mutation = mutate_all(load_catalog(root), {"01_small": ("double",) if not listed else ()}, jobs=1)
        by_label = {mutant.label: mutant for mutant in mutation.mutants}

        def grade_submissions(settings: Settings, submissions: Iterator[Submission], *, jobs: int) -> Iterator[Graded]:
            assert settings.until_failure and not settings.diagnosing
            for number, submission in enumerate(submissions):
                lives = survives(by_label[submission.student])
                yield graded(submission, "passed" if lives else ["failed", "timeout", "crashed", None][number % 4])

        monkeypatch.setattr(gate, "grade_submissions", grade_submissions)
        return mutation, [str(problem) for found in mutation.run() for problem in found]

    return run


def test_mutants_that_fail_or_never_end_are_killed(run: Run) -> None:
    """A mutant that fails a check, or never ends, is killed."""
    mutation, problems = run(lambda mutant: False)
    assert problems == [] and mutation.killed == len(mutation.mutants) > 4 and mutation.share == 1.0


def test_a_check_at_fault_is_told(lay_down: LayDown, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that is at fault for a mutant is a problem, because its points stand."""
    mutation = mutate_all(load_catalog(lay_down()), {"01_small": ("double",)}, jobs=1, every=1000)
    fault = BrokenCheck(exercise="01_small", task="double", check="c", stands=True, feedback=Feedback(call="f(1)"))

    def grade_submissions(settings: Settings, submissions: Iterator[Submission], *, jobs: int) -> Iterator[Graded]:
        for submission in submissions:
            yield msgspec.structs.replace(graded(submission, "failed"), broken=(fault,))

    monkeypatch.setattr(gate, "grade_submissions", grade_submissions)
    (problem,) = (str(problem) for found in mutation.run() for problem in found)
    assert problem.endswith("the check 'c' broke: f(1)")


def test_a_survivor_is_told(run: Run) -> None:
    """A surviving mutant is reported with its change and what to do."""
    mutation, problems = run(lambda mutant: mutant.now == "return x * 3")
    (problem,) = problems
    assert "01_small.double: `return x * 2` became `return x * 3` [NumberReplacer]" in problem
    assert len(mutation.survivors) == 1 and mutation.share < 1


def test_a_survivor_that_is_listed_is_equivalent(run: Run) -> None:
    """A listed survivor counts neither as killed nor as surviving."""
    mutation, problems = run(lambda mutant: mutant.now == "return x * 3", LISTED)
    assert problems == [] and mutation.equivalent == 1 and mutation.share == 1.0


def test_a_listed_mutant_must_survive(run: Run) -> None:
    """A listed mutant that is killed is a problem, because the list or a check is wrong."""
    _, (problem,) = run(lambda mutant: False, LISTED)
    assert "is listed as equivalent, and a check fails" in problem


def test_a_list_names_mutants_that_there_are(run: Run) -> None:
    """A list entry that fits no mutant is reported."""
    _, (problem,) = run(lambda mutant: False, LISTED.replace("x * 3", "x * 30"))
    assert "no mutant has `return x * 2` become `return x * 30`: remove it" in problem


def test_a_sample_takes_one_in_so_many(lay_down: LayDown) -> None:
    """A sample takes every n-th mutant."""
    catalog = load_catalog(lay_down())
    whole, sample = (mutate_all(catalog, {"01_small": ()}, jobs=1, every=n).mutants for n in (1, 3))
    assert sample == whole[::3]


def test_a_list_that_is_wrong_is_refused(lay_down: LayDown) -> None:
    """A malformed list is refused, and the error names what is missing."""
    root = lay_down()
    (root / "tests" / "mutants").mkdir(parents=True)
    (root / "tests" / "mutants" / "01_small.yaml").write_text("- task: double\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"Cannot read .*01_small\.yaml: .*missing required field `was`"):
        read_equivalents(load_catalog(root), "01_small")
