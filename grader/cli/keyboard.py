"""Single keys from a terminal, without Enter, on Linux, macOS and Windows. The terminal is as before in the end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

_PAUSE = 0.05  # seconds between two looks at the keyboard on Windows


@contextlib.contextmanager
def single_keys() -> Iterator[Callable[[], str] | None]:
    """Yield a function that waits for a key and returns it, "" at the end of input; `None` without a keyboard."""
    if not sys.stdin or not sys.stdin.isatty():
        yield None
    elif sys.platform == "win32":
        yield _windows_key
    else:
        with _without_enter(sys.stdin.fileno()):
            yield _key


@contextlib.contextmanager
def _without_enter(terminal: int) -> Iterator[None]:
    """Turn off the wait for Enter, the echo and Ctrl-Z, which would leave the terminal like this."""
    import termios

    before = termios.tcgetattr(terminal)
    changed = termios.tcgetattr(terminal)
    changed[3] &= ~(termios.ICANON | termios.ECHO)
    changed[6][termios.VSUSP] = os.fpathconf(terminal, "PC_VDISABLE").to_bytes(1, "little")
    changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSADRAIN, changed)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _key() -> str:
    """Wait for a key. Those that send several characters, such as arrows, give all of them at once."""
    return os.read(sys.stdin.fileno(), 32).decode("utf-8", "replace")


def _windows_key() -> str:
    import msvcrt

    while not msvcrt.kbhit():  # type: ignore[attr-defined]
        time.sleep(_PAUSE)
    key: str = msvcrt.getwch()  # type: ignore[attr-defined]
    if key in ("\x00", "\xe0"):  # an arrow or a function key, which is two
        msvcrt.getwch()  # type: ignore[attr-defined]
    if key == "\x03":
        return "q"
    return key
