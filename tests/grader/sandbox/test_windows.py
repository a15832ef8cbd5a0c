"""What only Windows can do. `make windows` runs these tests."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from grader.sandbox import windows

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="needs Windows: `make windows`")


def test_a_job_kills_its_processes_when_it_is_closed() -> None:
    """A process of the group ends when the group's last handle is closed, and others go on."""
    command = [sys.executable, "-c", "input()"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE) as inside,
        subprocess.Popen(command, stdin=subprocess.PIPE) as outside,
    ):
        job = windows.Job()
        job.add(inside)
        job.close()
        inside.wait(timeout=10)
        assert outside.poll() is None
        outside.kill()


def test_processor_time_is_told_from_waiting() -> None:
    """The clock of a process that computes goes on, and stands still while it waits."""
    script = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        clock = windows.processor_clock(process)
        assert process.stdout is not None and process.stdout.readline()
        first = clock()
        assert 0.4 < first < 10
        time.sleep(1)
        assert clock() - first < 0.5
        process.kill()
