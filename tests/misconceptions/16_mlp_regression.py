"""Wrong implementations of 16_mlp_regression, as learners write them."""

# %%
import copy
import math

import numpy as np
import torch
from torch import nn

# %% task="RegressionMLP" name="python-list"
# A module doesn't look into a plain Python list: `parameters()` is empty, and nothing trains. Put the layers into an
# `nn.ModuleList` or `nn.Sequential`.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = [nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)]

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="relu-on-output"
# A ReLU on the output forbids negative predictions, and where it is 0 no gradient passes. Leave the last layer bare.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x


# %% task="RegressionMLP" name="no-super-init" presumes=["not super().__init__() or Module.__init__()"]
# A module can't take in layers before its bookkeeping exists. Call `super().__init__()` first.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="outputs-fixed"
# The number of outputs is fixed at 1 here, and `n_outputs` is ignored. Let the last layer end in `n_outputs`.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, 1]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="sigmoid" presumes=["sigmoid() or Sigmoid()"]
# The sigmoid squeezes everything between 0 and 1, and its gradients fade from layer to layer. The task asks for ReLU.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.sigmoid(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="no-activation"
# Linear layers in a row are the same as one linear layer, however many there are. Put a ReLU between them.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer(x)
        return self.layers[-1](x)


# %% task="RegressionMLP" name="relu-before-layers"
# The activation comes after a layer, not before it: here every negative *input* is lost at once.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers:
            x = layer(torch.relu(x))
        return x


# %% task="RegressionMLP" name="relu-after-first-only"
# Only the first layer is followed by a ReLU; those behind it melt into a single linear layer. Each one but the last
# needs its own.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        x = torch.relu(self.layers[0](x)) if len(self.layers) > 1 else self.layers[0](x)
        for layer in self.layers[1:]:
            x = layer(x)
        return x


