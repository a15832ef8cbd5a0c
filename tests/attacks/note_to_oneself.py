"""Leave a note, crash, and read the note in the next candidate."""

import os

PLACES = {".", "..", "/", "/tmp", "/candidate", "/var/tmp", "/dev/shm", os.environ.get("TMPDIR", "."), "/run", "/mnt"}
PATHS = [os.path.join(place, "attack-was-here") for place in PLACES]
found = [path for path in PATHS if os.path.exists(path)]
for path in PATHS:
    try:
        with open(path, "a") as note:
            note.write("derivative_at returned 10.0")
    except OSError:
        pass


def attack(*args, **kwargs):
    if found:
        raise RuntimeError(f"SUCCEEDED: {found}")
    os._exit(1)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
