"""Turns what pages show into HTML. Everything that students wrote is escaped, and a page holds all that it needs.

A page is one file, with its style, its script and its pictures inside, so that it can be moved, mailed and printed. Its
policy names the digests of the style and the script: the browser runs and applies nothing else.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup, escape

from grader.pages.class_page import PROGRESS, Cell, ClassPage, Flag, Progress
from grader.pages.items import FEWEST
from grader.pages.marked_code import CodeBlock
from grader.pages.pairs import PairPage, PairPages
from grader.pages.student_page import StudentPage
from grader.reports.class_table import fault_of
from grader.reports.shown import environment, with_code
from grader.reports.terminal import plain, points
from grader.sentences import (
    Sentence,
    Template,
    instructor,
    instructor_collecting,
    instructor_pages,
    instructor_similarity,
    joined,
    learner,
    learner_pages,
)
from grader.sentences.languages import language

if TYPE_CHECKING:
    import jinja2

_TEMPLATES: Final = Path(__file__).with_name("templates")
_MOST_NAMES: Final = 12  # of students that are shown at once; more can be opened
PROGRESS_SAID: Final[Mapping[Progress, Template]] = {
    "all": learner_pages.ALL_POINTS,
    "some": learner_pages.SOME_POINTS,
    "none": learner_pages.NO_POINTS,
    "open": learner_pages.NOT_BEGUN,
    "unread": learner_pages.NOT_GRADED,
    "missing": learner_pages.NOT_IN,
    "excused": learner_pages.EXCUSED,
}
FLAGS_SAID: Final[Mapping[Flag, Template]] = {
    "stuck": instructor_pages.IS_STUCK,
    "late": learner_pages.LATE,
    "changed": instructor_pages.IS_CHANGED,
    "doubt": instructor_pages.IS_IN_DOUBT,
}


class Link(NamedTuple):
    """The address of another student's page, and that student's name."""

    href: str
    name: str


class Around(NamedTuple):
    """The students before and after this one, where there are any."""

    previous: Link | None
    next: Link | None


def results_html(page: StudentPage) -> Markup:
    """Return the results of a student as a part of a page. It is the same on each page of this student."""
    return Markup(_templates().get_template("results.html").render(page=page))


def student_html(student: str, results: Markup, around: Around | None = None) -> str:
    """Return the page of a student. `around` is for the pages of staff, which lead to each other."""
    return _templates().get_template("student.html").render(student=student, results=results, around=around)


def pair_html(page: PairPage, links: Mapping[str, Link]) -> str:
    """Return the page of a pair of students with similar code. `links` has each student's page."""
    return _templates().get_template("pair.html").render(page=page, links=links)


def _lines_of(block: CodeBlock, exercise: str = "", places: Collection[int] = ()) -> Markup:
    """Return the lines of a block of code; those at `places` can be linked to. A template takes five times as long.

    The line breaks stand inside of the elements: between them, a browser would show each as an empty line.
    """
    parts = []
    for line in block.lines:
        place = f' id="{escape(exercise)}-line-{line.graded}"' if line.graded in places else ""
        kind = "l marked" if line.marked else "l"
        parts.append(f'<span class="{kind}" data-n="{line.number}"{place}>{line.markup}\n</span>')
        for remark in line.remarks:
            link = Markup('<a href="#{0}-{1}">{1}</a>: ').format(exercise, remark.task) if remark.task else ""
            parts.append(f'<span class="remark">{link}{with_code(remark.text)}\n</span>')
    return Markup("".join(parts))


def class_html(page: ClassPage, links: Mapping[str, Link], pairs: PairPages) -> str:
    """Return the page of a class. `links` has each student's page, by all that names the student."""
    sections = {
        "points": instructor_pages.POINTS_TITLE(),
        "spread": instructor_pages.DISTRIBUTION_TITLE() if page.points else None,
        "progress": instructor_pages.PROGRESS_TITLE(),
        "stuck": instructor_pages.STUCK_TITLE(),
        "checks": instructor_pages.ITEMS_TITLE() if page.items else None,
        "files": instructor_pages.FILES_TITLE() if page.left or page.spare else None,
        "pairs": instructor_pages.PAIRS_TITLE() if pairs.pages or pairs.groups else None,
        "fault": instructor_pages.FAULT_TITLE() if page.at_fault else None,
    }
    return (
        _templates()
        .get_template("class.html")
        .render(
            page=page,
            links=links,
            pairs=pairs,
            facts=_facts(page),
            sections=[(id, title) for id, title in sections.items() if title is not None],
            kinds={
                kind: PROGRESS_SAID[kind]()
                for kind in PROGRESS
                if any(exercise.counts[kind] for exercise in page.progress)
            },
            flags={
                flag: said()
                for flag, said in FLAGS_SAID.items()
                if any(flag in cell.flags for row in page.rows for cell in row.cells)
            },
            most_names=_MOST_NAMES,
            most=max((bin.count for bin in page.points), default=1),
            distribution=_distribution(page),
            fewest=FEWEST,
        )
    )


def _hear(cell: Cell) -> list[Sentence]:
    """Return what a cell shows without words, for readers who cannot see it."""
    kinds = [PROGRESS_SAID[cell.progress]()] if cell.progress in ("open", "unread", "missing") else []
    return kinds + [FLAGS_SAID[flag]() for flag in cell.flags if flag != "stuck"]


def _facts(page: ClassPage) -> list[Sentence]:
    """Return the numbers of students and exercises, and the mean of the points."""
    count = len(page.rows)
    facts = [instructor_pages.COUNT(count=count), instructor_pages.COUNT_EXERCISES(count=len(page.exercises))]
    if count:
        mean = sum(row.points for row in page.rows) / count
        facts.append(instructor_pages.MEAN_OF_CLASS(mean=points(mean), most=points(page.max_points)))
    return facts


def _distribution(page: ClassPage) -> Sentence:
    parts: Sequence[Sentence] = [
        instructor_pages.DISTRIBUTION_PART(low=points(bin.low), high=points(bin.high), count=bin.count)
        for bin in page.points
    ]
    return instructor_pages.DISTRIBUTION_SAID(parts=joined(instructor_pages.DISTRIBUTION_AND, parts) if parts else "")


@functools.cache
def _templates() -> jinja2.Environment:
    made = environment(_TEMPLATES)
    made.filters["points"] = points
    made.filters["plain"] = plain
    made.filters["correlation"] = lambda value: f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
    style, script = (_trusted(name) for name in ("style.css", "page.js"))
    made.globals |= {
        "hear": _hear,
        "lines_of": _lines_of,
        "instructor": instructor,
        "instructor_collecting": instructor_collecting,
        "instructor_pages": instructor_pages,
        "instructor_similarity": instructor_similarity,
        "learner": learner,
        "learner_pages": learner_pages,
        "progress_said": PROGRESS_SAID,
        "fault_of": fault_of,
        "language": language,
        "style": style,
        "script": script,
        "policy": (
            f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        ),
    }
    return made


def _trusted(name: str) -> Markup:
    """Return a file of the kit's own to put into a page as it is."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))


def _digest(text: str) -> str:
    """Return how a policy names a style or script of the page itself."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
