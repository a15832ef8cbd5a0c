"""Public checks of 17_mlp_classification."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from grader.suites import CURVE_RTOL, Draw, Value, check, probe, shared

# ImageClassifier


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


def classifier(sizes: Sequence[int], seed: int) -> nn.Sequential:
    """Return a classifier with three linear layers of these sizes, filled with this seed, in float64."""
    n_inputs, h1, h2, n_classes = sizes
    layers = [nn.Linear(n_inputs, h1), nn.ReLU(), nn.Linear(h1, h2), nn.ReLU(), nn.Linear(h2, n_classes)]
    filled: nn.Sequential = fill(nn.Sequential(*layers), seed)
    return filled.double()


def logits_of(sizes: Sequence[int], seed: int, x: Tensor) -> Tensor:
    """Return that classifier's logits for images of any shape."""
    rows = torch.stack([image.reshape(-1) for image in x.double()])
    logits: Tensor = classifier(sizes, seed)(rows)
    return logits


def near(result: Value, expected: Tensor) -> None:
    """Ask for these values, as near as float32 comes after several layers."""
    result.values(expected, rtol=1e-4, atol=1e-5)


def linear_layers(model: Value, *sizes: int) -> list[tuple[Value, Value]]:
    """Ask for linear layers of these sizes, in this order; return the weight and the bias of each."""
    names = model.submodules("Linear")
    if len(names) != len(sizes) - 1:
        found = f"{len(names)} of them" if names else "none: the model knows of no such layer"
        model.fails("three different `nn.Linear` layers in the model", found, "members")
    layers = [(model.parameter(f"{name}.weight"), model.parameter(f"{name}.bias")) for name in names]
    for (weight, bias), n_in, n_out in zip(layers, sizes[:-1], sizes[1:], strict=True):
        weight.shape(n_out, n_in)
        bias.shape(n_out)
    return layers


@check(
    "ImageClassifier",
    points=0.25,
    judges="facts",
    hint="assign the three layers to `self`, in order: n_inputs -> h1, h1 -> h2, h2 -> n_classes.",
)
def test_image_layers(candidate, draw):
    """The model has three linear layers of the right sizes, in order, and all their parameters are the model's."""
    n_inputs, h1, h2 = draw.integer(10, 14), draw.integer(7, 9), draw.integer(5, 6)
    linear_layers(candidate.ImageClassifier(n_inputs, (h1, h2), 3).result, n_inputs, h1, h2, 3)
    linear_layers(candidate.ImageClassifier(n_inputs, (h2, h1), 4).result, n_inputs, h2, h1, 4)


@probe
def classify(student, n_inputs, hidden, n_classes, seed, x):
    """model = ImageClassifier(n_inputs, hidden, n_classes); its layers get random weights (seed); model(x)"""
    return fill(student.ImageClassifier(n_inputs, hidden, n_classes), seed)(x)


@check(
    "ImageClassifier",
    points=0.75,
    hint="print `x.shape` after each step: flatten from dimension 1, then three layers, with ReLU after the first two.",
)
def test_image_logits(candidate, draw):
    """The output is that of the layers, with ReLU between them, applied to each flattened image."""
    seed, x = draw.integer(0, 9999), draw.normal(5, 1, 4, 6)
    near(candidate.run(classify, 24, (6, 4), 3, seed, x).result, logits_of((24, 6, 4, 3), seed, x))


# cross_entropy

_SHAPE = "compare the whole shape of `targets` with `(N,)`, that is `logits.shape[:1]`, before anything else."


