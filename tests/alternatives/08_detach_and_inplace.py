"""Other right implementations of 08_detach_and_inplace."""

# %%
import copy
import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# %% task="gradient_step_" name="data"


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("call backward() first")
    x.data -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="detached-alias"


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("call backward() first")
    x.detach().sub_(x.grad, alpha=learning_rate)
    return x


# %% task="gradient_step_" name="copy-into"


@torch.no_grad()
def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError
    return x.copy_(x - learning_rate * x.grad)


# %% task="gradient_step_" name="slice-assignment"


def gradient_step_(x, learning_rate):
    gradient = x.grad
    if not isinstance(gradient, torch.Tensor):
        raise ValueError(f"no gradient: {gradient}")
    with torch.inference_mode():
        x[...] = x - gradient.mul(learning_rate)
    return x


# %% task="gradient_step_" name="flag-off-and-on"


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    x.requires_grad_(False)
    x.add_(x.grad, alpha=-learning_rate)
    x.requires_grad_(True)
    return x


# %% task="gradient_step_" name="detach-in-place-and-back"


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    x.detach_()
    x -= learning_rate * x.grad
    return x.requires_grad_()


# %% task="gradient_step_" name="recording-off-and-on"


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    recording = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        torch.sub(x, x.grad, alpha=learning_rate, out=x)
    finally:
        torch.set_grad_enabled(recording)
    return x


# %% task="gradient_step_" name="element-by-element"


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        for index in np.ndindex(*x.shape):
            x[index] -= learning_rate * x.grad[index].item()
    return x


# %% task="gradient_step_" name="through-numpy"


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    memory = x.detach().numpy()
    memory[...] -= learning_rate * x.grad.numpy()
    return x


# %% task="gradient_step_" name="foreach-with-class"


class _MissingGradient(ValueError):
    """There is nothing to step along."""


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise _MissingGradient
    with torch.set_grad_enabled(False):
        torch._foreach_add_([x], [x.grad], alpha=-learning_rate)
    return x


# %% task="snapshot" name="clone-detach"


def snapshot(x):
    return x.clone().detach()


# %% task="snapshot" name="data-clone"


def snapshot(x):
    return x.data.clone()


# %% task="snapshot" name="no-grad-clone"


def snapshot(x):
    with torch.no_grad():
        return x.clone()


# %% task="snapshot" name="constructor"


def snapshot(x):
    return torch.tensor(x)  # warns, and is right


# %% task="snapshot" name="copy-into-new"


@torch.no_grad()
def snapshot(x):
    return torch.empty_like(x, requires_grad=False).copy_(x)


# %% task="snapshot" name="deepcopy-of-detached"


def snapshot(x):
    return copy.deepcopy(x.detach())


# %% task="snapshot" name="to-copy"


def snapshot(x):
    return x.detach().to(x.dtype, copy=True)


# %% task="snapshot" name="saved-and-loaded"


def snapshot(x):
    buffer = io.BytesIO()
    torch.save(x.detach(), buffer)
    buffer.seek(0)
    return torch.load(buffer)


# %% task="snapshot" name="clone-detached-in-place"


def snapshot(x):
    kept = x.clone()
    kept.detach_()
    return kept


# %% task="snapshot" name="inference-mode"


def snapshot(x):
    with torch.inference_mode():
        return x.clone()


# %% task="exp_plus_one" name="torch-add"


def exp_plus_one(t):
    return torch.add(torch.exp(t), torch.ones_like(t))


# %% task="exp_plus_one" name="in-place-on-a-clone"


def exp_plus_one(t):
    z = t.exp().clone()  # the clone may be overwritten: exp saved the other one
    z += 1
    return z


# %% task="exp_plus_one" name="in-place-before-saving"


def exp_plus_one(t):
    return t.clone().exp_() + 1


# %% task="exp_plus_one" name="in-place-on-ones"


def exp_plus_one(t):
    z = torch.ones_like(t, requires_grad=False)
    z += torch.exp(t)
    return z


# %% task="exp_plus_one" name="power"


def exp_plus_one(t):
    return math.e**t + 1


# %% task="exp_plus_one" name="expm1"


def exp_plus_one(t):
    return torch.expm1(t) + 2


# %% task="exp_plus_one" name="sigmoid"


def exp_plus_one(t):
    return 1 / torch.sigmoid(-t)


# %% task="exp_plus_one" name="softplus"


def exp_plus_one(t):
    return F.softplus(t).exp()


# %% task="exp_plus_one" name="data-replaced"


def exp_plus_one(t):
    z = t.exp()
    z.data = z.data + 1  # other memory for z; what exp saved is still there
    return z


# %% task="exp_plus_one" name="custom-function"


class _ExpPlusOne(torch.autograd.Function):
    @staticmethod
    def forward(ctx, t):
        e = t.exp()
        ctx.save_for_backward(e)
        return e + 1

    @staticmethod
    def backward(ctx, upstream):
        (e,) = ctx.saved_tensors
        return upstream * e


def exp_plus_one(t):
    return _ExpPlusOne.apply(t)


# %% task="exp_plus_one" name="module"


class _Exp(nn.Module):
    def forward(self, t):
        return t.exp()


def exp_plus_one(t):
    return 1 + nn.Sequential(_Exp(), nn.Identity())(t)


# %% task="inplace_error" name="one-try"


def inplace_error(fn, value):
    try:
        fn(torch.tensor(value, requires_grad=True)).backward()
    except RuntimeError as error:
        if "leaf Variable that requires grad is being used in an in-place operation" in str(error):
            return "leaf"
        if "has been modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="table-of-patterns"

