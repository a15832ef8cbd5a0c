"""Wrong implementations of 08_detach_and_inplace, as learners write them, with what a teacher says about each."""

# %%
import copy
import math

import numpy as np
import torch

# %% task="gradient_step_" name="no-no-grad"
# `x -= ...` changes a leaf that requires grad while autograd is recording, and PyTorch refuses that. Wrap the update in
# `with torch.no_grad():`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="new-tensor" presumes=["_ = _ - _ or sub()"]
# `x = x - ...` computes a new tensor and gives it the name `x` inside your function; the caller's tensor stays as it
# was. Write into it: `x -= ...`, under `no_grad()`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x = x - learning_rate * x.grad
    return x


# %% task="gradient_step_" name="new-tensor-recorded" presumes=["_ = _ - _ or sub()"]
# Outside `no_grad()`, `x = x - ...` makes a new tensor that is attached to the graph; the caller's leaf stays as it
# was. Change the leaf itself: `x -= ...`, under `no_grad()`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    x = x - learning_rate * x.grad
    return x


# %% task="gradient_step_" name="new-tensor-requires-grad"
# A new leaf with the right numbers is still not the caller's tensor: a model or an optimizer that holds `x` never sees
# the update. Write into `x` itself, under `no_grad()`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    return (x - learning_rate * x.grad).detach().requires_grad_()


# %% task="gradient_step_" name="data-replaced" presumes=["_.data = _"]
# `x.data = ...` puts other memory under `x`; tensors that share the old memory never see the update. Write into the
# memory that is there: `x -= ...`, under `no_grad()`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    x.data = x.data - learning_rate * x.grad
    return x


# %% task="gradient_step_" name="copy-changed" presumes=["clone()"]
# `clone()` has memory of its own, so the step changes the copy and never reaches `x`. Under `no_grad()` you may change
# `x` directly.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    new = x.detach().clone()
    new -= learning_rate * x.grad
    return new.requires_grad_()


# %% task="gradient_step_" name="zeroes-too"
# The step doesn't reset the gradient: that is a decision of its own, because some training loops add gradients up over
# several batches first. Leave `x.grad` as it is.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x -= learning_rate * x.grad
        x.grad.zero_()
    return x


# %% task="gradient_step_" name="drops-gradient" presumes=["_.grad = _"]
# `x.grad = None` throws the gradient away, and the caller may still need it. A step only reads it.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x -= learning_rate * x.grad
    x.grad = None
    return x


# %% task="gradient_step_" name="scales-gradient" presumes=["_ *= _ or mul_()"]
# `x.grad *= learning_rate` changes the gradient itself, which should keep its values. Multiply out of place:
# `learning_rate * x.grad`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x.grad *= learning_rate
        x -= x.grad
    return x


# %% task="gradient_step_" name="grad-switched-off" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(False)` stays in force after your function: the next backward no longer reaches `x`. To pause
# recording for one line there is `with torch.no_grad():`.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    x.requires_grad_(False)
    x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="recording-left-off" presumes=["set_grad_enabled()"]
# `torch.set_grad_enabled(False)` switches recording off for the whole program and nothing switches it on again. Use
# `with torch.no_grad():`, which ends with its block.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    torch.set_grad_enabled(False)
    x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="none-ignored" presumes=["not raise"]
# A missing gradient means that somebody forgot `backward()`. Doing nothing hides that mistake: say so with a
# `ValueError`.


def gradient_step_(x, learning_rate):
    if x.grad is not None:
        with torch.no_grad():
            x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="none-not-checked" presumes=["not raise"]
# Without a gradient, `learning_rate * None` ends in a TypeError that says nothing about `backward()`. Ask `if x.grad is
# None:` first, and raise a `ValueError`.


def gradient_step_(x, learning_rate):
    with torch.no_grad():
        x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="asserted" presumes=["assert"]
# `assert` raises an AssertionError, and Python leaves it out when it runs with `-O`. For a caller's mistake, write `if
# x.grad is None: raise ValueError(...)`.


def gradient_step_(x, learning_rate):
    assert x.grad is not None, "no gradient"
    with torch.no_grad():
        x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="truth-of-tensor"
