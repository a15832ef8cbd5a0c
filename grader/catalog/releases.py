"""Build what leaves the instructor's clone: a course for nbgrader, or a bundle for students.

A bundle is built from stubs, public suites and hints alone. It contains nothing of hidden suites, and of solutions only
what the stubs keep.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.catalog.catalog import Catalog
from grader.catalog.errors import CatalogError
from grader.catalog.hints import HINTS, hints_of
from grader.catalog.notebooks import build_notebook
from grader.catalog.stubs import build_stub
from grader.sentences import instructor, learner_commands
from grader.sentences.languages import render


def nbgrader_sources(catalog: Catalog, exercises: Sequence[str]) -> dict[str, str]:
    """Return an nbgrader course's sources by path: one assignment for each exercise, with its solutions.

    `nbgrader generate_assignment` turns them into the students' version. Raises `CatalogError` without solutions.
    """
    return {f"source/{id}/{id}.ipynb": build_notebook(_source(catalog, id), nbgrader=True) for id in exercises}


def student_bundle(catalog: Catalog, exercises: Sequence[str], *, version: str) -> dict[str, str]:
    """Return the files of a bundle by path: stubs, notebooks, public suites, hints, a README, and requirements."""
    files: dict[str, str] = {}
    for id in exercises:
        stub = build_stub(_source(catalog, id), exercise=id)
        files[f"exercises/{id}.py"] = stub
        files[f"notebooks/{id}.ipynb"] = build_notebook(stub)
        suite = catalog.root / "tests" / "public" / f"test_{id}.py"
        if not suite.is_file():
            raise CatalogError(instructor.NO_PUBLIC_SUITE(exercise=id, path=str(suite)))
        files[f"tests/public/{suite.name}"] = suite.read_text(encoding="utf-8")
    files[f"exercises/{HINTS}"] = hints_of([catalog.get(id) for id in exercises])
    files["requirements.txt"] = f"torch-exercise-kit=={version}\n"
    first = catalog.get(exercises[0])
    files["README.md"] = render(
        learner_commands.README(
            rows="\n".join(f"| `{id}` | {catalog.get(id).title} | {catalog.get(id).points:g} |" for id in exercises),
            id=first.id,
            number=first.id[:2],
            task=first.tasks[0].name,
        )
    )
    return dict(sorted(files.items()))


def _source(catalog: Catalog, id: str) -> str:
    path = catalog.solution(id)
    if not path.is_file():
        raise CatalogError(instructor.NO_SOLUTION(exercise=id, path=str(path)))
    return path.read_text(encoding="utf-8-sig")
