"""Public checks of 03_reshaping."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.suites import Draw, check, probe


def distinct(draw: Draw, *shape: int) -> Tensor:
    """Return different whole numbers from 10 on, in a random order: none can stand in for another."""
    return (draw.normal(torch.Size(shape).numel()).argsort() + 10).reshape(shape)


# shared_view


@check("shared_view", points=0.25)
def test_view_shape_and_order(candidate, draw):
    """The shape is right, with -1 too, and the elements are in the same order, row after row."""
    t = distinct(draw, 2, 6)
    for shape in ((3, 4), (12,), (2, 2, 3), (4, -1), (-1,)):
        candidate.weighed().shared_view(t, shape).result.values(t.reshape(shape))


@probe
def write_into_view(student, t, shape):
    """shared_view(t, shape)[0] = 0; t"""
    student.shared_view(t, shape)[0] = 0
    return t


SHARED = "look at the same memory: `view` does, while a copy (`clone`, `contiguous`, sometimes `reshape`) has its own."


@check("shared_view", points=0.25, hint=SHARED)
def test_view_shares_memory(candidate, draw):
    """What is written into the result can be read in t."""
    t = distinct(draw, 2, draw.choice([4, 6]))
    expected = t.clone()
    expected.view(4, -1)[0] = 0
    candidate.run(write_into_view, t, (4, -1)).result.values(expected)


# stack_pair


@check("stack_pair", points=0.25, hint="`torch.stack((a, b), dim=0)` makes a new first dimension, of size 2.")
def test_pair_rows(candidate, draw):
    """rows is (2, N), with a as its first row."""
    n = draw.integer(3, 5)
    table = distinct(draw, 2, n)
    rows, _ = candidate.stack_pair(table[0], table[1]).result.unpack("rows", "cols")
    rows.values(table)


COLUMNS = (
    "`torch.stack` with `dim=1` puts the new dimension last. (A reshape of `rows` mixes the numbers of `a` and `b`.)"
)


@check("stack_pair", points=0.5, hint=COLUMNS)
def test_pair_cols(candidate, draw):
    """cols is (N, 2), with a as its first column."""
    table = distinct(draw, 2, draw.integer(3, 5))
    _, cols = candidate.stack_pair(table[0], table[1]).result.unpack("rows", "cols")
    cols.values(table.T)


# drop_channel


@check("drop_channel", points=0.5)
def test_channel_dropped(candidate, draw):
    """(N, 1, H, W) becomes (N, H, W), with the same values."""
    for shape in ((2, 1, 2, 3), (5, 1, 2, 3)):
        images = distinct(draw, *shape)
        candidate.weighed().drop_channel(images).result.values(images[:, 0])


REFUSE = "check first, `images.ndim` and then `images.shape[1]`, and `raise ValueError(...)` unless they are 4 and 1."


@check("drop_channel", points=0.25, judges="facts", hint=REFUSE)
def test_channel_refuses_colour(candidate, draw):
    """Images of three channels are a ValueError, those of one channel are not."""
    candidate.drop_channel(draw.tensor(2, 3, 2, 2)).raises("ValueError")
    candidate.drop_channel(draw.tensor(2, 1, 2, 2)).returned()


# channels_first

MOVE = "move dimensions with `permute` (never `view` or `reshape`): it lists the old positions of C, H and W."


@check("channels_first", points=0.5, hint=MOVE)
def test_channels_of_batch(candidate, draw):
    """In a batch, result[n, c, h, w] is images[n, h, w, c]."""
    for shape in ((2, 1, 2, 3), (2, 4, 5, 3)):
        images = distinct(draw, *shape)
        candidate.channels_first(images).result.values(images.movedim(3, 1))


@check("channels_first", points=0.25, hint=MOVE)
def test_channels_of_image(candidate, draw):
    """In a single image, result[c, h, w] is image[h, w, c], and no dimension is added."""
    for shape in ((1, 2, 3), (4, 5, 3)):
        image = distinct(draw, *shape)
        candidate.channels_first(image).result.values(image.movedim(2, 0))
