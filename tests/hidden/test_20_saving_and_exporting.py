"""Hidden checks of 20_saving_and_exporting."""

from __future__ import annotations

import torch
from torch import nn

from grader.suites import Draw, check, domain, probe, public_suite, shared

public = public_suite(__file__)
new_path, normed_net, Tower, dropping_net, TwoWays, Plain, Noting = (
    public.new_path,
    public.normed_net,
    public.Tower,
    public.dropping_net,
    public.TwoWays,
    public.Plain,
    public.Noting,
)


def trained_on(model: nn.Module, draw: Draw, *, training: bool) -> nn.Module:
    """Return the model as in the middle of training: with gradients, a frozen parameter, in this mode."""
    for parameter in model.parameters():
        parameter.grad = draw.tensor(*parameter.shape)
    next(model.parameters()).requires_grad_(False)
    return model.train(training)


# save_checkpoint


@shared
def nested_net():
    return nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 4), nn.Tanh()), nn.Linear(4, 2))


@probe
def saved_compiled(student, model):
    """save_checkpoint(path, torch.compile(model), {}, 1); the "model_state" in the file"""
    path = new_path()
    student.save_checkpoint(path, torch.compile(model, backend="eager"), {}, 1)
    return torch.load(path, weights_only=True)["model_state"]


@probe
def saved_with_compiled_parts(student, model, whole):
    """model[1][0], model[1] and model[2] compiled (model too, if `whole`); the "model_state" of save_checkpoint"""
    model[1][0] = torch.compile(model[1][0], backend="eager")
    for index in (1, 2):
        model[index] = torch.compile(model[index], backend="eager")
    path = new_path()
    student.save_checkpoint(path, torch.compile(model, backend="eager") if whole else model, {}, 1)
    return torch.load(path, weights_only=True)["model_state"]


def holds(state, model: nn.Module) -> None:
    """Ask for exactly the tensors of this model."""
    public.keys(state, *model.state_dict())
    for name, tensor in model.state_dict().items():
        state.key(name).values(tensor)


@check(
    "save_checkpoint",
    points=0.25,
    hint="print the names in the `state_dict()` of a compiled model: the component `_orig_mod` doesn't belong there.",
)
def test_save_drops_orig_mod(candidate, draw):
    """For a compiled model, the names are those of the model that was compiled."""
    model = draw.model(nested_net)
    holds(public.read(candidate.untraced().run(saved_compiled, model)), model)


@check(
    "save_checkpoint",
    points=0.25,
    hint="a compiled part has its `_orig_mod` in the middle of the name: look at all the components.",
)
def test_save_drops_orig_mod_of_parts(candidate, draw):
    """Parts may be compiled too, parts of compiled parts, and the whole around them."""
    for whole in (False, True):
        model = draw.model(nested_net)
        holds(public.read(candidate.untraced().run(saved_with_compiled_parts, model, whole)), model)


@shared
def odd_net():
    model = nn.Sequential()
    for name in ("my_orig_mod", "_orig_mod_head", "_orig_mod2", "orig_mod", "middle"):
        model.add_module(name, nn.Linear(2, 2, bias=False))
    return model


@check(
    "save_checkpoint",
    points=0.25,
    hint="compare whole components: cut the name at its dots, and leave out only what equals `_orig_mod`.",
)
def test_save_keeps_similar_names(candidate, draw):
    """Components that merely contain `_orig_mod`, or share letters with it, stay; in a compiled model as well."""
    model = draw.model(odd_net)
    holds(public.read(candidate.untraced().run(public.saved_and_loaded, model, {}, 1)).key("model_state"), model)
    holds(public.read(candidate.untraced().run(saved_compiled, model)), model)


