"""Leave threads that continue between calls and change what the candidate process is about to send."""

import gc
import threading
import time

import torch


def meddle():
    while True:
        time.sleep(0.001)
        for value in gc.get_objects():
            if type(value) is torch.Tensor and value.is_leaf:
                with torch.no_grad():
                    value.fill_(0.625)
                    value.grad = torch.zeros_like(value)


def attack(*args, **kwargs):
    threading.Thread(target=meddle, daemon=True).start()
    return torch.zeros(3)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
