"""Hidden checks of 03_reshaping."""

from __future__ import annotations

import torch

from grader.suites import check, domain, probe, public_suite

public = public_suite(__file__)

# shared_view


@check(
    "shared_view",
    points=0.5,
    judges="facts",
    hint="`view` raises RuntimeError where `reshape`, `flatten` and `contiguous` copy silently.",
)
def test_view_refuses_to_copy(candidate, draw):
    """RuntimeError where only a copy could have the shape: a transposed table, or part of one, in one row."""
    table = public.distinct(draw, 3, 4)
    for t, shape in (
        (table.T, (12,)),
        (table.T, (-1,)),
        (table.T, (2, 6)),
        (table[:, :3], (9,)),
        (public.distinct(draw, 2, 3, 2).permute(2, 0, 1), (4, 3)),
    ):
        candidate.shared_view(t, shape).raises("RuntimeError").unchanged(0)
    candidate.shared_view(table, (12,)).returned()


@check(
    "shared_view",
    points=0.25,
    judges="facts",
    hint="where the shape doesn't fit, `view` raises the RuntimeError by itself: let it through.",
)
def test_view_refuses_other_sizes(candidate, draw):
    """RuntimeError where the shape has another number of elements, with and without -1."""
    t = public.distinct(draw, 2, 6)
    for shape in ((3, 3), (13,), (5, -1), (1,)):
        candidate.shared_view(t, shape).raises("RuntimeError").unchanged(0)
    candidate.shared_view(t, (3, 4)).returned()


@check("shared_view", points=0.25, judges="facts")
def test_view_leaves_t_alone(candidate, draw):
    """t keeps its shape and values, and any dtype is kept."""
    for t in (public.distinct(draw, 2, 6), draw.tensor(3, 4, dtype=torch.float64), draw.tensor(4, 3) > 0):
        observed = candidate.shared_view(t, (6, 2))
        observed.result.dtype(t.dtype).values(t.reshape(6, 2))
        observed.unchanged(0).state_kept()


@probe
def write_into_original(student, t, shape):
    """r = shared_view(t, shape); t[0, 0] = 0; r"""
    r = student.shared_view(t, shape)
    t[0, 0] = 0
    return r


@check("shared_view", points=0.25, hint=public.SHARED)
def test_view_shares_memory_both_ways(candidate, draw):
    """What is written into t afterwards can be read in the result, and they are one memory."""
    t = public.distinct(draw, 3, 4)
    expected = t.clone()
    expected[0, 0] = 0
    candidate.run(write_into_original, t, (2, 6)).result.values(expected.reshape(2, 6))
    observed = candidate.shared_view(t, (2, -1))
    observed.result.shares_memory_with(observed.argument(0))


@domain("shared_view", points=0.25, raises=["RuntimeError"], free=["memory"])
def test_views_of_any_tensor(pick):
    """Any tensor, whatever its layout, is viewed in any shape, or a RuntimeError is raised."""
    dtype = pick.of(
        "", ", dtype=torch.float32", ", dtype=torch.float64", ", dtype=torch.bfloat16", ", dtype=torch.uint8"
    )
    pick.given("x", f"torch.arange(12{dtype})")
    whole = "x.view(3, 4)", "x", "x.view(3, 4).T", "x.view(2, 2, 3).mT", "x.view(2, 3, 2).permute(2, 0, 1)", "x[None]"
    part = "x[::2]", "x[3]", "x.view(3, 4)[1]", "x.view(3, 4)[:, 1]", "x.view(3, 4)[:, :2]", "x.view(3, 4)[:, 1:]"
    pick.given("t", pick.of(*whole, *part, "x.view(4, 3)[::2]", "x.view(3, 4)[:, ::2].T", "x[6:, None].expand(6, 2)"))
    sizes = "(t.numel(),)", "(-1,)", "(2, -1)", "(-1, 3)", "(t.numel(), 1)", "(3, 1, -1)", "(1, -1)", "(5, -1)"
    pick.call(f"shared_view(t, {pick.of(*sizes)})")
    pick.do("result[0] = 77")


