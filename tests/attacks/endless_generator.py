"""Return a generator, a mapping and a sequence that never end."""

import itertools


class Endless(list):
    __iter__ = lambda self: itertools.count()
    __len__ = lambda self: 2**62
    __getitem__ = lambda self, index: index
    items = lambda self: ((i, i) for i in itertools.count())


def attack(*args, **kwargs):
    return [itertools.count(), Endless(), range(10**18)]


derivative_at = accumulate_gradients = halving_chain = minimize = attack