@check("save_checkpoint", points=0.25, judges="facts")
def test_save_leaves_model_alone(candidate, draw):
    """The model keeps its mode (either), its tensors and its gradients, and global settings are as before."""
    for training in (True, False):
        model, epoch = trained_on(public.normed(draw), draw, training=training), draw.integer(1, 50)
        observed = candidate.untraced().run(public.saved_and_loaded, model, {}, epoch)
        public.read(observed).key("epoch").integer(epoch)
        observed.unchanged(0).state_kept()


@probe
def saved_over_a_file(student, model, epoch, as_text):
    """save_checkpoint(path, model, {}, epoch), the path (a str if `as_text`) is that of an old file; then torch.load"""
    path = new_path().with_name("best.model")
    path.write_bytes(b"old" * 9999)
    student.save_checkpoint(str(path) if as_text else path, model, {}, epoch)
    return torch.load(path, weights_only=True)


@check(
    "save_checkpoint",
    points=0.25,
    judges="facts",
    hint="`torch.save` takes a `str` as well as a `Path`, and replaces the file: give it the path as it is.",
)
def test_save_writes_to_any_path(candidate, draw):
    """The path is a str or a Path, of any name, and a file that is there is replaced."""
    for as_text in (True, False):
        model, epoch = draw.model(normed_net), draw.integer(1, 50)
        found = public.read(candidate.untraced().run(saved_over_a_file, model, epoch, as_text))
        found.key("epoch").integer(epoch)


@check(
    "save_checkpoint",
    points=0.25,
    hint="save the dict and the int as you were given them, whatever is in the dict.",
)
def test_save_keeps_any_plain_values(candidate, draw):
    """Lists, tuples, dicts in the dict, None, bools, nothing at all, and epoch 0 come back as they were."""
    for settings, epoch in (
        ({"layers": [draw.integer(2, 64), 8], "sizes": (1, draw.number(0, 1)), "decay": {"epoch": 5, "by": None}}, 7),
        ({"epoch": draw.integer(100, 200), "bias": draw.choice([True, False])}, draw.integer(1, 50)),
        ({}, 0),
    ):
        found = public.read(candidate.untraced().run(public.saved_and_loaded, draw.model(normed_net), settings, epoch))
        found.key("hyperparameters").equals(settings)
        found.key("epoch").integer(epoch)


@domain("save_checkpoint", points=0.5, programs=30, free=["requires_grad"])
def test_save_any_model(pick):
    """Any model, also compiled or with compiled parts, in either mode, gives a file with its tensors by plain names."""
    pick.do("torch.manual_seed(3)")
    kinds = (
        "nn.Linear(2, 1)",
        "nn.Sequential(nn.Linear(2, 1), nn.BatchNorm1d(1))",
        "nn.Sequential(nn.Sequential(nn.Linear(2, 1)), nn.Linear(1, 1)).double()",
        'nn.ModuleDict({"my_orig_mod": nn.Linear(1, 1), "orig_mod": nn.Linear(1, 1), "_orig_mods": nn.Linear(1, 1)})',
        'nn.Sequential(nn.ModuleDict({"_orig_mod": nn.ModuleDict({"_orig_mod": nn.Linear(2, 1)})}))',
    )
    kind, mode = pick.of(*kinds), pick.of("", ".eval()")
    pick.given("model", kind + mode)
    pick.do("for p in model.parameters(): p.grad = torch.ones_like(p)")
    if pick.of(False, True, True) and "Sequential(nn.S" in kind:
        pick.do('model[0] = torch.compile(model[0], backend="eager")')
    whole = pick.of("model", "model", "torch.compile(model, backend='eager')")
    settings = pick.of(
        '{"units": 8}', "{}", '{"sizes": [2, 3], "rate": 0.1, "name": "best"}', '{"epoch": (1, None, True)}'
    )
    pick.do("path = new_path()")
    path = pick.of("path", "str(path)", 'path.with_name("best.model")', "str(path)")
    pick.call(f"save_checkpoint({path}, {whole}, {settings}, {pick.of(3, 0, 1000)})", backward=False)
    pick.observe("result", f"torch.load({path}, weights_only=True)")


# load_checkpoint


