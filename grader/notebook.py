"""For students in a notebook: `from grader import check, hint, status`.

Nothing heavy is imported until one of them is called. What `check` grades is what this kernel has run, in the order in
which it ran; it is graded in a process of its own that stays warm between checks and ends with the kernel.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.reports.panels import Panel


def check(which: str) -> Panel | str:
    """Grade a task, such as `"gradient_step_"`, or an exercise, such as `"08"`, and return what to say about it."""

    def graded() -> Panel:
        from grader.integrations.kernel import session

        return session().check(which)

    return _shown(graded)


def hint(which: str, tier: int = 1) -> Panel | str:
    """Return a task's hint: of tier 1 a nudge, 2 the idea, 3 nearly the line."""

    def found() -> Panel:
        from grader.catalog import load_catalog
        from grader.reports.panels import note_panel

        return note_panel(f"Hint {tier} of 3", load_catalog().hint(which, tier))

    return _shown(found)


def status() -> Panel | str:
    """Return the map: which exercises there are, what each needs, what is done and what comes next.

    The saved notebooks beside this one count, or, where there are none, the scripts in `exercises/`.
    """

    def found() -> Panel:
        from grader.integrations.kernel import course_panel

        return course_panel()

    return _shown(found)


def _shown(make: Callable[[], Panel]) -> Panel | str:
    """Return a panel, or one that says why there is none. Where nbgrader grades, a check that cannot work raises."""
    if "IPython" not in sys.modules:  # a terminal; or a submission is being loaded that still holds such calls
        return "This is not a notebook. In a terminal, run `grader check`, `grader hint` or `grader status`."
    from grader.catalog import CatalogError
    from grader.lanes import LaneError
    from grader.reports.panels import note_panel

    try:
        return make()
    except (CatalogError, LaneError) as error:
        if "NBGRADER_EXECUTION" in os.environ:
            raise
        return note_panel("grader", str(error))
