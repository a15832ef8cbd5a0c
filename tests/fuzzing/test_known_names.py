"""Code that once got the name of a mistake that it does not have, and code whose mistakes have their own names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from mutations import CATALOG, ROOT

from grader.grading.pool import WorkerPool
from grader.grading.settings import Settings
from grader.records import Misconception, Submission

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

Named = Callable[[str, str], dict[str, Misconception]]


@pytest.fixture(scope="module")
def named() -> Iterator[Named]:
    """Grade a wrong implementation of one task; return the mistake that each of its failed checks names."""
    settings = Settings(root=str(ROOT), exercises=tuple(e.id for e in CATALOG.exercises), relaxed_sandbox=True)
    with WorkerPool(1) as workers:

        def named(task: str, code: str) -> dict[str, Misconception]:
            exercise, _ = CATALOG.find(task)
            source = CATALOG.solution(exercise).read_text(encoding="utf-8") + "\n\n" + code
            student = Submission(student="a", exercise=exercise, path="a.py", tasks=(task,), source=source)
            (graded,) = workers.grade(settings, [student])
            assert graded.report is not None
            (report,) = graded.report.tasks
            assert report.points < report.max_points
            mistakes = {check.id: check.feedback.misconception for check in report.checks}
            return {id: mistake for id, mistake in mistakes.items() if mistake is not None}

        yield named


JOINED = """\
def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            pairs = [(model(X.to(device)), y.to(device)) for X, y in loader]
            predictions, targets = (torch.cat(part) for part in zip(*pairs))
            return criterion(predictions, targets).item()
    finally:
        model.train(was_training)
"""
SHIFTED = """\
def softmax(x, dim):
    e = torch.exp(x - 50)
    return e / e.sum(dim=dim, keepdim=True)
"""
OK = """\
def inplace_error(fn, value):
    return "ok"
"""
UNSCALED = """\
class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) < self.p)
"""
MISSPELT = """\
class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.prob) / (1 - self.p)
"""


CUDA_ONLY_WITH_MPS = """\
def choose_device(cuda_available, mps_available):
    if cuda_available and mps_available:
        device = torch.device("cuda")
    else:
        device = torch.device("mps" if mps_available else "cpu")
    return device
"""
NO_CUDA = """\
def choose_device(cuda_available, mps_available):
    if mps_available:
        device = torch.device("mps")
    else:
        device = torch.device("cpu")
    return device
"""
MPS_FIRST = """\
def choose_device(cuda_available, mps_available):
    device = torch.device("cpu")
    if mps_available:
        device = torch.device("mps")
    elif cuda_available:
        device = torch.device("cuda")
    return device
"""
HEADS_IN_FORWARD = """\
class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.sizes = n_hidden, n_classes
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())

    def forward(self, x):
        hidden = self.trunk(x)
        n_hidden, n_classes = self.sizes
        return {"value": nn.Linear(n_hidden, 1)(hidden), "logits": nn.Linear(n_hidden, n_classes)(hidden)}
"""
KEPT_IS_INPUT = """\
def saved_for_backward(op):
    kept = []

    def note(tensor):
        kept.append(tensor)
        return tensor

    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        y = op(x)
    y.sum().backward()
    output = any(tensor.data_ptr() == y.data_ptr() for tensor in kept)
    return "both" if output else "input" if kept else "neither"
"""
EXPERIMENT = """\
def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            {changed}.add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return {answer}
"""
ALWAYS_THE_INPUT = EXPERIMENT.format(
    changed="x", answer='"both" if len(saved) == 2 else saved[0] if saved else "neither"'
)
NOT_TWO_IS_BOTH = EXPERIMENT.format(
    changed='(x if name == "input" else y)',
    answer='"both" if len(saved) != 2 else saved[0] if saved else "neither"',
)
BOTH = """\
def saved_for_backward(op):
    return "both"
"""
INPUT = """\
def saved_for_backward(op):
    return "input"
"""
LAST_LAYER_TOO_WIDE = """\
class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        h1, h2 = hidden
        layers = nn.Linear(n_inputs, h1), nn.ReLU(), nn.Linear(h1, h2), nn.ReLU(), nn.Linear(h1, n_classes)
        self.net = nn.Sequential(nn.Flatten(), *layers)

    def forward(self, x):
        return self.net(x)
"""
STATISTICS_AS_COLUMNS = """\
def standardize_splits(train, valid, test):
    mean, std = train.mean(dim=0), train.std(dim=0)
    return tuple((x - mean.unsqueeze(1)) / std.unsqueeze(1) for x in (train, valid, test))
"""
ANOTHER_SUFFIX = """\
def save_checkpoint(path, model, hyperparameters, epoch):
    state = {}
    for name, tensor in model.state_dict().items():
        state[".".join(part for part in name.split(".") if part != "_orig_mod")] = tensor
    checkpoint = {"model_state": state, "hyperparameters": hyperparameters, "epoch": epoch}
    torch.save(checkpoint, Path(path).with_suffix(".pt"))
