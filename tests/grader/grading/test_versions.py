"""The kit's own files have a digest, by which two machines know that they grade alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.grading import versions


def test_the_digest_of_the_kit_depends_on_each_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes with a file's content and name, and not with what Python has compiled."""
    monkeypatch.setattr(versions, "_KIT", tmp_path)
    digests = []
    for name, text in (("a.py", "x = 1"), ("a.py", "x = 2"), ("b.py", ""), ("__pycache__/a.pyc", "compiled")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        digests.append(versions.kit_digest.__wrapped__())
    assert len(set(digests)) == 3 and digests[2] == digests[3]
