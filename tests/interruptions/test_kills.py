"""Always a result: whatever is killed, grading again finishes the class, and the reports are those of a quiet run.

A class is graded by the command, once undisturbed and once under fire: at random moments a process of it is killed with
no chance to say goodbye, and when the command itself has gone it is started again. `make test` does so a few times;
`make interrupt` 50 times, on 100 submissions.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import pytest

from grader.sandbox import active_layers
from grader.sentences import learner

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
GRADER = Path(sys.executable).parent / "grader"
SCHEMAS = ROOT / "docs" / "schemas"
STRIKES = int(os.environ.get("GRADER_STRIKES", "6"))
SUBMISSIONS = int(os.environ.get("GRADER_SUBMISSIONS", "20"))
SEED = int(os.environ.get("GRADER_STRIKES_SEED", "1"))
JOBS = 2
EXERCISES = ("07_autograd", "08_detach_and_inplace")

# The kinds of process to kill, ten in turn. With namespaces a "server" has two processes: one waits for the other.
TARGETS = (
    "command",
    "worker",
    "server",
    "candidate",
    "reader",
    "tracker",
    "command",
    "template",
    "server",
    "candidate",
)
EARLY = 0.25  # the share of kills that do not wait for a result: most of these hit a process that is starting
GONE_WITHIN = 2.0  # seconds
ABSENT = 5.0  # seconds to wait for a process of the kind to kill


# The class, and the course that it is graded with

LINES = {
    "gradient_step_": (
        "    with torch.no_grad():\n        x -= learning_rate * x.grad\n    return x",
        "    x.data = x.data - learning_rate * x.grad\n    return x",
        "    x -= learning_rate * x.grad\n    return x",
    ),
    "snapshot": ("    return x.detach().clone()", "    return x.detach()", "    return x.clone()"),
    "exp_plus_one": (
        "    return t.exp() + 1",
        "    z = t.exp()\n    z += 1\n    return z",
        "    raise NotImplementedError",
    ),
}
PARAMETERS = {"gradient_step_": "x, learning_rate", "snapshot": "x", "exp_plus_one": "t"}

# Added to each suite, which runs in the workers: it writes a line for each examination of a submission.
COUNTING = """

import os

import pytest


before = []  # the last run: a check that fails is run again at once, with the reference in place of the submission


@pytest.fixture(autouse=True)
def counted(draw, request):
    mine = [item for item in request.session.items if item.path == request.node.path]
    run = request.node.nodeid, draw.seed
    if mine[0] is request.node and before != [run]:
        with open({log!r}, "a") as file:
            file.write(f"{{request.node.path.stem}} {{draw.seed}}\\n")
    before[:] = [run]
