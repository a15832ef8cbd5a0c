"""The layers of the sandbox, each with what it protects and how to enable it, for people to read."""

from __future__ import annotations

from dataclasses import dataclass

from grader.sandbox.server import Server


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer, named as the worker reports it."""

    name: str
    protects: str
    cure: str


_NAMESPACES_CURE = (
    "Allow user namespaces: sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0; in a "
    "container, a profile that permits unshare and mount."
)
_LANDLOCK_CURE = "Use Linux 5.13 or newer with `landlock` among the LSMs (lsm=landlock,… on the kernel's command line)."

LAYERS = (
    Layer(
        name="namespaces",
        protects="the network, other users' processes, shared memory: not even visible",
        cure=_NAMESPACES_CURE,
    ),
    Layer(name="root", protects="files: only libraries and data exist, read-only", cure=_NAMESPACES_CURE),
    Layer(name="processes", protects="other processes: a submission sees none but its own", cure=_NAMESPACES_CURE),
    Layer(name="temporary", protects="the disk: a private directory of limited size", cure=_NAMESPACES_CURE),
    Layer(name="landlock", protects="files, TCP, signals: a second wall, by the kernel", cure=_LANDLOCK_CURE),
    Layer(
        name="seccomp",
        protects="the system: no sockets, new processes, tracing, signals, mounts",
        cure="Install libseccomp (Debian: libseccomp2; Fedora: libseccomp).",
    ),
    Layer(name="capabilities", protects="root's powers: none are left", cure="Run on Linux."),
    Layer(name="limits", protects="memory, processor time, file sizes, descriptors", cure="Run on Linux or macOS."),
)


def active_layers() -> tuple[str, ...]:
    """Confine one candidate and return the names of the layers that held. Raises `SandboxError`."""
    with Server(trusted=True) as server:
        process = server.spawn()
        process.end()
        return process.layers
