"""Hidden checks of 02_tensor_operations."""

from __future__ import annotations

import torch

from grader.suites import check, domain, public_suite

public = public_suite(__file__)

# share_of_total


@check("share_of_total", points=0.25)
def test_share_dtype(candidate, draw):
    """Whole numbers of any width give float32, and so do bools; float32, float64 and float16 stay what they are."""
    for dtype in (torch.int64, torch.int32, torch.uint8):
        counts = draw.integers(4, low=1, high=9, dtype=dtype)
        candidate.share_of_total(counts).result.dtype(torch.float32).values(public.shares(counts))
    counts = torch.tensor([True, False, True, True, draw.choice([False, True])])
    candidate.share_of_total(counts).result.dtype(torch.float32).values(public.shares(counts))
    for dtype in (torch.float32, torch.float64, torch.float16):
        counts = draw.tensor(4, low=1, high=9, dtype=dtype)
        candidate.share_of_total(counts).result.dtype(dtype).values(public.shares(counts))


@check(
    "share_of_total",
    points=0.25,
    hint="leave out `.float()` and `float32`: division converts whole numbers by itself and keeps float64 as it is.",
)
def test_share_precision(candidate, draw):
    """float64 counts are divided with the precision of float64."""
    counts = draw.tensor(5, low=1, high=9, decimals=12, dtype=torch.float64)
    candidate.share_of_total(counts).result.values(public.shares(counts), rtol=1e-12, atol=0)


@check(
    "share_of_total",
    points=0.25,
    judges="facts",
    hint="divide out of place: `/` makes a new tensor, `div_` and `/=` don't.",
)
def test_share_leaves_counts_alone(candidate, draw):
    """counts is not modified, neither floats nor whole numbers, and the result has its own memory."""
    for counts in (draw.tensor(2, 3, low=1, high=9), draw.integers(3, low=1, high=9)):
        candidate.share_of_total(counts).unchanged(0).state_kept().result.owns_memory()


@check("share_of_total", points=0.25, judges="facts")
def test_share_device(candidate, draw, device):
    """Works on another device, without reading values or bringing a number from the CPU."""
    for counts in (draw.integers(2, draw.integer(3, 5), low=1, high=9), draw.tensor(4, low=1, high=9).double()):
        dtype = torch.float64 if counts.dtype == torch.float64 else torch.float32
        observed = candidate.share_of_total(counts.to(device))
        observed.result.shape(*counts.shape).dtype(dtype).device(device)


@domain("share_of_total", points=0.25)
def test_shares_of_any_counts(pick):
    """Counts of any dtype and shape, small or large, some of them 0, give the right shares."""
    dtype = pick.of("int64", "float32", "float64", "float16", "bfloat16", "int32", "int16", "int8", "uint8", "bool")
    scales = (1.0, 1e-6, 1e6) if dtype in ("float32", "float64") else (1.0,)
    shape = pick.shape(ranks=(1, 2, 0, 3), sizes=(1, 2, 3, 5))
    pick.tensor("counts", shape, dtypes=(dtype,), low=1, high=100, step=1, scales=scales)
    if pick.maybe() and shape and shape[0] > 1:
        pick.do("counts[0] = 0")
    pick.call(pick.of("share_of_total(counts)", "share_of_total(counts.to('meta'))"))


# matmul_shape


@check("matmul_shape", points=0.3, judges="facts", hint=public.RULES)
def test_matmul_shape_without_product(candidate, draw):
    """None, and no exception, where the inner sizes differ: (3, 2) @ (3, 2) too, though the shapes are equal."""
    k, n = draw.integer(3, 5), draw.integer(6, 9)
    for a, b in (((k, 2), (k, 2)), ((k, 2), (n, k)), ((2, k), (n, k)), ((k, 2), (k, n)), ((2, k), (n, 2))):
        public.answers(candidate.matmul_shape(a, b), None)
    public.answers(candidate.matmul_shape((n, k), (k, n)), (n, n))


@domain("matmul_shape", points=0.4)
def test_shapes_of_any_two_matrices(pick):
    """Any two shapes give the shape of the product, or None."""
    sizes = 2, 3, 5, 1, 0, 300
    rows, inner, other, columns = (pick.of(*sizes) for _ in range(4))
    if pick.maybe():
        other = inner
    pick.call(f"matmul_shape(({rows}, {inner}), ({other}, {columns}))")


# matmul_with_transpose


@check("matmul_with_transpose", points=0.25, hint="ask about the plain product first: a square `b` fits as it is.")
def test_product_square(candidate, draw):
    """A square b is not transposed, beside a square a and beside a longer one."""
    k = draw.integer(3, 4)
    for n in (2, k):
        a, b = public.exact(draw, n, k), public.exact(draw, k, k)
        candidate.matmul_with_transpose(a, b).result.values(public.product(a, b))


