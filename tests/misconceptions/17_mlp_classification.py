"""Wrong implementations of 17_mlp_classification, as learners write them."""

# %%
import copy
import math
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# %% task="ImageClassifier" name="softmax-output" presumes=["softmax() or Softmax()"]
# The loss applies the softmax itself. With one in the model it is applied twice, and learning stalls. Return the raw
# logits.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return torch.softmax(self.last(x), dim=1)


# %% task="ImageClassifier" name="log-softmax-output" presumes=["log_softmax() or LogSoftmax()"]
# Logarithms of probabilities aren't raw logits: all of them are negative. Return what the last layer gives, and leave
# the softmax to the loss.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return torch.log_softmax(self.last(x), dim=1)


# %% task="ImageClassifier" name="relu-on-output"
# A ReLU behind the last layer makes every unlikely class a plain 0. Return what the last layer gives.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return torch.relu(self.last(x))


# %% task="ImageClassifier" name="classes-instead-of-logits" presumes=["argmax()"]
# `argmax` gives the number of the class, from which no gradient flows. Return one logit per class; a caller who wants
# the class takes the `argmax`.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return self.last(x).argmax(dim=1)


# %% task="ImageClassifier" name="flattens-the-batch" presumes=["flatten() or Flatten() or reshape() or view()"]
# `flatten()` from dimension 0 mixes all the images into one long vector. Start at dimension 1, so that the batch stays.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten()))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="no-flatten" presumes=["not flatten() or Flatten() or reshape() or view()"]
# A linear layer works on the last dimension alone: on rows of pixels here, not on images. Flatten each image first.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="keeps-the-channels"
# Flattening from dimension 2 leaves the channels apart, so the logits have a dimension too many. Start at dimension 1.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=2) if x.dim() > 2 else x))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="squeeze" presumes=["squeeze()"]
# `squeeze()` removes every dimension of size 1, that of the batch too when there is a single image. Flatten from
# dimension 1 instead.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.squeeze().flatten(start_dim=-2)))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="squeezes-the-output" presumes=["squeeze()"]
# `squeeze()` on the logits removes the batch's dimension when there is a single image. Return `(N, n_classes)`,
# whatever N is.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return self.last(x).squeeze()


# %% task="ImageClassifier" name="view" presumes=["view()"]
# `view` refuses images whose memory isn't in the right order, permuted ones for example. `flatten` and `reshape` copy
# where they must.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.view(len(x), -1)))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="scrambled-reshape"
# Numbers of different images get mixed: reshaping keeps the order in memory, where whole images lie one after the
# other. The batch has to stay the first dimension.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.reshape(-1, len(x)).T))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="no-relu"
# Without an activation three linear layers are the same as one linear layer. Put a ReLU after the first and the second.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = self.first(x.flatten(start_dim=1))
        x = self.second(x)
        return self.last(x)


# %% task="ImageClassifier" name="one-relu"
# There is a ReLU after only one of the hidden layers; the other one melts into its neighbour. Both need it.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = self.second(x)
        return self.last(x)


# %% task="ImageClassifier" name="sigmoid" presumes=["sigmoid() or Sigmoid()"]
# The sigmoid squeezes everything between 0 and 1, and its gradients fade from layer to layer. The task asks for ReLU.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.sigmoid(self.first(x.flatten(start_dim=1)))
        x = torch.sigmoid(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="one-output"
# A single number can't say which of several classes it is. The last layer needs one output per class.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, 1)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="hidden-swapped"
# The two hidden sizes are exchanged: h1 comes first, behind the inputs.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h2, h1 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="no-super-init" presumes=["not super().__init__() or Module.__init__()"]
# A module can't take in layers before its bookkeeping exists. Call `super().__init__()` first.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="python-list"
# A module doesn't look into a plain Python list: `parameters()` is empty, and nothing trains. Assign the layers to
# `self`, or use an `nn.ModuleList`.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        self.layers = [nn.Linear(n_inputs, hidden[0]), nn.Linear(hidden[0], hidden[1]), nn.Linear(hidden[1], n_classes)]

    def forward(self, x):
        x = x.flatten(start_dim=1)
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# %% task="ImageClassifier" name="normalises-in-place" presumes=["_ -= _"]
# `/=` and `-=` write into the images that belong to the caller. If you scale them at all, make new ones; nobody asked
# for it here.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x -= x.mean()
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = torch.relu(self.second(x))
        return self.last(x)


# %% task="ImageClassifier" name="cpu-zeros" presumes=["zeros()"]
# `torch.zeros` makes its tensor on the CPU, wherever `x` may be. `torch.relu(x)` needs no zeros.


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        self.first = nn.Linear(n_inputs, h1)
        self.second = nn.Linear(h1, h2)
        self.last = nn.Linear(h2, n_classes)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(start_dim=1)))
        x = self.second(x)
        x = torch.maximum(x, torch.zeros(x.shape))
        return self.last(x)