# stack_pair


@check("stack_pair", points=0.25, hint=public.COLUMNS)
def test_pair_of_two(candidate, draw):
    """With N = 2, where rows and cols have the same shape, cols still has a in column 0."""
    table = public.distinct(draw, 2, 2)
    rows, cols = candidate.stack_pair(table[0], table[1]).result.unpack("rows", "cols")
    rows.values(table)
    cols.values(table.T)


@check(
    "stack_pair",
    points=0.25,
    judges="facts",
    hint="compare the two shapes, and `raise ValueError(...)` before you stack anything.",
)
def test_pair_refuses(candidate, draw):
    """ValueError for different lengths, whichever is longer, also where one is 1; none for equal ones."""
    for n, m in ((4, 3), (3, 4), (1, 3), (3, 1)):
        candidate.stack_pair(draw.tensor(n), draw.tensor(m)).raises("ValueError").unchanged()
    for n in (1, 3):
        candidate.stack_pair(draw.tensor(n), draw.tensor(n)).returned()


@probe
def fill_tables(student, a, b):
    """for table in stack_pair(a, b): table.fill_(0); (a, b)"""
    for table in student.stack_pair(a, b):
        table.fill_(0)
    return a, b


@check("stack_pair", points=0.25, judges="facts")
def test_pair_owns_memory(candidate, draw):
    """Neither argument is modified, and neither result shares memory with one."""
    a, b = public.distinct(draw, 3), public.distinct(draw, 3)
    observed = candidate.stack_pair(a, b)
    for table in observed.result.unpack("rows", "cols"):
        table.owns_memory(observed.argument(0), observed.argument(1))
    observed.unchanged().state_kept()
    for vector, kept in zip(candidate.run(fill_tables, a, b).result.unpack("a", "b"), (a, b), strict=True):
        vector.values(kept)


@check("stack_pair", points=0.25, judges="facts")
def test_pair_device(candidate, draw, device):
    """Works on another device, without reading values."""
    n = draw.integer(3, 5)
    rows, cols = candidate.stack_pair(draw.tensor(n).to(device), draw.tensor(n).to(device)).result.unpack(
        "rows", "cols"
    )
    rows.shape(2, n).device(device)
    cols.shape(n, 2).device(device)


@domain("stack_pair", points=0.25, programs=47, raises=["ValueError"], free=["memory"])
def test_pairs_of_any_vectors(pick):
    """Vectors of any length, dtype and layout become rows and columns in new memory, or a ValueError is raised."""
    dtype = pick.of("int64", "float32", "float64", "float16", "bfloat16", "int32", "int8", "uint8", "bool", "complex64")
    n = pick.of(1, 2, 3, 4, 7)
    pick.tensor("a", (n,), dtypes=(dtype,))
    pick.tensor("b", (n + pick.of(0, 0, 0, 1) if n == 1 else pick.of(n, n, n, 1),), dtypes=(dtype,))
    pick.call(pick.of("stack_pair(a, b)", "stack_pair(a, b)", "stack_pair(a.to('meta'), b.to('meta'))"))
    if pick.maybe():
        pick.do("a.zero_()", "b.zero_()")


# drop_channel


@check(
    "drop_channel",
    points=0.5,
    hint="name the one dimension that you remove, 1: all others stay, whatever their size.",
)
def test_channel_dropped_from_batch_of_one(candidate, draw):
    """Other dimensions of size 1 survive: a batch of one image, images of one row, of one column, of one pixel."""
    for shape in ((1, 1, 2, 3), (3, 1, 1, 2), (2, 1, 3, 1), (3, 1, 1, 1), (1, 1, 1, 1)):
        images = public.distinct(draw, *shape)
        candidate.weighed().drop_channel(images).result.values(images[:, 0])


