"""The sites are written whole, hold nothing of anybody else, and are right as HTML, whatever students wrote."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from msgspec.structs import replace
from page_reading import Page, problems

from grader import files
from grader.pages import site, write_sites
from grader.pages.rendering import PROGRESS_SAID
from grader.pages.site import PagesError
from grader.records import BrokenCheck, Curve, Feedback, Misconception, Report
from grader.reports.store import ReportError
from grader.sentences import verbatim

Make = Callable[..., Any]
TEMPLATES = Path(site.__file__).with_name("templates")
EVIL = "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&{{7*7}}{% raw %}"


@pytest.fixture
def reports(check: Make, exercise: Make, student: Make) -> list[Report]:
    """Three students: with a secret in every field, with a plot, and with nothing."""

    def secrets(name: str) -> Report:
        said = {field: verbatim(f"{field} of {name}-secret") for field in ("expected", "got", "next_step")}
        checks = [
            check(
                "sum",
                "failed",
                mistake="no-sum",
                call=f"f({name}-secret)",
                details=(verbatim(f"{name}-secret"),),
                line=2,
                **said,
            ),
            check("mean"),
            check("min", "skipped"),
        ]
        return student(
            name,
            exercise(tasks={"f": checks}, notes=(verbatim(f"note of {name}-secret"),), raised_at=(1,)),
            exercise("08_detach", "unreadable", message=verbatim(f"{name}-secret cannot be read")),
            notes=(verbatim(f"folder of {name}-secret"),),
        )

    return [secrets("ana"), secrets("bruno"), student("carla", exercise(status="not_submitted"))]


CODE = {name: f"import torch\ndef f(x): return {name}_secret\n" for name in ("ana", "bruno")}


def pages(to: Path) -> dict[str, str]:
    """Return all pages under a folder by their names."""
    return {path.relative_to(to).as_posix(): path.read_text(encoding="utf-8") for path in sorted(to.rglob("*.html"))}


def test_a_student_gets_a_folder_with_nothing_of_anybody_else(lay_out: Make, reports: list[Report]) -> None:
    """Each student's folder has one page with everything of that student, and no name or text of another one."""
    write_sites(out := lay_out(*reports, code=CODE), out / "site")
    students = out / "site" / "students"
    assert sorted(path.name for path in students.iterdir() if path.is_dir()) == ["ana", "bruno", "carla"]
    for own in ("ana", "bruno", "carla"):
        (page,) = (path for path in (students / own).rglob("*") if path.is_file())
        html = page.read_text(encoding="utf-8")
        assert html.count(f"{own}-secret") > 5 or own == "carla"
        assert (f"{own}_secret" in html) == (own in CODE)
        assert not [other for other in ("ana", "bruno", "carla") if other != own and other in html]
        assert "../" not in html and "class" not in Page(html).text.lower()


def test_pages_are_right(lay_out: Make, reports: list[Report]) -> None:
    """All pages are well-formed, lead nowhere else, allow their own script alone, and have what screen readers need."""
    write_sites(out := lay_out(*reports, code=CODE), out / "site")
    found = pages(out / "site")
    assert len(found) == 7
    assert {name: problems(html) for name, html in found.items() if problems(html)} == {}


def test_addresses_between_pages_exist(lay_out: Make, reports: list[Report]) -> None:
    """Every address in the site for staff leads to a page of it, and every student is reached from the class."""
    write_sites(out := lay_out(*reports, code=CODE), out / "site")
    staff = (out / "site" / "staff").resolve()
    shown = {path: Page(path.read_text(encoding="utf-8")) for path in staff.rglob("*.html")}
    deep = 0
    for path, page in shown.items():
        for link in page.all("a"):
            address, _, place = link["href"].partition("#")
            target = shown[(path.parent / address).resolve()] if address else page
            assert not place or place in [element.get("id") for _, element in target.elements], f"{path}: {link}"
            deep += bool(address and place)
    assert deep > 0, "students who make a mistake are linked to where it is"
    reached = {link["href"] for link in shown[staff / "index.html"].all("a")}
    assert {f"students/{name}.html" for name in ("ana", "bruno", "carla")} <= reached


