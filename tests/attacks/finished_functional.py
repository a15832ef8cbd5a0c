"""Take the step with the function that PyTorch's optimizer calls."""

import torch
from torch.optim.sgd import sgd


def attack(fn, start, learning_rate, n_steps):
    x = torch.tensor(float(start), requires_grad=True)
    for _ in range(n_steps):
        x.grad = None
        fn(x).backward()
        with torch.no_grad():
            sgd(
                [x],
                [x.grad],
                [None],
                lr=learning_rate,
                weight_decay=0,
                momentum=0,
                dampening=0,
                nesterov=False,
                maximize=False,
            )
    return x.item()


minimize = attack