"""


def lay_down_course(course: Path, log: Path) -> None:
    """Copy the course; its public suites then count how often a submission is examined."""
    for folder in ("exercises", "solutions", "tests/hidden", "tests/public", "tests/misconceptions"):
        shutil.copytree(ROOT / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for exercise in EXERCISES:
        with open(course / "tests" / "public" / f"test_{exercise}.py", "a", encoding="utf-8") as suite:
            suite.write(COUNTING.format(log=str(log)))


def lay_down_class(folder: Path, submissions: int) -> None:
    """Write submissions that are graded fast: some students with both exercises, some unreadable, one without any."""
    rng = random.Random(0)
    left = submissions
    for number in range(submissions):
        if left == 0:
            break
        student = folder / f"student {number:03}"
        student.mkdir(parents=True)
        if number % 10 == 7 and left >= 2:
            shutil.copy(ROOT / "examples" / "class" / "wrong-answers" / "07_autograd.py", student)
            left -= 1
        bodies = {name: rng.choice(lines) for name, lines in LINES.items()}
        text = "import torch\n\n" + "".join(f"\ndef {n}({PARAMETERS[n]}):\n{body}\n\n" for n, body in bodies.items())
        if number % 10 == 4:
            text += "def broken(:\n"
        (student / "08_detach_and_inplace.py").write_text(text, encoding="utf-8")
        left -= 1
    (folder / "without any").mkdir()


# Processes


@dataclass(frozen=True)
class Found:
    """A process and its role in the grader."""

    pid: int
    started: str  # together with the number, unique for every process
    kind: str


@dataclass(frozen=True)
class _Stat:
    parent: int
    state: str
    started: str


def _stats() -> dict[int, _Stat]:
    stats = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{entry}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                stats[int(entry)] = _Stat(parent=int(fields[1]), state=fields[0], started=fields[19])
    return stats


def _told(pid: int, file: str) -> str:
    try:
        return Path(f"/proc/{pid}/{file}").read_text("utf-8", "replace")
    except OSError:
        return ""


def _depth(pid: int) -> int:
    """Return the number of process namespaces in which a process has a number."""
    return next((len(line.split()) for line in _told(pid, "status").splitlines() if line.startswith("NSpid:")), 2) - 1


_PREFORK = "grader.prefork"  # in the command line of the template, and of its forks


def _kind(pid: int, stats: dict[int, _Stat]) -> str:
    parent = stats[pid].parent
    command = _told(pid, "cmdline")
    if _PREFORK in command:
        # The workers, their servers, and candidates are forks of one program, the template. With namespaces there is
        # one process more, which the worker forked and which only waits for the server.
        above = 0
        while parent in stats and _PREFORK in _told(parent, "cmdline"):
            above, parent = above + 1, stats[parent].parent
        if above == 3:
            return "server" if _depth(pid) > _depth(stats[pid].parent) else "candidate"
        return ("template", "worker", "server")[above] if above < 3 else "candidate"
    if "spawn_main" in command:
        return "reader"
    if "resource_tracker" in command:
        return "tracker"
    return "command" if "grade" in command.split("\0") else "other"


class Processes:
    """The processes that this one has started or adopted since this object was made."""

    def __init__(self) -> None:
        self._before = {(pid, stat.started) for pid, stat in self._descendants().items()}

    def found(self) -> list[Found]:
        """Return the running processes, and collect those that ended and have no other parent."""
        stats = self._descendants()
        return [Found(pid, stat.started, _kind(pid, stats)) for pid, stat in stats.items() if stat.state not in "ZX"]

    def bury(self, beside: int) -> None:
        """Collect ended processes that this one has adopted; `beside` has its own collector."""
        for pid, stat in self._descendants().items():
            if stat.state == "Z" and stat.parent == os.getpid() and pid != beside:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def _descendants(self) -> dict[int, _Stat]:
        stats = _stats()
        before: set[tuple[int, str]] = getattr(self, "_before", set())
        mine = {os.getpid()}
        found = {}
        grown = True
        while grown:
            grown = False
            for pid, stat in stats.items():
                if stat.parent in mine and pid not in mine and (pid, stat.started) not in before:
                    mine.add(pid)
                    found[pid] = stat
                    grown = True
        return found


@contextlib.contextmanager
def become_the_reaper() -> Iterator[None]:
    """Adopt every process that survives its parent, so that it can be found."""
    libc, subreaper = ctypes.CDLL(None), 36
    libc.prctl(subreaper, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(subreaper, 0, 0, 0, 0)


# Grading, and being disturbed


@dataclass(kw_only=True)
class Run:
    """The grading of one class into `out`, over several starts of the command, and what was observed."""

    jobs: int
    course: Path
    submissions: Path
    out: Path
    temporary: Path
    log: Path
    struck: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # reports that were incomplete when they were read
    rewritten: list[str] = field(default_factory=list)  # submissions that were graded although their result was stored
    left: list[str] = field(default_factory=list)  # processes that were left after the command
    lingered: float = 0.0
    seconds: float = 0.0
    _kept: dict[str, tuple[int, int]] = field(default_factory=dict)
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0

    def start(self) -> None:
        """Start the command."""
        self.temporary.mkdir(exist_ok=True)
        arguments = [str(GRADER), "grade", str(self.submissions), "--out", str(self.out), "--jobs", str(self.jobs)]
        arguments += [
            "--seed",
            "kills",
            "--course",
            str(self.course),
            "--trust-submissions",
            *(part for id in EXERCISES for part in ("--exercise", id)),
        ]
        with open(self.out.with_suffix(".txt"), "wb") as words:
            self._process = subprocess.Popen(
                arguments,
                cwd=self.course,
                env={**os.environ, "TMPDIR": str(self.temporary)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
            )
        self._started = time.monotonic()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The command that runs, or ran last."""
        assert self._process is not None
        return self._process

    def ended(self) -> bool:
        """Say whether the command has ended."""
        return self.process.poll() is not None

    def until(self, condition: Callable[[], bool], *, seconds: float = 300.0) -> None:
        """Wait until a condition holds, the command has ended, or time is up."""
        deadline = time.monotonic() + seconds
        while not condition() and not self.ended() and time.monotonic() < deadline:
            time.sleep(0.02)

    def since_start(self) -> float:
        """Return for how many seconds the command has been running."""
        return time.monotonic() - self._started

    def finish(self, processes: Processes) -> int:
        """Wait for the command and for everything that it started; return its exit code."""
        code = self.process.wait(timeout=300)
        ended = time.monotonic()
        self.codes.append(code)
        self.words.append(self.out.with_suffix(".txt").read_text("utf-8", "replace"))
        while left := processes.found():
            if time.monotonic() - ended > GONE_WITHIN:
                self.left += [f"{one.kind} {one.pid}, after exit code {code}" for one in left]
                for one in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(one.pid, signal.SIGKILL)
            time.sleep(0.02)
        processes.bury(self.process.pid)
        self.lingered = max(self.lingered, time.monotonic() - ended)
        self.look()
        return code

    def graded(self) -> int:
        """Return the number of stored results."""
        try:
            return sum(not name.startswith(".") for name in os.listdir(self.out / ".graded"))
        except FileNotFoundError:
            return 0

    def sittings(self) -> Counter[str]:
        """Return how often each submission was examined."""
        return Counter(self.log.read_text("utf-8").splitlines() if self.log.exists() else ())

    def look(self) -> None:
        """Record every incomplete report, and every stored result that was written again."""
        now = self._ledger()
        self.rewritten += [name for name, mark in self._kept.items() if now.get(name) != mark]
        self._kept = now
        for path in [*self.out.glob("*/report.json"), *self.out.glob("class.json")]:
            mark = _mark(path)
            if self._seen.get(str(path)) == mark:
                continue
            self._seen[str(path)] = mark
            try:
                VALIDATORS[path.stem].validate(json.loads(path.read_bytes()))
            except (ValueError, jsonschema.ValidationError) as error:
                self.broken.append(f"{path.relative_to(self.out)}: {error}")

    def reports(self) -> dict[str, bytes]:
        """Return all reports, with the class's, as bytes."""
        paths = [*self.out.glob("*/report.json"), *self.out.glob("class.json")]
        return {str(path.relative_to(self.out)): path.read_bytes() for path in paths}

    def _ledger(self) -> dict[str, tuple[int, int]]:
        return {path.name: _mark(path) for path in self.out.glob(".graded/[!.]*.json")}


