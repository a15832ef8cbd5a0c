"""A candidate loads one submission even if parts of it fail, and answers calls with observations."""

from __future__ import annotations

import socket
import sys
import textwrap
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from grader import wire
from grader.candidate_process import executor
from grader.candidate_process.executor import Executor

Load = Callable[[str], Any]
Ask = Callable[..., wire.Call]


def lines(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def leaf(*values: float, **fields: Any) -> wire.TensorInput:
    data = np.array(values, dtype=np.float32).tobytes()
    return wire.TensorInput(dtype="float32", shape=(len(values),), data=data, requires_grad=True, **fields)


def values(fact: Any) -> list[float]:
    """Return the elements of a tensor of float32."""
    return list(map(float, np.frombuffer(fact.data, dtype=np.float32)))


# Loading


def test_what_is_missing_is_answered_with_what_is_defined(load: Load) -> None:
    """That is the submission's own functions and classes, but not its imports and other values."""
    loaded = load("import torch\nfrom torch import nn\nx = 1\ndef f(): pass\nclass A: pass\ng = lambda: 0\n")
    assert loaded.report.errors == () and loaded.call("h").defined == ("f", "A", "g")


@pytest.mark.parametrize("act", ["globals().clear()", "del __name__, __file__, __builtins__", "__name__ = 'mine'"])
def test_a_file_may_do_away_with_its_names(load: Load, act: str) -> None:
    """A file may delete all its names; what it defines afterwards is its own and can be called."""
    loaded = load(f"gone = 1\n{act}\ndef f(x):\n    return len(x)\n")
    assert loaded.report.errors == () and loaded.call("g").defined == ("f",)


def test_an_error_leaves_the_other_statements(load: Load) -> None:
    """A statement that fails is recorded with its line; the statements before and after it run."""
    loaded = load(
        lines("""
        def f():
            return 1

        f(1)
        import nowhere_to_be_found

        def g():
            return 2
        """)
    )
    first, second = loaded.report.errors
    assert (first.type, first.line, first.code) == ("TypeError", 4, "f(1)")
    assert (second.type, second.line, second.code) == ("ModuleNotFoundError", 5, "import nowhere_to_be_found")
    assert [loaded.call(name).result for name in "fg"] == [1, 2]


@pytest.mark.parametrize("end", ["SystemExit(3)", "KeyboardInterrupt", "GeneratorExit", "BaseException('enough')"])
def test_leaving_at_top_level_is_noted(load: Load, end: str) -> None:
    """`sys.exit()` and similar calls at the top level end neither the candidate nor the loading."""
    loaded = load(f"raise {end}\ndef f(): return 1\n")
    assert loaded.report.errors[0].type == end.partition("(")[0] and loaded.report.errors[0].line == 1
    assert loaded.call().result == 1


def test_errors_are_bounded(load: Load) -> None:
    """If a file fails on every line, only the first errors are reported."""
    assert len(load("1/0\n" * 100).report.errors) == 20


def test_a_syntax_error_is_noted_with_its_line(load: Load) -> None:
    """A file that is not valid Python defines nothing, and the error has its line."""
    (error,) = load("x = 1\ndef f(:\n    pass\n").report.errors
    assert (error.type, error.line, error.code) == ("SyntaxError", 2, "def f(:")


def test_a_syntax_error_of_one_statement_leaves_the_others(load: Load) -> None:
    """A statement that parses but does not compile fails alone."""
    loaded = load("return 5\ndef f(): return 1\n")
    (error,) = loaded.report.errors
    assert (error.type, error.line, error.code) == ("SyntaxError", 1, "return 5")
    assert error.message == "'return' outside function"  # the line number would be that of the source, not of the cell
    assert loaded.call().result == 1


@pytest.mark.parametrize("tells_columns", [True, False], ids=["as a whole", "one by one"])
@pytest.mark.parametrize(
    ("source", "line", "left"),
    [
        ("a = 1\nb = 1 / 0\nc = 2\n", 2, {"a": 1, "c": 2}),
        ("a = 1; b = 1 / 0; c = 2\nd = 3\n", 1, {"a": 1, "c": 2, "d": 3}),
        ("n = []\n@n.append\n@(1 / 0)\ndef f(): pass\nc = 2\n", 3, {"n": [], "c": 2}),
        ("n = []\nx = (n.append(1),\n    1 / 0)\nc = 2\n", 3, {"n": [1], "c": 2}),
        ("n = 0\nfor i in range(3):\n    n += 1\n    n / (2 - i)\nc = 2\n", 4, {"n": 3, "i": 2, "c": 2}),
        ("a = 1\ndef f(): raise ValueError\nf(); b = 2\nc = 3\n", 2, {"a": 1, "b": 2, "c": 3}),
        ("class A(metaclass=1):\n    pass\nc = 2\n", 1, {"c": 2}),
    ],
    ids=["line", "same line", "decorator", "second line", "loop", "inside", "class"],
)
def test_what_follows_a_failure_runs_and_nothing_runs_twice(
    load: Load, monkeypatch: pytest.MonkeyPatch, source: str, line: int, left: dict[str, object], tells_columns: bool
) -> None:
    """Loading continues after the statement that failed, even where Python (3.10) reports only lines."""
    monkeypatch.setattr(executor, "_HAS_COLUMNS", tells_columns and executor._HAS_COLUMNS)
    loaded = load(source + "def state(): return {k: v for k, v in globals().items() if type(v) in (int, list)}\n")
    assert [error.line for error in loaded.report.errors] == [line]
    found = {
        key: list(value.items) if hasattr(value, "items") else value for key, value in loaded.call("state").result.items
    }
    assert found == left


def test_a_traceback_that_is_hidden_ends_the_loading_in_order(load: Load) -> None:
    """An exception with a forged traceback is an error of the file, and no statement runs twice."""
    loaded = load("n = []\nclass E(Exception):\n    __traceback__ = None\nn.append(1)\nraise E\ndef f(): return n\n")
    assert [error.type for error in loaded.report.errors] == ["E"]
    assert loaded.call().result.items == (1,)


@pytest.mark.parametrize("source", ["x = 'a\0b'", "(" * 10_000, "-" * 200_000 + "1"], ids=["null", "open", "nested"])
def test_what_python_cannot_parse_is_noted(load: Load, source: str) -> None:
    """Every error of the parser is an error of the file."""
    assert len(load(source).report.errors) == 1


@pytest.mark.parametrize("tells_columns", [True, False], ids=["as a whole", "one by one"])
@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("import a_b.c, math", {"a_b", "math"}),
        ("from a_b import c as d, e", {"d", "e"}),
        ("x = y, (z, *w) = 1 / 0", {"x", "y", "z", "w"}),
        ("if 1:\n    for i in 1 / 0: j = 1", {"i", "j"}),
        ("@(1 / 0)\ndef g(a=1): b = 2", {"g"}),
        ("class A(1 / 0):\n    c = 1", {"A"}),
        ("print(1 / 0)", set()),
    ],
)
def test_a_failure_tells_which_names_it_leaves_without_a_value(
    load: Load, monkeypatch: pytest.MonkeyPatch, statement: str, names: set[str], tells_columns: bool
) -> None:
    """An error lists the names that its own statement would have bound, and no others."""
    monkeypatch.setattr(executor, "_HAS_COLUMNS", tells_columns and executor._HAS_COLUMNS)
    for source in (f"k = 1\n{statement}\nm = 2\n", f"k = 1\n{statement}"):
        (error,) = load(source).report.errors
        assert set(error.unbound) == names


