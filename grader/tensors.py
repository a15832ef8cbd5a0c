"""How tensors are sent: the dtypes, and a tensor's elements as bytes.

Both sides of the sandbox import this module, so it imports nothing from either of them.
"""

from __future__ import annotations

import torch

from grader import wire

DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in wire.DTYPES}


def name_of(dtype: torch.dtype) -> str:
    """Return the name that a dtype has on the wire: "float32" for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def raw(tensor: torch.Tensor) -> bytes:
    """Return the elements of a tensor in row-major order as bytes. A meta tensor has no bytes."""
    if tensor.is_meta or tensor.numel() == 0:
        return b""
    flat = tensor.detach().cpu().contiguous().reshape(-1).resolve_conj().resolve_neg()
    # A view of one element may keep the stride of its base, but `view(torch.uint8)` needs stride 1.
    data: bytes = flat.as_strided(flat.shape, (1,)).view(torch.uint8).numpy().tobytes()
    return data
