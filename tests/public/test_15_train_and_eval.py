"""Public checks of 15_train_and_eval."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from grader.suites import CURVE_RTOL, Draw, Observed, Value, check, code, probe, shared

# Optimizers and criteria, known to the candidate and here by the same text.
SGD = "lambda parameters: torch.optim.SGD(parameters, lr=0.05)"
MSE = "nn.MSELoss()"


@shared
class Notes(list):
    """A list that stays the same one when the model that holds it is copied."""

    def __deepcopy__(self, memo):
        """Return the list itself."""
        return self


@shared
class PlainNet(nn.Module):
    """Two layers; `notes` tells of every pass how many rows it had and which modules were in training mode."""

    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.hidden = nn.Linear(n_features, 3)
        self.head = nn.Linear(3, n_outputs)
        self.notes = Notes()

    def forward(self, X):
        """Return a prediction for each row."""
        self.notes.append((len(X), [part.training for part in self.modules()]))
        return self.head(torch.tanh(self.hidden(X)))


@shared
class NoisyNet(nn.Module):
    """Layers with batch norm and dropout, written in both ways; `notes` tells which passes recorded a graph."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 4)
        self.norm = nn.BatchNorm1d(4)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4, 1)
        self.notes = Notes()

    def forward(self, X):
        """Return a prediction for each row."""
        hidden = F.dropout(self.norm(self.hidden(X)), 0.5, self.training)
        y_pred = self.head(self.drop(hidden))
        self.notes.append(y_pred.requires_grad)
        return y_pred


def noisy_net(draw: Draw, *, training: bool = True) -> nn.Module:
    """Return a `NoisyNet` whose batch norm has seen data before."""
    model = draw.model(NoisyNet).train(training)
    for name, values in (("running_mean", draw.tensor(4)), ("running_var", draw.tensor(4, low=0.5, high=2))):
        model.get_buffer(f"norm.{name}").copy_(values)
    return model


def in_use(model: nn.Module, X: Tensor) -> Tensor:
    """Return the prediction of a model in evaluation mode, in float64."""
    with torch.no_grad():
        prediction: Tensor = copy.deepcopy(model).double().eval()(X.double())
    return prediction


@shared
def in_batches(X, y, sizes):
    """Return a list of batches of these sizes; given one size, the last batch has what is left."""
    return list(zip(X.split(sizes), y.split(sizes), strict=True))


def after_steps(
    model: nn.Module, batches: Sequence[tuple[Tensor, Tensor]], optimizer: str = SGD, criterion: str = MSE
) -> tuple[nn.Module, list[float]]:
    """Return the model after one step for each batch, in float64, and the loss of each batch before its step."""
    model, losses = copy.deepcopy(model).double(), []
    stepper, loss_of = eval(optimizer)(model.parameters()), eval(criterion)
    for X, y in batches:
        stepper.zero_grad()
        loss = loss_of(model(X.double()), y.double() if y.is_floating_point() else y)
        losses.append(loss.item())
        loss.backward()
        stepper.step()
    return model, losses


def per_sample(losses: Sequence[float], batches: Sequence[tuple[Tensor, Tensor]]) -> float:
    """Return the mean of the losses, weighted by the sizes of their batches."""
    sizes = [len(X) for X, _ in batches]
    return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)


def has_learned(model: Value, expected: nn.Module) -> None:
    """Ask for a model with these parameters, as near as float32 comes after some updates."""
    for name, values in expected.named_parameters():
        model.parameter(name).values(values, rtol=CURVE_RTOL, atol=1e-5)


def gives_learned(observed: Observed, expected: nn.Module) -> None:
    """Ask for them in the model that was handed over, and in one row as the result."""
    has_learned(observed.argument(0), expected)
    row = torch.cat([values.detach().flatten() for values in expected.parameters()])
    observed.result.values(row, rtol=CURVE_RTOL, atol=1e-5)


# InvertedDropout


@probe
def dropped(student, x, p, training):
    """InvertedDropout(p).train(training)(x)"""
    return student.InvertedDropout(p).train(training)(x)


def kept_and_scaled(result: Value, x: Tensor, p: float) -> Tensor:
    """Ask that every element, none of which was 0, is 0 or divided by 1 - p; return which were kept."""
    kept = result.shape(*x.shape).tensor != 0
    result.values(torch.where(kept, x.detach().double() / (1 - p), 0.0))
    return kept


def about(observed: Observed, share: float, p: float, n_draws: int) -> None:
    """Ask that the share of elements that are 0 is as near to p as chance has it (six standard deviations)."""
    if abs(share - p) > 6 * (p * (1 - p) / n_draws) ** 0.5:
        observed.fails(
            f"about {p:.0%} of the elements are 0",
            f"{share:.1%} of them are",
            "values",
            next_step="`p` is the probability to become 0. Draw a number for each element and compare it with `p`.",
        )


