"""Wrong implementations of 15_train_and_eval, as learners write them."""

# %%
import copy
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

# %% task="InvertedDropout" name="no-scaling" presumes=["not _ / _ or _ /= _ or div()"]
# Without 1 / (1 - p) the sums in the next layer are smaller in training than in evaluation. Scale the survivors: divide
# by 1 - p.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p)


# %% task="InvertedDropout" name="keep-probability"
# `p` is the probability of *dropping* an element, and here it became that of keeping one. Keep where the random number
# is at least `p`, and divide by 1 - p.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) < self.p) / self.p


# %% task="InvertedDropout" name="mask-upside-down" presumes=["_ / _ or div() or div_()"]
# The scale is right, but the mask is upside down: a random number is below `p` with probability `p`, and those are the
# elements to drop.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) < self.p) / (1 - self.p)


# %% task="InvertedDropout" name="divided-by-p" presumes=["_ / _ or _ /= _"]
# The survivors are a share of 1 - p, so that is what to divide by. `p` is the share that is gone.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / self.p


# %% task="InvertedDropout" name="scaled-down" presumes=["1 - _"]
# Multiplying by 1 - p makes the survivors even smaller. They must make up for what is gone: *divide* by 1 - p.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) * (1 - self.p)


# %% task="InvertedDropout" name="scaled-in-evaluation" presumes=["1 - _"]
# That is the older kind of dropout, which scales by 1 - p in evaluation. The inverted kind does all the scaling in
# training, and evaluation returns `x` as it is.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x * (1 - self.p)
        return x * (torch.rand_like(x) >= self.p)


# %% task="InvertedDropout" name="row-mask"
# One random number for each row drops whole rows. Every element has its own draw, so the mask has the shape of `x`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x[..., :1]) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="same-mask-for-every-row"
# One mask, used for all the rows of the batch, makes every sample lose the same units. Draw for each element: the mask
# has the shape of `x`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x[:1]) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="one-coin-for-all"
# One toss decides about the whole tensor: all of it is dropped, or nothing. Draw a number for each element.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        kept = random.random() >= self.p
        return x * kept / (1 - self.p)


# %% task="InvertedDropout" name="exact-count"
# Always dropping the same number of elements isn't tossing a coin for each: what becomes of one then depends on the
# others, and a single element is never dropped. Compare a random number for each element with `p`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        n = x.numel()
        kept = torch.randperm(n, device=x.device) >= int(self.p * n)
        return x * kept.reshape(x.shape) / (1 - self.p)


# %% task="InvertedDropout" name="normal-numbers" presumes=["randn() or randn_like() or normal() or normal_()"]
# A normal number is below `p` with another probability than `p`: with 0.69, for example, if `p` is 0.5. For numbers
# spread evenly from 0 to 1 there is `torch.rand`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.randn_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="greater-than" presumes=["_ > _ or gt()"]
# `torch.rand` can give exactly 0, and never 1. So an element is dropped when its number is *below* `p`, and kept when
# it is `>= p`; with `>`, some are dropped even if p = 0.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) > self.p) / (1 - self.p)


# %% task="InvertedDropout" name="in-place" presumes=["mul_()"]
# `mul_` writes the zeros into the caller's tensor. Multiply out of place: `x * mask`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x.mul_(torch.rand_like(x) >= self.p).div_(1 - self.p)


# %% task="InvertedDropout" name="own-flag" presumes=["not _.training"]
# `model.eval()` sets `self.training` in every module inside, and knows nothing of a flag of yours. Ask `self.training`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p
        self.dropping = True

    def eval(self):
        self.dropping = False
        return self

    def forward(self, x):
        if not self.dropping:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="mode-upside-down"
# The modes are exchanged: dropout drops while the model is *training*, and lets everything through in evaluation.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="mask-drawn-once"
# The first mask is kept for ever, so the same units stay off for the whole training. Draw a new one at every call.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p
        self.kept = None

    def forward(self, x):
        if not self.training:
            return x
        if self.kept is None:
            self.kept = torch.rand_like(x) >= self.p
        return x * self.kept / (1 - self.p)


