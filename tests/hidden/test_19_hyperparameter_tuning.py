"""Hidden checks of 19_hyperparameter_tuning."""

from __future__ import annotations

import math
from itertools import pairwise

import torch

from grader.suites import Value, check, code, domain, probe, public_suite

public = public_suite(__file__)
Trial, plain, Scripted = public.Trial, public.plain, public.Scripted

# suggest_hyperparameters


@check(
    "suggest_hyperparameters",
    points=0.25,
    hint='the call is `trial.suggest_int("n_hidden", 20, 300)`: both bounds are included.',
)
def test_suggest_n_hidden(candidate, draw):
    """n_hidden is asked for with suggest_int, from 20 to 300 in steps of 1, not on a log scale."""
    _, calls = candidate.run(public.suggested, public.answers(draw)).result.unpack("the dict", "what was asked")
    n_hidden = public.question(calls, "n_hidden")
    n_hidden.key("method").equals("suggest_int")
    n_hidden.key("low").integer(20)
    n_hidden.key("high").integer(300)
    n_hidden.key("step").integer(1)
    n_hidden.key("log").equals(False)


@check(
    "suggest_hyperparameters",
    points=0.25,
    hint='the call is `trial.suggest_categorical("optimizer", ["sgd", "adam"])`.',
)
def test_suggest_optimizer(candidate, draw):
    """optimizer is asked for with suggest_categorical and the two choices, in any order."""
    _, calls = candidate.run(public.suggested, public.answers(draw)).result.unpack("the dict", "what was asked")
    optimizer = public.question(calls, "optimizer")
    optimizer.key("method").equals("suggest_categorical")
    optimizer.key("choices").equals(["adam", "sgd"])


@check(
    "suggest_hyperparameters",
    points=0.5,
    hint="ask once for each of the three, under the name that is its key; keep the answer if you need it twice.",
)
def test_suggest_asks_once_each(candidate, draw):
    """The trial is asked three times, once under each of the three names."""
    observed = candidate.run(public.suggested, public.answers(draw))
    result, calls = observed.result.unpack("the dict", "what was asked")
    result.key("learning_rate").number()
    names = sorted(str(call.key("name").python) for call in calls.items())
    if names != ["learning_rate", "n_hidden", "optimizer"]:
        observed.fails("the names learning_rate, n_hidden and optimizer, each once", f"the names {names}", "values")


@domain("suggest_hyperparameters", points=0.25, programs=20)
def test_suggest_any_answers(pick):
    """Whatever the trial answers is in the dict, and the trial is asked each question once, in the right way."""
    rate, n_hidden = pick.of(0.0137, 1e-5, 0.1, 0.00024), pick.of(100, 20, 300, 57)
    answers = f'"suggest_float": {rate}, "suggest_int": {n_hidden}, "suggest_categorical": {pick.of("sgd", "adam")!r}'
    pick.do(f"trial = Trial({{{answers}}})")
    pick.do(*["trial.suggest_categorical('batch_size', [16, 32])"] * pick.of(0, 0, 1))
    pick.call("suggest_hyperparameters(trial)")
    pick.observe("result", "len(trial.calls)", "{call['name']: call for call in trial.calls}")


# tuning_objective


@check("tuning_objective", points=0.5, hint=public._EPOCH)
def test_objective_reports_every_epoch(candidate, draw):
    """Each epoch's own metric is reported, a Python float with its step, and only then should_prune is asked."""
    metrics = public.some_metrics(draw, 1, draw.integer(3, 5))
    observed, _, events, *_ = public.tuning(candidate, draw, metrics)
    reported = public.named(events, "report")
    expected = [[metric, epoch] for epoch, metric in enumerate(metrics)]
    if reported != expected or not all(type(value) is float for value, _ in reported):
        observed.fails(f"the reports (metric, step) {expected}", f"the reports {reported}", "values")
    asks_in_order(observed, events, len(metrics))


def asks_in_order(observed, events: list[Value], n_epochs: int) -> None:
    """Ask that each epoch goes: fit_epoch, report, should_prune (more than once, if somebody likes)."""
    names = [event.python[0] for event in events]
    names = [name for name in names if not name.startswith("suggest")]
    names = [name for name, before in zip(names, ["", *names], strict=False) if (name, before) != ("should_prune",) * 2]
    expected = ["fit_epoch", "report", "should_prune"] * n_epochs
    if names != expected:
        observed.fails(f"the calls {', '.join(expected)}", f"the calls {', '.join(names)}", "values")