@check("InvertedDropout", points=0.25, judges="facts")
def test_dropout_evaluation_keeps_all(candidate, draw):
    """In evaluation mode the output equals the input."""
    x = draw.tensor(4, 3)
    candidate.run(dropped, x, draw.choice([0.3, 0.5, 0.8]), False).result.values(x)


@check(
    "InvertedDropout",
    points=0.5,
    hint="what isn't dropped is divided by 1 - p, and what is dropped becomes 0.",
)
def test_dropout_drops_and_scales(candidate, draw):
    """In training mode about a fraction p of the elements is 0, the rest exactly x / (1 - p)."""
    x, p = draw.tensor(60, 40, low=0.5), draw.choice([0.1, 0.2, 0.3, 0.7, 0.8])
    observed = candidate.run(dropped, x, p, True)
    about(observed, float((~kept_and_scaled(observed.result, x, p)).double().mean()), p, x.numel())


@check(
    "InvertedDropout",
    points=0.25,
    judges="facts",
    hint="in `__init__`, before `p` is kept: `raise ValueError` unless 0 <= p < 1.",
)
def test_dropout_refuses_bad_p(candidate, draw):
    """p < 0 and p = 1 are a ValueError, and a p between them is not."""
    for p in (-draw.number(0.1, 0.9), 1.0):
        candidate.InvertedDropout(p).raises("ValueError")
    x, p = draw.tensor(5, low=0.5), draw.number(0.1, 0.9)
    kept_and_scaled(candidate.run(dropped, x, p, True).result, x, p)


# predict


@check(
    "predict",
    points=0.25,
    hint="call `model.eval()` before you predict: `no_grad()` leaves dropout and batch norm as they are.",
)
def test_predict_in_evaluation_mode(candidate, draw):
    """The result is that of the model in evaluation mode: without dropout, with batch norm's running averages."""
    model, X = noisy_net(draw), draw.tensor(5, 2)
    candidate.predict(model, X).result.values(in_use(model, X))


@check("predict", points=0.25, judges="facts")
def test_predict_gives_no_graph(candidate, draw):
    """The result doesn't require grad."""
    model, X = noisy_net(draw, training=False), draw.tensor(3, 2)
    candidate.predict(model, X).result.shape(3, 1).detached()


@check("predict", points=0.25, judges="facts")
def test_predict_restores_training_mode(candidate, draw):
    """A model in training mode is in training mode afterwards, it and every module inside."""
    model = noisy_net(draw)
    observed = candidate.predict(model, draw.tensor(3, 2))
    observed.result.shape(3, 1)
    observed.argument(0).in_mode(training=True)


# train_epoch


@probe
def trained(student, model, X, y, batch_size, optimizer, criterion):
    """train_epoch(model, loader, optimizer(model.parameters()), criterion, device); loader has X and y in order"""
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size)
    return student.train_epoch(model, loader, optimizer(model.parameters()), criterion, torch.device("cpu"))


@probe
def parameters_trained(student, model, X, y, batch_size, optimizer, criterion):
    """train_epoch(model, loader, optimizer(model.parameters()), criterion, device); loader has X and y in order;
    all the numbers in model, in one row"""
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size)
    student.train_epoch(model, loader, optimizer(model.parameters()), criterion, torch.device("cpu"))
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@check("train_epoch", points=0.25, judges="facts")
def test_epoch_returns_a_float(candidate, draw):
    """The result is a Python float."""
    model, X, y = draw.model(PlainNet, 2, 1), draw.tensor(6, 2), draw.tensor(6, 1)
    candidate.run(trained, model, X, y, 2, code(SGD), code(MSE)).result.number()


@check(
    "train_epoch",
    points=0.5,
    hint="for each batch: predict, loss, reset, backward, step. Does every step see the gradient of its own batch, and "
    "of no other?",
)
def test_epoch_trains_on_every_batch(candidate, draw):
    """The parameters afterwards are those of one step for each batch, with fresh gradients."""
    model, X, y = draw.model(PlainNet, 2, 1), draw.tensor(6, 2), draw.tensor(6, 1)
    expected, _ = after_steps(model, in_batches(X, y, 2))
    gives_learned(candidate.run(parameters_trained, model, X, y, 2, code(SGD), code(MSE)), expected)


@check(
    "train_epoch",
    points=0.5,
    hint="add up loss times rows, taken before the step, and divide once, by all the rows.",
)
def test_epoch_weights_by_batch_size(candidate, draw):
    """The mean of the losses before each update counts the smaller last batch for as much as it has samples."""
    model, X, y = draw.model(PlainNet, 2, 1), draw.tensor(7, 2), draw.tensor(7, 1)
    y[6] += 8  # giving it the weight of the others is far off
    batches = in_batches(X, y, 3)
    _, losses = after_steps(model, batches)
    candidate.run(trained, model, X, y, 3, code(SGD), code(MSE)).result.scalar(
        per_sample(losses, batches), rtol=CURVE_RTOL
    )


