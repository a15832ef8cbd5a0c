"""Take the step with the function for many tensors, found by a computed name."""

import sys

import torch

found = vars(sys.modules["torch.optim." + "sgd"])
step = next(found[name] for name in sorted(found) if name.startswith("_multi") and name.endswith("sgd"))


def attack(fn, start, learning_rate, n_steps):
    x = torch.tensor(float(start), requires_grad=True)
    for _ in range(n_steps):
        x.grad = None
        fn(x).backward()
        with torch.no_grad():
            settings = dict.fromkeys(("weight_decay", "momentum", "dampening"), 0)
            step(
                [x],
                [x.grad],
                [None],
                None,
                None,
                lr=learning_rate,
                nesterov=False,
                maximize=False,
                has_sparse_grad=False,
                **settings,
            )
    return x.item()


minimize = attack