@check(
    "matmul_with_transpose",
    points=0.25,
    judges="facts",
    hint="compare `a.shape[1]` with both sizes of `b`, and `raise ValueError(...)` where it equals neither.",
)
def test_product_refuses(candidate, draw):
    """ValueError where neither product is defined; sizes of 1 don't broadcast; nothing is raised where one is."""
    k = draw.integer(3, 4)
    for shape in ((2, 5), (5, 2), (1, 1), (k + 1, k - 1), (1, 2 * k)):
        observed = candidate.matmul_with_transpose(public.exact(draw, 2, k), public.exact(draw, *shape))
        observed.raises("ValueError").unchanged()
    candidate.matmul_with_transpose(public.exact(draw, 2, k), public.exact(draw, k, 1)).returned()


@check(
    "matmul_with_transpose",
    points=0.25,
    hint="stay with torch operations, out of place, from `a` and `b` to the result: no NumPy, no `detach()`.",
)
def test_product_gradients(candidate, draw):
    """Gradients reach both inputs, in both readings."""
    k, m = public.sizes(draw)
    upstream = public.exact(draw, 2, m)
    for shape in ((k, m), (m, k)):
        a, b = public.exact(draw, 2, k).requires_grad_(), public.exact(draw, *shape).requires_grad_()
        observed = candidate.with_backward(upstream).matmul_with_transpose(a, b)
        observed.ran_backward()
        of_a, of_b = (upstream @ b.T, a.T @ upstream) if shape[0] == k else (upstream @ b, upstream.T @ a)
        observed.argument(0).grad(of_a.detach())
        observed.argument(1).grad(of_b.detach())


@check("matmul_with_transpose", points=0.25, judges="facts")
def test_product_device_and_arguments(candidate, draw, device):
    """Neither argument is modified, and both readings work on another device."""
    k, m = public.sizes(draw)
    for shape in ((k, m), (m, k)):
        a, b = public.exact(draw, 2, k), public.exact(draw, *shape)
        candidate.matmul_with_transpose(a, b).returned().unchanged().state_kept()
        candidate.matmul_with_transpose(a.to(device), b.to(device)).result.shape(2, m).device(device)


@domain("matmul_with_transpose", points=0.25, raises=["ValueError"])
def test_products_of_any_two_matrices(pick):
    """Matrices of any sizes, dtype and layout give the product, with the right gradients, or a ValueError."""
    dtype = pick.of("float32", "float64", "float16", "bfloat16")
    long = dtype in ("float32", "float64")
    scales, grad = ((1.0, 1e-6, 1e6), "maybe") if long else ((1.0,), False)
    n, k, m = (pick.of(1, 2, 3, 4) for _ in range(3))
    pick.tensor("a", (n, k), dtypes=(dtype,), step=1, scales=scales, grad=grad)
    shape = pick.of((k, m), (m, k), (k, k), (n, k), (n, m))
    pick.tensor("b", shape, dtypes=(dtype,), step=1, scales=scales, grad=grad)
    pick.call("matmul_with_transpose(a, b)")


# summarize

_ALONG = "every value is computed along `dim`, 0 included, and none of them keeps that dimension."


@check("summarize", points=0.5, hint=_ALONG)
def test_summary_along_dim(candidate, draw):
    """Along dim 0, 1 and -1 of a table the values are right, and that dimension is gone."""
    t = public.distinct(draw, 4, 3)
    for dim in (0, 1, -1):
        public.summarizes(candidate.summarize(t, dim), t, dim)
    public.summarizes(candidate.summarize(t, dim=-2), t, -2)


@check(
    "summarize",
    points=0.25,
    hint="the mean of whole numbers isn't whole: convert to float32 for the mean, and only for the mean.",
)
def test_summary_of_whole_numbers(candidate, draw):
    """int64 input works, also in large numbers: the mean is not rounded, the others are exact."""
    small = public.distinct(draw, 4, 3, dtype=torch.int64)
    for t in (small, small + 2**40 + draw.integer(1, 99)):
        public.summarizes(candidate.summarize(t), t, None)


@check("summarize", points=0.25, judges="facts")
def test_summary_dtypes(candidate, draw):
    """min, max and sum keep the dtype; the mean is float32 for int64 and float64 for float64; positions are int64."""
    for dtype in (torch.int64, torch.float32, torch.float64, torch.float16):
        t = public.distinct(draw, 3, 4, dtype=dtype)
        for dim in (None, 1):
            result = candidate.summarize(t, dim).result
            for key in ("min", "max", "sum"):
                result.key(key).dtype(dtype)
            if dtype != torch.float16:
                result.key("mean").dtype(torch.float32 if dtype == torch.int64 else dtype)
            result.key("argmin").dtype(torch.int64)
            result.key("argmax").dtype(torch.int64)


