"""Public checks of 10_linear_regression_by_hand."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.suites import check


def seeded_weights(n_features: int, seed: int) -> Tensor:
    """Return what `torch.manual_seed(seed)` and `torch.randn((n_features, 1))` give."""
    return torch.randn((n_features, 1), generator=torch.Generator().manual_seed(seed))


def descent(X: Tensor, y: Tensor, learning_rate: float, n_epochs: int, seed: int) -> tuple[Tensor, Tensor, list[float]]:
    """Return `w`, `b` and the losses of gradient descent, by the formula and in float64."""
    X, y, w = X.double(), y.double(), seeded_weights(X.shape[1], seed).double()
    b, losses = torch.zeros((), dtype=torch.float64), []
    for _ in range(n_epochs):
        error = X @ w + b - y
        losses.append(float(error.square().mean()))
        w, b = w - learning_rate * 2 / len(X) * X.T @ error, b - learning_rate * 2 * error.mean()
    return w, b, losses


@check("init_parameters", points=0.25, judges="facts")
def test_init_shapes(candidate, draw):
    """`w` has shape (n_features, 1) and `b` has shape ()."""
    n_features = draw.integer(2, 5)
    w, b = candidate.init_parameters(n_features, seed=draw.integer(0, 9999)).result.unpack("w", "b")
    w.shape(n_features, 1)
    b.shape()


@check(
    "init_parameters",
    points=0.5,
    hint="set the seed right before you draw `w`, with the two calls of the docstring and nothing in between.",
)
def test_init_values(candidate, draw):
    """`w` holds the normal numbers of that seed and `b` is 0."""
    n_features, seed = draw.integer(2, 5), draw.integer(0, 9999)
    w, b = candidate.init_parameters(n_features, seed=seed).result.unpack("w", "b")
    w.values(seeded_weights(n_features, seed))
    b.values(0.0)


@check("mse", points=0.5)
def test_mse_of_columns(candidate, draw):
    """The mean of the squared differences of two columns, as a 0-D tensor."""
    y_pred, y_true = draw.tensor(4, 1), draw.tensor(4, 1)
    candidate.mse(y_pred, y_true).result.values((y_pred.double() - y_true.double()).square().mean())


@check("mse", points=0.25, judges="facts", hint="compare the two whole shapes, and raise before you subtract anything.")
def test_mse_refuses_a_flat_target(candidate, draw):
    """Predictions of shape (N, 1) against targets of shape (N,) are a ValueError, against (N, 1) they are not."""
    y_pred = draw.tensor(3, 1)
    candidate.mse(y_pred, draw.tensor(3)).raises("ValueError")
    candidate.mse(y_pred, draw.tensor(3, 1)).returned()


@check("train_linear", points=0.25, judges="facts")
def test_train_losses_are_floats(candidate, draw):
    """`losses` is a list of one Python float for each epoch."""
    X, y = draw.tensor(6, 2, low=-1, high=2), draw.tensor(6, 1)
    observed = candidate.train_linear(X, y, learning_rate=0.05, n_epochs=4, seed=draw.integer(0, 9999))
    *_, losses = observed.result.unpack("w", "b", "losses")
    for loss in losses.items(4, kind="list"):
        loss.number()


@check(
    "train_linear",
    points=0.5,
    hint="seed, draw `w` and make `b` first. Then the first loss is the mean of (X @ w + b - y)² before any update.",
)
def test_train_first_loss(candidate, draw):
    """The first loss is that of the initial parameters."""
    X, y, seed = draw.tensor(6, 2, low=-1, high=2), draw.tensor(6, 1), draw.integer(0, 9999)
    observed = candidate.train_linear(X, y, learning_rate=0.05, n_epochs=2, seed=seed)
    *_, losses = observed.result.unpack("w", "b", "losses")
    first, _ = losses.items(2, kind="list")
    first.number(descent(X, y, 0.05, 1, seed)[2][0])


@check(
    "train_linear",
    points=0.5,
    hint="do two epochs with pen and paper: predict, loss, backward, update both parameters, reset both gradients.",
)
def test_train_loss_curve(candidate, draw):
    """All losses are those of gradient descent."""
    X, y, seed = draw.tensor(6, 2, low=-1, high=2), draw.tensor(6, 1), draw.integer(0, 9999)
    rate = draw.number(0.04, 0.08)
    observed = candidate.train_linear(X, y, learning_rate=rate, n_epochs=5, seed=seed)
    *_, losses = observed.result.unpack("w", "b", "losses")
    losses.curve(descent(X, y, rate, 5, seed)[2])


@check(
    "train_linear",
    points=0.5,
    judges="facts",
    hint="compare the whole shape of `y` with `(N, 1)` before the first epoch.",
)
def test_train_refuses_flat_targets(candidate, draw):
    """Targets of shape (N,) are a ValueError, those of shape (N, 1) are not."""
    X = draw.tensor(4, 2)
    candidate.train_linear(X, draw.tensor(4), learning_rate=0.05, n_epochs=2, seed=0).raises("ValueError")
    candidate.train_linear(X, draw.tensor(4, 1), learning_rate=0.05, n_epochs=2, seed=0).returned()