@pytest.mark.parametrize(
    ("statement", "closest"),
    [
        ("lables", "labels"),
        ("pritn(1)", "print"),
        ("def g(features):\n    return fetures\ng(1)", "features"),
        ("def g():\n    inner = 1\n    return [innre for _ in 'a' if inner]\ng()", "inner"),
        ("nothing_like_it", ""),
        ("raise NameError('lables')", ""),
        ("def g():\n    raise NameError('lables', name='lables')\ng()", ""),
        ("labels.smu", ""),
    ],
)
def test_a_name_that_is_not_defined_comes_with_the_one_that_is_like_it(
    load: Load, statement: str, closest: str
) -> None:
    """The most similar name among those that the code could have meant is told, for Python's own errors only."""
    (error,) = load(f"labels = 1\n{statement}\n").report.errors
    assert error.closest == closest


def test_a_flood_of_names_costs_little(load: Load) -> None:
    """Not all names of a module with very many are compared."""
    (error,) = load("globals().update({f'name_{n}': n for n in range(200_000)})\nname_x1\n").report.errors
    assert error.closest.startswith("name_")


@pytest.mark.parametrize(
    ("body", "own", "through"),
    [
        ("raise ValueError", True, ()),
        ("assert 0", True, ()),
        ("1 / 0", False, ()),
        ("(lambda: 1 / 0)()", False, ()),
        ("json.loads('x')", False, ("json", "json.decoder")),
        ("try:\n        json.loads('x')\n    except ValueError:\n        raise", False, ("json", "json.decoder")),
        ("try:\n        json.loads('x')\n    except ValueError as e:\n        raise KeyError from e", True, ()),
        ("json.dumps(1, cls=Own)", True, ()),
        ("json.dumps(Bad())", False, ("json", "json.encoder")),
    ],
)
def test_an_exception_tells_how_it_came(load: Load, body: str, own: bool, through: tuple[str, ...]) -> None:
    """An exception says whether the submission raised it itself, and through which modules it came."""
    loaded = load(
        "import json\nclass Own(json.JSONEncoder):\n    def encode(self, o): raise ValueError\nclass Bad: pass\n"
        f"def f():\n    {body}\n"
    )
    raised = loaded.call().raised
    assert raised is not None and (raised.own, raised.through) == (own, through)


