"""A misconception's presumptions are patterns that are found in a syntax tree, or not."""

import ast

import pytest

from grader.catalog.presumptions import holds, parse


def in_code(text: str, source: str) -> bool:
    return holds(text, [node for statement in ast.parse(source).body for node in ast.walk(statement)])


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("item()", "return_value = loss.item()"),
        ("item()", "item(loss)"),
        ("max()", "y = torch.max(x, dim=1)[1]"),
        ("cat(dim=0)", "torch.cat([a, b], dim=0)"),
        ("cat(_, 0)", "torch.cat([a, b], 0)"),
        ("_(log=True)", "trial.suggest_float('lr', 1e-5, 1e-1, log=True)"),
        ("super().__init__()", "class A(B):\n    def __init__(self):\n        super().__init__()"),
        ("_.data", "x.data.add_(1)"),
        ("_.data = _", "x.data = y"),
        ("_ -= _", "x -= 1"),
        ("_ - _", "x -= 1"),
        ("1 - _", "q = 1.0 - self.p"),
        ("_ < p", "mask = self.p > u"),
        ("_ < 1", "if 0 <= p < 1: pass"),
        ("_[0]", "first = images[0]"),
        ("assert", "assert x, 'no'"),
        ("for _ in _: return", "for x in xs:\n    if x:\n        return x"),
        ("for _ in _: zero_grad()", "for x, y in loader:\n    optimizer.zero_grad()"),
        ("with no_grad(): ...", "with torch.no_grad():\n    y = x"),
        ("with no_grad(): _ = _", "with torch.no_grad():\n    y: float = x"),
        ("if _: ...", "if x:\n    pass"),
        ("elif", "if x:\n    pass\nelif y:\n    pass"),
        ("else", "if x:\n    pass\nelif y:\n    pass\nelse:\n    pass"),
        ("not else", "if x:\n    pass\nif y:\n    pass"),
        ("mean() or sum()", "x.sum() / 3"),
        ("not super().__init__()", "class A(B):\n    def __init__(self):\n        self.p = 1"),
        ("not mean() or sum()", "x.max()"),
        ("'cpu'", "x.to('cpu')"),
    ],
)
def test_a_pattern_that_is_there_holds(text: str, source: str) -> None:
    """Names match the last part of dotted names, `_` any expression, and empty parentheses any arguments."""
    assert in_code(text, source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("item()", "loss.item"),
        ("item()", "# loss.item()\nx = 'item()'"),
        ("cat(dim=0)", "torch.cat([a, b], dim=1)"),
        ("cat(dim=0)", "torch.cat([a, b])"),
        ("_ -= _", "x = x - 1"),
        ("1 - _", "q = self.p - 1"),
        ("1 - _", "q = True - self.p"),
        ("_ < p", "mask = u >= p"),
        ("_[0]", "images[1]"),
        ("for _ in _: return", "for x in xs:\n    pass\nreturn_value = 1"),
        ("with no_grad(): ...", "with open('x'):\n    pass"),
        ("elif", "if x:\n    pass\nif y:\n    pass\nelse:\n    pass"),
        ("else", "if x:\n    pass\nelif y:\n    pass"),
        ("else", "for x in xs:\n    pass\nelse:\n    y = 1 if x else 2"),
        ("not item()", "loss.item()"),
        ("mean() or sum()", "x.max()"),
        ("not mean() or sum()", "x.sum()"),
    ],
)
def test_a_pattern_that_is_not_there_does_not_hold(text: str, source: str) -> None:
    """Comments, texts and mentions are no calls; `not` asks that none of the patterns is there."""
    assert not in_code(text, source)


@pytest.mark.parametrize("text", ["", "_", "not", "item(", "call item", "a; b", "item() or", "pass or _"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    """Text that is not one expression or statement, and `_` alone, raise ValueError."""
    with pytest.raises(ValueError):
        parse(text)
