"""The sandbox, from the trusted side: a warm server, its confined candidates, and what may be asked of them."""

from grader.sandbox.server import LAYERS, CandidateLost, Limits, Process, SandboxError, Server

__all__ = ["LAYERS", "CandidateLost", "Limits", "Process", "SandboxError", "Server"]
