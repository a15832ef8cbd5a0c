"""What 13_layers_and_activations says of PyTorch's own versions: its solutions agree with them, and refuse them."""

import importlib.util
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from grader.lanes import Lane, Settings
from grader.records import Submission, TaskReport

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "13_layers_and_activations"
FLOATS = pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])

REFUSED = {
    "relu": """
        torch.relu(x)
        torch.relu_(x.clone())
        x.relu()
        x.clone().relu_()
        F.relu(x)
        F.relu_(x.clone())
        F.relu(x.clone(), inplace=True)
        nn.ReLU()(x)
        nn.ReLU(inplace=True)(x.clone())
        nn.Sequential(nn.ReLU())(x)
        torch.ops.aten.relu(x)
        torch.ops.aten.relu.default(x)
        torch.ops.aten.relu_.default(x.clone())
        torch.ops.aten.relu.out(x, out=torch.empty_like(x))
        torch.vmap(torch.relu)(x.unsqueeze(0)).squeeze(0)
    """,
    "softmax": """
        torch.softmax(x, dim)
        x.softmax(dim)
        F.softmax(x, dim=dim)
        nn.Softmax(dim)(x)
        torch.special.softmax(x, dim)
        torch.log_softmax(x, dim).exp()
        x.log_softmax(dim).exp()
        F.log_softmax(x, dim=dim).exp()
        nn.LogSoftmax(dim)(x).exp()
        torch.special.log_softmax(x, dim).exp()
        F.softmin(-x, dim)
        nn.Softmin(dim)(-x)
        torch.masked.softmax(x, dim)
        torch.ops.aten.softmax(x, dim)
        torch.ops.aten.softmax.int(x, dim)
        torch.ops.aten.log_softmax.int(x, dim).exp()
        torch._softmax(x, dim, False)
        torch.ops.aten._softmax.default(x, dim, False)
        torch.ops.aten._log_softmax.default(x, dim, False).exp()
        torch._safe_softmax(x, dim)
    """,
    "max_pool2d": """
        F.max_pool2d(x, size)
        F.max_pool2d(x, size, return_indices=True)[0]
        F.max_pool2d_with_indices(x, size)[0]
        torch.max_pool2d(x, size)
        nn.MaxPool2d(size)(x)
        nn.MaxPool2d(size, return_indices=True)(x)[0]
        torch.ops.aten.max_pool2d(x, size)
        torch.ops.aten.max_pool2d.default(x, [size, size])
        torch.ops.aten.max_pool2d_with_indices.default(x, [size, size])[0]
        F.max_pool1d(F.max_pool1d(x.flatten(0, 1), size).mT, size).mT.unflatten(0, x.shape[:2])
        torch.max_pool1d(torch.max_pool1d(x.flatten(0, 1), size).mT, size).mT.unflatten(0, x.shape[:2])
        F.max_pool3d(x, (1, size, size))
        nn.MaxPool3d((1, size, size))(x)
        torch.max_pool3d(x, (1, size, size))
        F.adaptive_max_pool2d(x, (x.shape[2] // size, x.shape[3] // size))
        F.adaptive_max_pool2d(x, (x.shape[2] // size, x.shape[3] // size), return_indices=True)[0]
        nn.AdaptiveMaxPool2d((x.shape[2] // size, x.shape[3] // size))(x)
        F.adaptive_max_pool3d(x, (x.shape[1], x.shape[2] // size, x.shape[3] // size))
        torch.ops.aten.adaptive_max_pool2d(x, (x.shape[2] // size, x.shape[3] // size))[0]
    """,
}
PARAMETERS = {"relu": "x", "softmax": "x, dim", "max_pool2d": "x, size"}
SPELLINGS = [
    (task, spelling.strip()) for task, spellings in REFUSED.items() for spelling in spellings.strip().splitlines()
]