# %% task="RegressionMLP" name="shared-layer"
# Layers of the same size are one and the same layer here, used several times. Make a new `nn.Linear` for each.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        made = {}
        for i in range(len(sizes) - 1):
            made.setdefault((sizes[i], sizes[i + 1]), nn.Linear(sizes[i], sizes[i + 1]))
        self.layers = nn.ModuleList(made[sizes[i], sizes[i + 1]] for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="one-hidden-layer"
# Only the first number of `hidden` is used. There are as many hidden layers as it has numbers: loop over them.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        self.hidden = nn.Linear(n_features, hidden[0])
        self.output = nn.Linear(hidden[0], n_outputs)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


# %% task="RegressionMLP" name="needs-a-hidden-layer"
# With empty `hidden` there is no `hidden[0]`, and no `hidden[-1]`. Start from one list of all sizes, `[n_features,
# *hidden, n_outputs]`, and that case needs no special care.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        layers = [nn.Linear(n_features, hidden[0]), nn.ReLU()]
        for i in range(1, len(hidden)):
            layers += [nn.Linear(hidden[i - 1], hidden[i]), nn.ReLU()]
        layers.append(nn.Linear(hidden[-1], n_outputs))
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


# %% task="RegressionMLP" name="layers-made-in-forward"
# Each call makes new layers with new random weights, so nothing that is learned is kept. Make the layers once, in
# `__init__`.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        self.sizes = [n_features, *hidden, n_outputs]

    def forward(self, x):
        for i in range(len(self.sizes) - 2):
            x = torch.relu(nn.Linear(self.sizes[i], self.sizes[i + 1])(x))
        return nn.Linear(self.sizes[-2], self.sizes[-1])(x)


# %% task="RegressionMLP" name="squeezes-the-output" presumes=["squeeze()"]
# `squeeze()` drops the column of a single output (and the rows, if there is only one): `(N, 1)` becomes `(N,)`. Return
# what the last layer gives.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x).squeeze()


# %% task="RegressionMLP" name="appends-to-hidden" presumes=["append() or insert()"]
# `append` and `insert` change the caller's list: the next model made from it comes out larger. Make a new list.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        hidden.insert(0, n_features)
        hidden.append(n_outputs)
        sizes = hidden
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="wants-a-list"
# Only lists can be added to a list, and `hidden` may be a tuple or a range. `[n_features, *hidden, n_outputs]` takes
# them all.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features] + hidden + [n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="no-bias" presumes=["_(bias=False)"]
# Without biases every layer is tied to 0 at 0. An `nn.Linear` has one by default: leave it in.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1], bias=False) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="sizes-swapped"
# `nn.Linear` takes the number of inputs first, then that of the outputs.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="dropout-added" presumes=["Dropout() or dropout()"]
# Dropout makes the predictions of a model in training mode random, and nobody asked for it here. Linear layers and ReLU
# are all.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = nn.functional.dropout(torch.relu(layer(x)), 0.5, self.training)
        return self.layers[-1](x)


# %% task="RegressionMLP" name="cpu-zeros" presumes=["zeros()"]
# `torch.zeros` makes its tensor on the CPU, wherever `x` may be. `torch.relu(x)` needs no zeros, and
# `torch.zeros_like(x)` would be in the right place.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer(x)
            x = torch.maximum(x, torch.zeros(x.shape))
        return self.layers[-1](x)


# %% task="RegressionMLP" name="detached-layers" presumes=["detach()"]
# `detach()` cuts the graph between the layers, so only the last one would ever learn. Pass the tensor on as it is.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x)).detach()
        return self.layers[-1](x)


# %% task="RegressionMLP" name="weights-as-plain-tensors"
# A plain tensor is no parameter: no optimizer finds it, `to` doesn't move it, `state_dict()` doesn't save it.
# `nn.Linear` makes real ones.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden, n_outputs]
        self.weights = [torch.randn(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)]
        self.biases = [torch.zeros(size) for size in sizes[1:]]

    def forward(self, x):
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            x = torch.relu(x @ weight + bias)
        return x @ self.weights[-1] + self.biases[-1]


# %% task="rmse" name="mean-of-batch-rmse"
# The mean of the batches' RMSEs is not the RMSE, because a root can't be averaged. Add up the squared errors, and take
# the root once, at the end.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).mean().sqrt().item()
                count += 1
    finally:
        model.train(was_training)
    return total / count


# %% task="rmse" name="mean-of-means"
# The last batch is smaller, and its mean counts as much as the others' here. Add up sums, and divide by the number of
# elements.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).mean().item()
                count += 1
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="no-root"
# That is the MSE, in squared units. Take its square root.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return total / count


# %% task="rmse" name="no-mean"
# The root of the *sum* grows with the number of rows. Divide by the number of elements before you take it.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total)


# %% task="rmse" name="mean-absolute-error"
# That is the mean *absolute* error: a root for every single error comes too early. Square, average over everything,
# then take the root.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += (y_pred - y).abs().sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return total / count


# %% task="rmse" name="divides-by-rows"
# With several outputs there are more elements than rows. Count elements, with `y.numel()`.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += len(y)
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="first-batch" presumes=["for _ in _: return"]
# A `return` inside the loop ends it: only the first batch is measured. Move it behind the loop.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                return math.sqrt(((y_pred - y) ** 2).mean().item())
    finally:
        model.train(was_training)


# %% task="rmse" name="last-batch"
# Each batch overwrites the result of the one before it. Add them up.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                result = ((y_pred - y) ** 2).mean().item()
    finally:
        model.train(was_training)
    return math.sqrt(result)


# %% task="rmse" name="std-of-errors" presumes=["std()"]
# The standard deviation leaves the mean error out: predictions that are all too high by 10 would cost nothing. Average
# the squared errors themselves.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    errors = []
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                errors.append((y_pred - y).flatten())
    finally:
        model.train(was_training)
    return torch.cat(errors).std(correction=0).item()


# %% task="rmse" name="train-mode" presumes=["not eval()"]
# With dropout active the error is noise, and batch norm even learns from the data that you measure on. `no_grad()`
# doesn't change that: call `model.eval()`.


def rmse(model, loader):
    was_training = model.training
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="left-in-eval" presumes=["eval()"]
# The model is left in evaluation mode, so the caller goes on training without dropout. Give it back in the mode in
# which it came.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        pass
    return math.sqrt(total / count)


# %% task="rmse" name="always-train" presumes=["train()"]
# A model that came in evaluation mode must leave in evaluation mode. Note `model.training` first, and restore that.


def rmse(model, loader):
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train()
    return math.sqrt(total / count)


# %% task="rmse" name="flag-only" presumes=["_.training = _"]
# `model.training = ...` sets the flag of the outermost module; all modules inside stay in evaluation mode.
# `model.train(was_training)` reaches them too.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.training = was_training
    return math.sqrt(total / count)


# %% task="rmse" name="mode-lost-on-errors" presumes=["train() or eval() or _.training = _"]
# When an error leaves the function, the lines after it don't run, and the model stays in evaluation mode. Restore the
# mode in a `finally` block.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for X, y in loader:
            y_pred = model(X)
            if y_pred.shape != y.shape:
                raise ValueError("shapes differ")
            total += ((y_pred - y) ** 2).sum().item()
            count += y.numel()
    model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="mode-restored-for-own-error-only"
# You restore the mode before your own ValueError, but the model may raise errors too, and then it stays in evaluation
# mode. A `finally` block covers them all.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for X, y in loader:
            y_pred = model(X)
            if y_pred.shape != y.shape:
                model.train(was_training)
                raise ValueError("shapes differ")
            total += ((y_pred - y) ** 2).sum().item()
            count += y.numel()
    model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="no-no-grad" presumes=["not no_grad() or inference_mode() or set_grad_enabled()"]
# `eval()` switches dropout off, not autograd: a graph is recorded for every batch, for nothing. Predict under
# `torch.no_grad()`.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        if True:
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="grad-switched-off" presumes=["set_grad_enabled()"]
# `torch.set_grad_enabled(False)` as a plain call switches gradients off for the rest of the whole program. Use `with
# torch.no_grad():`.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        torch.set_grad_enabled(False)
        if True:
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="tensor-result"
# This is a 0-D tensor. `.item()` makes the Python float that was asked for.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum()
                count += y.numel()
    finally:
        model.train(was_training)
    return (total / count).sqrt()


# %% task="rmse" name="numpy-number" presumes=["np or numpy"]
# `np.sqrt` gives a NumPy number. `math.sqrt` gives a Python float.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return np.sqrt(total / count)


# %% task="rmse" name="no-shape-check" presumes=["not raise"]
# A column minus a flat row compares every prediction with every target, without an error. Compare the shapes, and raise
# `ValueError` where they differ.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="reshapes-instead" presumes=["flatten() or reshape() or view() or squeeze()"]
# Bringing the shapes into line hides the mistake that led to them. Refuse them with `ValueError`, so that the caller
# finds it.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                y = y.reshape(y_pred.shape)
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="checks-dimensions-only"
# (B, 1) and (B, 2) both have two dimensions, and broadcast all the same. Compare the whole shapes.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.ndim != y.ndim:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="checks-elements-only" presumes=["numel() or size()"]
# As many elements doesn't mean the same shape: (B, 1) and (B,) both have B and still broadcast. Compare the whole
# shapes.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.numel() != y.numel():
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                assert y_pred.shape == y.shape, "shapes differ"
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="zeroes-the-gradients"
# Measuring must not erase gradients that somebody may still be collecting. There is nothing to zero where nothing is
# recorded.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    model.zero_grad()
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="freezes-the-parameters"
# Switching `requires_grad` off stops the recording, but nobody switches it on again, and the model can't learn any
# more. Use `torch.no_grad()`.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    try:
        if model.requires_grad_(False):
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="rmse" name="reseeds" presumes=["manual_seed()"]
# `torch.manual_seed` rewinds the generator of the whole program, so everybody else draws the same numbers again.
# Nothing random is left in evaluation mode: no seed is needed.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    torch.manual_seed(0)
    total, count = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.numel()
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="fit_early_stopping" name="state-not-copied" presumes=["load_state_dict()", "not deepcopy() or clone()"]
# `state_dict()` holds the live weights, not a picture of them: by the end they are those of the last epoch. Copy it,
# with `copy.deepcopy`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = model.state_dict()
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="best-not-restored" presumes=["not load_state_dict()"]
# The model keeps the weights of the last epoch. Load the best state into it at the end.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="restored-only-when-stopped" presumes=["load_state_dict()"]
# The best state is loaded only where training stops early. When `max_epochs` comes first, the model needs it just as
# much: load it after the loop.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                model.load_state_dict(best_state)
                break
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="weights-without-buffers"
# Only the parameters are kept; batch norm's running means are buffers, and stay those of the last epoch. `state_dict()`
# has both.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = {name: p.detach().clone() for name, p in model.named_parameters()}
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state, strict=False)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="never-reset"
# The epochs are counted since the beginning. Patience is about epochs in a row: set the count back to 0 at each
# improvement.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch = valid_losses[-1], epoch
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="one-epoch-too-patient"
# This stops one epoch late: `patience` epochs without improvement are enough.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited > patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="one-epoch-too-impatient"
# This stops one epoch early: wait for `patience` epochs without improvement, not for one less.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited >= max(1, patience - 1):
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="stops-one-epoch-early"
# The condition of the loop is true for one epoch too few: with a patience of 1 it stops even after a good epoch. Wait
# for `patience` epochs without improvement.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
        if waited >= patience - 1:
            break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="no-patience"
