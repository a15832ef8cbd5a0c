"""The solutions, run like submissions, reproduce the figures printed in the course notebook."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from grader.catalog import load_catalog
from grader.datasets import install_california_housing
from grader.examiner.candidate_processes import SubmissionProcess
from grader.records import Submission
from grader.sandbox import Server
from grader.suites import Candidate, code, probe
from grader.suites.candidate import Context

CATALOG = load_catalog(Path(__file__).resolve().parents[2])
PUBLISHED = json.loads((Path(__file__).parent / "published_tables.json").read_text(encoding="utf-8"))
REL = 1e-5
FOUR_DECIMALS = 5e-5

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A warm server with the real data."""
    home = tmp_path_factory.mktemp("data")
    install_california_housing(home)
    with Server(data_home=home, imports=["sklearn.datasets"], relaxed_sandbox=True) as server:
        yield server


Solution = Callable[[str], Candidate]


@pytest.fixture
def solution(server: Server) -> Iterator[Solution]:
    """Load exercises' solutions in the sandbox."""
    loaded: list[SubmissionProcess] = []

    def load(exercise: str) -> Candidate:
        source = CATALOG.solution(exercise).read_text(encoding="utf-8")
        submission = Submission(student="reference", exercise=exercise, path="", source=source)
        loaded.append(SubmissionProcess(server, submission))
        return Candidate(Context(task="any", ask=loaded[-1].asker("any"), where=str, seed=0, must_succeed=True))

    yield load
    for process in loaded:
        process.close()


def test_derivative_of_the_square(solution: Solution) -> None:
    """The derivative of the square at 5 is the published one."""
    seen = solution("07_autograd").derivative_at(code("lambda x: x ** 2"), 5.0)
    seen.result.number(PUBLISHED["autograd"]["df/dx at 5"], rtol=REL)


@pytest.mark.parametrize(
    ("steps", "figure"), [(1, "x after one step, lr 0.1"), (100, "x after 100 steps, lr 0.1, from 5.0")]
)
def test_gradient_descent(solution: Solution, steps: int, figure: str) -> None:
    """Gradient descent from 5 gives the published steps, to all printed digits."""
    end = solution("07_autograd").minimize(code("lambda x: x ** 2"), 5.0, 0.1, steps).result
    assert f"{float(end.python):.4e}" == f"{PUBLISHED['autograd'][figure]:.4e}"  # type: ignore[arg-type]


@probe
def run_on_california_housing(student, learning_rate, epochs):  # type: ignore[no-untyped-def]
    """train_linear on California Housing, split, standardised and seeded as in the notebook"""
    from sklearn.datasets import fetch_california_housing
    from sklearn.model_selection import train_test_split

    housing = fetch_california_housing()
    rest, test, y_rest, _ = train_test_split(housing.data, housing.target, random_state=42)
    train, _, y_train, _ = train_test_split(rest, y_rest, random_state=42)
    train, test = (torch.tensor(part, dtype=torch.float32) for part in (train, test))
    means, stds = train.mean(dim=0), train.std(dim=0)
    y = torch.tensor(y_train, dtype=torch.float32).reshape(-1, 1)
    w, b, losses = student.train_linear((train - means) / stds, y, learning_rate, epochs, 42)
    return losses, ((test[:3] - means) / stds @ w + b).detach().flatten()


def test_linear_regression_by_hand(solution: Solution) -> None:
    """All twenty losses and the first three test predictions on the real data are the published ones."""
    table = PUBLISHED["linear_regression_by_hand"]
    regression = solution("10_linear_regression_by_hand")
    losses, predictions = regression.run(run_on_california_housing, table["lr"], table["epochs"]).result.items(2)
    assert losses.python == pytest.approx(table["losses"], rel=REL)
    assert predictions.tensor.tolist() == pytest.approx(table["first_three_test_predictions"], abs=FOUR_DECIMALS)


def test_exercise_10_prints_the_published_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a script, exercise 10 ends with the published run."""
    install_california_housing(tmp_path)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    run = runpy.run_path(str(CATALOG.solution("10_linear_regression_by_hand")), run_name="__main__")
    assert [len(run[part]) for part in ("X_train", "X_valid", "X_test")] == [11610, 3870, 5160]
    assert run["losses"] == pytest.approx(PUBLISHED["linear_regression_by_hand"]["losses"], rel=REL)
    assert "epoch 20: loss 0.5684" in capsys.readouterr().out


def test_product_with_the_transpose(solution: Solution) -> None:
    """X @ X.T of the notebook's matrix is the published one."""
    X = torch.tensor([[1.0, 4.0, 7.0], [2.0, 3.0, 6.0]])
    seen = solution("02_tensor_operations").matmul_with_transpose(X, X)
    seen.result.values(PUBLISHED["X @ X.T for [[1,4,7],[2,3,6]]"])


@probe
def set_and_rectify(student, X):  # type: ignore[no-untyped-def]
    """set_column_(X, 1, -88.0), then rectify_(X)"""
    return student.rectify_(student.set_column_(X, 1, -88.0))


def test_relu_after_a_column_was_set(solution: Solution) -> None:
    """The matrix with a negative column is rectified in place as published."""
    X = torch.tensor([[1.0, 4.0, 7.0], [2.0, 3.0, 6.0]])
    seen = solution("04_indexing_and_inplace").run(set_and_rectify, X)
    seen.result.values(PUBLISHED["relu_after_column_set"])


@pytest.mark.parametrize(
    ("exercise", "example"),
    [
        ("07_autograd", f"print(y.item())  # {PUBLISHED['autograd']['f(5)=x**2']}"),
        ("03_reshaping", f"# {tuple(PUBLISHED['squeeze_example']['shape'])}"),
    ],
)
def test_examples_of_the_texts(exercise: str, example: str) -> None:
    """Figures that no task computes are in the text, whose examples are run (see test_texts.py)."""
    assert example in CATALOG.solution(exercise).read_text(encoding="utf-8")


@pytest.mark.slow
def test_exercise_11_prints_the_published_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a script, exercise 11 starts with the notebook's nn.Linear and has the twenty published losses."""
    table = PUBLISHED["linear_regression_with_nn"]
    install_california_housing(tmp_path)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    run = runpy.run_path(str(CATALOG.solution("11_linear_regression_nn")), run_name="__main__")
    for name in ("weight", "bias"):
        assert run["initial"][name].flatten().tolist() == pytest.approx(
            torch.tensor(table[name]).flatten().tolist(), abs=FOUR_DECIMALS
        )
    untrained = table["untrained_predictions_first_two_train_rows"]
    assert run["untrained"].tolist() == pytest.approx(untrained, abs=FOUR_DECIMALS)
    assert run["losses"] == pytest.approx(table["losses"], rel=REL)
    printed = capsys.readouterr().out
    assert f"epoch 20: loss {table['losses'][-1]:.4f}" in printed
    assert all(str(prediction) in printed for prediction in table["first_three_test_predictions"])
