"""Mutation testing of the suites: puts small errors into the solutions. The suites must find each of them.

Imported by: cli.
"""

from grader.mutation.equivalents import Equivalent, read_equivalents
from grader.mutation.gate import Mutation, mutate_all
from grader.mutation.mutants import Mutant, mutants

__all__ = ["Equivalent", "Mutant", "Mutation", "mutants", "mutate_all", "read_equivalents"]
