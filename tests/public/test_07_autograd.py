"""Public checks of 07_autograd."""

from __future__ import annotations

import torch

from grader.suites import check, code


@check("derivative_at", points=0.25)
def test_derivative_of_square(candidate, draw):
    """The derivative of x² is 2x: at 5 it is 10."""
    for value in (5.0, draw.number(1.5, 9)):
        candidate.derivative_at(code("lambda x: x ** 2"), value).result.scalar(2 * value)


@check("derivative_at", points=0.25, judges="facts")
def test_derivative_is_a_python_float(candidate, draw):
    """The result is a Python float, neither a tensor nor a NumPy number."""
    candidate.derivative_at(code("lambda x: x ** 2"), draw.number(-4, -1)).result.number()


@check("derivative_at", points=0.25)
def test_derivative_at_an_int(candidate, draw):
    """An int is as good a value as a float."""
    value = draw.integer(2, 99)
    candidate.derivative_at(code("lambda x: x ** 2"), value).result.scalar(2.0 * value)


@check("accumulate_gradients", points=0.5)
def test_gradients_are_summed_and_returned(candidate, draw):
    """The sum of the gradients of all functions is returned."""
    x = draw.tensor(3).requires_grad_()
    fns = [code("lambda x: x.sum()"), code("lambda x: (x ** 2).sum()")]
    candidate.accumulate_gradients(fns, x).result.values(1 + 2 * x)


@check("accumulate_gradients", points=0.5, hint="`backward()` fills `x.grad` by itself. Leave the sum there.")
def test_gradients_stay_in_x_grad(candidate, draw):
    """The sum of the gradients is in `x.grad` afterwards."""
    x = draw.tensor(3).requires_grad_()
    fns = [code("lambda x: x.sum()"), code("lambda x: (x ** 2).sum()")]
    candidate.accumulate_gradients(fns, x).argument(1, "x").grad(1 + 2 * x)


@check("halving_chain", points=0.5)
def test_halving_ends_at_one_or_below(candidate, draw):
    """10 becomes 0.625, and 0.3 stays 0.3."""
    last = draw.number(0.51, 0.99)
    for given, expected in ((10.0, 0.625), (0.3, 0.3), (last * 2 ** draw.integer(2, 5), last)):
        candidate.halving_chain(torch.tensor(given)).result.values(expected)


@check("halving_chain", points=0.5)
def test_halving_lets_the_gradient_through(candidate, draw):
    """Four halvings lead from 10 to 0.625, so the gradient is 1/16."""
    k = draw.integer(2, 6)
    for given, gradient in ((10.0, 0.0625), (draw.number(0.51, 0.99) * 2**k, 2.0**-k)):
        x = torch.tensor(given, requires_grad=True)
        candidate.with_backward().halving_chain(x).ran_backward().argument(0, "x").grad(gradient)


@check("minimize", points=0.5)
def test_descent_takes_one_step(candidate, draw):
    """One step on x² from 5 with rate 0.1 leads to 4."""
    for start in (5.0, draw.number(6, 9)):
        candidate.minimize(code("lambda x: x ** 2"), start, 0.1, 1).result.scalar(0.8 * start)


@check("minimize", points=0.5, requires=["descent_takes_one_step"])
def test_descent_takes_a_hundred_steps(candidate, draw):
    """A hundred steps on x² from 5 with rate 0.1 lead to 1.0185e-09."""
    for start in (5.0, draw.number(6, 9)):
        result = candidate.untraced().minimize(code("lambda x: x ** 2"), start, 0.1, 100).result
        result.scalar(start * 0.8**100, rtol=1e-3, atol=0.0)


@check("minimize", points=0.25, judges="facts")
def test_descent_returns_a_python_float(candidate, draw):
    """The result is a Python float, neither a tensor nor a NumPy number."""
    candidate.minimize(code("lambda x: x ** 2"), draw.number(1, 4), 0.25, 1).result.number()
