"""What a container gives a run: its memory, and whether that was enough.

Source: the kernel's documentation of control groups, versions 1 and 2.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

_GROUPS: Final = Path("/sys/fs/cgroup")
_LIMITS: Final = ("memory.max", "memory/memory.limit_in_bytes")
_EVENTS: Final = ("memory.events", "memory/memory.oom_control")


class Machine:
    """The container's memory in bytes; 0 if it is not known."""

    def __init__(self, groups: Path = _GROUPS, information: Path = Path("/proc/meminfo")) -> None:
        self._groups = groups
        found = [size for size in (*map(self._number, _LIMITS), _whole(information)) if size]
        self.memory = min(found, default=0)
        self._before = self._killed()

    def killed(self) -> int:
        """Return how many processes were ended for want of memory since the start."""
        return self._killed() - self._before

    def _killed(self) -> int:
        for name in _EVENTS:
            for words in map(str.split, _lines(self._groups / name)):
                if words[:1] == ["oom_kill"] and words[-1].isdigit():
                    return int(words[-1])
        return 0

    def _number(self, name: str) -> int:
        """Return the number in a file; 0 if there is none."""
        lines = _lines(self._groups / name)
        return int(lines[0]) if lines and lines[0].isdigit() else 0


def _whole(information: Path) -> int:
    """Return the memory of the whole machine."""
    for words in map(str.split, _lines(information)):
        if words[:1] == ["MemTotal:"]:
            return int(words[1]) << 10
    return 0


def _lines(path: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    return []
