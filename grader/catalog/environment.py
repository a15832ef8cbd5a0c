"""The one description of the environment in which the kit runs: its wheel, the versions of all packages, the Python.

What students get, the packages for platforms and the Dockerfile install from these files, with the same command. A
worker of a cluster is installed from any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grader.catalog.wheels import CONSTRAINTS, Wheel, constraints
from grader.installation import NAME

REQUIREMENTS: Final = "requirements.txt"
WHEELS: Final = "wheels"
PYTHON: Final = "3.12"  # of images that are built from a Python image
# The builds without CUDA, which are a tenth as large. pip takes them, because "+cpu" counts as a later version.
CPU_INDEX: Final = "https://download.pytorch.org/whl/cpu"
INSTALL: Final = f"-m pip install --disable-pip-version-check --no-cache-dir -r {REQUIREMENTS}"


def environment_files(wheel: Wheel, wheelhouse: Mapping[str, Path] = {}) -> dict[str, str | bytes | Path]:
    """Return the files that an environment is installed from, by path. The command in their folder is `INSTALL`.

    With a `wheelhouse`, wheels by the names of their files, it is installed from these alone, without a network: they
    are then the versions of all packages. Raises `CatalogError`.
    """
    files: dict[str, str | bytes | Path] = {f"{WHEELS}/{wheel.name}": wheel.data}
    kit = f"{NAME}=={wheel.version}\n"
    if wheelhouse:
        files |= {f"{WHEELS}/{name}": path for name, path in wheelhouse.items()}
        files[REQUIREMENTS] = f"--no-index\n--find-links {WHEELS}\n{kit}"
    else:
        files[CONSTRAINTS] = constraints()
        files[REQUIREMENTS] = f"--constraint {CONSTRAINTS}\n--find-links {WHEELS}\n{kit}"
    return files
