"""Hidden checks of 13_layers_and_activations."""

from __future__ import annotations

import math

import numpy as np
import torch

from grader.suites import check, domain, probe, public_suite, shared

public = public_suite(__file__)
max_pool2d = torch.nn.functional.max_pool2d

# relu


@check("relu", points=0.2, hint="choose between `x` and 0; products with infinities give NaN.")
def test_relu_of_infinities(candidate, draw):
    """-inf gives 0, inf stays inf, and so does a huge number."""
    x = torch.tensor([-math.inf, math.inf, draw.number(1, 9), -3e38, 3e38])
    candidate.relu(x).result.values([0.0, math.inf, x[2].item(), 0.0, 3e38])


@check("relu", points=0.15)
def test_relu_gradient(candidate, draw):
    """The gradient is 1 for positive and 0 for negative elements."""
    x = torch.cat([draw.tensor(3, low=0.1), draw.tensor(3, high=-0.1)]).reshape(2, 3).T
    upstream = draw.tensor(3, 2)
    observed = candidate.with_backward(upstream).relu(x.clone().requires_grad_())
    observed.ran_backward().argument(0).grad(torch.where(x > 0, upstream, 0.0))


@check("relu", points=0.1, judges="facts")
def test_relu_on_any_device(candidate, draw, device):
    """A tensor on another device gives one of its shape and dtype there."""
    x = draw.tensor(2, 3, dtype=torch.float64).to(device)
    candidate.relu(x).result.shape(2, 3).dtype(torch.float64).device(device)


@domain("relu", points=0.25, programs=41)
def test_relu_of_any_tensor(pick):
    """Numbers of any size, shape, layout and dtype stay if they are positive, and become 0 if they are negative."""
    dtype = pick.of("float32", "float64", "int64", "float16", "bfloat16", "int32", "int16", "int8")
    special, low = pick.of(False, False, False, False, True), pick.of(-3, -3, 1)
    if special and "float" in dtype:
        x = pick.given("x", f"torch.tensor([math.inf, -math.inf, -2.0, 0.0], dtype=torch.{dtype})")
    else:
        scales = (1.0, 1e-6, 1e6) if dtype in ("float32", "float64") else (1.0,)
        shape = pick.shape(ranks=(1, 2, 3, 0), sizes=(2, 3, 1, 0))
        x = pick.tensor("x", shape, dtypes=[dtype], scales=scales, low=low, grad="maybe")
    pick.call(f"relu({x})", backward=dtype in ("float32", "float64"))


# softmax


@check(
    "softmax",
    points=0.5,
    hint="give each slice its own maximum, `amax(dim=dim, keepdim=True)`: a common one is too large for some of them.",
)
def test_softmax_of_rows_of_different_size(candidate, draw):
    """Rows around 1000, 0 and -1000 in one tensor are each right, and so are differences of 1000 within a row."""
    x = draw.tensor(3, 4) + torch.tensor([[1000.0], [0.0], [-1000.0]])
    for given, dim in ((x, 1), (x.T.contiguous(), 0), (torch.tensor([[1000.0, 0.0, -1000.0], [0.5, 0.5, 0.5]]), 1)):
        expected = torch.softmax(given.double(), dim=dim)
        candidate.softmax(given, dim).result.values(expected, rtol=1e-3)


@check("softmax", points=0.5)
def test_softmax_gradient(candidate, draw):
    """Gradients flow, and they are those of softmax: numerator and denominator both depend on x."""
    for dim in (1, 0):
        x, upstream = draw.tensor(3, 4), draw.tensor(3, 4)
        p = torch.softmax(x.double(), dim=dim)
        expected = p * (upstream - (p * upstream).sum(dim=dim, keepdim=True))
        observed = candidate.with_backward(upstream).softmax(x.requires_grad_(), dim)
        observed.result.attached()
        observed.ran_backward().argument(0).grad(expected)


@check("softmax", points=0.25)
def test_softmax_keeps_dtype(candidate, draw):
    """float64, float16 and bfloat16 stay what they are, each at its own precision."""
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        x = draw.tensor(2, 3, low=-1.5, high=1.5, dtype=dtype)
        candidate.softmax(x, 1).result.dtype(dtype).values(torch.softmax(x.double(), dim=1))


