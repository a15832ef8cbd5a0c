"""A call's side effects are counted and recorded, and its settings are restored."""

from __future__ import annotations

import _thread
import contextlib
import functools
import random
import sys
import threading
import warnings
from collections import defaultdict, namedtuple
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.sgd import sgd
from torch.utils._python_dispatch import _disable_current_modes

from grader import wire
from grader.candidate_process import recorder
from grader.candidate_process.recorder import Recorder


def recorded(call: Callable[[], object], *, trace: bool = True, seed: int | None = 0) -> dict[str, Any]:
    """Return the facts about a call."""
    with Recorder(trace=trace, seed=seed) as recorder:
        call()
    return recorder.facts()


# Functions, operations, modules, optimisers


def test_torch_functions_are_named() -> None:
    """Functions, methods and operators of torch are counted by their Python names."""
    functions = recorded(lambda: (torch.exp(torch.ones(1)), torch.ones(1).exp().relu() + 1, torch.nn.functional.relu))
    assert functions["functions"] == {"ones": 2, "exp": 2, "relu": 1, "add": 1}


def test_operations_are_counted() -> None:
    """ATen operations are counted by name, without their overload."""
    x = torch.ones(3)

    def loop() -> None:
        total = torch.zeros(())
        for value in x:
            total = total + value * 2
        total + x

    operations = recorded(loop)["operations"]
    assert operations["aten::mul"] == 3 and operations["aten::add"] == 4


def test_finished_functions_are_seen_through() -> None:
    """A function shows its operations: a softmax of one's own runs no `aten::_softmax`."""
    x = torch.ones(2, 3)
    assert "aten::_softmax" in recorded(lambda: nn.Softmax(dim=1)(x))["operations"]
    assert "aten::_softmax" not in recorded(lambda: x.exp() / x.exp().sum(1, keepdim=True))["operations"]


def test_modules_count_when_made_and_when_called() -> None:
    """A module counts when it registers a parameter and when it is called."""
    model = nn.Linear(2, 1)
    assert "Linear" in recorded(lambda: nn.Linear(2, 1))["modules"]
    assert recorded(lambda: model(torch.ones(1, 2)))["modules"]["Linear"] == 1
    used = recorded(lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU())(torch.ones(1, 2)))["modules"]
    assert used.keys() >= {"Linear", "ReLU", "Sequential"}


def test_a_module_counts_as_what_it_derives_from() -> None:
    """A subclass of `nn.Linear` counts as one; a student's own class called `Linear` does not."""
    renamed = type("Mine", (nn.Linear,), {})
    own = type("Linear", (nn.Module,), {"forward": lambda self, x: x * 2})
    assert recorded(lambda: renamed(2, 1)(torch.ones(1, 2)))["modules"]["Linear"] > 0
    assert "Linear" not in recorded(lambda: own()(torch.ones(1, 2)))["modules"]


def test_steps_of_optimisers_are_counted() -> None:
    """Each step of a PyTorch optimizer counts; making an optimizer and own steps do not."""
    parameter = nn.Parameter(torch.zeros(1))
    parameter.grad = torch.ones(1)
    own = type("Own", (torch.optim.SGD,), {"step": lambda self: None})

    def train() -> None:
        torch.optim.Adam([parameter])
        own([parameter]).step()
        optimizer = torch.optim.SGD([parameter], lr=0.1)
        optimizer.step()
        optimizer.step()

    assert recorded(train)["optimizers"] == {"SGD": 2}


def test_functional_optimisers_are_steps_too() -> None:
    """A functional optimizer counts as a step."""
    values, gradients = [torch.zeros(1)], [torch.ones(1)]
    settings: dict[str, Any] = {"weight_decay": 0, "momentum": 0, "lr": 0.1, "dampening": 0}
    call = functools.partial(sgd, values, gradients, [None], **settings, nesterov=False, maximize=False)
    assert recorded(call)["optimizers"] == {"sgd": 1}
    fused = recorded(
        lambda: torch._fused_sgd_(values, gradients, [], **settings, nesterov=False, maximize=False, is_first_step=True)
    )
    assert "aten::_fused_sgd_" in fused["operations"] and "_fused_sgd_" in fused["functions"]
    assert recorded(lambda: torch._foreach_add_(values, gradients))["optimizers"] == {}


