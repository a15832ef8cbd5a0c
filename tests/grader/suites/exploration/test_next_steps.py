"""The next step fits what the program and the two answers show."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from exploration_here import tried

from grader.sentences import learner_python_errors, learner_torch_errors
from grader.sentences import learner_steps as steps
from grader.suites.exploration.pick import Pick
from grader.suites.outcomes import CheckEnded

Build = Callable[[Pick], object]


def given(text: str, call: str = "f(x)") -> Build:
    """Return a domain with one program: `x` has this value, and the call is this one."""

    def build(pick: Pick) -> None:
        pick.given("x", text)
        pick.call(call, no_grad=False, backward=False)

    return build


def tensor(pick: Pick) -> None:
    """Call f with a vector that is compared after the call."""
    pick.call(f"f({pick.tensor('x', (2,), low=1, grad='maybe', layouts=False)})", backward=False)


def next_step(build: Build, reference: str, submission: str, *, name: str = "x", **promises: object) -> str:
    """Return the next step for the body of a submission that differs. `name` is that of the parameter, beside `x`."""
    sources = [f"def f({name}):\n    x = {name}\n    {body}" for body in (reference, submission)]
    with pytest.raises(CheckEnded) as caught:
        tried(build, *sources, **promises)  # type: ignore[arg-type]
    return str(caught.value.feedback.next_step)


def test_wrong_values_are_looked_for_step_by_step() -> None:
    """The program that is shown can be run, and its intermediate results printed."""
    step = next_step(given("torch.tensor([1.0, 2.0])"), "return x * 2", "return x * 3")
    assert step == str(steps.PRINT_EACH()) and "run these lines" in step


@pytest.mark.parametrize(
    ("value", "right", "wrong", "step"),
    [
        ("torch.tensor([2**24 + 1])", "x", "x.float().long()", "`float32` holds every whole number only up to 2**24"),
        ("torch.tensor([2**53 + 1])", "x", "x.double().long()", "`float64` holds every whole number only up to 2**53"),
        (
            "torch.ones(257, dtype=torch.bfloat16)",
            "x.float().sum().long() - 1",
            "x.sum().long() - 1",
            "`bfloat16` holds",
        ),
        ("2**53 + 1", "x", "int(x / 1)", "a float holds every whole number only up to 2**53"),
        (
            "torch.tensor([100, 90], dtype=torch.int8)",
            "x.sum()",
            "x.sum(dtype=x.dtype).long()",
            "only the numbers from -128",
        ),
        ("torch.tensor([800.0])", "x", "x.exp().log()", "the first to give inf"),
        ("torch.tensor([2**24 + 1])", "x", "x + 9999999", "run these lines"),
        ("torch.tensor([100, 20], dtype=torch.int8)", "x.sum()", "x.sum() + 1", "run these lines"),
        ("torch.tensor([1.0, math.inf])", "x - 1", "x + math.inf", "run these lines"),
    ],
)
def test_numbers_that_a_dtype_does_not_hold_are_spoken_of(value: str, right: str, wrong: str, step: str) -> None:
    """Large whole numbers, sums beyond a narrow dtype, and inf have steps of their own; other wrong values have not."""
    assert step in next_step(given(value), f"import math; return {right}", f"import math; return {wrong}")


def test_none_that_is_right_elsewhere_is_no_forgotten_return() -> None:
    """Where None may be the right result, neither `return` nor the type is the advice."""

    def build(pick: Pick) -> None:
        pick.call(f"f({pick.of(1, 2, 3)})", no_grad=False)

    for reference, submission in (
        ("return x if x > 1 else None", "return x if x > 2 else None"),
        ("return x if x > 1 else None", "return x"),
    ):
        assert next_step(build, reference, submission) == str(steps.PRINT_EACH())
    assert next_step(build, "return x", "return x if x > 1 else None") == str(steps.BY_KIND["none"]())


def test_an_argument_that_was_changed_is_to_be_left_alone() -> None:
    """Where the reference leaves an argument alone, a change of its values or its shape has that advice."""
    for change in ("x.detach().mul_(2)", "x.detach(); x.unsqueeze_(0)"):
        assert next_step(tensor, "return 1", f"{change}; return 1") == str(steps.BY_KIND["modified"]())
    wrong = "x.requires_grad_(not x.requires_grad); return 1"
    assert next_step(tensor, "return 1", wrong) == str(steps.FLAG_OF_ARGUMENT())
    in_place = next_step(given("[torch.ones(1)]"), "x[0].mul_(2)", "x[0].mul_(3)")
    assert in_place == str(steps.PRINT_EACH())


def test_what_is_changed_before_an_error_is_changed_too_early() -> None:
    """Where both raise, an argument that was changed first has the advice to check first."""
    body = "raise ValueError"
    assert next_step(tensor, body, f"x.detach().mul_(2); {body}", raises=["ValueError"]) == str(
        steps.BY_KIND["raises"]()
    )


def test_a_global_setting_is_no_wrong_value() -> None:
    """A function that leaves gradient recording on is advised about settings."""
    wrong = "torch.set_grad_enabled(True); return x.detach() * 2"
    assert next_step(tensor, "return x.detach() * 2", wrong) == str(steps.BY_KIND["state"]())


def test_another_error_than_the_expected_one() -> None:
    """Another error came before the arguments were checked; errors that no argument causes have other advice."""
    build = given("torch.ones(2)")
    step = next_step(build, "raise ValueError", "return x[5]", raises=["ValueError"])
    assert step == str(steps.ANOTHER_ERROR(error="ValueError"))
    step = next_step(build, "raise RuntimeError", "return x", raises=["RuntimeError"])
    assert step == str(steps.WHEN_RAISED(error="RuntimeError"))
    step = next_step(build, "raise StopIteration", "return [*(next(iter([])) for _ in x)]", raises=["StopIteration"])
    assert step == str(learner_python_errors.STOPPED_A_GENERATOR())
    assert next_step(build, "raise ValueError", "return x", raises=["ValueError"]) == str(steps.BY_KIND["raises"]())


def test_shapes_that_batches_have_are_compared_in_each() -> None:
    """Where the program makes a loader, a missing error may concern one of its batches."""
    loader = "torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(3)), 2)"
    names = "DataLoader, TensorDataset = torch.utils.data.DataLoader, torch.utils.data.TensorDataset"

    def build(pick: Pick) -> None:
        pick.do(names)
        pick.given("x", loader.replace("torch.utils.data.", ""))
        pick.call("f(x)", no_grad=False)

    assert next_step(build, "raise ValueError", "return 1", raises=["ValueError"]) == str(steps.EVERY_BATCH())


def test_an_error_of_the_function_that_was_given_is_on_purpose() -> None:
    """The program's own function edits a leaf in place: the advice is not to wrap the update."""
    build = given("torch.ones(2, requires_grad=True)", "f(lambda: x.zero_())")
    reference = "try:\n        x()\n    except RuntimeError:\n        return 'leaf'"
    assert next_step(build, reference, "x()") == str(steps.RAISED_ON_PURPOSE())
    own = given("torch.ones(2, requires_grad=True)")
    assert next_step(own, "return x.sum()", "return x.zero_().sum()") == str(learner_torch_errors.LEAF_IN_PLACE())


