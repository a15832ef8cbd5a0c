"""`Pick` builds a program: its choices, its set-up, its call, and what is observed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch

from grader.suites.exploration.choices import Repeated, Stratified
from grader.suites.exploration.pick import Pick
from grader.suites.exploration.programs import Program


def built(build: Callable[[Pick], object], choices: Sequence[int] = ()) -> Program:
    """Return the program that `build` makes of these choices; missing ones are the simplest."""
    pick = Pick("double", Repeated(choices))
    build(pick)
    return pick.program()


def drawn(build: Callable[[Pick], object], slots: int = 60) -> list[Program]:
    """Return one drawn program for each slot."""
    programs = []
    for slot in range(slots):
        pick = Pick("double", Stratified("double", slot=slot, slots=slots, seed=slot))
        build(pick)
        programs.append(pick.program())
    return programs


def value(program: Program, name: str) -> torch.Tensor:
    """Run the set-up of a program here, and return one of its values."""
    names: dict[str, object] = {"torch": torch}
    exec("\n".join(program.before), names)
    found = names[name]
    assert isinstance(found, torch.Tensor)
    return found


def test_the_simplest_program_is_short() -> None:
    """Without choices, a tensor has zeros, and the call is a plain one."""
    program = built(lambda pick: pick.call(f"double({pick.tensor('x', (2,), grad='maybe')})"))
    assert program.text == "x = torch.tensor([0.0, 0.0], requires_grad=True)\nresult = double(x)"


def test_a_tensor_has_its_shape_dtype_and_limits_in_every_layout() -> None:
    """Whatever layout is drawn, the tensor has the shape, the dtype and values between the limits."""
    seen = set()
    for program in drawn(
        lambda pick: pick.call(pick.tensor("x", (2, 3), dtypes=("float64",), low=1, high=2, grad=True))
    ):
        x = value(program, "x")
        assert x.shape == (2, 3) and x.dtype == torch.float64
        assert x.requires_grad and x.is_leaf
        assert float(x.detach().min()) >= 1 and float(x.detach().max()) <= 2
        seen.add(x.stride())
    assert seen == {(3, 1), (1, 2), (6, 2)}


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "bfloat16", "float32"])
def test_elements_fit_their_dtype(dtype: str) -> None:
    """Tensors of every dtype can be made; those of unsigned and bool dtypes have no negative elements."""
    for program in drawn(lambda pick: pick.call(pick.tensor("x", pick.shape(), dtypes=(dtype,))), 10):
        assert value(program, "x").dtype == getattr(torch, dtype)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (1, 2, 3)])
def test_tensors_of_every_rank_can_be_made(shape: tuple[int, ...]) -> None:
    """A 0-D tensor, empty ones and a 3-D one have their shapes, whether they require grad or not."""
    for program in drawn(lambda pick: pick.call(pick.tensor("x", shape, grad="maybe")), 12):
        assert value(program, "x").shape == shape


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_empty_tensor_requires_grad_if_asked(dtype: str) -> None:
    """A tensor without elements is a leaf that requires grad, as others are, and has its dtype."""
    program = built(lambda pick: pick.call(pick.tensor("x", (0, 2), dtypes=(dtype,), grad=True)))
    assert value(program, "x").requires_grad
    assert value(program, "x").dtype == getattr(torch, dtype)


def test_scales_multiply_the_elements_and_set_the_largest_argument() -> None:
    """A scale of a million makes elements of up to three million, which the tolerance is told."""
    programs = drawn(lambda pick: pick.call(pick.tensor("x", (3,), scales=(1.0, 1e6))))
    assert max(program.largest for program in programs) > 1e6
    assert min(program.largest for program in programs) <= 3


def test_scaled_elements_are_written_with_few_digits() -> None:
    """Five steps of a scale of 1e-6 are written as 5e-06."""
    program = built(lambda pick: pick.call(pick.tensor("x", (1,), low=5, high=5, step=1, scales=(1e-6,))))
    assert program.before == ("x = torch.tensor([5e-06])",)


def test_an_array_is_written_with_its_dtype() -> None:
    """A NumPy array of whole numbers is written as whole numbers."""
    program = built(lambda pick: pick.call(pick.array("a", (2,), dtypes=("int64",), low=4, high=9)))
    assert program.before == ("a = np.array([4, 4], dtype=np.int64)",)


def test_the_number_nearest_to_zero_is_the_simplest() -> None:
    """A number between limits is 0 if it can be, else the nearest whole number."""
    assert built(lambda pick: pick.call(f"double({pick.number(-2, 2)})")).text == "result = double(0.0)"
    assert built(lambda pick: pick.call(f"double({pick.number(0.5, 2)})")).text == "result = double(1.0)"
    assert built(lambda pick: pick.call(f"double({pick.integer(-7, 2)})")).text == "result = double(0)"


def test_every_integer_between_limits_can_be_drawn() -> None:
    """An integer between -7 and 2 takes each of the ten values."""
    texts = {program.text for program in drawn(lambda pick: pick.do(f"n = {pick.integer(-7, 2)}"))}
    assert texts == {f"n = {n}" for n in range(-7, 3)}


def test_some_calls_run_without_recording() -> None:
    """Some programs call under `no_grad` and observe whether recording is still off, unless it is switched off."""
    programs = drawn(lambda pick: pick.call("double(3.0)"))
    assert {program.no_grad for program in programs} == {True, False}
    text = next(program for program in programs if program.no_grad)
    assert text.observed == ("result", "recording")
    assert "    recording = torch.is_grad_enabled()" in text.text


def test_where_a_call_needs_recording_only_the_setting_is_compared() -> None:
    """With `no_grad=False`, a few programs call under `no_grad`, whatever comes of it, and look at the setting only."""

    def build(pick: Pick) -> None:
        pick.tensor("x", (2,))
        pick.call("double(x)", no_grad=False)
        pick.do("again = double(result)")
        pick.observe("again")

    programs = drawn(build)
    found = [program for program in programs if program.observed == ("recording",)]
    assert 0 < len(found) < 15
    assert found[0].given == () and "again" not in found[0].text
    assert found[0].text.splitlines()[1:4] == ["with torch.no_grad():", "    try:", "        double(x)"]
    assert not any(program.no_grad for program in programs)


def test_some_programs_run_backward_if_a_tensor_requires_grad() -> None:
    """Backward follows some calls on a leaf, and none where nothing requires grad or it is switched off."""

    def texts(grad: bool, backward: bool = True) -> str:
        return "\n".join(
            p.text for p in drawn(lambda pick: pick.call(pick.tensor("x", (2,), grad=grad), backward=backward))
        )

    assert "(result**2).sum().backward()" in texts(True)
    assert "backward" not in texts(False)
    assert "backward" not in texts(True, backward=False)


def test_lines_come_before_or_after_the_call() -> None:
    """A line that is added after the call follows it."""

    def build(pick: Pick) -> None:
        pick.do("n = 3")
        pick.call("double(n)")
        pick.do("again = double(result)")
        pick.observe("again")

    program = built(build)
    assert program.text.splitlines() == ["n = 3", "result = double(n)", "again = double(result)"]
    assert program.observed == ("again",)


def test_the_same_choices_give_the_same_program() -> None:
    """A drawn program can be built again from its choices."""

    def build(pick: Pick) -> None:
        x = pick.tensor("x", pick.shape(), dtypes=("float32", "float64"), grad="maybe")
        pick.call(f"double({x}, {pick.list('1', '2', sizes=(0, 3))}, {pick.seed()}, {pick.maybe()})")

    for program in drawn(build, 20):
        assert built(build, program.choices) == program
