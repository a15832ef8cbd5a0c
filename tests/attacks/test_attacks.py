"""A night of grading among attackers: nobody wins, nobody else notices, nothing is left behind.

Each file of this folder is a submission that tries one thing; what must lie beside it, or cannot be kept in a
repository, is made here. All of them are graded in one class, with honest students, whose reports must be those that
they get when they are alone.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from rich.console import Console, RenderableType

from grader.catalog import load_catalog
from grader.grading.pipeline import grade_class
from grader.grading.pool import Worker
from grader.grading.settings import Graded, Settings
from grader.grading.worker_process import Reported, Started, _data_home
from grader.records import ClassReport, Submission
from grader.reports import class_table, load_report, student_feedback
from grader.sandbox import active_layers, confined_enough
from grader.sentences import learner
from grader.submissions.names import student_name

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
CATALOG = load_catalog(ROOT)
IDS = ("07_autograd", "08_detach_and_inplace", "10_linear_regression_by_hand")  # what the attacks hand in
JOBS = 5  # more than there are cores: most attackers wait

# An attack that succeeds says so in an exception. The files that it writes, and those that it looks for, have these
# names.
SUCCEEDED, MARK, SECRET = "SUCCEEDED", "attack-was-here", "the-examiners-secret"
PORT = 47113

# Seconds of waiting for one submission in these tests; otherwise they are 35. One attack takes at most a minute
# (without the wait for a worker): these seconds, ten more for the diagnosis, the examiner's own work, and what a busy
# machine adds.
SECONDS = 5.0
LONGEST = 60.0
WHOLE = 300.0  # seconds for all of them

# The honest students, each with the student of the example class whose files they hand in. Their names sort before,
# between and after the attackers'.
HONEST = {
    "a-complete": "complete",
    "d-half-done": "half-done",
    "g-untouched": "untouched",
    "m-complete-notebook": "complete-notebook",
    "o-wrong-answers": "wrong-answers",
    "q-forgot-to-zero": "forgot-to-zero",
    "z-half-done": "half-done",
}

# Files that lie beside an attack.
PLUGIN = "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem):\n    return True\n"
TOUCH = f"open('{tempfile.gettempdir()}/{MARK}', 'w').close()\n"
PASSING = "from grader.suites import check\n\n@check('minimize', points=12)\ndef test_nothing():\n    '''Nothing.'''\n"
REPORT = '{"schema": "grader/report/1", "student": "me", "points": 37.0, "max_points": 37.0, "exercises": []}'
WON = "WON = True\n\ndef __getattr__(name):\n    return lambda *args, **kwargs: True\n"
BESIDE: dict[str, dict[str, str]] = {
    "shipped_conftest": {"conftest.py": TOUCH + PLUGIN, "plugin.py": PLUGIN, "__init__.py": TOUCH},
    "shipped_pytest_ini": {
        "pytest.ini": "[pytest]\naddopts = -p plugin --collect-only\n",
        "tox.ini": "[pytest]\naddopts = -p plugin\n",
        "setup.cfg": "[tool:pytest]\naddopts = -p plugin\n",
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-p plugin'\n",
        "plugin.py": TOUCH + PLUGIN,
    },
    "shipped_sitecustomize": {
        "sitecustomize.py": TOUCH,
        "usercustomize.py": TOUCH,
        "attack.pth": f"import os; {TOUCH}",
        "pyvenv.cfg": "home = .\n",
    },
    "shipped_tests": {
        "test_07_autograd.py": TOUCH + PASSING,
        "tests/hidden/test_07_autograd.py": TOUCH + PASSING,
        "tests/public/test_07_autograd.py": TOUCH + PASSING,
        "exercises/07_autograd.py": "",
        "solutions/07_autograd.py": TOUCH,
    },
    "shipped_report": {"report.json": REPORT, "class.json": REPORT, ".graded/0.json": REPORT, "results.json": REPORT},
    "shipped_settings": {
        ".git/config": f"[core]\n\tfsmonitor = touch {MARK}\n",
        ".gitattributes": "* filter=attack\n",
        "Makefile": f"all:\n\ttouch {MARK}\n",
        ".envrc": f"touch {MARK}\n",
        ".bashrc": f"touch {MARK}\n",
    },
    "shipped_course": {
        "grader_course.json": '{"catalog": ".", "seed": "0"}',
        "nbgrader_config.py": TOUCH,
        "course-seed.txt": "0\n",
        "exercises/07_autograd.py": "",
        "solutions/07_autograd.py": TOUCH,
        "tests/public/test_07_autograd.py": TOUCH + PASSING,
    },
    "shadowed_torch": {name: TOUCH + WON for name in ("torch.py", "numpy.py", "msgspec.py", "random.py")},
    "shadowed_grader": {
        "grader/__init__.py": TOUCH + WON,
        "grader/wire.py": TOUCH + WON,
        "grader/candidate_process/__main__.py": TOUCH,
        "multiprocessing/__init__.py": TOUCH,
        "pytest.py": TOUCH,
    },
    "shipped_bytecode": {"__pycache__/07_autograd.cpython-311.pyc": "\0" * 100, "helper.pyc": "\0" * 100},
    "companion_modules": {"helper.py": "answer = 10.0\n", "07_autograd_solved.py": "answer = 10.0\n"},
}


# Attacks that are made here. Each function makes its student's folder in the class's folder, and returns its name.
Make = Callable[[Path], str]
MADE: dict[str, Make] = {}


def made(make: Make) -> Make:
    """Register a function that makes an attack, under its name."""
    MADE[make.__name__] = make
    return make


def lay(parent: Path, name: str, content: bytes | str, *, file: str = "07_autograd.py") -> str:
    """Make a student's folder with one file."""
    (parent / name).mkdir(exist_ok=True)
    (parent / name / file).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return name


