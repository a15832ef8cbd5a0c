"""When students handed in their exercises, as `grader collect` recorded it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


def read_times(out: Path) -> Mapping[tuple[str, str], datetime]:
    """Return the times by student and exercise, as far as they are known."""
    return {}
