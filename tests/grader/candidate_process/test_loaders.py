"""Data loaders that ask for workers work without them, and the observation says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Confined = Callable[..., Any]

SOURCE = """
import multiprocessing, os, torch
from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.arange(5))

class Own(DataLoader):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)

def start(worker):
    raise RuntimeError

def later(loader):
    loader.num_workers = 2
    return loader

def f():
    loader = {loader}
    batches = [batch.tolist() for (batch,) in loader]
    return batches, loader.num_workers, [batch.tolist() for (batch,) in loader] == batches
"""


@pytest.mark.parametrize(
    "loader",
    [
        "DataLoader(data, 2, num_workers=2)",
        "DataLoader(data, 2, False, None, None, 2)",
        "DataLoader(data, 2, num_workers=os.cpu_count() or 1, persistent_workers=True, prefetch_factor=4, timeout=9)",
        "DataLoader(data, 2, num_workers=1, worker_init_fn=start, multiprocessing_context='spawn')",
        "DataLoader(data, 2, num_workers=1, multiprocessing_context=multiprocessing.get_context('fork'))",
        "Own(data, batch_size=2, num_workers=2, pin_memory=False)",
        "later(DataLoader(data, 2))",
    ],
)
def test_workers_are_done_without(confined: Confined, loader: str) -> None:
    """A loader gives the same batches as without workers, and the observation names the request."""
    candidate = confined(SOURCE.replace("{loader}", loader))
    seen = candidate.call()
    assert seen.raised is None and seen.withheld == ("num_workers",)
    assert candidate.python() == [[[0, 1], [2, 3], [4]], 0, True]


def test_workers_that_load_asks_for_are_told_of_then(confined: Confined) -> None:
    """A loader at the top level is reported with the load, not with a later call."""
    candidate = confined(SOURCE.replace("{loader}", "made") + "made = DataLoader(data, 2, num_workers=2)\n")
    assert candidate.loaded.withheld == ("num_workers",)
    assert candidate.call().withheld == ()


@pytest.mark.parametrize(
    ("loader", "error"),
    [
        ("DataLoader(data, num_workers=-1)", "ValueError"),
        ("DataLoader(data, num_workers='2')", "TypeError"),
        ("DataLoader(data, persistent_workers=True)", "ValueError"),
        ("DataLoader(data, num_workers=2, timeout=-1)", "ValueError"),
        ("DataLoader(data, num_workers=2, multiprocessing_context='threads')", "ValueError"),
    ],
)
def test_what_is_wrong_stays_wrong(confined: Confined, loader: str, error: str) -> None:
    """Illegal arguments of a loader raise PyTorch's errors."""
    seen = confined(SOURCE.replace("{loader}", loader)).call()
    assert seen.raised is not None and seen.raised.type == error


def test_loaders_stay_what_they_are(confined: Confined) -> None:
    """The loader's class, signature and pickle stay the same."""
    source = SOURCE.replace("{loader}", "DataLoader(data)") + (
        "import inspect, pickle\n"
        "def g():\n"
        "    names = list(inspect.signature(DataLoader).parameters)[:2]\n"
        "    copy = pickle.loads(pickle.dumps(DataLoader(data, 2, num_workers=2)))\n"
        "    return names, DataLoader.__init__.__qualname__, type(copy).__name__, copy.num_workers, len(list(copy))\n"
    )
    assert confined(source).python("g") == [["dataset", "batch_size"], "DataLoader.__init__", "DataLoader", 0, 3]
