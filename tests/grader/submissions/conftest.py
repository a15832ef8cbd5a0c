"""Helpers that write small submissions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.records import Submission
from grader.submissions import read_submission

HandIn = Callable[..., Submission]


@pytest.fixture
def hand_in(tmp_path: Path) -> HandIn:
    """Save `content` under `name`, and read it as a submission."""

    def save_and_read(name: str, content: str | bytes) -> Submission:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_submission((path,), student="ana", exercise="01_tensors", tasks=("a",))

    return save_and_read


@pytest.fixture
def hand_in_cells(hand_in: HandIn) -> HandIn:
    """Save cells as a notebook and read it as a submission. Each cell is a dict, or the text of a code cell."""

    def save_and_read(*cells: object) -> Submission:
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                cell if isinstance(cell, dict) else {"cell_type": "code", "metadata": {}, "outputs": [], "source": cell}
                for cell in cells
            ],
        }
        return hand_in("01_tensors.ipynb", json.dumps(notebook))

    return save_and_read
