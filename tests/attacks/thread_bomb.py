"""Start threads until no more can be started."""

import threading

threading.stack_size(32768)
lock = threading.Lock()
lock.acquire()


def attack(*args, **kwargs):
    for _ in range(3000):
        threading.Thread(target=lock.acquire, daemon=True).start()
    return "many"


derivative_at = attack
