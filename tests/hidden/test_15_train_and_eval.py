"""Hidden checks of 15_train_and_eval."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from grader.suites import CURVE_RTOL, check, code, domain, probe, public_suite, shared

public = public_suite(__file__)
in_batches = public.in_batches

TORCH_GENERATOR = "the generator of torch"


# Predicting too little costs three times as much as predicting too much: this tells prediction from target.
LOPSIDED = "lambda y_pred, y: torch.maximum(y_pred - y, 3 * (y - y_pred)).mean()"
CROSS_ENTROPY = "nn.CrossEntropyLoss()"
# With its usual eps of 1e-8, Adam makes whole steps of gradients that are but rounding errors.
ADAM = "lambda parameters: torch.optim.Adam(parameters, lr=0.05, eps=0.1)"
STANDSTILL = "lambda parameters: torch.optim.SGD(parameters, lr=0.0)"
MOMENTUM = "lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.5)"

# For the programs of domains: models of two features, the first three without dropout and batch norm; optimizers.
MODELS = (
    "nn.Linear(2, 1)",
    "nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))",
    "nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.Tanh()), nn.Linear(3, 1, bias=False))",
    "nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))",
    "nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 1))",
)
OPTIMIZERS = (
    "SGD(model.parameters(), lr=0.01)",
    "SGD(model.parameters(), lr=0.01, momentum=0.9)",
    "Adam(model.parameters(), lr=0.01, eps=0.1)",
)


# InvertedDropout


@probe
def dropped_one_by_one(student, x, p):
    """layer = InvertedDropout(p); torch.stack([layer(element) for element in x])"""
    layer = student.InvertedDropout(p)
    return torch.stack([layer(element) for element in x])


@check(
    "InvertedDropout",
    points=0.25,
    hint="draw as many random numbers as `x` has elements: a mask of the shape of `x`.",
)
def test_dropout_draws_for_each_element(candidate, draw):
    """Masks are independent per element: no two rows or columns share one, and a tensor of one element has its own."""
    x, p = draw.tensor(40, 40, low=0.5), draw.choice([0.4, 0.5, 0.6])
    observed = candidate.run(public.dropped, x, p, True)
    kept = public.kept_and_scaled(observed.result, x, p)
    for mask, line in ((kept, "rows"), (kept.T, "columns")):
        if len({tuple(part) for part in mask.tolist()}) < len(mask):
            observed.fails(f"a mask that differs between all {line}", f"{line} with the same mask", "values")
    x = draw.tensor(400, low=0.5)
    observed = candidate.run(dropped_one_by_one, x, 0.3)
    public.about(observed, float((~public.kept_and_scaled(observed.result, x, 0.3)).double().mean()), 0.3, 400)


@probe
def dropped_twice(student, x, p):
    """layer = InvertedDropout(p); layer(x), layer(x)"""
    layer = student.InvertedDropout(p)
    return layer(x), layer(x)


@probe
def drawn_after_dropout(student, x, p, seed):
    """torch.manual_seed(seed); InvertedDropout(p)(x), torch.rand(3)"""
    torch.manual_seed(seed)
    return student.InvertedDropout(p)(x), torch.rand(3)


@check("InvertedDropout", points=0.25, hint="draw in `forward`, at every call, and set no seed.")
def test_dropout_draws_at_each_call(candidate, draw):
    """A second call has another mask, and the global generator isn't re-seeded on the way."""
    x = draw.tensor(20, 10, low=0.5)
    observed = candidate.run(dropped_twice, x, 0.5)
    first, second = (public.kept_and_scaled(result, x, 0.5) for result in observed.result.unpack("first", "second"))
    if torch.equal(first, second):
        observed.fails("another mask at the second call", "the same mask", "values")
    numbers = []
    for seed in (draw.integer(1, 4999), draw.integer(5000, 9999)):
        observed = candidate.run(drawn_after_dropout, x, 0.5, seed)
        result, after = observed.result.unpack("result", "numbers")
        public.kept_and_scaled(result, x, 0.5)
        numbers.append(after.shape(3).dtype(torch.float32).tensor)
    if torch.equal(*numbers):
        observed.fails("random numbers that depend on the seed set before", "the same ones for another seed", "state")


@probe
def inside_a_parent(student, x, p):
    """model = nn.Sequential(nn.Identity(), InvertedDropout(p)); model(x), then after eval(), train() and eval()"""
    model = nn.Sequential(nn.Identity(), student.InvertedDropout(p))
    outputs = [model(x)]
    for training in (False, True, False):
        model.train(training)
        outputs.append(model(x))
    return outputs, len(list(model.parameters()))


