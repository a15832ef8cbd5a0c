"""The mutants that are no errors: those that do what the contract asks, each with the reason why."""

from __future__ import annotations

import msgspec

from grader.catalog import Catalog, CatalogError
from grader.mutation.mutants import Mutant


class Equivalent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mutant that keeps the contract, as `Mutant` names it, and `why` it does."""

    task: str
    was: str
    now: str
    occurrence: int = 1
    why: str

    def is_of(self, mutant: Mutant) -> bool:
        """Say whether it speaks of this mutant."""
        return (self.task, self.was, self.now, self.occurrence) == (
            mutant.task,
            mutant.was,
            mutant.now,
            mutant.occurrence,
        )


def read_equivalents(catalog: Catalog, exercise: str) -> tuple[Equivalent, ...]:
    """Read `tests/mutants/NN_name.yaml`: none if there is no such file. Raises `CatalogError` for one that is wrong."""
    path = catalog.root / "tests" / "mutants" / f"{exercise}.yaml"
    if not path.is_file():
        return ()
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=tuple[Equivalent, ...])
    except msgspec.DecodeError as error:
        raise CatalogError(
            f"Cannot read {path}: {' '.join(str(error).split())}. Give each mutant a task, was, now and why."
        ) from None
