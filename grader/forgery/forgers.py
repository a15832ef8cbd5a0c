"""Forges observations: keeps every fact of the reference and guesses every value.

If a check passes with a forged observation, it judges no values. The candidate's own process writes the observations,
and a submission can take that process over. So it can lie about everything that is observed and not computed:

- how a call ended: that it returned, or which exception it raised, with which message, from which line;
- the result: types, lengths, shapes, dtypes, devices;
- autograd: `requires_grad`, leaves, `grad_fn`, whether backward ran;
- memory: which objects are the same, which share storage, how often one was changed in place;
- what ran: functions, operations, modules, optimizers, operations that mixed devices;
- global settings and generators, warnings;
- the arguments after the call, as far as they still hold the values that the process was given.

It does not know the values that a right implementation computes. A forger keeps every fact of the reference's answer
and replaces the values: by numbers that are often right, by noise, or by the arguments, unchanged or brought into the
right shape. Where all students get the same inputs, it gives the true answer, because a student could have learnt it.
`grader verify` grades all forgers (see `grader.verification`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TypeVar

import msgspec
import numpy as np
import torch

from grader import wire
from grader.forgery.junk import GUESSED_IN_PLACE, IN_PLACE, SPOILED
from grader.forgery.spoiling import spoiled
from grader.tensors import DTYPES, raw

_DTYPES = tuple(f"torch.{name}" for name in ("float32", "int64", "bool", "float64", "complex64", "float16", "int32"))
Flat = np.ndarray[Any, np.dtype[np.float64]]
_T = TypeVar("_T")
_DEVICES = "cpu", "cuda", "meta", "mps"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The parts of a call's arguments that a forger can return: numbers, tensors, the elements of every value."""

    numbers: tuple[float, ...]
    tensors: tuple[wire.TensorInput, ...]
    elements: tuple[Flat, ...]
    modules: tuple[wire.ModuleInput, ...]

    @classmethod
    def by(cls, call: wire.Call) -> Inputs:
        """Return the parts of a call's arguments."""
        values = list(_leaves((*call.arguments, *call.keywords.values())))
        found = [_elements(value) for value in (*call.arguments, *call.keywords.values())]
        return cls(
            numbers=tuple(v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)),
            tensors=tuple(v for v in values if isinstance(v, wire.TensorInput)),
            elements=tuple(flat for flat in found if flat.size),
            modules=tuple(v for v in values if isinstance(v, wire.ModuleInput)),
        )


