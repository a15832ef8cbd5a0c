"""Describes the layers of the sandbox for people: what each protects and how to enable it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.sandbox.backend import backend, open_server
from grader.sentences import Sentence, instructor


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: its name in reports, what it protects, what is lost without it, and how to enable it."""

    name: str
    protects: Sentence
    lost: Sentence
    cure: Sentence


LAYERS = (
    Layer(
        name="namespaces",
        protects=instructor.NAMESPACES_PROTECT(),
        lost=instructor.NAMESPACES_LOST(),
        cure=instructor.NAMESPACES_CURE(),
    ),
    Layer(
        name="root",
        protects=instructor.ROOT_PROTECTS(),
        lost=instructor.ROOT_LOST(),
        cure=instructor.NAMESPACES_CURE(),
    ),
    Layer(
        name="processes",
        protects=instructor.PROCESSES_PROTECT(),
        lost=instructor.PROCESSES_LOST(),
        cure=instructor.NAMESPACES_CURE(),
    ),
    Layer(
        name="temporary",
        protects=instructor.TEMPORARY_PROTECTS(),
        lost=instructor.TEMPORARY_LOST(),
        cure=instructor.TEMPORARY_CURE(namespaces=instructor.NAMESPACES_CURE()),
    ),
    Layer(
        name="user",
        protects=instructor.USER_PROTECTS(),
        lost=instructor.USER_LOST(),
        cure=instructor.USER_CURE(),
    ),
    Layer(
        name="landlock",
        protects=instructor.LANDLOCK_PROTECTS(),
        lost=instructor.LANDLOCK_LOST(),
        cure=instructor.LANDLOCK_CURE(),
    ),
    Layer(
        name="seccomp",
        protects=instructor.SECCOMP_PROTECTS(),
        lost=instructor.SECCOMP_LOST(),
        cure=instructor.SECCOMP_CURE(),
    ),
    Layer(
        name="capabilities",
        protects=instructor.CAPABILITIES_PROTECT(),
        lost=instructor.CAPABILITIES_LOST(),
        cure=instructor.CAPABILITIES_CURE(),
    ),
    Layer(
        name="limits",
        protects=instructor.LIMITS_PROTECT(),
        lost=instructor.LIMITS_LOST(),
        cure=instructor.LIMITS_CURE(),
    ),
    Layer(
        name="cgroup",
        protects=instructor.CGROUP_PROTECTS(),
        lost=instructor.CGROUP_LOST(),
        cure=instructor.CGROUP_CURE(),
    ),
)


def active_layers() -> tuple[str, ...]:
    """Confine one candidate and return the names of the active layers. Raises `SandboxError`.

    The portable backend has none.
    """
    if backend() == "portable":
        return ()
    with open_server(relaxed_sandbox=True) as server:
        process = server.spawn()
        process.end()
        return process.layers
