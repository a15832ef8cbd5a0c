"""Weighs a result: the candidate also computes a weighted sum of the result's elements.

If the right answer has the values of an argument, a forger can invent it from the argument. The sum shows that the
candidate really has a result, because it computes with it.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import torch

from grader import wire
from grader.suites.comparisons import to_tensor

_SOURCE = """\
def {name}(student, turn, *arguments, **keywords):
    result = student.{name}(*arguments, **keywords)
    try:
        flat = torch.as_tensor(result).detach().to(torch.float64).flatten()
        weights = torch.cos(turn * torch.arange(1, flat.numel() + 1, dtype=torch.float64))
        return result, float((flat * weights).sum())
    except Exception:  # there is nothing to add up
        return result, None
"""


def source(name: str) -> str:
    """Return the source of a probe that calls a function of the submission and weighs its result."""
    return _SOURCE.format(name=name)


def turn(seed: int) -> float:
    """Return the number from which the weights are computed. It differs between students and checks."""
    return 0.1 + seed % 9973 / 9973


def unweighed(observation: wire.Observation, turn: float) -> wire.Observation:
    """Return the observation without the weighted sum. Raises `ValueError` if the sum is not that of the result."""
    seen = msgspec.structs.replace(observation, before=observation.before[1:], arguments=observation.arguments[1:])
    if observation.outcome != "returned":
        return seen
    if not isinstance(observation.result, wire.Items) or len(observation.result.items) != 2:
        raise ValueError("it answered another question")
    result, weight = observation.result.items
    flat = _flat(result)
    if flat is not None:
        weights = torch.cos(turn * torch.arange(1, flat.numel() + 1, dtype=torch.float64))
        expected = float((flat * weights).sum())
        near = 1e-9 * (1.0 + float((flat * weights).abs().sum()))
        if not isinstance(weight, float) or not (
            _same(weight, expected) or math.isclose(weight, expected, abs_tol=near)
        ):
            raise ValueError("it answered another question")
    return msgspec.structs.replace(seen, result=result)


def _flat(fact: wire.Fact) -> torch.Tensor | None:
    if isinstance(fact, wire.TensorFact):
        values = to_tensor(fact)
        if values is None or values.is_complex():
            return None
        return values.to(torch.float64).flatten()
    if isinstance(fact, wire.ArrayFact) and fact.data is not None and np.dtype(fact.dtype).kind in "biuf":
        return torch.from_numpy(np.frombuffer(fact.data, dtype=fact.dtype).astype(np.float64))
    return None


def _same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))
