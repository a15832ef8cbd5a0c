"""Hidden checks of 05_seeds_and_devices."""

from __future__ import annotations

import torch

from grader.suites import check, domain, probe, public_suite

public = public_suite(__file__)
drawn, numbered = public.drawn, public.numbered

# seeded_normal


@probe
def draw_after_others(student, seed, shape, global_seed, n):
    """torch.manual_seed(global_seed); torch.rand(n); seeded_normal(seed, shape)"""
    torch.manual_seed(global_seed)
    torch.rand(n)
    return student.seeded_normal(seed, shape)


@check(
    "seeded_normal",
    points=0.5,
    hint="draw from a generator that was seeded in this very call: hand it to `torch.randn` as `generator=`.",
)
def test_normal_does_not_depend_on_the_global_generator(candidate, draw):
    """Whatever the state of the global generator, the result is the same."""
    seed, shape = draw.integer(0, 9999), (2, 2)
    for _ in range(2):
        observed = candidate.run(draw_after_others, seed, shape, draw.integer(0, 9999), draw.integer(1, 9))
        observed.result.values(drawn(seed, shape))


@probe
def draw_in_between(student, seed, shape, global_seed):
    """torch.manual_seed(global_seed); torch.rand(3); seeded_normal(seed, shape); torch.rand(3)"""
    torch.manual_seed(global_seed)
    torch.rand(3)
    student.seeded_normal(seed, shape)
    return torch.rand(3)


@check(
    "seeded_normal",
    points=1,
    hint="leave the shared generators alone: no `torch.manual_seed`, but a `torch.Generator()` of your own.",
)
def test_normal_leaves_global_generators_alone(candidate, draw):
    """The global generators are untouched: what is drawn from them afterwards is as without the call."""
    global_seed = draw.integer(0, 9999)
    undisturbed = torch.rand(6, generator=torch.Generator().manual_seed(global_seed))
    observed = candidate.run(draw_in_between, draw.integer(0, 9999), (2, 3), global_seed)
    # Six numbers drawn at once are those drawn as three and three.
    observed.result.values(undisturbed[3:])
    seed = draw.integer(0, 9999)
    observed = candidate.seeded_normal(seed, (2,))
    observed.result.values(drawn(seed, (2,)))
    observed.state_kept()


@domain("seeded_normal", points=0.5)
def test_normal_numbers_of_any_seed(pick):
    """Any seed and shape give their numbers, again and again, and leave the global generators as they were."""
    seed, before = pick.seed(), pick.of("", "torch.manual_seed(0)", "torch.manual_seed(7)")
    shape = pick.of((2,), (), (1,), (3, 2), (15,), (16,), (17,), (4, 5), (2, 0), (2, 1, 3, 2), (300,))
    if before:
        pick.do(before, "torch.rand(3)")
    call = pick.of("seeded_normal({}, {})", "seeded_normal(seed={}, shape={})").format(seed, shape)
    pick.call(call)
    if before:
        pick.observe("result", "torch.rand(2)")
    elif pick.maybe():
        pick.do("result.zero_()", f"again = {call}")
        pick.observe("again")


# choose_device


@probe
def mps_is_chosen(student, machines):
    """[str(choose_device(cuda, mps)).startswith("mps") for cuda, mps in machines]"""
    return [str(student.choose_device(cuda, mps)).startswith("mps") for cuda, mps in machines]


@check("choose_device", points=0.25)
def test_device_is_mps_without_cuda(candidate, draw):
    """mps when cuda is not available and mps is; where neither is, it is not chosen."""
    public.is_of_type(candidate.choose_device(False, True).result, "mps")
    machines = [(False, draw.integer(0, 1) == 1) for _ in range(8)] + [(False, True), (False, False)]
    candidate.run(mps_is_chosen, machines).result.equals([mps for _, mps in machines])


@probe
def choose_for(student, machines, here):
    """[choose_device(cuda, mps) for cuda, mps in machines], on a machine where either of them is available: `here`"""
    asked = torch.cuda.is_available, torch.backends.mps.is_available
    torch.cuda.is_available = torch.backends.mps.is_available = lambda: here
    try:
        return [str(student.choose_device(cuda, mps)).partition(":")[0] for cuda, mps in machines]
    finally:
        torch.cuda.is_available, torch.backends.mps.is_available = asked


