"""Connect to other machines: TCP, UDP, Unix and abstract sockets, netlink, packets, virtual machines."""

import os
import socket

KINDS = [
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 47113)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 47113)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 47113)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0attack-was-here"),
    (socket.AF_UNIX, socket.SOCK_DGRAM, "attack-was-here"),
    (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
    (socket.AF_PACKET, socket.SOCK_RAW, ("lo", 0)),
    (socket.AF_VSOCK, socket.SOCK_STREAM, (2, 47113)),
    (socket.AF_ALG, socket.SOCK_SEQPACKET, ("hash", "sha256")),
]


def attack(*args, **kwargs):
    won = []
    for family, kind, address in KINDS:
        for use in (socket.socket.connect, socket.socket.bind):
            try:
                made = socket.socket(family, kind)
                use(made, address)
                made.send(b"attack-was-here")
                won.append(address)
            except OSError:
                pass
    try:
        won.append(socket.socketpair())
    except OSError:
        pass
    try:
        won.append(socket.getaddrinfo("example.org", 80))
    except OSError:
        pass
    if won:
        raise RuntimeError(f"SUCCEEDED: {won}")
    return "no network"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
