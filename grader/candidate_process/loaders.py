"""Lets code ask data loaders for workers, which are other processes, and gives them none: the batches are the same."""

from __future__ import annotations

import functools
from typing import Any

from torch.utils.data import DataLoader

WORKERS = "num_workers"

_asked: set[str] = set()


def without_workers() -> None:
    """From now on no loader of this process has workers, whatever it was made with; what is illegal stays so."""
    made, iterated = DataLoader.__init__, DataLoader._get_iterator

    @functools.wraps(made)
    def __init__(self: DataLoader[Any], *arguments: Any, **keywords: Any) -> None:
        made(self, *arguments, **keywords)
        _alone(self)

    @functools.wraps(iterated)
    def _get_iterator(self: DataLoader[Any]) -> Any:
        _alone(self)  # `loader.num_workers = 2` may have come later
        return iterated(self)

    DataLoader.__init__ = __init__  # type: ignore[method-assign]
    DataLoader._get_iterator = _get_iterator  # type: ignore[method-assign]


def asked_for() -> tuple[str, ...]:
    """Return what was asked for and not given since this was called last."""
    asked = tuple(_asked)
    _asked.clear()
    return asked


def _alone(loader: DataLoader[Any]) -> None:
    if getattr(loader, "num_workers", 0):
        _asked.add(WORKERS)
        # Not by assignment, which a loader refuses for some of these.
        vars(loader).update(num_workers=0, timeout=0, prefetch_factor=None, persistent_workers=False)
