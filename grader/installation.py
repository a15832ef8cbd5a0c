"""What is installed here: the kit, Python and PyTorch, and what is wrong with that. Imports nothing slow."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distributions, version
from pathlib import Path

from grader.errors import KitError
from grader.sentences import Sentence, learner_commands
from grader.version import __version__

NAME = "torch-exercise-kit"


class InstallationError(KitError):
    """Raised when PyTorch is missing or too old; the message says how to install it."""


def version_of_kit() -> Sentence:
    """Return the versions of the kit, of Python and of PyTorch, and where the kit is."""
    return learner_commands.VERSION(
        kit=installed_version(),
        python=platform.python_version(),
        torch=_installed("torch") or learner_commands.NOT_INSTALLED(),
        place=str(Path(__file__).resolve().parent),
    )


def installed_version() -> str:
    """Return the version of the installed kit. That of a bundle's wheel ends in a digest of its content."""
    found = kit_as_installed()
    return found.version if found is not None else __version__


def kit_as_installed() -> Distribution | None:
    """Return what pip has installed of the kit, or `None`.

    A clone also holds what setuptools left when it was installed. Python finds that first if it runs in the clone.
    """
    return next((found for found in distributions(name=NAME) if found.read_text("METADATA")), None)


def problem_here() -> Sentence | None:
    """Return what is wrong with the installation of the kit itself: two copies of it, or `None`."""
    found = {
        str(path.resolve())
        for one in distributions(name=NAME)
        if (path := Path(str(getattr(one, "_path", "")))).suffix == ".dist-info"
    }
    if len(found) < 2:
        return None
    first, second, *_ = sorted(found)
    return learner_commands.TWO_KITS(first=first, second=second)


def require_torch() -> None:
    """Raise `InstallationError` if PyTorch is missing, or older than the kit needs."""
    needed = _needed("torch")
    found = _installed("torch")
    python = Path(sys.executable).name
    if found is None:
        raise InstallationError(learner_commands.NO_TORCH(needed=needed, python=python))
    if _numbers(found) < _numbers(needed):
        raise InstallationError(learner_commands.OLD_TORCH(found=found, needed=needed, python=python))


def _needed(package: str) -> str:
    """Return what the kit requires of a package's version, such as ">=2.8"; "" if the kit is not installed."""
    found = kit_as_installed()
    lines = (found.requires if found is not None else None) or []
    return next((known[1] for line in lines if (known := re.fullmatch(rf"{package}(>=[\d.]+)", line))), "")


def _numbers(text: str) -> tuple[int, ...]:
    """Return the first two numbers of a version."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
