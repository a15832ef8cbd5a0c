"""Raise the exceptions that mean a missing function and an untouched task."""


def derivative_at(*args, **kwargs):
    raise AttributeError("module 'submission' has no attribute '../../etc/passwd'")


def minimize(*args, **kwargs):
    raise NotImplementedError("solved, really")
