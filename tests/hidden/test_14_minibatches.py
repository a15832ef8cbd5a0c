"""Hidden checks of 14_minibatches."""

from __future__ import annotations

import random

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from grader.suites import check, probe, public_suite, shared

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
    for y in (draw.tensor(n, 1), draw.integers(n, low=0, high=9), draw.tensor(n, 2, dtype=torch.float64)):
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


@check(
    "TableDataset",
    points=0.25,
    hint="index the tensors with `i` itself: that counts from the end for you, and raises IndexError beyond the ends.",
)
def test_table_index_range(candidate, draw):
    """Indices from -N to N - 1 give their rows, the next ones on both sides are an IndexError."""
    n = draw.integer(3, 6)
    X, y = draw.tensor(n, 2), draw.tensor(n, 1)
    for i in (-1, -n, n - 1):
        features, target = candidate.run(public.item, X, y, i).result.items(2)
        features.values(X[i])
        target.values(y[i])
    for i in (n, -n - 1, n + draw.integer(5, 50)):
        candidate.run(public.item, X, y, i).raises("IndexError")


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


@check("make_loaders", points=0.25, hint="pass `batch_size` to both loaders, and drop nothing.")
def test_loaders_any_batch_size(candidate, draw):
    """Batches of one, batches that leave nothing over, and one batch larger than the dataset."""
    for n, batch_size in ((5, 1), (12, 4), (6, draw.integer(7, 20)), (1, 3)):
        observed = candidate.run(public.two_passes, n, n, batch_size, draw.integer(0, 9999))
        train, valid = observed.result.unpack("the training epochs", "the validation passes")
        for epoch in train.unpack("training epoch 1", "training epoch 2"):
            public.holds_every_sample_once(epoch, n, batch_size)
        for one_pass in valid.unpack("validation pass 1", "validation pass 2"):
            one_pass.equals([[100 + i for i in batch] for batch in public.in_order(0, n, batch_size)])


@probe
def loaders_of_tables(student, X, y, batch_size, seed):
    """make_loaders for two TensorDatasets of X and y: are they a tuple of DataLoaders? One pass over each of them"""
    loaders = train_loader, valid_loader = student.make_loaders(
        TensorDataset(X, y), TensorDataset(X, y), batch_size, seed
    )
    are_loaders = isinstance(loaders, tuple) and all(isinstance(loader, DataLoader) for loader in loaders)
    return are_loaders, list(train_loader), list(valid_loader)


@check("make_loaders", points=0.25)
def test_loaders_stack_tables(candidate, draw):
    """Two DataLoaders in a tuple, which give the rows of a table in batches of features and batches of targets."""
    X = draw.tensor(7, 2)
    y = X.sum(dim=1, keepdim=True)
    observed = candidate.run(loaders_of_tables, X, y, 3, draw.integer(0, 9999))
    are_loaders, train, valid = observed.result.items(3)
    if are_loaders.python is not True:
        observed.fails("a tuple of two DataLoaders", "something else", "type")
    for batch, start in zip(valid.items(3), (0, 3, 6), strict=True):
        features, targets = batch.items(2)
        features.values(X[start : start + 3])
        targets.values(y[start : start + 3])
    rows = []
    for batch in train.items(3):
        features, targets = batch.items(2)
        targets.values(features.tensor.sum(dim=1, keepdim=True))
        rows += features.tensor.tolist()
    if sorted(rows) != sorted(X.tolist()):
        train.fails("every row of the table once", f"the rows {rows}", "values")


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


@check("count_updates", points=0.25)
def test_updates_are_what_a_loader_gives(candidate, draw):
    """A Python int, that of len(DataLoader(...)) times the epochs, exact for 10**17 samples too."""
    size = draw.integer(8, 256)
    for n_samples, batch_size in (
        (draw.integer(13, 120) * size - draw.integer(1, 3), size),
        (11610, 32),
        (10**17 + draw.integer(1, 9), 1),
        (10**17 + draw.integer(1, 9), 10),
        (draw.integer(1, 3), 7),
    ):
        for drop_last in (False, True):
            n_epochs = draw.integer(1, 30)
            loader = DataLoader(range(n_samples), batch_size=batch_size, drop_last=drop_last)
            observed = candidate.count_updates(n_samples, batch_size, n_epochs, drop_last)
            observed.result.integer(len(loader) * n_epochs)