@check("softmax", points=0.25, judges="facts")
def test_softmax_on_any_device(candidate, draw, device):
    """A tensor on another device gives one of its shape there."""
    candidate.softmax(draw.tensor(2, 3).to(device), 1).result.shape(2, 3).device(device)


@domain("softmax", points=0.5)
def test_softmax_of_any_tensor(pick):
    """Any dimension of any tensor, with scores of any size, gives the right probabilities and gradients."""
    shape = pick.shape(ranks=(2, 1, 3), sizes=(2, 3, 4, 1))
    dim = pick.integer(-len(shape), len(shape) - 1)
    if pick.of(False, False, False, False, False, True) and len(shape) > 1:
        shape = (*shape[1:], 0) if dim % len(shape) == 0 else (0, *shape[1:])
    dtype = pick.of("float32", "float64", "float32", "float64", "float16", "bfloat16")
    scales = (1.0, 100.0, 1000.0, 0.01) if dtype in ("float32", "float64") else (1.0,)
    x = pick.tensor("x", shape, dtypes=[dtype], scales=scales, grad="maybe")
    pick.call(f"softmax({x}, {pick.of('', 'dim=')}{dim})", backward=dtype in ("float32", "float64"))


# max_pool2d


@check("max_pool2d", points=0.25)
def test_pool_each_channel_and_image(candidate, draw):
    """Each channel of each image is pooled on its own; there may be no images."""
    for x in (draw.tensor(2, 3, 4, 4), draw.tensor(3, 1, 2, 2), torch.empty(0, 2, 4, 4)):
        candidate.max_pool2d(x, 2).result.values(max_pool2d(x.double(), 2))


@check(
    "max_pool2d",
    points=0.25,
    hint="only whole windows count: the result has H // size rows and W // size columns, from the top left corner on.",
)
def test_pool_drops_what_is_left_over(candidate, draw):
    """Rows and columns that fill no window are ignored; size 1 changes nothing; one window may be the whole picture."""
    for shape, size in (((5, 7), 2), ((7, 5), 3), ((4, 5), 3), ((4, 4), 1), ((3, 3), 3), ((3, 5), 3), ((5, 3), 3)):
        x = draw.tensor(1, 2, *shape)
        candidate.max_pool2d(x, size=size).result.values(max_pool2d(x.double(), size))


@check("max_pool2d", points=0.25, judges="facts", hint=public.REFUSE)
def test_pool_refuses_at_the_edges(candidate, draw):
    """ValueError if the window is larger than one side, at size -1, for 3-D and 5-D; none where it just fits."""
    for shape, size in (
        ((1, 1, 2, 5), 3),
        ((1, 1, 5, 2), 3),
        ((1, 1, 3, 3), 0),
        ((1, 1, 3, 3), -1),
        ((1, 1, 0, 3), 1),
        ((1, 4, 4), 2),
        ((4, 4, 4, 4, 4), 2),
    ):
        candidate.max_pool2d(draw.tensor(*shape), size).raises("ValueError").unchanged()
    candidate.max_pool2d(draw.tensor(1, 2, 3, 5), 3).result.shape(1, 2, 1, 1)
    candidate.max_pool2d(draw.tensor(1, 2, 5, 3), 3).result.shape(1, 2, 1, 1)


@check("max_pool2d", points=0.25)
def test_pool_gradient(candidate, draw):
    """Gradients flow to the maxima, and to nothing else."""
    for shape, size in (((2, 2, 4, 6), 2), ((1, 1, 7, 5), 3)):
        x = draw.normal(*shape)
        same = x.double().requires_grad_()
        pooled = max_pool2d(same, size)
        upstream = draw.tensor(*pooled.shape)
        pooled.backward(upstream.double())
        observed = candidate.with_backward(upstream).max_pool2d(x.requires_grad_(), size)
        observed.ran_backward().argument(0).grad(same.grad)


