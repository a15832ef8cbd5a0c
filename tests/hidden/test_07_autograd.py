"""Hidden checks of 07_autograd."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from grader.suites import check, code, domain, probe

NEEDS_0D_FLOAT32 = "lambda x: torch.dot(torch.stack([x, x ** 2]), torch.tensor([2.0, 3.0]))"


def descend(slope: Callable[[float], float], x: float, rate: float, n_steps: int) -> float:
    """Return where `n_steps` of plain gradient descent lead."""
    for _ in range(n_steps):
        x -= rate * slope(x)
    return x


# derivative_at


@check("derivative_at", points=0.25)
def test_derivative_of_compositions(candidate, draw):
    """Functions of functions are differentiated by the chain rule, also at negative points."""
    x, y = draw.number(-3, -0.5), draw.number(-3, -0.5)
    first = candidate.derivative_at(code("lambda x: torch.exp(torch.sin(x))"), x).result
    first.scalar(math.exp(math.sin(x)) * math.cos(x))
    candidate.derivative_at(code("lambda x: torch.log(1 + x ** 2)"), y).result.scalar(2 * y / (1 + y * y))


@check("derivative_at", points=0.25)
def test_derivative_adds_up_all_uses(candidate, draw):
    """A function that uses x several times gets the sum of what each use contributes."""
    x = draw.number(0.2, 1.4)
    expected = math.sin(x) + x * math.cos(x) + (1 - x * x) / (1 + x * x) ** 2
    candidate.derivative_at(code("lambda x: x * torch.sin(x) + x / (1 + x * x)"), x).result.scalar(expected)


@check("derivative_at", points=0.25)
def test_derivative_gives_fn_a_0d_float32_tensor(candidate, draw):
    """`fn` is called with a 0-D float32 tensor: it may stack it and multiply it with other float32 tensors."""
    x = draw.number(1, 5)
    candidate.derivative_at(code(NEEDS_0D_FLOAT32), x).result.scalar(2 + 6 * x)


@probe
def derivatives_in_a_row(student, fn, other, value):
    """derivative_at twice for one function, then for another one"""
    return [student.derivative_at(f, value) for f in (fn, fn, other)]


@check("derivative_at", points=0.25)
def test_derivative_leaves_nothing_behind(candidate, draw):
    """Calls don't influence one another, and global settings stay as they are."""
    x = draw.number(1, 5)
    observed = candidate.run(derivatives_in_a_row, code("lambda x: x ** 2"), code("lambda x: x ** 3"), x)
    for result, expected in zip(observed.result.items(3), (2 * x, 2 * x, 3 * x * x), strict=True):
        result.scalar(expected)
    observed.state_kept()


@domain("derivative_at", points=0.25)
def test_derivative_of_any_function_anywhere(pick):
    """Any function has the right derivative at any number: small or large, an int, zero."""
    fn = pick.of(
        "lambda x: x**2",
        "lambda x: 3 * x",
        "lambda x: x**3",
        "lambda x: x * x.detach()",
        "lambda x: torch.exp(torch.sin(x))",
        "lambda x: torch.log(1 + x**2)",
        "lambda x: -x if x < 1 else x**2",
        "lambda x: torch.dot(torch.stack([x, x]), torch.tensor([2.0, 3.0]))",
        "lambda x: sum(x for _ in range(300))",
        "lambda x: 0 * x",
    )
    value = pick.of(1.0, 0.0, 3, 0, -7, 300, 1e-6, -1e-3, 1e3, 123456.0, 1e6, *["any"] * 9)
    value = pick.number(-9, 9, step=0.01) if value == "any" else value
    pick.call(f"derivative_at({fn}, {value})", no_grad=False)


# accumulate_gradients


@check("accumulate_gradients", points=0.25)
def test_gradients_from_before_do_not_count(candidate, draw):
    """A gradient that x has from before the call is in neither result nor `x.grad`."""
    x = draw.tensor(4).requires_grad_()
    x.grad = draw.tensor(4, low=5, high=9)
    observed = candidate.accumulate_gradients([code("lambda x: (x ** 2).sum()"), code("lambda x: 3 * x.sum()")], x)
    observed.result.values(2 * x + 3)
    observed.argument(1, "x").grad(2 * x + 3)