@check(
    "load_checkpoint",
    points=0.25,
    judges="facts",
    hint="a model just built is in training mode: call `eval()`, which reaches all its parts.",
)
def test_load_gives_evaluation_mode(candidate, draw):
    """The model and all its parts are in evaluation mode, dropout and batch norm among them."""
    observed = candidate.run(public.loaded, public.tower(draw, 2, 3), {"dropout": 0.5}, 1)
    observed.result.unpack("the model", "the epoch")[0].in_mode(training=False)


@probe
def loaded_from_hostile_file(student, saved, key):
    """load_checkpoint(path, Tower), of a file with an object under this key that calls a function when unpickled"""
    import os

    path = new_path()
    mark = path.with_name("ran")

    class Hostile:
        def __reduce__(self):
            return os.mkdir, (str(mark),)

    contents = {"model_state": saved.state_dict(), "hyperparameters": {}, "epoch": 1}
    torch.save({**contents, key: Hostile()}, path)
    refused = False
    try:
        student.load_checkpoint(path, Tower)
    except Exception:
        refused = True
    if mark.exists():
        return "the function was called"
    return "an exception, and the function was not called" if refused else "no exception"


@check(
    "load_checkpoint",
    points=0.5,
    hint="read with `weights_only=True`, and let the exception pass when it refuses.",
)
def test_load_refuses_hostile_file(candidate, draw):
    """A file with a pickled object that runs code is refused with an exception, and nothing of it runs."""
    saved, epoch = public.tower(draw, 2, 3), draw.integer(1, 50)
    for key in ("note", "epoch"):
        observed = candidate.run(loaded_from_hostile_file, saved, key)
        observed.result.equals("an exception, and the function was not called")
    candidate.run(public.loaded, saved, {}, epoch).result.unpack("the model", "the epoch")[1].integer(epoch)


@probe
def loaded_with_other_names(student, saved, missing, unexpected):
    """load_checkpoint(path, Tower), of a file with the state of `saved`, without one name and with one more"""
    state = saved.state_dict()
    state.pop(missing, None)
    if unexpected:
        state[unexpected] = torch.zeros(2)
    path = new_path()
    torch.save({"model_state": state, "hyperparameters": {}, "epoch": 1}, path)
    return student.load_checkpoint(path, Tower)


@check(
    "load_checkpoint",
    points=0.25,
    judges="facts",
    hint="`load_state_dict` raises that error by itself, unless told `strict=False`, or you fill the model by hand.",
)
def test_load_refuses_other_names(candidate, draw):
    """RuntimeError for a missing parameter, a missing buffer, an unexpected name; none where all names fit."""
    saved = public.tower(draw, 2, 3)
    for missing, unexpected in (("head.bias", ""), ("norm.running_var", ""), ("", "tail.weight")):
        candidate.run(loaded_with_other_names, saved, missing, unexpected).raises("RuntimeError")
    candidate.run(loaded_with_other_names, saved, "", "").returned()


@probe
def loaded_from_gpu_file(student, saved):
    """load_checkpoint(path, Tower), of a file with the state of `saved`, all of it on a GPU ("cuda:0") when saved;
    torch.cuda.is_available() says yes"""
    path = new_path()
    tag, available = torch.serialization.location_tag, torch.cuda.is_available
    torch.serialization.location_tag = lambda storage: "cuda:0"
    try:
        torch.save({"model_state": saved.state_dict(), "hyperparameters": {}, "epoch": 1}, path)
    finally:
        torch.serialization.location_tag = tag
    torch.cuda.is_available = lambda: True
    try:
        return student.load_checkpoint(path, Tower)
    finally:
        torch.cuda.is_available = available