@check(
    "InvertedDropout",
    points=0.25,
    hint="ask `self.training`, which `train()` and `eval()` of any model around set. Don't keep a flag of your own.",
)
def test_dropout_follows_its_parent(candidate, draw):
    """Inside a model it starts in training mode and obeys the model's eval() and train(); it has no parameters."""
    x, p = draw.tensor(30, 10, low=0.5), draw.choice([0.4, 0.6])
    observed = candidate.run(inside_a_parent, x, p)
    outputs, n_parameters = observed.result.unpack("outputs", "number of parameters")
    at_first, in_use, again, at_last = outputs.items(4)
    in_use.values(x)
    at_last.values(x)
    for result in (at_first, again):
        if public.kept_and_scaled(result, x, p).all():
            result.fails("some elements dropped", "none", "mode")
    n_parameters.integer(0)


@check("InvertedDropout", points=0.25)
def test_dropout_keeps_dtype_and_shape(candidate, draw):
    """Any shape and floating dtype: float64, float16, bfloat16, 0-D, 4-D, transposed, empty."""
    for x in (
        draw.tensor(6, low=0.5, dtype=torch.float64, decimals=9),
        draw.tensor(6, low=0.5, dtype=torch.float16),
        draw.tensor(6, low=0.5, dtype=torch.bfloat16),
        draw.tensor(low=0.5),
        draw.tensor(2, 3, 2, 2, low=0.5),
        draw.tensor(5, 3, low=0.5).T,
        torch.empty(0, 2),
    ):
        for training in (True, False):
            result = candidate.run(public.dropped, x, 0.25, training).result.dtype(x.dtype)
            public.kept_and_scaled(result, x, 0.25) if training else result.values(x)


@check("InvertedDropout", points=0.25, judges="facts")
def test_dropout_on_a_second_device(candidate, draw, device):
    """On another device it draws there, without reading values."""
    x = draw.tensor(3, 4).to(device)
    for training in (True, False):
        candidate.run(public.dropped, x, 0.5, training).result.shape(3, 4).device(device)


@check(
    "InvertedDropout",
    points=0.25,
    hint="p = 0 is allowed and drops nothing, not even where the random number is exactly 0; p = 1 is not allowed.",
)
def test_dropout_edges_of_p(candidate, draw):
    """p = 0 changes nothing; any p below it, or from 1 on, is a ValueError; one just below 1 is not."""
    # A random number in bfloat16 is exactly 0 once in 256 times, so 4000 of them tell `<` from `<=`.
    for x in (draw.tensor(4000, low=0.5, dtype=torch.bfloat16), draw.tensor(200, low=0.5)):
        candidate.run(public.dropped, x, 0.0, True).result.values(x)
    public.kept_and_scaled(candidate.run(public.dropped, x, 0.99, True).result, x, 0.99)
    for p in (-1e-6, 1.0, 1.0 + 1e-6, draw.number(1.1, 5)):
        candidate.InvertedDropout(p).raises("ValueError")


@domain("InvertedDropout", points=0.5, programs=48, raises=["ValueError"], free=["generators"])
def test_dropout_of_any_tensor(pick):
    """Any p, dtype, shape and mode: elements are 0 with probability p, or divided by 1 - p, and so are gradients."""
    p = pick.of(0.5, 0.25, 0.0, 0.75, 0.05, 0.0, 0.9, 0.5, 0.25, 1.0, -0.25)
    shape = pick.shape(ranks=(2, 1, 3, 0), sizes=(2, 3, 1, 0))
    dtype = pick.of("float32", "float64", "bfloat16", "float16")
    dtype = dtype if shape else "float32"
    mode, many = pick.of("", ".eval()", ".eval().train()", ".eval()"), pick.of(False, True)
    layer = pick.of("{}", "nn.Sequential(nn.Identity(), {})").format(f"InvertedDropout({p})") + mode
    if mode == ".eval()":
        x = pick.tensor("x", shape, dtypes=[dtype], grad="maybe")
        pick.call(f"{layer}({x}).clone()")
    elif many:
        pick.given("x", f"torch.ones(100, 200, dtype=torch.{dtype})")
        pick.call(layer, no_grad=False, backward=False)
        pick.do("y = result(x)", "share = float((y == 0).double().mean())")
        pick.observe("y.shape", "y.dtype", f"abs(share - {p}) < 0.03", f"abs(y.max() * {round(1 - p, 2)} - 1) < 0.02")
        pick.observe("torch.equal(result(x), y)", "len(list(result.parameters()))")
    else:
        x = pick.tensor("x", shape, dtypes=[dtype], low=0.25, grad=True)
        pick.call(f"{layer}({x})", no_grad=False, backward=False)
        pick.do("(gradient,) = torch.autograd.grad(result.sum(), x)", "kept = result != 0")
        pick.observe("result.shape", "result.dtype", f"torch.allclose(result, kept * x / {round(1 - p, 2)}, rtol=0.02)")
        pick.observe(f"torch.allclose(gradient, kept * torch.ones_like(x) / {round(1 - p, 2)}, rtol=0.02)")


