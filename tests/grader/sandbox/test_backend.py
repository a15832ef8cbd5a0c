"""Which backend runs candidates, and what both backends have in common."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator

import pytest

from grader import wire
from grader.sandbox import AnyServer, CandidateLost, Limits, Process, SandboxError, backend, open_server, portable

Ask = Callable[..., wire.Call]
Load = Callable[..., Process]

BACKENDS = ("linux", "portable") if sys.platform.startswith("linux") else ("portable",)


@pytest.mark.parametrize(
    ("platform", "chosen", "name"),
    [
        ("linux", "", "linux"),
        ("linux", "portable", "portable"),
        ("darwin", "", "portable"),
        ("win32", "", "portable"),
        ("win32", "portable", "portable"),
        ("linux", "linux", "linux"),
    ],
)
def test_the_system_chooses_the_backend(monkeypatch: pytest.MonkeyPatch, platform: str, chosen: str, name: str) -> None:
    """Linux has a backend of its own, other systems have the portable one, and `GRADER_BACKEND` overrules that."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("GRADER_BACKEND", chosen)
    assert backend() == name


def test_an_unknown_backend_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name is reported with the right ones."""
    monkeypatch.setenv("GRADER_BACKEND", "macos")
    with pytest.raises(SandboxError, match=r"^Cannot use 'macos' as GRADER_BACKEND: it is linux or portable\.$"):
        open_server()


# The contract of both backends. A fresh process takes seconds to start, so the tests share some. ---------------------

SOURCE = """
    import contextlib, os, stat, struct
    import torch

    def double(x):
        print("said")
        return x * 2

    def fail():
        raise ValueError("no")

    def leave():
        os._exit(3)

    def forever():
        while True:
            pass

    def flood():
        return ["x" * 4000 for _ in range(20000)]


    def answer_another_question():
        from grader import wire
        wrong = wire.encode(wire.Observation(nonce=1, outcome="returned", result=1))
        for number in range(3, 64):
            with contextlib.suppress(OSError):
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    os.write(number, struct.pack("!I", len(wrong)) + wrong)

    while True:
        pass

    after = 1
"""


@pytest.fixture(scope="module", params=BACKENDS)
def either(request: pytest.FixtureRequest) -> Iterator[AnyServer]:
    """A server of each backend, with short limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_BACKEND", request.param)
        patch.setattr(portable, "_AT_FIRST", 1)
        patch.setattr(portable, "_AHEAD", 0)
        server = open_server(relaxed_sandbox=True, limits=Limits(call=1.0, load=0.3, patience=20.0))
        with server:
            yield server


@pytest.fixture
def load(either: AnyServer) -> Iterator[Load]:
    """Load the source in a new candidate."""
    processes: list[Process] = []

    def load() -> Process:
        processes.append(either.spawn())
        loaded = processes[-1].load(module="submission", filename="s.py", source=textwrap.dedent(SOURCE))
        (error,) = loaded.errors
        assert (error.type, error.code) == ("TimeLimitExceeded", "while True:")
        assert error.message in ("stopped after 0.3 s", "stopped after 0.9 s of waiting")
        return processes[-1]

    yield load
    for process in processes:
        process.end()


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_candidate_answers_until_it_ends(load: Load, ask: Ask) -> None:
    """Calls in one process return values, raise, are made together, and find what is missing; then it exits."""
    process = load()
    x = wire.TensorInput(dtype="float32", shape=(2,), data=bytes(8), requires_grad=True)
    seen = process.call(ask("double", x, backward=(None,), trace=True))
    assert isinstance(seen.result, wire.TensorFact)
    assert (seen.outcome, seen.backward, seen.result.shape) == ("returned", "ran", (2,))
    assert "aten::mul" in seen.operations
    assert process.call(ask("fail")).raised.type == "ValueError"  # type: ignore[union-attr]
    assert process.call(ask("nothing")).outcome == "missing"
    each = wire.CallEach(nonce=7, calls=(ask("double", 2), ask("double", 3)), modules=("submission",))
    assert [one.result for one in process.call_each(each)] == [4, 6]
    with pytest.raises(CandidateLost, match="exit code 3") as lost:
        process.call(ask("leave"))
    assert lost.value.reason == "crashed"
    with pytest.raises(CandidateLost, match="ended before"):
        process.call(ask("double", 2))


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_call_that_takes_too_long_is_ended(load: Load, ask: Ask) -> None:
    """An endless loop is a timeout, and its process is killed."""
    process = load()
    with pytest.raises(CandidateLost, match=r"^timeout: 1 s") as lost:
        process.call(ask("forever"))
    assert lost.value.reason == "timeout"


@pytest.mark.sandbox
@pytest.mark.slow
def test_an_answer_that_is_too_large_is_cut_or_refused(load: Load, ask: Ask) -> None:
    """80 MB of text never reach the examiner as an answer."""
    process = load()
    try:
        seen = process.call(ask("flood"))
        assert seen.outcome in ("returned", "raised") and len(wire.encode(seen)) < wire.MAX_MESSAGE
    except CandidateLost as lost:
        assert lost.reason in ("crashed", "timeout")


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there, a socket's number is no small number to be tried")
def test_an_answer_with_another_number_is_refused(load: Load, ask: Ask) -> None:
    """Code that writes an answer to the channel itself cannot know the number of the question."""
    process = load()
    with pytest.raises(CandidateLost, match="another question"):
        process.call(ask("answer_another_question"))
