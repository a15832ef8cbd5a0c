"""Warms the server up: imports what submissions use, and loads and observes a sample submission.

Python specialises code that has run, and the dynamic linker binds functions at their first call. All candidates share
the results of work done before the fork. Work not done then costs each candidate time.
"""

from __future__ import annotations

import contextlib
import importlib
import linecache
import os
import sys
import warnings
from collections.abc import Sequence

from grader import wire

_MODULE = "rehearsal"
_REPEATS = 10  # enough for Python's specialising interpreter

# The first optimizer imports torch's compiler, which takes more than a second. So this makes one only if a statement of
# `warm_up` has imported it.
_SUBMISSION = """
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(X, w, lr):
    y = X.sum(dim=1, keepdim=True) * 2 + 1
    for _ in range(2):
        loss = ((X @ w - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
            w.grad.zero_()
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    kinds = (torch.optim.SGD, torch.optim.Adam) if "torch._dynamo" in sys.modules else ()
    for optimizer in (kind(model.parameters(), lr=lr) for kind in kinds):
        for rows, targets in DataLoader(TensorDataset(X, y), batch_size=2):
            optimizer.zero_grad()
            nn.MSELoss()(model(rows), targets).backward()
            optimizer.step()
    return X.exp().abs().clone(), loss.item(), [w.detach(), w.view(1, -1).T.reshape(-1)]


def fail(X, w, lr):
    raise ValueError(f"shape {tuple(X.shape)}")
"""


def rehearse(
    imports: Sequence[str] = (), warm_up: Sequence[str] = (), *, backward: bool = True, forks: bool = True
) -> None:
    """Import the modules of `imports`, run the statements of `warm_up`, then load and call a sample submission.

    Only imports and warmed caches remain. A missing module and a failing statement are ignored. After a backward pass,
    forks of this process can run backward only if autograd uses no accelerator. The server hides all accelerators, but
    for some builds of torch that is not enough: if a child process finds so, or if `backward` is false, only the
    imports are done. A process that has no `forks` rehearses once: only it has the benefit.
    """
    warnings.simplefilter("ignore")  # joblib warns that there is no shared memory, but needs none
    for name in imports:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    import torch

    torch.set_num_threads(1)
    if not backward or (forks and not _children_can_run_backward()):
        with contextlib.suppress(Exception):
            # The skipped warm-up would have made torch import it, which takes seconds; candidates should not pay for
            # that.
            importlib.import_module("torch._dynamo")
        return
    for statement in warm_up:
        with contextlib.suppress(Exception):
            exec(statement, {"torch": torch})
    for _ in range(_REPEATS if forks else 1):
        _load_and_call(_SUBMISSION, ("train", "fail", "missing"))


def _children_can_run_backward() -> bool:
    """Say whether a fork can run backward after its parent has done so. A child process and its own child try it."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _run_backward()
            grandchild = os.fork()
            if grandchild == 0:
                with contextlib.suppress(BaseException):
                    _run_backward()
                    os._exit(0)
                os._exit(1)
            os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]) != 0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _run_backward() -> None:
    import torch

    torch.ones(1, requires_grad=True).sum().backward()


def _load_and_call(source: str, names: tuple[str, ...]) -> None:
    from grader.candidate_process.executor import Executor

    candidate = Executor()
    load = wire.Load(nonce=0, module=_MODULE, filename=f"{_MODULE}.py", source=source, seconds=5.0)
    wire.encode(candidate.load(load))
    for name in names:
        call = wire.Call(
            nonce=0,
            module=_MODULE,
            name=name,
            probe=None,
            arguments=(
                wire.TensorInput(dtype="float32", shape=(4, 3), data=bytes(48)),
                wire.TensorInput(dtype="float32", shape=(3, 1), data=bytes(12), requires_grad=True, grad=bytes(12)),
                0.1,
            ),
            keywords={},
            backward=(None,),
            trace=True,
            seed=0,
        )
        wire.decode_request(wire.encode(call))
        wire.encode(candidate.call(call))
    del sys.modules[_MODULE], linecache.cache[f"{_MODULE}.py"]
