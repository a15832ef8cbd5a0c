"""Everything that the examiner uses of pytest beyond its public interface, with the reasons.

`pyproject.toml` excludes the versions of pytest that were not tried. A test reports what a new version lacks.
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
    """Return how many fixtures of this name a test has. Each one overrides the one before.

    The public interface cannot say whether a suite overrides one of the kit's fixtures.
    """
    return len(item._fixtureinfo.name2fixturedefs.get(name, ()))
