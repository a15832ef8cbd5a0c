"""The pages in a real browser: nothing is asked for, the console is silent, and people of all kinds can use them.

Without a browser these tests are skipped. `make site` fetches axe-core, which finds barriers, and keeps the pictures.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, found_browser
from msgspec.structs import replace

from grader.pages import write_sites
from grader.records import Curve
from grader.reports.store import write_json
from grader.sentences import verbatim
from grader.similarity import SIMILAR, Pair, Side, Similarity

Make = Callable[..., Any]
PROGRAM = None if sys.platform == "win32" else found_browser()
AXE = os.environ.get("GRADER_AXE", "")
PICTURES = os.environ.get("GRADER_PICTURES", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here that can be driven by pipes"),
]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"dark": True},
    "narrow": {"width": 400},
    "print": {"printed": True, "width": 794},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser, for all tests."""
    browser = Browser(str(PROGRAM))
    yield browser
    browser.end()


@pytest.fixture
def site(lay_out: Make, check: Make, exercise: Make, student: Make) -> Path:
    """The site of a class of 24 students with all that a page can show."""
    said = {field: verbatim(f"a {field}, `code`") for field in ("expected", "got", "next_step")}

    def one(number: int) -> Any:
        good, bad = check("sum"), check("sum", "failed", call="f(1)", line=3, mistake="no-sum", **said)
        curve = Curve(got=(4.0, 2.0, 1.0 + number), expected=(4.0, 3.0, 2.0))
        passes = number % 3 > 0
        first = [good if passes else bad, check("mean", hidden=True) if number % 2 else check("mean", "skipped")]
        second = [replace(check("loss", "passed" if passes else "failed", points=4.0), curve=curve)]
        return student(
            f"student {number:02}",
            exercise("07_autograd", tasks={"f": first, "g": second}, raised_at=(4,), notes=(verbatim("A note."),)),
            exercise("08_detach", "not_submitted" if number % 5 else "not_attempted"),
        )

    reports = [one(number) for number in range(24)]
    code = (
        "import torch\n\ndef f(x): return x.sum()\n1 / 0\n"
        + "# text\n" * 20
        + "def g(): pass  # "
        + "long " * 60
        + "\n"
    )
    out = lay_out(*reports, code={report.student: code for report in reports})
    (out / "adjustments.toml").write_text(
        '[[override]]\nstudent = "student 03"\nexercise = "07"\npoints = 5\nreason = "Right."\n'
        '[[comment]]\nstudent = "student 03"\nexercise = "07"\ntext = "Well done."\n',
        encoding="utf-8",
    )
    sides = [Side(student=f"student 0{n}", folder=f"student 0{n}", share=0.9, lines=((1, 4),)) for n in (1, 2)]
    pair = Pair(exercise="07_autograd", first=sides[0], second=sides[1], size=99)
    limits = (verbatim("Similar code is no proof."),)
    write_json(
        out / SIMILAR,
        Similarity(least_share=0.5, least_size=60, common_from=5, compared=(), pairs=(pair,), limits=limits),
    )
    write_sites(out, out / "site")
    return out / "site"