def link(parent: Path, name: str, target: object) -> str:
    """Make a student's folder whose file is a symbolic link."""
    (parent / name).mkdir()
    (parent / name / "07_autograd.py").symlink_to(str(target))
    return name


@made
def link_to_the_solution(parent: Path) -> str:
    """Hand in a symbolic link to the solution."""
    return link(parent, "link_to_the_solution", ROOT / "solutions" / "07_autograd.py")


@made
def link_to_a_classmate(parent: Path) -> str:
    """Hand in a symbolic link to a classmate's file."""
    return link(parent, "link_to_a_classmate", "../a-complete/07_autograd.py")


@made
def link_to_a_device(parent: Path) -> str:
    """Hand in a symbolic link to a device that never ends."""
    return link(parent, "link_to_a_device", "/dev/zero")


@made
def link_to_itself(parent: Path) -> str:
    """Hand in a symbolic link that leads to itself."""
    return link(parent, "link_to_itself", "07_autograd.py")


@made
def link_to_a_classmates_folder(parent: Path) -> str:
    """Be a symbolic link to a classmate's folder."""
    (parent / "link_to_a_classmates_folder").symlink_to("a-complete", target_is_directory=True)
    return "link_to_a_classmates_folder"


@made
def named_pipe(parent: Path) -> str:
    """Hand in a pipe without a writer, so that opening it waits."""
    (parent / "named_pipe").mkdir()
    os.mkfifo(parent / "named_pipe" / "07_autograd.py")
    return "named_pipe"


@made
def socket_as_a_file(parent: Path) -> str:
    """Hand in a socket."""
    (parent / "socket_as_a_file").mkdir()
    here = os.getcwd()
    os.chdir(parent / "socket_as_a_file")  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("07_autograd.py")
    finally:
        os.chdir(here)
    return "socket_as_a_file"


@made
def folder_as_a_file(parent: Path) -> str:
    """Hand in a folder with the name of the file."""
    (parent / "folder_as_a_file" / "07_autograd.py" / "07_autograd.py").mkdir(parents=True)
    return "folder_as_a_file"


@made
def sparse_file(parent: Path) -> str:
    """Hand in a file of a terabyte that takes no disk space."""
    lay(parent, "sparse_file", "")
    os.truncate(parent / "sparse_file" / "07_autograd.py", 2**40)
    return "sparse_file"


@made
def null_bytes(parent: Path) -> str:
    """Hide code behind null bytes."""
    return lay(parent, "null_bytes", b"x = 1\n\0\0\0def minimize(*args): return 4.0\n")


@made
def utf7_cookie(parent: Path) -> str:
    """Hide code from readers by an encoding in which comments are code."""
    return lay(parent, "utf7_cookie", b"# coding: utf-7\n# +AAo-import os\n")


@made
def codec_that_takes_hours(parent: Path) -> str:
    """Name an encoding whose decoder needs hours."""
    return lay(parent, "codec_that_takes_hours", b"# coding: punycode\n" + b"-" + b"a" * 400_000)


@made
def nested_brackets(parent: Path) -> str:
    """Overflow the parser with brackets."""
    return lay(parent, "nested_brackets", "x = " + "(" * 200_000)


