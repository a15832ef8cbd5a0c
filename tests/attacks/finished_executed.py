"""Build the code as a string, and execute it."""

import torch

LINES = ["import torch", "def step(x, lr):", "    torch.optim.{}([x], lr=lr).{}()"]
space = {}
exec("\n".join(LINES).format("".join(sorted("GDS", key="SGD".index)), "pets"[::-1]), space)


def attack(fn, start, learning_rate, n_steps):
    x = torch.tensor(float(start), requires_grad=True)
    for _ in range(n_steps):
        x.grad = None
        fn(x).backward()
        space["step"](x, learning_rate)
    return x.item()


minimize = attack