# %% task="cross_entropy" name="log-of-softmax" presumes=["log()"]
# When a probability becomes too small for a float it is 0, and its logarithm minus infinity. Compute the logarithm
# directly: x - logsumexp(x).


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = torch.log(torch.softmax(logits, dim=1))
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="epsilon-in-the-log" presumes=["log()"]
# A small number added inside the logarithm hides the infinity and puts a wrong loss in its place: it can never exceed
# 28 or so, and the gradient vanishes. Compute x - logsumexp(x).


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = torch.log(torch.softmax(logits, dim=1) + 1e-12)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="exp-overflows" presumes=["exp()"]
# exp(1000) is infinite, and so is every sum it is part of. `torch.logsumexp` takes the largest logit out first.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.exp().sum(dim=1, keepdim=True).log()
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="largest-of-the-batch" presumes=["max() or amax()"]
# The largest logit of the whole batch is taken out of every row, so rows of small logits vanish to exp(-1000) = 0. Each
# row needs its own maximum.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    shifted = logits - logits.max()
    log_probabilities = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="wrong-dim"
# These probabilities run over the batch: each *column* sums to 1. The classes lie along dimension 1.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=0, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="no-minus"
# This is the log-likelihood, at most 0, and training would make it worse and worse. The loss is minus that.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="sum"
# The sum grows with the batch, and the right learning rate would depend on it. Take the mean over the rows.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).sum()


# %% task="cross_entropy" name="mean-over-classes"
# This divides by the number of rows *and* classes. Only the targets' entries count: one for each row.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    one_hot = nn.functional.one_hot(targets, logits.shape[1])
    return -(one_hot * log_probabilities).mean()


# %% task="cross_entropy" name="all-pairs" presumes=["_[:, _] or index_select()"]
# `x[:, targets]` takes all the targets' columns for every row, an (N, N) tensor. Row i belongs to `targets[i]` only:
# use `gather`, or index with the row numbers too.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities[:, targets].mean()


# %% task="cross_entropy" name="probability-not-log"
# The mean probability of the right class is no cross-entropy: the logarithm is missing.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = torch.softmax(logits, dim=1)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="no-softmax"
# The logits of the targets alone say nothing without the others: subtract the row's logsumexp from them.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="softmax-twice" presumes=["softmax()"]
# A softmax before the log-softmax: applied twice, it sees only numbers from 0 to 1. The logits are enough.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = torch.log_softmax(torch.softmax(logits, dim=1), dim=1)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="base-two" presumes=["log2() or log() or exp2()"]
# This is the logarithm to base 2. Cross-entropy here is in natural logarithms.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean() / math.log(2)


# %% task="cross_entropy" name="cpu-arange" presumes=["arange()"]
# These row numbers live on the CPU, wherever the logits are. Make them with `device=logits.device`.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities[torch.arange(len(logits)), targets].mean()


# %% task="cross_entropy" name="reads-values" presumes=["tolist() or item()"]
# `.tolist()` and `.item()` read values, one by one: slow, and impossible on `meta`. Pick all the targets' entries at
# once, with `gather`.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    picked = [row[target] for row, target in zip(log_probabilities, targets.tolist())]
    return -torch.stack(picked).mean()


# %% task="cross_entropy" name="no-shape-check" presumes=["not raise"]
# A column of targets gets through, and one-hot rows are read as class numbers. Compare the whole shape with `(N,)`, and
# raise `ValueError` where it differs.


def cross_entropy(logits, targets):
    targets = targets.reshape(len(targets), -1) if targets.dim() else targets.reshape(1, 1)
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets).mean()


# %% task="cross_entropy" name="flattens-targets" presumes=["flatten() or reshape() or view() or squeeze()"]
# Bringing the targets into shape hides the mistake that led to the wrong one. Refuse them with `ValueError`.


def cross_entropy(logits, targets):
    targets = targets.flatten()
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="checks-length-only"
# A column (N, 1) has the right length too. Compare the whole shape with `(N,)`.


def cross_entropy(logits, targets):
    if targets.dim() == 0 or len(targets) != len(logits):
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.reshape(len(logits), -1)).mean()


# %% task="cross_entropy" name="checks-dimensions-only"
# One dimension isn't enough: there must be as many targets as rows. Compare the whole shape with `(N,)`.


