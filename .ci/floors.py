"""Print the lowest versions that pyproject.toml allows, as constraints for pip.

`"rich>=13.7"` becomes `rich==13.7`. An argument such as `torch==2.13.0` replaces the line of its package, for a machine
that cannot get the lowest version. What the packages need in turn is left to pip.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
LOWEST = re.compile(r'"([A-Za-z0-9._-]+)>=([0-9.]+)')


def floors(project: str, replacements: list[str]) -> list[str]:
    """Return a constraint for each package of which `project`, the text of a pyproject.toml, names a lowest version."""
    lowest = {name: f"{name}=={version}" for name, version in LOWEST.findall(project)}
    return list((lowest | {line.partition("==")[0]: line for line in replacements}).values())


if __name__ == "__main__":
    print("\n".join(floors(PROJECT.read_text(encoding="utf-8"), sys.argv[1:])))
