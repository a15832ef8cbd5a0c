"""A release answers the calls that are recorded; if it does not know an answer, no mistake is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader import wire
from grader.catalog import load_catalog
from grader.diagnoses import REFERENCE, Answers, RecordedMistake, bare_trace, call_key, diagnoses_of, encode
from grader.examiner.implementations import RecordedImplementations
from grader.suites.check_log import Exchange

ID = "01_small"
CALL = wire.Call(
    nonce=0,
    module="submission",
    name="double",
    probe=None,
    arguments=(2.0,),
    keywords={},
    backward=None,
    trace=False,
    seed=0,
)
TRACED = msgspec.structs.replace(CALL, trace=True)
SUITE = "X = 1\r\nY = 2\n"
MISTAKE = RecordedMistake(task="double", name="adds", message="You add.", presumes=("_ + _",))


def seen(value: float) -> wire.Observation:
    return wire.Observation(nonce=0, outcome="returned", result=value)


FULL = (
    Answers(key=call_key(CALL), by_name={REFERENCE: seen(4.0), "double.adds": seen(3.0)}),
    Answers(key=call_key(TRACED), by_name={"double.adds": bare_trace(seen(3.0))}),
)


@pytest.fixture
def release(lay_down: Any) -> Path:
    """A student's course without anything recorded."""
    return lay_down(public=SUITE, released=True)


def implementations(root: Path, *calls: Answers, suite: str | None = None) -> RecordedImplementations:
    """Return the implementations of a release that has these answers."""
    text = (root / "tests" / "public" / f"test_{ID}.py").read_text(encoding="utf-8") if suite is None else suite
    catalog = load_catalog(root)
    catalog.diagnoses(ID).parent.mkdir(exist_ok=True)
    catalog.diagnoses(ID).write_bytes(encode(diagnoses_of(text, [MISTAKE], calls)))
    return RecordedImplementations(catalog)


def exchange(call: wire.Call = CALL, *, traceable: bool = True) -> Exchange:
    return Exchange(call=call, seen=seen(3.0), traceable=traceable)


def test_recorded_answers_are_given_again(release: Path) -> None:
    """A misconception has its sentence and what that presumes, no source, and its recorded answer."""
    found = implementations(release, *FULL)
    (variant,) = found.misconceptions(ID)
    assert (variant.task, variant.name, variant.message, variant.source) == ("double", "adds", "You add.", "")
    assert variant.presumes == ("_ + _",)
    assert found.has(ID) and found.can_answer(ID, [exchange()], [variant])
    assert found.answers(ID, CALL, [variant]) == [seen(3.0)] and found.reference(ID, CALL) == seen(4.0)


@pytest.mark.parametrize(
    ("calls", "asked", "known"),
    [
        (FULL, exchange(), True),
        (FULL, exchange(msgspec.structs.replace(CALL, arguments=(5.0,))), False),
        (FULL[:1], exchange(), False),  # diagnosis may need a trace of it
        (FULL[:1], exchange(traceable=False), True),
        ((Answers(key=call_key(CALL), by_name={"double.adds": seen(3.0)}), FULL[1]), exchange(), False),
        ((Answers(key=call_key(CALL), by_name={REFERENCE: seen(4.0)}), FULL[1]), exchange(), False),
    ],
    ids=["all known", "another call", "no trace", "no trace needed", "no reference", "no misconception"],
)
def test_only_what_is_known_in_full_is_answered(
    release: Path, calls: tuple[Answers, ...], asked: Exchange, known: bool
) -> None:
    """If one answer is unknown, nothing is said about the task."""
    found = implementations(release, *calls)
    assert found.can_answer(ID, [asked], list(found.misconceptions(ID))) is known


def test_answers_to_another_suite_are_not_used(release: Path) -> None:
    """A record that was made with another public suite does not count, nor does a file that cannot be read."""
    assert not implementations(release, *FULL, suite="another").has(ID)
    assert not RecordedImplementations(load_catalog(release)).can_answer(ID, [], [])
    load_catalog(release).diagnoses(ID).write_bytes(b"torn")
    assert not RecordedImplementations(load_catalog(release)).has(ID)
    load_catalog(release).diagnoses(ID).unlink()
    torn = RecordedImplementations(load_catalog(release))
    assert not torn.has(ID) and torn.misconceptions(ID) == []


def test_line_ends_of_the_suite_do_not_matter(release: Path) -> None:
    """A suite that was written with the line ends of Windows is the same suite."""
    path = release / "tests" / "public" / f"test_{ID}.py"
    text = path.read_text(encoding="utf-8")
    found = implementations(release, *FULL, suite=text)
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert found.has(ID)
