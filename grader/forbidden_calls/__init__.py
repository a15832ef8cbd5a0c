"""Reads a submission's source and finds the calls that a task forbids; `analysis` explains how.

Imported by: examiner, suites, verification.
"""

from grader.forbidden_calls.analysis import find_forbidden_calls
from grader.forbidden_calls.reached import code_of
from grader.forbidden_calls.source import methods
from grader.forbidden_calls.values import Use

__all__ = ["Use", "code_of", "find_forbidden_calls", "methods"]
