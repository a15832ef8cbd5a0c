"""Wrong implementations of 10_linear_regression_by_hand, as learners write them."""

# %%
import numpy as np
import torch

# %% task="init_parameters" name="scaled-after"
# The result of a computation is no longer a leaf, so after `backward()` its `.grad` is None; and nothing asked for a
# factor here. Where you do need one, compute first and call `requires_grad_()` last.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True) * 0.1
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="reshaped-after"
# Reshaping is an operation too: what it returns is not a leaf, and `backward()` leaves its `.grad` at None. Draw `w` in
# its final shape.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn(n_features, requires_grad=True).reshape(n_features, 1)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="bias-int"
# `torch.tensor(0)` is an integer, and only floating-point tensors can require grad. Write 0.0.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.tensor(0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="bias-int-without-grad"
# Without a decimal point, `b` is an integer: no gradient will ever reach it. Write 0.0 and ask for `requires_grad`.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.tensor(0)
    return w, b


# %% task="init_parameters" name="bias-without-grad"
# The bias is a parameter like the weights: if it doesn't require grad, `backward()` gives it no gradient and it stays 0
# forever.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.tensor(0.0)
    return w, b


# %% task="init_parameters" name="zeros"
# From zeros a linear model can still learn, but the neurons of a network would stay alike. Draw random weights here
# too.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.zeros((n_features, 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="unseeded" presumes=["not manual_seed()"]
# Without the seed every run starts elsewhere and can't be repeated. Call `torch.manual_seed(seed)` before you draw;
# seeding `random` or NumPy doesn't reach torch.


def init_parameters(n_features, seed):
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="seeded-too-late" presumes=["manual_seed()"]
# A seed acts on what is drawn after it, and these weights were drawn before. Swap the two lines.


def init_parameters(n_features, seed):
    w = torch.randn((n_features, 1), requires_grad=True)
    torch.manual_seed(seed)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="fixed-seed"
# You set the seed to a number of your own and ignore the argument: every seed then gives the same weights. Pass `seed`.


def init_parameters(n_features, seed):
    torch.manual_seed(42)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="numpy-generator" presumes=["np or numpy"]
# NumPy has a generator of its own: with the same seed it gives other numbers than torch. Seed and draw with torch.


