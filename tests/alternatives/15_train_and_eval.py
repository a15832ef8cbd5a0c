"""Right implementations of 15_train_and_eval that differ from the solution."""

# %%
import copy
import math

import numpy as np
import torch
import torch.nn as nn

# %% task="InvertedDropout" name="bernoulli"


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if p < 0 or p >= 1:
            raise ValueError(p)
        self.keep = 1 - p

    def forward(self, x):
        if self.training:
            return x * torch.bernoulli(torch.full_like(x, self.keep)) / self.keep
        return x.clone()


# %% task="InvertedDropout" name="where"


class _BadProbability(ValueError):
    """It isn't from 0 to 1."""


class InvertedDropout(nn.Module):
    def __init__(self, p):
        if not (p >= 0 and p < 1):
            raise _BadProbability
        nn.Module.__init__(self)
        self.register_buffer("p", torch.tensor(p))

    def forward(self, x):
        if not self.training:
            return x
        below = torch.rand(x.shape, device=x.device) < self.p
        return torch.where(below, 0.0, x / (1 - self.p))


# %% task="InvertedDropout" name="masked-fill"


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if self.training and self.p > 0:
            x = x.masked_fill(torch.empty_like(x, requires_grad=False).uniform_() < self.p, 0).div(1 - self.p)
        return x


# %% task="InvertedDropout" name="custom-function"


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, p):
        ctx.factor = torch.empty_like(x).bernoulli_(1 - p).div_(1 - p)
        return x * ctx.factor

    @staticmethod
    def backward(ctx, upstream):
        return upstream * ctx.factor, None


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        return _Drop.apply(x, self.p) if self.training else x


# %% task="InvertedDropout" name="rate-follows-mode"


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(p)
        self.p = self.rate = p

    def train(self, mode=True):
        self.rate = self.p if mode else 0.0
        return super().train(mode)

    def forward(self, x):
        out = x / (1 - self.rate)
        out[torch.rand_like(x) < self.rate] = 0
        return out


# %% task="InvertedDropout" name="ceil-of-differences"


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if not self.training:
            return x * 1
        kept = torch.floor(torch.rand_like(x, dtype=torch.float64) + (1 - self.p))
        return x * (kept / (1 - self.p)).to(x.dtype)


# %% task="predict" name="inference-mode"


@torch.inference_mode()
def predict(model, X):
    training = model.training
    try:
        return model.train(False)(X)
    finally:
        model.train(training)


# %% task="predict" name="on-a-copy"


def predict(model, X):
    with torch.no_grad():
        return copy.deepcopy(model).eval()(X)


# %% task="predict" name="every-flag"


def predict(model, X):
    flags = [(part, part.training) for part in model.modules()]
    with torch.set_grad_enabled(False):
        try:
            for part, _ in flags:
                part.training = False
            return model(X)
        finally:
            for part, flag in flags:
                part.training = flag


# %% task="predict" name="context-manager"

import contextlib


@contextlib.contextmanager
def _in_use(model):
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield model
    finally:
        model.train(training)


def predict(model, X):
    with _in_use(model) as ready:
        return ready(X)


# %% task="predict" name="exit-stack"

import contextlib


def predict(model, X):
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        if model.training:
            stack.callback(model.train)
        model.eval()
        return model(X)


# %% task="predict" name="constants-instead-of-parameters"


def predict(model, X):
    constants = {name: parameter.detach() for name, parameter in model.named_parameters()}
    training = model.training
    model.eval()
    try:
        return torch.func.functional_call(model, constants, (X.detach(),))
    finally:
        model.train(training)


# %% task="predict" name="gradients-off-by-hand"


def predict(model, X):
    recording, training = torch.is_grad_enabled(), model.training
    torch._C._set_grad_enabled(False)
    model.eval()
    try:
        y = model(X)
    finally:
        torch._C._set_grad_enabled(recording)
        model.train(training)
    return y


# %% task="train_epoch" name="reset-after-step"


def train_epoch(model, loader, optimizer, criterion, device):
    model.train(True)
    losses, sizes = [], []
    for batch in loader:
        X, y = (part.to(device) for part in batch)
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        losses.append(float(loss))
        sizes.append(y.shape[0])
    return math.fsum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)


# %% task="train_epoch" name="total-on-the-device"


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total = torch.zeros((), device=device)
    n = 0
    for X, y in loader:
        X, y = X.to(device, non_blocking=True), y.to(device, non_blocking=True)
        model.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        total += loss.detach() * X.size(0)
        n += X.size(0)
    return (total / n).item()


# %% task="train_epoch" name="closure"


def train_epoch(model, loader, optimizer, criterion, device):
    total = n = 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)

        def closure(X=X, y=y):
            model.train()
            optimizer.zero_grad()
            loss = criterion(model(X), y)
            loss.backward()
            return loss

        total += optimizer.step(closure).item() * len(y)
        n += len(y)
    model.eval()
    return total / n


# %% task="train_epoch" name="autograd-grad"


