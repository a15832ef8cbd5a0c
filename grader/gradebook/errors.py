"""The error of a gradebook that cannot be read or written."""

from __future__ import annotations

from grader.errors import KitError


class GradebookError(KitError):
    """The gradebook, or what people decided about it, cannot be read or changed."""
