"""Public checks of 20_saving_and_exporting."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from grader import wire
from grader.suites import Draw, Observed, Value, check, feedback, probe, shared


def evaluated(model: nn.Module, x: Tensor) -> Tensor:
    """Return what a model gives in evaluation mode, and leave its mode as it is."""
    with torch.no_grad():
        result: Tensor = copy.deepcopy(model).eval()(x)
    return result


@shared
def new_path():
    import tempfile

    return Path(tempfile.mkdtemp()) / "model.pt"


# save_checkpoint


@shared
def normed_net():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))


def normed(draw: Draw, *, training: bool = True) -> nn.Module:
    """Return a model whose batch norm has seen data: its buffers aren't those of a new one."""
    model = draw.model(normed_net)
    norm = model[1]
    norm.running_mean.copy_(draw.tensor(4))
    norm.running_var.copy_(draw.tensor(4, low=0.5, high=2))
    norm.num_batches_tracked.fill_(draw.integer(3, 99))
    return model.train(training)


@probe
def saved_and_loaded(student, model, hyperparameters, epoch):
    """save_checkpoint(path, model, hyperparameters, epoch), then torch.load(path, weights_only=True)"""
    path = new_path()
    student.save_checkpoint(path, model, hyperparameters, epoch)
    return torch.load(path, weights_only=True)


@probe
def saved_and_restored(student, model, x):
    """save_checkpoint(path, model, {}, 1); a new model loads the "model_state", goes to evaluation mode, gets x"""
    path = new_path()
    student.save_checkpoint(path, model, {}, 1)
    fresh = normed_net()
    fresh.load_state_dict(torch.load(path, weights_only=True)["model_state"])
    return fresh.eval()(x)


_REFUSALS = {
    "UnpicklingError": "UnpicklingError: the file holds other objects than tensors and plain values",
    "FileNotFoundError": "FileNotFoundError: there is no file at this path",
}


def read(observed: Observed) -> Value:
    """Return what `torch.load` gave; where it could not read the file, say so in plain words."""
    raised = observed.observation.raised
    if raised is not None and raised.line is None and raised.type in _REFUSALS:
        observed.fails("a file that `torch.load(path, weights_only=True)` reads", _REFUSALS[raised.type], "type")
    return observed.result


def keys(subject: Value, *names: str) -> None:
    """Ask for a dict with exactly these keys, in any order."""
    if not isinstance(subject.fact, wire.Pairs):
        subject.differs("a dict", "none" if subject.fact is None else "type")
    found = sorted(str(key) for key, _ in subject.fact.items)
    if found != sorted(names):
        got = ", ".join(found) or "none"
        subject.fails(f"exactly the keys {', '.join(sorted(names))}", f"the keys {got}", "members")


@check(
    "save_checkpoint",
    points=0.25,
    judges="facts",
    hint='what `torch.save` gets is a dict: `{"model_state": ..., "hyperparameters": ..., "epoch": ...}`, where the '
    "first value is the `state_dict()`, not the model.",
)
def test_save_writes_three_keys(candidate, draw):
    """torch.load reads the file in its safe mode, and finds a dict with exactly the three keys."""
    settings = {"units": draw.integer(2, 64)}
    observed = candidate.untraced().run(saved_and_loaded, draw.model(normed_net), settings, draw.integer(1, 50))
    keys(read(observed), "model_state", "hyperparameters", "epoch")


@check(
    "save_checkpoint",
    points=0.5,
    hint="save the tensors that `model.state_dict()` gives, as they are and under the same names.",
)
def test_save_keeps_weights(candidate, draw):
    """model_state holds every parameter by its name; a new model that loads it computes the same."""
    model, x = normed(draw), draw.tensor(5, 3)
    state = read(candidate.untraced().run(saved_and_loaded, model, {}, 1)).key("model_state")
    for name, parameter in model.named_parameters():
        state.key(name).values(parameter)
    candidate.untraced().run(saved_and_restored, model, x).result.values(evaluated(model, x))


@check(
    "save_checkpoint",
    points=0.25,
    hint="save the dict and the int as you were given them.",
)
def test_save_keeps_hyperparameters_and_epoch(candidate, draw):
    """The hyperparameters and the epoch come back as they were."""
    settings = {"units": draw.integer(2, 64), "dropout": draw.number(0, 0.9), "activation": "relu"}
    epoch = draw.integer(1, 50)
    found = read(candidate.untraced().run(saved_and_loaded, draw.model(normed_net), settings, epoch))
    found.key("hyperparameters").equals(settings)
    found.key("epoch").integer(epoch)


# load_checkpoint


@shared
class Tower(nn.Module):
    def __init__(self, n_in=2, n_units=3, dropout=0.0):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_units)
        self.norm = nn.BatchNorm1d(n_units)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(n_units, 1)

    def forward(self, x):
        return self.head(self.drop(torch.relu(self.norm(self.hidden(x)))))


