"""A lost candidate is a result and never an error; a lost server is an error that says why."""

from __future__ import annotations

import functools
import os
import select
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import wire
from grader.sandbox import LAYERS, CandidateLost, Host, Limits, Process, SandboxError, Server, confined_enough
from grader.sandbox import server as room

Confined = Callable[..., Any]
Ask = Callable[..., wire.Call]


@pytest.fixture
def hurried(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Shorten the time limits of calls and loading."""

    def hurried(seconds: float, *, patience: float) -> None:
        monkeypatch.setattr(server, "limits", Limits(call=seconds, load=seconds, patience=patience))

    return hurried


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait until `condition` is true, at most a few seconds."""
    deadline = time.monotonic() + 5
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def number_of(process: Process) -> int:
    """Return a candidate's process number in this process's namespace."""
    lines = Path(f"/proc/self/fdinfo/{process._pidfd}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def runs(pid: int) -> bool:
    """Say whether a process exists and has not ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


# How candidates are lost

ENDS = {
    "os._exit(0)": "exit code 0",
    "os._exit(3)": "exit code 3",
    "ctypes.string_at(0)": "segmentation fault",
    "os.abort()": "segmentation fault|SIGABRT",
    "signal.raise_signal(signal.SIGKILL)": "",
    "[os.close(fd) for fd in range(3, 64) if is_socket(fd)] and time.sleep(60)": "it closed its channel",
    "[os.close(fd) for fd in range(3, 64) if is_socket(fd)]": "exit code 0",
}

HELP = """
import contextlib, ctypes, os, signal, socket, stat, struct, sys, threading, time

def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False

def channel():
    return next(fd for fd in range(3, 64) if is_socket(fd))

def say(payload):
    os.write(channel(), struct.pack("!I", len(payload)) + payload)

"""


def source(body: str) -> str:
    """Return a submission whose `f` has this body."""
    return HELP + "def f():\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n"


@pytest.mark.parametrize(("end", "how"), [pair for pair in ENDS.items() if pair[1]], ids=lambda text: text[:20])
def test_a_candidate_that_ends_is_lost(confined: Confined, end: str, how: str) -> None:
    """A candidate that exits, crashes or closes its channel has crashed, and the result says how it ended."""
    candidate = confined(source(end))
    with pytest.raises(CandidateLost, match=rf"^crashed: ({how})") as lost:
        candidate.call()
    assert lost.value.reason == "crashed"


def test_a_candidate_that_is_killed_is_counted(confined: Confined, server: Server) -> None:
    """A kill from outside is distinguished from the candidate's own end and from the kit's kill."""
    before = server.killed
    with pytest.raises(CandidateLost, match="exit code 3"):
        confined(source("os._exit(3)")).call()
    confined("x = 1\n").process.end()
    assert server.killed == before
    candidate = confined(source("return 1"))
    os.kill(number_of(candidate.process), signal.SIGKILL)
    with pytest.raises(CandidateLost, match="killed by the system"):
        candidate.call()
    assert server.killed == before + 1


def test_a_candidate_that_ends_while_it_loads_is_lost(confined: Confined) -> None:
    """`os._exit()` at the top level loses the candidate too."""
    with pytest.raises(CandidateLost, match=r"^crashed: exit code 7$"):
        confined("import os\nos._exit(7)\n")


@pytest.mark.parametrize(
    ("body", "error"),
    [("bytearray(2**40)", "MemoryError"), ("f()", "RecursionError"), ("os.kill(os.getpid(), 9)", "PermissionError")],
    ids=["memory", "recursion", "signal"],
)
def test_what_python_can_report_is_no_loss(confined: Confined, body: str, error: str) -> None:
    """Too much memory, endless recursion and a refused signal are exceptions, and the candidate continues."""
    candidate = confined(source(body) + "def g(): return 1\n")
    assert candidate.call().raised.type == error
    assert candidate.python("g") == 1


def test_memory_that_runs_out_slowly_is_an_exception(confined: Confined) -> None:
    """A list that grows without end gives a MemoryError before the machine's memory runs out."""
    observation = confined(source("x = []\nwhile True: x.append(bytes(10**8))")).call()
    assert observation.raised.type == "MemoryError"


def test_a_candidate_after_a_loss_can_be_replaced(confined: Confined) -> None:
    """The next candidate has nothing of the lost one."""
    with pytest.raises(CandidateLost):
        confined(source("os._exit(1)")).call()
    assert confined(source("return 5")).python() == 5


def test_a_lost_candidate_stays_lost(confined: Confined) -> None:
    """A second question gives the same loss, and a second end is no error."""
    candidate = confined(source("os._exit(1)"))
    for how in ("exit code 1", "it was ended before"):
        with pytest.raises(CandidateLost, match=rf"^crashed: {how}$"):
            candidate.call()
    candidate.process.end()
    candidate.process.end()


# Time


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import torch\nwhile True: torch.ones(500, 500) @ torch.ones(500, 500)",
        "sum(range(10**12))",
    ],
    ids=["loop", "stubborn loop", "torch", "in C"],
)
@pytest.mark.alone
def test_an_infinite_loop_ends(confined: Confined, hurried: Callable[..., None], body: str) -> None:
    """Code that computes too long is a timeout, whatever it catches and wherever it computes."""
    candidate = confined(source(body))
    hurried(0.2, patience=60)
    started = time.monotonic()
    with pytest.raises(CandidateLost, match=r"^timeout: 0\.2 s$") as lost:
        candidate.call()
    assert lost.value.reason == "timeout" and time.monotonic() - started < 10