# `if not x.grad` asks whether the *numbers* are zero, which a tensor of several numbers can't answer. To ask whether
# there is a gradient at all, write `if x.grad is None`.


def gradient_step_(x, learning_rate):
    if not x.grad:
        raise ValueError("no gradient")
    with torch.no_grad():
        x -= learning_rate * x.grad
    return x


# %% task="gradient_step_" name="uphill"
# Adding the gradient walks uphill, and the loss grows. To go down, subtract it.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x += learning_rate * x.grad
    return x


# %% task="gradient_step_" name="no-learning-rate"
# The whole gradient was subtracted: the learning rate, which says how much of it to take, isn't used.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x -= x.grad
    return x


# %% task="gradient_step_" name="returns-alias" presumes=["_.data"]
# `x.data` is another tensor object over the same memory, and it doesn't require grad. Return `x` itself.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    x.data -= learning_rate * x.grad
    return x.data


# %% task="gradient_step_" name="returns-nothing" presumes=["not return"]
# The step is right, but without `return x` the function returns None.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x -= learning_rate * x.grad


# %% task="snapshot" name="detach-only" presumes=["detach()"]
# `detach()` leaves the graph but shares the memory of `x`: the next training step changes your snapshot too. Add
# `.clone()`.


def snapshot(x):
    return x.detach()


# %% task="snapshot" name="contiguous" presumes=["contiguous()"]
# `contiguous()` copies only what isn't in order in memory; any other tensor comes back as it is, with the memory of
# `x`. `clone()` always copies.


def snapshot(x):
    return x.detach().contiguous()


# %% task="snapshot" name="data" presumes=["_.data"]
# `.data` is an alias, the memory of `x` under another name: the next training step changes it too. Use
# `x.detach().clone()`.


def snapshot(x):
    return x.data


# %% task="snapshot" name="through-numpy" presumes=["numpy() or from_numpy()"]
# `numpy()` and `from_numpy()` copy nothing: tensor, array and snapshot are all the same memory. Copy somewhere on the
# way, or just use `x.detach().clone()`.


def snapshot(x):
    return torch.from_numpy(x.detach().numpy())


# %% task="snapshot" name="clone-only" presumes=["clone()"]
# `clone()` copies the memory but is itself an operation in the graph: the copy stays attached to `x` and keeps the
# whole graph alive. Detach as well.


def snapshot(x):
    return x.clone()


# %% task="snapshot" name="same-object" presumes=["no_grad()"]
# `kept = x` gives the same tensor a second name; `no_grad()` has nothing to switch off there, because nothing is
# computed. Make a copy: `x.detach().clone()`.


def snapshot(x):
    with torch.no_grad():
        kept = x
    return kept


# %% task="snapshot" name="detach-in-place" presumes=["detach_()"]
# `detach_()`, with an underscore, cuts the *caller's* tensor out of its graph, and training stops. `detach()` without
# it gives you another tensor.


def snapshot(x):
    return x.detach_().clone()


# %% task="snapshot" name="switches-off-x" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_(False)` changes the caller's `x`, which then takes no further part in training (and an intermediate
# result refuses it). Detach instead: that leaves `x` alone.


def snapshot(x):
    x.requires_grad_(False)
    return x.clone()


# %% task="snapshot" name="float-list" presumes=["tolist() or item()"]
# In a Python list the dtype is gone: every float comes back as float32 and every int as int64. Stay with tensors:
# `x.detach().clone()`.


def snapshot(x):
    return torch.tensor(x.tolist())


# %% task="snapshot" name="float" presumes=["float() or _.float32"]
# `.float()` makes every dtype float32, and where `x` is float32 already it returns `x` itself without a copy. Use
# `.clone()`.


def snapshot(x):
    return x.detach().float()


# %% task="snapshot" name="deepcopy" presumes=["deepcopy()"]
# `copy.deepcopy` copies everything about a leaf, its `requires_grad` and `.grad` included, and refuses intermediate
# results. Detach first; then `clone()` is enough.


def snapshot(x):
    return copy.deepcopy(x)


# %% task="snapshot" name="requires-grad-again" presumes=["requires_grad_() or _.requires_grad = _"]
# A snapshot is a frozen copy: it shouldn't require grad. Leave out `requires_grad_()`.


