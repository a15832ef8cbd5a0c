"""Public checks of 16_mlp_regression."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from grader.suites import Candidate, Draw, Observed, Value, check, probe, shared

# RegressionMLP

_LAYERS = "put the layers into an `nn.ModuleList` or `nn.Sequential`, one new `nn.Linear` for each neighbouring pair."


@shared
def fill(model, seed):
    """Give all linear layers weights and biases that depend on this seed and their sizes.

    Only among layers of equal sizes do they depend on the order, which a check of its own judges.
    """
    filled = []
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Linear):
                sizes = layer.in_features, layer.out_features
                of_layer = seed + 10_000 * (sizes[0] + 100 * sizes[1] + 10_000 * filled.count(sizes))
                generator = torch.Generator().manual_seed(of_layer)
                layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) / 2)
                layer.bias.copy_(torch.randn(layer.bias.shape, generator=generator) / 2)
                filled.append(sizes)
    return model


def mlp(sizes: Sequence[int], seed: int) -> nn.Sequential:
    """Return linear layers of these sizes with ReLU between them, filled with this seed, in float64."""
    layers: list[nn.Module] = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    filled: nn.Sequential = fill(nn.Sequential(*layers[:-1]), seed)
    return filled.double()


def near(result: Value, expected: Tensor) -> None:
    """Ask for these values, as near as float32 comes after several layers."""
    result.values(expected, rtol=1e-4, atol=1e-5)


def linear_layers(model: Value, *sizes: int) -> list[tuple[Value, Value]]:
    """Ask for linear layers of these sizes, in this order; return the weight and the bias of each."""
    names = model.submodules("Linear")
    if len(names) != len(sizes) - 1:
        found = f"{len(names)} of them" if names else "none: the model knows of no such layer"
        wanted = f"{len(sizes) - 1} different `nn.Linear` layers" if len(sizes) > 2 else "one `nn.Linear` layer"
        model.fails(f"{wanted} in the model", found, "members")
    layers = [(model.parameter(f"{name}.weight"), model.parameter(f"{name}.bias")) for name in names]
    for (weight, bias), n_in, n_out in zip(layers, sizes[:-1], sizes[1:], strict=True):
        weight.shape(n_out, n_in)
        bias.shape(n_out)
    return layers


@check("RegressionMLP", points=0.5, judges="facts", hint=_LAYERS)
def test_mlp_layers(candidate, draw):
    """The linear layers have the right sizes, in order, and all their parameters are parameters of the model."""
    n_features, h1, h2 = draw.integer(2, 4), draw.integer(5, 7), draw.integer(8, 9)
    linear_layers(candidate.RegressionMLP(n_features, [h1, h2]).result, n_features, h1, h2, 1)
    linear_layers(candidate.RegressionMLP(n_features, (h2, h1), 3).result, n_features, h2, h1, 3)


@probe
def predictions(student, n_features, hidden, n_outputs, seed, x):
    """model = RegressionMLP(n_features, hidden, n_outputs); the layers get random weights (seed); model(x)"""
    return fill(student.RegressionMLP(n_features, hidden, n_outputs), seed)(x)


@check(
    "RegressionMLP",
    points=0.75,
    hint="print `x.shape` and `x.min()` after each step of `forward`: layers in order, ReLU after all but the last.",
)
def test_mlp_predictions(candidate, draw):
    """The output is that of the linear layers in order, with ReLU between them."""
    seed, x = draw.integer(0, 9999), draw.normal(4, 3)
    near(candidate.run(predictions, 3, [5, 4], 2, seed, x).result, mlp((3, 5, 4, 2), seed)(x.double()))


# rmse

_BROADCASTS = "compare the two whole shapes, `y_pred.shape != y.shape`, and raise before you subtract anything."


@shared
def regressor(n_outputs):
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, n_outputs))


@probe
def measure(student, model, X, y, batch_size):
    """rmse(model, DataLoader(TensorDataset(X, y), batch_size))"""
    return student.rmse(model, DataLoader(TensorDataset(X, y), batch_size))


def root_mean_square(model: nn.Module, X: Tensor, y: Tensor) -> float:
    """Return the RMSE of a model in evaluation mode, over all rows at once and in float64."""
    with torch.no_grad():
        return float((copy.deepcopy(model).double().eval()(X.double()) - y.double()).square().mean().sqrt())


@check("rmse", points=0.5)
def test_rmse_of_one_batch(candidate, draw):
    """The value, where one batch holds all the rows."""
    model, X, y = draw.model(regressor, 1), draw.tensor(10, 3), draw.tensor(10, 1)
    candidate.run(measure, model, X, y, 10).result.scalar(root_mean_square(model, X, y))


@check(
    "rmse",
    points=0.25,
    hint="add up squared errors and count elements over all batches; divide and take the root once, at the end.",
)
def test_rmse_for_any_batch_size(candidate, draw):
    """The value doesn't depend on the batch size: 1 and 4 of 10 rows give the same."""
    model, X, y = draw.model(regressor, 1), draw.tensor(10, 3), draw.tensor(10, 1)
    y[8:] *= 4  # the last batch counts for what it is
    for batch_size in (4, 1):
        candidate.run(measure, model, X, y, batch_size).result.scalar(root_mean_square(model, X, y))


