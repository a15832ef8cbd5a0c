"""Public checks of 11_linear_regression_nn."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from grader.suites import Draw, Value, check, code, probe, shared


@shared
def linear(n_features):
    return nn.Linear(n_features, 1)


@shared
def small_net():
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def with_gradient(draw: Draw, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return a leaf that requires grad and has a gradient, all of whose elements are far from 0."""
    leaf = draw.tensor(*shape, dtype=dtype).requires_grad_()
    leaf.grad = draw.tensor(*shape, low=1, dtype=dtype)
    return leaf


def trained(
    model: nn.Module,
    optimizer: str,
    criterion: Callable[[Tensor, Tensor], Tensor],
    X: Tensor,
    y: Tensor,
    learning_rate: float,
    n_epochs: int,
) -> tuple[nn.Module, list[float]]:
    """Return a copy of the model after plain full-batch training in float64, and the losses on the way."""
    model = copy.deepcopy(model).double()
    stepper = getattr(torch.optim, optimizer)(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X.double()), y.double())
        losses.append(loss.item())
        stepper.zero_grad()
        loss.backward()
        stepper.step()
    return model, losses


def holds(model: Value, expected: nn.Module) -> None:
    """Ask for these parameters, as near as float32 comes after some updates."""
    for name, parameter in expected.named_parameters():
        model.parameter(name).values(parameter, rtol=1e-4, atol=1e-5)


# load_weights_


@probe
def predict_after_loading(student, layer, w, b, X):
    """load_weights_(layer, w, b), then layer(X)"""
    student.load_weights_(layer, w, b)
    return layer(X)


@check(
    "load_weights_",
    points=0.5,
    hint="print `layer.weight` and `layer.bias` afterwards: are they `w.T` and `b`, in the very layer that was given?",
)
def test_load_predicts_by_hand(candidate, draw):
    """Afterwards `layer(X)` equals `X @ w + b`."""
    F = draw.integer(2, 4)
    w, b, X = draw.tensor(F, 1), draw.tensor(), draw.tensor(5, F)
    observed = candidate.run(predict_after_loading, draw.model(linear, F), w, b, X)
    observed.result.values(X.double() @ w.double() + b)


@check("load_weights_", points=0.25, judges="facts")
def test_load_returns_the_layer(candidate, draw):
    """What is returned is the very layer that was given."""
    observed = candidate.load_weights_(draw.model(linear, 3), draw.tensor(3, 1), draw.tensor())
    observed.result.same_object_as(observed.argument(0))


@check(
    "load_weights_",
    points=0.25,
    judges="facts",
    hint="compare the whole shapes, with `(layer.in_features, 1)` and with `()`.",
)
def test_load_refuses_flat_weights(candidate, draw):
    """Weights of shape (F,) are a ValueError, those of shape (F, 1) are not."""
    layer, b = draw.model(linear, 3), draw.tensor()
    candidate.load_weights_(layer, draw.tensor(3), b).raises("ValueError").unchanged()
    candidate.load_weights_(layer, draw.tensor(3, 1), b).returned()


# ManualSGD


def in_one_row(tensors: Iterable[Tensor]) -> Tensor:
    """Return the elements of tensors, one after the other."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


@probe
def one_step(student, params, lr):
    """ManualSGD(params, lr).step(); all the numbers in params, in one row"""
    student.ManualSGD(params, lr).step()
    return torch.cat([p.detach().flatten() for p in params])


@check("ManualSGD", points=0.5, hint="for each parameter `p`, under `torch.no_grad()`: `p -= self.lr * p.grad`.")
def test_sgd_one_step(candidate, draw):
    """One step gives p - lr * p.grad, in the caller's own parameters."""
    w, b, lr = with_gradient(draw, 2, 2), with_gradient(draw, 2), draw.number(0.1, 0.9)
    observed = candidate.run(one_step, [w, b], lr)
    expected = [p.detach() - lr * p.grad for p in (w, b)]
    for after, values in zip(observed.argument(0).items(2), expected, strict=True):
        after.leaf().values(values)
    observed.result.values(in_one_row(expected))


@probe
def new_optimizer(student, params, lr):
    """ManualSGD(params, lr)"""
    return f"a {type(student.ManualSGD(params, lr)).__name__}"


@check("ManualSGD", points=0.25, hint="make a list of `params` first, and `raise ValueError(...)` if it is empty.")
def test_sgd_refuses_empty_list(candidate, draw):
    """An empty list of parameters is a ValueError when the optimizer is made; a list of one is not."""
    x, lr = with_gradient(draw, 3), draw.number(0.1, 0.9)
    candidate.run(new_optimizer, [], lr).raises("ValueError")
    observed = candidate.run(one_step, [x], lr)
    observed.argument(0).items(1)[0].values(x - lr * x.grad)
    observed.result.values(x - lr * x.grad)


@probe
def reset(student, params, lr):
    """ManualSGD(params, lr).zero_grad()"""
    student.ManualSGD(params, lr).zero_grad()


@check("ManualSGD", points=0.5, judges="facts")
def test_sgd_zero_grad_resets(candidate, draw):
    """`zero_grad()` leaves `None` or zeros in every `.grad`, and the parameters as they are."""
    w, b = with_gradient(draw, 2, 2), with_gradient(draw, 2)
    observed = candidate.run(reset, [w, b], draw.number(0.1, 0.9))
    for after, before in zip(observed.argument(0).items(2), (w, b), strict=True):
        after.leaf().values(before)
        if after.gradient.fact is not None:
            after.grad(torch.zeros_like(before))


# train_bgd


@probe
def training(student, model, optimizer, criterion, X, y, learning_rate, n_epochs):
    """train_bgd(model, optimizer, criterion, X, y, n_epochs), with that optimizer of model.parameters()"""
    optimizer = getattr(torch.optim, optimizer)(model.parameters(), lr=learning_rate)
    return student.train_bgd(model, optimizer, criterion, X, y, n_epochs)


@check("train_bgd", points=0.25, judges="facts")
def test_bgd_losses_are_floats(candidate, draw):
    """The result is a list of one Python float for each epoch."""
    model, X, y = draw.model(linear, 3), draw.tensor(6, 3, low=-1, high=1), draw.tensor(6, 1)
    observed = candidate.run(training, model, "SGD", code("nn.MSELoss()"), X, y, 0.1, 4)
    for loss in observed.result.items(4, kind="list"):
        loss.number()


@check(
    "train_bgd",
    points=0.5,
    hint="do two epochs with pen and paper: predict, loss (note it), reset, backward, step.",
)
def test_bgd_loss_curve(candidate, draw):
    """All losses are those of a plain loop with SGD, each from before its epoch's update."""
    model, X, y = draw.model(linear, 3), draw.tensor(6, 3, low=-1, high=1), draw.tensor(6, 1)
    rate = draw.number(0.1, 0.3)
    observed = candidate.run(training, model, "SGD", code("nn.MSELoss()"), X, y, rate, 5)
    observed.result.curve(trained(model, "SGD", nn.MSELoss(), X, y, rate, 5)[1])


@check("train_bgd", points=0.25)
def test_bgd_trains_the_model(candidate, draw):
    """Afterwards the caller's model holds what as many plain steps give."""
    model, X, y = draw.model(small_net), draw.tensor(6, 3, low=-1, high=1), draw.tensor(6, 1)
    rate = draw.number(0.05, 0.1)
    observed = candidate.run(training, model, "SGD", code("nn.MSELoss()"), X, y, rate, 3)
    holds(observed.argument(0), trained(model, "SGD", nn.MSELoss(), X, y, rate, 3)[0])
