"""Hidden checks of 14_minibatches."""

from __future__ import annotations

import random

import numpy as np
import torch
from torch.utils.data import DataLoader

from grader.suites import check, domain, probe, public_suite, shared

public = public_suite(__file__)
Numbers = public.Numbers

# TableDataset


@probe
def batches(student, X, y, batch_size):
    """list(DataLoader(TableDataset(X, y), batch_size=batch_size))"""
    return list(DataLoader(student.TableDataset(X, y), batch_size=batch_size))


@check(
    "TableDataset",
    points=0.25,
    hint="a `DataLoader` stacks what `ds[i]` returns: let both be tensors that have lost their first dimension.",
)
def test_table_in_a_loader(candidate, draw):
    """A DataLoader over it gives batches (B, F) and (B, 1) with matching rows; other targets and dtypes work too."""
    n = 5
    others = draw.tensor(n, 3), draw.integers(n, low=0, high=9), draw.tensor(n, 2, dtype=torch.float64)
    for y in (*others, draw.tensor(n, 1)):
        X = draw.tensor(n, 3, dtype=draw.choice([torch.float32, torch.float64]))
        for batch, start in zip(candidate.run(batches, X, y, 2).result.items(3), (0, 2, 4), strict=True):
            features, target = batch.items(2)
            features.values(X[start : start + 2]).dtype(X.dtype)
            target.values(y[start : start + 2]).dtype(y.dtype)


@probe
def item_after_change(student, X, y, i):
    """ds = TableDataset(X, y); 100 is added to X and y in place; ds[i]"""
    ds = student.TableDataset(X, y)
    X += 100
    y += 100
    return ds[i]


@check(
    "TableDataset",
    points=0.25,
    hint="keep the very tensors that you are given, and return views of their rows: no `clone()`, no conversion.",
)
def test_table_shares_memory(candidate, draw):
    """Nothing is copied: items share memory with X and y, which are not modified, and show later changes of them."""
    X, y = draw.tensor(5, 3), draw.tensor(5, 1)
    i = draw.integer(1, 4)
    observed = candidate.run(public.item, X, y, i).unchanged(0, 1)
    features, target = observed.result.items(2)
    features.values(X[i]).shares_memory_with(observed.argument(0))
    target.values(y[i]).shares_memory_with(observed.argument(1))
    features, target = candidate.run(item_after_change, X, y, i).result.items(2)
    features.values(X[i] + 100)
    target.values(y[i] + 100)


@probe
def looped(student, X, y):
    """[sample for sample in TableDataset(X, y)], but stopped after 20 samples"""
    return [sample for _, sample in zip(range(20), student.TableDataset(X, y), strict=False)]


@check(
    "TableDataset",
    points=0.25,
    hint="a `for` loop counts up until `ds[i]` raises IndexError: never return anything beyond the last row.",
)
def test_table_in_a_loop(candidate, draw):
    """A for loop over the dataset gives every row once, and ends; over one without rows it ends at once."""
    X, y = draw.tensor(draw.integer(3, 6), 2), draw.tensor(0, 1)
    candidate.run(looped, X[:0], y).result.items(0)
    candidate.run(public.length, X[:0], y).result.integer(0)
    y = draw.tensor(len(X), 1)
    for sample, row, value in zip(candidate.run(looped, X, y).result.items(len(X)), X, y, strict=True):
        features, target = sample.items(2)
        features.values(row)
        target.values(value)


@probe
def first_of_two(student, X, y, i):
    """train = TableDataset(X, y); valid = TableDataset(-X[:2], -y[:2]); len(train), train[i]"""
    train = student.TableDataset(X, y)
    student.TableDataset(-X[:2], -y[:2])
    return len(train), train[i]


@check(
    "TableDataset",
    points=0.25,
    hint="keep the tensors on `self`. What is kept on the class, or in a global name, all datasets share.",
)
def test_table_beside_another(candidate, draw):
    """A second dataset leaves the first one as it is."""
    n = draw.integer(4, 6)
    X, y = draw.tensor(n, 3, low=1), draw.tensor(n, 1, low=1)
    length, sample = candidate.run(first_of_two, X, y, 1).result.items(2)
    length.integer(n)
    features, target = sample.items(2)
    features.values(X[1])
    target.values(y[1])


@domain("TableDataset", points=0.25, raises=["ValueError", "IndexError"])
def test_table_of_any_tensors(pick):
    """Tables of any length, shape and dtype give their rows, and errors for wrong lengths and indices."""
    n, more = pick.of(3, 1, 2, 0, 5), pick.of(0, 0, 0, 0, 0, 0, 1, -1)
    use = pick.of(
        "[{}]", "[{}]", "len({})", "list(zip(range(9), {}))", "[tuple(pair) for pair in DataLoader({}, batch_size=2)]"
    )
    long, i = pick.of(False, False, False, False, True), pick.of(0, 1, -1, 2, "-n", "-n - 1", "n", 300)
    if long:
        n, more = 300, min(more, 0)
        X = pick.given("X", "torch.arange(600.0).reshape(300, 2)")
        y = pick.given("y", f"torch.arange({n + more})")
    else:
        X = pick.tensor("X", (n, pick.of(2, 1, 3)), dtypes=("float32", "float64", "int64", "float16"), grad="maybe")
        y_shape = (max(n + more, 0), *pick.of((1,), (), (2,), (2, 2)))
        y = pick.tensor("y", y_shape, dtypes=("float32", "int64", "bool", "float64"))
    if use == "[{}]":
        use = f"{{}}[{ {'-n': -n, '-n - 1': -n - 1, 'n': n}.get(i, i) }]"
    pick.call(use.format(f"TableDataset({X}, {y})"), backward=False)


