"""What reports depend on besides the course and the submission: the versions that run here.

The packages are found, not listed: they are those that `pyproject.toml` names. The result cache stores results under
these versions, and a cluster's workers must have the same ones.
"""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from grader.installation import kit_as_installed
from grader.sandbox.backend import backend
from grader.version import __version__

_KIT = Path(__file__).resolve().parents[1]


@cache  # no package changes its version while this process runs
def versions() -> MappingProxyType[str, str]:
    """Return the versions of the kit, of Python, and of each package that the kit depends on, by their names."""
    packages = {name: _version(name) for name in sorted(_dependencies())}
    python = f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}"
    return MappingProxyType({"kit": __version__, "python": python, **packages})


def system() -> str:
    """Return the backend that runs candidates, and the system. Raises `SandboxError` if no such backend exists."""
    return f"{backend()} {sys.platform}"


def kit_files() -> list[Path]:
    """Return the kit's own files: its code and its data."""
    files = (path for path in _KIT.rglob("*") if "__pycache__" not in path.parts and path.is_file())
    return sorted(files)


@cache  # nor does the kit that it has imported
def kit_digest() -> str:
    """Return a digest of the kit's own files and their names."""
    whole = hashlib.sha256()
    for path in kit_files():
        whole.update(f"{path.relative_to(_KIT).as_posix()}\x1f{digest_of(path)}\x1f".encode())
    return whole.hexdigest()


def digest_of(path: Path) -> str:
    """Return a digest of a file's content, or "" if there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _dependencies() -> set[str]:
    """Return the names of the packages that the kit depends on, except those of its extras."""
    found = kit_as_installed()
    stated = (found.requires if found is not None else None) or []
    names = (re.match(r"[\w.-]+", line) for line in stated if "extra ==" not in line)
    return {name[0] for name in names if name is not None} or {"torch", "numpy", "scikit-learn"}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"  # it is for another platform
