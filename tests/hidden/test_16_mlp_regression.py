"""Hidden checks of 16_mlp_regression."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from grader.suites import CURVE_RTOL, Value, check, code, domain, probe, public_suite, shared

public = public_suite(__file__)
fill, mlp, near, linear_layers = public.fill, public.mlp, public.near, public.linear_layers
regressor, measure, root_mean_square = public.regressor, public.measure, public.root_mean_square
Constant, Scripted, fit, stopped = public.Constant, public.Scripted, public.fit, public.stopped

GENERATORS = ("the generator of torch", "the generator of NumPy", "the generator of random")

# RegressionMLP


@check("RegressionMLP", points=0.5, hint="with empty `hidden`, one layer leads from the features to the outputs.")
def test_mlp_without_hidden_layers(candidate, draw):
    """`hidden=()` gives a single linear layer and no activation; one output is the default."""
    seed, x, n_features = draw.integer(0, 9999), draw.normal(5, 4), 4
    linear_layers(candidate.RegressionMLP(n_features, ()).result, n_features, 1)
    near(candidate.run(public.predictions, n_features, [], 2, seed, x).result, mlp((4, 2), seed)(x.double()))


@check("RegressionMLP", points=0.5, hint="make a new `nn.Linear` for every layer, even where the sizes are the same.")
def test_mlp_repeated_sizes(candidate, draw):
    """Layers of the same size are different layers; `hidden` may be any sequence, with one size or many."""
    seed, x = draw.integer(0, 9999), draw.normal(5, 4)
    for hidden in ([4, 4, 4], (4,), (6, 2, 4, 4, 5)):
        linear_layers(candidate.RegressionMLP(4, hidden, 4).result, 4, *hidden, 4)
        observed = candidate.run(public.predictions, 4, hidden, 4, seed, x)
        near(observed.result, mlp((4, *hidden, 4), seed)(x.double()))
    linear_layers(candidate.RegressionMLP(4, code("range(2, 5)")).result, 4, 2, 3, 4, 1)


@probe
def shifted_predictions(student, hidden, shift, seed, x):
    """model = RegressionMLP(3, hidden); random weights (seed), shift added to the last bias; model(x)"""
    model = fill(student.RegressionMLP(3, hidden), seed)
    ends = [layer for layer in model.modules() if isinstance(layer, nn.Linear) and layer.out_features == 1]
    with torch.no_grad():
        for last in ends[-1:]:
            last.bias += shift
    return model(x)


@check(
    "RegressionMLP",
    points=0.25,
    hint="nothing comes after the last layer: `return` what it gives.",
)
def test_mlp_output_is_not_squashed(candidate, draw):
    """There is no activation on the output: negative predictions occur, and large ones."""
    x = draw.normal(4, 3)
    for hidden in ([5], []):
        seed = draw.integer(0, 9999)
        for shift in (-draw.number(60, 90), draw.number(60, 90)):
            expected = mlp((3, *hidden, 1), seed)(x.double()) + shift
            near(candidate.run(shifted_predictions, hidden, shift, seed, x).result, expected)


@probe
def after_backward(student, hidden, seed, x):
    """model = RegressionMLP(3, hidden); random weights (seed); model(x).sum().backward(); model"""
    model = fill(student.RegressionMLP(3, hidden), seed)
    model(x).sum().backward()
    return model


@check("RegressionMLP", points=0.25)
def test_mlp_gradients(candidate, draw):
    """Every parameter receives its gradient."""
    seed, x, hidden = draw.integer(0, 9999), draw.normal(8, 3), (5, 4)
    model = candidate.run(after_backward, hidden, seed, x).result
    expected = mlp((3, *hidden, 1), seed)
    expected(x.double()).sum().backward()
    layers = linear_layers(model, 3, *hidden, 1)
    for parameter, same in zip((p for layer in layers for p in layer), expected.parameters(), strict=True):
        parameter.leaf().grad(same.grad, rtol=1e-4, atol=1e-5)


@probe
def hand_over_the_state(student, hidden, seed, x):
    """two RegressionMLP(3, hidden, 2), the first with random weights (seed); its state_dict loaded into the second"""
    first, second = (student.RegressionMLP(3, hidden, 2) for _ in range(2))
    second.load_state_dict(fill(first, seed).state_dict())
    return second(x), second(x), first(x)


@check("RegressionMLP", points=0.25)
def test_mlp_state_dict(candidate, draw):
    """`state_dict()` of one model makes another one predict the same, every time."""
    seed, x = draw.integer(0, 9999), draw.normal(4, 3)
    observed = candidate.run(hand_over_the_state, [5, 4], seed, x)
    for result in observed.result.unpack("second(x)", "second(x) again", "first(x)"):
        near(result, mlp((3, 5, 4, 2), seed)(x.double()))


@probe
def moved(student, hidden, x):
    """model = RegressionMLP(3, hidden, 2).to(x.device); model(x)"""
    model = student.RegressionMLP(3, hidden, 2).to(x.device)
    return model(x), model


@check("RegressionMLP", points=0.25, judges="facts")
def test_mlp_on_another_device(candidate, draw, device):
    """`to` moves all of the model, which then works where it is."""
    output, model = candidate.run(moved, [5, 4], draw.normal(6, 3).to(device)).result.unpack("model(x)", "model")
    output.shape(6, 2).device(device)
    for parameter in model.parameters():
        parameter.device(device)


@probe
def make_two(student, hidden, seed, x):
    """RegressionMLP(3, hidden, 2), then another one from the same list; hidden, and what the second predicts for x"""
    student.RegressionMLP(3, hidden, 2)
    return hidden, fill(student.RegressionMLP(3, hidden, 2), seed)(x)


@check("RegressionMLP", points=0.25)
def test_mlp_leaves_its_arguments(candidate, draw):
    """Neither `hidden` nor `x` is modified; any number of rows in any layout will do; global settings stay."""
    for x in (draw.normal(3, 5).T, draw.normal(1, 3), draw.normal(0, 3)):
        seed, hidden = draw.integer(0, 9999), [draw.integer(4, 6), draw.integer(2, 3)]
        observed = candidate.run(make_two, hidden, seed, x)
        left, output = observed.result.unpack("hidden", "the predictions")
        left.equals(hidden)
        near(output, mlp((3, *hidden, 2), seed)(x.double()))
        observed.unchanged(2).state_kept("the generator of torch")


@domain("RegressionMLP", points=0.5, programs=40)
def test_mlp_of_any_sizes(pick):
    """Any number of layers and any sizes, in either mode, give the right predictions and gradients."""
    n, n_features, outputs = pick.of(2, 1, 3, 0), pick.of(3, 1, 2, 4), pick.of("", ", 2", ", n_outputs=1", ", 3")
    sizes = pick.of("[4]", "[]", "[4, 3]", "(3, 3)", "[2, 4, 3]", "(1,)", "[3, 3, 3]", "range(2, 5)")
    hidden = pick.given("hidden", sizes)
    x = pick.tensor("x", (n, n_features), scales=(1.0, 100.0), grad="maybe")
    model = f"fill(RegressionMLP({n_features}, {hidden}{outputs}), 1){pick.of('', '.eval()')}"
    pick.call(model, no_grad=False, backward=False)
    pick.do(f"y = result({x})", "(y**2).sum().backward()")
    pick.observe("y", "[p.shape for p in result.parameters()]", "[p.grad for p in result.parameters()]")


# rmse


@check("rmse", points=0.25)
def test_rmse_is_a_python_float(candidate, draw):
    """The result is a Python float."""
    model, X, y = draw.model(regressor, 1), draw.tensor(4, 3), draw.tensor(4, 1)
    candidate.run(measure, model, X, y, 4).result.number(root_mean_square(model, X, y))


@shared
def restless():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))


@check(
    "rmse",
    points=0.25,
    hint="`no_grad()` leaves dropout and batch norm on; `model.eval()` turns them off.",
)
def test_rmse_in_evaluation_mode(candidate, draw):
    """Dropout is off and batch norm uses what it has learned, in whichever mode the model comes."""
    X, y = draw.tensor(6, 3), draw.tensor(6, 1)
    for training in (True, False):
        model = draw.model(restless).train(training)
        candidate.run(measure, model, X, y, 4).result.scalar(root_mean_square(model, X, y))


_MODE = "note `model.training` first; at the end `model.train(was_training)` sets it in the model and all its modules."


@check(
    "rmse",
    points=0.25,
    hint="put the line that restores the mode into `finally:`, which also runs when an error leaves the `try` block.",
)
def test_rmse_restores_the_mode_after_errors(candidate, draw):
    """The model gets its mode back too when the ValueError, or an error of the model's own, leaves the function."""
    X, y = draw.tensor(6, 3), draw.tensor(6, 1)
    for training in (True, False):
        model = draw.model(restless).train(training)
        for rows, targets, error in ((X, y[:, 0].clone(), "ValueError"), (draw.tensor(6, 2), y, "RuntimeError")):
            observed = candidate.run(measure, model, rows, targets, 3).raises(error)
            observed.argument_after(0).in_mode(training=training)
            observed.unchanged(0)
        candidate.run(measure, model, X, y, 3).result.scalar(root_mean_square(model, X, y))


