"""Writes the two sites: one for staff, and one with a folder for each student that holds nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from grader.errors import KitError
from grader.files import replace_folder
from grader.pages.class_page import class_page
from grader.pages.hiding import without_expectations
from grader.pages.rendering import Around, Link, class_html, student_html
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
    `ReportError` for reports that cannot be read, and `PagesError` if a folder cannot be replaced.
    """
    results = read_results(out)
    written = Written(to / "staff", to / "students", len(results.students))
    for folder, pages in (
        (written.staff, staff_pages(results)),
        (written.students, students_pages(results, hide_expected=hide_expected)),
    ):
        try:
            replace_folder(folder, pages, mark=_MARK)
        except FileExistsError:
            raise PagesError(instructor_pages.OTHER_FILES(path=str(folder))) from None
        except OSError as error:
            raise PagesError(instructor_pages.IN_USE(path=str(folder), error=str(error))) from None
    return written


def staff_pages(results: Results) -> Iterator[tuple[str, str]]:
    """Yield the pages for staff, each with its name: that of the class, and one for each student."""
    students = results.students
    links = [Link(f"{quote(one.folder, safe='')}.html", one.report.student) for one in students]
    yield "index.html", class_html(class_page(results), {link.name: f"students/{link.href}" for link in links})
    for number, one in enumerate(students):
        around = Around(links[number - 1] if number else None, links[number + 1] if number + 1 < len(links) else None)
        yield f"students/{one.folder}.html", student_html(student_page(one.report, one.code), around)


def students_pages(results: Results, *, hide_expected: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the page of each student, with its name in a folder of the student's own."""
    for one in results.students:
        report = without_expectations(one.report) if hide_expected else one.report
        page = student_page(report, one.code, hides_expected=hide_expected)
        yield f"{one.folder}/index.html", student_html(page)
