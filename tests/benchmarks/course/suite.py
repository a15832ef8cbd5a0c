"""Twenty checks of exercise 08 for the kit. `plain.py` has the same ones as plain asserts: change both or none."""

from __future__ import annotations

import torch

from grader.suites import Candidate, Draw, check, code

# gradient_step_


@check("gradient_step_", points=1)
def test_step_values(candidate: Candidate, draw: Draw) -> None:
    """x becomes x - learning_rate * x.grad."""
    x, rate = draw.tensor(3, 2).requires_grad_(), draw.number(0.1, 0.9)
    x.grad = draw.tensor(3, 2)
    candidate.gradient_step_(x, rate).argument(0, "x").values(x - rate * x.grad)


@check("gradient_step_", points=1)
def test_step_in_place(candidate: Candidate, draw: Draw) -> None:
    """The result is x itself, in the memory it had."""
    x = draw.tensor(4).requires_grad_()
    x.grad = draw.tensor(4)
    seen = candidate.gradient_step_(x, 0.5)
    seen.result.same_object_as(seen.same_memory(0, "x"))


@check("gradient_step_", points=1)
def test_step_keeps_leaf_and_gradient(candidate: Candidate, draw: Draw) -> None:
    """x is still a leaf that requires grad, and its gradient is as it was."""
    x = draw.tensor(4).requires_grad_()
    x.grad = draw.tensor(4)
    candidate.gradient_step_(x, 0.5).argument(0, "x").leaf().grad(x.grad)


@check("gradient_step_", points=1)
def test_step_without_gradient(candidate: Candidate, draw: Draw) -> None:
    """A missing gradient is a ValueError, and x stays as it was."""
    candidate.gradient_step_(draw.tensor(3).requires_grad_(), 0.1).raises("ValueError").unchanged(0)


# snapshot


@check("snapshot", points=1)
def test_snapshot_of_leaf(candidate: Candidate, draw: Draw) -> None:
    """The snapshot has the values, shape and dtype of x."""
    x = draw.tensor(2, 3, dtype=torch.float64).requires_grad_()
    candidate.snapshot(x).result.values(x).dtype(torch.float64)


@check("snapshot", points=1)
def test_snapshot_has_no_graph(candidate: Candidate, draw: Draw) -> None:
    """The snapshot of an intermediate result requires no gradient."""
    x = draw.tensor(5).requires_grad_() * 2
    candidate.snapshot(x).result.values(x).detached()


@check("snapshot", points=1)
def test_snapshot_owns_memory(candidate: Candidate, draw: Draw) -> None:
    """The snapshot shares no memory with x, be it a leaf or a plain tensor."""
    candidate.snapshot(draw.tensor(4).requires_grad_()).result.owns_memory()
    candidate.snapshot(draw.tensor(4)).result.owns_memory()


@check("snapshot", points=1)
def test_snapshot_leaves_x(candidate: Candidate, draw: Draw) -> None:
    """x is left as it was."""
    candidate.snapshot(draw.tensor(4).requires_grad_()).returned().unchanged(0)


# exp_plus_one


@check("exp_plus_one", points=1)
def test_exp_values(candidate: Candidate, draw: Draw) -> None:
    """The result is exp(t) + 1."""
    t = draw.tensor(3, 4)
    candidate.exp_plus_one(t).result.values(t.exp() + 1)


@check("exp_plus_one", points=1)
def test_exp_gradient(candidate: Candidate, draw: Draw) -> None:
    """The gradient is upstream * exp(t)."""
    t, upstream = draw.tensor(6).requires_grad_(), draw.tensor(6)
    seen = candidate.with_backward(upstream).exp_plus_one(t)
    seen.ran_backward().argument(0, "t").grad(upstream * t.detach().exp())


@check("exp_plus_one", points=1)
def test_exp_keeps_dtype(candidate: Candidate, draw: Draw) -> None:
    """The result has the dtype of t, 0-D too."""
    candidate.exp_plus_one(draw.tensor(2, dtype=torch.float64)).result.dtype(torch.float64)
    candidate.exp_plus_one(draw.tensor()).result.shape().dtype(torch.float32)


@check("exp_plus_one", points=1)
def test_exp_leaves_t(candidate: Candidate, draw: Draw) -> None:
    """t is left as it was."""
    candidate.exp_plus_one(draw.tensor(4)).returned().unchanged(0)


# inplace_error


@check("inplace_error", points=1)
def test_error_leaf(candidate: Candidate, draw: Draw) -> None:
    """Changing the leaf, or a view of it, is "leaf"."""
    candidate.inplace_error(code("lambda x: x.mul_(2)"), draw.number(1, 3)).result.equals("leaf")
    candidate.inplace_error(code("lambda x: x.view(1).mul_(2).sum()"), draw.number(1, 3)).result.equals("leaf")


@check("inplace_error", points=1)
def test_error_saved(candidate: Candidate, draw: Draw) -> None:
    """Changing what backward needs is "saved"."""
    candidate.inplace_error(code("lambda x: x.sigmoid().mul_(3)"), draw.number(1, 3)).result.equals("saved")


@check("inplace_error", points=1)
def test_error_ok(candidate: Candidate, draw: Draw) -> None:
    """A change that harms nothing is "ok"."""
    candidate.inplace_error(code("lambda x: x.cos().add_(1)"), draw.number(1, 3)).result.equals("ok")


@check("inplace_error", points=1)
def test_error_of_another_kind(candidate: Candidate, draw: Draw) -> None:
    """Any other RuntimeError reaches the caller."""
    candidate.inplace_error(code("lambda x: torch.zeros(2) @ torch.zeros(3)"), draw.number(1, 3)).raises("RuntimeError")


# saved_for_backward


@check("saved_for_backward", points=1)
def test_saved_input(candidate: Candidate) -> None:
    """sin keeps its input."""
    candidate.saved_for_backward(code("torch.sin")).result.equals("input")


@check("saved_for_backward", points=1)
def test_saved_output(candidate: Candidate) -> None:
    """tanh and sqrt keep their outputs."""
    candidate.saved_for_backward(code("torch.tanh")).result.equals("output")
    candidate.saved_for_backward(code("torch.sqrt")).result.equals("output")


@check("saved_for_backward", points=1)
def test_saved_both(candidate: Candidate) -> None:
    """prod keeps both."""
    candidate.saved_for_backward(code("torch.prod")).result.equals("both")


@check("saved_for_backward", points=1)
def test_saved_neither(candidate: Candidate, draw: Draw) -> None:
    """A multiple keeps neither."""
    candidate.saved_for_backward(code(f"lambda x: x * {draw.number(2, 5)}")).result.equals("neither")