@check("max_pool2d", points=0.25)
def test_pool_keeps_dtype_and_x(candidate, draw):
    """float64, float16 and bfloat16 stay what they are; x is not modified, and nothing shares its memory."""
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        for size in (2, 1):
            x = draw.tensor(1, 1, 4, 4, decimals=9, dtype=dtype)
            observed = candidate.max_pool2d(x, size).unchanged(0)
            observed.result.dtype(dtype).values(max_pool2d(x.double(), size), rtol=0, atol=0).owns_memory()


@check("max_pool2d", points=0.25, judges="facts")
def test_pool_on_any_device(candidate, draw, device):
    """A picture on another device gives one there."""
    candidate.max_pool2d(draw.tensor(2, 3, 5, 4).to(device), 2).result.shape(2, 3, 2, 2).device(device)


@domain("max_pool2d", points=0.5, programs=42, raises=["ValueError"])
def test_pool_of_any_picture(pick):
    """Pictures and windows of any size give the right maxima and gradients, or ValueError if no window fits."""
    batch, channels = pick.of(1, 2, 3, 0), pick.of(1, 2, 3)
    height, width = pick.of(4, 2, 5, 6, 3, 7, 1), pick.of(4, 2, 5, 6, 3, 7, 1)
    shapes = {4: (batch, channels, height, width), 3: (channels, height, width), 5: (1, batch, 1, height, width)}
    shape = shapes[pick.of(4, 4, 4, 4, 3, 5)]
    size = pick.of(2, 1, 3, 2, 1, 3, "shorter side", "longer side", 0, -1, 8)
    size = {"shorter side": min(height, width), "longer side": max(height, width)}.get(size, size)
    dtype, high = pick.of("float32", "float64", "float16", "bfloat16"), pick.of(3, 3, -1)
    if pick.of(False, False, True) and dtype in ("float32", "float64"):
        count = math.prod(shape)
        numbers = f"torch.randperm({count}, generator=torch.Generator().manual_seed(1)).reshape({shape})"
        x = pick.given("x", f"{numbers}.to(torch.{dtype}).requires_grad_()")
        pick.call(f"max_pool2d({x}, {size})", no_grad=False, backward=False)
        pick.do("(result**2).sum().backward()")
    else:
        scales = (1.0, 1e-6, 1e6) if dtype in ("float32", "float64") else (1.0,)
        x = pick.tensor("x", shape, dtypes=[dtype], scales=scales, high=high)
        pick.call(f"max_pool2d({x}, {pick.of('', 'size=')}{size})")


# to_tensor

_BY_DTYPE = "divide by 255 if the dtype of the image is `np.uint8`, and never otherwise, whatever the values are."


@check("to_tensor", points=0.25, hint=_BY_DTYPE)
def test_to_tensor_keeps_floats(candidate, draw):
    """Float pictures are not scaled, from 0 to 1 or from 0 to 255, and are float32 afterwards."""
    for dtype, high in ((np.float32, 255), (np.float64, 255), (np.float64, 1), (np.float16, 9)):
        image = draw.tensor(2, 3, 3, low=0, high=high, dtype=torch.float64).numpy().astype(dtype)
        candidate.to_tensor(image).result.values(public.picture(image)).dtype(torch.float32)


@check("to_tensor", points=0.25, judges="facts", hint=_BY_DTYPE)
def test_to_tensor_keeps_other_dtypes(candidate, draw):
    """int32, int64, int8, int16 and bool pictures are not scaled either; all become float32."""
    for dtype in (np.int32, np.int64, np.int8, np.int16, bool):
        image = public.pixels(draw, 3, 2, 1, high=100).astype(dtype)
        candidate.to_tensor(image).result.values(public.picture(image)).dtype(torch.float32)
        candidate.to_tensor(image[:, :, 0]).result.values(public.picture(image)).dtype(torch.float32)


