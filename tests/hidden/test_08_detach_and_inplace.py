"""Hidden checks of 08_detach_and_inplace."""

from __future__ import annotations

import torch

from grader.suites import check, code, domain, probe, public_suite

public = public_suite(__file__)

# gradient_step_


@probe
def step_beside_alias(student, x, learning_rate):
    """alias = x.detach(); gradient_step_(x, learning_rate); alias"""
    alias = x.detach()
    student.gradient_step_(x, learning_rate)
    return alias


@check(
    "gradient_step_",
    points=0.5,
    hint="write into the memory that `x` has (`x -= ...`): giving `x` other memory leaves everybody else behind.",
)
def test_step_writes_into_same_memory(candidate, draw):
    """A detached alias made before the step sees the new value."""
    x, rate = draw.tensor(3).requires_grad_(), draw.number(0.1, 0.9)
    x.grad = draw.tensor(3, low=1)
    candidate.run(step_beside_alias, x, rate).result.values(x.detach() - rate * x.grad)


@check(
    "gradient_step_",
    points=0.5,
    judges="facts",
    hint="a step only reads the gradient: don't write to `x.grad` (`.zero_()`, `*=`) and don't replace it.",
)
def test_step_keeps_gradient(candidate, draw):
    """x.grad holds the same values afterwards: neither zeroed nor scaled."""
    x = draw.tensor(2, 3).requires_grad_()
    x.grad = draw.tensor(2, 3, low=1)
    candidate.gradient_step_(x, draw.number(0.1, 0.9)).argument(0, "x").grad(x.grad)


@probe
def two_steps(student, x, learning_rate):
    """twice: x.grad = None; (x**2).sum().backward(); gradient_step_(x, learning_rate); then x"""
    for _ in range(2):
        x.grad = None
        (x**2).sum().backward()
        student.gradient_step_(x, learning_rate)
    return x


@check("gradient_step_", points=0.5)
def test_step_can_be_repeated(candidate, draw):
    """Training can go on: a second backward and a second step work, with gradient recording still on."""
    x, rate = draw.tensor(3), draw.number(0.1, 0.4)
    observed = candidate.run(two_steps, x.clone().requires_grad_(), rate)
    observed.state_kept().result.values(x * (1 - 2 * rate) ** 2).leaf()


@domain("gradient_step_", points=0.5, raises=["ValueError"])
def test_step_of_any_leaf(pick):
    """Any leaf, gradient and rate give the right step, in the memory that x has; a missing gradient is refused."""
    shape, dtype = pick.shape(ranks=(1, 2, 0), sizes=(2, 3, 1, 3, 0)), pick.of("float32", "float64")
    x = pick.tensor("x", shape, dtypes=(dtype,), scales=(1.0, 1e-6, 1e6), grad=True, layouts=False)
    gradient = pick.of("ones", "any", "any", "zeros", "backward", "missing")
    if gradient == "backward":
        pick.do("(x**2).sum().backward()")
    elif gradient == "any":
        gradient = pick.tensor("gradient", shape, dtypes=(dtype,), scales=(1.0, 1e-6, 1e6), layouts=False)
        pick.do("x.grad = gradient")
    elif gradient != "missing":
        pick.do(f"x.grad = torch.{gradient}_like(x)")
    if pick.maybe():
        pick.given("alias", "x.detach()")
    pick.call(f"gradient_step_({x}, {pick.of('', 'learning_rate=')}{pick.of(0.5, 0.1, 1.0, 0.0, 1e-6, 1e6)})")


# snapshot


@probe
def snapshot_then_change_x(student, x):
    """kept = snapshot(x); x += 10, unrecorded; kept"""
    kept = student.snapshot(x)
    with torch.no_grad():
        x += 10
    return kept


@probe
def snapshot_then_change_kept(student, x):
    """kept = snapshot(x); kept += 10, unrecorded; x"""
    kept = student.snapshot(x)
    with torch.inference_mode():
        kept += 10
    return x


@check(
    "snapshot",
    points=0.25,
    judges="facts",
    hint="the snapshot and `x` share memory: `clone()` makes memory of its own.",
)
def test_snapshot_has_own_memory(candidate, draw):
    """Changing x afterwards doesn't change the snapshot, nor the reverse."""
    x = draw.tensor(3)
    candidate.run(snapshot_then_change_x, x.clone().requires_grad_()).result.values(x)
    candidate.run(snapshot_then_change_kept, x).result.values(x)
    candidate.snapshot(x).result.owns_memory()