@check("rmse", points=0.25, hint=_BROADCASTS)
def test_rmse_refuses_flat_targets(candidate, draw):
    """Targets of shape (B,) against predictions of shape (B, 1) are a ValueError; a column of them is not."""
    model, X, y = draw.model(regressor, 1), draw.tensor(6, 3), draw.tensor(6, 1)
    candidate.run(measure, model, X, y[:, 0].clone(), 3).raises("ValueError")
    candidate.run(measure, model, X, y, 3).result.scalar(root_mean_square(model, X, y))


# fit_early_stopping

_WAIT = (
    "go through these validation losses with pen and paper: after each epoch, which one is the best so far, and how "
    "many epochs ago was it?"
)


@shared
class Constant(nn.Module):
    """Predicts the same value for every row; a buffer counts its batches in training mode."""

    def __init__(self):
        super().__init__()
        self.value = nn.Parameter(torch.zeros(()))
        self.register_buffer("batches", torch.zeros(()))

    def forward(self, x):
        if self.training:
            self.batches += 1
        return self.value.expand(len(x), 1)


@shared
class Scripted(torch.optim.Optimizer):
    """An optimizer whose steps set all parameters to one number after the other."""

    def __init__(self, parameters, script):
        super().__init__(parameters, {"lr": 0.125})  # which code may print, or give to a scheduler
        self.script = script

    def step(self, closure=None):
        loss = None if closure is None else closure()
        with torch.no_grad():
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.fill_(self.script[0])
        self.script = self.script[1:] or self.script
        return loss


@probe
def fit_scripted(student, model, script, max_epochs, patience):
    """fit_early_stopping, where the validation losses come out as in script"""
    train, valid = (DataLoader(TensorDataset(torch.ones(n, 1), torch.zeros(n, 1)), 9) for n in (3, 2))
    optimizer = Scripted(model.parameters(), script)
    return student.fit_early_stopping(model, optimizer, nn.L1Loss(), train, valid, max_epochs, patience)


def fit(candidate: Candidate, draw: Draw, losses: Sequence[float], max_epochs: int, patience: int) -> Observed:
    """Train where the validation losses are these, times a factor, in this order."""
    factor = draw.integer(3, 9) / 8
    script = [factor * loss for loss in losses]
    return candidate.run(fit_scripted, draw.model(Constant), script, max_epochs, patience)


def stopped(observed: Observed, n_epochs: int, best_epoch: int) -> None:
    """Ask for a history of so many epochs with this best one."""
    script = observed.given[1]
    assert isinstance(script, list)
    valid = observed.result.key("valid").items(kind="list")
    if len(valid) != n_epochs:
        observed.fails(f"{n_epochs} epochs", f"{len(valid)} epochs", "length")
    for loss, expected in zip(valid, script[:n_epochs], strict=True):
        loss.scalar(expected)
    observed.result.key("best_epoch").integer(best_epoch)


@check("fit_early_stopping", points=0.5)
def test_fit_history(candidate, draw):
    """The result holds the losses of every epoch, Python floats, and the index of the best one."""
    observed = fit(candidate, draw, [3, 4, 2], max_epochs=3, patience=3)
    script = observed.given[1]
    for loss, expected in zip(observed.result.key("valid").items(3, kind="list"), script, strict=True):
        loss.number(expected)
    start = abs(observed.given[0].value.item())
    for loss, expected in zip(observed.result.key("train").items(3, kind="list"), [start, *script[:2]], strict=True):
        loss.number(expected)
    observed.result.key("best_epoch").integer(2)


@check("fit_early_stopping", points=0.75, hint=_WAIT)
def test_fit_stops_after_patience(candidate, draw):
    """Training stops after exactly `patience` epochs without improvement."""
    stopped(fit(candidate, draw, [5, 3, 4, 6, 2, 1], max_epochs=6, patience=2), n_epochs=4, best_epoch=1)
    stopped(fit(candidate, draw, [4, 5, 3, 2, 1], max_epochs=5, patience=1), n_epochs=2, best_epoch=0)


@check(
    "fit_early_stopping",
    points=0.5,
    hint="at each new best, keep a *copy* of the state (`copy.deepcopy`); after the loop, load it into the model.",
)
def test_fit_ends_with_best_weights(candidate, draw):
    """At the end the model holds the weights of the best epoch, not those of the last."""
    observed = fit(candidate, draw, [5, 3, 4, 6, 7], max_epochs=9, patience=3)
    script = observed.given[1]
    observed.argument(0).parameter("value").values(script[1])