@check(
    "tuning_objective",
    points=0.5,
    hint="ask `trial.should_prune()` right after each report, in the last epoch too, and `raise pruned` at once.",
)
def test_objective_stops_at_once(candidate, draw):
    """Pruned in the first epoch, in a later one or in the last, it trains, reports and asks no more."""
    metrics = public.some_metrics(draw, 0, 4)
    for pruned_after in (1, 2, 3, 4):
        observed, outcome, events, *_ = public.tuning(candidate, draw, metrics, pruned_after)
        outcome.equals("raised pruned")
        asks_in_order(observed, events, pruned_after)
    _, outcome, *_ = public.tuning(candidate, draw, metrics, 5)
    outcome.number(metrics[0])


@check("tuning_objective", points=0.5, hint=public._RATE)
def test_objective_asks_for_the_rate(candidate, draw):
    """The learning rate is asked for once, first, from 1e-5 to 1e-1 on a log scale; nothing else is asked for."""
    observed, outcome, events, calls, _ = public.tuning(candidate, draw, public.some_metrics(draw, 1, 3))
    outcome.number()
    public.asks_for_learning_rate(calls)
    if len(calls.items()) != 1:
        observed.fails("the trial is asked for one value, once", f"it was asked {len(calls.items())} times", "length")
    if events[0].python[0] != "suggest_float":
        observed.fails("the learning rate is asked for first", f"{events[0].python[0]} came first", "values")


@domain("tuning_objective", points=0.5, raises=["Pruned"])
def test_objective_of_any_metrics(pick):
    """Metrics of any size and sign, pruned or not, are reported and give the best one."""
    n, scale, offset = pick.of(3, 1, 2, 5), pick.of(1.0, 1e-6, 1e6), pick.of(0.0, 0.0, -5000.0, -2e9)
    drawn = [pick.number(-3, 3) * scale + offset for _ in range(5)]
    metrics = pick.given("metrics", str(pick.of(drawn, drawn, [0.0, -1.0, -2.0, -0.5, -3.0])[:n]))
    pruned_after = pick.of(None, None, 1, 2, 3)
    pick.do(f'trial = Trial({{"suggest_float": {pick.of(0.01, 1e-5)}}}, pruned_after={pruned_after})')
    pick.do(f"class Pruned({pick.of('Exception', 'StopIteration')}): pass")
    pick.given("fitted", "[]")
    pick.do(f"fit_epoch = lambda learning_rate, epoch: (fitted.append((learning_rate, epoch)), {metrics}[epoch])[1]")
    pick.call(f"tuning_objective(trial, fit_epoch, {n}, {pick.of('', 'pruned=')}Pruned)", backward=False)
    pick.observe("result", "[event for event in trial.events if event[0] != 'should_prune']")


# random_search


@probe
def dicts_of_a_search(student, space, values, seed):
    """random_search: how many different dicts objective got, best_params, and what was tried; each dict as it is now"""
    objective = Scripted(values)
    params, _ = student.random_search(objective, space, len(values), seed)
    different = len({id(given) for given in objective.given})
    now = [{name: plain(value) for name, value in given.items()} for given in objective.given]
    return different, {name: plain(value) for name, value in params.items()}, objective.copies, now


@check(
    "random_search",
    points=0.25,
    judges="facts",
    hint="make the dict inside the loop, `params = {}`: a dict that is filled again loses what it held.",
)
def test_search_makes_new_dicts(candidate, draw):
    """objective gets a new dict in each trial, and afterwards best_params and all the others hold what they held."""
    n = draw.integer(5, 8)
    values = [draw.number(1, 9) + i / 1000 for i in range(n)]
    values[2] = 0.5
    observed = candidate.run(dicts_of_a_search, public.some_space(draw), values, draw.integer(0, 9999))
    different, params, tried, now = observed.result.items(4)
    params.name = "best_params"
    params.equals(tried.items(n)[2].python)
    if different.python != n:
        observed.fails(f"{n} different dicts", f"{different.python}", "values")
    now.equals(tried.python)


@probe
def drawn(student, space, n_trials, seed):
    """random_search with many trials: the values that were drawn, by name"""
    objective = Scripted([1.0])
    student.random_search(objective, space, n_trials, seed)
    return {name: torch.tensor([tried[name] for tried in objective.copies], dtype=torch.float64) for name in space}


N = 2000
SIX_SIGMA = 6 * 0.5 / N**0.5  # what a share of N draws deviates by, in less than one case out of 10**8


