"""Hidden checks of 17_mlp_classification."""

from __future__ import annotations

import copy
import math
import random

import numpy as np
import torch
from torch import Tensor, nn

from grader.suites import CURVE_RTOL, Observed, Value, check, domain, probe, public_suite, shared

public = public_suite(__file__)
fill, classifier, logits_of = public.fill, public.classifier, public.logits_of
near, linear_layers, classify = public.near, public.linear_layers, public.classify
mean_cross_entropy, with_right_ones, net, sgd = (
    public.mean_cross_entropy,
    public.with_right_ones,
    public.net,
    public.sgd,
)

GENERATORS = ("the generator of torch", "the generator of NumPy", "the generator of random")

# ImageClassifier


@check(
    "ImageClassifier",
    points=0.25,
    hint="`x.flatten(start_dim=1)` merges all dimensions but the first, however many there are and wherever they lie.",
)
def test_image_of_any_shape(candidate, draw):
    """Rows that are flat already, images of any shape, and permuted ones that aren't contiguous all work."""
    for x in (draw.normal(3, 12), draw.normal(2, 4, 3), draw.normal(2, 2, 3, 2), draw.normal(5, 3, 4, 1)):
        seed = draw.integer(0, 9999)
        for given in (
            x,
            x.transpose(1, -1),
            x.permute(*range(1, x.dim()), 0).contiguous().permute(-1, *range(x.dim() - 1)),
        ):
            observed = candidate.run(classify, 12, (5, 4), 3, seed, given)
            near(observed.result, logits_of((12, 5, 4, 3), seed, given))
            observed.unchanged(4)


@check(
    "ImageClassifier",
    points=0.25,
    hint="the batch keeps its dimension even when it holds a single image: don't `squeeze`, and don't flatten it.",
)
def test_image_batch_of_one(candidate, draw):
    """A single image, and images of a single number, give logits of shape (N, n_classes)."""
    for x, n_classes in ((draw.normal(1, 1, 4, 6), 3), (draw.normal(5, 1, 1, 1), 2), (draw.normal(1, 24), 1)):
        seed, n_inputs = draw.integer(0, 9999), x[0].numel()
        observed = candidate.run(classify, n_inputs, (6, 4), n_classes, seed, x)
        near(observed.result, logits_of((n_inputs, 6, 4, n_classes), seed, x))


@probe
def classify_shifted(student, shift, seed, x):
    """model = ImageClassifier(24, (6, 4), 3); random weights (seed), shift added to the last bias; model(x)"""
    model = fill(student.ImageClassifier(24, (6, 4), 3), seed)
    last = [layer for layer in model.modules() if isinstance(layer, nn.Linear)][-1]
    with torch.no_grad():
        last.bias += shift
    return model(x)


@check(
    "ImageClassifier",
    points=0.5,
    hint="return what the last layer gives: the softmax belongs to the loss.",
)
def test_image_logits_are_raw(candidate, draw):
    """Logits are no probabilities: they are negative, or large, or whatever the last layer gives."""
    seed, x = draw.integer(0, 9999), draw.normal(4, 1, 4, 6)
    for shift in (draw.number(60, 90), -draw.number(60, 90)):
        near(candidate.run(classify_shifted, shift, seed, x).result, logits_of((24, 6, 4, 3), seed, x) + shift)


@probe
def after_backward(student, seed, x, upstream):
    """model = ImageClassifier(24, (6, 4), 3); random weights (seed); model(x).backward(upstream); model"""
    model = fill(student.ImageClassifier(24, (6, 4), 3), seed)
    model(x).backward(upstream)
    return model


@check("ImageClassifier", points=0.25)
def test_image_gradients(candidate, draw):
    """Every parameter receives its gradient."""
    seed, x, upstream = draw.integer(0, 9999), draw.normal(8, 1, 4, 6), draw.tensor(8, 3)
    model = candidate.run(after_backward, seed, x, upstream).result
    expected = classifier((24, 6, 4, 3), seed)
    expected(x.double().reshape(8, 24)).backward(upstream.double())
    layers = linear_layers(model, 24, 6, 4, 3)
    for parameter, same in zip((p for layer in layers for p in layer), expected.parameters(), strict=True):
        parameter.leaf().grad(same.grad, rtol=1e-4, atol=1e-5)


@probe
def moved(student, x):
    """model = ImageClassifier(24, (6, 4), 3).to(x.device); model(x)"""
    model = student.ImageClassifier(24, (6, 4), 3).to(x.device)
    return model(x), model