@check("to_tensor", points=0.25, hint=_BY_DTYPE)
def test_to_tensor_scales_dark_pictures(candidate, draw):
    """A uint8 picture of zeros and ones, or all black, is scaled like any other; so is a single pixel."""
    for image in (
        public.pixels(draw, 4, 3, 3, high=1),
        np.ones((1, 2, 3), dtype=np.uint8),
        np.zeros((2, 1, 1), dtype=np.uint8),
        public.pixels(draw, 1, 1, 1),
        np.full((1, 1, 1), 255, dtype=np.uint8),
    ):
        candidate.to_tensor(image).result.values(public.picture(image), atol=1e-8)


@shared
class Picture:
    """An object that is no array and can be read as one, as the pictures of PIL are."""

    def __init__(self, pixels):
        self.pixels = pixels

    @property
    def __array_interface__(self):
        pixels = self.pixels
        return {"version": 3, "shape": pixels.shape, "typestr": pixels.dtype.str, "data": pixels.tobytes()}


@probe
def from_picture(student, pixels):
    """to_tensor(image), where image is a PIL image of these pixels"""
    return student.to_tensor(Picture(pixels))


@check("to_tensor", points=0.25, hint="`np.asarray(image)` reads what is no array itself: begin with it.")
def test_to_tensor_of_a_pil_image(candidate, draw):
    """An object that `np.asarray` can read is taken like an array: colour or grey, bytes or floats."""
    for image in (
        public.pixels(draw, 2, 3, 3),
        public.pixels(draw, 3, 2, 4),
        draw.tensor(2, 3, 1, low=0, high=9).numpy(),
    ):
        candidate.run(from_picture, image).result.values(public.picture(image)).dtype(torch.float32)
        grey = image[:, :, 0].copy()
        candidate.run(from_picture, grey).result.values(public.picture(image[:, :, :1]))


@check(
    "to_tensor", points=0.25, hint="which call makes a copy? `from_numpy`, `as_tensor`, `permute` and `float` need not."
)
def test_to_tensor_has_own_memory(candidate, draw):
    """The image is not modified and the tensor shares no memory with it, even for float32 with one channel."""
    for image in (
        draw.tensor(2, 3, 1).numpy(),
        draw.tensor(2, 3).numpy(),
        draw.tensor(2, 3, 3).numpy(),
        public.pixels(draw, 2, 3, 3),
    ):
        observed = candidate.to_tensor(image).unchanged()
        observed.result.values(public.picture(image.reshape(2, 3, -1))).owns_memory()


@check(
    "to_tensor",
    points=0.25,
    judges="facts",
    hint="look at the array's `ndim`: only 2 and 3 are pictures. Raise `ValueError` for all else.",
)
def test_to_tensor_refuses_other_dimensions(candidate, draw):
    """ValueError for 4-D, 5-D, 0-D and 1-D, and nothing is changed; 2-D and 3-D are fine."""
    for shape in ((2, 2, 2, 3), (1, 4, 4, 1), (1, 1, 1, 1, 1), (), (3,)):
        candidate.to_tensor(public.pixels(draw, *shape)).raises("ValueError").unchanged()
    candidate.to_tensor(draw.tensor(3).numpy()).raises("ValueError")
    candidate.to_tensor(public.pixels(draw, 2, 3)).result.shape(1, 2, 3)
    candidate.to_tensor(public.pixels(draw, 2, 2, 3)).result.shape(3, 2, 2)


@domain("to_tensor", points=0.5, programs=41, raises=["ValueError"])
def test_to_tensor_of_any_picture(pick):
    """Pictures of any size, dtype and layout become right tensors; ValueError for other numbers of dimensions."""
    shape = pick.shape(ranks=(3, 2, 3, 2, 3, 2, 1, 4, 0), sizes=(2, 3, 1, 4))
    dtype = pick.of("uint8", "float32", "uint8", "float64", "float32", "int32", "int64", "bool", "int8", "float16")
    high = min(pick.of(255, 1), 255 if dtype == "uint8" else 100)
    pick.array("image", shape, dtypes=[dtype], low=0, high=high)
    argument = pick.of("image", "image", "image[:, ::2]", "image.swapaxes(0, 1)", "Picture(image)")
    pick.call(f"to_tensor({argument if len(shape) > 1 else 'image'})")