def cross_entropy(logits, targets):
    if targets.dim() != 1:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


def cross_entropy(logits, targets):
    assert targets.shape == logits.shape[:1], "targets must be of shape (N,)"
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="item" presumes=["item()"]
# `.item()` leaves the graph: there is no `backward()` from a Python float. Return the 0-D tensor itself.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean().item()


# %% task="cross_entropy" name="detaches" presumes=["detach()"]
# `detach()` cuts the logits off the graph, so no gradient reaches them. Compute with the logits themselves.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits.detach() - logits.detach().logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="half-detached" presumes=["detach() or no_grad() or _.data"]
# The gradient of the logsumexp is missing: it was detached. What remains pushes every target's logit up for ever.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True).detach()
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="in-place" presumes=["_ -= _"]
# `-=` writes into the caller's logits. Subtract into a new tensor.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits
    log_probabilities -= logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean()


# %% task="cross_entropy" name="keeps-a-dimension"
# The mean over `dim=0` of an (N, 1) tensor leaves a vector of one number. A loss is 0-D: take the mean over everything.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).mean(dim=0)


# %% task="cross_entropy" name="no-mean"
# These are the losses of the rows. Their mean is still missing.


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    log_probabilities = logits - logits.logsumexp(dim=1, keepdim=True)
    return -log_probabilities.gather(1, targets.unsqueeze(1)).squeeze(1)


# %% task="accuracy" name="argmax-dim-0" presumes=["argmax() or max()"]
# `dim=0` finds the best *row* for each class. You need the best class of each row: `dim=1`.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=0) == targets).float().mean().item()


# %% task="accuracy" name="argmax-of-everything"
# Without `dim`, `argmax` searches the whole table and gives a single position. You need one for each row: `dim=1`.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax() == targets).float().mean().item()


# %% task="accuracy" name="mean-of-bools"
# The mean of bools is not defined. Convert them with `.float()` first.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).mean().item()


# %% task="accuracy" name="compares-logits" presumes=["max()"]
# `max` gives the largest logit; the class is its *position*. That is what `argmax` is for.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.max(dim=1).values == targets).float().mean().item()


# %% task="accuracy" name="argmin" presumes=["argmin() or min()"]
# The predicted class has the *largest* logit.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmin(dim=1) == targets).float().mean().item()


# %% task="accuracy" name="percent"
# A fraction between 0 and 1 is asked for, not a percentage.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).float().mean().item() * 100


# %% task="accuracy" name="count"
# That is the number of right rows. Divide it by the number of rows.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).float().sum().item()


# %% task="accuracy" name="error-rate"
# That is the fraction that is *wrong*.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) != targets).float().mean().item()


# %% task="accuracy" name="divides-by-classes"
# The number of right rows is divided by the number of classes. Divide by that of the rows.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).sum().item() / logits.shape[1]


# %% task="accuracy" name="rounded"
# Rounding loses what a small improvement looks like. Return the fraction as it is.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return round((logits.argmax(dim=1) == targets).float().mean().item(), 2)


# %% task="accuracy" name="whole-division" presumes=["_ // _"]
# `//` rounds down to a whole number, so all but the perfect classifier get 0. Use `/`.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return float((logits.argmax(dim=1) == targets).sum().item() // len(targets))


# %% task="accuracy" name="all-or-nothing" presumes=["all()"]
# `all()` asks whether every row is right. Count the rows that are, and divide.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).all().float().item()


# %% task="accuracy" name="tensor-result"
# This is a 0-D tensor. `.item()` makes the Python float that was asked for.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).float().mean()


# %% task="accuracy" name="numpy-number" presumes=["np or numpy"]
# NumPy's mean is a NumPy number. Wrap it in `float(...)`.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return np.mean((logits.argmax(dim=1) == targets).numpy())


# %% task="accuracy" name="numpy-on-grad" presumes=["numpy()"]
# A tensor that requires grad refuses `.numpy()`. `detach()` it first, or stay with torch.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    return float(np.mean(logits.numpy().argmax(axis=1) == targets.numpy()))


# %% task="accuracy" name="switches-grad-off" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(False)` changes the caller's logits permanently. Nothing needs switching off: `argmax` records
# nothing.


def accuracy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets must be of shape (N,)")
    if logits.is_leaf:
        logits.requires_grad_(False)
    return (logits.argmax(dim=1) == targets).float().mean().item()


# %% task="accuracy" name="no-shape-check" presumes=["not raise"]
# `(N,) == (N, 1)` broadcasts to (N, N): a wrong accuracy, without an error. Compare the shape of the targets first, and
# raise `ValueError`.


