"""What a submission cannot do: tried for real, in a candidate of every kind of system that one may meet.

`here` is this system as it is. The others are this system with something refused to the server: namespaces (a
container), mounts (a container with AppArmor), being root. A layer that the system refuses is left out and the rest
holds.
"""

from __future__ import annotations

import errno
import functools
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.candidate_process import confine, landlock
from grader.sandbox import Process, SandboxError, Server, confined_enough

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux confines"),
]

Confined = Callable[..., Any]

ROOT = Path(__file__).resolve().parents[3]
EVERY_LAYER = {
    "namespaces",
    "root",
    "processes",
    "temporary",
    "user",
    "landlock",
    "seccomp",
    "capabilities",
    "limits",
}
OPTIONAL = {"cgroup"}
NEWNS, NEWUSER = 0x20000, 0x10000000
NOBODY = 65534


def refuse(*names: str, first: int | None = None, mask: int = 0xFFFFFFFF) -> Callable[[], None]:
    """Return a function that refuses these system calls to a new process and its children.

    With `first`, only calls with this first argument (under `mask`) are refused.
    """
    pyseccomp = pytest.importorskip("pyseccomp")
    refusing = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    arguments = [] if first is None else [pyseccomp.Arg(0, pyseccomp.MASKED_EQ, mask, first)]
    for name in names:
        refusing.add_rule(pyseccomp.ERRNO(errno.EPERM), name, *arguments)
    load: Callable[[], None] = refusing.load
    return load