def snapshot(x):
    return x.detach().clone().requires_grad_(x.requires_grad)


# %% task="snapshot" name="array"
# This returns a NumPy array. Keep it a tensor: `x.detach().clone()`.


def snapshot(x):
    return x.detach().numpy().copy()


# %% task="exp_plus_one" name="in-place-add" presumes=["_ += _"]
# `exp` keeps its *output* for the backward pass, and `z += 1` overwrites it: hence the RuntimeError at `backward()`. `z
# = z + 1` makes a new tensor.


def exp_plus_one(t):
    z = t.exp()
    z += 1
    return z


# %% task="exp_plus_one" name="data-add" presumes=["_.data"]
# `.data` hides the overwrite from autograd: no error comes, and the gradient is silently exp(t) + 1 instead of exp(t).
# Write `z = z + 1`.


def exp_plus_one(t):
    z = t.exp()
    z.data += 1
    return z


# %% task="exp_plus_one" name="no-grad" presumes=["no_grad()"]
# Inside `no_grad()` nothing is recorded, so no gradient can come back to `t`. Compute outside it, and out of place.


def exp_plus_one(t):
    with torch.no_grad():
        return t.exp() + 1


# %% task="exp_plus_one" name="detached" presumes=["detach()"]
# `detach()` cuts the result off from `t`: the values are right, but no gradient comes back. Leave it out.


def exp_plus_one(t):
    return t.detach().exp() + 1


# %% task="exp_plus_one" name="add-under-no-grad" presumes=["no_grad()"]
# The `+ 1` under `no_grad()` gives a tensor without a graph. Nothing is wrong with recording it: the derivative of `+
# 1` needs nothing saved.


def exp_plus_one(t):
    z = t.exp()
    with torch.no_grad():
        z = z + 1
    return z


# %% task="exp_plus_one" name="requires-grad-again" presumes=["requires_grad_() or _.requires_grad = _"]
# `requires_grad_()` makes a *new* leaf with no tie to `t`: backward runs, but stops there, and `t` gets no gradient.


def exp_plus_one(t):
    z = t.detach().exp() + 1
    return z.requires_grad_(t.requires_grad)


# %% task="exp_plus_one" name="math-exp" presumes=["math"]
# `math.exp` works on Python numbers, outside the graph: the gradient never reaches `t`, and the dtype is lost. Use
# `torch.exp`.


def exp_plus_one(t):
    return torch.tensor([math.exp(value) + 1 for value in t.flatten().tolist()]).reshape(t.shape)


# %% task="exp_plus_one" name="numpy-exp" presumes=["np or numpy"]
# NumPy knows nothing of autograd, and a tensor that requires grad can't become an array. Use `torch.exp`.


def exp_plus_one(t):
    return torch.from_numpy(np.asarray(np.exp(t.numpy()) + 1))


# %% task="exp_plus_one" name="exp-in-place" presumes=["exp_()"]
# `t.exp_()` overwrites the caller's `t`, and raises if that is a leaf that requires grad. `t.exp()`, without the
# underscore, makes a new tensor.


def exp_plus_one(t):
    return t.exp_() + 1


# %% task="exp_plus_one" name="leaf-switched-off"
# Switching `requires_grad` off changes the caller's `t` and cuts the result off from it: no gradient can come back.


def exp_plus_one(t):
    if t.is_leaf:
        t.requires_grad_(False)
    return t.exp() + 1


# %% task="exp_plus_one" name="expm1" presumes=["expm1()"]
# `expm1` is exp(t) - 1, made for tiny t. Here 1 is *added*.


def exp_plus_one(t):
    return torch.expm1(t)


# %% task="exp_plus_one" name="plus-one-inside"
# This is exp(t + 1): the 1 went into the exponent. Close the parenthesis first: `torch.exp(t) + 1`.


def exp_plus_one(t):
    return torch.exp(t + 1)


# %% task="exp_plus_one" name="rounded-e"
# 2.718 is only the beginning of e, and the error shows in the fourth digit. Use `torch.exp`.


def exp_plus_one(t):
    return 2.718**t + 1