@pytest.mark.alone
def test_loading_that_does_not_end_is_a_timeout(confined: Confined, hurried: Callable[..., None]) -> None:
    """Top-level code has its own time limit."""
    hurried(0.2, patience=60)
    with pytest.raises(CandidateLost, match=r"^timeout: 0\.5 s$") as lost:
        confined("sum(range(10**12))  # which Python cannot stop\n")
    assert lost.value.waited is None


@pytest.mark.alone
def test_a_long_sleep_ends(confined: Confined, hurried: Callable[..., None]) -> None:
    """Sleeping takes no processor time and is ended by elapsed time."""
    candidate = confined(source("time.sleep(60)"))
    hurried(0.1, patience=3)
    with pytest.raises(CandidateLost, match=r"^timeout: 0\.1 s$") as lost:
        candidate.call()
    assert lost.value.waited is not None and lost.value.waited >= 0.3


@pytest.mark.alone
def test_a_slow_candidate_that_computes_little_is_in_time(confined: Confined, hurried: Callable[..., None]) -> None:
    """The limit counts the candidate's processor time: waiting, as on a busy machine, does not count."""
    candidate = confined(source("time.sleep(0.5)\nreturn 1"))
    hurried(0.25, patience=40)
    assert candidate.python() == 1


@pytest.mark.alone
def test_threads_count_together(confined: Confined, hurried: Callable[..., None]) -> None:
    """The time of the candidate's threads counts too."""
    candidate = confined(source("threading.Thread(target=sum, args=(range(10**12),)).start()\ntime.sleep(60)"))
    hurried(0.2, patience=100)
    with pytest.raises(CandidateLost, match=r"^timeout: 0\.2 s$"):
        candidate.call()


@pytest.mark.alone
def test_earlier_calls_take_no_time_from_later_ones(confined: Confined, hurried: Callable[..., None]) -> None:
    """Every request has the full time limit."""
    candidate = confined(source("end = time.process_time() + 0.2\nwhile time.process_time() < end: pass\nreturn 1"))
    hurried(0.35, patience=40)
    assert [candidate.python() for _ in range(3)] == [1, 1, 1]


