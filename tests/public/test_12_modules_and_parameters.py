"""Public checks of 12_modules_and_parameters."""

from __future__ import annotations

import torch
from torch import nn

from grader.suites import Observed, Value, check, probe, shared

# LinearRegressor


@shared
def filled(student, w, b):
    model = student.LinearRegressor(w.shape[1], w.shape[0])
    with torch.no_grad():
        model.weight.copy_(w)
        model.bias.copy_(b)
    return model


@check(
    "LinearRegressor",
    points=0.5,
    judges="facts",
    hint="after `super().__init__()`, assign an `nn.Parameter` to `self.weight` and `self.bias`, in the right shapes.",
)
def test_regressor_has_two_parameters(candidate, draw):
    """It is a module with exactly `weight` and `bias`, of the right shapes, float32 leaves that require grad."""
    n_features, n_outputs = draw.integer(2, 4), draw.integer(2, 5)
    for observed, rows in (
        (candidate.LinearRegressor(n_features), 1),
        (candidate.LinearRegressor(n_features, n_outputs=n_outputs), n_outputs),
    ):
        observed.result.parameters("weight", "bias")
        observed.result.parameter("weight").shape(rows, n_features).leaf().dtype(torch.float32)
        observed.result.parameter("bias").shape(rows).leaf().dtype(torch.float32)


@probe
def call_filled(student, w, b, x):
    """model = LinearRegressor(...) with the weight w and the bias b; model(x)"""
    return filled(student, w, b)(x)


@check(
    "LinearRegressor",
    points=0.5,
    hint="`forward` returns `x @ self.weight.T + self.bias`, made of the two parameters that `__init__` created.",
)
def test_regressor_computes(candidate, draw):
    """Calling the module gives x @ weight.T + bias, for one output."""
    n_features = draw.integer(2, 4)
    w, b, x = draw.tensor(1, n_features), draw.tensor(1), draw.tensor(4, n_features)
    candidate.run(call_filled, w, b, x).result.values(x.double() @ w.double().T + b)


@probe
def two_regressors(student, n_features, n_outputs):
    """two instances of LinearRegressor(n_features, n_outputs), one after the other"""
    return student.LinearRegressor(n_features, n_outputs), student.LinearRegressor(n_features, n_outputs)


@check(
    "LinearRegressor",
    points=0.25,
    judges="facts",
    hint="draw the weights in `__init__`, with `torch.randn` for example, and set no seed.",
)
def test_regressor_starts_random(candidate, draw):
    """The initial weights are not all equal, and two instances differ."""
    observed = candidate.run(two_regressors, draw.integer(2, 4), draw.integer(2, 5))
    first, second = (
        model.parameter("weight") for model in observed.result.unpack("the first model", "the second model")
    )
    if bool((first.tensor == first.tensor.flatten()[0]).all()):
        first.differs("random numbers, not all equal", "values")
    if torch.equal(first.tensor, second.tensor):
        second.differs("other random numbers than in the first model", "values")


# parameter_report


def reports(observed: Observed, expected: dict[str, int]) -> None:
    """Ask for this dict, in this order."""
    result = observed.result.equals(expected)
    if list(result.python) != list(expected):  # type: ignore[call-overload]
        result.differs(f"the order {', '.join(expected)}", "values")


@shared
def nested(n_features, n_hidden):
    body = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
    return nn.Sequential(body, nn.Linear(n_hidden, 2))


@check("parameter_report", points=0.5)
def test_report_of_nested_model(candidate, draw):
    """The report has the full names of all parameters of a nested model, biases too, with their numbers of elements."""
    n_features, n_hidden = draw.integer(2, 5), draw.integer(3, 8)
    observed = candidate.parameter_report(draw.model(nested, n_features, n_hidden))
    sizes = {"0.0.weight": n_features * n_hidden, "0.0.bias": n_hidden, "1.weight": 2 * n_hidden, "1.bias": 2}
    reports(observed, sizes)


