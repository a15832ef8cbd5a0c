"""Writes the two sites: one for staff, and one with a folder for each student that holds nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from grader.errors import KitError
from grader.files import replace_folder
from grader.pages.class_page import class_page
from grader.pages.rendering import Around, Link, class_html, pair_html, results_html, student_html
from grader.pages.results import Results, read_results
from grader.pages.student_page import student_page
from grader.sentences import instructor_pages

_MARK: Final = ".grader-pages"  # says that a folder was written here, and may be replaced


class PagesError(KitError):
    """The pages cannot be written."""


class Written(NamedTuple):
    """The folders that were written, and the number of students."""

    staff: Path
    students: Path
    number: int


def write_sites(out: Path, to: Path, *, hide_expected: bool = False) -> Written:
    """Write the sites of the class in `out` to the folders `staff` and `students` in `to`, in place of earlier ones.

    `hide_expected` leaves out of the students' pages what hidden checks were called with and what they expected. Raises
    `ReportError` and `GradebookError` for what cannot be read, and `PagesError` if a folder cannot be replaced.
    """
    results = read_results(out)
    known: dict[str, Markup] = {}
    written = Written(to / "staff", to / "students", len(results.students))
    for folder, pages in (
        (written.staff, staff_pages(results, known)),
        (
            written.students,
            students_pages(results, hide_expected=hide_expected, known=None if hide_expected else known),
        ),
    ):
        try:
            replace_folder(folder, pages, mark=_MARK)
        except FileExistsError:
            raise PagesError(instructor_pages.OTHER_FILES(path=str(folder))) from None
        except OSError as error:
            raise PagesError(instructor_pages.IN_USE(path=str(folder), error=str(error))) from None
    return written


def staff_pages(results: Results, known: dict[str, Markup]) -> Iterator[tuple[str, str]]:
    """Yield the pages for staff, each with its name.

    They are that of the class, one for each pair with similar code, and one for each student. `known` gets the results
    of each student, by folder.
    """
    links = [Link(f"{quote(student.folder, safe='')}.html", student.name) for student in results.students]
    yield "index.html", class_html(class_page(results), _addresses(results, links, "students"), results.pairs)
    for page in results.pairs.pages:
        yield f"similar/{page.number}.html", pair_html(page, _addresses(results, links, "../students"))
    for number, student in enumerate(results.students):
        around = Around(links[number - 1] if number else None, links[number + 1] if number + 1 < len(links) else None)
        known[student.folder] = results_html(student_page(student))
        yield f"students/{student.folder}.html", student_html(student.name, known[student.folder], around)


def _addresses(results: Results, links: Sequence[Link], folder: str) -> dict[str, Link]:
    """Return the page of each student in a folder, by all that names the student: the name, and what reports say."""
    found = {}
    for student, link in zip(results.students, links, strict=True):
        for name in (*student.counts.earlier_names, student.counts.student):
            found[name] = Link(f"{folder}/{link.href}", link.name)
    return found | {link.name: Link(f"{folder}/{link.href}", link.name) for link in links}


def students_pages(
    results: Results, *, hide_expected: bool = False, known: Mapping[str, Markup] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the page of each student, with its name in a folder of the student's own.

    `known` has results that need not be made again, by folder.
    """
    for student in results.students:
        shown = (known or {}).get(student.folder)
        if shown is None:
            shown = results_html(student_page(student, hide_expected=hide_expected))
        yield f"{student.folder}/index.html", student_html(student.name, shown)
