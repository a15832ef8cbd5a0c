"""Wrong implementations of 03_reshaping, as learners write them, with what a teacher says about each."""

# %%
import numpy as np
import torch

# %% task="shared_view" name="reshape" presumes=["reshape()"]
# `reshape` copies when it has to, silently. Where memory must be shared use `view`, which raises an error instead.


def shared_view(t, shape):
    return t.reshape(shape)


# %% task="shared_view" name="clone" presumes=["clone()"]
# A clone has its own memory, and what is written there never reaches `t`.


def shared_view(t, shape):
    return t.clone().view(shape)


# %% task="shared_view" name="copied-numbers" presumes=["tensor()"]
# `torch.tensor(...)` copies the numbers into new memory. A view reads the memory that is there.


def shared_view(t, shape):
    return torch.tensor(t.tolist()).view(shape)


# %% task="shared_view" name="contiguous-first" presumes=["contiguous()"]
# `contiguous()` copies every tensor that isn't contiguous, so the view is one of the copy. Call `view` on `t` itself.


def shared_view(t, shape):
    return t.contiguous().view(shape)


# %% task="shared_view" name="flatten-first" presumes=["flatten()"]
# `flatten` copies like `reshape` where it must. Regroup in one step, with `view`.


def shared_view(t, shape):
    return t.flatten().view(shape)


# %% task="shared_view" name="rejects-all-noncontiguous"
# A tensor that isn't contiguous can still have views: splitting a dimension is always possible. Let `view` decide.


def shared_view(t, shape):
    if not t.is_contiguous():
        raise RuntimeError("not contiguous")
    return t.view(shape)


# %% task="shared_view" name="base-compared" presumes=["_._base"]
# A view of a view has the *first* tensor as its `_base`, not the one that it was made of, so a right view of a part is
# refused here. `view` itself knows when it would have to copy.


def shared_view(t, shape):
    result = t.reshape(shape)
    if result._base is not t:
        raise RuntimeError("this would copy")
    return result


# %% task="shared_view" name="resizes-the-argument" presumes=["resize_()"]
# `resize_` changes the caller's tensor itself. A view is another tensor that reads the same memory.


def shared_view(t, shape):
    if -1 in shape:
        shape = t.view(shape).shape
    if torch.Size(shape).numel() != t.numel():
        raise RuntimeError("another number of elements")
    return t.resize_(shape)


# %% task="shared_view" name="argument-gets-the-shape" presumes=["_.data = _"]
# `t.data = ...` gives the caller's own tensor the new shape. `t` must keep its shape: return the view instead.


def shared_view(t, shape):
    t.data = t.view(shape)
    return t


# %% task="shared_view" name="as-strided" presumes=["as_strided()"]
# `as_strided` reads the memory from its start with steps of your own. For a transposed or cut tensor that isn't the
# order of its elements.


def shared_view(t, shape):
    sizes = t.reshape(shape).shape
    strides = [torch.Size(sizes[i + 1 :]).numel() for i in range(len(sizes))]
    return t.as_strided(sizes, strides)


# %% task="shared_view" name="transposed-order"
# Transposing before the view changes the order of the elements. Only the grouping should change.


def shared_view(t, shape):
    return t.mT.reshape(shape) if t.dim() > 1 else t.view(shape)


# %% task="shared_view" name="minus-one-refused"
# -1 isn't a size of minus one: it stands for whatever is left. `view` understands it, so leave the check to `view`.


def shared_view(t, shape):
    if torch.Size(shape).numel() != t.numel():
        raise RuntimeError("another number of elements")
    return t.view(shape)


# %% task="shared_view" name="value-error"
# The contract asks for RuntimeError, which `view` raises by itself. There is nothing to catch and rename.


def shared_view(t, shape):
    try:
        return t.view(shape)
    except RuntimeError as error:
        raise ValueError("no such view") from error


# %% task="shared_view" name="none-for-error"
# Catching the error and returning nothing passes the problem on to the caller. Let the RuntimeError through.


def shared_view(t, shape):
    try:
        return t.view(shape)
    except RuntimeError:
        return None


# %% task="stack_pair" name="cat" presumes=["cat()"]
# `cat` joins along a dimension that is there: two vectors give one longer vector. `stack` makes a new dimension.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    return torch.cat((a, b)), torch.cat((a, b))


# %% task="stack_pair" name="same-dim-twice"
# `dim` says where the new dimension goes: 0 makes rows, 1 makes columns. Here both are rows.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    return torch.stack((a, b)), torch.stack((a, b))