def number_of(process: Process) -> int:
    """Return a candidate's process number in this process's namespace."""
    lines = Path(f"/proc/self/fdinfo/{process._pidfd}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def open_to_all(path: Path) -> bool:
    """Say whether every user may read a file."""
    return path.stat().st_mode & 0o4 > 0 and all(folder.stat().st_mode & 0o1 for folder in path.parents)


SYSTEMS: dict[str, Callable[[], dict[str, Any]]] = {
    "here": dict,
    "no namespaces": lambda: {"preexec_fn": refuse("unshare")},
    "no mounts": lambda: {"preexec_fn": refuse("mount")},
    "no second mount namespace": lambda: {"preexec_fn": refuse("unshare", first=NEWNS)},
    "no other root": lambda: {"preexec_fn": refuse("pivot_root")},
    "no user namespaces": lambda: {"preexec_fn": refuse("unshare", first=NEWUSER, mask=NEWUSER)},
    "no other users": lambda: {"preexec_fn": refuse("setresuid")},
}
if os.getuid() == 0 and open_to_all(Path(sys.executable).resolve()) and open_to_all(Path(confine.__file__)):
    SYSTEMS["ordinary user"] = lambda: {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
# Without a private root, every user must be able to reach the libraries by their real paths.
NO_ROOT = set() if open_to_all(Path(sys.executable).resolve()) and open_to_all(Path(confine.__file__)) else {"user"}
LACKING = {
    "no namespaces": {"namespaces", "root", "processes", "temporary", *NO_ROOT},
    "no mounts": {"root", "temporary", *NO_ROOT},
    "no second mount namespace": {"temporary"},
    "no other root": {"root", *NO_ROOT},
    "no other users": {"user"},
    "ordinary user": {"user"},
}


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A folder of datasets that every user can read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "numbers").write_text("1 2 3", encoding="ascii")
        yield folder


@pytest.fixture(scope="module")
def servers(data: Path) -> Iterator[dict[str, Server]]:
    """A warm server for every kind of system, all started at once."""
    started: dict[str, Server] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXAMINERS_SECRET", "42")
        for system, options in SYSTEMS.items():
            with patch.context() as patch_popen:
                patch_popen.setattr(subprocess, "Popen", functools.partial(subprocess.Popen, **options()))
                started[system] = Server(data_home=data, relaxed_sandbox=True)
    yield started
    for server in started.values():
        server.close()


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    """The name of a kind of system."""
    return str(request.param)


@pytest.fixture
def inside(system: str, servers: dict[str, Server], confined: Confined) -> Confined:
    """Load the source (with useful imports) in a candidate of each kind of server."""
    return lambda source, **options: confined(HELP + textwrap.dedent(source), by=servers[system], **options)


HELP = '''
import contextlib, ctypes, errno, fcntl, multiprocessing, os, platform, resource, signal, socket, stat, struct
import subprocess, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    """Call the C library, with errors as Python has them."""
    if getattr(libc, name)(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)) < 0:
        raise OSError(ctypes.get_errno(), name)

def system(*numbers):
    """Make a system call by number, which is one for x86_64 and one for aarch64, or one for both."""
    number, *arguments = numbers
    if isinstance(number, dict):
        number = number[platform.machine()]
    call("syscall", number, *arguments)

def channel():
    """Find the socket through which the candidate is asked."""
    for fd in range(3, 64):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                return fd

def refusal(attempt, *arguments):
    """Return the name of the error that an attempt ends in, None if it works."""
    try:
        attempt(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return None
'''


def namespaces_work() -> bool:
    """Say whether the kernel allows namespaces; a separate process tries it."""
    script = (
        "import sys; from grader.candidate_process import namespaces; sys.exit(not namespaces.works(namespaces._enter))"
    )
    return subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# Layers


def test_every_layer_that_can_hold_holds(system: str, inside: Confined) -> None:
    """All layers are active on a system that allows them; a refused layer does not affect the others."""
    if not namespaces_work():
        pytest.skip("this system allows no namespaces")
    if os.getuid():
        pytest.skip("whom an ordinary user's candidates can be is up to the administrator")
    assert set(inside("").process.layers) - OPTIONAL == EVERY_LAYER - LACKING.get(system, set())


def test_what_must_hold_for_other_peoples_code(system: str, inside: Confined) -> None:
    """A candidate has a limited directory and protected files: by a root, or by Landlock as another user."""
    layers = set(inside("").process.layers)
    wall = "root" in layers or {"landlock", "user"} <= layers
    assert confined_enough(layers) == ("temporary" in layers and wall)
    if system in ("here", "no user namespaces", "no other users", "ordinary user") and namespaces_work():
        assert confined_enough(layers)


def test_an_ordinary_user_is_confined_as_well() -> None:
    """No layer needs root: if root runs these tests, they all run again as another user."""
    if "ordinary user" not in SYSTEMS:
        pytest.skip("this is an ordinary user" if os.getuid() else f"nobody but root may read {sys.executable}")


def test_torch_works_inside(inside: Confined) -> None:
    """Training, backward, saving, loading and TorchScript work in the sandbox."""
    result = inside(
        """
        import torch
        from torch import nn
        from torch.utils.data import DataLoader, TensorDataset

        @torch.jit.script
        def scripted(x: torch.Tensor) -> torch.Tensor:
            return x * 2

        def f():
            model = nn.Linear(2, 1)
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in DataLoader(TensorDataset(torch.ones(8, 2), torch.ones(8, 1)), batch_size=4, shuffle=True):
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            torch.save(model.state_dict(), "model.pt")
            model.load_state_dict(torch.load("model.pt"))
            return scripted(torch.ones(1)).item()
        """
    ).python()
    assert result == 2


def test_threads_work_inside(inside: Confined) -> None:
    """Libraries may start threads in the sandbox."""
    source = """
        import torch
        def f():
            torch.set_num_threads(2)
            total = torch.ones(1000, 1000).sum().item()
            thread = threading.Thread(target=print)
            thread.start()
            thread.join()
            return total
        """
    assert inside(source).python() == 1e6


# The system

REFUSED = {
    "a socket": "socket.socket()",
    "a local socket": "socket.socket(socket.AF_UNIX)",
    "a pair of sockets": "socket.socketpair()",
    "a connection": "socket.create_connection(('127.0.0.1', 80))",
    "a fork": "os.fork()",
    "a process": "multiprocessing.get_context('fork').Process(target=print).start()",
    "a command": "subprocess.run(['/bin/true'])",
    "a shell": "os.posix_spawn('/bin/sh', ['sh'], {})",
    "another program": "os.execv(sys.executable, ['python'])",
    "a process by clone": "system({'x86_64': 56, 'aarch64': 220}, signal.SIGCHLD, 0, 0, 0, 0)",
    "a vfork that shares memory": "system({'x86_64': 56, 'aarch64': 220}, 0x4100 | signal.SIGCHLD, 0, 0, 0, 0)",
    "a signal to the parent": "os.kill(os.getppid(), signal.SIGTERM)",
    "a signal to all": "os.kill(-1, signal.SIGTERM)",
    "a signal to its group": "os.killpg(0, signal.SIGTERM)",
    "a signal by the kernel": "fcntl.fcntl(channel(), fcntl.F_SETOWN, os.getppid())",
    "a signal by the kernel, in long": "call('fcntl', channel(), 15, ctypes.c_char_p(struct.pack('ii', 1, 1)))",
    "a signal by ioctl": "fcntl.ioctl(channel(), 0x8901, struct.pack('i', os.getppid()))",
    "a handle on a process": "os.pidfd_open(os.getpid())",
    "a process's descriptor": "system(438, 0, 0, 0)",
    "another's limits": "resource.prlimit(os.getppid() or 1, resource.RLIMIT_CPU, (1, 1))",
    "another's memory": "system({'x86_64': 310, 'aarch64': 270}, os.getppid() or 1, 0, 0, 0, 0, 0)",
    "another's pages": "system({'x86_64': 256, 'aarch64': 238}, os.getppid() or 1, 0, 0, 0)",
    "tracing": "call('ptrace', 16, os.getppid() or 1, 0, 0)",
    "outliving the server": "call('prctl', 1, 0, 0, 0, 0)",
    "outliving it by a longer number": "system({'x86_64': 157, 'aarch64': 167}, 1 + 2**32, 0, 0, 0, 0)",
    "a user namespace": "call('unshare', 0x10000000)",
    "a mount": "call('mount', b'none', b'.', b'tmpfs', 0, None)",
    "another root": "os.chroot('.')",
    "a set-uid bit": "os.chmod('.', 0o4777)",
    "an attribute": "os.setxattr('.', 'user.x', b'x')",
    "a lock": "fcntl.flock(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_EX)",
    "a lock on a stretch": "fcntl.lockf(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_SH)",
    "news of files": "call('inotify_init1', 0)",
    "news of all files": "call('fanotify_init', 0, 0)",
    "asynchronous reading": "system({'x86_64': 206, 'aarch64': 0}, 8, ctypes.byref(ctypes.c_ulong()))",
    "a named queue": "system({'x86_64': 240, 'aarch64': 180}, b'x', 0o102, 0o600, 0)",
    "a pipe": "os.pipe()",
    "an event": "call('eventfd', 0, 0)",
    "a group of one's own": "os.setpgid(0, 0)",
    "a descriptor sent along": "socket.socket(fileno=os.dup(channel())).sendmsg([b'x'])",
    "a forced write of all": "call('syncfs', 0)",
    "an owner": "os.chown('.', 1, 1)",
    "another user": "os.setuid(1)",
    "a device": "os.mknod('device', stat.S_IFCHR | 0o666, os.makedev(1, 1))",
    "a file in memory": "os.memfd_create('x')",
    "shared memory": "call('shmget', 0, 4096, 0o1600)",
    "a queue": "call('msgget', 0, 0o1600)",
    "a key": "system({'x86_64': 250, 'aarch64': 219}, 0, 0, 0, 0, 0)",
    "BPF": "system({'x86_64': 321, 'aarch64': 280}, 0, 0, 0)",
    "io_uring": "system(425, 1, 0)",
    "performance counters": "system({'x86_64': 298, 'aarch64': 241}, 0, 0, 0, 0, 0)",
    "page faults": "system({'x86_64': 323, 'aarch64': 282}, 0)",
    "the clock": "time.clock_settime(time.CLOCK_REALTIME, 0)",
    "the host's name": "socket.sethostname('x')",
    "a priority": "os.setpriority(os.PRIO_PROCESS, 0, -5)",
    "other processors": "os.sched_setaffinity(0, {0})",
    "another filter": "system({'x86_64': 317, 'aarch64': 277}, 1, 0, 0)",
}


def test_the_system_refuses(inside: Confined) -> None:
    """Network, processes, signals, others' memory and limits, and privileges all fail with EPERM."""
    attempts = ",\n".join(f"    {name!r}: lambda: {attempt}" for name, attempt in REFUSED.items())
    found = inside(f"attempts = {{\n{attempts}\n}}\ndef f(): return {{n: refusal(a) for n, a in attempts.items()}}\n")
    assert found.python() == dict.fromkeys(REFUSED, "EPERM")


def test_clone3_is_said_not_to_exist(inside: Confined) -> None:
    """`clone3` fails with ENOSYS, because its flags cannot be filtered, and the C library then uses `clone`."""
    assert inside("def f(): return refusal(system, 435, 0, 0)").python() == "ENOSYS"


NEWER = {"setxattrat": 463, "open_tree_attr": 467, "file_getattr": 468, "file_setattr": 469, "next year's": 600}


def test_calls_of_newer_kernels_do_not_exist(inside: Confined) -> None:
    """Calls that are in no list fail as if the kernel did not have them."""
    attempts = f"{{n: refusal(system, c, -100, 0, 0, 0, 0, 0) for n, c in {NEWER}.items()}}"
    assert set(inside(f"def f(): return {attempts}").python().values()) <= {"ENOSYS", "EPERM"}


def test_nothing_can_be_gained(inside: Confined) -> None:
    """A candidate has no capability, gets none by running a program, and writes no core dump."""
    capabilities, no_new, dumpable, core = inside(
        """
        def f():
            header, data = struct.pack("=Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
            system({"x86_64": 125, "aarch64": 90}, header, data)
            return (
                struct.unpack("6I", data.raw),
                libc.prctl(39, 0, 0, 0, 0),
                libc.prctl(3, 0, 0, 0, 0),
                resource.getrlimit(resource.RLIMIT_CORE),
            )
        """
    ).python()
    assert capabilities == [0] * 6
    assert (no_new, dumpable, core) == (1, 0, [0, 0])


def test_each_is_a_user_of_its_own(system: str, inside: Confined) -> None:
    """Candidates that run at the same time are different users, never the server's user, and in no other group."""
    source = "def f(): return os.getresuid(), os.getresgid(), os.getgroups()"
    first, second = inside(source), inside(source)
    if "user" not in first.process.layers:
        assert first.python()[0] == [NOBODY if system == "ordinary user" else os.getuid()] * 3
        return
    (users, groups, others), (users_too, _, _) = first.python(), second.python()
    assert len(set(users)) == 1 and users == groups and others == []
    assert users != users_too and not {0, os.getuid(), NOBODY} & {*users, *users_too}
    outside = [
        line.split()[1:]
        for line in Path(f"/proc/{number_of(first.process)}/status").read_text().splitlines()
        if line.startswith("Uid:")
    ]
    assert outside == [[str(user) for user in [*users, users[0]]]]


def test_candidates_are_what_the_system_ends_first(inside: Confined, servers: dict[str, Server], system: str) -> None:
    """When memory runs out, the system ends candidates first, then servers."""
    number = number_of(inside("").process)
    scores = [
        int(Path(f"/proc/{pid}/oom_score_adj").read_text()) for pid in ("self", servers[system]._process.pid, number)
    ]
    assert scores == sorted(scores) and scores[-1] == 1000 and scores[0] <= 0


def test_attributes_of_files(inside: Confined) -> None:
    """Own files may get other permissions and times if nothing else can be written; others' files never."""
    attempts = "lambda: os.chmod(path, 0o600), lambda: os.utime(path, (0, 0)), lambda: os.listxattr(path)"
    result = inside(
        f"""
        def f(path):
            open("own", "w").close()
            return [refusal(a) for a in ({attempts})]
        """
    )
    own = {"root", "temporary"} <= set(result.process.layers)
    assert result.python("f", "own") == [None] * 3 if own else ["EPERM"] * 3
    assert set(result.python("f", confine.__file__)[:2]) == ({"EROFS"} if own else {"EPERM"})


def test_limits_cannot_be_raised(inside: Confined) -> None:
    """A lowered limit cannot be raised again, not even by root."""
    source = """
        def f():
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
            except ValueError as error:
                return str(error)
        """
    assert inside(source).python() == "not allowed to raise maximum limit"


# Files


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "pyproject.toml",
        ROOT / "solutions" / "07_autograd.py",
        ROOT / "tests" / "hidden" / "test_07_autograd.py",
        ROOT / "grader" / "suites" / "observed.py",
        Path.home() / ".bashrc",
        "/etc/passwd",
        "/etc/shadow",
        "/proc/self/environ",
        "/proc/1/environ",
        "/proc/self/mem",
        "/proc/mounts",
        "/sys/kernel/notes",
        "/dev/mem",
        "/dev/kmsg",
        "/var/log/dpkg.log",
    ],
    ids=str,
)
def test_files_of_others_cannot_be_read(inside: Confined, path: str | Path) -> None:
    """Solutions, suites, the examiner, accounts and other processes do not exist or cannot be opened."""
    assert inside("def f(path): return refusal(open, path)").python("f", str(path)) in ("ENOENT", "EACCES")


