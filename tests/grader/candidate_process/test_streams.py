"""The standard streams do what Python's own do, as far as a script can tell; all that is written to them is output."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest

from grader import wire
from grader.candidate_process.streams import Streams


def written(does: Callable[[], object]) -> str:
    """Return what doing it has written."""
    before = sys.stdin, sys.stdout, sys.stderr, sys.__stdout__
    with Streams() as streams:
        does()
    assert (sys.stdin, sys.stdout, sys.stderr, sys.__stdout__) == before
    return streams.text


def rewrapped() -> None:
    """Put other text over the bytes, as scripts for Windows do."""
    sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8")
    print("wrapped")


def redirected() -> None:
    """Catch what is printed in the meantime."""
    with contextlib.redirect_stdout(io.StringIO()) as caught:
        print("caught")
    print("seen", len(caught.getvalue()))


def logged() -> None:
    """Log through a handler of one's own."""
    logger = logging.Logger("own")
    logger.addHandler(logging.StreamHandler())
    logger.warning("logged")


def closed() -> None:
    """Close everything, and go on."""
    sys.stdout.buffer.close()
    sys.stdout.close()
    sys.stderr.close()
    sys.stdin.close()
    with contextlib.suppress(SystemExit):
        sys.exit()
    print("still", sys.stdout.closed, sys.stdin.read())


def swapped() -> None:
    """Print somewhere else, and come back to the stream that Python keeps."""
    sys.stdout = io.StringIO()
    print("lost")
    sys.stdout = sys.__stdout__
    print("back")


@pytest.mark.parametrize(
    ("does", "text"),
    [
        (lambda: print("ação"), "ação\n"),
        (lambda: sys.stdout.buffer.write(b"bytes") and None, "bytes"),
        (lambda: sys.stdout.buffer.raw.write(b"raw"), "raw"),  # type: ignore[attr-defined]
        (lambda: sys.stdout.writelines(["a", "b"]), "ab"),
        (lambda: (print("1"), print("2", file=sys.stderr), sys.stdout.buffer.write(b"3"), print("4")), "1\n2\n34\n"),
        (lambda: print("x", file=sys.__stdout__), "x\n"),
        (lambda: (sys.stdout.reconfigure(line_buffering=True, errors="strict"), print("y")), "y\n"),  # type: ignore
        (lambda: (sys.stdout.reconfigure(write_through=False), sys.stdout.write("late")), "late"),  # type: ignore
        (lambda: sys.stdout.buffer.write(b"\xff\n"), "\ufffd\n"),
        (lambda: print("\ud800"), "?\n"),
        (rewrapped, "wrapped\n"),
        (redirected, "seen 7\n"),
        (logged, "logged\n"),
        (closed, "still False \n"),
        (swapped, "back\n"),
    ],
)
def test_what_is_written_is_output(does: Callable[[], object], text: str) -> None:
    """By whatever way, and in the order in which it was written."""
    assert written(does) == text


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda out: (out.encoding, out.name, out.mode), ("utf-8", "<stdout>", "w")),
        (lambda out: (out.isatty(), out.writable(), out.readable(), out.seekable()), (False, True, False, False)),
        (lambda out: (out.closed, out.line_buffering, out.write_through, out.newlines), (False, True, False, None)),
        (lambda out: (out.fileno(), out.buffer.fileno(), sys.stderr.fileno(), sys.stdin.fileno()), (1, 1, 2, 0)),
        (lambda out: isinstance(out.errors, str) and isinstance(out, io.TextIOWrapper), True),
        (
            lambda out: (sys.stdin.read(), sys.stdin.readline(), list(sys.stdin), sys.stdin.buffer.read()),
            ("", "", [], b""),
        ),
        (lambda out: (sys.stdin.mode, sys.stdin.readable(), sys.stdin.writable()), ("r", True, False)),
    ],
)
def test_streams_say_of_themselves_what_pythons_say(ask: Callable[[Any], object], answer: object) -> None:
    """Their attributes are there, and hold what they hold for a script whose output goes to a file."""
    with Streams():
        said = ask(sys.stdout)
    assert said == answer


def test_nobody_types() -> None:
    """What waits for somebody to type meets the end at once."""
    with Streams(), pytest.raises(EOFError, match="EOF when reading a line"):
        input("name? ")


def test_what_python_refuses_is_refused() -> None:
    """Writing to the input, reading from the output, and writing what is no text."""
    with Streams():
        for wrong in (lambda: sys.stdin.write("x"), lambda: sys.stdout.read()):
            with pytest.raises(io.UnsupportedOperation):
                wrong()
        with pytest.raises(TypeError):
            sys.stdout.write(5)  # type: ignore[arg-type]


def test_a_stream_that_is_kept_writes_to_the_call_that_runs() -> None:
    """A handler made while the file was loaded still logs in a later call."""
    with Streams():
        kept = logging.StreamHandler()
    with Streams() as later:
        kept.emit(logging.makeLogRecord({"msg": "later"}))
    assert later.text == "later\n"


def test_what_is_kept_is_bounded() -> None:
    """As text and as bytes: the beginning is kept."""
    flood = ("é" * 999 + "\n") * 100
    assert written(lambda: print(flood)) == flood[: wire.MAX_TEXT]
    assert len(written(lambda: sys.stdout.buffer.write(bytes(10**7)))) == wire.MAX_TEXT


def test_faulthandler_finds_a_descriptor() -> None:
    """It asks the stream for its number, and is content."""
    enabled = faulthandler.is_enabled()
    with Streams():
        faulthandler.enable()
        faulthandler.disable()
    if enabled:
        faulthandler.enable()
