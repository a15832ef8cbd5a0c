"""Panels in notebooks show the feedback, escape all text of students, and plot losses."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from grader.records import CheckReport, Curve, ExerciseReport, Feedback, TaskReport, blank_report
from grader.reports.panels import note_panel, report_panel
from grader.reports.plots import plot
from grader.sentences import Sentence, verbatim


def check(status: str = "passed", title: str = "a check", *, curve: Curve | None = None, **said: Any) -> CheckReport:
    return CheckReport(
        id="an_id",
        visibility="hidden",
        status=status,  # type: ignore[arg-type]
        points=1.0 if status == "passed" else 0.0,
        max_points=1.0,
        feedback=Feedback(title=verbatim(title), **said),
        curve=curve,
    )


def report(*checks: CheckReport, notes: tuple[Sentence, ...] = ()) -> ExerciseReport:
    points, most = (float(sum(getattr(c, name) for c in checks)) for name in ("points", "max_points"))
    task = TaskReport(name="mse", points=points, max_points=most, checks=checks)
    return ExerciseReport(id="10_x", status="graded", points=points, max_points=most, notes=notes, tasks=(task,))


class Tags(HTMLParser):
    """Collects the tags of a page and checks that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def close(self) -> None:
        super().close()
        assert self._open == []


def tags(html: str) -> set[str]:
    parser = Tags()
    parser.feed(html)
    parser.close()
    return set(parser.seen)


def test_a_panel_says_what_was_called_expected_and_next() -> None:
    """A panel shows the call as code, bold labels, code in backticks, and passed checks where they can be opened."""
    failed = check(
        "failed",
        "The mean",
        call="mse(a, b)",
        expected=verbatim("1"),
        got=verbatim("2"),
        next_step=verbatim("use `mean`."),
    )
    html = report_panel(report(failed, check(title="another one"))).html
    assert "The mean (hidden)" in html and "an_id" not in html
    assert "<code>mse(a, b)</code>" in html and "<b>expected:</b> 1" in html
    assert "<b>Next:</b> use <code>mean</code>." in html
    opened = html[html.index("<details") :]
    assert "✓ 1 check passes" in opened and "another one (hidden)" in opened and "1 of 2 points" in html
    assert tags(html) == {"div", "span", "b", "code", "details", "summary"}


def test_a_long_panel_is_brief_and_opens_in_full() -> None:
    """Checks that fail alike are counted, and all of them stand where they can be opened."""
    same = {"status": "error", "got": verbatim("TypeError: no"), "next_step": verbatim("read it.")}
    html = report_panel(report(*(check(title=f"Check {n}", **same) for n in range(4)))).html
    brief, full = html.split("Everything in full")
    assert brief.count("TypeError: no") == 1 and "3 more checks end in the same error" in brief
    assert [n for n in range(4) if f"Check {n}" in full] == [0, 1, 2, 3]
    assert "Everything in full" not in report_panel(report(check(title="Check", **same))).html


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", "`<img src=x onerror=y>`", "</div><b>", "\x1b[2J\u202e"])
def test_nothing_that_a_student_wrote_is_markup(evil: str) -> None:
    """Text of a student is always escaped, and control characters are made visible."""
    one = verbatim(evil)
    said = {"call": f"f({evil})", "expected": one, "got": one, "details": (one,), "next_step": one}
    made = report(check("failed", evil, **said), notes=(one,))
    html = report_panel(made).html
    assert tags(html) <= {"div", "span", "b", "code"}
    assert "<script" not in html and "<img" not in html
    assert "\x1b" not in html and "\u202e" not in html
    assert "\x1b" not in repr(report_panel(made))


def test_what_could_not_be_graded_says_why() -> None:
    """A panel for an unreadable file shows the problem without a list of checks."""
    panel = report_panel(
        blank_report("10_x", [("mse", 2.0)], "unreadable", verbatim("x.ipynb is damaged. Save it again."))
    )
    assert "x.ipynb is damaged" in panel.html and "Not attempted" not in panel.html
    assert "0 of 2" in repr(panel)


def test_the_text_may_be_the_points_alone() -> None:
    """A panel's text can be the points alone, which nbgrader reads."""
    assert repr(report_panel(report(check()), text="1")) == "1"


def test_a_note_has_both_forms() -> None:
    """A note has text for a terminal and HTML for a notebook."""
    panel = note_panel("Hint 1 of 3", "use `detach`")
    assert repr(panel) == "Hint 1 of 3: use `detach`" and "<code>detach</code>" in panel._repr_html_()


CURVE = Curve(got=(4.0, 2.0, 1.0), expected=(4.0, 3.0, 2.0))


def test_a_training_loop_has_a_plot() -> None:
    """A plot shows the student's and the expected losses, one point for each epoch, for the failed check."""
    drawn = report_panel(report(check(curve=Curve(got=(9.0, 8.0), expected=(9.0, 8.0))), check("failed", curve=CURVE)))
    (encoded,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', drawn.html)
    svg = base64.b64decode(encoded).decode()
    assert tags(svg) >= {"svg", "polyline", "rect", "text"}
    expected, got = re.findall(r'points="([^"]+)"', svg)
    assert len(got.split()) == len(expected.split()) == 3
    heights = [float(point.split(",")[1]) for point in got.split()]
    assert heights == sorted(heights), "a falling loss goes down the page"


@pytest.mark.parametrize("got", [(), (None, None), (None, 3.0, None), (4.0, 1e30, -1e30), tuple([1.0] * 1000)])
def test_any_curve_can_be_drawn(got: tuple[float | None, ...]) -> None:
    """Missing numbers give gaps, huge losses stay inside the frame, and an empty curve draws nothing."""
    svg = plot(Curve(got=got, expected=(4.0, 3.0, 2.0)))
    assert (svg == "") == (not any(value is not None for value in got))
    for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", " ".join(re.findall(r'points="([^"]+)"', svg))):
        assert 46 <= float(x) <= 366 and 6 <= float(y) <= 102


def test_a_wide_range_is_drawn_on_a_logarithmic_axis() -> None:
    """Losses over several orders of magnitude get a logarithmic axis, unless one may be zero."""
    assert "logarithmic" in plot(Curve(got=(100.0, 1.0, 0.01), expected=(100.0, 2.0, 0.02)))
    assert "logarithmic" not in plot(Curve(got=(100.0, 1.0, 0.0), expected=(100.0, 2.0, 0.0)))