# predict


@probe
def predicted_with_an_error(student, model, X):
    """predict(model, X), where X has more columns than the model takes, so that the model raises an error"""
    return student.predict(model, X)


@check(
    "predict",
    points=0.25,
    hint="what must happen even after an error belongs in `finally:`, behind a `try:` around the prediction.",
)
def test_predict_restores_after_an_error(candidate, draw):
    """When the model raises, the error reaches the caller, and mode and gradient recording are as before."""
    model, X = draw.model(public.PlainNet, 2, 1), draw.tensor(3, 2)
    candidate.predict(model, X).result.values(public.in_use(model, X))
    for training in (True, False):
        observed = candidate.run(predicted_with_an_error, model.train(training), draw.tensor(3, 5))
        observed.raises("RuntimeError").state_kept().argument_after(0).in_mode(training=training)


@probe
def predicted_unrecorded(student, model, X):
    """with torch.no_grad(): y = predict(model, X); then y and torch.is_grad_enabled(), still inside"""
    with torch.no_grad():
        y = student.predict(model, X)
        return y, torch.is_grad_enabled()


@check("predict", points=0.25, judges="facts", hint="`with torch.no_grad():` puts gradient recording back by itself.")
def test_predict_keeps_gradient_recording(candidate, draw):
    """Gradient recording is on afterwards if it was on, and off if it was off."""
    model, X = public.noisy_net(draw, training=False), draw.tensor(3, 2)
    observed = candidate.predict(model, X)
    observed.result.shape(3, 1)
    observed.state_kept()
    y, recording = candidate.run(predicted_unrecorded, model, X).result.unpack("y", "recording")
    y.shape(3, 1)
    recording.equals(False)


@check("predict", points=0.25)
def test_predict_leaves_the_model(candidate, draw):
    """Parameters, their requires_grad and .grad, buffers and `X` are as before."""
    model, X = public.noisy_net(draw, training=False), draw.tensor(4, 2)
    for parameter in model.parameters():
        parameter.grad = draw.tensor(*parameter.shape)
    model.hidden.bias.requires_grad_(False)
    observed = candidate.predict(model, X)
    observed.result.values(public.in_use(model, X))
    observed.unchanged()
    observed = candidate.predict(model.train(), X)
    for name, buffer in model.named_buffers():
        observed.argument(0).buffer(name).values(buffer)


@probe
def notes_of_predict(student, model, X):
    """y = predict(model, X); then y, for each pass through the model whether it recorded a graph, and hooks that ran"""
    ran = []
    model.register_forward_hook(lambda *_: ran.append(1))
    y = student.predict(model, X)
    return y, list(model.notes), len(ran)


@check(
    "predict",
    points=0.25,
    hint="predict inside `with torch.no_grad():` (`detach()` afterwards comes too late), by one call of `model(X)`.",
)
def test_predict_records_nothing(candidate, draw):
    """The model is called once, so that its hooks run, and no graph is recorded then, even if `X` requires grad."""
    model, X = public.noisy_net(draw, training=False), draw.tensor(3, 2)
    for given in (X, X.clone().requires_grad_()):
        observed = candidate.run(notes_of_predict, model, given)
        y, notes, hooks = observed.result.unpack("y", "graph recorded", "hooks that ran")
        y.values(public.in_use(model, X)).detached()
        notes.equals([False] * max(1, len(notes.items())))
        if hooks.python != 1:
            observed.fails("the model's forward hook runs once", f"it runs {hooks.python} times", "values")


@domain("predict", points=0.25, raises=["RuntimeError"])
def test_predict_with_any_model(pick):
    """Models of any kind, in either mode, with hooks or frozen, give the right prediction and stay as they were."""
    pick.do("torch.manual_seed(3)")
    model = pick.given("model", pick.of(*MODELS) + pick.of("", ".eval()"))
    dtype = pick.of("float32", "float32", "float64")
    pick.do(*[f"{model}.double()"] * (dtype == "float64"))
    change = pick.of("", "", "model.requires_grad_(False)", "for p in model.parameters(): p.grad = torch.ones_like(p)")
    pick.do(*[change] * bool(change))
    pick.do("recorded = []", "model.register_forward_hook(lambda model, X, y: recorded.append(y.requires_grad))")
    shape = (pick.of(2, 3, 1, 0), pick.of(2, 2, 2, 2, 2, 3))
    X = pick.tensor("X", shape, dtypes=[dtype], scales=(1.0, 1000.0), grad="maybe")
    pick.call(f"predict({model}, {X})", backward=False)
    pick.observe("result", "recorded")


# train_epoch