def accuracy(logits, targets):
    return (logits.argmax(dim=1) == targets).float().mean().item()


# %% task="accuracy" name="checks-length-only"
# A column (N, 1) has the right length and still broadcasts to (N, N). Compare the whole shape with `(N,)`.


def accuracy(logits, targets):
    if targets.dim() == 0 or len(targets) != len(logits):
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).float().mean().item()


# %% task="accuracy" name="checks-dimensions-only"
# One dimension isn't enough: a single target would be compared with every row. Compare the whole shape with `(N,)`.


def accuracy(logits, targets):
    if targets.dim() != 1:
        raise ValueError("targets must be of shape (N,)")
    return (logits.argmax(dim=1) == targets).float().mean().item()


# %% task="accuracy" name="flattens-targets" presumes=["flatten() or reshape() or view() or squeeze()"]
# Bringing the targets into shape hides the mistake that led to the wrong one. Refuse them with `ValueError`.


def accuracy(logits, targets):
    targets = targets.flatten()
    return (logits.argmax(dim=1) == targets).float().mean().item()


# %% task="accuracy" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


def accuracy(logits, targets):
    assert targets.shape == logits.shape[:1], "targets must be of shape (N,)"
    return (logits.argmax(dim=1) == targets).float().mean().item()


# %% task="train_classifier" name="softmax-before-loss" presumes=["softmax() or Softmax()"]
# The loss wants logits. After a softmax it sees only numbers from 0 to 1: with 3 classes it can't fall below 0.55, and
# learning is slow.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(torch.softmax(model(rows), dim=1), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="no-shuffle"
# Every epoch sees the same batches, in the order of the file. Shuffle the training rows.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="shuffles-batches-only"
# Only the order of the batches changes; each holds the same rows for ever. Shuffle the rows, over the whole data set.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        batches = list(loader)
        order = torch.randperm(len(batches), generator=own).tolist()
        for rows, classes in [batches[i] for i in order]:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="shuffled-once"
# The rows are shuffled before the first epoch and never again, so every epoch sees the same batches. Draw a new order
# in each.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(X), generator=own)
    loader = DataLoader(TensorDataset(X[order], y[order]), batch_size=batch_size)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="reseeded-each-epoch"
# A generator that is made again for every epoch repeats itself. Make it once, before the first.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        own = torch.Generator().manual_seed(seed)
        loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="fixed-seed"
# The argument `seed` is ignored here: every call shuffles alike. Pass it to the generator.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(42)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="unseeded"
# The loader shuffles with the global generator, so the order depends on whatever ran before. Give it a generator of
# your own, made with `seed`.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="reseeds-the-global" presumes=["manual_seed() or seed()"]
# `torch.manual_seed` rewinds the generator of the whole program: your caller draws the same numbers again. Make a
# `torch.Generator` of your own.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    torch.manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="reseeds-python" presumes=["seed()"]
# `random.seed` rewinds the generator of the whole program. `random.Random(seed)` is one of your own, and so is
# `torch.Generator()`.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    random.seed(seed)
    data = list(range(len(X)))
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        random.shuffle(data)
        for rows, classes in [
            (X[data[i : i + batch_size]], y[data[i : i + batch_size]]) for i in range(0, len(X), batch_size)
        ]:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="drop-last" presumes=["_(drop_last=True)"]
# `drop_last=True` leaves the rows of the last, smaller batch out of every epoch. Use them all.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, drop_last=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / max(len(X) // batch_size * batch_size, 1))
    return losses


# %% task="train_classifier" name="full-batch"
# All the rows in one batch make one update an epoch. Mini-batches make many: use `batch_size`.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=len(X), shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="one-row-at-a-time"
# The loader makes batches of one row unless you pass `batch_size`.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="draws-with-replacement" presumes=["randint() or choice() or RandomSampler()"]
# Drawing batches at random shows some rows twice and others not at all. Go through a random *permutation* of the rows.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for start in range(0, len(X), batch_size):
            chosen = torch.randint(len(X), (min(batch_size, len(X) - start),), generator=own)
            rows, classes = X[chosen], y[chosen]
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="shuffles-rows-only"
# The rows are shuffled and their classes are not, so nothing fits any more. Use the same order for both.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        order = torch.randperm(len(X), generator=own)
        for rows, classes in zip(X[order].split(batch_size), y.split(batch_size)):
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="last-batch-loss"
# The loss of the last batch is not the mean of the epoch. Add up over all batches, weighted by their sizes.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total = loss.item() * len(X)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="mean-of-means"
# The last batch is smaller but counts as much as the others. Weight each batch's loss by its number of rows.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader))
    return losses


