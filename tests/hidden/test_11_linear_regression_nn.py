"""Hidden checks of 11_linear_regression_nn."""

from __future__ import annotations

import torch
from torch import nn

from grader.suites import check, code, domain, probe, public_suite, shared

public = public_suite(__file__)
with_gradient = public.with_gradient

# Printed in the course notes (California Housing, nn.Linear(8, 1) after seed 42, SGD of rate 0.4, 20 epochs): what the
# layer starts with, the loss of every epoch, and the predictions for the first three test rows.
PUBLISHED_WEIGHT = [[0.2703, 0.2935, -0.0828, 0.3248, -0.0775, 0.0713, -0.1721, 0.2076]]
PUBLISHED_BIAS = [0.3117]
PUBLISHED_UNTRAINED = [-0.4718, 0.1131]
PUBLISHED_LOSSES = [
    4.3378496170043945,
    0.7802939414978027,
    0.6253842115402222,
    0.6060433983802795,
    0.5956299304962158,
    0.587356686592102,
    0.5802990794181824,
    0.5741382241249084,
    0.5687101483345032,
    0.5639079809188843,
    0.5596511363983154,
    0.5558737516403198,
    0.5525194406509399,
    0.5495392084121704,
    0.5468900203704834,
    0.544533908367157,
    0.5424376726150513,
    0.5405716300010681,
    0.5389097332954407,
    0.5374288558959961,
]
PUBLISHED_PREDICTIONS = [0.8061, 1.7116, 2.6973]
FOUR_DECIMALS = 5.1e-5

GENERATORS = ("the generator of torch", "the generator of NumPy", "the generator of random")


# load_weights_


@check(
    "load_weights_",
    points=0.5,
    judges="facts",
    hint="write into the two parameters that the layer has, with `copy_`, instead of giving it others.",
)
def test_load_keeps_the_parameters(candidate, draw):
    """`layer.weight` and `layer.bias` are the same objects as before, leaves that require grad."""
    observed = candidate.load_weights_(draw.model(public.linear, 3), draw.tensor(3, 1), draw.tensor())
    for name in ("weight", "bias"):
        before = observed.before(0).parameter(name)
        before.name = f"layer.{name} of before"
        observed.argument(0).parameter(name).leaf().same_object_as(before)


@probe
def train_after_loading(student, layer, w, b, X, learning_rate):
    """optimizer = SGD(layer.parameters(), learning_rate); load_weights_(layer, w, b); a step for layer(X).sum()"""
    optimizer = torch.optim.SGD(layer.parameters(), lr=learning_rate)
    student.load_weights_(layer, w, b)
    layer(X).sum().backward()
    optimizer.step()


@check(
    "load_weights_",
    points=0.5,
    hint="the optimizer knows the layer's old parameters only. Keep those objects, and write new values into them.",
)
def test_load_lets_optimizer_train(candidate, draw):
    """An optimizer that was made earlier trains the layer, from the loaded values."""
    w, b, X, rate = draw.tensor(3, 1), draw.tensor(), draw.tensor(4, 3, low=1), draw.number(0.1, 0.5)
    observed = candidate.run(train_after_loading, draw.model(public.linear, 3), w, b, X, rate)
    layer = observed.argument(0)
    layer.parameter("weight").values((w - rate * X.sum(dim=0).reshape(3, 1)).T)
    layer.parameter("bias").values((b - rate * 4).reshape(1))


@check(
    "load_weights_",
    points=0.25,
    hint="write the numbers into the memory that the layer has, with `copy_`, and nothing into `w` or `b`.",
)
def test_load_leaves_w_and_b(candidate, draw):
    """`w` and `b` share no memory with the layer and are left as they were, by training the layer too."""
    w, b = draw.tensor(3, 1), draw.tensor()
    for flag in (False, True):
        leaves = w.clone().requires_grad_(flag), b.clone().requires_grad_(flag)
        for given in (leaves, tuple(leaf.clone() for leaf in leaves)):
            observed = candidate.load_weights_(draw.model(public.linear, 3), *given)
            layer = observed.argument(0).owns_memory(observed.argument(1), observed.argument(2))
            layer.parameter("weight").values(w.T)
            layer.parameter("bias").values(b.reshape(1))
            observed.unchanged(1, 2)
    X, rate = draw.tensor(4, 3, low=1), draw.number(0.1, 0.5)
    candidate.run(train_after_loading, draw.model(public.linear, 3), w, b, X, rate).returned().unchanged(1, 2)


