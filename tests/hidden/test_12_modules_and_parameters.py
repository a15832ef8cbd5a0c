"""Hidden checks of 12_modules_and_parameters."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from grader.suites import check, domain, probe, public_suite, shared

public = public_suite(__file__)
filled, nested, pretrained = public.filled, public.nested, public.pretrained
reports, body_and_head = public.reports, public.body_and_head

GENERATORS = ("the generator of torch", "the generator of NumPy", "the generator of random")


# LinearRegressor


@probe
def one_training_step(student, w, b, x, y, learning_rate):
    """model = LinearRegressor(...) with the weight w and the bias b; one step of SGD for ((model(x) - y)**2).mean()"""
    model = filled(student, w, b)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    ((model(x) - y) ** 2).mean().backward()
    optimizer.step()
    return model


@check(
    "LinearRegressor",
    points=0.5,
    hint="both must be `nn.Parameter`s, used as they are: no `detach()`, `.data` or `no_grad()` in `forward`.",
)
def test_regressor_trains(candidate, draw):
    """After backward both parameters have their gradients, and an optimizer changes both."""
    # Small weights: the error of a sum grows with its terms, and a gradient near 0 would sometimes miss the tolerance.
    w, b, x, y = draw.tensor(2, 3, low=-1, high=1), draw.tensor(2), draw.tensor(5, 3), draw.tensor(5, 2)
    rate = draw.number(0.05, 0.2)
    model = candidate.run(one_training_step, w, b, x, y, rate).result
    upstream = 2 / 10 * (x.double() @ w.double().T + b - y)
    for name, before, gradient in (("weight", w, upstream.T @ x.double()), ("bias", b, upstream.sum(dim=0))):
        model.parameter(name).grad(gradient).values(before - rate * gradient)


@probe
def in_double_precision(student, w, b, x):
    """model = LinearRegressor(...) with the weight w and the bias b; model.to(torch.float64); model(x), the model"""
    model = filled(student, w, b)
    model.to(torch.float64)
    return model(x), model


@check(
    "LinearRegressor",
    points=0.5,
    hint="`forward` may use `x` and the registered parameters only: what else `__init__` computed stays behind.",
)
def test_regressor_follows_to_dtype(candidate, draw):
    """After `.to(torch.float64)` both parameters are float64, and so is the result."""
    w, b, x = draw.tensor(2, 3), draw.tensor(2), draw.tensor(4, 3, dtype=torch.float64, decimals=12)
    result, model = candidate.run(in_double_precision, w, b, x).result.unpack("result", "model")
    result.dtype(torch.float64).values(x @ w.double().T + b.double())
    model.parameter("weight").dtype(torch.float64)
    model.parameter("bias").dtype(torch.float64)


@probe
def on_device(student, x, device):
    """model = LinearRegressor(3, 2).to(device); model(x), the model"""
    model = student.LinearRegressor(3, 2).to(device)
    return model(x), model


@check("LinearRegressor", points=0.25, judges="facts")
def test_regressor_follows_to_device(candidate, device):
    """After `.to(device)` everything lives on the second device: no tensor stays behind."""
    result, model = candidate.run(on_device, torch.ones(4, 3, device=device), device).result.unpack("result", "model")
    result.shape(4, 2).device(device)
    model.parameter("weight").device(device)
    model.parameter("bias").device(device)


@probe
def loaded_into_another(student, w, b, x):
    """model with the weight w and the bias b; other.load_state_dict(model.state_dict()); other(x)"""
    other = student.LinearRegressor(w.shape[1], w.shape[0])
    other.load_state_dict(filled(student, w, b).state_dict())
    return other(x)


@check("LinearRegressor", points=0.5)
def test_regressor_state_dict_round_trip(candidate, draw):
    """Another instance that loads the `state_dict()` computes the same."""
    w, b, x = draw.tensor(2, 3), draw.tensor(2), draw.tensor(4, 3)
    candidate.run(loaded_into_another, w, b, x).result.values(x.double() @ w.double().T + b)


@probe
def call_with_hook(student, w, b, x):
    """model with the weight w and the bias b, and a forward hook that triples the output; model(x)"""
    model = filled(student, w, b)
    model.register_forward_hook(lambda module, arguments, output: 3 * output)
    return model(x)


@check(
    "LinearRegressor",
    points=0.5,
    hint="define `forward`. `nn.Module` has a `__call__` of its own, which runs the hooks: leave that one alone.",
)
def test_regressor_runs_hooks(candidate, draw):
    """`forward` is the method that is defined: forward hooks run when the module is called."""
    w, b, x = draw.tensor(2, 3), draw.tensor(2), draw.tensor(4, 3)
    candidate.run(call_with_hook, w, b, x).result.values(3 * (x.double() @ w.double().T + b))


@domain("LinearRegressor", points=0.5, programs=40)
def test_regressor_in_any_use(pick):
    """Of any size and however it is used, the module computes the right values and passes on the right gradients."""
    n_features, n_outputs = pick.of(2, 1, 3, 5), pick.of(2, 1, 3, None)
    rows, dtype, scale = n_outputs or 1, pick.of("float32", "float32", "float64"), pick.of(1.0, 1e-6, 1e6)
    w, b = pick.tensor("w", (rows, n_features), layouts=False), pick.tensor("b", (rows,), layouts=False)
    x = pick.tensor("x", (pick.of(2, 1, 0, 5), n_features), dtypes=(dtype,), scales=(scale,), grad="maybe")
    use = pick.of("result", "result", "nn.Sequential(result)", "copy.deepcopy(result)", "hooked", "fresh")
    if use == "fresh":
        pick.do(f"torch.full(({rows}, {n_features}), 1e30)")
    outputs = f", {pick.of('', 'n_outputs=')}{n_outputs}" if n_outputs else ""
    pick.call(f"LinearRegressor({n_features}{outputs})", backward=False)
    if use == "fresh":
        pick.observe("bool((result.weight.abs() < 1e6).all())")
        pick.observe(f"torch.equal(result.weight, LinearRegressor({n_features}, {rows}).weight)")
        return
    pick.do(f"result.load_state_dict({{'weight': {w}, 'bias': {b}}})")
    if use == "hooked":
        pick.do("result.register_forward_hook(lambda module, arguments, output: 2 * output)")
    pick.do(*["result.double()"] * (dtype == "float64"), *["result.eval()"] * pick.maybe())
    pick.do(f"y = {'result' if use == 'hooked' else use}({x})", "(y**2).sum().backward()")
    pick.observe("y", "result.weight", "result.bias", "len(list(result.parameters()))")


# parameter_report


@shared
class WithBuffers(nn.Module):
    def __init__(self, n_hidden):
        super().__init__()
        self.register_buffer("step", torch.zeros(4))
        self.layer = nn.Linear(2, n_hidden)
        self.norm = nn.BatchNorm1d(n_hidden)


@check(
    "parameter_report",
    points=0.25,
    hint="`state_dict()` also holds what is saved but not trained. `named_parameters()` has parameters only.",
)
def test_report_leaves_out_buffers(candidate, draw):
    """Buffers, such as running statistics, don't appear; the parameters of a normalisation do."""
    n = draw.integer(3, 8)
    sizes = {"layer.weight": 2 * n, "layer.bias": n, "norm.weight": n, "norm.bias": n}
    reports(candidate.parameter_report(draw.model(WithBuffers, n)), sizes)


