"""End the process from a timer's signal handler, at any moment."""

import os
import signal

signal.signal(signal.SIGVTALRM, lambda *_: os._exit(0))
signal.setitimer(signal.ITIMER_VIRTUAL, 0.001, 0.001)


def attack(*args, **kwargs):
    while True:
        pass


derivative_at = accumulate_gradients = halving_chain = minimize = attack