# %% task="InvertedDropout" name="seeded" presumes=["manual_seed() or seed()"]
# With a seed set in `forward`, every call draws the same mask, and all other random numbers start again as well. Leave
# seeds to the program that trains.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        torch.manual_seed(42)
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="seeded-once" presumes=["manual_seed() or seed()"]
# A seed set when the layer is made restarts all random numbers, not just yours: two runs with other seeds would become
# the same. Leave seeds to the program that trains.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p
        torch.manual_seed(42)

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="mask-on-cpu" presumes=["rand()"]
# `torch.rand(x.shape)` draws on the CPU, wherever `x` is. Draw where `x` is: `torch.rand_like(x)`, or
# `device=x.device`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand(x.shape) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="float-mask"
# A float32 mask turns a float16 input into a float32 result. Multiply by the bool mask itself, or give the mask the
# dtype of `x`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p).float() / (1 - self.p)


# %% task="InvertedDropout" name="float32-numbers" presumes=["rand()"]
# `torch.rand(x.shape)` is float32, and so is a mask that `float()` makes of it: a float16 input becomes a float32
# result. Multiply by the bool mask itself, or give the mask the dtype of `x`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        mask = (torch.rand(x.shape, device=x.device) >= self.p).float()
        return x * mask / (1 - self.p)


# %% task="InvertedDropout" name="under-no-grad" presumes=["no_grad()"]
# Under `no_grad()` nothing is recorded, so no gradient comes through the layer and what is before it stops learning.
# Only the mask needs no graph, and it has none anyway.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        with torch.no_grad():
            return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="p-is-a-parameter" presumes=["Parameter()"]
# As an `nn.Parameter`, `p` is something to be trained: the optimizer would change it. It is a plain number: `self.p =
# p`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = nn.Parameter(torch.tensor(p))

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p.detach())


# %% task="InvertedDropout" name="no-super-init" presumes=["not super().__init__() or Module.__init__()"]
# Without `super().__init__()` the module has no `training` flag and no place for submodules: `train()` and `eval()`
# fail. Call it first.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        if not 0 <= p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="no-validation" presumes=["not raise"]
# With p = 1 the scale is 1 / 0, and a negative `p` is no probability. Raise `ValueError` in `__init__` unless 0 <= p <
# 1.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="accepts-one"
# p = 1 would drop everything, and the scale 1 / (1 - p) divides by zero. Refuse it: `if not 0 <= p < 1`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="refuses-zero"
# p = 0 is a fine probability: it drops nothing, and is how dropout is switched off in an experiment. Refuse only what
# is below it.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 < p < 1:
            raise ValueError("bad p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="InvertedDropout" name="asserted" presumes=["assert"]
# `assert` raises an AssertionError, and Python leaves it out when it runs with `-O`. For a caller's mistake, write
# `raise ValueError(...)`.


class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        assert 0 <= p < 1, "bad p"
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)


# %% task="predict" name="no-eval" presumes=["not eval()"]
# Dropout keeps dropping, and batch norm keeps learning: `no_grad()` doesn't switch them off. Call `model.eval()` as
# well.


def predict(model, X):
    with torch.no_grad():
        return model(X)


# %% task="predict" name="left-in-eval" presumes=["eval()"]
# The model is left in evaluation mode, so the next training epoch runs without dropout. Note `model.training` first and
# put it back.


def predict(model, X):
    model.eval()
    with torch.no_grad():
        return model(X)


# %% task="predict" name="always-train" presumes=["train()"]
# A model that came in evaluation mode must leave in it; yours always leaves in training mode. Put back the mode that
# you *found*.


def predict(model, X):
    model.eval()
    try:
        with torch.no_grad():
            return model(X)
    finally:
        model.train()


# %% task="predict" name="no-finally" presumes=["train() or eval() or _.training = _"]
# When the model raises, the line that puts the mode back is never reached. Put it into a `finally` block.


def predict(model, X):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        y = model(X)
    model.train(was_training)
    return y


# %% task="predict" name="flag-only-restored" presumes=["_.training = _"]
# `model.training = ...` sets the flag of the outermost module only: everything inside stays in evaluation mode. Use
# `model.train(was_training)`.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return model(X)
    finally:
        model.training = was_training


# %% task="predict" name="flag-only-set" presumes=["_.training = _"]
# `model.training = False` doesn't reach the dropout and batch norm layers inside, which go on as in training. Use
# `model.eval()`.


def predict(model, X):
    was_training = model.training
    model.training = False
    try:
        with torch.no_grad():
            return model(X)
    finally:
        model.training = was_training


