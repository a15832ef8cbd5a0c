"""Reads the list of equivalent mutants: those that still do what the contract asks, each with the reason."""

from __future__ import annotations

import msgspec

from grader.catalog import Catalog, CatalogError
from grader.mutation.mutants import Mutant
from grader.sentences import author


class Equivalent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mutant that still does what the contract asks, in the terms of `Mutant`, and the reason `why`."""

    task: str
    was: str
    now: str
    occurrence: int = 1
    why: str

    def is_of(self, mutant: Mutant) -> bool:
        """Say whether this entry describes `mutant`."""
        return (self.task, self.was, self.now, self.occurrence) == (
            mutant.task,
            mutant.was,
            mutant.now,
            mutant.occurrence,
        )


def read_equivalents(catalog: Catalog, exercise: str) -> tuple[Equivalent, ...]:
    """Read `tests/mutants/NN_name.yaml`; empty if there is no such file. Raises `CatalogError` if it is malformed."""
    path = catalog.root / "tests" / "mutants" / f"{exercise}.yaml"
    if not path.is_file():
        return ()
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=tuple[Equivalent, ...])
    except msgspec.DecodeError as error:
        cause = " ".join(str(error).split())
        raise CatalogError(author.BAD_EQUIVALENTS(path=str(path), error=cause)) from None
