import torch


def derivative(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    fn(x).backward()
    return x.grad.item()
