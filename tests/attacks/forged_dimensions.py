"""Answer with tensors of three million dimensions, and of sizes that fit in no memory."""

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


def tensor(shape=(3,), data=bytes(12), dtype="float32", **facts):
    plain = dict(device="cpu", requires_grad=False, is_leaf=True, grad_fn=None, grad=None)
    plain |= dict(object=7, storage=7, version=0)
    return wire.TensorFact(dtype=dtype, shape=shape, data=data, **{**plain, **facts})


def serve(answer):
    """Take over: answer every request from now on, this one first."""
    request = asked()
    while True:
        if isinstance(request, wire.Load):
            reply = wire.Loaded(nonce=request.nonce, errors=())
            say(wire.encode(reply))
        else:
            say(answer(request))
        request = hear()


SHAPES = [(1,) * 3_000_000, (0, 2**62, 2**62), (0, 2**63), (-1, -3), (2**40,) * 64]


def answer(request):
    shape = SHAPES[request.nonce % len(SHAPES)]
    data = bytes(4) if shape[0] == 1 else b""
    fact = tensor(shape=shape, data=data, grad=tensor(shape=shape, data=data))
    return wire.encode(
        wire.Observation(nonce=request.nonce, outcome="returned", result=fact, arguments=(fact,), before=(fact,))
    )


serve(answer)