@check(
    "load_checkpoint",
    points=0.25,
    judges="facts",
    hint='`torch.load(..., map_location="cpu")` puts every tensor on the CPU, wherever it was saved.',
)
def test_load_maps_to_cpu(candidate, draw):
    """A file that was written on a machine with a GPU, and is read on one, gives a model on the CPU."""
    saved = public.tower(draw, 2, 3)
    model, _ = candidate.run(loaded_from_gpu_file, saved).result.unpack("the model", "the epoch")
    for name, parameter in saved.named_parameters():
        model.parameter(name).device("cpu").values(parameter)


@probe
def drawn_after_loading(student, saved, seed):
    """torch.manual_seed(seed); model, epoch = load_checkpoint(path, Tower); torch.rand(3)"""
    path = new_path()
    torch.save({"model_state": saved.state_dict(), "hyperparameters": {}, "epoch": 1}, path)
    torch.manual_seed(seed)
    _model, _epoch = student.load_checkpoint(path, Tower)
    return torch.rand(3)


@check(
    "load_checkpoint",
    points=0.25,
    judges="facts",
    hint="don't call `torch.manual_seed`: the random weights of the new model are overwritten anyway.",
)
def test_load_does_not_reseed(candidate, draw):
    """What is drawn after loading still depends on the seed that the caller has set."""
    saved, seed = public.tower(draw, 2, 3), draw.integer(0, 9999)
    first, observed = (candidate.run(drawn_after_loading, saved, number) for number in (seed, seed + 1))
    if torch.equal(first.result.tensor, observed.result.tensor):
        observed.fails("other numbers than after another seed", "the same numbers", "state")


@domain("load_checkpoint", points=0.5, programs=30, raises=["RuntimeError"])
def test_load_any_model(pick):
    """Any model and hyperparameters come back in evaluation mode; RuntimeError where names don't fit."""
    kinds = (
        ("nn.Linear", '{"in_features": 2, "out_features": 1}', "nn.Linear(2, 1)"),
        ("nn.BatchNorm1d", '{"num_features": 3}', "nn.BatchNorm1d(3)"),
        ("nn.Linear", '{"in_features": 2, "out_features": 1, "bias": False}', "nn.Linear(2, 1, bias=False)"),
        ("normed_net", "{}", "normed_net()"),
        ("nn.Conv1d", '{"in_channels": 1, "out_channels": 2, "kernel_size": 3}', "nn.Conv1d(1, 2, 3)"),
    )
    made_by, settings, model = pick.of(*kinds)
    pick.do("torch.manual_seed(3)", f"state = {model}.state_dict()")
    change = pick.of("", "", "", "", 'state["more"] = torch.zeros(1)', "del state[next(iter(state))]")
    pick.do(*[change] * bool(change))
    pick.do("path = new_path()")
    contents = f'{{"model_state": state, "hyperparameters": {settings}, "epoch": {pick.of(7, 0, 1000)}}}'
    pick.do(f"torch.save({contents}, path)")
    pick.call(f"load_checkpoint({pick.of('path', 'str(path)')}, {made_by})", backward=False)


# export_model


@shared
def normed_dropping_net():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))


def normed_dropping(draw: Draw) -> nn.Module:
    """Return a model in training mode whose batch norm has statistics that are not those of a new one."""
    model = draw.model(normed_dropping_net)
    model[1].running_mean.copy_(draw.tensor(4))
    model[1].running_var.copy_(draw.tensor(4, low=0.5, high=2))
    return model


@check(
    "export_model",
    points=0.5,
    hint="what is exported must be in evaluation mode, all of it: the program keeps the mode for ever.",
)
def test_export_has_dropout_off(candidate, draw):
    """For a model in training mode too, dropout is off and batch norm uses its running statistics, at every call."""
    model, x = normed_dropping(draw), draw.tensor(4, 3)
    observed = candidate.untraced().run(public.exported_and_called, model, draw.tensor(4, 3), [x, x])
    public.outputs(observed, [public.evaluated(model, x)] * 2)


