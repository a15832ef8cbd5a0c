"""Wrong implementations of 20_saving_and_exporting, as learners write them, with what a teacher says about each."""

# %%
import copy
import io
from pathlib import Path

import torch
from torch import nn

# %% task="save_checkpoint" name="whole-module"
# A pickled module is a reference to its class, and reading it back needs the unsafe mode of `torch.load`, which can run
# code. Save the tensors: `model.state_dict()`.


def save_checkpoint(path, model, hyperparameters, epoch):
    torch.save({"model_state": model, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="state-only"
# The tensors alone don't tell how to build the model again, nor how far training had come. Put them into a dict, beside
# the hyperparameters and the epoch.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    torch.save(plain_names(model.state_dict()), path)


# %% task="save_checkpoint" name="hyperparameters-spread"
# `**hyperparameters` spreads the dict into the checkpoint, where its keys mix with yours. Keep it whole, under the key
# "hyperparameters".


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    torch.save({**hyperparameters, "model_state": plain_names(model.state_dict()), "epoch": epoch}, path)


# %% task="save_checkpoint" name="parameter-list"
# Parameters are what the optimizer trains. Buffers, such as the running statistics of batch norm, aren't among them,
# and a model without them predicts something else. `state_dict()` has both.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    parameters = {name: parameter.detach() for name, parameter in model.named_parameters()}
    torch.save({"model_state": plain_names(parameters), "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="parameters-in-a-list"
# Tensors in a list have lost their names, and the code that loads them must guess which is which. Save the dict from
# name to tensor that `state_dict()` gives.


def save_checkpoint(path, model, hyperparameters, epoch):
    tensors = [parameter.detach() for parameter in model.parameters()]
    torch.save({"model_state": tensors, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="numpy-arrays" presumes=["np or numpy"]
# NumPy arrays aren't tensors, and the safe mode of `torch.load` refuses them. `torch.save` takes tensors as they are.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    state = {name: tensor.numpy() for name, tensor in plain_names(model.state_dict()).items()}
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="pickled-by-hand"
# `torch.load` reads files that `torch.save` wrote: an archive with the tensors' bytes in it. A plain pickle is another
# format, and an unsafe one.

import pickle


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    checkpoint = {
        "model_state": plain_names(model.state_dict()),
        "hyperparameters": hyperparameters,
        "epoch": epoch,
    }
    with open(path, "wb") as file:
        pickle.dump(checkpoint, file)


# %% task="save_checkpoint" name="compiled-prefix"
# The names of a compiled model have a component `_orig_mod`, the attribute where the wrapper keeps the original. They
# don't fit the plain model, so leave that component out.


def save_checkpoint(path, model, hyperparameters, epoch):
    torch.save({"model_state": model.state_dict(), "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="outer-prefix-only"
# A part of the model can be compiled too, and then `_orig_mod` stands in the middle of the name. Look at every
# component, not only at the beginning.


def save_checkpoint(path, model, hyperparameters, epoch):
    state = {name.removeprefix("_orig_mod."): tensor for name, tensor in model.state_dict().items()}
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="replaced-anywhere" presumes=["replace()"]
# `replace` finds its text inside longer components as well: `my_orig_mod.weight` becomes `myweight`. Cut the name at
# its dots and compare whole components.


def save_checkpoint(path, model, hyperparameters, epoch):
    state = {name.replace("_orig_mod.", ""): tensor for name, tensor in model.state_dict().items()}
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="letters-stripped" presumes=["lstrip()"]
# `lstrip` takes a set of letters, not a prefix: it eats the beginning of `middle.weight` too, whose letters are all in
# `_orig_mod.`. Compare whole components.


def save_checkpoint(path, model, hyperparameters, epoch):
    state = {name.lstrip("_orig_mod."): tensor for name, tensor in model.state_dict().items()}
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="last-piece"
# What stands before an `_orig_mod` in the middle of a name is the way to that part: without it, the names of two parts
# can be the same, and one of them is lost. Leave out only the component itself.


def save_checkpoint(path, model, hyperparameters, epoch):
    state = {name.split("_orig_mod.")[-1]: tensor for name, tensor in model.state_dict().items()}
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="eval-side-effect" presumes=["eval()"]
# Saving only reads. `model.eval()` switches the caller's model, and training goes on without dropout, unnoticed.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    state = plain_names(model.eval().state_dict())
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="gradients-cleared"
# Gradients aren't in the `state_dict()`, so there's nothing to clear, and a caller who is accumulating them still needs
# them.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    model.zero_grad()
    state = plain_names(model.state_dict())
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="suffix-added"
# The caller said where the file belongs, and will look for it there. Use the path as it is, without adding a suffix.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    state = plain_names(model.state_dict())
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, f"{path}.pth")


# %% task="save_checkpoint" name="old-file-kept" presumes=["exists() or is_file() or 'x' or 'xb'"]
# A checkpoint that is saved every epoch goes to the same path again and again, and the last one should win. Replace a
# file that is already there.

import os


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    if not os.path.exists(path):
        state = plain_names(model.state_dict())
        torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="path-objects-only" presumes=["_.parent or open()"]
# A `str` has no `parent` and no `open`. Callers may give either kind of path: wrap it in `Path(path)`, or give it to
# `torch.save`, which takes both.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    path.parent.mkdir(parents=True, exist_ok=True)
    state = plain_names(model.state_dict())
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="strings-only" presumes=["endswith() or _ + _"]
# A `Path` has no `endswith` and can't be added to a string. Callers may give either kind of path: `torch.save` takes
# both.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    target = path if path.endswith((".pt", ".pth")) else path
    state = plain_names(model.state_dict())
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, target)


# %% task="save_checkpoint" name="converted-to-float32" presumes=["float() or _.float32"]
# A checkpoint keeps the tensors as they are. `float()` makes float32 of all of them: float64 loses digits, and the
# count of batches is no integer any more.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    state = {name: tensor.float() for name, tensor in plain_names(model.state_dict()).items()}
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}, path)


# %% task="save_checkpoint" name="hyperparameters-as-text"
# A string isn't the dict: the code that loads it has to parse it before a model can be built. `torch.save` writes dicts
# of plain values as they are.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    state = plain_names(model.state_dict())
    torch.save({"model_state": state, "hyperparameters": str(hyperparameters), "epoch": epoch}, path)


# %% task="save_checkpoint" name="through-json"
# JSON knows no tuples: what went in as `(1, 2)` comes out as `[1, 2]`. `torch.save` writes plain values as they are.

import json


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    state = plain_names(model.state_dict())
    settings = json.loads(json.dumps(hyperparameters))
    torch.save({"model_state": state, "hyperparameters": settings, "epoch": epoch}, path)


# %% task="save_checkpoint" name="epoch-in-a-tensor"
# The epoch was given as an int and should come back as one. A tensor that holds it is something else.


def plain_names(state):
    return {".".join(part for part in name.split(".") if part != "_orig_mod"): value for name, value in state.items()}


def save_checkpoint(path, model, hyperparameters, epoch):
    state = plain_names(model.state_dict())
    torch.save({"model_state": state, "hyperparameters": hyperparameters, "epoch": torch.tensor(epoch)}, path)


# %% task="load_checkpoint" name="unsafe-load" presumes=["_(weights_only=False)"]
# With `weights_only=False`, reading a file can run any code that is hidden in it. Keep the safe mode.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="fallback-to-unsafe" presumes=["_(weights_only=False)"]
# When the safe mode refuses a file, that is the warning. Trying again in the unsafe mode runs just what it has kept
# from running: let the exception pass.

import pickle


def load_checkpoint(path, model_class):
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="refusal-swallowed" presumes=["except"]
# The safe mode refused the file, but the caller gets no error and goes on with random weights. Let the exception pass.

import pickle


def load_checkpoint(path, model_class):
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        print("cannot read this file")
        return model_class().eval(), 0
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="no-eval" presumes=["not eval()"]
# A model that was just built is in training mode: dropout is on, and batch norm uses the batch. Call `eval()` before it
# is used for predictions.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model, checkpoint["epoch"]


# %% task="load_checkpoint" name="flag-of-the-top-only" presumes=["_.training = _"]
# `model.training = False` sets one flag, that of the outermost module. The dropout inside has its own. `eval()` reaches
# all of them.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    model.training = False
    return model, checkpoint["epoch"]


# %% task="load_checkpoint" name="default-hyperparameters"
# `model_class()` builds a model of the default size, and the saved weights don't fit into it. Build it with the saved
# hyperparameters.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class()
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="hyperparameters-by-position"
# The order in which the dict was written needn't be that of the parameters of the class. Two stars, `**`, give every
# value under its name.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(*checkpoint["hyperparameters"].values())
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="dict-as-an-argument"
# The class takes its hyperparameters one by one, and here it gets the whole dict as the first of them. Unpack it with
# two stars: `model_class(**hyperparameters)`.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="epoch-forgotten"
# Two things are returned, the model and the epoch: without the epoch nobody knows where to go on.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval()


# %% task="load_checkpoint" name="next-epoch"
# The epoch to return is the one in the file. Whether the next one is one more is for the training loop to say.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"] + 1


# %% task="load_checkpoint" name="weights-not-loaded" presumes=["not load_state_dict()"]
# The model was built and never filled: its weights are the random ones of a new model. Give the saved ones to
# `load_state_dict`.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="report-for-the-model" presumes=["load_state_dict()"]
# `load_state_dict` fills the model in place and returns a report on the names, not the model. Call it on a line of its
# own.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"]).load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="not-strict" presumes=["_(strict=False)"]
# With `strict=False` a checkpoint that doesn't fit is loaded as far as it does, and the rest of the model keeps its
# random numbers. Leave the check of the names on.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"], strict=False)
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="unexpected-names-dropped"
# Names that the model doesn't know say that the file is from another architecture. Dropping them hides that: hand the
# whole state to `load_state_dict`, which raises.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    known = model.state_dict()
    model.load_state_dict({name: tensor for name, tensor in checkpoint["model_state"].items() if name in known})
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="missing-names-filled"
# Filling up what is missing with the numbers of the new model makes every file fit, also one that lacks half of the
# weights. Let `load_state_dict` compare the names.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    state = model.state_dict()
    state.update(checkpoint["model_state"])
    model.load_state_dict(state)
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="parameters-only"
# Only the parameters are copied here; the buffers, such as the running statistics of batch norm, stay those of a new
# model. `load_state_dict` sets both.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(checkpoint["model_state"][name])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="device-left-to-the-file"
# Tensors that were saved on a GPU go back to one, and where there's none, loading fails. `map_location="cpu"` says
# where you want them.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="frozen" presumes=["requires_grad_() or _.requires_grad = _"]
# Evaluation mode is about dropout and batch norm; with gradients it has nothing to do. Parameters that don't require
# grad can't be trained any further.


def load_checkpoint(path, model_class):
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval().requires_grad_(False), checkpoint["epoch"]


# %% task="load_checkpoint" name="reseeds" presumes=["manual_seed() or seed()"]
# The random weights of the new model are overwritten, so no seed is needed; and seeding the global generator makes
# everything that is random later repeat itself.


def load_checkpoint(path, model_class):
    torch.manual_seed(42)
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="load_checkpoint" name="unpickled-by-hand" presumes=["pickle"]
# `torch.save` writes an archive, not a plain pickle, so `pickle.load` can't read it. If it could, it would run whatever
# the file says. `torch.load` has a safe mode.

import pickle


def load_checkpoint(path, model_class):
    with open(path, "rb") as file:
        checkpoint = pickle.load(file)
    model = model_class(**checkpoint["hyperparameters"])
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]


# %% task="export_model" name="static-batch" presumes=["not _(dynamic_shapes=_)"]
# Without `dynamic_shapes` the program is written for exactly as many rows as the example has, and refuses all other
# batches. Declare dimension 0 to be dynamic.


def export_model(model, example):
    return torch.export.export(copy.deepcopy(model).eval(), (example,))


# %% task="export_model" name="eval-on-the-original" presumes=["eval()"]
# `model.eval()` switches the caller's model, and the program made from it shares its weights. Export a copy instead:
# `copy.deepcopy(model).eval()`.


def export_model(model, example):
    model.eval()
    return torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))


# %% task="export_model" name="shares-the-weights"
# The mode was put back, and still the program uses the very tensors of the model, so the next training step changes
# both. Export a copy: `copy.deepcopy(model)`.


def export_model(model, example):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        return torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    finally:
        for module, training in modes:
            module.training = training


# %% task="export_model" name="training-mode"
# The parts of what was exported are in training mode, so the program drops units at random and normalises with the
# batch, for ever. Call `eval()` on the copy: it reaches all parts, where an assignment to `training` sets one flag.


def export_model(model, example):
    return torch.export.export(copy.deepcopy(model), (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))


# %% task="export_model" name="mode-of-the-top-restored" presumes=["_.training = _"]
# `eval()` switched every part of the model, and assigning `model.training` puts back one flag only: the dropout inside
# stays off. Switch a copy, then nothing needs putting back.


def export_model(model, example):
    before = model.training
    model.eval()
    try:
        program = torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
        return copy.deepcopy(program)
    finally:
        model.training = before


# %% task="export_model" name="training-mode-afterwards" presumes=["train()"]
# A model that came in evaluation mode leaves in training mode: `train()` at the end doesn't put back what was, it
# chooses. Switch a copy, and leave the model alone.


def export_model(model, example):
    model.eval()
    try:
        program = torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
        return copy.deepcopy(program)
    finally:
        model.train()


# %% task="export_model" name="mode-lost-with-an-error"
# When exporting raises, the line that puts the mode back is never reached. Switch a copy; or put the mode back in a
# `finally`.


def export_model(model, example):
    before = model.training
    snapshot = copy.deepcopy(model)
    model.eval()
    snapshot.eval()
    program = torch.export.export(snapshot, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    model.train(before)
    return program


# %% task="export_model" name="args-not-tuple"
# The inputs are given as a tuple, even if there's only one: `(example,)`, with the comma. `(example)` is just
# `example`.


def export_model(model, example):
    return torch.export.export(copy.deepcopy(model).eval(), (example), dynamic_shapes=({0: torch.export.Dim("batch")},))


# %% task="export_model" name="jit-trace" presumes=["trace() or script()"]
# `torch.jit` is TorchScript, which is deprecated and gives another kind of object. The task asks for `torch.export`.


def export_model(model, example):
    return torch.jit.trace(copy.deepcopy(model).eval(), example)


# %% task="export_model" name="compiled" presumes=["compile()"]
# `torch.compile` speeds up a model in this process; it gives nothing that could be saved and run without the class. The
# task asks for `torch.export`.


def export_model(model, example):
    return torch.compile(copy.deepcopy(model).eval(), backend="eager", dynamic=True)


# %% task="export_model" name="module-of-the-program" presumes=["module()"]
# `.module()` turns the program back into something to call. Return the program itself, the `ExportedProgram`: it's what
# can be saved.


def export_model(model, example):
    snapshot = copy.deepcopy(model).eval()
    return torch.export.export(snapshot, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},)).module()


