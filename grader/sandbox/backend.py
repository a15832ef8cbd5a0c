"""Chooses how candidates are run here: confined forks on Linux, fresh processes without confinement elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from grader.prefork import ForkedServer
from grader.sandbox.asking import DEFAULT_LIMITS, AnyServer, Host, Limits, SandboxError
from grader.sentences import instructor

VARIABLE = "GRADER_BACKEND"
Backend: TypeAlias = Literal["linux", "portable"]


def backend() -> Backend:
    """Return the name of the backend: what `GRADER_BACKEND` says, or else "linux" on Linux and "portable" elsewhere.

    Raises `SandboxError` if the variable has another value.
    """
    chosen = os.environ.get(VARIABLE, "")
    if chosen == "portable" or (not chosen and not sys.platform.startswith("linux")):
        return "portable"
    if chosen in ("", "linux"):
        return "linux"
    raise SandboxError(instructor.NO_SUCH_BACKEND(variable=VARIABLE, name=chosen))


def open_server(
    *,
    limits: Limits = DEFAULT_LIMITS,
    data_home: Path | None = None,
    imports: Sequence[str] = (),
    warm_up: Sequence[str] = (),
    relaxed_sandbox: bool = False,
    host: Host = Host.SHARED,
    accelerated: bool = False,
    process: ForkedServer | None = None,
) -> AnyServer:
    """Start the server of the chosen backend; the arguments are those of `Server`. Raises `SandboxError`."""
    if backend() == "portable":
        from grader.sandbox.portable import PortableServer

        return PortableServer(
            limits=limits,
            data_home=data_home,
            imports=imports,
            warm_up=warm_up,
            relaxed_sandbox=relaxed_sandbox,
            accelerated=accelerated,
        )
    from grader.sandbox.server import Server

    return Server(
        limits=limits,
        data_home=data_home,
        imports=imports,
        warm_up=warm_up,
        relaxed_sandbox=relaxed_sandbox,
        host=host,
        accelerated=accelerated,
        process=process,
    )