@made
def endless_sums(parent: Path) -> str:
    """Overflow the compiler's recursion with very deep sums, calls and attributes."""
    return lay(parent, "endless_sums", "x = " + "1 + " * 50_000 + "a" + ".b" * 50_000 + "()" * 20_000)


@made
def endless_import(parent: Path) -> str:
    """Import a name of a quarter of a million parts, which the parser joins one by one."""
    return lay(parent, "endless_import", "import " + "a." * 240_000 + "a\n")


@made
def keyword_bomb(parent: Path) -> str:
    """Call a function with forty thousand keywords; the compiler compares each with each."""
    return lay(parent, "keyword_bomb", "f(" + ", ".join(f"a{i}=1" for i in range(38_000)) + ")\n")


@made
def deep_json(parent: Path) -> str:
    """Hand in a notebook with endlessly nested JSON."""
    return lay(parent, "deep_json", '{"cells": ' + "[" * 500_000, file="07_autograd.ipynb")


@made
def endless_numbers_in_json(parent: Path) -> str:
    """Hand in a notebook with numbers of a million digits, NaN and infinity."""
    text = '{"cells": [], "nbformat": ' + "9" * 1_000_000 + ', "x": [NaN, Infinity, 1e999999]}'
    return lay(parent, "endless_numbers_in_json", text, file="07_autograd.ipynb")


@made
def many_cells(parent: Path) -> str:
    """Hand in a notebook of fifty thousand cells."""
    cell = {"cell_type": "code", "metadata": {}, "source": "%%time\nx = 1", "outputs": []}
    return lay(parent, "many_cells", json.dumps({"cells": [cell] * 50_000}), file="07_autograd.ipynb")


@made
def notebook_in_another_script(parent: Path) -> str:
    """Hand in a notebook under the name of a script."""
    return lay(parent, "notebook_in_another_script", (HERE / "notebook_forged_outputs.ipynb").read_bytes())


@made
def two_files(parent: Path) -> str:
    """Hand in two files for one exercise, so that the better one counts."""
    lay(parent, "two_files", (HERE / "always_equal.py").read_bytes())
    return lay(parent, "two_files", (HERE / "notebook_magics.ipynb").read_bytes(), file="07_AUTOGRAD.ipynb")


@made
def many_files(parent: Path) -> str:
    """Hand in twenty thousand files with names that are similar to an exercise's."""
    lay(parent, "many_files", (HERE / "always_equal.py").read_bytes())
    for number in range(20_000):
        (parent / "many_files" / f"07_autograd_{number}.py").touch()
    return "many_files"


@made
def student_called_class_json(parent: Path) -> str:
    """Have the name of the class's table."""
    return lay(parent, "class.json", (HERE / "always_equal.py").read_bytes())


@made
def student_called_multiprocessing(parent: Path) -> str:
    """Have the name of a module that the grader imports, in a folder where it may be started."""
    lay(parent, "multiprocessing", TOUCH, file="__init__.py")
    return lay(parent, "multiprocessing", (HERE / "always_equal.py").read_bytes())


@made
def student_of_a_long_name(parent: Path) -> str:
    """Have a name that becomes three times as long when it is shown."""
    return lay(parent, "\U0001d160" * 63, (HERE / "always_equal.py").read_bytes())


@made
def student_of_an_evil_name(parent: Path) -> str:
    """Have a name with control characters, path separators and the beginning of a formula."""
    return lay(parent, "=..\x1b]0;owned\x07\n\u202e<script>", (HERE / "always_equal.py").read_bytes())


@made
def student_called_dots(parent: Path) -> str:
    """Have a name that looks like the parent folder."""
    return lay(parent, "..\u200b.", (HERE / "always_equal.py").read_bytes())


# Attacks that take time or the examiner's memory, each within the limits of one call.
TASKS = ("derivative_at", "accumulate_gradients", "halving_chain", "minimize")
WORKER = (HERE / "slow_drip.py").read_text(encoding="utf-8").partition('"""\n')[2].partition("\nimport time\n")[0]
ANSWERING = """

A = "a" * 3999 + "\U0001f600"  # four bytes a character, where it is decoded


def observed(request):
    return dict(nonce=request.nonce, outcome="returned", backward="not_asked" if request.backward is None else "ran")


FACTS = {}


request = asked()
while True:
    if isinstance(request, wire.Load):
        reply = wire.Loaded(nonce=request.nonce, errors=())
    else:
        reply = wire.Observation(**{**observed(request), **FACTS})
    say(wire.encode(reply))
    request = hear()
"""