@check(
    "export_model",
    points=0.5,
    hint="the model that you were given is still being used: switch and export a copy of it.",
)
def test_export_leaves_model_alone(candidate, draw):
    """The model keeps the mode (either) of all its parts, its tensors and its gradients; global settings stay."""
    for training in (True, False):
        model, x = trained_on(draw.model(dropping_net), draw, training=training), draw.tensor(4, 3)
        observed = candidate.untraced().run(public.exported_and_called, model, draw.tensor(4, 3), [x])
        public.outputs(observed, [public.evaluated(model, x)])
        observed.unchanged(0).state_kept("the generator of torch")


@check(
    "export_model",
    points=0.25,
    hint="an error leaves your function before the mode is put back. A copy needs no putting back; otherwise use "
    "`try: ... finally: ...`.",
)
def test_export_keeps_mode_after_error(candidate, draw):
    """The mode stays as it was also when the model can't be exported."""
    model, x = draw.model(dropping_net), draw.tensor(4, 3)
    candidate.untraced().export_model(draw.model(TwoWays), x).unchanged(0)
    observed = candidate.untraced().run(public.exported_and_called, model, x, [x])
    public.outputs(observed, [public.evaluated(model, x)])


@probe
def exported_then_trained(student, model, example, x):
    """program = export_model(model, example); 1 is added to each tensor of the model; program.module()(x)"""
    program = student.export_model(model, example)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor += 1
    return program.module()(x)


@check(
    "export_model",
    points=0.5,
    hint="a program uses the tensors of the model that was exported: export a copy, `copy.deepcopy(model)`.",
)
def test_export_is_a_snapshot(candidate, draw):
    """When parameters and buffers of the model change later, the program doesn't."""
    model, x = normed_dropping(draw), draw.tensor(4, 3)
    observed = candidate.untraced().run(exported_then_trained, model, draw.tensor(4, 3), x)
    observed.result.values(public.evaluated(model, x))


@probe
def exported_saved_and_loaded(student, model, example, x):
    """torch.export.save(export_model(model, example), path); torch.export.load(path).module()(x)"""
    path = new_path().with_suffix(".pt2")
    torch.export.save(student.export_model(model, example), path)
    return torch.export.load(path).module()(x)


@check("export_model", points=0.25)
def test_export_can_be_saved(candidate, draw):
    """torch.export.save writes the program, and what torch.export.load reads gives the same."""
    model, x = draw.model(dropping_net), draw.tensor(4, 3)
    observed = candidate.untraced().run(exported_saved_and_loaded, model, draw.tensor(4, 3), x)
    observed.result.values(public.evaluated(model, x))


@shared
class Averaging(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 2)
        self.double()

    def forward(self, sequences):
        return self.head(sequences.mean(dim=1))


@check(
    "export_model",
    points=0.5,
    hint="only dimension 0 of the example is dynamic, and the parameter of `forward` may have any name: give "
    "`dynamic_shapes` as a tuple.",
)
def test_export_takes_any_model(candidate, draw):
    """A model with another name for its input, of three dimensions, in float64, and an example of two rows."""
    model = draw.model(Averaging)
    batches = [draw.tensor(rows, 4, 3, dtype=torch.float64) for rows in (2, 6)]
    observed = candidate.untraced().run(public.exported_and_called, model, batches[0], batches)
    public.outputs(observed, [public.evaluated(model, x) for x in batches])


@domain("export_model", points=0.25, programs=5)
def test_export_any_model(pick):
    """Models of any kind, in either mode, give programs for any number of rows that later changes don't reach."""
    pick.do("torch.manual_seed(3)")
    kinds = ("nn.Linear(3, 2)", "normed_dropping_net()", "dropping_net().double()", "nn.Sequential(dropping_net())")
    kind = pick.of(*kinds)
    model = pick.given("model", kind + pick.of("", ".eval()"))
    dtype = "torch.float64" if "double" in kind else "torch.float32"
    pick.do(f"x = torch.arange(9.0, dtype={dtype}).reshape(3, 3)", f"expected = copy.deepcopy({model}).eval()(x)")
    pick.call(f"export_model({model}, x[:{pick.of(2, 3)}])", no_grad=False, backward=False)
    pick.do("for p in model.parameters(): p.data += 1", "module = result.module()")
    pick.observe("torch.allclose(module(x), expected)", "module(x[:1]).shape", "module(x.repeat(1000, 1)).shape")
    pick.observe("isinstance(result, torch.export.ExportedProgram)")


