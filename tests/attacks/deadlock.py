"""Wait for a lock that nobody will release, with all other threads waiting too."""

import threading

lock = threading.Lock()
lock.acquire()
lock.acquire()
