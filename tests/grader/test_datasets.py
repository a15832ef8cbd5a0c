"""California Housing offline: the packaged table, and scikit-learn's cache file."""

from __future__ import annotations

import functools
import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import fetch_california_housing

from grader import datasets, files
from grader.datasets import (
    CACHE_NAME,
    DatasetError,
    california_housing_table,
    install_california_housing,
    offer_california_housing,
)


def test_table_has_the_published_shape_and_type() -> None:
    """The table is float64 with one row for each block group and nine columns."""
    table = california_housing_table()
    assert table.shape == (20640, 9)
    assert table.dtype == np.float64


def test_table_is_in_the_column_order_of_scikit_learn() -> None:
    """The first row reads: house value, income, age, rooms, bedrooms, population, households, latitude, longitude."""
    first = california_housing_table()[0]
    np.testing.assert_array_equal(first, [452600.0, 8.3252, 41.0, 880.0, 129.0, 322.0, 126.0, 37.88, -122.23])


def test_each_call_returns_a_table_of_its_own() -> None:
    """A change to one table does not affect the next."""
    california_housing_table()[:] = 0.0
    assert california_housing_table()[0, 0] == 452600.0


def test_scikit_learn_loads_the_installed_cache_without_a_network(tmp_path: Path) -> None:
    """scikit-learn's own loader, forbidden to download, returns the published dataset."""
    install_california_housing(tmp_path)
    housing = fetch_california_housing(data_home=tmp_path, download_if_missing=False)
    assert housing.data.shape == (20640, 8)
    assert housing.target.shape == (20640,)
    assert housing.feature_names == [
        "MedInc",
        "HouseAge",
        "AveRooms",
        "AveBedrms",
        "Population",
        "AveOccup",
        "Latitude",
        "Longitude",
    ]
    assert housing.data[0, 0] == 8.3252
    assert housing.target[0] == 4.526


def test_scikit_learn_derives_averages_and_target_from_the_table(tmp_path: Path) -> None:
    """The loader's features are the table's counts per household, its target the house value in 100,000 dollars."""
    install_california_housing(tmp_path)
    housing = fetch_california_housing(data_home=tmp_path, download_if_missing=False)
    value, income, age, rooms, bedrooms, population, households, latitude, longitude = california_housing_table().T
    expected = [
        income,
        age,
        rooms / households,
        bedrooms / households,
        population,
        population / households,
        latitude,
        longitude,
    ]
    np.testing.assert_allclose(housing.data, np.column_stack(expected), rtol=1e-15)
    np.testing.assert_array_equal(housing.target, value / 100_000)


def test_install_makes_the_folder_and_returns_the_cache_path(tmp_path: Path) -> None:
    """A missing data home is created, and holds only a cache that every user can read."""
    data_home = tmp_path / "not" / "yet"
    cache = install_california_housing(data_home)
    assert cache == data_home / CACHE_NAME
    assert list(data_home.iterdir()) == [cache]
    assert cache.stat().st_mode & 0o777 == 0o644


def test_install_leaves_a_right_cache_alone(tmp_path: Path) -> None:
    """A second install writes nothing."""
    before = install_california_housing(tmp_path).stat()
    after = install_california_housing(tmp_path).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_install_replaces_a_wrong_cache(tmp_path: Path) -> None:
    """A damaged or foreign cache is replaced without being loaded."""
    right = install_california_housing(tmp_path).read_bytes()
    (tmp_path / CACHE_NAME).write_bytes(b"not a pickle")
    assert install_california_housing(tmp_path).read_bytes() == right


def test_a_failed_install_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last step fails, neither a cache nor a temporary file remains."""

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", no_space)
    with pytest.raises(DatasetError, match=r"Cannot install .*: No space left on device\. Choose a folder"):
        install_california_housing(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_data_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The error names the folder, the cause and the solution."""
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"Cannot install California Housing in '.*file': .*\. Choose a folder"):
        install_california_housing(tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, "No such file or directory"),
        (b"longitude,latitude", "it is not a whole gzip file"),
        (gzip.compress(b"longitude,latitude")[:-8], "it is not a whole gzip file"),
        (gzip.compress(b"longitude,latitude"), "its sha256 is not that of the published table"),
    ],
    ids=["missing", "not gzip", "cut short", "other data"],
)
def test_an_unusable_archive_is_refused(
    content: bytes | None, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the file, the cause and the solution, and the same damage always gives the same text."""
    archive = tmp_path / "housing.csv.gz"
    if content is not None:
        archive.write_bytes(content)
    monkeypatch.setattr(datasets, "ARCHIVE", archive)
    with pytest.raises(DatasetError, match=rf"Cannot load .*housing\.csv\.gz': {cause}\. Restore the file"):
        california_housing_table()


def test_importing_the_module_is_cheap() -> None:
    """`import grader.datasets` loads neither NumPy, joblib, scikit-learn nor torch."""
    code = "import sys, grader.datasets; print({'numpy', 'joblib', 'sklearn', 'torch'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"


def test_the_table_is_offered_and_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is put where scikit-learn looks for it; a file that is there stays, whatever it is."""
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    offer_california_housing()
    assert fetch_california_housing(download_if_missing=False).data.shape == (20640, 8)
    (tmp_path / CACHE_NAME).write_bytes(b"mine")
    offer_california_housing()
    assert (tmp_path / CACHE_NAME).read_bytes() == b"mine"


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.parametrize("code", ["import grader", "from grader import check, hint, status"])
def test_importing_the_kit_is_enough(tmp_path: Path, code: str) -> None:
    """After `import grader` in a student's own Python, the rows can be fetched offline; the kit's own processes and
    commands write nothing.
    """
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    run = functools.partial(subprocess.run, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
    run([Path(sys.executable).with_name("grader"), "--version"])
    run([sys.executable, "-m", "grader.version"])
    assert not (tmp_path / "scikit_learn_data").exists()
    fetch = "from sklearn.datasets import fetch_california_housing as f; print(f(download_if_missing=False).data.shape)"
    script = tmp_path / "mine.py"
    script.write_text(f"{code}\n{fetch}\n", encoding="utf-8")
    assert run([sys.executable, script]).stdout == "(20640, 8)\n"