@probe
def notes_of_training(student, model, X, y):
    """train_epoch(model, loader of batches of 2, …); then for each pass through the model its modules' `training`"""
    loader = DataLoader(TensorDataset(X, y), batch_size=2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    student.train_epoch(model, loader, optimizer, nn.MSELoss(), torch.device("cpu"))
    return [modes for _, modes in model.notes]


@check(
    "train_epoch",
    points=0.5,
    judges="facts",
    hint="call `model.train()` before the loop: it reaches every module inside, writing to `model.training` does not.",
)
def test_epoch_in_training_mode(candidate, draw):
    """The model is in training mode at every batch, it and every module inside, even if it came in evaluation mode."""
    X, y = draw.tensor(6, 2), draw.tensor(6, 1)
    for training in (False, True):
        model = draw.model(public.PlainNet, 2, 1).train(training)
        observed = candidate.run(notes_of_training, model, X, y)
        passes = observed.result.items()
        if len(passes) < 3:
            observed.fails("a pass for each of 3 batches", f"{len(passes)} of them", "length")
        for number, modes in enumerate(passes, start=1):
            if modes.python != [True, True, True]:
                got = f"in pass {number}, `training` of the model and of the two modules inside is {modes.python}"
                observed.fails("the model and every module inside in training mode, at every pass", got, "mode")


@shared
class CountedOnTheCpu(torch.autograd.Function):
    """A loss that can be read wherever the prediction lives: 0, on the CPU."""

    @staticmethod
    def forward(ctx, y_pred):
        """Return 0."""
        ctx.save_for_backward(y_pred)
        return torch.zeros(())

    @staticmethod
    def backward(ctx, upstream):
        """Return a gradient where the prediction lives."""
        return torch.zeros_like(ctx.saved_tensors[0])


@probe
def devices_of_training(student, model, X, y, device):
    """train_epoch(model.to(device), loader, SGD, criterion, device); then the devices of what criterion was given"""
    model.to(device)
    devices = []

    def criterion(y_pred, y_true):
        devices.append((y_pred.device.type, y_true.device.type))
        return CountedOnTheCpu.apply(y_pred)

    loader = DataLoader(TensorDataset(X, y), batch_size=2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    try:
        student.train_epoch(model, loader, optimizer, criterion, torch.device(device))
    except RuntimeError:
        if len(devices) < 3:  # a total kept on meta can't be read at the end: but the calls have been observed by then
            raise
    return devices


@check(
    "train_epoch",
    points=0.5,
    judges="facts",
    hint="`X.to(device)` returns a tensor and leaves `X` where it is. Assign it: `X = X.to(device)`, and so for `y`.",
)
def test_epoch_moves_batches(candidate, draw, device):
    """Inputs and targets are moved from the CPU to the device of the model."""
    model = draw.model(public.PlainNet, 2, 1)
    observed = candidate.run(devices_of_training, model, draw.tensor(5, 2), draw.tensor(5, 1), device)
    for devices in observed.result.items(3):
        devices.equals((device, device))


@check(
    "train_epoch",
    points=0.5,
    hint="use the `optimizer` and the `criterion` that you are given, as `criterion(prediction, target)`.",
)
def test_epoch_with_any_optimizer_and_criterion(candidate, draw):
    """Classification with Adam, and a criterion that tells prediction from target, train like SGD on the MSE."""
    X = draw.tensor(8, 4, low=-1, high=1)
    for y, optimizer, criterion in (
        (draw.integers(8, low=0, high=2), ADAM, CROSS_ENTROPY),
        (draw.tensor(8, 3), public.SGD, LOPSIDED),
    ):
        model, batches = draw.model(public.PlainNet, 4, 3), public.in_batches(X, y, 3)
        expected, losses = public.after_steps(model, batches, optimizer, criterion)
        observed = candidate.run(public.trained, model, X, y, 3, code(optimizer), code(criterion))
        observed.result.scalar(public.per_sample(losses, batches), rtol=CURVE_RTOL)
        public.has_learned(observed.argument(0), expected)


@probe
def trained_on_full_batches(student, model, X, y, batch_size, optimizer, criterion):
    """train_epoch(model, loader, …), where the loader leaves out the last, smaller batch (drop_last=True)"""
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, drop_last=True)
    return student.train_epoch(model, loader, optimizer(model.parameters()), criterion, torch.device("cpu"))


@check(
    "train_epoch",
    points=0.25,
    hint="count the rows as the batches come: the loader may give fewer than its dataset has.",
)
def test_epoch_counts_what_the_loader_gives(candidate, draw):
    """Batches of one row, a single batch, and a loader that drops the last batch have the right mean, too."""
    X, y = draw.tensor(5, 2), draw.tensor(5, 1)
    for how, batch_size, given in ((public.trained, 1, 5), (public.trained, 9, 5), (trained_on_full_batches, 2, 4)):
        model, batches = draw.model(public.PlainNet, 2, 1), public.in_batches(X[:given], y[:given], batch_size)
        _, losses = public.after_steps(model, batches, STANDSTILL)
        observed = candidate.run(how, model, X, y, batch_size, code(STANDSTILL), code(public.MSE))
        observed.result.scalar(public.per_sample(losses, batches), rtol=CURVE_RTOL)


@probe
def trained_twice(student, model, X, y, optimizer):
    """train_epoch(model, loader, optimizer, nn.MSELoss(), device), twice, each time without gradients; both results"""
    loader, optimizer, losses = DataLoader(TensorDataset(X, y), batch_size=2), optimizer(model.parameters()), []
    for _ in range(2):
        model.zero_grad()
        losses.append(student.train_epoch(model, loader, optimizer, nn.MSELoss(), torch.device("cpu")))
    return losses


@check("train_epoch", points=0.25)
def test_epoch_can_be_repeated(candidate, draw):
    """A second epoch goes on where the first one ended."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(5, 2), draw.tensor(5, 1)
    batches = public.in_batches(X, y, 2)
    expected, losses = public.after_steps(model, 2 * batches, MOMENTUM)
    observed = candidate.run(trained_twice, model, X, y, code(MOMENTUM))
    for result, part in zip(observed.result.items(2), (losses[:3], losses[3:]), strict=True):
        result.scalar(public.per_sample(part, batches), rtol=CURVE_RTOL)
    public.has_learned(observed.argument(0), expected)


@probe
def drawn_after_training(student, model, X, y, seed):
    """torch.manual_seed(seed); train_epoch(model, shuffling loader of one batch, …), torch.rand(3)"""
    torch.manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=len(X), shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    return student.train_epoch(model, loader, optimizer, nn.MSELoss(), torch.device("cpu")), torch.rand(3)


@check(
    "train_epoch",
    points=0.25,
    hint="set no seed: with one, every epoch would shuffle, and drop, in the same way.",
)
def test_epoch_sets_no_seed(candidate, draw):
    """The global generator is drawn from (by the loader), but not re-seeded; gradient recording stays on."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(6, 2), draw.tensor(6, 1)
    expected = float(F.mse_loss(public.in_use(model, X), y.double()))
    numbers = []
    for seed in (draw.integer(1, 4999), draw.integer(5000, 9999)):
        observed = candidate.run(drawn_after_training, model, X, y, seed)
        loss, after = observed.result.unpack("loss", "numbers")
        loss.scalar(expected, rtol=CURVE_RTOL)
        observed.state_kept(TORCH_GENERATOR)
        numbers.append(after.shape(3).dtype(torch.float32).tensor)
    if torch.equal(*numbers):
        observed.fails("random numbers that depend on the seed set before", "the same ones for another seed", "state")


@domain("train_epoch", points=0.5, programs=25, free=["mode", "gradients"])
def test_epoch_of_any_batches(pick):
    """Any model, sizes of batches, optimizer and criterion: the right loss and the right parameters after an epoch."""
    pick.do("torch.manual_seed(3)")
    chosen = pick.of(*MODELS)
    pick.given("model", chosen + pick.of("", ".eval()"))
    size = pick.of(2, 3, 4, 5, 100, 2, 3)
    n = min(2, size) + pick.of(0, 1, 3, 4, 5, 6)
    n += "BatchNorm" in chosen and n % size == 1  # no batch of one row
    X = pick.tensor("X", (n, 2), layouts=False)
    y = pick.tensor("y", (n, 1), scales=(1.0, 100.0, 1e-3), layouts=False)
    batches = f"batch_size={size}" + (", drop_last=True" if pick.of(False, False, False, size <= n) else "")
    if "BatchNorm" not in chosen and n > 1 and pick.of(False, False, False, True):
        batches = f"batch_sampler=[[0], range(1, {n})]"
    pick.do(f"loader = DataLoader(TensorDataset({X}, {y}), {batches})")
    pick.do(f"optimizer = torch.optim.{pick.of(*OPTIMIZERS)}")
    criterion = pick.of("nn.MSELoss()", "lambda y_pred, y: torch.maximum(y_pred - y, 3 * (y - y_pred)).mean()")
    pick.call(f"train_epoch(model, loader, optimizer, {criterion}, torch.device('cpu'))", no_grad=False, backward=False)


# evaluate


@check("evaluate", points=0.25, hint="count the rows as the batches come, and return a Python float.")
def test_evaluate_whatever_the_batch_size(candidate, draw):
    """The result is a Python float and the same for batches of one row, of some, of all, and of more than there are."""
    model, X, y = draw.model(public.PlainNet, 2, 2), draw.tensor(5, 2), draw.tensor(5, 2)
    y[4] += 8
    expected = float(F.mse_loss(public.in_use(model, X), y.double()))
    for batch_size in (1, 2, 4, 5, 9):
        candidate.run(public.evaluated, model, X, y, batch_size).result.number(expected)


@probe
def evaluated_with_an_error(student, model, X, y, where):
    """evaluate(model, loader, criterion, device), where the criterion, or the loader, may raise an error halfway"""

    def criterion(y_pred, y_true):
        if where == "criterion" and (y_true > 100).any():
            raise ArithmeticError("the criterion has failed")
        return F.mse_loss(y_pred, y_true)

    def batches(rows):
        if where == "loader" and (rows[0][1] > 100).any():
            raise ArithmeticError("the loader has failed")
        return torch.stack([x for x, _ in rows]), torch.stack([y for _, y in rows])

    loader = DataLoader(TensorDataset(X, y), batch_size=2, collate_fn=batches)
    return student.evaluate(model, loader, criterion, torch.device("cpu"))


@check(
    "evaluate",
    points=0.25,
    hint="what must happen even after an error belongs in `finally:`, behind a `try:` around the whole loop.",
)
def test_evaluate_restores_after_an_error(candidate, draw):
    """When criterion or loader raise, the error reaches the caller, and mode and gradient recording are as before."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(4, 2), draw.tensor(4, 1)
    observed = candidate.run(evaluated_with_an_error, model, X, y, "nowhere")
    observed.result.scalar(float(F.mse_loss(public.in_use(model, X), y.double())))
    y[2:] = 1000  # the rows that fail
    for where in ("criterion", "loader"):
        observed = candidate.run(evaluated_with_an_error, model, X, y, where)
        observed.raises("ArithmeticError").state_kept(TORCH_GENERATOR).argument_after(0).in_mode(training=True)


@probe
def notes_of_evaluation(student, model, X, y):
    """loss = evaluate(model, …); then loss, and for each pass through the model whether it recorded a graph"""
    loader = DataLoader(TensorDataset(X, y), batch_size=2)
    loss = student.evaluate(model, loader, nn.MSELoss(), torch.device("cpu"))
    return loss, list(model.notes)


@check(
    "evaluate", points=0.25, hint="`eval()` doesn't switch autograd off. Run the loop inside `with torch.no_grad():`."
)
def test_evaluate_records_no_graph(candidate, draw):
    """While the model computes no graph is recorded."""
    model, X, y = public.noisy_net(draw, training=False), draw.tensor(4, 2), draw.tensor(4, 1)
    loss, notes = candidate.run(notes_of_evaluation, model, X, y).result.unpack("loss", "graph recorded")
    loss.scalar(float(F.mse_loss(public.in_use(model, X), y.double())))
    notes.equals([False] * max(1, len(notes.items())))


@check("evaluate", points=0.25)
def test_evaluate_leaves_the_model(candidate, draw):
    """Parameters, their requires_grad and .grad, and buffers are as before."""
    model, X, y = public.noisy_net(draw, training=False), draw.tensor(4, 2), draw.tensor(4, 1)
    for parameter in model.parameters():
        parameter.grad = draw.tensor(*parameter.shape)
    model.hidden.bias.requires_grad_(False)
    observed = candidate.run(public.evaluated, model, X, y, 4)
    observed.result.scalar(float(F.mse_loss(public.in_use(model, X), y.double())))
    observed.unchanged()
    observed = candidate.run(public.evaluated, model.train(), X, y, 2)
    for name, buffer in model.named_buffers():
        observed.argument(0).buffer(name).values(buffer)


@probe
def devices_of_evaluation(student, model, X, y, device):
    """evaluate(model.to(device), loader, criterion, device); then the devices of what criterion was given"""
    model.to(device)
    devices = []

    def criterion(y_pred, y_true):
        devices.append((y_pred.device.type, y_true.device.type))
        return torch.zeros(())

    loader = DataLoader(TensorDataset(X, y), batch_size=2)
    try:
        student.evaluate(model, loader, criterion, torch.device(device))
    except RuntimeError:
        if len(devices) < 3:  # a total kept on meta can't be read at the end: but the calls have been observed by then
            raise
    return devices


@check(
    "evaluate",
    points=0.25,
    judges="facts",
    hint="`X.to(device)` returns a tensor and leaves `X` where it is. Assign it: `X = X.to(device)`, and so for `y`.",
)
def test_evaluate_moves_batches(candidate, draw, device):
    """Inputs and targets are moved from the CPU to the device of the model."""
    model = draw.model(public.PlainNet, 2, 1)
    observed = candidate.run(devices_of_evaluation, model, draw.tensor(5, 2), draw.tensor(5, 1), device)
    for devices in observed.result.items(3):
        devices.equals((device, device))


@probe
def evaluated_on_full_batches(student, model, X, y, criterion):
    """evaluate(model, loader, criterion, device), where the loader leaves out the last batch (drop_last=True)"""
    loader = DataLoader(TensorDataset(X, y), batch_size=2, drop_last=True)
    return student.evaluate(model, loader, criterion, torch.device("cpu"))


@check(
    "evaluate",
    points=0.25,
    hint="use the criterion that you are given, as `criterion(prediction, target)`, and count the rows as they come.",
)
def test_evaluate_with_any_criterion_and_loader(candidate, draw):
    """A criterion that tells prediction from target, and a loader that drops the last batch, are taken as they are."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(5, 2), draw.tensor(5, 1)
    expected = float(eval(LOPSIDED)(public.in_use(model, X[:4]), y[:4].double()))
    candidate.run(evaluated_on_full_batches, model, X, y, code(LOPSIDED)).result.scalar(expected)


@probe
def evaluated_unrecorded(student, model, X, y):
    """with torch.no_grad(): loss = evaluate(model, …); then loss and torch.is_grad_enabled(), still inside"""
    loader = DataLoader(TensorDataset(X, y), batch_size=2)
    with torch.no_grad():
        loss = student.evaluate(model, loader, nn.MSELoss(), torch.device("cpu"))
        return loss, torch.is_grad_enabled()


@check("evaluate", points=0.25, hint="`with torch.no_grad():` puts gradient recording back by itself.")
def test_evaluate_keeps_gradient_recording(candidate, draw):
    """Gradient recording is on afterwards if it was on, and off if it was off."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(4, 2), draw.tensor(4, 1)
    expected = float(F.mse_loss(public.in_use(model, X), y.double()))
    observed = candidate.run(public.evaluated, model, X, y, 4)
    observed.result.scalar(expected)
    observed.state_kept(TORCH_GENERATOR)
    loss, recording = candidate.run(evaluated_unrecorded, model, X, y).result.unpack("loss", "recording")
    loss.scalar(expected)
    recording.equals(False)


@domain("evaluate", points=0.25, programs=40, raises=["RuntimeError"])
def test_evaluate_any_model(pick):
    """Any model, sizes of batches and criterion give the right loss, and the model stays as it was."""
    pick.do("torch.manual_seed(3)")
    pick.given("model", pick.of(*MODELS) + pick.of("", ".eval()"))
    change = pick.of("", "", "model.requires_grad_(False)", "for p in model.parameters(): p.grad = torch.ones_like(p)")
    pick.do(*[change] * bool(change))
    n = pick.of(3, 5, 7, 8, 1, 4)
    X = pick.tensor("X", (n, pick.of(2, 2, 2, 2, 2, 2, 3)), layouts=False)
    y = pick.tensor("y", (n, 1), scales=(1.0, 100.0, 1e-3), layouts=False)
    drop_last = pick.of("", "", "", ", drop_last=True") if n >= 5 else ""
    batches = f"batch_size={pick.of(2, 3, 4, 5, 1)}{drop_last}"
    pick.do(f"loader = DataLoader(TensorDataset({X}, {y}), {batches})")
    pick.do("seen = []")
    loss = pick.of("F.mse_loss(y_pred, y)", "torch.maximum(y_pred - y, 3 * (y - y_pred)).mean()")
    pick.do(f"criterion = lambda y_pred, y: (seen.append((len(y), y_pred.requires_grad)), {loss})[1]")
    pick.call("evaluate(model, loader, criterion, torch.device('cpu'))")
    pick.observe("result", "seen")


# accumulated_step


def accumulated(candidate, model, X, y, sizes, optimizer=public.SGD, criterion=public.MSE):
    """Make the candidate step once on batches of these sizes."""
    return candidate.run(public.accumulated, model, X, y, sizes, code(optimizer), code(criterion))


def learned(candidate, model, X, y, sizes):
    """Make the candidate step once on batches of these sizes, and give the parameters."""
    return candidate.run(public.parameters_accumulated, model, X, y, sizes, code(public.SGD), code(public.MSE))


@check(
    "accumulated_step",
    points=0.5,
    hint="a batch with more rows counts for more: multiply each loss by its rows divided by all rows, before backward.",
)
def test_accumulated_batches_of_different_sizes(candidate, draw):
    """With batches of different sizes, the parameters are those after one step on all the rows together."""
    X, y = draw.tensor(6, 2), draw.tensor(6, 1)
    for sizes in ([3, 1, 2], [1, 5], [6], [1, 1, 1, 1, 1, 1]):
        model = draw.model(public.PlainNet, 2, 1)
        expected, _ = public.after_steps(model, [(X, y)])
        public.gives_learned(learned(candidate, model, X, y, sizes), expected)


@check(
    "accumulated_step",
    points=0.25,
    hint="the losses of the batches, each times its rows, divided by all the rows.",
)
def test_accumulated_loss_of_different_sizes(candidate, draw):
    """With batches of different sizes, the result is the mean loss per sample before the step."""
    X, y = draw.tensor(6, 2), draw.tensor(6, 1)
    y[3] += 8
    for sizes in ([3, 1, 2], [1, 5], [6]):
        model = draw.model(public.PlainNet, 2, 1)
        expected = float(F.mse_loss(public.in_use(model, X), y.double()))
        accumulated(candidate, model, X, y, sizes).result.scalar(expected)


@check(
    "accumulated_step",
    points=0.5,
    hint="reset the gradients once, before the loop: those from before the call don't count.",
)
def test_accumulated_forgets_old_gradients(candidate, draw):
    """Gradients left over from before the call don't count."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(5, 2), draw.tensor(5, 1)
    expected, _ = public.after_steps(model, [(X, y)])
    for parameter in model.parameters():
        parameter.grad = draw.tensor(*parameter.shape, low=2, high=4)
    public.gives_learned(learned(candidate, model, X, y, [2, 3]), expected)


@probe
def rows_at_a_time(student, model, X, y, sizes):
    """loss = accumulated_step(model, batches, …); then loss, and how many rows each pass through the model had"""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss = student.accumulated_step(model, in_batches(X, y, sizes), optimizer, nn.MSELoss())
    return loss, [rows for rows, _ in model.notes]


@check(
    "accumulated_step",
    points=0.5,
    hint="give the model one batch at a time, as it is. The joined batch is what wouldn't fit into memory.",
)
def test_accumulated_one_batch_at_a_time(candidate, draw):
    """The model never sees more rows at once than the largest batch has."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(6, 2), draw.tensor(6, 1)
    observed = candidate.run(rows_at_a_time, model, X, y, [2, 3, 1])
    loss, rows = observed.result.unpack("loss", "rows")
    loss.scalar(float(F.mse_loss(public.in_use(model, X), y.double())))
    most = max((passed.integer().fact for passed in rows.items()), default=0)
    if most > 3:
        observed.fails("at most 3 rows at a time, as the largest batch has", f"{most} rows at a time", "length")


@check(
    "accumulated_step",
    points=0.25,
    hint="use the `optimizer` and the `criterion` that you are given, as `criterion(prediction, target)`.",
)
def test_accumulated_with_any_optimizer_and_criterion(candidate, draw):
    """Classification with Adam, and a criterion that tells prediction from target, are taken as they are."""
    X = draw.tensor(7, 4, low=-1, high=1)
    for y, optimizer, criterion in (
        (draw.integers(7, low=0, high=2), ADAM, CROSS_ENTROPY),
        (draw.tensor(7, 3), public.SGD, LOPSIDED),
    ):
        model = draw.model(public.PlainNet, 4, 3)
        expected, (loss,) = public.after_steps(model, [(X, y)], optimizer, criterion)
        observed = accumulated(candidate, model, X, y, [4, 1, 2], optimizer, criterion)
        observed.result.scalar(loss)
        public.has_learned(observed.argument(0), expected)


@check("accumulated_step", points=0.25)
def test_accumulated_leaves_the_batches(candidate, draw):
    """Inputs and targets are not modified, and gradient recording stays on."""
    model, X, y = draw.model(public.PlainNet, 2, 1), draw.tensor(5, 2), draw.tensor(5, 1)
    observed = accumulated(candidate, model, X, y, [2, 3])
    observed.result.scalar(float(F.mse_loss(public.in_use(model, X), y.double())))
    observed.unchanged(1, 2).state_kept(TORCH_GENERATOR)


@domain("accumulated_step", points=0.5, programs=25, free=["mode", "gradients"])
def test_accumulated_step_on_any_batches(pick):
    """Any sizes of batches, optimizer, criterion, scale and old gradients give one step as on all the rows together."""
    pick.do("torch.manual_seed(3)")
    pick.given("model", pick.of(*MODELS[:3]) + pick.of("", ".eval()"))
    if pick.of(False, False, True):
        pick.do("for p in model.parameters(): p.grad = torch.ones_like(p)")
    pick.do("rows = []", "model.register_forward_hook(lambda model, X, y: rows.append(len(y)))")
    pairs, largest = [], 0
    for _ in range(pick.of(2, 1, 3, 4)):
        n, k = pick.of(2, 1, 3, 5), len(pairs)
        largest = max(largest, n)
        X = pick.tensor(f"X{k}", (n, 2), layouts=False)
        pairs.append(f"({X}, {pick.tensor(f'y{k}', (n, 1), scales=(1.0, 100.0, 1e-3), layouts=False)})")
    pick.do(f"optimizer = torch.optim.{pick.of(*OPTIMIZERS)}")
    criterion = pick.of("nn.MSELoss()", "lambda y_pred, y: torch.maximum(y_pred - y, 3 * (y - y_pred)).mean()")
    pick.call(f"accumulated_step(model, [{', '.join(pairs)}], optimizer, {criterion})", no_grad=False, backward=False)
    pick.observe("result", f"max(rows, default=0) <= {largest}")
