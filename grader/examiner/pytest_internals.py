"""What the examiner needs of pytest beyond its public interface: all of it, each with the reason.

`pyproject.toml` leaves out the versions of pytest that were not tried. A test names what a new version lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


def parameters_of(item: pytest.Function) -> Mapping[str, Any]:
    """Return the values that `parametrize` gives this test, by name.

    The public `item.funcargs` has them only while pytest itself runs the test.
    """
    return item.callspec.params if hasattr(item, "callspec") else {}


def number_of_fixtures(item: pytest.Function, name: str) -> int:
    """Return how many fixtures of this name there are for a test, each of which takes the place of the one before.

    The public interface has no way to see whether a suite has a fixture that takes the place of one of the kit's.
    """
    return len(item._fixtureinfo.name2fixturedefs.get(name, ()))