@check("snapshot", points=0.25, judges="facts")
def test_snapshot_keeps_dtype_and_shape(candidate, draw):
    """Any dtype and shape: float64, float16, int32, bool, 0-D, transposed, empty."""
    for x in (
        draw.tensor(3, dtype=torch.float64, decimals=12),
        draw.tensor(2, dtype=torch.float16),
        draw.tensor(3, low=-90, high=90, dtype=torch.int32),
        draw.tensor(4) > 0,
        draw.tensor().requires_grad_(),
        draw.tensor(4, 3).T.requires_grad_(),
        torch.empty(0, 2),
    ):
        candidate.snapshot(x).result.dtype(x.dtype).values(x, rtol=0, atol=0)


@check("snapshot", points=0.25, judges="facts")
def test_snapshot_leaves_x_alone(candidate, draw):
    """x keeps its values, its requires_grad, its graph and its gradient."""
    x = draw.tensor(3).requires_grad_()
    x.grad = draw.tensor(3)
    candidate.snapshot(x).unchanged(0).argument(0, "x").grad(x.grad)
    candidate.snapshot(x.clone()).unchanged(0)


@probe
def snapshots_during_forward(student, w):
    """snapshot(w); y = w.exp(); kept = snapshot(y); kept += 1, unrecorded; y.sum().backward(); w.grad"""
    student.snapshot(w)
    y = w.exp()
    kept = student.snapshot(y)
    with torch.inference_mode():
        kept += 1
    y.sum().backward()
    return w.grad


@check(
    "snapshot",
    points=0.25,
    judges="facts",
    hint="the graph of `x` must stay whole, and so must the memory that it needs: touch neither, and copy.",
)
def test_snapshot_lets_backward_work(candidate, draw):
    """Taking snapshots during the forward pass, and editing one, doesn't disturb the backward pass."""
    w = draw.tensor(3)
    candidate.run(snapshots_during_forward, w.clone().requires_grad_()).result.values(w.exp())


@domain("snapshot", points=0.25, programs=41)
def test_snapshot_of_any_tensor(pick):
    """A tensor of any dtype and shape is copied as it is: a leaf, a result, with a gradient or without."""
    dtypes = ("float32", "float64", "int64", "bfloat16", "float16", "int32", "uint8", "bool")
    shape, scales = pick.shape(ranks=(1, 2, 0, 3), sizes=(2, 3, 1, 3, 0)), (1.0, 1e-6, 1e6)
    kind = pick.of("plain", "plain", "plain", "leaf", "leaf with a gradient", "result")
    if kind == "plain":
        pick.tensor("x", shape, dtypes=dtypes, low=-100, high=100)
    else:
        leaf = pick.tensor("w" if kind == "result" else "x", shape, dtypes=dtypes[:2], scales=scales, grad=True)
        pick.do(*[f"{leaf}.grad = torch.ones_like({leaf})"] * (kind == "leaf with a gradient"))
    if kind == "result":
        pick.given("x", pick.of("torch.tanh(w)", "w * 2"))
    pick.call("snapshot(x)", backward=False)
    if kind == "result":
        pick.do("x.sum().backward()")


# exp_plus_one


@check("exp_plus_one", points=0.25, judges="facts")
def test_exp_leaves_t_alone(candidate, draw):
    """t is not modified: a plain tensor, a leaf that requires grad, an intermediate result."""
    t = draw.tensor(3)
    for given in (t, t.clone().requires_grad_(), t.clone().requires_grad_().clone()):
        candidate.exp_plus_one(given).returned().unchanged(0)


@probe
def inside_longer_graph(student, w):
    """t = w * w; z = exp_plus_one(t); (z * t).sum().backward(); w.grad"""
    t = w * w
    z = student.exp_plus_one(t)
    (z * t).sum().backward()
    return w.grad


