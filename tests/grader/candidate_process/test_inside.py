"""PyTorch's own functions report their calls, and otherwise behave as before."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.adam import adam
from torch.optim.optimizer import _global_optimizer_pre_hooks
from torch.optim.sgd import _single_tensor_sgd, sgd
from torch.utils._python_dispatch import _disable_current_modes

from grader.candidate_process import inside

inside.install()


def heard(call: Callable[[], object]) -> inside.Inside:
    """Return the reports of a call."""
    listening = inside.Inside()
    listening.start()
    try:
        call()
    finally:
        listening.stop()
    return listening


def parameter() -> nn.Parameter:
    """Return a parameter that has a gradient."""
    made = nn.Parameter(torch.zeros(2))
    made.grad = torch.ones(2)
    return made


PLAIN: dict[str, Any] = {"weight_decay": 0, "lr": 0.1, "maximize": False}
SGD = {**PLAIN, "momentum": 0, "dampening": 0, "nesterov": False}


def step_with_hooks_cleared(optimizer: torch.optim.Optimizer) -> None:
    """Take a step after the optimizer's hooks were removed."""
    before = dict(_global_optimizer_pre_hooks)
    _global_optimizer_pre_hooks.clear()
    optimizer.step()
    _global_optimizer_pre_hooks.update(before)


STEPS: dict[str, tuple[Callable[[], object], str]] = {
    "a step": (lambda: torch.optim.SGD([parameter()]).step(), "SGD"),
    "a step that is inherited": (lambda: torch.optim.AdamW([parameter()]).step(), "AdamW"),
    "of many at once": (lambda: torch.optim.Adam([parameter()], foreach=True).step(), "Adam"),
    "of a closure": (lambda: torch.optim.LBFGS([parameter()]).step(lambda: torch.ones(())), "LBFGS"),
    "unwrapped": (lambda: torch.optim.SGD.step.__wrapped__(torch.optim.SGD([parameter()])), "SGD"),  # type: ignore[attr-defined]
    "without hooks": (lambda: step_with_hooks_cleared(torch.optim.SGD([parameter()])), "SGD"),
    "super's": (
        lambda: type("Own", (torch.optim.SGD,), {"step": lambda own: torch.optim.SGD.step(own)})([parameter()]).step(),
        "Own",
    ),
    "functional": (lambda: sgd([parameter().data], [torch.ones(2)], [None], **SGD), "sgd"),
    "functional, of one tensor": (
        lambda: _single_tensor_sgd(
            [parameter().data], [torch.ones(2)], [None], None, None, **SGD, has_sparse_grad=False
        ),
        "_single_tensor_sgd",
    ),
    "functional, of another module": (
        lambda: adam(
            *([torch.zeros(2)] for _ in range(4)), [], [torch.ones(())],
            amsgrad=False, beta1=0.9, beta2=0.9, eps=1e-8, **PLAIN,
        ),
        "adam",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", STEPS)
def test_a_step_is_heard_once(how: str) -> None:
    """An optimizer step counts once, however it is called; the calls inside it do not count."""
    call, name = STEPS[how]
    assert heard(call).optimizers == {name: 1}


def test_own_steps_and_schedules_are_not_heard() -> None:
    """A subclass's own step, arithmetic on many tensors, and a schedule are not counted."""
    optimizer = torch.optim.SGD([parameter()])
    own = type("Own", (torch.optim.SGD,), {"step": lambda self: None})([parameter()])
    schedule = torch.optim.lr_scheduler.ConstantLR(optimizer)
    optimizer.step()
    assert heard(lambda: (own.step(), torch._foreach_add([torch.ones(2)], 1.0))).optimizers == {}
    assert heard(schedule.step).optimizers == {}


def test_functions_are_heard_wherever_they_run() -> None:
    """Functions are counted with modes off, in a thread and in a module."""
    x = torch.randn(2, 3)

    def without_modes() -> None:
        with torch._C.DisableTorchFunction(), _disable_current_modes():
            F.relu(x)

    def in_thread() -> None:
        thread = threading.Thread(target=F.relu, args=(x,))
        thread.start()
        thread.join()

    for call in (without_modes, in_thread, lambda: nn.ReLU()(x), lambda: nn.ReLU.forward(nn.ReLU(), x)):
        assert heard(call).functions == {"relu": 1}
    assert heard(lambda: nn.CrossEntropyLoss()(x, torch.tensor([0, 1]))).functions == {"cross_entropy": 1}


def test_modules_are_heard_when_they_register_parameters() -> None:
    """A module that registers a parameter is counted by its class."""
    assert heard(lambda: nn.Linear(2, 1)).modules == {nn.Linear: 2}


def test_nobody_hears_what_comes_later() -> None:
    """Nothing is counted after `stop`."""
    listening = heard(lambda: None)
    F.relu(torch.ones(1))
    assert listening.functions == {}


@pytest.fixture
def plain() -> Iterator[dict[str, str]]:
    """The attributes and results of some functions in a process without the change."""
    names = ("relu", "cross_entropy", "dropout", "multi_head_attention_forward")
    script = "import inspect\nimport torch.nn.functional as F\n"
    script += f"for n in {names}: print(n, inspect.signature(getattr(F, n)), len(inspect.getsource(getattr(F, n))))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    yield {line.partition(" ")[0]: line.partition(" ")[2] for line in done.stdout.splitlines()}


@pytest.mark.slow
def test_functions_are_the_same_otherwise(plain: dict[str, str]) -> None:
    """Functions keep their signature, source, identity in a pickle, and results."""
    for name, looks in plain.items():
        function = getattr(F, name)
        assert f"{inspect.signature(function)} {len(inspect.getsource(function))}" == looks
        assert pickle.loads(pickle.dumps(function)) is function
    x = torch.tensor([-1.0, 2.0])
    assert F.relu(x).tolist() == [0, 2] and F.relu(x, inplace=True) is x


class Model(nn.Module):
    """A model that students may write."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.layers = nn.ModuleList([nn.ReLU(), nn.Dropout(0.1), nn.LayerNorm(4), nn.GELU(), nn.Softmax(1)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run all layers."""
        x = F.relu(self.linear(x))
        for layer in self.layers:
            x = layer(x)
        return F.normalize(F.log_softmax(x, dim=1))


USES: dict[str, Callable[[nn.Module, torch.Tensor], Any]] = {
    "script": lambda model, x: torch.jit.script(model)(x),
    "trace": lambda model, x: torch.jit.trace(model, x)(x),  # type: ignore[no-untyped-call]
    "fx": lambda model, x: torch.fx.symbolic_trace(model)(x),
    "export": lambda model, x: torch.export.export(model, (x,)).module()(x),
    "export strictly": lambda model, x: torch.export.export(model, (x,), strict=True).module()(x),
    "compile": lambda model, x: torch.compile(model, backend="eager", fullgraph=True)(x),
    "vmap": lambda model, x: torch.vmap(model)(x.unsqueeze(0)).squeeze(0),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("use", USES)
def test_models_are_scripted_exported_and_compiled_as_before(use: str) -> None:
    """Scripting, exporting and compiling still work with the changed functions."""
    model, x = Model().eval(), torch.randn(3, 4)
    with torch.no_grad():
        assert torch.allclose(USES[use](model, x), model(x))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_compiled_step_works() -> None:
    """`torch.compile` can compile an optimizer's step."""
    start = parameter()
    optimizer = torch.optim.SGD([start], lr=0.5)
    torch.compile(optimizer.step, backend="eager")()
    assert start.tolist() == [-0.5, -0.5]
