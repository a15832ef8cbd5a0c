"""Whatever a student's file or notebook has become, it is read and graded, and what nobody wrote earns nothing.

Stubs, solutions and the example class are mutated as bytes, as tokens, as syntax trees and as notebooks. All mutants
go through the reader in its limited process, a share of them through a lane, sandboxed as other people's code is.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import random
import signal
import tokenize
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import jsonschema
import msgspec
import pytest

from grader.catalog import load_catalog
from grader.lanes import Graded, Lane, Settings, run_lanes
from grader.records import ExerciseReport, Submission, student_report
from grader.submissions import Reader, sentences

ROOT = Path(__file__).resolve().parents[2]
CATALOG = load_catalog(ROOT)
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
READING = 70  # seconds of wall time: more than the reader's own limit
GRADING = 300  # the same for a lane: every task may run out of time twice
SLOW = ("loops-forever", "sleeps-on-import")  # whose mutants mostly run out of time: a few of them is enough

Amount = Callable[[int, int], int]


# What is mutated ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class File:
    """What somebody handed in. `empty` says that nobody has written anything into it."""

    exercise: str
    suffix: str
    data: bytes
    empty: bool = False
    slow: bool = False


def notebook(source: str) -> bytes:
    """Return a script in percent format as a notebook."""
    head, *parts = source.split("\n# %%")
    cells = [{"cell_type": "code", "metadata": {}, "source": head, "outputs": [], "execution_count": None}]
    for part in parts:
        first, _, body = part.partition("\n")
        kind = "markdown" if "[markdown]" in first else "code"
        metadata = {"nbgrader": {"grade": False, "solution": True}} if "task=" in first else {}
        cells.append({"cell_type": kind, "metadata": metadata, "source": body.splitlines(keepends=True)})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def files() -> list[File]:
    """Return stubs and solutions, as scripts and notebooks, and the example class."""
    found = []
    for exercise in CATALOG.exercises:
        for folder in ("exercises", "solutions"):
            source = (ROOT / folder / f"{exercise.id}.py").read_text(encoding="utf-8")
            for suffix, data in ((".py", source.encode()), (".ipynb", notebook(source))):
                found.append(File(exercise=exercise.id, suffix=suffix, data=data, empty=folder == "exercises"))
    known = {exercise.id for exercise in CATALOG.exercises}
    for path in sorted((ROOT / "examples" / "class").glob("*/*")):
        if path.stem in known:
            slow = path.parent.name in SLOW
            found.append(File(exercise=path.stem, suffix=path.suffix, data=path.read_bytes(), slow=slow))
    return found


FILES = files()


# Mutating -------------------------------------------------------------------------------------------------------------

JUNK = (
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\r",
    b"\x1b[2J",
    b"\xef\xbb\xbf",
    b"# coding: utf-7\n",
    b"(" * 300,
    b"9" * 5000,
)


def as_bytes(dice: random.Random, data: bytes) -> bytes:
    """Flip, cut, double, erase or insert bytes."""
    for _ in range(dice.randint(1, 3)):
        start, end = sorted(dice.randint(0, len(data)) for _ in range(2))
        match dice.randrange(6):
            case 0:
                data = data[:start] + bytes([dice.randrange(256)]) + data[start + 1 :]
            case 1:
                data = data[:start]
            case 2:
                data = data[:end] + data[start:end] + data[end:]
            case 3:
                data = data[:start] + data[min(end, start + dice.randint(1, 40)) :]
            case 4:
                data = data[:start] + dice.choice(JUNK) + data[start:]
            case _:
                data = data[start:end]
    return data


def as_tokens(dice: random.Random, source: str) -> str:
    """Delete, double, exchange or replace tokens."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source[: dice.randint(0, len(source))]
    spans = [
        (starts[t.start[0] - 1] + t.start[1], starts[t.end[0] - 1] + t.end[1], t.string)
        for t in tokens
        if t.string and t.type not in (tokenize.COMMENT, tokenize.ENDMARKER) and t.end[0] <= len(lines)
    ]
    chosen = sorted(dice.sample(spans, min(len(spans), dice.randint(1, 4))), reverse=True)
    for start, end, text in chosen:
        new = dice.choice(("", f"{text} {text}", dice.choice(spans)[2], "None", "-", "**", "True", "0"))
        source = source[:start] + new + source[end:]
    return source


