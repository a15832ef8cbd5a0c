"""What is wrong with an installation is said in one sentence, with its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import installation
from grader.installation import InstallationError, problem_here, require_torch


def pretend(monkeypatch: pytest.MonkeyPatch, torch: str | None) -> None:
    """Pretend that this version of PyTorch is installed, or none."""
    monkeypatch.setattr(installation, "_installed", lambda package: torch)


@pytest.mark.parametrize("found", ["2.8.0", "2.13.0+cpu", "3.0"])
def test_a_new_torch_is_enough(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    """The lowest version that the kit requires, and later ones, are accepted."""
    pretend(monkeypatch, found)
    require_torch()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, r'PyTorch is not installed for \S+\. Install it: \S+ -m pip install "torch>=2\.8"'),
        ("2.1.2", r"PyTorch 2\.1\.2 is too old: the kit needs torch>=2\.8\. Update it: \S+ -m pip install --upgrade"),
    ],
)
def test_a_torch_that_is_missing_or_old_is_named(monkeypatch: pytest.MonkeyPatch, found: str | None, said: str) -> None:
    """Without PyTorch, or with an old one, the error names the command that installs it."""
    pretend(monkeypatch, found)
    with pytest.raises(InstallationError, match=said):
        require_torch()


def test_two_kits_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two installed copies of the kit are named, with the command that removes one."""
    for name in ("one", "two"):
        about = tmp_path / name / "torch_exercise_kit-0.1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text("Name: torch-exercise-kit\nVersion: 0.1.0\n", encoding="utf-8")
    monkeypatch.setattr("sys.path", [str(tmp_path / "one")])
    assert problem_here() is None
    monkeypatch.setattr("sys.path", [str(tmp_path / "one"), str(tmp_path / "two")])
    said = str(problem_here())
    assert all(str(tmp_path / name) in said for name in ("one", "two")) and "pip uninstall torch-exercise-kit" in said
