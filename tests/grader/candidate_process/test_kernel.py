"""Errors of kernel calls become Python errors, and a process ends with its parent."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from grader.candidate_process import kernel

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux confines")


def test_what_fails_is_an_error_of_the_system() -> None:
    """A call that fails raises an OSError with its number and the name of the call."""
    with pytest.raises(OSError, match="umount2: Invalid argument") as refused:
        kernel.call("umount2", b"/tmp", 0x7FFFFFF0)
    assert refused.value.errno == errno.EINVAL
    with pytest.raises(OSError, match="system call 1023: Function not implemented"):
        kernel.system_call(1023)


def ended(script: str) -> int:
    """Run a script that prints the number of its own child and ends; return how that child ends."""
    code = f"""
        import os, signal, time
        from grader.candidate_process import kernel
        told, tell = os.pipe()
        {script}
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    return os.waitstatus_to_exitcode(os.waitpid(int(done.stdout), 0)[1])


CHILD = """
        if (child := os.fork()) == 0:
            os.close(1), os.close(2)
            {before}
            kernel.die_with_parent({lifeline})
            os.write(tell, b"!")
            time.sleep(60)
            os._exit(0)
        print(child, flush=True)
        {wait}
        """


@pytest.fixture
def reaper() -> object:
    """Adopt processes whose parents end."""
    kernel.call("prctl", 36, 1, 0, 0, 0)
    yield
    kernel.call("prctl", 36, 0, 0, 0, 0)


def test_a_process_ends_with_its_parent(reaper: object) -> None:
    """A process ends at once when its parent ends, whatever it is doing."""
    assert ended(CHILD.format(before="pass", lifeline="", wait="os.read(told, 1)").strip()) == -signal.SIGKILL


def test_a_parent_that_has_ended_before_is_noticed(reaper: object) -> None:
    """A parent that ended too early for the signal is detected by its closed pipe."""
    before = "os.close(tell), os.read(told, 1)"
    assert ended(CHILD.format(before=before, lifeline="told", wait="").strip()) == 1
