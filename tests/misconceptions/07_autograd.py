"""Wrong implementations of 07_autograd, as learners write them."""

# %%
import torch

# %% task="derivative_at" name="no-graph" presumes=["not _(requires_grad=True) or requires_grad_() or no_grad()"]
# There is no graph to go back through: autograd only records what happens to tensors that ask for it with
# `requires_grad=True`.


def derivative_at(fn, value):
    x = torch.tensor(float(value))
    y = fn(x)
    y.backward()
    return x.grad.item()


# %% task="derivative_at" name="inside-no-grad" presumes=["with no_grad(): ..."]
# Inside `no_grad()` nothing is recorded, so there is no graph to go back through. Call `fn` outside of it.


def derivative_at(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    with torch.no_grad():
        y = fn(x)
    y.backward()
    return x.grad.item()


# %% task="derivative_at" name="detached-input" presumes=["detach()"]
# `detach()` cuts `x` out of the graph, so no gradient can reach it. Give `fn` the leaf itself.


def derivative_at(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    y = fn(x.detach())
    y.backward()
    return x.grad.item()


# %% task="derivative_at" name="finite-difference" presumes=["not backward() or grad()"]
# Dividing a tiny difference by a tiny step loses most of float32's seven digits. `backward()` gives the derivative
# itself, without any step.


def derivative_at(fn, value):
    x, h = torch.tensor(float(value)), 1e-3
    return ((fn(x + h) - fn(x - h)) / (2 * h)).item()


# %% task="derivative_at" name="finite-difference-of-floats" presumes=["not backward() or grad()"]
# `fn` is made for tensors, and here it gets plain Python numbers; besides, a difference quotient is only near the
# derivative. Make a tensor that requires grad and let `backward()` work.


def derivative_at(fn, value):
    h = 1e-6
    return float((fn(value + h) - fn(value)) / h)


# %% task="derivative_at" name="returns-tensor"
# You return the gradient still in its tensor. `.item()` takes the Python float out.


def derivative_at(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    fn(x).backward()
    return x.grad


# %% task="derivative_at" name="returns-numpy-number" presumes=["np or numpy"]
# This is a NumPy number, not a plain Python float. `.item()` gives a Python float straight from the tensor.


def derivative_at(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    fn(x).backward()
    return x.grad.numpy()[()]


# %% task="derivative_at" name="returns-value"
# That is what `fn` returns at this point. How fast it changes there is what `backward()` leaves in the `.grad` of `x`.


def derivative_at(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    y = fn(x)
    y.backward()
    return y.item()


# %% task="derivative_at" name="grad-of-result"
# `backward()` starts at the result and fills in the leaves where the graph began: look at `x.grad`. The `.grad` of `y`
# stays None.


def derivative_at(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    y = fn(x)
    y.backward()
    return y.grad.item()


# %% task="derivative_at" name="converted-after-requires-grad"
# The conversion is an operation too: your `x` is its result, not the leaf, and only leaves get a `.grad`. Say
# `dtype=torch.float32` while you make the tensor.


def derivative_at(fn, value):
    x = torch.tensor(value, dtype=torch.float64, requires_grad=True).float()
    y = fn(x)
    y.backward()
    return x.grad.item()


# %% task="derivative_at" name="int-leaf"
# From the int 5 `torch.tensor` makes an integer tensor, and integers have no derivatives. Ask for
# `dtype=torch.float32`.


def derivative_at(fn, value):
    x = torch.tensor(value, requires_grad=True)
    y = fn(x)
    y.backward()
    return x.grad.item()


# %% task="derivative_at" name="float64-leaf"
# `fn` takes float32 and meets float64 here, which many operations refuse to mix. Make the leaf with
# `dtype=torch.float32`.


def derivative_at(fn, value):
    x = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    y = fn(x)
    y.backward()
    return x.grad.item()


# %% task="derivative_at" name="one-element-vector"
# The brackets in `torch.tensor([value])` make a vector with one element, and `fn` takes a 0-D tensor. Leave them out.


def derivative_at(fn, value):
    x = torch.tensor([float(value)], requires_grad=True)
    y = fn(x)
    y.backward()
    return x.grad.item()


# %% task="derivative_at" name="rounds" presumes=["round()"]
# Rounding belongs where a number is printed. Return the derivative with all its digits.


def derivative_at(fn, value):
    x = torch.tensor(float(value), requires_grad=True)
    fn(x).backward()
    return round(x.grad.item(), 2)


# %% task="derivative_at" name="leaf-lives-on"
# Your leaf survives the call, and `backward()` adds to the gradient it still has from last time. Make a new leaf in
# each call.

LEAVES = {}


def derivative_at(fn, value):
    x = LEAVES.setdefault(fn, torch.tensor(0.0, requires_grad=True))
    x.data.fill_(value)
    fn(x).backward()
    return x.grad.item()


# %% task="derivative_at" name="seeds-the-generator" presumes=["manual_seed()"]
# Nothing here is random, and `torch.manual_seed` would restart the random numbers of your caller. Leave it out.


def derivative_at(fn, value):
    torch.manual_seed(42)
    x = torch.tensor(float(value), requires_grad=True)
    fn(x).backward()
    return x.grad.item()


# %% task="accumulate_gradients" name="zero-inside-loop" presumes=["zero_() or _.grad = _"]
# You erase the gradient before each `backward()`, so only that of the last function is left. Reset it once, before the
# loop: `backward()` adds up by itself.


def accumulate_gradients(fns, x):
    for fn in fns:
        x.grad = None
        fn(x).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="returns-in-the-loop" presumes=["for _ in _: return"]
# The `return` stands inside the loop, so your function ends after the first turn. Move it out, to the left.


def accumulate_gradients(fns, x):
    x.grad = None
    for fn in fns:
        fn(x).backward()
        return x.grad.clone()


# %% task="accumulate_gradients" name="sums-running-sums" presumes=["for _ in _: _ + _"]
# `x.grad` already is the sum so far, and adding it up once more counts the first functions again and again. Read it
# once, after the loop.


def accumulate_gradients(fns, x):
    x.grad = None
    total = torch.zeros_like(x)
    for fn in fns:
        fn(x).backward()
        total = total + x.grad
    return total.detach()


# %% task="accumulate_gradients" name="collects-one-tensor" presumes=["append() or [_ for _ in _]"]
# `x.grad` is one and the same tensor in every turn, so your list holds the final sum several times over. `backward()`
# adds up by itself: read `x.grad` once, after the loop.


def accumulate_gradients(fns, x):
    x.grad = None
    collected = []
    for fn in fns:
        fn(x).backward()
        collected.append(x.grad)
    return sum(collected)


# %% task="accumulate_gradients" name="sum-kept-elsewhere"
# You reset `x.grad` in every turn and add up on the side, so `x.grad` ends with the last gradient alone. Let
# `backward()` add up in `x.grad`.


def accumulate_gradients(fns, x):
    total = torch.zeros_like(x)
    for fn in fns:
        x.grad = None
        fn(x).backward()
        total = total + x.grad
    return total.detach()


# %% task="accumulate_gradients" name="zero-when-none" presumes=["zero_()"]
# Before the first `backward()`, `x.grad` is None, and None has no `zero_()`. `x.grad = None` always works.


def accumulate_gradients(fns, x):
    x.grad.zero_()
    for fn in fns:
        fn(x).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="truth-of-the-old-gradient" presumes=["_.grad"]
# `if x.grad:` asks whether the numbers are zero, which several of them can't answer. To ask whether there is a gradient
# at all, write `if x.grad is not None:`.


def accumulate_gradients(fns, x):
    if x.grad:
        x.grad.zero_()
    for fn in fns:
        fn(x).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="no-reset"
# `backward()` adds to whatever `x.grad` already holds, here a gradient from before your call. Start with `x.grad =
# None`.


def accumulate_gradients(fns, x):
    for fn in fns:
        fn(x).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="detach-is-not-copy" presumes=["detach()"]
# `detach()` gives a new tensor over the same memory: the result changes whenever `x.grad` does. `clone()` copies.


def accumulate_gradients(fns, x):
    x.grad = None
    for fn in fns:
        fn(x).backward()
    return x.grad.detach()


# %% task="accumulate_gradients" name="returns-x-grad"
# Your result has the memory of `x.grad`, so the next `backward()` changes the caller's result too. Return
# `x.grad.clone()`.


def accumulate_gradients(fns, x):
    x.grad = None
    for fn in fns:
        fn(x).backward()
    return x.grad


# %% task="accumulate_gradients" name="result-becomes-x-grad" presumes=["_.grad = _"]
# You add the gradients up yourself and then make your sum `x.grad` as well: one tensor with two names. Give one of them
# a `clone()`.


def accumulate_gradients(fns, x):
    total = torch.zeros_like(x)
    for fn in fns:
        total += torch.autograd.grad(fn(x), x)[0]
    total = total.detach()
    x.grad = total
    return total


# %% task="accumulate_gradients" name="autograd-grad-only" presumes=["grad()"]
# `torch.autograd.grad` hands gradients back without storing them, and `x.grad` must hold the sum as well. `backward()`
# stores.


def accumulate_gradients(fns, x):
    return sum(torch.autograd.grad(fn(x), x)[0] for fn in fns).clone()


# %% task="accumulate_gradients" name="gradient-on-a-copy" presumes=["clone() or detach() or tensor()"]
# The gradients went to a leaf of your own, and the caller's `x` never hears of them. Go backward through `x` itself.


def accumulate_gradients(fns, x):
    x = x.detach().clone().requires_grad_()
    for fn in fns:
        fn(x).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="clone-is-no-leaf" presumes=["clone()"]
# After `x = x.clone()` the name `x` means the result of an operation, whose `.grad` stays None. Only leaves get one:
# use the `x` you were given.


def accumulate_gradients(fns, x):
    x = x.clone()
    for fn in fns:
        fn(x).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="clears-at-the-end" presumes=["zero_() or _.grad = _"]
# You reset `x.grad` after copying it, but the sum has to stay there. The place for a reset is before the first
# `backward()`.


def accumulate_gradients(fns, x):
    x.grad = None
    for fn in fns:
        fn(x).backward()
    total = x.grad.clone()
    x.grad = None
    return total


# %% task="accumulate_gradients" name="zeroes-the-copy-too" presumes=["zero_()"]
# `total = x.grad` gives the tensor a second name, so `zero_()` erases your result as well. Copy with `clone()`, and
# leave the sum in `x.grad`.


def accumulate_gradients(fns, x):
    x.grad = None
    for fn in fns:
        fn(x).backward()
    total = x.grad
    x.grad.zero_()
    return total


# %% task="accumulate_gradients" name="zeroes-x" presumes=["zero_()"]
# That sets `x` itself to zero; what must go is the old gradient. Write `x.grad = None`.


def accumulate_gradients(fns, x):
    x.grad = None
    x.data.zero_()
    for fn in fns:
        fn(x).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="backward-of-running-total" presumes=["for _ in _: backward()"]
# Each `backward()` starts at the total so far, so the earlier functions are walked through again. Go backward once for
# each function, or once through the finished total.


def accumulate_gradients(fns, x):
    x.grad = None
    total = 0
    for fn in fns:
        total = total + fn(x)
        total.backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="retains-the-running-total" presumes=["_(retain_graph=True)"]
# `retain_graph=True` silences the error and not the mistake: going backward from the total so far counts the earlier
# functions again and again. Go backward from the value of one function at a time.


def accumulate_gradients(fns, x):
    x.grad = None
    total = 0
    for fn in fns:
        total = total + fn(x)
        total.backward(retain_graph=True)
    return x.grad.clone()


# %% task="accumulate_gradients" name="averages" presumes=["_ / _ or _ /= _ or mean()"]
# The sum is asked for, and dividing by the number of functions makes it their mean. Leave the division out.


def accumulate_gradients(fns, x):
    x.grad = None
    for fn in fns:
        (fn(x) / len(fns)).backward()
    return x.grad.clone()


# %% task="accumulate_gradients" name="returns-sum-of-values"
# You return the sum of what the functions return. The sum of their gradients is in `x.grad` after `backward()`.


def accumulate_gradients(fns, x):
    x.grad = None
    total = sum(fn(x) for fn in fns)
    total.backward()
    return total


# %% task="accumulate_gradients" name="turns-off-requires-grad" presumes=["requires_grad_() or _.requires_grad = _"]
# After your call `x` no longer requires grad, so the caller can't go on differentiating. Leave the flag as it was.


def accumulate_gradients(fns, x):
    x.grad = None
    for fn in fns:
        fn(x).backward()
    x.requires_grad_(False)
    return x.grad.clone()


# %% task="halving_chain" name="in-place-division" presumes=["_ /= _ or _ *= _ or div_() or mul_()"]
# `y = x` makes no copy, so `y /= 2` halves the caller's tensor too, and on a leaf that requires grad PyTorch refuses.
# `y = y / 2` makes a new one.


def halving_chain(x):
    y = x
    while y.abs() > 1:
        y /= 2
    return y


# %% task="halving_chain" name="no-abs"
# A negative value is never greater than 1, so yours are never halved. Compare the absolute value.


def halving_chain(x):
    y = x
    while y > 1:
        y = y / 2
    return y


# %% task="halving_chain" name="no-grad" presumes=["no_grad()"]
# Inside `no_grad()` nothing is recorded, so the result has no graph for a gradient to go back through. Compute outside
# it.


def halving_chain(x):
    with torch.no_grad():
        y = x
        while y.abs() > 1:
            y = y / 2
    return y


# %% task="halving_chain" name="detached-start" presumes=["detach()"]
# `detach()` starts a chain that knows nothing of `x`, so no gradient reaches it. Begin with `y = x`.


def halving_chain(x):
    y = x.detach()
    while y.abs() > 1:
        y = y / 2
    return y


# %% task="halving_chain" name="detached-in-the-loop" presumes=["detach()"]
# `detach()` cuts the chain after each halving, so the gradient never gets back to `x`. Keep what `y / 2` returns as it
# is.


def halving_chain(x):
    y = x
    while y.abs() > 1:
        y = (y / 2).detach()
    return y


# %% task="halving_chain" name="new-leaf" presumes=["tensor()"]
# `torch.tensor(x)` copies the number into a leaf of its own, and the gradient ends there instead of in `x`. Begin with
# `y = x`.


def halving_chain(x):
    y = torch.tensor(x, requires_grad=True)
    while y.abs() > 1:
        y = y / 2
    return y


# %% task="halving_chain" name="python-number" presumes=["item()"]
# `.item()` leaves the graph, and wrapping the number in a tensor again doesn't bring it back. Halve the tensor itself.


def halving_chain(x):
    y = x.item()
    while abs(y) > 1:
        y = y / 2
    return torch.tensor(y)


# %% task="halving_chain" name="returns-float" presumes=["item()"]
# A Python float has neither graph nor dtype. Return the tensor, without `.item()`.


def halving_chain(x):
    y = x
    while y.abs() > 1:
        y = y / 2
    return y.item()


# %% task="halving_chain" name="not-strict"
# "Greater than 1" leaves 1 itself alone: `>`, not `>=`.


def halving_chain(x):
    y = x
    while y.abs() >= 1:
        y = y / 2
    return y


# %% task="halving_chain" name="compares-whole-numbers" presumes=["int()"]
# `int()` cuts 1.25 down to 1 before you compare, so your loop stops too early. Compare the tensor itself.


def halving_chain(x):
    y = x
    while abs(int(y)) > 1:
        y = y / 2
    return y


# %% task="halving_chain" name="halves-once" presumes=["if", "not while"]
# An `if` looks once, so there is one halving at most. `while` looks again after each.


def halving_chain(x):
    y = x
    if y.abs() > 1:
        y = y / 2
    return y


# %% task="halving_chain" name="fixed-count"
# Four halvings are right for 10. Let the value decide: look at it again before each halving.


def halving_chain(x):
    y = x
    for _ in range(4):
        y = y / 2
    return y


# %% task="halving_chain" name="halves-before-looking"
# You halve first and look afterwards, so a value that is small already is halved as well. Put the question before the
# division.


def halving_chain(x):
    y = x / 2
    while y.abs() > 1:
        y = y / 2
    return y


# %% task="halving_chain" name="integer-division" presumes=["_ // _"]
# `//` rounds down to a whole number, and rounding has no useful gradient. Half of 5 is 2.5: divide with `/`.


def halving_chain(x):
    y = x
    while y.abs() > 1:
        y = y // 2
    return y


# %% task="halving_chain" name="casts-to-float32" presumes=["float() or _.float32"]
# The result must have the dtype of `x`, and `.float()` turns every dtype into float32. Halving needs no conversion.


def halving_chain(x):
    y = x.float()
    while y.abs() > 1:
        y = y / 2
    return y


# %% task="halving_chain" name="returns-count"
# That is the number of halvings; what is asked for is the value they lead to. Return `y`.


def halving_chain(x):
    y, k = x, 0
    while y.abs() > 1:
        y, k = y / 2, k + 1
    return torch.tensor(float(k))


# %% task="minimize" name="no-zeroing"
# `backward()` adds to `x.grad`, so without a reset each step uses the sum of all slopes so far. Set `x.grad = None`
# after each update.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
    return x.item()


# %% task="minimize" name="zeroes-too-early" presumes=["zero_() or _.grad = _", "_ - _ or sub_()"]
# You erase the gradient between `backward()` and the update, so every step is zero steps long. Reset it after the
# update.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        x.grad.zero_()
        with torch.no_grad():
            x -= learning_rate * x.grad
    return x.item()


# %% task="minimize" name="zero-when-none" presumes=["zero_()"]
# Before the first `backward()`, `x.grad` is None, and None has no `zero_()`. Reset at the end of the turn, or with
# `x.grad = None`.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        x.grad.zero_()
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
    return x.item()


# %% task="minimize" name="rebinds-in-no-grad" presumes=["no_grad()", "_ = _ - _ or sub()"]
# `x = x - ...` inside `no_grad()` makes a new tensor that doesn't require grad, so the next `backward()` has nothing to
# go back through. `x -= ...` updates the leaf you have.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x = x - learning_rate * x.grad
    return x.item()


# %% task="minimize" name="rebinds-outside-no-grad" presumes=["_ = _ - _ or sub()"]
# `x = x - ...` makes `x` the result of an operation, and results get no `.grad`: from the second step on it is None.
# Update the leaf in place, `x -= ...`, inside `no_grad()`.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        x = x - learning_rate * x.grad
    return x.item()


# %% task="minimize" name="no-no-grad"
# While autograd records, a leaf that requires grad can't be changed in place. Put the update inside `with
# torch.no_grad():`.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        x -= learning_rate * x.grad
        x.grad.zero_()
    return x.item()


# %% task="minimize" name="nothing-recorded"
# There is no graph to go back through: x must ask for one with `requires_grad=True`, and `fn` must run outside
# `no_grad()`, where only the update belongs.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        with torch.no_grad():
            fn(x).backward()
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="ascent"
# The gradient points uphill, and adding it climbs. Subtract it.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x += learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="no-learning-rate"
# The step is the learning rate times the slope; yours is the slope alone. Multiply the two.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="steps-by-value"
# You step by the value of `fn`, not by its slope. The slope is in `x.grad` after `backward()`.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        y = fn(x)
        y.backward()
        with torch.no_grad():
            x -= learning_rate * y
        x.grad = None
    return x.item()


# %% task="minimize" name="returns-previous" presumes=["_ - _ or sub_() or sub()"]
# You note x before you update it, so what you return misses the last step. Read `x` after the loop.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    result = x.item()
    for _ in range(n_steps):
        result = x.item()
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return result


# %% task="minimize" name="returns-minimum"
# That is how low `fn` gets, and the question is where. Return x itself.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return fn(x).item()


# %% task="minimize" name="returns-best"
# You return the x where `fn` was lowest on the way. Asked for is the x after the last step, wherever that led.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    best, lowest = x.item(), fn(x).item()
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
        if fn(x).item() < lowest:
            best, lowest = x.item(), fn(x).item()
    return best


# %% task="minimize" name="returns-tensor"
# You return a tensor that still requires grad. `.item()` takes the Python float out.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x


# %% task="minimize" name="one-step-too-many"
# `range(n_steps + 1)` runs once too often, since counting starts at 0. `range(n_steps)` has exactly `n_steps` turns.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps + 1):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="one-step-too-few"
# From 1 up to, and without, `n_steps` makes one turn too few. `range(n_steps)` has exactly `n_steps` turns.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(1, n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="at-least-one-step"
# You step first and count afterwards, so `n_steps=0` takes a step too. Ask before the step whether there is one left.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    step = 0
    while True:
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
        step += 1
        if step >= n_steps:
            break
    return x.item()


# %% task="minimize" name="stops-when-flat" presumes=["break or for _ in _: return"]
# You stop as soon as the slope is small, but exactly `n_steps` steps were asked for. Leave the early exit out.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        if x.grad.abs() < 1e-4:
            break
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="clips-the-slope" presumes=["clip_grad_norm_() or clip_grad_value_() or clamp()"]
# Plain gradient descent takes the slope as it is, however steep. Don't clip it.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        torch.nn.utils.clip_grad_norm_([x], 1.0)
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="slope-of-start"
# You go backward once, at the start, and use that slope for every step. Compute the slope again each time x has moved.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    fn(x).backward()
    for _ in range(n_steps):
        with torch.no_grad():
            x -= learning_rate * x.grad
    return x.item()


# %% task="minimize" name="graph-built-once"
# You call `fn` once and go back through that old graph again and again, but it remembers the first x. Call `fn(x)` in
# every step.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    y = fn(x)
    for _ in range(n_steps):
        y.backward(retain_graph=True)
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="finite-difference" presumes=["not backward() or grad()"]
# A difference quotient in float32 gives the slope to three digits or so, and the error grows from step to step. Let
# `backward()` compute it.


def minimize(fn, start, learning_rate, n_steps):
    x, h = torch.tensor(start), 1e-3
    for _ in range(n_steps):
        x = x - learning_rate * (fn(x + h) - fn(x - h)) / (2 * h)
    return x.item()


# %% task="minimize" name="one-element-vector"
# The brackets in `torch.tensor([start])` make a vector with one element, and `fn` takes a 0-D tensor. Leave them out.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor([start], requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="float64-leaf"
# `fn` takes float32 and meets float64 here, which many operations refuse to mix. Make the leaf with
# `dtype=torch.float32`.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    for _ in range(n_steps):
        fn(x).backward()
        with torch.no_grad():
            x -= learning_rate * x.grad
        x.grad = None
    return x.item()


# %% task="minimize" name="grad-left-off" presumes=["set_grad_enabled()"]
# `set_grad_enabled(False)` goes on after your function returns, and nobody's operations are recorded any more. With
# `with torch.no_grad():` it ends by itself.


def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    for _ in range(n_steps):
        torch.set_grad_enabled(True)
        fn(x).backward()
        torch.set_grad_enabled(False)
        x -= learning_rate * x.grad
        x.grad = None
    return x.item()
