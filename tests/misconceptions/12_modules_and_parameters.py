"""Wrong implementations of 12_modules_and_parameters, as learners write them."""

# %%
import copy

import torch
from torch import nn

# %% task="LinearRegressor" name="plain-tensors"
# A plain tensor attribute is not registered, even with `requires_grad=True`: `parameters()` doesn't list it, `.to()`
# doesn't move it. Use `nn.Parameter`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = torch.randn(n_outputs, n_features, requires_grad=True)
        self.bias = torch.zeros(n_outputs, requires_grad=True)

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="bias-plain-tensor"
# The weight is registered and the bias isn't: a plain tensor is neither trained nor moved nor saved. Wrap it in
# `nn.Parameter` too.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = torch.zeros(n_outputs, requires_grad=True)

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="buffers" presumes=["register_buffer() or Buffer()"]
# A buffer is moved and saved with the module, but never trained. What is to be learned is an `nn.Parameter`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.register_buffer("weight", torch.randn(n_outputs, n_features))
        self.register_buffer("bias", torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="parameters-in-a-list"
# Parameters inside a Python list are invisible to the module. Make them attributes of their own.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.values = [nn.Parameter(torch.randn(n_outputs, n_features)), nn.Parameter(torch.zeros(n_outputs))]

    def forward(self, x):
        weight, bias = self.values
        return x @ weight.T + bias


# %% task="LinearRegressor" name="no-super" presumes=["not super().__init__() or Module.__init__()"]
# Without `super().__init__()` the module has no registers yet, and the first parameter can't be registered. Call it
# first.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="no-module" presumes=["not Module"]
# A class of your own has no registers, hooks or `state_dict()`: those come from `nn.Module`. Name it as the base class.


class LinearRegressor:
    def __init__(self, n_features, n_outputs=1):
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def __call__(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="local-variables"
# Inside `__init__`, `weight = ...` is a local name, gone when the method ends. What the module is to remember is
# assigned to `self`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        weight = nn.Parameter(torch.randn(n_outputs, n_features))  # noqa: F841
        bias = nn.Parameter(torch.zeros(n_outputs))  # noqa: F841

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="no-return"
# `forward` computes the prediction and keeps it for itself. It must `return` its result.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="new-weights-in-forward"
# New random parameters at every call can't be trained: what an optimizer changes is thrown away. Create them in
# `__init__`, once.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        self.weight = nn.Parameter(torch.randn_like(self.weight))
        self.bias = nn.Parameter(torch.zeros_like(self.bias))
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="wrapped-linear"
# The contract names the parameters `weight` and `bias`. Here they belong to a module inside, so their names are
# `linear.weight` and `linear.bias`. Register them on the model itself.


class Layer(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.linear = Layer(n_features, n_outputs)

    def forward(self, x):
        return self.linear(x)


# %% task="LinearRegressor" name="other-names" presumes=["_.w or _.b"]
# The parameters are registered under the names you assign them to: here `w` and `b`, and the contract says `weight` and
# `bias`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.w = nn.Parameter(torch.randn(n_outputs, n_features))
        self.b = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.w.T + self.b


# %% task="LinearRegressor" name="weight-lying-wrong"
# The weight has one row for each *output*: shape `(n_outputs, n_features)`, as in `nn.Linear`. Yours is the transpose.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_features, n_outputs))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


# %% task="LinearRegressor" name="not-transposed"
# `x @ weight` multiplies the wrong dimensions. The weight has shape (outputs, features), so its transpose is what `x`
# needs: `self.weight.T`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


# %% task="LinearRegressor" name="transposes-if-it-must"
# Looking at the shapes to decide whether to transpose goes wrong for square weights, where both fit. The layout is
# fixed: transpose always.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        weight = self.weight if self.weight.shape[0] == x.shape[1] else self.weight.T
        return x @ weight + self.bias


# %% task="LinearRegressor" name="one-output-only"
# `n_outputs` is ignored: there is always one output. Both shapes depend on it.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, n_features))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="one-bias-for-all"
# A bias of shape (1,) is added to every output alike. Each output has one of its own: shape `(n_outputs,)`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="bias-forgotten"
# The bias is registered but never added, so it gets no gradient either. Add it in `forward`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight.T


# %% task="LinearRegressor" name="result-into-out" presumes=["_(out=_)"]
# Functions with `out=` write into a tensor of yours and can't be recorded: with parameters they raise. Let the
# operation return its result.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        result = torch.empty(x.shape[0], self.weight.shape[0])
        torch.matmul(x, self.weight.T, out=result)
        return result + self.bias


# %% task="LinearRegressor" name="squeezes" presumes=["squeeze()"]
# `squeeze` takes the column of predictions apart: (N, 1) becomes (N,), which broadcasts against a column of targets.
# Return it as it is.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return (x @ self.weight.T + self.bias).squeeze()


# %% task="LinearRegressor" name="zeros"
# Weights that all start at 0 stay alike in a network, where every neuron should learn something else. Draw them at
# random.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="seeds-itself" presumes=["manual_seed() or seed()"]
# With a seed set inside, all instances start with the same weights, and the caller's generator is set back without a
# warning. Only the caller sets seeds.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        torch.manual_seed(42)
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="defines-call"
# `__call__` is the method of `nn.Module` that runs the hooks and then `forward`. You have overwritten it, so no hook
# runs. Define `forward`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def __call__(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="predict-instead-of-forward"
# The call `model(x)` looks for a method named `forward`, and finds none. Give yours that name.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def predict(self, x):
        return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="detaches" presumes=["no_grad()"]
# Inside `no_grad()` nothing is recorded, so `backward()` can't reach the parameters. Evaluation is for the caller to
# decide: compute `forward` normally.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        with torch.no_grad():
            return x @ self.weight.T + self.bias


# %% task="LinearRegressor" name="parameter-through-data" presumes=["_.data"]
# `self.bias.data` is the bias behind autograd's back: it is added, but gets no gradient and is never trained. Use the
# parameter itself.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias.data


# %% task="LinearRegressor" name="transposed-once"
# What `__init__` computes from a parameter is a plain tensor that no register knows: `.to()` moves the parameter and
# leaves the transpose behind. Transpose in `forward`.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))
        self.transposed = self.weight.T

    def forward(self, x):
        return x @ self.transposed + self.bias


# %% task="LinearRegressor" name="makes-tensors-on-the-cpu"
# A tensor made in `forward` is float32 and on the CPU wherever the model has moved to. Give it the dtype and device of
# `x`, or do without.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))

    def forward(self, x):
        result = torch.zeros(len(x), len(self.bias))
        return torch.addmm(result, x, self.weight.T) + self.bias


# %% task="LinearRegressor" name="third-parameter"
# Exactly two parameters: whatever else is registered would be trained and saved along with them.


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features))
        self.bias = nn.Parameter(torch.zeros(n_outputs))
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.scale * (x @ self.weight.T + self.bias)


# %% task="parameter_report" name="state-dict" presumes=["state_dict()"]
# `state_dict()` also contains buffers and frozen parameters, and lists a shared parameter twice. Use
# `named_parameters()`.


def parameter_report(model):
    return {name: value.numel() for name, value in model.state_dict().items()}


# %% task="parameter_report" name="frozen-too"
# These are all parameters, the frozen ones included. Trainable are those whose `requires_grad` is True.


def parameter_report(model):
    return {name: p.numel() for name, p in model.named_parameters()}


# %% task="parameter_report" name="frozen-only"
# You kept the ones that do *not* require grad. Trainable are the others.


def parameter_report(model):
    return {name: p.numel() for name, p in model.named_parameters() if not p.requires_grad}


# %% task="parameter_report" name="first-dimension" presumes=["len()"]
# `len(p)` is the first dimension only, and a 0-D tensor has none. `p.numel()` counts all elements.


def parameter_report(model):
    return {name: len(p) for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="rows-times-columns"
# Not every parameter is a vector or a matrix: a 4-D filter has more sizes than two, and a 0-D scale has none.
# `p.numel()` works for all.


def parameter_report(model):
    def count(p):
        return p.shape[0] * (p.shape[1] if p.ndim > 1 else 1) if p.ndim else 0

    return {name: count(p) for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="shapes"
# These are the shapes. The report is of numbers of elements: `p.numel()`.


def parameter_report(model):
    return {name: tuple(p.shape) for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="bytes" presumes=["_.nbytes"]
# `nbytes` counts bytes, four for each float32. The report counts elements: `p.numel()`.


def parameter_report(model):
    return {name: p.nbytes for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="no-parentheses"
# Without parentheses the method is named, not called. Write `p.numel()`.


def parameter_report(model):
    return {name: p.numel for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="tensors-for-numbers"
# The numbers here are 0-D tensors. `p.numel()` gives a Python int at once.


def parameter_report(model):
    return {name: torch.tensor(p.shape).prod() for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="top-level-only" presumes=["_(recurse=False)"]
# `recurse=False` stops at the module's own parameters: those of submodules are missed.


def parameter_report(model):
    return {name: p.numel() for name, p in model.named_parameters(recurse=False) if p.requires_grad}


# %% task="parameter_report" name="children-weights"
# Biases (and any parameter with another name) are missing. `named_parameters()` knows them all.


def parameter_report(model):
    return {
        f"{name}.weight": module.weight.numel()
        for name, module in model.named_modules()
        if isinstance(getattr(module, "weight", None), nn.Parameter) and module.weight.requires_grad
    }


# %% task="parameter_report" name="one-level-down"
# You look at the children and at their own parameters only: what lies deeper, or on the model itself, is missed.
# `named_parameters()` walks through all levels.


def parameter_report(model):
    return {
        f"{child}.{name}": p.numel()
        for child, module in model.named_children()
        for name, p in module.named_parameters(recurse=False)
        if p.requires_grad
    }


# %% task="parameter_report" name="linear-layers-only" presumes=["Linear"]
# Parameters don't only live in `nn.Linear`: normalisations, convolutions and the model itself have some too. Ask for
# the parameters, not for a kind of layer.


def parameter_report(model):
    return {
        f"{layer}.{name}": p.numel()
        for layer, module in model.named_modules()
        if isinstance(module, nn.Linear)
        for name, p in module.named_parameters()
        if p.requires_grad
    }


# %% task="parameter_report" name="short-names"
# The last part of a name alone isn't unique: the second `weight` overwrites the first. Keep the full name.


def parameter_report(model):
    return {name.split(".")[-1]: p.numel() for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="numbered" presumes=["parameters()"]
# `parameters()` gives no names, and numbers say nothing about which parameter is meant. `named_parameters()` gives
# pairs of a name and a parameter.


def parameter_report(model):
    return {i: p.numel() for i, p in enumerate(model.parameters()) if p.requires_grad}


# %% task="parameter_report" name="counts-shared-twice" presumes=["_(remove_duplicate=False) or _(recurse=False)"]
# A shared parameter exists once in memory and is trained once, whatever the number of its names. Called on the whole
# model, `named_parameters()` by itself lists it once.


def parameter_report(model):
    return {name: p.numel() for name, p in model.named_parameters(remove_duplicate=False) if p.requires_grad}


# %% task="parameter_report" name="last-name-of-shared"
# Of a shared parameter you report the last name. `named_parameters()` lists it under the first.


def parameter_report(model):
    names = {id(p): name for name, p in model.named_parameters(remove_duplicate=False)}
    return {names[id(p)]: p.numel() for p in model.parameters() if p.requires_grad}


# %% task="parameter_report" name="sorted" presumes=["sorted() or sort()"]
# The order is that of `named_parameters()`, which is the order of the model. Don't sort.


def parameter_report(model):
    return {name: p.numel() for name, p in sorted(model.named_parameters()) if p.requires_grad}


# %% task="parameter_report" name="total"
# That is the total. The report has one entry for each parameter.


def parameter_report(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


# %% task="parameter_report" name="pairs"
# A list of pairs is not a dict yet: wrap it in `dict(...)`, or write a dict comprehension.


def parameter_report(model):
    return [(name, p.numel()) for name, p in model.named_parameters() if p.requires_grad]


# %% task="parameter_report" name="skips-the-empty"
# A parameter without elements is a parameter all the same: it belongs in the report, with a 0.


def parameter_report(model):
    return {name: p.numel() for name, p in model.named_parameters() if p.requires_grad and p.numel()}


# %% task="parameter_report" name="asks-for-gradients" presumes=["_.grad"]
# Whether `.grad` is filled says whether somebody went backward, and nothing about what can be trained. Ask for
# `requires_grad`.


def parameter_report(model):
    return {name: p.numel() for name, p in model.named_parameters() if p.grad is not None}


# %% task="parameter_report" name="clears-gradients" presumes=["zero_grad()"]
# `zero_grad()` throws the model's gradients away. A report only looks.


def parameter_report(model):
    model.zero_grad()
    return {name: p.numel() for name, p in model.named_parameters() if p.requires_grad}


# %% task="parameter_report" name="switches-to-train" presumes=["train()"]
# `model.train()` turns evaluation mode off for the next user of the model. It has nothing to do with `requires_grad`:
# leave the mode alone.


def parameter_report(model):
    return {name: p.numel() for name, p in model.train().named_parameters() if p.requires_grad}


# %% task="replace_head" name="freeze-after"
# Freezing after the replacement freezes the new head too: nothing is left to train. Freeze first.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    model.requires_grad_(False)
    return model


# %% task="replace_head" name="module-flag"
# The old layers are not frozen. If you wrote `model.requires_grad = False`: that only creates an attribute with that
# name. Use `model.requires_grad_(False)`, or set the flag on each parameter.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad = False
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="weights-frozen-only"
# Only the weights are frozen, and the biases of the old layers go on learning. Every parameter has a flag of its own:
# set all of them.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    for module in model:
        if hasattr(module, "weight"):
            module.weight.requires_grad = False
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="linear-layers-frozen-only"
# Normalisations have parameters too, and yours go on learning. Freeze all parameters, whatever layer they are in.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    for module in model:
        if isinstance(module, nn.Linear):
            module.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="nested-layers-left"
# You freeze the layers of the model that have a weight, but not those inside other modules.
# `model.requires_grad_(False)` reaches them all.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    for module in model:
        if hasattr(module, "weight"):
            module.weight.requires_grad = False
            module.bias.requires_grad = False
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="replaced-by-number" presumes=["setattr()"]
# The modules of a Sequential may have names: an attribute with the number of the last one is then a further module. Use
# `model[-1] = ...`.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    new = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    setattr(model, str(len(model) - 1), new)
    return model


# %% task="replace_head" name="eval-for-freezing" presumes=["eval()"]
# `eval()` changes how dropout and batch normalisation behave, and freezes nothing: `requires_grad_(False)` does. And
# the mode is the caller's.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.eval()
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="switches-to-eval" presumes=["eval() or train()"]
# The frozen layers are right, but nobody asked for evaluation mode. Leave the training flags as they are.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.eval()
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="switches-to-train" presumes=["train()"]
# `train()` isn't needed to make a layer trainable, and it takes a model that was in evaluation mode out of it. Leave
# the training flags as they are.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model.train()


# %% task="replace_head" name="out-features-only" presumes=["_.out_features = _"]
# `out_features` is only a label: the weight keeps its shape. Make a new layer.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    head.out_features = n_outputs
    head.requires_grad_(True)
    return model


# %% task="replace_head" name="added-behind"
# You put the new layer behind the old head, and `in_features` no longer fits. It must take the old one's place:
# `model[-1] = ...`.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model.append(nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype))
    return model


# %% task="replace_head" name="stacked-on-the-head"
# The old head is still there, below the new layer. It is to be replaced: `model[-1] = ...`, with the `in_features` of
# the old one.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model.append(nn.Linear(head.out_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype))
    return model


# %% task="replace_head" name="in-features-of-the-model"
# The head's inputs are what the layer below gives, and not what the whole model takes. Ask the old head:
# `head.in_features`.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(model[0].in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="default-device"
# A new layer is float32 on the CPU: create it where the model lives, with `device=` and `dtype=` of the old head.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs)
    return model


# %% task="replace_head" name="device-only"
# The device is right, but the new layer is float32 whatever the old one was. Pass `dtype=head.weight.dtype` too.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs).to(head.weight.device)
    return model


# %% task="replace_head" name="dtype-only"
# The dtype is right, but the new layer is on the CPU wherever the old one was. Pass `device=head.weight.device` too.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="dtype-of-the-first-layer"
# The first parameter of the model may have another dtype than the head. Ask the layer that you replace.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    first = next(model.parameters())
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=first.device, dtype=first.dtype)
    return model


# %% task="replace_head" name="moves-everything" presumes=["to()"]
# `model.to(...)` also converts the old layers, which were to stay as they are. Make only the new layer that way.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs)
    return model.to(device=head.weight.device, dtype=head.weight.dtype)


# %% task="replace_head" name="freeze-before-check"
# Check first: a refused model must come back unchanged, and yours comes back frozen.


def replace_head(model, n_outputs):
    model.requires_grad_(False)
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="no-check" presumes=["not raise"]
# What has no `in_features` fails with an AttributeError, after everything was frozen. Look at the type first, and raise
# TypeError.


def replace_head(model, n_outputs):
    model.requires_grad_(False)
    head = model[-1]
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="last-linear-anywhere"
# You look for the last `nn.Linear` wherever it is. If the model ends in something else, it is not for this function:
# raise TypeError.


def replace_head(model, n_outputs):
    layers = [(i, module) for i, module in enumerate(model) if isinstance(module, nn.Linear)]
    if not layers:
        raise TypeError("no linear layer")
    i, head = layers[-1]
    model.requires_grad_(False)
    model[i] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="value-error"
# A module of the wrong *type* is a TypeError; ValueError is for a wrong value of the right type.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise ValueError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="new-model" presumes=["Sequential()"]
# A new `nn.Sequential` is another model: the caller's still has its old head. Change the one you were given, `model[-1]
# = ...`, and return it.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    new = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return nn.Sequential(*model[:-1], new)


# %% task="replace_head" name="copies-the-model" presumes=["deepcopy()"]
# A deep copy leaves the caller's model as it was. "In place" means: change the one you were given, and return it.


def replace_head(model, n_outputs):
    if not isinstance(model[-1], nn.Linear):
        raise TypeError("no linear head")
    model = copy.deepcopy(model)
    head = model[-1]
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="no-return" presumes=["not return"]
# The function ends without `return`, so its caller gets `None`. Return the model.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)


# %% task="replace_head" name="returns-the-head"
# That is the new layer. Return the whole model.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model[-1]


# %% task="replace_head" name="keeps-a-fitting-head" presumes=["if"]
# A head of the right size still holds the old task's weights, and is to be replaced all the same: start the new task
# from new ones.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    model.requires_grad_(False)
    if head.out_features == n_outputs:
        head.requires_grad_(True)
    else:
        model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="seeds-the-head" presumes=["manual_seed() or seed()"]
# With a seed set inside, every new head starts alike, and the caller's generator is set back without a warning. Only
# the caller sets seeds.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    torch.manual_seed(42)
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model


# %% task="replace_head" name="resets-the-body" presumes=["reset_parameters()"]
# `reset_parameters()` throws away what the layers have learned, which is all that a pretrained model is good for. Only
# the head is new.


def replace_head(model, n_outputs):
    head = model[-1]
    if not isinstance(head, nn.Linear):
        raise TypeError("no linear head")
    for module in model:
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    model.requires_grad_(False)
    model[-1] = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    return model
