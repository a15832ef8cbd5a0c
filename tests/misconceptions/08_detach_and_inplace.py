"""Wrong implementations of 08."""

# %%
import torch

# %% task="gradient_step_" name="no-no-grad"
# A leaf that requires grad may not be changed in place while autograd is recording. Wrap the update in `torch.no_grad()`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError
    x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="none-ignored"
# A missing gradient means `backward()` was forgotten: say so with ValueError.


def gradient_step_(x, learning_rate):
    if x.grad is not None:
        with torch.no_grad():
            x -= learning_rate * x.grad
    return x