def tower(draw: Draw, n_in: int, n_units: int, dropout: float = 0.0) -> nn.Module:
    """Return a model with drawn weights and buffers."""
    model = draw.model(Tower, n_in, n_units, dropout)
    model.norm.running_mean.copy_(draw.tensor(n_units))
    model.norm.running_var.copy_(draw.tensor(n_units, low=0.5, high=2))
    return model


@probe
def loaded(student, saved, hyperparameters, epoch):
    """load_checkpoint(path, Tower), of a file with the state of `saved`, these hyperparameters and this epoch"""
    path = new_path()
    torch.save({"model_state": saved.state_dict(), "hyperparameters": hyperparameters, "epoch": epoch}, path)
    return student.load_checkpoint(path, Tower)


@probe
def loaded_and_called(student, saved, hyperparameters, x):
    """model, epoch = load_checkpoint(path, Tower), of a file with the state of `saved`; model.eval()(x)"""
    path = new_path()
    torch.save({"model_state": saved.state_dict(), "hyperparameters": hyperparameters, "epoch": 1}, path)
    model, _ = student.load_checkpoint(path, Tower)
    return model.eval()(x)


@check(
    "load_checkpoint",
    points=0.5,
    hint='build the model, give the file\'s "model_state" to its `load_state_dict`, and return `(model, epoch)`.',
)
def test_load_restores_weights(candidate, draw):
    """The model has the saved weights, each under its name, and gives the outputs of the saved one."""
    saved, x = tower(draw, 2, 3), draw.tensor(4, 2)
    model, _ = candidate.run(loaded, saved, {}, 1).result.unpack("the model", "the epoch")
    for name, parameter in saved.named_parameters():
        model.parameter(name).values(parameter)
    candidate.run(loaded_and_called, saved, {}, x).result.values(evaluated(saved, x))


@check(
    "load_checkpoint",
    points=0.25,
    hint='`model_class(**checkpoint["hyperparameters"])` builds the model with the saved values, each under its name.',
)
def test_load_builds_with_hyperparameters(candidate, draw):
    """The model is built with the saved hyperparameters, in whatever order they stand, not with defaults."""
    n_in, n_units, dropout = draw.integer(4, 6), draw.integer(7, 9), draw.number(0.1, 0.9)
    saved, x = tower(draw, n_in, n_units, dropout), draw.tensor(4, n_in)
    settings = {"n_units": n_units, "dropout": dropout, "n_in": n_in}
    candidate.run(loaded_and_called, saved, settings, x).result.values(evaluated(saved, x))


@check(
    "load_checkpoint",
    points=0.25,
    judges="facts",
    hint="return the file's epoch, as it is.",
)
def test_load_returns_epoch(candidate, draw):
    """The saved epoch comes second in the tuple, as a Python int."""
    for number in (draw.integer(1, 500), 0):
        observed = candidate.run(loaded, tower(draw, 2, 3), {}, number)
        observed.result.unpack("the model", "the epoch", kind="tuple")[1].integer(number)


# export_model


@shared
def dropping_net():
    return nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2))


@probe
def exported_and_called(student, model, example, batches):
    """program = export_model(model, example), then program.module() on each of the batches"""
    program = student.export_model(model, example)
    if not isinstance(program, torch.export.ExportedProgram):
        return program
    module = program.module()
    return [module(x) for x in batches]


def outputs(observed: Observed, expected: list[Tensor]) -> None:
    """Ask for an `ExportedProgram` that gives these outputs."""
    raised = observed.observation.raised
    if raised is not None and raised.line is None and raised.type in ("AssertionError", "RuntimeError"):
        rows = " and ".join(str(len(values)) for values in expected)
        observed.fails(f"outputs for batches of {rows} rows", feedback.error_name(raised), "shape")
    if not isinstance(observed.result.fact, wire.Items):
        observed.result.differs("a `torch.export.ExportedProgram`", "none" if observed.result.fact is None else "type")
    for result, values in zip(observed.result.items(len(expected)), expected, strict=True):
        result.values(values)


@check(
    "export_model",
    points=0.5,
    hint="return what `torch.export.export(model, (example,), ...)` gives, for a model in evaluation mode.",
)
def test_export_gives_a_program(candidate, draw):
    """The result is an ExportedProgram, whose module gives on a batch like the example what the model gives."""
    model, example, x = draw.model(dropping_net).eval(), draw.tensor(4, 3), draw.tensor(4, 3)
    observed = candidate.untraced().run(exported_and_called, model, example, [x])
    outputs(observed, [evaluated(model, x)])


@check(
    "export_model",
    points=0.75,
    hint='`dynamic_shapes=({0: torch.export.Dim("batch")},)` lets dimension 0 of the input have any size.',
)
def test_export_takes_other_batch_sizes(candidate, draw):
    """The program takes batches of one row, of five rows and of hundreds."""
    model = draw.model(dropping_net).eval()
    batches = [draw.tensor(rows, 3) for rows in (1, 5, draw.integer(300, 400))]
    observed = candidate.untraced().run(exported_and_called, model, draw.tensor(draw.integer(2, 4), 3), batches)
    outputs(observed, [evaluated(model, x) for x in batches])


