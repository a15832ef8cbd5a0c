"""An autograder for PyTorch exercises: the candidate observes, the examiner judges."""

from grader.notebook import check, hint, status

__all__ = ["__version__", "check", "hint", "status"]

__version__ = "0.1.0"
