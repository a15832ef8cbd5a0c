"""Ran out of time."""


def saved_for_backward(op):
    raise NotImplementedError