@shared
class Tied(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.encoder = nn.Linear(n, n)
        self.again = self.encoder
        self.decoder = nn.Linear(n, n)
        self.decoder.weight = self.encoder.weight


@check("parameter_report", points=0.25)
def test_report_counts_shared_once(candidate, draw):
    """A layer, or a single parameter, that two submodules share appears once, under its first name."""
    n = draw.integer(2, 6)
    sizes = {"encoder.weight": n * n, "encoder.bias": n, "decoder.bias": n}
    reports(candidate.parameter_report(draw.model(Tied, n)), sizes)


@shared
class Unsorted(nn.Module):
    def __init__(self, n_hidden):
        super().__init__()
        self.zeta = nn.Linear(2, n_hidden)
        self.alpha = nn.Sequential(nn.Linear(n_hidden, 1), nn.PReLU())
        self.shift = nn.Parameter(torch.zeros(n_hidden, 3))


@check("parameter_report", points=0.25)
def test_report_keeps_the_order(candidate, draw):
    """The order is that of `named_parameters()`, with the parameters of the model itself and any other names."""
    n = draw.integer(3, 8)
    sizes = {"shift": 3 * n, "zeta.weight": 2 * n, "zeta.bias": n}
    sizes |= {"alpha.0.weight": n, "alpha.0.bias": 1, "alpha.1.weight": 1}
    reports(candidate.parameter_report(draw.model(Unsorted, n)), sizes)


@shared
class OddShapes(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(()))
        self.empty = nn.Parameter(torch.zeros(0, n))
        self.filters = nn.Conv2d(3, n, kernel_size=(2, 5))


@shared
def activation():
    return nn.Tanh()


@check("parameter_report", points=0.25)
def test_report_leaves_the_model(candidate, draw):
    """The model is not changed, and one without trainable parameters gives an empty dict."""
    n = draw.integer(3, 8)
    model = draw.model(WithBuffers, n).eval()
    model.layer.bias.requires_grad_(False)
    model.norm.weight.grad = draw.tensor(n)
    observed = candidate.parameter_report(model)
    reports(observed, {"layer.weight": 2 * n, "norm.weight": n, "norm.bias": n})
    observed.unchanged().state_kept()
    reports(candidate.parameter_report(draw.model(activation)), {})
    reports(candidate.parameter_report(model.requires_grad_(False)), {})


@domain("parameter_report", points=0.25)
def test_report_of_any_model(pick):
    """Any model, partly frozen or not, in either mode, gives the right names, numbers and order."""
    nets = (
        *("nn.Linear(3, 2)", "nested(3, 4)", "Tied(2)", "Unsorted(4)", "WithBuffers(3)", "OddShapes(3)", "nn.Tanh()"),
        *("nn.Sequential(*[nn.Linear(2, 2)] * 2)", "nn.LSTM(2, 3)", "nn.Embedding(300, 2)", "nn.Bilinear(2, 3, 4)"),
        "nn.ModuleDict({'b': nn.PReLU(), 'a': nn.LayerNorm(4)})",
        "nn.ParameterList([torch.zeros(2), torch.zeros(0, 3), torch.zeros(1, 2, 3, 4)])",
        "nn.Sequential(nn.ModuleList([nn.Conv1d(2, 3, 4, bias=False)]), nn.Sequential(nn.Sequential(nn.Linear(1, 1))))",
    )
    model = pick.given("model", pick.of(*nets))
    state = pick.of("", "model.eval()", "for p in model.parameters(): p.grad = torch.zeros_like(p)", "model.double()")
    pick.do(*[state] * (state != ""))
    frozen = pick.of("", "[::2]", "[:1]", "[-1:]", "[1::2]", "[:]")
    pick.do(*[f"for p in list(model.parameters()){frozen}: p.requires_grad_(False)"] * (frozen != ""))
    pick.call(f"parameter_report({model})", backward=False)
    pick.observe("list(result.items())", "isinstance(result, dict)")


# replace_head


@probe
def replace_and_predict(student, model, n_outputs, X):
    """replace_head(model, n_outputs)(X)"""
    return student.replace_head(model, n_outputs)(X)


@check(
    "replace_head",
    points=0.25,
    judges="facts",
    hint="the layers below keep the weights that they have: `requires_grad` is all that changes there.",
)
def test_head_predicts(candidate, draw):
    """The model's output has `n_outputs` columns: the new layer on top of the old ones, which keep their weights."""
    for n_outputs in (1, draw.integer(3, 6)):
        model, X = draw.model(pretrained, 3, 4, 2), draw.tensor(5, 3)
        observed = candidate.run(replace_and_predict, model, n_outputs, X)
        body, weight, bias = body_and_head(observed.argument(0), model)
        observed.result.shape(5, n_outputs)
        for parameter, expected in zip(body, model[0].parameters(), strict=True):
            parameter.values(expected)
        hidden = model[:-1].double()(X.double())
        observed.result.values(F.linear(hidden, weight.tensor.double(), bias.tensor.double()))


@shared
def with_norm(n_hidden):
    return nn.Sequential(nn.Linear(3, n_hidden), nn.BatchNorm1d(n_hidden), nn.Dropout(), nn.Linear(n_hidden, 2))


@shared
def with_named_blocks(n_hidden):
    from collections import OrderedDict

    block = nn.Sequential(nn.Linear(3, n_hidden), nn.Sequential(nn.Tanh(), nn.Linear(n_hidden, n_hidden)))
    return nn.Sequential(OrderedDict(block=block, act=nn.Tanh(), head=nn.Linear(n_hidden, 2)))


@check(
    "replace_head",
    points=0.25,
    judges="facts",
    hint="freezing means `requires_grad` only, inside other modules too: leave values and running statistics alone.",
)
def test_head_leaves_the_rest(candidate, draw):
    """The other layers stay, with their weights and buffers; all are frozen, nested ones too; settings stay."""
    for factory in (with_norm, with_named_blocks):
        model = draw.model(factory, draw.integer(3, 6))
        observed = candidate.replace_head(model, draw.integer(3, 6))
        after = observed.argument(0)
        before, now = (len(parts) for parts in (list(model.modules()), after.module_fact.modules))
        if now != before:
            after.fails(f"{before - 1} modules in the model, as before", str(now - 1), "members")
        body, weight, bias = body_and_head(after)
        if len(body) != len(list(model[:-1].parameters())):
            after.fails("the same parameters as before, below the head", f"{len(body)} of them", "members")
        for parameter, expected in zip(body, model[:-1].parameters(), strict=True):
            public.frozen(parameter)
            parameter.values(expected, rtol=0, atol=0)
        for name, expected in model.named_buffers():
            after.buffer(name).values(expected)
        weight.leaf()
        bias.leaf()
        observed.result.same_object_as(after)
        observed.state_kept(*GENERATORS)


@probe
def replace_after_seed(student, model, n_outputs, seed):
    """torch.manual_seed(seed); replace_head(model, n_outputs)"""
    torch.manual_seed(seed)
    student.replace_head(model, n_outputs)


@check(
    "replace_head",
    points=0.25,
    judges="facts",
    hint="put in a new `nn.Linear` in every case, with the random weights that it draws, and set no seed.",
)
def test_head_is_fresh(candidate, draw):
    """Even of the same size as before, the new layer has parameters of its own, newly drawn."""
    n_outputs, seed = draw.integer(2, 4), draw.integer(0, 9999)
    model = draw.model(pretrained, 3, 4, n_outputs)
    before = dict(model.named_parameters())
    drawn = []
    for given in (seed, seed + 1):
        observed = candidate.run(replace_after_seed, model, n_outputs, given)
        body, weight, bias = body_and_head(observed.argument(0), model)
        for parameter, expected in zip(body, model[0].parameters(), strict=True):
            parameter.values(expected)
        old_weight, old_bias = observed.before(0).parameter("2.weight"), observed.before(0).parameter("2.bias")
        for new, old, name in ((weight, old_weight, "2.weight"), (bias, old_bias, "2.bias")):
            if new.tensor_fact.object == old.tensor_fact.object or torch.equal(new.tensor, before[name]):
                new.fails("a new parameter with numbers of its own", "that of the old layer", "values")
        drawn.append(weight)
    if torch.equal(drawn[0].tensor, drawn[1].tensor):
        drawn[1].fails("other random weights after another seed", "the same", "values")


@shared
def in_dtypes(below, above):
    return nn.Sequential(
        nn.Linear(3, 4, dtype=getattr(torch, below)), nn.ReLU(), nn.Linear(4, 2, dtype=getattr(torch, above))
    )


@check(
    "replace_head",
    points=0.5,
    judges="facts",
    hint="give the new layer `dtype=` and `device=` of the *old head's* weight.",
)
def test_head_has_the_old_dtype(candidate, draw):
    """The new layer has the dtype of the layer that it replaces, even where other layers have another one."""
    for below, above in (
        ("float64", "float64"),
        ("bfloat16", "bfloat16"),
        ("float32", "float64"),
        ("float64", "float32"),
    ):
        model, n_outputs = draw.model(in_dtypes, below, above), draw.integer(3, 6)
        body, weight, bias = body_and_head(candidate.replace_head(model, n_outputs).argument(0), model)
        weight.dtype(getattr(torch, above)).shape(n_outputs, 4)
        bias.dtype(getattr(torch, above)).shape(n_outputs)
        for parameter, expected in zip(body, model[0].parameters(), strict=True):
            parameter.dtype(getattr(torch, below)).values(expected)


@shared
def moved(n_hidden, device):
    return nn.Sequential(nn.Linear(3, n_hidden), nn.ReLU(), nn.Linear(n_hidden, 2)).to(device)


@check("replace_head", points=0.25, judges="facts")
def test_head_is_on_the_device(candidate, draw, device):
    """The new layer is on the device of the layer that it replaces."""
    n_hidden = draw.integer(3, 6)
    observed = candidate.replace_head(draw.model(moved, n_hidden, device), 4)
    body, weight, bias = body_and_head(observed.argument(0))
    weight.device(device).shape(4, n_hidden)
    bias.device(device).shape(4)
    for parameter in body:
        parameter.device(device)


@domain("replace_head", points=0.5, raises=["TypeError"], programs=40)
def test_head_of_any_model(pick):
    """Any model, nested, named or partly frozen, in either mode, gets its new head; others are refused unchanged."""
    nets = (
        *("pretrained(3, 4, 2)", "with_norm(4)", "with_named_blocks(3)", "nn.Sequential(nn.Linear(3, 2))"),
        *("in_dtypes('float32', 'float64')", "in_dtypes('float64', 'float32')"),
        "nn.Sequential(*[nn.Linear(3, 3)] * 2, nn.Linear(3, 2))",
        "nn.Sequential(nn.PReLU(3), nn.Sequential(nn.Linear(3, 3), nn.LayerNorm(3)), nn.Linear(3, 1))",
    )
    others = ("nn.Linear(3, 3), nn.Tanh()", "nn.Linear(3, 2), nn.Softmax(dim=1)", "nn.Linear(3, 2), nn.Identity()")
    others += ("nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 2))", "nn.Linear(3, 4), nn.Bilinear(4, 4, 2)")
    net = pick.of(*nets, *nets, *others)
    refused = net in others
    if refused:
        pick.given("model", f"nn.Sequential({net})")
    else:
        pick.do("torch.manual_seed(3)", f"model = {net}")
    state = pick.of("", "model.eval()", "model.requires_grad_(False)", "model[0].requires_grad_(False)")
    pick.do(*[state] * (state != ""))
    if not refused:
        pick.do("old, body = model[-1], list(model[:-1].parameters())")
    pick.call(f"replace_head(model, {pick.of('', 'n_outputs=')}{pick.of(2, 1, 3, 300)})", backward=False)
    if refused:
        return
    pick.observe(
        "result is model", "[type(layer).__name__ for layer in model]", "[p.requires_grad for p in body]", "body"
    )
    pick.observe("[part.training for part in model[:-1].modules()]", "model.training", "len(list(model.modules()))")
    pick.observe("[(tuple(p.shape), p.dtype, p.requires_grad) for p in model[-1].parameters()]")
    pick.observe("model[-1].in_features", "model[-1] is old", "torch.equal(model[-1].bias, old.bias)")
