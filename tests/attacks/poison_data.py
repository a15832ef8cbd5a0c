"""Replace the dataset that other students' checks read."""

import glob
import os


def attack(*args, **kwargs):
    home = os.environ.get("SCIKIT_LEARN_DATA", "/nowhere")
    files = glob.glob(home + "/*")
    for path in [*files, home + "/attack-was-here"]:
        for write in (lambda path: open(path, "wb").write(b"attack-was-here"), os.unlink, os.mkdir):
            try:
                write(path)
                raise RuntimeError("SUCCEEDED: " + path)
            except OSError:
                pass
    return "nothing written"


init_parameters = train_linear = attack
