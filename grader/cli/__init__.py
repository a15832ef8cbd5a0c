"""The command line: the only room, beside the report writers, that talks to a terminal."""

from grader.cli.main import app, main

__all__ = ["app", "main"]
