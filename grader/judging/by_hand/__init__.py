"""Which finished versions the code of a task calls, as its syntax tree tells; `analysis` explains how it works."""

from grader.judging.by_hand.analysis import finished_versions
from grader.judging.by_hand.source import methods
from grader.judging.by_hand.values import Use

__all__ = ["Use", "finished_versions", "methods"]
