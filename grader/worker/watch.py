"""Watches what a call does besides returning: functions, operations, modules, devices, warnings, output, globals."""

from __future__ import annotations

import io
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch.nn.modules import module as module_hooks
from torch.optim import optimizer as optimizer_hooks
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from grader import wire
from grader.worker.facts import clean

_DISTINCT = 500  # names of functions, operations or modules in one observation
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
        self.seen: Counter[str] = Counter()
        self.mixed: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name
        self.seen[name] += 1
        devices = {
            t.device.type
            for t in tree_iter((args, kwargs))
            # A 0-D CPU tensor may mix with any device, as with CUDA.
            if isinstance(t, torch.Tensor) and not (t.dim() == 0 and t.device.type == "cpu")
        }
        if len(devices) > 1 and name not in _MOVES:
            self.mixed[name] += 1
        return func(*args, **(kwargs or {}))


_MOVES = {"aten::copy_", "aten::_to_copy", "aten::_copy_from"}


class Output(io.TextIOBase):
    """A standard stream that keeps the beginning of what is written and drops the rest."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> int:
        """Keep what still fits."""
        text = str(text)
        room = wire.MAX_TEXT - len(self._text)
        if room > 0:
            self._text += text[:room]
        return len(text)

    def writable(self) -> bool:
        """Say that one may write here."""
        return True

    def text(self) -> str:
        """Return what was kept."""
        return clean(self._text)


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
        self._output = Output()
        self._undo: list[Callable[[], object]] = []
        self.changed: tuple[str, ...] = ()

    def __enter__(self) -> Watch:
        if self._seed is not None:
            _seed_generators(self._seed)
        self._before = _global_state()
        self._streams = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = self._output
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._trace:
            self._operations.__exit__(None, None, None)
            self._functions.__exit__(None, None, None)
            for undo in self._undo:
                undo()
        self._catch.__exit__(None, None, None)
        sys.stdout, sys.stderr = self._streams
        after = _global_state()
        self.changed = tuple(name for name in self._before if self._before[name] != after[name])
        restore_defaults()

    def _showwarning(self, message: Warning | str, *rest: object) -> None:
        if len(self._warnings) < _WARNINGS:
            self._warnings.append(clean(str(message), 500))

    def _registered(self, module: torch.nn.Module, name: str, parameter: object) -> None:
        self._modules[type(module).__name__] += 1

    def _called(self, module: torch.nn.Module, arguments: object) -> None:
        self._modules[type(module).__name__] += 1

    def _stepped(self, optimizer: torch.optim.Optimizer, *rest: object) -> None:
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
            "output": self._output.text(),
        }


def _bounded(seen: Counter[str]) -> dict[str, int]:
    return {clean(name, 200): count for name, count in list(seen.items())[:_DISTINCT]}


def _seed_generators(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)
    # One draw each: re-seeding with the same seed must not look like leaving the generators alone.
    torch.rand(())
    np.random.random_sample()
    random.random()


def _global_state() -> dict[str, object]:
    return {
        "the generator of torch": bytes(torch.get_rng_state().numpy()),
        "the generator of NumPy": np.random.get_state()[1].tobytes(),  # type: ignore[index]
        "the generator of random": random.getstate(),
        "gradient recording": torch.is_grad_enabled(),
        "the default dtype": torch.get_default_dtype(),
        "the default device": str(torch.get_default_device()),
        "anomaly detection": torch.is_anomaly_enabled(),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
    }


def restore_defaults() -> None:
    """Put global settings back to what every call starts from."""
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.autograd.set_detect_anomaly(False)
    torch.use_deterministic_algorithms(False)
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