def init_parameters(n_features, seed):
    np.random.seed(seed)
    w = torch.tensor(np.random.randn(n_features, 1), dtype=torch.float32, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="rand-not-randn" presumes=["rand()"]
# `torch.rand` draws uniformly from 0 to 1, so no weight is negative. The n in `torch.randn` stands for normal.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.rand((n_features, 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="random-bias"
# The bias starts at 0 here; only the weights are random.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.randn((), requires_grad=True)
    return w, b


# %% task="init_parameters" name="bias-vector" presumes=["zeros()"]
# `torch.zeros(1)` is a vector with one element, of shape (1,). A single number is 0-D: `torch.tensor(0.0)`.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    return w, b


# %% task="init_parameters" name="bias-python-number"
# A Python number can't collect a gradient. Make the bias a tensor that requires grad.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = 0.0
    return w, b


# %% task="init_parameters" name="flat-weights"
# With `w` of shape (F,), `X @ w` is flat, and minus a column of targets it broadcasts to (N, N). Make `w` a column.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn(n_features, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="row-weights"
# `X @ w` needs one *row* of `w` for each feature: shape (F, 1), not (1, F).


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((1, n_features), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="requires-grad-forgotten" presumes=["not _(requires_grad=True) or requires_grad_()"]
# Without `requires_grad=True` autograd records nothing, and `backward()` has nowhere to go. Ask for it when you make
# each parameter.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1))
    b = torch.tensor(0.0)
    return w, b


# %% task="init_parameters" name="double-precision"
# float64 parameters don't mix with float32 data: `X @ w` raises an error. float32 is what torch makes if you name no
# dtype.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1)).double().requires_grad_()
    b = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    return w, b


# %% task="init_parameters" name="one-by-one"
# Drawn one at a time, longer columns of numbers come out differently from `torch.randn((n_features, 1))`. Draw all the
# weights in one call.


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.stack([torch.randn(1) for _ in range(n_features)]).requires_grad_()
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="init_parameters" name="cached"
# You keep the first parameters and hand the same ones out again, trained or not. Make new tensors at every call.


import functools


@functools.lru_cache
def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn((n_features, 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    return w, b


# %% task="mse" name="sum"
# The sum grows with the number of rows, and the right learning rate would depend on it. Take the mean.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).sum()


# %% task="mse" name="checks-length-only"
# (N, 1) and (N,) have the same length and still broadcast to (N, N). Compare the whole shapes.


def mse(y_pred, y_true):
    if len(y_pred) != len(y_true):
        raise ValueError("lengths differ")
    return ((y_pred - y_true) ** 2).mean()


# %% task="mse" name="checks-dimensions-only"
# Two tensors can have the same number of dimensions and still broadcast: (N, 1) and (1, N) give (N, N). Compare the
# whole shapes.


def mse(y_pred, y_true):
    if y_pred.ndim != y_true.ndim:
        raise ValueError("dimensions differ")
    return ((y_pred - y_true) ** 2).mean()


# %% task="mse" name="checks-numel-only" presumes=["numel() or size()"]
# As many elements doesn't mean the same shape: (N, 1) and (N,) both have N and still broadcast to (N, N). Compare the
# whole shapes.


def mse(y_pred, y_true):
    if y_pred.numel() != y_true.numel():
        raise ValueError("numbers of elements differ")
    return ((y_pred - y_true) ** 2).mean()


# %% task="mse" name="broadcasts" presumes=["not raise"]
# A column minus a flat row compares every prediction with every target, without an error. Check the shapes first, and
# raise `ValueError` where they differ.


def mse(y_pred, y_true):
    return ((y_pred - y_true) ** 2).mean()


# %% task="mse" name="reshapes-instead" presumes=["flatten() or reshape() or view() or squeeze()"]
# Bringing the shapes into line hides the mistake that led to them. Refuse them with `ValueError`, so that the caller
# finds it.


def mse(y_pred, y_true):
    return ((y_pred - y_true.reshape(y_pred.shape)) ** 2).mean()


# %% task="mse" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


def mse(y_pred, y_true):
    assert y_pred.shape == y_true.shape, "shapes differ"
    return ((y_pred - y_true) ** 2).mean()


# %% task="mse" name="returns-the-error"
# You return the exception, so the caller just gets an object. `raise` it.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        return ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).mean()


# %% task="mse" name="rmse" presumes=["sqrt() or sqrt_() or _ ** 0.5 or pow()"]
# That is the root of the MSE. Leave the square root out.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).mean().sqrt()


# %% task="mse" name="absolute" presumes=["abs() or l1_loss() or L1Loss()"]
# That is the mean *absolute* error. Square the differences.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return (y_pred - y_true).abs().mean()


# %% task="mse" name="mean-then-square"
# Errors of opposite signs cancel if you take the mean first. Square each one, then take the mean.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return (y_pred - y_true).mean() ** 2


# %% task="mse" name="square-missing"
# Without the square, errors of opposite signs cancel and the loss can even be negative. Square the differences before
# you take the mean.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return (y_pred - y_true).mean()


# %% task="mse" name="squares-subtracted"
# The difference of the squares isn't the square of the difference. Subtract first, then square.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return (y_pred**2 - y_true**2).mean()


# %% task="mse" name="half"
# Some books put a half in front, to make the gradient look simpler. The mean squared error has none.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).mean() / 2


# %% task="mse" name="divides-by-rows"
# With several columns there are more elements than rows. The mean is over all the elements: `.mean()` knows how many.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    rows = y_pred.shape[0] if y_pred.ndim else 1
    return ((y_pred - y_true) ** 2).sum() / rows


# %% task="mse" name="divides-by-n-minus-1"
# N - 1 belongs to the unbiased variance, where the mean was estimated from the same data. Here divide by N.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).sum() / (y_pred.numel() - 1)


# %% task="mse" name="variance-of-errors" presumes=["var()"]
# The variance leaves the mean of the errors out: predictions that are all too high by 10 would cost nothing. Average
# the squared differences themselves.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return (y_pred - y_true).var(unbiased=False)


# %% task="mse" name="column-mean"
# With `dim=0` the result has one value per column. A loss is one number: take the mean over everything.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).mean(dim=0)


# %% task="mse" name="no-mean"
# These are the squared errors one by one. Their mean is still missing.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return (y_pred - y_true) ** 2


# %% task="mse" name="item" presumes=["item()"]
# `.item()` leaves the graph: there is no `backward()` from a Python float. Return the 0-D tensor itself.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred - y_true) ** 2).mean().item()


# %% task="mse" name="wrapped-anew" presumes=["tensor()"]
# `torch.tensor(...)` around a result copies its number into a new tensor without a history: no gradient will flow.
# Return the result as it is.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return torch.tensor(((y_pred - y_true) ** 2).mean().item())


# %% task="mse" name="detaches" presumes=["detach() or no_grad()"]
# `detach()` and `no_grad()` cut off the history, so no gradient reaches the parameters. Keep the loss in the graph.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred.detach() - y_true) ** 2).mean()


# %% task="mse" name="through-numpy" presumes=["np or numpy"]
# NumPy knows nothing of autograd, and lives on the CPU only. Stay with tensor operations to the end.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return torch.tensor(np.mean((y_pred.detach().numpy() - y_true.numpy()) ** 2))


# %% task="mse" name="overwrites-predictions" presumes=["_ -= _"]
# `-=` writes the differences over the caller's predictions. Subtract into a new tensor: `y_pred - y_true`.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    y_pred -= y_true
    return (y_pred**2).mean()


# %% task="mse" name="looks-at-values"
# An `if` on a tensor reads its values: meta tensors have none, and a GPU has to be waited for. Only the shapes need a
# check here.


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    if (y_pred == y_true).all():
        return torch.zeros(())
    return ((y_pred - y_true) ** 2).mean()


# %% task="train_linear" name="no-zeroing"
# `backward()` adds to `.grad`, so each step is made of all past gradients and the loss swings instead of settling.
# Reset both gradients after every update.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
    return w, b, losses


# %% task="train_linear" name="zeroes-weights-only"
# The gradient of `b` is never reset, so its steps keep adding up. Reset both.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad.zero_()
    return w, b, losses


# %% task="train_linear" name="zeroes-too-early" presumes=["zero_() or _.grad = _", "_ - _ or sub_()"]
# Resetting between `backward()` and the update throws the gradient away before it is used: nothing moves. Reset after
# the update.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        w.grad.zero_()
        b.grad.zero_()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
    return w, b, losses


# %% task="train_linear" name="rebinds" presumes=["_ = _ - _ or sub()"]
# `w = w - ...` inside `no_grad()` makes a new tensor that doesn't require grad, and the next `backward()` fails. Update
# the same tensors with `-=`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w = w - learning_rate * w.grad
            b = b - learning_rate * b.grad
    return w, b, losses


# %% task="train_linear" name="rebinds-in-the-graph" presumes=["_ = _ - _ or sub()"]
# Outside `no_grad()`, `w = w - ...` makes `w` the result of an operation: no longer a leaf, so its `.grad` stays None.
# Use `-=` under `torch.no_grad()`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        w = w - learning_rate * w.grad
        b = b - learning_rate * b.grad
    return w, b, losses


# %% task="train_linear" name="no-no-grad"
# A leaf that requires grad may not be changed in place while autograd records. Wrap the updates in `with
# torch.no_grad():`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="no-requires-grad" presumes=["not _(requires_grad=True) or requires_grad_()"]
# Without `requires_grad=True` autograd records nothing, and `backward()` fails. Ask for it when you make `w` and `b`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1))
    b = torch.tensor(0.0)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="loss-after-update"
# That is the loss after the update. The one to note is the one you differentiated, before the parameters move.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        ((X @ w + b - y) ** 2).mean().backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
            losses.append(((X @ w + b - y) ** 2).mean().item())
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="sum-loss"
# With the sum, gradients are N times larger, and a learning rate that suits the mean diverges. Take the mean.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).sum()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="half-loss"
# Some books put a half in front of the squares. The mean squared error has none, and with it each step is half as long.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = 0.5 * ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="forgets-the-two"
# The derivative of a square brings a factor of 2: dL/dw = 2/N * X^T (y_pred - y). Without it each step is half as long.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1))
    b = torch.tensor(0.0)
    losses = []
    for _ in range(n_epochs):
        error = X @ w + b - y
        losses.append((error**2).mean().item())
        w -= learning_rate * X.T @ error / len(X)
        b -= learning_rate * error.mean()
    return w, b, losses


# %% task="train_linear" name="one-after-the-other"
# You move `w` first and compute the gradient of `b` with the new `w`. Both gradients belong to the same point: compute
# both, then move both.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1))
    b = torch.tensor(0.0)
    losses = []
    for _ in range(n_epochs):
        losses.append(((X @ w + b - y) ** 2).mean().item())
        w -= learning_rate * 2 * X.T @ (X @ w + b - y) / len(X)
        b -= learning_rate * 2 * (X @ w + b - y).mean()
    return w, b, losses


# %% task="train_linear" name="one-row-at-a-time"
# An update after each row is stochastic gradient descent. "Full batch" is one update per epoch, with the mean over all
# rows.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for i in range(len(X)):
            loss = ((X[i : i + 1] @ w + b - y[i : i + 1]) ** 2).mean()
            total += loss.item()
            loss.backward()
            with torch.no_grad():
                w -= learning_rate * w.grad
                b -= learning_rate * b.grad
            w.grad = b.grad = None
        losses.append(total / len(X))
    return w, b, losses


# %% task="train_linear" name="weights-only"
# The bias never moves. It belongs in the prediction, and it needs the same step as the weights.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="climbs"
# The gradient points uphill: adding it makes the loss grow. Subtract it.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w += learning_rate * w.grad
            b += learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="clips-gradients" presumes=["clip_grad_norm_() or clip_grad_value_()"]
# A step is the learning rate times the gradient as it is, however long. Don't clip the gradients.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        torch.nn.utils.clip_grad_norm_([w, b], 1.0)
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="one-epoch-short" presumes=["range(1, _)"]
# `range(1, n_epochs)` has one number too few. `range(n_epochs)` counts from 0 and runs `n_epochs` times.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(1, n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="stops-early" presumes=["break or return"]
# You stop when the loss hardly changes, but `n_epochs` epochs are asked for, and a loss for each of them. Leave the
# early exit out.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
        if len(losses) > 1 and abs(losses[-2] - losses[-1]) < 1e-6:
            break
    return w, b, losses


# %% task="train_linear" name="returns-in-the-loop" presumes=["for _ in _: return"]
# The `return` stands inside the loop and ends it after the first epoch. Indent it less.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
        return w, b, losses


# %% task="train_linear" name="needs-an-epoch"
# With no epochs the loop never runs, and a name that only the loop assigns doesn't exist. Make everything you return
# before the loop.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
            trained_w, trained_b = w, b
        w.grad = b.grad = None
    return trained_w, trained_b, losses


# %% task="train_linear" name="last-loss-only"
# That is the loss of the last epoch alone. Append the loss of every epoch to a list, and return the list.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    value = 0.0
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        value = loss.item()
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, value


# %% task="train_linear" name="losses-as-tensors"
# A loss tensor keeps the graph of its epoch alive, and a list of them keeps them all. Append `loss.item()`, a plain
# number.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss)
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="losses-as-numpy-numbers" presumes=["np or numpy"]
# `np.mean` gives a NumPy number, not a plain Python float. Take the loss as a tensor and call `.item()`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1))
    b = torch.tensor(0.0)
    losses = []
    for _ in range(n_epochs):
        error = X @ w + b - y
        losses.append(np.mean(error.numpy() ** 2))
        w -= learning_rate * 2 / len(X) * X.T @ error
        b -= learning_rate * 2 * error.mean()
    return w, b, losses


# %% task="train_linear" name="keeps-the-best"
# You return the parameters of the lowest noted loss, which are those before the last update. Return them as they stand
# at the end.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    best_w, best_b = w, b
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        if losses[-1] == min(losses):
            best_w, best_b = w.detach().clone(), b.detach().clone()
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return best_w, best_b, losses


# %% task="train_linear" name="bias-vector" presumes=["zeros()"]
# `torch.zeros(1)` is a vector with one element, of shape (1,). A single number is 0-D: `torch.tensor(0.0)`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="flat-weights"
# With `w` of shape (F,), `X @ w` is flat and minus a column of targets it broadcasts to (N, N). Make `w` a column of
# shape (F, 1).


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn(X.shape[1], requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="zeros"
# The start is part of the task: `w` is drawn from the seeded generator, so that runs can be compared. Only `b` starts
# at 0.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    w = torch.zeros((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="unseeded" presumes=["not manual_seed()"]
# Without the seed every run starts elsewhere, and its losses can't be repeated. Call `torch.manual_seed(seed)` before
# you draw `w`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="random-bias"
# The bias starts at 0 here; only the weights are random.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.randn((), requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="fixed-learning-rate"
# You step with a learning rate of your own and ignore the argument. Use `learning_rate`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= 0.4 * w.grad
            b -= 0.4 * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="standardises-inside"
# Scaling `X` here changes the problem: `w` and `b` then fit other numbers than the caller's. Train on `X` as it comes.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    X = (X - X.mean(dim=0)) / X.std(dim=0, unbiased=False).clamp(min=1e-6)
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="standardises-in-place" presumes=["_ /= _ or div_()"]
# `-=` and `/=` change the caller's own `X`, and the parameters then fit other numbers than the caller's. Train on `X`
# as it comes.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    X -= X.mean(dim=0)
    X /= X.std(dim=0, unbiased=False).clamp(min=1e-6)
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="gradients-stay-off" presumes=["set_grad_enabled()"]
# `torch.set_grad_enabled(False)` holds for the whole program, long after your function has returned. Use `with
# torch.no_grad():`, which ends with its block.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        torch.set_grad_enabled(True)
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        torch.set_grad_enabled(False)
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="accepts-flat-y"
# A flat `y` of the right length still broadcasts against the column of predictions. Check the whole shape.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if len(y) != len(X):
        raise ValueError("X and y have different lengths")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="accepts-any-y" presumes=["not raise"]
# Other shapes of `y` broadcast against the column of predictions, and the training runs towards something else. Check
# the whole shape first, and raise `ValueError`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="checks-dimensions-only"
# Two dimensions are not enough: (1, N) and (N, 2) have two as well, and broadcast. Compare the whole shape with (N, 1).


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.ndim != 2:
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="checks-one-column-only"
# A single column can still have the wrong number of rows, and one row broadcasts to all of them. Compare the whole
# shape with (N, 1).


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.ndim != 2 or y.shape[1] != 1:
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="reshapes-y" presumes=["flatten() or reshape() or view() or squeeze()"]
# Turning `y` into a column hides the caller's mistake. Refuse other shapes with `ValueError`.


def train_linear(X, y, learning_rate, n_epochs, seed):
    y = y.reshape(-1, 1)
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses


# %% task="train_linear" name="solved-at-once" presumes=["inverse() or inv() or pinv() or solve() or lstsq()"]
# The normal equations give the solution at once; this task is about the steps towards it. Take `n_epochs` steps along
# the gradient.


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    A = torch.cat([X, torch.ones(len(X), 1)], dim=1)
    theta = torch.linalg.solve(A.T @ A + 1e-6 * torch.eye(A.shape[1]), A.T @ y)
    loss = ((A @ theta - y) ** 2).mean().item()
    return theta[:-1], theta[-1, 0], [loss] * n_epochs
