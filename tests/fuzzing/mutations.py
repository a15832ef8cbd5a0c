"""What students might hand in: stubs, solutions and the example class, mutated in every way that this kit can think of.

Shared by all that fuzzes what is handed in: the reader, whole runs of `grade` and `check`, nbgrader's commands.
"""

from __future__ import annotations

import ast
import io
import json
import os
import random
import socket
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.catalog import load_catalog

ROOT = Path(__file__).resolve().parents[2]
CATALOG = load_catalog(ROOT)
SLOW = ("loops-forever", "sleeps-on-import")  # most mutants of these run out of time, so a few are enough


# What is mutated ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that was handed in. `empty` says that no answer is written in it."""

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
    """Parse without showing Python's warnings."""
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
    except (ValueError, RecursionError, TypeError):  # code that cannot be written, such as a NaN in a format
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
    """Delete, double, move and damage cells."""
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


# Troublesome statements; the second half is valid only in a function.
STATEMENTS = (
    r'print("\ud800\x1b[2J" * 3)',
    'print("x" * 1_000_000)',
    r'raise Exception("\x1b[2J\x00\ud800" + "x" * 100_000)',
    r'raise type("\ud800\n", (Exception,), {})("x")',
    'raise type("E" * 10_000, (BaseException,), {})()',
    r'raise SystemExit("\udcff")',
    r'assert False, "\n" * 5_000',
    "raise KeyboardInterrupt",
    "exit()",
    "input()",
    "breakpoint()",
    "import os; os._exit(3)",
    "import os; os.close(1); os.close(0)",
    "import os; os.chdir('/')",
    "import sys; sys.exit(2)",
    "import sys; sys.stdout.close()",
    "import sys; sys.stdout = None; sys.stderr = 5",
    "import sys; sys.stdout = open('out.txt', 'w')",
    "import sys; sys.stdin = None",
    "import sys; sys.argv = None",
    "import sys; sys.modules.clear()",
    "import sys; sys.setrecursionlimit(60)",
    "import builtins; del builtins.len",
    "import builtins; builtins.str = None",
    "import builtins; builtins.__import__ = None",
    r'import warnings; warnings.warn("\ud800" * 5_000)',
    "import warnings; warnings.simplefilter('error')",
    "import signal; signal.alarm(1)",
    "import threading; threading.Thread(target=print).start()",
    "import multiprocessing; multiprocessing.Pool(2).map(abs, [1])",
    "import subprocess; subprocess.run(['ls'])",
    "open('y' * 200, 'w').write('y')",
    "globals().clear()",
    "del torch",
    "torch = None",
    "import torch; torch.set_default_dtype(torch.float64)",
    "import torch; torch.set_grad_enabled(False)",
    "import torch; torch.Tensor.__repr__ = lambda self: 1 / 0",
    "__name__ = 5",
    "__name__ = []",
    "__builtins__ = {}",
    "__loader__ = __spec__ = 3",
    "import sys; sys.modules[__name__].__class__ = type('M', (type(sys),), {'__getattribute__': None})",
    "__file__ = None",
    "class Odd:\n    def __eq__(self, other):\n        raise RuntimeError",
    "import datetime, time; time.time = time.monotonic = time.perf_counter = None",
)
RETURNS = (
    r'return "\ud800"',
    r'return type("\ud800\x00", (), {})()',
    r'return {"\udcff": float("nan")}',
    "return [[]] * 100_000",
    "return 10 ** 5_000",
    "return object",
    "yield 1",
    "return globals()",
    "return (lambda: 1).__code__",
)