@shared
class Attentive(nn.Module):
    """A linear model that notes in words how it is called."""

    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(1, 1)
        self.notes = []

    def forward(self, x):
        y = self.inside(x)
        rows = "training rows" if x.min() > 0 else "validation rows"
        mode = "training mode" if self.training else "evaluation mode"
        mode = mode if self.training == self.inside.training else "a mixture of modes"
        self.notes.append(f"{rows}: {mode}, {'recording' if y.requires_grad else 'not recording'}")
        return y


@probe
def measure_noted(student, model, X, y):
    """rmse(model, DataLoader(TensorDataset(X, y), 2)), and how the model was called"""
    result = student.rmse(model, DataLoader(TensorDataset(X, y), 2))
    return result, sorted({note.partition(", ")[2] for note in model.notes})


@check(
    "rmse",
    points=0.25,
    hint="call the model inside `with torch.no_grad():`; `model.eval()` doesn't stop autograd from recording.",
)
def test_rmse_records_no_graph(candidate, draw):
    """The model predicts without recording gradients, and recording is on again afterwards."""
    model, X, y = draw.model(Attentive), draw.tensor(5, 1), draw.tensor(5, 1)
    observed = candidate.run(measure_noted, model, X, y)
    result, notes = observed.result.unpack("rmse", "the model was")
    result.scalar(root_mean_square(model, X, y))
    notes.equals(["not recording"])
    observed.state_kept("the generator of torch")


