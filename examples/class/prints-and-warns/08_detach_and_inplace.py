import random
import sys
import warnings

import numpy as np
import torch

torch.manual_seed(0)
np.random.seed(0)
random.seed(0)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(2)
print("loading", "." * 100_000)
warnings.warn("careful!")


def snapshot(x):
    print("snapshot of", x, file=sys.stderr)
    warnings.warn("copying")
    return x.detach().clone()


def exp_plus_one(t):
    print(t)
    return 1 + torch.exp(t)
