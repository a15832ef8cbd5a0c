"""The solutions reproduce the figures printed in the course notebook, on the real data where it uses them."""

import runpy
from pathlib import Path

import pytest
import torch

from grader.catalog import load_catalog
from grader.datasets import install_california_housing

CATALOG = load_catalog(Path(__file__).resolve().parents[2])

torch.set_num_threads(1)


def test_autograd() -> None:
    """The derivative of x² at 5, one step downhill from there, and a hundred."""
    solution = runpy.run_path(str(CATALOG.solution("07_autograd")))
    minimize = solution["minimize"]
    assert solution["derivative_at"](lambda x: x**2, 5.0) == 10.0
    assert minimize(lambda x: x**2, 5.0, 0.1, 1) == 4.0
    assert f"{minimize(lambda x: x**2, 5.0, 0.1, 100):.4e}" == "1.0185e-09"


def test_linear_regression_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as a script, exercise 10 trains on California Housing with the published losses and predictions."""
    install_california_housing(tmp_path)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    run = runpy.run_path(str(CATALOG.solution("10_linear_regression_by_hand")), run_name="__main__")
    assert [len(run[part]) for part in ("X_train", "X_valid", "X_test")] == [11610, 3870, 5160]
    published = [
        16.158456802368164,
        4.8793745040893555,
        2.255225419998169,
        1.3307634592056274,
        0.9680691957473755,
        0.8142675757408142,
        0.7417045831680298,
        0.7020701169967651,
        0.6765918731689453,
        0.6577965021133423,
        0.6426151990890503,
        0.6297222971916199,
        0.6184942126274109,
        0.6085968613624573,
        0.5998216271400452,
        0.592018723487854,
        0.5850691795349121,
        0.578873336315155,
        0.573345422744751,
        0.5684100389480591,
    ]
    assert run["losses"] == pytest.approx(published, rel=1e-5)
    assert run["predictions"].flatten().tolist() == pytest.approx([0.8916, 1.648, 2.6577], abs=5e-5)