def with_trouble(dice: random.Random, source: str, *, top_level_only: bool = False) -> str:
    """Insert a few troublesome statements, at the top level or in functions."""
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"{source}\n{dice.choice(STATEMENTS)}\n"
    functions = [node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for _ in range(dice.randint(1, 2)):
        inside = bool(functions) and not top_level_only and dice.randrange(2) == 0
        body: list[ast.stmt] = dice.choice(functions) if inside else tree.body
        choices = STATEMENTS + RETURNS if inside else STATEMENTS
        at = dice.randint(0, len(body))
        body[at:at] = parse_in_function(dice.choice(choices))
    return ast.unparse(tree)


def parse_in_function(statement: str) -> list[ast.stmt]:
    """Return the statements of a line that may be valid only in a function."""
    indented = statement.replace("\n", "\n    ")
    function = parse(f"def f():\n    {indented}").body[0]
    assert isinstance(function, ast.FunctionDef)
    return function.body


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A mutated file."""

    number: int
    file: File
    data: bytes


def mutants(number: int, *, exercise: str | None = None) -> Iterator[Mutant]:
    """Return so many mutants, always the same ones, perhaps of one exercise only.

    Files that nobody has written into are only damaged.
    """
    files = [file for file in FILES if exercise in (None, file.exercise)]
    for seed in range(number):
        dice = random.Random(seed)
        file = dice.choice(files)
        if file.slow and dice.randrange(10):
            file = files[seed % min(12, len(files))]
        yield Mutant(number=seed, file=file, data=mutated(dice, file))


def mutated(dice: random.Random, file: File) -> bytes:
    """Return the file's data after one of these mutations."""
    text = file.data.decode("utf-8", "replace")
    if dice.randrange(4) == 0:
        return as_bytes(dice, file.data)
    if file.suffix == ".ipynb":
        if dice.randrange(3) == 0:
            return in_a_cell(dice, file.data, top_level_only=file.empty)
        return as_notebook(dice, file.data, cells_only=file.empty)
    if dice.randrange(3) == 0:
        return with_trouble(dice, text, top_level_only=file.empty).encode("utf-8", "replace")
    if file.empty or dice.randrange(2):
        return as_tree(dice, text, statements_only=file.empty).encode("utf-8", "replace")
    return as_tokens(dice, text).encode("utf-8", "replace")


def in_a_cell(dice: random.Random, data: bytes, *, top_level_only: bool) -> bytes:
    """Insert troublesome statements into one of a notebook's cells."""
    try:
        book = json.loads(data)
        cell = dice.choice([cell for cell in book["cells"] if cell["cell_type"] == "code"])
    except (ValueError, LookupError, TypeError):
        return as_bytes(dice, data)
    cell["source"] = with_trouble(dice, "".join(cell["source"]), top_level_only=top_level_only)
    return json.dumps(book).encode()


# Folders --------------------------------------------------------------------------------------------------------------

ODD_NAMES = (
    "{}",
    "{} ",
    "-{}",
    "..{}",
    "{}.",
    "{}\n",
    "{}\x1b[31m",
    "{}\u202egnp",
    "{}é",
    "{}e\u0301",
    "{}\U0001f600",
    "{}\udcff",
    "{}:*?",
    "{}&<b>",
    "{}[bold]x[b]",
    "{}" + "x" * 200,
    "{}" + "é" * 100,
    "CON{}",
)


def student_folder(dice: random.Random, number: int) -> str:
    """Return an unusual name for a student's folder that still contains the number."""
    return dice.choice(ODD_NAMES).format(f"s{number}z") if dice.randrange(2) else f"s{number}z"


def hand_in(dice: random.Random, folder: Path, mutant: Mutant, *, neighbour: Path) -> None:
    """Put a mutant into a new student's folder, in the right way or in one of many unusual ways."""
    name = f"{mutant.file.exercise}{mutant.file.suffix}"
    kind = dice.randrange(40)
    if kind == 0:
        folder.symlink_to(dice.choice([neighbour, Path("nowhere"), Path("."), folder]))
        return
    folder.mkdir()
    file = folder / name
    if kind == 1:
        return
    if kind == 2:
        file.symlink_to(dice.choice([neighbour / f"{mutant.file.exercise}.py", Path("/dev/zero"), file, Path("no")]))
    elif kind == 3:
        os.mkfifo(file)
    elif kind == 4:
        file.mkdir()
    elif kind == 5:
        with socket.socket(socket.AF_UNIX) as unix:
            here = os.open(".", os.O_RDONLY)
            os.chdir(folder)  # a socket's path is short
            try:
                unix.bind(name)
            finally:
                os.fchdir(here)
                os.close(here)
    elif kind == 6:
        file.touch()
    elif kind == 7:
        with file.open("wb") as huge:
            huge.truncate(10**11)
    elif kind == 8:
        (folder / "inner").mkdir()
        (folder / "inner" / name).write_bytes(mutant.data)
    elif kind == 9:
        other = ".py" if mutant.file.suffix == ".ipynb" else ".ipynb"
        file.write_bytes(mutant.data)
        (folder / f"{mutant.file.exercise}{other}").write_bytes(mutant.data)
    elif kind == 10:
        (folder / name.upper()).write_bytes(mutant.data)
    elif kind == 11:
        (folder / f"{mutant.file.exercise} (1){mutant.file.suffix}").write_bytes(mutant.data)
    elif kind == 12:
        file.write_bytes(mutant.data)
        file.chmod(0)
    elif kind == 13:
        file.write_bytes(mutant.data)
        for odd in ODD_NAMES:
            (folder / odd.format("note")).write_bytes(mutant.data[:100])
    else:
        file.write_bytes(mutant.data)
