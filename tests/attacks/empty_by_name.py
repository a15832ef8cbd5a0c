"""Truncate files of others by their names, which some protections do not prevent."""

import os


def attack(*args, **kwargs):
    done = []
    suites = [os.path.join(folder, "tests", "hidden") for folder in (os.getcwd(), "/repo", "/home")]
    for path in (os.__file__, os.environ.get("SCIKIT_LEARN_DATA", ""), *suites, "/etc/hostname", "/var/log/wtmp"):
        for name in [
            path,
            *(
                [os.path.join(path, n) for n in os.listdir(path)]
                if os.access(path, os.R_OK | os.X_OK) and os.path.isdir(path)
                else []
            ),
        ]:
            try:
                os.truncate(name, os.stat(name).st_size)
                done.append(name)
            except OSError:
                pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
