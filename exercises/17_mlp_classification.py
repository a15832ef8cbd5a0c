# ---
# grader:
#   title: "Classification with a multilayer perceptron"
#   title_pt: "Classificação com MLP"
#   prerequisites: ["13_layers_and_activations", "14_minibatches", "15_train_and_eval", "16_mlp_regression"]
# jupyter:
#   jupytext:
#     notebook_metadata_filter: -jupytext.text_representation
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Classification with a multilayer perceptron
#
# Is this a picture of a shirt, a shoe or a bag? The answer is a *class*, and classes are numbered: 0, 1, 2. But the
# network shouldn't answer with that number. Class 2 isn't twice class 1, and there is nothing half-way between "shoe"
# and "bag". So it gives one number **for each class**, a score called a *logit*: any real number; the larger it is, the
# more likely is the class.
#
# ```text
#   image --> network --> logits        --softmax-->  probabilities      target: 0 (a shirt)
#                         2.0 1.0 -1.0                0.71 0.26 0.04     loss: -log 0.71 = 0.35
# ```

# %% [markdown]
# ## Before you start
#
# - Each task is graded on its own, so no task may rely on another one being solved: don't call one from another.
# - Everything imported below may be used, and so may the rest of Python's standard library. Only `cross_entropy` asks
#   you to do without PyTorch's finished version.
# - "A Python float" means exactly that: neither a 0-D tensor nor a NumPy number.
# - Leave alone what you were given, and the global settings of PyTorch. That includes the random generators: drawing
#   from them, as a new layer or a `DataLoader` does, is fine, but re-seeding them behind the caller's back isn't.
# - Where an error is asked for, only its type counts.
# - A `DataLoader` with `num_workers` above 0 starts other processes. Your code is graded without other processes: a
#   loader with workers is used as with `num_workers=0`, gives the same batches, and a note tells you.
# - Numbers are compared with a relative tolerance of 1e-5 (plus 1e-6), whole loss curves and what comes of logits
#   beyond ±100 with 1e-3; float16 and bfloat16, which are floating dtypes too, at their own precision. No task is tried
#   on NaN or infinity.
# - The `meta` device lacks a few operations; a function that uses one of them doesn't work on any device.

# %%
import copy
import io
import math
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset

# %% [markdown]
# ## From logits to a loss
#
# Softmax turns logits into probabilities: all are positive, they sum to 1, and the largest logit gets the largest
# probability. *Cross-entropy* takes the probability that the model gave to the right class, and returns minus its
# logarithm. Probability 1 costs 0; the smaller the probability, the larger the loss, without limit.
#
# ```python
# probabilities = torch.softmax(torch.tensor([2.0, 1.0, -1.0]), dim=0)
# print([round(p, 3) for p in probabilities.tolist()])  # [0.705, 0.259, 0.035]
# print(round(-math.log(0.705), 2), round(-math.log(0.035), 2))  # 0.35 3.35
# ```
#
# One thing to settle before you write a line: **who applies the softmax?** In PyTorch the loss does,
# `nn.CrossEntropyLoss` and `F.cross_entropy` alike, and the model ends in a plain linear layer. If you put a softmax
# into the model as well, it is applied twice. There is no error, but the second one gets only numbers between 0 and 1,
# so no class can get a probability near 1: with three classes the loss never falls below 0.55, and learning is slow.

# %% [markdown]
# ## 1. `ImageClassifier` (3 points)
#
# A batch of grey images of 4 × 6 pixels has the shape `(N, 1, 4, 6)`: images, channels, rows, columns. A linear layer
# wants one row of numbers per image, so the image is flattened first. The image, not the batch:
#
# ```python
# images = torch.zeros(5, 1, 4, 6)
# print(tuple(images.flatten().shape))  # (120,)
# print(tuple(images.flatten(start_dim=1).shape))  # (5, 24)
# ```
#
# Two other ways to flatten work only sometimes. `view` refuses tensors whose memory isn't in the right order, such as
# images that were permuted. And `squeeze()` removes *every* dimension of size 1, that of the batch included when there
# is a single image.


# %% task="ImageClassifier" points=3
class ImageClassifier(nn.Module):
    """A multilayer perceptron that classifies images.

    `ImageClassifier(n_inputs, hidden, n_classes)`, where `hidden` is a pair `(h1, h2)`, flattens each image and applies
    the `nn.Linear` layers n_inputs -> h1, ReLU, h1 -> h2, ReLU, h2 -> n_classes. These three, each with a bias, are
    made (and registered) in this order.

    Calling the model maps `x`, of shape `(N, ...)` with `n_inputs` numbers for each of its N images (one or more), to
    raw logits `(N, n_classes)`, without a softmax. The images may have any shape, be flat already, or lie in memory in
    any order; they are not modified. The model works on whatever device it was moved to.

    >>> model = ImageClassifier(24, (8, 4), 3)
    >>> [tuple(parameter.shape) for parameter in model.parameters()]
    [(8, 24), (8,), (4, 8), (4,), (3, 4), (3,)]
    >>> model(torch.zeros(5, 1, 4, 6)).shape
    torch.Size([5, 3])
    """

    def __init__(self, n_inputs: int, hidden: tuple[int, int], n_classes: int) -> None:
        # TODO: start the module's bookkeeping, then make the three layers.
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        # TODO: flatten each image, then apply the three layers, with ReLU between them.
        raise NotImplementedError


