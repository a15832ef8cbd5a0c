"""Right implementations of 16_mlp_regression that differ from the reference."""

# %%
import copy
import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% task="RegressionMLP" name="sequential"


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        layers, size = [], n_features
        for next_size in hidden:
            layers += [nn.Linear(size, next_size), nn.ReLU(inplace=True)]
            size = next_size
        self.net = nn.Sequential(*layers, nn.Linear(size, n_outputs))

    def forward(self, x):
        return self.net(x)


# %% task="RegressionMLP" name="is-a-sequential"


import itertools


class RegressionMLP(nn.Sequential):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        for size, next_size in itertools.pairwise((n_features, *hidden, n_outputs)):
            if len(self):
                self.append(nn.ReLU())
            self.append(nn.Linear(size, next_size))


# %% task="RegressionMLP" name="hidden-and-output"


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        nn.Module.__init__(self)
        self.n_outputs = n_outputs
        self.hidden = nn.ModuleList()
        for size in hidden:
            self.hidden.append(nn.Linear(n_features, size))
            n_features = size
        self.output = nn.Linear(n_features, n_outputs)

    def forward(self, x):
        for layer in self.hidden:
            x = layer(x).clamp(min=0)
        return self.output(x)


# %% task="RegressionMLP" name="numbered-attributes"


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features]
        sizes.extend(hidden)
        sizes.append(n_outputs)
        self.depth = len(sizes) - 1
        for i in range(self.depth):
            setattr(self, f"layer{i}", nn.Linear(in_features=sizes[i], out_features=sizes[i + 1]))

    def forward(self, x):
        for i in range(self.depth):
            x = getattr(self, f"layer{i}")(x)
            if i < self.depth - 1:
                x = torch.where(x > 0, x, 0.0)
        return x


# %% task="RegressionMLP" name="add-module-and-functional"


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        self.relu = nn.ReLU()
        sizes = (n_features, *hidden, n_outputs)
        for i in range(1, len(sizes)):
            self.add_module(str(i), nn.Linear(sizes[i - 1], sizes[i]))

    def forward(self, x):
        layers = [module for module in self.children() if isinstance(module, nn.Linear)]
        x = F.linear(x, layers[0].weight, layers[0].bias)
        for layer in layers[1:]:
            x = layer(self.relu(x))
        return x


# %% task="RegressionMLP" name="blocks"


class Block(nn.Module):
    def __init__(self, n_in, n_out, last):
        super().__init__()
        self.inside, self.last = nn.Linear(n_in, n_out), last

    def forward(self, x):
        y = torch.addmm(self.inside.bias, x, self.inside.weight.T)
        return y if self.last else y * (y > 0)


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        outs = [*hidden, n_outputs]
        ins = [n_features, *hidden]
        self.blocks = nn.ModuleDict({f"b{i}": Block(ins[i], outs[i], i == len(hidden)) for i in range(len(outs))})

    def forward(self, x):
        for block in self.blocks.values():
            x = block(x)
        return x


# %% task="rmse" name="mse-loss-sum"


@torch.no_grad()
def rmse(model, loader):
    mode = model.training
    model.train(False)
    try:
        losses, counts = [], []
        for X, y in loader:
            y_pred = model(X)
            if y_pred.size() != y.size():
                raise ValueError(f"{y_pred.size()} and {y.size()}")
            losses.append(F.mse_loss(y_pred, y, reduction="sum").item())
            counts.append(y.numel())
        return (sum(losses) / sum(counts)) ** 0.5
    finally:
        model.train(mode)


# %% task="rmse" name="all-predictions-at-once"


def rmse(model, loader):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.inference_mode():
            pairs = [(model(X), y) for X, y in loader]
    finally:
        for module, mode in modes.items():
            module.training = mode
    if any(list(y_pred.shape) != list(y.shape) for y_pred, y in pairs):
        raise ValueError("predictions and targets differ in shape")
    errors = torch.cat([y_pred - y for y_pred, y in pairs]).double()
    return float(errors.square().mean().sqrt())


# %% task="rmse" name="weighted-means"


