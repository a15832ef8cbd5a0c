"""Parse and compile a submission's code without showing Python's warnings about it."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()  # warnings.catch_warnings replaces a global; two threads at once could fail to restore it


@contextmanager
def no_warnings() -> Iterator[None]:
    """Ignore all warnings inside the block; only one thread at a time can be in it."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
