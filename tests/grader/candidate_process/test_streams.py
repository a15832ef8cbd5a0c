"""The standard streams behave like Python's own, and everything that is written to them is dropped."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import logging
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.candidate_process.streams import Streams, _Bytes


def written(does: Callable[[], object]) -> str:
    """Return what `do` writes."""
    before = sys.stdin, sys.stdout, sys.stderr, sys.__stdout__
    with collected() as data, Streams():
        does()
    assert (sys.stdin, sys.stdout, sys.stderr, sys.__stdout__) == before
    return data.decode("utf-8", "replace")


@contextlib.contextmanager
def collected() -> Iterator[bytearray]:
    """Collect the bytes that reach the bottom of the streams, where they are dropped."""
    data = bytearray()
    write: Callable[[_Bytes, Any], int] = _Bytes.write

    def keep(stream: _Bytes, piece: Any) -> int:
        data.extend(memoryview(piece).cast("B"))
        return write(stream, piece)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Bytes, "write", keep)
        yield data


def rewrapped() -> None:
    """Put a new text stream over the bytes, as scripts for Windows do."""
    sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8")
    print("wrapped")


def redirected() -> None:
    """Redirect what is printed."""
    with contextlib.redirect_stdout(io.StringIO()) as caught:
        print("caught")
    print("seen", len(caught.getvalue()))


def logged() -> None:
    """Log through a new handler."""
    logger = logging.Logger("own")
    logger.addHandler(logging.StreamHandler())
    logger.warning("logged")


def closed() -> None:
    """Close the streams, and print again."""
    sys.stdout.buffer.close()
    sys.stdout.close()
    sys.stderr.close()
    sys.stdin.close()
    with contextlib.suppress(SystemExit):
        sys.exit()
    print("still", sys.stdout.closed, sys.stdin.read())


def swapped() -> None:
    """Print to another stream, then to the one that Python keeps."""
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
def test_what_is_written_reaches_the_bottom(does: Callable[[], object], text: str) -> None:
    """Everything arrives in the order of writing, whatever way it was written, and nothing fails."""
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
    """The streams have the same attributes and values as those of a script whose output goes to a file."""
    with Streams():
        said = ask(sys.stdout)
    assert said == answer


def test_nobody_types() -> None:
    """Code that waits for input gets the end of the file at once."""
    with Streams(), pytest.raises(EOFError, match="EOF when reading a line"):
        input("name? ")


def test_what_python_refuses_is_refused() -> None:
    """Writing to the input, reading from the output, and writing anything but text fail as in Python."""
    with Streams():
        for wrong in (lambda: sys.stdin.write("x"), lambda: sys.stdout.read()):
            with pytest.raises(io.UnsupportedOperation):
                wrong()
        with pytest.raises(TypeError):
            sys.stdout.write(5)  # type: ignore[arg-type]


def test_a_stream_that_is_kept_writes_to_the_call_that_runs() -> None:
    """A log handler that was made while loading works in later calls."""
    with Streams():
        kept = logging.StreamHandler()
    assert written(lambda: kept.emit(logging.makeLogRecord({"msg": "later"}))) == "later\n"


def test_what_is_written_takes_no_memory() -> None:
    """Code may print as much as it likes."""
    tracemalloc.start()
    try:
        with Streams():
            for _ in range(100):
                print("x" * 10**5)
                sys.stdout.buffer.write(bytes(10**5))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2**20


def test_faulthandler_finds_a_descriptor() -> None:
    """faulthandler gets a descriptor from the stream and works."""
    enabled = faulthandler.is_enabled()
    with Streams():
        faulthandler.enable()
        faulthandler.disable()
    if enabled:
        faulthandler.enable()
