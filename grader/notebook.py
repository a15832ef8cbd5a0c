"""For students in a notebook: `from grader import check, hint, status`.

No slow import happens before the first call. `check` grades what this kernel has run, in the order in which it ran. A
separate process does the grading; it stays warm between checks and ends with the kernel.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.integrations.shell import running_shell

if TYPE_CHECKING:
    from grader.reports.panels import Panel

# The one sentence outside the catalogs: in a sandbox, where submissions may call `check`, the catalogs cannot be read.
_NOT_A_NOTEBOOK = "This is not a notebook. In a terminal, run `grader check`, `grader hint` or `grader status`."


def _offer_data() -> None:
    """Let `fetch_california_housing()` work offline in a student's own Python, where that is possible."""
    main = sys.modules.get("__main__")
    script = getattr(main, "__file__", None)
    started = getattr(main, "__spec__", None) is not None or sys.argv[:1] == ["-m"]  # as `python -m`, or by a kernel
    command = isinstance(script, str) and (not script.endswith(".py") or script.endswith("__main__.py"))
    if running_shell() is None and (started or command or "--multiprocessing-fork" in sys.argv):
        return
    home = os.environ.get("SCIKIT_LEARN_DATA") or os.path.join(os.path.expanduser("~"), "scikit_learn_data")
    if not os.path.lexists(os.path.join(home, "cal_housing_py3.pkz")):
        from grader.datasets import offer_california_housing
        from grader.errors import KitError

        with contextlib.suppress(KitError, OSError, ImportError):
            offer_california_housing()


def check(which: object = None) -> Panel | str:
    """Grade a task, such as `"gradient_step_"`, or an exercise, such as `"08"`, and return the feedback.

    The task's function or class can be given instead of its name.
    """

    def graded() -> Panel:
        from grader.integrations.kernel import session

        return session().check(_name(which, 'check("gradient_step_")'))

    return _shown(graded)


def hint(which: object = None, tier: int = 1) -> Panel | str:
    """Return a task's hint. Tier 1 is a nudge, 2 the idea, 3 nearly the line."""

    def found() -> Panel:
        from grader.catalog import load_catalog
        from grader.reports.panels import note_panel
        from grader.sentences import learner_commands
        from grader.sentences.languages import render

        told = load_catalog().hint(_name(which, 'hint("gradient_step_")'), tier)
        return note_panel(render(learner_commands.HINT_TITLE(tier=tier)), told)

    return _shown(found)


def status() -> Panel | str:
    """Return the map: the exercises, what each needs, what is done and what comes next.

    It reads the saved notebooks in this folder or, if there are none, the scripts in `exercises/`.
    """

    def found() -> Panel:
        from grader.integrations.kernel import course_panel

        return course_panel()

    return _shown(found)


def _name(which: object, example: str) -> str:
    """Return the name of the task or exercise in `which`. Raises `CatalogError` if it has no name."""
    from grader.catalog import CatalogError
    from grader.sentences import learner_commands

    name = which if isinstance(which, str) else getattr(which, "__name__", None)
    if not isinstance(name, str):
        raise CatalogError(learner_commands.WHICH_TASK(example=example))
    return name


def _shown(make: Callable[[], Panel]) -> Panel | str:
    """Return the panel that `make` makes, or one with its error. Under nbgrader, the error is raised instead."""
    if running_shell() is None:  # a terminal, or a submission that still contains such calls
        return _NOT_A_NOTEBOOK
    from grader.errors import KitError
    from grader.reports.panels import note_panel
    from grader.sentences.languages import render

    try:
        return make()
    except KitError as error:
        if "NBGRADER_EXECUTION" in os.environ:
            raise
        return note_panel("grader", render(error.sentence))


_offer_data()