# %% task="predict" name="no-no-grad" presumes=["not no_grad() or inference_mode() or set_grad_enabled()"]
# `eval()` doesn't switch autograd off: the result is attached to a graph. Compute it inside `with torch.no_grad():`.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        return model(X)
    finally:
        model.train(was_training)


# %% task="predict" name="forward-directly" presumes=["forward()"]
# `model.forward(X)` leaves out the hooks that were registered on the model. Call the model itself: `model(X)`.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return model.forward(X)
    finally:
        model.train(was_training)


# %% task="predict" name="detached-after" presumes=["detach()"]
# `detach()` leaves the graph, but only after all of it was recorded, in memory that you wanted to save. Compute
# inside `with torch.no_grad():`.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        return model(X).detach()
    finally:
        model.train(was_training)


# %% task="predict" name="grad-switched-off" presumes=["set_grad_enabled()"]
# `torch.set_grad_enabled(False)`, as a plain call, turns gradients off for the whole program. Use `with
# torch.no_grad():`, which ends with its block.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        torch.set_grad_enabled(False)
        return model(X)
    finally:
        model.train(was_training)


# %% task="predict" name="grad-switched-on" presumes=["set_grad_enabled()"]
# Your last step switches gradients *on*, although your caller may have had them off. `with torch.no_grad():` puts back
# what it found.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        torch.set_grad_enabled(False)
        return model(X)
    finally:
        torch.set_grad_enabled(True)
        model.train(was_training)


# %% task="predict" name="parameters-frozen" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(False)` stays in force after your function: the model can't be trained any more. `with
# torch.no_grad():` pauses recording without touching the model.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        model.requires_grad_(False)
        return model(X)
    finally:
        model.train(was_training)


# %% task="predict" name="zero-grad" presumes=["zero_grad()"]
# Predicting must not erase gradients that are being accumulated: leave out `zero_grad()`.


def predict(model, X):
    was_training = model.training
    model.eval()
    model.zero_grad()
    try:
        with torch.no_grad():
            return model(X)
    finally:
        model.train(was_training)


# %% task="predict" name="numpy-result" presumes=["numpy()"]
# This returns a NumPy array. The prediction is asked for as a tensor: leave out `numpy()`.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return model(X).numpy()
    finally:
        model.train(was_training)


# %% task="predict" name="no-return" presumes=["not return"]
# Everything is right but the end: without `return` the function gives back None.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            model(X)
    finally:
        model.train(was_training)


# %% task="predict" name="swallows-errors" presumes=["except"]
# An `except` that returns None hides the error from your caller. `finally` puts the mode back and lets the error go on
# its way.


def predict(model, X):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            y = model(X)
    except Exception:
        y = None
    model.train(was_training)
    return y


# %% task="train_epoch" name="to-not-assigned" presumes=["to()"]
# `X.to(device)` *returns* a tensor on the device; `X` itself stays where it is. Assign it: `X = X.to(device)`. (Only
# modules move in place.)


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="targets-not-moved" presumes=["to()"]
# The inputs are moved, the targets are not, and the criterion gets tensors of two devices. Move `y` as well.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X = X.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="no-zero-grad" presumes=["not zero_grad()"]
# Nobody resets the gradients between batches, so each step also follows those of all earlier batches. Call
# `optimizer.zero_grad()`, with parentheses, inside the loop.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="zero-after-backward" presumes=["step()"]
# Between `backward()` and `step()`, `zero_grad()` erases the gradient that the step was to use: nothing is learned.
# Reset before backward, or after the step.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="no-backward" presumes=["not backward()"]
# Without `loss.backward()` there are no gradients, and a step without gradients changes nothing.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="step-after-the-loop" presumes=["step()"]
# One step at the end makes one update of the whole epoch. With mini-batches there is an update for each batch: reset,
# backward and step belong inside the loop.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    optimizer.zero_grad()
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        loss.backward()
        total += loss.item() * len(X)
        n += len(X)
    optimizer.step()
    return total / n


# %% task="train_epoch" name="own-update" presumes=["not step()"]
# You update the parameters yourself, with a rate of your own. The optimizer that you are given knows the rate and the
# rule: call `optimizer.step()`.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.grad is not None:
                    parameter -= 0.01 * parameter.grad
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="mean-of-means"
# The last batch is smaller but counts as much as the others: weight each loss by its batch's size, and divide by the
# number of samples.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    losses = []
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


