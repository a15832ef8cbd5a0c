"""Public checks of 18_multiple_inputs_outputs."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from grader.suites import Value, check, probe, shared

ATOL = 1e-5  # of what float32 layers compute

PARTS = "print the model: is every part assigned to `self` in `__init__`, under its name and with its sizes?"
FORWARD = "follow one row on paper: which numbers arrive at each layer, in which order, and what happens after it?"
WEIGHTED = (
    "value_weight times the mean squared error, plus (1 - value_weight) times the mean cross-entropy of the logits."
)


@shared
def filled(numbers, *shape):
    """Return a tensor of this shape, made of these numbers: another part of them for every shape."""
    return numbers[(torch.arange(math.prod(shape)) + sum(shape)) % len(numbers)].reshape(shape)


@shared
def fill(model, numbers):
    """Set all parameters of a model, each by its shape alone."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(filled(numbers, *parameter.shape))
    return model


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return what a linear layer gives."""
    return x.double() @ weight.double().T + bias.double()


def layer(model: Value, part: str) -> str:
    """Return the full name of the one linear layer in the submodule `part`, or which that submodule is."""
    found = [name for name in model.submodules("Linear") if name == part or name.startswith(f"{part}.")]
    if len(found) != 1:
        got = f"{len(found)} of them" if found else "none"
        model.fails(f"one `nn.Linear` in the submodule `{part}`", got, "members")
    return found[0]


def has_layer(model: Value, name: str, n_inputs: int, n_outputs: int) -> None:
    """Ask for a linear layer of this name and these sizes, with a bias."""
    if name not in model.submodules("Linear"):
        got = ", ".join(model.submodules("Linear")) or "none"
        model.fails(f"an `nn.Linear` named `{name}`", f"these `nn.Linear`s: {got}", "members")
    model.parameter(f"{name}.weight").shape(n_outputs, n_inputs)
    model.parameter(f"{name}.bias").shape(n_outputs)


def has_parameters(model: Value, number: int) -> None:
    """Ask for this many parameters."""
    found = model.parameters()
    if len(found) != number:
        model.fails(f"{number} parameters", f"{len(found)} parameters", "members")


# WideAndDeep


def wide_output(numbers: Tensor, n_hidden: int, x_wide: Tensor, x_deep: Tensor) -> Tensor:
    """Return what a model that is filled with `numbers` predicts."""
    n_wide, n_deep = x_wide.shape[1], x_deep.shape[1]
    hidden = linear(x_deep, filled(numbers, n_hidden, n_deep), filled(numbers, n_hidden)).clamp(min=0)
    joined = torch.hstack([x_wide.double(), hidden])
    return linear(joined, filled(numbers, 1, n_wide + n_hidden), filled(numbers, 1))


@probe
def wide_and_deep(student, numbers, n_hidden, x_wide, x_deep):
    """model = WideAndDeep(n_wide, n_deep, n_hidden), with weights set to given numbers; model(x_wide, x_deep)"""
    model = fill(student.WideAndDeep(x_wide.shape[1], x_deep.shape[1], n_hidden), numbers)
    return model(x_wide, x_deep)


@check("WideAndDeep", points=0.5, judges="facts", hint=PARTS)
def test_wide_layers(candidate, draw):
    """`deep` has a linear layer from n_deep to n_hidden, `head` is one from n_wide + n_hidden to 1; nothing else."""
    n_wide, n_deep, n_hidden = draw.integer(1, 3), draw.integer(4, 6), draw.integer(7, 9)
    model = candidate.WideAndDeep(n_wide, n_deep, n_hidden).result
    has_layer(model, "head", n_wide + n_hidden, 1)
    has_layer(model, layer(model, "deep"), n_deep, n_hidden)
    has_parameters(model, 4)


@check("WideAndDeep", points=0.75, hint=FORWARD)
def test_wide_output(candidate, draw):
    """The output, of shape (N, 1), is head([x_wide | deep(x_deep)]); it may be negative."""
    n_hidden, numbers = draw.integer(4, 6), draw.tensor(31, low=-1, high=1)
    x_wide, x_deep = draw.tensor(8, 2), draw.tensor(8, 3)
    observed = candidate.run(wide_and_deep, numbers, n_hidden, x_wide, x_deep)
    observed.result.values(wide_output(numbers, n_hidden, x_wide, x_deep), atol=ATOL)


# TwoHeadNet


def features(numbers: Tensor, n_hidden: int, x: Tensor) -> Tensor:
    """Return what the trunk of a model that is filled with `numbers` makes of `x`."""
    return linear(x, filled(numbers, n_hidden, x.shape[1]), filled(numbers, n_hidden)).clamp(min=0)


def head(numbers: Tensor, n_outputs: int, hidden: Tensor) -> Tensor:
    """Return what a head of this many outputs makes of the features."""
    return linear(hidden, filled(numbers, n_outputs, hidden.shape[1]), filled(numbers, n_outputs))


@probe
def two_heads(student, numbers, n_hidden, n_classes, x):
    """model = TwoHeadNet(n_features, n_hidden, n_classes), with weights set to given numbers; model(x)"""
    return fill(student.TwoHeadNet(x.shape[1], n_hidden, n_classes), numbers)(x)


@check(
    "TwoHeadNet", points=0.5, judges="facts", hint='return a dict with the keys "value" and "logits", and no others.'
)
def test_heads_return_a_dict(candidate, draw):
    """A dict with exactly the keys "value", of shape (N, 1), and "logits", of shape (N, n_classes)."""
    x, n_classes = draw.tensor(5, 3), draw.integer(2, 4)
    result = candidate.run(two_heads, draw.tensor(31, low=-1, high=1), 6, n_classes, x).result
    result.key("value").shape(5, 1)
    result.key("logits").shape(5, n_classes)
    if len(result.python) != 2:
        result.fails('exactly the keys "value" and "logits"', f"the keys {list(result.python)}", "type")


@check("TwoHeadNet", points=0.5, hint=FORWARD)
def test_heads_values(candidate, draw):
    """Both outputs are their head applied to the trunk's output, without an activation."""
    x, n_hidden, n_classes, numbers = draw.tensor(8, 3), draw.integer(5, 7), 4, draw.tensor(31, low=-1, high=1)
    result = candidate.run(two_heads, numbers, n_hidden, n_classes, x).result
    hidden = features(numbers, n_hidden, x)
    result.key("value").values(head(numbers, 1, hidden), atol=ATOL)
    result.key("logits").values(head(numbers, n_classes, hidden), atol=ATOL)