@check(
    "load_weights_", points=0.25, judges="facts", hint="compare the whole shape of `w` with `(layer.in_features, 1)`."
)
def test_load_refuses_other_weights(candidate, draw):
    """Weights of any other shape than (F, 1) are a ValueError, and the layer is unchanged."""
    layer, b = draw.model(public.linear, 3), draw.tensor()
    for shape in ((1, 1), (), (1,), (1, 3), (4, 1), (2, 1), (3, 2), (3, 1, 1)):
        candidate.load_weights_(layer, draw.tensor(*shape), b).raises("ValueError").unchanged()
    candidate.load_weights_(draw.model(public.linear, 1), draw.tensor(1), b).raises("ValueError").unchanged()
    candidate.load_weights_(layer, draw.tensor(3, 1), b).returned()


@check(
    "load_weights_",
    points=0.25,
    judges="facts",
    hint="check the shapes of both before you write into either: `b` must have shape ().",
)
def test_load_refuses_other_biases(candidate, draw):
    """A `b` that is not 0-D is a ValueError, and the layer is unchanged: its weights too."""
    layer, w = draw.model(public.linear, 3), draw.tensor(3, 1)
    for shape in ((1,), (1, 1), (3,), (3, 1)):
        candidate.load_weights_(layer, w, draw.tensor(*shape)).raises("ValueError").unchanged()
    candidate.load_weights_(layer, w, draw.tensor()).returned()


@domain("load_weights_", points=0.25, programs=41, raises=["ValueError"])
def test_load_any_weights(pick):
    """Any number of features, any dtype and layout, also weights that require grad; other shapes are refused."""
    n, dtype, scale = pick.of(2, 1, 3, 5), pick.of("float32", "float64", "float32"), pick.of(1.0, 1e-6, 1e6, 1.0)
    pick.do("torch.manual_seed(3)")
    layer = pick.given("layer", f"nn.Linear({n}, 1)" + {"float32": "", "float64": ".double()"}[dtype])
    shape = pick.of(*[(n, 1)] * 18, (n,), (1, n + 1), (n + 1, 1), (n, 2), (1, 1, n), ())
    w = pick.tensor("w", shape, dtypes=(dtype,), scales=(scale,), grad="maybe")
    b = pick.tensor("b", pick.of(*[()] * 14, (1,), (n, 1)), dtypes=(dtype,), scales=(scale,), grad="maybe")
    kept = pick.of("", "parameters", "optimizer", "parameters")
    if kept:
        pick.given("weight", "layer.weight")
        pick.given("bias", "layer.bias")
    if kept == "optimizer":
        pick.do("optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)")
    pick.call(f"load_weights_({layer}, {w}, {b})", backward=False)
    if kept == "optimizer":
        pick.do(f"layer(torch.ones(1, {n}, dtype=torch.{dtype})).sum().backward()", "optimizer.step()")


# ManualSGD


@probe
def steps_from_generator(student, model, X, lr):
    """optimizer = ManualSGD(model.parameters(), lr=lr); thrice: zero_grad(), (model(X)**2).mean().backward(), step();
    all the numbers in model, in one row"""
    optimizer = student.ManualSGD(model.parameters(), lr=lr)
    for _ in range(3):
        optimizer.zero_grad()
        model(X).square().mean().backward()
        optimizer.step()
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@check(
    "ManualSGD",
    points=0.25,
    hint="`model.parameters()` can be walked through once. Keep `list(params)`, and walk through that.",
)
def test_sgd_takes_a_generator(candidate, draw):
    """`model.parameters()` works for many steps."""
    model, X, lr = draw.model(public.small_net), draw.tensor(5, 3, low=-1, high=1), draw.number(0.1, 0.3)
    observed = candidate.run(steps_from_generator, model, X, lr)
    expected, _ = public.trained(model, "SGD", lambda output, _: output.square().mean(), X, X, lr, 3)
    public.holds(observed.argument(0), expected)
    for parameter in observed.argument(0).parameters():
        parameter.leaf()
    observed.state_kept().result.values(public.in_one_row(expected.parameters()), rtol=1e-4, atol=1e-5)


