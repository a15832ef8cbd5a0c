"""Finds pairs of people whose code is similar, so that a teacher looks at them. It never says who copied.

Imported by: cli, pages, reports.
"""

from grader.similarity.comparing import compare
from grader.similarity.library import Copydetect
from grader.similarity.records import SIMILAR, Group, Pair, Side, Similarity, SimilarityError
from grader.similarity.stored import files_for_tools, works_of

__all__ = [
    "SIMILAR",
    "Copydetect",
    "Group",
    "Pair",
    "Side",
    "Similarity",
    "SimilarityError",
    "compare",
    "files_for_tools",
    "works_of",
]
