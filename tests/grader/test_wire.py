"""Messages have a limited size and time, and the schema distinguishes types."""

from __future__ import annotations

import math
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from grader import wire

Ask = Callable[..., wire.Call]
Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Two ends of a channel."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def until(deadline: float) -> Callable[[], float]:
    """Return a `patience` that ends at `deadline`."""

    def left() -> float:
        if time.monotonic() > deadline:
            raise TimeoutError
        return 0.05

    return left


# Frames


@pytest.mark.parametrize("payload", [b"", b"x", bytes(range(256)) * 20_000], ids=["empty", "a byte", "5 MB"])
def test_a_message_arrives_whole(ends: Ends, payload: bytes) -> None:
    """A message is received as one, even if the system splits it into pieces."""
    ours, theirs = ends
    sender = threading.Thread(target=wire.send, args=(theirs, payload))
    sender.start()
    assert wire.receive(ours) == payload
    sender.join()


def test_messages_keep_apart(ends: Ends) -> None:
    """Two messages that are sent together are received one by one."""
    ours, theirs = ends
    wire.send(theirs, b"first")
    wire.send(theirs, b"second")
    assert [wire.receive(ours), wire.receive(ours)] == [b"first", b"second"]


def test_a_long_message_is_not_sent(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message above the limit is refused before a byte is sent."""
    monkeypatch.setattr(wire, "MAX_MESSAGE", 4)
    ours, theirs = ends
    with pytest.raises(ValueError, match=r"^Cannot send a message of 5 bytes: the limit is 4\.$"):
        wire.send(theirs, b"12345")
    wire.send(theirs, b"1234")
    assert wire.receive(ours) == b"1234"


def test_a_long_message_is_not_received(ends: Ends) -> None:
    """A length above the limit is refused at once, without waiting or reserving memory."""
    ours, theirs = ends
    theirs.sendall(struct.pack("!I", 2**32 - 1))
    with pytest.raises(ValueError, match=r"^Cannot receive a message of 4294967295 bytes: the limit is 67108864\.$"):
        wire.receive(ours)


@pytest.mark.parametrize("sent", [b"", b"\0\0", b"\0\0\0\x05", b"\0\0\0\x05abc"])
def test_a_stream_that_ends_is_closed(ends: Ends, sent: bytes) -> None:
    """The end of the stream raises `Closed`, at every position in a message."""
    ours, theirs = ends
    theirs.sendall(sent)
    theirs.close()
    with pytest.raises(wire.Closed, match=r"^end of stream$"):
        wire.receive(ours)


def test_a_channel_of_ones_own_that_is_shut_is_closed(ends: Ends) -> None:
    """Reading from a closed descriptor raises `Closed` too, not an error of the system."""
    ours, _ = ends
    ours.close()
    with pytest.raises(wire.Closed, match="Bad file descriptor"):
        wire.receive(ours)


def test_nobody_to_send_to_is_closed(ends: Ends) -> None:
    """Sending to a closed end raises `Closed`."""
    ours, theirs = ends
    theirs.close()
    with pytest.raises(wire.Closed, match="Broken pipe"):
        wire.send(ours, b"anyone?")


def test_sending_to_one_who_does_not_read_times_out(ends: Ends) -> None:
    """A message that is not read within the channel's timeout raises a timeout."""
    ours, _ = ends
    ours.settimeout(0.05)
    with pytest.raises(TimeoutError):
        wire.send(ours, bytes(2**22))


def test_patience_ends_the_wait(ends: Ends) -> None:
    """The wait for a silent sender lasts as long as `patience` allows."""
    ours, _ = ends
    with pytest.raises(TimeoutError):
        wire.receive(ours, patience=until(time.monotonic() + 0.1))


def test_a_slow_drip_wins_no_time(ends: Ends) -> None:
    """A message that comes byte by byte ends at the deadline."""
    ours, theirs = ends
    stop = threading.Event()

    def drip() -> None:
        theirs.sendall(struct.pack("!I", 1000))
        while not stop.wait(0.01):
            theirs.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        wire.receive(ours, patience=until(started + 0.2))
    stop.set()
    dripping.join()
    assert time.monotonic() - started < 2


def test_patience_may_wait_for_a_slow_message(ends: Ends) -> None:
    """`patience` is called after each wait, so that a message that is several waits late still arrives."""
    ours, theirs = ends
    late = threading.Timer(0.2, wire.send, (theirs, b"late"))
    late.start()
    assert wire.receive(ours, patience=until(time.monotonic() + 10)) == b"late"
    late.join()


# The schema


def travel(result: wire.Fact) -> wire.Fact:
    """Encode `result` in an observation, and decode it."""
    reply = wire.decode_reply(wire.encode(wire.Observation(nonce=1, outcome="returned", result=result)))
    assert isinstance(reply, wire.Observation)
    return reply.result


@pytest.mark.parametrize(
    "value", [None, True, False, 0, 1, -(2**63), 2**63 - 1, 0.0, -0.0, 1.0, math.inf, "", "é\0🙂", "1"], ids=repr
)
def test_plain_values_keep_their_type(value: wire.Fact) -> None:
    """True, 1 and 1.0, which are equal in Python, keep their types."""
    arrived = travel(value)
    assert type(arrived) is type(value) and repr(arrived) == repr(value)


def test_a_nan_keeps_its_bits() -> None:
    """The bits of a NaN are kept."""
    odd = struct.unpack("!d", bytes.fromhex("7ff800000000beef"))[0]
    arrived = travel(odd)
    assert isinstance(arrived, float) and struct.pack("!d", arrived).hex() == "7ff800000000beef"


TENSOR = wire.TensorFact(
    dtype="float32",
    shape=(1, 2),
    device="cpu",
    data=bytes(8),
    requires_grad=True,
    is_leaf=True,
    grad_fn=None,
    grad=None,
    object=0,
    storage=0,
    version=3,
)


@pytest.mark.parametrize(
    "fact",
    [
        TENSOR,
        msgspec.structs.replace(TENSOR, grad=TENSOR, grad_fn="AddBackward0", data=None),
        wire.ArrayFact(dtype="int64", shape=(1,), data=bytes(8), object=1, storage=0),
        wire.Items(kind="Size", items=(1, 2.0, wire.Items(kind="list", items=()))),
        wire.Items(kind="tuple", items=(1, None), of="Pair"),
        wire.Pairs(kind="dict", items=((TENSOR, None), ("key", wire.Pairs(kind="dict", items=()))), of="OrderedDict"),
        wire.Named(kind="dtype", name="torch.int64"),
        wire.Other(name="numpy.float64"),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_facts_arrive_as_they_were(fact: wire.Fact) -> None:
    """Every kind of fact keeps its type and every field."""
    assert travel(fact) == fact and type(travel(fact)) is type(fact)


def test_requests_arrive_as_they_were(ask: Ask) -> None:
    """Loads and calls with every kind of input are decoded unchanged."""
    inputs: tuple[wire.Input, ...] = (
        None,
        True,
        1,
        1.0,
        "text",
        wire.TensorInput(dtype="float64", shape=(2,), data=bytes(16), strides=(2,), requires_grad=True, grad=bytes(16)),
        wire.ArrayInput(dtype="bool", shape=(0,), data=b""),
        wire.Code(text="torch.exp"),
        wire.SequenceInput(kind="tuple", items=(1, wire.SequenceInput(kind="list", items=()))),
        wire.MappingInput(items=(("a", 1),)),
    )
    call = ask("f", *inputs, keywords={"lr": 0.1}, backward=(None,), trace=True, seed=7, probe="def f(s): ...")
    load = wire.Load(nonce=2**63 - 1, module="submission", filename="f.py", source="é", seconds=5.0)
    each = wire.CallEach(nonce=3, calls=(call, call), modules=("a", "b"))
    for request in (call, load, each):
        arrived = wire.decode_request(wire.encode(request))
        assert arrived == request and type(arrived) is type(request)


def observation(**fields: object) -> bytes:
    return wire.encode({"type": "observation", "nonce": 1, "outcome": "returned", **fields})


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (b"", "truncated"),
        (b"\xc1", "malformed"),
        (observation(type="pickle"), "Invalid value 'pickle'"),
        (observation(nonce=1.5), "Expected `int`, got `float`"),
        (observation(outcome="passed"), "Invalid enum value 'passed'"),
        (observation(warnings="long"), "Expected `array`, got `str`"),
        (observation(result=b"raw"), "got `bytes`"),
        (observation(result=["evil"]), "Invalid value 'evil'"),
        (observation(result=msgspec.msgpack.Ext(1, b"")), "got `ext`"),
        (observation(arguments=[[]]), "Expected `array` of at least length 1"),
        (wire.encode(wire.Load(nonce=1, module="m", filename="f", source="", seconds=5.0)), "Invalid value 'load'"),
    ],
)
def test_what_is_not_in_the_schema_is_refused(payload: bytes, complaint: str) -> None:
    """A reply that is not one of the records, with the right types throughout, is an error that names the cause."""
    with pytest.raises(msgspec.DecodeError, match=complaint):
        wire.decode_reply(payload)


def test_bottomless_nesting_is_refused() -> None:
    """A reply that is nested too deeply to decode is an error, not a crash."""
    nested = b"\x84" + observation()[1:] + wire.encode("result") + b"\x93\xa5items\xa4list\x91" * 100_000
    with pytest.raises(RecursionError):
        wire.decode_reply(nested)


def test_a_record_cannot_be_changed() -> None:
    """Records cannot be changed after they are made."""
    with pytest.raises(AttributeError, match="immutable"):
        TENSOR.version = 0  # type: ignore[misc]


RAISED = wire.Raised(type="E", bases=("E",), message="m", line=1, code="c")


def nested(depth: int, value: wire.Fact = 1) -> wire.Fact:
    for _ in range(depth):
        value = wire.Items(kind="list", items=(value,))
    return value


@pytest.mark.parametrize(
    "fields",
    [
        {"result": "x" * 5000},
        {"result": 2**63},
        {"result": wire.Items(kind="list", items=(0,) * 20_001)},
        {"result": wire.Items(kind="list", items=(wire.Items(kind="list", items=(0,) * 9_000),) * 5)},
        {"result": nested(wire.MAX_DEPTH + 2)},
        {"keywords": {"x": nested(wire.MAX_DEPTH + 2)}},
        {"result": wire.Other(name="x" * 2000)},
        {"result": wire.Named(kind="class", name="x" * 2000)},
        {"result": msgspec.structs.replace(TENSOR, dtype="x" * 300)},
        {"result": msgspec.structs.replace(TENSOR, shape=(1,) * 65)},
        {"result": msgspec.structs.replace(TENSOR, shape=(-1,))},
        {"result": msgspec.structs.replace(TENSOR, grad_fn="x" * 300)},
        {"raised": msgspec.structs.replace(RAISED, type="x" * 300)},
        {"raised": msgspec.structs.replace(RAISED, message="x" * 2000)},
        {"raised": msgspec.structs.replace(RAISED, line=2**63)},
        {"raised": msgspec.structs.replace(RAISED, bases=("E",) * 501)},
        {"defined": ("f",) * 501},
        {"functions": {f"f{i}": 1 for i in range(501)}},
        {"state": wire.GlobalState(changed=("x" * 300,))},
        {"warnings": ("w" * 2000,)},
        {"result": "x" * 5000},
        {"keywords_before": {"x": nested(wire.MAX_DEPTH + 2)}},
    ],
)
def test_every_part_of_a_reply_is_bounded(fields: dict[str, object]) -> None:
    """The size of every part of a reply is limited, because a candidate may write its replies itself."""
    with pytest.raises(ValueError, match=r"Expected|Cannot take a reply"):
        wire.decode_reply(observation(**fields))


def test_each_of_several_observations_is_bounded() -> None:
    """The limits apply to each of several observations."""
    one = wire.Observation(nonce=1, outcome="returned", result=1)
    deep = msgspec.structs.replace(one, result=nested(wire.MAX_DEPTH + 9))
    whole = wire.Observations(nonce=2, each=(one, one))
    assert wire.decode_reply(wire.encode(whole)) == whole
    with pytest.raises(ValueError, match="Cannot take a reply so deep"):
        wire.decode_reply(wire.encode(wire.Observations(nonce=2, each=(one, deep))))
    with pytest.raises(ValueError, match="Expected"):
        wire.decode_reply(wire.encode(wire.Observations(nonce=2, each=(one,) * 501)))


def test_the_largest_answer_is_accepted() -> None:
    """The limits accept the deepest and the widest value that is described, and cut text."""
    for value in (nested(wire.MAX_DEPTH + 1), "x" * wire.MAX_TEXT + "…"):
        assert wire.decode_reply(observation(result=value)).result == value
    pairs = wire.Pairs(kind="dict", items=tuple((i, i) for i in range(wire.MAX_NODES - 1)))
    assert wire.decode_reply(observation(result=pairs)).result == pairs


def test_a_loaded_file_has_a_bounded_number_of_errors() -> None:
    """The number of errors of a load is limited."""
    loaded = wire.Loaded(nonce=1, errors=(RAISED,) * 501)
    with pytest.raises(msgspec.ValidationError, match="length <= 500"):
        wire.decode_reply(wire.encode(loaded))


def memory(value: object) -> int:
    """Return about how many bytes a decoded message takes."""
    if isinstance(value, dict):
        return sys.getsizeof(value) + sum(memory(k) + memory(v) for k, v in value.items())
    return sys.getsizeof(value) + (sum(map(memory, value)) if isinstance(value, list) else 0)


@pytest.mark.parametrize(
    "value",
    [
        ["ab"] * 100_000,
        ["\U0001f600" + "a" * 3999] * 100,
        [[["a" * 40]] * 10] * 5_000,
        {f"name {n}": n for n in range(20_000)},
        {f"{n}" * 40: ["é" * 30] for n in range(9_000)},
        [2**40 + n for n in range(50_000)],
        [n / 7 for n in range(50_000)],
        [b"x" * 300_000, None, True, -1, -(2**33), 2**63, "x" * 300],
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_message_is_weighed_before_it_is_decoded(value: object) -> None:
    """The estimate is at least the memory that is used, and not many times more."""
    payload = msgspec.msgpack.encode(value)
    assert len(payload) > 2**16
    weight = wire.weigh(payload, 2**40)
    taken = memory(msgspec.msgpack.decode(payload))
    assert 0.75 * taken < weight < 6 * taken
    assert wire.weigh(bytearray(payload), 2**40) == weight


def test_short_messages_are_overestimated() -> None:
    """Short messages are overestimated, because that is fast and has no cost."""
    payload = msgspec.msgpack.encode(["ab"] * 1000)
    assert memory(msgspec.msgpack.decode(payload)) < wire.weigh(payload) < 100_000


@pytest.mark.parametrize(
    "junk", [b"\xc1" * 70_000, b"\xdb\xff\xff\xff\xff" * 20_000, b"\xc7" * 70_000, os.urandom(70_000)]
)
def test_weighing_junk_ends(junk: bytes) -> None:
    """The estimate ends for lengths beyond the end and for meaningless bytes; decoding then reports them."""
    assert wire.weigh(junk) >= 0


def test_too_many_parts_weigh_too_much() -> None:
    """A message with too many parts is above every limit, because reading them all would take seconds."""
    payload = msgspec.msgpack.encode([0] * 5_000_000)
    assert wire.weigh(payload, 2**40) > 2**40
