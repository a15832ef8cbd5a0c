"""Two implementations agree unless they differ in something that the contract fixes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from exploration_here import tried

from grader.suites.exploration.pick import Pick
from grader.suites.outcomes import CheckEnded

Build = Callable[[Pick], object]


def vector(pick: Pick) -> None:
    """Call f with a vector that may require grad."""
    pick.call(f"f({pick.tensor('x', (3,), low=1, high=3, grad='maybe', layouts=False)})", no_grad=False, backward=False)


def matrix_with_backward(pick: Pick) -> None:
    """Call f with a leaf, also with a backward after it."""
    pick.call(f"f({pick.tensor('x', (2, 2), low=1, high=3, grad=True)})")


def model(pick: Pick) -> None:
    """Call f with a model in one of its modes."""
    pick.do("torch.manual_seed(3)")
    model = pick.given("model", f"nn.Sequential(nn.Linear(2, 1), nn.Dropout(0.5)).train({pick.maybe()})")
    pick.call(f"f({model})", no_grad=False)


def agrees(build: Build, reference: str, submission: str, **promises: object) -> bool:
    """Say whether two bodies of `f(x)` agree."""
    try:
        tried(build, f"def f(x):\n    {reference}", f"def f(x):\n    {submission}", **promises)  # type: ignore[arg-type]
    except CheckEnded:
        return False
    return True


@pytest.mark.parametrize(
    ("reference", "submission"),
    [
        ("return x.detach() * 2", "return x.detach() + x.detach() * (1 + 1e-7)"),
        ("return x.detach().numpy().copy()", "return x.detach().clone().numpy()"),
        ("return [x.sum().item(), 1.0]", "return [x.sum().item() * (1 + 1e-5), 1.0]"),
        ("return {'a': 1, 'b': 2}", "return {'b': 2, 'a': 1}"),
        ("return (1, 2)", "from collections import namedtuple; return namedtuple('Pair', 'a b')(1, 2)"),
        ("return x.shape", "return tuple(x.shape)"),
        ("return float('nan')", "return float('nan')"),
        ("return lambda: 1", "return lambda: 2"),
        ("return x.detach().clone().t()", "return x.detach().clone()"),
        ("return x.new_empty(0)", "return x.detach()[:0]"),
    ],
)
def test_what_contracts_leave_open_is_not_compared(reference: str, submission: str) -> None:
    """Rounding, the class and the order of containers, strides, functions and empty memory may differ."""
    assert agrees(vector, reference, submission)


@pytest.mark.parametrize(
    ("reference", "submission"),
    [
        ("return x.detach() * 2", "return x.detach() * 2.001"),
        ("return x.detach() * 2", "return x.detach().double() * 2"),
        ("return x.detach() * 2", "return (x.detach() * 2)[None]"),
        ("return x.detach() * 2", "return x * 2"),
        ("return x.detach() * 2", "return None"),
        ("return x.detach() * 2", "return (x.detach() * 2).tolist()"),
        ("return x.detach().clone()", "return x.detach()"),
        ("return x", "return x.view(3)"),
        ("return x.detach().view(3)", "return x.detach().clone()"),
        ("return x.sum().item()", "return x.sum().item() + 0.01"),
        ("return x.sum().item()", "return int(x.sum())"),
        ("return 1", "return True"),
        ("return 'mean'", "return 'sum'"),
        ("return (1, 2)", "return [1, 2]"),
        ("return [1, 2]", "return [1, 2, 3]"),
        ("return {'a': 1}", "return {'a': 1, 'b': 2}"),
        ("return {'a': 1}", "return {'a': 2}"),
        ("return [1.0, 0.5]", "return [1.0, 0.6]"),
        ("return x.detach().numpy().copy()", "return x.detach().double().numpy()"),
        ("return torch.float32", "return torch.float64"),
        ("return x.detach() * 1", "y = x.detach() * 1; x.detach().add_(1).sub_(1); return y"),
        ("return 1", "torch.rand(1); return 1"),
        ("return 1", "torch.set_default_dtype(torch.float64); return 1"),
        ("return 1", "raise ValueError"),
    ],
)
def test_what_contracts_fix_is_compared(reference: str, submission: str) -> None:
    """Values, dtypes, shapes, kinds, memory, edits, settings and exceptions must be the same."""
    assert not agrees(vector, reference, submission)


@pytest.mark.parametrize(
    ("free", "build", "reference", "submission"),
    [
        ("requires_grad", vector, "return x.detach() * 2", "return x * 2"),
        ("memory", vector, "return x.detach().clone()", "return x.detach()"),
        ("edited", vector, "return 1", "x.detach().add_(1).sub_(1); return 1"),
        ("none_grad", vector, "return 1", "x.grad = torch.zeros(3) if x.requires_grad else None; return 1"),
        ("none_grad", vector, "return 1", "x.grad = -torch.zeros(3) if x.requires_grad else None; return 1"),
        ("gradients", vector, "return 1", "x.grad = torch.ones(3) if x.requires_grad else None; return 1"),
        ("generators", vector, "return 1", "torch.rand(1); return 1"),
        ("dtype", vector, "return x.detach() * 2", "return x.detach().double() * 2"),
        ("mode", model, "return 1", "x.eval(); return 1"),
    ],
)
def test_what_a_domain_leaves_free_is_not_compared(free: str, build: Build, reference: str, submission: str) -> None:
    """Each freedom allows one kind of difference, which is found without it."""
    assert not agrees(build, reference, submission)
    assert agrees(build, reference, submission, free=(free,))


def test_gradients_after_backward_are_compared() -> None:
    """A result with the right values whose graph has lost a part gives other gradients."""
    assert not agrees(matrix_with_backward, "return x * x", "return x * x.detach()")
    assert agrees(matrix_with_backward, "return x * x", "return x**2")


def test_whether_a_result_requires_grad_is_open_under_no_grad() -> None:
    """Where nothing is recorded, a copy that does not require grad is as good as one that does."""

    def under_no_grad(pick: Pick) -> None:
        pick.tensor("x", (2,), grad=True)
        pick.do("torch.manual_seed(0)")
        pick.call("f(x)", backward=False)

    assert agrees(
        under_no_grad, "return x * 1", "return x * 1 if torch.is_grad_enabled() else (x * 1).requires_grad_()"
    )


def test_a_setting_that_is_lost_inside_no_grad_is_found() -> None:
    """Recording that is switched on inside the caller's `no_grad` is a difference."""
    assert not agrees(matrix_with_backward, "return x * 1", "torch.set_grad_enabled(True); return x * 1")


