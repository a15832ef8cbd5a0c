"""The control channel's messages: what one side sends, the other gets."""

from __future__ import annotations

import msgspec
import pytest

from grader import control

START = control.Start(
    name="a",
    readable=("/data",),
    memory=2**31,
    processor=120,
    imports=("torch",),
    warm_up=("torch.ones(1)",),
    threads=1,
    accelerated=False,
)


def test_the_first_message_arrives_as_it_was() -> None:
    """It says what candidates may use."""
    assert control.decode_start(control.encode(START)) == START


@pytest.mark.parametrize("request_", [control.Spawn(), control.Wait(process=7)])
def test_requests_are_told_apart(request_: control.Request) -> None:
    """One asks for a candidate, the other how one ended."""
    assert control.decode_request(control.encode(request_)) == request_


def test_answers_arrive_as_they_were() -> None:
    """A candidate that is ready, one that has ended, and the layers of one that was forked."""
    spawned = control.Spawned(process=7, layers=("seccomp",), group="/sys/fs/cgroup/a")
    assert control.decode_spawned(control.encode(spawned)) == spawned
    assert control.decode_ended(control.encode(control.Ended(code=-9))) == control.Ended(code=-9)
    confined = control.Confined(problem="no Landlock")
    assert control.decode_confined(control.encode(confined)) == confined


@pytest.mark.parametrize("message", [b"", control.encode("spawn"), control.encode({"type": "fork"})])
def test_what_is_no_request_is_refused(message: bytes) -> None:
    """The server does nothing that it was not asked for."""
    with pytest.raises(msgspec.DecodeError):
        control.decode_request(message)