# make_loaders


@shared
def disturbed(state):
    """Bring all global generators into a state."""
    torch.manual_seed(state)
    np.random.seed(state)
    random.seed(state)


@check(
    "make_loaders",
    points=0.25,
    hint="`shuffle=True` makes a `DataLoader` draw a new order whenever a loop over it starts.",
)
def test_loaders_shuffle_every_epoch(candidate, draw):
    """The training samples are not in their order, and the second epoch has another order than the first."""
    batch_size, n = draw.integer(4, 6), draw.integer(30, 50)
    observed = candidate.run(public.two_passes, n, 3, batch_size, draw.integer(0, 9999))
    train, _ = observed.result.unpack("the training epochs", "the validation passes")
    first, second = train.unpack("training epoch 1", "training epoch 2")
    for epoch in (first, second):
        public.holds_every_sample_once(epoch, n, batch_size)
        if epoch.python == public.in_order(0, n, batch_size):
            epoch.fails("the samples in a random order", "0, 1, 2, ... as they stand in the dataset", "values")
    if first.python == second.python:
        second.fails("another order than in the first epoch", "the same order", "values")


@probe
def made_twice(student, n, batch_size, seed):
    """make_loaders(..., seed) and two training epochs; all of it again with the global generators in another state"""
    runs = []
    for state in (1, 2):
        disturbed(state)
        train_loader, _ = student.make_loaders(Numbers(0, n), Numbers(100, 3), batch_size, seed)
        epochs = []
        for _ in range(2):
            torch.rand(state)
            epochs.append([batch.tolist() for batch in train_loader])
        runs.append(epochs)
    return runs


@check(
    "make_loaders",
    points=0.5,
    hint="hand the training loader its own `generator=torch.Generator().manual_seed(seed)`.",
)
def test_loaders_repeat_with_their_seed(candidate, draw):
    """The same seed gives the same two epochs, whatever the global generators do before and in between."""
    batch_size, n = draw.integer(4, 6), draw.integer(30, 50)
    observed = candidate.run(made_twice, n, batch_size, draw.integer(0, 9999))
    first, second = observed.result.unpack("the first run", "the second run")
    for epoch in first.unpack("epoch 1", "epoch 2"):
        public.holds_every_sample_once(epoch, n, batch_size)
    if second.python != first.python:
        second.fails("the same orders as in the first run", "other orders", "values")


@check(
    "make_loaders",
    points=0.25,
    hint="seed the generator with the argument `seed`: every seed gave the same order.",
)
def test_loaders_differ_with_another_seed(candidate, draw):
    """Another seed gives another order."""
    batch_size, n, seed = draw.integer(4, 6), draw.integer(30, 50), draw.integer(0, 9999)
    epochs = []
    for other in (seed, seed + draw.integer(1, 99)):
        observed = candidate.run(public.two_passes, n, 3, batch_size, other)
        train, _ = observed.result.unpack("the training epochs", "the validation passes")
        first, _ = train.unpack("training epoch 1", "training epoch 2")
        public.holds_every_sample_once(first, n, batch_size)
        epochs.append(first)
    if epochs[0].python == epochs[1].python:
        epochs[1].fails("another order than with another seed", "the same order", "values")


@probe
def with_and_without_validation(student, n, batch_size, seed):
    """two training epochs with nothing in between; with new loaders, two with passes over the validation loader"""
    runs = []
    for n_passes in (0, 2):
        train_loader, valid_loader = student.make_loaders(Numbers(0, n), Numbers(100, 9), batch_size, seed)
        epochs = []
        for _ in range(2):
            for _ in range(n_passes):
                list(valid_loader)
            epochs.append([batch.tolist() for batch in train_loader])
        runs.append(epochs)
    return runs


@check(
    "make_loaders",
    points=0.25,
    hint="don't give the validation loader the generator of the training loader: every pass moves it on.",
)
def test_loaders_train_apart_from_validation(candidate, draw):
    """However often the validation loader is used, the training orders are the same."""
    batch_size, n = draw.integer(4, 6), draw.integer(30, 50)
    observed = candidate.run(with_and_without_validation, n, batch_size, draw.integer(0, 9999))
    without, between = observed.result.unpack("training without validation", "training with validation")
    for epoch in without.unpack("epoch 1", "epoch 2"):
        public.holds_every_sample_once(epoch, n, batch_size)
    if between.python != without.python:
        between.fails("the same orders as without validation", "other orders", "values")