@shared
def seed_everything(seed):
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


@shared
def draw_from_everything():
    return [torch.rand(()).item(), float(np.random.rand()), random.random()]


@probe
def measure_between_draws(student, model, X, y):
    """for seed in (1, 2): seed the global generators, rmse(model, ...), then draw from them"""
    drawn = []
    for seed in (1, 2):
        seed_everything(seed)
        result = student.rmse(model, DataLoader(TensorDataset(X, y), 4))
        drawn.append(draw_from_everything())
    return result, drawn


def not_seeded_again(drawn: Value) -> None:
    """Ask that what was drawn after two different seeds differs."""
    first, second = (numbers.items(3) for numbers in drawn.items(2))
    for name, one, other in zip(("torch", "NumPy", "random"), first, second, strict=True):
        if one.python == other.python:
            expected = f"a global generator of {name} that goes on from where it was"
            drawn.answer.fails(expected, "one that your function has seeded", "state")


@check("rmse", points=0.25)
def test_rmse_leaves_no_trace(candidate, draw):
    """Parameters, their `.grad` and buffers are unchanged, and nobody re-seeds the global generators."""
    model, X, y = draw.model(restless), draw.tensor(6, 3), draw.tensor(6, 1)
    for parameter in model.parameters():
        parameter.grad = draw.tensor(*parameter.shape)
    observed = candidate.run(measure_between_draws, model, X, y)
    result, drawn = observed.result.unpack("rmse", "what was drawn")
    result.scalar(root_mean_square(model, X, y))
    observed.unchanged(0).state_kept(*GENERATORS)
    not_seeded_again(drawn)