@pytest.mark.parametrize("name", ["a#b?c", "100%", "José da Conceição", "javascript:alert(1)", "..", "<b>&", "'\""])
def test_any_name_is_text_and_has_a_page(lay_out: Make, check: Make, exercise: Make, student: Make, name: str) -> None:
    """A name with any characters is shown as it is, and its page is found from the class."""
    out = lay_out(student(name, exercise(tasks={"f": [check("a", "failed", mistake="m")]})), code={name: "x = 1\n"})
    write_sites(out, out / "site")
    html = (out / "site/staff/index.html").read_text(encoding="utf-8")
    assert problems(html) == [] and name in Page(html).text
    (address,) = {a["href"].partition("#")[0] for a in Page(html).all("a") if a["href"].startswith("students/")}
    assert name in Page((out / "site/staff" / unquote(address)).read_text(encoding="utf-8")).text


def test_nothing_that_a_student_wrote_is_markup(lay_out: Make, check: Make, exercise: Make, student: Make) -> None:
    """Names, code, messages and notes with markup and script in them are shown as text on every page."""
    said = verbatim(EVIL)
    checks = [
        check("a", "failed", call=EVIL, expected=said, got=said, details=(said,), next_step=said, line=1),
        check("b", "error", hidden=True, misconception=Misconception(id="m", sentence=said)),
        check(EVIL, "passed"),
    ]
    report = student(EVIL, exercise(tasks={"f": checks}, notes=(said,)), notes=(said,))
    fault = BrokenCheck(exercise="07_autograd", task="f", check=EVIL, stands=True, feedback=Feedback(details=(said,)))
    out = lay_out(report, code={EVIL: f"# {EVIL}\n'''{EVIL}'''\n"}, broken=[(EVIL, fault)])
    write_sites(out, out / "site")
    found = pages(out / "site")
    for name, html in found.items():
        assert problems(html) == [], name
        tags = {tag for tag, _ in Page(html).elements}
        assert len(Page(html).all("script")) == 1 and "img" not in tags
        assert "49" not in Page(html).text and EVIL in Page(html).text


def test_hidden_checks_can_keep_what_they_expect(lay_out: Make, check: Make, exercise: Make, student: Make) -> None:
    """Students' pages can leave out calls, expectations and plots of hidden checks; pages for staff have all of it."""
    said = {
        "call": "f(input-1)",
        "expected": verbatim("wanted-2"),
        "got": verbatim("mine-3"),
        "details": (verbatim("off by 4-off"),),
        "next_step": verbatim("step-5"),
    }
    checks = [check("a", "failed", hidden=True, **said), check("b", "failed", **{**said, "call": "f(public-6)"})]
    report = student("ana", exercise(tasks={"f": checks}))
    out = lay_out(report)
    write_sites(out, out / "site", hide_expected=True)
    own = (out / "site/students/ana/index.html").read_text(encoding="utf-8")
    staff = (out / "site/staff/students/ana.html").read_text(encoding="utf-8")
    hidden = Page(own).text.partition("The b")[0]
    assert "mine-3" in hidden and "step-5" in hidden and "shown when grades are final" in hidden
    assert not [word for word in ("input-1", "wanted-2", "4-off") if word in hidden]
    assert "public-6" in own and "wanted-2" in own, "public checks are shown in full"
    assert "input-1" in staff and "when grades are final" not in staff


def test_a_hidden_plot_is_left_out_too(lay_out: Make, check: Make, exercise: Make, student: Make) -> None:
    """A plot of losses shows what was expected, so it is left out with it."""
    plotted = replace(check("a", "failed", hidden=True), curve=Curve(got=(3.0, 2.0), expected=(3.0, 1.0)))
    out = lay_out(student("ana", exercise(tasks={"f": [plotted]})))
    write_sites(out, out / "site", hide_expected=True)
    assert "<img" not in (out / "site/students/ana/index.html").read_text(encoding="utf-8")
    assert "<img" in (out / "site/staff/students/ana.html").read_text(encoding="utf-8")


