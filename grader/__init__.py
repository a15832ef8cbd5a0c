"""An autograder for PyTorch exercises: the candidate observes, the examiner judges."""

__all__ = ["__version__"]

__version__ = "0.1.0"
