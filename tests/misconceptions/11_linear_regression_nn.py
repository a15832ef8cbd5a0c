"""Wrong implementations of 11_linear_regression_nn, as learners write them."""

# %%
import copy

import torch
import torch.nn.functional as F
from torch import nn

# %% task="load_weights_" name="not-transposed"
# `nn.Linear` stores one *row* per neuron: its weight has shape (1, F) and is the transpose of your column `w`. Write
# `w.T`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    with torch.no_grad():
        layer.weight.copy_(w)
        layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="assign-tensor"
# A plain tensor cannot take the place of a registered parameter: PyTorch refuses with a TypeError. Write *into* the
# parameter that is there, with `copy_`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer.weight = w.T
    layer.bias = b.reshape(1)
    return layer


# %% task="load_weights_" name="data-alias" presumes=["_.data = _"]
# `layer.weight.data = w.T` gives the layer the memory of `w`: from now on, training the layer changes `w` as well. Copy
# the numbers with `copy_`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer.weight.data = w.detach().T
    layer.bias.data = b.detach().reshape(1)
    return layer


# %% task="load_weights_" name="data-not-transposed" presumes=["_.data"]
# Assigning to `.data` accepts any shape without an error, and yours no longer fits: `nn.Linear` wants a row of F
# weights and a bias of shape (1,). `copy_` keeps the shape, and the memory, that the layer has.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer.weight.data = w.detach().clone()
    layer.bias.data = b.detach().clone()
    return layer


# %% task="load_weights_" name="new-parameters" presumes=["Parameter()"]
# A new `nn.Parameter` is another object: an optimizer that was made earlier still holds the old one and trains that.
# Besides, it shares the memory of `w`. Write into the old one with `copy_`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer.weight = nn.Parameter(w.detach().T)
    layer.bias = nn.Parameter(b.detach().reshape(1))
    return layer


# %% task="load_weights_" name="new-parameters-copied" presumes=["Parameter()"]
# The copies are right, but a new `nn.Parameter` is another object: an optimizer that was made earlier still holds the
# old one and trains that. Write into the old one with `copy_`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer.weight = nn.Parameter(w.detach().T.clone())
    layer.bias = nn.Parameter(b.detach().reshape(1).clone())
    return layer


# %% task="load_weights_" name="new-layer" presumes=["Linear()"]
# You fill a new layer; the one you were given is what the model and the optimizer know, and it still holds its random
# numbers. Write into that one and return it.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    new = nn.Linear(layer.in_features, 1, dtype=w.dtype)
    with torch.no_grad():
        new.weight.copy_(w.T)
        new.bias.copy_(b)
    return new


# %% task="load_weights_" name="copies-the-layer" presumes=["deepcopy()"]
# `copy.deepcopy` makes another layer with other parameters. "In place" means: write into the layer you were given, and
# return it.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer = copy.deepcopy(layer)
    with torch.no_grad():
        layer.weight.copy_(w.T)
        layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="no-no-grad"
# `copy_` changes a leaf that requires grad in place while autograd records, which PyTorch refuses. Wrap the two copies
# in `with torch.no_grad():`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer.weight.copy_(w.T)
    layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="flag-left-off" presumes=["requires_grad_() or _.requires_grad = _"]
# With `requires_grad_(False)` the copy is allowed, but the flag stays off: no optimizer will ever train this layer
# again. To pause recording for a block there is `torch.no_grad()`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    layer.requires_grad_(False)
    layer.weight.copy_(w.T)
    layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="recording-left-off" presumes=["set_grad_enabled()"]
# `torch.set_grad_enabled(False)` switches recording off for the whole program, and nothing switches it on again. Use
# `with torch.no_grad():`, which ends with its block.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    torch.set_grad_enabled(False)
    layer.weight.copy_(w.T)
    layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="no-validation" presumes=["not raise"]
# `copy_` broadcasts: a single number fills the whole row without complaint, and other shapes fail halfway, with the
# wrong kind of error. Check both shapes first.


def load_weights_(layer, w, b):
    with torch.no_grad():
        layer.weight.copy_(w.T)
        layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="checks-numbers-only" presumes=["numel()"]
# Having as many numbers doesn't mean having the same shape: (F,) and (1, F) have F too, and (1,) is not 0-D. Compare
# the whole shapes.


def load_weights_(layer, w, b):
    if w.numel() != layer.in_features or b.numel() != 1:
        raise ValueError("wrong numbers of elements")
    with torch.no_grad():
        layer.weight.copy_(w.reshape(1, -1))
        layer.bias.copy_(b.reshape(1))
    return layer