PAGES = {
    "class": "staff/index.html",
    "student": "staff/students/student 03.html",
    "pair": "staff/similar/1.html",
    "own": "students/student 03/index.html",
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_for_nothing_and_fits(browser: Browser, site: Path, page: str, look: str) -> None:
    """In the light, in the dark, on a phone and on paper: no request, a silent console, nothing beside the page."""
    settings = dict(LOOKS[look])
    width = settings.pop("width", 1280)
    browser.look(**settings)
    browser.requests.clear()
    browser.complaints.clear()
    browser.open(site / PAGES[page], width=width)
    browser.run("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert browser.run("document.documentElement.scrollWidth") <= width
    if PICTURES:
        browser.picture(Path(PICTURES) / f"{page}-{look}.png")
    asked = [address for address in browser.requests if not address.startswith("data:")]
    assert (len(asked), browser.complaints) == (1, []), asked
    # What is asserted can fail: the policy refuses what is not the page's own.
    browser.run("document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    browser.run("document.body.setAttribute('style', 'color: red')")
    assert len(browser.complaints) == 2


@pytest.mark.skipif(not AXE, reason="GRADER_AXE does not name axe.min.js; `make site` fetches it")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_barrier_that_axe_finds(browser: Browser, site: Path, page: str, look: str) -> None:
    """axe-core finds no violation, of contrast, names, landmarks and the like, with everything opened."""
    settings = dict(LOOKS[look])
    width = settings.pop("width", 1280)
    browser.look(**settings)
    browser.open(site / PAGES[page], width=width)
    browser.run("for (const details of document.querySelectorAll('details')) details.open = true")
    assert browser.violations(Path(AXE).read_text(encoding="utf-8")) == []


def names(browser: Browser) -> list[str]:
    """Return the students that the table shows, in its order."""
    shown = "[...document.querySelectorAll('#table tbody tr')].filter(row => !row.hidden)"
    return [str(name) for name in browser.run(f"{shown}.map(row => row.cells[0].textContent)")]


def test_the_table_can_be_filtered(browser: Browser, site: Path) -> None:
    """By a part of a name, by an exercise with its progress, and by who is stuck; the number is said."""
    browser.look()
    browser.open(site / PAGES["class"])
    assert len(names(browser)) == 24

    def choose(id: str, value: str) -> None:
        browser.run(
            f"document.getElementById('filter-{id}').value = {value!r};"
            "document.getElementById('filter').dispatchEvent(new Event('input'))"
        )

    choose("name", "DENT 1")
    assert len(names(browser)) == 10 and browser.run("document.getElementById('shown').textContent") == "10"
    choose("exercise", "08_detach")
    choose("progress", "open")
    assert names(browser) == ["student 10", "student 15"]
    choose("name", "")
    choose("exercise", "")
    choose("progress", "stuck")
    assert names(browser) == [f"student {number:02}" for number in range(0, 24, 3)]
    choose("progress", "changed")
    assert names(browser) == ["student 03"]


def test_the_table_can_be_sorted_with_the_keyboard(browser: Browser, site: Path) -> None:
    """The headings are buttons: Enter sorts by points, the most first, and again turns the order around."""
    browser.open(site / PAGES["class"])
    browser.run("document.getElementById('filter-progress').focus()")
    for _ in range(10):
        browser.press("Tab")
        if browser.run("document.activeElement.textContent") == "Total":
            break
    browser.press("Enter")
    assert browser.run("document.activeElement.parentElement.ariaSort") == "descending"
    points = "[...document.querySelectorAll('#table td.strong')].map(cell => Number(cell.textContent))"
    assert (found := browser.run(points)) == sorted(found, reverse=True) and found[0] == 6
    browser.press("Enter")
    assert (found := browser.run(points)) == sorted(found)


def test_the_first_key_skips_to_the_content(browser: Browser, site: Path) -> None:
    """The first Tab reaches the link to the content, which is then seen."""
    browser.open(site / PAGES["own"])
    browser.press("Tab")
    assert browser.run("document.activeElement.getAttribute('href')") == "#main"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0


def test_without_its_script_the_class_page_is_complete(browser: Browser, site: Path) -> None:
    """Where scripts are switched off, the table has all students, and no filter is shown that does nothing."""
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(site / PAGES["class"])
    browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert len(names(browser)) == 24
    assert browser.run("document.getElementById('filter').offsetHeight") == 0


def test_a_marked_line_leads_to_its_feedback_and_back(browser: Browser, site: Path) -> None:
    """A remark at a line leads to the task, and the check that names the line leads to it."""
    browser.open(site / PAGES["own"])
    assert browser.run("document.querySelector('.remark a').getAttribute('href')") == "#07_autograd-f"
    back = browser.run("document.querySelector('.check a').getAttribute('href')")
    assert "def f(x)" in browser.run(f"document.getElementById({back[1:]!r}).textContent")


def test_a_page_prints_everything(browser: Browser, site: Path) -> None:
    """On paper everything is open, but for long comments; afterwards the page is as it was."""
    browser.open(site / PAGES["own"])
    closed = "document.querySelectorAll('details:not([open], .fold)').length"
    before = browser.run(closed)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert before > 0 and browser.run(closed) == 0
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run(closed) == before
    assert browser.pdf().startswith(b"%PDF")