@check("drop_channel", points=0.25, judges="facts", hint=public.REFUSE)
def test_channel_refuses_other_shapes(candidate, draw):
    """ValueError unless there are four dimensions, the second of size 1; nothing has been changed by then."""
    for shape in ((2, 1, 3), (1, 2, 3), (1, 3, 2, 2), (2, 2, 1, 3), (2, 0, 2, 3), (2, 1, 2, 1, 3), (2, 1), (1,), ()):
        candidate.drop_channel(draw.tensor(*shape)).raises("ValueError").unchanged(0)
    candidate.drop_channel(draw.tensor(1, 1, 2, 2)).returned()


@check("drop_channel", points=0.25, judges="facts")
def test_channel_device(candidate, draw, device):
    """Works on another device, without reading values."""
    for n in (1, draw.integer(2, 5)):
        candidate.drop_channel(draw.tensor(n, 1, 2, 3).to(device)).result.shape(n, 2, 3).device(device)


@domain("drop_channel", points=0.25, raises=["ValueError"], free=["memory"])
def test_channel_dropped_from_any_images(pick):
    """Images of any sizes, dtype and layout lose their channel, or a ValueError is raised."""
    dtype = pick.of("float32", "uint8", "float64", "float16", "bfloat16", "int64", "bool", "complex64")
    sizes, channels = pick.of(*[4] * 9, 3, 5, 2), pick.of(*[1] * 6, 2, 3)
    shape = pick.of(1, 2, 3), channels, pick.of(1, 2, 3), pick.of(1, 2, 3), pick.of(1, 2)
    pick.tensor("images", shape[:sizes], dtypes=(dtype,))
    pick.call(pick.of("drop_channel(images)", "drop_channel(images)", "drop_channel(images.to('meta'))"))


# channels_first


@check(
    "channels_first", points=0.5, hint="write down for each of C, H, W its old position: that list is the permutation."
)
def test_channels_of_cube(candidate, draw):
    """Where H, W and C are equal, and the shape can't tell, the order is still right, also with two of them equal."""
    for shape in ((2, 2, 2), (3, 3, 3), (3, 3, 2), (3, 2, 3), (1, 3, 3)):
        image = public.distinct(draw, *shape)
        candidate.channels_first(image).result.values(image.movedim(2, 0))
    for shape in ((1, 2, 2, 2), (2, 2, 2, 2), (3, 3, 3, 3), (2, 3, 4, 4)):
        images = public.distinct(draw, *shape)
        candidate.channels_first(images).result.values(images.movedim(3, 1))


@check(
    "channels_first",
    points=0.25,
    judges="facts",
    hint="after the cases of 3 and of 4 dimensions, the last line raises ValueError.",
)
def test_channels_refuses(candidate, draw):
    """ValueError for 0, 1, 2 and 5 dimensions; none for 3 and 4."""
    for shape in ((3, 3), (2, 3, 4, 5, 3), (3,), ()):
        candidate.channels_first(draw.tensor(*shape)).raises("ValueError").unchanged(0)
    candidate.channels_first(draw.tensor(2, 2, 3)).returned()
    candidate.channels_first(draw.tensor(1, 2, 2, 3)).returned()


@check("channels_first", points=0.25, judges="facts")
def test_channels_device(candidate, draw, device):
    """Works on another device, without reading values, for an image and for a batch."""
    height = draw.integer(4, 6)
    candidate.channels_first(draw.tensor(height, 2, 3).to(device)).result.shape(3, height, 2).device(device)
    candidate.channels_first(draw.tensor(5, height, 2, 3).to(device)).result.shape(5, 3, height, 2).device(device)


@domain("channels_first", points=0.25, raises=["ValueError"], free=["memory"])
def test_channels_of_any_images(pick):
    """Images of any sizes, dtype and layout, one or a batch, get their channels first, or a ValueError is raised."""
    dtype = pick.of("float32", "uint8", "float64", "float16", "bfloat16", "int64", "bool", "complex64")
    sizes = [pick.of(1, 2, 3, 4) for _ in range(5)]
    pick.tensor("images", sizes[: pick.of(3, 4, 3, 4, 3, 4, 2, 5, 1, 0)], dtypes=(dtype,))
    pick.call(pick.of("channels_first(images)", "channels_first(images)", "channels_first(images.to('meta'))"))
