"""No file in the current folder runs in the kit's own processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from grader import processes


def tell(channel: Connection[Any, Any], word: str) -> None:
    """Send a word and the current folder."""
    channel.send((word, os.getcwd()))


@pytest.mark.sandbox
def test_process_does_its_work_in_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The target runs in the root folder, and the current folder of the caller stays the same."""
    monkeypatch.chdir(tmp_path)
    process, channel = processes.start(tell, "hello")
    assert channel.recv() == ("hello", "/")
    process.join()
    assert os.getcwd() == str(tmp_path)


@pytest.mark.parametrize("name", ["multiprocessing", "random", "grader", "pickle"])
@pytest.mark.sandbox
def test_current_folder_is_not_imported_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Files in the current folder that have the names of modules or packages are not imported."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w').close()", "utf-8")
    monkeypatch.chdir(tmp_path)
    process, channel = processes.start(tell, "hello")
    assert channel.recv()[0] == "hello"
    process.join()
    assert os.listdir(tmp_path) == [name]


def be_busy(channel: Connection[Any, Any]) -> None:
    """Never read the channel again, and let no other Python thread run."""
    channel.send(os.getpid())
    sum(range(10**12))


STARTER = """
import os, sys, threading, time
sys.path.insert(0, {folder!r})
import test_processes
from grader import processes

if __name__ == "__main__":
    started = []
    thread = threading.Thread(target=lambda: started.append(processes.start(test_processes.be_busy)))
    thread.start()
    thread.join()
    print(started[0][1].recv(), flush=True)
    time.sleep(600)
"""


def test_process_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    """A process ends when its starter is killed, but not when only the starting thread ends, as in a notebook."""
    script = tmp_path / "starter.py"
    script.write_text(STARTER.format(folder=str(Path(__file__).parent)), encoding="utf-8")
    starter = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    process = Path("/proc") / starter.stdout.readline().strip()
    try:
        time.sleep(0.2)
        assert b"spawn_main" in (process / "cmdline").read_bytes()
    finally:
        starter.kill()
        starter.wait()
        starter.stdout.close()
    deadline = time.monotonic() + 2
    while process.exists() and "\nState:\tZ" not in (process / "status").read_text("ascii", "replace"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def take_up(channel: Connection[Any, Any], more: int) -> None:
    """Say whether memory fits under a limit: less, more, and addresses without memory."""
    import mmap

    processes.limit_memory(more)

    def fits(size: int) -> bool:
        try:
            return len(bytearray(size)) == size
        except MemoryError:
            return False

    readable = mmap.mmap(-1, 4 * more, prot=mmap.PROT_READ)
    channel.send((fits(more // 2), fits(2 * more), fits(more // 2), len(readable) == 4 * more))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts this")
@pytest.mark.sandbox
def test_memory_beyond_a_limit_is_a_memory_error() -> None:
    """Too much memory is a MemoryError; the process continues and can use less memory."""
    process, channel = processes.start(take_up, 2**28)
    assert channel.recv() == (True, False, True, True)
    process.join()


def test_the_main_module_is_not_run_again(tmp_path: Path) -> None:
    """The main module does not run again: in a notebook it may be empty, missing, or claim to be a file."""
    script = (
        "import sys, time; from grader import processes; __file__ = 'nowhere.py'; __name__ = 'x'\n"
        "for act in (lambda: None, lambda: globals().pop('__spec__'), lambda: sys.modules.pop('__main__')):\n"
        "    act(); process, channel = processes.start(time.sleep); process.join()\n"
        "    print('__main__' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.split() == ["True", "True", "False"] and "nowhere" not in done.stderr