def test_the_future_holds_for_the_whole_file(load: Load) -> None:
    """`from __future__ import annotations` affects the whole file, even if statements are compiled one by one."""
    source = "from __future__ import annotations\ndef f(x: Nowhere) -> Never.Heard.Of: return f.__annotations__['x']\n"
    loaded = load(source)
    assert loaded.report.errors == () and loaded.call("f", 1).result == "Nowhere"


@pytest.mark.parametrize("feature", ["annotation", "braces", "*"])
def test_an_unknown_future_is_noted(load: Load, feature: str) -> None:
    """An unknown name in a `__future__` import is an error of that line alone."""
    loaded = load(f"from __future__ import {feature}\ndef f(): return 1\n")
    (error,) = loaded.report.errors
    assert (error.type, error.line) == ("SyntaxError", 1)
    assert loaded.call().result == 1


def test_the_kits_own_future_is_not_inherited(load: Load) -> None:
    """A submission without that import has its annotations evaluated, as Python does."""
    assert load("def f(x: int): return f.__annotations__['x'] is int\n").call("f", 1).result is True


@pytest.mark.parametrize("line", ["__name__ = []", "class A:\n    __module__ = {}", "def g(): pass\ng.__module__ = []"])
def test_names_may_be_anything(load: Load, line: str) -> None:
    """A submission may set `__name__` and `__module__` to any value, even one that is not hashable."""
    loaded = load(f"{line}\ndef f(): return 1\n")
    assert loaded.report.errors == () and loaded.call().result == 1


def test_main_is_not_run(load: Load) -> None:
    """The block under `if __name__ == "__main__":` does not run when a submission is loaded."""
    loaded = load("x = 1\nif __name__ == '__main__':\n    x = 2\ndef f(): return x, __name__, __file__\n")
    assert loaded.call().result.items == (1, "submission", "submission.py")


def test_the_source_can_be_inspected(load: Load) -> None:
    """`inspect.getsource` and TorchScript find the lines of functions and classes."""
    loaded = load(
        lines("""
        import inspect
        import torch
        class A:
            x = 1
        @torch.jit.ignore
        def f():
            return inspect.getsource(f), inspect.getsource(A)
        """)
    )
    of_function, of_class = loaded.call().result.items
    assert of_function.startswith("@torch.jit.ignore\ndef f():\n") and of_class == "class A:\n    x = 1\n"


def test_dataclasses_and_pickles_find_the_module(load: Load) -> None:
    """The module is in `sys.modules`, where dataclasses and pickle look for it."""
    loaded = load(
        lines("""
        from __future__ import annotations
        import pickle
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: int = 1
        def f():
            return pickle.loads(pickle.dumps(Point(2))).x
        """)
    )
    assert loaded.report.errors == () and loaded.call().result == 2


def test_a_file_may_print_and_warn(load: Load) -> None:
    """What a file prints goes nowhere; a warning that it makes an error is one."""
    report = load("import warnings\nprint('hello')\nwarnings.simplefilter('error')\nwarnings.warn('x')\n").report
    assert [error.type for error in report.errors] == ["UserWarning"]


