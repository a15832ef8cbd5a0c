"""How points are added and rounded: exactly, and once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_HUNDREDTH: Final = Decimal("0.01")
ZERO: Final = Decimal(0)


def exact(value: float) -> Decimal:
    """Return a number as people write it: 0.1 is a tenth, not the closest binary fraction."""
    return Decimal(repr(float(value)))


def rounded(value: Decimal) -> float:
    """Return points to hundredths. Halves go up, as everybody expects of 0.125."""
    return float(value.quantize(_HUNDREDTH, ROUND_HALF_UP))


def points_text(value: float | Decimal) -> str:
    """Return points as people write them: 3, 2.5, -0.25."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
