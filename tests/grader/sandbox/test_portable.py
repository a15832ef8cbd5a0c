"""What only the portable backend does: fresh processes that prove who they are, and end with their examiner."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import wire
from grader.sandbox import SandboxError, portable
from grader.sandbox.portable import PortableServer

Ask = Callable[..., wire.Call]


@pytest.fixture(scope="module")
def strangers() -> Iterator[list[socket.socket]]:
    """Connections of other programs to the port on which the server waits for its candidate."""
    found: list[socket.socket] = []
    yield found
    for stranger in found:
        stranger.close()


@pytest.fixture(scope="module")
def server(strangers: list[socket.socket]) -> Iterator[PortableServer]:
    """A server with one candidate, to which strangers connect first: one says something wrong, the other nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portable, "_AT_FIRST", 1)
        patch.setattr(portable, "_AHEAD", 0)
        with PortableServer(relaxed_sandbox=True) as server:
            listener = server._waiting[0]._listener
            assert listener is not None
            strangers += [socket.create_connection(listener.getsockname()) for _ in range(2)]
            wire.send(strangers[0], b"x" * 16)
            yield server


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait until `condition` is true."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_code_of_others_is_refused() -> None:
    """Without `relaxed_sandbox`, no process starts: nothing could confine it."""
    with pytest.raises(SandboxError, match="Collect here with `grader collect`, and grade on Linux"):
        PortableServer()


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_candidate_has_a_folder_of_its_own_that_goes_with_it(
    server: PortableServer, strangers: list[socket.socket], ask: Ask
) -> None:
    """What a submission writes to its current folder, or as a temporary file, is removed after its end.

    Programs that connected before the candidate did, and do not know the token, were dropped.
    """
    source = """
        import os, sys, tempfile
        def f():
            open("here.txt", "w").close()
            with tempfile.NamedTemporaryFile(delete=False) as file:
                folders = {os.path.dirname(os.path.abspath(name)) for name in ("here.txt", file.name)}
            os.mkdir("kept")
            return [len(folders), os.getcwd(), sys.argv, sys.flags.utf8_mode]
    """
    process = server.spawn()
    assert [stranger.recv(1) for stranger in strangers] == [b"", b""]
    process.load(module="submission", filename="s.py", source=textwrap.dedent(source))
    result = process.call(ask("f")).result
    assert isinstance(result, wire.Items)
    count, folder, argv, utf8 = result.items
    assert count == 1 and utf8 == 1
    assert isinstance(argv, wire.Items) and argv.items == ("s.py",)
    assert Path(str(folder)).parent.samefile(tempfile.gettempdir()) and (Path(str(folder)) / "here.txt").exists()
    process.end()
    assert eventually(lambda: not Path(str(folder)).exists())


@pytest.mark.sandbox
@pytest.mark.skipif(bool(sys.flags.ignore_environment), reason="this Python ignores PYTHONPATH")
def test_a_candidate_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The last line of its error is part of the message, as where torch is missing."""
    (tmp_path / "torch.py").write_text("raise ImportError('no torch today')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(portable, "_AT_FIRST", 1)
    with (
        PortableServer(relaxed_sandbox=True) as server,
        pytest.raises(SandboxError, match="Cannot start a candidate: ImportError: no torch today"),
    ):
        server.try_out()


@pytest.mark.sandbox
@pytest.mark.slow
def test_candidates_end_when_their_examiner_is_killed(tmp_path: Path) -> None:
    """A candidate that computes, and one that waits, end soon after the process that started them. Nothing is left."""
    script = """
        import os, sys, threading, time
        from grader import wire
        from grader.sandbox.portable import PortableServer
        if __name__ == "__main__":
            with PortableServer(relaxed_sandbox=True) as server:
                process = server.spawn()
                process.load(module="m", filename="m.py", source="def f():\\n    while True: pass")
                call = wire.Call(nonce=1, module="m", name="f", probe=None, arguments=(), keywords={}, backward=None,
                                 trace=False, seed=0)
                threading.Thread(target=process.call, args=(call,), daemon=True).start()
                time.sleep(0.3)
                print(*(p.process.pid for p in server._living), *(p._folder for p in server._living), sep="\\n")
                sys.stdout.flush()
                time.sleep(60)
    """
    (tmp_path / "examiner.py").write_text(textwrap.dedent(script), encoding="utf-8")
    examiner = subprocess.Popen(
        [sys.executable, str(tmp_path / "examiner.py")], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert examiner.stdout is not None
    said = [examiner.stdout.readline().strip() for _ in range(4)]
    pids, folders = [int(word) for word in said if word.isdigit()], [word for word in said if not word.isdigit()]
    examiner.kill()
    examiner.wait()
    examiner.stdout.close()
    assert len(pids) == len(folders) == 2
    assert eventually(lambda: not any(_runs(pid) for pid in pids))
    if sys.platform != "win32":  # there the system ends them at once, before they can tidy up
        assert not any(map(os.path.exists, folders))


def _runs(pid: int) -> bool:
    """Say whether a process exists and has not ended."""
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        code = ctypes.c_ulong()
        alive = handle and ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code)) and code.value == 259
        ctypes.windll.kernel32.CloseHandle(handle)
        return bool(alive)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # nobody may have waited for it
    return not stat.exists() or stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"


def test_the_environment_keeps_what_the_system_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Windows needs SYSTEMROOT for sockets. What would change how code runs is set, or left out."""
    monkeypatch.setenv("SYSTEMROOT", "C:\\Windows")
    monkeypatch.setenv("PYTHONSTARTUP", "mine.py")
    environment = portable._environment(tmp_path, accelerated=False)
    assert environment["SYSTEMROOT"] == "C:\\Windows" and "PYTHONSTARTUP" not in environment
    assert environment["PYTHONHASHSEED"] == "0" and environment["CUDA_VISIBLE_DEVICES"] == ""
    assert environment["SCIKIT_LEARN_DATA"] == os.path.realpath(tmp_path)


def test_a_launcher_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a virtual environment on Windows the real Python is started, and it knows for which environment."""
    monkeypatch.setattr(portable, "_WINDOWS", True)
    monkeypatch.setattr(sys, "executable", "C:\\course\\.venv\\Scripts\\python.exe")
    monkeypatch.setattr(sys, "_base_executable", "C:\\Python\\python.exe", raising=False)
    launcher = {"__PYVENV_LAUNCHER__": "C:\\course\\.venv\\Scripts\\python.exe"}
    assert portable._python() == ("C:\\Python\\python.exe", launcher)
    monkeypatch.setattr(portable, "_WINDOWS", False)
    assert portable._python() == (sys.executable, {})
