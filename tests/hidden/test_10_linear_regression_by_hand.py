"""Hidden checks of 10_linear_regression_by_hand."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.suites import CURVE_RTOL, Value, check, domain, probe, public_suite

# Printed in the course notes (California Housing, rate 0.4, 20 epochs, seed 42): the loss of every epoch, and the
# predictions for the first three test rows.
PUBLISHED_LOSSES = [
    16.158456802368164,
    4.8793745040893555,
    2.255225419998169,
    1.3307634592056274,
    0.9680691957473755,
    0.8142675757408142,
    0.7417045831680298,
    0.7020701169967651,
    0.6765918731689453,
    0.6577965021133423,
    0.6426151990890503,
    0.6297222971916199,
    0.6184942126274109,
    0.6085968613624573,
    0.5998216271400452,
    0.592018723487854,
    0.5850691795349121,
    0.578873336315155,
    0.573345422744751,
    0.5684100389480591,
]
PUBLISHED_PREDICTIONS = [0.8916, 1.648, 2.6577]

public = public_suite(__file__)
descent, seeded_weights = public.descent, public.seeded_weights

GENERATORS = ("the generator of torch", "the generator of NumPy", "the generator of random")


def has_learned(parameter: Value, expected: Tensor) -> None:
    """Ask for this trained parameter, as near as float32 comes after some updates."""
    parameter.values(expected, rtol=1e-4, atol=1e-5)


@probe
def backward_through_parameters(student, X, seed):
    """w, b = init_parameters(X.shape[1], seed), then (X @ w + b).sum().backward()"""
    w, b = student.init_parameters(X.shape[1], seed)
    (X @ w + b).sum().backward()
    return w, b


@check("init_parameters", points=0.5, judges="facts")
def test_init_collects_gradients(candidate, draw):
    """Both parameters are leaves that require grad: a backward fills both `.grad`."""
    X = draw.tensor(4, 3)
    w, b = candidate.run(backward_through_parameters, X, draw.integer(0, 9999)).result.unpack("w", "b")
    w.leaf().grad(X.double().sum(dim=0).reshape(-1, 1))
    b.leaf().grad(4.0)


@probe
def initialise_twice(student, n_features, seed):
    """init_parameters, then its w and b filled with 9, then init_parameters again"""
    first = student.init_parameters(n_features, seed)
    weights = first[0].detach().clone()
    with torch.no_grad():
        for parameter in first:
            parameter.fill_(9)
    return (weights, *student.init_parameters(n_features, seed))


@check(
    "init_parameters",
    points=0.25,
    judges="facts",
    hint="each call must set the seed, and only then draw a `w` of its own.",
)
def test_init_repeats(candidate, draw):
    """The same seed gives the same numbers, in new tensors."""
    observed = candidate.run(initialise_twice, draw.integer(2, 5), draw.integer(0, 9999))
    first, w, b = observed.result.unpack("w of the first call", "w of the second call", "b of the second call")
    w.values(first.tensor)
    b.values(0.0)


@check("init_parameters", points=0.25, judges="facts")
def test_init_float32(candidate, draw):
    """They come in a tuple, and both are float32."""
    w, b = candidate.init_parameters(3, seed=draw.integer(0, 9999)).result.unpack("w", "b", kind="tuple")
    w.dtype(torch.float32)
    b.dtype(torch.float32)


@domain("init_parameters", points=0.25, programs=40)
def test_init_of_any_size_and_seed(pick):
    """Any number of features and any seed give the right parameters, and gradients reach both."""
    n_features = pick.of(2, 1, 3, 15, 16, 17, 64, 300, *["any"] * 8)
    n_features = pick.integer(1, 100) if n_features == "any" else n_features
    seed = pick.integer(0, 9999) if pick.maybe() else pick.seed()
    names = pick.of("{}, {}", "n_features={}, seed={}")
    pick.call(f"init_parameters({names})".format(n_features, seed), backward=False)
    if pick.maybe():
        pick.do("w, b = result", "((w**2).sum() + 3 * b).backward()")


@check("mse", points=0.25, judges="facts", hint="compare the two whole shapes, and raise before you subtract anything.")
def test_mse_refuses_other_shapes(candidate, draw):
    """Shapes that differ in any way are a ValueError, and nothing has been changed; equal ones are not."""
    for predicted, true in (((4, 1), (1, 1)), ((4, 1), (1, 4)), ((3,), (3, 1)), ((2, 3), (3,)), ((2, 3), (3, 2))):
        candidate.mse(draw.tensor(*predicted), draw.tensor(*true)).raises("ValueError").unchanged()
    candidate.mse(draw.tensor(4, 1), draw.tensor(4, 1)).returned()


@check("mse", points=0.25)
def test_mse_gradient(candidate, draw):
    """The result is 0-D and attached: backward gives the predictions the gradient 2 (y_pred - y_true) / n."""
    y_pred, y_true = draw.tensor(3, 2), draw.tensor(3, 2)
    observed = candidate.with_backward().mse(y_pred.clone().requires_grad_(), y_true)
    observed.result.attached().shape()
    observed.ran_backward().argument(0, "y_pred").grad(2 * (y_pred.double() - y_true.double()) / 6)


@check("mse", points=0.25, judges="facts")
def test_mse_leaves_its_arguments(candidate, draw):
    """Neither argument is modified."""
    observed = candidate.mse(draw.tensor(4, 1), draw.tensor(4, 1))
    observed.result.shape()
    observed.unchanged()


@check("mse", points=0.25, judges="facts")
def test_mse_on_any_device(candidate, draw, device):
    """Tensors of a second device (the meta device, whose tensors have no values) give a 0-D tensor there."""
    observed = candidate.mse(draw.tensor(5, 1).to(device), draw.tensor(5, 1).to(device))
    observed.result.shape().device(device)


@domain("mse", points=0.25, raises=["ValueError"])
def test_mse_of_any_two_tensors(pick):
    """Any two tensors of one shape, also equal ones, get the right value and gradient; others are refused."""
    shape, scale = pick.shape(ranks=(2, 1, 0, 3), sizes=(2, 3, 1)), pick.of(1.0, 1.0, 1e-6, 1e6)
    y_pred = pick.tensor("y_pred", shape, scales=(scale,), grad="maybe")
    true = pick.of("other", "other", "other", "equal", "close", "shape", "shape")
    if true == "shape":
        n = len(shape)
        others = ((*shape, 1), shape[1:], (1, *shape), shape[::-1], (3, 1), (3,), (1, 3), (1,) * n, (4, *shape[1:]))
        pick.tensor("y_true", pick.of(*others), scales=(scale,))
    elif true == "other":
        pick.tensor("y_true", shape, scales=(scale,))
    else:
        pick.given("y_true", f"{y_pred}.detach().clone()" if true == "equal" else f"{y_pred}.detach() * 1.125")
    pick.call(f"mse({y_pred}, {pick.of('', 'y_true=')}y_true)")


@check("train_linear", points=0.75)
def test_train_returns_last_parameters(candidate, draw):
    """The returned `w`, of shape (F, 1), and `b`, of shape (), are those after the last update."""
    X, y, seed = draw.tensor(6, 2, low=-1, high=2), draw.tensor(6, 1), draw.integer(0, 9999)
    for n_epochs in (1, 4):
        observed = candidate.train_linear(X, y, learning_rate=0.06, n_epochs=n_epochs, seed=seed)
        expected_w, expected_b, _ = descent(X, y, 0.06, n_epochs, seed)
        w, b, _ = observed.result.unpack("w", "b", "losses")
        has_learned(w, expected_w)
        has_learned(b, expected_b)


@check("train_linear", points=0.25)
def test_train_zero_epochs(candidate, draw):
    """With no epochs the tuple holds the initial parameters and no losses."""
    seed = draw.integer(0, 9999)
    observed = candidate.train_linear(draw.tensor(6, 2), draw.tensor(6, 1), learning_rate=0.05, n_epochs=0, seed=seed)
    w, b, losses = observed.result.unpack("w", "b", "losses", kind="tuple")
    w.values(seeded_weights(2, seed))
    b.values(0.0)
    losses.items(0, kind="list")


@check("train_linear", points=0.5)
def test_train_converges(candidate, draw):
    """After enough epochs `w` and `b` are the least-squares solution."""
    # Standardised, uncorrelated features: every update shrinks the distance to the solution to a fifth.
    ones = torch.ones(12, 1, dtype=torch.float64)
    axes = torch.linalg.qr(torch.cat([ones, draw.normal(12, 3, dtype=torch.float64)], dim=1)).Q
    X = (axes[:, 1:] * 12**0.5).float()
    y = draw.tensor(12, 1, low=-2, high=4)
    w, b, _ = candidate.train_linear(X, y, learning_rate=0.4, n_epochs=10, seed=0).result.unpack("w", "b", "losses")
    solution = torch.linalg.lstsq(torch.cat([X.double(), ones], dim=1), y.double()).solution
    has_learned(w, solution[:3])
    has_learned(b, solution[3, 0])


@check(
    "train_linear",
    points=0.25,
    judges="facts",
    hint="compare the whole shape of `y` with `(N, 1)` before the first epoch.",
)
def test_train_refuses_other_targets(candidate, draw):
    """Targets of any other shape than (N, 1) are a ValueError, and nothing has been changed."""
    X = draw.tensor(4, 2)
    for shape in ((1, 4), (4, 2), (3, 1), (1, 1), (4, 1, 1)):
        observed = candidate.train_linear(X, draw.tensor(*shape), learning_rate=0.05, n_epochs=2, seed=0)
        observed.raises("ValueError").unchanged(0, 1)
    candidate.train_linear(X, draw.tensor(4, 1), learning_rate=0.05, n_epochs=2, seed=0).returned()


@check("train_linear", points=0.25, judges="facts")
def test_train_leaves_its_arguments(candidate, draw):
    """Neither `X` nor `y` is modified, and PyTorch's global settings are as before."""
    observed = candidate.train_linear(draw.tensor(2, 6).T, draw.tensor(6, 1), learning_rate=0.05, n_epochs=2, seed=0)
    observed.result.items(3)
    observed.unchanged(0, 1).state_kept(*GENERATORS)