@check("rmse", points=0.25, hint=public._BROADCASTS)
def test_rmse_refuses_other_shapes(candidate, draw):
    """Shapes that differ in any way are a ValueError, in the last small batch too; equal ones are not."""
    X = draw.tensor(5, 3)
    for n_outputs, shape, batch_size in (
        (1, (5, 2), 5),
        (2, (5, 1), 3),
        (1, (5, 1, 1), 2),
        (1, (5,), 1),
        (2, (5, 3), 5),
        (5, (5,), 5),
    ):
        model = draw.model(regressor, n_outputs)
        candidate.run(measure, model, X, draw.tensor(*shape), batch_size).raises("ValueError")
    y = draw.tensor(5, 5)
    candidate.run(measure, model, X, y, 5).result.scalar(root_mean_square(model, X, y))


@domain("rmse", points=0.5, programs=40, raises=["ValueError", "RuntimeError"])
def test_rmse_of_any_model(pick):
    """Any model, data and sizes of batches give the right error, and the model stays as it was."""
    pick.do("torch.manual_seed(3)")
    models = {
        "nn.Linear(2, 1)": 1,
        "nn.Linear(2, 2)": 2,
        "nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))": 0,
        "nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))": 1,
        "nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5)), nn.Linear(3, 1))": 1,
        "nn.Identity()": 2,
    }
    chosen = pick.of(*models)
    pick.given("model", chosen + pick.of("", ".eval()"))
    change = pick.of("", "", "model.requires_grad_(False)", "for p in model.parameters(): p.grad = torch.ones_like(p)")
    pick.do(*[change] * bool(change))
    pick.do(*["model.register_forward_hook(lambda model, X, y: y[0] if len(y) == 1 else y)"] * pick.of(0, 0, 0, 1))
    pick.do("recorded = []", "model.register_forward_hook(lambda model, X, y: recorded.append(y.requires_grad))")
    n, columns = pick.of(3, 5, 1, 7, 4), pick.of(2, 2, 2, 2, 2, 2, 2, 3)
    outputs = {"flat": 0, "one": 1}.get(pick.of(*10 * [""], "flat", "one"), models[chosen])
    X = pick.tensor("X", (n, columns), layouts=False)
    y = pick.tensor("y", (n, outputs) if outputs else (n,), scales=(1.0, 100.0, 1e-3, 1e4), layouts=False)
    y = X if pick.of(False, False, True) and chosen == "nn.Identity()" else y
    batches = pick.of("2", "3", "1", "100", "batch_size=1, drop_last=True")
    pick.call(f"rmse(model, DataLoader(TensorDataset({X}, {y}), {batches}))")
    pick.observe("result", "sorted({*recorded})")


# fit_early_stopping


@check("fit_early_stopping", points=0.25, hint=public._WAIT)
def test_fit_patience_starts_again(candidate, draw):
    """Every improvement on the best epoch, small or large, and no other, starts the waiting again."""
    observed = fit(candidate, draw, [5, 6, 4, 4.5, 4.2, 3, 3.5, 3.4, 3.3, 1], max_epochs=10, patience=3)
    stopped(observed, n_epochs=9, best_epoch=5)
    observed = fit(candidate, draw, [5, 6, 4, 7, 6, 5, 1], max_epochs=7, patience=3)
    stopped(observed, n_epochs=6, best_epoch=2)
    observed = fit(candidate, draw, [2, 1.99998, 1.99996, 1.99994], max_epochs=4, patience=1)
    stopped(observed, n_epochs=4, best_epoch=3)
    stopped(fit(candidate, draw, [4e6, 3e6, 5e6], max_epochs=3, patience=3), n_epochs=3, best_epoch=1)


@check(
    "fit_early_stopping",
    points=0.25,
    hint="an epoch that only equals the best one is no improvement: compare with `<`, not `<=`.",
)
def test_fit_tie_is_no_improvement(candidate, draw):
    """An epoch as good as the best one is not an improvement: the first of them stays the best."""
    stopped(fit(candidate, draw, [4, 3, 3, 3, 2], max_epochs=5, patience=2), n_epochs=4, best_epoch=1)
    observed = fit(candidate, draw, [4, 3, 5, 3, 2, 2], max_epochs=6, patience=3)
    stopped(observed, n_epochs=6, best_epoch=4)