# %% task="export_model" name="name-of-the-input-guessed"
# A dict finds the input by the name of `forward`'s parameter, and not every model calls it as you guessed. A tuple goes
# by position: `({0: batch},)`.


def export_model(model, example):
    snapshot = copy.deepcopy(model).eval()
    return torch.export.export(snapshot, (example,), dynamic_shapes={"input": {0: torch.export.Dim("batch")}})


# %% task="export_model" name="at-most-some-rows" presumes=["_(max=_)"]
# The upper bound becomes a condition of the program, which then refuses larger batches. Any number of rows should do:
# leave the bounds out.


def export_model(model, example):
    batch = torch.export.Dim("batch", max=64)
    return torch.export.export(copy.deepcopy(model).eval(), (example,), dynamic_shapes=({0: batch},))


# %% task="export_model" name="wrong-dimension"
# The dimension that you declared to be dynamic turned out to be fixed. Dimension 1 counts the features, and the first
# layer takes just one number of them; the rows are dimension 0, and the example must have two or more of them.


def export_model(model, example):
    batch = torch.export.Dim("batch")
    return torch.export.export(copy.deepcopy(model).eval(), (example,), dynamic_shapes=({1: batch},))


# %% task="script_model" name="trace" presumes=["trace()"]
# `trace` notes the operations of one run: the branch that wasn't taken is lost. `script` reads the source and keeps
# both.


