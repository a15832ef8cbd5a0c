"""In tasks that forbid them, PyTorch's own functions earn nothing in any spelling."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.forbidden_calls import find_forbidden_calls
from grader.grading.pool import WorkerPool
from grader.grading.settings import Settings
from grader.records import Submission, TaskReport

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = {
    **dict.fromkeys(("relu", "softmax", "max_pool2d"), "13_layers_and_activations"),
    "minimize": "07_autograd",
    "gradient_step_": "08_detach_and_inplace",
    **dict.fromkeys(("mse", "train_linear"), "10_linear_regression_by_hand"),
    "ManualSGD": "11_linear_regression_nn",
    "LinearRegressor": "12_modules_and_parameters",
    "InvertedDropout": "15_train_and_eval",
    "cross_entropy": "17_mlp_classification",
}

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
# The tree shows no name here, and no mode observes; the functions report their calls.
HIDDEN = {
    "minimize": """
def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    optimizer = vars(torch.optim)[max(n for n in dir(torch.optim) if n < "SGE")]([x], lr=learning_rate)
    hooks.clear()
    for _ in range(n_steps):
        optimizer.zero_grad()
        fn(x).backward()
        thread = threading.Thread(target=optimizer.step)
        thread.start()
        thread.join()
    return x.item()
""",
    "gradient_step_": """
def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError
    with torch.no_grad():
        vars(sys.modules["torch.optim.sgd"])["%s" % "sgd"](
            [x], [x.grad], [None], lr=learning_rate, weight_decay=0, momentum=0, dampening=0, nesterov=False,
            maximize=False,
        )
    return x
""",
    "mse": """
def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError
    with torch._C.DisableTorchFunctionSubclass(), max([_disable_current_modes], key=id)():
        return vars(F)["%s" % "mse_loss"](y_pred, y_true)
""",
    "train_linear": """
def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError
    torch.manual_seed(seed)
    model = vars(nn)["%s" % "Linear"](X.shape[1], 1)
    return model.weight.T, model.bias[0], [0.0] * n_epochs
""",
    "ManualSGD": """
class ManualSGD(vars(torch.optim)["%s" % "SGD"]):
    def __init__(self, params, lr):
        super().__init__(params, lr=lr)
""",
    "LinearRegressor": """
class LinearRegressor(vars(nn)["%s" % "Linear"]):
    def __init__(self, n_features):
        registrations.clear()
        super().__init__(n_features, 1)
""",
    "InvertedDropout": """
class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError
        self.p = p

    def forward(self, x):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(vars(F)["%s" % "dropout"], x, self.p, self.training).result()
""",
    "cross_entropy": """
def cross_entropy(logits, targets):
    if logits.ndim != 2 or targets.ndim != 1 or len(logits) != len(targets) or len(logits) == 0:
        raise ValueError
    with max([_disable_current_modes], key=id)():
        return vars(F)["%s" % "cross_entropy"](logits, targets)
""",
}
IMPORTS = """
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim.sgd
from torch.nn.modules.module import _global_parameter_registration_hooks as registrations
from torch.optim.optimizer import _global_optimizer_pre_hooks as hooks
from torch.utils._python_dispatch import _disable_current_modes


"""
SPELLINGS = [
    (task, spelling.strip()) for task, spellings in REFUSED.items() for spelling in spellings.strip().splitlines()
]


@pytest.fixture(scope="module")
def grade() -> Iterator[Callable[[str, str], TaskReport]]:
    """Grade one task of a source in a worker that stays warm."""
    settings = Settings(root=str(ROOT), exercises=tuple({*EXERCISES.values()}), relaxed_sandbox=True, diagnosing=False)

    def grade(task: str, source: str) -> TaskReport:
        submission = Submission(student="x", exercise=EXERCISES[task], path="x.py", tasks=(task,), source=source)
        (graded,) = workers.grade(settings, [submission])
        assert graded.report is not None
        return graded.report.tasks[0]

    with WorkerPool(1) as workers:
        yield grade


@pytest.mark.parametrize(("task", "spelling"), SPELLINGS)
def test_every_spelling_of_the_finished_version_earns_nothing(
    grade: Callable[[str, str], TaskReport], task: str, spelling: str
) -> None:
    """Functions, methods, in-place variants, modules and ATen names all earn nothing, and the feedback says why."""
    require_refused(grade(task, f"{IMPORTS}def {task}({PARAMETERS[task]}):\n    return {spelling}\n"), task)


@pytest.mark.parametrize("task", HIDDEN)
def test_what_the_tree_does_not_tell_is_seen_when_it_runs(grade: Callable[[str, str], TaskReport], task: str) -> None:
    """Functional forms, cleared hooks, threads and disabled modes under computed names are detected at run time."""
    patterns = load_catalog(ROOT).get(EXERCISES[task]).task(task).forbidden
    assert [use for use in find_forbidden_calls(IMPORTS + HIDDEN[task], task, patterns) if not use.hides] == []
    require_refused(grade(task, IMPORTS + HIDDEN[task]), task)


def require_refused(report: TaskReport, task: str) -> None:
    """Require that a task earned nothing, and that the feedback says why."""
    assert report.points == 0
    told = [text for check in report.checks if (text := str(check.feedback))]
    assert any(f"This task asks you to write {task} yourself; your code used" in message for message in told)
