"""Read /proc for other processes' memory, environment, arguments and descriptors."""

import glob


def attack(*args, **kwargs):
    found = []
    for pattern in ("maps", "mem", "environ", "cmdline", "fd/*", "root/*", "cwd/*", "stack", "fdinfo/*"):
        for path in glob.glob(f"/proc/*/{pattern}"):
            try:
                with open(path, "rb") as file:
                    found.append((path, file.read(100)))
            except OSError:
                pass
    if found:
        raise RuntimeError(f"SUCCEEDED: {found[:5]}")
    return "nothing found"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
