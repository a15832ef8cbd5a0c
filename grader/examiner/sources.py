"""CourseSources: the kit's own implementations, each read from the course once."""

from __future__ import annotations

from grader.catalog import Catalog, Variant


class CourseSources:
    """The reference solution and the misconceptions of each exercise."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._references: dict[str, str] = {}
        self._misconceptions: dict[str, tuple[Variant, ...]] = {}

    def has_reference(self, exercise: str) -> bool:
        """Say whether there is a reference solution. Students do not have one."""
        return self._catalog.solution(exercise).is_file()

    def reference(self, exercise: str) -> str:
        """Return the source of the reference solution."""
        if exercise not in self._references:
            self._references[exercise] = self._catalog.solution(exercise).read_text(encoding="utf-8")
        return self._references[exercise]

    def declarations(self, exercise: str) -> str:
        """Return a source that declares each task's class and methods: the solution, or the stub if there is none."""
        if self.has_reference(exercise):
            return self.reference(exercise)
        return self._catalog.stub(exercise).read_text(encoding="utf-8")

    def misconceptions(self, exercise: str) -> tuple[Variant, ...]:
        """Return the misconceptions of all tasks of an exercise. Raises `CatalogError`."""
        if exercise not in self._misconceptions:
            self._misconceptions[exercise] = self._catalog.misconceptions(exercise)
        return self._misconceptions[exercise]