# %% task="train_epoch" name="sum-of-losses"
# This is the sum over all samples, which grows with the dataset. Divide it by the number of samples.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total = 0.0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
    return total


# %% task="train_epoch" name="divides-by-samples-only"
# Batch losses are means already, and dividing their plain sum by the number of samples makes it far too small. Multiply
# each by its batch's size first.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        n += len(X)
    return total / n


# %% task="train_epoch" name="nominal-batch-size" presumes=["_.batch_size"]
# `loader.batch_size` is what was asked for; the last batch may have fewer rows. Ask the batch itself: `len(X)`.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total = 0.0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * loader.batch_size
    return total / len(loader.dataset)


# %% task="train_epoch" name="divides-by-dataset" presumes=["_.dataset"]
# The loader may leave samples out (`drop_last=True`, a sampler), so the dataset's length isn't the number of samples
# that you trained on. Count the rows as the batches come.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total = 0.0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
    return total / len(loader.dataset)


# %% task="train_epoch" name="tensor-total"
# Adding loss *tensors* chains the graphs of all batches together in memory, and the result is a tensor. Use
# `loss.item()`.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="last-loss"
# This is the loss of the last batch alone. Add up the losses of all batches, each times its size.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


# %% task="train_epoch" name="loss-after-update"
# The loss to report is the one that you went backward from. You compute it again after the step, when it has become
# another (and pay for a second pass).


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        optimizer.zero_grad()
        criterion(model(X), y).backward()
        optimizer.step()
        total += criterion(model(X), y).item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="return-in-the-loop" presumes=["for _ in _: return"]
# `return` stands inside the loop, so the epoch ends after its first batch. Move it out by one level of indentation.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
        return total / n


# %% task="train_epoch" name="no-train-mode" presumes=["not train()"]
# A model that comes from an evaluation stays in evaluation mode here, and trains without dropout. Call `model.train()`
# first.


def train_epoch(model, loader, optimizer, criterion, device):
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="flag-only-set" presumes=["_.training = _"]
# `model.training = True` sets the flag of the outermost module; the dropout layers inside stay in evaluation mode. Use
# `model.train()`.


def train_epoch(model, loader, optimizer, criterion, device):
    model.training = True
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="evaluation-after-first-batch" presumes=["eval()"]
# After the first batch the model is put into evaluation mode, and the rest of the epoch runs without dropout. Training
# batches all want training mode.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.eval()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="criterion-swapped"
# A criterion gets the prediction first and the target second. For the MSE the order makes no difference; for others it
# does.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(y, model(X))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="own-loss" presumes=["mse_loss() or MSELoss() or _ ** 2 or square() or pow()"]
# The loss is always the MSE here, whatever criterion the caller chose. Call `criterion`.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = F.mse_loss(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="train_epoch" name="seeded" presumes=["manual_seed() or seed()"]
# A seed set here makes every epoch shuffle the data, and drop units, in exactly the same way. Leave seeds to the
# program that calls you.


def train_epoch(model, loader, optimizer, criterion, device):
    torch.manual_seed(42)
    model.train()
    total, n = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n += len(X)
    return total / n


# %% task="evaluate" name="mean-of-means"
# Averaging the means of the batches gives the last, smaller batch too much weight, and the result depends on the batch
# size. Weight each loss by its batch's size.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    losses = []
    try:
        with torch.no_grad():
            for X, y in loader:
                losses.append(criterion(model(X.to(device)), y.to(device)).item())
    finally:
        model.train(was_training)
    return sum(losses) / len(losses)


# %% task="evaluate" name="sum"
# This is the sum over the samples: it grows with the dataset. Divide by the number of samples.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total = 0.0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
    finally:
        model.train(was_training)
    return total


# %% task="evaluate" name="first-batch" presumes=["for _ in _: return or next() or break"]
# Only the first batch is looked at. Use the whole loader: the `return` belongs after the loop.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
                n += len(X)
                return total / n
    finally:
        model.train(was_training)


# %% task="evaluate" name="last-batch"
# `total = ...` forgets the batches before. Add each one to the total: `total += ...`.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            for X, y in loader:
                total = criterion(model(X.to(device)), y.to(device)).item()
    finally:
        model.train(was_training)
    return total


