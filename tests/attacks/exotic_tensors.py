"""Return tensors of every unusual layout and kind."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode


def attack(*args, **kwargs):
    with FakeTensorMode():
        fake = torch.empty(3)
    return [
        torch.eye(3).to_sparse(),
        torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
        torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        torch.empty(3, device="meta"),
        torch.ones(3, dtype=torch.complex64).conj(),
        torch.ones(3, dtype=torch.float8_e4m3fn),
        fake,
        torch.func.vmap(lambda x: x)(torch.ones(3)),
    ]


derivative_at = accumulate_gradients = halving_chain = minimize = attack