@check(
    "fit_early_stopping",
    points=0.25,
    hint="the best state is loaded after the loop, whether it was left early or ran to its end.",
)
def test_fit_until_max_epochs(candidate, draw):
    """Where `max_epochs` comes first, training ends there, and the model holds the best weights all the same."""
    for losses, max_epochs, patience, best_epoch in (
        ([6, 5, 4, 3, 2, 1], 4, 1, 3),
        ([6, 4, 5, 3, 7, 8, 1], 6, 3, 3),
        ([6, 5], 1, 1, 0),
        ([6, 4, 5, 7, 1], 4, 2, 1),
    ):
        observed = fit(candidate, draw, losses, max_epochs, patience)
        stopped(observed, max_epochs, best_epoch)
        observed.argument(0).parameter("value").values(observed.given[1][best_epoch])


@check(
    "fit_early_stopping",
    points=0.25,
    hint="buffers (batch norm's running mean, say) belong to the state too: `model.state_dict()` has them all.",
)
def test_fit_restores_buffers(candidate, draw):
    """The buffers at the end are those of the best epoch, as the weights are."""
    observed = fit(candidate, draw, [5, 6, 3, 4, 7], max_epochs=5, patience=2)
    observed.argument(0).parameter("value").values(observed.given[1][2])
    observed.argument(0).buffer("batches").values(3.0)


def lopsided(y_pred: Tensor, y: Tensor) -> Tensor:
    """Return the mean squared error, where too much counts three times as much as too little."""
    return ((y_pred - y) ** 2 * torch.where(y_pred > y, 3.0, 1.0)).mean()


LOPSIDED = code("lambda y_pred, y: ((y_pred - y) ** 2 * torch.where(y_pred > y, 3.0, 1.0)).mean()")


def epochs(
    model: nn.Module, train: tuple[Tensor, Tensor], valid: tuple[Tensor, Tensor], batch_size: int
) -> Iterator[tuple[float, float, nn.Module]]:
    """Yield both losses and the model after every epoch of training, in float64."""
    model = copy.deepcopy(model).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.5)
    (X, y), (X_valid, y_valid) = ([part.double() for part in parts] for parts in (train, valid))
    while True:
        total = 0.0
        for rows, targets in zip(X.split(batch_size), y.split(batch_size), strict=True):
            loss = lopsided(model(rows), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        with torch.no_grad():
            valid_loss = lopsided(model(X_valid), y_valid).item()
        yield total / len(X), valid_loss, copy.deepcopy(model)


@probe
def fit_for_real(student, model, criterion, X, y, X_valid, y_valid, max_epochs, patience):
    """fit_early_stopping with SGD(lr=0.02, momentum=0.5), in batches of 3 (training) and 2 (validation)"""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.5)
    train, valid = DataLoader(TensorDataset(X, y), 3), DataLoader(TensorDataset(X_valid, y_valid), 2)
    return student.fit_early_stopping(model, optimizer, criterion, train, valid, max_epochs, patience)


@check(
    "fit_early_stopping",
    points=0.25,
    hint="do an epoch of two batches with pen and paper: fresh gradients for each, and losses weighted by `len(X)`.",
)
def test_fit_training_curve(candidate, draw):
    """Both curves are those of a step per batch with fresh gradients; they hold the means per sample."""
    model, X, y = draw.model(regressor, 1), draw.tensor(7, 3, low=-1, high=1), draw.tensor(7, 1)
    X_valid, y_valid = draw.tensor(5, 3, low=-1, high=1), draw.tensor(5, 1)
    y[6], y_valid[4] = 5.0, -4.0  # the last batch is small, and counts only by its size
    reference = epochs(model, (X, y), (X_valid, y_valid), batch_size=3)
    train, valid, _ = zip(*(next(reference) for _ in range(4)), strict=True)
    observed = candidate.untraced().run(fit_for_real, model, LOPSIDED, X, y, X_valid, y_valid, 4, 4)
    observed.result.key("train").curve(train)
    observed.result.key("valid").curve(valid)


