"""Pairs with similar code are shown to staff alone, side by side, with what both have marked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from page_reading import Page, problems

from grader.pages import write_sites
from grader.pages.pairs import read_pairs
from grader.reports.store import ReportError, write_json
from grader.sentences import verbatim
from grader.similarity import SIMILAR, Group, Pair, Side, Similarity

Make = Callable[..., Any]
CODE = {"ana": "import torch\nx = 1\ny = 2\n", "bia": "x = 1  # <b>mine</b>\n\ny = 2\n"}


@pytest.fixture
def out(lay_out: Make, check: Make, exercise: Make, student: Make) -> Path:
    """The output folder of a class of two, with similar code."""
    reports = [student(name, exercise(tasks={"f": [check("a")]})) for name in CODE]
    return lay_out(*reports, code=CODE)


def keep(out: Path, *pairs: tuple[Side, Side]) -> None:
    """Write the file of `grader similar` with these pairs."""
    found = tuple(Pair(exercise="07_autograd", first=first, second=second, size=99) for first, second in pairs)
    limits = (verbatim("Similar code is no proof."),)
    write_json(
        out / SIMILAR,
        Similarity(least_share=0.5, least_size=60, common_from=5, compared=(), pairs=found, limits=limits),
    )


def side(student: str, *lines: tuple[int, int], **fields: Any) -> Side:
    return Side(student=student, lines=lines, **{"folder": student, "share": 0.75, **fields})


def test_a_pair_is_shown_side_by_side(out: Path) -> None:
    """Both programs are shown, with the lines that both have marked, and what similar code can tell."""
    keep(out, (side("ana", (2, 3)), side("bia", (1, 1), (3, 3))))
    write_sites(out, out / "site")
    staff = out / "site" / "staff"
    html = (staff / "similar" / "1.html").read_text(encoding="utf-8")
    assert problems(html) == []
    marked = [a["data-n"] for a in Page(html).all("span") if a.get("class") == "l marked"]
    assert marked == ["2", "3", "1", "3"]
    assert "shares 75 %" in Page(html).text and "Similar code is no proof." in Page(html).text
    for link in Page(html).all("a"):
        address = link["href"].partition("#")[0]
        assert not address or (staff / "similar" / address).is_file()
    index = (staff / "index.html").read_text(encoding="utf-8")
    assert problems(index) == [] and "similar/1.html" in index


def test_a_group_with_the_same_program_is_named(out: Path) -> None:
    """The class page names people who handed in the same program, even where there is no pair."""
    group = Group(exercise="07_autograd", students=("ana", "bia <b>", "2025/caio"), size=300)
    limits = (verbatim("Similar code is no proof."),)
    empty = Similarity(least_share=0.5, least_size=60, common_from=3, compared=(), pairs=(), limits=limits)
    write_json(out / SIMILAR, msgspec.structs.replace(empty, groups=(group,)))
    write_sites(out, out / "site")
    html = (out / "site" / "staff" / "index.html").read_text(encoding="utf-8")
    assert problems(html) == []
    assert "07_autograd: 3 people handed in the same program: ana, bia <b>, 2025/caio." in Page(html).text
    assert "Similar code is no proof." in Page(html).text and "<table" not in html.partition('id="pairs"')[2]


def test_students_do_not_read_of_pairs(out: Path) -> None:
    """No student's page says that there is a pair, or with whom."""
    keep(out, (side("ana", (2, 3)), side("bia", (1, 1))))
    write_sites(out, out / "site")
    html = (out / "site" / "students" / "ana" / "index.html").read_text(encoding="utf-8")
    assert "bia" not in html and "imilar" not in html


def test_code_of_another_year_or_of_nobody_is_not_there(out: Path) -> None:
    """A side of another year, and a folder outside of OUT, have no code; lines that are not there have no mark."""
    elsewhere = side("caio", (1, 2), folder="../out/ana")
    keep(out, (side("ana", (2, 99)), side("old", (1, 2), year="2025")), (side("bia", (0, 10**12)), elsewhere))
    first, second = read_pairs(out).pages
    assert [one.code is None for one in (*first.sides, *second.sides)] == [False, True, False, True]
    write_sites(out, out / "site")
    html = (out / "site" / "staff" / "similar" / "1.html").read_text(encoding="utf-8")
    assert "old (2025)" in Page(html).text and "The code is not in this folder." in Page(html).text
    assert len([a for a in Page(html).all("span") if a.get("class") == "l marked"]) == 2


def test_without_pairs_nothing_is_said_of_them(out: Path) -> None:
    """If nobody looked for pairs, or none was found, the class page does not speak of them."""
    for prepare in (lambda: None, lambda: keep(out)):
        prepare()
        write_sites(out, out / "site")
        assert "Similar code" not in (out / "site" / "staff" / "index.html").read_text(encoding="utf-8")
        assert not (out / "site" / "staff" / "similar").exists()


def test_a_damaged_file_of_pairs_is_explained(out: Path) -> None:
    """A file of pairs that cannot be read is an error with a cure."""
    (out / SIMILAR).write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"Cannot read the pairs in .*similar\.json.* Run `grader similar` again"):
        read_pairs(out)