@pytest.mark.parametrize("path", [ROOT, ROOT / "tests", Path.home(), "/", "/tmp/..", "/proc", "/etc", "/dev"], ids=str)
def test_folders_of_others_cannot_be_listed(inside: Confined, path: str | Path) -> None:
    """A submission cannot list folders that it cannot read."""
    assert inside("def f(path): return refusal(os.listdir, path)").python("f", str(path)) in ("ENOENT", "EACCES")


@pytest.mark.parametrize(
    "path",
    ["/x", "/usr/x", "/var/tmp/x", "/dev/shm/x", "/dev/x", str(ROOT / "x"), f"{sys.prefix}/x", confine.__file__],
)
def test_nothing_can_be_written_elsewhere(inside: Confined, path: str) -> None:
    """A candidate can write only in its own directory, not even to the libraries that it reads."""
    error = inside("def f(path): return refusal(open, path, 'a')").python("f", path)
    assert error in ("ENOENT", "EACCES", "EROFS")
    assert path == confine.__file__ or not os.path.exists(path)


def test_data_may_be_read(system: str, inside: Confined, data: Path) -> None:
    """The folder of datasets is readable, but nothing around it."""
    if system == "ordinary user":
        pytest.skip("the folder of this test is root's")
    source = "def f(path): return open(path).read(), refusal(open, path, 'a'), os.environ['SCIKIT_LEARN_DATA']"
    text, refused, home = inside(source).python("f", str(data / "numbers"))
    assert (text, home) == ("1 2 3", str(data)) and refused in ("EACCES", "EROFS")