def script_model(model):
    features = next(model.parameters()).shape[1]
    return torch.jit.trace(copy.deepcopy(model).eval(), torch.ones(2, features))


# %% task="script_model" name="eval-on-the-original" presumes=["eval()"]
# `model.eval()` switches the caller's model, which may be in the middle of its training. Call `eval()` on the scripted
# module: its flags are its own.


def script_model(model):
    model.eval()
    return torch.jit.script(model)


# %% task="script_model" name="compiled" presumes=["compile()"]
# `torch.compile` speeds up a model in this process. It gives no TorchScript, and nothing that could be saved.


def script_model(model):
    return torch.compile(copy.deepcopy(model).eval(), backend="eager")


# %% task="script_model" name="training-mode"
# The parts of the scripted module have the mode that the model's had, and dropout stays on. Call `eval()` on it: that
# reaches all parts, where an assignment to `training` sets one flag.


def script_model(model):
    return torch.jit.script(model)


# %% task="script_model" name="mode-of-the-top-restored" presumes=["_.training = _"]
# `eval()` switched every part of the model, and assigning `model.training` puts back one flag only: the dropout inside
# stays off. Call `eval()` on the scripted module instead.


def script_model(model):
    before = model.training
    model.eval()
    try:
        return torch.jit.script(model)
    finally:
        model.training = before


