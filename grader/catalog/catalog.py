"""The catalog of a clone: its exercises, where their files are, and what its stubs should hold."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from grader.catalog.entries import Exercise, read_exercise
from grader.catalog.errors import CatalogError, meant
from grader.catalog.stubs import build_stub
from grader.catalog.variants import Variant, read_variants

_FILES = "[0-9][0-9]_*.py"


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """The exercises under `root`, in order. Every method that takes an id raises `CatalogError` for an unknown one."""

    root: Path
    exercises: tuple[Exercise, ...]

    def get(self, id: str) -> Exercise:
        """Return the exercise of that id."""
        for exercise in self.exercises:
            if exercise.id == id:
                return exercise
        cure = meant(id, (exercise.id for exercise in self.exercises))
        raise CatalogError(f"Cannot find the exercise {id!r}: it is not in {self.root}. {cure}")

    def solution(self, id: str) -> Path:
        """Return where the exercise's source is; a student's release has none there."""
        return self.root / "solutions" / f"{self.get(id).id}.py"

    def stub(self, id: str) -> Path:
        """Return where the exercise's stub is, or will be built."""
        return self.root / "exercises" / f"{self.get(id).id}.py"

    def own_files(self, id: str) -> tuple[Path, ...]:
        """Return what stands in `exercises/` for the exercise: its script, its notebook, both, or nothing."""
        paths = (self.stub(id), self.stub(id).with_suffix(".ipynb"))
        return tuple(path for path in paths if path.is_file())

    def suites(self, id: str) -> tuple[Path, ...]:
        """Return the exercise's suites that exist, public before hidden."""
        name = f"test_{self.get(id).id}.py"
        return tuple(p for kind in ("public", "hidden") if (p := self.root / "tests" / kind / name).is_file())

    def imports(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the modules that these exercises' sources import (their stubs', where there is no solution)."""
        found: set[str] = set()
        for id in ids:
            path = next((p for p in (self.solution(id), self.stub(id)) if p.is_file()), None)
            try:
                tree = ast.parse("" if path is None else path.read_text(encoding="utf-8"))
            except (SyntaxError, ValueError):
                continue  # grading will say so
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    found.update(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module)
        return tuple(sorted(found))

    def warm_up(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the statements that warm a server up for these exercises, each once."""
        return tuple(dict.fromkeys(statement for id in ids for statement in self.get(id).warm_up))

    def misconceptions(self, id: str) -> tuple[Variant, ...]:
        """Return the exercise's documented wrong implementations, none if it has no file of them."""
        return self._variants(id, "misconceptions")

    def alternatives(self, id: str) -> tuple[Variant, ...]:
        """Return the exercise's right implementations that differ, none if it has no file of them."""
        return self._variants(id, "alternatives")

    def unknown_prerequisites(self, id: str) -> tuple[str, ...]:
        """Return the exercise's prerequisites that are not in the catalog (not built yet, or not released)."""
        known = {exercise.id for exercise in self.exercises}
        return tuple(earlier for earlier in self.get(id).prerequisites if earlier not in known)

    def _variants(self, id: str, kind: str) -> tuple[Variant, ...]:
        exercise = self.get(id)
        path = self.root / "tests" / kind / f"{id}.py"
        if not path.is_file():
            return ()
        return read_variants(
            _read(path),
            exercise=exercise,
            solution=_read(self.solution(id)),
            origin=f"{kind}/{id}",
            with_message=kind == "misconceptions",
        )


def load_catalog(root: Path | None = None) -> Catalog:
    """Read the catalog under `root`: from the solutions where there are any, else from the stubs (without hints).

    Without `root` it is the nearest folder, from the current one upwards, that holds `exercises/` and
    `tests/public/`, or else the clone in which this package lies. Raise `CatalogError` if there is none, or if a
    file is not well formed.
    """
    root = _find_root() if root is None else root.resolve()
    files = _files(root / "solutions") or _files(root / "exercises")
    if not files:
        raise CatalogError(
            f"Cannot find exercises: {root} has none in `solutions/` or `exercises/`. "
            "Run the command inside a clone or a release of the course."
        )
    return Catalog(root=root, exercises=tuple(read_exercise(_read(path), exercise=path.stem) for path in files))


def build_all(catalog: Catalog) -> dict[Path, str]:
    """Return the text that each stub should hold; write nothing."""
    if not (catalog.root / "solutions").is_dir():
        raise CatalogError(
            f"Cannot build the stubs: {catalog.root} has no `solutions/`. Run the command in the instructor's clone."
        )
    return {
        catalog.stub(exercise.id): build_stub(_read(catalog.solution(exercise.id)), exercise=exercise.id)
        for exercise in catalog.exercises
    }


def drift(catalog: Catalog) -> tuple[Path, ...]:
    """Return the stubs that differ from what their source builds, are missing, or have no source."""
    built = build_all(catalog)
    present = _files(catalog.root / "exercises")
    return tuple(
        path
        for path in sorted({*built, *present})
        if path not in present or path not in built or _read(path) != built[path]
    )


def _find_root() -> Path:
    def candidates() -> Iterator[Path]:
        for folder in (Path.cwd(), *Path.cwd().parents):
            if (folder / "exercises").is_dir() and (folder / "tests" / "public").is_dir():
                yield folder
        yield Path(__file__).resolve().parents[2]

    return next(candidates())


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(_FILES))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"Cannot read {path}: {error}. Restore the file, saved as UTF-8.") from None