# %% task="evaluate" name="nominal-batch-size" presumes=["_.batch_size"]
# `loader.batch_size` is what was asked for; the last batch may have fewer rows. Ask the batch itself: `len(X)`.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total = 0.0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * loader.batch_size
    finally:
        model.train(was_training)
    return total / len(loader.dataset)


# %% task="evaluate" name="divides-by-dataset" presumes=["_.dataset"]
# The loader may leave samples out (`drop_last=True`, a sampler), so the dataset's length isn't the number of samples
# that you looked at. Count the rows as the batches come.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total = 0.0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
    finally:
        model.train(was_training)
    return total / len(loader.dataset)


# %% task="evaluate" name="tensor-result"
# This returns a 0-D tensor. `.item()` gives the Python float that is asked for.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)) * len(X)
                n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="no-eval" presumes=["not eval()"]
# `no_grad()` doesn't switch dropout off: the result is noise, and batch norm learns from the validation data. Call
# `model.eval()` as well.


def evaluate(model, loader, criterion, device):
    total, n = 0.0, 0
    with torch.no_grad():
        for X, y in loader:
            total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
            n += len(X)
    return total / n


# %% task="evaluate" name="no-no-grad" presumes=["not no_grad() or inference_mode() or set_grad_enabled()"]
# `eval()` doesn't disable autograd: for every batch a graph is recorded for nothing. Run the loop inside `with
# torch.no_grad():`.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        for X, y in loader:
            total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
            n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="left-in-eval" presumes=["eval()"]
# The model is left in evaluation mode, so the next training epoch runs without dropout. Note `model.training` first and
# put it back.


def evaluate(model, loader, criterion, device):
    model.eval()
    total, n = 0.0, 0
    with torch.no_grad():
        for X, y in loader:
            total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
            n += len(X)
    return total / n


# %% task="evaluate" name="always-train" presumes=["train()"]
# A model that came in evaluation mode must leave in it; yours always leaves in training mode. Put back the mode that
# you *found*.


def evaluate(model, loader, criterion, device):
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
                n += len(X)
    finally:
        model.train()
    return total / n


# %% task="evaluate" name="no-finally" presumes=["train() or eval() or _.training = _"]
# When criterion, model or loader raise an error, the line that puts the mode back is never reached. Put it into a
# `finally` block.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    with torch.no_grad():
        for X, y in loader:
            total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
            n += len(X)
    model.train(was_training)
    return total / n


# %% task="evaluate" name="flag-only-restored" presumes=["_.training = _"]
# `model.training = ...` sets the flag of the outermost module only: everything inside stays in evaluation mode. Use
# `model.train(was_training)`.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
                n += len(X)
    finally:
        model.training = was_training
    return total / n


# %% task="evaluate" name="flag-only-set" presumes=["_.training = _"]
# `model.training = False` doesn't reach the dropout and batch norm layers inside, which go on as in training. Use
# `model.eval()`.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.training = False
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
                n += len(X)
    finally:
        model.training = was_training
    return total / n


# %% task="evaluate" name="mode-flips-in-the-loop" presumes=["for _ in _: train() or for _ in _: _.training = _"]
# The mode is put back inside the loop, so from the second batch on the model is in its old mode. Switch before the
# loop, and back after it.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    with torch.no_grad():
        for X, y in loader:
            try:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
                n += len(X)
            finally:
                model.train(was_training)
    return total / n


# %% task="evaluate" name="grad-switched-off" presumes=["set_grad_enabled()"]
# `torch.set_grad_enabled(False)`, as a plain call, turns gradients off for the whole program. Use `with
# torch.no_grad():`, which ends with its block.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    torch.set_grad_enabled(False)
    total, n = 0.0, 0
    try:
        for X, y in loader:
            total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
            n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="grad-switched-on" presumes=["set_grad_enabled()"]
# Your last step switches gradients *on*, although your caller may have had them off. `with torch.no_grad():` puts back
# what it found.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    torch.set_grad_enabled(False)
    total, n = 0.0, 0
    try:
        for X, y in loader:
            total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
            n += len(X)
    finally:
        torch.set_grad_enabled(True)
        model.train(was_training)
    return total / n


# %% task="evaluate" name="zero-grad" presumes=["zero_grad()"]
# Measuring must not erase gradients that are being accumulated: leave out `zero_grad()`.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    model.zero_grad()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
                n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="parameters-frozen" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(False)` stays in force after your function: the model can't be trained any more. `with