def test_the_same_reports_give_the_same_bytes(lay_out: Make, reports: list[Report]) -> None:
    """Writing again changes no byte."""
    out = lay_out(*reports, code=CODE)
    write_sites(out, out / "site")
    first = pages(out / "site")
    write_sites(out, out / "site")
    assert pages(out / "site") == first


def test_the_pages_of_a_student_who_has_left_go(lay_out: Make, reports: list[Report]) -> None:
    """A student who left the course has no page any more, and the class page does not name the student."""
    write_sites(out := lay_out(*reports), out / "site")
    assert "ana" in Page((out / "site/staff/index.html").read_text(encoding="utf-8")).text
    (out / "adjustments.toml").write_text('[[withdrawn]]\nstudent = "ana"\n', encoding="utf-8")
    write_sites(out, out / "site")
    assert not [name for name in pages(out / "site") if "ana" in name]
    assert "ana" not in Page((out / "site/staff/index.html").read_text(encoding="utf-8")).text
    assert (out / "ana" / "report.json").is_file()


def test_a_student_reads_what_people_decided(lay_out: Make, reports: list[Report]) -> None:
    """A student's page has the points that count, why they changed, and comments; no other student's page has them."""
    decided = """
        [[override]]
        student = "ana"
        exercise = "07"
        points = 2.5
        reason = "Right idea <b>."
        [[comment]]
        student = "ana"
        exercise = "07"
        text = "Well explained."
        [[extra]]
        student = "ana"
        points = 1
        reason = "Helped in the forum."
        [[excused]]
        student = "ana"
        exercise = "08"
    """
    out = lay_out(*reports)
    (out / "adjustments.toml").write_text(decided, encoding="utf-8")
    write_sites(out, out / "site")
    html = (out / "site/students/ana/index.html").read_text(encoding="utf-8")
    text = Page(html).text
    assert problems(html) == []
    for said in ("3.5 of 3 points", "2.5 of 3 points; the checks gave 1", "Right idea <b>.", "(+1)", "excused"):
        assert said in text
    assert "Well explained." in text and "Helped in the forum." in text
    assert "Well explained." not in "".join(html for name, html in pages(out / "site").items() if "ana" not in name)


