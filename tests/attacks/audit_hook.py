"""Observe the candidate process with an audit hook, and forbid what it does."""

import sys

opened = []


def hook(event, args):
    if event == "open" and "test_" in str(args[0]):
        opened.append(args[0])
    if event in ("compile", "exec") and "derivative" in str(args)[:2000] and "expected" in str(args)[:2000]:
        opened.append(args)
    if event.startswith("socket."):
        raise RuntimeError("no")


sys.addaudithook(hook)


def attack(*args, **kwargs):
    if opened:
        raise RuntimeError(f"SUCCEEDED: {opened}")
    return "nothing seen"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