def shares(values: Value, edges: list[float], expected: list[float], what: str) -> None:
    """Ask that the expected shares of N values lie between each two edges, the lower one included."""
    values.shape(N)
    for (low, high), share in zip(pairwise(edges), expected, strict=True):
        got = float(((values.tensor >= low) & (values.tensor < high)).double().mean())
        if abs(got - share) > SIX_SIGMA:
            values.fails(f"{what}: {share:.0%} of {N} draws from {low:g} to {high:g}", f"{got:.0%}", "values")


@check(
    "random_search",
    points=0.25,
    hint="`randint(low, high)` of `random.Random` includes both ends.",
)
def test_search_reaches_every_int(candidate, draw):
    """Every int of the range turns up, both ends and negative ones included; equal bounds leave one."""
    low, one = draw.integer(-3, -2), draw.integer(-9, 9)
    space = {"layers": ("int", low, low + 3), "only": ("int", one, one)}
    observed = candidate.run(drawn, space, N, draw.integer(0, 9999))
    layers = observed.result.key("layers")
    found = sorted(set(layers.tensor.tolist()))
    if found != [low, low + 1, low + 2, low + 3]:
        layers.fails(f"all ints from {low} to {low + 3}", f"only {found}", "values")
    observed.result.key("only").values(torch.full((N,), float(one)))


@check(
    "random_search",
    points=0.25,
    hint='for "log" draw evenly between the logarithms of the bounds, then take `math.exp` of what was drawn.',
)
def test_search_draws_logarithms_evenly(candidate, draw):
    """Of a "log" parameter, each factor of the range gets its share: half of 1e-5 to 1e-1 lies below 1e-3."""
    high = draw.number(2, 90)
    space = {"rate": ("log", 1e-5, 1e-1), "scale": ("log", high / 16, high)}
    observed = candidate.run(drawn, space, N, draw.integer(0, 9999))
    shares(observed.result.key("rate"), [0, 1e-4, 1e-3, 1e-2, 1], [0.25] * 4, "evenly by factors")
    shares(observed.result.key("scale"), [0, high / 8, high / 4, high / 2, 2 * high], [0.25] * 4, "evenly by factors")


@check(
    "random_search",
    points=0.25,
    hint='for "float" draw evenly between the bounds: `rng.uniform(low, high)`.',
)
def test_search_draws_floats_evenly(candidate, draw):
    """Floats are evenly distributed between their bounds; equal bounds leave one value."""
    low, width, one = draw.number(-5, 5), draw.number(1, 8), draw.number(-9, 9)
    space = {"x": ("float", low, low + width), "only": ("float", one, one)}
    observed = candidate.run(drawn, space, N, draw.integer(0, 9999))
    edges = [low - 1, low + width / 4, low + width / 2, low + 3 * width / 4, low + width + 1]
    shares(observed.result.key("x"), edges, [0.25] * 4, "evenly distributed")
    observed.result.key("only").values(torch.full((N,), one))


@check(
    "random_search",
    points=0.25,
    judges="facts",
    hint="make the generator once, before the loop over the trials, and draw a new number for each name.",
)
def test_search_draws_independently(candidate, draw):
    """Trials differ from one another, and so do parameters of the same range within a trial."""
    space = {"x": ("float", 0.0, 1.0), "y": ("float", 0.0, 1.0), "z": ("log", 1.0, math.e)}
    observed = candidate.run(drawn, space, N, draw.integer(0, 9999))
    columns = [observed.result.key(name).shape(N) for name in space]
    for column in columns:
        if len(column.tensor.unique()) < N - 10:
            column.fails("new values in every trial", f"only {len(column.tensor.unique())} different ones", "values")
    x, y, z = (column.tensor for column in columns)
    ranks = torch.stack([x, y, z.log(), x.roll(1), y.roll(1)])  # evenly distributed all of them
    for i, j in ((0, 1), (0, 2), (1, 2), (0, 3), (1, 4), (0, 4), (1, 3)):
        r = float(torch.corrcoef(ranks[[i, j]])[0, 1])
        if abs(r) > 6 / N**0.5:
            columns[i].fails("values drawn independently", f"a correlation of {r:.2f} with others", "values")