OPERATORS = (ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.Pow(), ast.MatMult(), ast.Mod(), ast.FloorDiv())
COMPARISONS = (ast.Lt(), ast.GtE(), ast.Eq(), ast.NotEq(), ast.Is(), ast.In())
CONSTANTS = (0, 1, -1, 2, 0.5, 1e30, float("nan"), None, True, "", 10**30)


def parse(source: str) -> ast.Module:
    """Parse, and keep quiet about what Python only warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def as_tree(dice: random.Random, source: str, *, statements_only: bool = False) -> str:
    """Delete, double or move statements; exchange operators, constants and names."""
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source[: dice.randint(0, len(source))]
    nodes = list(ast.walk(tree))
    bodies = [body for node in nodes for name in ("body", "orelse") if isinstance(body := getattr(node, name, 0), list)]
    bodies = [body for body in bodies if body]
    if not bodies:
        return source
    names = [node for node in nodes if isinstance(node, ast.Name)]
    for _ in range(dice.randint(1, 3)):
        body = dice.choice(bodies)
        at, other = dice.randrange(len(body) or 1), dice.randrange(len(body) or 1)
        node: Any = dice.choice(nodes)
        kind = dice.randrange(3 if statements_only else 8)
        if kind == 0 and len(body) > 1:
            del body[at]
        elif kind == 1 and body:
            body.insert(at, body[other])
        elif kind == 2 and body:
            body[at], body[other] = body[other], body[at]
        elif kind == 3 and names:
            dice.choice(names).id = dice.choice(names).id
        elif isinstance(node, (ast.BinOp, ast.AugAssign)):
            node.op = dice.choice(OPERATORS)
        elif isinstance(node, ast.Compare):
            node.ops = [dice.choice(COMPARISONS) for _ in node.ops]
        elif isinstance(node, ast.Constant):
            node.value = dice.choice(CONSTANTS)
        elif isinstance(node, (ast.FunctionDef, ast.arg, ast.Attribute)):
            field = {"FunctionDef": "name", "arg": "arg", "Attribute": "attr"}[type(node).__name__]
            setattr(node, field, dice.choice(names).id if names else "x")
    try:
        return ast.unparse(tree)
    except (ValueError, RecursionError, TypeError):  # what cannot be written: a NaN in a format, say
        return source


METADATA = (
    None,
    [],
    "x",
    {"nbgrader": {"grade": True}},
    {"nbgrader": None},
    {"nbgrader": {"grade": True, "solution": 1}},
)
SOURCES = (
    None,
    0,
    [],
    [None],
    ["x", 1],
    {},
    "",
    "%%bash\nls",
    "!ls",
    "%%",
    "?",
    "\0",
    "x = (",
    "'''",
    ["a", "b"],
    "\ud800",
)


def as_notebook(dice: random.Random, data: bytes, *, cells_only: bool = False) -> bytes:
    """Drop, double, move and break cells."""
    try:
        book = json.loads(data)
    except ValueError:
        return as_bytes(dice, data)
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        return as_bytes(dice, data)
    for _ in range(dice.randint(1, 4)):
        if not cells:
            break
        at = dice.randrange(len(cells))
        cell = cells[at]
        match dice.randrange(5 if cells_only else 9):
            case 0:
                del cells[at]
            case 1:
                cells.insert(dice.randrange(len(cells)), cell)
            case 2:
                dice.shuffle(cells)
            case 3:
                cells[at] = {**cell, "metadata": dice.choice(METADATA)} if isinstance(cell, dict) else None
            case 4:
                cells[at] = {**cell, "cell_type": dice.choice(["markdown", "raw", 1, "code"])} if cell else None
            case 5:
                cells[at] = {**cell, "source": dice.choice(SOURCES)} if isinstance(cell, dict) else 0
            case 6:
                cells[at] = dice.choice([None, [], "cell", 3, {}, {"cell_type": "code"}])
            case 7:
                book[dice.choice(["cells", "metadata", "nbformat"])] = dice.choice([None, [], cells, -1, {"x": cells}])
            case _ if isinstance(cell, dict) and isinstance(cell.get("source"), (str, list)):
                text = "".join(map(str, cell["source"]))
                cells[at] = {**cell, "source": dice.choice([as_tokens, as_tree])(dice, text)}
    written = json.dumps(book).encode()
    return written[: dice.randint(0, len(written))] if dice.randrange(20) == 0 else written


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A mutated file. `empty` says that still nobody has written anything into it."""

    number: int
    file: File
    data: bytes