def rmse(model, loader):
    was_training = model.training
    loss_function = nn.MSELoss()
    try:
        model.eval()
        weights, means = [], []
        for X, y in loader:
            with torch.no_grad():
                y_pred = model(X)
                if tuple(y_pred.shape) != tuple(y.shape):
                    raise ValueError
                means.append(loss_function(y_pred, y).item())
            weights.append(y.numel())
    except BaseException:
        model.train(was_training)
        raise
    model.train(was_training)
    return math.sqrt(np.average(means, weights=weights))


# %% task="rmse" name="context-manager"


import statistics


class Evaluating:
    def __init__(self, model):
        self.model, self.training = model, model.training

    def __enter__(self):
        self.model.eval()

    def __exit__(self, *error):
        if self.training:
            self.model.train()


def rmse(model, loader):
    squares = []
    with Evaluating(model), torch.no_grad():
        for X, y in loader:
            difference = y - check(model(X), y)
            squares.extend((difference * difference).flatten().tolist())
    return math.sqrt(statistics.fmean(squares))


def check(y_pred, y):
    if y_pred.shape != y.shape:
        raise ValueError(f"predictions {y_pred.shape}, targets {y.shape}")
    return y_pred


# %% task="fit_early_stopping" name="best-loss-and-counter"


import statistics


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train, valid = [], []
    best, best_epoch, waited, state = math.inf, -1, 0, {}
    while len(train) < max_epochs and waited < patience:
        model.train()
        losses = []
        for X, y in train_loader:
            optimizer.zero_grad(set_to_none=False)
            loss = criterion(model(X), y)
            loss.backward()
            optimizer.step()
            losses += [loss.item()] * len(y)
        train.append(statistics.fmean(losses))
        model.eval()
        with torch.inference_mode():
            losses = [loss for X, y in valid_loader for loss in [criterion(model(X), y).item()] * len(y)]
        valid.append(statistics.fmean(losses))
        waited += 1
        if valid[-1] < best:
            best, best_epoch, waited = valid[-1], len(valid) - 1, 0
            state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(state)
    return dict(train=train, valid=valid, best_epoch=best_epoch)


# %% task="fit_early_stopping" name="scheduler-and-progress"


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0)  # keeps the rate
    history = {"train": [], "valid": [], "best_epoch": 0}
    best, state, waited = math.inf, None, 0
    for epoch in range(max_epochs):
        for name, loader in (("train", train_loader), ("valid", valid_loader)):
            model.train(name == "train")
            total = rows = 0
            with torch.set_grad_enabled(name == "train"):
                for X, y in loader:
                    loss = criterion(model(X), y)
                    if name == "train":
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                    total, rows = total + loss.item() * len(X), rows + len(X)
            history[name].append(total / rows)
        scheduler.step()
        print(f"epoch {epoch}: {history['valid'][-1]:.4f}, rate {optimizer.param_groups[0]['lr']:.2e}")
        if history["valid"][-1] < best:
            best, waited, state = history["valid"][-1], 0, copy.deepcopy(model.state_dict())
            history["best_epoch"] = epoch
        else:
            waited += 1
            if waited >= patience:
                break
    model.load_state_dict(state)
    return history


# %% task="fit_early_stopping" name="copy-of-the-model"


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    history = {"best_epoch": 0, "valid": [], "train": []}
    best_model = None
    for epoch in range(max_epochs):
        for name, loader in (("train", train_loader), ("valid", valid_loader)):
            model.train(name == "train")
            total = torch.zeros((), dtype=torch.float64)
            rows = 0
            with torch.set_grad_enabled(model.training):
                for X, y in loader:
                    loss = criterion(model(X), y)
                    if model.training:
                        loss.backward()
                        optimizer.step()
                        optimizer.zero_grad()
                    total += loss.detach() * X.shape[0]
                    rows += X.shape[0]
            history[name].append(float(total / rows))
        if best_model is None or history["valid"][-1] < min(history["valid"][:-1]):
            best_model, history["best_epoch"] = copy.deepcopy(model), epoch
        if epoch - history["best_epoch"] >= patience:
            break
    with torch.no_grad():
        for mine, best in zip(model.parameters(), best_model.parameters(), strict=True):
            mine.copy_(best)
        for mine, best in zip(model.buffers(), best_model.buffers(), strict=True):
            mine.copy_(best)
    return history


# %% task="fit_early_stopping" name="all-states-kept"