# %% task="load_weights_" name="checks-rows-only" presumes=["len()"]
# `len(w)` is the number of rows and says nothing about the columns: (F, 2) and (F,) pass. Compare the whole shape.


def load_weights_(layer, w, b):
    if w.ndim == 0 or len(w) != layer.in_features or b.shape != ():
        raise ValueError("wrong shapes")
    with torch.no_grad():
        layer.weight.copy_(w.reshape(-1, layer.in_features)[:1])
        layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="bias-unchecked" presumes=["not b.shape or b.ndim or b.dim() or b.size() or b.numel()"]
# You check `w` and trust `b`. A `b` of shape (1,) slips through: it must be 0-D, so compare its shape with `()`.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1):
        raise ValueError("wrong shape of w")
    with torch.no_grad():
        layer.weight.copy_(w.T)
        layer.bias.copy_(b.flatten()[:1])
    return layer


# %% task="load_weights_" name="bias-checked-late"
# By the time you look at `b`, the weights are already overwritten. Check everything first, then write.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1):
        raise ValueError("wrong shape of w")
    with torch.no_grad():
        layer.weight.copy_(w.T)
        if b.shape != ():
            raise ValueError("b must be 0-D")
        layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="bias-forgotten"
# The bias still holds the random number that the layer was born with. Copy `b` too.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    with torch.no_grad():
        layer.weight.copy_(w.T)
    return layer


# %% task="load_weights_" name="no-return" presumes=["not return"]
# The function ends without `return`, so its caller gets `None`. Return the layer.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    with torch.no_grad():
        layer.weight.copy_(w.T)
        layer.bias.copy_(b)


# %% task="load_weights_" name="asserts" presumes=["assert"]
# A failed `assert` is an AssertionError, and vanishes altogether under `python -O`. Write `raise ValueError(...)`.


def load_weights_(layer, w, b):
    assert w.shape == (layer.in_features, 1)
    assert b.shape == ()
    with torch.no_grad():
        layer.weight.copy_(w.T)
        layer.bias.copy_(b)
    return layer


# %% task="load_weights_" name="transposes-the-argument" presumes=["t_()"]
# `t_()` ends in an underscore: it turns the *caller's* `w` into a row. `w.T` gives a transposed view and leaves `w` as
# it is.


def load_weights_(layer, w, b):
    if w.shape != (layer.in_features, 1) or b.shape != ():
        raise ValueError("wrong shapes")
    with torch.no_grad():
        layer.weight.copy_(w.t_())
        layer.bias.copy_(b)
    return layer


# %% task="ManualSGD" name="keeps-the-generator"
# `model.parameters()` is a generator: after the first walk through it is exhausted, and the optimizer updates nothing
# any more. Store `list(params)`.


class ManualSGD:
    def __init__(self, params, lr):
        if isinstance(params, (list, tuple)) and not params:
            raise ValueError("no parameters")
        self.params = params
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="generator-used-up"
# Looking for a first parameter walks through the generator, and what you took out is gone from it: your list misses it.
# Make the list first, then look at the list.


class ManualSGD:
    def __init__(self, params, lr):
        params = iter(params)
        if next(params, None) is None:
            raise ValueError("no parameters")
        self.params = list(params)
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="length-of-the-generator" presumes=["len()"]
# A generator has no length: `len(params)` is a TypeError for `model.parameters()`. Make a list first, and ask the list.


class ManualSGD:
    def __init__(self, params, lr):
        if len(params) == 0:
            raise ValueError("no parameters")
        self.params = list(params)
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="truth-of-the-generator"
# A generator counts as true even if nothing is in it, so `not params` finds empty lists only. Make a list first, and
# ask the list.


class ManualSGD:
    def __init__(self, params, lr):
        if not params:
            raise ValueError("no parameters")
        self.params = list(params)
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="accepts-empty" presumes=["not raise"]
# No parameters at all usually means layers hidden in a list, or a module without `super().__init__()`: the training
# would run and learn nothing. Raise ValueError.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="rebinds-loop-variable" presumes=["_ = _ - _ or sub()"]
# `p = p - ...` only gives another tensor the name `p` inside the loop; the model's parameter never changes. Update in
# place: `p -= ...`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p = p - self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="replaces-in-its-list"
# You put new tensors into the optimizer's own list. The model still holds the old ones, which nobody changes any more.
# Update those in place: `p -= ...`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.params[i] = (p - self.lr * p.grad).detach().requires_grad_()

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="copies-the-parameters" presumes=["clone() or detach() or deepcopy()"]
# Clones have no gradient and belong to nobody: the model's own parameters are never updated. Keep the tensors
# themselves.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = [p.detach().clone().requires_grad_() for p in params]
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="step-zeroes"
# `step()` must not reset the gradients: that is the job of `zero_grad()`, and the caller decides when.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad
                    p.grad.zero_()

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="step-drops-gradients"
# A step that sets `.grad` to `None` takes the gradients away from callers who want to look at them, or to add to them.
# Leave that to `zero_grad()`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad
        self.zero_grad()

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="scales-the-gradient" presumes=["_ *= _ or mul_()"]
# `p.grad *= lr` changes the gradient itself, and a second step would take a fraction of a fraction. Multiply out of
# place: `self.lr * p.grad`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.grad *= self.lr
                    p -= p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="no-no-grad"
