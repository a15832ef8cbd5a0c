"""Raise the exception that stands for a missing function, and the one for an untouched task."""


def derivative_at(*args, **kwargs):
    raise AttributeError("module 'submission' has no attribute '../../etc/passwd'")


def minimize(*args, **kwargs):
    raise NotImplementedError("solved, really")
