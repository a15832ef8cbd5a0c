"""Makes the process look as if it had been started as `python FILE`, except for `__name__`."""

from __future__ import annotations

import os
import sys
import types


def settle(module: types.ModuleType, filename: str) -> None:
    """Set the command line, the import path and the main module as Python does for such a script."""
    sys.argv = [filename]
    sys.orig_argv = [sys.executable, filename]
    sys.path[0] = os.getcwd()  # it was the folder in which the server was started
    sys.modules["__main__"] = module
