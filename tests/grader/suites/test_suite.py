"""The functions for authors of suites: `check`, `code`, `probe`, and inputs drawn for one student."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from grader.suites import Draw, Probe, check, code, probe, public_suite, shared
from grader.suites.outcomes import SuiteError
from grader.suites.suite import source_of


def draw(*key: object) -> Draw:
    """Draw for one student and check."""
    return Draw(*(key or ("0", "ana", "01_small", "doubles")))


# check


def test_a_check_is_marked_with_what_it_is_worth() -> None:
    """The test's mark has the task, points, requirements and hint."""

    @check("double", points=1.5, requires=["shape"], hint="times two.")
    def test() -> None: ...

    (mark,) = test.pytestmark  # type: ignore[attr-defined]
    assert (mark.name, mark.kwargs) == (
        "check",
        {"task": "double", "points": 1.5, "judges": "values", "requires": ("shape",), "hint": "times two."},
    )


@pytest.mark.parametrize("points", [-1, float("nan")])
def test_a_check_cannot_cost_points(points: float) -> None:
    """Negative points are refused."""
    with pytest.raises(SuiteError, match=r"Cannot make a check of 'double' worth .*: .*Give it"):
        check("double", points=points)


def test_a_check_judges_values_or_facts() -> None:
    """A check judges values by default; only values and facts are allowed."""

    @check("double", points=1, judges="facts")
    def test() -> None: ...

    assert test.pytestmark[0].kwargs["judges"] == "facts"  # type: ignore[attr-defined]
    with pytest.raises(SuiteError, match=r"Cannot make a check of 'double' judge 'shapes': it judges \"values\" or"):
        check("double", points=1, judges="shapes")  # type: ignore[arg-type]


# code


def test_code_keeps_its_text() -> None:
    """Code is sent to the candidate and shown as written."""
    assert code("lambda x: x ** 2").text == "lambda x: x ** 2"


@pytest.mark.parametrize("text", ["x = 1", "lambda x:", "def f(): pass"])
def test_code_is_one_expression(text: str) -> None:
    """Code that is not one expression is refused when the suite is read."""
    with pytest.raises(SyntaxError):
        code(text)


# probe


@probe
def doubled_twice(student, x):  # type: ignore[no-untyped-def]
    """double(double(x))"""
    # A comment.
    return student.double(student.double(x))


def test_a_probe_travels_as_source() -> None:
    """A probe's source is sent without the decorator and the docstring, which shows what it calls."""
    assert doubled_twice == Probe(
        name="doubled_twice",
        source="def doubled_twice(student, x):\n    return student.double(student.double(x))",
        says="double(double(x))",
        parameters=("x",),
    )


def test_a_probe_may_be_nested() -> None:
    """The indentation of a probe inside a function is removed."""

    @probe
    def inner(student):  # type: ignore[no-untyped-def]
        """double"""
        return student.double

    assert inner.source == "def inner(student):\n    return student.double"


def test_the_annotations_of_a_probe_stay_behind() -> None:
    """A probe's annotations are removed, because their names do not exist in the candidate."""

    @probe
    def annotated(student: object, x: torch.Tensor) -> list[Draw]:
        """double"""
        return student.double(x)  # type: ignore[attr-defined,no-any-return]

    assert annotated.source == "def annotated(student, x):\n    return student.double(x)"


def test_a_probe_must_say_what_it_calls() -> None:
    """A probe needs a docstring, because students read it."""

    def silent(student):  # type: ignore[no-untyped-def]
        return student

    with pytest.raises(SuiteError, match="Cannot make 'silent' a probe: give it a docstring that says what it calls"):
        probe(silent)


# Draw


def test_the_same_key_draws_the_same_inputs() -> None:
    """The same key draws the same inputs, so that the reference can repeat a call."""
    first, second = draw(), draw()
    assert first.number(0, 1) == second.number(0, 1)
    assert torch.equal(first.tensor(3, 4), second.tensor(3, 4))
    assert torch.equal(first.normal(5), second.normal(5))
    assert first.seed == second.seed


def test_what_the_candidate_is_told_leads_back_to_nothing() -> None:
    """The candidate's seed draws other numbers than the inputs, and no small seed gives either."""
    told = draw().seed
    assert 0 <= told < 2**32
    inputs = draw().tensor(4)
    for seed in (told, *range(100)):
        generator = torch.Generator().manual_seed(seed)
        again = (torch.rand(4, generator=generator, dtype=torch.float64) * 6 - 3).round(decimals=2)
        assert not torch.equal(again.to(torch.float32), inputs)


def test_no_two_keys_are_written_alike() -> None:
    """Keys with different parts are encoded differently."""
    keys = [("a", "b c"), ("a b", "c"), ("a", "b", "c"), ("a\x1fb", "c"), ("a", "b\x1fc")]
    assert len({draw("0", *key).seed for key in keys}) == len(keys)