def test_links_lead_nowhere(inside: Confined) -> None:
    """A link in its own directory opens only files that the candidate could open directly."""
    source = """
        def f(target):
            os.symlink(target, "link")
            return refusal(open, "link"), refusal(os.link, target, "hard"), refusal(os.rename, target, "moved")
        """
    reading, linking, moving = inside(source).python("f", str(ROOT / "pyproject.toml"))
    assert reading in ("ENOENT", "EACCES")
    assert linking in ("ENOENT", "EACCES", "EXDEV", "EROFS", "EPERM")  # EPERM for files of others
    assert moving in ("ENOENT", "EACCES", "EXDEV", "EROFS")
    assert (ROOT / "pyproject.toml").exists()


def test_its_own_directory_is_private(inside: Confined) -> None:
    """A candidate may write in its folder, HOME and the folder for temporary files; the next one finds them empty."""
    source = """
        import tempfile
        def f():
            found = os.listdir(".")
            with open("here", "w") as file:
                file.write("x")
            os.makedirs("folder/in/folder")
            with tempfile.NamedTemporaryFile(delete=False) as file, open(os.path.expanduser("~/home"), "w"):
                return found, len(os.listdir(".")), os.getcwd() == tempfile.gettempdir() == os.environ["HOME"]
        """
    first, second = inside(source), inside(source)
    assert first.python() == [[], 4, True]
    assert second.python() == [[], 4, True]