def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")))


VALIDATORS = {name: _validator(name) for name in ("report", "class")}


def _mark(path: Path) -> tuple[int, int]:
    """Return a value that changes if a file is written again."""
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns


@dataclass(frozen=True)
class Strike:
    """A kill: which kind of process, after how many results (none: at once), and how many seconds later."""

    target: str
    graded: int
    delay: float


def plan(strikes: int, submissions: int, rng: random.Random) -> list[Strike]:
    """Return kills over a whole run; the same seed gives the same kills."""
    targets = [TARGETS[number % len(TARGETS)] for number in range(strikes)]
    rng.shuffle(targets)
    moments = sorted(rng.randrange(int(0.9 * submissions)) for _ in targets)
    return [
        Strike(target, 0, rng.uniform(0, 3)) if rng.random() < EARLY else Strike(target, moment, rng.uniform(0, 0.1))
        for target, moment in zip(targets, moments, strict=True)
    ]


def strike(run: Run, processes: Processes, target: str, rng: random.Random) -> str | None:
    """Kill a process of this kind; return it, or None if there is none."""
    there = sorted((one for one in processes.found() if one.kind == target), key=lambda one: int(one.started))
    if not there:
        return None
    victim = rng.choice(there)
    try:
        os.kill(victim.pid, signal.SIGKILL)
    except ProcessLookupError:
        return None
    return f"{target} after {run.since_start():.1f} s, {run.graded()} graded"


