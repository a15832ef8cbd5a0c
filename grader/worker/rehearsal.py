"""Warms the server up: imports what submissions use, and loads and observes one, so that no candidate pays for it.

Python specialises code that has run, and the dynamic linker binds functions at their first call. What happened before
the fork is shared by all candidates; what did not is paid by each.
"""

from __future__ import annotations

import importlib
import sys
import warnings

from grader import wire

_TURNS = 10  # enough for Python's specialising interpreter

# What submissions import, or what importing it costs a second the first time.
_IMPORTED = ("sklearn.datasets", "sklearn.model_selection", "sklearn.preprocessing", "torch.utils.data")

_SUBMISSION = """
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
    for optimizer in (torch.optim.SGD(model.parameters(), lr=lr), torch.optim.Adam(model.parameters(), lr=lr)):
        for rows, targets in DataLoader(TensorDataset(X, y), batch_size=2):
            optimizer.zero_grad()
            nn.MSELoss()(model(rows), targets).backward()
            optimizer.step()
    return X.exp().abs().clone(), loss.item(), [w.detach(), w.view(1, -1).T.reshape(-1)]


def fail(X):
    raise ValueError(f"shape {tuple(X.shape)}")
"""


def rehearse() -> None:
    """Import, load and call. Nothing of it stays but warmth.

    A process that has gone backward may fork and its children go backward too only as long as autograd drives no
    accelerator: the server hides them all.
    """
    warnings.simplefilter("ignore")  # joblib finds no shared memory here, and needs none
    for name in _IMPORTED:
        importlib.import_module(name)
    import torch

    from grader.worker.candidate import Candidate

    torch.set_num_threads(1)
    candidate = Candidate()
    X = wire.TensorInput(dtype="float32", shape=(4, 3), data=bytes(48))
    w = wire.TensorInput(dtype="float32", shape=(3, 1), data=bytes(12), requires_grad=True, grad=bytes(12))
    for _ in range(_TURNS):
        candidate.load(wire.Load(nonce=0, module="rehearsal", filename="rehearsal.py", source=_SUBMISSION))
        for name, arguments in (("train", (X, w, 0.1)), ("fail", (X,)), ("missing", ())):
            call = wire.Call(
                nonce=0,
                module="rehearsal",
                name=name,
                probe=None,
                arguments=arguments,
                keywords={},
                backward=(None,),
                trace=True,
                seed=0,
            )
            wire.decode_request(wire.encode(call))
            wire.encode(candidate.call(call))
    del sys.modules["rehearsal"]
