"""Accepts data loaders that ask for worker processes, but gives them none. The batches stay the same."""

from __future__ import annotations

import functools
from typing import Any

from torch.utils.data import DataLoader

WORKERS = "num_workers"

_requested: set[str] = set()


def without_workers() -> None:
    """Run all data loaders of this process without workers. Illegal arguments still raise the same errors."""
    initialize, iterate = DataLoader.__init__, DataLoader._get_iterator

    @functools.wraps(initialize)
    def __init__(self: DataLoader[Any], *arguments: Any, **keywords: Any) -> None:
        initialize(self, *arguments, **keywords)
        _remove_workers(self)

    @functools.wraps(iterate)
    def _get_iterator(self: DataLoader[Any]) -> Any:
        _remove_workers(self)  # `num_workers` may have been set after construction
        return iterate(self)

    DataLoader.__init__ = __init__  # type: ignore[method-assign]
    DataLoader._get_iterator = _get_iterator  # type: ignore[method-assign]


def asked_for() -> tuple[str, ...]:
    """Return what code has asked for and not received since the last call of this function."""
    asked = tuple(_requested)
    _requested.clear()
    return asked


def _remove_workers(loader: DataLoader[Any]) -> None:
    if getattr(loader, "num_workers", 0):
        _requested.add(WORKERS)
        # A loader refuses assignment to some of these attributes.
        vars(loader).update(num_workers=0, timeout=0, prefetch_factor=None, persistent_workers=False)