# %% [markdown]
# ## 2. `cross_entropy` (4 points)
#
# For one row of logits x with the target class t, minus the logarithm of the softmax can be written without any
# division:
#
# ```text
#   loss = -log( exp(x[t]) / (exp(x[0]) + ... + exp(x[C-1])) ) = logsumexp(x) - x[t]
#
#   over a batch: the mean of the rows' losses           its gradient: (softmax(x) - one-hot(t)) / N
# ```
#
# On paper both forms are the same. In a computer, the exponential of 1000 is infinite and that of -1000 is 0, and the
# logarithm of 0 is minus infinity. `torch.logsumexp` takes the largest logit out first, so it survives what `log` of a
# `softmax` doesn't:
#
# ```python
# logits = torch.tensor([[1000.0, -1000.0]])
# print(torch.softmax(logits, dim=1).log().tolist())  # [[0.0, -inf]]
# print((logits - torch.logsumexp(logits, dim=1, keepdim=True)).tolist())  # [[0.0, -2000.0]]
# ```
#
# From each row you need one number, at the column that its target names. `gather` picks it, and so does indexing with
# two tensors, the row numbers and the targets. Make the row numbers on the device of the logits, or every call waits
# for a copy.
#
# **Write it yourself**: `F.cross_entropy` and `nn.CrossEntropyLoss` score no points here. Everything else is fine,
# `log_softmax` and `nll_loss` included.


