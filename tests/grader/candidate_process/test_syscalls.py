"""The allow-list of system calls is complete for the libraries and refuses everything else, for every number."""

from __future__ import annotations

import itertools
import json
import os
import struct
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import recording

from grader.candidate_process import syscalls
from grader.sandbox import Server
from grader.sandbox import server as room

pyseccomp = pytest.importorskip("pyseccomp")
pytestmark = pytest.mark.skipif(
    os.uname().machine not in ("x86_64", "aarch64"), reason="the recorder knows two architectures"
)

ROOT = Path(__file__).resolve().parents[3]
Confined = Callable[..., Any]


# What the libraries need

# Code for much of what submissions do, in addition to the solutions, and for what libraries do at their first use. A
# line of `attempts` may raise an exception; only its system calls count.
BROAD = """
    import array, bisect, bz2, calendar, collections, concurrent.futures, contextlib, copy, csv, ctypes, datetime
    import decimal, filecmp, functools, getpass, glob, gzip, hashlib, heapq, io, itertools, json, linecache, locale
    import logging, lzma, math, mmap, os, pathlib, pickle, platform, pprint, queue, random, re, resource, secrets
    import shutil, signal, sqlite3, statistics, string, struct, sys, tarfile, tempfile, textwrap, threading, time
    import timeit, traceback, tracemalloc, types, uuid, warnings, weakref, zipfile, zlib
    import joblib, numpy as np, sklearn, torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    def files():
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.txt")
            path.write_text("x" * 10_000)
            shutil.copy(path, pathlib.Path(folder, "b.txt"))
            shutil.copy2(path, pathlib.Path(folder, "c.txt"))
            path.rename(pathlib.Path(folder, "d.txt"))
            path.touch()
            os.replace(path, pathlib.Path(folder, "e.txt"))
            os.symlink("e.txt", pathlib.Path(folder, "f"))
            sorted(pathlib.Path(folder).rglob("*"))
            shutil.make_archive(os.path.join(folder, "z"), "zip", folder, "b.txt")
            shutil.unpack_archive(os.path.join(folder, "z.zip"), os.path.join(folder, "out"))
            shutil.make_archive(os.path.join(folder, "t"), "gztar", folder, "b.txt")
            shutil.unpack_archive(os.path.join(folder, "t.tar.gz"), os.path.join(folder, "out2"))
            with open(os.path.join(folder, "m"), "w+b") as file:
                file.truncate(8192)
                with mmap.mmap(file.fileno(), 0) as mapped:
                    mapped[:4] = b"abcd"
                    mapped.flush()
                os.fsync(file.fileno())
            with tempfile.NamedTemporaryFile() as file, tempfile.SpooledTemporaryFile() as other:
                file.write(b"x"), other.write(b"x")
            shutil.disk_usage(folder)
            return os.getcwd()

    def numpy():
        a = np.random.default_rng(0).normal(size=(300, 300))
        np.linalg.svd(a), np.linalg.eigh(a @ a.T), np.fft.fft2(a), np.sort(a), np.einsum("ij,jk", a, a)
        np.save("a.npy", a), np.load("a.npy", mmap_mode="r").sum(), np.savez_compressed("a.npz", a=a)
        np.load("a.npz")["a"]
        np.savetxt("a.txt", a[:5]), np.loadtxt("a.txt"), np.memmap("m.dat", dtype="f4", mode="w+", shape=(99, 99))[0, 0]
        a.tofile("a.bin"), np.fromfile("a.bin")

    def scikit_learn():
        from sklearn import (datasets, decomposition, ensemble, linear_model, metrics, model_selection, neighbors,
                             pipeline, preprocessing)
        X, y = datasets.make_classification(200, random_state=0)
        model = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
        model_selection.cross_val_score(model, X, y)
        model_selection.GridSearchCV(neighbors.KNeighborsClassifier(), {"n_neighbors": [1, 3]}, n_jobs=1).fit(X, y)
        ensemble.RandomForestClassifier(5, n_jobs=2).fit(X, y).predict(X)
        ensemble.HistGradientBoostingClassifier(max_iter=3).fit(X, y)
        decomposition.PCA(2).fit_transform(X), metrics.roc_auc_score(y, model.fit(X, y).decision_function(X))
        joblib.dump(model, "model.joblib"), joblib.load("model.joblib").predict(X)
        joblib.Memory("cache", verbose=0).cache(len)(X)
        joblib.Parallel(n_jobs=2, prefer="threads")(joblib.delayed(math.sqrt)(i) for i in range(4))

    def torches():
        torch.set_num_threads(2)
        x = torch.randn(400, 400)
        (x @ x).sum().item(), torch.linalg.svd(x), torch.fft.fft(x), x.sort(), x.unique(), torch.cdist(x, x)
        net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        images = torch.randn(8, 1, 28, 28)
        for optimizer in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop, torch.optim.LBFGS):
            optimizer = optimizer(net.parameters(), lr=0.01)
            def closure():
                optimizer.zero_grad()
                loss = net(images).logsumexp(1).mean()
                loss.backward()
                return loss
            optimizer.step(closure)
        nn.LSTM(4, 5)(torch.randn(2, 3, 4)), nn.TransformerEncoderLayer(8, 2)(torch.randn(2, 3, 8))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            net(images)
        with torch.profiler.profile() as profile:
            net(images)
        profile.key_averages().table()
        torch.set_num_threads(1)

    def keeping():
        net = nn.Linear(2, 1)
        torch.save(net.state_dict(), "w.pt"), torch.load("w.pt", weights_only=True), torch.load("w.pt", mmap=True)
        torch.save(net, "net.pt"), torch.load("net.pt", weights_only=False)
        torch.save(net.state_dict(), "old.pt", _use_new_zipfile_serialization=False), torch.load("old.pt")
        torch.jit.script(net).save("s.pt"), torch.jit.load("s.pt")(torch.ones(1, 2))
        torch.jit.freeze(torch.jit.trace(net.eval(), torch.ones(1, 2)))(torch.ones(1, 2))
        torch.export.save(torch.export.export(net, (torch.ones(1, 2),)), "e.pt2"), torch.export.load("e.pt2")
        torch.compile(net, backend="eager")(torch.ones(1, 2))
        pickle.loads(pickle.dumps(net)), copy.deepcopy(net)

    def compiling():
        torch.compile(lambda x: x * 2 + 1)(torch.ones(3))

    def loading():
        data = TensorDataset(torch.randn(64, 2), torch.randn(64, 1))
        for options in ({"shuffle": True}, {"pin_memory": True}, {"drop_last": True}):
            for x, y in DataLoader(data, batch_size=8, **options):
                x.sum()
        torch.utils.data.random_split(data, [32, 32])

    def workers():
        list(DataLoader(TensorDataset(torch.randn(8, 2)), num_workers=2))

    def threading_():
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            sum(pool.map(math.sqrt, range(100)))
        event, items = threading.Event(), queue.Queue()
        thread = threading.Thread(target=lambda: (items.put(1), event.set()), daemon=True)
        thread.start(), event.wait(5), items.get(), thread.join()
        threading.Timer(0.01, event.set).start(), time.sleep(0.05)

    def system():
        platform.platform(), os.cpu_count(), os.getloadavg() if os.path.exists("/proc/loadavg") else None
        len(os.sched_getaffinity(0)), resource.getrusage(resource.RUSAGE_SELF), resource.getrlimit(resource.RLIMIT_AS)
        time.perf_counter(), time.process_time(), time.thread_time(), time.strftime("%c"), os.times(), os.umask(0o22)
        secrets.token_hex(), uuid.uuid4(), os.urandom(8), os.isatty(0), shutil.get_terminal_size(), os.getlogin
        signal.signal(signal.SIGALRM, lambda *_: None), signal.alarm(1), signal.alarm(0)
        tracemalloc.start(), tracemalloc.stop()
        logging.warning("x"), warnings.warn("x"), gzip.compress(b"x"), lzma.compress(b"x"), bz2.compress(b"x")
        timeit.timeit("1", number=10), sys.stdout.isatty(), locale.setlocale(locale.LC_ALL, "")

    def plots():
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot as plt
        plt.plot([1, 2]), plt.savefig("p.png"), plt.show()

    def f(name):
        try:
            return repr(globals()[name]())
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
    """