# %% task="script_model" name="training-mode-afterwards" presumes=["train()"]
# A model that came in evaluation mode leaves in training mode: `train()` at the end doesn't put back what was, it
# chooses. Call `eval()` on the scripted module, and leave the model alone.


def script_model(model):
    model.eval()
    try:
        return torch.jit.script(model)
    finally:
        model.train()


# %% task="script_model" name="mode-lost-with-an-error"
# When TorchScript can't translate the model, the line that puts the mode back is never reached. Call `eval()` on the
# scripted module; or put the mode back in a `finally`.


def script_model(model):
    before = model.training
    model.eval()
    scripted = torch.jit.script(model)
    model.train(before)
    return scripted


# %% task="script_model" name="its-source-code" presumes=["_.code"]
# `.code` is the text of the translation, to be read by people. Return the module itself.


def script_model(model):
    return torch.jit.script(model).eval().code


# %% task="script_model" name="model-unchanged"
# `torch.jit.script` returns a new object and leaves the model as it is. Return what it gave you.


def script_model(model):
    torch.jit.script(model)
    return copy.deepcopy(model).eval()


# %% task="compile_model" name="backend-ignored" presumes=["not _(backend=_)"]
# The caller says which backend to use, and here that is ignored: pass `backend=backend` on to `torch.compile`. Its
# default backend needs a compiler and many seconds.


