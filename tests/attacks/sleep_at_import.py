"""Sleep while the file is being loaded."""

import time

while True:
    time.sleep(1000)