@check("ImageClassifier", points=0.25, judges="facts")
def test_image_on_another_device(candidate, draw, device):
    """`to` moves all of the model, which then works where it is; global settings stay as they are."""
    observed = candidate.run(moved, draw.normal(5, 1, 4, 6).to(device))
    output, model = observed.result.unpack("model(x)", "model")
    output.shape(5, 3).device(device)
    for parameter in model.parameters():
        parameter.device(device)
    observed.state_kept("the generator of torch")


@domain("ImageClassifier", points=0.5, programs=40)
def test_image_classifier_of_any_size(pick):
    """Layers of any sizes and images of any shape, in either mode, give the right logits and gradients."""
    n, shape = pick.of(2, 1, 3, 5), pick.of((4,), (2, 2), (1, 2, 3), (3, 2, 1), (1,))
    hidden, n_classes = (pick.of(3, 1, 4, 2), pick.of(2, 3, 1, 4)), pick.of(3, 2, 1)
    x = pick.tensor("x", (n, *shape), scales=(1.0, 100.0), grad="maybe")
    model = f"fill(ImageClassifier({math.prod(shape)}, {hidden}, {n_classes}), {pick.of(1, 2)}){pick.of('', '.eval()')}"
    pick.call(model, no_grad=False, backward=False)
    pick.do(f"y = result({x})", "(y**2).sum().backward()")
    pick.observe("y", "[p.shape for p in result.parameters()]", "[p.grad for p in result.parameters()]")


# cross_entropy

_STABLE = "the log of a softmax fails where a probability is 0. Use `logits - logits.logsumexp(dim=1, keepdim=True)`."


@check("cross_entropy", points=0.75, hint=_STABLE)
def test_entropy_of_large_logits(candidate, draw):
    """Logits of ±1000 and far beyond give finite, right values, also beside rows of small ones."""
    for size, third in ((1000.0, 1.0), (1e30, 0.25), (150.0, 1.0)):  # far out, floats no longer hold the log of a tie
        logits = torch.tensor([[1.0, -1.0, 0.5], [-1.0, 1.0, third], [0.0, 0.0, 0.0]]) * size
        logits[2] = draw.tensor(3)
        for targets in ([0, 2, draw.integer(0, 2)], [1, 0, draw.integer(0, 2)], [2, 1, draw.integer(0, 2)]):
            expected = mean_cross_entropy(logits, torch.tensor(targets))
            candidate.cross_entropy(logits, torch.tensor(targets)).result.values(expected, rtol=CURVE_RTOL)
    logits = torch.full((2, 3), -2000.0) + draw.tensor(2, 3)
    targets = draw.integers(2, low=0, high=2)
    expected = mean_cross_entropy(logits, targets)
    candidate.cross_entropy(logits, targets).result.values(expected, rtol=CURVE_RTOL, atol=CURVE_RTOL)


