"""California Housing, offline: the kit contains the table that scikit-learn would download.

The 20,640 block groups of the 1990 US census used by R. K. Pace and R. Barry, "Sparse Spatial Autoregressions",
Statistics & Probability Letters 33 (1997) 291-297, distributed by StatLib as `cal_housing`. The figures are in the
public domain. `data/california_housing_1990.csv.gz` keeps them in the original order, one row a block group, as raw
counts; scikit-learn's loader derives the per-household averages from these.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import KitError
from grader.files import write_bytes
from grader.sentences import instructor

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["DatasetError", "california_housing_table", "install_california_housing", "offer_california_housing"]

ARCHIVE = Path(__file__).parent / "data" / "california_housing_1990.csv.gz"
CSV_SHA256 = "8a5396dba2c96ff32351fff11af69e8bfe9c08e572cafb38591f50daa75e368c"
CACHE_NAME = "cal_housing_py3.pkz"

# The CSV has StatLib's order: longitude, latitude, housing_median_age, total_rooms, total_bedrooms, population,
# households, median_income, median_house_value. scikit-learn's cache starts with the target and ends with longitude.
SKLEARN_COLUMNS = [8, 7, 2, 3, 4, 5, 6, 1, 0]


class DatasetError(KitError):
    """Raised when a dataset cannot be loaded or installed; the message says why and what to do."""


def california_housing_table() -> npt.NDArray[np.float64]:
    """Return the raw census table, float64 of shape (20640, 9), in the column order of scikit-learn's cache.

    Columns: median house value, median income, housing median age, total rooms, total bedrooms, population,
    households, latitude, longitude.

    Raises:
        DatasetError: the packaged file is missing, damaged, or not the published table.
    """
    import numpy as np

    table = np.loadtxt(io.BytesIO(_verified_csv()), delimiter=",", skiprows=1, dtype=np.float64)
    return np.ascontiguousarray(table[:, SKLEARN_COLUMNS])


def install_california_housing(data_home: Path) -> Path:
    """Write scikit-learn's cache file to `data_home` and return its path.

    `fetch_california_housing(data_home=data_home, download_if_missing=False)` then works without a network. The file is
    written atomically. A correct file stays unchanged; any other is replaced.


    Raises:
        DatasetError: the packaged file is unusable, or `data_home` cannot be written.
    """
    cache = data_home / CACHE_NAME
    content = _cache_bytes()
    try:
        # Compare bytes and never load it: the cache is a pickle, and another user may have written it.
        if not cache.is_file() or cache.read_bytes() != content:
            write_bytes(cache, content)
    except OSError as error:
        sentence = instructor.HOUSING_NOT_INSTALLED(path=str(data_home), error=str(error.strerror))
        raise DatasetError(sentence) from error
    return cache


def offer_california_housing() -> None:
    """Put the table where scikit-learn looks for it, unless a file is there already.

    `fetch_california_housing()` then works without a network in this user's own Python. Raises `DatasetError`.
    """
    home = Path(os.environ.get("SCIKIT_LEARN_DATA") or Path("~", "scikit_learn_data")).expanduser()
    if not os.path.lexists(home / CACHE_NAME):
        install_california_housing(home)


def _verified_csv() -> bytes:
    """Return the uncompressed CSV. Raises `DatasetError` unless it has the published checksum."""
    try:
        csv = gzip.decompress(ARCHIVE.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DatasetError(instructor.DAMAGED_HOUSING(path=str(ARCHIVE))) from error
    except OSError as error:
        raise DatasetError(instructor.UNUSABLE_HOUSING(path=str(ARCHIVE), error=str(error.strerror))) from error
    if hashlib.sha256(csv).hexdigest() != CSV_SHA256:
        raise DatasetError(instructor.OTHER_HOUSING(path=str(ARCHIVE)))
    return csv


def _cache_bytes() -> bytes:
    """Return the content of scikit-learn's cache file: the table, written by joblib as its own loader does."""
    import joblib

    buffer = io.BytesIO()
    joblib.dump(california_housing_table(), buffer)  # not compressed: each candidate that uses the table reads it again
    return buffer.getvalue()
