"""The messages between the sandbox's trusted side and its warm server, on the control channel.

The trusted side sends `Start` first. Then `Spawn` asks for a candidate, and `Wait` asks how one ended. The server
answers `Spawn` with `Spawned`, to which the candidate's channel and a pidfd are attached, and `Wait` with `Ended`.

Candidates have no access to this channel; their messages are in `grader.wire`. Both sides import this module, so it
imports nothing from either of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

MAX_START = 2**16  # bytes of the first message
MAX_MESSAGE = 2**16  # bytes of every other


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The first message to a server: what candidates may read, how much they may use, and what they probably need.

    `accelerated` lets candidates use this machine's accelerators. Confinement would block these, so they then run
    unconfined. Every server has its own `name`. `memory` is in bytes, and `processor` is in seconds. `environment` is
    added to that of the process.
    """

    name: str
    readable: tuple[str, ...]
    memory: int
    processor: int
    imports: tuple[str, ...]
    warm_up: tuple[str, ...]
    threads: int
    accelerated: bool
    environment: dict[str, str] = {}


class Spawn(msgspec.Struct, frozen=True, kw_only=True, tag="spawn"):
    """Ask for a confined candidate that waits for its submission. The answer is `Spawned`."""


class Wait(msgspec.Struct, frozen=True, kw_only=True, tag="wait"):
    """Ask how a candidate ended, by its number in the server's namespace. The answer is `Ended`."""

    process: int


class Spawned(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that is ready: its process number in the server's namespace, and the layers that confine it.

    If there is a `problem`, the candidate has ended because it could not be confined as required. `group` is the path
    of the server's control group, if it has one; the trusted side removes it.
    """

    process: int
    layers: tuple[str, ...]
    problem: str = ""
    group: str = ""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a candidate ended: its exit code, or the negative number of a signal."""

    code: int


class Confined(msgspec.Struct, frozen=True, kw_only=True):
    """The first message of a forked process to its server: its layers, or why it could not have them."""

    layers: tuple[str, ...] = ()
    problem: str = ""


Request: TypeAlias = Spawn | Wait

encode = msgspec.msgpack.Encoder().encode
decode_start: Callable[[bytes], Start] = msgspec.msgpack.Decoder(Start).decode
decode_request: Callable[[bytes], Request] = msgspec.msgpack.Decoder(Request).decode
decode_spawned: Callable[[bytes], Spawned] = msgspec.msgpack.Decoder(Spawned).decode
decode_ended: Callable[[bytes], Ended] = msgspec.msgpack.Decoder(Ended).decode
decode_confined: Callable[[bytes], Confined] = msgspec.msgpack.Decoder(Confined).decode