def test_settings_of_loading_do_not_last(load: Load) -> None:
    """A default dtype, device or gradient mode set while loading is undone before the first call."""
    loaded = load(
        lines("""
        import torch
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        torch.set_grad_enabled(False)
        def f():
            x = torch.ones(1, requires_grad=True) * 2
            return x
        """)
    )
    fact = loaded.call().result
    assert (fact.dtype, fact.device, fact.requires_grad) == ("float32", "cpu", True)


def test_a_device_that_is_not_there_leaves_the_file_usable(load: Load) -> None:
    """A missing default device affects only the statements that use it."""
    if torch.cuda.is_available():
        pytest.skip("CUDA is there")
    loaded = load("import torch\ntorch.set_default_device('cuda')\nx = torch.ones(1)\ndef f(): return torch.ones(1)\n")
    assert [error.line for error in loaded.report.errors] == [3]
    assert loaded.call().result.device == "cpu"


def test_odd_values_at_top_level_do_no_harm(load: Load) -> None:
    """An object that refuses to tell its class is ignored."""
    source = "class A:\n    @property\n    def __class__(self): raise ValueError\na = A()\ndef f(): return 1\n"
    assert load(source).call().result == 1


def test_several_modules_keep_apart(load: Load) -> None:
    """One process can hold several implementations, each under its own name."""
    loaded = load("def f(): return 1\n")
    loaded.load("def f(): return 2\n", module="submission.other")
    assert loaded.call("f", module="submission.other").result == 2
    assert loaded.call("f").result == 1


def test_loading_again_starts_afresh(load: Load) -> None:
    """A module that is loaded again keeps nothing of the first load."""
    loaded = load("def f(): return 1\n")
    loaded.load("def g(): return 2\n")
    assert loaded.call("f").outcome == "missing" and loaded.call("g").result == 2


# Calling


def test_a_call_is_observed(load: Load) -> None:
    """One record holds the result, the arguments before and after, the keywords before and after, and what ran."""
    seen = load("def f(x, y, *, lr):\n    print('in f')\n    x.data += 1\n    return x * y + lr\n").call(
        "f", leaf(1, 2), 3, keywords={"lr": 0.5}, trace=True, nonce=7
    )
    assert (seen.nonce, seen.outcome, seen.raised) == (7, "returned", None)
    assert values(seen.result) == [6.5, 9.5] and seen.result.grad_fn == "AddBackward0"
    assert seen.before[0].data is None and values(seen.arguments[0]) == [2, 3] and seen.arguments[1] == 3
    assert seen.arguments[0].object == seen.before[0].object != seen.result.object
    assert seen.keywords == seen.keywords_before == {"lr": 0.5}
    assert seen.operations["aten::mul"] == 1
    assert seen.backward == "not_asked"


def test_keywords_are_observed_as_arguments_are(load: Load) -> None:
    """Before the call without values, and afterwards with them: an edit in place shows."""
    source = "import torch\ndef f(*, x):\n    with torch.no_grad():\n        x += 1\n    return x\n"
    seen = load(source).call("f", keywords={"x": leaf(1)})
    before, after = seen.keywords_before["x"], seen.keywords["x"]
    assert before.data is None and values(after) == [2]
    assert (before.object, before.storage) == (after.object, after.storage) == (seen.result.object, seen.result.storage)
    assert before.version < after.version


def test_the_result_may_be_an_argument(load: Load) -> None:
    """Object and memory numbers match across result and arguments, even for a value swapped into a list."""
    seen = load("def f(x, a):\n    a.append(x.view(-1))\n    return x\n").call(
        "f", leaf(1), wire.SequenceInput(kind="list", items=())
    )
    x, appended = seen.arguments[0], seen.arguments[1].items[0]
    assert seen.result.object == x.object and appended.object != x.object
    assert appended.storage == x.storage


def test_what_is_missing_is_said_with_what_there_is(load: Load) -> None:
    """A name that is undefined or not callable is missing; the record lists the defined names."""
    loaded = load("f = 5\ndef F(): pass\n")
    for name in ("f", "g"):
        seen = loaded.call(name)
        assert (seen.outcome, seen.defined) == ("missing", ("F",))


def test_a_module_that_invents_names_has_none(load: Load) -> None:
    """A module's `__getattr__` is not called."""
    assert load("def __getattr__(name): raise SystemExit\n").call().outcome == "missing"