def mean_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross-entropy by its definition, in float64."""
    rows = (logits.double() - logits.double().amax(dim=1, keepdim=True)).exp()
    shifted = logits.double() - logits.double().amax(dim=1, keepdim=True)
    losses = [rows[i].sum().log() - shifted[i, int(target)] for i, target in enumerate(targets)]
    return torch.stack(losses).mean()


@check("cross_entropy", points=0.75)
def test_entropy_value(candidate, draw):
    """The mean over the batch of minus the log-probability of the target, 0-D."""
    logits, targets = draw.tensor(5, 3), draw.integers(5, low=0, high=2)
    candidate.cross_entropy(logits, targets).result.values(mean_cross_entropy(logits, targets))


@check("cross_entropy", points=0.5, hint=_SHAPE)
def test_entropy_refuses_columns(candidate, draw):
    """Targets of shape (N, 1) are a ValueError, those of shape (N,) are not."""
    logits, targets = draw.tensor(4, 3), draw.integers(4, low=0, high=2)
    candidate.cross_entropy(logits, targets.reshape(4, 1)).raises("ValueError")
    candidate.cross_entropy(logits, targets).result.values(mean_cross_entropy(logits, targets))


# accuracy


def with_right_ones(draw: Draw, n_rows: int, n_classes: int, n_right: int) -> tuple[Tensor, Tensor]:
    """Return logits, and targets of which so many are right."""
    logits = draw.normal(n_rows, n_classes)
    targets = logits.argmax(dim=1)
    for i in draw.normal(n_rows).argsort()[n_right:]:
        targets[i] = (targets[i] + draw.integer(1, n_classes - 1)) % n_classes
    return logits, targets


@check("accuracy", points=0.5)
def test_accuracy_value(candidate, draw):
    """The fraction of rows whose largest logit stands at the target."""
    for n_rows, n_classes in ((8, 3), (3, 5)):
        n_right = draw.integer(1, n_rows - 1)
        candidate.accuracy(*with_right_ones(draw, n_rows, n_classes, n_right)).result.scalar(n_right / n_rows)


@check("accuracy", points=0.25, judges="facts", hint=_SHAPE)
def test_accuracy_refuses_columns(candidate, draw):
    """Targets of shape (N, 1) are a ValueError, those of shape (N,) are not."""
    n_right = draw.integer(1, 5)
    logits, targets = with_right_ones(draw, 6, 3, n_right)
    candidate.accuracy(logits, targets.reshape(6, 1)).raises("ValueError")
    candidate.accuracy(logits, targets).result.scalar(n_right / 6)


# train_classifier


@shared
def net():
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3))


def sgd(
    model: nn.Module, batches: Sequence[tuple[Tensor, Tensor]], learning_rate: float
) -> Iterator[tuple[float, nn.Module]]:
    """Yield the loss of each batch and the model after its update, in float64."""
    model = copy.deepcopy(model).double()
    for rows, classes in batches:
        loss = mean_cross_entropy(model(rows.double()), classes)
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter -= learning_rate * gradient
        yield loss.item(), model


@check("train_classifier", points=0.25)
def test_train_losses_are_floats(candidate, draw):
    """The result is a list of one Python float for each epoch; the first is the loss before any update."""
    model, X, y = draw.model(net), draw.tensor(6, 2), draw.integers(6, low=0, high=2)
    first, *rest = (
        candidate.untraced().train_classifier(model, X, y, 3, 0.1, 6, draw.integer(0, 99)).result.items(3, kind="list")
    )
    first.number(mean_cross_entropy(model(X), y).item(), rtol=CURVE_RTOL)
    for loss in rest:
        loss.number()


@check(
    "train_classifier",
    points=0.75,
    hint="do two epochs with pen and paper: cross-entropy of the logits, fresh gradients, one plain step of SGD.",
)
def test_train_curve_of_one_batch(candidate, draw):
    """Where one batch holds all the rows, the losses are those of plain gradient descent."""
    model, X, y = draw.model(net), draw.tensor(6, 2), draw.integers(6, low=0, high=2)
    rate = draw.number(0.2, 0.4)
    observed = candidate.untraced().train_classifier(model, X, y, 5, rate, 6, draw.integer(0, 99))
    for loss, (expected, _) in zip(observed.result.items(5), sgd(model, [(X, y)] * 5, rate), strict=True):
        loss.number(expected, rtol=CURVE_RTOL)


@shared
def linear_net():
    return nn.Linear(2, 3)


@check("train_classifier", points=0.75)
def test_train_learns_clusters(candidate, draw):
    """Three separable clusters are learned: accuracy of at least 0.95, and a last loss below 0.3."""
    centres = torch.tensor([[0.0, 3.0], [2.6, -1.5], [-2.6, -1.5]])
    y = torch.arange(60) // 20
    X = centres[y] + draw.tensor(60, 2, low=-0.8, high=0.8)
    observed = candidate.untraced().train_classifier(draw.model(linear_net), X, y, 10, 0.3, 8, draw.integer(0, 99))
    last = observed.result.items(10)[-1].number().python
    if not isinstance(last, float) or not 0 <= last < 0.3:
        observed.fails(
            "a last loss from 0 to 0.3", f"a last loss of {last:.4g}" if isinstance(last, float) else "none", "values"
        )
    weight, bias = observed.argument(0).parameter("weight").shape(3, 2), observed.argument(0).parameter("bias").shape(3)
    right = ((X @ weight.tensor.float().T + bias.tensor.float()).argmax(dim=1) == y).float().mean().item()
    if right < 0.95:
        observed.fails("a model that is right for at least 95 % of the rows", f"one that is for {right:.0%}", "values")