def compile_model(model, backend):
    return torch.compile(model)


# %% task="compile_model" name="name-ignored"
# A backend may be given by its name, too, and that is the one to use. `torch.compile` takes both: pass on what you get.


def compile_model(model, backend):
    return torch.compile(model, backend=backend if callable(backend) else "eager")


# %% task="compile_model" name="not-compiled" presumes=["compile()"]
# `torch.compile` returns the compiled object and leaves the model as it is. What came back here is the model: nothing
# is compiled when it is called.


def compile_model(model, backend):
    torch.compile(model, backend=backend)
    return model


# %% task="compile_model" name="warm-up"
# Compilation happens in the first call, whose inputs say what to compile for. Don't call the model with inputs that you
# made up: leave the first call to the caller.


def compile_model(model, backend):
    compiled = torch.compile(model, backend=backend)
    compiled(torch.zeros(1, next(model.parameters()).shape[1]))
    return compiled


# %% task="compile_model" name="jit-script" presumes=["script() or trace()"]
# TorchScript is another technology, deprecated, and it knows nothing of backends. Use `torch.compile`.


def compile_model(model, backend):
    return torch.jit.script(model)


# %% task="compile_model" name="backend-called" presumes=["backend()"]
# A backend isn't called by you: `torch.compile` calls it, with the operations that it has recorded. Give it the
# function as it is.