def gradient(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the gradient of the mean cross-entropy, by the formula and in float64."""
    one_hot = torch.zeros_like(logits, dtype=torch.float64)
    one_hot[torch.arange(len(logits)), targets] = 1.0
    return (torch.softmax(logits.double(), dim=1) - one_hot) / len(logits)


@check("cross_entropy", points=0.5)
def test_entropy_gradient(candidate, draw):
    """The result is attached, and the gradient of the logits is (softmax - one-hot) / N."""
    logits, targets = draw.tensor(5, 3), draw.integers(5, low=0, high=2)
    observed = candidate.with_backward().cross_entropy(logits.clone().requires_grad_(), targets)
    observed.result.attached().shape()
    observed.ran_backward().argument(0).grad(gradient(logits, targets))


@check("cross_entropy", points=0.25, hint=_STABLE)
def test_entropy_gradient_of_large_logits(candidate, draw):
    """The gradient is finite and right for logits of ±1000, where the target is held impossible too."""
    logits = torch.tensor([[1000.0, -1000.0, 0.0], [-1000.0, 1000.0, 1000.0], [0.0, 0.0, 0.0]])
    logits[2] = draw.tensor(3)
    for targets in ([0, 2, draw.integer(0, 2)], [1, 0, draw.integer(0, 2)]):
        observed = candidate.with_backward().cross_entropy(logits.clone().requires_grad_(), torch.tensor(targets))
        observed.ran_backward().argument(0).grad(gradient(logits, torch.tensor(targets)), rtol=CURVE_RTOL)


@check("cross_entropy", points=0.25, hint=public._SHAPE)
def test_entropy_refuses_other_targets(candidate, draw):
    """One-hot rows, and targets for another number of rows, are a ValueError; nothing has been changed."""
    logits, targets = draw.tensor(3, 3), draw.integers(3, low=0, high=2)
    one_hot = torch.eye(3, dtype=torch.int64)[targets]
    wrong = (targets[:2], targets[[0, 1, 2, 0]], targets[:1], targets[0], one_hot, targets.reshape(1, 3))
    for given in wrong:
        candidate.cross_entropy(logits, given.clone()).raises("ValueError").unchanged()
    candidate.cross_entropy(logits, targets).result.values(mean_cross_entropy(logits, targets))


@check("cross_entropy", points=0.25)
def test_entropy_leaves_its_arguments(candidate, draw):
    """Neither argument is modified, and global settings stay as they are."""
    logits, targets = draw.tensor(4, 3), draw.integers(4, low=0, high=2)
    for given in (logits, logits.clone().requires_grad_()):
        observed = candidate.cross_entropy(given, targets)
        observed.result.values(mean_cross_entropy(logits, targets))
        observed.unchanged().state_kept()


@check("cross_entropy", points=0.25, judges="facts")
def test_entropy_on_another_device(candidate, draw, device):
    """Tensors on another device give a 0-D result there, without reading values or mixing devices."""
    logits, targets = draw.tensor(5, 3).to(device), draw.integers(5, low=0, high=2).to(device)
    candidate.cross_entropy(logits, targets).result.shape().device(device)


@domain("cross_entropy", points=0.5, raises=["ValueError"])
def test_entropy_of_any_logits(pick):
    """Logits of any size and dtype give the right loss and gradient, and targets of other shapes ValueError."""
    n, classes = pick.of(2, 1, 3, 5), pick.of(3, 2, 1, 4)
    dtype = pick.of("float32", "float64", "float32", "float64", "float16", "bfloat16")
    precise = dtype in ("float32", "float64")
    scales = (1.0, 100.0, 1e6, 1000.0, 1e-3) if precise else (1.0,)
    logits = pick.tensor("logits", (n, classes), dtypes=[dtype], scales=scales, grad="maybe")
    wrong = {"column": (n, 1), "row": (1, n), "one more": (n + 1,), "number": (), "one-hot": (n, classes)}
    shape = wrong.get(pick.of("", "", "", "", "", "", "", *wrong), (n,))
    targets = pick.tensor("targets", shape, dtypes=["int64"], low=0, high=classes - 1)
    pick.call(f"cross_entropy({logits}, {targets})", backward=precise)


# accuracy


@check(
    "accuracy",
    points=0.25,
    hint="each *row* has a best column, also where there are as many rows as columns: `argmax(dim=1)`.",
)
def test_accuracy_of_square_logits(candidate, draw):
    """With as many rows as classes it is still the largest logit of each row that counts."""
    for size in (4, 5, 7):
        n_right = draw.integer(1, size - 1)
        candidate.accuracy(*with_right_ones(draw, size, size, n_right)).result.scalar(n_right / size)


@check("accuracy", points=0.25)
def test_accuracy_bounds(candidate, draw):
    """All wrong is 0.0 and all right is 1.0, Python floats; so is anything between."""
    for n_right in (0, 6, draw.integer(1, 5)):
        candidate.accuracy(*with_right_ones(draw, 6, 4, n_right)).result.number(n_right / 6)


@check("accuracy", points=0.25, hint=public._SHAPE)
def test_accuracy_refuses_other_targets(candidate, draw):
    """Targets of any other shape than (N,) are a ValueError, and nothing has been changed."""
    n_right = draw.integer(1, 2)
    logits, targets = with_right_ones(draw, 3, 3, n_right)
    for given in (targets[:2], targets[[0, 1, 2, 0]], targets[:1], targets.reshape(1, 3), targets[0]):
        candidate.accuracy(logits, given.clone()).raises("ValueError").unchanged()
    candidate.accuracy(logits, torch.eye(3, dtype=torch.int64)[targets]).raises("ValueError").unchanged()
    candidate.accuracy(logits, targets).result.scalar(n_right / 3)


@check("accuracy", points=0.25)
def test_accuracy_of_logits_that_require_grad(candidate, draw):
    """Logits that require grad are fine; neither argument is modified, and global settings stay as they are."""
    n_right = draw.integer(1, 4)
    logits, targets = with_right_ones(draw, 5, 3, n_right)
    for given in (logits.clone().requires_grad_(), logits.clone().requires_grad_() * 1, logits):
        observed = candidate.accuracy(given, targets)
        observed.result.scalar(n_right / 5)
        observed.unchanged().state_kept()


@domain("accuracy", points=0.25, raises=["ValueError"])
def test_accuracy_of_any_logits(pick):
    """Logits of any size and dtype give the right share, and targets of other shapes ValueError."""
    n, classes, dtype = pick.of(3, 1, 2, 4, 300), pick.of(3, 2, 1, 4), pick.of("float32", "float64", "float16")
    numbers = f"torch.randperm({n * classes}, generator=torch.Generator().manual_seed({pick.of(1, 2, 3)}))"
    offset, grad = pick.of("", " - 5", " * 1e3", " / 1e4"), pick.of("", "", ".requires_grad_()")
    dtype = "float32" if n == 300 or offset == " / 1e4" else dtype
    logits = pick.given("logits", f"({numbers}{offset}).reshape({n}, {classes}).to(torch.{dtype}){grad}")
    wrong = {"column": (n, 1), "row": (1, n), "one more": (n + 1,), "number": (), "one-hot": (n, classes)}
    shape = wrong.get(pick.of("", "", "", "", "", "", "", *wrong), (n,))
    pick.given("targets", f"(torch.arange({math.prod(shape)}) % {classes}).reshape({shape})")
    pick.call(f"accuracy({logits}, targets)", backward=False)


# train_classifier


@shared
class Watched(nn.Module):
    """A linear classifier that notes the rows it is given; the first column numbers them and doesn't count."""

    def __init__(self, n_features):
        super().__init__()
        self.inside = nn.Linear(n_features, 3)
        self.batches = []
        self.modes = []

    def forward(self, x):
        self.batches.append(x[:, 0].long().tolist())
        mode = "training mode" if self.training else "evaluation mode"
        self.modes.append(mode if self.training == self.inside.training else "a mixture of modes")
        return self.inside(x[:, 1:])

    def epochs(self, n_rows):
        """Return the rows in the order of their visits, one list an epoch."""
        rows = [row for batch in self.batches for row in batch]
        return [rows[i : i + n_rows] for i in range(0, len(rows), n_rows)]


def numbered(X: Tensor) -> Tensor:
    """Return `X` with a first column that numbers its rows."""
    return torch.cat([torch.arange(len(X), dtype=X.dtype).reshape(-1, 1), X], dim=1)


@probe
def batches_of(student, model, X, y, n_epochs, batch_size, seed):
    """train_classifier, with a model that notes which rows it is given"""
    student.train_classifier(model, X, y, n_epochs, 0.1, batch_size, seed)
    return [len(batch) for batch in model.batches], [sorted(epoch) for epoch in model.epochs(len(X))]


@check(
    "train_classifier",
    points=0.5,
    hint="every epoch goes through all rows once, in steps of `batch_size`; what is left at its end is a batch too.",
)
def test_train_batches(candidate, draw):
    """Every epoch shows the model each row exactly once, in batches of the right sizes."""
    for n_rows, batch_size, sizes in ((10, 4, [4, 4, 2]), (6, 3, [3, 3]), (3, 1, [1, 1, 1]), (5, 9, [5]), (1, 2, [1])):
        X, y = numbered(draw.tensor(n_rows, 2)), draw.integers(n_rows, low=0, high=2)
        observed = candidate.untraced().run(
            batches_of, draw.model(Watched, 2), X, y, 2, batch_size, draw.integer(0, 99)
        )
        got, epochs = observed.result.unpack("the sizes of the batches of two epochs", "the rows of two epochs")
        got.equals(sizes * 2)
        epochs.equals([list(range(n_rows))] * 2)


@probe
def orders_of(student, model, X, y, batch_size, seed):
    """train_classifier for three epochs with this seed, then for three with seed + 1; the orders of the rows"""
    found, orders = [], []
    unshuffled = [sorted(range(i, i + batch_size)) for i in range(0, len(X), batch_size)]
    for s in (seed, seed + 1):
        model.batches.clear()
        student.train_classifier(model, X, y, 3, 0.1, batch_size, s)
        for order in model.epochs(len(X)):
            batches = [sorted(order[i : i + batch_size]) for i in range(0, len(X), batch_size)]
            if order == sorted(order):
                found.append("the order of X")
            elif order in orders:
                found.append("an order that was there before")
            elif sorted(batches) == unshuffled:
                found.append("the batches of X, each with the rows it always has")
            else:
                found.append("a new order")
            orders.append(order)
    return found


@check(
    "train_classifier",
    points=0.5,
    hint="make one `torch.Generator().manual_seed(seed)` before the first epoch, and shuffle all rows with it in each.",
)
def test_train_shuffles(candidate, draw):
    """The rows come in an order of their own in every epoch, and in other orders for another seed."""
    X, y = numbered(draw.tensor(20, 2)), draw.integers(20, low=0, high=2)
    observed = candidate.untraced().run(orders_of, draw.model(Watched, 2), X, y, 5, draw.integer(0, 99))
    observed.result.equals(["a new order"] * 6)


def as_trained(observed: Observed, batches: Value, model: nn.Module, X: Tensor, y: Tensor, n_epochs: int) -> None:
    """Ask for the losses and the model of plain SGD with a rate of 0.2 on the very batches that the model was given."""
    order = [[int(str(row.integer().python)) for row in batch.items()] for batch in batches.items()]
    if not all(order) or sorted(row for batch in order for row in batch) != sorted([*range(len(X))] * n_epochs):
        observed.fails("every row once in every epoch", "other rows", "length")
    totals, trained = [0.0] * n_epochs, model
    done = 0
    for batch, (loss, after) in zip(order, sgd(model, [(X[batch], y[batch]) for batch in order], 0.2), strict=True):
        totals[done // len(X)] += loss * len(batch) / len(X)
        done, trained = done + len(batch), after
    losses, _ = observed.result.items(2)
    for i, loss in enumerate(losses.items(n_epochs)):
        loss.scalar(totals[i], rtol=CURVE_RTOL)
    for name, parameter in trained.named_parameters():
        observed.argument(0).parameter(name).values(parameter, rtol=1e-4, atol=1e-5)


@probe
def train_noted(student, model, X, y, n_epochs, batch_size, seed):
    """train_classifier with learning_rate=0.2, and the batches of rows that the model was given"""
    losses = student.train_classifier(model, X, y, n_epochs, 0.2, batch_size, seed)
    return losses, model.batches


@check(
    "train_classifier",
    points=0.5,
    hint="reset the gradients for each batch, step by learning_rate × gradient, weight each loss by its batch's size.",
)
def test_train_updates(candidate, draw):
    """Each batch makes one plain step with fresh gradients; the losses are the means per sample as trained."""
    for n_rows, batch_size, dtype in ((7, 3, torch.float32), (10, 4, torch.float64)):
        X, y = numbered(draw.tensor(n_rows, 2, dtype=dtype)), draw.integers(n_rows, low=0, high=2)
        model = draw.model(Watched, 2)
        if dtype == torch.float64:
            model = draw.model(double_watched)
        observed = candidate.untraced().run(train_noted, model, X, y, 3, batch_size, draw.integer(0, 99))
        _, batches = observed.result.unpack("the losses", "the batches")
        as_trained(observed, batches, model, X, y, 3)


@shared
def double_watched():
    return Watched(2).double()


@shared
def seed_everything(seed):
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


@shared
def draw_from_everything():
    return [torch.rand(()).item(), float(np.random.rand()), random.random()]


@probe
def train_twice(student, model, X, y, n_epochs, batch_size, seed):
    """train_classifier for two copies of a model, with other states of the global generators"""
    results = []
    for global_seed in (1, 2):
        seed_everything(global_seed)
        same = copy.deepcopy(model)
        results.append((student.train_classifier(same, X, y, n_epochs, 0.2, batch_size, seed), same.batches))
    (first, order), (second, other_order) = results
    return first, second, "the same order" if order == other_order else "another order"


@check(
    "train_classifier",
    points=0.5,
    judges="facts",
    hint="only your own `torch.Generator().manual_seed(seed)` may decide about the order, not the global generators.",
)
def test_train_repeats(candidate, draw):
    """The same seed and the same initial model give the same losses, whatever the global generators."""
    model, X, y = draw.model(Watched, 2), numbered(draw.tensor(9, 2)), draw.integers(9, low=0, high=2)
    observed = candidate.untraced().run(train_twice, model, X, y, 2, 2, draw.integer(0, 99))
    first, second, order = observed.result.unpack("the losses", "the losses of the second call", "the second call had")
    order.equals("the same order")
    for one, other in zip(first.items(2), second.items(2), strict=True):
        other.number(float(str(one.number().python)))


@probe
def train_between_draws(student, model, X, y):
    """for seed in (1, 2): seed the global generators, train_classifier(..., seed=0), then draw from them"""
    drawn = []
    for seed in (1, 2):
        seed_everything(seed)
        losses = student.train_classifier(copy.deepcopy(model), X, y, 2, 0.2, 6, 0)
        drawn.append(draw_from_everything())
    return losses, drawn


@check(
    "train_classifier",
    points=0.25,
    hint="`torch.manual_seed` and its like set the whole program's generator. Make a `torch.Generator` of your own.",
)
def test_train_leaves_the_generators(candidate, draw):
    """The global generators are not re-seeded, and other global settings stay as they are."""
    model, X, y = draw.model(net), draw.tensor(6, 2), draw.integers(6, low=0, high=2)
    observed = candidate.untraced().run(train_between_draws, model, X, y)
    losses, drawn = observed.result.unpack("the losses", "what was drawn")
    for loss, (expected, _) in zip(losses.items(2), sgd(model, [(X, y)] * 2, 0.2), strict=True):
        loss.scalar(expected, rtol=CURVE_RTOL)
    observed.state_kept(*GENERATORS)
    first, second = (numbers.items(3) for numbers in drawn.items(2))
    for name, one, other in zip(("torch", "NumPy", "random"), first, second, strict=True):
        if one.python == other.python:
            expected = f"a global generator of {name} that goes on from where it was"
            observed.fails(expected, "one that your function has seeded", "state")


@probe
def modes_of(student, model, X, y):
    """train_classifier for two epochs, with a model that notes the modes it is called in"""
    losses = student.train_classifier(model, X, y, 2, 0.2, 6, 0)
    return losses, sorted(set(model.modes))


@check(
    "train_classifier",
    points=0.25,
    hint="call `model.train()` before the first batch, whatever mode the model comes in.",
)
def test_train_mode(candidate, draw):
    """The model is called in training mode, even if it comes in evaluation mode."""
    X, y = numbered(draw.tensor(6, 2)), draw.integers(6, low=0, high=2)
    for training in (False, True):
        model = draw.model(Watched, 2).train(training)
        losses, modes = candidate.untraced().run(modes_of, model, X, y).result.unpack("the losses", "the modes")
        modes.equals(["training mode"])
        for loss, (expected, _) in zip(losses.items(2), sgd(model, [(X, y)] * 2, 0.2), strict=True):
            loss.scalar(expected, rtol=CURVE_RTOL)


@check("train_classifier", points=0.25)
def test_train_leaves_its_data(candidate, draw):
    """Neither `X` nor `y` is modified; no epochs give no losses and the model as it was."""
    model, X, y = draw.model(net), draw.tensor(2, 6).T, draw.integers(6, low=0, high=2)
    observed = candidate.untraced().train_classifier(model, X, y, 2, 0.2, 6, 0)
    for loss, (expected, _) in zip(observed.result.items(2), sgd(model, [(X, y)] * 2, 0.2), strict=True):
        loss.scalar(expected, rtol=CURVE_RTOL)
    observed.unchanged(1, 2)
    observed = candidate.untraced().train_classifier(model, X, y, 0, 0.2, 4, 0)
    observed.result.items(0, kind="list")
    for name, parameter in model.named_parameters():
        observed.argument(0).parameter(name).values(parameter)


@domain("train_classifier", points=0.5, programs=20, free=["mode", "gradients"])
def test_train_any_model(pick):
    """Where the order of rows makes no difference, any model and data give the right losses and parameters."""
    pick.do("torch.manual_seed(3)")
    batch_norm = "nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))"
    models = ("nn.Linear(2, 3)", "nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3))", batch_norm)
    chosen, n = pick.of(*models), pick.of(3, 1, 2, 4, 5)
    pick.given("model", chosen + pick.of("", ".eval()"))
    n += chosen == batch_norm and n == 1  # batch norm needs two rows
    X = pick.tensor("X", (n, 2), scales=(1.0, 20.0), layouts=False)
    y = pick.tensor("y", (n,), dtypes=["int64"], low=0, high=2, layouts=False)
    rate, n_epochs = pick.of(0.1, 0.01, 0.1, 0.0), pick.of(2, 1, 12, 0)
    size = {"N": n, "N + 1": n + 1}.get(pick.of("100", "N", "N + 1"), 100)
    n_epochs = min(n_epochs, 2) if chosen == batch_norm else n_epochs
    if rate == 0.0 and chosen != batch_norm:
        size = 2
    pick.call(f"train_classifier(model, {X}, {y}, {n_epochs}, {rate}, {size}, {pick.seed()})", no_grad=False)
    pick.observe("result", "all(loss == round(loss, 5) for loss in result)")