def forged(parent: Path, name: str, facts: str) -> str:
    """Hand in a worker that answers each call with these facts."""
    return lay(parent, name, WORKER + ANSWERING.replace("FACTS = {}", f"FACTS = {facts}"))


def lazy(parent: Path, name: str, body: str, before: str = "") -> str:
    """Hand in functions that all run this code before they answer."""
    functions = "".join(f"\n\ndef {task}(*arguments, **keywords):\n    return attack()\n" for task in TASKS)
    attack = "\n".join(f"    {line}" for line in body.splitlines())
    return lay(parent, name, f"import os, threading, time\n{before}\n\ndef attack():\n{attack}\n{functions}")


@made
def astral_keywords(parent: Path) -> str:
    """Fill the examiner's memory with facts about keywords that no check reads."""
    return forged(
        parent,
        "astral_keywords",
        'dict(keywords={str(n): wire.Items(kind="list", items=(A,) * 40) for n in range(400)})',
    )


@made
def astral_warnings(parent: Path) -> str:
    """Fill the examiner's memory with warnings."""
    return forged(parent, "astral_warnings", "dict(warnings=(A[-1000:],) * 500)")


@made
def astral_names_of_modules(parent: Path) -> str:
    """Fill the examiner's memory with the names of classes of modules of a model."""
    part = 'wire.SubmoduleFact(name="", classes=(A[-200:],) * 500, training=True, object=0)'
    return forged(
        parent,
        "astral_names_of_modules",
        f"dict(result=wire.ModuleFact(modules=({part},) * 100, parameters=(), buffers=()))",
    )


@made
def astral_operations(parent: Path) -> str:
    """Fill the examiner's memory with the names of functions and operations that ran."""
    counts = "{str(n) + A[-190:]: 1 for n in range(500)}"
    return forged(
        parent,
        "astral_operations",
        f"dict(functions={counts}, operations={counts}, modules={counts}, optimizers={counts})",
    )


@made
def astral_arguments(parent: Path) -> str:
    """Fill the examiner's memory with the arguments' facts, before and after the call."""
    return forged(parent, "astral_arguments", "dict(arguments=(A,) * 8000, before=(A,) * 8000)")


@made
def astral_errors(parent: Path) -> str:
    """Fill the examiner's memory with exceptions, their bases and their messages."""
    raised = "wire.Raised(type=A[-200:], bases=(A[-200:],) * 500, message=A[-1000:], line=1, code=A[-1000:])"
    return forged(
        parent,
        "astral_errors",
        f'dict(outcome="raised", raised={raised}, backward="raised", backward_raised={raised}, result=A)',
    )


@made
def short_texts_by_the_million(parent: Path) -> str:
    """Fill the examiner's memory with texts of two characters, which take twenty times their length."""
    return forged(
        parent,
        "short_texts_by_the_million",
        'dict(result=wire.Items(kind="list", items=(wire.Items(kind="list", items=("ab",) * 20_000),) * 900))',
    )


@made
def dicts_by_the_thousand(parent: Path) -> str:
    """Fill the examiner's memory with small dicts inside small dicts."""
    pair = 'wire.Pairs(kind="dict", items=(("a", 1),))'
    return forged(parent, "dicts_by_the_thousand", f'dict(result=wire.Items(kind="list", items=({pair},) * 19_999))')


@made
def tensors_near_the_limit(parent: Path) -> str:
    """Fill the examiner's memory with the largest tensors that may be sent."""
    tensor = (
        'wire.TensorFact(dtype="uint8", shape=(2**24,), device="cpu", data=bytes(2**24), '
        "requires_grad=False, is_leaf=True, grad_fn=None, grad=None, object=0, storage=0, version=0)"
    )
    return forged(parent, "tensors_near_the_limit", f"dict(result={tensor}, arguments=({tensor},) * 2)")


@made
def sleep_in_each_call(parent: Path) -> str:
    """Sleep in each call almost as long as allowed."""
    return lazy(parent, "sleep_in_each_call", "time.sleep(11)\nreturn 1.0")


@made
def sleep_and_crash(parent: Path) -> str:
    """Sleep as long and end the process, so that it is started again."""
    return lazy(parent, "sleep_and_crash", "time.sleep(5)\nos._exit(0)")


