"""What each student of the benchmark's class wrote instead of the solution; the rest of it they have right.

Each cell is appended to the source of exercise 08, for every grader alike.
"""

# %% ana
# All of it right, as in the solution.

# %% bruno
# All of it right, in other words.


def gradient_step_(x, learning_rate):
    if x.grad is None:
        raise ValueError("no gradient")
    with torch.no_grad():
        x.copy_(x - learning_rate * x.grad)
    return x


def snapshot(x):
    with torch.no_grad():
        return x.clone()


# %% clara
# A snapshot that stays in the graph.


def snapshot(x):
    return x.clone()


# %% davi
# Overwrites what exp saved.


def exp_plus_one(t):
    z = t.exp()
    z += 1
    return z


# %% elisa
# Ran out of time.


def saved_for_backward(op):
    raise NotImplementedError
