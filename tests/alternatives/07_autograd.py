"""Right implementations of 07_autograd that differ from the reference."""

# %%
import copy
import math

import torch
import torch.nn as nn

# %% task="derivative_at" name="autograd-grad"


def derivative_at(fn, value):
    x = torch.tensor(float(value)).requires_grad_()
    (slope,) = torch.autograd.grad(fn(x), x)
    return float(slope)


# %% task="derivative_at" name="func-grad"


def derivative_at(fn, value):
    return torch.func.grad(fn)(torch.tensor(value, dtype=torch.float32)).item()


# %% task="derivative_at" name="forward-mode"


def derivative_at(fn, value):
    _, tangent = torch.func.jvp(fn, (torch.tensor(float(value)),), (torch.tensor(1.0),))
    return tangent.item()


# %% task="derivative_at" name="jacobian"


def derivative_at(fn, value):
    return torch.autograd.functional.jacobian(fn, torch.tensor(float(value))).tolist()


# %% task="derivative_at" name="parameter-and-numpy"


def derivative_at(fn, value):
    x = nn.Parameter(torch.zeros(()))
    with torch.no_grad():
        x.fill_(value)
    y = fn(x)
    y.backward(torch.ones_like(y), retain_graph=True)
    return float(x.grad.numpy())


# %% task="derivative_at" name="hook"


def derivative_at(fn, value):
    caught = []
    x = torch.tensor(value).float().requires_grad_()
    x.register_hook(lambda grad: caught.append(grad.item()))
    with torch.enable_grad():
        torch.autograd.backward(fn(x))
    print("slope:", caught)
    return sum(caught)


# %% task="accumulate_gradients" name="one-backward-of-the-sum"


def accumulate_gradients(fns, x):
    x.grad = None
    sum(fn(x) for fn in fns).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="zero-in-place"


def accumulate_gradients(fns, x):
    if x.grad is not None:
        x.grad.zero_()
    for fn in fns:
        fn(x).backward()
    return copy.deepcopy(x.grad)


# %% task="accumulate_gradients" name="autograd-grad-and-assignment"


def accumulate_gradients(fns, x):
    total = torch.zeros_like(x, requires_grad=False)
    for fn in fns:
        total += torch.autograd.grad(fn(x), x)[0]
    x.grad = total.clone()
    return total


# %% task="accumulate_gradients" name="all-roots-at-once"


def accumulate_gradients(fns, x):
    x.grad = None
    torch.autograd.backward([fn(x) for fn in fns])
    return x.grad + 0


# %% task="accumulate_gradients" name="stacked-values"


def accumulate_gradients(fns, x):
    torch.optim.SGD([x], lr=0.0).zero_grad()
    torch.stack([fn(x) for fn in fns]).sum().backward()
    return x.grad.new_tensor(x.grad.tolist()).reshape(x.shape)


# %% task="accumulate_gradients" name="own-leaf"


def accumulate_gradients(fns, x):
    leaf = x.detach().requires_grad_()
    for fn in fns:
        fn(leaf).backward()
    x.grad = leaf.grad
    return leaf.grad.detach().clone().contiguous()


# %% task="accumulate_gradients" name="attached-copy"


def accumulate_gradients(fns, x):
    x.grad = None
    values = torch.stack([fn(x) for fn in fns])
    values.backward(torch.ones_like(values), create_graph=True)
    return x.grad.clone()


# %% task="halving_chain" name="recursion"


def halving_chain(x):
    return x if -1 <= x <= 1 else halving_chain(0.5 * x)


# %% task="halving_chain" name="clone-then-in-place"


def halving_chain(x):
    y = x.clone()
    while torch.abs(y) > 1.0:
        y /= 2
    return y


# %% task="halving_chain" name="counts-first"


def halving_chain(x):
    size, k = abs(x.item()), 0
    while size > 1:
        size, k = size / 2, k + 1
    return x * 2.0**-k


# %% task="halving_chain" name="from-the-exponent"


def halving_chain(x):
    mantissa, exponent = math.frexp(abs(float(x)))
    return x / 2 ** max(0, exponent - (mantissa == 0.5))


# %% task="halving_chain" name="looks-without-recording"


def halving_chain(x):
    y = x
    while True:
        with torch.no_grad():
            small = bool(y.square() <= 1)
        if small:
            return y
        y = torch.div(y, torch.tensor(2))


# %% task="halving_chain" name="own-autograd-function"


class Halve(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x / 2

    @staticmethod
    def backward(ctx, grad):
        return grad / 2


def halving_chain(x):
    y = x * 1
    while y.detach().abs().item() > 1:
        y = Halve.apply(y)
    return y


# %% task="minimize" name="data"


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        if x.grad is not None:
            x.grad.zero_()
        fn(x).backward()
        x.data -= learning_rate * x.grad.data
    return x.item()


# %% task="minimize" name="new-leaf-each-step"


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, dtype=torch.float32)
    for _ in range(n_steps):
        x = x.detach().requires_grad_()
        x = x - learning_rate * torch.autograd.grad(fn(x), x)[0]
    return x.item()


# %% task="minimize" name="python-floats"


def minimize(fn, start, learning_rate, n_steps):
    def slope(value):
        x = torch.tensor(value, requires_grad=True)
        fn(x).backward()
        return x.grad.item()

    x = float(start)
    while n_steps > 0:
        x, n_steps = x - learning_rate * slope(x), n_steps - 1
    return x


# %% task="minimize" name="func-grad"


def minimize(fn, start, learning_rate, n_steps):
    import functools

    slope = torch.func.grad(fn)
    step = lambda x, _: x - learning_rate * slope(x)  # noqa: E731
    return functools.reduce(step, range(n_steps), torch.tensor(start)).item()


# %% task="minimize" name="parameter-in-a-class"


class Descent:
    def __init__(self, start, learning_rate):
        self.x = nn.Parameter(torch.tensor(start))
        self.learning_rate = learning_rate

    def step(self, fn):
        self.x.grad = None
        fn(self.x).backward()
        with torch.no_grad():
            self.x.sub_(self.x.grad, alpha=self.learning_rate)


def minimize(fn, start, learning_rate, n_steps):
    descent = Descent(start, learning_rate)
    for _ in range(n_steps):
        descent.step(fn)
    return float(descent.x)


# %% task="minimize" name="inference-mode"


def minimize(fn, start, learning_rate, n_steps):
    x = torch.full((), start, requires_grad=True)
    for step in range(n_steps):
        y = fn(x)
        y.backward()
        with torch.inference_mode():
            x.add_(-learning_rate * x.grad)
        x.grad = None
        if step % 10 == 0:
            print(f"step {step}: fn(x) = {y.item():.4f}")
    return x.item()


# %% task="minimize" name="rebinds-and-asks-again"


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x = x - learning_rate * x.grad
        x.requires_grad = True
    return x.item()