@probe
def train_twice(student, X, y, learning_rate, n_epochs, seed):
    """train_linear twice with the same arguments"""
    first = student.train_linear(X, y, learning_rate, n_epochs, seed)
    second = student.train_linear(X, y, learning_rate, n_epochs, seed)
    return first[2], second[2]


@check(
    "train_linear",
    points=0.25,
    hint="let every call set the seed and make its own parameters and its own list.",
)
def test_train_repeats(candidate, draw):
    """A second call with the same arguments starts from the beginning."""
    X, y, seed = draw.tensor(6, 2, low=-1, high=2), draw.tensor(6, 1), draw.integer(0, 9999)
    observed = candidate.run(train_twice, X, y, 0.05, 3, seed)
    *_, expected = descent(X, y, 0.05, 3, seed)
    for losses in observed.result.unpack("losses of the first call", "losses of the second call"):
        losses.curve(expected)


@probe
def california_housing(student):
    """train_linear on California Housing with learning_rate=0.4, n_epochs=20, seed=42, then three test predictions"""
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    X_rest, X_test, y_rest, _ = train_test_split(housing.data, housing.target, random_state=42)
    X_train, _, y_train, _ = train_test_split(X_rest, y_rest, random_state=42)
    X_train, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_test[:3]))
    means, stds = X_train.mean(dim=0), X_train.std(dim=0)
    y_train = torch.tensor(y_train, dtype=torch.float32).reshape(-1, 1)
    w, b, losses = student.train_linear((X_train - means) / stds, y_train, learning_rate=0.4, n_epochs=20, seed=42)
    with torch.no_grad():
        return losses, ((X_test - means) / stds @ w.float() + b).flatten()


