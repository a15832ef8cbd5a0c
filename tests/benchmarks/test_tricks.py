"""What the tricks save that make the code less plain: each is switched off, and the same work is measured again.

A trick stays if it saves at least 5 % of the processor time of a submission. One candidate, from fork to end, takes
about a fifth of that time, and its calls about a third. So of that part alone a trick has to save more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from grader.candidate_process import recorder
from grader.candidate_process.recorder import Recorder
from grader.sandbox import Server, server

SOURCE = "import torch\n\ndef f(x):\n    return (torch.ones(3) * x).sum()\n"
PLAIN_PAGES = "from grader.candidate_process import __main__ as server; server.gather = lambda maps: 0; server.main()"


def plain_pages(control: int) -> subprocess.Popen[bytes]:
    """Start a server whose memory lies in pages of the usual size."""
    plain = {name: value for name, value in server.ENVIRONMENT.items() if name != "GLIBC_TUNABLES"}
    return subprocess.Popen(
        [sys.executable, "-c", PLAIN_PAGES, str(control)],
        pass_fds=(control,),
        env=plain,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def used_by(process: int) -> float:
    """Return the seconds of processor time that a process, its descendants and those that have ended have used."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # it has ended since it was listed
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(used_by(int(child)) for child in children)


def seconds_each(warm: Server, times: int) -> float:
    """Return the processor time of a candidate that loads a submission and ends, its fork included."""
    process = warm._process.pid
    warm.spawn().end()
    before = used_by(process)
    for _ in range(times):
        candidate = warm.spawn()  # one that was forked before: now the next one is forked, and the last one buried
        candidate.load(module="submission", filename="a.py", source=SOURCE)
        candidate.end()
    return (used_by(process) - before) / times


@pytest.mark.sandbox
def test_large_pages(monkeypatch, figures, amount):
    """Without large pages a candidate takes at least a quarter more, from its fork to its end."""
    if "[never]" in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text():
        pytest.skip("large pages are switched off")
    with Server() as large:
        with monkeypatch.context() as patched:
            patched.setattr(server, "_start", plain_pages)
            plain = Server()
        with plain:
            pairs = [
                (seconds_each(large, amount(1, 30)), seconds_each(plain, amount(1, 30))) for _ in range(amount(1, 7))
            ]
    ours, theirs = (1000 * median(column) for column in zip(*pairs, strict=True))
    ratio = median(plain / max(large, 1e-9) for large, plain in pairs)
    figures.add("fork, load, end: large pages / plain pages", ours, theirs, "ms", ratio=ratio, wanted=("≥", 1.25))


def read_by_numpy() -> object:
    """Return the state of NumPy's generator as NumPy gives it."""
    found = np.random.get_state(legacy=False)["state"]
    return found["key"].tobytes(), found["pos"]


def test_the_state_of_numpys_generator(monkeypatch, figures, amount):
    """If NumPy reads the state, recording a call costs at least 30 % more, because each call reads it twice."""

    def seconds(watch: Callable[[], None]) -> float:
        before = time.process_time()
        for _ in range(amount(2, 1000)):
            watch()
        return (time.process_time() - before) / amount(2, 1000)

    def watch() -> None:
        with Recorder(trace=False, seed=0):
            pass

    name = "the generator of NumPy"
    by_numpy = {**recorder._GLOBALS, name: recorder._GLOBALS[name]._replace(read=read_by_numpy)}
    pairs = []
    for _ in range(amount(1, 7)):
        ours = seconds(watch)
        with monkeypatch.context() as patched:
            patched.setattr(recorder, "_GLOBALS", by_numpy)
            pairs.append((ours, seconds(watch)))
    ours, theirs = (1e6 * median(column) for column in zip(*pairs, strict=True))
    ratio = median(other / max(own, 1e-9) for own, other in pairs)
    figures.add("watch a call: state from memory / from NumPy", ours, theirs, "µs", ratio=ratio, wanted=("≥", 1.3))
