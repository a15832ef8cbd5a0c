"""Hidden checks of 18_multiple_inputs_outputs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grader.suites import CURVE_RTOL, Observed, Value, check, domain, probe, public_suite

public = public_suite(__file__)
fill, filled = public.fill, public.filled  # by these names, probes know them

# California Housing, with weights set by a formula: losses of ten steps and then three test predictions, in float64.
HOUSING_LOSSES = [5.483524, 2.03817, 1.212189, 0.944165, 0.842386, 0.792393, 0.761305, 0.739116, 0.721956, 0.707973]
HOUSING_PREDICTIONS = [0.961849, 1.342738, 2.123675]


def weights(numbers: Tensor, *shape: int) -> Tensor:
    """Return the parameter of this shape of a model that is filled with `numbers`: a float64 leaf."""
    return filled(numbers, *shape).double().requires_grad_()


def draws_differ(first: Observed, second: Observed) -> None:
    """Ask that two calls, after other seeds, left the generator in other states: that it was not seeded again."""
    one, other = (observed.result.unpack("the model", "torch.rand(3)")[1] for observed in (first, second))
    if torch.equal(one.tensor, other.tensor):
        second.fails("other random numbers after another seed", "the same as after the first", "state")


def untouched(parameter: Value) -> None:
    """Ask for a parameter that no gradient has reached: `.grad` is None, or zeros."""
    if parameter.gradient.fact is not None and parameter.gradient.tensor.any():
        parameter.grad(None)


# WideAndDeep


@check(
    "WideAndDeep",
    points=0.5,
    hint="the head's first columns are for `x_wide`: join the wide features first, then what `deep` returns.",
)
def test_wide_features_come_first(candidate, draw):
    """The wide features come before the hidden ones, also where there are as many of both."""
    for n_wide, n_deep, n_hidden in ((4, 3, 4), (3, 3, 3), (5, 2, 4)):
        numbers = draw.tensor(31, low=-1, high=1)
        x_wide, x_deep = draw.tensor(6, n_wide), draw.tensor(6, n_deep)
        observed = candidate.run(public.wide_and_deep, numbers, n_hidden, x_wide, x_deep)
        observed.result.values(public.wide_output(numbers, n_hidden, x_wide, x_deep), atol=public.ATOL)


@probe
def deep_part(student, numbers, n_hidden, x_deep):
    """model = WideAndDeep(2, n_deep, n_hidden), with weights set to given numbers; model.deep(x_deep)"""
    return fill(student.WideAndDeep(2, x_deep.shape[1], n_hidden), numbers).deep(x_deep)


@check(
    "WideAndDeep",
    points=0.5,
    judges="facts",
    hint="`deep` itself is the linear layer and the ReLU: `model.deep(x)` is never negative.",
)
def test_wide_deep_ends_in_relu(candidate, draw):
    """The submodule `deep` is a linear layer and then ReLU: never negative, and not linear."""
    n_hidden, x_deep, numbers = draw.integer(4, 6), draw.tensor(8, 3), draw.tensor(31, low=-1, high=1)
    observed = candidate.run(deep_part, numbers, n_hidden, x_deep)
    observed.result.values(public.features(numbers, n_hidden, x_deep), atol=public.ATOL)


@probe
def wide_backward(student, numbers, n_hidden, x_wide, x_deep, upstream):
    """model = WideAndDeep(...), with weights set to given numbers; model(x_wide, x_deep).backward(upstream); model"""
    model = fill(student.WideAndDeep(x_wide.shape[1], x_deep.shape[1], n_hidden), numbers)
    model(x_wide, x_deep).backward(upstream)
    return model


@check("WideAndDeep", points=0.5)
def test_wide_gradients(candidate, draw):
    """Gradients reach both inputs and every parameter, and are right."""
    n_hidden, numbers, upstream = 5, draw.tensor(31, low=-1, high=1), draw.tensor(7, 1)
    # Rounded inputs would sometimes give a hidden unit of exactly 0, where rounding decides which gradient ReLU has.
    x_wide, x_deep = draw.normal(7, 2).requires_grad_(), draw.normal(7, 3).requires_grad_()
    W, b = weights(numbers, n_hidden, 3), weights(numbers, n_hidden)
    V, c = weights(numbers, 1, 2 + n_hidden), weights(numbers, 1)
    wide, deep = (x.detach().double().requires_grad_() for x in (x_wide, x_deep))
    hidden = public.linear(deep, W, b).clamp(min=0)
    public.linear(torch.hstack([wide, hidden]), V, c).backward(upstream.double())
    observed = candidate.run(wide_backward, numbers, n_hidden, x_wide, x_deep, upstream)
    model = observed.result
    name = public.layer(model, "deep")
    for parameter, expected in (("head.weight", V), ("head.bias", c), (f"{name}.weight", W), (f"{name}.bias", b)):
        model.parameter(parameter).grad(expected.grad, atol=public.ATOL)
    observed.argument(2).grad(wide.grad, atol=public.ATOL)
    observed.argument(3).grad(deep.grad, atol=public.ATOL)


@probe
def wide_moved(student, x_wide, x_deep):
    """model = WideAndDeep(2, 3, 4).to(x_wide.device); model(x_wide, x_deep)"""
    return student.WideAndDeep(2, 3, 4).to(x_wide.device)(x_wide, x_deep)


@check("WideAndDeep", points=0.25, judges="facts")
def test_wide_on_any_device(candidate, draw, device):
    """A model that was moved to another device predicts there."""
    observed = candidate.run(wide_moved, draw.tensor(5, 2).to(device), draw.tensor(5, 3).to(device))
    observed.result.shape(5, 1).device(device)


@probe
def wide_then_draw(student, seed):
    """torch.manual_seed(seed); model = WideAndDeep(2, 3, 4); model, torch.rand(3)"""
    torch.manual_seed(seed)
    model = student.WideAndDeep(2, 3, 4)
    return model, torch.rand(3)


@check("WideAndDeep", points=0.25)
def test_wide_leaves_the_rest(candidate, draw):
    """Inputs are not modified, global settings stay, and the random generator is not seeded."""
    x_wide, x_deep, numbers = draw.tensor(5, 2), draw.tensor(5, 3), draw.tensor(31, low=-1, high=1)
    observed = candidate.run(public.wide_and_deep, numbers, 4, x_wide, x_deep).unchanged(2, 3)
    observed.state_kept("the generator of torch").result.values(
        public.wide_output(numbers, 4, x_wide, x_deep), atol=1e-5
    )
    draws_differ(*(candidate.run(wide_then_draw, seed) for seed in (draw.integer(0, 999), draw.integer(1000, 1999))))


@probe
def wide_on_california_housing(student):
    """WideAndDeep(2, 8, 30), weights set by a formula, ten steps on California Housing: losses, three predictions"""
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, _ = train_test_split(housing.data, housing.target, random_state=42)
    X, _, y, _ = train_test_split(X_rest, y_rest, random_state=42)
    X, X_test, y = (torch.tensor(part, dtype=torch.float32) for part in (X, X_test[:3], y.reshape(-1, 1)))
    means, stds = X.mean(dim=0), X.std(dim=0)
    X, X_test = (X - means) / stds, (X_test - means) / stds
    model = student.WideAndDeep(2, 8, 30)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((torch.arange(1.0, parameter.numel() + 1).sin() / 4).reshape(parameter.shape))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(10):
        loss = nn.functional.mse_loss(model(X[:, :2], X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return losses, model(X_test[:, :2], X_test)


@check(
    "WideAndDeep",
    points=0.25,
    judges="facts",
    hint="run the last cell of the exercise: the loss must fall to about 0.6.",
)
def test_wide_on_california_housing(candidate):
    """On California Housing it learns as a wide and deep model does: the loss of every step, and three predictions."""
    losses, predictions = candidate.run(wide_on_california_housing).result.unpack("losses", "predictions")
    for loss, expected in zip(losses.items(len(HOUSING_LOSSES), kind="list"), HOUSING_LOSSES, strict=True):
        loss.number(expected, rtol=CURVE_RTOL)
    predictions.values(torch.tensor(HOUSING_PREDICTIONS).reshape(3, 1), rtol=CURVE_RTOL)


@domain("WideAndDeep", points=0.5, programs=40)
def test_wide_of_any_inputs(pick):
    """Layers and batches of any size, in either mode, give the right outputs and gradients."""
    n, n_wide, n_deep = pick.of(2, 1, 3, 0, 5), pick.of(2, 1, 3, 4), pick.of(3, 1, 2, 4)
    n_hidden, mode = pick.of(4, 1, 3, 2), pick.of("", ".eval()")
    x_wide = pick.tensor("x_wide", (n, n_wide), scales=(1.0, 100.0), grad="maybe")
    x_deep = pick.tensor("x_deep", (n, n_deep), scales=(1.0, 100.0), grad="maybe")
    pick.do("numbers = torch.randn(31, generator=torch.Generator().manual_seed(1))")
    pick.call(f"fill(WideAndDeep({n_wide}, {n_deep}, {n_hidden}), numbers){mode}", no_grad=False, backward=False)
    arguments = pick.of(f"{x_wide}, {x_deep}", f"x_deep={x_deep}, x_wide={x_wide}")
    pick.do(f"y = result({arguments})", "(y**2).sum().backward()", f"hidden = result.deep({x_deep})")
    pick.observe("y", "hidden", "result.head.weight.grad", "result.head.bias.grad")
    pick.observe("sorted([*p.shape] for p in result.parameters())")


# TwoHeadNet


@check("TwoHeadNet", points=0.25, judges="facts", hint=public.PARTS)
def test_heads_layers(candidate, draw):
    """Six parameters: of the linear layer in `trunk`, of `value_head` and of `class_head`, with the right sizes."""
    n_features, n_hidden, n_classes = draw.integer(2, 3), draw.integer(6, 8), draw.integer(4, 5)
    model = candidate.TwoHeadNet(n_features, n_hidden, n_classes).result
    public.has_layer(model, "value_head", n_hidden, 1)
    public.has_layer(model, "class_head", n_hidden, n_classes)
    public.has_layer(model, public.layer(model, "trunk"), n_features, n_hidden)
    public.has_parameters(model, 6)


@probe
def trunk_part(student, numbers, n_hidden, x):
    """model = TwoHeadNet(n_features, n_hidden, 2), with weights set to given numbers; model.trunk(x)"""
    return fill(student.TwoHeadNet(x.shape[1], n_hidden, 2), numbers).trunk(x)


@check(
    "TwoHeadNet",
    points=0.25,
    judges="facts",
    hint="`trunk` itself is the linear layer and the ReLU: `model.trunk(x)` is never negative.",
)
def test_heads_trunk_ends_in_relu(candidate, draw):
    """The submodule `trunk` is a linear layer and then ReLU."""
    n_hidden, x, numbers = draw.integer(4, 6), draw.tensor(8, 3), draw.tensor(31, low=-1, high=1)
    observed = candidate.run(trunk_part, numbers, n_hidden, x)
    observed.result.values(public.features(numbers, n_hidden, x), atol=public.ATOL)


@probe
def trunk_runs(student, x):
    """model = TwoHeadNet(3, 5, 2); model(x); how often did a linear layer in model.trunk run?"""
    model = student.TwoHeadNet(3, 5, 2)
    runs = []
    for part in model.trunk.modules():
        if isinstance(part, nn.Linear):
            part.register_forward_hook(lambda *_: runs.append(1))
    return model(x), len(runs)


@check(
    "TwoHeadNet",
    points=0.25,
    judges="facts",
    hint="keep the trunk's output in a variable, and give it to both heads.",
)
def test_heads_run_the_trunk_once(candidate, draw):
    """One call of the model runs the trunk once."""
    outputs, runs = candidate.run(trunk_runs, draw.tensor(4, 3)).result.unpack("the outputs", "runs of the trunk")
    outputs.key("value").shape(4, 1)
    if runs.python not in (0, 1):  # 0 where the layer's `forward` was called, past all hooks
        runs.integer(1)


@probe
def heads_backward(student, numbers, x, key, upstream):
    """model = TwoHeadNet(3, 5, 4), with weights set to given numbers; model(x)[key].backward(upstream); model"""
    model = fill(student.TwoHeadNet(n_features=3, n_hidden=5, n_classes=4), numbers)
    model(x=x)[key].backward(upstream)
    return model


@check("TwoHeadNet", points=0.25)
def test_heads_gradients(candidate, draw):
    """A loss on one output gives the right gradients to the trunk, to its own head and to x; to the other head none."""
    for key, own, other, n_outputs in (
        ("value", "value_head", "class_head", 1),
        ("logits", "class_head", "value_head", 4),
    ):
        numbers, upstream, x = draw.tensor(31, low=-1, high=1), draw.tensor(6, n_outputs), draw.normal(6, 3)
        W, b = weights(numbers, 5, 3), weights(numbers, 5)
        V, c = weights(numbers, n_outputs, 5), weights(numbers, n_outputs)
        same = x.double().requires_grad_()
        hidden = public.linear(same, W, b).clamp(min=0)
        public.linear(hidden, V, c).backward(upstream.double())
        observed = candidate.run(heads_backward, numbers, x.requires_grad_(), key, upstream)
        model = observed.result
        name = public.layer(model, "trunk")
        for parameter, expected in (
            (f"{name}.weight", W),
            (f"{name}.bias", b),
            (f"{own}.weight", V),
            (f"{own}.bias", c),
        ):
            model.parameter(parameter).grad(expected.grad, atol=public.ATOL)
        untouched(model.parameter(f"{other}.weight"))
        untouched(model.parameter(f"{other}.bias"))
        observed.argument(1).grad(same.grad, atol=public.ATOL)


@probe
def heads_moved(student, x):
    """model = TwoHeadNet(3, 5, 4).to(x.device); model(x)"""
    return student.TwoHeadNet(3, 5, 4).to(x.device)(x)


@check("TwoHeadNet", points=0.25, judges="facts")
def test_heads_on_any_device(candidate, draw, device):
    """A model that was moved to another device answers there."""
    result = candidate.run(heads_moved, draw.tensor(6, 3).to(device)).result
    result.key("value").shape(6, 1).device(device)
    result.key("logits").shape(6, 4).device(device)


@probe
def heads_then_draw(student, seed):
    """torch.manual_seed(seed); model = TwoHeadNet(3, 5, 4); model, torch.rand(3)"""
    torch.manual_seed(seed)
    model = student.TwoHeadNet(3, 5, 4)
    return model, torch.rand(3)


@check("TwoHeadNet", points=0.25)
def test_heads_leave_the_rest(candidate, draw):
    """x is not modified, global settings stay, and the random generator is not seeded."""
    x, numbers = draw.tensor(5, 3), draw.tensor(31, low=-1, high=1)
    observed = candidate.run(public.two_heads, numbers, 4, 2, x).unchanged(3).state_kept("the generator of torch")
    observed.result.key("value").values(public.head(numbers, 1, public.features(numbers, 4, x)), atol=public.ATOL)
    draws_differ(*(candidate.run(heads_then_draw, seed) for seed in (draw.integer(0, 999), draw.integer(1000, 1999))))


@domain("TwoHeadNet", points=0.5, programs=40, free=["memory"])
def test_heads_of_any_inputs(pick):
    """Layers and batches of any size, in either mode, give the right outputs and gradients."""
    n, n_features, n_hidden = pick.of(2, 1, 3, 0, 5), pick.of(3, 1, 2, 4), pick.of(4, 1, 3, 2)
    n_classes, mode = pick.of(3, 1, 2, 4), pick.of("", ".eval()")
    x = pick.tensor("x", (n, n_features), scales=(1.0, 100.0), grad="maybe")
    pick.do("numbers = torch.randn(31, generator=torch.Generator().manual_seed(1))")
    model = f"fill(TwoHeadNet({n_features}, {n_hidden}, {n_classes}), numbers){mode}"
    pick.call(model, no_grad=False, backward=False)
    pick.do(f"outputs = result({x})", f"hidden = result.trunk({x})")
    pick.do(f"(outputs[{pick.of('value', 'logits')!r}] ** 2).sum().backward()")
    pick.observe("outputs", "hidden", "sorted([*p.shape] for p in result.parameters())")
    pick.observe("[None if p.grad is None or not p.grad.any() else p.grad for p in result.value_head.parameters()]")
    pick.observe("[None if p.grad is None or not p.grad.any() else p.grad for p in result.class_head.parameters()]")


# joint_loss


@probe
def loss_of_parts(student, value, logits, y_value, y_class, value_weight):
    """joint_loss({"value": value, "logits": logits}, y_value, y_class, value_weight)"""
    return student.joint_loss({"value": value, "logits": logits}, y_value, y_class, value_weight)


@check("joint_loss", points=0.25)
def test_loss_gradients(candidate, draw):
    """The result is attached: gradients reach both outputs, each in proportion to its weight."""
    for weight in (draw.number(0.1, 0.4), draw.number(0.6, 0.9)):
        value, logits, y_value = draw.tensor(5, 1), draw.tensor(5, 3), draw.tensor(5, 1)
        y_class = draw.integers(5, low=0, high=2)
        same_value, same_logits = (x.double().requires_grad_() for x in (value, logits))
        public.loss_of(same_value, same_logits, y_value.double(), y_class, weight).backward()
        value.requires_grad_()
        logits.requires_grad_()
        observed = candidate.with_backward().run(loss_of_parts, value, logits, y_value, y_class, weight)
        observed.result.attached().shape()
        observed.ran_backward().argument(0).grad(same_value.grad)
        observed.argument(1).grad(same_logits.grad)


_WEIGHTS = "the weights from 0 to 1 are valid, both ends included; raise for all others, on either side."


@check("joint_loss", points=0.25, judges="facts", hint=_WEIGHTS)
def test_loss_refuses_weights_above_one(candidate, draw):
    """ValueError for weights above 1, however little, and nothing is changed; none for 1 itself."""
    parts = (draw.tensor(3, 1), draw.tensor(3, 2), draw.tensor(3, 1), draw.integers(3, low=0, high=1))
    for weight in (1.5, 1.0001, draw.number(2, 90)):
        candidate.run(loss_of_parts, *parts, weight).raises("ValueError").unchanged()
    candidate.run(loss_of_parts, *parts, 1.0).result.shape()


@check("joint_loss", points=0.25, judges="facts", hint=_WEIGHTS)
def test_loss_refuses_weights_below_zero(candidate, draw):
    """ValueError for weights below 0, however little, and nothing is changed; none for 0 itself."""
    parts = (draw.tensor(3, 1), draw.tensor(3, 2), draw.tensor(3, 1), draw.integers(3, low=0, high=1))
    for weight in (-0.5, -0.0001, -draw.number(2, 90)):
        candidate.run(loss_of_parts, *parts, weight).raises("ValueError").unchanged()
    candidate.run(loss_of_parts, *parts, 0.0).result.shape()


@check(
    "joint_loss",
    points=0.25,
    judges="facts",
    hint="compare the two whole shapes, and raise before you subtract anything.",
)
def test_loss_refuses_other_shapes(candidate, draw):
    """ValueError for values that differ in shape in any way, even if the weight is 0; none for the same shape."""
    value, logits, y_class = draw.tensor(4, 1), draw.tensor(4, 2), draw.integers(4, low=0, high=1)
    shapes = (1, 1), (1, 4), (4, 2), (4,), (), (4, 1, 1)
    for shape, weight in (*((shape, 0.5) for shape in shapes), ((4,), 0.0)):
        observed = candidate.run(loss_of_parts, value, logits, draw.tensor(*shape), y_class, weight)
        observed.raises("ValueError").unchanged()
    candidate.run(loss_of_parts, value, logits, draw.tensor(4, 1), y_class, 0.5).result.shape()


@check("joint_loss", points=0.25)
def test_loss_leaves_its_arguments(candidate, draw):
    """Neither the outputs nor the targets are modified, and global settings stay."""
    value, logits, y_value = draw.tensor(4, 1), draw.tensor(4, 3), draw.tensor(4, 1)
    y_class = draw.integers(4, low=0, high=2)
    observed = candidate.run(loss_of_parts, value, logits, y_value, y_class, 0.5)
    observed.result.values(public.loss_of(value.double(), logits.double(), y_value.double(), y_class, 0.5))
    observed.unchanged().state_kept()


@check("joint_loss", points=0.25, judges="facts")
def test_loss_on_any_device(candidate, draw, device):
    """Outputs and targets on another device give a 0-D tensor there."""
    parts = (draw.tensor(4, 1), draw.tensor(4, 3), draw.tensor(4, 1), draw.integers(4, low=0, high=2))
    candidate.run(loss_of_parts, *(part.to(device) for part in parts), 0.5).result.shape().device(device)


@domain("joint_loss", points=0.5, raises=["ValueError"], free=["none_grad"])
def test_loss_of_any_outputs(pick):
    """Any batch, weight, dtype and size of numbers give the right loss and gradients, and bad arguments ValueError."""
    n, classes = pick.of(2, 1, 3, 5), pick.of(3, 2, 1, 4)
    dtype, scales = pick.of("float32", "float64"), (1.0, 100.0, 1000.0, 1e-3)
    grad = pick.of(True, True, False)
    value = pick.tensor("value", (n, 1), dtypes=[dtype], scales=scales, grad=grad)
    logits = pick.tensor("logits", (n, classes), dtypes=[dtype], scales=scales, grad=grad)
    shape = {"flat": (n,), "row": (1, n), "wide": (n, 2)}.get(pick.of(*15 * [""], "flat", "row", "wide"))
    y_value = pick.tensor("y_value", shape or (n, 1), dtypes=[dtype], scales=scales)
    y_class = pick.tensor("y_class", (n,), dtypes=["int64"], low=0, high=classes - 1)
    weight = pick.of(0.5, 0.25, 1.0, 0.0, 0.9, 1.0, 0.0, 0.75, 1.0001, -0.0001)
    pick.call(f"joint_loss({{'value': {value}, 'logits': {logits}}}, {y_value}, {y_class}, {weight})")