@check(
    "ManualSGD",
    points=0.5,
    hint="where `p.grad is None` there is nothing to do for that parameter; go on with the next.",
)
def test_sgd_skips_without_gradient(candidate, draw):
    """Parameters without a gradient, trainable or frozen, are left as they are; those after them get their step."""
    w, b, lr = with_gradient(draw, 2), with_gradient(draw, 3), draw.number(0.1, 0.9)
    unused, frozen = draw.tensor(2).requires_grad_(), draw.tensor(2)
    observed = candidate.run(public.one_step, [unused, w, frozen, b], lr)
    params = observed.argument(0).items(4)
    params[0].leaf().values(unused).grad(None)
    params[1].values(w - lr * w.grad)
    params[2].detached().values(frozen)
    params[3].values(b - lr * b.grad)
    observed.result.values(public.in_one_row((unused, w - lr * w.grad, frozen, b - lr * b.grad)))


@check(
    "ManualSGD",
    points=0.25,
    hint="a step only reads the gradients: leave resetting to `zero_grad()`, and don't write to `p.grad`.",
)
def test_sgd_step_keeps_gradients(candidate, draw):
    """`step()` leaves every gradient as it is, and so do two steps in a row, each with the same gradient."""
    w, b, lr = with_gradient(draw, 2, 2), with_gradient(draw, 2), draw.number(0.1, 0.9)
    observed = candidate.run(public.one_step, [w, b], lr)
    for after, before in zip(observed.argument(0).items(2), (w, b), strict=True):
        after.values(before - lr * before.grad).grad(before.grad)
    observed.result.values(public.in_one_row((w - lr * w.grad, b - lr * b.grad)))


@probe
def reset_first(student, x, lr):
    """optimizer = ManualSGD([x], lr); twice: optimizer.zero_grad(), (x**2).sum().backward(); then optimizer.step()"""
    optimizer = student.ManualSGD([x], lr)
    for _ in range(2):
        optimizer.zero_grad()
        (x**2).sum().backward()
    optimizer.step()


@check(
    "ManualSGD",
    points=0.25,
    hint="before any backward every `.grad` is `None`: ask first, or assign to `p.grad`, which always works.",
)
def test_sgd_zero_grad_starts_afresh(candidate, draw):
    """`zero_grad()` works before any backward, and after it the next backward starts from nothing."""
    x, lr = draw.tensor(3, low=1), draw.number(0.1, 0.4)
    observed = candidate.run(reset_first, x.clone().requires_grad_(), lr)
    observed.argument(0).grad(2 * x).values(x - lr * 2 * x)


@probe
def without_parameters(student, lr):
    """ManualSGD(nn.Tanh().parameters(), lr), which is a generator of no parameters"""
    return f"a {type(student.ManualSGD(nn.Tanh().parameters(), lr)).__name__}"


@check(
    "ManualSGD",
    points=0.25,
    hint="a generator is true even if nothing is in it, and has no length. Ask the list that you made of it.",
)
def test_sgd_refuses_empty_generator(candidate, draw):
    """No parameters in a generator or a tuple are a ValueError; a tuple of one parameter is right."""
    x, lr = with_gradient(draw, 3), draw.number(0.1, 0.9)
    candidate.run(without_parameters, lr).raises("ValueError")
    candidate.run(public.new_optimizer, (), lr).raises("ValueError")
    observed = candidate.run(public.one_step, (x,), lr)
    observed.argument(0).items(1)[0].values(x - lr * x.grad)
    observed.result.values(x - lr * x.grad)


@probe
def ten_steps(student, model, X, y, lr):
    """10 times: loss = MSE of model(X); zero_grad(), loss.backward(), step() of ManualSGD([*model.parameters()], lr)"""
    optimizer = student.ManualSGD([*model.parameters()], lr)
    losses = []
    for _ in range(10):
        loss = ((model(X) - y) ** 2).mean()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


@shared
def double_net():
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()


