"""Spoils the values of an observation and keeps every other fact: a check that still passes judges no values.

A candidate could forge facts (a dtype, an exception, a flag), but not values that it does not know. `grader verify`
grades each reference with all its values spoiled. Every task must then fail a check whose inputs vary.
"""

from __future__ import annotations

import math

import msgspec
import torch

from grader import wire
from grader.suites.comparisons import to_tensor
from grader.tensors import raw


def spoiled(observation: wire.Observation) -> wire.Observation:
    """Return the observation with every value in its result and its arguments changed."""
    return msgspec.structs.replace(
        observation,
        result=_spoiled(observation.result),
        arguments=tuple(_spoiled(argument) for argument in observation.arguments),
    )


def _spoiled(fact: wire.Fact) -> wire.Fact:
    if fact is None:
        return None
    if isinstance(fact, bool):
        return not fact
    if isinstance(fact, int):
        return fact + 1 + abs(fact) // 8
    if isinstance(fact, float):
        return fact + 0.5 + abs(fact) / 4 if math.isfinite(fact) else 0.5
    if isinstance(fact, str):
        return fact + "?"
    if isinstance(fact, wire.TensorFact):
        grad = None if fact.grad is None else _spoiled(fact.grad)
        return msgspec.structs.replace(
            fact, data=_spoiled_data(fact), grad=grad if isinstance(grad, wire.TensorFact) else None
        )
    if isinstance(fact, wire.ArrayFact):
        flipped = None if fact.data is None else bytes(byte ^ 1 for byte in fact.data)
        return msgspec.structs.replace(fact, data=flipped)
    if isinstance(fact, wire.Named):
        return msgspec.structs.replace(fact, name=f"{fact.name}?")
    if isinstance(fact, wire.Items):
        return msgspec.structs.replace(fact, items=tuple(map(_spoiled, fact.items)))
    if isinstance(fact, wire.ModuleFact):
        parameters, buffers = (
            tuple((name, _spoiled(held)) for name, held in found) for found in (fact.parameters, fact.buffers)
        )
        return msgspec.structs.replace(fact, parameters=parameters, buffers=buffers)
    if isinstance(fact, wire.Pairs):
        return msgspec.structs.replace(fact, items=tuple((key, _spoiled(value)) for key, value in fact.items))
    return fact


def _spoiled_data(fact: wire.TensorFact) -> bytes | None:
    tensor = to_tensor(fact)
    if tensor is None:
        return None
    if fact.dtype == "bool":
        return raw(~tensor)
    spoiled = (tensor + 1 + tensor.abs() / 4).to(tensor.dtype)  # no number maps to itself
    return raw(spoiled.where(tensor.isfinite(), torch.ones_like(tensor)))