def run(model, loader, criterion, optimizer=None):
    model.train(optimizer is not None)
    total = count = 0
    for X, y in loader:
        if optimizer is None:
            with torch.no_grad():
                loss = criterion(model(X), y)
        else:
            optimizer.zero_grad()
            loss = criterion(model(X), y)
            loss.backward()
            optimizer.step()
        total, count = total + loss.item() * y.size(0), count + y.size(0)
    return total / count


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train, valid, states = [], [], []
    for _ in range(max_epochs):
        train.append(run(model, train_loader, criterion, optimizer))
        valid.append(run(model, valid_loader, criterion))
        states.append(copy.deepcopy(model.state_dict()))
        if valid.index(min(valid)) + patience < len(valid):
            break
    best_epoch = int(np.argmin(valid))
    model.load_state_dict(states[best_epoch])
    return {"train": train, "valid": valid, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="closures-and-bytes"


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train, valid, kept = [], [], io.BytesIO()
    for epoch in range(max_epochs):
        model.train()
        sums = []
        for X, y in train_loader:

            def closure(X=X, y=y):
                optimizer.zero_grad()
                with torch.enable_grad():
                    loss = criterion(model(X), y)
                loss.backward()
                return loss

            sums.append(optimizer.step(closure).item() * len(X))
        train.append(math.fsum(sums) / len(train_loader.dataset))
        model.eval()
        with torch.no_grad():
            whole = [torch.cat(parts) for parts in zip(*valid_loader, strict=True)]
            valid.append(float(criterion(model(whole[0]), whole[1])))
        if valid[-1] == min(valid) and valid.count(valid[-1]) == 1:
            kept = io.BytesIO()
            torch.save(model.state_dict(), kept)
            best_epoch = epoch
        elif patience <= epoch - best_epoch:
            break
    kept.seek(0)
    model.load_state_dict(torch.load(kept))
    return {"train": train, "valid": valid, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="stopper-class"


class Stopper:
    def __init__(self, model, patience):
        self.model, self.patience = model, patience
        self.epoch, self.best_epoch, self.best_loss = -1, None, None

    def stops(self, loss):
        self.epoch += 1
        if self.best_loss is None or loss < self.best_loss:
            self.best_epoch, self.best_loss = self.epoch, loss
            tensors = [*self.model.parameters(), *self.model.buffers()]
            self.saved = [(tensor, tensor.detach().clone()) for tensor in tensors]
        return self.epoch == self.best_epoch + self.patience

    @torch.no_grad()
    def restore(self):
        for tensor, value in self.saved:
            tensor.data = value


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    stopper = Stopper(model, patience)
    curves = {"train": [], "valid": []}
    for _ in range(max_epochs):
        for module in model.modules():
            module.training = True
        total = 0.0
        for X, y in train_loader:
            model.zero_grad()
            loss = criterion(model(X), y)
            torch.autograd.backward(loss)
            optimizer.step()
            total += loss.item() * len(X)
        curves["train"].append(total / sum(len(X) for X, _ in train_loader))
        model.eval()
        total = 0.0
        for X, y in valid_loader:
            with torch.no_grad():
                total += criterion(model(X), y).item() * len(X)
        curves["valid"].append(total / sum(len(X) for X, _ in valid_loader))
        if stopper.stops(curves["valid"][-1]):
            break
    stopper.restore()
    return {**curves, "best_epoch": stopper.best_epoch}


# %% task="fit_early_stopping" name="ready-for-more-training"


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    history = {"train": [], "valid": [], "best_epoch": 0}
    while len(history["valid"]) < max_epochs and len(history["valid"]) - history["best_epoch"] <= patience:
        for name, loader in (("train", train_loader), ("valid", valid_loader)):
            model.train(name == "train")
            losses, sizes = [], []
            with torch.set_grad_enabled(name == "train"):
                for X, y in loader:
                    loss = criterion(model(X), y)
                    if name == "train":
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                    losses.append(loss.item() * len(X))
                    sizes.append(len(X))
            history[name].append(sum(losses) / sum(sizes))
        if history["valid"].index(min(history["valid"])) == len(history["valid"]) - 1:
            history["best_epoch"] = len(history["valid"]) - 1
            best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(best)
    model.train()
    return history