def disturb(run: Run, processes: Processes, strikes: list[Strike], rng: random.Random) -> None:
    """Grade a class during kills; start the command again whenever it has ended, and let it finish at the end."""
    began = time.monotonic()
    run.start()
    for one in strikes:
        said, missed = None, 0
        while said is None:
            if run.ended():
                run.finish(processes)
                run.start()
            run.until(lambda run=run, one=one: run.graded() >= one.graded)
            run.until(lambda: False, seconds=one.delay)
            # If everything is graded there are no workers, so a kill of one goes to another process.
            target = one.target if missed < 3 else "command"
            deadline = time.monotonic() + ABSENT
            while said is None and not run.ended() and time.monotonic() < deadline:
                said = strike(run, processes, target, rng)
                time.sleep(0.03)
            missed += 1
        run.struck.append(said)
        run.look()
        if said.startswith("command"):
            run.finish(processes)
            run.start()
    if run.finish(processes) != 0:  # the last kill may have hit a process that was starting
        run.start()
        run.finish(processes)
    run.seconds = time.monotonic() - began


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same class, graded twice."""

    quiet: Run
    disturbed: Run
    sittings: Counter[str]  # those of the disturbed run, before the last start of the command
    given_up: int  # and the number of submissions that had two workers killed until then


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Grade a class undisturbed, then with kills, then once more."""
    base = tmp_path_factory.mktemp("kills")
    log = base / "sittings.txt"
    lay_down_course(base / "course", log)
    lay_down_class(base / "class", SUBMISSIONS)
    quiet, disturbed = (
        Run(
            jobs=jobs,
            course=base / "course",
            submissions=base / "class",
            out=base / name,
            temporary=base / f"tmp-{name}",
            log=log,
        )
        for name, jobs in (("quiet", 1), ("disturbed", JOBS))
    )
    with become_the_reaper():
        processes = Processes()
        began = time.monotonic()
        quiet.start()
        quiet.finish(processes)
        quiet.seconds = time.monotonic() - began
        log.rename(base / "quiet-sittings.txt")
        quiet.log = base / "quiet-sittings.txt"
        rng = random.Random(SEED)
        try:
            disturb(disturbed, processes, plan(STRIKES, SUBMISSIONS, rng), rng)
            sittings = disturbed.sittings()
            given_up_on = learner.ENDED_THE_GRADER.text.encode()
            given_up = sum(
                text.count(given_up_on) for name, text in disturbed.reports().items() if name != "class.json"
            )
            for path in disturbed.out.rglob(".writing-*"):
                os.utime(path, (0, 0))  # as if the last run had been long ago
            disturbed.start()
            disturbed.finish(processes)
        finally:
            for one in processes.found():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)
    tell(quiet, disturbed)
    yield Pair(quiet=quiet, disturbed=disturbed, sittings=sittings, given_up=given_up)


def tell(quiet: Run, disturbed: Run) -> None:
    """Print what was done, for `make interrupt`."""
    kinds = Counter(words.split()[0] for words in disturbed.struck)
    more = sum(disturbed.sittings().values()) - sum(quiet.sittings().values())
    print(
        f"\n{len(disturbed.struck)} strikes on {SUBMISSIONS} submissions: {dict(kinds)}; "
        f"exit codes {dict(Counter(disturbed.codes))}; {more} examined again; "
        f"{disturbed.seconds:.0f} s, undisturbed {quiet.seconds:.0f} s; "
        f"processes outlived the command by {disturbed.lingered:.1f} s at most"
    )
    print(*disturbed.struck, sep="\n")


