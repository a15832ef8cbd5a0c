"""Join the kit to other tools: a running notebook kernel, nbgrader."""

__all__ = []
