"""Records what a call does besides its result: functions, operations, modules, devices, warnings, globals."""

from __future__ import annotations

import _thread
import ctypes
import functools
import random
import re
import sys
import threading
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.autograd.function import BackwardCFunction
from torch.nn.modules import module as module_hooks
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader import wire
from grader.candidate_process import inside
from grader.candidate_process.facts import base_container, clean, members
from grader.candidate_process.streams import Streams

_DISTINCT = wire.MAX_NAMES
_WARNINGS = 20
_GRAPH = 300  # nodes of a result's graph that are read

inside.install()


class _Counts:
    """What ran: functions by name, operations, and those whose tensors were on two devices."""

    def __init__(self) -> None:
        self.functions: dict[str, int] = defaultdict(int)
        self.operations: dict[Any, int] = defaultdict(int)
        self.mixed: dict[str, int] = defaultdict(int)


# A thread can outlive the call that started it. Its modes count into the last entry: that of the current recorder.
_current_counts = [_Counts()]


class _Functions(TorchFunctionMode):
    def __init__(self, counts: _Counts | None = None) -> None:
        super().__init__()
        self._counts = counts  # `None` in a thread, which counts into `_current_counts`

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        (self._counts or _current_counts[-1]).functions[getattr(func, "__name__", "?")] += 1
        return func(*args, **(kwargs or {}))


class _Operations(TorchDispatchMode):
    def __init__(self, counts: _Counts | None = None) -> None:
        super().__init__()
        self._counts = counts  # `None` in a thread, which counts into `_current_counts`

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        counts = self._counts or _current_counts[-1]
        counts.operations[func] += 1
        devices: set[str] = set()
        _collect_devices((*args, *(kwargs or {}).values()), devices)
        if len(devices) > 1 and func._schema.name not in _MOVES:
            counts.mixed[func._schema.name] += 1
        return func(*args, **(kwargs or {}))

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Stop torch from wrapping the method above.

        The wrapper costs more than the method, and only compiling needs it.
        """
        return False


def _collect_devices(values: Iterable[object], devices: set[str]) -> None:
    for value in values:
        if isinstance(value, torch.Tensor):
            # A 0-D CPU tensor may mix with any device, as with CUDA.
            if value.dim() > 0 or value.device.type != "cpu":
                devices.add(value.device.type)
        elif isinstance(value, (list, tuple)):
            _collect_devices(value, devices)


_MOVES = {"aten::copy_", "aten::_to_copy", "aten::_copy_from"}


class Recorder:
    """A context in which a candidate runs; afterwards `facts` and `changed` say what happened.

    On exit it restores the global state, so that one call cannot affect the next.
    """

    def __init__(self, *, trace: bool, seed: int | None) -> None:
        """Prepare to record; `trace` adds functions and operations. The global generators get `seed` on entry."""
        self._trace = trace
        self._seed = seed
        self._counts = _Counts()
        self._modes = _Functions(self._counts), _Operations(self._counts)
        self._inside = inside.Inside()
        self._modules: dict[str, int] = defaultdict(int)
        self._warnings: list[str] = []
        self._streams = Streams()
        self._undo: list[Callable[[], object]] = []
        self.changed: tuple[str, ...] = ()

    def __enter__(self) -> Recorder:
        if self._seed is not None:
            _seed_generators(self._seed)
        self._before = _global_state(self._seed)
        self._streams.__enter__()
        self._catch = warnings.catch_warnings()
        self._catch.__enter__()
        warnings.simplefilter("always")
        warnings.showwarning = self._showwarning  # type: ignore[assignment]
        _follow_threads(True)
        if self._trace:
            self._inside.start()
            _current_counts.append(self._counts)
            self._undo = [
                self._inside.stop,
                _current_counts.pop,
                module_hooks.register_module_forward_pre_hook(self._called).remove,
            ]
            for mode in self._modes:
                mode.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop_tracing()
        _follow_threads(False)
        self._catch.__exit__(None, None, None)
        self._streams.__exit__()
        after = _global_state()
        self.changed = tuple(name for name in self._before if self._before[name] != after[name])
        for name in self.changed:
            _GLOBALS[name].restore(self._before[name])
        _forget_compiled()

    def stop_tracing(self) -> None:
        """Stop recording functions and operations; everything else is still recorded."""
        if self._trace:
            self._trace = False
            for mode in reversed(self._modes):
                mode.__exit__(None, None, None)
            for undo in self._undo:
                undo()

    def _showwarning(self, message: Warning | str, *rest: object) -> None:
        if len(self._warnings) < _WARNINGS:
            self._warnings.append(clean(str(message), 500))

    def _called(self, module: torch.nn.Module, arguments: object) -> None:
        self._count_module(type(module))

    def _count_module(self, kind: type) -> None:
        for name in _finished_modules(kind):
            self._modules[name] += 1

    def look_at_graph(self, result: object) -> None:
        """Stop tracing, and record the operations in a result's graph, which shows even those that no mode has seen."""
        if not self._trace:
            return
        self.stop_tracing()
        base = base_container(type(result))
        found: list[Any] = [result] if base is None else members(result)
        found = [value for _, value in found] if base is dict else found
        nodes = [value.grad_fn for value in found[:_GRAPH] if type(value) is torch.Tensor]
        met: set[Any] = set()
        while nodes and len(met) < _GRAPH:
            node = nodes.pop()
            if node is not None and node not in met:
                met.add(node)
                # a function that the submission defines, under its own name
                if not isinstance(node, BackwardCFunction):
                    self._inside.functions[_operation(node.name())] = 1
                nodes += [following for following, _ in node.next_functions]

    def facts(self) -> dict[str, Any]:
        """Return what was recorded, under the names of an observation's fields."""
        operations: dict[str, int] = {}
        for func, count in list(self._counts.operations.items()):
            name = func._schema.name  # whatever the overload
            operations[name] = operations.get(name, 0) + count
        for kind in list(self._inside.modules):
            self._count_module(kind)
        # The functions that reported their calls come first, in case there is no room for all, and count once.
        functions = {**dict.fromkeys(self._inside.functions, 1), **self._counts.functions}
        return {
            "functions": _bounded(functions),
            "operations": _bounded(operations),
            "modules": _bounded(self._modules),
            "optimizers": _bounded(self._inside.optimizers),
            "mixed_devices": tuple(_bounded(self._counts.mixed)),
            "state": wire.GlobalState(changed=self.changed),
            "warnings": tuple(self._warnings),
        }