def test_anything_callable_may_be_called(load: Load) -> None:
    """A class, a partial, an object with `__call__` or a torch function can be called by its name."""
    loaded = load("import functools, torch\nf = functools.partial(max, 3)\ng = torch.exp\nclass h: pass\n")
    assert loaded.call("f", 5).result == 5
    assert loaded.call("g", leaf(0)).result.grad_fn == "ExpBackward0"
    assert loaded.call("h").result == wire.Other(name="h")


def test_an_exception_is_told_with_the_students_line(load: Load) -> None:
    """An exception has its type, base types, message, and the innermost line of the student with its code."""
    seen = load(
        lines("""
        import torch
        def inner(x):
            return torch.ones(2, 3) @ x
        def f(x):
            return inner(x)
        """)
    ).call("f", leaf(1, 2))
    assert seen.outcome == "raised" and seen.result is None
    assert (seen.raised.type, seen.raised.line) == ("RuntimeError", 3)
    assert seen.raised.code == "return torch.ones(2, 3) @ x"
    assert seen.raised.bases == ("RuntimeError", "Exception", "BaseException", "object")
    assert "mat" in seen.raised.message


def test_arguments_are_told_after_an_exception(load: Load) -> None:
    """The record shows what happened to the arguments before the error."""
    seen = load("def f(x):\n    x.data.zero_()\n    1/0\n").call("f", leaf(1, 2))
    assert values(seen.arguments[0]) == [0, 0] and seen.raised.type == "ZeroDivisionError"


def test_a_wrong_number_of_arguments_has_no_line(load: Load) -> None:
    """An error of the call itself has no line in the student's code."""
    raised = load("def f(): pass\n").call("f", 1).raised
    assert (raised.type, raised.line, raised.code) == ("TypeError", None, "")


def test_a_line_is_found_behind_other_errors(load: Load) -> None:
    """The line of an exception with a cause is the line where that exception itself was raised."""
    source = "def f():\n    try:\n        1/0\n    except Exception as e:\n        raise ValueError('so') from e\n"
    raised = load(source).call().raised
    assert (raised.type, raised.message, raised.line) == ("ValueError", "so", 5)


@pytest.mark.parametrize("error", ["SystemExit(0)", "KeyboardInterrupt()", "GeneratorExit()", "Own('x')"])
def test_leaving_in_a_call_is_observed(load: Load, error: str) -> None:
    """Exceptions that are not an `Exception` are observed like others, and the next call works."""
    loaded = load(f"class Own(BaseException): pass\ndef f(): raise {error}\ndef g(): return 1\n")
    seen = loaded.call()
    assert (seen.outcome, seen.raised.type, seen.raised.line) == ("raised", error.partition("(")[0], 2)
    assert loaded.call("g").result == 1


@pytest.mark.parametrize("trouble", ["raise ValueError", "raise SystemExit", "return 5", "return 'x' * 10**6"])
def test_an_exception_that_cannot_be_shown_is_observed(load: Load, trouble: str) -> None:
    """A message whose code raises an error, or is too long, is limited."""
    raised = load(f"class E(Exception):\n    def __str__(self): {trouble}\ndef f(): raise E\n").call().raised
    assert raised.type == "E" and len(raised.message) <= 1001


def test_endless_recursion_is_an_exception(load: Load) -> None:
    """Python's recursion limit turns endless recursion into an error with a line."""
    raised = load("def f():\n    return f()\n").call().raised
    assert (raised.type, raised.line) == ("RecursionError", 2)


def test_a_wrong_string_of_an_exception_may_hold_half_characters(load: Load) -> None:
    """Messages and code are sent without lone surrogates."""
    assert load("def f(): raise ValueError('\\ud800')\n").call().raised.message == "?"


def test_generators_are_not_run(load: Load) -> None:
    """A generator is described by its type and never iterated over."""
    assert load("def f():\n    yield 1\n    raise SystemExit\n").call().result == wire.Other(name="generator")


def test_warnings_and_settings_of_a_call_are_told(load: Load) -> None:
    """The record of a call includes its warnings and changed settings."""
    seen = load(
        "import torch, warnings\ndef f():\n    warnings.warn('careful')\n    torch.set_default_dtype(torch.float64)\n"
    ).call()
    assert seen.warnings == ("careful",) and seen.state.changed == ("the default dtype",)


# Backward


