"""Where a task builds what PyTorch has finished, the solution means what PyTorch documents: for every floating dtype,
for infinities, NaN, and tensors without elements."""

from __future__ import annotations

import copy
import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[2]
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
FLOATS = pytest.mark.parametrize("dtype", DTYPES)
INF, NAN = math.inf, math.nan
SPECIAL = [-INF, INF, NAN, -0.0, 0.0, 1e-7, -1e-7, 6e4, -6e4, 2.5]


def solution(exercise: str) -> ModuleType:
    """Import an exercise's solution."""
    (path,) = (ROOT / "solutions").glob(f"{exercise}_*.py")
    spec = importlib.util.spec_from_file_location(f"peers_{exercise}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Let every test draw the same numbers each time."""
    torch.manual_seed(0)


def equal(ours: Tensor, theirs: Tensor) -> None:
    """Require the same dtype, shape and values (NaN equals NaN), within the dtype's precision."""
    torch.testing.assert_close(ours, theirs, equal_nan=True)


# 13: activations and pooling


@FLOATS
def test_relu(dtype: torch.dtype) -> None:
    """The result equals F.relu's: NaN stays, and the infinities become 0 and inf."""
    relu = solution("13").relu
    for x in (torch.tensor(SPECIAL, dtype=dtype), torch.randn(3, 4).to(dtype).T, torch.empty(0, 2, dtype=dtype)):
        equal(relu(x), F.relu(x))


@FLOATS
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_softmax(dtype: torch.dtype, dim: int) -> None:
    """The result equals F.softmax's: -inf has probability 0, and a slice of only -inf gives NaN."""
    softmax = solution("13").softmax
    for x in (
        torch.randn(3, 4).to(dtype),
        (torch.randn(3, 4) * 3e4).to(dtype),
        torch.tensor([[-INF, 0, 1], [2, -INF, 1]], dtype=dtype),
        torch.tensor([[INF, 0], [1, 2]], dtype=dtype),
        torch.tensor([[NAN, 0], [1, 2]], dtype=dtype),
        torch.full((2, 2), -INF, dtype=dtype),
        torch.empty((3, 0) if dim == 0 else (0, 3), dtype=dtype),
    ):
        equal(softmax(x, dim), F.softmax(x, dim=dim))


@FLOATS
@pytest.mark.parametrize("size", [1, 2, 3])
def test_max_pool2d(dtype: torch.dtype, size: int) -> None:
    """The result equals F.max_pool2d's: NaN is the maximum of its window, and -inf can be a maximum."""
    max_pool2d = solution("13").max_pool2d
    special = torch.tensor([*SPECIAL, *SPECIAL], dtype=dtype).reshape(1, 1, 4, 5)
    lowest = torch.full((1, 1, 3, 3), -INF, dtype=dtype)
    for x in (torch.randn(2, 3, 7, 5).to(dtype), special, lowest, torch.empty(0, 2, 4, 4, dtype=dtype)):
        equal(max_pool2d(x, size), F.max_pool2d(x, size))


# 10, 17: losses


@FLOATS
@pytest.mark.parametrize("shape", [(), (5,), (4, 1), (3, 2), (0, 1)])
def test_mse(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    """The result equals F.mse_loss's, also for empty tensors (NaN), infinities and NaN."""
    mse = solution("10").mse
    y_pred, y_true = torch.randn(shape).to(dtype), torch.randn(shape).to(dtype)
    equal(mse(y_pred, y_true), F.mse_loss(y_pred, y_true))
    if y_pred.numel() > 1:
        for special in (INF, -INF, NAN):
            y_pred.view(-1)[0] = special
            equal(mse(y_pred, y_true), F.mse_loss(y_pred, y_true))


@FLOATS
def test_cross_entropy(dtype: torch.dtype) -> None:
    """The result equals F.cross_entropy's for large scores, -inf, NaN, one class and no rows."""
    cross_entropy = solution("17").cross_entropy
    for logits, targets in (
        (torch.randn(5, 3), [0, 2, 1, 1, 0]),
        (torch.randn(5, 3) * 1000, [0, 2, 1, 1, 0]),
        (torch.tensor([[1000.0, -1000.0], [-1000.0, 1000.0]]), [0, 0]),
        (torch.tensor([[-INF, 1.0, 2.0]]), [1]),
        (torch.tensor([[-INF, 1.0, 2.0]]), [0]),
        (torch.tensor([[NAN, 1.0], [1.0, 2.0]]), [1, 0]),
        (torch.randn(4, 1), [0, 0, 0, 0]),
        (torch.empty(0, 3), []),
    ):
        logits, classes = logits.to(dtype), torch.tensor(targets, dtype=torch.int64)
        equal(cross_entropy(logits, classes), F.cross_entropy(logits, classes))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cross_entropy_gradient(dtype: torch.dtype) -> None:
    """The gradient equals that of F.cross_entropy."""
    ours, theirs = (torch.randn(5, 3, generator=torch.Generator().manual_seed(1)).to(dtype) for _ in range(2))
    targets = torch.tensor([0, 2, 1, 1, 0])
    solution("17").cross_entropy(ours.requires_grad_(), targets).backward()
    F.cross_entropy(theirs.requires_grad_(), targets).backward()
    assert ours.grad is not None and theirs.grad is not None
    equal(ours.grad, theirs.grad)


# 12, 15: layers


@FLOATS
@pytest.mark.parametrize("shape", [(5, 3), (1, 3), (0, 3)])
def test_linear_layer(dtype: torch.dtype, shape: tuple[int, int]) -> None:
    """The result equals F.linear's with the module's own parameters."""
    layer = solution("12").LinearRegressor(3, 2).to(dtype)
    x = torch.randn(shape).to(dtype)
    rough = dtype in (torch.float16, torch.bfloat16)  # the sum may be rounded before the bias is added
    torch.testing.assert_close(
        layer(x), F.linear(x, layer.weight, layer.bias), rtol=2e-2 if rough else None, atol=2e-2 if rough else None
    )


@FLOATS
@pytest.mark.parametrize("p", [0.0, 0.3, 0.75])
def test_dropout(dtype: torch.dtype, p: float) -> None:
    """As in F.dropout, kept values are equal, the share of zeros is the same, and evaluation changes nothing."""
    layer = solution("15").InvertedDropout(p)
    x = (torch.rand(200, 50) + 0.5).to(dtype)
    ours, theirs = layer(x), F.dropout(x, p, training=True)
    both = (ours != 0) & (theirs != 0)
    equal(ours[both], theirs[both])
    assert ours.dtype == dtype and abs(float((ours == 0).double().mean() - (theirs == 0).double().mean())) < 0.03
    equal(layer.eval()(x), F.dropout(x, p, training=False))
    equal(layer.train()(torch.empty(0, 3, dtype=dtype)), torch.empty(0, 3, dtype=dtype))


# 10, 11, 15: training


def test_linear_regression() -> None:
    """Training equals torch.optim.SGD on nn.Linear from the same start."""
    X, y = torch.randn(30, 4), torch.randn(30, 1)
    w, b, losses = solution("10").train_linear(X, y, learning_rate=0.1, n_epochs=25, seed=3)
    model = nn.Linear(4, 1)
    with torch.no_grad():
        model.weight.copy_(torch.randn((4, 1), generator=torch.Generator().manual_seed(3)).T)
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    theirs = solution("11").train_bgd(model, optimizer, nn.MSELoss(), X, y, n_epochs=25)
    assert losses == pytest.approx(theirs, rel=1e-5)
    equal(w.detach(), model.weight.detach().T)
    equal(b.detach(), model.bias.detach()[0])


@pytest.mark.parametrize("lr", [0.01, 0.3])
def test_optimizer(lr: float) -> None:
    """Each step equals torch.optim.SGD's, on a model with a parameter without a gradient."""
    ours = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    ours.register_parameter("unused", nn.Parameter(torch.ones(2)))
    theirs = copy.deepcopy(ours)
    X, y = torch.randn(20, 3), torch.randn(20, 1)
    optimizers = solution("11").ManualSGD(ours.parameters(), lr), torch.optim.SGD(theirs.parameters(), lr=lr)
    for _ in range(10):
        for model, optimizer in zip((ours, theirs), optimizers, strict=True):
            optimizer.zero_grad()
            F.mse_loss(model(X), y).backward()
            optimizer.step()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        equal(mine, other)


@pytest.mark.parametrize("sizes", [(8, 8, 8), (5, 1, 9, 2), (7,)])
def test_gradient_accumulation(sizes: tuple[int, ...]) -> None:
    """One step on small batches equals one step on all of them together."""
    ours = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    theirs = copy.deepcopy(ours)
    batches = [(torch.randn(n, 3), torch.randn(n, 1)) for n in sizes]
    optimizers = [torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9) for model in (ours, theirs)]
    loss = solution("15").accumulated_step(ours, batches, optimizers[0], nn.MSELoss())
    whole = F.mse_loss(theirs(torch.cat([X for X, _ in batches])), torch.cat([y for _, y in batches]))
    whole.backward()
    optimizers[1].step()
    assert loss == pytest.approx(whole.item(), rel=1e-5)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        equal(mine, other)