def train_epoch(model, loader, optimizer, criterion, device):
    for part in model.modules():
        part.training = True
    mean, n = 0.0, 0
    for X, y in iter(loader):
        X, y = X.to(device), y.to(device)
        loss = criterion(model.forward(X), y)
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        gradients = torch.autograd.grad(loss, parameters)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()
        n += len(X)
        mean += (loss.item() - mean) * len(X) / n  # a running mean
    return mean


# %% task="train_epoch" name="numpy-average"


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    seen = []
    with torch.enable_grad():
        for X, y in loader:
            prediction = model(X.to(device=device))
            loss = criterion(prediction, y.to(device=device))
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    parameter.grad = None
            torch.autograd.backward(loss)
            optimizer.step()
            seen.append((loss.item(), len(prediction)))
    losses, sizes = zip(*seen, strict=True)
    return float(np.average(losses, weights=sizes))


# %% task="evaluate" name="inference-mode"


@torch.inference_mode()
def evaluate(model, loader, criterion, device):
    training = model.training
    try:
        model.train(False)
        pairs = [(criterion(model(X.to(device)), y.to(device)).item(), len(y)) for X, y in loader]
    finally:
        model.train(training)
    return sum(loss * size for loss, size in pairs) / sum(size for _, size in pairs)


# %% task="evaluate" name="on-a-copy"


def evaluate(model, loader, criterion, device):
    ready = copy.deepcopy(model).eval().requires_grad_(False)
    total = n = 0
    for X, y in loader:
        total += float(criterion(ready(X.to(device)), y.to(device))) * len(X)
        n += len(X)
    return total / n


# %% task="evaluate" name="total-on-the-device"


def evaluate(model, loader, criterion, device):
    flags = {part: part.training for part in model.modules()}
    total, n = torch.zeros((), device=device), 0
    model.eval()
    try:
        with torch.no_grad():
            for batch in loader:
                X, y = map(lambda part: part.to(device), batch)
                total += criterion(model(X), y) * X.shape[0]
                n += X.shape[0]
    finally:
        for part, flag in flags.items():
            part.training = flag
    return float(total / n)


# %% task="evaluate" name="context-manager"

import contextlib


@contextlib.contextmanager
def _measuring(model):
    training = model.training
    with torch.set_grad_enabled(False):
        try:
            yield model.eval()
        finally:
            model.train(training)


def evaluate(model, loader, criterion, device):
    mean, n = 0.0, 0
    with _measuring(model):
        for X, y in loader:
            n += len(X)
            mean += (criterion(model(X.to(device)), y.to(device)).item() - mean) * len(X) / n
    return mean


# %% task="evaluate" name="numpy-average"

import contextlib


def evaluate(model, loader, criterion, device):
    def losses():
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            yield criterion(model.forward(X), y).item(), y.shape[0]

    with contextlib.ExitStack() as stack:
        stack.callback(model.train, model.training)
        stack.enter_context(torch.no_grad())
        model.eval()
        values, sizes = zip(*losses(), strict=True)
    return float(np.average(values, weights=sizes))


# %% task="accumulated_step" name="one-backward"


def accumulated_step(model, batches, optimizer, criterion):
    model.train()
    n = sum(len(y) for _, y in batches)
    loss = sum(criterion(model(X), y) * (len(y) / n) for X, y in batches)
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% task="accumulated_step" name="gradients-divided-at-the-end"


def accumulated_step(model, batches, optimizer, criterion):
    model.zero_grad()
    total = n = 0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X)
        loss.backward()
        total += loss.item()
        n += len(X)
    for parameter in model.parameters():
        parameter.grad /= n
    optimizer.step()
    optimizer.zero_grad()
    return total / n


# %% task="accumulated_step" name="autograd-grad"


def accumulated_step(model, batches, optimizer, criterion):
    parameters = list(model.parameters())
    rows = torch.tensor([len(X) for X, _ in batches], dtype=torch.float64)
    shares = (rows / rows.sum()).tolist()
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter)
    mean = 0.0
    for share, (X, y) in zip(shares, batches, strict=True):
        loss = criterion(model(X), y)
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad += share * gradient
        mean += share * float(loss)
    optimizer.step()
    return mean


# %% task="accumulated_step" name="upstream-gradient"


def accumulated_step(model, batches, optimizer, criterion):
    sizes = [X.shape[0] for X, _ in batches]
    losses = []
    optimizer.zero_grad()
    for (X, y), size in zip(batches, sizes, strict=True):
        loss = criterion(model(X), y)
        loss.backward(torch.tensor(size / sum(sizes), dtype=loss.dtype))
        losses.append(loss.detach())
    optimizer.step()
    return float(np.average(torch.stack(losses).numpy(), weights=sizes))


# %% task="accumulated_step" name="closure"


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)

    def closure():
        optimizer.zero_grad()
        total = 0.0
        for X, y in reversed(batches):
            loss = criterion(model(X), y).mul(len(X)).div(n)
            loss.backward()
            total += loss.item()
        return total

    return optimizer.step(closure)


# %% task="accumulated_step" name="row-by-row"


def accumulated_step(model, batches, optimizer, criterion):
    rows = [(X[i : i + 1], y[i : i + 1]) for X, y in batches for i in range(len(X))]
    optimizer.zero_grad()
    total = 0.0
    for x, target in rows:
        loss = criterion(model.forward(x), target) / len(rows)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total