@check(
    "random_search",
    points=0.25,
    hint="seed the generator with the argument `seed`: every seed gave the same trials.",
)
def test_search_differs_with_another_seed(candidate, draw):
    """Another seed tries other values."""
    space, values, seed = public.some_space(draw), [3.0, 1.0, 2.0], draw.integer(0, 9999)
    runs = []
    for other in (seed, seed + draw.integer(1, 99)):
        params, value, tried = public.search(candidate, space, values, other)
        value.number(1.0)
        params.equals(tried[1].python)
        runs.append([trial.python for trial in tried])
    if runs[0] == runs[1]:
        params.fails("other trials than with another seed", "the same trials", "values")


@check(
    "random_search",
    points=0.25,
    hint="draw from a generator of your own, `random.Random(seed)`; `random.seed` seeds the one that all share.",
)
def test_search_leaves_global_generators(candidate, draw):
    """The global generators of torch, NumPy and random are as before, and so are all other settings."""
    values = [draw.number(2, 9), draw.number(0, 1), draw.number(2, 9)]
    observed = candidate.run(public.searched, public.some_space(draw), values, draw.integer(0, 9999)).state_kept()
    params, value, tried = observed.result.items(3)
    value.number(values[1])
    params.equals(tried.items(3)[1].python)


@check(
    "random_search",
    points=0.25,
    hint="comparisons with NaN are false: leave out the trials whose value is NaN (`math.isnan`), then take the best.",
)
def test_search_ignores_nan(candidate, draw):
    """NaN never wins, first, last or in between, nor does it cost a trial; infinity loses against any number."""
    nan, inf, low, high = math.nan, math.inf, draw.number(0, 1), draw.number(2, 9)
    for values in (
        [high, low, nan],
        [nan, high, low],
        [low, nan, high],
        [nan, nan, high],
        [inf, nan, low],
        [high, -inf],
    ):
        params, value, tried = public.search(candidate, public.some_space(draw), values, draw.integer(0, 9999))
        best = min(v for v in values if not math.isnan(v))
        value.number(best)
        params.equals(tried[values.index(best)].python)


@check(
    "random_search",
    points=0.25,
    judges="facts",
    hint="when no value is left that isn't NaN, there is no best trial: `raise ValueError(...)`.",
)
def test_search_refuses_nothing_but_nan(candidate, draw):
    """ValueError if every value is NaN, of one trial or of several; a single number is in the tuple as the best."""
    space, seed = public.some_space(draw), draw.integer(0, 9999)
    for values in ([math.nan], [math.nan] * 4):
        candidate.run(public.searched, space, values, seed).raises("ValueError")
    loss = draw.number(-9, 9)
    params, value, tried = public.search(candidate, space, [loss], seed)
    value.number(loss)
    params.equals(tried[0].python)
    candidate.random_search(code(f"lambda params: {loss}"), space, 1, seed).result.items(2, kind="tuple")


@domain("random_search", points=0.5, programs=30, raises=["ValueError"])
def test_search_with_any_values(pick):
    """Any values of the objective, NaN and infinity too, any ranges and seeds give the best of repeatable trials."""
    values = pick.of(
        "[3.0, 1.0, 2.0]",
        "[math.nan, 2.0, 1.0]",
        "[1.0]",
        "[5.0, -1e9, math.inf]",
        "[math.nan]",
        "[2.0, math.nan, math.inf, 3.0]",
        "[1e308, 1e300]",
        "[math.inf, 1e9, 1e12]",
        "[math.nan, math.nan, 4.0]",
    )
    ranges = ('("int", -3, 3)', '("float", -1.0, 1.0)', '("log", 1e-5, 0.1)', '("int", 1, 4)', '("int", -9, -7)')
    others = ('("float", 0.0, 1.0)', '("log", 1.0, 1e4)')
    space = f'{{"a": {pick.of(*ranges)}, "b": {pick.of(*others)}}}'
    many, seed = pick.maybe(), pick.seed()
    values = "[3.0, 1.0, 2.0]" if many and "," not in values else values  # so that fewer trials are simpler
    n = 400 if many else values.count(",") + 1
    pick.do(f"objective, again = Scripted({values}), Scripted({values})")
    pick.given("space", space)
    pick.call(f"random_search(objective, space, {n}, {seed})", no_grad=False, backward=False)
    drawing = pick.of("again", "again", "lambda params: (random.random(), again(params))[1]")
    pick.do(f"random_search({drawing}, space, {n}, {seed})", "best = {name: plain(x) for name, x in result[0].items()}")
    pick.observe("result[1]", "len(objective.copies)", "again.copies == objective.copies")
    if n != 400:
        pick.observe("objective.values[objective.copies.index(best)]")
    else:
        pick.observe("sorted({x for trial in objective.copies for x in trial.values() if type(x) is int})")
