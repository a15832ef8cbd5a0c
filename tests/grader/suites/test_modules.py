"""Models can be passed to candidates with drawn weights, described, and judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from grader import wire
from grader.forgery.spoiling import spoiled
from grader.records import ExerciseReport
from grader.suites.comparisons import same_fact

Examine = Callable[..., list[ExerciseReport]]
LayDown = Callable[..., Path]
Ask = Callable[[str, str], str]

SUITE = '''
from torch import nn
from grader.suites import shared


@shared
def net():
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Dropout(), nn.Linear(2, 1))


@check("double", points=1)
def test_model(candidate, draw):
    """What is asked of a model holds."""
    model = draw.model(net)
    model[0].weight.grad = draw.tensor(2, 3)
    model[3].bias.requires_grad_(False)
    seen = candidate.double(model)
    {question}
'''


@pytest.fixture
def ask(lay_down: LayDown, examine: Examine) -> Ask:
    """Ask one question about a function's result for a model; return "" if it passes, otherwise the message."""

    def ask(question: str, body: str) -> str:
        root = lay_down(public=SUITE.format(question=question), released=True)
        source = f"import torch\nfrom torch import nn\n\ndef double(x):\n    {body}\n"
        (report,) = examine(root, source)
        (check,) = (check for task in report.tasks for check in task.checks if check.id == "model")
        assert not check.feedback.broken, str(check.feedback)
        return "" if check.status == "passed" else str(check.feedback)

    return ask


SAME = "x.train()\n    return x"


@pytest.mark.parametrize(
    "question",
    [
        "seen.unchanged()",
        "seen.result.same_object_as(seen.argument(0)).same_object_as(seen.before(0))",
        "seen.result.parameter('0.weight').values(model[0].weight).leaf().grad(model[0].weight.grad)",
        "seen.result.parameter('3.bias').detached().frozen()",
        "seen.result.parameter('3.bias').other_object_than(seen.before(0).parameter('0.bias'))",
        "seen.result.parameter('3.bias').same_object_as(seen.before(0).parameter('3.bias'))",
        "seen.result.buffer('1.running_mean').values([0.0, 0.0])",
        "seen.result.parameters('3.weight', '3.bias', '0.weight', '0.bias', '1.weight', '1.bias')",
        "assert seen.result.submodules('Linear') == ['0', '3']",
        "seen.result.in_mode(training=True)",
        "model.load_state_dict(seen.result.state)",
        "seen.result.shares_memory_with(seen.argument(0))",
    ],
)
def test_what_holds_passes(ask: Ask, question: str) -> None:
    """A model that comes back unchanged passes every question."""
    assert ask(question, SAME) == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("x.eval()", "expected: x: training stays True\ngot: x: it is False"),
        ("x[2].eval()", "expected: x: training of its module '2' stays True"),
        ("x(torch.zeros(2, 3))", "x.1.running_mean: left as it was"),
        ("x.zero_grad()", "got: x.0.weight.grad: None"),
        ("x[0].weight.grad.mul_(2)", "x.0.weight.grad"),
        ("x[0].weight.data.mul_(2)", "x.0.weight"),
        ("x[0].weight = nn.Parameter(x[0].weight.detach().clone())", "got: x.0.weight: replaced by another tensor"),
        ("x.requires_grad_(True)", "expected: x.3.bias: requires_grad stays False"),
        ("x.append(nn.Linear(1, 1))", "4.weight in its place"),
        ("x[0].bias = None", "expected: x: 0.bias as it was"),
        ("del x[3]", "3"),
    ],
)
def test_what_became_of_a_model_is_seen(ask: Ask, body: str, said: str) -> None:
    """Changed modes, buffers, gradients, values, objects and flags each end the check."""
    assert said in ask("seen.unchanged()", body)


@pytest.mark.parametrize(
    ("question", "body", "said"),
    [
        ("seen.result.in_mode(training=False)", "x.training = False\n    return x", "its module '0' in training mode"),
        ("seen.result.parameter('w')", "return x", "expected: a parameter named 'w'\ngot: parameters named 0.weight"),
        ("seen.result.parameter('w')", "return nn.ReLU()", "got: no parameters"),
        ("seen.result.parameters('w')", "return x", "expected: exactly the parameters w"),
        ("seen.result.state", "return 3", "expected: an `nn.Module`"),
        ("seen.result.state", "pass", "did you forget `return`?"),
        ("seen.result.same_object_as(seen.argument(0))", "return nn.Sequential(*x)", "got: another object"),
        (
            "seen.result.other_object_than(seen.before(0))",
            "return x",
            "expected: a new object\ngot: the object the given x",
        ),
        ("seen.result.parameter('0.bias').frozen()", "return x", "expected: result.0.bias: a frozen parameter"),
        ("seen.result.keys('a', 'b')", "return {'a': 1, 'c': 2}", "exactly the keys 'a', 'b'\ngot: the keys 'a', 'c'"),
        ("seen.result.keys('a', 'b')", "return {'a': 1, 'b': 2, 3: 4}", "got: the keys 'a', 'b', 3"),
        ("seen.result.keys('a')", "return 'a'", "expected: a dict"),
        ("seen.result.curve([1.0, 2.0])", "return [1.0, 2.1]", "expected: result[1]: 2.0"),
        ("seen.result.curve([1.0, 2.0])", "return [1.0, torch.tensor(2.0)]", "`.item()` gives the Python number"),
        ("seen.result.curve([1.0, 2.0])", "return [1.0]", "expected: 2 items"),
    ],
)
def test_what_does_not_hold_is_told(ask: Ask, question: str, body: str, said: str) -> None:
    """A failed question has a message for the student."""
    assert said in ask(question, body)


def test_a_model_is_shown_on_one_line(ask: Ask) -> None:
    """A model is shown by its layers, without line breaks."""
    said = ask("seen.result.values([1.0])", "return x")
    assert said.startswith("double(Sequential(Linear(3, 2), BatchNorm1d(2")
    assert "got: a module, Sequential" in said


def module(**changes: object) -> wire.ModuleFact:
    """Return the facts of a small module."""
    weight = wire.TensorFact(
        dtype="float32",
        shape=(1,),
        device="cpu",
        data=torch.tensor([2.0]).numpy().tobytes(),
        requires_grad=True,
        is_leaf=True,
        grad_fn=None,
        grad=None,
        object=1,
        storage=1,
        version=0,
    )
    part = wire.SubmoduleFact(name="", classes=("Net", "Module"), training=True, object=0)
    known = {"modules": (part,), "parameters": (("weight", weight),), "buffers": ()}
    return wire.ModuleFact(**{**known, **changes})  # type: ignore[arg-type]


def test_modules_are_compared_in_all_that_a_check_can_see() -> None:
    """Modules differ by values, names, modes and objects; for values alone, classes and objects do not count."""
    (part,) = module().modules
    renamed = module(modules=(wire.SubmoduleFact(name="", classes=("Other", "Module"), training=True, object=9),))
    evaluating = module(modules=(wire.SubmoduleFact(name="", classes=part.classes, training=False, object=0),))
    assert same_fact(module(), module())
    assert not same_fact(module(), renamed) and same_fact(module(), renamed, values_only=True)
    assert not same_fact(module(), evaluating, values_only=True)
    assert not same_fact(module(), module(parameters=()), values_only=True)


def test_a_modules_values_are_spoiled() -> None:
    """Spoiling changes a module's parameters and buffers."""
    seen = spoiled(wire.Observation(nonce=0, outcome="returned", result=module()))
    assert isinstance(seen.result, wire.ModuleFact)
    assert not same_fact(seen.result, module(), values_only=True)