# What holds


def test_the_quiet_run_is_one(pair: Pair) -> None:
    """The undisturbed run is complete: every student has a report, and none was examined twice."""
    assert pair.quiet.codes == [0] and pair.quiet.broken == pair.quiet.rewritten == pair.quiet.left == []
    assert set(pair.quiet.sittings().values()) == {1}
    assert pair.quiet.graded() == SUBMISSIONS
    students = sum(1 for _ in pair.quiet.submissions.iterdir())
    assert len(pair.quiet.reports()) == students + 1


def test_every_strike_hit(pair: Pair) -> None:
    """The requested number of kills happened, for every kind of process."""
    assert len(pair.disturbed.struck) == STRIKES
    assert {words.split()[0] for words in pair.disturbed.struck} == set(TARGETS[:STRIKES])


def test_grading_again_finishes_it(pair: Pair) -> None:
    """The undisturbed last start ends well; the others were killed, or a worker could not start."""
    codes = pair.disturbed.codes
    assert codes[-2:] == [0, 0] and set(codes) <= {0, 2, -signal.SIGKILL}
    assert codes.count(-signal.SIGKILL) == sum(words.startswith("command") for words in pair.disturbed.struck)
    for code, words in zip(codes, pair.disturbed.words, strict=True):
        assert "Traceback" not in words and (code != 2 or "grader: Cannot" in words), words


def test_the_reports_are_those_of_a_quiet_run(pair: Pair) -> None:
    """All reports, with the class's, equal those of the undisturbed run byte for byte."""
    quiet, disturbed = pair.quiet.reports(), pair.disturbed.reports()
    assert set(disturbed) == set(quiet)
    assert [name for name in quiet if disturbed[name] != quiet[name]] == []


def test_reports_are_whole_at_every_moment(pair: Pair) -> None:
    """After each kill every existing file is a valid report."""
    assert pair.disturbed.broken == []


def test_nothing_is_graded_twice_without_need(pair: Pair) -> None:
    """Stored results are never written again; only submissions in progress at a kill are examined again."""
    assert pair.disturbed.rewritten == []
    assert pair.disturbed.graded() == SUBMISSIONS
    assert pair.disturbed.sittings().keys() == pair.quiet.sittings().keys()
    again = pair.sittings.total() - len(pair.sittings)
    struck = sum(words.split()[0] in ("worker", "server", "candidate") for words in pair.disturbed.struck)
    stopped = sum(code != 0 for code in pair.disturbed.codes)
    assert again <= struck + JOBS * stopped


def test_grading_a_finished_class_examines_nothing(pair: Pair) -> None:
    """Grading a finished class examines only submissions that killed two workers."""
    assert (pair.disturbed.sittings() - pair.sittings).total() == pair.given_up


def test_no_process_outlives_the_command_for_long(pair: Pair) -> None:
    """Workers, servers and candidates end by themselves after the command has ended."""
    assert pair.disturbed.left == []


def test_no_file_is_left_behind(pair: Pair) -> None:
    """Neither beside the reports nor where temporary files go.

    Where candidates cannot have a file system of their own, their folders are out there: empty ones may stay behind.
    """
    out = pair.disturbed.out
    names = {path.name for path in out.rglob("*") if path.is_file() and path.parent.name not in (".graded", "code")}
    beside = {"class.json", "gradebook.json", "adjustments.toml", "course-seed.txt", ".lock"}
    assert names == {"report.json", *beside}
    assert [path.name for path in out.glob(".graded/*") if path.name.startswith(".")] == []
    left = list(pair.disturbed.temporary.rglob("*"))
    if left and "root" not in active_layers():
        left = [path for path in left if not path.is_dir() or not path.name.startswith(("grader-", "candidate-"))]
    assert left == []
