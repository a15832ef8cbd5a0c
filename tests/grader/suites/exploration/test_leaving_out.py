"""A program is shown without what its failure does not need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from exploration_here import tried

from grader.suites.check_log import CheckLog
from grader.suites.exploration.leaving_out import heaps
from grader.suites.exploration.pick import Pick
from grader.suites.outcomes import CheckEnded
from grader.suites.suite import shared

Build = Callable[[Pick], object]


@shared
def helper(value: Any, factor: int) -> Any:
    """Return a multiple."""
    return value and value * factor


def program(*lines: str, call: str = "f(x)", after: tuple[str, ...] = (), observed: tuple[str, ...] = ()) -> Build:
    """Return a domain with one program. `x` and the other names of the set-up are compared after the call."""

    def build(pick: Pick) -> None:
        for line in lines:
            name, is_given, value = line.partition(" = ")
            if is_given and name.isidentifier():
                pick.given(name, value)
            else:
                pick.do(line)
        pick.call(call, no_grad=False, backward=False)
        pick.do(*after)
        pick.observe(*observed)

    return build


def shown(build: Build, right: str, wrong: str, **promises: object) -> list[str]:
    """Return the lines of feedback for the body of a submission that differs, without the next step."""
    with pytest.raises(CheckEnded) as caught:
        tried(build, f"def f(x):\n    {right}", f"def f(x):\n    {wrong}", **promises)  # type: ignore[arg-type]
    assert caught.value.status in ("failed", "error")
    return str(caught.value.feedback).splitlines()[:-1]


def test_lines_that_do_not_matter_are_left_out() -> None:
    """Lines of set-up and lines after the call go, several at once; what the failure needs stays."""
    after = ("a = result + 1", "b = a + 1", "c = b + 1")
    build = program("n = 3", "x = 2", "m = n + 1", "x += n", after=after, observed=("b", "c"))
    assert shown(build, "return x", "return 2 * x") == [
        "n = 3",
        "x = 2",
        "x += n",
        "result = f(x)",
        "a = result + 1",
        "b = a + 1",
        "expected: b: 7",
        "got: b: 12",
    ]


def test_set_up_stays_if_other_values_are_expected_without_it() -> None:
    """A line that shapes the arguments stays: without it they may be such that the contract says nothing of them."""
    build = program("x = torch.zeros(2)", "x[0] = 1", call="f(x) + 1")
    assert "x[0] = 1" in shown(build, "return x / x.sum()", "return x / x.sum() + 1")


def test_a_program_ends_where_it_raises() -> None:
    """What follows the line that raises is not shown, and the expected value is that of this line."""
    after = ("y = result(2)", "z = y + 1")
    build = program("x = 1", after=after, observed=("z",))
    assert shown(build, "return lambda n: n + x", "return lambda n: [][n]") == [
        "x = 1",
        "result = f(x)",
        "y = result(2)",
        "expected: y: 3",
        "got: IndexError: list index out of range at line 4, `return lambda n: [][n]`",
    ]
    ends = shown(program("x = [1]", after=("result.append(2)", "z = 1")), "return x", "return tuple(x)")
    assert ends[-2] == "expected: no error in the line `result.append(2)`"


def test_the_expression_that_raises_is_shown_with_its_own_value() -> None:
    """Where what is observed raises, the expected value is that of this expression, not of the first one."""
    build = program("x = [1, 2]", observed=("len(result)", "result[1]"))
    lines = shown(build, "return x", "return {0: 1, 2: 2}")
    assert lines[2] == "expected: result[1]: 2" and "KeyError" in lines[3]
    build = program("x = [1, 2]", observed=("result[1]", "len(result)"))
    assert shown(build, "return x", "return {0: 1}")[2:] == ["expected: len(result): 2", "got: len(result): 1"]


def test_a_try_around_the_call_is_left_out() -> None:
    """Where only a setting is compared, a call that does not raise is shown by itself."""

    def build(pick: Pick) -> None:
        pick.call(f"f({pick.tensor('x', (2,), layouts=False)})", no_grad=False)

    text = shown(build, "return x", "torch.set_grad_enabled(True); return x")
    assert not any("try:" in line or "except" in line for line in text) and "    f(x)" in text


def test_a_helper_around_the_call_is_left_out() -> None:
    """Where the failure does not need it, the student reads the call alone, and no definition."""

    def helped(factor: int) -> Build:
        return lambda pick: pick.call(f"helper(f(1), {factor})", no_grad=False)

    assert shown(helped(1), "return x", "return None", known={"helper": helper})[0] == "result = f(1)"
    build = program(call="helper(f(1), 2)", after=("y = result * torch.ones(3)",), observed=("y",))
    text = shown(build, "return x", "return [].pop()", known={"helper": helper})
    assert text[:2] == ["result = f(1)", "expected: 1"]
    text = shown(build, "return x", "return '1'", known={"helper": helper})
    assert text[:3] == ["result = f(1)", "y = result * torch.ones(3)", "expected: y: shape (3,)"]
    text = shown(helped(2), "return x", "return 3 * x", known={"helper": helper})
    assert text[:3] == ["def helper(value, factor):", "    return value and value * factor", "result = helper(f(1), 2)"]


def test_parts_of_lines_that_do_not_matter_are_left_out() -> None:
    """Methods, `dtype=` and `requires_grad=` go where the values stay, and operations in the function of the call."""
    build = program("x = torch.zeros((2,), dtype=torch.float32, requires_grad=True).flatten()")
    assert shown(build, "return x.shape", "return 'é'")[0] == "x = torch.zeros((2,))"
    build = program("x = torch.zeros((2,), dtype=torch.float64)")
    assert shown(build, "return x", "return x + 1")[0] == "x = torch.zeros((2,), dtype=torch.float64)"
    build = program(call="f(lambda y: 'é' + y[1:] * 2)")
    assert shown(build, "return x('ab')[0]", "return 'e'")[0] == "result = f(lambda y: 'é')"
    build = program("x = torch.ones((), requires_grad=True)", "(x + 1).sum().backward()")
    assert shown(build, "return x.grad * 2", "return x.grad * 3")[1] == "(x + 1).backward()"


def test_a_statement_of_several_lines_stays_whole() -> None:
    """A loop is not tried without its body, and what is no statement by itself is not made simpler."""

    def build(pick: Pick) -> None:
        pick.given("x", "[1]")
        pick.do("for n in x[:]:", "    x.append(n)", "    x.append(2)")
        pick.call("f(x)", no_grad=False)
        pick.do("for n in x:", "    result += n")

    text = shown(build, "return sum(x)", "return sum(x) + 0.5")
    assert text[:5] == ["x = [1]", "for n in x[:]:", "    x.append(n)", "    x.append(2)", "result = f(x)"]


def test_a_seed_stays_where_something_may_draw() -> None:
    """The student gets the numbers that are shown only with the seed."""
    drawing = program("torch.manual_seed(3)", "x = torch.rand(1)")
    assert "torch.manual_seed(3)" in shown(drawing, "return x", "return x + 1")
    assert "torch.manual_seed(3)" not in shown(program("torch.manual_seed(3)", "x = 1"), "return x", "return x + 1")
    spare = "y = torch.rand(1, generator=torch.Generator().manual_seed(3))"
    assert spare not in shown(program(spare, "x = torch.rand(1)"), "return 2", "return 3")


def test_a_submission_that_is_lost_in_a_shorter_program_still_fails() -> None:
    """What a shorter program does to the submission does not change the verdict."""
    build = program("torch.manual_seed(3)", "x = 1")
    wrong = "if torch.initial_seed() != 3:\n        raise NotImplementedError\n    return x + 1"
    assert shown(build, "return x", wrong)[:2] == ["torch.manual_seed(3)", "x = 1"]


def test_mistakes_are_named_by_the_program_with_all_its_lines() -> None:
    """The log has the program before lines were left out: what it shows more of tells mistakes apart."""
    log = CheckLog()
    shown(program("n = 3", "x = 2"), "return x", "return 2 * x", log=log)
    assert "n = 3" in str(log.exchanges[0].call.probe)


def test_heaps_begin_with_the_largest() -> None:
    """All places, then all but the first ones or the last ones; each set comes once."""
    assert heaps([]) == []
    found = heaps([0, 2, 5])
    assert found[0] == (0, 2, 5) and len(set(found)) == len(found) == 5