@check("accumulate_gradients", points=0.25)
def test_gradients_of_any_shape_and_number(candidate, draw):
    """x may be 0-D or a transposed matrix, and there may be one function or many."""
    x = draw.tensor(4, 3).T.requires_grad_()
    fns = [code("lambda x: (x ** 3).sum()"), code("lambda x: x[0].sum()"), code("lambda x: torch.exp(x).mean()")]
    expected = 3 * x**2 + x.exp() / 12 + torch.tensor([[1.0], [0.0], [0.0]])
    candidate.accumulate_gradients(tuple(fns), x).result.values(expected)
    y = torch.tensor(draw.number(1, 3), requires_grad=True)
    candidate.accumulate_gradients([code("lambda x: x ** 3")], y).result.values(3 * y**2)


@check("accumulate_gradients", points=0.5, judges="facts")
def test_gradients_come_as_a_copy(candidate, draw):
    """The result shares no memory with `x.grad`."""
    x = draw.tensor(3).requires_grad_()
    observed = candidate.accumulate_gradients([code("lambda x: (x ** 2).sum()"), code("lambda x: x.prod()")], x)
    observed.result.owns_memory(observed.argument(1).gradient)


@check("accumulate_gradients", points=0.5, judges="facts")
def test_gradients_leave_x_as_it_was(candidate, draw):
    """x keeps its values and still requires grad; global settings stay as they are."""
    x = draw.tensor(2, 3).requires_grad_()
    observed = candidate.accumulate_gradients([code("lambda x: (x ** 2).sum()"), code("lambda x: x.mean()")], x)
    observed.returned().unchanged(1).state_kept()


@domain("accumulate_gradients", points=0.5, programs=44, free=["requires_grad"])
def test_gradients_of_any_functions_at_any_leaf(pick):
    """Any leaf, any functions, also the same one twice, and any old gradient give the right sum."""
    x = pick.tensor("x", pick.shape(ranks=(1, 2, 0), sizes=(2, 3, 1)), dtypes=("float32", "float64"), grad=True)
    old = pick.of("", "", "", "torch.ones_like(x)", "torch.zeros_like(x)")
    if old:
        pick.do(f"x.grad = {old}")
    pick.do("double = lambda x: (2 * x).sum()")
    known = (
        "double",
        "lambda x: (x**2).sum()",
        "lambda x: x.mean()",
        "lambda x: 1e-6 * x.sum()",
        "lambda x: 0 * x.sum()",
    )
    fns = pick.list(*known, sizes=(1, 2, 3, 7))
    fns = pick.of("{}", "tuple({})").format(fns)
    pick.call(f"accumulate_gradients({fns}, {x})", no_grad=False, backward=False)


# halving_chain


@check("halving_chain", points=0.25, judges="facts")
def test_halving_stops_at_exactly_one(candidate, draw):
    """1 is not greater than 1: it stays, and every power of two ends there."""
    for x in (1.0, 2.0, 2.0 ** draw.integer(3, 9)):
        candidate.halving_chain(torch.tensor(x)).result.values(1.0)


@check("halving_chain", points=0.25)
def test_halving_of_negative_values(candidate, draw):
    """Negative values are halved until their absolute value is at most 1."""
    last = draw.number(0.51, 0.99)
    candidate.halving_chain(torch.tensor(-last * 2 ** draw.integer(6, 9))).result.values(-last)
    candidate.halving_chain(torch.tensor(-1.0)).result.values(-1.0)


@check("halving_chain", points=0.5)
def test_halving_gradient_depends_on_the_value(candidate, draw):
    """After k halvings the gradient is 2 ** -k, and after none it is 1, also where x is itself a result."""
    leaf = torch.tensor(draw.number(0.51, 0.99), requires_grad=True)
    for k in (0, draw.integer(2, 4), draw.integer(6, 9)):
        observed = candidate.with_backward().halving_chain(leaf * 2**k)
        observed.result.values(leaf)
        observed.ran_backward().argument(0, "x").grad(2.0**-k)


@check("halving_chain", points=0.5, judges="facts")
def test_halving_leaves_x_as_it_was(candidate, draw):
    """x is not modified, whether it requires grad or not; global settings stay as they are."""
    x = torch.tensor(draw.number(5, 90))
    candidate.halving_chain(x).returned().unchanged().state_kept()
    candidate.halving_chain(x.clone().requires_grad_()).returned().unchanged()


