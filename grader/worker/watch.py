"""Watches what a call does besides returning: functions, operations, modules, devices, warnings, output, globals."""

from __future__ import annotations

import ctypes
import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.modules import module as module_hooks
from torch.optim import optimizer as optimizer_hooks
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader import wire
from grader.worker.facts import clean
from grader.worker.streams import Streams

_DISTINCT = wire.MAX_NAMES
_WARNINGS = 20


class _Functions(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen[getattr(func, "__name__", "?")] += 1
        return func(*args, **(kwargs or {}))


class _Operations(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self._seen: Counter[Any] = Counter()
        self.mixed: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._seen[func] += 1
        devices: set[str] = set()
        _collect_devices((*args, *(kwargs or {}).values()), devices)
        if len(devices) > 1 and func._schema.name not in _MOVES:
            self.mixed[func._schema.name] += 1
        return func(*args, **(kwargs or {}))

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep torch from wrapping the method above, which costs more than the method: nothing here is compiled."""
        return False

    @property
    def seen(self) -> Counter[str]:
        """How often each operation ran, by name whatever the overload."""
        names: Counter[str] = Counter()
        for func, count in self._seen.items():
            names[func._schema.name] += count
        return names


def _collect_devices(values: Iterable[object], devices: set[str]) -> None:
    for value in values:
        if isinstance(value, torch.Tensor):
            # A 0-D CPU tensor may mix with any device, as with CUDA.
            if value.dim() > 0 or value.device.type != "cpu":
                devices.add(value.device.type)
        elif isinstance(value, (list, tuple)):
            _collect_devices(value, devices)


_MOVES = {"aten::copy_", "aten::_to_copy", "aten::_copy_from"}


class Watch:
    """A context in which a candidate runs; afterwards its attributes say what happened.

    The global state is put back when it ends, so that one call cannot spoil the next.
    """

    def __init__(self, *, trace: bool, seed: int | None) -> None:
        """`trace` also records functions and operations; `seed` is given to the global generators on entry."""
        self._trace = trace
        self._seed = seed
        self._functions = _Functions()
        self._operations = _Operations()
        self._modules: Counter[str] = Counter()
        self._optimizers: Counter[str] = Counter()
        self._warnings: list[str] = []
        self._streams = Streams()
        self._undo: list[Callable[[], object]] = []
        self.changed: tuple[str, ...] = ()

    def __enter__(self) -> Watch:
        if self._seed is not None:
            _seed_generators(self._seed)
        self._before = _global_state()
        self._streams.__enter__()
        self._catch = warnings.catch_warnings()
        self._catch.__enter__()
        warnings.simplefilter("always")
        warnings.showwarning = self._showwarning  # type: ignore[assignment]
        if self._trace:
            created = module_hooks.register_module_parameter_registration_hook(self._registered)
            called = module_hooks.register_module_forward_pre_hook(self._called)
            stepped = optimizer_hooks.register_optimizer_step_pre_hook(self._stepped)
            self._undo = [created.remove, called.remove, stepped.remove]
            self._functions.__enter__()
            self._operations.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop_tracing()
        self._catch.__exit__(None, None, None)
        self._streams.__exit__()
        after = _global_state()
        self.changed = tuple(name for name in self._before if self._before[name] != after[name])
        for name in self.changed:
            _GLOBALS[name].restore(self._before[name])

    def stop_tracing(self) -> None:
        """Record no further functions and operations; what else happens is still watched."""
        if self._trace:
            self._trace = False
            self._operations.__exit__(None, None, None)
            self._functions.__exit__(None, None, None)
            for undo in self._undo:
                undo()

    def _showwarning(self, message: Warning | str, *rest: object) -> None:
        if len(self._warnings) < _WARNINGS:
            self._warnings.append(clean(str(message), 500))

    def _registered(self, module: torch.nn.Module, name: str, parameter: object) -> None:
        self._modules.update(_finished_modules(type(module)))

    def _called(self, module: torch.nn.Module, arguments: object) -> None:
        self._modules.update(_finished_modules(type(module)))

    def _stepped(self, optimizer: torch.optim.Optimizer, *rest: object) -> None:
        stepping = next(kind for kind in type(optimizer).__mro__ if "step" in vars(kind))
        if stepping.__module__.startswith("torch.optim"):  # a subclass with a step of its own is the student's
            self._optimizers[type(optimizer).__name__] += 1

    def facts(self) -> dict[str, Any]:
        """Return what was seen, under the names of an observation's fields."""
        return {
            "functions": _bounded(self._functions.seen),
            "operations": _bounded(self._operations.seen),
            "modules": _bounded(self._modules),
            "optimizers": _bounded(self._optimizers),
            "mixed_devices": tuple(_bounded(self._operations.mixed)),
            "state": wire.GlobalState(changed=self.changed),
            "warnings": tuple(self._warnings),
            "output": self._streams.text,
        }


def _finished_modules(kind: type) -> list[str]:
    """Return the names of PyTorch's own modules that a module is or derives from: its name alone says nothing."""
    return [base.__name__ for base in kind.__mro__ if base.__module__.startswith("torch.nn.modules")]


def _bounded(seen: Counter[str]) -> dict[str, int]:
    return {clean(name, wire.MAX_NAME): count for name, count in list(seen.items())[:_DISTINCT]}


def _seed_generators(seed: int) -> None:
    torch.default_generator.manual_seed(seed)  # torch.manual_seed also notes, slowly, what to do with other devices
    np.random.seed(seed % 2**32)
    random.seed(seed)
    # One draw each: re-seeding with the same seed must not look like leaving the generators alone.
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
    """Return its state as it is in memory: `np.random.get_state` takes twenty times as long."""
    same = np.random.get_bit_generator() is _NUMPY  # type: ignore[attr-defined]
    return same, ctypes.string_at(_NUMPY.ctypes.state_address, _NUMPY_STATE)


def _default_device() -> str:
    try:
        return torch.empty(0).device.type
    except Exception:  # torch.set_default_device("cuda") works where there is no such device
        return "one that is not there"


_GLOBALS = {
    "the generator of torch": _Global(lambda: torch.default_generator.get_state().numpy().tobytes()),
    "the generator of NumPy": _Global(_numpy_generator),
    "the generator of random": _Global(random.getstate),
    "gradient recording": _Global(torch.is_grad_enabled, torch.set_grad_enabled),
    "the default dtype": _Global(torch.get_default_dtype, torch.set_default_dtype),
    "the default device": _Global(_default_device, lambda before: torch.set_default_device(None)),
    "anomaly detection": _Global(torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "deterministic algorithms": _Global(torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms),
    "the number of threads": _Global(torch.get_num_threads, torch.set_num_threads),
}


def _global_state() -> dict[str, object]:
    return {name: setting.read() for name, setting in _GLOBALS.items()}