@check("ManualSGD", points=0.25)
def test_sgd_same_losses_as_torch(candidate, draw):
    """Over 10 steps the losses are those of `torch.optim.SGD`, in float32 and float64."""
    for factory, dtype in ((public.small_net, torch.float32), (double_net, torch.float64)):
        model, rate = draw.model(factory), draw.number(0.1, 0.2)
        X, y = draw.tensor(6, 3, low=-1, high=1, dtype=dtype), draw.tensor(6, 1, low=-1, high=1, dtype=dtype)
        observed = candidate.run(ten_steps, model, X, y, rate)
        expected, losses = public.trained(model, "SGD", nn.MSELoss(), X, y, rate, 10)
        observed.result.curve(losses)
        public.holds(observed.argument(0), expected)
        for parameter in observed.argument(0).parameters():
            parameter.leaf().dtype(dtype)


@probe
def both_results(student, x, lr):
    """optimizer = ManualSGD([x], lr); what step(), zero_grad(), zero_grad() again and step() again return"""
    optimizer = student.ManualSGD([x], lr)
    return [optimizer.step(), optimizer.zero_grad(), optimizer.zero_grad(), optimizer.step()]


@check(
    "ManualSGD",
    points=0.25,
    hint="leave out the `return` in both methods.",
)
def test_sgd_returns_none(candidate, draw):
    """`step()` and `zero_grad()` return `None`, and may be called in any order."""
    x, lr = with_gradient(draw, 3), draw.number(0.1, 0.9)
    observed = candidate.run(both_results, x, lr)
    observed.argument(0).values(x - lr * x.grad)
    observed.result.equals([None] * 4)


@probe
def two_optimizers(student, params, others, lr):
    """first, second = ManualSGD(params, lr), ManualSGD(others, 2 * lr); first.step(); second.zero_grad();
    all the numbers in params and others, in one row"""
    first, second = student.ManualSGD(params, lr), student.ManualSGD(others, 2 * lr)
    first.step()
    second.zero_grad()
    return torch.cat([p.detach().flatten() for p in (*params, *others)])


@check(
    "ManualSGD",
    points=0.25,
    hint="keep the parameters and the rate in `self`, for each optimizer its own.",
)
def test_sgd_two_side_by_side(candidate, draw):
    """Each of two optimizers works on its own parameters with its own learning rate."""
    x, z, lr = with_gradient(draw, 3), with_gradient(draw, 2), draw.number(0.1, 0.4)
    observed = candidate.run(two_optimizers, [x], [z], lr)
    observed.argument(0).items(1)[0].values(x - lr * x.grad).grad(x.grad)
    other = observed.argument(1).items(1)[0].values(z)
    if other.gradient.fact is not None:
        other.grad(torch.zeros(2))
    observed.result.values(public.in_one_row((x - lr * x.grad, z)))


@domain("ManualSGD", points=0.5, free=["none_grad", "edited"], raises=["ValueError"])
def test_sgd_in_any_use(pick):
    """Any parameters, gradients and rates, and any order of steps and resets, give the right parameters."""
    shape, scale = pick.shape(ranks=(1, 2, 0), sizes=(2, 3, 1)), pick.of(1.0, 1.0, 1e-6, 1e6)
    w = pick.tensor("w", shape, dtypes=("float32", "float64"), scales=(scale,), grad=True)
    b = pick.tensor("b", (), scales=(scale,), grad=pick.of(True, True, False))
    gradients = pick.of("(w**2).sum().backward()", "(3 * w).sum().backward()", "w.grad = torch.zeros_like(w)", "")
    params = pick.of(
        f"[{w}, {b}]", f"[{w}]", f"[{b}]", f"({b}, {w})", f"iter([{w}, {b}])", f"(p for p in [{b}, {w}])", f"{{{w}: 1}}"
    )
    empty = pick.of(*[""] * 8, "[]", "iter([])")
    pick.do(*[gradients] * (gradients != ""))
    pick.call(
        f"ManualSGD({empty or params}, lr={pick.of(0.5, 0.1, 1.0, 0.0, 1e-6, 1e6)})", no_grad=False, backward=False
    )
    for _ in range(pick.of(1, 2, 3, 0)):
        pick.do(pick.of("result.step()", "result.zero_grad()", "result.step()", "(w**2).sum().backward()"))
    pick.do("done = [result.step(), result.zero_grad()]")
    if pick.of(False, False, True):
        pick.do("w.grad = torch.ones_like(w)", "w.requires_grad_(False)", "result.zero_grad()")
    pick.observe("done")


# train_bgd