@domain("halving_chain", points=0.5, free=["memory"])
def test_halving_of_any_number(pick):
    """Any number of any float dtype is halved often enough, and its gradient is right."""
    dtype = pick.of("float32", "float64", "bfloat16", "float16")
    above_one = {"float32": 1.0000002, "float64": 1.0000000001, "bfloat16": 1.0078125, "float16": 1.001}[dtype]
    value = pick.of(3.0, 1.0, "above", "above", 2.0, 1.5, 0.0, 0.999, 0.25, 1e-6, 100.0, 256.0, 1023.0, 6e4)
    value = (above_one if value == "above" else value) * pick.of(1, -1)
    if dtype in ("float32", "float64"):
        value *= pick.of(1.0, 1e3, 1e12)
    grad = pick.of("", ", requires_grad=True")
    made = f"torch.tensor({{}}, dtype=torch.{dtype}{grad})" if dtype != "float32" else f"torch.tensor({{}}{grad})"
    if pick.of(False, False, True):
        pick.given("values", made.format([value, 5.0]))
        made = "values[0]"
    pick.given("x", made.format(value))
    pick.call("halving_chain(x)")


# minimize


@check("minimize", points=0.25, judges="facts")
def test_descent_of_zero_steps_returns_start(candidate, draw):
    """With n_steps=0 the result is start."""
    start = draw.number(-5, -2)
    candidate.minimize(code("lambda x: x ** 2"), start, 0.3, 0).result.scalar(start)


@check("minimize", points=0.75)
def test_descent_takes_exactly_n_steps(candidate, draw):
    """The result is x after exactly n_steps updates, even where a large rate leads uphill."""
    start, n_steps = draw.number(2, 5), draw.integer(2, 3)
    for rate in (draw.number(0.05, 0.2), draw.number(1.1, 1.3)):
        result = candidate.minimize(code("lambda x: x ** 2"), start, rate, n_steps).result
        result.scalar(start * (1 - 2 * rate) ** n_steps)


@check("minimize", points=0.75)
def test_descent_does_not_accumulate_gradients(candidate, draw):
    """Each step uses the slope of the current x alone: three steps on a cubic."""
    start, rate = draw.number(0.8, 1.6), draw.number(0.05, 0.15)
    result = candidate.minimize(code("lambda x: x ** 3"), start, rate, 3).result
    result.scalar(descend(lambda x: 3 * x * x, start, rate, 3))


@check("minimize", points=0.25)
def test_descent_gives_fn_a_0d_float32_tensor(candidate, draw):
    """`fn` is called with a 0-D float32 tensor: it may stack it and multiply it with other float32 tensors."""
    start, rate = draw.number(1, 5), draw.number(0.02, 0.1)
    candidate.minimize(code(NEEDS_0D_FLOAT32), start, rate, 1).result.scalar(start - rate * (2 + 6 * start))


@probe
def descents_in_a_row(student, fn, start, rate):
    """minimize with n_steps=1, twice in a row"""
    return [student.minimize(fn, start, rate, 1) for _ in range(2)]


@check("minimize", points=0.25)
def test_descent_leaves_nothing_behind(candidate, draw):
    """Calls don't influence one another, and global settings stay as they are."""
    start, rate = draw.number(1, 5), draw.number(0.1, 0.4)
    observed = candidate.run(descents_in_a_row, code("lambda x: x ** 2"), start, rate)
    for result in observed.result.items(2):
        result.scalar(start * (1 - 2 * rate))
    observed.state_kept()


@domain("minimize", points=0.5)
def test_descent_of_any_function(pick):
    """Any function, start, rate and number of steps lead where plain gradient descent leads."""
    fn = pick.of(
        "lambda x: x**2",
        "lambda x: 3 * x",
        "lambda x: (x - 2) ** 2",
        "lambda x: x * x.detach()",
        "lambda x: torch.sqrt(1 + x**2)",
        "lambda x: torch.dot(torch.stack([x, x]), torch.tensor([2.0, 3.0]))",
        "lambda x: -x if x < 1 else x**2",
        "lambda x: 0 * x",
    )
    start = pick.of(1.0, 0.0, -2.0, 1e-6, -1e-5, 100.0, 1e6, -1e6, *["any"] * 6)
    start = pick.number(-9, 9, step=0.01) if start == "any" else start
    rate = pick.of(0.125, 0.75, 0.01, 1e-4, 1.25, 1.0, 0.0)
    n_steps = pick.of(1, 0, 2, 3, 10, 30)
    pick.call(f"minimize({fn}, {start}, {rate}, {n_steps})", no_grad=False)
