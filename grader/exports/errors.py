"""The error of an export that cannot be made."""

from __future__ import annotations

from grader.errors import KitError


class ExportError(KitError):
    """Nothing was exported: a sheet cannot be read, is of something else, or a package is missing."""