class Forger:
    """Answers with the reference's facts; subclasses guess the values.

    `words` are strings, bools and names that may be right, in addition to common ones. With `in_place`, the forger also
    guesses what the reference changed in its arguments; without it, the arguments stay unchanged.
    """

    def __init__(self, words: Sequence[wire.Fact] = (), *, in_place: bool = False) -> None:
        self.words = words
        self._in_place = in_place
        self.random = random.Random(0)
        self.generator = torch.Generator().manual_seed(0)

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Return the observation with values that the forger can know."""
        inputs = Inputs.by(call)
        given = (*call.arguments, *(None for _ in truth.arguments[len(call.arguments) :]))
        return msgspec.structs.replace(
            truth,
            result=self._guess(truth.result, inputs),
            arguments=tuple(self._after_call(fact, given[i], inputs) for i, fact in enumerate(truth.arguments)),
            keywords={
                key: self._after_call(fact, call.keywords.get(key), inputs) for key, fact in truth.keywords.items()
            },
        )

    def _after_call(self, fact: wire.Fact, given: wire.Input, inputs: Inputs) -> wire.Fact:
        """Return the fact of an argument after the call."""
        if isinstance(fact, wire.TensorFact) and isinstance(given, wire.TensorInput):
            return self._tensor_after_call(fact, given, inputs)
        if isinstance(fact, wire.ArrayFact) and isinstance(given, wire.ArrayInput):
            if fact.data == given.data or not self._in_place:
                return msgspec.structs.replace(fact, data=given.data) if fact.data is not None else fact
            return self._guess(fact, inputs)
        if isinstance(fact, wire.Items) and isinstance(given, wire.SequenceInput):
            items = zip_longest(fact.items, given.items[: len(fact.items)])
            return msgspec.structs.replace(
                fact, items=tuple(self._after_call(item, was, inputs) for item, was in items)
            )
        if isinstance(fact, wire.Pairs) and isinstance(given, wire.MappingInput):
            known = dict(given.items)
            pairs = (
                (k, self._after_call(v, known.get(k) if isinstance(k, str) else None, inputs)) for k, v in fact.items
            )
            return msgspec.structs.replace(fact, items=tuple(pairs))
        if isinstance(fact, wire.ModuleFact):
            return self._module(fact, inputs)
        if fact == given or isinstance(given, wire.Code):
            return fact  # the call has not changed it
        return self._guess(fact, inputs)

    def _tensor_after_call(self, fact: wire.TensorFact, given: wire.TensorInput, inputs: Inputs) -> wire.TensorFact:
        guess = self._tensor(fact, inputs)
        grad, data = guess.grad, guess.data
        if fact.grad is not None and given.grad is not None and not self._in_place:
            grad = msgspec.structs.replace(fact.grad, data=given.grad)
        if fact.data is None or len(fact.data) != len(given.data):
            pass  # there are no values, or of another size
        elif not self._in_place or fact.data == given.data:
            data = given.data
        return msgspec.structs.replace(guess, data=data, grad=grad)

    def _module(self, fact: wire.ModuleFact, inputs: Inputs) -> wire.ModuleFact:
        """Return a module with the parameters and buffers of a module in the arguments that has the same names."""
        known = {name: tensor for module in inputs.modules for name, tensor in module.state}

        def held(found: Sequence[tuple[str, wire.Fact]]) -> tuple[tuple[str, wire.Fact], ...]:
            return tuple((name, self._after_call(value, known.get(name), inputs)) for name, value in found)

        return msgspec.structs.replace(fact, parameters=held(fact.parameters), buffers=held(fact.buffers))

    def _guess(self, fact: wire.Fact, inputs: Inputs) -> wire.Fact:
        if isinstance(fact, wire.TensorFact):
            return self._tensor(fact, inputs)
        if isinstance(fact, wire.ArrayFact):
            return msgspec.structs.replace(fact, data=None if fact.data is None else self._array(fact, inputs))
        if isinstance(fact, wire.Items):
            return msgspec.structs.replace(fact, items=tuple(self._guess(item, inputs) for item in fact.items))
        if isinstance(fact, wire.Pairs):
            pairs = tuple((key, self._guess(value, inputs)) for key, value in fact.items)
            return msgspec.structs.replace(fact, items=pairs)
        if isinstance(fact, wire.ModuleFact):
            return self._module(fact, inputs)
        if isinstance(fact, bool):
            return self.word([False, True])
        if isinstance(fact, wire.Named) and fact.kind in ("dtype", "device"):
            names = _DTYPES if fact.kind == "dtype" else _DEVICES
            return self.word([wire.Named(kind=fact.kind, name=name) for name in names])
        if isinstance(fact, str):
            words = [word for word in self.words if isinstance(word, str)]
            return self.word(words) if words else ""
        if isinstance(fact, float):
            return self.number(inputs)
        if isinstance(fact, int):
            number = self.number(inputs)
            return max(-(2**63), min(2**63 - 1, int(number))) if math.isfinite(number) else 0
        return fact

    def _array(self, fact: wire.ArrayFact, inputs: Inputs) -> bytes:
        try:
            dtype = np.dtype(fact.dtype)
        except TypeError:
            return b""
        wanted = torch.float64
        guess = torch.frombuffer(bytearray(self.data(fact.shape, wanted, inputs)), dtype=wanted) if fact.data else None
        with np.errstate(all="ignore"):
            return b"" if guess is None else guess.numpy().astype(dtype).tobytes()

    def _tensor(self, fact: wire.TensorFact, inputs: Inputs) -> wire.TensorFact:
        grad = None if fact.grad is None else self._tensor(fact.grad, inputs)
        dtype = DTYPES.get(fact.dtype)
        if not fact.data or dtype is None:
            return msgspec.structs.replace(fact, grad=grad)
        return msgspec.structs.replace(fact, data=self.data(fact.shape, dtype, inputs), grad=grad)

    def word(self, words: Sequence[wire.Fact]) -> wire.Fact:
        """Guess a string, a bool or a name out of `words`."""
        return self.random.choice(words)

    def number(self, inputs: Inputs) -> float:
        """Guess a number."""
        raise NotImplementedError

    def data(self, shape: tuple[int, ...], dtype: torch.dtype, inputs: Inputs) -> bytes:
        """Guess the elements of a tensor that is not empty; return them as bytes."""
        raise NotImplementedError


class Constant(Forger):
    """Guesses the same number and the same word for every value."""

    def __init__(
        self, words: Sequence[wire.Fact] = (), value: float = 0.0, which: int = 0, *, in_place: bool = False
    ) -> None:
        super().__init__(words, in_place=in_place)
        self._value = value
        self._which = which

    def word(self, words: Sequence[wire.Fact]) -> wire.Fact:
        """Guess the word."""
        return words[self._which % len(words)]

    def number(self, inputs: Inputs) -> float:
        """Guess the number."""
        return self._value

    def data(self, shape: tuple[int, ...], dtype: torch.dtype, inputs: Inputs) -> bytes:
        """Guess the number, for every element."""
        return raw(torch.full(shape, self._value, dtype=torch.float64).to(dtype))


class Counting(Forger):
    """Guesses 0, 1, 2, …"""

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Restart the count, then forge."""
        self._next = -1.0
        return super().forge(call, truth)

    def number(self, inputs: Inputs) -> float:
        """Guess the next number."""
        self._next += 1
        return self._next

    def data(self, shape: tuple[int, ...], dtype: torch.dtype, inputs: Inputs) -> bytes:
        """Count the elements."""
        return raw(torch.arange(math.prod(shape), dtype=torch.float64).reshape(shape).to(dtype))