@check(
    "exp_plus_one",
    points=0.5,
    hint="stay with torch operations, out of place and outside `no_grad()`, from `t` to the result.",
)
def test_exp_fits_into_longer_graph(candidate, draw):
    """As a step between other operations, it passes on the right gradient."""
    w = draw.tensor(3, low=-1.5, high=1.5)
    t = (w * w).requires_grad_()
    (t * (t.exp() + 1)).sum().backward()
    assert t.grad is not None
    candidate.run(inside_longer_graph, w.clone().requires_grad_()).result.values(t.grad * 2 * w)


@check("exp_plus_one", points=0.25)
def test_exp_has_right_gradient_for_any_shape(candidate, draw):
    """The gradient is right for 0-D, transposed and float64 tensors, whatever gradient comes from above."""
    for t in (draw.tensor(), draw.tensor(4, 3).T, draw.tensor(3, dtype=torch.float64)):
        upstream = draw.tensor(*t.shape, dtype=t.dtype)
        observed = candidate.with_backward(upstream).exp_plus_one(t.clone().requires_grad_())
        observed.ran_backward().argument(0, "t").grad(upstream * t.exp())


@domain("exp_plus_one", points=0.25)
def test_exp_of_any_tensor(pick):
    """Any tensor of any float dtype gets the right values and the right gradient."""
    dtype = pick.of("float32", "float64", "bfloat16", "float16")
    scales = (1.0, 1e-6, 10.0, 10.0) if dtype in ("float32", "float64") else (1.0,)
    shape = pick.shape(ranks=(1, 2, 0), sizes=(2, 3, 1, 3, 0))
    result = pick.of(False, False, True)
    t = pick.tensor("w" if result else "t", shape, dtypes=(dtype,), scales=scales, grad="maybe")
    if result:
        t = pick.given("t", pick.of("w * 2", "torch.tanh(w)", "w.clone()"))
    pick.call(f"exp_plus_one({t})")


# inplace_error

_RERAISE = "let through every error that isn't one of the two: a bare `raise` at the end of the `except` block."


@probe
def input_of_cos_changed(student, value):
    """inplace_error(fn, value), where fn does y = 2 * x; z = y.cos(); y += 1; return z"""

    def fn(x):
        y = 2 * x
        z = y.cos()
        y += 1
        return z

    return student.inplace_error(fn, value)


@probe
def output_of_cos_changed(student, value):
    """inplace_error(fn, value), where fn does y = 2 * x; z = y.cos(); z += 1; return z"""

    def fn(x):
        y = 2 * x
        z = y.cos()
        z += 1
        return z

    return student.inplace_error(fn, value)


@probe
def leaf_changed_under_no_grad(student, value):
    """inplace_error(fn, value), where fn does y = x * x; x += 1 under no_grad(); return y"""

    def fn(x):
        y = x * x
        with torch.no_grad():
            x += 1
        return y

    return student.inplace_error(fn, value)


@check("inplace_error", points=0.5, hint=public.WORDS)
def test_inplace_error_depends_on_what_was_saved(candidate, draw):
    """Changing the input of cos, or a leaf that a product needs, gives "saved"; changing cos's output gives "ok"."""
    for fn, label in (
        (input_of_cos_changed, "saved"),
        (output_of_cos_changed, "ok"),
        (leaf_changed_under_no_grad, "saved"),
    ):
        public.says(candidate.run(fn, draw.number(0.5, 2)), label, "modified by an inplace operation")


@check("inplace_error", points=0.25, judges="facts", hint=_RERAISE)
def test_inplace_error_passes_on_other_runtime_errors(candidate, draw):
    """A RuntimeError of fn about something else (shapes, flags, NumPy) reaches the caller."""
    for fn in ("x + torch.ones(2) + torch.ones(3)", "(x * 2).requires_grad_(False)", "x.numpy()"):
        candidate.inplace_error(code(f"lambda x: {fn}"), draw.number(0.5, 2)).raises("RuntimeError")


@probe
def error_of_fn(student, error, value):
    """inplace_error(fn, value), where fn raises an exception of its own: what arrives?"""

    def fn(x):
        raise error

    inplace_error = student.inplace_error
    try:
        answer = inplace_error(fn, value)
    except Exception as caught:
        if type(caught) is NotImplementedError:  # the stub's TODO
            raise
        return "that same exception" if caught is error else f"another exception, {type(caught).__name__}"
    return f"no exception, but {answer!r}"