def test_no_program_can_be_brought_along(inside: Confined) -> None:
    """A file that a candidate writes cannot be mapped as code, so it cannot bring its own library."""
    source = """
        def f():
            with open("libown.so", "wb") as file:
                for path in sys.path[1:]:  # the first is this folder
                    for folder, _, names in os.walk(path):
                        for name in names:
                            if name.endswith(".so"):
                                file.write(open(os.path.join(folder, name), "rb").read())
                                return load()
        def load():
            try:
                ctypes.CDLL("./libown.so")
            except OSError as error:
                return str(error)
        """
    result = inside(source)
    if "temporary" not in result.process.layers:
        pytest.skip("only a file system of its own can forbid this")
    assert "failed to map" in result.python()


# What is inherited


def test_the_environment_is_empty_of_the_examiners(inside: Confined) -> None:
    """A candidate has only the environment variables that it needs, in Python and in C."""
    names, in_c = inside(
        """
        def f():
            libc.getenv.restype = ctypes.c_char_p
            return sorted(os.environ), str(libc.getenv(b"EXAMINERS_SECRET"))
        """
    ).python()
    assert in_c == "None"
    assert set(names) <= {
        "CUDA_VISIBLE_DEVICES",
        "HOME",
        "KMP_DUPLICATE_LIB_OK",
        "KMP_INIT_AT_FORK",
        "LC_ALL",
        "LOGNAME",
        "MKL_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OMP_WAIT_POLICY",
        "OPENBLAS_NUM_THREADS",
        "GLIBC_TUNABLES",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "SCIKIT_LEARN_DATA",
        "TMPDIR",
        "TORCHINDUCTOR_CACHE_DIR",
    }


