"""Public checks of 05_seeds_and_devices."""

from __future__ import annotations

import torch
from torch import Tensor

from grader import wire
from grader.suites import Value, check, probe


def drawn(seed: int, shape: tuple[int, ...]) -> Tensor:
    """Return what `torch.manual_seed(seed)` and `torch.randn(shape)` give."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def is_of_type(result: Value, kind: str) -> None:
    """Ask for a device of this type, given as a `torch.device` or as a string: which of the two has its own check."""
    name = result.fact.name if isinstance(result.fact, wire.Named) else result.fact
    if not isinstance(name, str) or name.partition(":")[0] != kind:
        result.differs(f"torch.device({kind!r})", "none" if name is None else "values")


def numbered(x: Tensor) -> Tensor:
    """Return `x` with its row numbers as the last column."""
    rows = [[*row, number] for number, row in enumerate(x.tolist())]
    return torch.tensor(rows, dtype=torch.float64).reshape(len(x), x.shape[1] + 1)


# seeded_normal


@check(
    "seeded_normal",
    points=0.5,
    hint="a generator of your own, seeded with `seed` and handed to `torch.randn`, draws these numbers.",
)
def test_normal_values_of_its_seed(candidate, draw):
    """The values are those of `manual_seed` and `randn`."""
    for shape in ((draw.integer(2, 9),), (2, 3)):
        seed = draw.integer(0, 9999)
        candidate.seeded_normal(seed, shape).result.values(drawn(seed, shape))


@probe
def draw_and_draw_again(student, seed, other, shape):
    """seeded_normal(seed, shape), then filled with 9; seeded_normal(other, shape); seeded_normal(seed, shape)"""
    first = student.seeded_normal(seed, shape)
    kept = first.clone()
    first.fill_(9)
    return kept, student.seeded_normal(other, shape), student.seeded_normal(seed, shape)


@check(
    "seeded_normal",
    points=0.5,
    hint="every call must start from `seed` again, and draw a tensor of its own.",
)
def test_normal_same_seed_same_tensor(candidate, draw):
    """The same seed gives the same numbers again, in a new tensor; another seed gives others."""
    seed, shape = draw.integer(0, 4999), (draw.integer(3, 5), 2)
    other = seed + draw.integer(1, 5000)
    observed = candidate.run(draw_and_draw_again, seed, other, shape)
    first, second, third = observed.result.unpack("the first", "that of another seed", "that of the same seed again")
    first.values(drawn(seed, shape))
    second.values(drawn(other, shape))
    third.values(drawn(seed, shape))


# choose_device


@probe
def cuda_is_chosen(student, machines):
    """[str(choose_device(cuda, mps)).startswith("cuda") for cuda, mps in machines]"""
    return [str(student.choose_device(cuda, mps)).startswith("cuda") for cuda, mps in machines]


@check("choose_device", points=0.25)
def test_device_is_cuda_when_available(candidate, draw):
    """cuda when that is available, and only then, whatever is said of mps; global settings are left alone."""
    # Ask all before judging: with three answers only, one wrong one tells no mistakes apart.
    both = [candidate.choose_device(True, mps_available) for mps_available in (False, True)]
    for mps_available in (False, True):
        candidate.choose_device(False, mps_available)
    for observed in both:
        is_of_type(observed.result, "cuda")
        observed.state_kept()
    machines = [(draw.integer(0, 1) == 1, draw.integer(0, 1) == 1) for _ in range(8)] + [(True, False), (False, False)]
    candidate.run(cuda_is_chosen, machines).result.equals([cuda for cuda, _ in machines])


@check(
    "choose_device",
    points=0.125,
    judges="facts",
    hint="wrap the name: `torch.device(...)` makes the object that the signature promises.",
)
def test_device_is_a_torch_device(candidate, draw):
    """A `torch.device` is returned, not a string."""
    for cuda_available, mps_available in ((True, False), (False, True), (False, False)):
        result = candidate.choose_device(cuda_available, mps_available).result
        if not isinstance(result.fact, wire.Named) or result.fact.kind != "device":
            result.differs("a torch.device", "none" if result.fact is None else "type")


# add_row_index


@check("add_row_index", points=0.75)
def test_index_is_the_last_column(candidate, draw):
    """The original columns, then the row numbers 0 to N - 1."""
    n = draw.integer(3, 5)
    for rows, columns in ((1, 1), (3, 3), (n, 2), (2, n)):  # ordered so that each mistake fails in a way of its own
        x = draw.tensor(rows, columns)
        candidate.add_row_index(x).result.values(numbered(x))


@check("add_row_index", points=0.25, judges="facts")
def test_index_leaves_x_alone(candidate, draw):
    """`x` is not modified, and the result is a new tensor."""
    observed = candidate.add_row_index(draw.tensor(3, 2))
    observed.result.shape(3, 3).owns_memory()
    observed.unchanged()
