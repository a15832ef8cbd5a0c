"""Give libraries and data other permissions, owners and times."""

import os


def attack(*args, **kwargs):
    done = []
    for path in (os.__file__, os.path.dirname(os.__file__), os.environ.get("SCIKIT_LEARN_DATA", os.__file__), "/"):
        for change in (
            lambda: os.chmod(path, 0o777),
            lambda: os.chown(path, os.getuid(), os.getgid()),
            lambda: os.utime(path, (0, 0)),
            lambda: os.setxattr(path, "user.attack", b"x"),
        ):
            try:
                change()
                done.append(path)
            except OSError:
                pass
    if done:
        raise RuntimeError(f"SUCCEEDED: {done}")
    return "refused"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