# `p -= ...` changes a leaf that requires grad while autograd records, which PyTorch refuses. Wrap the loop in `with
# torch.no_grad():`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        for p in self.params:
            if p.grad is not None:
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="none-not-skipped"
# A parameter that no backward has reached has `.grad` equal to `None`, and nothing can be computed with that. Skip it.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="stops-at-none" presumes=["break or return"]
# One parameter without a gradient ends your loop, and those after it get no step. Write `continue`, or put the update
# under the `if`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is None:
                    return
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="leaves-out-at-birth"
# When the optimizer is made there are no gradients yet: if you keep only the parameters with a `.grad`, you keep none.
# Look at `.grad` at each step.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = [p for p in params if p.grad is not None]
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="switches-grad-on" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(True)` for every parameter unfreezes those that somebody had frozen on purpose. With `no_grad()` no
# flag needs to be touched.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        for p in self.params:
            p.requires_grad_(False)
            if p.grad is not None:
                p -= self.lr * p.grad
            p.requires_grad_(True)

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="leaves-grad-off" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(False)` stays in force: the next backward reaches none of these parameters. Use `no_grad()`, which
# ends with its block.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.requires_grad_(False)
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="zeroes-none" presumes=["zero_()"]
# Before the first backward `.grad` is `None`, and `None` has no `zero_()`. Ask first, or assign `p.grad = None`, which
# always works.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad.zero_()


# %% task="ManualSGD" name="zeroes-the-parameters" presumes=["zero_()"]
# `p.zero_()` wipes out the parameter, all that was learned. It is the gradient that has to go: `p.grad`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    @torch.no_grad()
    def zero_grad(self):
        for p in self.params:
            p.zero_()


# %% task="ManualSGD" name="rebinds-the-gradient" presumes=["_ = None"]
# `g = None` gives the local name `g` another value; the parameter's `.grad` stays. Assign to the attribute: `p.grad =
# None`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            g = p.grad  # noqa: F841
            g = None  # noqa: F841


# %% task="ManualSGD" name="climbs"
# The gradient points uphill, and you add it. Subtract.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p += self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="rate-forgotten"
# You subtract the whole gradient. The learning rate says how much of it a step takes: `self.lr * p.grad`.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="class-attribute"
# A list in the body of the class is shared by all optimizers: each then also trains the parameters of the others. Make
# it in `__init__`, as `self.params = ...`.


class ManualSGD:
    params = []
    lr = 0.0

    def __init__(self, params, lr):
        before = len(self.params)
        self.params.extend(params)
        if len(self.params) == before:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


# %% task="ManualSGD" name="returns-the-parameters"
# Both methods work on what they hold and return nothing. Leave the `return` out.


class ManualSGD:
    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad
        return self.params

    def zero_grad(self):
        for p in self.params:
            p.grad = None
        return self.params


# %% task="train_bgd" name="no-zero-grad" presumes=["not zero_grad()"]
# Gradients of all past epochs are summed into each step, so the loss swings instead of settling. Call
# `optimizer.zero_grad()` once per epoch.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="zero-grad-before-the-loop"
# A single reset before the loop clears nothing of what the epochs add up. It belongs in the loop, once per epoch.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    optimizer.zero_grad(set_to_none=False)
    model.zero_grad(set_to_none=False)
    for _ in range(n_epochs):
        prediction = model(X)
        loss = criterion(prediction, y)
        losses.append(loss.detach().item())
        loss.backward()
        optimizer.step()
    losses = [float(loss) for loss in losses]
    return losses


# %% task="train_bgd" name="no-step" presumes=["not step()"]
# `backward()` only computes gradients; `step()` applies them. Without it nothing is learned.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
    return losses


# %% task="train_bgd" name="zero-grad-too-late" presumes=["step()"]
# Resetting between `backward()` and `step()` throws the gradients away before they are used, so nothing moves. Reset
# before `backward()` or after `step()`.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
    return losses


# %% task="train_bgd" name="step-before-backward"
# The step comes before the gradients it needs: it uses those of the epoch before, or none. First `backward()`, then
# `step()`.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
    return losses