@pytest.mark.alone
def test_a_request_that_is_not_taken_is_a_timeout(
    confined: Confined, hurried: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate that stops reading its channel cannot block the examiner."""
    observation = wire.encode(wire.Observation(nonce=5, outcome="returned"))
    candidate = confined(source(f"say({observation!r})\nwhile True: time.sleep(1)"))
    assert candidate.call(nonce=5).outcome == "returned"
    hurried(0.1, patience=2)
    large = wire.ArrayInput(dtype="uint8", shape=(2**24,), data=bytes(2**24))
    with pytest.raises(CandidateLost, match=r"^timeout: 0\.1 s$"):
        candidate.call("f", large)


# Answers that are none


def observation(**fields: Any) -> bytes:
    return wire.encode({"type": "observation", "nonce": 5, "outcome": "returned", **fields})


FORGERIES: dict[str, bytes] = {
    "an empty message": b"",
    "garbage": bytes(range(100, 200)),
    "text": b'{"type": "observation"}',
    "half a record": observation()[:-3],
    "a record and more": observation() + b"\0",
    "a verdict": wire.encode({"type": "verdict", "status": "passed"}),
    "the wrong kind": wire.encode(wire.Loaded(nonce=5, errors=())),
    "several at once": wire.encode(
        wire.Observations(nonce=5, each=(wire.Observation(nonce=5, outcome="returned"),) * 2)
    ),
    "the wrong nonce": observation(nonce=6),
    "a huge nonce": observation(nonce=2**64 - 1),
    "bytes for text": observation(result=b"\xff"),
    "text that is none": observation(result="aaaa").replace(b"aaaa", b"\xff\xfe\xff\xfe"),
    "a shape of words": observation(result=["tensor", "float32", ["a"], "cpu", b"", False, True, None, None, 0, 0, 0]),
    "a bottomless list": observation()[:1].replace(b"\x83", b"\x84")
    + observation()[1:]
    + wire.encode("result")
    + b"\x93\xa5items\xa4list\x91" * 100_000,
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_answer_loses_the_candidate(confined: Confined, forgery: bytes) -> None:
    """An answer that does not match the question loses the candidate, as a crash."""
    candidate = confined(source(f"say({forgery!r})"))
    with pytest.raises(
        CandidateLost, match=r"^crashed: it (sent back something that is not an answer|answered another)"
    ):
        candidate.call(nonce=5)


@pytest.mark.parametrize(
    ("written", "how"),
    [
        (b"\xff\xff\xff\xff", "it sent back something that is not an answer"),
        (b"\xff" * 2**21, "it sent back something that is not an answer"),
        (b"\x04\x00\x00\x01", "it sent back something that is not an answer"),
        (b"\x00\x00\x00\x64torn", "exit code 0"),
        (b"\x00\x00", "exit code 0"),
    ],
    ids=["giant length", "flood", "a byte too long", "torn", "torn length"],
)
def test_a_broken_frame_loses_the_candidate(confined: Confined, written: bytes, how: str) -> None:
    """A length above the limit is refused at once; a message that stops half-way ends with its sender."""
    candidate = confined(source(f"os.write(channel(), {written[:8]!r} * {max(1, len(written) // 8)})\nos._exit(0)"))
    with pytest.raises(CandidateLost, match=f"^crashed: {how}$"):
        candidate.call(nonce=5)


@pytest.mark.alone
def test_a_slow_drip_is_a_timeout(confined: Confined, hurried: Callable[..., None]) -> None:
    """An answer that comes byte by byte ends at its time limit."""
    candidate = confined(
        source("""
        os.write(channel(), struct.pack("!I", 10_000))
        while True:
            os.write(channel(), b"x")
            time.sleep(0.01)
        """)
    )
    hurried(0.2, patience=3)
    with pytest.raises(CandidateLost, match=r"^timeout: 0\.2 s$"):
        candidate.call()


def test_an_answer_given_twice_spoils_the_next_question(confined: Confined) -> None:
    """A second copy of an answer is not accepted for the next question."""
    candidate = confined(source(f"say({observation()!r})"))
    assert candidate.call(nonce=5).result is None  # the forged one: facts may be forged, as docs/security.md says
    with pytest.raises(CandidateLost, match=r"^crashed: it answered another question$"):
        candidate.call(nonce=6)


def test_writing_between_questions_loses_the_candidate(confined: Confined) -> None:
    """Bytes that a thread writes between questions are detected at the next question."""
    candidate = confined(source("threading.Timer(0.05, say, [b'psst']).start()"))
    candidate.call()
    assert select.select([candidate.process._channel], [], [], 5)[0]
    with pytest.raises(CandidateLost, match=r"^crashed: it sent back something that is not an answer$"):
        candidate.call()


# What is left behind


def test_a_candidate_that_holds_threads_is_gone_after_its_end(confined: Confined) -> None:
    """Ending a candidate ends all its threads."""
    candidate = confined(source("for _ in range(5): threading.Thread(target=time.sleep, args=(60,)).start()"))
    candidate.call()
    pid = number_of(candidate.process)
    assert runs(pid)
    candidate.process.end()
    assert eventually(lambda: not runs(pid))


def test_ended_candidates_are_buried(server: Server) -> None:
    """A running server collects its ended candidates, so that no zombies remain."""
    numbers = []
    for _ in range(3):
        process = server.spawn()
        numbers.append(number_of(process))
        process.end()
        assert eventually(lambda: not runs(numbers[-1]))
    server.spawn().end()
    server.spawn().end()
    assert eventually(lambda: not any(Path(f"/proc/{number}").exists() for number in numbers))


def test_descriptors_are_given_back(server: Server) -> None:
    """A candidate's channel and pidfd are closed at its end."""
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        server.spawn().end()
    assert len(os.listdir("/proc/self/fd")) <= before


def descendants(pid: int) -> set[int]:
    """Return the numbers of a process and of all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = set(), [pid]
    while waiting:
        found.add(number := waiting.pop())
        waiting += children.get(number, [])
    return found


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the temporary files of the servers that tests end."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def doomed(scratch: Path) -> Iterator[dict[str, Server]]:
    """Servers that tests may end, started together: two as this system has them, one without namespaces."""
    pyseccomp = pytest.importorskip("pyseccomp")
    refusing = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refusing.add_rule(pyseccomp.ERRNO(1), "unshare")
    started = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(scratch))
        for name in ("killed", "closed"):
            started[name] = Server()
        patch.setattr(subprocess, "Popen", functools.partial(subprocess.Popen, preexec_fn=refusing.load))
        started["closed, without namespaces"] = Server(relaxed_sandbox=True)
    yield started
    for server in started.values():
        server.close()


LINGER = """
import ctypes, os, signal, threading, time
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
threading.Thread(target=time.sleep, args=(600,)).start()
open("left", "w").close()
def f(): pass
"""


@pytest.mark.parametrize("name", ["closed", "closed, without namespaces"])
def test_closing_a_server_leaves_nothing(
    name: str, doomed: dict[str, Server], scratch: Path, confined: Confined
) -> None:
    """After a server is closed, no process of it and no file of its candidates remains."""
    server = doomed[name]
    candidates = [confined(LINGER, by=server) for _ in range(2)]
    processes = descendants(server._process.pid) | {number_of(candidate.process) for candidate in candidates}
    own = Path(server._scratch)
    assert own.parent == scratch and len(processes) >= 3 and all(map(runs, processes))
    server.close()
    assert eventually(lambda: not any(map(runs, processes)))
    assert not own.exists()


def test_a_server_in_a_jail_keeps_nothing_on_disk(server: Server) -> None:
    """Candidates with their own file system need no directory outside, which a killed examiner would leave."""
    process = server.spawn()
    process.end()
    if "root" not in process.layers:
        pytest.skip("candidates write to a directory outside")
    assert not Path(server._scratch).exists()


def test_a_server_that_is_killed_is_an_error_with_its_cause(
    doomed: dict[str, Server], confined: Confined, ask: Ask
) -> None:
    """If a server dies during a call, its candidates die too, and the sandbox raises an error."""
    server = doomed["killed"]
    candidate = confined(source("time.sleep(60)"), by=server)
    threading.Timer(0.2, server._process.kill).start()
    with pytest.raises(
        SandboxError, match=r"^Cannot go on: the sandbox's server ended\. It said nothing \(exit code -9"
    ):
        candidate.process.call(ask())
    with pytest.raises(SandboxError, match=r"^Cannot start a candidate: the sandbox's server ended\. It said nothing"):
        server.spawn()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make servers import a msgspec that fails; they import it before anything slow."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "msgspec.py").write_text("raise ImportError('no msgspec today')\n", encoding="utf-8")
    monkeypatch.setitem(room.ENVIRONMENT, "PYTHONPATH", str(tmp_path / "path"))


@pytest.mark.sandbox
def test_a_server_that_cannot_start_says_why(broken: None) -> None:
    """The error contains the last output of a server that fails."""
    with (
        Server() as server,
        pytest.raises(
            SandboxError,
            match=r"^Cannot start a candidate: the sandbox's server ended\. ImportError: no msgspec today$",
        ),
    ):
        server.spawn()


@pytest.mark.sandbox
def test_a_server_without_an_interpreter_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A process that cannot be started is an error of the sandbox, and nothing remains."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SandboxError, match=r"^Cannot start the sandbox's server: .*No such file .*/nowhere/python"):
        Server()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sandbox
def test_a_closed_server_gives_no_candidate() -> None:
    """Asking a closed server for a candidate is an error."""
    server = Server()
    server.close()
    with pytest.raises(SandboxError, match=r"^Cannot start a candidate: the sandbox's server ended\."):
        server.spawn()


@pytest.mark.sandbox
def test_a_server_does_not_import_from_where_the_examiner_stands(
    broken: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A server does not import from the current folder, which may hold a student's `random.py`."""
    for name in ("random", "tempfile", "socket", "grader"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'marker')!r}, 'w')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with Server() as server, pytest.raises(SandboxError, match="no msgspec today"):
        server.spawn()
    assert not (tmp_path / "marker").exists()


