"""Other right implementations of 04_indexing_and_inplace."""

# %%
import numpy as np
import torch
import torch.nn.functional as F

# %% task="column_view" name="select"


def column_view(x, col):
    return x.select(1, col)


# %% task="column_view" name="row-of-the-transpose"


def column_view(x, col):
    return x.T[col]


# %% task="column_view" name="unbind"


def column_view(x, col):
    return torch.unbind(x, dim=1)[col]


# %% task="column_view" name="strides-by-hand"


def column_view(x, col):
    n_rows, n_columns = x.shape
    if col not in range(-n_columns, n_columns):
        raise IndexError(f"no column {col} among {n_columns}")
    return x.as_strided((n_rows,), (x.stride(0),), x.storage_offset() + col % n_columns * x.stride(1))


# %% task="column_view" name="narrow-and-squeeze"


def column_view(x, col):
    if not -x.size(1) <= col < x.size(1):
        raise IndexError
    return x.narrow(1, col % x.size(1), 1).squeeze(1)


# %% task="column_view" name="ellipsis"


def column_view(x, col):
    if col >= 0:
        return x[..., col]
    return x[slice(None), col]


# %% task="column_view" name="split"


def column_view(x, col):
    columns = x.split(1, dim=-1)
    return columns[col].flatten() if x.shape[0] == 1 else columns[col][:, 0]


# %% task="column_view" name="sliding-window"


def column_view(x, col):
    return x.unfold(1, 1, 1)[:, col, 0]


# %% task="set_column_" name="fill-the-view"


def set_column_(x, col, value):
    x[:, col].fill_(value)
    return x


# %% task="set_column_" name="index-fill"


def set_column_(x, col, value):
    if not -x.shape[1] <= col < x.shape[1]:  # `index_fill_` doesn't check where there are no rows
        raise IndexError(col)
    return x.index_fill_(1, torch.tensor([col]), value)


# %% task="set_column_" name="list-on-the-left"


def set_column_(x, col, value):
    if not -x.shape[1] <= col < x.shape[1]:  # a list isn't checked where there are no rows
        raise IndexError(col)
    x[:, [col]] = torch.tensor(value, dtype=torch.float64).to(x.dtype)
    return x


# %% task="set_column_" name="row-of-the-transpose"


def set_column_(x, col, value):
    x.T[col] = value
    return x


# %% task="set_column_" name="entry-by-entry"


def set_column_(x, col, value):
    if not -x.shape[1] <= col <= x.shape[1] - 1:
        raise IndexError(col)
    for row in range(len(x)):
        x[row][col] = value
    return x


# %% task="set_column_" name="copy-into"


def set_column_(x, col, value):
    new = x.clone()
    new[:, col] = value
    with torch.no_grad():
        return x.copy_(new)


# %% task="set_column_" name="mask"


def set_column_(x, col, value):
    columns = list(range(x.size(1)))
    chosen = columns[col]
    return x.masked_fill_(torch.tensor([column == chosen for column in columns]), value)


# %% task="set_column_" name="through-numpy"


def set_column_(x, col, value):
    column = x[:, col]  # NumPy has no bfloat16
    if x.dtype == torch.bfloat16:
        column.fill_(value)
    else:
        column.numpy()[...] = int(value) if not x.is_floating_point() else value
    return x


# %% task="set_column_" name="zero-and-add"


def set_column_(x, col, value):
    column = x.select(-1, col).zero_()
    column += torch.full_like(column, value)
    return x


# %% task="rectify_" name="clamp"


def rectify_(x):
    return x.clamp_(min=0)


# %% task="rectify_" name="mask-assignment"


def rectify_(x):
    x[x < 0] = 0
    return x


# %% task="rectify_" name="masked-fill"


def rectify_(x):
    x.masked_fill_(x.lt(0), 0)
    return x


# %% task="rectify_" name="functional"


def rectify_(x):
    return F.relu(x, inplace=True)


# %% task="rectify_" name="copy-into"


def rectify_(x):
    return x.copy_(torch.where(x > 0, x, 0))


# %% task="rectify_" name="threshold"


def rectify_(x):
    return F.threshold_(x, 0, 0)


# %% task="rectify_" name="slice-assignment"


def rectify_(x):
    x[...] = x.relu()
    return x


# %% task="rectify_" name="entry-by-entry"


def rectify_(x):
    for index in np.ndindex(*x.shape):
        if x[index] < 0:
            x[index] = 0
    return x


# %% task="rectify_" name="module"


def rectify_(x):
    return torch.nn.ReLU(inplace=True)(x)


# %% task="rectify_" name="own-refusal"


def rectify_(x):
    if x.is_leaf and x.requires_grad and torch.is_grad_enabled():
        raise RuntimeError("a leaf that requires grad can't be changed in place")
    x.clamp_min_(0)
    return x
