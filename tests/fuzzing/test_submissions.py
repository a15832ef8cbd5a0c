"""Whatever a student's file or notebook has become, it is read and graded, and what nobody wrote earns nothing.

Stubs, solutions and the example class are mutated as bytes, as tokens, as syntax trees and as notebooks. All mutants
go through the reader in its limited process, a share of them through a worker, sandboxed as other people's code is.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from demands import require_deserved, within
from mutations import CATALOG, ROOT, Mutant, mutants, parse

from grader.grading.dispatcher import Dispatcher
from grader.grading.pool import grade_submissions
from grader.grading.settings import Graded, Settings
from grader.records import Submission
from grader.sentences import learner_files
from grader.submissions import Reader

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

READING = 70  # seconds of wall time: more than the reader's own limit
GRADING = 300  # the same for a worker: every task may run out of time twice

Amount = Callable[[int, int], int]


# Reading and grading --------------------------------------------------------------------------------------------------


def read(reader: Reader, mutant: Mutant, folder: Path) -> Submission:
    """Write a mutant to a file, and read it as a submission."""
    path = folder / f"{mutant.file.exercise}{mutant.file.suffix}"
    path.write_bytes(mutant.data)
    with within(READING):
        return reader.read((path,), student=f"mutant-{mutant.number}", exercise=mutant.file.exercise)


def test_whatever_is_handed_in_is_read(tmp_path: Path, amount: Amount, ran: Counter[str]) -> None:
    """Each mutant has valid Python or a problem in words; the reading process survives."""
    too_hard = learner_files.TOO_HARD.text.partition("{name}")[2]
    with Reader() as reader:
        for mutant in mutants(amount(500, 10_000)):
            submission = read(reader, mutant, tmp_path)
            assert too_hard not in str(submission.problem), mutant.number
            if submission.source is not None:
                parse(submission.source)
            msgspec.json.encode(submission)
            ran[f"mutated submissions ({mutant.file.suffix}) read"] += 1


def test_whatever_is_handed_in_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amount: Amount, ran: Counter[str]
) -> None:
    """In the sandbox every mutant gets its report, no worker is lost, and points are deserved."""
    note_death, died = Dispatcher.died, []

    def noted(dispatcher: Dispatcher, place: int) -> Any:
        died.append(dispatcher.held(place))
        return note_death(dispatcher, place)

    monkeypatch.setattr(Dispatcher, "died", noted)
    with Reader() as reader:
        every = {mutant.number: mutant for mutant in mutants(amount(40, 1_000))}
        submissions: Sequence[Submission] = [read(reader, mutant, tmp_path) for mutant in every.values()]
    settings = Settings(root=str(ROOT), exercises=tuple(e.id for e in CATALOG.exercises))
    workers: Iterator[Graded] = grade_submissions(settings, submissions, jobs=amount(1, 2))
    with contextlib.closing(workers):
        for _ in submissions:
            with within(GRADING):
                graded = next(workers)
            assert graded.report is not None, graded.submission.student
            require_deserved(every[int(graded.submission.student.partition("-")[2])], graded.submission, graded.report)
            ran["mutated submissions graded in the sandbox"] += 1
            ran["of these with points"] += graded.report.points > 0
    assert died == []
