"""Other right implementations of 20_saving_and_exporting."""

# %%
import copy
import io
from pathlib import Path

import torch
from torch import nn

# %% task="save_checkpoint" name="dotted-replace"


def save_checkpoint(path, model, hyperparameters, epoch):
    state = {}
    for name, tensor in model.state_dict().items():
        plain = f".{name}"
        while "._orig_mod." in plain:  # two in a row share a dot
            plain = plain.replace("._orig_mod.", ".")
        state[plain[1:]] = tensor.detach().cpu().clone()
    torch.save(dict(model_state=state, hyperparameters=dict(hyperparameters), epoch=int(epoch)), str(path))


# %% task="save_checkpoint" name="regular-expression"

import re
from collections import OrderedDict


def save_checkpoint(path, model, hyperparameters, epoch):
    pattern = re.compile(r"(?<![^.])_orig_mod\.")
    state = OrderedDict((pattern.sub("", name), tensor) for name, tensor in model.state_dict().items())
    torch.save({"epoch": epoch, "hyperparameters": hyperparameters, "model_state": state}, path)


# %% task="save_checkpoint" name="parameters-and-buffers"


def save_checkpoint(path, model, hyperparameters, epoch):
    checkpoint = {"model_state": {}, "hyperparameters": hyperparameters, "epoch": epoch}
    for found in (model.named_parameters(), model.named_buffers()):
        for name, tensor in found:
            parts = name.split(".")
            while "_orig_mod" in parts:
                parts.remove("_orig_mod")
            checkpoint["model_state"][".".join(parts)] = tensor
    torch.save(checkpoint, path)


# %% task="save_checkpoint" name="through-a-buffer"


def save_checkpoint(path, model, hyperparameters, epoch):
    state = model.state_dict()
    for name in list(state):
        plain = ".".join(part for part in name.split(".") if part != "_orig_mod")
        state[plain] = state.pop(name)
    file = io.BytesIO()
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, file)
    Path(path).write_bytes(file.getvalue())


# %% task="save_checkpoint" name="unwrapped-copy"


def unwrapped(module):
    while hasattr(module, "_orig_mod"):
        module = module._orig_mod
    return module


def collected(module, prefix=""):
    module = unwrapped(module)
    for name, tensor in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)):
        yield prefix + name, tensor
    for name, child in module.named_children():
        yield from collected(child, f"{prefix}{name}.")


def save_checkpoint(path, model, hyperparameters, epoch):
    with open(path, "wb") as file:
        torch.save(
            {"model_state": dict(collected(model)), "hyperparameters": copy.deepcopy(hyperparameters), "epoch": epoch},
            file,
        )


# %% task="save_checkpoint" name="by-way-of-a-temporary-file"

import os


def save_checkpoint(path, model, hyperparameters, epoch):
    names = (filter("_orig_mod".__ne__, name.split(".")) for name in model.state_dict())
    state = dict(zip(map(".".join, names), model.state_dict(keep_vars=True).values(), strict=True))
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, f"{path}.part")
    os.replace(f"{path}.part", path)


# %% task="load_checkpoint" name="default-is-safe"


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, torch.device("cpu"))
    state, settings, epoch = (checkpoint[key] for key in ("model_state", "hyperparameters", "epoch"))
    model = model_class(**settings)
    model.load_state_dict(state, strict=True)
    model.train(False)
    return model, epoch


# %% task="load_checkpoint" name="named-tuple"

from collections import namedtuple

Loaded = namedtuple("Loaded", "model epoch")


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return Loaded(epoch=checkpoint["epoch"], model=model.eval())


# %% task="load_checkpoint" name="assigned"