# Confined enough


EVERYTHING = tuple(layer.name for layer in LAYERS)


@pytest.mark.parametrize(
    ("layers", "shared", "disposable"),
    [
        (EVERYTHING, True, True),
        (("root", "temporary", "seccomp", "limits"), True, False),
        (("landlock", "user", "temporary", "seccomp", "limits"), True, True),
        (("root", "seccomp", "limits"), False, False),
        (("landlock", "seccomp", "limits"), False, False),
        (("landlock", "temporary", "seccomp", "limits"), False, False),
        (("landlock", "user", "seccomp", "limits"), False, True),
        (("user", "temporary", "seccomp", "limits"), False, True),
        (("user", "seccomp"), False, True),
        (("landlock", "user", "limits", "temporary", "root"), False, False),
        (("root", "landlock", "user", "temporary", "seccomp"), False, True),
        ((), False, False),
    ],
    ids=lambda value: ", ".join(value) or "none" if isinstance(value, tuple) else None,
)
def test_files_the_system_and_the_machine_must_be_safe(layers: tuple[str, ...], shared: bool, disposable: bool) -> None:
    """A shared machine needs a limited directory and protected files; a disposable container needs less."""
    assert confined_enough(layers) is confined_enough(layers, Host.SHARED) is shared
    assert confined_enough(layers, Host.DISPOSABLE) is disposable