@check("summarize", points=0.25, judges="facts")
def test_summary_leaves_t_alone(candidate, draw):
    """The input is not modified, and no value shares memory with it."""
    for t in (draw.tensor(3, 4), draw.integers(1, low=-9, high=9)):
        for dim in (None, 0):
            observed = candidate.summarize(t, dim).unchanged(0).state_kept()
            for key in public.KEYS:
                observed.result.key(key).owns_memory(observed.argument(0))


@check("summarize", points=0.25, judges="facts")
def test_summary_device(candidate, draw, device):
    """Works on another device, without reading values."""
    for t in (draw.tensor(2, 4), draw.integers(2, 4, low=-9, high=9)):
        for dim, shape in ((None, ()), (0, (4,)), (-1, (2,))):
            result = candidate.summarize(t.to(device), dim).result
            for key in public.KEYS:
                result.key(key).shape(*shape).device(device)


@domain("summarize", points=0.5, free=["memory"], programs=50)
def test_summaries_of_any_tensor(pick):
    """The six values are right for any shape, dtype, layout and dim, small or large, also where elements are equal."""
    dtype = pick.of("float32", "int64", "float64", "float16", "bfloat16")
    shape = pick.shape(ranks=(2, 1, 3, 0), sizes=(1, 2, 3, 4))
    scales = (1.0, 1e-6, 1e6) if dtype in ("float32", "float64") else (1.0,)
    pick.tensor("t", shape, dtypes=(dtype,), low=-9, high=9, step=1, scales=scales)
    large = pick.of("", "2**24", "2**40", "2**53")
    if dtype == "int64" and large:
        pick.do(f"t += {large}")
    if pick.of(False, False, False, True):
        pick.do("t = t.to('meta')")
    dim = pick.of(None, 0, -1, 1, -2, 2)
    dim = None if dim is None or not shape else dim if -len(shape) <= dim < len(shape) else 0
    pick.call("summarize(t)" if dim is None else f"summarize(t, {dim})")
    for place in ('result["argmin"]', 'result["argmax"]'):  # where elements are equal, any of their positions
        there = f"t.take({place})" if dim is None else f"t.take_along_dim({place}.unsqueeze({dim}), {dim})"
        pick.observe(f"{place}.dtype", f"{place}.shape", there)
    mean = 'result["mean"]' + ".to(t.dtype)" * (dtype in ("float16", "bfloat16"))  # of any floating dtype
    pick.observe('result["min"]', 'result["max"]', 'result["sum"]', mean, "sorted(result)")


# center_rows


@check(
    "center_rows",
    points=0.25,
    hint="means of shape (N,) meet the *columns* of a square table, without an error: give them the shape (N, 1).",
)
def test_centred_rows_of_square(candidate, draw):
    """In a square table too, each row has lost its own mean."""
    x = draw.tensor(3, 3)
    candidate.center_rows(x).result.values(public.centred(x))


@check(
    "center_rows",
    points=0.25,
    judges="facts",
    hint="subtract out of place: `-` makes a new tensor, `sub_` and `-=` change `x`.",
)
def test_centred_leaves_x_alone(candidate, draw):
    """x is not modified, and the result has its own memory."""
    candidate.center_rows(draw.tensor(4, 3)).unchanged(0).state_kept().result.owns_memory()


@check(
    "center_rows",
    points=0.25,
    hint="the means are made of `x`, so the gradient goes through them too: use torch operations throughout.",
)
def test_centred_gradient(candidate, draw):
    """The gradient flows to x, also by way of the means."""
    x, upstream = draw.tensor(4, 3), draw.tensor(4, 3)
    observed = candidate.with_backward(upstream).center_rows(x.requires_grad_())
    observed.ran_backward().argument(0).grad(public.centred(upstream))


@check("center_rows", points=0.25, judges="facts")
def test_centred_device(candidate, draw, device):
    """Works on another device, without reading values."""
    x = draw.tensor(draw.integer(4, 5), 3).to(device)
    candidate.center_rows(x).result.shape(*x.shape).dtype(torch.float32).device(device)


@domain("center_rows", points=0.25, programs=41)
def test_centred_rows_of_any_table(pick):
    """Tables of any size, dtype and layout, in small or large numbers, are centred, with the right gradients."""
    dtype = pick.of("float32", "float64", "float16", "bfloat16")
    long = dtype in ("float32", "float64")
    scales, backward = (1.0, 1e-6, 1e6) if long else (1.0,), pick.maybe() and long
    shape = pick.of(1, 2, 3, 4, 7), pick.of(1, 2, 3, 4, 7)
    pick.tensor("x", shape, dtypes=(dtype,), low=-9, high=9, step=1, scales=scales, grad=backward)
    pick.call("center_rows(x)", no_grad=not backward, backward=False)
    if backward:
        pick.do("result[0, 0].backward()")