def test_old_pages_stay_if_new_ones_cannot_be_written(
    lay_out: Make, reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If writing fails half-way, the old site is there as it was, and nothing else."""
    write_sites(out := lay_out(*reports), out / "site")
    before = pages(out / "site")

    def fails(*_: object) -> Any:
        yield "index.html", "half"
        raise OSError("disk full")

    monkeypatch.setattr(site, "staff_pages", fails)
    with pytest.raises(PagesError, match=r"Cannot replace the pages in '.*staff': disk full. Close"):
        write_sites(out, out / "site")
    assert pages(out / "site") == before
    assert sorted(path.name for path in (out / "site").iterdir()) == ["staff", "students"]


def test_what_a_killed_run_left_is_removed(lay_out: Make, reports: list[Report]) -> None:
    """A folder that a killed run was writing goes with the next run; one that may still be written stays."""
    out = lay_out(*reports)
    for name, age in ((".writing-old", 0.0), (".writing-new", time.time())):
        (out / "site" / name / "students").mkdir(parents=True)
        os.utime(out / "site" / name, (age, age))
    write_sites(out, out / "site")
    assert sorted(path.name for path in (out / "site").iterdir()) == [".writing-new", "staff", "students"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_site_is_replaced_with_and_without_help_of_the_system(
    lay_out: Make, reports: list[Report], monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    """Where the system cannot exchange two folders in one step, the site is replaced all the same."""
    if not exchanges:
        monkeypatch.setattr(files, "_exchanged", lambda first, second: False)
    write_sites(out := lay_out(*reports), out / "site")
    (out / "adjustments.toml").write_text('[[withdrawn]]\nstudent = "ana"\n', encoding="utf-8")
    write_sites(out, out / "site")
    assert len(pages(out / "site")) == 5
    assert sorted(path.name for path in (out / "site").iterdir()) == ["staff", "students"]


def test_other_folders_are_not_overwritten(lay_out: Make, reports: list[Report]) -> None:
    """A folder that holds other files is refused and stays as it was; an empty one is used."""
    out = lay_out(*reports)
    (own := out / "mine" / "students").mkdir(parents=True)
    (own / "thesis.txt").write_text("important", encoding="utf-8")
    with pytest.raises(PagesError, match="holds files that `grader report` has not written"):
        write_sites(out, own.parent)
    assert (own / "thesis.txt").read_text(encoding="utf-8") == "important"
    (own / "thesis.txt").unlink()
    write_sites(out, own.parent)
    assert (own / "ana" / "index.html").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_owner_can_open_the_sites(lay_out: Make, reports: list[Report]) -> None:
    """The folders are closed to others; what is copied out of them can be read by everybody."""
    write_sites(out := lay_out(*reports), out / "site")
    assert [(out / "site" / name).stat().st_mode & 0o077 for name in ("staff", "students")] == [0, 0]
    assert (out / "site/students/ana/index.html").stat().st_mode & 0o044 == 0o044


def test_a_folder_without_reports_is_explained(tmp_path: Path, lay_out: Make, reports: list[Report]) -> None:
    """A folder in which nothing was graded, and a report that cannot be read, are errors with a cure."""
    with pytest.raises(ReportError, match=r"holds no class\.json, so nothing was graded into it"):
        write_sites(tmp_path, tmp_path / "site")
    out = lay_out(*reports)
    (out / "ana" / "report.json").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"ana.report\.json': .* Grade again to write a new one"):
        write_sites(out, out / "site")


def test_an_old_output_folder_has_pages_without_code(lay_out: Make, reports: list[Report]) -> None:
    """Reports that were written before the code was kept give pages without it."""
    write_sites(out := lay_out(*reports), out / "site")
    html = (out / "site/students/ana/index.html").read_text(encoding="utf-8")
    assert "<pre" not in html and problems(html) == []


def test_kinds_of_progress_have_words() -> None:
    """Each kind of progress is said in words, not by its colour alone."""
    assert len({str(said()) for said in PROGRESS_SAID.values()}) == len(PROGRESS_SAID) == 7


# The look


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_can_be_read_on_its_ground() -> None:
    """Every colour of text has a contrast of 4.5 to every ground it stands on: in light, in dark and in print."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]
    assert len(blocks) == 3
    for block in blocks:
        known = {**colours(blocks[0]), **colours(block)}
        for text in ("text", "quiet", "link", "good", "bad", "open", "k", "s", "c", "n", "f"):
            for ground in ("page", "card", "mark"):
                assert contrast(known[text], known[ground]) >= 4.5, (text, known[text], ground, known[ground])
        kinds = [known[kind] for kind in ("all", "some", "none", "begun", "unread", "missing")]
        assert all(one != other for one, other in combinations(kinds, 2))


def test_the_style_is_light_dark_narrow_and_printed() -> None:
    """The style says how pages look in the dark, on a phone and on paper, and asks for nothing from outside."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    for query in ("prefers-color-scheme: dark", "max-width: 40rem", "@media print", ":focus-visible"):
        assert query in style
    assert "url(" not in style and "@import" not in style and "</" not in style


def test_the_script_makes_no_markup_of_data() -> None:
    """The script never evaluates text or makes markup of it, and asks for nothing from outside."""
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|fetch|XMLHttp|import", script
    )
    assert "</" not in script


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_words(path: Path) -> None:
    """Every word on a page comes from a catalog."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    spoken = [said.strip() for tag, said in Page(text).texts if tag not in ("style", "script")]
    assert [said for said in spoken if re.search(r"[A-Za-z]{2}", said)] == []
