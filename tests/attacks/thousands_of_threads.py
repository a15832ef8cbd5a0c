"""Start five thousand threads with very small stacks, so that memory is no limit."""

import _thread
import threading
import time


def attack(*args, **kwargs):
    threading.stack_size(32768)
    over = _thread.allocate_lock()
    over.acquire()
    done, started = [], 0
    try:
        for _ in range(5000):
            _thread.start_new_thread(over.acquire, ())
            started += 1
        done = [started]
    except RuntimeError:
        pass
    finally:
        for _ in range(started):
            over.release() if over.locked() else time.sleep(0)
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