# %% task="stack_pair" name="results-swapped"
# The rows come first: `dim=0` for the first result, `dim=1` for the second.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    return torch.stack((a, b), dim=1), torch.stack((a, b), dim=0)


# %% task="stack_pair" name="b-first"
# `a` belongs in row 0 and in column 0. The order in the tuple is the order in the table.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    return torch.stack((b, a), dim=0), torch.stack((b, a), dim=1)


# %% task="stack_pair" name="reshaped-rows" presumes=["reshape() or view()"]
# A reshape of the rows has the right shape, but it keeps the numbers in their order: both columns hold numbers of `a`.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    rows = torch.stack((a, b))
    return rows, rows.reshape(-1, 2)


# %% task="stack_pair" name="joined-in-one-row"
# Joining along `dim=1` gives one row of twice the length. To put one row under the other, join along `dim=0`.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    rows = torch.cat((a.unsqueeze(0), b.unsqueeze(0)), dim=1)
    return rows, torch.stack((a, b), dim=1)


# %% task="stack_pair" name="no-length-check" presumes=["not raise"]
# For different lengths `stack` raises its own RuntimeError. The contract asks for ValueError, so compare first.


def stack_pair(a, b):
    return torch.stack((a, b), dim=0), torch.stack((a, b), dim=1)


# %% task="stack_pair" name="dimensions-compared" presumes=["_.ndim or dim()"]
# Both are 1-D, and that is all that `ndim` says. It is the shapes that must be equal.


def stack_pair(a, b):
    if a.ndim != b.ndim:
        raise ValueError("shapes differ")
    rows = a.new_zeros(2, max(len(a), len(b)))
    rows[0, : len(a)], rows[1, : len(b)] = a, b
    return rows, rows.T


# %% task="stack_pair" name="broadcast-check"
# A vector of one element isn't stretched to the length of the other: the lengths must be equal, 1 or not.


def stack_pair(a, b):
    if len(a) != len(b) and 1 not in (len(a), len(b)):
        raise ValueError("lengths differ")
    a, b = torch.broadcast_tensors(a, b)
    return torch.stack((a, b), dim=0), torch.stack((a, b), dim=1)


# %% task="stack_pair" name="only-a-longer"
# `len(a) > len(b)` finds only half of the cases: `b` may be the longer one. Ask whether they differ, `!=`.


def stack_pair(a, b):
    if len(a) > len(b):
        raise ValueError("lengths differ")
    return torch.stack((a, b), dim=0), torch.stack((a, b), dim=1)


# %% task="stack_pair" name="cut-to-the-shorter"
# `zip` stops at the shorter one, and the rest of the longer is lost without an error. Different lengths are a
# ValueError.


def stack_pair(a, b):
    n = min(len(a), len(b))
    return torch.stack((a[:n], b[:n]), dim=0), torch.stack((a[:n], b[:n]), dim=1)


# %% task="stack_pair" name="asserts" presumes=["assert"]
# `assert` raises AssertionError, and Python can be told to skip it. For wrong arguments, `raise ValueError(...)`.


def stack_pair(a, b):
    assert a.shape == b.shape
    return torch.stack((a, b), dim=0), torch.stack((a, b), dim=1)


# %% task="stack_pair" name="through-python-lists" presumes=["tolist() or tensor()"]
# `tolist()` reads every number and `torch.tensor` guesses a new dtype: float64 comes back as float32, and a meta tensor
# has nothing to read. `stack` keeps dtype and device.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    rows = torch.tensor([a.tolist(), b.tolist()])
    return rows, rows.T


# %% task="stack_pair" name="filled-zeros" presumes=["zeros()"]
# `torch.zeros(2, N)` is float32 on the CPU, whatever `a` and `b` are, and the numbers are converted on the way in.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    rows = torch.zeros(2, len(a))
    rows[0], rows[1] = a, b
    return rows, rows.T


# %% task="stack_pair" name="list-of-vectors"
# A list of two vectors isn't a table. `torch.stack` makes one tensor of them.


