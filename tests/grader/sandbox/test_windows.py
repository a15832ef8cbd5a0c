"""What only Windows can do. `make windows` runs these tests."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.sandbox import windows

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="needs Windows: `make windows`")


def test_a_job_kills_its_processes_when_it_is_closed() -> None:
    """A process of the group ends when the group's last handle is closed, and others go on."""
    inside, outside = (subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in range(2))
    job = windows.Job()
    job.add(inside)
    job.close()
    assert inside.wait(timeout=10) != 1
    assert outside.poll() is None
    outside.kill()
    outside.wait()


def test_processor_time_is_told_from_waiting() -> None:
    """The clock of a process that sleeps stands still, and that of one that computes goes on."""
    script = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ninput()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    clock = windows.processor_clock(process)
    assert process.stdout is not None and process.stdout.readline()
    first = clock()
    assert 0.4 < first < 10
    assert clock() - first < 0.2
    process.kill()
    process.wait()
