"""Fill the examiner's memory with valid replies near the limit, of text that takes four times its length."""

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


def say(payload):
    data = memoryview(struct.pack("!I", len(payload)) + payload)
    while data:
        data = data[os.write(channel, data) :]


def asked():
    f = sys._getframe()
    while not isinstance(f.f_locals.get("request"), (wire.Call, wire.Load)):
        f = f.f_back
    return f.f_locals["request"]


def read(n):
    b = b""
    while len(b) < n:
        b += os.read(channel, n - len(b)) or os._exit(0)
    return b


def hear():
    return wire.decode_request(read(struct.unpack("!I", read(4))[0]))


T = "a" * 3999 + "\U0001f600"
COUNT = int(66_500_000 / 4006)
fact = wire.Items(kind="list", items=(T,) * COUNT)


def answer(r):
    return wire.encode(
        wire.Observation(
            nonce=r.nonce, outcome="returned", result=fact, backward="not_asked" if r.backward is None else "ran"
        )
    )


request = asked()
while True:
    if isinstance(request, wire.Load):
        say(wire.encode(wire.Loaded(nonce=request.nonce, errors=())))
    else:
        say(answer(request))
    request = hear()
