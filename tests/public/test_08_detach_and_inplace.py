"""Public checks of 08_detach_and_inplace."""

from __future__ import annotations

import torch

from grader.judging import Candidate, Draw, check


@check("gradient_step_", points=0.5)
def test_moves_against_the_gradient(candidate: Candidate) -> None:
    """x becomes x - learning_rate * x.grad."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.grad = torch.tensor([2.0, 4.0])
    seen = candidate.gradient_step_(x, 0.25)
    seen.argument(0, "x").values([0.5, 1.0])


@check("gradient_step_", points=0.5, requires=["moves_against_the_gradient"])
def test_keeps_memory(candidate: Candidate, draw: Draw) -> None:
    """The memory is the same."""
    x = draw.tensor(3, 2).requires_grad_()
    x.grad = draw.tensor(3, 2)
    seen = candidate.gradient_step_(x, draw.number(0.1, 0.9))
    seen.same_memory(0, "x").leaf()
    seen.result.same_object_as(seen.argument(0, "x"))


@check("gradient_step_", points=0.5)
def test_no_gradient(candidate: Candidate, draw: Draw) -> None:
    """ValueError without gradient."""
    candidate.gradient_step_(draw.tensor(3).requires_grad_(), 0.1).raises("ValueError")