"""
NAN_STAYS = """\
def random_search(objective, space, n_trials, seed):
    rng = random.Random(seed)
    best_params, best_value = None, None
    for _ in range(n_trials):
        params = {}
        for name, (kind, low, high) in space.items():
            if kind == "int":
                params[name] = rng.randint(low, high)
            elif kind == "log":
                params[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                params[name] = rng.uniform(low, high)
        value = objective(params)
        if best_value is None or value < best_value:
            best_params, best_value = params, value
    if math.isnan(best_value):
        raise ValueError("every value is NaN")
    return best_params, best_value
"""
STOPS_EARLY = """\
def fit_early_stopping(model, optimizer, criterion, train_loader, valid_loader, max_epochs, patience):
    def one_pass(loader, train):
        model.train(train)
        seen, total = 0, 0.0
        with torch.set_grad_enabled(train):
            for X, y in loader:
                loss = criterion(model(X), y)
                if train:
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                total += loss.item() * len(y)
                seen += len(y)
        return total / seen

    log = {"train": [], "valid": [], "best_epoch": 0}
    epoch = 0
    while epoch < max_epochs and epoch - log["best_epoch"] <= patience - (epoch > 0):
        log["train"].append(one_pass(train_loader, True))
        log["valid"].append(one_pass(valid_loader, False))
        if epoch == 0 or log["valid"][-1] < log["valid"][log["best_epoch"]]:
            log["best_epoch"] = epoch
            best = copy.deepcopy(model.state_dict())
        epoch += 1
    model.load_state_dict(best)
    return log
"""


@pytest.mark.parametrize(
    ("task", "code", "false"),
    [
        ("evaluate", JOINED, "first-batch"),
        ("softmax", SHIFTED, "subtracts-the-position"),
        ("inplace_error", OK, "given-a-clone"),
        ("InvertedDropout", UNSCALED, "mask-upside-down"),
        ("choose_device", CUDA_ONLY_WITH_MPS, "else-belongs-to-the-second-if"),
        ("choose_device", NO_CUDA, "else-belongs-to-the-second-if"),
        ("choose_device", MPS_FIRST, "two-ifs-override"),
        ("TwoHeadNet", HEADS_IN_FORWARD, "heads-in-a-dict"),
        ("saved_for_backward", KEPT_IS_INPUT, "one-run-output-first"),
        ("saved_for_backward", ALWAYS_THE_INPUT, "one-run-for-both"),
        ("saved_for_backward", NOT_TWO_IS_BOTH, "vector-backward"),
        ("saved_for_backward", BOTH, "no-requires-grad"),
        ("saved_for_backward", INPUT, "first-found"),
        ("ImageClassifier", LAST_LAYER_TOO_WIDE, "flattens-the-batch"),
        ("standardize_splits", STATISTICS_AS_COLUMNS, "by-row"),
        ("save_checkpoint", ANOTHER_SUFFIX, "old-file-kept"),
        ("random_search", NAN_STAYS, "any-nan-refused"),
        ("fit_early_stopping", STOPS_EARLY, "never-reset"),
    ],
)
def test_a_sentence_that_is_false_of_the_code_is_not_said(named: Named, task: str, code: str, false: str) -> None:
    """No check names the mistake whose sentence mentions something that is not in the code."""
    assert false not in {mistake.id for mistake in named(task, code).values()}


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ("InvertedDropout", MISSPELT),
        ("exp_plus_one", "def exp_plus_one(t):\n    return torch.expp(t) + 1\n"),
        ("exp_plus_one", "def exp_plus_one(t):\n    return torhc.exp(t) + 1\n"),
        ("exp_plus_one", "def exp_plus_one(t):\n    from torch import expp\n\n    return expp(t) + 1\n"),
        ("exp_plus_one", "exp_plus_oen = exp_plus_one\ndel exp_plus_one\n"),
    ],
)
def test_a_name_that_nobody_has_is_no_misconception(named: Named, task: str, code: str) -> None:
    """A misspelt attribute, variable, import or function gets no other name: its own message says what is wrong."""
    assert named(task, code) == {}


TWO_MISTAKES = """\
class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if p <= 0 or p >= 1:
            raise ValueError(f"p is {p}, which is no probability")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p).float() / (1 - self.p)
"""


def test_two_mistakes_in_one_function_are_named_at_their_own_checks(named: Named) -> None:
    """Each of two mistakes is named where its check fails. Neither explains all failures, so both are likely only."""
    found = named("InvertedDropout", TWO_MISTAKES)
    assert {id: (mistake.id, mistake.perhaps) for id, mistake in found.items()} == {
        "dropout_keeps_dtype_and_shape": ("float-mask", True),
        "dropout_edges_of_p": ("refuses-zero", True),
    }