import re

_PATTERNS = {
    "leaf": re.compile(r"^a (view of a )?leaf variable .* in-place operation", re.IGNORECASE),
    "saved": re.compile(r"needed for gradient computation .* inplace operation", re.IGNORECASE),
}


def inplace_error(fn, value):
    x = nn.Parameter(torch.tensor(float(value), dtype=torch.float32))
    try:
        torch.autograd.backward([fn(x)])
    except Exception as error:
        for label, pattern in _PATTERNS.items():
            if isinstance(error, RuntimeError) and pattern.search(str(error)):
                return label
        raise error
    else:
        return "ok"


# %% task="inplace_error" name="autograd-grad"


def inplace_error(fn, value):
    x = torch.full((), value, dtype=torch.float32).requires_grad_()
    answer = "ok"
    try:
        y = fn(x)
        torch.autograd.grad(y, x, allow_unused=True)
    except RuntimeError as error:
        text = error.args[0]
        if "leaf Variable" in text and "in-place" in text:
            answer = "leaf"
        elif "inplace" in text:
            answer = "saved"
        else:
            raise
    return answer


# %% task="inplace_error" name="context-manager"

import contextlib


class _Named(contextlib.AbstractContextManager):
    def __init__(self):
        self.label = "ok"

    def __exit__(self, kind, error, traceback):
        if kind is not RuntimeError:
            return False
        if "leaf Variable that requires grad" in str(error):
            self.label = "leaf"
        elif "modified by an inplace operation" in str(error):
            self.label = "saved"
        return self.label != "ok"


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    with _Named() as named:
        fn(x).sum().backward(torch.ones(()), retain_graph=True)
    return named.label


# %% task="inplace_error" name="anomaly-detection"


def inplace_error(fn, value):
    x = torch.zeros(()).fill_(value).requires_grad_(True)
    with torch.autograd.set_detect_anomaly(True), torch.enable_grad():
        try:
            y = fn(x)
        except RuntimeError as error:
            if str(error).endswith("leaf Variable that requires grad is being used in an in-place operation."):
                return "leaf"
            raise
        try:
            y.backward()
        except RuntimeError as error:
            if "inplace" not in str(error):
                raise
            return "saved"
        return "ok"


# %% task="saved_for_backward" name="edited-through-detach"


def _breaks(op, pick):
    x = torch.rand(5).add(0.5).requires_grad_()
    y = op(x)
    pick(x, y).detach().mul_(2)
    try:
        y.backward(torch.ones_like(y))
    except RuntimeError:
        return True
    return False


def saved_for_backward(op):
    kept_input = _breaks(op, lambda x, y: x)
    kept_output = _breaks(op, lambda x, y: y)
    return {(True, True): "both", (True, False): "input", (False, True): "output"}.get(
        (kept_input, kept_output), "neither"
    )


# %% task="saved_for_backward" name="autograd-grad"


def saved_for_backward(op):
    answers = []
    for index in range(2):
        leaf = torch.arange(1.0, 5.0, requires_grad=True)
        pair = leaf, op(leaf)
        with torch.no_grad():
            pair[index].zero_()
        try:
            torch.autograd.grad(pair[1], leaf, torch.ones_like(pair[1]))
            answers.append(False)
        except RuntimeError as error:
            assert "inplace" in str(error)
            answers.append(True)
    if all(answers):
        return "both"
    if not any(answers):
        return "neither"
    return "input" if answers[0] else "output"


# %% task="saved_for_backward" name="input-that-is-no-leaf"


def saved_for_backward(op):
    found = ""
    for name in ("input", "output"):
        x = torch.tensor([0.5, 1.5], requires_grad=True).clone()  # no leaf, so autograd allows changing it
        y = op(x)
        target = {"input": x, "output": y}[name]
        target += 1
        try:
            y.mean().backward()
        except RuntimeError:
            found += name
    return {"": "neither", "inputoutput": "both"}.get(found, found)


# %% task="saved_for_backward" name="version-raised-directly"


def saved_for_backward(op):
    saved = []
    for name in ("output", "input"):
        x = nn.Parameter(torch.linspace(1, 2, 4))
        y = op(x)
        loss = y.sum()
        torch.autograd.graph.increment_version(x if name == "input" else y)
        try:
            loss.backward()
        except RuntimeError:
            saved.append(name)
    match saved:
        case []:
            return "neither"
        case [one]:
            return one
    return "both"


# %% task="saved_for_backward" name="hooks-on-what-is-saved"


def saved_for_backward(op):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    places = []

    def pack(tensor):
        places.append(tensor.untyped_storage().data_ptr())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        y = op(x)
    kept = [t.untyped_storage().data_ptr() in places for t in (x, y)]
    return ("neither", "output", "input", "both")[2 * kept[0] + kept[1]]


# %% task="saved_for_backward" name="one-element-changed"

import contextlib


class _Experiment:
    def __init__(self, op):
        self.op = op

    def keeps(self, name):
        tensors = {"input": torch.tensor([1.0, 4.0, 2.0, 3.0], requires_grad=True)}
        tensors["output"] = self.op(tensors["input"])
        with torch.no_grad():
            tensors[name][(0,) * tensors[name].dim()] = 7.0
        with contextlib.suppress(RuntimeError):
            tensors["output"].sum().backward()
            return False
        return True


def saved_for_backward(op):
    experiment = _Experiment(op)
    kept = [name for name in ("input", "output") if experiment.keeps(name)]
    return "both" if len(kept) == 2 else "".join(kept) or "neither"
