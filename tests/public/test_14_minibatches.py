"""Public checks of 14_minibatches."""

from __future__ import annotations

from torch.utils.data import Dataset

from grader.suites import Value, check, probe, shared

# TableDataset


@probe
def length(student, X, y):
    """len(TableDataset(X, y))"""
    return len(student.TableDataset(X, y))


@probe
def item(student, X, y, i):
    """TableDataset(X, y)[i]"""
    return student.TableDataset(X, y)[i]


@probe
def made(student, X, y):
    """TableDataset(X, y)"""
    student.TableDataset(X, y)


@check("TableDataset", points=0.25, judges="facts", hint="count the rows of the table: `len(X)`, its first dimension.")
def test_table_length(candidate, draw):
    """len(ds) is the number of rows, with more rows than columns or fewer."""
    few, many = draw.integer(2, 4), draw.integer(6, 9)
    for n_rows, n_features in ((many, few), (few, many)):
        candidate.run(length, draw.tensor(n_rows, n_features), draw.tensor(n_rows, 1)).result.integer(n_rows)


@check("TableDataset", points=0.25, hint="`ds[i]` is the tuple `(X[i], y[i])`.")
def test_table_item(candidate, draw):
    """ds[i] is a tuple of the features, of shape (F,), and the target, of shape (1,), of row i."""
    n_rows = draw.integer(5, 8)
    X, y = draw.tensor(n_rows, 3), draw.tensor(n_rows, 1)
    for i in (0, draw.integer(1, n_rows - 2), n_rows - 1):
        features, target = candidate.run(item, X, y, i).result.items(2, kind="tuple")
        features.values(X[i])
        target.values(y[i])


@check(
    "TableDataset",
    points=0.25,
    judges="facts",
    hint="compare `len(X)` with `len(y)` in `__init__`, and `raise ValueError(...)` if they differ.",
)
def test_table_refuses_different_lengths(candidate, draw):
    """ValueError as soon as a dataset of different lengths is made, whichever is longer; equal lengths are fine."""
    n = draw.integer(4, 6)
    candidate.run(made, draw.tensor(n, 3), draw.tensor(n - 1, 1)).raises("ValueError")
    candidate.run(made, draw.tensor(n, 3), draw.tensor(n + 1, 1)).raises("ValueError")
    candidate.run(made, draw.tensor(n, 3), draw.tensor(3, n)).raises("ValueError")
    for rows in (n, 300):
        candidate.run(length, draw.tensor(rows, 3), draw.tensor(rows, 1)).result.integer(rows)


# make_loaders


@shared
class Numbers(Dataset):
    """A dataset of n whole numbers from `start` on."""

    def __init__(self, start, n):
        self.start = start
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        return self.start + i


@probe
def two_passes(student, n_train, n_valid, batch_size, seed):
    """make_loaders for n_train samples 0, 1, ... and n_valid samples 100, 101, ...; two passes over each loader"""
    loaders = student.make_loaders(Numbers(0, n_train), Numbers(100, n_valid), batch_size, seed)
    train_loader, valid_loader = loaders
    return [[[batch.tolist() for batch in loader] for _ in range(2)] for loader in (train_loader, valid_loader)]


def holds_every_sample_once(epoch: Value, n: int, batch_size: int) -> None:
    """Ask for full batches, a smaller one at the end if something is left over, and each of 0 ... n - 1 once."""
    samples = []
    for batch, start in zip(epoch.items(-(-n // batch_size)), range(0, n, batch_size), strict=True):
        samples += [sample.python for sample in batch.items(min(batch_size, n - start))]
    if sorted(samples) != list(range(n)):
        epoch.fails(f"the samples 0 to {n - 1}, each once", f"the samples {sorted(samples)}", "values")


def in_order(start: int, n: int, batch_size: int) -> list[list[int]]:
    """Return the batches of the numbers from `start` on, in order."""
    return [list(range(start + i, start + min(i + batch_size, n))) for i in range(0, n, batch_size)]


@check("make_loaders", points=0.5, hint="give the training loader `batch_size`, and let it keep its last batch.")
def test_loaders_train_every_sample_once(candidate, draw):
    """In every epoch each training sample comes once, in batches of batch_size, the last of them smaller."""
    batch_size = draw.integer(3, 5)
    n_train = 3 * batch_size + draw.integer(1, batch_size - 1)
    observed = candidate.run(two_passes, n_train, 7, batch_size, draw.integer(0, 9999))
    train, _ = observed.result.unpack("the training epochs", "the validation passes")
    for epoch in train.unpack("training epoch 1", "training epoch 2"):
        holds_every_sample_once(epoch, n_train, batch_size)


@check(
    "make_loaders",
    points=0.5,
    hint="the validation loader takes the validation set, `batch_size`, and nothing that shuffles or drops.",
)
def test_loaders_validate_in_order(candidate, draw):
    """Every pass over the validation loader has the samples in their order, in batches of batch_size."""
    batch_size = draw.integer(3, 5)
    n_valid = 2 * batch_size + draw.integer(1, batch_size - 1)
    observed = candidate.run(two_passes, 7, n_valid, batch_size, draw.integer(0, 9999))
    _, valid = observed.result.unpack("the training epochs", "the validation passes")
    for one_pass in valid.unpack("validation pass 1", "validation pass 2"):
        one_pass.equals([[100 + i for i in batch] for batch in in_order(0, n_valid, batch_size)])


# count_updates


@check("count_updates", points=0.25, hint="batches of one epoch, rounded up, times the number of epochs.")
def test_updates_count_the_partial_batch(candidate, draw):
    """The last, smaller batch of every epoch counts, even if it holds one sample."""
    batch_size, full, n_epochs = draw.integer(4, 40), draw.integer(2, 30), draw.integer(2, 20)
    for left_over in (batch_size - 1, 1):
        observed = candidate.count_updates(full * batch_size + left_over, batch_size, n_epochs)
        observed.result.integer((full + 1) * n_epochs)