THREADS: dict[str, Callable[[Callable[[], object]], object]] = {
    "threading": lambda run: _joined(threading.Thread(target=run)),
    "a pool": lambda run: ThreadPoolExecutor(1).submit(run).result(),
    "_thread": lambda run: _started(run),
}


def _joined(thread: threading.Thread) -> None:
    thread.start()
    thread.join()


def _started(run: Callable[[], object]) -> None:
    done = threading.Event()
    _thread.start_new_thread(lambda: (run(), done.set()), ())
    assert done.wait(10)


@pytest.mark.parametrize("how", THREADS)
def test_threads_are_watched(how: str) -> None:
    """Each thread that is started gets its own modes, because modes belong to one thread."""
    seen = recorded(lambda: THREADS[how](lambda: torch.ones(2).relu()))
    assert seen["functions"]["relu"] == 1 and seen["operations"]["aten::relu"] == 1


def test_a_thread_that_was_started_before_is_watched() -> None:
    """A thread that was started while loading is recorded when a call uses it."""
    with Recorder(trace=False, seed=0):
        pool = ThreadPoolExecutor(1)
        pool.submit(int).result()
    assert recorded(lambda: pool.submit(torch.ones(2).relu).result())["operations"]["aten::relu"] == 1


def test_threads_are_left_alone_outside() -> None:
    """Threads get no modes while nothing is recorded."""
    before = _thread.start_new_thread
    recorded(lambda: None)
    assert _thread.start_new_thread is before


def test_what_no_mode_sees_is_seen_from_inside_or_in_the_graph() -> None:
    """With modes off, Python functions still report their calls, and the graph of the result shows the rest."""
    x = torch.ones(1, 1, 2, 2, requires_grad=True)

    def without_modes(call: Callable[[], object]) -> dict[str, int]:
        def run() -> object:
            with torch._C.DisableTorchFunction(), _disable_current_modes():
                return call()

        with Recorder(trace=True, seed=0) as recorder:
            recorder.look_at_graph(run())
        functions: dict[str, int] = recorder.facts()["functions"]
        return functions

    assert "cross_entropy" in without_modes(lambda: nn.functional.cross_entropy(x[0, 0], torch.tensor([0, 1])))
    assert "relu" in without_modes(lambda: torch.relu(x))
    pair = namedtuple("pair", "a b")
    assert "softmax" in without_modes(lambda: [1, torch.softmax(x, 0)])
    assert "softmax" in without_modes(lambda: pair(1, torch.softmax(x, 0)))
    assert "softmax" in without_modes(lambda: defaultdict(int, a=torch.softmax(x, 0)))
    assert "max_pool2d_with_indices" in without_modes(lambda: (torch.max_pool2d(x, 2) * 2).sum())
    assert "mse_loss" in without_modes(lambda: torch._C._nn.mse_loss(x, x.detach()))