# %% task="train_bgd" name="calls-forward" presumes=["forward()"]
# Call the model itself: `model(X)` also runs the hooks; `model.forward(X)` skips them.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model.forward(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="manual-update" presumes=["not step()"]
# Let the optimizer do the update: it knows the rate and the rule. Adam, for one, doesn't subtract the gradient times a
# rate.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        with torch.no_grad():
            for group in optimizer.param_groups:
                for p in group["params"]:
                    p -= group["lr"] * p.grad
    return losses


# %% task="train_bgd" name="clips-gradients" presumes=["clip_grad_norm_() or clip_grad_value_()"]
# The optimizer must get the gradients as `backward()` left them. Don't clip them.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        optimizer.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% task="train_bgd" name="own-optimizer" presumes=["optim"]
# You make an optimizer of your own and leave the caller's unused, so its kind, its rate and what it remembers of past
# steps don't count. Use the one you were given.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="own-criterion" presumes=["mse_loss() or MSELoss() or _ ** 2 or square() or pow()"]
# The loss is always the mean squared error, whatever criterion the caller chose. Call `criterion`.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = F.mse_loss(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="target-first"
# The criterion takes the prediction first and the target second. The squared error doesn't care; other losses do, and
# train towards the wrong thing.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(y, model(X))
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="loss-tensors"
# These are tensors, each with its whole graph in memory. `loss.item()` gives the plain number.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="detached-tensors" presumes=["detach()"]
# `detach()` leaves the graph, but what remains is still a tensor. `loss.item()` gives the Python float.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.detach())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="loss-after-update"
# That is the loss after the update. The one to note is the one you went backward from, before the parameters moved.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(criterion(model(X), y).item())
    return losses


# %% task="train_bgd" name="item-too-early" presumes=["item()"]
# After `.item()` the loss is a Python float without a graph, and a float has no `backward()`. Go backward from the
# tensor, and turn it into a number only for the list.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y).item()
        losses.append(loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="predicts-once"
# The prediction is made once, before the loop: it knows nothing of later parameters, and its graph is freed by the
# first `backward()`. Predict again in every epoch.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    loss = criterion(model(X), y)
    for _ in range(n_epochs):
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="row-by-row"
# One update for every row is stochastic gradient descent. In *batch* gradient descent an epoch is a single update, from
# all rows at once.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for i in range(len(X)):
            loss = criterion(model(X[i : i + 1]), y[i : i + 1])
            total += loss.item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(total / len(X))
    return losses


# %% task="train_bgd" name="needs-an-epoch"
# With no epochs the loop never runs, and a name that only the loop assigns doesn't exist. Make the list before the
# loop.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    for epoch in range(n_epochs):
        loss = criterion(model(X), y)
        losses = [loss.item()] if epoch == 0 else [*losses, loss.item()]  # noqa: F821
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="stops-early" presumes=["break or return"]
# You stop when the loss hardly changes, but `n_epochs` epochs are asked for, and a loss for each of them. Leave the
# early exit out.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        optimizer.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) > 1 and abs(losses[-2] - losses[-1]) < 1e-6:
            break
    return losses


# %% task="train_bgd" name="last-loss-only"
# That is the loss of the last epoch alone. Append the loss of every epoch to a list, and return the list.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    last = 0.0
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        last = loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return last


# %% task="train_bgd" name="rounds-the-losses" presumes=["round()"]
# Rounding belongs where a number is printed. Note the losses with all their digits.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        optimizer.zero_grad()
        loss = criterion(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(round(loss.item(), 3))
    return losses


# %% task="train_bgd" name="returns-in-the-loop" presumes=["for _ in _: return"]
# The `return` stands inside the loop and ends it after the first epoch. Indent it less.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return losses


# %% task="train_bgd" name="seeds-inside" presumes=["manual_seed() or seed()"]
# A seed set in here changes what the rest of the program draws, behind the caller's back. Nothing random happens in
# this loop: leave the generator alone.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    torch.manual_seed(42)
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="trains-a-copy" presumes=["deepcopy()"]
# You train a copy of the model, and the optimizer holds the parameters of the original, which get no gradients: neither
# of them learns anything. Train the model that you were given.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    model = copy.deepcopy(model)
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


# %% task="train_bgd" name="standardises-in-place" presumes=["_ -= _ or _ /= _ or sub_() or div_()"]
# Your in-place operation changes the caller's own `X`. Data is prepared before training, and not in here.


def train_bgd(model, optimizer, criterion, X, y, n_epochs):
    X -= X.mean(dim=0)
    losses = []
    for _ in range(n_epochs):
        loss = criterion(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses
