"""The warm server's memory is in large pages, where the system has them."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

import pytest

from grader.candidate_process.memory import gather

LARGE = 2 * 1024 * 1024


def huge() -> int:
    """Return how many bytes of this process's memory are in large pages."""
    return 1024 * int(re.search(r"AnonHugePages: +([0-9]+) kB", Path("/proc/self/smaps_rollup").read_text())[1])  # type: ignore[index]


@pytest.mark.slow
def test_memory_is_gathered_and_stays_as_it_was() -> None:
    """Memory that was written page by page is in large pages afterwards, with the same content."""
    if "[never]" in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text():
        pytest.skip("large pages are switched off")
    with mmap.mmap(-1, 8 * LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_NOHUGEPAGE)
        for start in range(0, len(memory), mmap.PAGESIZE):
            memory[start] = start // mmap.PAGESIZE % 251
        memory.madvise(mmap.MADV_HUGEPAGE)
        before = huge()
        gathered = gather(Path("/proc/self/maps").read_text())
        if gathered == 0:
            pytest.skip("the kernel is older than 6.1")
        assert huge() >= before + 6 * LARGE
        assert all(memory[start] == start // mmap.PAGESIZE % 251 for start in range(0, len(memory), mmap.PAGESIZE))


@pytest.mark.parametrize(
    "maps",
    [
        "",
        "no map at all",
        "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n",  # too small
        "7f0000000000-7f0000800000 r-xp 00000000 fe:00 12 /usr/lib/libc.so\n",
        "7f0000000000-7f0000800000 rw-p 00000000 fe:00 12 /usr/lib/libc.so\n",
        "7f0000000000-7f0000800000 rw-s 00000000 00:01 0 \n",
    ],
)
def test_what_is_not_its_own_is_left(maps: str) -> None:
    """Files, shared memory and code are not moved; without information from the system nothing is moved."""
    assert gather(maps) == 0
