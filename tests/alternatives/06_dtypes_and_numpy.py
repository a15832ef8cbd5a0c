"""Other right implementations of 06_dtypes_and_numpy."""

# %%
import copy

import numpy as np
import torch

# %% task="infer_dtype" name="set-of-types"


def infer_dtype(values):
    kinds = {type(value) for value in values}
    if kinds - {bool, int, float, complex}:
        raise TypeError(f"not numbers only: {kinds}")
    if complex in kinds:
        return torch.complex64
    if float in kinds or not kinds:
        return torch.float32
    return torch.int64 if int in kinds else torch.bool


# %% task="infer_dtype" name="promoted-pairwise"

_BASE = {bool: torch.bool, int: torch.int64, float: torch.float32, complex: torch.complex64}


def infer_dtype(values):
    dtype = None
    for value in values:
        try:
            own = _BASE[type(value)]
        except KeyError:
            raise TypeError(value) from None
        dtype = own if dtype is None else torch.promote_types(dtype, own)
    return dtype or torch.float32


# %% task="infer_dtype" name="instances-counted"


def infer_dtype(values):
    if not all(isinstance(value, (bool, int, float, complex)) for value in values):
        raise TypeError("bool, int, float and complex only")
    if not values:
        return torch.get_default_dtype()
    if all(isinstance(value, bool) for value in values):
        return torch.bool
    if all(isinstance(value, int) for value in values):
        return torch.int64
    return torch.complex64 if any(isinstance(value, complex) for value in values) else torch.float32


# %% task="infer_dtype" name="highest-rank"


def infer_dtype(values):
    order = [bool, int, float, complex]
    dtypes = [torch.bool, torch.int64, torch.float32, torch.complex64]
    highest = -1
    for value in values:
        if type(value) not in order:
            raise TypeError("no number")
        highest = max(highest, order.index(type(value)))
    return torch.float32 if highest < 0 else dtypes[highest]


# %% task="infer_dtype" name="translated-from-numpy"


def infer_dtype(values):
    for value in values:
        if not isinstance(value, (int, float, complex)):
            raise TypeError(f"unexpected {type(value)}")
    dtype = torch.from_numpy(np.array(values)).dtype
    return {torch.float64: torch.float32, torch.complex128: torch.complex64}.get(dtype, dtype)


# %% task="to_float32" name="astype"


def to_float32(array):
    return torch.from_numpy(array.astype(np.float32))


# %% task="to_float32" name="to-with-copy"


def to_float32(array):
    return torch.from_numpy(array).to(torch.float32, copy=True)


# %% task="to_float32" name="clone"


def to_float32(array):
    return torch.as_tensor(array, dtype=torch.float32).clone()


# %% task="to_float32" name="copied-into-empty"


def to_float32(array):
    result = torch.empty(array.shape, dtype=torch.float32)
    return result.copy_(torch.from_numpy(array))


# %% task="to_float32" name="array-of-its-own"


def to_float32(array):
    return torch.from_numpy(np.array(array, dtype="float32"))


# %% task="to_float32" name="float-tensor-of-a-copy"


def to_float32(array):
    return torch.FloatTensor(array.copy())


# %% task="to_float32" name="copied-only-where-needed"


def to_float32(array):
    t = torch.from_numpy(array)
    return t.clone() if t.dtype is torch.float32 else t.float()


# %% task="to_float32" name="added-to-zeros"


def to_float32(array):
    return torch.zeros(array.shape, dtype=torch.float32) + torch.from_numpy(array).float()


# %% task="wrap_array" name="as-tensor-after-a-check"


def wrap_array(array):
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{type(array).__name__} is not an array")
    return torch.as_tensor(array)


# %% task="wrap_array" name="asarray"


def wrap_array(array):
    if isinstance(array, np.ndarray):
        return torch.asarray(array, copy=False) if array.ndim else torch.from_numpy(array)
    raise TypeError("only arrays have memory to share")


# %% task="wrap_array" name="dlpack"


def wrap_array(array):
    if not isinstance(array, np.ndarray):
        raise TypeError
    return torch.from_dlpack(array)


# %% task="wrap_array" name="views-of-it"


def wrap_array(array):
    t = torch.from_numpy(array)
    return t.detach().view(t.shape)


# %% task="to_numpy_copy" name="array-of-detached"


def to_numpy_copy(t):
    return np.array(t.detach())


# %% task="to_numpy_copy" name="clone-first"


def to_numpy_copy(t):
    return t.detach().clone().numpy()


# %% task="to_numpy_copy" name="clone-under-no-grad"


@torch.no_grad()
def to_numpy_copy(t):
    return t.clone().numpy()


# %% task="to_numpy_copy" name="under-no-grad"


def to_numpy_copy(t):
    with torch.no_grad():
        return t.numpy().copy()  # `numpy()` refuses only while autograd records


# %% task="to_numpy_copy" name="forced"


def to_numpy_copy(t):
    return t.numpy(force=True).copy()


# %% task="to_numpy_copy" name="data"


def to_numpy_copy(t):
    return np.copy(t.data.cpu().numpy())


# %% task="to_numpy_copy" name="deepcopy"


def to_numpy_copy(t):
    return copy.deepcopy(t.detach().numpy())


# %% task="to_numpy_copy" name="filled-in"


def to_numpy_copy(t):
    source = t.detach().numpy()
    array = np.empty_like(source)
    array[...] = source
    return array


# %% task="to_numpy_copy" name="dlpack"


def to_numpy_copy(t):
    if t.dtype is torch.bool:
        return np.from_dlpack(t.view(torch.uint8)).astype(bool)
    return np.from_dlpack(t.detach().resolve_conj().resolve_neg()).copy()