def mutants(number: int) -> Iterator[Mutant]:
    """Return so many mutants, always the same ones. Files that nobody has written into are only damaged."""
    for seed in range(number):
        dice = random.Random(seed)
        file = dice.choice(FILES)
        if file.slow and dice.randrange(10):
            file = FILES[seed % 12]
        text = file.data.decode("utf-8", "replace")
        if dice.randrange(4) == 0:
            data = as_bytes(dice, file.data)
        elif file.suffix == ".ipynb":
            data = as_notebook(dice, file.data, cells_only=file.empty)
        elif file.empty or dice.randrange(2):
            data = as_tree(dice, text, statements_only=file.empty).encode("utf-8", "replace")
        else:
            data = as_tokens(dice, text).encode("utf-8", "replace")
        yield Mutant(number=seed, file=file, data=data)


# Reading and grading --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """End the test where something hangs."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read(reader: Reader, mutant: Mutant, folder: Path) -> Submission:
    """Write a mutant down, and read it as what a student handed in."""
    path = folder / f"{mutant.file.exercise}{mutant.file.suffix}"
    path.write_bytes(mutant.data)
    with within(READING):
        return reader.read((path,), student=f"mutant-{mutant.number}", exercise=mutant.file.exercise)


def test_whatever_is_handed_in_is_read(tmp_path: Path, amount: Amount, ran: Counter[str]) -> None:
    """Each has a source that is Python, or a problem in words; the process that reads is never lost."""
    too_hard = sentences.TOO_HARD.partition("{name}")[2]
    with Reader() as reader:
        for mutant in mutants(amount(500, 10_000)):
            submission = read(reader, mutant, tmp_path)
            assert too_hard not in (submission.problem or ""), mutant.number
            if submission.source is not None:
                parse(submission.source)
            msgspec.json.encode(submission)
            ran[f"mutated submissions ({mutant.file.suffix}) read"] += 1


def functions(source: str) -> dict[str, list[str]]:
    """Return what each name is defined as at the top level."""
    found: dict[str, list[str]] = {}
    for node in parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.setdefault(node.name, []).append(ast.dump(node))
    return found


STUBS = {
    exercise.id: functions((ROOT / "exercises" / f"{exercise.id}.py").read_text(encoding="utf-8"))
    for exercise in CATALOG.exercises
}


def require_deserved(mutant: Mutant, submission: Submission, report: ExerciseReport) -> None:
    """Assert that points come from passed checks, and none from what nobody wrote."""
    whole = student_report(submission.student, (report,))
    VALIDATOR.validate(json.loads(msgspec.json.encode(whole)))
    checks = [check for task in report.tasks for check in task.checks]
    assert report.points == sum(check.points for check in checks if check.status == "passed") <= report.max_points
    assert report.max_points == sum(task.points for task in CATALOG.get(report.id).tasks)
    assert not [check.message for check in checks if "which is not your fault" in check.message]
    if mutant.file.empty or submission.source is None:
        assert report.points == 0, f"mutant {mutant.number}"
        return
    written = functions(submission.source)
    for task in report.tasks:
        if task.name not in submission.source or written.get(task.name) == STUBS[report.id][task.name]:
            assert task.points == 0, f"mutant {mutant.number}: {task.name}"


def test_whatever_is_handed_in_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amount: Amount, ran: Counter[str]
) -> None:
    """In the sandbox: every mutant gets its report, no lane is lost, and points are deserved."""
    took, died = Lane.take, []

    def take(lane: Lane) -> Any:
        taken = took(lane)
        if taken == "died":
            died.append(lane.holds)
        return taken

    monkeypatch.setattr(Lane, "take", take)
    with Reader() as reader:
        every = {mutant.number: mutant for mutant in mutants(amount(40, 1_000))}
        submissions: Sequence[Submission] = [read(reader, mutant, tmp_path) for mutant in every.values()]
    settings = Settings(root=str(ROOT), exercises=tuple(e.id for e in CATALOG.exercises))
    lanes: Iterator[Graded] = run_lanes(settings, submissions, jobs=amount(1, 2))
    with contextlib.closing(lanes):
        for _ in submissions:
            with within(GRADING):
                graded = next(lanes)
            assert graded.report is not None, graded.submission.student
            require_deserved(every[int(graded.submission.student.partition("-")[2])], graded.submission, graded.report)
            ran["mutated submissions graded in the sandbox"] += 1
            ran["of these with points"] += graded.report.points > 0
    assert died == []
