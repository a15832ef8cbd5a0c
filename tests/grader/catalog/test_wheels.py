"""The kit's wheel that a release builds holds what it should, and pip can install it."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import zipfile
from pathlib import Path

import pytest

from grader.catalog import Catalog, CatalogError, Wheel, kit_wheel, load_catalog
from grader.catalog.wheels import required_packages


@pytest.fixture(scope="module")
def wheel(catalog: Catalog) -> Wheel:
    return kit_wheel(catalog)


def test_its_record_is_true(wheel: Wheel) -> None:
    """Every file is in RECORD with its digest and size, as pip verifies."""
    archive = zipfile.ZipFile(io.BytesIO(wheel.data))
    record = f"torch_exercise_kit-{wheel.version}.dist-info/RECORD"
    lines = dict(line.split(",", 1) for line in archive.read(record).decode().splitlines())
    assert lines.keys() == set(archive.namelist()) and lines.pop(record) == ","
    for name, said in lines.items():
        data = archive.read(name)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        assert said == f"sha256={digest},{len(data)}"


def test_nothing_for_instructors_is_in_it(wheel: Wheel, catalog: Catalog) -> None:
    """It has every stub and public suite, and no solution, hidden suite, variant or cache."""
    names = zipfile.ZipFile(io.BytesIO(wheel.data)).namelist()
    for exercise in catalog.exercises:
        assert sum(name.endswith(f"/exercises/{exercise.id}.py") for name in names) == 1
        assert sum(name.endswith(f"/tests/public/test_{exercise.id}.py") for name in names) == 1
    parts = {part for name in names for part in Path(name).parts}
    assert not parts & {"hidden", "solutions", "misconceptions", "alternatives", "__pycache__"}


def test_another_content_has_another_version(wheel: Wheel, catalog: Catalog, tmp_path: Path) -> None:
    """The same content gives the same bytes; another course gives another version, so that pip replaces the wheel."""
    assert kit_wheel(catalog) == wheel and wheel.version in wheel.name
    for folder in ("exercises", "tests/public"):
        shutil.copytree(catalog.root / folder, tmp_path / folder)
    stub = tmp_path / "exercises" / "07_autograd.py"
    stub.write_text(stub.read_text(encoding="utf-8") + "x = 1\n", encoding="utf-8")
    assert kit_wheel(load_catalog(tmp_path)).version != wheel.version


def test_required_packages_are_those_of_every_system() -> None:
    """The required packages are named without versions, extras and packages of one system."""
    found = required_packages()
    assert {"torch", "scikit-learn"} <= set(found) and not {"nbgrader", "ruff", "pyseccomp"} & set(found)


def test_what_an_installation_leaves_in_the_clone_is_no_installation(
    wheel: Wheel, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python may find the clone's `.egg-info` first. What pip installed counts, and a clone alone is not installed."""
    left = tmp_path / "torch_exercise_kit.egg-info"
    left.mkdir()
    (left / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: torch-exercise-kit\nVersion: 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert kit_wheel(catalog) == wheel and "torch" in required_packages()
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(CatalogError, match="not installed"):
        kit_wheel(catalog)
