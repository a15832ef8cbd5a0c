"""Answer with the right fields of the wrong types."""

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


from msgspec import msgpack

REPLIES = [
    {"type": "observation", "outcome": "passed"},
    {"type": "observation", "nonce": "1", "outcome": ["returned"]},
    {"type": "observation", "nonce": True, "outcome": "returned", "result": {"points": 12}},
    {"type": "verdict", "status": "passed", "points": 12.0},
    {"type": "observation", "nonce": 1.5, "outcome": "returned", "result": msgpack.Ext(5, b"x")},
    [1, 2, 3],
]


def attack(*args, **kwargs):
    request = asked()
    reply = dict(REPLIES[request.nonce % 6]) if request.nonce % 6 < 5 else REPLIES[5]
    if isinstance(reply, dict):
        reply.setdefault("nonce", request.nonce)
    say(msgpack.encode(reply))


derivative_at = accumulate_gradients = halving_chain = minimize = attack
