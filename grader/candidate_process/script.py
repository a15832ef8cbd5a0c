"""Gives the process what a script started as `python FILE` finds, apart from `__name__`."""

from __future__ import annotations

import os
import sys
import types


def settle(module: types.ModuleType, filename: str) -> None:
    """Give the process the command line, the import path and the main module of such a script."""
    sys.argv = [filename]
    sys.orig_argv = [sys.executable, filename]
    sys.path[0] = os.getcwd()  # it was where the server was started
    sys.modules["__main__"] = module