# joint_loss


def loss_of(value: Tensor, logits: Tensor, y_value: Tensor, y_class: Tensor, value_weight: float) -> Tensor:
    """Return the joint loss, in the dtype of what it is given."""
    squared = (value - y_value).square().mean()
    surprise = (logits.logsumexp(dim=1) - logits[torch.arange(len(logits)), y_class]).mean()
    return value_weight * squared + (1 - value_weight) * surprise


@check("joint_loss", points=0.75, hint=WEIGHTED)
def test_loss_is_weighted_sum(candidate, draw):
    """value_weight × MSE + (1 - value_weight) × cross-entropy, a 0-D tensor, for weights between 0 and 1."""
    for weight in (0.5, draw.number(0.05, 0.45), draw.number(0.55, 0.95)):
        value, logits, y_value = draw.tensor(4, 1), draw.tensor(4, 3), draw.tensor(4, 1)
        y_class = draw.integers(4, low=0, high=2)
        expected = loss_of(value.double(), logits.double(), y_value.double(), y_class, weight)
        observed = candidate.joint_loss({"value": value, "logits": logits}, y_value, y_class, weight)
        observed.result.values(expected)


@check(
    "joint_loss",
    points=0.25,
    judges="facts",
    hint="compare the two whole shapes, and raise before you subtract anything.",
)
def test_loss_refuses_flat_values(candidate, draw):
    """ValueError if `y_value` has shape (N,), none if it has shape (N, 1)."""
    outputs = {"value": draw.tensor(3, 1), "logits": draw.tensor(3, 2)}
    y_class = draw.integers(3, low=0, high=1)
    candidate.joint_loss(outputs, draw.tensor(3), y_class, 0.5).raises("ValueError")
    candidate.joint_loss(outputs, draw.tensor(3, 1), y_class, 0.5).result.shape()