def _finished_modules(kind: type) -> list[str]:
    """Return the names of PyTorch's module classes that a class is or derives from: its own name proves nothing."""
    return [base.__name__ for base in kind.__mro__ if base.__module__.startswith("torch.nn.modules")]


@functools.lru_cache(1000)
def _operation(name: str) -> str:
    """Return the operation whose gradient a graph's node computes: `MaxPool2DWithIndicesBackward0`."""
    plain = re.sub(r"Backward\d*$", "", name)
    return re.sub(r"(?<=[a-z0-9D])(?=[A-Z][a-z])", "_", plain).lower()


def _start_thread(start: Callable[..., object], run: Callable[..., object], *rest: Any, **how: Any) -> object:
    """Start a thread with its own modes, because modes apply only to the thread that has entered them."""

    def recorded(*arguments: Any, **keywords: Any) -> None:
        with _Functions(), _Operations():
            run(*arguments, **keywords)

    return start(recorded, *rest, **how)


_STARTS = [
    (place, name, getattr(place, name), functools.partial(_start_thread, getattr(place, name)))
    for place, name in (
        (_thread, "start_new_thread"),
        (threading, "_start_new_thread"),
        (threading, "_start_joinable_thread"),  # from Python 3.13 on
    )
    if hasattr(place, name)
]


def _follow_threads(follow: bool) -> None:
    """Record in the threads that start from now on, or stop doing so."""
    for place, name, start, following in _STARTS:
        setattr(place, name, following if follow else start)


def _bounded(counts: dict[str, int]) -> dict[str, int]:
    return {clean(name, wire.MAX_NAME): count for name, count in list(counts.items())[:_DISTINCT]}


def _forget_compiled() -> None:
    """Drop what `torch.compile` has made. It refuses to compile a function for the ninth time, in whatever call."""
    compiler = sys.modules.get("torch._dynamo")
    frames = sys.modules.get("torch._dynamo.convert_frame")
    if compiler is not None and getattr(getattr(frames, "input_codes", None), "seen", None):
        vars(compiler)["reset"]()


@functools.lru_cache(maxsize=100)
def _random_after(seed: int) -> object:
    """Return the state of `random` after `_seed_generators`: reading it takes as long as all other states together."""
    generator = random.Random(seed)
    generator.random()
    return generator.getstate()


def _seed_generators(seed: int) -> None:
    torch.default_generator.manual_seed(seed)  # torch.manual_seed also seeds other devices, which is slow
    np.random.seed(seed % 2**32)
    random.seed(seed)
    # Draw once from each: if the code seeds with the same seed, the state must still differ from this one.
    torch.rand(())
    np.random.random_sample()
    random.random()


class _Global(NamedTuple):
    """A process-wide setting: how to read it, and how to put it back to what was read before."""

    read: Callable[[], object]
    restore: Callable[[Any], object] = lambda before: None


_NUMPY = np.random.get_bit_generator()  # type: ignore[attr-defined]
_NUMPY_STATE = 625 * 4  # bytes of `mt19937_state`: the numbers and the position among them


def _numpy_generator() -> object:
    """Return the generator's state as it is in memory.

    Each call reads it twice. `np.random.get_state` takes fifty times as long, which would make a submission with 100
    calls take about 6 ms more, 5 % of its processor time. tests/benchmarks/test_tricks.py measures it.
    """
    same = np.random.get_bit_generator() is _NUMPY  # type: ignore[attr-defined]
    return same, ctypes.string_at(_NUMPY.ctypes.state_address, _NUMPY_STATE)


def _default_device() -> str:
    try:
        return torch.empty(0).device.type
    except Exception:  # torch.set_default_device("cuda") works without such a device
        return "one that is not there"


_RANDOM = "the generator of random"
_GLOBALS = {
    "the generator of torch": _Global(lambda: torch.default_generator.get_state().numpy().tobytes()),
    "the generator of NumPy": _Global(_numpy_generator),
    _RANDOM: _Global(random.getstate),
    "gradient recording": _Global(torch.is_grad_enabled, torch.set_grad_enabled),
    "the default dtype": _Global(torch.get_default_dtype, torch.set_default_dtype),
    "the default device": _Global(_default_device, lambda before: torch.set_default_device(None)),
    "anomaly detection": _Global(torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "deterministic algorithms": _Global(torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms),
    "the number of threads": _Global(torch.get_num_threads, torch.set_num_threads),
}


def _global_state(seed: int | None = None) -> dict[str, object]:
    """Return the state of every setting; `seed` is what the generators have just got, if it is known."""
    known = {} if seed is None else {_RANDOM: _random_after(seed)}
    return {name: known[name] if name in known else setting.read() for name, setting in _GLOBALS.items()}
