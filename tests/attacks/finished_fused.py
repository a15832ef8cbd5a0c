"""Take the step with the operation that a fused optimizer runs."""

import torch


def attack(fn, start, learning_rate, n_steps):
    x = torch.tensor(float(start), requires_grad=True)
    for _ in range(n_steps):
        x.grad = None
        fn(x).backward()
        with torch.no_grad():
            operation = getattr(torch, "".join(chr(c) for c in (95, 102, 117, 115, 101, 100, 95, 115, 103, 100, 95)))
            operation(
                [x],
                [x.grad],
                [],
                lr=learning_rate,
                weight_decay=0,
                momentum=0,
                dampening=0,
                nesterov=False,
                maximize=False,
                is_first_step=True,
            )
    return x.item()


minimize = attack
