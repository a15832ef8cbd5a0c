"""Right implementations of 10_linear_regression_by_hand that differ from the reference."""

# %%
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

# %% task="init_parameters" name="asks-for-grad-afterwards"


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn(n_features, 1)
    b = torch.zeros(())
    for parameter in (w, b):
        parameter.requires_grad = True
    return w, b


# %% task="init_parameters" name="own-generator"


def init_parameters(n_features, seed):
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn((n_features, 1), generator=generator, requires_grad=True)
    return w, torch.zeros((), requires_grad=True)


# %% task="init_parameters" name="parameters-of-a-module"


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    model = nn.Module()
    model.w = nn.Parameter(torch.randn((n_features, 1)))
    model.b = nn.Parameter(torch.tensor(0.0))
    return model.w, model.b


# %% task="init_parameters" name="reshapes-first"


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.randn(n_features).unsqueeze(1).requires_grad_()
    b = torch.zeros(1).squeeze().requires_grad_()
    return w, b


# %% task="init_parameters" name="filled-in-place"


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = torch.empty((n_features, 1), requires_grad=True)
    b = torch.empty((), requires_grad=True)
    nn.init.normal_(w)
    nn.init.zeros_(b)
    return w, b


# %% task="init_parameters" name="puts-the-generator-back"


def init_parameters(n_features, seed):
    before = torch.random.get_rng_state()
    try:
        torch.random.manual_seed(seed)
        row = torch.randn((1, n_features))
    finally:
        torch.random.set_rng_state(before)
    return row.T.clone().requires_grad_(), row.new_tensor(0.0, requires_grad=True)


# %% task="init_parameters" name="list-of-both"


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    start = [torch.randn((n_features, 1)), torch.scalar_tensor(0.0)]
    return tuple(map(torch.Tensor.requires_grad_, start))


# %% task="init_parameters" name="computed-then-detached"


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    w = (torch.randn((n_features, 1), requires_grad=True) * 1.0).detach().requires_grad_(True)
    b = (w.sum() * 0.0).detach().requires_grad_(True)
    return w, b


# %% task="mse" name="sum-over-count"


def mse(y_pred, y_true):
    if y_pred.size() != y_true.size():
        raise ValueError(f"shapes {list(y_pred.size())} and {list(y_true.size())}")
    difference = y_true - y_pred
    return (difference * difference).sum() / difference.numel()


# %% task="mse" name="square-and-mean-functions"


def mse(y_pred, y_true):
    if not (y_pred.ndim == y_true.ndim and all(m == n for m, n in zip(y_pred.shape, y_true.shape, strict=True))):
        raise ValueError
    return torch.mean(torch.square(torch.sub(y_pred, y_true)))


# %% task="mse" name="dot-product"


def mse(y_pred, y_true):
    if tuple(y_pred.shape) != tuple(y_true.shape):
        raise ValueError("shapes differ")
    error = (y_pred - y_true).reshape(-1)
    return error @ error / len(error)


# %% task="mse" name="einsum"


def mse(y_pred, y_true):
    if list(y_pred.shape) != list(y_true.shape):
        raise ValueError("shapes differ")
    error = (y_pred - y_true).flatten()
    return torch.einsum("i,i->", error, error) / error.numel()


# %% task="mse" name="one-at-a-time"


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    pairs = list(zip(y_pred.flatten(), y_true.flatten(), strict=True))
    return sum((p - t) ** 2 for p, t in pairs) / len(pairs)


# %% task="mse" name="variance-plus-squared-bias"


def mse(y_pred, y_true):
    try:
        if y_pred.shape != y_true.shape:
            raise TypeError("shapes differ")
    except TypeError as error:
        raise ValueError("not the same shape") from error
    error = y_pred - y_true
    return error.var(unbiased=False) + error.mean() ** 2


# %% task="init_parameters" name="named-tuple"

from typing import NamedTuple


class Parameters(NamedTuple):
    w: Tensor
    b: Tensor


def init_parameters(n_features, seed):
    torch.manual_seed(seed)
    return Parameters(torch.randn(n_features, 1, requires_grad=True), torch.zeros((), requires_grad=True))


# %% task="mse" name="own-error-type"


class ShapeError(ValueError):
    def __init__(self, *shapes):
        super().__init__(" is not ".join(map(str, shapes)))