def test_backward_runs_with_the_upstream_gradient(load: Load) -> None:
    """Backward from the result, with ones or a given gradient, fills the arguments' gradients."""
    loaded = load("def f(x): return x * x\n")
    ones = loaded.call("f", leaf(1, 2), backward=(None,))
    upstream = wire.TensorInput(dtype="float32", shape=(2,), data=np.array([10, 100], dtype=np.float32).tobytes())
    weighted = loaded.call("f", leaf(1, 2), backward=(upstream,))
    assert (ones.backward, values(ones.arguments[0].grad)) == ("ran", [2, 4])
    assert (weighted.backward, values(weighted.arguments[0].grad)) == ("ran", [20, 400])


def test_backward_that_fails_is_told(load: Load) -> None:
    """If an in-place change breaks the graph, the record holds the error that backward raises."""
    seen = load("def f(x):\n    y = x.exp()\n    y += 1\n    return y\n").call("f", leaf(1), backward=(None,))
    assert (seen.outcome, seen.backward, seen.backward_raised.type) == ("returned", "raised", "RuntimeError")
    assert "inplace operation" in seen.backward_raised.message


def test_an_error_in_the_students_backward_has_its_line(load: Load) -> None:
    """An error in the backward of a student's own `autograd.Function` has its line."""
    seen = load(
        lines("""
        import torch
        class Own(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x): return x.clone()
            @staticmethod
            def backward(ctx, g): raise SystemExit
        def f(x): return Own.apply(x)
        """)
    ).call("f", leaf(1), backward=(None,))
    assert (seen.backward_raised.type, seen.backward_raised.line) == ("SystemExit", 6)


@pytest.mark.parametrize("result", ["x.detach()", "x.sum().item()", "None", "(x * 2,)", "torch.ones(1)"])
def test_backward_is_impossible_without_a_graph(load: Load, result: str) -> None:
    """Backward from a result without a graph does not run, and is not an error."""
    seen = load(f"import torch\ndef f(x): return {result}\n").call("f", leaf(1), backward=(None,))
    assert (seen.outcome, seen.backward) == ("returned", "impossible")


def test_backward_is_not_tried_after_an_error(load: Load) -> None:
    """Backward does not run after a call that raised an error."""
    assert load("def f(x): 1/0\n").call("f", leaf(1), backward=(None,)).backward == "not_asked"


def test_backward_is_watched_but_not_traced(load: Load) -> None:
    """Backward's changed settings are recorded and undone; only the call's operations are counted."""
    loaded = load(
        lines("""
        import torch
        class Own(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x): return x.clone()
            @staticmethod
            def backward(ctx, g):
                print("backward")
                torch.set_default_dtype(torch.float64)
                return g.exp()
        def f(x): return Own.apply(x)
        def g(): return torch.ones(1)
        """)
    )
    seen = loaded.call("f", leaf(1), backward=(None,), trace=True)
    assert seen.state.changed == ("the default dtype",)
    assert "aten::exp" not in seen.operations
    assert loaded.call("g").result.dtype == "float32"


# Probes

PROBE = "def probe(student, n):\n    return [student.f(i) for i in range(n)], torch.is_tensor(n)\n"


def test_a_probe_runs_beside_the_submission(load: Load) -> None:
    """A probe gets the module as its first argument, which is not among the observed ones, and can use torch."""
    seen = load("def f(i): return i * i\n").call("probe", 3, probe=PROBE)
    squares, _ = seen.result.items
    assert squares.items == (0, 1, 4) and seen.arguments == (3,)


def test_compiling_is_as_new_in_every_call(load: Load) -> None:
    """`torch.compile` compiles a function eight times at most, but a call does not know how many came before it."""
    loaded = load("import torch\ndef f(model):\n    return torch.compile(model, backend='eager', fullgraph=True)\n")
    probe = (
        "class Net(nn.Module):\n    def forward(self, x):\n        return 2 * x\n\n"
        "def probe(student):\n    return student.f(Net())(torch.ones(2)).tolist()\n"
    )
    outcomes = [loaded.call("probe", probe=probe).outcome for _ in range(10)]
    assert outcomes == ["returned"] * 10


def test_an_error_in_a_probe_has_the_students_line(load: Load) -> None:
    """An error below a probe has the line in the submission, not in the probe."""
    raised = load("def f(i):\n    raise ValueError(i)\n").call("probe", 3, probe=PROBE).raised
    assert (raised.type, raised.line) == ("ValueError", 2)


