"""The trusted side of the sandbox: starts candidates, confined on Linux, and makes requests to them.

Imported by: cli, examiner, grading, packages, suites.
"""

from grader.sandbox.asking import (
    ACCELERATED_LIMITS,
    DEFAULT_LIMITS,
    MINIMA,
    AnyServer,
    CandidateLost,
    Host,
    Limits,
    Process,
    SandboxError,
    confined_enough,
)
from grader.sandbox.backend import backend, open_server
from grader.sandbox.budget import Budget
from grader.sandbox.layers import LAYERS, active_layers
from grader.sandbox.server import Server

__all__ = [
    "ACCELERATED_LIMITS",
    "DEFAULT_LIMITS",
    "LAYERS",
    "MINIMA",
    "AnyServer",
    "Budget",
    "CandidateLost",
    "Host",
    "Limits",
    "Process",
    "SandboxError",
    "Server",
    "active_layers",
    "backend",
    "confined_enough",
    "open_server",
]