def compile_model(model, backend):
    return torch.compile(model, backend=backend(model, []))


# %% task="compile_model" name="compiled-in-place" presumes=["compile()"]
# The method `model.compile()` changes the model itself, as an assignment to `model.forward` would: the original goes
# through the backend as well. The function `torch.compile(model)` returns a wrapper and leaves the model alone.


def compile_model(model, backend):
    model.compile(backend=backend)
    return model


# %% task="compile_model" name="parts-replaced"
# The parts of the model were replaced by compiled ones: the caller's model is compiled with them, and its names have
# got `_orig_mod` in them. Compile the model as a whole.


def compile_model(model, backend):
    for name, part in model.named_children():
        setattr(model, name, torch.compile(part, backend=backend))
    return model


# %% task="compile_model" name="copy-compiled" presumes=["deepcopy()"]
# A copy has weights of its own: the compiled object never hears of it when the model's change. Compile the model
# itself.


def compile_model(model, backend):
    return torch.compile(copy.deepcopy(model), backend=backend)


# %% task="compile_model" name="eval-side-effect" presumes=["eval()"]
# Compiling has nothing to do with the mode, and `eval()` switches the caller's model. Compile it as it is.


def compile_model(model, backend):
    return torch.compile(model.eval(), backend=backend)


# %% task="compile_model" name="training-side-effect" presumes=["train()"]
# Compiling has nothing to do with the mode, and `train()` switches the caller's model. Compile it as it is.


def compile_model(model, backend):
    return torch.compile(model.train(), backend=backend)


# %% task="compile_model" name="whole-graph-or-nothing" presumes=["_(fullgraph=True)"]
# `fullgraph=True` asks for a single graph and raises where the model can't be one, at an `if` on values for instance.
# Leave it out, and the rest is compiled in pieces.


def compile_model(model, backend):
    return torch.compile(model, backend=backend, fullgraph=True)


# %% task="compile_model" name="no-gradients" presumes=["no_grad()"]
# Under `no_grad()` nothing is recorded, so what is compiled can't be trained. Compiled models are trained like others:
# leave recording on.


def compile_model(model, backend):
    compiled = torch.compile(model, backend=backend)

    def run(x):
        with torch.no_grad():
            return compiled(x)

    return run


# %% task="load_checkpoint" name="device-of-the-machine"
# On a machine with a GPU this gives a model on the GPU. It is asked for on the CPU, wherever the program runs: say
# `map_location="cpu"`.


def load_checkpoint(path, model_class):
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    checkpoint = torch.load(path, map_location=device, weights_only=True)
    model = model_class(**checkpoint["hyperparameters"]).to(device)
    model.load_state_dict(checkpoint["model_state"])
    return model.eval(), checkpoint["epoch"]
