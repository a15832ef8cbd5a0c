"""Replace the encoder and decoder of the candidate process by ones that report success."""

import sys

import msgspec

from grader import wire

encode = wire.encode


def generous(reply):
    if isinstance(reply, wire.Observation):
        reply = msgspec.structs.replace(reply, outcome="returned", raised=None, result=7.0)
    return encode(reply)


wire.encode = msgspec.msgpack.encode = generous
msgspec.msgpack.decode = lambda *args, **kwargs: True
sys.modules["msgspec"] = sys.modules["grader.wire"] = wire


def attack(*args, **kwargs):
    raise ArithmeticError


derivative_at = accumulate_gradients = halving_chain = minimize = attack