# torch.no_grad():` pauses recording without touching the model.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    model.requires_grad_(False)
    total, n = 0.0, 0
    try:
        for X, y in loader:
            total += criterion(model(X.to(device)), y.to(device)).item() * len(X)
            n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="to-not-assigned" presumes=["to()"]
# `X.to(device)` *returns* a tensor on the device; `X` itself stays where it is. Assign it: `X = X.to(device)`. (Only
# modules move in place.)


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                X.to(device), y.to(device)
                total += criterion(model(X), y).item() * len(X)
                n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="targets-not-moved" presumes=["to()"]
# The inputs are moved, the targets are not, and the criterion gets tensors of two devices. Move `y` as well.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(model(X.to(device)), y).item() * len(X)
                n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="criterion-swapped"
# A criterion gets the prediction first and the target second. For the MSE the order makes no difference; for others it
# does.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += criterion(y.to(device), model(X.to(device))).item() * len(X)
                n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="evaluate" name="own-loss" presumes=["mse_loss() or MSELoss() or _ ** 2 or square() or pow()"]
# The loss is always the MSE here, whatever criterion the caller chose. Call `criterion`.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    total, n = 0.0, 0
    try:
        with torch.no_grad():
            for X, y in loader:
                total += F.mse_loss(model(X.to(device)), y.to(device)).item() * len(X)
                n += len(X)
    finally:
        model.train(was_training)
    return total / n


# %% task="accumulated_step" name="not-divided"
# The gradients of k mean losses add up to a step that is k times too large. Scale each loss by its share of the samples
# before you go backward.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y)
        loss.backward()
        total += loss.item() * len(X) / n
    optimizer.step()
    return total


# %% task="accumulated_step" name="divided-by-number"
# Dividing by the number of batches is right only if they are equally large. Multiply each loss by its batch's rows
# divided by all rows.


def accumulated_step(model, batches, optimizer, criterion):
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) / len(batches)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% task="accumulated_step" name="multiplied-by-rows"
# Each loss is multiplied by its rows, but nothing divides by all the rows: the step is that of the *sum* over the
# samples, and so is the loss.


def accumulated_step(model, batches, optimizer, criterion):
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% task="accumulated_step" name="zero-inside" presumes=["for _ in _: zero_grad()"]
# `zero_grad()` inside the loop throws the earlier batches away: the step sees the last one only. Reset once, before the
# loop.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    total = 0.0
    for X, y in batches:
        optimizer.zero_grad()
        loss = criterion(model(X), y) * len(X) / n
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% task="accumulated_step" name="stale-gradients"
# Gradients from before the call are still in `.grad`, and yours are added to them. Reset them first.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X) / n
        loss.backward()
        total += loss.item()
    optimizer.step()
    optimizer.zero_grad()
    return total


# %% task="accumulated_step" name="zero-before-step"
# Between the last `backward()` and `step()`, `zero_grad()` erases all that was accumulated: the step does nothing.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X) / n
        loss.backward()
        total += loss.item()
    optimizer.zero_grad()
    optimizer.step()
    return total


# %% task="accumulated_step" name="averages-parameters"
# You take one step per batch and average the results. That is the same only with plain SGD. Accumulate the *gradients*,
# then step exactly once.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    start = [parameter.detach().clone() for parameter in model.parameters()]
    mean = [torch.zeros_like(parameter) for parameter in start]
    total = 0.0
    for X, y in batches:
        optimizer.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X) / n
        with torch.no_grad():
            for parameter, old, sum_ in zip(model.parameters(), start, mean):
                sum_ += parameter * len(X) / n
                parameter.copy_(old)
    with torch.no_grad():
        for parameter, new in zip(model.parameters(), mean):
            parameter.copy_(new)
    return total


# %% task="accumulated_step" name="step-for-each-batch" presumes=["for _ in _: step()"]
# A step inside the loop is ordinary mini-batch training: the second batch already sees a changed model. Step once,
# after the loop.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    total = 0.0
    for X, y in batches:
        optimizer.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X) / n
    return total


# %% task="accumulated_step" name="no-step" presumes=["not step()"]
# `backward()` only fills in the gradients. Without `optimizer.step()` the parameters stay as they are.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X) / n
        loss.backward()
        total += loss.item()
    return total


# %% task="accumulated_step" name="joined" presumes=["cat() or concat() or vstack()"]
# Joining all batches gives the right step, but needs the memory for all of them at once, which is what accumulation is
# there to avoid. Give the model one batch at a time.


