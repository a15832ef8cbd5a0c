"""The commands. Only this package and `reports` write to a terminal.

Imported by: nothing.
"""

from grader.cli.main import app, main

__all__ = ["app", "main"]