class Noise(Forger):
    """Guesses at random."""

    def number(self, inputs: Inputs) -> float:
        """Guess a random number."""
        return self.random.uniform(-3, 3)

    def data(self, shape: tuple[int, ...], dtype: torch.dtype, inputs: Inputs) -> bytes:
        """Guess random numbers."""
        return raw(torch.randn(shape, generator=self.generator, dtype=torch.float64).to(dtype))


class Falling(Noise):
    """Guesses positive numbers that get smaller, as losses do."""

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Restart at the largest number, then forge."""
        self._last = 1.0
        return super().forge(call, truth)

    def number(self, inputs: Inputs) -> float:
        """Guess a smaller number than before."""
        self._last *= self.random.uniform(0.7, 0.95)
        return self._last

    def data(self, shape: tuple[int, ...], dtype: torch.dtype, inputs: Inputs) -> bytes:
        """Guess fractions, the largest first."""
        drawn = torch.rand(math.prod(shape), generator=self.generator, dtype=torch.float64)
        return raw(drawn.sort(descending=True).values.reshape(shape).to(dtype))


class Echo(Noise):
    """Guesses an argument that has the right shape and dtype: the first that fits, a later one or the last."""

    def __init__(self, words: Sequence[wire.Fact] = (), which: int = 0, *, in_place: bool = False) -> None:
        super().__init__(words, in_place=in_place)
        self._which = which

    def number(self, inputs: Inputs) -> float:
        """Guess a number among the arguments."""
        return _pick(inputs.numbers, self._which) if inputs.numbers else 0.0

    def data(self, shape: tuple[int, ...], dtype: torch.dtype, inputs: Inputs) -> bytes:
        """Guess the elements of a tensor among the arguments."""
        fitting = [
            t for t in inputs.tensors if t.data and (t.shape, t.device) == (shape, "cpu") and DTYPES[t.dtype] == dtype
        ]
        return _pick(fitting, self._which).data if fitting else super().data(shape, dtype, inputs)


class Recast(Echo):
    """Guesses an argument in the right shape and dtype, cut or repeated; with `backwards`, from its end."""

    def __init__(
        self,
        words: Sequence[wire.Fact] = (),
        which: int = 0,
        *,
        backwards: bool = False,
        in_place: bool = False,
    ) -> None:
        super().__init__(words, which, in_place=in_place)
        self._backwards = backwards
        self._count = -1

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Restart at the first element, then forge."""
        self._count = -1
        return super().forge(call, truth)

    def number(self, inputs: Inputs) -> float:
        """Guess the next element of the argument."""
        self._count += 1
        flat = self._flat(inputs)
        return 0.0 if flat is None else float(flat[self._count % len(flat)])

    def data(self, shape: tuple[int, ...], dtype: torch.dtype, inputs: Inputs) -> bytes:
        """Guess the argument's elements."""
        flat = self._flat(inputs)
        if flat is None:
            return super().data(shape, dtype, inputs)
        return raw(torch.from_numpy(np.resize(flat, shape)).to(dtype))

    def _flat(self, inputs: Inputs) -> Flat | None:
        if not inputs.elements:
            return None
        flat = _pick(inputs.elements, self._which)
        return flat[::-1].copy() if self._backwards else flat