def load_checkpoint(path, model_class):
    checkpoint = torch.load(str(path), map_location=lambda storage, _: storage, weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"], assign=True)
    for module in model.modules():
        module.training = False
    return (model, int(checkpoint["epoch"]))


# %% task="load_checkpoint" name="on-meta-first"


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    with torch.device("meta"):
        model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"], assign=True)
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="by-hand"


def load_checkpoint(path, model_class):
    with open(path, "rb") as file:
        checkpoint = torch.load(io.BytesIO(file.read()), map_location="cpu", weights_only=True)
    state = checkpoint["model_state"]
    model = model_class(**checkpoint["hyperparameters"]).eval().cpu()
    own = model.state_dict()
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(state[name])
    return model, checkpoint["epoch"]


# %% task="load_checkpoint" name="forked-generator"


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location={"cuda:0": "cpu"}, weights_only=True, mmap=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = model_class(**checkpoint.pop("hyperparameters"))
    report = model.load_state_dict(checkpoint.pop("model_state"), strict=False)
    if report.missing_keys or report.unexpected_keys:
        raise RuntimeError(str(report))
    return model.eval(), checkpoint.pop("epoch")


# %% task="export_model" name="modes-restored-and-reloaded"


def export_model(model, example):
    modes = [(module, module.training) for module in model.modules()]
    file = io.BytesIO()
    try:
        model.eval()
        program = torch.export.export(model, args=(example,), dynamic_shapes=[{0: torch.export.Dim("n", min=1)}])
        torch.export.save(program, file)
    finally:
        for module, training in modes:
            module.training = training
    file.seek(0)
    return torch.export.load(file)


# %% task="export_model" name="strict"


def export_model(model, example):
    frozen = copy.deepcopy(model)
    frozen.train(False)
    shapes = ({0: torch.export.Dim.DYNAMIC},)
    return torch.export.export(frozen, (example,), kwargs=None, dynamic_shapes=shapes, strict=True)


# %% task="export_model" name="name-by-inspection"

import inspect


def export_model(model, example):
    snapshot = copy.deepcopy(model).requires_grad_(False)
    for module in snapshot.modules():
        module.training = False
    name = next(iter(inspect.signature(model.forward).parameters))
    rows = torch.export.Dim("rows")
    return torch.export.export(snapshot, (example.clone(),), dynamic_shapes={name: {0: rows}})


# %% task="export_model" name="shapes-collection"


def export_model(model, example):
    shapes = torch.export.ShapesCollection()
    shapes[example] = (torch.export.Dim("batch"), *[None] * (example.dim() - 1))
    with torch.no_grad():
        return torch.export.export(copy.deepcopy(model).eval(), (example,), dynamic_shapes=shapes)


# %% task="export_model" name="wrapped"


def export_model(model, example):
    class Frozen(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, batch):
            return self.inner(batch)

    frozen = Frozen(copy.deepcopy(model))
    return torch.export.export(
        frozen.eval(), (example,), dynamic_shapes={"batch": [torch.export.Dim.AUTO] + [None] * (example.dim() - 1)}
    )


# %% task="script_model" name="copy-in-evaluation-mode"


def script_model(model):
    return torch.jit.script(copy.deepcopy(model).eval())


# %% task="script_model" name="modes-restored"


def script_model(model):
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        scripted = torch.jit.script(model)
    finally:
        for module, training in modes.items():
            module.training = training
    return scripted


# %% task="script_model" name="through-a-file"


def script_model(model):
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(model).train(False), file)
    file.seek(0)
    return torch.jit.load(file, map_location="cpu")


# %% task="script_model" name="frozen"


def script_model(model):
    return torch.jit.freeze(torch.jit.script(copy.deepcopy(model).eval()))


# %% task="script_model" name="flags-one-by-one"


def script_model(model):
    scripted = torch.jit.script(model)
    for module in scripted.modules():
        module.training = False
    return scripted


# %% task="compile_model" name="as-a-decorator"


def compile_model(model, backend):
    return torch.compile(backend=backend, dynamic=False)(model)


# %% task="compile_model" name="function-around-it"


def compile_model(model, backend):
    @torch.compile(backend=backend)
    def compiled(x):
        return model(x)

    return compiled


# %% task="compile_model" name="shallow-copy-compiled-in-place"


def compile_model(model, backend):
    twin = copy.copy(model)
    twin.compile(backend=backend)
    return twin


# %% task="compile_model" name="compiled-at-the-first-call"


def compile_model(model, backend):
    compiled = None

    def run(x):
        nonlocal compiled
        if compiled is None:
            compiled = torch.compile(model, backend=backend)
        return compiled(x)

    return run