def test_own_autograd_functions_are_no_finished_versions() -> None:
    """A student's own `autograd.Function` does not count as PyTorch's, whatever its name."""

    class Softmax(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            return gradients[0] * 2

    with Recorder(trace=True, seed=0) as recorder:
        recorder.look_at_graph(Softmax.apply(torch.ones(2, requires_grad=True)))  # type: ignore[no-untyped-call]
    assert "softmax" not in recorder.facts()["functions"]


def test_looking_at_the_graph_counts_nothing_more() -> None:
    """Reading the graph counts no functions, and stops in a long graph."""
    x = torch.ones(2, requires_grad=True)
    with Recorder(trace=True, seed=0) as recorder:
        result = x * 2
        for _ in range(1000):
            result = result + 1
        recorder.look_at_graph(result)
    assert recorder.facts()["functions"] == {"mul": 1, "add": 1000}


def test_without_trace_nothing_is_counted() -> None:
    """A call without a trace counts no functions and operations."""
    seen = recorded(lambda: nn.Linear(1, 1)(torch.ones(1, 1)), trace=False)
    assert (seen["functions"], seen["operations"], seen["modules"]) == ({}, {}, {})


def test_nothing_is_counted_afterwards() -> None:
    """A recorder counts nothing after it has ended."""
    with Recorder(trace=True, seed=0) as recorder:
        pass
    nn.Linear(1, 1)(torch.ones(1, 1))
    assert (recorder.facts()["functions"], recorder.facts()["modules"]) == ({}, {})


def test_tracing_may_stop_earlier() -> None:
    """After tracing stops, warnings and settings are still recorded, but operations are not."""
    with Recorder(trace=True, seed=0) as recorder:
        torch.ones(1)
        recorder.stop_tracing()
        torch.zeros(1)
        warnings.warn("later", stacklevel=1)
    seen = recorder.facts()
    assert seen["functions"] == {"ones": 1} and seen["warnings"] == ("later",)


def test_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of names in an observation is limited."""
    monkeypatch.setattr(recorder, "_DISTINCT", 2)
    x = torch.ones(1)
    seen = recorded(lambda: (x.exp(), x.sin(), x.cos()))
    assert len(seen["functions"]) == len(seen["operations"]) == 2


# Devices


@pytest.mark.parametrize(
    ("call", "mixed"),
    [
        (lambda cpu, meta: torch.add(meta, cpu), ("aten::add",)),
        (lambda cpu, meta: cpu.add_(meta), ("aten::add_",)),
        (lambda cpu, meta: torch.cat([meta, cpu]), ("aten::cat",)),
        (lambda cpu, meta: torch.where(meta > 0, input=meta, other=cpu), ("aten::where",)),
        (lambda cpu, meta: meta * torch.tensor(2.0), ()),
        (lambda cpu, meta: meta * 2, ()),
        (lambda cpu, meta: (cpu * cpu, meta * meta), ()),
        (lambda cpu, meta: (cpu.to("meta"), meta.copy_(cpu)), ()),
    ],
    ids=["add", "in place", "list", "keyword", "0-D", "number", "apart", "moves"],
)
def test_mixed_devices_are_named(call: Callable[..., object], mixed: tuple[str, ...]) -> None:
    """An operation on two devices is recorded, except for copies and 0-D CPU tensors, as with CUDA."""
    cpu, meta = torch.ones(2), torch.ones(2, device="meta")

    def attempt() -> None:
        with contextlib.suppress(RuntimeError):  # most operations refuse, some do not
            call(cpu, meta)

    assert recorded(attempt)["mixed_devices"] == mixed


# Warnings, and what is printed


def test_warnings_are_collected() -> None:
    """Every warning is recorded each time, whatever the filters were."""

    def warn() -> None:
        for _ in range(2):
            warnings.warn("careful", UserWarning, stacklevel=1)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert recorded(warn)["warnings"] == ("careful", "careful")


def test_warnings_are_bounded() -> None:
    """The number and the length of warnings are limited."""

    def warn() -> None:
        for _ in range(100):
            warnings.warn("w" * 10_000, UserWarning, stacklevel=1)

    seen = recorded(warn)["warnings"]
    assert len(seen) == 20 and {len(warning) for warning in seen} == {501}


def test_filters_end_with_the_call() -> None:
    """A submission's changes to the warning filters end with the call."""
    before = warnings.filters[:]
    recorded(lambda: warnings.simplefilter("ignore"))
    assert warnings.filters == before


def test_what_is_printed_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither stream reaches the process's own, which are back afterwards."""
    streams = sys.stdout, sys.stderr
    recorded(lambda: (print("out", flush=True), print("err", file=sys.stderr), print("\ud800", end="")))
    assert (sys.stdout, sys.stderr) == streams
    assert capfd.readouterr() == ("", "")


def test_a_stream_that_was_replaced_is_given_back() -> None:
    """A submission may replace or delete the streams; afterwards the old ones are restored."""
    streams = sys.stdout, sys.stderr

    def replace() -> None:
        sys.stdout = None

    recorded(replace)
    assert (sys.stdout, sys.stderr) == streams


# Global state

CHANGES: dict[str, Callable[[], object]] = {
    "the generator of torch": lambda: torch.rand(1),
    "the generator of NumPy": lambda: np.random.rand(),
    "the generator of random": random.random,
    "gradient recording": lambda: torch.set_grad_enabled(False),
    "the default dtype": lambda: torch.set_default_dtype(torch.float64),
    "the default device": lambda: torch.set_default_device("meta"),
    "anomaly detection": lambda: torch.autograd.set_detect_anomaly(True),
    "deterministic algorithms": lambda: torch.use_deterministic_algorithms(True),
    "the number of threads": lambda: torch.set_num_threads(2),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("trace", [True, False])
def test_changes_of_settings_are_named(name: str, trace: bool) -> None:
    """A process-wide setting that a call changes is named, and nothing else is."""
    assert recorded(CHANGES[name], trace=trace)["state"] == wire.GlobalState(changed=(name,))


def test_settings_are_put_back() -> None:
    """The next call starts with the default settings."""
    with Recorder(trace=True, seed=0):
        for change in CHANGES.values():
            change()
    assert torch.is_grad_enabled() and not torch.is_anomaly_enabled()
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.get_num_threads() == 1
    tensor = torch.zeros(1)
    assert (tensor.dtype, tensor.device.type) == (torch.float32, "cpu")


def test_settings_put_back_by_the_call_are_no_changes() -> None:
    """A `with torch.no_grad()` block that has ended is no change."""

    def call() -> None:
        with torch.no_grad(), torch.random.fork_rng(), torch.device("meta"):
            torch.rand(1)
        torch.set_default_dtype(torch.float64)
        torch.set_default_dtype(torch.float32)

    assert recorded(call)["state"] == wire.GlobalState()


def test_a_default_device_that_is_not_there_is_put_back() -> None:
    """`torch.set_default_device("cuda")` works without CUDA, but breaks later code: it is named and undone."""
    if torch.cuda.is_available():
        pytest.skip("CUDA is there")
    changed = recorded(lambda: torch.set_default_device("cuda"))["state"].changed
    assert changed == ("the default device",)
    assert torch.zeros(1).device.type == "cpu"


def test_the_same_seed_draws_the_same() -> None:
    """All three generators start from the seed."""

    def draws(seed: int) -> list[float]:
        drawn: list[float] = []
        recorded(lambda: drawn.extend((torch.rand(1).item(), np.random.rand(), random.random())), seed=seed)
        return drawn

    assert draws(1) == draws(1)
    assert not set(draws(1)) & set(draws(2))


def test_seeding_again_is_a_change() -> None:
    """Seeding with the same number is recorded as a use of the generator."""

    def seed() -> None:
        torch.manual_seed(5)
        np.random.seed(5)
        random.seed(5)

    assert len(recorded(seed, seed=5)["state"].changed) == 3


def test_an_error_ends_the_watch_in_order() -> None:
    """An exception passes through, and all settings are restored."""
    streams = sys.stdout, sys.stderr
    with pytest.raises(SystemExit), Recorder(trace=True, seed=0) as recorder:
        torch.set_grad_enabled(False)
        raise SystemExit
    assert recorder.changed == ("gradient recording",)
    assert torch.is_grad_enabled() and (sys.stdout, sys.stderr) == streams
    assert recorded(lambda: torch.ones(1))["functions"] == {"ones": 1}