@probe
def drawn_afterwards(student, n, batch_size, seed):
    """make_loaders and a pass over both; then random numbers from torch, NumPy and random; for two global seeds"""
    drawn = []
    for state in (1, 2):
        disturbed(state)
        train_loader, valid_loader = student.make_loaders(Numbers(0, n), Numbers(100, 9), batch_size, seed)
        passes = [[batch.tolist() for batch in loader] for loader in (train_loader, valid_loader)]
        drawn.append([torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()])
    return passes, *drawn


@check(
    "make_loaders",
    points=0.25,
    judges="facts",
    hint="seed a generator of your own, `torch.Generator().manual_seed(seed)`; `torch.manual_seed` is everybody's.",
)
def test_loaders_reseed_nobody(candidate, draw):
    """What is drawn from the global generators afterwards depends on their own seeds, as before."""
    batch_size, n = draw.integer(4, 6), draw.integer(30, 50)
    observed = candidate.run(drawn_afterwards, n, batch_size, draw.integer(0, 9999))
    passes, one, other = observed.result.items(3)
    train, _ = passes.unpack("training epoch", "validation pass")
    public.holds_every_sample_once(train, n, batch_size)
    for name, first, second in zip(("torch", "NumPy", "random"), one.items(3), other.items(3), strict=True):
        if first.python == second.python:
            observed.fails(
                f"the global generator of {name} left as its user seeded it",
                "the same numbers from it, whatever that seed was",
                "state",
            )


@domain("make_loaders", points=0.5, programs=30)
def test_loaders_of_any_datasets(pick):
    """Any datasets, batch size and seed: every sample once, in batches of one size, in orders that the seed gives."""
    n, m, size = pick.of(40, 1, 50, 30), pick.of(5, 1, 7, 12), pick.of(4, 1, 3, 7, 100)
    kinds = ("range({})", "batch"), ("TensorDataset(torch.arange({}))", "batch[0]"), ("list(torch.arange({}))", "batch")
    train, samples = pick.of(*kinds)
    train, samples = train.format(n), f"{samples}.tolist()"
    arguments = f"{train}, range({m}), {pick.of('', 'batch_size=')}{size}, seed={pick.seed()}"
    pick.call(f"make_loaders({arguments})", no_grad=False, backward=False)
    pick.do("train, valid = result", f"again, _ = make_loaders({arguments})")
    pick.do(f"first, second = [[{samples} for batch in train] for _ in range(2)]")
    pick.observe("[len(batch) for batch in first]", "sorted(sum(first, []))", "first == second")
    pick.observe(f"[{samples} for batch in again] == first", f"[{samples} for batch in again] == second")
    pick.observe("[batch.tolist() for batch in valid]", "isinstance(result, tuple)", "isinstance(train, DataLoader)")


# count_updates


@check("count_updates", points=0.25, hint="when `batch_size` divides `n_samples`, nothing is left over to be counted.")
def test_updates_when_nothing_is_left_over(candidate, draw):
    """Batches that divide the samples: no smaller one at the end, and one update per epoch for the full batch."""
    batch_size, full, n_epochs = draw.integer(2, 40), draw.integer(2, 30), draw.integer(2, 20)
    for drop_last in (False, True):
        observed = candidate.count_updates(full * batch_size, batch_size, n_epochs, drop_last=drop_last)
        observed.result.integer(full * n_epochs)
    candidate.count_updates(batch_size, batch_size, n_epochs).result.integer(n_epochs)
    candidate.count_updates(1, 1, 1).result.integer(1)


@check("count_updates", points=0.25, hint="with `drop_last` only full batches count, and there may be none of them.")
def test_updates_without_the_last_batch(candidate, draw):
    """drop_last leaves the smaller batch out; a batch larger than the dataset then gives 0 updates, otherwise 1."""
    batch_size, full, n_epochs = draw.integer(4, 40), draw.integer(2, 30), draw.integer(2, 20)
    for left_over in (batch_size - 1, 1):
        n_samples = full * batch_size + left_over
        candidate.count_updates(n_samples, batch_size, n_epochs, drop_last=True).result.integer(full * n_epochs)
        candidate.count_updates(n_samples, batch_size, n_epochs, False).result.integer((full + 1) * n_epochs)
    n_samples, batch_size = draw.integer(1, 19), draw.integer(20, 90)
    candidate.count_updates(n_samples, batch_size, n_epochs, drop_last=True).result.integer(0)
    candidate.count_updates(n_samples, batch_size, n_epochs).result.integer(n_epochs)


@domain("count_updates", points=0.25)
def test_updates_of_any_numbers(pick):
    """Positive numbers of any size, up to 10**18, are counted exactly, with drop_last and without."""
    n_samples = pick.of(10, 1, 7, 12, 300, 2**24 + 1, 2**53 + 1, 10**17 + 1, 10**18 - 1, 10**18)
    batch_size = pick.of(4, 1, 7, 300, 10, 3, 2**53 + 1, 10**17, 10**18)
    n_epochs, drop_last = pick.of(1, 2, 30, 1000, 10**9 + 1), pick.of("", ", True", ", False", ", drop_last=True")
    pick.call(f"count_updates({n_samples}, {batch_size}, {n_epochs}{drop_last})")