@pytest.fixture(scope="module")
def grade() -> Iterator[Callable[[str, str], TaskReport]]:
    """Grade one task of a source in a lane that stays warm."""
    settings = Settings(root=str(ROOT), exercises=(EXERCISE,), trusted=True, diagnosing=False)
    lanes: list[Lane] = []

    def grade(task: str, source: str) -> TaskReport:
        submission = Submission(student="x", exercise=EXERCISE, path="x.py", tasks=(task,), source=source)
        if lanes:
            lanes[0].give(submission)
        else:
            lanes.append(Lane(settings, submission))
        while (graded := lanes[0].take()) == "started":
            pass
        assert graded != "died" and graded.report is not None
        return graded.report.tasks[0]

    yield grade
    for lane in lanes:
        lane.stop()


@pytest.mark.parametrize(("task", "spelling"), SPELLINGS)
def test_every_spelling_of_the_finished_version_earns_nothing(
    grade: Callable[[str, str], TaskReport], task: str, spelling: str
) -> None:
    """Functions, methods, in-place twins, modules, ATen's own names: the task earns nothing, and is told kindly why."""
    imports = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n"
    report = grade(task, f"{imports}def {task}({PARAMETERS[task]}):\n    return {spelling}\n")
    assert report.points == 0
    told = [check.message for check in report.checks if check.message]
    assert any(f"This task asks you to write {task} yourself" in message for message in told)


@pytest.fixture(scope="module")
def solution() -> ModuleType:
    """The solution, imported."""
    spec = importlib.util.spec_from_file_location(EXERCISE, ROOT / "solutions" / f"{EXERCISE}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Let every test draw the same numbers each time."""
    torch.manual_seed(0)


def equal(ours: Tensor, theirs: Tensor) -> None:
    """Ask for the same dtype, shape and values (NaN equals NaN), within what the dtype can hold."""
    torch.testing.assert_close(ours, theirs, equal_nan=True)


SPECIAL = [-math.inf, math.inf, math.nan, -0.0, 0.0, 1e-7, -1e-7, 6e4, -6e4, 2.5]


@FLOATS
def test_relu_is_that_of_pytorch(solution: ModuleType, dtype: torch.dtype) -> None:
    """For infinities, NaN, empty tensors and every floating dtype."""
    for x in (torch.tensor(SPECIAL, dtype=dtype), torch.randn(3, 4).to(dtype).T, torch.empty(0, 2, dtype=dtype)):
        equal(solution.relu(x), F.relu(x))


@FLOATS
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_softmax_is_that_of_pytorch(solution: ModuleType, dtype: torch.dtype, dim: int) -> None:
    """For infinities, NaN, large scores, tensors without slices and every floating dtype."""
    for x in (
        torch.randn(3, 4).to(dtype),
        (torch.randn(3, 4) * 3e4).to(dtype),
        torch.tensor([[-math.inf, 0, 1], [2, -math.inf, 1]], dtype=dtype),
        torch.tensor([[math.inf, 0], [1, 2]], dtype=dtype),
        torch.tensor([[math.nan, 0], [1, 2]], dtype=dtype),
        torch.full((2, 2), -math.inf, dtype=dtype),
        torch.empty((3, 0) if dim == 0 else (0, 3), dtype=dtype),
    ):
        equal(solution.softmax(x, dim), F.softmax(x, dim=dim))


@FLOATS
@pytest.mark.parametrize("size", [1, 2, 3])
def test_max_pool2d_is_that_of_pytorch(solution: ModuleType, dtype: torch.dtype, size: int) -> None:
    """For infinities, NaN, batches without images and every floating dtype."""
    special = torch.tensor([*SPECIAL, *SPECIAL], dtype=dtype).reshape(1, 1, 4, 5)
    lowest = torch.full((1, 1, 3, 3), -math.inf, dtype=dtype)
    for x in (torch.randn(2, 3, 7, 5).to(dtype), special, lowest, torch.empty(0, 2, 4, 4, dtype=dtype)):
        equal(solution.max_pool2d(x, size), F.max_pool2d(x, size))
