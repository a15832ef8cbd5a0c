"""Parse and compile a submission's code without the warnings that Python gives about it."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()  # warnings.catch_warnings swaps a global: two threads at once could leave it swapped


@contextmanager
def no_warnings() -> Iterator[None]:
    """Ignore every warning inside the block; threads enter it one after the other."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