@check("parameter_report", points=0.25, hint="only those with `requires_grad` are trainable: leave the others out.")
def test_report_leaves_out_frozen(candidate, draw):
    """Frozen parameters don't appear, neither those of a whole layer nor a single one."""
    n_hidden = draw.integer(3, 8)
    model = draw.model(nested, 2, n_hidden)
    model[0].requires_grad_(False)
    reports(candidate.parameter_report(model), {"1.weight": 2 * n_hidden, "1.bias": 2})
    model[1].weight.requires_grad_(False)
    model[0][0].bias.requires_grad_(True)
    reports(candidate.parameter_report(model), {"0.0.bias": n_hidden, "1.bias": 2})


# replace_head


@shared
def pretrained(n_features, n_hidden, n_outputs):
    return nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_outputs))


def body_and_head(model: Value, before: nn.Module | None = None) -> tuple[list[Value], Value, Value]:
    """Return the parameters of the layers below, and the weight and the bias of the head.

    If the model `before` is given, ask for as many parameters as that has.
    """
    found = model.parameters()
    if len(found) < 2:
        model.fails("a model with a last layer", f"one with {len(found)} parameters", "members")
    n_before = len(found) if before is None else len(list(before.parameters()))
    if len(found) != n_before:
        model.fails(f"a model with {n_before} parameters, as before", f"one with {len(found)}", "members")
    *body, weight, bias = found
    return body, weight, bias


def frozen(parameter: Value) -> None:
    """Ask for a parameter that does not require grad."""
    if parameter.tensor_fact.requires_grad:
        step = "the flag sits on each parameter, in every layer: `model.requires_grad_(False)`, with its underscore."
        parameter.fails("requires_grad is False", "requires_grad is True", "requires_grad", next_step=step)


@probe
def predict_with_new_head(student, model, n_outputs, weight, bias, X):
    """head = replace_head(model, n_outputs)[-1], given this weight and bias; then model(X)"""
    head = student.replace_head(model, n_outputs)[-1]
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
    return model(X)


@check(
    "replace_head",
    points=0.5,
    hint="make a new `nn.Linear` with the old head's `in_features` and put it at `model[-1]` of the given model.",
)
def test_head_is_a_new_layer(candidate, draw):
    """The last layer is a new `nn.Linear` with the right sizes, in the same model, which is returned."""
    n_hidden, old, new = draw.integer(3, 6), draw.integer(2, 4), draw.integer(5, 9)
    observed = candidate.replace_head(draw.model(pretrained, 2, n_hidden, old), new)
    model = observed.argument(0)
    _, weight, bias = body_and_head(model)
    weight.shape(new, n_hidden)
    bias.shape(new)
    layers = len(model.submodules("Linear"))
    if layers != 2:
        model.fails("two layers of the class `nn.Linear`, as before", str(layers), "members")
    observed.result.same_object_as(model)
    given, head, X = draw.model(pretrained, 2, n_hidden, old), draw.model(nn.Linear, n_hidden, new), draw.tensor(4, 2)
    observed = candidate.run(predict_with_new_head, given, new, head.weight.detach(), head.bias.detach(), X)
    observed.result.values(head.double()(given[:-1].double()(X.double())))


@check(
    "replace_head",
    points=0.25,
    judges="facts",
    hint="freeze what is there first, and then put the new layer in: it is trainable by itself.",
)
def test_head_alone_is_trainable(candidate, draw):
    """Exactly the new layer's parameters require grad, even if all were frozen before."""
    for trainable in (True, False):
        model = draw.model(pretrained, 2, draw.integer(3, 6), 2).requires_grad_(trainable)
        body, weight, bias = body_and_head(candidate.replace_head(model, draw.integer(3, 9)).argument(0))
        for parameter in body:
            frozen(parameter)
        weight.leaf()
        bias.leaf()


@shared
def headless(n_features, n_hidden):
    return nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())


@check(
    "replace_head",
    points=0.25,
    judges="facts",
    hint="before anything else, look at the type of `model[-1]`, and `raise TypeError(...)` if it is no `nn.Linear`.",
)
def test_head_must_be_linear(candidate, draw):
    """A last module that is no `nn.Linear` is a TypeError, and nothing has been frozen; an `nn.Linear` is right."""
    candidate.replace_head(draw.model(headless, 3, draw.integer(3, 6)), 2).raises("TypeError").unchanged()
    candidate.replace_head(draw.model(pretrained, 3, draw.integer(3, 6), 2), 4).returned()