def test_no_descriptor_is_inherited_but_the_channel(inside: Confined) -> None:
    """The standard streams lead to /dev/null; besides them only the candidate's own socket is open."""
    open_ones, streams = inside(
        """
        def f():
            found = [fd for fd in range(4096) if refusal(os.fstat, fd) is None]
            return found[:3], [os.fstat(fd).st_rdev == os.stat("/dev/null").st_rdev for fd in (0, 1, 2)]
        def g():
            return [fd for fd in range(4096) if refusal(os.fstat, fd) is None] == [0, 1, 2, channel()]
        """
    ).python()
    assert open_ones == [0, 1, 2] and streams == [True] * 3


def test_it_sees_no_process_but_itself(inside: Confined) -> None:
    """In its own namespace a candidate is the first process and has no parent."""
    result = inside("def f(): return os.getpid(), os.getppid()")
    if "processes" not in result.process.layers:
        pytest.skip("there are no namespaces")
    assert result.python() == [1, 0]


# How much


def test_limits_are_set(inside: Confined) -> None:
    """Memory, processor time, files and descriptors are limited."""
    memory, processor, file, descriptors = inside(
        """
        def f():
            names = ("AS", "CPU", "FSIZE", "NOFILE")
            return [resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names]
        """
    ).python()
    assert 2**31 < memory[0] < 2**34 and processor == [120, 120]
    assert file == [2**26, 2**26] and descriptors == [128, 128]


def test_memory_is_limited(inside: Confined) -> None:
    """Too much memory is a MemoryError, which a submission can even survive."""
    source = """
        def f():
            try:
                bytearray(3 * 2**30)
            except MemoryError:
                return len(bytearray(2**28))
        """
    assert inside(source).python() == 2**28


def test_the_size_of_a_file_is_limited(inside: Confined) -> None:
    """A file of more than 64 MB cannot be written."""
    source = """
        def f():
            with open("large", "wb") as file:
                file.truncate(2**26)
                return refusal(file.truncate, 2**26 + 1)
        """
    assert inside(source).python() == "EFBIG"


