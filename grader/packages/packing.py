"""What every package holds: the environment, the course with the suites that may be there, and `package.json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from grader.catalog import CPU_INDEX, INSTALL, PYTHON, Catalog, Wheel, environment_files
from grader.installation import NAME
from grader.packages.package import COURSE, FILE, Package, PackageError
from grader.sentences import instructor_packages

Files: TypeAlias = dict[str, str | bytes | Path]

README: Final = "README.md"
_TEMPLATES: Final = Path(__file__).with_name("templates")


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform's module arranges: the settings of the package, its environment, and its course.

    `titles` are those of the exercises, by id, and `stubs` what students complete. `image` is the name under which an
    image is stored, where the platform needs one.
    """

    package: Package
    environment: Files
    course: Files
    titles: dict[str, str]
    stubs: dict[str, str]
    image: str = ""

    def inside(self, *, course: str = COURSE) -> Files:
        """Return `package.json` and the course."""
        told = msgspec.json.format(msgspec.json.encode(self.package), indent=2) + b"\n"
        return {FILE: told, **{f"{course}/{name}": content for name, content in self.course.items()}}

    def only(self, exercise: str) -> Contents:
        """Return the contents of a package with one of the exercises alone."""
        course = {name: content for name, content in self.course.items() if exercise in name}
        return replace(self, package=replace(self.package, exercises=(exercise,)), course=course)


Arrange: TypeAlias = Callable[[Contents], Files]


def contents_of(catalog: Catalog, package: Package, wheel: Wheel, *, image: str = "") -> Contents:
    """Return what a package holds. Raises `PackageError` if a suite is missing, and `CatalogError`."""
    course: Files = {}
    for id in package.exercises:
        suites = {path.parent.name: path for path in catalog.suites(id)}
        if "public" not in suites:
            raise PackageError(instructor_packages.NO_SUITE(exercise=id, course=str(catalog.root)))
        course[f"tests/public/{suites['public'].name}"] = suites["public"]
        course[f"exercises/{id}.py"] = catalog.text_of_stub(id)
        if not package.hidden:
            continue
        if "hidden" not in suites or not catalog.solution(id).is_file():
            raise PackageError(
                instructor_packages.NO_HIDDEN_SUITE(platform=package.platform, exercise=id, course=str(catalog.root))
            )
        course[f"tests/hidden/{suites['hidden'].name}"] = suites["hidden"]
        course[f"solutions/{id}.py"] = catalog.solution(id)
        mistakes = catalog.root / "tests" / "misconceptions" / f"{id}.py"
        if mistakes.is_file():
            course[f"tests/misconceptions/{id}.py"] = mistakes
    return Contents(
        package=package,
        environment=environment_files(wheel),
        course=dict(sorted(course.items())),
        titles={id: catalog.get(id).title for id in package.exercises},
        stubs={id: catalog.text_of_stub(id) for id in package.exercises},
        image=image or NAME,
    )


def under(folder: str, files: Mapping[str, str | bytes | Path]) -> Files:
    """Return the files, with `folder` before their paths."""
    return {f"{folder}/{name}": content for name, content in files.items()}


def template(name: str, **values: str) -> str:
    """Return a template of a script, with the values in place of @NAME@. The environment's own names are known."""
    text = (_TEMPLATES / name).read_text(encoding="utf-8")
    known = {"INSTALL": INSTALL, "PYTHON": PYTHON, "CPU_INDEX": CPU_INDEX, **values}
    known["INSTALL_CACHED"] = INSTALL.replace(" --no-cache-dir", "")
    for key, value in known.items():
        text = text.replace(f"@{key}@", value)
    return text
