"""Draws a curve of losses and the expected curve, as a small SVG for a page."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence

from grader.records import Curve
from grader.sentences import Sentence, learner
from grader.sentences.languages import render

_WIDTH, _HEIGHT = 320, 96  # of the plot itself, in pixels
_LEFT, _TOP, _BOTTOM = 46, 6, 18
_YOURS, _EXPECTED, _GREY = "#d1242f", "#57606a", "#888"
_SPREAD = 50  # the axis is logarithmic if the largest loss is more than this many times the smallest


def plot(curve: Curve) -> str:
    """Return the drawing: the student's curve in red, the expected one dashed, by epoch.

    Returns "" if there are too few numbers to draw.
    """
    got = [value for value in curve.got if value is not None]
    if not got or len(curve.expected) < 2:
        return ""
    # A loss that explodes is cut off. Otherwise it would make the rest of the curve flat.
    low, high = min(curve.expected), max(curve.expected)
    room = (high - low) or abs(high) or 1.0
    low, high = max(min(low, *got), low - room), min(max(high, *got), high + room)
    logarithmic = low > 0 and high / low > _SPREAD
    steps = max(len(curve.got), len(curve.expected)) - 1

    def point(step: int, value: float) -> str:
        clipped = min(max(value, low), high)
        part = (
            math.log(clipped / low) / math.log(high / low) if logarithmic else (clipped - low) / ((high - low) or 1.0)
        )
        return f"{_LEFT + step / max(steps, 1) * _WIDTH:.1f},{_TOP + (1 - part) * _HEIGHT:.1f}"

    def line(values: Sequence[float | None], style: str) -> str:
        points = " ".join(point(step, value) for step, value in enumerate(values) if value is not None)
        return f'<polyline points="{points}" fill="none" {style}/>'

    foot = _TOP + _HEIGHT
    inside = [
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="{_GREY}" opacity=".5"/>',
        line(curve.expected, f'stroke="{_EXPECTED}" stroke-width="1.5" stroke-dasharray="5 3"'),
        line(curve.got, f'stroke="{_YOURS}" stroke-width="1.5"'),
        _text(_LEFT - 4, _TOP + 9, f"{high:.3g}", "end"),
        _text(_LEFT - 4, foot, f"{low:.3g}", "end"),
        _text(_LEFT, foot + 13, learner.LOSS_LOGARITHMIC() if logarithmic else learner.LOSS(), "start"),
        _text(_LEFT + _WIDTH - 96, foot + 13, learner.YOURS(), "end", _YOURS),
        _text(_LEFT + _WIDTH, foot + 13, learner.EXPECTED_DASHED(), "end", _EXPECTED),
    ]
    return _svg(inside)


def _text(x: int, y: int, text: str | Sentence, anchor: str, colour: str = _GREY) -> str:
    style = f'font-size="10" font-family="sans-serif" text-anchor="{anchor}" fill="{colour}"'
    return f'<text x="{x}" y="{y}" {style}>{html.escape(text if isinstance(text, str) else render(text))}</text>'


def _svg(inside: Iterable[str]) -> str:
    width, height = _LEFT + _WIDTH + 4, _TOP + _HEIGHT + _BOTTOM
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'aria-label="{html.escape(render(learner.YOUR_LOSSES()))}">{"".join(inside)}</svg>'
    )
