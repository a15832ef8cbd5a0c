"""Build what leaves the instructor's clone: a course for nbgrader, or a bundle for students.

A bundle is built from stubs, public suites, hints and recorded answers alone. It contains nothing of hidden suites, and
of solutions only what the stubs keep.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grader.catalog.catalog import GLOSSARY, Catalog
from grader.catalog.environment import environment_files
from grader.catalog.errors import CatalogError
from grader.catalog.hints import HINTS, hints_of
from grader.catalog.notebooks import build_notebook
from grader.catalog.wheels import Wheel, required_packages
from grader.installation import NAME
from grader.sentences import instructor, learner_commands
from grader.sentences.languages import render

RELEASE: Final = ".grader/release"  # the version of the kit that a student's folder belongs to


def nbgrader_sources(catalog: Catalog, exercises: Sequence[str]) -> dict[str, str]:
    """Return an nbgrader course's sources by path: one assignment for each exercise, with its solutions.

    `nbgrader generate_assignment` turns them into the students' version. Raises `CatalogError` without solutions.
    """
    return {f"source/{id}/{id}.ipynb": build_notebook(_source(catalog, id), nbgrader=True) for id in exercises}


def student_folder(catalog: Catalog, exercises: Sequence[str], *, version: str, setup: str = "") -> dict[str, str]:
    """Return the files of a student's folder by path: stubs, notebooks, public suites, hints, a glossary and a README.

    `version` is that of the kit that they belong to. `setup` is a part of the README.
    """
    files: dict[str, str] = {}
    for id in exercises:
        stub = catalog.text_of_stub(id)
        files[f"exercises/{id}.py"] = stub
        files[f"notebooks/{id}.ipynb"] = build_notebook(stub)
        suite = catalog.root / "tests" / "public" / f"test_{id}.py"
        if not suite.is_file():
            raise CatalogError(instructor.NO_PUBLIC_SUITE(exercise=id, path=str(suite)))
        files[f"tests/public/{suite.name}"] = suite.read_text(encoding="utf-8")
    files[f"exercises/{HINTS}"] = hints_of([catalog.get(id) for id in exercises])
    files[RELEASE] = f"{version}\n"
    glossary = catalog.glossary()
    if glossary is not None:
        files[GLOSSARY] = glossary
    first = catalog.get(exercises[0])
    files["README.md"] = render(
        learner_commands.README(
            setup=setup,
            words="" if glossary is None else f"{render(learner_commands.README_GLOSSARY(file=GLOSSARY))}\n",
            rows="\n".join(f"| `{id}` | {catalog.get(id).title} | {catalog.get(id).points:g} |" for id in exercises),
            id=first.id,
            number=first.id[:2],
            task=first.tasks[0].name,
        )
    )
    return dict(sorted(files.items()))


def student_bundle(
    catalog: Catalog, exercises: Sequence[str], *, wheel: Wheel, wheelhouse: Sequence[Path] = ()
) -> dict[str, str | bytes | Path]:
    """Return the files of a bundle by path: a student's folder, the kit's wheel, and requirements that install it.

    With a `wheelhouse`, its wheels are in the bundle too, and it installs without a network. Raises `CatalogError`.
    """
    setup = render(learner_commands.README_SETUP(wheel=wheel.name))
    files: dict[str, str | bytes | Path] = dict(student_folder(catalog, exercises, version=wheel.version, setup=setup))
    files |= environment_files(wheel, {path.name: path for path in wheelhouse})
    return dict(sorted(files.items()))


def wheels_in(folder: Path) -> tuple[Path, ...]:
    """Return the wheels of a wheelhouse, without the kit's own. Raises `CatalogError` if needed ones are missing."""
    found = sorted(path for path in folder.glob("*.whl") if path.is_file()) if folder.is_dir() else []
    held = {_normal(path.name.partition("-")[0]): path for path in found}
    missing = sorted({_normal(name) for name in required_packages()} - held.keys())
    if missing:
        raise CatalogError(instructor.WHEELHOUSE_LACKS(folder=str(folder), missing=", ".join(missing)))
    return tuple(path for path in found if _normal(path.name.partition("-")[0]) != NAME)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _source(catalog: Catalog, id: str) -> str:
    path = catalog.solution(id)
    if not path.is_file():
        raise CatalogError(instructor.NO_SOLUTION(exercise=id, path=str(path)))
    return path.read_text(encoding="utf-8-sig")