# The first must work, the second may raise an exception: there are no processes and no compiler, and matplotlib may be
# missing.
WELL = ("files", "numpy", "scikit_learn", "torches", "keeping", "loading", "threading_", "system")
AS_MAY_BE = ("compiling", "workers", "plots")


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Path]]:
    """A server that records its candidates' refused calls."""
    log = tmp_path / "refused.txt"
    monkeypatch.setattr(room, "_start", recording.start(log))
    with Server(relaxed_sandbox=True) as server:
        yield server, log


def unexpected(log: Path) -> dict[str, list[int]]:
    """Return the refused calls that are not in `DONE_WITHOUT`, by name, with their arguments."""
    return {name: with_ for name, with_ in recording.refused(log).items() if name not in syscalls.DONE_WITHOUT}


@pytest.mark.sandbox
def test_the_solutions_need_no_call_that_is_refused(tmp_path: Path) -> None:
    """Under the filter the solutions get all points; a call that a new release needs is named here."""
    log = tmp_path / "refused.txt"
    log.touch()
    done = subprocess.run(
        [sys.executable, recording.__file__, "grade", str(log), str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert unexpected(log) == {}
    points = json.loads(done.stdout)
    assert len(points) == 20 and [id for id, (won, most) in points.items() if won != most] == []


def test_the_libraries_need_no_call_that_is_refused(recorded: tuple[Server, Path], confined: Confined) -> None:
    """Files, NumPy, scikit-learn, joblib and torch work; their refused calls are all known."""
    server, log = recorded
    candidate = confined(textwrap.dedent(BROAD), by=server)
    said = {name: candidate.python("f", name) for name in (*WELL, *AS_MAY_BE)}
    assert {name: said[name] for name in WELL if "Error: " in said[name]} == {}
    assert unexpected(log) == {}


def test_a_refused_call_is_named(recorded: tuple[Server, Path], confined: Confined) -> None:
    """The recorder sees calls that are refused by name or argument, and unknown calls."""
    server, log = recorded
    source = """
        import ctypes, fcntl, os
        libc = ctypes.CDLL(None, use_errno=True)
        def f():
            for attempt in (os.pipe, lambda: fcntl.fcntl(0, fcntl.F_SETOWN, 1)):
                try:
                    attempt()
                except OSError:
                    pass
            libc.syscall(1000, 0)
        """
    confined(textwrap.dedent(source), by=server).python()
    numbers = {int(line.split()[0]) for line in log.read_text(encoding="ascii").splitlines()}
    native = pyseccomp.Arch.NATIVE
    assert numbers == {pyseccomp.resolve_syscall(native, name) for name in ("pipe2", "fcntl")} | {1000}


# The lists


def test_every_call_is_in_one_list() -> None:
    """A call is needed, allowed for own files, or refused; commands exist only for allowed calls."""
    lists = (syscalls.NEEDED, syscalls.OWN_FILES, syscalls.REFUSED)
    assert all(not (a.keys() & b.keys()) for a, b in itertools.combinations(lists, 2))
    assert syscalls.COMMANDS.keys() <= syscalls.NEEDED.keys() | syscalls.OWN_FILES.keys()
    assert not syscalls.DONE_WITHOUT.keys() & (syscalls.NEEDED.keys() | syscalls.OWN_FILES.keys())
    assert all(why and not why.endswith(".") for why in itertools.chain(*(names.values() for names in lists)))


# The program, run as the kernel runs it

ALLOWED, NOT_PERMITTED, NO_SUCH_CALL = "allowed", "not permitted", "no such call"
ENDS = {0x7FFF0000: ALLOWED, syscalls.NOT_PERMITTED: NOT_PERMITTED, syscalls.NO_SUCH_CALL: NO_SUCH_CALL}


def run(program: bytes, number: int, *arguments: int, architecture: int | None = None) -> str:
    """Return the action of a filter's program for a call."""
    asked = struct.pack(
        "=IIQ6Q",
        number,
        pyseccomp.system_arch() if architecture is None else architecture,
        0,
        *(*arguments, 0, 0, 0, 0, 0, 0)[:6],
    )
    instructions = list(struct.iter_unpack("=HBBI", program))
    at = value = 0
    while True:
        code, then, otherwise, k = instructions[at]
        at += 1
        if code == 0x06:
            return ENDS[k]
        if code == 0x20:
            value = struct.unpack_from("=I", asked, k)[0]
        elif code == 0x54:
            value &= k
        elif code == 0x05:
            at += k
        else:
            at += then if (value == k if code == 0x15 else value >= k) else otherwise


def number(name: str) -> int:
    """Return a call's number on this machine; -1 if it has none."""
    try:
        return max(int(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)), -1)
    except (OSError, ValueError, RuntimeError):
        return -1


@pytest.mark.parametrize("own_files", [False, True])
def test_each_number_ends_as_the_lists_say(own_files: bool) -> None:
    """Allowed calls work, refused ones fail with EPERM, and every other number fails with ENOSYS."""
    program = syscalls.program(own_files=own_files)
    wanted = dict.fromkeys(range(2048), NO_SUCH_CALL)
    wanted |= dict.fromkeys(map(number, (*syscalls.REFUSED, *syscalls.OWN_FILES)), NOT_PERMITTED)
    allowed = syscalls.NEEDED | syscalls.OWN_FILES if own_files else syscalls.NEEDED
    wanted |= {number(name): ALLOWED for name in allowed if name not in syscalls.COMMANDS}
    special = {number(name) for name in syscalls.COMMANDS} | {-1}
    found = {call: run(program, call) for call in wanted if call not in special}
    assert found == {call: end for call, end in wanted.items() if call not in special}


@pytest.mark.parametrize("name", [name for name in syscalls.COMMANDS if number(name) >= 0])
def test_commands_are_told_apart(name: str) -> None:
    """Each listed command is allowed, whatever the bits that the kernel ignores; neighbouring values are not."""
    program, commands = syscalls.program(own_files=True), syscalls.COMMANDS[name]

    def end(value: int) -> str:
        return run(program, number(name), *([0] * commands.position), value)

    ignored = 0xFFFFFFFFFFFFFFFF & ~commands.mask
    assert {end(value | ignored) for value in commands.values.values()} == {ALLOWED}
    flipped = {
        value ^ bit for value in commands.values.values() for bit in (1 << n for n in range(64)) if bit & commands.mask
    }
    others = flipped - set(commands.values.values())
    assert others and {end(value) for value in others} == {NOT_PERMITTED}


def test_other_architectures_have_no_calls() -> None:
    """Calls of other architectures fail, and so do those of x32, which are marked by a bit."""
    program = syscalls.program(own_files=True)
    read, i386 = number("read"), 0x40000003
    assert run(program, read) == ALLOWED
    assert run(program, read, architecture=i386) == NO_SUCH_CALL
    assert run(program, read | 0x40000000) == NO_SUCH_CALL


def test_without_own_files_no_attribute_can_be_set() -> None:
    """If files of others are within reach, attributes of files cannot be changed."""
    program = syscalls.program(own_files=False)
    calls = [number(name) for name in ("chmod", "fchmod", "fchmodat", "utimensat", "getxattr") if number(name) >= 0]
    assert {run(program, call) for call in calls} == {NOT_PERMITTED}
    assert {run(syscalls.program(own_files=True), call) for call in calls} == {ALLOWED}


def test_the_program_is_short_enough_for_the_kernel() -> None:
    """The program has at most BPF_MAXINSNS instructions."""
    assert len(syscalls.program(own_files=True)) // 8 < 4096


def test_without_libseccomp_there_is_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libseccomp only this layer is missing; the sandbox still works."""
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    assert syscalls.system_calls(own_files=True) is None