@check("fit_early_stopping", points=0.25)
def test_fit_stops_on_a_real_problem(candidate, draw):
    """Where validation gets worse after two epochs, the model ends with the weights that it had then."""
    model, X, y = draw.model(regressor, 1), draw.tensor(6, 3, low=-1, high=1), draw.tensor(6, 1, low=2, high=5)
    X_valid = draw.tensor(4, 3, low=-1, high=1)
    reference = epochs(model, (X, y), (X_valid, torch.zeros(4, 1)), batch_size=3)
    best = [next(reference) for _ in range(2)][1][2]
    with torch.no_grad():
        y_valid = best(X_valid.double()).float()  # what the model predicts after its second epoch
    observed = candidate.untraced().run(fit_for_real, model, LOPSIDED, X, y, X_valid, y_valid, 9, 2)
    observed.result.key("best_epoch").integer(1)
    observed.result.key("train").items(4, kind="list")
    for name, expected in best.named_parameters():
        observed.argument(0).parameter(name).values(expected, rtol=1e-4, atol=1e-5)


@probe
def fit_noted(student, model, n_epochs):
    """fit_early_stopping with a model that notes how it is called"""
    train = DataLoader(TensorDataset(torch.ones(4, 1), torch.ones(4, 1)), 2)
    valid = DataLoader(TensorDataset(-torch.ones(3, 1), torch.ones(3, 1)), 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    history = student.fit_early_stopping(model, optimizer, nn.MSELoss(), train, valid, n_epochs, n_epochs)
    return history["train"], sorted(set(model.notes))


@check(
    "fit_early_stopping",
    points=0.5,
    hint="`model.train()` before the training batches of *every* epoch; `model.eval()` and `no_grad()` for validation.",
)
def test_fit_modes(candidate, draw):
    """Each epoch trains in training mode, and validates in evaluation mode without recording gradients."""
    for training in (False, True):
        model = draw.model(Attentive).train(training)
        observed = candidate.untraced().run(fit_noted, model, 3)
        losses, notes = observed.result.unpack("the losses", "the model was called with")
        first, *_ = losses.items(3)
        first.scalar(next(noted_losses(model)), rtol=CURVE_RTOL)
        notes.equals(["training rows: training mode, recording", "validation rows: evaluation mode, not recording"])
        observed.state_kept("the generator of torch")


def noted_losses(model: nn.Module) -> Iterator[float]:
    """Yield the training losses of `fit_noted`, in float64."""
    weight, bias = (parameter.item() for parameter in model.parameters())
    while True:
        total = 0.0
        for n_rows in (2, 2):
            error = weight + bias - 1
            total += n_rows * error**2
            weight, bias = weight - 0.02 * error, bias - 0.02 * error
        yield total / 4


@probe
def fit_between_draws(student, model, X, y):
    """for seed in (1, 2): seed the global generators, fit_early_stopping, then draw from them"""
    drawn = []
    for seed in (1, 2):
        seed_everything(seed)
        loader = DataLoader(TensorDataset(X, y), 3)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        history = student.fit_early_stopping(model, optimizer, nn.MSELoss(), loader, loader, 1, 1)
        drawn.append(draw_from_everything())
    return history["valid"], drawn


@check("fit_early_stopping", points=0.25)
def test_fit_leaves_data_and_globals(candidate, draw):
    """The data are unchanged, nobody re-seeds the global generators, and other global settings stay too."""
    model, X, y = draw.model(regressor, 1), draw.tensor(6, 3), draw.tensor(6, 1)
    observed = candidate.untraced().run(fit_between_draws, model, X, y)
    valid, drawn = observed.result.unpack("the losses", "what was drawn")
    (loss,) = valid.items(1)
    trained = regressor(1)
    with torch.no_grad():
        for name, parameter in trained.named_parameters():
            parameter.copy_(observed.argument(0).parameter(name).shape(*parameter.shape).tensor)
    loss.scalar(root_mean_square(trained, X, y) ** 2, rtol=CURVE_RTOL)
    observed.unchanged(1, 2).state_kept(*GENERATORS)
    not_seeded_again(drawn)


# What a plain loop in float64 gives on the first 3,000 training rows: batches of 100, rate 0.05, seed 42, patience 2.
HOUSING_TRAIN = [1.253511, 0.602983, 0.519279, 0.460179, 0.426242, 0.407997, 0.396449, 0.388266, 0.381877, 0.376541]
HOUSING_VALID = [2.106274, 0.677111, 0.49554, 0.514164, 0.490057, 0.435224, 0.389005, 0.383979, 0.41102, 0.461713]


@shared
def whole_batches(X, y, size):
    """Return a loader of the same batches that fetches each at once: row by row takes ten times as long."""
    batches = torch.utils.data.BatchSampler(range(len(X)), size, drop_last=False)
    return DataLoader(TensorDataset(X, y), batch_size=None, sampler=batches)


@probe
def california_housing(student):
    """fit_early_stopping on California Housing, as in the last cell of the exercise"""
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, _, y_rest, _ = train_test_split(housing.data, housing.target, random_state=42)
    X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest, random_state=42)
    X_train, X_valid = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_valid))
    y_train, y_valid = (torch.tensor(part, dtype=torch.float32).reshape(-1, 1) for part in (y_train, y_valid))
    means, stds = X_train.mean(dim=0), X_train.std(dim=0)
    X_train, X_valid = (X_train - means) / stds, (X_valid - means) / stds
    train = whole_batches(X_train[:3000], y_train[:3000], 100)
    valid = whole_batches(X_valid, y_valid, 1000)
    torch.manual_seed(42)
    layers = [nn.Linear(8, 30), nn.ReLU(), nn.Linear(30, 30), nn.ReLU(), nn.Linear(30, 1)]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    history = student.fit_early_stopping(model, optimizer, nn.MSELoss(), train, valid, 20, 2)
    model.eval()
    with torch.no_grad():
        return history, nn.functional.mse_loss(model(X_valid), y_valid)


