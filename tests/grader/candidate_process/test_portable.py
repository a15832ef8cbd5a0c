"""A candidate that no server has forked, from the side of the examiner that it connects to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from grader import control, wire
from grader.candidate_process import portable

START = control.Start(
    name="",
    readable=(),
    memory=0,
    processor=60,
    imports=("no_such_module",),
    warm_up=("no such statement",),
    threads=1,
    accelerated=False,
)


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_candidate_names_its_token_first_and_ends_with_its_channel(tmp_path: Path) -> None:
    """It sends the token, then that nothing confines it, and answers. When the channel closes, its folder goes too."""
    folder = tmp_path / "folder"
    folder.mkdir()
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "grader.candidate_process.portable"], stdin=subprocess.PIPE, env=environment
        )
        assert process.stdin is not None
        line = f"{listener.getsockname()[1]} {b'token'.hex()} {control.encode(START).hex()}\n"
        process.stdin.write(line.encode("ascii"))
        process.stdin.close()
        channel, _ = listener.accept()
    with channel:
        assert wire.receive(channel) == b"token"
        assert control.decode_confined(bytes(wire.receive(channel))) == control.Confined(layers=())
        wire.send(channel, wire.encode(wire.Load(nonce=3, module="m", filename="m.py", source="x = 1", seconds=1.0)))
        assert wire.decode_reply(wire.receive(channel)) == wire.Loaded(nonce=3, errors=())
    assert process.wait(timeout=20) == 0
    assert not folder.exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no processor time")
def test_processor_time_is_limited_by_the_system() -> None:
    """Code that lets no other thread run is ended by the system after its time."""
    script = "from grader.candidate_process import portable\nportable._limit_processor(1)\nwhile True: pass"
    ended = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert ended.returncode == -signal.SIGXCPU


def test_a_system_without_such_limits_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `resource` is missing, no limit is set."""
    monkeypatch.setattr(portable, "resource", None)
    portable._limit_processor(1)
