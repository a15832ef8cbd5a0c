"""Has solved only a part."""


def saved_for_backward(op):
    raise NotImplementedError