@check(
    "choose_device",
    points=0.125,
    hint="only the arguments count: go through their four combinations, and don't ask this machine.",
)
def test_device_depends_on_the_arguments_alone(candidate, draw):
    """The answer is that for the machine described by the arguments, whatever this machine has."""
    machines = [(draw.integer(0, 1) == 1, draw.integer(0, 1) == 1) for _ in range(8)]
    machines += [(True, True), (True, False), (False, True), (False, False)]
    expected = ["cuda" if cuda else "mps" if mps else "cpu" for cuda, mps in machines]
    for here in (False, True):
        candidate.run(choose_for, machines, here).result.equals(expected)


@domain("choose_device", points=0.25, programs=16)
def test_devices_of_any_machine(pick):
    """Any two answers give the device, by position and by name."""
    form = pick.of("choose_device({}, {})", "choose_device(cuda_available={}, mps_available={})")
    pick.call(form.format(*pick.of((True, True), (True, False), (False, True), (False, False))))
    pick.observe("type(result)", "result.type")


# add_row_index


@check("add_row_index", points=0.5)
def test_index_keeps_the_dtype(candidate, draw):
    """The dtype is that of x, integer or floating: the new column has it too."""
    for dtype in (torch.int32, torch.float64, torch.int64, torch.uint8, torch.int8, torch.float16, torch.bfloat16):
        x = draw.integers(3, 2, low=0, high=99, dtype=dtype)
        candidate.add_row_index(x).result.dtype(dtype).values(numbered(x))


@check("add_row_index", points=0.5, judges="facts")
def test_index_on_a_second_device(candidate, draw, device):
    """With x on a second device it runs, mixes no devices, and returns its result there."""
    for dtype in (torch.float32, torch.int32):
        x = draw.tensor(4, 2, dtype=dtype).to(device)
        candidate.add_row_index(x).result.shape(4, 3).dtype(dtype).device(device)


@probe
def devices_used(student, x):
    """add_row_index(x), noting on which devices tensors (0-D ones apart) are made on the way"""
    from torch.utils._python_dispatch import TorchDispatchMode

    devices = set()

    class Noting(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            made = func(*args, **(kwargs or {}))
            for tensor in made if isinstance(made, (list, tuple)) else [made]:
                if isinstance(tensor, torch.Tensor) and tensor.dim() > 0:
                    devices.add(tensor.device.type)
            return made

    with Noting():
        result = student.add_row_index(x)
    return sorted(devices), result


@check(
    "add_row_index",
    points=0.25,
    judges="facts",
    hint="say `device=x.device` where the tensor is created, instead of `.to(x.device)` afterwards.",
)
def test_index_creates_nothing_on_the_cpu(candidate, draw, device):
    """No tensor is created on the CPU on the way, not even one that is then moved."""
    devices, result = candidate.run(devices_used, draw.tensor(4, 2).to(device)).result.unpack("devices", "result")
    result.shape(4, 3).device(device)
    devices.equals([device])


@check("add_row_index", points=0.25)
def test_index_of_any_layout(candidate, draw):
    """Square, transposed, sliced and single-column tensors get the same column, and global settings stay."""
    for x in (draw.tensor(3, 3), draw.tensor(2, 4).T, draw.tensor(6, 6)[::2, 1:3], draw.tensor(5, 1)):
        observed = candidate.add_row_index(x)
        observed.result.values(numbered(x))
        observed.unchanged().state_kept()


@domain("add_row_index", points=0.5, programs=42)
def test_indexing_any_table(pick):
    """Tables of any size, dtype, layout and device get their row numbers, also 300 rows and none."""
    many = pick.of("", "", "", "", "bfloat16", "int8", "uint8", "float32")
    if many:  # as many rows as the dtype can count
        rows = {"bfloat16": 257, "int8": 128, "uint8": 256}.get(many, 300)
        pick.given("x", f"torch.ones({rows}, {pick.of(1, 3)}, dtype=torch.{many})")
        pick.call("add_row_index(x)")
    else:
        dtypes = ("float32", "int64", "float64", "int32", "float16", "bfloat16", "int16", "int8", "uint8")
        pick.tensor("x", (pick.of(1, 2, 3, 0, 7), pick.of(1, 2, 3, 4)), dtypes=dtypes)
        pick.call(pick.of("add_row_index(x)", "add_row_index(x)", "add_row_index(x.to('meta'))"))
    pick.observe("result", "result[:, -1].long()")  # the numbers are exact in every dtype
