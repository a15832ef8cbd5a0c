"""Raise an exception whose message, arguments and traceback cannot be read."""


class Bomb(Exception):
    def __str__(self):
        raise Bomb

    def __getattribute__(self, name):
        raise Bomb

    __repr__ = __str__


def attack(*args, **kwargs):
    raise Bomb


derivative_at = accumulate_gradients = halving_chain = minimize = attack
