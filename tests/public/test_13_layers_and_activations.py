"""Public checks of 13_layers_and_activations."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from grader.suites import Draw, check

SLICES = "along `dim`, subtract each slice's own maximum, exponentiate, and divide by each slice's own sum."
REFUSE = "check `x.ndim`, then whether `1 <= size <= min(H, W)`, and raise before you cut anything."


def pixels(draw: Draw, *shape: int, high: int = 255) -> np.ndarray:
    """Return a picture of bytes up to `high`."""
    return draw.integers(*shape, low=0, high=high, dtype=torch.uint8).numpy()


def picture(image: np.ndarray) -> Tensor:
    """Return what becomes of an (H, W, C) picture, in float64."""
    values = torch.from_numpy(image.astype(np.float64)).permute(2, 0, 1)
    return values / 255 if image.dtype == np.uint8 else values


# relu


@check("relu", points=0.3, hint="compare every element with 0 and keep the larger of the two.")
def test_relu_values(candidate, draw):
    """Positive numbers stay, negative ones become 0, element by element."""
    for x in (draw.tensor(3, 4), torch.tensor([-1.5, 0.0, 2.5, -draw.number(0.01, 9)])):
        candidate.relu(x).result.values(torch.where(x > 0, x, 0.0))


# softmax


@check("softmax", points=0.5, hint=SLICES)
def test_softmax_values(candidate, draw):
    """Agrees with exp(x) / sum(exp(x)) along dimension 0, 1 or -1 of a matrix: each slice sums to 1."""
    for dim in (1, 0, -1):
        x = draw.tensor(3, 4)
        candidate.softmax(x, dim=dim).result.values(torch.softmax(x.double(), dim=dim))


@check("softmax", points=0.5, hint=SLICES)
def test_softmax_of_huge_scores(candidate, draw):
    """Scores around 1000, or around -1000, give no NaN."""
    for centre in (1000, -1000):
        x = draw.tensor(2, 4) + centre
        candidate.softmax(x, dim=1).result.values(torch.softmax(x.double(), dim=1), rtol=1e-3)


# max_pool2d


@check("max_pool2d", points=0.5, hint="compute the top left window by hand, then the one to its right: which differs?")
def test_pool_maxima(candidate, draw):
    """Every number of the result is the maximum of its window, in a picture that the windows tile."""
    for height, width, size in ((2, 4, 2), (4, 4, 2), (6, 6, 3)):
        x = draw.tensor(1, 1, height, width, low=0, high=9)
        observed = candidate.max_pool2d(x, size)
        observed.result.values(torch.nn.functional.max_pool2d(x.double(), size))


@check("max_pool2d", points=0.25)
def test_pool_of_negative_numbers(candidate, draw):
    """If all numbers are negative, so are their maxima: the result holds no 0."""
    x = draw.tensor(1, 2, 4, 4, low=-9, high=-1)
    candidate.max_pool2d(x, 2).result.values(torch.nn.functional.max_pool2d(x.double(), 2))


@check("max_pool2d", points=0.25, judges="facts", hint=REFUSE)
def test_pool_refuses(candidate, draw):
    """ValueError for a picture that isn't 4-D, for size 0 and for a window larger than the picture; not otherwise."""
    candidate.max_pool2d(draw.tensor(4, 4), 2).raises("ValueError")
    candidate.max_pool2d(draw.tensor(1, 1, 4, 4), 0).raises("ValueError")
    candidate.max_pool2d(draw.tensor(1, 1, 4, 4), 5).raises("ValueError")
    candidate.max_pool2d(draw.tensor(1, 1, 4, 4), 2).result.shape(1, 1, 2, 2)


# to_tensor


@check(
    "to_tensor", points=0.5, hint="the pixel at [h, w, c] belongs at [c, h, w], divided by 255 if its dtype is uint8."
)
def test_to_tensor_of_bytes(candidate, draw):
    """A uint8 picture (H, W, C) becomes float32 (C, H, W) in [0, 1]: out[c, h, w] is image[h, w, c] / 255."""
    for image in (pixels(draw, 1, 2, 3), pixels(draw, 2, 4, 3)):
        candidate.to_tensor(image).result.values(picture(image)).dtype(torch.float32)


@check("to_tensor", points=0.25, hint="a grey picture has one channel: its shape becomes (1, H, W).")
def test_to_tensor_of_grey_picture(candidate, draw):
    """A uint8 picture (H, W) becomes (1, H, W)."""
    image = pixels(draw, 3, 2)
    candidate.to_tensor(image).result.values(picture(image[:, :, None]))


@check("to_tensor", points=0.25, hint="look at the array's `ndim` before you reorder its axes, and raise `ValueError`.")
def test_to_tensor_refuses_a_row(candidate, draw):
    """ValueError for a 1-D array; a picture of one row is fine."""
    row = pixels(draw, 6)
    candidate.to_tensor(row).raises("ValueError")
    candidate.to_tensor(row.reshape(1, 6)).result.values(picture(row.reshape(1, 6, 1)))
