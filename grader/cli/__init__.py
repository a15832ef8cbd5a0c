"""The commands. Beside `reports`, this is the only room that talks to a terminal.

Imported by: nothing.
"""

from grader.cli.main import app, main

__all__ = ["app", "main"]