def test_a_probe_meets_a_missing_name_as_an_attribute_error(load: Load) -> None:
    """If a probe uses a name that the module lacks, the error has no line in the student's code."""
    raised = load("").call("probe", 3, probe=PROBE).raised
    assert (raised.type, raised.line) == ("AttributeError", None)
    assert raised.message == "module 'submission' has no attribute 'f'"


def test_a_probe_leaves_no_names_behind(load: Load) -> None:
    """Names that a probe defines are not in the submission, nor in the next probe."""
    loaded = load("def f(i): return i\n")
    loaded.call("probe", 1, probe="leftover = 1\n" + PROBE)
    seen = loaded.call("probe", probe="def probe(student):\n    return hasattr(student, 'leftover'), leftover\n")
    assert seen.raised.type == "NameError"


# From one call to the next


def test_the_same_seed_draws_the_same(load: Load) -> None:
    """Random numbers depend only on the call's seed, not on earlier draws."""
    loaded = load(
        "import torch, random, numpy as np\ndef f(): return torch.rand(1).item(), np.random.rand(), random.random()\n"
    )
    first, again, other = (loaded.call(seed=seed).result.items for seed in (1, 1, 2))
    assert first == again and not set(first) & set(other)


def test_settings_do_not_leak_into_the_next_call(load: Load) -> None:
    """Each call starts with the default gradient mode, dtype, device and number of threads."""
    loaded = load(
        lines("""
        import torch
        def f():
            torch.set_grad_enabled(False)
            torch.set_default_dtype(torch.float64)
            torch.set_default_device("meta")
            torch.set_num_threads(2)
            torch.use_deterministic_algorithms(True)
            torch.autograd.set_detect_anomaly(True)
        def g():
            x = torch.ones(1, requires_grad=True) * 2
            return x, torch.get_num_threads()
        """)
    )
    assert len(loaded.call("f").state.changed) == 6
    seen = loaded.call("g")
    x, threads = seen.result.items
    assert (x.dtype, x.device, x.requires_grad, threads) == ("float32", "cpu", True, 1)
    assert seen.state == wire.GlobalState()


def test_inputs_are_fresh_for_every_call(load: Load) -> None:
    """A call's changes to its arguments do not affect other calls."""
    loaded = load("def f(x, a):\n    x.data += 1\n    a.append(1)\n    return len(a)\n")
    given = (leaf(1), wire.SequenceInput(kind="list", items=()))
    assert [values(loaded.call("f", *given).arguments[0]) for _ in range(2)] == [[2], [2]]
    assert loaded.call("f", *given).result == 1


def test_what_the_submission_keeps_it_keeps(load: Load) -> None:
    """The submission's own state is kept from call to call, as in any Python session."""
    loaded = load("seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)\n")
    assert [loaded.call("f", 0).result for _ in range(3)] == [1, 2, 3]


def test_a_call_that_replaced_the_module_does_not_matter(load: Load) -> None:
    """A submission may replace itself in `sys.modules`; calls still use the module that was loaded."""
    loaded = load("import sys\ndef f():\n    sys.modules['submission'] = None\n    return 1\n")
    assert [loaded.call().result, loaded.call().result] == [1, 1]
    sys.modules.pop("submission", None)


# Serving


def test_it_serves_until_the_channel_closes(ask: Ask) -> None:
    """Requests are answered one at a time with their nonces; a closed channel ends the process without an error."""
    ours, theirs = socket.socketpair()
    source = "def f(): return 5\n"
    load = wire.Load(nonce=1, module="submission", filename="submission.py", source=source, seconds=5.0)
    replies: list[Any] = []

    def put_requests() -> None:
        for request in (load, ask("f", nonce=2), ask("g", nonce=3)):
            wire.send(ours, wire.encode(request))
        replies.extend(wire.decode_reply(wire.receive(ours)) for _ in range(3))
        ours.shutdown(socket.SHUT_RDWR)

    asking = threading.Thread(target=put_requests)
    with ours, theirs:
        asking.start()
        Executor().serve(theirs)  # here, in the main thread, where time limits work
        asking.join(timeout=5)
    assert [reply.nonce for reply in replies] == [1, 2, 3]
    assert (replies[0].errors, replies[1].result, replies[2].outcome) == ((), 5, "missing")
    del sys.modules["submission"]
