"""A mistake costs the checks that see it, and no others: partly right code of learners gets a fair part of its task."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.grading.pool import grade_submissions
from grader.grading.settings import Settings
from grader.records import Submission

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
MEASURED_AGAIN = """
def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    def mean_loss(loader):
        total = count = 0
        model.eval()
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        return total / count

    history = {"train": [], "valid": [], "best_epoch": 0}
    best, state = math.inf, None
    for epoch in range(max_epochs):
        model.train()
        for X, y in train_loader:
            optimizer.zero_grad()
            criterion(model(X), y).backward()
            optimizer.step()
        history["train"].append(mean_loss(train_loader))  # wrong: after the epoch, instead of during it
        history["valid"].append(mean_loss(valid_loader))
        if history["valid"][-1] < best:
            best, state = history["valid"][-1], copy.deepcopy(model.state_dict())
            history["best_epoch"] = epoch
        elif epoch - history["best_epoch"] >= patience:
            break
    model.load_state_dict(state)
    return history
"""
OUTPUT_FIRST = """
class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden]
        self.out = nn.Linear(sizes[-1], n_outputs)  # wrong: it is registered first
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.out(x)
"""
ONLY_COLOURS = """
def channels_first(images):
    if images.ndim not in (3, 4) or images.shape[-1] not in (1, 3, 4):  # wrong: any number of channels is allowed
        raise ValueError("not an image")
    return images.movedim(-1, -3)
"""
CLIPS = """
def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(float(start), requires_grad=True)
    for _ in range(n_steps):
        x.grad = None
        fn(x).backward()
        torch.nn.utils.clip_grad_norm_([x], 20.0)  # wrong: large slopes are cut
        with torch.no_grad():
            x -= learning_rate * x.grad
    return x.item()
"""


@pytest.mark.parametrize(
    ("exercise", "task", "source", "least"),
    [
        ("16_mlp_regression", "fit_early_stopping", MEASURED_AGAIN, 0.5),
        ("16_mlp_regression", "RegressionMLP", OUTPUT_FIRST, 0.5),
        ("03_reshaping", "channels_first", ONLY_COLOURS, 0.4),
        ("07_autograd", "minimize", CLIPS, 0.4),
    ],
)
def test_partly_right_code_earns_a_part(exercise: str, task: str, source: str, least: float) -> None:
    """Code with one mistake earns at least this share of its task, and not all of it."""
    catalog = load_catalog(ROOT)
    stub = catalog.solution(exercise).read_text(encoding="utf-8") + source
    submission = Submission(student="a", exercise=exercise, path=f"{exercise}.py", tasks=(task,), source=stub)
    settings = Settings(root=str(ROOT), exercises=(exercise,), relaxed_sandbox=True, diagnosing=False)
    (graded,) = grade_submissions(settings, [submission], jobs=1)
    assert graded.report is not None
    passed = {check.id: check.status for check in graded.report.tasks[0].checks}
    assert least <= graded.report.points / graded.report.max_points < 1, passed
