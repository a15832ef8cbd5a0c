"""Describes the layers of the sandbox for people: what each protects and how to enable it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.sandbox.server import Server


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: its name in reports, what it protects, what is lost without it, and how to enable it."""

    name: str
    protects: str
    lost: str
    cure: str


_NAMESPACES_CURE = (
    "Allow user namespaces: sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0; in a "
    "container, a profile that permits unshare and mount."
)

LAYERS = (
    Layer(
        name="namespaces",
        protects="the network, other users' processes, shared memory: not even visible",
        lost="A submission sees which processes run; that it cannot reach them, or the network, depends on seccomp "
        "alone.",
        cure=_NAMESPACES_CURE,
    ),
    Layer(
        name="root",
        protects="files: only libraries and data exist, read-only",
        lost="A submission can tell which files there are, how large and how old; that it cannot read them depends on "
        "Landlock, and that it cannot change their attributes on seccomp and on being another user.",
        cure=_NAMESPACES_CURE,
    ),
    Layer(
        name="processes",
        protects="other processes: a submission sees none but its own",
        lost="A submission can tell how many processes there are; that it cannot reach them depends on seccomp alone.",
        cure=_NAMESPACES_CURE,
    ),
    Layer(
        name="temporary",
        protects="the disk: a private directory of limited size",
        lost="A submission can fill the disk with its files, and bring along a library of its own.",
        cure=f"{_NAMESPACES_CURE} Also sysctl user.max_mnt_namespaces: every submission needs one.",
    ),
    Layer(
        name="user",
        protects="what belongs to you: each submission is a user of its own, who owns nothing else",
        lost="A submission runs as you: what the other layers let through, it may do as you. If root started it, "
        "nothing limits its threads.",
        cure="Run as root, or have your administrator lend you user numbers (newuidmap and newgidmap installed, the "
        "same line for you in /etc/subuid and /etc/subgid). Python, the packages and the data must be readable for "
        "every user: chmod -R a+rX.",
    ),
    Layer(
        name="landlock",
        protects="files, TCP, signals: a second wall, by the kernel",
        lost="Files are guarded by one wall, the root of its own, and not by two.",
        cure="Use Linux 6.2 or newer with `landlock` among the LSMs (lsm=landlock,… on the kernel's command line). The "
        "versions of Linux 5.13 to 6.1 do not guard files from being emptied: they are used, and do not count.",
    ),
    Layer(
        name="seccomp",
        protects="the system: of its calls, only those that Python and the libraries need",
        lost="A submission can start processes, send signals, open sockets, and try every hole in the kernel.",
        cure="Install libseccomp (Debian: libseccomp2; Fedora: libseccomp).",
    ),
    Layer(
        name="capabilities",
        protects="root's powers: none are left",
        lost="A submission that is started by root keeps some of root's powers.",
        cure="Run on Linux.",
    ),
    Layer(
        name="limits",
        protects="memory, processor time, file sizes, descriptors, threads",
        lost="A submission can use up the machine's memory and processors.",
        cure="Run on Linux or macOS.",
    ),
    Layer(
        name="cgroup",
        protects="memory and threads, counted by the kernel for each submission as a whole",
        lost="Memory is limited by addresses, not by pages in use, and what a submission writes to its directory is "
        "not counted with it. The limits above still hold.",
        cure="Use cgroup v2, and run as root or under systemd (systemd-run --user --scope). Optional.",
    ),
)


def active_layers() -> tuple[str, ...]:
    """Confine one candidate and return the names of the active layers. Raises `SandboxError`."""
    with Server(relaxed_sandbox=True) as server:
        process = server.spawn()
        process.end()
        return process.layers
