"""Finds IPython's shell, in whose kernel the kit may run. Imports nothing heavy."""

from __future__ import annotations

import sys
from typing import Any


def running_shell() -> Any:
    """Return IPython's shell in whose kernel this runs, None where it does not run in one.

    It is found also where a notebook has emptied its modules: it is what runs the cell that called us. Where it has
    emptied its own names, those by which IPython shows what a cell returns come back.
    """
    get = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get() if get is not None else None
    frame = sys._getframe()
    while shell is None and frame.f_back is not None:
        frame = frame.f_back
        found = frame.f_locals.get("self")
        shell = found if hasattr(type(found), "run_cell") and hasattr(found, "history_manager") else None
    if shell is not None and "_oh" not in shell.user_ns:
        shell.init_user_ns()
    return shell