# One bad epoch ends the training here. It may be bad luck: wait for `patience` of them in a row.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="never-stops" presumes=["not break"]
# Nothing leaves the loop early, so all `max_epochs` are run. Count the epochs since the best one, and `break`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="compares-with-previous"
# Each epoch is compared with the one before it, so a loss that climbs and dips counts as progress. Compare it with the
# best so far.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if epoch == 0 or valid_losses[-1] < valid_losses[-2]:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="tie-improves"
# A loss that only equals the best one is no improvement, or a model that has stopped learning would train on and on.
# Compare with `<`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] <= best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="watches-training-loss"
# The training loss keeps going down while the model learns its rows by heart, so it never says stop. Watch the
# validation loss.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if train_losses[-1] < best_loss:
            best_loss, best_epoch, waited = train_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="validates-on-training-data"
# The second loss is computed on the training rows again. It must come from `valid_loader`, whose rows the model hasn't
# learned.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in train_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="higher-is-better"
# A loss is better when it is *smaller*. Start from infinity, and compare with `<`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = -math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] > best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="train-mode-once" presumes=["train()"]
# After the first validation the model stays in evaluation mode. Call `model.train()` at the start of every epoch.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    model.train()
    for epoch in range(max_epochs):
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="never-train-mode" presumes=["not train()"]
# A model that comes in evaluation mode is trained without its dropout, and so it is after every validation. Call
# `model.train()` at the start of each epoch.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="no-eval" presumes=["not eval()"]
# Validation with dropout active measures noise. Call `model.eval()` before it.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="no-no-grad" presumes=["not no_grad() or inference_mode() or set_grad_enabled()"]
# `eval()` switches dropout off, not autograd: validation records a graph for nothing. Put it under `torch.no_grad()`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        if True:
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="mean-of-means"
# The last batch is smaller but counts as much as the others. Weight each batch's loss by its number of rows.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            count += 1
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item()
                count += 1
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="sum-of-batches"
# The sum of the batches' losses grows with their number. Weight them by their sizes, and divide by the number of rows.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            count += len(X)
        train_losses.append(total)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item()
                count += len(X)
        valid_losses.append(total)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="last-batch-loss"
