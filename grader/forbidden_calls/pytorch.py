"""What a pattern of forbidden calls means in PyTorch: which functions, methods, classes and optimizers."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from itertools import chain
from types import ModuleType

import torch
from torch.overrides import get_overridable_functions

OPTIMIZER_STEP = "Optimizer.step"  # the pattern for every optimizer, in its functional forms too
FUSED_OPTIMIZER = re.compile(r"_fused_(sgd|adam|adamw|adagrad)_?")
_NO_OPTIMIZERS = (
    "torch.optim.optimizer",
    "torch.optim.lr_scheduler",
    "torch.optim.swa_utils",
    "torch.optim._stateless",
)
_HIDING = {
    *("DisableTorchFunction", "_DisableTorchDispatch", "_disable_current_modes", "_pop_mode", "_pop_mode_temporarily"),
    *("_pop_torch_dispatch_stack", "_pop_torch_function_stack", "_unset_dispatch_mode", "_ExcludeDispatchKeyGuard"),
}
_FORWARD = ("forward", "__call__", "_call_impl")
_NOTHING, _UNKNOWN = object(), object()

# PyTorch itself does not load all of its modules of optimizers, such as `torch.optim._multi_tensor`, and what is not
# loaded is unknown to `resolve`.
for _found in pkgutil.iter_modules(torch.optim.__path__, "torch.optim."):
    importlib.import_module(_found.name)


@lru_cache(4096)  # this is asked about every call of a check, and the calls run mostly the same functions
def fits(name: str, patterns: tuple[str, ...]) -> bool:
    """Say whether a PyTorch name, with or without its overload, fits one of the patterns."""
    plain = name.partition(".")[0]  # "cross_entropy_loss.default"
    if OPTIMIZER_STEP in patterns and FUSED_OPTIMIZER.fullmatch(plain):
        return True
    return any(fnmatchcase(plain, pattern) for pattern in patterns)


def refuses(path: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    """Say whether the patterns forbid a call of the object at this dotted path of torch."""
    return path[0] == "torch" and _refuses(path, patterns)


def hides(path: tuple[str, ...]) -> bool:
    """Say whether a call of the object at this path of torch hides from the recorder what runs."""
    return path[0] == "torch" and path[-1] in _HIDING


def is_tensor_method(name: str) -> bool:
    """Say whether tensors have this method."""
    return any(name in vars(kind) for kind in torch.Tensor.__mro__)


def is_tensor_class(path: tuple[str, ...]) -> bool:
    """Say whether a call of the object at this path makes a tensor."""
    found = resolve(path)
    return isinstance(found, type) and issubclass(found, torch.Tensor)


def is_class(path: tuple[str, ...]) -> bool:
    """Say whether the object at this path is a class of torch."""
    return path[0] == "torch" and isinstance(resolve(path), type)


def exists(path: tuple[str, ...]) -> bool:
    """Say whether torch has an object at this path."""
    return path[0] == "torch" and resolve(path) not in (_NOTHING, _UNKNOWN)


@lru_cache(4096)
def resolve(path: tuple[str, ...]) -> object:
    """Return the object at a dotted path of torch, as `getattr` finds it, but without running any code.

    A missing attribute of a module is unknown, because the module may load it later. A missing attribute of a class or
    a function does not exist.
    """
    found: object = torch
    for depth, name in enumerate(path[1:], 2):
        if isinstance(found, ModuleType):
            module = sys.modules.get(".".join(path[:depth]), _UNKNOWN)  # torch.optim hides its modules
            found = vars(found).get(name, module)
        elif isinstance(found, type):
            found = next((vars(kind)[name] for kind in found.__mro__ if name in vars(kind)), _NOTHING)
        else:
            return _UNKNOWN if found is _UNKNOWN or path[1] == "_C" else _NOTHING
    return found


@lru_cache(4096)
def _refuses(path: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    if OPTIMIZER_STEP in patterns and _steps(path):
        return True
    return any(fits(name, patterns) for name in _names(path))


def _names(path: tuple[str, ...]) -> set[str]:
    """Return the names of the object at a path."""
    if path[1:2] == ("ops",):
        return set(path[3:4])  # torch.ops.aten.relu.default
    found, parent = resolve(path), resolve(path[:-1])
    if found is _NOTHING or isinstance(found, ModuleType):
        return set()
    if isinstance(found, type):
        return {path[-1], *_module_names(found)}
    if isinstance(parent, type) and path[-1] in _FORWARD:
        return set(_module_names(parent))
    if isinstance(parent, type) and not issubclass(parent, torch.Tensor) and parent.__module__ != "torch._C":
        return set()
    return {path[-1], str(getattr(found, "__name__", path[-1]))}


def _module_names(kind: type) -> list[str]:
    return [base.__name__ for base in kind.__mro__ if base.__module__.startswith("torch.nn.modules")]


def _steps(path: tuple[str, ...]) -> bool:
    """Say whether a path leads to the step of an optimizer, or to the function that takes it."""
    found, parent = resolve(path), resolve(path[:-1])
    if path[:3] == ("torch", "distributed", "optim"):
        return path[-1] in ("step", "step_param")
    if isinstance(parent, type):
        finished = issubclass(parent, torch.optim.Optimizer) and parent is not torch.optim.Optimizer
        return finished and path[-1] == "step"
    module = getattr(found, "__module__", None) or ""
    if not callable(found) or isinstance(found, type) or not module.startswith("torch.optim"):
        return False
    own = module.rpartition(".")[2].strip("_")
    return module not in _NO_OPTIMIZERS and is_functional(path[-1], own)


def is_functional(name: str, module: str) -> bool:
    """Say whether a function of a module of `torch.optim` takes an optimizer's step: `sgd`, `_multi_tensor_adam`."""
    return name in (module, "sparse_adam") or name.startswith(("_single_tensor_", "_multi_tensor_", "_fused_"))


def can_fire(pattern: str) -> bool:
    """Say whether this version of PyTorch has anything that fits a pattern and that the recorder can see."""
    return pattern == OPTIMIZER_STEP or any(fnmatchcase(name, pattern) for name in _observable())


@cache
def _observable() -> frozenset[str]:
    """Return the names of all functions, operations and modules of PyTorch that the recorder can see."""
    functions = (getattr(f, "__name__", "") for f in chain.from_iterable(get_overridable_functions().values()))
    operations = (name.rpartition("::")[2].partition(".")[0] for name in torch._C._dispatch_get_all_op_names())
    modules = (name for name, kind in vars(torch.nn.modules).items() if isinstance(kind, type))
    return frozenset((*functions, *operations, *modules)) - {""}
