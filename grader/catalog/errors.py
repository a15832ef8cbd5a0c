"""The one error of the catalog."""

from __future__ import annotations

from grader.errors import KitError


class CatalogError(KitError):
    """Something in the kit's own files is wrong, or what was asked for is not in them."""