# script_model


@check(
    "script_model",
    points=0.25,
    hint="the result has flags of its own: call `eval()` on what `torch.jit.script` returns.",
)
def test_script_has_dropout_off(candidate, draw):
    """For a model in training mode too, the result is in evaluation mode: dropout off, running statistics used."""
    model, x = normed_dropping(draw), draw.tensor(4, 3)
    observed = candidate.untraced().run(public.scripted_and_called, model, [x, x])
    for result in observed.result.items(2):
        result.values(public.evaluated(model, x))


@check(
    "script_model",
    points=0.25,
    hint="the model that you were given is still being used: call `eval()` on the result instead.",
)
def test_script_leaves_model_alone(candidate, draw):
    """The model keeps the mode (either) of all its parts, its tensors and its gradients; global settings stay."""
    for training in (True, False):
        model, x = trained_on(draw.model(dropping_net), draw, training=training), draw.tensor(4, 3)
        observed = candidate.untraced().run(public.scripted_and_called, model, [x])
        observed.result.items(1)[0].values(public.evaluated(model, x))
        observed.unchanged(0).state_kept("the generator of torch")


@shared
class Careful(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        try:
            return self.drop(self.head(x))
        except RuntimeError:
            return x


@check(
    "script_model",
    points=0.25,
    hint="an error leaves your function before the mode is put back. A mode that is never switched needs no putting "
    "back: call `eval()` on the result.",
)
def test_script_keeps_mode_after_error(candidate, draw):
    """The mode stays as it was also when TorchScript can't translate the model."""
    model, x = draw.model(dropping_net), draw.tensor(4, 3)
    candidate.untraced().script_model(draw.model(Careful)).unchanged(0)
    observed = candidate.untraced().run(public.scripted_and_called, model, [x])
    observed.result.items(1)[0].values(public.evaluated(model, x))


@probe
def scripted_saved_and_loaded(student, model, x):
    """torch.jit.save(script_model(model), path); torch.jit.load(path)(x)"""
    path = new_path()
    torch.jit.save(student.script_model(model), path)
    return torch.jit.load(path)(x)


@check("script_model", points=0.25)
def test_script_can_be_saved(candidate, draw):
    """What torch.jit.load reads from the file gives the same as the model, with dropout off."""
    model, x = draw.model(dropping_net), draw.tensor(4, 3)
    observed = candidate.untraced().run(scripted_saved_and_loaded, model, x)
    observed.result.values(public.evaluated(model, x))


@domain("script_model", points=0.25, programs=12)
def test_script_any_model(pick):
    """Models of any kind, in either mode, give TorchScript in evaluation mode, and stay as they were."""
    pick.do("torch.manual_seed(3)")
    kinds = ("nn.Linear(3, 2)", "normed_dropping_net()", "dropping_net().double()", "nn.Sequential(dropping_net())")
    kind = pick.of(*kinds)
    model = pick.given("model", kind + pick.of("", ".eval()"))
    pick.do("model.requires_grad_(False)") if pick.maybe() else pick.do("for p in model.parameters(): p.grad = p + 1")
    rows = pick.of(2, 1, 0)
    pick.do(f"x = torch.arange(9.0, dtype=torch.{'float64' if 'double' in kind else 'float32'}).reshape(3, 3)[:{rows}]")
    pick.call(f"script_model({model})", backward=False)
    pick.do("y = result(x).detach()")
    pick.observe("y", "isinstance(result, torch.jit.ScriptModule)")


# compile_model


@probe
def uses_of_named_backend(student, model, x):
    """compiled = compile_model(model, "mine"), the name of a backend; compiled(x); how often the backend was used"""
    backend = Noting()
    name = f"mine{id(backend)}"
    torch._dynamo.register_backend(backend, name=name)
    student.compile_model(model, name)(x)
    return backend.used


@check("compile_model", points=0.25, judges="facts")
def test_compile_takes_a_name(candidate, draw):
    """The backend may be given by its name, and that one is used."""
    observed = candidate.untraced().run(uses_of_named_backend, draw.model(Plain), draw.tensor(5, 3))
    public.used(observed.result, times=True)


@probe
def compiled_then_trained(student, model, x, factor):
    """compiled = compile_model(model, backend), one that multiplies what the model computes by `factor`; compiled(x);
    1 is added to each of model's parameters; compiled(x)"""
    compiled = student.compile_model(model, Noting(factor))
    compiled(x)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 1
    return compiled(x)


@check(
    "compile_model",
    points=0.25,
    hint="compile the model itself, not a copy: a copy has weights of its own.",
)
def test_compile_shares_parameters(candidate, draw):
    """A later change of the model's weights shows in what the compiled object gives."""
    model, x, factor = draw.model(Plain), draw.tensor(5, 3), draw.number(1.5, 4)
    observed = candidate.untraced().run(compiled_then_trained, model, x, factor)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 1
    observed.result.values(factor * public.evaluated(model, x))


@probe
def uses_by_original(student, model, x):
    """compiled = compile_model(model, backend); model(x); compiled(x); model(x); how often model(x) used the backend"""
    backend = Noting()
    compiled = student.compile_model(model, backend)
    model(x)
    first = backend.used
    compiled(x)
    before = backend.used
    model(x)
    return first + backend.used - before, sorted(model.state_dict())


@check(
    "compile_model",
    points=0.25,
    requires=["compile_uses_backend_at_first_call"],  # if nothing is compiled, nothing can be observed
    hint="`torch.compile(model, ...)` returns a wrapper and leaves the model alone; `model.compile(...)`, or an "
    "assignment to one of its attributes, changes it.",
)
def test_compile_leaves_original_uncompiled(candidate, draw):
    """Calling the original model never uses the backend, and its state_dict has its plain names."""
    model = draw.model(Plain)
    observed = candidate.untraced().run(uses_by_original, model, draw.tensor(5, 3))
    uses, names = observed.result.unpack("uses by the original", "the names")
    public.used(uses, times=False)
    names.equals(sorted(model.state_dict()))


@check("compile_model", points=0.25, judges="facts")
def test_compile_leaves_model_alone(candidate, draw):
    """The model keeps its mode (either), its tensors and its gradients, and global settings are as before."""
    for training in (True, False):
        model, x = trained_on(draw.model(Plain), draw, training=training), draw.tensor(5, 3)
        observed = candidate.untraced().run(public.compiled_and_called, model, x)
        observed.result.values(public.evaluated(model, x))
        observed.unchanged(0).state_kept()


@domain("compile_model", points=0.25, programs=5)
def test_compile_any_model(pick):
    """Models of any kind, in either mode, give the same results and gradients when they are compiled."""
    pick.do("torch.manual_seed(3)")
    kinds = (
        "nn.Linear(3, 2)",
        "TwoWays().eval()",
        "nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))",
        "Plain().eval()",
        "Plain()",
    )
    kind = pick.of(*kinds)
    model = pick.given("model", kind)
    sign = pick.of("", "-")
    pick.do(f"x = {sign}torch.arange(6.0).reshape(2, 3)")
    pick.do(*["model.register_forward_hook(lambda model, x, y: 2 * y)"] * (kind == "Plain()"))
    pick.do("backend = Noting()")
    pick.call(f"compile_model({model}, backend)", backward=False)
    pick.do("for p in model.parameters(): p.data += 1")
    pick.do("y = result(x)", "(y**2).sum().backward()")
    pick.observe("y", "sorted(model.state_dict())")