# The loss of the last batch isn't that of the epoch. Add up over all batches, weighted by their sizes.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total = loss.item()
            count += len(X)
        train_losses.append(total)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total = criterion(model(X), y).item()
                count += len(X)
        valid_losses.append(total)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="no-zero-grad" presumes=["not zero_grad()"]
# `backward()` adds to the gradients of the batches before, so each step is made of all of them. Reset them for every
# batch.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="zero-grad-once-an-epoch"
# Gradients pile up from batch to batch, because they are reset only at the start of the epoch. Reset them for every
# batch.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        optimizer.zero_grad()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="zero-after-backward" presumes=["step()"]
# The gradient is erased just before the step that needs it, so nothing is learned. Reset first, then `backward()`, then
# `step()`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="one-step-an-epoch" presumes=["step()"]
# Only one update is made in an epoch, with the last batch. Each batch gets its own: `step()` belongs in the inner loop.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            total += loss.item() * len(X)
            count += len(X)
        optimizer.step()
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="criterion-swapped"
# A criterion takes the predictions first, then the targets. Not every loss is symmetric.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(y, model(X))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(y, model(X)).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="losses-as-tensors"
# These losses are 0-D tensors. `.item()` makes the Python floats that were asked for, and frees the graph.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y) * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="counts-from-one"
# The index of the best epoch counts from 0, as Python does.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch + 1}


# %% task="fit_early_stopping" name="last-epoch-returned"
# `epoch` is the last epoch that was run. Return the best one.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": epoch}


# %% task="fit_early_stopping" name="stops-before-noting"
# The loss of the epoch that ends the training is missing, because the loop is left before it is noted. Every epoch that
# was run belongs in the lists.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_loss = total / count

        if valid_loss < best_loss:
            best_loss, best_epoch, waited = valid_loss, epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
        valid_losses.append(valid_loss)
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="steps-by-itself" presumes=["not step()"]
# You make the steps yourself and leave the optimizer's rule (its momentum, say) out. Call `optimizer.step()`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= optimizer.param_groups[0].get("lr", 0.01) * p.grad
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="fit_early_stopping" name="reseeds" presumes=["manual_seed()"]
# `torch.manual_seed` rewinds the generator of the whole program: everybody else draws the same numbers again, and every
# epoch is shuffled alike. Leave the seed to the caller.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    train_losses, valid_losses = [], []
    best_loss, best_epoch, waited = math.inf, 0, 0
    for epoch in range(max_epochs):
        model.train()
        torch.manual_seed(epoch)
        total, count = 0.0, 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        train_losses.append(total / count)

        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                total += criterion(model(X), y).item() * len(X)
                count += len(X)
        valid_losses.append(total / count)

        if valid_losses[-1] < best_loss:
            best_loss, best_epoch, waited = valid_losses[-1], epoch, 0
            best_state = copy.deepcopy(model.state_dict())
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best_state)
    return {"train": train_losses, "valid": valid_losses, "best_epoch": best_epoch}


