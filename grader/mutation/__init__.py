"""Mutation testing of the suites: small errors are put into the solutions, and the suites must see each one."""

from grader.mutation.equivalents import Equivalent, read_equivalents
from grader.mutation.gate import Mutation, mutate_all
from grader.mutation.mutants import Mutant, mutants

__all__ = ["Equivalent", "Mutant", "Mutation", "mutants", "mutate_all", "read_equivalents"]