@check("inplace_error", points=0.25, judges="facts", hint=_RERAISE)
def test_inplace_error_passes_on_any_exception_unchanged(candidate, draw):
    """A ValueError or a RuntimeError of fn's own arrives as the very exception that was raised."""
    for error in ('ValueError("x is too large")', 'RuntimeError("out of paper")'):
        candidate.run(error_of_fn, code(error), draw.number(0.5, 2)).result.equals("that same exception")


@check("inplace_error", points=0.5, judges="facts", hint=_RERAISE)
def test_inplace_error_passes_on_other_backward_errors(candidate, draw):
    """A result without a graph, or with one already used up: the RuntimeError of backward reaches the caller."""
    for fn in ("x.detach()", f"torch.tensor({draw.number(1, 9)})", "(y := x * x, y.backward())[0]"):
        candidate.inplace_error(code(f"lambda x: {fn}"), draw.number(0.5, 2)).raises("RuntimeError")


@check("inplace_error", points=0.25, judges="facts")
def test_inplace_error_leaves_settings_alone(candidate, draw):
    """Gradient recording is still on afterwards, and other settings are as before, whatever happened."""
    for fn in ("x.add_(1)", "x.exp().add_(1)", "x.exp()", "x.detach()"):
        candidate.inplace_error(code(f"lambda x: {fn}"), draw.number(0.5, 2)).state_kept()


@probe
def argument_of_fn(student, value):
    """inplace_error(fn, value), where fn notes its argument x and returns 2 * x; x"""
    noted = []

    def fn(x):
        noted.append(x)
        return 2 * x

    student.inplace_error(fn, value)
    return noted[-1] if noted else None


@check(
    "inplace_error",
    points=0.25,
    judges="facts",
    hint="make `x` with `torch.tensor(value, requires_grad=True)`, and give `fn` that very tensor.",
)
def test_inplace_error_makes_the_leaf(candidate, draw):
    """fn is given a 0-D float32 leaf that holds the value and requires grad."""
    value = draw.number(0.5, 2)
    candidate.run(argument_of_fn, value).result.leaf().values(value).dtype(torch.float32)


@domain("inplace_error", points=0.5, raises=["RuntimeError", "ValueError", "IndexError", "AttributeError"])
def test_inplace_error_of_any_function(pick):
    """Any function gets the right label: changed leaves and views, changed saved tensors; other errors pass."""
    leaf = ("x.add_(1)", "x[...].zero_()", "x.view(1).mul_(2)", "x.reshape(1)[0].sub_(3)", "x.view(1)[0].exp_()")
    leaf += ("F.relu(x, inplace=True)", "x.unsqueeze(0).neg_()", "x * torch.ones(1, requires_grad=True).add_(1)")
    saved = (
        "x.exp().add_(1)",
        "x.sqrt().mul_(2)",
        "(y := x.tanh(), y.detach().zero_())[0]",
        "x.sigmoid().sqrt_().neg_()",
    )
    saved += ("(y := 2 * x, y.cos(), y.add_(1))[1]", "(y := x + 1, y * y, y.sub_(1))[1]", "x.exp().log().exp().neg_()")
    right = ("x * x", "x", "x.cos().add_(1)", "(x * 2).add_(1)", "x.clone().exp_()", "(x + 1).neg_().mul_(3)")
    right += ("(y := x.exp(), y.data.add_(1))[0]", "x.view(1).clone().add_(1).sum()")
    wrong = ("x.view(2)", "(x * 2).requires_grad_(False)", "x.numpy()", "x + torch.ones(2) + torch.ones(3)")
    wrong += ("x.exp().add_(torch.ones(2))", "x.detach()", "torch.tensor(1.0)", "(y := x * x, y.backward())[0]")
    wrong += ("x[3]", "x.nothing", "math.sqrt(-1.0)", "x.data.mul_(2)")
    fn = pick.of(*right, *leaf, *saved, *wrong)
    pick.call(f"inplace_error(lambda x: {fn}, {pick.of(1.0, 0.5, 2.0, 1e-3, 20.0)})", no_grad=False)


# saved_for_backward


