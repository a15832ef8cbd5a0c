"""Claim that the file loaded with a million errors."""

import os
import stat
import struct
import sys

from grader import wire


def sockets():
    for number in range(3, 4096):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                yield number
        except OSError:
            pass


channel = next(sockets())


def say(payload, length=None):
    data = struct.pack("!I", len(payload) if length is None else length) + payload
    while data:
        data = data[os.write(channel, data) :]


def asked():
    frame = sys._getframe()
    while not isinstance(frame.f_locals.get("request"), (wire.Call, wire.Load)):
        frame = frame.f_back
    return frame.f_locals["request"]


def hear():
    head = b""
    while len(head) < 4:
        head += os.read(channel, 4 - len(head)) or os._exit(0)
    size, data = struct.unpack("!I", head)[0], b""
    while len(data) < size:
        data += os.read(channel, size - len(data)) or os._exit(0)
    return wire.decode_request(data)


error = wire.Raised(type="passed", bases=("passed",), message="12 of 12 points", line=1, code="passed")
say(wire.encode(wire.Loaded(nonce=asked().nonce, errors=(error,) * 300_000)))


def attack(*args, **kwargs):
    return 7.0


derivative_at = accumulate_gradients = halving_chain = minimize = attack