# %% task="RegressionMLP" name="output-layer-first"
# The output layer is made before the hidden ones, so its parameters come first. Make the layers in the order in
# which they are used.


class RegressionMLP(nn.Module):
    def __init__(self, n_features, hidden, n_outputs=1):
        super().__init__()
        sizes = [n_features, *hidden]
        self.out = nn.Linear(sizes[-1], n_outputs)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False))

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.out(x)


# %% task="rmse" name="rows-times-columns"
# Targets may be flat, `(N,)`, and then they have no `shape[1]`. `y.numel()` counts the elements of any shape.


def rmse(model, loader):
    was_training = model.training
    model.eval()
    total = count = 0
    try:
        with torch.no_grad():
            for X, y in loader:
                y_pred = model(X)
                if y_pred.shape != y.shape:
                    raise ValueError("shapes differ")
                total += ((y_pred - y) ** 2).sum().item()
                count += y.shape[0] * y.shape[1]
    finally:
        model.train(was_training)
    return math.sqrt(total / count)


# %% task="fit_early_stopping" name="clipped-gradients"
# Large gradients are clipped before the step. Nobody asked for that: take the gradients as `backward()` leaves them.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    history = {"train": [], "valid": [], "best_epoch": 0}
    best, state = math.inf, copy.deepcopy(model.state_dict())
    for epoch in range(max_epochs):
        model.train()
        total = count = 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            total, count = total + loss.item() * len(X), count + len(X)
        history["train"].append(total / count)
        model.eval()
        total = count = 0
        with torch.no_grad():
            for X, y in valid_loader:
                total, count = total + criterion(model(X), y).item() * len(X), count + len(X)
        history["valid"].append(total / count)
        if history["valid"][-1] < best:
            best, state = history["valid"][-1], copy.deepcopy(model.state_dict())
            history["best_epoch"] = epoch
        elif epoch - history["best_epoch"] >= patience:
            break
    model.load_state_dict(state)
    return history


# %% task="fit_early_stopping" name="smallest-improvement"
# An epoch improves if its loss is smaller by any amount. You ask for a smallest improvement, which is another rule.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    history = {"train": [], "valid": [], "best_epoch": 0}
    best, state = math.inf, copy.deepcopy(model.state_dict())
    for epoch in range(max_epochs):
        model.train()
        total = count = 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, count = total + loss.item() * len(X), count + len(X)
        history["train"].append(total / count)
        model.eval()
        total = count = 0
        with torch.no_grad():
            for X, y in valid_loader:
                total, count = total + criterion(model(X), y).item() * len(X), count + len(X)
        history["valid"].append(total / count)
        if history["valid"][-1] < best - 1e-4:
            best, state = history["valid"][-1], copy.deepcopy(model.state_dict())
            history["best_epoch"] = epoch
        elif epoch - history["best_epoch"] >= patience:
            break
    model.load_state_dict(state)
    return history


# %% task="fit_early_stopping" name="best-starts-at-a-million"
# The first epoch always improves, and losses may be larger than any number that you think of. Start from `math.inf`.


def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    history = {"train": [], "valid": [], "best_epoch": 0}
    best, state = 1e6, copy.deepcopy(model.state_dict())
    for epoch in range(max_epochs):
        model.train()
        total = count = 0
        for X, y in train_loader:
            loss = criterion(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, count = total + loss.item() * len(X), count + len(X)
        history["train"].append(total / count)
        model.eval()
        total = count = 0
        with torch.no_grad():
            for X, y in valid_loader:
                total, count = total + criterion(model(X), y).item() * len(X), count + len(X)
        history["valid"].append(total / count)
        if history["valid"][-1] < best:
            best, state = history["valid"][-1], copy.deepcopy(model.state_dict())
            history["best_epoch"] = epoch
        elif epoch - history["best_epoch"] >= patience:
            break
    model.load_state_dict(state)
    return history