# evaluate


@probe
def evaluated(student, model, X, y, batch_size):
    """evaluate(model, DataLoader(TensorDataset(X, y), batch_size), nn.MSELoss(), device)"""
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size)
    return student.evaluate(model, loader, nn.MSELoss(), torch.device("cpu"))


@check(
    "evaluate",
    points=0.5,
    hint="add up loss times rows over the whole loader, and divide once, by all the rows.",
)
def test_evaluate_weights_by_batch_size(candidate, draw):
    """The result is the loss of the whole dataset in one batch, although the last batch is smaller."""
    model, X, y = draw.model(PlainNet, 2, 1), draw.tensor(7, 2), draw.tensor(7, 1)
    y[6] += 8
    candidate.run(evaluated, model, X, y, 3).result.scalar(float(F.mse_loss(in_use(model, X), y.double())))


@check(
    "evaluate", points=0.25, hint="call `model.eval()` first: `no_grad()` leaves dropout and batch norm as they are."
)
def test_evaluate_in_evaluation_mode(candidate, draw):
    """Dropout is off, and batch norm uses its running averages."""
    model, X, y = noisy_net(draw), draw.tensor(6, 2), draw.tensor(6, 1)
    candidate.run(evaluated, model, X, y, 3).result.scalar(float(F.mse_loss(in_use(model, X), y.double())))


@check("evaluate", points=0.25)
def test_evaluate_restores_training_mode(candidate, draw):
    """A model in training mode is in training mode afterwards, it and every module inside."""
    model, X, y = draw.model(PlainNet, 2, 1), draw.tensor(4, 2), draw.tensor(4, 1)
    observed = candidate.run(evaluated, model, X, y, 4)
    observed.result.scalar(float(F.mse_loss(in_use(model, X), y.double())))
    observed.argument(0).in_mode(training=True)


# accumulated_step


@probe
def accumulated(student, model, X, y, sizes, optimizer, criterion):
    """accumulated_step(model, batches, optimizer(model.parameters()), criterion); batches have these sizes"""
    return student.accumulated_step(model, in_batches(X, y, sizes), optimizer(model.parameters()), criterion)


@probe
def parameters_accumulated(student, model, X, y, sizes, optimizer, criterion):
    """accumulated_step(model, batches, optimizer(model.parameters()), criterion); batches have these sizes;
    all the numbers in model, in one row"""
    student.accumulated_step(model, in_batches(X, y, sizes), optimizer(model.parameters()), criterion)
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@check(
    "accumulated_step",
    points=0.5,
    hint="reset once, go backward from every batch, step once. A mean over all rows is made of each batch's mean times "
    "its share of the rows.",
)
def test_accumulated_equal_batches(candidate, draw):
    """With batches of one size, the parameters are those after one step on all the rows together."""
    model, X, y = draw.model(PlainNet, 2, 1), draw.tensor(6, 2), draw.tensor(6, 1)
    expected, _ = after_steps(model, [(X, y)])
    gives_learned(candidate.run(parameters_accumulated, model, X, y, [2, 2, 2], code(SGD), code(MSE)), expected)


@check("accumulated_step", points=0.25, hint="the mean loss over all the rows, before the step, as a Python float.")
def test_accumulated_returns_the_loss(candidate, draw):
    """With batches of one size, the result is the mean loss before the step, a Python float."""
    model, X, y = draw.model(PlainNet, 2, 1), draw.tensor(6, 2), draw.tensor(6, 1)
    expected = float(F.mse_loss(in_use(model, X), y.double()))
    candidate.run(accumulated, model, X, y, [3, 3], code(SGD), code(MSE)).result.number(expected)


@probe
def counted_steps(student, model, X, y, sizes):
    """how often accumulated_step(model, batches, SGD, nn.MSELoss()) calls optimizer.step()"""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    steps = []
    optimizer.register_step_pre_hook(lambda *_: steps.append(1))
    student.accumulated_step(model, in_batches(X, y, sizes), optimizer, nn.MSELoss())
    return len(steps)


@check("accumulated_step", points=0.5, judges="facts", hint="`optimizer.step()` stands after the loop, not in it.")
def test_accumulated_steps_once(candidate, draw):
    """`optimizer.step()` is called exactly once, for several batches and for one."""
    for sizes in ([2, 2, 2], [1, 3, 2], [6]):
        model = draw.model(PlainNet, 2, 1)
        candidate.run(counted_steps, model, draw.tensor(6, 2), draw.tensor(6, 1), sizes).result.integer(1)
