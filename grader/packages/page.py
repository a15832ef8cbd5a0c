"""A page in Markdown, as GitHub shows it: the points, a table of the checks, and the feedback of those that fail.

Students write names, messages and output: all of it stands in code, which GitHub shows as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from grader.packages.outcome import Outcome, Row, clipped, summary, total
from grader.reports.terminal import points
from grader.sentences import instructor_pages, learner, learner_packages, learner_pages
from grader.sentences.languages import render

_LONGEST: Final = 2000  # characters of one feedback
_MOST_CHARACTERS: Final = 60_000  # of a page
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&@])")
_BACKTICKS: Final = re.compile(r"`+")


def page_of(outcome: Outcome, rows: Sequence[Row], remarks: Sequence[str] = ()) -> str:
    """Return the page. `remarks` stand below the points."""
    earned, most = total(rows)
    heading = learner.POINTS_IN_FULL(points=points(float(earned)), most=points(float(most)))
    lines = [f"### {render(heading)}", ""]
    for text in (*summary(outcome).splitlines(), *remarks):
        lines += [_plain(text), ""]
    lines += [f"| | {render(instructor_pages.CHECK_HEADING())} | {render(learner_pages.POINTS_HEADING())} |"]
    lines += ["| --- | --- | --- |"]
    for row in rows:
        mark = "✓" if row.passed else "✗" if row.passed is False else "○"
        lines.append(f"| {mark} | {_plain(row.name)} | {points(float(row.earned))} / {points(float(row.most))} |")
    length = sum(map(len, lines))
    for row in rows:
        if not row.text or row.passed:
            continue
        text = clipped(row.text, _LONGEST)
        length += len(text)
        if length > _MOST_CHARACTERS:
            lines += ["", render(learner_packages.SHORTENED())]
            break
        fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
        lines += ["", f"**{_plain(row.name)}**", "", f"{fence}text", text, fence]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return a text on one line, in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
