"""Wait for a lock that is never released, with all other threads waiting too."""

import threading

lock = threading.Lock()
lock.acquire()
lock.acquire()
