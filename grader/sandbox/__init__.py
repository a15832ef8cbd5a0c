"""The trusted side of the sandbox: starts a warm server, gets confined candidates from it, and makes requests to them.

Imported by: cli, examiner, grading, suites.
"""

from grader.sandbox.budget import Budget
from grader.sandbox.layers import LAYERS, active_layers
from grader.sandbox.server import (
    ACCELERATED_LIMITS,
    DEFAULT_LIMITS,
    MINIMA,
    CandidateLost,
    Host,
    Limits,
    Process,
    SandboxError,
    Server,
    confined_enough,
)

__all__ = [
    "ACCELERATED_LIMITS",
    "DEFAULT_LIMITS",
    "LAYERS",
    "MINIMA",
    "Budget",
    "CandidateLost",
    "Host",
    "Limits",
    "Process",
    "SandboxError",
    "Server",
    "active_layers",
    "confined_enough",
]
