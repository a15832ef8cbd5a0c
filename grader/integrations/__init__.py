"""Connects the kit to other tools: a notebook's kernel, and nbgrader.

Imported by: cli, notebook.
"""

__all__ = []