def test_the_disk_is_limited(inside: Confined) -> None:
    """All files together take at most 64 MB, and there are at most 10,000."""
    result = inside(
        """
        def write(path, content):
            with open(path, "wb") as file:
                file.write(content)
        def f():
            return [refusal(write, f"{i}", bytes(2**24)) for i in range(5)][-1]
        def g():
            for i in range(10):
                os.path.exists(f"{i}") and os.remove(f"{i}")
            return [refusal(write, f"{i}", b"") for i in range(10_001)][-1]
        """
    )
    if "temporary" not in result.process.layers:
        pytest.skip("only a file system of its own is limited as a whole")
    assert [result.python("f"), result.python("g")] == ["ENOSPC", "ENOSPC"]


def test_open_files_are_limited(inside: Confined) -> None:
    """A candidate runs out of descriptors before the machine does."""
    source = """
        def f():
            for number in range(1000):
                if (error := refusal(os.dup, 0)) is not None:
                    return number + 4, error
        """
    assert inside(source).python() == [128, "EMFILE"]


def test_threads_are_limited(system: str, inside: Confined) -> None:
    """A candidate runs out of threads before the machine does."""
    source = """
        import _thread
        def f():
            threading.stack_size(32768)
            over = _thread.allocate_lock()
            over.acquire()
            try:
                for number in range(5000):
                    _thread.start_new_thread(over.acquire, ())
            except RuntimeError as error:
                return str(error)
        """
    result = inside(source)
    if "user" not in result.process.layers and os.getuid() == 0 and system != "ordinary user":
        pytest.skip("the system holds root to no number of threads")
    if not {"user", "root"} & set(result.process.layers):
        pytest.skip("outside a jail all that the user runs would count")
    assert result.python() == "can't start new thread"


# Degrading


def in_a_process(script: str) -> str:
    """Run a script in another process, because entering a jail cannot be undone; return what it prints."""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_refused_identity_leaves_the_server_where_it_was() -> None:
    """If the system allows namespaces but not the user mapping, there are no namespaces, and everything else works."""
    script = """
        import os
        from grader.candidate_process import confine, namespaces
        def refuse(path, text): raise PermissionError(1, path)
        namespaces._write = refuse
        os.geteuid = lambda: 1000  # not even root
        before = os.readlink("/proc/self/ns/user")
        enclosure = confine.enter_jail(confine.Jail(readable=()))
        print(enclosure.layers, os.readlink("/proc/self/ns/user") == before, enclosure.mapped() > 0)
        """
    assert in_a_process(textwrap.dedent(script)) == "() True True"


@pytest.mark.parametrize("trouble", ["OSError(1, 'mount')", "KeyError('riscv64')", "StopIteration()"])
def test_a_root_that_cannot_be_made_leaves_the_namespaces(trouble: str) -> None:
    """If the private root fails, the other namespaces are still active."""
    if not namespaces_work():
        pytest.skip("this system allows no namespaces")
    script = f"""
        from grader.candidate_process import confine, namespaces
        def fail(*arguments): raise {trouble}
        namespaces.private_root = fail
        print(confine.enter_jail(confine.Jail(readable=())).layers, flush=True)
        """
    assert in_a_process(textwrap.dedent(script)) == "('namespaces',)"