def stack_pair(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths differ")
    return [a, b], torch.stack((a, b), dim=1)


# %% task="drop_channel" name="squeeze-all" presumes=["squeeze()"]
# `squeeze()` without a dim removes *every* dimension of size 1: a batch of a single image is no batch any more.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.squeeze()


# %% task="drop_channel" name="squeeze-first" presumes=["squeeze()"]
# Dimensions count from 0: in (N, 1, H, W) the channel is dimension 1, and dimension 0 is the batch.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.squeeze(0)


# %% task="drop_channel" name="squeeze-last" presumes=["squeeze()"]
# -1 is the last dimension, the width. The channel is dimension 1.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.squeeze(-1)


# %% task="drop_channel" name="first-image-only" presumes=["_[_]"]
# `images[0]` takes the first image, and the others are lost. To go into the channel, keep all images: `images[:, 0]`.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images[0]


# %% task="drop_channel" name="no-validation" presumes=["squeeze()", "not raise"]
# `squeeze(1)` does nothing where that dimension isn't 1, and says nothing: colour images come out 4-D. Check first.


def drop_channel(images):
    return images.squeeze(1)


# %% task="drop_channel" name="first-channel-taken" presumes=["_[_]", "not _ != 1 or _ == 1"]
# `images[:, 0]` of a colour image is its red channel, and nobody notices that green and blue are gone. Check first.


def drop_channel(images):
    return images[:, 0]


# %% task="drop_channel" name="reshaped-away" presumes=["reshape() or view()"]
# Reshaping to (-1, H, W) turns the channels of a colour image into images of their own. Check that there is one only.


def drop_channel(images):
    return images.reshape(-1, *images.shape[-2:])


# %% task="drop_channel" name="dimensions-unchecked"
# Only the number of channels is checked here: a 3-D tensor whose second size is 1 gets through. Ask for 4 dimensions
# too, and first.


def drop_channel(images):
    if images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.squeeze(1)


# %% task="drop_channel" name="channels-unchecked"
# Only the number of dimensions is checked here: colour images are 4-D too. Ask whether `images.shape[1]` is 1.


def drop_channel(images):
    if images.ndim != 4:
        raise ValueError("not a batch of images")
    return images.squeeze(1)


# %% task="drop_channel" name="too-few-dimensions-only"
# Five dimensions are as wrong as three. Ask for exactly 4.


def drop_channel(images):
    if images.ndim < 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.squeeze(1)


# %% task="drop_channel" name="asserts" presumes=["assert"]
# `assert` raises AssertionError, and Python can be told to skip it. For a wrong argument, `raise ValueError(...)`.


def drop_channel(images):
    assert images.ndim == 4 and images.shape[1] == 1
    return images.squeeze(1)


# %% task="drop_channel" name="colour-averaged"
# Colour images are to be refused, not turned into grey ones.


def drop_channel(images):
    if images.ndim != 4:
        raise ValueError("not a batch of images")
    if images.shape[1] == 1:
        return images.squeeze(1)
    return images.float().mean(dim=1)


# %% task="drop_channel" name="channel-mean" presumes=["mean()"]
# The mean over one channel has the same values but a floating dtype, and whole numbers it refuses. Just remove the
# dimension.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.mean(dim=1)


# %% task="drop_channel" name="to-float"
# The numbers are to stay as they are: uint8 images come out as uint8. Removing a dimension needs no conversion.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.float().squeeze(1)


# %% task="drop_channel" name="squeeze-in-place" presumes=["squeeze_()"]
# `squeeze_`, with an underscore, changes the shape of the caller's own tensor. `squeeze` gives a view.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return images.squeeze_(1)


# %% task="drop_channel" name="through-numpy" presumes=["np or numpy"]
# NumPy works on the CPU only, and a meta tensor has no values to hand over. `squeeze` works anywhere.


def drop_channel(images):
    if images.ndim != 4 or images.shape[1] != 1:
        raise ValueError("not grey images")
    return torch.from_numpy(np.squeeze(images.numpy(), axis=1))


# %% task="channels_first" name="view-as-permute" presumes=["reshape() or view()"]
# `reshape` and `view` give the right shape and scrambled pixels: they don't move dimensions. `permute` does.


def channels_first(images):
    if images.ndim == 3:
        return images.permute(2, 0, 1)
    if images.ndim == 4:
        n, h, w, c = images.shape
        return images.reshape(n, c, h, w)
    raise ValueError("3 or 4 dimensions")


# %% task="channels_first" name="view-single" presumes=["reshape() or view()"]
# The single image has the right shape and scrambled pixels: reshape never moves dimensions. Use `permute` there too.


def channels_first(images):
    if images.ndim == 3:
        h, w, c = images.shape
        return images.reshape(c, h, w)
    if images.ndim == 4:
        return images.permute(0, 3, 1, 2)
    raise ValueError("3 or 4 dimensions")


# %% task="channels_first" name="view-both" presumes=["reshape() or view()"]
# Both have the right shape and scrambled pixels. `reshape` keeps the numbers in their order; to move dimensions, use
# `permute`.


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    *batch, h, w, c = images.shape
    return images.reshape(*batch, c, h, w)


# %% task="channels_first" name="permute-order" presumes=["permute()"]
# `permute` lists, for each new position, the old dimension: C was at 2, H at 0, W at 1, so it is (2, 0, 1). Yours says
# where each old one goes.


def channels_first(images):
    if images.ndim == 3:
        return images.permute(1, 2, 0)
    if images.ndim == 4:
        return images.permute(0, 2, 3, 1)
    raise ValueError("3 or 4 dimensions")


# %% task="channels_first" name="dot-t" presumes=["_.T"]
# `.T` on a 3-D tensor reverses all its dimensions (and is deprecated): you get (C, W, H), an image on its side.


def channels_first(images):
    if images.ndim == 3:
        return images.T
    if images.ndim == 4:
        return images.permute(0, 3, 1, 2)
    raise ValueError("3 or 4 dimensions")


# %% task="channels_first" name="swapped-with-height" presumes=["transpose()"]
# `transpose` swaps two dimensions: with the channels first, the width is now before the height. All three must move.


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    return images.transpose(-1, -3)


# %% task="channels_first" name="last-two-swapped"
# This swaps the channels with the width: (H, C, W). They belong before the height.


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    return images.mT


# %% task="channels_first" name="before-the-batch"
# In a batch the first dimension is the image's number, and it stays first: (N, C, H, W), not (C, N, H, W).


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    return images.movedim(-1, 0)


# %% task="channels_first" name="batch-only"
# A single image, (H, W, C), is to be converted too, with a permutation of three dimensions.


def channels_first(images):
    if images.ndim != 4:
        raise ValueError("4 dimensions")
    return images.permute(0, 3, 1, 2)


# %% task="channels_first" name="image-only"
# A batch, (N, H, W, C), is to be converted too: the first dimension stays, the others move.


def channels_first(images):
    if images.ndim != 3:
        raise ValueError("3 dimensions")
    return images.permute(2, 0, 1)


# %% task="channels_first" name="adds-a-batch"
# A single image should come out as a single image, (C, H, W), without a batch dimension in front.


def channels_first(images):
    if images.ndim == 3:
        images = images.unsqueeze(0)
    if images.ndim == 4:
        return images.permute(0, 3, 1, 2)
    raise ValueError("3 or 4 dimensions")


# %% task="channels_first" name="no-validation" presumes=["not raise"]
# Two and five dimensions go through here, or fail with another error. Raise ValueError unless there are 3 or 4.


def channels_first(images):
    return images.movedim(-1, -3)


# %% task="channels_first" name="not-three-is-four"
# Whatever isn't 3-D is taken for a batch, and `permute` complains with a RuntimeError. Ask for 4 as well.


def channels_first(images):
    if images.ndim == 3:
        return images.permute(2, 0, 1)
    return images.permute(0, 3, 1, 2)


# %% task="channels_first" name="guesses-from-the-size"
# A size of 3 in the first place doesn't prove that the channels are there: an image can be 3 pixels high. The contract
# says where they are.


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    return images if images.shape[-3] in (1, 3) else images.movedim(-1, -3)


# %% task="channels_first" name="few-channels-only"
# Any number of channels is fine: two, or one for each band of a satellite. Only the number of dimensions is to be
# checked.


def channels_first(images):
    if images.ndim not in (3, 4) or images.shape[-1] not in (1, 3, 4):
        raise ValueError("not an image")
    return images.movedim(-1, -3)


# %% task="channels_first" name="scaled-to-float"
# Only the dimensions were to move. Converting to float and dividing by 255 is another step, for another function.


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    images = images.movedim(-1, -3)
    return images.float() / 255 if images.dtype == torch.uint8 else images


# %% task="channels_first" name="in-place" presumes=["transpose_() or swapaxes_() or swapdims_() or t_()"]
# `transpose_` and similar methods, with an underscore, change the shape of the caller's own tensor. Without it you get
# a view.


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    return images.transpose_(-1, -2).transpose_(-2, -3)


# %% task="channels_first" name="through-numpy" presumes=["np or numpy"]
# NumPy works on the CPU only, and a meta tensor has no values to hand over. `permute` works anywhere.


def channels_first(images):
    if images.ndim not in (3, 4):
        raise ValueError("3 or 4 dimensions")
    return torch.from_numpy(np.moveaxis(images.numpy(), -1, -3).copy())
