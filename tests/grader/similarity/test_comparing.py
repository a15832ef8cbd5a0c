"""Pairs to look at: without what students got, without what many have, and the same in every run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import msgspec
import pytest

from grader.similarity import Copydetect, Similarity, SimilarityError, compare
from grader.similarity.comparing import Work

STUB = '''"""Exercise."""
import torch


def gradient_step(w, b, lr):
    """Move w and b against their gradients."""
    # TODO
    raise NotImplementedError


def minimize(function, start, steps, lr):
    """Return where the function is least."""
    raise NotImplementedError
'''
ANA = STUB.replace(
    "    # TODO\n    raise NotImplementedError",
    "    with torch.no_grad():\n        for parameter in (w, b):\n            parameter -= lr * parameter.grad\n"
    "            parameter.grad = None\n    return [parameter.detach().clone() for parameter in (w, b)]",
)
RENAMED = ANA.replace("parameter", "p").replace("    with", "    # my own\n\n    with").replace("return [", "return  [")
OTHER = STUB.replace(
    "    # TODO\n    raise NotImplementedError",
    "    w.data.sub_(w.grad, alpha=lr)\n    b.data.sub_(b.grad, alpha=lr)\n    w.grad.zero_()\n    b.grad.zero_()\n"
    "    result = {'w': w, 'b': b}\n    return tuple(result[name].data for name in sorted(result))",
)


def compared(*sources: str, years: Sequence[str] = (), **options: float) -> Similarity:
    """Compare these sources, whose authors are called a, b, c, …"""
    works = [
        Work(chr(97 + n), chr(97 + n), source, years[n] if n < len(years) else "") for n, source in enumerate(sources)
    ]
    return compare({"08": works}, {"08": STUB}, Copydetect(), **options)  # type: ignore[arg-type]


def pairs(found: Similarity) -> list[tuple[str, str]]:
    """Return the names of the pairs."""
    return [(pair.first.student, pair.second.student) for pair in found.pairs]


def test_other_names_and_comments_hide_nothing() -> None:
    """The same program with other names, comments and blanks is listed, and it shares everything."""
    found = compared(ANA, RENAMED, OTHER)
    assert pairs(found) == [("a", "b")]
    assert (found.pairs[0].first.share, found.pairs[0].second.share) == (1, 1)


def test_the_lines_are_those_that_were_written() -> None:
    """The lines of a pair are those that both wrote, not the text of the exercise."""
    (pair,) = compared(ANA, RENAMED).pairs
    ((first, last),) = pair.first.lines
    written = ANA.splitlines()[first - 1 : last]
    assert written[0] == "    with torch.no_grad():" and written[-1].startswith("    return [")


def test_what_students_got_is_no_similarity() -> None:
    """Untouched stubs, and a stub beside other work, make no pair."""
    assert pairs(compared(STUB, STUB, ANA)) == []


def test_what_many_have_is_left_out() -> None:
    """Code that five people have, as from the lecture, makes no pair; four are still listed."""
    assert pairs(compared(*[ANA] * 5, OTHER)) == []
    assert len(pairs(compared(*[ANA] * 4, OTHER))) == 6


def test_many_with_the_same_program_are_named() -> None:
    """Five people with the same program are one group, whatever their comments; other names make another program."""
    remark = ANA.replace("    with", "    # my own\n\n    with")
    found = compared(*[ANA] * 4, remark, RENAMED, OTHER, years=[""] * 4 + ["2025"])
    (group,) = found.groups
    assert group.students == ("a", "b", "c", "d", "2025/e") and group.size > 150
    assert compared(*[ANA] * 4, RENAMED, OTHER).groups == ()
    short = STUB.replace("    # TODO\n    raise NotImplementedError", "    return [w, b]")
    assert compared(*[short] * 6).groups == ()


def test_short_answers_are_alike_by_chance() -> None:
    """A single short line that two people share makes no pair."""
    short = STUB.replace("    # TODO\n    raise NotImplementedError", "    w -= lr * w.grad")
    assert pairs(compared(short, short)) == []


def test_other_years_are_compared_with_this_one_alone() -> None:
    """Somebody of another year makes a pair with somebody of this one, and not with another of that year."""
    found = compared(ANA, RENAMED, ANA, years=("", "2025", "2025"))
    assert pairs(found) == [("a", "b"), ("a", "c")]
    assert {pair.second.year for pair in found.pairs} == {"2025"}


def test_windows_line_ends_and_empty_lines_above_move_no_line() -> None:
    """Lines are counted in the graded source, whatever its line ends are."""
    (plain,) = compared(ANA, RENAMED).pairs
    (pair,) = compared("\r\n\r\n" + ANA.replace("\n", "\r\n"), RENAMED).pairs
    assert pair.first.lines == tuple((first + 2, last + 2) for first, last in plain.first.lines)
    assert pair.second.lines == plain.second.lines


def test_a_program_that_is_too_long_is_named() -> None:
    """What cannot be compared is named, and the others are compared."""
    found = compared(ANA, RENAMED, "x = 1\n" * 50_000)
    assert found.skipped == ("c/08",)
    assert pairs(found) == [("a", "b")]


@pytest.mark.parametrize("source", ["", "\n", "x", "def f(:\n  '''", "\u202e\x00", "(" * 5000])
def test_odd_programs_are_compared(source: str) -> None:
    """Programs that are empty, torn or odd end nothing."""
    assert pairs(compared(source, ANA, RENAMED)) == [("b", "c")]


def test_what_it_cannot_tell_is_said() -> None:
    """The record says that similarity is no proof, and what is left out."""
    said = " ".join(map(str, compared(ANA, OTHER).limits))
    assert "no proof" in said and "5 people or more" in said and "Not seen" in said


def test_a_missing_package_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without copydetect the error says what to install."""
    monkeypatch.setitem(sys.modules, "copydetect", None)
    with pytest.raises(SimilarityError, match=r"copydetect is not installed.*torch-exercise-kit\[desk\]"):
        Copydetect()


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
import msgspec, test_comparing as t
print(msgspec.json.encode(t.compared(t.ANA, t.RENAMED, t.OTHER, least_share=0.0)).decode())
"""


@pytest.mark.slow
def test_every_run_finds_the_same(request: pytest.FixtureRequest) -> None:
    """Python's hashes differ from process to process; the pairs, their shares and their lines do not."""
    program = PROGRAM.format(folder=str(request.path.parent))
    runs = {subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1
    assert msgspec.json.decode(runs.pop(), type=Similarity) == compared(ANA, RENAMED, OTHER, least_share=0.0)