# %% task="cross_entropy" points=4 forbidden=["cross_entropy", "cross_entropy_loss", "CrossEntropyLoss"]
def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross-entropy over the batch, a 0-D tensor attached to the graph.

    That is the mean over the rows i of -log softmax(logits[i])[targets[i]]. `logits` is floating, of shape `(N, C)`
    with N and C at least 1; `targets` is int64, of shape `(N,)`, with values from 0 to C - 1. Neither is modified. The
    result and its gradient are right for finite logits of any size, as far as their dtype holds such numbers. The
    function works on any device, without reading values. Write it by hand: neither `F.cross_entropy` nor
    `nn.CrossEntropyLoss`.

    Raise `ValueError` if the shape of `targets` is not `(N,)`: a column `(N, 1)`, one-hot rows `(N, C)` and targets for
    another number of rows are refused.

    >>> logits = torch.tensor([[0.0, 0.0], [1000.0, -1000.0]])
    >>> cross_entropy(logits[:1], torch.tensor([1]))
    tensor(0.6931)
    >>> cross_entropy(logits[1:], torch.tensor([1]))
    tensor(2000.)
    >>> cross_entropy(logits, torch.tensor([[0], [1]]))
    Traceback (most recent call last):
        ...
    ValueError: targets must be of shape (2,), not (2, 1)
    """
    # TODO: refuse other shapes, then take each row's log-probability of its target, stably; minus their mean.
    raise NotImplementedError


# %% [markdown]
# ## 3. `accuracy` (2 points)
#
# Cross-entropy is what the network learns from; people ask how often it is right. The predicted class is the *position*
# of the largest logit in its row, and no softmax is needed to find it, since softmax doesn't change the order.
#
# ```python
# logits = torch.tensor([[0.5, 2.5, -1.0], [4.0, 1.0, 3.0]])
# print(logits.argmax(dim=1).tolist())  # [1, 0]
# ```
#
# Beware of broadcasting again: comparing `(N,)` predictions with `(N, 1)` targets compares each with every other, and
# gives a plausible wrong number.


# %% task="accuracy" points=2
def accuracy(logits: Tensor, targets: Tensor) -> float:
    """Return the fraction of rows whose largest logit stands at the column given by the target, a Python float.

    `logits` is floating, of shape `(N, C)` with N and C at least 1, and may require grad; `targets` is int64, of shape
    `(N,)`, with values from 0 to C - 1. Neither is modified. The result lies between 0.0 (all wrong) and 1.0 (all
    right). Rows with several equal largest logits are not tried.

    Raise `ValueError` if the shape of `targets` is not `(N,)`.

    >>> logits = torch.tensor([[0.5, 2.5, -1.0], [4.0, 1.0, 3.0]])
    >>> accuracy(logits, torch.tensor([1, 2]))
    0.5
    >>> accuracy(logits, torch.tensor([[1], [2]]))
    Traceback (most recent call last):
        ...
    ValueError: targets must be of shape (2,), not (2, 1)
    """
    # TODO: refuse other shapes, find each row's best column, and return the share that equals the target.
    raise NotImplementedError


# %% [markdown]
# ## 4. `train_classifier` (5 points)
#
# The cycle of the earlier exercises once more, now with logits, classes and shuffled mini-batches. Rows often come
# sorted by class, and a network that sees a thousand shirts one after the other forgets about shoes. So each epoch
# takes the rows in a new random order.
#
# Random, yet repeatable: the order should depend on `seed` and on nothing else. Calling `torch.manual_seed` would do
# that, at the price of rewinding the generator of the whole program: your caller gets the same "random" numbers over
# and over. A generator of your own affects no other code. `DataLoader` takes one (`generator=...`), and so does
# `torch.randperm`:
#
# ```python
# own = torch.Generator().manual_seed(0)
# print(torch.randperm(5, generator=own).tolist())  # [4, 0, 1, 3, 2]
# print(torch.randperm(5, generator=own).tolist())  # [3, 4, 0, 1, 2]
# ```
#
# Make it once, before the first epoch. A new one in each epoch would give the same order every time.
#
# The steps are those of plain SGD. `torch.optim.SGD` can do more: with *momentum* a step also goes on in the direction
# of the steps before it, and *weight decay* also pulls every weight a little towards 0. Both are off by default.


# %% task="train_classifier" points=5
def train_classifier(
    model: nn.Module, X: Tensor, y: Tensor, n_epochs: int, learning_rate: float, batch_size: int, seed: int
) -> list[float]:
    """Train a classifier with mini-batch SGD; return the mean loss per sample of each epoch, Python floats.

    `X` holds N rows (one or more), `y` their classes, int64 of shape `(N,)`; neither is modified. `model(rows)` gives
    logits. Each epoch visits every row of `X` exactly once, in batches of `batch_size`, of which the last is smaller
    where N is no multiple of it (and the only one, of N rows, where `batch_size` is larger than N).

    The order is shuffled again in every epoch, over all the rows. It depends on `seed` alone, an int from 0 on, below
    2**32: the same seed gives the same orders, whatever the state of the global generators, and another seed gives
    others. The global generators are not re-seeded.

    For each batch: one call of the model in training mode, the mean cross-entropy of its logits, the gradients of this
    batch alone (the model has none when the function is called), and one plain SGD step, parameter <- parameter -
    learning_rate * gradient (no momentum, no weight decay). The loss of an epoch averages its batches' losses as they
    were differentiated, so before each update, weighted by the batches' sizes, and isn't rounded. The list has a loss
    for each epoch, also when they no longer change; with no epochs it is empty. The model may be in either mode at the
    end.

    >>> X = torch.tensor([[-1.0], [-2.0], [1.0], [2.0]])
    >>> y = torch.tensor([0, 0, 1, 1])
    >>> model = nn.Linear(1, 2)
    >>> losses = train_classifier(model, X, y, n_epochs=50, learning_rate=0.5, batch_size=3, seed=0)
    >>> len(losses), losses[-1] < 0.1
    (50, True)
    >>> model(X).argmax(dim=1)
    tensor([0, 0, 1, 1])
    """
    # TODO: shuffle with a generator of your own; per batch: loss, fresh gradients, step; note each epoch's mean loss.
    raise NotImplementedError


# %% [markdown]
# ## All together
#
# Tiny images of 8 × 8 pixels, handwritten digits, come with scikit-learn. Their rows are shuffled and split, a network
# of your own learns on three quarters of them, and the accuracy on the others says how well it reads: about 0.95.

# %%
if __name__ == "__main__":
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    X_train, X_test, y_train, y_test = train_test_split(digits.images / 16, digits.target, random_state=42)
    X_train, X_test = (torch.tensor(part, dtype=torch.float32) for part in (X_train, X_test))
    y_train, y_test = (torch.tensor(part, dtype=torch.int64) for part in (y_train, y_test))

    torch.manual_seed(42)
    model = ImageClassifier(64, (40, 20), 10)
    losses = train_classifier(model, X_train, y_train, n_epochs=30, learning_rate=0.2, batch_size=50, seed=42)
    for epoch in range(5, 31, 5):
        print(f"epoch {epoch:2}: loss {losses[epoch - 1]:.4f}")
    with torch.no_grad():
        logits = model(X_test)
    print(f"on new images: loss {cross_entropy(logits, y_test).item():.4f}, accuracy {accuracy(logits, y_test):.4f}")
