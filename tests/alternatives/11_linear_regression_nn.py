"""Other right implementations of 11_linear_regression_nn."""

# %%
import numpy as np
import torch
from torch import nn

# %% task="load_weights_" name="state-dict"


def load_weights_(layer, w, b):
    if tuple(w.shape) != (layer.in_features, 1) or b.dim() != 0:
        raise ValueError(f"cannot load {tuple(w.shape)} and {tuple(b.shape)}")
    layer.load_state_dict({"weight": w.T, "bias": b.reshape(1)})
    return layer


# %% task="load_weights_" name="data-of-its-own"


def load_weights_(layer, w, b):
    if list(w.size()) != [layer.in_features, 1] or b.ndim:
        raise ValueError
    layer.weight.data = w.detach().clone().reshape(1, -1)
    layer.bias.data = b.detach().clone().unsqueeze(0)
    return layer


# %% task="load_weights_" name="slice-assignment"


@torch.no_grad()
def load_weights_(layer, w, b):
    if w.dim() != 2 or w.size(0) != layer.in_features or w.size(1) != 1:
        raise ValueError("w must be a column")
    if b.dim() > 0:
        raise ValueError("b must be a number")
    layer.weight[0, :] = w[:, 0]
    layer.bias[0] = b
    return layer


# %% task="load_weights_" name="numpy-view"


def load_weights_(layer, w, b):
    if w.shape != torch.Size([layer.in_features, 1]) or len(b.shape) != 0:
        raise ValueError("wrong shapes")
    layer.weight.detach().numpy()[...] = w.detach().numpy().transpose()
    np.copyto(layer.bias.detach().numpy(), b.detach().numpy())
    return layer


# %% task="load_weights_" name="one-number-at-a-time"


def load_weights_(layer, w, b):
    if w.ndim != 2 or w.shape[1] != 1 or w.shape[0] != layer.weight.shape[1] or b.shape:
        raise ValueError("wrong shapes")
    for feature in range(layer.in_features):
        layer.weight.data[0, feature] = w[feature, 0].item()
    nn.init.constant_(layer.bias, b.item())
    return layer


# %% task="load_weights_" name="flags-off-and-on"


def load_weights_(layer, w, b):
    try:
        if w.shape[1:] != (1,) or len(w) != layer.in_features or b.shape != torch.Size([]):
            raise TypeError("wrong shapes")
    except TypeError as error:
        raise ValueError("w or b does not fit") from error
    for parameter, values in zip(layer.parameters(), (w.T, b), strict=True):
        parameter.requires_grad_(False)
        parameter.zero_().add_(values.detach())
        parameter.requires_grad_(True)
    return layer


# %% task="ManualSGD" name="tuple-and-data"


class ManualSGD:
    def __init__(self, params, lr):
        self.everything = (*params,)
        if len(self.everything) < 1:
            raise ValueError("nothing to optimise")
        self.rate = lr

    def step(self):
        for p in self.everything:
            if p.grad is None:
                continue
            p.data.add_(p.grad, alpha=-self.rate)

    def zero_grad(self):
        for p in self.everything:
            if p.grad is not None:
                p.grad.detach_()
                p.grad.zero_()


# %% task="ManualSGD" name="derives-from-optimizer"


class ManualSGD(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.sub_(group["lr"] * p.grad)


# %% task="ManualSGD" name="copies-the-result-back"


class ManualSGD:
    def __init__(self, params, lr):
        self.params = [p for p in params]
        self.lr = lr
        if self.params == []:
            raise ValueError("the iterable is empty")

    @torch.no_grad()
    def step(self):
        for p in (p for p in self.params if p.grad is not None):
            p.copy_(p - self.lr * p.grad)

    def zero_grad(self):
        for p in self.params:
            del p.grad


# %% task="ManualSGD" name="all-at-once"


class ManualSGD:
    def __init__(self, params, lr):
        first = next(iterator := iter(params), None)
        if first is None:
            raise ValueError("no parameters")
        self._params = [first, *iterator]
        self._lr = lr

    def step(self):
        moving = [p for p in self._params if p.grad is not None]
        if moving:
            with torch.no_grad():
                torch._foreach_add_(moving, [p.grad for p in moving], alpha=-self._lr)

    def zero_grad(self):
        gradients = [p.grad for p in self._params if p.grad is not None]
        for gradient in gradients:
            gradient.fill_(0.0)


# %% task="ManualSGD" name="closures"


class ManualSGD:
    def __init__(self, params, lr):
        held = dict(enumerate(params))
        if 0 not in held:
            raise ValueError("no parameters")

        def step():
            with torch.inference_mode():
                for p in held.values():
                    if p.grad is not None:
                        p -= p.grad * lr

        self._step = step
        self._held = held

    def step(self):
        self._step()

    def zero_grad(self):
        for number in self._held:
            gradient = self._held[number].grad
            self._held[number].grad = None if gradient is None else torch.zeros_like(gradient)


# %% task="ManualSGD" name="recording-off-and-on"


class OwnError(ValueError):
    pass


class ManualSGD:
    __slots__ = ("lr", "params")

    def __init__(self, params, lr):
        self.params, self.lr = [], lr
        for p in params:
            self.params.append(p)
        if not len(self.params):
            raise OwnError("no parameters")

    def step(self) -> None:
        before = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        try:
            for p in self.params:
                if isinstance(p.grad, torch.Tensor):
                    torch.add(p, p.grad, alpha=-self.lr, out=p)
        finally:
            torch.set_grad_enabled(before)

    def zero_grad(self) -> None:
        for p in reversed(self.params):
            p.grad = None


# %% task="train_bgd" name="resets-last"


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    model.train()
    history = []
    for epoch in range(1, n_epochs + 1):
        prediction = model(X)
        loss = criterion(prediction, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        history.append(float(loss))
        print(f"epoch {epoch}: {history[-1]}")
    return history


# %% task="train_bgd" name="zeros-and-while"


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses: list[float] = []
    while len(losses) < n_epochs:
        optimizer.zero_grad(set_to_none=False)
        output = model(X)
        value = criterion(output, y)
        value.backward()
        losses.append(value.detach().cpu().tolist())
        optimizer.step()
    model.eval()
    return losses


# %% task="train_bgd" name="gradients-of-the-model"


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    def epoch():
        model.zero_grad()
        loss = criterion(model(X), y)
        torch.autograd.backward(loss)
        optimizer.step()
        return loss.item()

    return [epoch() for _ in range(n_epochs)]


# %% task="train_bgd" name="closure"


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    def closure():
        optimizer.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(n_epochs)]


# %% task="train_bgd" name="stacked-losses"


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = torch.zeros(n_epochs, dtype=torch.float64)
    for epoch in range(n_epochs):
        with torch.enable_grad():
            loss = criterion(model(X), y)
        losses[epoch] = loss.detach()
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.grad = gradient
        optimizer.step()
        optimizer.zero_grad()
    return losses.tolist()