# %% task="exp_plus_one" name="one-element-tensor" presumes=["tensor()"]
# `torch.tensor([1.0])` has a shape, (1,), and a dtype, float32, and both get into the result: a 0-D tensor becomes 1-D.
# Add the plain number 1.


def exp_plus_one(t):
    return t.exp() + torch.tensor([1.0])


# %% task="exp_plus_one" name="to-float32" presumes=["float() or _.float32"]
# `.float()` turns every dtype into float32. `exp` works on any floating dtype: leave it out.


def exp_plus_one(t):
    return t.float().exp() + 1


# %% task="inplace_error" name="never-backward" presumes=["not backward()"]
# The second kind of error comes only from `backward()`: call it on the result, in a `try` of its own.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x)
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        raise
    return "ok"


# %% task="inplace_error" name="backward-catches-everything"
# `backward()` can fail for other reasons, a result without a graph for one. Look into the message, and re-raise what
# isn't about an in-place change.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        y = fn(x)
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        raise
    try:
        y.backward()
    except RuntimeError:
        return "saved"
    return "ok"


# %% task="inplace_error" name="any-runtime-error-of-fn"
# Not every RuntimeError of `fn` is about a leaf: mismatched shapes raise one too. Look into the message, and re-raise
# all others.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        y = fn(x)
    except RuntimeError:
        return "leaf"
    try:
        y.backward()
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="bare-except" presumes=["except"]
# `except:` catches everything, a ValueError of `fn` included, and none of that is an in-place error. Catch
# `RuntimeError`, look into its message, and let the rest through.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        y = fn(x)
    except:
        return "leaf"
    try:
        y.backward()
    except:
        return "saved"
    return "ok"


# %% task="inplace_error" name="otherwise-saved"
# "Not the first error" doesn't make it the second: there are many other RuntimeErrors. Ask for each by words of its own
# message, and re-raise what is neither.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        return "leaf" if "a leaf Variable that requires grad" in str(error) else "saved"
    return "ok"


# %% task="inplace_error" name="neither-is-ok"
# An error that is neither of the two isn't "ok": the caller must get to see it. End the `except` block with a bare
# `raise`.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
    return "ok"


# %% task="inplace_error" name="word-leaf" presumes=["'leaf' in _"]
# The word "leaf" stands in other messages too ("you can only change requires_grad flags of leaf variables"). Look for
# more of the sentence: "a leaf Variable that requires grad".


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        y = fn(x)
    except RuntimeError as error:
        if "leaf" in str(error):
            return "leaf"
        raise
    try:
        y.backward()
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="word-saved" presumes=["'saved' in _"]
# The word "saved" isn't in the message of this error, but it is in others, such as that of a second backward. Look for
# "modified by an inplace operation".


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        y = fn(x)
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        raise
    try:
        y.backward()
    except RuntimeError as error:
        if "saved" in str(error).lower():
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="views-missed"
# For a view of the leaf the message begins otherwise: "a view of a leaf Variable ...". Look for the words that both
# have, "a leaf Variable that requires grad", anywhere in it.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        y = fn(x)
    except RuntimeError as error:
        if str(error).startswith("a leaf Variable that requires grad"):
            return "leaf"
        raise
    try:
        y.backward()
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="wrapped" presumes=["raise"]
# The caller should get the very exception that was raised; a new one around it hides its type and message. A bare
# `raise` passes it on.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x).backward()
    except Exception as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise RuntimeError(f"unexpected: {error}") from error
    return "ok"


# %% task="inplace_error" name="no-requires-grad" presumes=["not _(requires_grad=True) or requires_grad_()"]
# Without `requires_grad=True` autograd records nothing: in-place changes of `x` are allowed, and there is no graph to
# go back through.


def inplace_error(fn, value):
    x = torch.tensor(value)
    try:
        y = fn(x)
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        raise
    try:
        y.backward()
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="under-no-grad" presumes=["no_grad()"]
# Under `no_grad()` a leaf may be changed in place and nothing is recorded, so neither of the two errors can come. Call
# `fn` while autograd records.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        with torch.no_grad():
            y = fn(x)
        y.backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="given-a-clone" presumes=["clone()"]
