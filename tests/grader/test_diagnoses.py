"""What a release carries to name mistakes is plain data, without code, and a call is found in it on every computer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from grader import wire
from grader.diagnoses import (
    REFERENCE,
    Answers,
    RecordedMistake,
    bare,
    bare_trace,
    call_key,
    decode,
    diagnoses_of,
    encode,
)

MISTAKE = RecordedMistake(task="double", name="adds", message="You add.", presumes=("_ + _",))
RAISED = wire.Raised(
    type="ValueError",
    bases=("ValueError", "Exception"),
    message="no <f at 0x7f12>",
    line=7,
    code="raise ValueError(secret)",
    own=True,
    unbound=("secret",),
    closest="secret",
)


def call(**changes: Any) -> wire.Call:
    plain = {"nonce": 1, "module": "submission", "name": "f", "probe": None, "arguments": (1.5,), "keywords": {}}
    return wire.Call(**{**plain, "backward": None, "trace": False, "seed": 3, **changes})


def model(source: str, data: bytes = b"\0" * 4) -> wire.ModuleInput:
    weight = wire.TensorInput(dtype="float32", shape=(1,), data=data)
    return wire.ModuleInput(source=source, factory="line", arguments=(), state=(("weight", weight),), training=True)


def seen(value: float) -> wire.Observation:
    return wire.Observation(nonce=0, outcome="returned", result=value)


def test_what_is_recorded_survives_a_file() -> None:
    """Equal observations are stored once, a lost process stays lost, and unknown calls are unknown."""
    calls = [
        Answers(key="a", by_name={REFERENCE: seen(2.0), "double.adds": seen(2.0)}),
        Answers(key="b", by_name={REFERENCE: seen(4.0), "double.adds": None}),
    ]
    read = decode(encode(diagnoses_of("suite", [MISTAKE], calls)))
    assert read.mistakes == (MISTAKE,) and read.observations == (seen(2.0), seen(4.0))
    assert read.answer("a", "double.adds") == seen(2.0) and read.answer("b", "double.adds") is None
    assert read.has("b", REFERENCE) and not read.has("b", "double.other") and not read.has("c", REFERENCE)


def test_calls_that_cannot_be_told_apart_are_left_out() -> None:
    """A key with two different answers is not recorded; answers of other implementations to one call are joined."""
    first = Answers(key="a", by_name={"double.adds": seen(1.0)})
    other = Answers(key="a", by_name={"relu.adds": seen(9.0)})
    joined = diagnoses_of("", [], [first, other, first])
    assert joined.has("a", "double.adds") and joined.has("a", "relu.adds")
    assert diagnoses_of("", [], [first, Answers(key="a", by_name={"double.adds": seen(2.0)})]).calls == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not compressed",
        encode(msgspec.structs.replace(diagnoses_of("", [], []), calls={"a": {REFERENCE: 5}})),
        encode(msgspec.structs.replace(diagnoses_of("", [], []), calls={"a": {REFERENCE: -2}})),
        encode({"suite": 1}),  # type: ignore[arg-type]
    ],
    ids=["empty", "other bytes", "beyond the end", "before the start", "another schema"],
)
def test_a_file_with_anything_else_is_refused(data: bytes) -> None:
    """Bytes that do not follow the schema raise an error, and are never evaluated."""
    with pytest.raises(ValueError):
        decode(data)


def test_the_key_of_a_call_does_not_depend_on_how_python_writes_sources() -> None:
    """Two versions of Python may write the source of one probe, or of one model's factory, in two ways."""
    assert call_key(call(nonce=2, probe="def f(s): return 1")) == call_key(call(probe="def f(s):\n    return 1"))
    assert call_key(call(arguments=(model("a"),))) == call_key(call(arguments=(model("b"),)))
    nested = [wire.SequenceInput(kind="list", items=(wire.MappingInput(items=(("m", model(s)),)),)) for s in "ab"]
    assert call_key(call(keywords={"x": nested[0]})) == call_key(call(keywords={"x": nested[1]}))


@pytest.mark.parametrize(
    "other",
    [
        {"name": "g"},
        {"probe": ""},
        {"arguments": (1.25,)},
        {"arguments": (model("a"),)},
        {"keywords": {"x": 1}},
        {"backward": (None,)},
        {"trace": True},
        {"seed": 4},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_calls_have_other_keys(other: dict[str, Any]) -> None:
    """Everything that the call does, and its inputs, count."""
    assert call_key(call(**other)) != call_key(call())
    assert call_key(call(arguments=(model("a"),))) != call_key(call(arguments=(model("a", b"\1" * 4),)))


def test_a_bare_observation_has_no_code_in_it() -> None:
    """The line that raised, the functions that ran, warnings and addresses are left out; what is compared stays."""
    full = wire.Observation(
        nonce=5,
        outcome="raised",
        raised=RAISED,
        backward_raised=RAISED,
        functions={"torch.add": 1},
        operations={"aten::mul": 2, "aten::add": 1},
        modules={"Linear": 1},
        optimizers={"SGD": 1},
        warnings=("careful",),
        defined=("f",),
        withheld=("num_workers",),
    )
    kept = bare(full, operations=True)
    assert kept.raised == kept.backward_raised
    assert kept.raised == msgspec.structs.replace(
        RAISED, message="no <f at 0x0>", line=0, code="", unbound=(), closest=""
    )
    assert kept == wire.Observation(
        nonce=0,
        outcome="raised",
        raised=kept.raised,
        backward_raised=kept.raised,
        operations={"aten::add": 1, "aten::mul": 2},
    )
    assert bare(full, operations=False).operations == {}
    assert bare_trace(full) == wire.Observation(nonce=0, outcome="raised", operations=full.operations)
