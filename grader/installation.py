"""What is installed here: the kit, Python and PyTorch, and what is wrong with that. Imports nothing slow."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.sentences import Sentence, learner_commands
from grader.version import __version__


def version_of_kit() -> Sentence:
    """Return the versions of the kit, of Python and of PyTorch, and where the kit is."""
    return learner_commands.VERSION(
        kit=__version__,
        python=platform.python_version(),
        torch=_installed("torch") or learner_commands.NOT_INSTALLED(),
        place=str(Path(__file__).resolve().parent),
    )


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