@pytest.mark.parametrize("layer", sorted({"seccomp", "limits", "temporary"}))
def test_no_layer_of_the_minimum_can_be_left_out(layer: str) -> None:
    """Each layer that both ways need is required, whatever the other layers are."""
    assert not confined_enough(set(EVERYTHING) - {layer})


def test_too_few_layers_are_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without enough layers there is no candidate, and the error says what to do."""
    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(server, "_relaxed_sandbox", False)
    monkeypatch.setattr(room, "confined_enough", lambda layers, host: False)
    with pytest.raises(
        SandboxError,
        match=r"^Cannot grade other people's code here: of the sandbox only .*seccomp.* work\. "
        r"Run `grader doctor` to see what is missing and how to enable it, or pass --trust-submissions if every "
        r"submission is your own\.$",
    ):
        server.spawn()
    assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.sandbox
def test_a_host_has_its_own_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minimum depends only on the host that the server was given."""
    asked = []
    monkeypatch.setattr(room, "confined_enough", lambda layers, host: asked.append(host) or True)
    with Server(host=Host.DISPOSABLE) as server:
        server.spawn().end()
    assert asked == [Host.DISPOSABLE]


def test_ones_own_code_needs_no_layers(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relaxed_sandbox server gives a candidate with any layers."""
    monkeypatch.setattr(room, "confined_enough", lambda layers, host: False)
    server.spawn().end()


@pytest.mark.sandbox
def test_signals_to_the_examiner_do_not_reach_the_server() -> None:
    """Ctrl-C reaches the examiner but not the server, which has its own session."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Server(relaxed_sandbox=True) as server:
            assert os.getsid(server._process.pid) != os.getsid(0)
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.sandbox
def test_candidates_compute_with_as_many_threads_as_asked(ask: Ask) -> None:
    """Every call starts with the given number of threads, whatever the last call has set."""
    source = "import torch\ndef f():\n    n = torch.get_num_threads()\n    torch.set_num_threads(1)\n    return n\n"
    with Server(limits=Limits(threads=2), relaxed_sandbox=True) as server:
        process = server.spawn()
        process.load(module="submission", filename="f.py", source=source)
        assert [process.call(ask("f")).result for _ in range(2)] == [2, 2]
        process.end()


@pytest.mark.parametrize("accelerated", [False, True])
@pytest.mark.sandbox
def test_candidates_end_with_their_server(accelerated: bool) -> None:
    """All candidates end with their server, even the one in reserve."""
    with Server(relaxed_sandbox=True, accelerated=accelerated) as server:
        candidate = server.spawn()
        reserve = server.spawn()  # so that a third one is being forked, or has been
        pids = [_pid(process) for process in (candidate, reserve)]
        pids += map(int, Path(f"/proc/{server._process.pid}/task/{server._process.pid}/children").read_text().split())
    deadline = time.monotonic() + 10
    while (left := [pid for pid in pids if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    candidate.end()
    reserve.end()
    assert left == []


def _pid(process: Any) -> int:
    """Return a candidate's process number as this process sees it."""
    lines = Path(f"/proc/self/fdinfo/{process._pidfd}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def _runs(pid: int) -> bool:
    """Say whether a process exists and is no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.sandbox
def test_candidates_that_reach_an_accelerator_are_not_confined(ask: Ask) -> None:
    """Candidates with an accelerator run unconfined, answer and run backward; they never get other people's code."""
    source = "import torch\ndef f():\n    x = torch.ones(2, requires_grad=True)\n    (3 * x).sum().backward()\n"
    with Server(relaxed_sandbox=True, accelerated=True) as server:
        process = server.spawn()
        assert process.layers == ()
        process.load(module="submission", filename="f.py", source=f"{source}    return x.grad.tolist()\n")
        assert process.call(ask("f")).outcome == "returned"
        process.end()
    with Server(accelerated=True) as server, pytest.raises(SandboxError, match="Cannot grade other people's code here"):
        server.spawn()