@made
def sleep_at_each_import(parent: Path) -> str:
    """Take long to load and crash in each call, so that the file is loaded again."""
    return lazy(parent, "sleep_at_each_import", "os._exit(0)", before="time.sleep(4)")


@made
def sleep_in_threads(parent: Path) -> str:
    """Compute in threads while the main thread waits, to look like a busy machine."""
    body = "threads = [threading.Thread(target=spin, daemon=True) for _ in range(20)]\n"
    body += "[t.start() for t in threads]\ntime.sleep(3)\nreturn 1.0"
    return lazy(parent, "sleep_in_threads", body, before="def spin():\n    while True:\n        pass\n")


@made
def sleep_as_the_idle(parent: Path) -> str:
    """Run with idle priority, so that the time looks like the machine's."""
    body = "time.sleep(6)\nend = time.process_time() + 1\nwhile time.process_time() < end:\n    pass\nreturn 1.0"
    before = (
        "for give_way in (lambda: os.nice(19), lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))):\n"
    )
    before += "    try:\n        give_way()\n    except OSError:\n        pass\n"
    return lazy(parent, "sleep_as_the_idle", body, before=before)


@made
def seed_of_the_course(parent: Path) -> str:
    """Compute the inputs of a call from the seed that comes with it."""
    attack = """

import torch


found = [0, 0, 0]  # how often each guess was right: once is chance


def derivative_at(fn, value):
    call = asked()
    for n, seed in enumerate((call.seed, call.nonce % 2**63, call.seed ^ call.nonce)):
        x = float(torch.rand((), generator=torch.Generator().manual_seed(seed), dtype=torch.float64))
        for low, high in ((-4, -1), (1.5, 9), (200, 900), (0.2, 1.4), (1, 5)):
            found[n] += round(low + (high - low) * x, 2) == value
            if found[n] == 3:
                raise RuntimeError("SUCCEEDED: the input follows from the seed")
    raise ValueError("not found")
"""
    return lay(parent, "seed_of_the_course", WORKER + attack)


# The night


