"""Other right implementations of 12_modules_and_parameters."""

# %%
import math

import torch
import torch.nn.functional as F
from torch import nn

# %% task="LinearRegressor" name="as-pytorch-does"


class LinearRegressor(nn.Module):
    def __init__(self, n_features: int, n_outputs: int = 1) -> None:
        super().__init__()
        bound = 1 / math.sqrt(n_features)
        self.weight = nn.Parameter(torch.empty(n_outputs, n_features))
        self.bias = nn.Parameter(torch.empty(n_outputs))
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


# %% task="LinearRegressor" name="registered-by-name"


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        nn.Module.__init__(self)
        self.register_parameter("bias", nn.Parameter(0.1 * torch.rand(n_outputs)))
        self.register_parameter("weight", nn.Parameter(torch.rand(n_outputs, n_features) - 0.5))

    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight.t())


# %% task="LinearRegressor" name="einsum-and-a-buffer"


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        self.register_buffer("calls", torch.zeros(()), persistent=False)
        self.weight = nn.Parameter(torch.normal(0.0, 0.1, size=(n_outputs, n_features)))
        self.bias = nn.Parameter(torch.full((n_outputs,), 0.5))

    def forward(self, x):
        self.calls += 1
        return torch.einsum("nf,of->no", x, self.weight) + self.bias.unsqueeze(0)


# %% task="LinearRegressor" name="base-of-its-own"


class Affine(nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, shape):
        super().__init__()
        for name, size in (("weight", shape), ("bias", shape[:1])):
            setattr(self, name, nn.Parameter(torch.randn(size), requires_grad=True))

    def forward(self, x):
        return (self.weight @ x.mT).mT + self.bias


class LinearRegressor(Affine):
    def __init__(self, n_features, n_outputs=1):
        super().__init__((n_outputs, n_features))


# %% task="LinearRegressor" name="products-summed"


class LinearRegressor(nn.Module):
    def __init__(self, n_features, n_outputs=1):
        super().__init__()
        generator = torch.Generator()
        generator.seed()
        self.bias = nn.Parameter(torch.zeros(n_outputs))
        self.weight = nn.Parameter(torch.randn(n_outputs, n_features, generator=generator))

    def forward(self, x):
        products = x[:, None, :] * self.weight[None, :, :]
        return products.sum(dim=-1) + self.bias


# %% task="parameter_report" name="loop"


def parameter_report(model):
    report = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        report[name] = parameter.nelement()
    return report


# %% task="parameter_report" name="defaultdict"

from collections import defaultdict


def parameter_report(model):
    report = defaultdict(int)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            report[name] += parameter.numel()
    return report


# %% task="parameter_report" name="product-of-the-shape"


def parameter_report(model):
    trainable = filter(lambda pair: pair[1].requires_grad, model.named_parameters())
    return {name: math.prod(parameter.shape) for name, parameter in trainable}


# %% task="parameter_report" name="by-hand-through-modules"


from collections import OrderedDict


def parameter_report(model):
    seen = set()
    report = OrderedDict()
    for prefix, module in model.named_modules():
        for name, parameter in module._parameters.items():
            if parameter is None or parameter in seen:
                continue
            seen.add(parameter)
            if parameter.requires_grad:
                report[f"{prefix}.{name}" if prefix else name] = parameter.shape.numel()
    return report


# %% task="parameter_report" name="everything-then-less"


def parameter_report(model):
    report = dict(model.named_parameters())
    for name in [name for name, parameter in report.items() if parameter.requires_grad is False]:
        del report[name]
    return {name: int(parameter.detach().flatten().size(0)) for name, parameter in report.items()}


# %% task="parameter_report" name="two-lists"


import itertools


def parameter_report(model):
    names, parameters = [], []
    for name, parameter in model.named_parameters():
        names.append(name)
        parameters.append(parameter)
    flags = [parameter.requires_grad for parameter in parameters]
    sizes = [torch.numel(parameter) for parameter in parameters]
    return dict(itertools.compress(zip(names, sizes, strict=True), flags))


# %% task="replace_head" name="flag-by-flag"


def replace_head(model, n_outputs):
    if not isinstance(model[-1], nn.Linear):
        raise TypeError("the model must end in nn.Linear")
    old = model[-1]
    for parameter in model.parameters():
        parameter.requires_grad = False
    new = nn.Linear(old.in_features, n_outputs)
    model[len(model) - 1] = new.to(old.weight)
    return model


# %% task="replace_head" name="pop-and-append"


def replace_head(model, n_outputs):
    *_, last = model.children()
    if nn.Linear not in type(last).__mro__:
        raise TypeError(type(last))
    old = model.pop(-1)
    model.requires_grad_(False)
    model.append(nn.Linear(old.weight.shape[1], n_outputs).to(old.bias.device, old.bias.dtype))
    return model


# %% task="replace_head" name="freezes-after-and-thaws"


def replace_head(model, n_outputs):
    *_, (name, head) = model.named_children()
    if not isinstance(head, nn.Linear):
        raise TypeError("no head to replace")
    where = {"device": head.weight.device, "dtype": head.weight.dtype}
    setattr(model, name, nn.Linear(in_features=head.in_features, out_features=n_outputs, bias=True, **where))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for parameter in model[-1].parameters():
        parameter.requires_grad_(True)
    return model


# %% task="replace_head" name="named-head"


def replace_head(model, n_outputs):
    head = model[len(model) - 1]
    try:
        assert isinstance(head, nn.Linear)
    except AssertionError:
        raise TypeError("the last module must be nn.Linear") from None
    fresh = nn.Linear(head.in_features, n_outputs, device=head.weight.device, dtype=head.weight.dtype)
    fresh.train(model.training)
    del model[-1]
    for parameter in (p for module in model for p in module.parameters()):
        parameter.requires_grad_(False)
    model.add_module("head", fresh)
    return model


# %% task="replace_head" name="kaiming-then-cast"


def replace_head(model, n_outputs):
    head = model[-1]
    if isinstance(head, nn.Linear):
        [p.requires_grad_(False) for _, p in model.named_parameters()]
        new = nn.Linear(head.in_features, n_outputs).type(head.weight.dtype)
        nn.init.kaiming_normal_(new.weight)
        model.__setitem__(-1, new.to(head.weight.device))
        return model
    raise TypeError(f"{head} is no nn.Linear")