@check(
    "train_bgd",
    points=0.25,
    hint="every epoch must lower the loss by as much. If it falls faster and faster, gradients add up: call "
    "`optimizer.zero_grad()`, with its parentheses, once in each.",
)
def test_bgd_gradients_do_not_accumulate(candidate, draw):
    """Where the gradient is the same in every epoch, all steps are equally long and the loss falls in a line."""
    model, X, y = draw.model(public.linear, 2), draw.tensor(4, 2, low=0.5, high=1), draw.tensor(4, 1, low=-20, high=-10)
    rate = draw.number(0.1, 0.3)
    observed = candidate.run(
        public.training, model, "SGD", code("lambda y_pred, y: (y_pred - y).mean()"), X, y, rate, 6
    )
    gradient = X.double().mean(dim=0)
    (first,) = public.trained(model, "SGD", lambda y_pred, y: (y_pred - y).mean(), X, y, rate, 1)[1]
    fall = rate * float(gradient.square().sum() + 1)
    observed.result.curve([first - epoch * fall for epoch in range(6)])


@probe
def training_with_hook(student, model, X, y, learning_rate, n_epochs):
    """train_bgd(model, SGD(...), nn.MSELoss(), X, y, n_epochs), where a forward hook of model triples its output"""
    model.register_forward_hook(lambda module, arguments, output: 3 * output)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    return student.train_bgd(model, optimizer, nn.MSELoss(), X, y, n_epochs)


@check(
    "train_bgd",
    points=0.25,
    hint="write `model(X)`: the call runs hooks and then `forward`; `model.forward(X)` leaves the hooks out.",
)
def test_bgd_calls_the_model(candidate, draw):
    """The model is called, so that its hooks run, and not its `forward`."""
    model, X, y = draw.model(public.linear, 3), draw.tensor(6, 3, low=-1, high=1), draw.tensor(6, 1)
    rate = draw.number(0.01, 0.02)
    observed = candidate.run(training_with_hook, model, X, y, rate, 4)
    _, losses = public.trained(model, "SGD", lambda y_pred, y: nn.MSELoss()(3 * y_pred, y), X, y, rate, 4)
    observed.result.curve(losses)


@check(
    "train_bgd",
    points=0.25,
    hint="take the loss from `criterion` and leave the whole update to `optimizer.step()`: it knows its own rule.",
)
def test_bgd_other_optimizers(candidate, draw):
    """Adam and Adagrad with other criteria give the losses and the parameters that they give in a plain loop."""
    for optimizer, name in (("Adam", "L1Loss"), ("Adagrad", "SmoothL1Loss")):
        model, X, y = draw.model(public.small_net), draw.tensor(6, 3, low=-1, high=1), draw.tensor(6, 1, low=1, high=4)
        rate, criterion = draw.number(0.05, 0.1), getattr(nn, name)()
        observed = candidate.run(public.training, model, optimizer, code(f"nn.{name}()"), X, y, rate, 8)
        expected, losses = public.trained(model, optimizer, criterion, X, y, rate, 8)
        observed.result.curve(losses)
        for key, parameter in expected.named_parameters():
            observed.argument(0).parameter(key).values(parameter, rtol=1e-3, atol=1e-4)


@probe
def draw_after_training(student, model, X, y, learning_rate, seed):
    """torch.manual_seed(seed); train_bgd(...) for 2 epochs; torch.rand(3)"""
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = student.train_bgd(model, optimizer, nn.MSELoss(), X, y, 2)
    return losses, torch.rand(3)


@check("train_bgd", points=0.25)
def test_bgd_leaves_the_rest(candidate, draw):
    """`X` and `y` are not modified, global settings are as before, and nobody re-seeds the generators."""
    model, X, y = draw.model(public.linear, 2), draw.tensor(2, 5, low=-1, high=1).T, draw.tensor(5, 1)
    rate, seed = draw.number(0.1, 0.3), draw.integer(0, 9999)
    drawn = []
    for given in (seed, seed + 1):
        observed = candidate.run(draw_after_training, model, X, y, rate, given).unchanged(1, 2).state_kept(*GENERATORS)
        losses, numbers = observed.result.unpack("losses", "numbers drawn afterwards")
        losses.curve(public.trained(model, "SGD", nn.MSELoss(), X, y, rate, 2)[1])
        drawn.append(numbers)
    if torch.equal(drawn[0].tensor, drawn[1].tensor):
        drawn[1].fails("other numbers after another seed", "the same: your function set a seed of its own", "state")


