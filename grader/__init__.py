"""An autograder for PyTorch exercises: the candidate observes, the examiner judges."""

from grader.notebook import check, hint, status
from grader.version import __version__

__all__ = ["__version__", "check", "hint", "status"]