# script_model


@shared
class TwoWays(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(3, 2)
        self.down = nn.Linear(3, 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        if x.sum() > 0:
            return self.drop(self.up(x))
        return self.drop(self.down(x)) * 2


@probe
def scripted_and_called(student, model, batches):
    """scripted = script_model(model), then scripted(x) for each of the batches"""
    scripted = student.script_model(model)
    return [scripted(x) for x in batches]


def both_ways(draw: Draw) -> list[Tensor]:
    """Return inputs for both branches of `TwoWays`."""
    return [draw.tensor(4, 3, low=0.1), draw.tensor(4, 3, high=-0.1)]


@check("script_model", points=0.25, judges="facts", hint="return what `torch.jit.script` gives.")
def test_script_gives_a_script_module(candidate, draw):
    """The result is a torch.jit.ScriptModule."""
    result = candidate.untraced().script_model(draw.model(TwoWays).eval()).result
    fact = result.fact
    if isinstance(fact, wire.ModuleFact) and "ScriptModule" in fact.modules[0].classes:
        return
    if not (isinstance(fact, wire.Other) and fact.name.startswith("torch.jit.")):  # a frozen one has no flag to look at
        result.differs("a `torch.jit.ScriptModule`", "none" if fact is None else "type")


@check(
    "script_model",
    points=0.5,
    requires=["script_gives_a_script_module"],  # the model itself goes both ways too
    hint="`torch.jit.script` translates the source with its `if`; `torch.jit.trace` notes the operations of one run.",
)
def test_script_keeps_both_branches(candidate, draw):
    """An `if` on the input's values goes both ways, as in the model."""
    model, batches = draw.model(TwoWays).eval(), both_ways(draw)
    observed = candidate.untraced().run(scripted_and_called, model, batches)
    for result, x in zip(observed.result.items(2), batches, strict=True):
        result.values(evaluated(model, x))


# compile_model


@shared
class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(torch.relu(self.hidden(x)))


@shared
class Noting:
    """A backend that runs what it is given, times `factor`, and counts how often it was used.

    The default one does the same without being counted, and doesn't start a compiler.
    """

    def __init__(self, factor=1):
        torch._dynamo.reset()
        torch._TorchCompileInductorWrapper.__call__ = lambda _, graph, inputs: self.scaled(graph)
        self.used = 0
        self.factor = factor

    def scaled(self, graph):
        if self.factor == 1:
            return graph.forward
        return lambda *inputs: [self.factor * output for output in graph.forward(*inputs)]

    def __call__(self, graph, inputs):
        self.used += 1
        return self.scaled(graph)


@probe
def compiled_and_called(student, model, x):
    """compiled = compile_model(model, backend); compiled(x)"""
    return student.compile_model(model, Noting())(x)


@probe
def uses_of_backend(student, model, x, factor):
    """compiled = compile_model(model, backend), one that multiplies what the model computes by `factor`; compiled(x);
    how often the backend was used before and in that call, and what came back"""
    backend = Noting(factor)
    compiled = student.compile_model(model, backend)
    before = backend.used
    y = compiled(x)
    kind = "a ScriptModule" if isinstance(compiled, torch.jit.ScriptModule) else "an object of its own"
    return before, backend.used - before, "the model" if compiled is model else kind, y


def used(subject: Value, *, times: bool) -> None:
    """Ask for a count of uses: some, or none."""
    count = subject.integer().python
    if (count != 0) != times:
        subject.fails("at least one use" if times else "no use", "none" if times else f"{count}", "values")


@check(
    "compile_model",
    points=0.25,
    judges="facts",
    hint="return what `torch.compile` gives for the model, and it can be called like it.",
)
def test_compile_gives_same_outputs(candidate, draw):
    """What is returned gives the model's outputs."""
    model, x = draw.model(Plain), draw.tensor(5, 3)
    candidate.untraced().run(compiled_and_called, model, x).result.values(evaluated(model, x))


@check(
    "compile_model",
    points=0.5,
    hint="give the `backend` on to `torch.compile`, and don't call what it returns: it compiles at its first call.",
)
def test_compile_uses_backend_at_first_call(candidate, draw):
    """The given backend is used in the first call of what is returned, and not before; what it computes comes back."""
    model, x, factor = draw.model(Plain), draw.tensor(5, 3), draw.number(1.5, 4)
    observed = candidate.untraced().run(uses_of_backend, model, x, factor)
    names = "uses before the first call", "uses in the first call", "what it is", "compiled(x)"
    before, during, _, y = observed.result.unpack(*names)
    used(before, times=False)
    used(during, times=True)
    y.values(factor * evaluated(model, x))