@check("saved_for_backward", points=0.5, judges="facts", hint=public.EXPERIMENT)
def test_saved_output(candidate):
    """exp, relu, rsqrt, sigmoid, sqrt, tan and tanh keep their output."""
    ops = "torch.exp", "torch.relu", "torch.rsqrt", "torch.sigmoid", "torch.sqrt", "torch.tan", "torch.tanh"
    public.keep(candidate, "output", *ops)


@check("saved_for_backward", points=0.5, judges="facts", hint=public.EXPERIMENT)
def test_saved_input(candidate):
    """abs, cos, log, sin, square and var keep their input."""
    public.keep(candidate, "input", "torch.abs", "torch.cos", "torch.log", "torch.sin", "torch.square", "torch.var")


@check("saved_for_backward", points=0.5, judges="facts", hint=public.EXPERIMENT)
def test_saved_both(candidate):
    """max, min, norm, prod, sgn and std (of the whole tensor) keep both."""
    public.keep(candidate, "both", "torch.max", "torch.min", "torch.norm", "torch.prod", "torch.sgn", "torch.std")


@check("saved_for_backward", points=0.5, judges="facts", hint=public.EXPERIMENT)
def test_saved_neither(candidate):
    """ceil, floor, mean, round, sum and max along a dimension keep neither."""
    ops = "torch.ceil", "torch.floor", "torch.mean", "torch.round", "torch.sum", "lambda x: x.max(dim=0).values"
    public.keep(candidate, "neither", *ops)


@check(
    "saved_for_backward",
    points=0.75,
    hint="only the tensor given to `op` and the one it returns count. Change those two, each in a run of its own.",
)
def test_saved_of_several_operations(candidate, draw):
    """For several operations in a row, tensors between input and output don't count."""
    k = draw.number(1.5, 4)
    public.keep_each(
        candidate,
        (f"lambda x: x * {k}", "neither"),
        (f"lambda x: x.exp() + {k}", "neither"),
        (f"lambda x: ({k} * x).cos()", "neither"),
        (f"lambda x: x.log() + {k}", "input"),
        (f"lambda x: x.square() * {k}", "input"),
        (f"lambda x: ({k} * x).exp()", "output"),
        ("lambda x: x.log().exp()", "both"),
    )


@probe
def arguments_of_op(student):
    """saved_for_backward(op), where op notes its argument x and returns x.exp(); x"""
    noted = []

    def op(x):
        noted.append(x.detach().clone())
        return x.exp()

    student.saved_for_backward(op)
    return noted[-1] if noted else None


@check(
    "saved_for_backward",
    points=0.25,
    judges="facts",
    hint="give `op` something like `torch.tensor([1.0, 2.0, 3.0], requires_grad=True)`.",
)
def test_saved_gives_op_what_it_takes(candidate):
    """op is given a 1-D float32 tensor of two or more positive values."""
    x = candidate.run(arguments_of_op).result.dtype(torch.float32)
    if x.tensor.dim() != 1 or len(x.tensor) < 2 or not bool((x.tensor > 0).all()):
        x.differs("a 1-D tensor of two or more positive values", "shape")


@domain("saved_for_backward", points=0.5, free=["generators"])
def test_saved_of_any_operation(pick):
    """Any operation or chain of operations gets the right answer, whatever the shape of its result."""
    first = "exp cos sin log sqrt sigmoid tanh square abs relu rsqrt log1p expm1 neg".split()
    ops = (
        "x",
        *(f"x.{name}()" for name in first),
        "x * 3",
        "x + 1",
        "2 / x",
        "(x**3)",
        "x * x",
        "F.softplus(x)",
        "x[1:].cos()",
    )
    last = "sum mean prod std var max min norm exp cos sqrt sigmoid clone".split()
    ends = ("{} * 2", *(f"{{}}.{name}()" for name in last), "{}.softmax(0)", "{}.cumsum(0)", "{}.max(0).values")
    ends += (
        "torch.stack([{0}, {0}]).T.exp()",
        "torch.outer({0}, {0})",
        "torch.stack([{0}, {0}])",
        "{}.logsumexp(0)",
        "torch.dot({0}, {0})",
        "{} - 1",
    )
    op = pick.of(*ops)
    text = pick.of(*ends).format(f"({op})" if " " in op else op)
    pick.call(f"saved_for_backward(lambda x: {text})", no_grad=False)