def test_gradients_are_printed_around_calls_that_run_backward() -> None:
    """Where the program itself runs no backward, the student cannot run it either."""
    build = given("torch.ones(2, requires_grad=True)")
    assert next_step(build, "x.sum().backward()", "(2 * x).sum().backward()") == str(steps.PRINT_GRAD())


def test_an_observed_shape_or_dtype_has_the_step_of_its_kind() -> None:
    """A dtype that the program reads is wrong like the dtype of a result."""

    def build(pick: Pick) -> None:
        pick.call("f(torch.ones(2))", no_grad=False)
        pick.observe("result.dtype")

    assert next_step(build, "return x", "return x.double()") == str(steps.BY_KIND["dtype"]())


def test_the_hint_of_the_check_stays_the_next_step() -> None:
    """An author's hint is not replaced."""
    assert next_step(given("1"), "return x", "return 2", hint="think.") == "think."


def test_a_zero_that_is_taken_for_missing_is_spoken_of() -> None:
    """With another seed, or another number in the list, the program does not fail; other zeros say nothing."""
    zero = str(steps.ZERO())

    def seeded(pick: Pick) -> None:
        pick.call(f"f(seed={pick.seed()})", no_grad=False)

    def call(x: str) -> Build:
        return lambda pick: pick.call(f"f({pick.given('x', x)})", no_grad=False)

    def numbered(pick: Pick) -> None:
        pick.call(f"f({pick.of(0, 1, 2)})", no_grad=False)

    assert next_step(seeded, "return x", "return x or 7", name="seed") == zero
    assert next_step(seeded, "return x", "return x + 1", name="seed") == str(steps.PRINT_EACH())
    assert next_step(call("[0.0, -1.0]"), "return max(x)", "return max(n for n in x if n)") == zero
    assert next_step(call("[0.0, -1.0]"), "return min(x)", "return x[0]") == str(steps.PRINT_EACH())
    assert next_step(numbered, "return x", "return x or 7") == str(steps.PRINT_EACH())