def accumulated_step(model, batches, optimizer, criterion):
    X, y = (torch.cat(parts) for parts in zip(*batches))
    optimizer.zero_grad()
    loss = criterion(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% task="accumulated_step" name="learning-rate-divided" presumes=["'lr'"]
# Dividing the learning rate instead of the losses happens to work for plain SGD and equal batches; Adam, whose step
# hardly depends on the size of the gradient, then moves too little. Scale the losses.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y)
        loss.backward()
        total += loss.item() * len(X) / n
    for group in optimizer.param_groups:
        group["lr"] /= len(batches)
    optimizer.step()
    for group in optimizer.param_groups:
        group["lr"] *= len(batches)
    return total


# %% task="accumulated_step" name="mean-of-means"
# The step is right, but the loss that you return counts small batches as much as large ones. The scaled losses already
# add up to the mean per sample.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    losses = []
    for X, y in batches:
        loss = criterion(model(X), y)
        (loss * len(X) / n).backward()
        losses.append(loss.item())
    optimizer.step()
    return sum(losses) / len(losses)


# %% task="accumulated_step" name="last-loss"
# This returns the loss of the last batch alone. Add up the scaled losses of all of them.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    for X, y in batches:
        loss = criterion(model(X), y)
        (loss * len(X) / n).backward()
    optimizer.step()
    return loss.item()


# %% task="accumulated_step" name="mean-of-scaled-losses"
# The losses were scaled by their shares, so their sum is the mean already. You divide a second time.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X) / n
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total / len(batches)


# %% task="accumulated_step" name="tensor-total"
# A sum of loss tensors is a tensor, and keeps the graphs of all the batches in memory. Add up `loss.item()`.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X) / n
        loss.backward()
        total += loss
    optimizer.step()
    return total


# %% task="accumulated_step" name="loss-after-step"
# The loss to report is the one before the step, which you have computed anyway. You compute it again with the changed
# parameters.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    for X, y in batches:
        (criterion(model(X), y) * len(X) / n).backward()
    optimizer.step()
    with torch.no_grad():
        return sum(criterion(model(X), y).item() * len(X) / n for X, y in batches)


# %% task="accumulated_step" name="criterion-swapped"
# A criterion gets the prediction first and the target second. For the MSE the order makes no difference; for others it
# does.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(y, model(X)) * len(X) / n
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% task="accumulated_step" name="own-loss" presumes=["mse_loss() or MSELoss() or _ ** 2 or square() or pow()"]
# The loss is always the MSE here, whatever criterion the caller chose. Call `criterion`.


def accumulated_step(model, batches, optimizer, criterion):
    n = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = F.mse_loss(model(X), y) * len(X) / n
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


# %% task="train_epoch" name="clipped-gradients"
# Large gradients are clipped before the step. Nobody asked for that: take the gradients as `backward()` leaves them.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n_samples = 0.0, 0
    for X, y in loader:
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * len(X)
        n_samples += len(X)
    return total / n_samples


# %% task="train_epoch" name="small-batch-skipped"
# The last batch may be smaller, and it counts like the others: train on it too.


def train_epoch(model, loader, optimizer, criterion, device):
    model.train()
    total, n_samples = 0.0, 0
    for X, y in loader:
        if len(X) < loader.batch_size:
            continue
        X, y = X.to(device), y.to(device)
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(X)
        n_samples += len(X)
    return total / max(n_samples, 1)


# %% task="evaluate" name="all-predictions-joined"
# You call the criterion once, with all predictions in memory. Call it for every batch, and add up the losses.


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            pairs = [(model(X.to(device)), y.to(device)) for X, y in loader]
            predictions, targets = (torch.cat(parts) for parts in zip(*pairs, strict=True))
            return criterion(predictions, targets).item()
    finally:
        model.train(was_training)


# %% task="accumulated_step" name="clipped-gradients"
# Large gradients are clipped before the step. Nobody asked for that: take the gradients as `backward()` leaves them.


def accumulated_step(model, batches, optimizer, criterion):
    n_samples = sum(len(X) for X, _ in batches)
    optimizer.zero_grad()
    total = 0.0
    for X, y in batches:
        loss = criterion(model(X), y) * len(X) / n_samples
        loss.backward()
        total += loss.item()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return total