class Unclear(Constant):
    """Guesses zeros in a dtype so coarse that a tolerance for it may accept them."""

    def __init__(self, words: Sequence[wire.Fact] = (), dtype: str = "bool", *, in_place: bool = False) -> None:
        super().__init__(words, 0.0, 0, in_place=in_place)
        self._dtype = dtype

    def _tensor(self, fact: wire.TensorFact, inputs: Inputs) -> wire.TensorFact:
        guess = super()._tensor(fact, inputs)
        if not guess.data:
            return guess
        zeros = raw(torch.zeros(fact.shape, dtype=DTYPES[self._dtype]))
        return msgspec.structs.replace(guess, dtype=self._dtype, data=zeros)


class Spoiler(Forger):
    """Changes every value instead of guessing."""

    def forge(self, call: wire.Call, truth: wire.Observation) -> wire.Observation:
        """Return the observation with every value changed."""
        return spoiled(truth)


Make = Callable[[Sequence[wire.Fact]], Forger]

_GUESSES: dict[str, Callable[[Sequence[wire.Fact], bool], Forger]] = {
    "zeros": lambda words, in_place: Constant(words, 0.0, 0, in_place=in_place),
    "ones": lambda words, in_place: Constant(words, 1.0, 1, in_place=in_place),
    "minus ones": lambda words, in_place: Constant(words, -1.0, 2, in_place=in_place),
    "twos": lambda words, in_place: Constant(words, 2.0, 3, in_place=in_place),
    "halves": lambda words, in_place: Constant(words, 0.5, 4, in_place=in_place),
    "not a number": lambda words, in_place: Constant(words, float("nan"), 5, in_place=in_place),
    "infinity": lambda words, in_place: Constant(words, float("inf"), 6, in_place=in_place),
    "counting": lambda words, in_place: Counting(words, in_place=in_place),
    "noise": lambda words, in_place: Noise(words, in_place=in_place),
    "falling noise": lambda words, in_place: Falling(words, in_place=in_place),
    "the first argument": lambda words, in_place: Echo(words, 0, in_place=in_place),
    "the second argument": lambda words, in_place: Echo(words, 1, in_place=in_place),
    "the last argument": lambda words, in_place: Echo(words, -1, in_place=in_place),
    "the first argument recast": lambda words, in_place: Recast(words, 0, in_place=in_place),
    "the second argument recast": lambda words, in_place: Recast(words, 1, in_place=in_place),
    "the last argument recast": lambda words, in_place: Recast(words, -1, in_place=in_place),
    "the first argument backwards": lambda words, in_place: Recast(words, 0, backwards=True, in_place=in_place),
    "the last argument backwards": lambda words, in_place: Recast(words, -1, backwards=True, in_place=in_place),
    "zeros in bfloat16": lambda words, in_place: Unclear(words, "bfloat16", in_place=in_place),
    "zeros in float16": lambda words, in_place: Unclear(words, "float16", in_place=in_place),
    "zeros as bools": lambda words, in_place: Unclear(words, "bool", in_place=in_place),
}


def _maker(guess: Callable[[Sequence[wire.Fact], bool], Forger], in_place: bool) -> Make:
    return lambda words: guess(words, in_place)


FORGERS: dict[str, Make] = {
    SPOILED: Spoiler,
    **{name: _maker(guess, False) for name, guess in _GUESSES.items()},
    **{name + IN_PLACE: _maker(_GUESSES[name], True) for name in GUESSED_IN_PLACE},
}


def _pick(values: Sequence[_T], which: int) -> _T:
    """Return the value at index `which`, or the last one if there are fewer."""
    return values[min(which, len(values) - 1)]


def _leaves(values: Sequence[wire.Input]) -> Iterator[wire.Input]:
    for value in values:
        if isinstance(value, wire.SequenceInput):
            yield from _leaves(value.items)
        elif isinstance(value, wire.MappingInput):
            yield from _leaves(tuple(item for _, item in value.items))
        else:
            yield value


def _elements(value: wire.Input) -> Flat:
    """Return the elements of numbers, tensors and arrays, one after the other (the real parts of complex ones)."""
    found = []
    for leaf in _leaves((value,)):
        if isinstance(leaf, wire.TensorInput) and leaf.data:
            flat = torch.frombuffer(bytearray(leaf.data), dtype=DTYPES[leaf.dtype])
            found.append((flat.real if flat.is_complex() else flat).to(torch.float64).numpy())
        elif isinstance(leaf, wire.ArrayInput) and leaf.data:
            found.append(np.frombuffer(leaf.data, dtype=leaf.dtype).real.astype(np.float64))
        elif isinstance(leaf, (int, float)) and not isinstance(leaf, bool):
            found.append(np.array([leaf], dtype=np.float64))
    return np.concatenate(found) if found else np.empty(0)
