"""The warm server runs a sample submission; nothing of it affects real submissions."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

from grader.candidate_process import rehearsal


def test_a_rehearsal_leaves_no_module_and_no_setting() -> None:
    """After the rehearsal no module and no changed setting remain."""
    with warnings.catch_warnings():
        rehearsal.rehearse()
    assert "rehearsal" not in sys.modules
    assert torch.is_grad_enabled() and torch.get_default_dtype() is torch.float32 and torch.get_num_threads() == 1


def test_no_going_backward_where_children_could_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """If autograd breaks in forks of a process that has used it, the rehearsal does not run backward."""
    first = os.getpid()

    def go_backward() -> None:
        if os.getppid() != first:  # a child of a child
            raise RuntimeError("Unable to handle autograd's threading in combination with fork-based multiprocessing")

    played: list[str] = []
    monkeypatch.setattr(rehearsal, "_load_and_call", lambda source, names: played.append(source))
    rehearsal.rehearse()
    assert played
    played.clear()
    monkeypatch.setattr(rehearsal, "_run_backward", go_backward)
    rehearsal.rehearse()
    assert not played


def test_a_candidate_is_warm(confined: Callable[..., Any]) -> None:
    """What submissions import is there already, autograd works after the fork, and nobody rehearses in view."""
    source = """
import sys
warm = {"torch.utils.data", "torch.optim", "numpy"} <= set(sys.modules)
import torch
def f():
    x = torch.ones(1, requires_grad=True)
    (x * 3).backward()
    return warm, "rehearsal" in sys.modules, x.grad.item()
"""
    assert confined(source).python() == [True, False, 3.0]