@pytest.mark.parametrize(
    "key",
    [
        ("1", "ana", "01_small", "doubles"),
        ("0", "bea", "01_small", "doubles"),
        ("0", "ana", "02_more", "doubles"),
        ("0", "ana", "01_small", "halves"),
    ],
)
def test_another_key_draws_other_inputs(key: tuple[str, ...]) -> None:
    """Each course seed, student, exercise and check has its own inputs."""
    assert not torch.equal(draw().tensor(8), draw(*key).tensor(8))


def test_the_parts_of_a_key_do_not_run_together() -> None:
    """Student "a" of "bc" has other inputs than student "ab" of "c"."""
    assert draw("a", "bc").seed != draw("ab", "c").seed


def test_any_student_name_can_be_a_key() -> None:
    """Folder names with bytes that are not UTF-8 can be keys."""
    assert draw("0", "jos\udce9").seed != draw("0", "jose").seed


def test_drawing_leaves_the_global_generator_alone() -> None:
    """Drawing does not use the global generator."""
    before = torch.get_rng_state()
    draw().tensor(3)
    draw().number(0, 1)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_number_lies_in_its_range_and_reads_well() -> None:
    """A number is in its range and has two decimals by default."""
    numbers = [draw(i).number(-1, 2) for i in range(200)]
    assert all(-1 <= x <= 2 and round(x, 2) == x for x in numbers) and len(set(numbers)) > 50


def test_an_integer_may_be_either_end() -> None:
    """Both ends of an integer's range are included."""
    assert {draw(i).integer(3, 5) for i in range(60)} == {3, 4, 5}


def test_a_choice_is_one_of_the_options() -> None:
    """Every option can be chosen."""
    assert {draw(i).choice("ab") for i in range(40)} == {"a", "b"}


def test_a_tensor_lies_in_its_range_and_reads_well() -> None:
    """A tensor has the requested range, shape and dtype."""
    x = draw().tensor(50, 2, low=5, high=9, dtype=torch.float64)
    assert x.shape == (50, 2) and x.dtype == torch.float64
    assert bool((x >= 5).all()) and bool((x <= 9).all()) and torch.equal(x, x.round(decimals=2))


def test_a_tensor_has_no_negative_zero() -> None:
    """A tensor never contains a negative zero."""
    x = draw().tensor(400, low=-0.02, high=0.02)
    assert bool((x == 0).any()) and not bool(torch.signbit(x[x == 0]).any())


def test_a_tensor_without_sizes_is_0d() -> None:
    """A tensor without sizes is 0-D."""
    assert draw().tensor().shape == ()


def test_normal_numbers_are_normal() -> None:
    """Normal numbers have about mean 0 and standard deviation 1."""
    x = draw().normal(2000, dtype=torch.float64)
    assert abs(x.mean()) < 0.1 and abs(x.std() - 1) < 0.1 and x.dtype == torch.float64


# shared, models, and what hidden suites take from public ones


@shared
def small_net(width: int) -> nn.Module:
    """A model that suites and candidates build alike."""
    return nn.Sequential(nn.Linear(2, width), nn.ReLU())


@shared
class Doubled(nn.Module):
    """A model that uses another shared definition."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = small_net(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * self.inner(x)


@probe
def built(student, width):  # type: ignore[no-untyped-def]
    """build models of the suite"""
    return small_net(width), Doubled()


def test_a_shared_definition_stays_what_it_is() -> None:
    """The suite can use a shared definition as usual."""
    assert Doubled()(torch.zeros(1, 2)).shape == (1, 3)


def test_a_probe_brings_what_it_shares() -> None:
    """A probe's source contains the shared definitions it needs, once, in order, without decorators."""
    assert built.source.count("def small_net") == 1 and "@" not in built.source
    assert built.source.index("def small_net") < built.source.index("class Doubled") < built.source.index("def built")


def test_what_is_not_shared_stays_at_home() -> None:
    """A model that is not shared cannot be sent."""
    with pytest.raises(SuiteError, match="Cannot send 'Linear' to a candidate: declare it @shared"):
        source_of(nn.Linear)


def test_a_model_is_drawn() -> None:
    """A model's weights are between -1 and 1 and depend on the student."""
    first, again, other = (draw(*key).model(small_net, 4) for key in (("0", "a"), ("0", "a"), ("0", "b")))
    assert torch.equal(first[0].weight, again[0].weight) and not torch.equal(first[0].weight, other[0].weight)
    assert first[0].weight.abs().max() <= 1 and first[0].weight.requires_grad


def test_whole_numbers_are_drawn() -> None:
    """Drawn integers include both ends."""
    drawn = draw().integers(200, low=2, high=4)
    assert drawn.dtype == torch.int64 and sorted(set(drawn.tolist())) == [2, 3, 4]


def test_a_hidden_suite_may_use_what_the_public_one_defines(tmp_path: Path) -> None:
    """A hidden suite can use the helpers, probes and shared definitions of the public one."""
    for kind in ("public", "hidden"):
        (tmp_path / kind).mkdir()
    (tmp_path / "public" / "test_01_small.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    hidden = tmp_path / "hidden" / "test_01_small.py"
    assert public_suite(str(hidden)).double(4) == 8
    with pytest.raises(SuiteError, match="Cannot use the public suite"):
        public_suite(str(hidden.with_name("test_02_other.py")))