@check(
    "fit_early_stopping",
    points=0.5,
    judges="facts",
    hint="run the last cell of the exercise: its validation losses must begin with 2.1063, and 0.3840 be the best.",
)
def test_fit_on_california_housing(candidate):
    """On California Housing training stops after ten epochs, with the losses of a plain loop and the best weights."""
    history, valid_loss = candidate.untraced().run(california_housing).result.unpack("result", "the loss at the end")
    history.key("valid").curve(HOUSING_VALID)
    history.key("train").curve(HOUSING_TRAIN)
    history.key("best_epoch").integer(7)
    valid_loss.values(min(HOUSING_VALID), rtol=CURVE_RTOL)


@domain("fit_early_stopping", points=0.5, programs=20, free=["mode", "gradients"])
def test_fit_any_model(pick):
    """Any model, data, optimizer and patience give the right losses, best epoch and best weights."""
    pick.do("torch.manual_seed(3)")
    batch_norm = "nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))"
    chosen = pick.of("nn.Linear(2, 1)", "nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))", batch_norm)
    pick.given("model", chosen + pick.of("", ".eval()"))
    n, m, scale = pick.of(4, 5, 2, 7), pick.of(2, 3, 1, 5), pick.of(1.0, 0.01, 1000.0)
    size = pick.of(2, 3, 100)
    size = n if chosen == batch_norm else size
    for kind, rows in (("train", n), ("valid", m)):
        X = pick.tensor(f"X_{kind}", (rows, 2), low=-1, high=1, layouts=False)
        y = pick.tensor(f"y_{kind}", (rows, 1), scales=[scale], layouts=False)
        pick.do(f"{kind} = DataLoader(TensorDataset({X}, {y}), batch_size={size if kind == 'train' else 2})")
    valid = pick.of("valid", "train")
    rate = pick.of("0.1", "0.02", "0.0", "1e-6", "0.1, momentum=0.9")
    pick.do(f"optimizer = torch.optim.SGD(model.parameters(), lr={rate})")
    criterion = pick.of("nn.MSELoss()", "nn.MSELoss()", "lambda y_pred, y: 3 * ((y_pred - y) ** 2).mean()")
    numbers = f"{pick.of(8, 12, 3, 1)}, {pick.of(2, 1, 3, 8)}"
    arguments = f"model, optimizer, {criterion}, train, {valid}, {numbers}"
    pick.call(f"fit_early_stopping({arguments})", no_grad=False, backward=False)