@pytest.mark.parametrize(
    "wrong",
    [
        "x.eval(); return 1",
        "x[1].eval(); return 1",
        "x[0].weight.requires_grad_(False); return 1",
        "x[0].weight.data.add_(1); return 1",
        "x.register_buffer('extra', torch.zeros(1)); return 1",
        "x.append(nn.Linear(1, 1)); return 1",
    ],
)
def test_models_are_compared(wrong: str) -> None:
    """Modes, parameters, their values and flags, buffers and members must be the same."""
    assert not agrees(model, "return 1", wrong)
    assert agrees(model, "return 1", "x.train(x.training); return 1")


@pytest.mark.parametrize(
    ("dtype", "allowed"), [("float32", 3e-6), ("float64", 3e-8), ("float16", 2e-3), ("bfloat16", 1e-2)]
)
def test_tolerance_follows_the_largest_element(dtype: str, allowed: float) -> None:
    """An element may differ by a share of the largest one, more for coarse dtypes and hardly for float64."""

    def of_dtype(pick: Pick) -> None:
        pick.tensor("x", (4,), dtypes=(dtype,), low=1, high=3)
        pick.call("f(x)", no_grad=False)

    assert agrees(of_dtype, "return x.clone()", f"return (x.double() + {allowed} * x.double().max()).to(x.dtype)")
    assert not agrees(
        of_dtype, "return x.clone()", f"return (x.double() + {30 * allowed} * x.double().max()).to(x.dtype)"
    )


def differ(build: Build, reference: str, submission: str) -> tuple[str, str]:
    """Return what was expected of the body of `f(x)`, and what came back."""
    with pytest.raises(CheckEnded) as caught:
        tried(build, f"def f(x):\n    {reference}", f"def f(x):\n    {submission}")
    return str(caught.value.feedback.expected), str(caught.value.feedback.got)


def observing(*expressions: str) -> Build:
    """Return a domain with one program that observes these expressions."""

    def build(pick: Pick) -> None:
        pick.call("f(1.0)", no_grad=False)
        pick.observe(*expressions)

    return build


def test_what_differs_is_seen_in_what_is_shown() -> None:
    """Lists that begin alike differ in their lengths or at an index, and numbers in further digits."""
    one = observing("result")
    assert differ(one, "return [x] * 20", "return [x] * 19") == tuple(
        f"{n} items, [{', '.join(['1.0'] * 12)}, ...]" for n in (20, 19)
    )
    assert differ(one, "return [x] * 20", "return [x] * 19 + [2.0]") == ("result[19]: 1.0", "result[19]: 2.0")
    near = "return torch.tensor([1.0, 0.1000001], dtype=torch.float64)"
    assert differ(one, near, near.replace("1]", "3]")) == (
        "0.1000001 at index [1] of a tensor of shape (2,)",
        "0.1000003 at index [1] of a tensor of shape (2,)",
    )
    near = "return torch.tensor(0.1000001, dtype=torch.float64)"
    assert differ(one, near, near.replace("1,", "3,")) == ("tensor(0.1000001)", "tensor(0.1000003)")


def test_of_many_complex_numbers_the_shape_is_shown() -> None:
    """No index of a complex number is known: what is shown is the same, and the check does not break."""
    many = "return torch.full((40,), 0.1j)"
    expected, got = differ(observing("result"), many, many.replace("0.1j", "0.9j"))
    assert expected == got and "(40,)" in got


def test_operations_of_a_graph_are_not_shown() -> None:
    """Right code may use other operations, so their names say nothing of what is wrong."""
    build = observing("[result]")
    x = "y = torch.ones(1, requires_grad=True)"
    assert differ(build, f"{x}; return y * 2", f"{x}; return y + 2") == ("tensor([2.])", "tensor([3.])")


def test_an_element_of_what_is_observed_has_its_own_name() -> None:
    """The second of two expressions is named by its code, and a part of it too."""
    assert differ(observing("len(result), result[1]"), "return [1, 2]", "return [1, 3]")[1] == "result[1]: 3"
    assert differ(observing("1, (result or 3)"), "return [5]", "return [6]")[1] == "(result or 3)[0]: 6"


def test_both_sides_of_a_comparison_are_shown() -> None:
    """False alone would not say what differs."""
    told = differ(observing("result == [1, 2]"), "return [1, 2]", "return [1, 3]")
    assert told == ("result == [1, 2]: True", "result == [1, 2]: False, since the two sides are [1, 3] and [1, 2]")
    build = observing("torch.allclose(result, torch.ones(1))")
    assert differ(build, "return torch.ones(1)", "return torch.zeros(1)")[1].endswith("tensor([0.]) and tensor([1.])")
    assert differ(observing("result is None"), "return None", "return 1")[1] == "result is None: False"
