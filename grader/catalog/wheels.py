"""Builds the kit's wheel from the running kit and a course, without pip, a network or an unpacked archive.

The wheel holds the package, and what students get of the course: stubs, hints, public suites, a glossary, and what
naming mistakes needs. Notebooks are built from the stubs where they are needed. No solution, hidden suite or variant is
read, except to build the stubs.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from importlib.metadata import Distribution
from pathlib import Path

import msgspec

from grader.catalog.catalog import DIAGNOSES, GLOSSARY, INSTALLED, Catalog, installed_root, read_text
from grader.catalog.errors import CatalogError
from grader.catalog.hints import HINTS, hints_of
from grader.installation import NAME, kit_as_installed
from grader.sentences import instructor
from grader.version import __version__

CONSTRAINTS = "constraints.txt"  # the versions that the kit is tested with, in the clone and in a wheel
_PACKAGE = Path(__file__).resolve().parents[1]
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal wheels have equal bytes


class Wheel(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel: its version, the name of its file, and its bytes."""

    version: str
    name: str
    data: bytes


def kit_wheel(catalog: Catalog, diagnoses: Mapping[str, bytes] | None = None) -> Wheel:
    """Return the wheel of the running kit with the students' files of a course. Raises `CatalogError`.

    `diagnoses` is what naming mistakes needs, by exercise. Without it, students' feedback names none.
    Its version ends in a digest of its content, so that pip replaces an earlier wheel of another content.
    """
    package = {
        f"grader/{path.relative_to(_PACKAGE).as_posix()}": path.read_bytes()
        for path in sorted(_PACKAGE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    course = {name: text.encode("utf-8") for name, text in _course(catalog).items()}
    course[CONSTRAINTS] = constraints().encode("utf-8")
    course.update({f"{DIAGNOSES}/{id}.bin": data for id, data in (diagnoses or {}).items()})
    digest = hashlib.sha256()
    for name, data in sorted({**package, **course}.items()):
        digest.update(f"{name} {len(data)} ".encode() + data)
    version = f"{__version__}+c{digest.hexdigest()[:10]}"
    stem = f"{NAME.replace('-', '_')}-{version}"
    files = dict(package)
    files.update({f"{stem}.data/data/{INSTALLED}/{name}": data for name, data in course.items()})
    files.update({f"{stem}.dist-info/{name}": data for name, data in _about(version).items()})
    files[f"{stem}.dist-info/RECORD"] = _record(files, f"{stem}.dist-info/RECORD")
    return Wheel(version=version, name=f"{stem}-py3-none-any.whl", data=_zipped(files))


def constraints() -> str:
    """Return the versions of all packages that the kit is tested with. Raises `CatalogError` if they are not there."""
    clone = _PACKAGE.parent / CONSTRAINTS
    return read_text(clone if clone.is_file() else installed_root() / CONSTRAINTS)


def required_packages() -> list[str]:
    """Return the packages that the kit needs on every system. Raises `CatalogError` if the kit is not installed."""
    lines = [line for line in _installed().requires or [] if ";" not in line]
    return [name[0] for line in lines if (name := re.match(r"[\w.-]+", line))]


def _course(catalog: Catalog) -> dict[str, str]:
    """Return what students get of a course, by path below its root."""
    files = {f"exercises/{HINTS}": hints_of(catalog.exercises)}
    glossary = catalog.glossary()
    if glossary is not None:
        files[GLOSSARY] = glossary
    for exercise in catalog.exercises:
        files[f"exercises/{exercise.id}.py"] = catalog.text_of_stub(exercise.id)
        suite = catalog.root / "tests" / "public" / f"test_{exercise.id}.py"
        if suite.is_file():
            files[f"tests/public/{suite.name}"] = read_text(suite)
    return files


def _about(version: str) -> dict[str, bytes]:
    """Return the files that describe the wheel, from those of the running kit's installation."""
    installed = _installed()
    metadata = installed.read_text("METADATA") or ""
    head, separator, body = metadata.partition("\n\n")
    lines = [f"Version: {version}" if line.startswith("Version:") else line for line in head.splitlines()]
    return {
        "METADATA": ("\n".join(lines) + separator + body).encode(),
        "WHEEL": b"Wheel-Version: 1.0\nGenerator: torch-exercise-kit\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": b"[console_scripts]\ngrader = grader.cli:main\n",
        "licenses/LICENSE": (installed.read_text("licenses/LICENSE") or "MIT\n").encode(),
    }


def _installed() -> Distribution:
    """Return what pip has installed of the kit. Raises `CatalogError`."""
    found = kit_as_installed()
    if found is None:
        raise CatalogError(instructor.KIT_NOT_INSTALLED())
    return found


def _record(files: Mapping[str, bytes], own: str) -> bytes:
    lines = []
    for name, data in sorted(files.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}")
    return ("\n".join([*lines, f"{own},,"]) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=_LONG_AGO)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return data.getvalue()