def check_shapes(first, *others):
    for other in others:
        if other.shape != first.shape:
            raise ShapeError(first.shape, other.shape)


def mse(y_pred, y_true):
    check_shapes(y_pred, y_true)
    return torch.linalg.vector_norm(y_pred - y_true) ** 2 / y_pred.numel()


# %% task="mse" name="own-autograd-function"


class MeanSquaredError(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y_pred, y_true):
        error = y_pred - y_true
        ctx.save_for_backward(error)
        return error.pow(2).mean()

    @staticmethod
    def backward(ctx, upstream):
        (error,) = ctx.saved_tensors
        gradient = upstream * 2 * error / error.numel()
        return gradient, -gradient


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return MeanSquaredError.apply(y_pred, y_true)


# %% task="mse" name="in-place-on-its-own-tensor"


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    error = y_pred.clone()
    error -= y_true
    return error.mul(error).mean()


# %% task="mse" name="constant-targets"


def mse(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")
    return ((y_pred.double() - y_true.detach().double()) ** 2).mean().float()


# %% task="train_linear" name="by-the-formula"


def train_linear(X, y, learning_rate, n_epochs, seed):
    N, n_features = X.shape
    if y.shape != (N, 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w, b = torch.randn((n_features, 1)), torch.tensor(0.0)
    losses = []
    for _ in range(n_epochs):
        error = X @ w + b - y
        losses.append(float((error**2).mean()))
        w, b = w - learning_rate * 2 / N * X.T @ error, b - learning_rate * 2 / N * error.sum()
    return w, b, losses


# %% task="train_linear" name="autograd-grad"


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.size() != torch.Size([len(X), 1]):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.zeros((), requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = torch.mean((torch.addmm(b, X, w) - y).pow(2))
        losses += [loss.item()]
        with torch.no_grad():
            for parameter, gradient in zip((w, b), torch.autograd.grad(loss, (w, b)), strict=True):
                parameter.sub_(gradient, alpha=learning_rate)
    return w, b, losses


# %% task="train_linear" name="zeroes-first-and-data"


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.dim() != 2 or y.shape[0] != X.shape[0] or y.shape[1] != 1:
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn(X.shape[1], 1, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        for parameter in (w, b):
            if parameter.grad is not None:
                parameter.grad.zero_()
        loss = F.mse_loss(X @ w + b, y)
        losses.append(loss.item())
        loss.backward()
        w.data = w.data - learning_rate * w.grad.data
        b.data -= learning_rate * b.grad.data
    return w, b, losses


# %% task="train_linear" name="new-leaves-each-epoch"


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (X.shape[0], 1):
        raise ValueError("y must be a column")
    w = torch.randn((X.shape[1], 1), generator=torch.Generator().manual_seed(seed), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    loss_function = nn.MSELoss()
    losses = []
    for _ in range(n_epochs):
        loss = loss_function(F.linear(X, w.T, b), y)
        losses.append(loss.detach().numpy().item())
        loss.backward()
        w = (w - learning_rate * w.grad).detach().requires_grad_()
        b = (b - learning_rate * b.grad).detach().requires_grad_()
    return w.detach(), b.detach(), losses


# %% task="train_linear" name="bias-as-a-weight"


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    theta = torch.cat([torch.randn((X.shape[1], 1)), torch.zeros(1, 1)]).requires_grad_()
    rows = torch.cat([X, torch.ones(len(X), 1)], dim=1)
    losses = []
    for _ in range(n_epochs):
        loss = (rows @ theta - y).square().mean()
        losses.append(loss.item())
        theta.grad = None
        loss.backward()
        with torch.no_grad():
            theta -= learning_rate * theta.grad
    return theta[:-1], theta[-1].squeeze(), losses


# %% task="train_linear" name="own-module"


class LinearModel(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.w = nn.Parameter(torch.randn(n_features, 1))
        self.b = nn.Parameter(torch.tensor(0.0))

    def forward(self, X):
        return X @ self.w + self.b


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    model = LinearModel(X.shape[1])
    losses = []
    for _ in range(n_epochs):
        loss = (model(X) - y).pow(2).mean()
        losses.append(loss.item())
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(-learning_rate * parameter.grad)
    return model.w, model.b, losses


# %% task="train_linear" name="own-optimizer-class"


class GradientDescent:
    def __init__(self, parameters, learning_rate):
        self.parameters = parameters
        self.learning_rate = learning_rate

    @torch.no_grad()
    def step(self):
        for parameter in self.parameters:
            parameter -= self.learning_rate * parameter.grad

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad.detach_().zero_()


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1)).requires_grad_()
    b = torch.zeros(()).requires_grad_()
    optimizer = GradientDescent([w, b], learning_rate)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).sum() / len(y)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return w, b, losses


# %% task="train_linear" name="functional"


def train_linear(X, y, learning_rate, n_epochs, seed):
    def loss_of(parameters):
        w, b = parameters
        return ((X @ w + b - y) ** 2).mean()

    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    parameters = (torch.randn((X.shape[1], 1)), torch.tensor(0.0))
    losses = []
    while len(losses) < n_epochs:
        gradients, loss = torch.func.grad_and_value(loss_of)(parameters)
        losses.append(loss.item())
        parameters = tuple(p - learning_rate * g for p, g in zip(parameters, gradients, strict=True))
    return *parameters, losses


# %% task="train_linear" name="hooks-that-step"


def train_linear(X, y, learning_rate, n_epochs, seed):
    def step(parameter: Tensor) -> None:
        with torch.no_grad():
            parameter -= learning_rate * parameter.grad
        parameter.grad = None

    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for parameter in (w, b):
        parameter.register_post_accumulate_grad_hook(step)
    losses = []
    for _ in range(n_epochs):
        loss = ((X @ w + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
    return w, b, losses


# %% task="train_linear" name="gradients-switched-off-and-on"


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = torch.square(X.matmul(w).add(b).sub(y)).mean()
        losses.append(loss.tolist())
        loss.backward()
        torch.set_grad_enabled(False)
        w -= w.grad * learning_rate
        b -= b.grad * learning_rate
        torch.set_grad_enabled(True)
        del w.grad, b.grad
    return w, b, losses


# %% task="train_linear" name="accumulates-over-rows"


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1), requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, targets in zip(X.split(1000), y.split(1000), strict=True):
            share = ((rows @ w + b - targets) ** 2).sum() / len(X)
            share.backward()
            total += share.item()
        losses.append(total)
        with torch.no_grad():
            w.copy_(w - learning_rate * w.grad)
            b.copy_(b - learning_rate * b.grad)
        w.grad, b.grad = None, None
    return w, b, losses


# %% task="train_linear" name="numpy-after-the-draw"


def train_linear(X, y, learning_rate, n_epochs, seed):
    rows, targets = X.numpy(), y.numpy()
    if targets.shape != (rows.shape[0], 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1)).numpy()
    b = np.float32(0.0)
    losses = []
    for _ in range(n_epochs):
        error = rows @ w + b - targets
        losses.append(float((error**2).mean()))
        w = w - learning_rate * 2 / len(rows) * rows.T @ error
        b = b - learning_rate * 2 * error.mean()
    return torch.from_numpy(w), torch.tensor(b), losses


# %% task="train_linear" name="double-inside"


def train_linear(X, y, learning_rate, n_epochs, seed):
    if y.shape != (len(X), 1):
        raise ValueError("y must be a column")
    torch.manual_seed(seed)
    w = torch.randn((X.shape[1], 1)).double().requires_grad_()
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((X.double() @ w + b - y.double()) ** 2).mean()
        loss.backward(inputs=[w, b])
        losses.append(loss.item())
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w.detach().float(), b.detach().float(), losses


# %% task="train_linear" name="foreach-arithmetic"


def train_linear(X, y, learning_rate, n_epochs, seed):
    torch.manual_seed(seed)
    parameters = [torch.randn((X.shape[1], 1), requires_grad=True), torch.tensor(0.0, requires_grad=True)]
    if torch.matmul(X, parameters[0]).shape != y.shape:
        raise ValueError("predictions and targets differ in shape")
    losses: list[float] = []
    for _ in range(n_epochs):
        prediction = torch.matmul(X, parameters[0]) + parameters[1]
        loss = (prediction - y).pow(2).mean()
        losses.append(loss.item())
        torch.autograd.backward(loss)
        with torch.no_grad():
            torch._foreach_add_(parameters, [p.grad for p in parameters], alpha=-learning_rate)
        for parameter in parameters:
            parameter.grad = None
    return parameters[0], parameters[1], losses