@check(
    "train_linear",
    points=0.5,
    judges="facts",
    hint="run the last cell of the exercise: its losses must begin with 16.1585 and end with 0.5684.",
)
def test_train_on_california_housing(candidate):
    """On California Housing the losses and predictions are those printed in the course notes."""
    losses, predictions = candidate.run(california_housing).result.unpack("losses", "predictions")
    losses.curve(PUBLISHED_LOSSES)
    predictions.values(PUBLISHED_PREDICTIONS, rtol=CURVE_RTOL)


@domain(
    "train_linear",
    points=0.5,
    free=["generators", "requires_grad", "gradients", "memory"],
    raises=["ValueError"],
    programs=24,
)
def test_train_on_any_data(pick):
    """Any data, rate, seed and number of epochs give the right parameters and losses, also when the loss settles."""
    if pick.of(False, False, False, True):
        X = pick.given("X", "torch.tensor([[1.0], [-1.0]])")
        y = pick.given("y", f"torch.tensor({pick.of('[[2.0], [4.0]]', '[[0.0], [0.0]]', '[[1e6], [2e6]]')})")
        rate, n_epochs = pick.of(0.4, 0.25, 0.5), pick.of(20, 120)
    else:
        n, n_features = pick.of(3, 1, 2, 6), pick.of(2, 1, 3)
        X = pick.tensor("X", (n, n_features), low=-2, high=2)
        shape = pick.of(*[(n, 1)] * 6, (n,), (1, n), (n,), (n + 1, 1), (n, 2), (n, 1, 1))
        y = pick.tensor("y", shape, scales=(1.0, 1e-6, 1e6, 1.0))
        rate, n_epochs = pick.of(0.05, 0.01, 1e-4), pick.of(3, 1, 0, 2, 8)
    names = pick.of("{}, {}, {}", "learning_rate={}, n_epochs={}, seed={}")
    pick.call(f"train_linear({X}, {y}, {names.format(rate, n_epochs, pick.seed())})", no_grad=False, backward=False)