# %% task="train_classifier" name="sum-of-batches"
# The sum of the batches' losses grows with their number. Weight them by their sizes, and divide by the number of rows.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total)
    return losses


# %% task="train_classifier" name="losses-of-batches"
# There is one loss for every batch in this list. One for each epoch was asked for.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% task="train_classifier" name="losses-as-tensors"
# These losses are 0-D tensors. `.item()` makes the Python floats that were asked for, and frees the graph.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="loss-after-training"
# This is the loss after the epoch, with all updates made. Add up the losses that you differentiated, while training.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(F.cross_entropy(model(X), y).item())
    return losses


# %% task="train_classifier" name="with-momentum" presumes=["_(momentum=_)"]
# Momentum changes every update after the first. Plain SGD was asked for.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="weight-decay" presumes=["_(weight_decay=_)"]
# Weight decay pulls the parameters towards 0 at every step. Plain SGD was asked for.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, weight_decay=0.01)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="adam" presumes=["Adam() or AdamW()"]
# Adam scales every step in its own way. Plain SGD was asked for: parameter minus learning_rate times gradient.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="fixed-learning-rate"
# The argument `learning_rate` is ignored here.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="no-zero-grad" presumes=["not zero_grad()"]
# `backward()` adds to the gradients of the batches before, so each step is made of all of them. Reset them for every
# batch.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="zero-grad-once-an-epoch"
# Gradients pile up from batch to batch, because they are reset only at the start of the epoch. Reset them for every
# batch.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        optimizer.zero_grad()
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="zero-after-backward" presumes=["step()"]
# The gradient is erased just before the step that needs it, so nothing is learned. Reset first, then `backward()`, then
# `step()`.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="one-step-an-epoch" presumes=["step()"]
# `step()` stands outside the inner loop: one update an epoch, with the last batch's gradients. Each batch gets its own.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            total += loss.item() * len(rows)
        optimizer.step()
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="trains-a-copy" presumes=["deepcopy() or copy()"]
# A copy of the model is trained here, and the caller's stays as it was. Train the model that you were given.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    model = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="eval-mode" presumes=["eval()"]
# In evaluation mode dropout is off and batch norm doesn't learn. Training needs `model.train()`.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.eval()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="no-train-mode" presumes=["not train()"]
# A model that comes in evaluation mode is trained without its dropout. Call `model.train()` first.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="flag-only" presumes=["_.training = _"]
# `model.training = True` sets the flag of the outermost module; the modules inside stay in evaluation mode.
# `model.train()` reaches them too.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.training = True
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="standardises-in-place" presumes=["_ -= _"]
# `-=` and `/=` write into the caller's `X`, and nobody asked for other data. If the rows need scaling, the caller does
# it.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    X -= X.mean(dim=0)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="squared-error" presumes=["mse_loss() or MSELoss() or _ ** 2 or square() or pow()"]
# Class numbers are names, not amounts: a squared error treats class 2 as twice class 1. Use cross-entropy.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.mse_loss(model(rows), F.one_hot(classes, model(rows).shape[1]).to(rows.dtype))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="empty-last-batch"
# Where the batch size divides N, this loop makes one batch too many: it is empty, and the mean of nothing is NaN.
# `range(0, N, batch_size)` stops in time.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        order = torch.randperm(len(X), generator=own)
        for i in range(len(X) // batch_size + 1):
            chosen = order[i * batch_size : (i + 1) * batch_size]
            rows, classes = X[chosen], y[chosen]
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="needs-an-epoch"
# With no epochs at all there is no last loss. Start from an empty list, and nothing special is needed.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    own = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, generator=own)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows, classes in loader:
            loss = F.cross_entropy(model(rows), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    print(f"last loss: {losses[-1]:.4f}")
    return losses


# %% task="train_classifier" name="clipped-gradients"
# Large gradients are clipped before the step. A plain step takes the gradients as `backward()` leaves them.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(n_epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(X), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="falling-rate"
# Here the learning rate falls after some epochs. Every step is to be made with `learning_rate` itself.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)
    losses = []
    for _ in range(n_epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(X), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        scheduler.step()
        losses.append(total / len(X))
    return losses


# %% task="train_classifier" name="divides-by-the-nominal-size"
# The sum of the losses is divided by `batch_size`, also where a batch is smaller. Divide by the rows of the batch.


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(n_epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(X), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(X[rows]), y[rows], reduction="sum") / batch_size
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * batch_size
        losses.append(total / len(X))
    return losses
