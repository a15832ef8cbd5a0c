"""Replace a library's files, so that the next student imports the attacker's code."""

import os
import sys

import torch


def attack(*args, **kwargs):
    done = []
    for module in (torch, sys.modules["msgspec"], sys.modules["grader.wire"], os):
        for write in (
            lambda path: open(path, "a").write("# attack-was-here"),
            lambda path: os.rename(path, path + ".attack-was-here"),
            lambda path: os.unlink(path),
            lambda path: os.chmod(path, 0o777),
            lambda path: os.truncate(path, 0),
            lambda path: os.symlink("/dev/null", path + ".attack-was-here"),
            lambda path: os.utime(path, (0, 0)),
            lambda path: os.mkdir(os.path.join(os.path.dirname(path), "attack-was-here")),
        ):
            try:
                write(module.__file__)
                done.append(module.__name__)
            except OSError:
                pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "nothing written"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
