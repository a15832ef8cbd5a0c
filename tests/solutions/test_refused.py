"""In 13_layers_and_activations PyTorch's finished versions earn nothing, however they are spelled."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.lanes import Lane, Settings
from grader.records import Submission, TaskReport

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "13_layers_and_activations"

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