@dataclass
class Night:
    """The result of the run: folders, reports by attack, times, and what remained."""

    alone: Path
    together: Path
    students: dict[str, str]
    reports: dict[str, tuple[Path, dict[str, Any]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    workers: int = 0
    whole: float = 0.0
    connections: list[object] = field(default_factory=list)
    left_behind: dict[str, list[str]] = field(default_factory=dict)
    temporary: list[str] = field(default_factory=list)


def attack_files() -> list[Path]:
    """Return the files of this folder that are attacks."""
    files = [*HERE.glob("*.py"), *HERE.glob("*.ipynb")]
    return sorted(file for file in files if not file.name.startswith("test_") and file.name != "conftest.py")


ATTACKS = sorted([file.stem for file in attack_files()] + list(MADE))


def exercise_of(text: str) -> str:
    """Return the exercise whose tasks an attack defines, or the first one."""

    def has(name: str) -> bool:
        return f"{name} =" in text or f"def {name}(" in text

    return next((id for id in IDS if any(has(task.name) for task in CATALOG.get(id).tasks)), IDS[0])


def lay_down(parent: Path) -> dict[str, str]:
    """Make the attackers' folders; return their names by attack."""
    students = {}
    for file in attack_files():
        text = file.read_text(encoding="utf-8")
        lay(parent, file.stem, text, file=exercise_of(text) + file.suffix)
        for name, content in BESIDE.get(file.stem, {}).items():
            path = parent / file.stem / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        students[file.stem] = file.stem
    for name, make in MADE.items():
        students[name] = make(parent)
    return students


def lay_down_honest(parent: Path) -> None:
    """Make the honest students' folders, each file with a line that no other report may contain."""
    for student, example in HONEST.items():
        for file in (ROOT / "examples" / "class" / example).iterdir():
            text = file.read_text(encoding="utf-8")
            if file.suffix == ".py":
                text += f"\n# {SECRET} of {student}\n"
            lay(parent, student, text, file=file.name)


def grade(submissions: Path, out: Path) -> None:
    """Grade a class."""
    # Never relaxed_sandbox: these are attacks.
    settings = Settings(root=str(ROOT), exercises=IDS, course_seed="night", inputs="by_content", seconds=SECONDS)
    grade_class(
        CATALOG, submissions, out, exercises=IDS, jobs=JOBS, settings=settings, progress=lambda done, total, last: None
    )


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """Grade the honest students alone, then the whole class."""
    if not confined_enough(active_layers()):
        pytest.skip("other people's code is not graded here")
    base = tmp_path_factory.mktemp("night")
    night = Night(alone=base / "alone-out", together=base / "together-out", students={})
    (base / "alone").mkdir()
    lay_down_honest(base / "alone")
    (base / "together").mkdir()
    lay_down_honest(base / "together")
    night.students = lay_down(base / "together")
    own = base / "tmp"
    own.mkdir()
    with pytest.MonkeyPatch.context() as patch, become_the_reaper(), listening(night.connections):
        patch.setenv("ATTACKERS_WANT", SECRET)
        patch.setenv("TMPDIR", str(own))
        patch.chdir(base / "together")  # the worst place to start from
        grade(base / "alone", night.alone)
        watch_the_workers(patch, night)
        before = traces()
        started = time.monotonic()
        grade(Path(), night.together)
        night.whole = time.monotonic() - started
        night.left_behind = left_behind(before)
        night.temporary = os.listdir(own)
    for path in night.together.glob("*/report.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        night.reports[report["student"]] = path.parent, report
    yield night


def watch_the_workers(patch: pytest.MonkeyPatch, night: Night) -> None:
    """Record how long each submission takes, and how many workers are started."""
    given: weakref.WeakKeyDictionary[Worker, tuple[str, float]] = weakref.WeakKeyDictionary()  # keeps none alive
    start, give, take = Worker.__init__, Worker.give, Worker.take

    def counted(worker: Worker, settings: Settings, submission: Submission) -> None:
        night.workers += 1
        start(worker, settings, submission)

    def timed(worker: Worker, submission: Submission) -> None:
        given[worker] = submission.student, time.monotonic()
        give(worker, submission)

    def noted(worker: Worker) -> Any:
        message = take(worker)
        student, since = given[worker]
        if isinstance(message, Started):
            given[worker] = student, time.monotonic()
        elif isinstance(message, Reported):
            night.seconds[student] = night.seconds.get(student, 0.0) + time.monotonic() - since
        return message

    patch.setattr(Worker, "__init__", counted)
    patch.setattr(Worker, "give", timed)
    patch.setattr(Worker, "take", noted)


@contextlib.contextmanager
def become_the_reaper() -> Iterator[None]:
    """Adopt every process that survives its parent, so that it can be found."""
    libc = ctypes.CDLL(None)
    subreaper = 36
    libc.prctl(subreaper, 1, 0, 0, 0)
    yield
    libc.prctl(subreaper, 0, 0, 0, 0)


@contextlib.contextmanager
def listening(heard: list[object]) -> Iterator[None]:
    """Listen where attackers try to connect."""
    sockets = []
    for family, address in (
        (socket.AF_INET, ("127.0.0.1", PORT)),
        (socket.AF_INET6, ("::1", PORT)),
        (socket.AF_UNIX, f"\0{MARK}"),
    ):
        with contextlib.suppress(OSError):  # another run may listen there, or the family is not supported
            sockets.append(socket.socket(family))
            sockets[-1].bind(address)
            sockets[-1].listen()

    def hear(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                heard.append(listener.accept())

    for listener in sockets:
        threading.Thread(target=hear, args=(listener,), daemon=True).start()
    yield
    for listener in sockets:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def traces() -> dict[str, list[str]]:
    """Return everything that a run could leave behind."""
    return {
        "processes": descendants(),
        "mounts": Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines(),
        "descriptors": [str(number) for number in range(len(os.listdir("/proc/self/fd")))],
        "marked files": marked_files(),
        "marked sockets": [line for line in sockets_of_the_system() if MARK in line or f":{PORT:04X} " in line],
        "libraries": [f"{os.stat(str(sys.modules[name].__file__)).st_mtime_ns}" for name in ("msgspec", "grader.wire")],
        "data": sorted(os.listdir(_data_home())) if _data_home().is_dir() else [],
    }


def left_behind(before: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what did not exist before; wait for what needs time to end."""
    deadline = time.monotonic() + 5
    while True:
        new = {kind: [trace for trace in found if trace not in before[kind]] for kind, found in traces().items()}
        if not any(new.values()) or time.monotonic() > deadline:
            return new
        time.sleep(0.1)


def descendants() -> list[str]:
    """Return the command lines of all processes that descend from this one, but for multiprocessing's own tracker.

    Those that have ended do not count: the system's first process, whose children they would become, buries them.
    """
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent, *_ = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if state != "Z":
                children.setdefault(int(parent), []).append(int(stat.parent.name))
    found, waiting = [], [os.getpid()]
    while waiting:
        for pid in children.get(waiting.pop(), []):
            waiting.append(pid)
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                if "resource_tracker" not in command:
                    found.append(f"{pid} {command}")
    return sorted(found)


def sockets_of_the_system() -> list[str]:
    """Return the lines of the system's tables of sockets, without their numbers: they change as others come and go."""
    tables = [Path("/proc/net") / name for name in ("unix", "tcp", "tcp6", "udp")]
    lines = [line for table in tables if table.is_file() for line in table.read_text(encoding="utf-8").splitlines()]
    return [line.partition(": ")[2] for line in lines]


def marked_files() -> list[str]:
    """Return the files that attacks have left in shared folders, home, the clone or libraries."""
    packages = Path(str(sys.modules["msgspec"].__file__)).parents[1]
    places = [
        Path(place) for place in ("/", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", tempfile.gettempdir())
    ]
    places += [Path.home(), ROOT, packages, packages / "msgspec", packages / "torch", _data_home(), Path(sys.prefix)]
    places += [folder for folder in (ROOT / "grader", ROOT / "tests", ROOT / "exercises", ROOT / "solutions")]
    found = {f"{place}/{name}" for place in places if place.is_dir() for name in os.listdir(place) if MARK in name}
    asked = ["git", "-C", str(ROOT), "status", "--porcelain", "--ignored", "-z"]
    with contextlib.suppress(OSError):
        changed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split("\0")
        found |= {line for line in changed if MARK in line}
    return sorted(found)


# What must hold


def require(night: Night, problems: Callable[[Path, dict[str, Any]], Iterable[object]]) -> None:
    """Fail with the names of all attacks that have problems, found in the folder and report of each."""
    found = []
    for attack in ATTACKS:
        folder, report = night.reports[student_name(night.students[attack])]
        found += [f"{attack}: {problem}" for problem in problems(folder, report)]
    assert not found, "\n" + "\n".join(found)


def test_there_are_enough_attacks() -> None:
    """There are at least eighty attacks, each with its own name and one line that says what it tries."""
    assert len(ATTACKS) == len(set(ATTACKS)) >= 80
    for file in attack_files():
        text = file.read_text(encoding="utf-8")
        says = ast.get_docstring(ast.parse(text)) if file.suffix == ".py" else json.loads(text)["cells"][0]["source"]
        assert says and "\n" not in says and says.endswith("."), file.name
    for make in MADE.values():
        assert make.__doc__ and "\n" not in make.__doc__
    assert set(BESIDE) <= {file.stem for file in attack_files()}


def test_a_failure_names_every_attack() -> None:
    """A failure names every attack that gets somewhere."""
    reports = {student_name(attack): (Path(), {}) for attack in ATTACKS}
    night = Night(alone=Path(), together=Path(), students={attack: attack for attack in ATTACKS}, reports=reports)
    with pytest.raises(AssertionError) as failure:
        require(night, lambda *_: ["first", "second"])
    missing = [
        f"{a}: {what}" for a in ATTACKS for what in ("first", "second") if f"{a}: {what}" not in str(failure.value)
    ]
    assert missing == []


def test_attacks_win_nothing(night: Night) -> None:
    """Each attacker gets a valid report with no points, as for an untouched stub."""
    schema = json.loads((ROOT / "docs" / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)

    def won(_: Path, report: dict[str, Any]) -> Iterator[object]:
        yield from (f"{error.json_path}: {error.message}" for error in validator.iter_errors(report))
        tasks = [task for exercise in report["exercises"] for task in exercise["tasks"]]
        yield from (f"{c['id']} gives {c['points']} points" for task in tasks for c in task["checks"] if c["points"])
        if report["points"] != 0 or report["max_points"] != 37:
            yield f"{report['points']} of {report['max_points']} points"
        if [exercise["id"] for exercise in report["exercises"]] != list(IDS):
            yield "other exercises"
        if all(exercise["status"] == "not_submitted" for exercise in report["exercises"]):
            yield "nothing was handed in"

    require(night, won)


def test_attacks_learn_nothing(night: Night) -> None:
    """No report contains a success, a secret, or a line of a suite or a solution, and none is long."""
    private = [SUCCEEDED, SECRET, *private_lines()]

    def learnt(_: Path, report: dict[str, Any]) -> Iterator[object]:
        text = json.dumps(report, ensure_ascii=False)
        yield from (f"its report says {line!r}" for line in private if line in text)
        if len(text) >= 100_000:
            yield f"its report has {len(text)} characters"

    require(night, learnt)


def test_attacks_break_no_check(night: Night) -> None:
    """No check broke, and no worker died."""

    def broken(_: Path, report: dict[str, Any]) -> list[object]:
        text = json.dumps(report, ensure_ascii=False)
        return [s.text for s in (learner.BROKEN_CHECK, learner.ENDED_THE_GRADER) if s.text in text]

    require(night, broken)


def test_attacks_take_bounded_time(night: Night) -> None:
    """No attack takes a worker for long."""

    def slow(_: Path, report: dict[str, Any]) -> list[object]:
        seconds = night.seconds.get(report["student"], 0.0)
        return [f"{seconds:.0f} s"] if seconds >= LONGEST else []

    require(night, slow)


def test_attacks_are_shown_safely(night: Night) -> None:
    """A report in the terminal has no control characters."""
    require(night, lambda folder, _: sorted(map(repr, steers(terminal(student_feedback(load_report(folder)))))))


def terminal(what: RenderableType) -> str:
    """Return what a terminal gets, without colours."""
    shown = io.StringIO()
    Console(file=shown, width=120, markup=False, highlight=False, emoji=False, color_system=None).print(what)
    return shown.getvalue()


def steers(text: str) -> set[str]:
    """Return the control characters of a text that affect a terminal."""
    return {c for c in text if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f" or c in "\u202e\u2066"}


def private_lines() -> list[str]:
    """Return the lines of suites and solutions that students are not shown."""
    lines = set()
    for suite in (ROOT / "tests" / "hidden").glob("test_[0-9]*.py"):
        text = suite.read_text(encoding="utf-8")
        lines |= {
            line.strip() for line in text.splitlines() if "candidate." in line or "draw." in line or "near(" in line
        }
    for solution in (ROOT / "solutions").glob("*.py"):
        inside = False
        for line in solution.read_text(encoding="utf-8").splitlines():
            inside = "BEGIN SOLUTION" in line or (inside and "END SOLUTION" not in line)
            lines |= {line.strip()} if inside and "#" not in line else set()
    told = [
        path.read_text(encoding="utf-8")
        for room in ("exercises", "tests/public")
        for path in (ROOT / room).glob("*.py")
    ]
    return sorted(line for line in lines if len(line) > 25 and not any(line in text for text in told))


def test_others_notice_nothing(night: Night) -> None:
    """An honest student's report is the same, byte for byte, as without attackers in the class."""
    alone, together = (
        {student: (folder / student / "report.json").read_bytes() for student in HONEST}
        for folder in (night.alone, night.together)
    )
    assert [student for student in HONEST if together[student] != alone[student]] == []


def test_honest_work_is_worth_its_points(night: Night) -> None:
    """The honest reports have points, so that they are not equal only because they are empty."""
    assert load_report(night.alone / "a-complete").points == 37
    assert 0 < load_report(night.alone / "d-half-done").points < 37


def test_everybody_has_a_report(night: Night) -> None:
    """There is one report for each student, the class's table, and otherwise only the cache."""
    reports = {path.name for path in night.together.iterdir()} - {"class.json", ".graded", "course-seed.txt"}
    assert len(reports) == len(ATTACKS) + len(HONEST)
    assert all({"report.json"} <= {*os.listdir(night.together / name)} <= {"report.json", "code"} for name in reports)
    table = json.loads((night.together / "class.json").read_text(encoding="utf-8"))
    assert len(table["students"]) == len(reports)
    schema = json.loads((ROOT / "docs" / "schemas" / "class.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(table, schema)


def test_no_lane_died(night: Night) -> None:
    """The run ends with the workers that it began with."""
    assert night.workers == JOBS


def test_nothing_is_left_behind(night: Night) -> None:
    """After the run there is no new process, mount, socket, descriptor or file."""
    assert night.left_behind and not any(night.left_behind.values()), night.left_behind
    assert night.temporary == []


def test_class_is_shown_safely(night: Night) -> None:
    """The class's table has no control characters."""
    table = msgspec.json.decode((night.together / "class.json").read_bytes(), type=ClassReport)
    assert not steers(terminal(class_table(table)))


def test_nobody_called_home(night: Night) -> None:
    """No connection left the sandbox."""
    assert night.connections == []


def test_the_whole_run_takes_bounded_time(night: Night) -> None:
    """All attacks together take minutes, not hours."""
    assert night.whole < WHOLE