@probe
def california_housing(student):
    """train_bgd on California Housing: nn.Linear(8, 1) after seed 42, SGD of rate 0.4, nn.MSELoss(), 20 epochs"""
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, _ = train_test_split(housing.data, housing.target, random_state=42)
    X_train, _, y_train, _ = train_test_split(X_rest, y_rest, random_state=42)
    X_train, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_test[:3]))
    means, stds = X_train.mean(dim=0), X_train.std(dim=0)
    X_train, X_test = (X_train - means) / stds, (X_test - means) / stds
    y_train = torch.tensor(y_train, dtype=torch.float32).reshape(-1, 1)
    torch.manual_seed(42)
    model = nn.Linear(8, 1)
    start = [model.weight.detach().clone(), model.bias.detach().clone(), model(X_train[:2]).detach().flatten()]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.4)
    losses = student.train_bgd(model, optimizer, nn.MSELoss(), X_train, y_train, 20)
    with torch.no_grad():
        return *start, losses, model(X_test).flatten()


@check(
    "train_bgd",
    points=0.5,
    judges="facts",
    hint="run the last cell of the exercise: its losses must begin with 4.3378 and end with 0.5374.",
)
def test_bgd_on_california_housing(candidate):
    """On California Housing the start, the losses and the predictions are those printed in the course notes."""
    observed = candidate.run(california_housing)
    names = "initial weight", "initial bias", "untrained predictions", "losses", "predictions"
    weight, bias, untrained, losses, predictions = observed.result.unpack(*names)
    weight.values(PUBLISHED_WEIGHT, rtol=0, atol=FOUR_DECIMALS)
    bias.values(PUBLISHED_BIAS, rtol=0, atol=FOUR_DECIMALS)
    untrained.values(PUBLISHED_UNTRAINED, rtol=0, atol=FOUR_DECIMALS)
    losses.curve(PUBLISHED_LOSSES)
    predictions.values(PUBLISHED_PREDICTIONS, rtol=1e-3, atol=FOUR_DECIMALS)


@shared
def doubling(model):
    """Return the model with a forward hook that doubles its output."""
    model.register_forward_hook(lambda module, arguments, output: 2 * output)
    return model


@domain("train_bgd", points=0.5, free=["mode", "gradients"], programs=18)
def test_bgd_with_any_model(pick):
    """Any model, optimizer, criterion and number of epochs give the right losses, also when the loss settles."""
    nets = (
        "nn.Linear(2, 1)",
        "nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))",
        "doubling(nn.Linear(2, 1))",
    )
    criteria = ("nn.MSELoss()", "nn.L1Loss()", "lambda y_pred, y: ((y_pred - 2 * y) ** 2).mean()")
    criteria += ("lambda y_pred, y: 1e-3 * F.mse_loss(y_pred, y)", "F.mse_loss")
    settles = pick.of(False, False, True)
    pick.do("torch.manual_seed(3)")
    model = pick.given("model", nets[0] if settles else pick.of(*nets))
    pick.do(*["model.eval()"] * pick.maybe())
    if settles:
        X = pick.given("X", "torch.tensor([[1.0, 0.0], [0.0, 1.0]])")
        y = pick.given("y", f"torch.tensor({pick.of('[[2.0], [4.0]]', '[[0.0], [0.0]]')})")
        name, rate, n_epochs, criterion = "SGD", pick.of(0.4, 0.2), pick.of(30, 120), "nn.MSELoss()"
    else:
        n, criterion = pick.of(2, 1, 4), pick.of(*criteria)
        X = pick.tensor("X", (n, 2), low=-1, high=1)
        y = pick.tensor("y", (n, 1), scales=(1.0, 1.0, 1e3, 1e-3))
        name, rate, n_epochs = pick.of("SGD", "SGD", "Adam", "Adagrad"), pick.of(0.05, 0.01, 1e-4), pick.of(2, 1, 5, 0)
    pick.do(f"optimizer = torch.optim.{name}(model.parameters(), lr={rate})")
    pick.call(f"train_bgd({model}, optimizer, {criterion}, {X}, {y}, {n_epochs})", no_grad=False, backward=False)