# A clone is not a leaf: it may be changed in place, so the first error never comes. Give `fn` the leaf itself.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x.clone()).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="labels-swapped"
# The two labels are swapped: the error from `fn` itself is about the leaf, the one from `backward()` about a saved
# tensor.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "saved"
        if "modified by an inplace operation" in str(error):
            return "leaf"
        raise
    return "ok"


# %% task="inplace_error" name="ok-forgotten"
# When nothing goes wrong the function ends without a `return`, and that gives None. Return "ok" at the end.


def inplace_error(fn, value):
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise


# %% task="inplace_error" name="one-element-vector"
# `torch.tensor([value])` has shape (1,). Without the brackets it is the 0-D tensor that `fn` expects.


def inplace_error(fn, value):
    x = torch.tensor([value], requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="double-precision" presumes=["_.double or _.float64"]
# `fn` should get a float32 leaf, and `torch.double` is float64. Leave the dtype out, or write `dtype=torch.float32`.


def inplace_error(fn, value):
    x = torch.tensor(value, dtype=torch.double, requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="anomaly-left-on" presumes=["set_detect_anomaly()"]
# Anomaly detection explains errors better, but `set_detect_anomaly(True)` stays on and slows down everything after your
# function. Leave it out, or use `with torch.autograd.detect_anomaly():`.


def inplace_error(fn, value):
    torch.autograd.set_detect_anomaly(True)
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    return "ok"


# %% task="inplace_error" name="recording-left-off" presumes=["set_grad_enabled()"]
# `torch.set_grad_enabled(False)` holds for the whole program, long after your function has returned. Your function
# needn't touch it at all.


def inplace_error(fn, value):
    torch.set_grad_enabled(True)
    x = torch.tensor(value, requires_grad=True)
    try:
        fn(x).backward()
    except RuntimeError as error:
        if "a leaf Variable that requires grad" in str(error):
            return "leaf"
        if "modified by an inplace operation" in str(error):
            return "saved"
        raise
    finally:
        torch.set_grad_enabled(False)
    return "ok"


# %% task="saved_for_backward" name="labels-swapped"
# If backward breaks when the *input* was changed, the input was saved. The two labels are swapped.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            (y if name == "input" else x).add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="safe-means-saved"
# Your answers are the opposite of the right ones: what was saved counts as not saved, and the other way round. A tensor
# was saved if changing it makes backward *fail*.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.sum().backward()
            saved.append(name)
        except RuntimeError:
            pass
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="data-bypass" presumes=["_.data"]
# `.data` doesn't raise the version counter, so autograd can't notice the change and everything looks safe. Change the
# tensor itself, under `no_grad()`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        (x if name == "input" else y).data.add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="nothing-changed" presumes=["_ = _ + _ or _ = _ * _ or add() or mul()"]
# `t = t + 1` makes a new tensor and leaves the one that `op` saw as it was: nothing was disturbed. Change it in place,
# `t += 1`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            t = x if name == "input" else y
            t = t + 1
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="vector-backward" presumes=["backward()", "not sum() or mean()"]
# `backward()` without an argument needs a single number: for a vector it raises for that reason, and both tensors seem
# saved. Go backward from `y.sum()`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="no-requires-grad" presumes=["try", "not _(requires_grad=True) or requires_grad_()"]
# The input doesn't require grad, so there is no graph, and backward always raises for that reason. Add
# `requires_grad=True`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0])
        y = op(x)
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="op-on-a-clone" presumes=["clone()"]
# `op` saved the clone, and you change the original, which nobody saved. Change the very tensor that you gave to `op`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x.clone())
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="one-run-for-both" presumes=["try", "not for _ in _: op()"]
# Both tensors were changed on the same graph, so the second answer also reports the first change. Begin the second run
# with a new input and a new forward.


def saved_for_backward(op):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = op(x)
    saved = []
    for name, tensor in (("input", x), ("output", y)):
        with torch.no_grad():
            tensor.add_(1)
        try:
            y.sum().backward(retain_graph=True)
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="one-run-output-first" presumes=["try", "not for _ in _: op()"]
# The input was changed on the graph whose output had been changed before, so the second answer also reports the first
# change. Begin the second run with a new input and a new forward.


def saved_for_backward(op):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = op(x)
    saved = []
    for name, tensor in (("output", y), ("input", x)):
        with torch.no_grad():
            tensor.add_(1)
        try:
            y.sum().backward(retain_graph=True)
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="both-changed-at-once" presumes=["try", "not for _ in _: op()"]
# With both changed in one run nobody can say which of the two `op` keeps. Change each alone, in a run of its own.


def saved_for_backward(op):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = op(x)
    with torch.no_grad():
        x.add_(1)
        y.add_(1)
    try:
        y.sum().backward()
    except RuntimeError:
        return "both"
    return "neither"


# %% task="saved_for_backward" name="graph-used-twice" presumes=["try", "backward()", "not _(retain_graph=True)"]
# One graph allows one backward: the second raises because the graph has been freed, not because of your change. Do a
# new forward before each.


def saved_for_backward(op):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = op(x)
    saved = []
    for name, tensor in (("output", y), ("input", x)):
        with torch.no_grad():
            tensor.add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="first-found" presumes=["try or suppress()"]
# An operation may keep both, and then neither of the two alone is the answer. Do both runs before you answer.


def saved_for_backward(op):
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            return name
    return "neither"


# %% task="saved_for_backward" name="leaf-error-counted" presumes=["try", "not no_grad() or set_grad_enabled()"]
# Outside `no_grad()` changing the leaf raises at once, before backward, and inside the `try` that counts as "saved".
# Change it under `no_grad()`, and keep only `backward()` in the `try`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        try:
            (x if name == "input" else y).add_(1)
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="no-no-grad"
# The input is a leaf that requires grad: while autograd records, it may not be changed in place. Make your change under
# `with torch.no_grad():`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        (x if name == "input" else y).add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="error-not-caught"
# The RuntimeError of `backward()` is the finding of the experiment. Catch it, and note which tensor you had changed.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        with torch.no_grad():
            t = x if name == "input" else y
            before = t._version
            t.add_(1)
        y.sum().backward()
        if t._version == before:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="loss-saves-output" presumes=["_ ** _ or square() or pow() or _ * _"]
# The loss on top saves tensors too: the square of the output needs that output. Use one that saves nothing, a plain
# `sum()`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = op(x)
        loss = (y**2).sum()
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            loss.backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="last-operation-only" presumes=["_.grad_fn"]
# `y.grad_fn` shows what the *last* operation saved. `op` may consist of several, and an earlier one may have saved the
# input. The experiment sees them all.


def saved_for_backward(op):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = op(x)
    found = {name: getattr(y.grad_fn, name, None) for name in dir(y.grad_fn) if name.startswith("_saved")}
    places = {t.data_ptr() for t in found.values() if isinstance(t, torch.Tensor)}
    kept_input, kept_output = x.data_ptr() in places, y.data_ptr() in places
    if kept_input and kept_output:
        return "both"
    return "input" if kept_input else "output" if kept_output else "neither"


# %% task="saved_for_backward" name="counts-intermediates"
# Some of the saved tensors are neither the input nor the output of `op`, but results on the way between them. Those
# don't count.


def saved_for_backward(op):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    saved = set()

    def note(tensor):
        saved.add("input" if tensor.data_ptr() == x.data_ptr() else "output")
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        op(x)
    return "both" if len(saved) == 2 else saved.pop() if saved else "neither"


# %% task="saved_for_backward" name="scalar-input"
# `op` takes a 1-D tensor, and yours is 0-D. Write a list: `torch.tensor([1.0, 2.0, 3.0], ...)`.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.tensor(2.0, requires_grad=True)
        y = op(x)
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"


# %% task="saved_for_backward" name="negative-input" presumes=["randn()"]
# `op` takes positive values (think of `log` and `sqrt`), and `torch.randn` draws negative ones as well. Write down a
# few positive numbers instead.


def saved_for_backward(op):
    saved = []
    for name in ("input", "output"):
        x = torch.randn(8, requires_grad=True)
        y = op(x)
        with torch.no_grad():
            (x if name == "input" else y).add_(1)
        try:
            y.sum().backward()
        except RuntimeError:
            saved.append(name)
    return "both" if len(saved) == 2 else saved[0] if saved else "neither"