def test_without_landlock_there_is_no_layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Landlock only that layer is missing; the sandbox still works."""
    monkeypatch.setattr(landlock, "version", lambda: 0)
    with pytest.raises(OSError, match="not in this kernel"):
        landlock.restrict((), str(tmp_path))


@pytest.mark.parametrize(("version", "counts"), [(1, False), (2, False), (3, True)])
def test_an_old_landlock_does_not_count(version: int, counts: bool) -> None:
    """Versions that do not prevent emptying files are used but do not count as a layer."""
    if not landlock.version() >= version:
        pytest.skip("this kernel's Landlock is older")
    script = f"""
        import os
        from grader.candidate_process import confine, landlock
        landlock.version = lambda: {version}
        wanted = confine.Confinement(
            jail=confine.Jail(readable=("/usr",), writable="/tmp"),
            limits=confine.ResourceLimits(mapped=0), filters=None, jailed=False, private=False, user=None,
        )
        own, other = os.pipe()
        os.dup2(1, 30)
        layers = confine.confine(wanted, keep=30)
        try:
            os.listdir("/etc")
        except PermissionError:
            os.write(30, str("landlock" in layers).encode())
        """
    assert in_a_process(textwrap.dedent(script)) == str(counts)


@pytest.mark.parametrize("trouble", ["directory", "user"])
def test_what_was_promised_is_there_or_nothing_starts(
    trouble: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate that cannot get a layer that the server offers does not start, and the error says why."""
    broken = {"directory": "confine._private_temporary", "user": "namespaces.become"}[trouble]
    script = f"""
        from grader.candidate_process import __main__ as body, confine, namespaces
        def refuse(*arguments): raise PermissionError(1, "not today")
        class Broken(body.ForkServer):
            def run(self):
                {broken} = refuse
                super().run()
        body.ForkServer = Broken
        body.main()
        """
    start = subprocess.Popen
    monkeypatch.setattr(
        subprocess,
        "Popen",
        lambda arguments, **options: start([sys.executable, "-c", textwrap.dedent(script), arguments[-1]], **options),
    )
    with Server(data_home=data, relaxed_sandbox=True) as server:
        for _ in range(2):
            with pytest.raises(SandboxError, match=rf"^Cannot start a candidate: it can.* {trouble} of its own \("):
                server.spawn()


def test_a_user_who_cannot_get_there_is_no_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Any) -> None:
    """If other users cannot enter the temporary folder, candidates keep their user and still work."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    start = functools.partial(subprocess.Popen, preexec_fn=refuse("unshare"))
    monkeypatch.setattr(subprocess, "Popen", start)
    with Server(relaxed_sandbox=True) as server:
        process = server.spawn()
        process.load(module="submission", filename="f.py", source="def f():\n    return open('own', 'w').write('x')\n")
        assert process.call(ask("f")).result == 1
        assert "user" not in process.layers
        process.end()


def test_nothing_is_left_for_the_next_candidate(inside: Confined) -> None:
    """The next candidate finds no file of the last one, neither in its folder nor in a shared place."""
    source = """
        PLACES = (".", "/candidate", "/tmp", os.environ["TMPDIR"], "/dev/shm", "..")
        def f():
            for place in PLACES:
                refusal(open, os.path.join(place, "note"), "w")
        def g():
            return [place for place in PLACES if refusal(open, os.path.join(place, "note")) is None]
        """
    writer = inside(source)
    writer.python("f")
    assert writer.python("g") and inside(source).python("g") == []
    writer.process.end()
    assert inside(source).python("g") == []


def test_only_libraries_and_data_are_readable() -> None:
    """No readable path contains the clone, the home folder or the system's settings."""
    private = [ROOT, ROOT / "solutions", ROOT / "tests", ROOT / "grader", Path.home(), Path("/etc"), Path("/proc")]
    for path in confine.readable_paths(("/some/data",)):
        assert not any(secret.is_relative_to(path) for secret in private), path
    assert "/some/data" in confine.readable_paths(("/some/data",))


def test_no_prefix_is_readable_as_a_whole() -> None:
    """A course in /usr/src, or in a folder that is a virtual environment, cannot be read."""
    for path in confine.readable_paths():
        for prefix in (sys.prefix, sys.base_prefix, "/usr", "/usr/local", "/usr/src/app", "/usr/local/src"):
            assert not Path(prefix).is_relative_to(path), path


def test_leases_are_refused(inside: Confined) -> None:
    """A candidate cannot take a lease on a file, which would make others wait to open it."""
    source = """
        def f(path):
            file = os.open(path, os.O_RDONLY)
            return [refusal(fcntl.fcntl, file, 1024, kind) for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK)]
        """
    assert inside(source).python("f", confine.__file__) == ["EPERM", "EPERM"]
