"""Wrong implementations of 18_multiple_inputs_outputs, as learners write them."""

# %%
import torch
import torch.nn.functional as F
from torch import nn

# %% task="WideAndDeep" name="cat-dim-0"
# `dim=0` stacks more rows. Features are joined along `dim=1`, so that each row gets longer.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=0))


# %% task="WideAndDeep" name="deep-first"
# The wide features come first: weights that were saved for one order mean something else in the other.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([self.deep(x_deep), x_wide], dim=1))


# %% task="WideAndDeep" name="adds"
# The two paths are concatenated, not added: the head sees n_wide + n_hidden numbers, side by side.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(x_wide + self.deep(x_deep))


# %% task="WideAndDeep" name="wide-forgotten"
# The wide features never reach the head: that is a deep model only.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(self.deep(x_deep))


# %% task="WideAndDeep" name="deep-path-skipped"
# The head is given `x_deep` as it is. Send it through `deep` first.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_deep, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, x_deep], dim=1))


# %% task="WideAndDeep" name="wide-through-deep"
# Everything goes through the hidden layer here. The wide features are to reach the head without one.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_wide + n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(self.deep(torch.cat([x_wide, x_deep], dim=1)))


# %% task="WideAndDeep" name="relu-on-head"
# A regression must be able to predict negative numbers: no ReLU after the head.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return F.relu(self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1)))


# %% task="WideAndDeep" name="relu-on-everything"
# ReLU belongs to the deep path. Applied after the joining, it also cuts off the negative wide features.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(F.relu(torch.cat([x_wide, self.deep(x_deep)], dim=1)))


# %% task="WideAndDeep" name="no-relu"
# Without ReLU the deep path is linear, and then two layers say no more than one.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden))
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="relu-outside-deep"
# The output is right, but the submodule `deep` ends before its ReLU: others who use `model.deep` get negative numbers.
# Make both parts of one `nn.Sequential`.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Linear(n_deep, n_hidden)
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, F.relu(self.deep(x_deep))], dim=1))


# %% task="WideAndDeep" name="relu-before-linear"
# The order inside `deep` is linear layer, then ReLU. The other way round, ReLU cuts the features themselves.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.ReLU(), nn.Linear(n_deep, n_hidden))
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="sigmoid" presumes=["sigmoid() or Sigmoid()"]
# The hidden layer's activation is ReLU here. The sigmoid squeezes everything into 0 to 1.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.Sigmoid())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="no-super-init" presumes=["not super().__init__() or Module.__init__()"]
# `super().__init__()` comes first: before it, a module has nowhere to keep its parts.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="layers-in-a-list"
# A module doesn't see layers inside a Python list: their parameters are never trained or moved. Use `nn.Sequential`.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.layers = [nn.Linear(n_deep, n_hidden), nn.ReLU()]
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def deep(self, x_deep):
        for layer in self.layers:
            x_deep = layer(x_deep)
        return x_deep

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="deep-is-a-method"
# `deep` must be a submodule, assigned to `self.deep`. A method isn't registered, and the parameters of its layer get
# other names.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.hidden = nn.Linear(n_deep, n_hidden)
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def deep(self, x_deep):
        return F.relu(self.hidden(x_deep))

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="new-layers-in-forward"
# Layers made in `forward` are new, and random, at every call: nothing is ever learnt. Make them once, in `__init__`.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.sizes = n_wide, n_deep, n_hidden

    def forward(self, x_wide, x_deep):
        n_wide, n_deep, n_hidden = self.sizes
        deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        head = nn.Linear(n_wide + n_hidden, 1)
        return head(torch.cat([x_wide, deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="head-of-n-hidden-outputs"
# The head gives one number for each row: its second size is 1.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, n_hidden)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="head-counts-inputs"
# What meets the wide features at the head is no longer `x_deep`, it is n_hidden numbers: n_wide + n_hidden inputs.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_deep, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="a-second-head"
# Two heads whose outputs are added are close, but the contract has one head over all features, with one bias.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.wide = nn.Linear(n_wide, 1)
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.wide(x_wide) + self.head(self.deep(x_deep))


# %% task="WideAndDeep" name="without-bias" presumes=["_(bias=False)"]
# Both layers have a bias: leave the default of `nn.Linear`.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden, bias=False), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1, bias=False)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="flat-output"
# The result is a column of shape (N, 1): don't squeeze it.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1)).squeeze(1)


# %% task="WideAndDeep" name="other-names"
# Callers may write `model(x_wide=..., x_deep=...)`: keep the names of the signature.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, wide, deep):
        return self.head(torch.cat([wide, self.deep(deep)], dim=1))


# %% task="WideAndDeep" name="inputs-swapped"
# `x_wide` is the first input and `x_deep` the second.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_deep, x_wide):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="hidden-detached" presumes=["detach()"]
# `detach()` cuts the deep path off: its weights get no gradient and never learn.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep).detach()], dim=1))


# %% task="WideAndDeep" name="wide-copied" presumes=["tensor()"]
# `torch.tensor(...)` makes a copy without a graph, on the CPU. Join the input itself.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([torch.tensor(x_wide.tolist()).reshape(x_wide.shape), self.deep(x_deep)], dim=1))


# %% task="WideAndDeep" name="joined-on-the-cpu" presumes=["zeros()"]
# `torch.zeros(...)` lives on the CPU, wherever the model was moved to. `torch.cat` makes the joined tensor where its
# parts are.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        n_wide = x_wide.shape[1]
        joined = torch.zeros(len(x_wide), self.head.in_features)
        joined[:, :n_wide] = x_wide
        joined[:, n_wide:] = self.deep(x_deep)
        return self.head(joined)


# %% task="WideAndDeep" name="relu-in-the-callers-tensor" presumes=["relu_()"]
# `relu_` works in place: you cut off the negative numbers of the caller's own tensor.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep.relu_())], dim=1))


# %% task="WideAndDeep" name="seeds-the-generator" presumes=["manual_seed() or seed()"]
# The code that builds a model decides about the seed. Set here, it makes all models alike, and everything drawn
# afterwards.


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        torch.manual_seed(42)
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.cat([x_wide, self.deep(x_deep)], dim=1))


# %% task="TwoHeadNet" name="tuple"
# The contract asks for a dict: names protect callers from taking one output for the other.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return self.value_head(hidden), self.class_head(hidden)


# %% task="TwoHeadNet" name="other-keys"
# The keys are "value" and "logits", whatever you would call them yourself.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "classes": self.class_head(hidden)}


# %% task="TwoHeadNet" name="one-key-too-many"
# Exactly two keys were asked for. A caller who wants the features can call `model.trunk`.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden), "hidden": hidden}


# %% task="TwoHeadNet" name="joined-outputs"
# Two outputs were asked for, each under its name, not one tensor in which the reader must know the columns.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return torch.cat([self.value_head(hidden), self.class_head(hidden)], dim=1)


# %% task="TwoHeadNet" name="trunk-twice"
# The shared part runs once: with dropout in it, the two heads would even see different features.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        return {"value": self.value_head(self.trunk(x)), "logits": self.class_head(self.trunk(x))}


# %% task="TwoHeadNet" name="a-trunk-for-each"
# That makes two networks in one class. The heads are to share one trunk, so that each question helps the other.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.class_trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        return {"value": self.value_head(self.trunk(x)), "logits": self.class_head(self.class_trunk(x))}


# %% task="TwoHeadNet" name="chained-heads"
# The class head takes the trunk's output, not the value.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(1, n_classes)

    def forward(self, x):
        value = self.value_head(self.trunk(x))
        return {"value": value, "logits": self.class_head(value)}


# %% task="TwoHeadNet" name="relu-on-value"
# A regression output is not squashed: values may be negative.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": F.relu(self.value_head(hidden)), "logits": self.class_head(hidden)}


# %% task="TwoHeadNet" name="softmax-on-logits" presumes=["softmax() or Softmax()"]
# Logits are the plain scores: cross-entropy applies the softmax itself, and twice is once too often.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden).softmax(dim=1)}


# %% task="TwoHeadNet" name="class-numbers" presumes=["argmax()"]
# `argmax` gives the number of the winning class, and no gradient. Return the scores of all classes.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden).argmax(dim=1)}


# %% task="TwoHeadNet" name="no-relu"
# The trunk ends in ReLU. Without it the whole network is linear.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Linear(n_features, n_hidden)
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden)}


# %% task="TwoHeadNet" name="relu-outside-trunk"
# The outputs are right, but the ReLU belongs inside the submodule `trunk`: `model.trunk(x)` is never negative.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Linear(n_features, n_hidden)
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = F.relu(self.trunk(x))
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden)}


# %% task="TwoHeadNet" name="flat-value"
# The values are a column of shape (N, 1): don't squeeze it, or the loss will broadcast.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden).squeeze(-1), "logits": self.class_head(hidden)}


# %% task="TwoHeadNet" name="outputs-swapped"
# Each output stands under the other's key.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.class_head(hidden), "logits": self.value_head(hidden)}


# %% task="TwoHeadNet" name="heads-in-a-dict" presumes=["_[_] or for or items() or values() or get()"]
# A module doesn't see layers inside a plain dict or list: they are neither trained nor moved. Assign each to `self`,
# under the contract's name.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.heads = {"value": nn.Linear(n_hidden, 1), "logits": nn.Linear(n_hidden, n_classes)}

    def forward(self, x):
        hidden = self.trunk(x)
        return {name: head(hidden) for name, head in self.heads.items()}


# %% task="TwoHeadNet" name="heads-on-a-detached-trunk" presumes=["detach() or no_grad() or _.data"]
# A trunk whose output is detached never learns: no loss reaches it.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x).detach()
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden)}


# %% task="TwoHeadNet" name="only-values-teach-the-trunk" presumes=["detach() or no_grad() or _.data"]
# Both losses teach the trunk. Here the class head sees a detached copy, so the trunk learns from the values alone.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden.detach())}


# %% task="TwoHeadNet" name="no-super-init" presumes=["not super().__init__() or Module.__init__()"]
# `super().__init__()` comes first: before it, a module has nowhere to keep its parts.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden)}


# %% task="TwoHeadNet" name="without-bias" presumes=["_(bias=False)"]
# Every layer has a bias: leave the default of `nn.Linear`.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden, bias=False), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1, bias=False)
        self.class_head = nn.Linear(n_hidden, n_classes, bias=False)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden)}


# %% task="TwoHeadNet" name="seeds-the-generator" presumes=["manual_seed() or seed()"]
# The code that builds a model decides about the seed. Set here, it makes all models alike, and everything drawn
# afterwards.


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        torch.manual_seed(0)
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        hidden = self.trunk(x)
        return {"value": self.value_head(hidden), "logits": self.class_head(hidden)}


# %% task="joint_loss" name="unweighted"
# The two losses have different scales, and the weight says how much each counts: apply it.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    return F.mse_loss(outputs["value"], y_value) + F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="one-weight-only"
# The cross-entropy has a weight too, the rest up to 1: 1 - value_weight.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    return value_weight * F.mse_loss(outputs["value"], y_value) + F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="weights-swapped"
# value_weight belongs to the squared error, and 1 - value_weight to the cross-entropy.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return (1 - value_weight) * value_loss + value_weight * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="softmax-before-loss" presumes=["softmax()"]
# Cross-entropy takes logits: it contains the softmax, and twice is once too often.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    class_loss = F.cross_entropy(outputs["logits"].softmax(dim=1), y_class)
    return value_weight * F.mse_loss(outputs["value"], y_value) + (1 - value_weight) * class_loss


# %% task="joint_loss" name="nll-of-logits" presumes=["nll_loss()"]
# `nll_loss` wants logarithms of probabilities. For plain logits it is `cross_entropy`, or `log_softmax` before.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    class_loss = F.nll_loss(outputs["logits"], y_class)
    return value_weight * F.mse_loss(outputs["value"], y_value) + (1 - value_weight) * class_loss


# %% task="joint_loss" name="error-of-class-numbers"
# The distance between class numbers means nothing: class 2 isn't twice class 1. Use the cross-entropy.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    class_loss = F.mse_loss(outputs["logits"].argmax(dim=1).float(), y_class.float())
    return value_weight * F.mse_loss(outputs["value"], y_value) + (1 - value_weight) * class_loss


# %% task="joint_loss" name="absolute-error" presumes=["abs() or l1_loss() or L1Loss()"]
# That is the mean absolute error. Square the differences.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.l1_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="root-of-the-error" presumes=["sqrt() or _ ** 0.5"]
# The root belongs in a report for people. The loss is the mean squared error itself.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value).sqrt()
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="sum-reduction" presumes=["sum() or _(reduction='sum')"]
# Use mean losses: a sum depends on the size of the batch.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value, reduction="sum")
    class_loss = F.cross_entropy(outputs["logits"], y_class, reduction="sum")
    return value_weight * value_loss + (1 - value_weight) * class_loss


# %% task="joint_loss" name="not-reduced"
# That is a loss for each row. An optimizer follows one number: take means.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value, reduction="none").flatten()
    class_loss = F.cross_entropy(outputs["logits"], y_class, reduction="none")
    return value_weight * value_loss + (1 - value_weight) * class_loss


# %% task="joint_loss" name="items" presumes=["item()"]
# `.item()` takes the losses out of the graph (and fails where there are no values). Weigh and add the tensors.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value).item()
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class).item()


# %% task="joint_loss" name="wrapped-anew"
# A new tensor around two numbers has the right value and no graph. Weigh and add the tensors themselves.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value).item()
    class_loss = F.cross_entropy(outputs["logits"], y_class).item()
    return torch.tensor(value_weight * value_loss + (1 - value_weight) * class_loss)


# %% task="joint_loss" name="classes-detached" presumes=["detach() or no_grad() or _.data"]
# Through a detached tensor no gradient flows: the class head would never learn.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    class_loss = F.cross_entropy(outputs["logits"].detach(), y_class)
    return value_weight * F.mse_loss(outputs["value"], y_value) + (1 - value_weight) * class_loss


# %% task="joint_loss" name="weights-as-a-tensor" presumes=["tensor()"]
# `torch.tensor(...)` lives on the CPU, wherever the outputs are, and as a vector it mixes with no other device.
# Multiply by the Python numbers.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    losses = torch.stack([F.mse_loss(outputs["value"], y_value), F.cross_entropy(outputs["logits"], y_class)])
    return (torch.tensor([value_weight, 1 - value_weight]) * losses).sum()


# %% task="joint_loss" name="no-weight-check" presumes=["not value_weight < _ or value_weight > _ or value_weight <= _"]
# A weight outside [0, 1] rewards one of the errors: refuse it with ValueError.


def joint_loss(outputs, y_value, y_class, value_weight):
    if outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="upper-end-only"
# A negative weight rewards errors just as one above 1 does: check both ends.


def joint_loss(outputs, y_value, y_class, value_weight):
    if value_weight > 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="lower-end-only"
# Above 1 the cross-entropy gets a negative weight, and is rewarded for growing: check both ends.


def joint_loss(outputs, y_value, y_class, value_weight):
    if value_weight < 0 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="ends-refused"
# 0 and 1 are valid: they leave one question alone. Refuse only what lies outside.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 < value_weight < 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="weight-clamped" presumes=["min() or max() or clamp()"]
# Quietly taking another weight than the caller's hides the mistake. Raise ValueError.


def joint_loss(outputs, y_value, y_class, value_weight):
    if outputs["value"].shape != y_value.shape:
        raise ValueError
    value_weight = min(max(value_weight, 0.0), 1.0)
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="no-shape-check"
# (N, 1) against (N,) broadcasts to (N, N): `mse_loss` only warns, and compares every prediction with every target.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="lengths-compared"
# (N, 1) and (N,) have the same length, and as many elements, and yet broadcast to (N, N). Compare the whole shapes.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or len(outputs["value"]) != len(y_value):
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="dimensions-compared"
# Two tensors may have as many dimensions and still broadcast: (N, 1) and (1, N) do. Compare the whole shapes.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].ndim != y_value.ndim:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="flattens-both" presumes=["flatten() or reshape() or view() or squeeze()"]
# Making the shapes fit hides the caller's mistake. Targets of another shape are to be refused.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1:
        raise ValueError
    value_loss = F.mse_loss(outputs["value"].flatten(), y_value.flatten())
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="asserts" presumes=["assert"]
# A failed `assert` raises AssertionError, and Python can switch asserts off. For bad arguments, raise `ValueError`.


def joint_loss(outputs, y_value, y_class, value_weight):
    assert 0 <= value_weight <= 1
    assert outputs["value"].shape == y_value.shape
    value_loss = F.mse_loss(outputs["value"], y_value)
    return value_weight * value_loss + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)


# %% task="joint_loss" name="error-in-the-outputs" presumes=["_ -= _"]
# `-=` wrote the errors into the model's own output. Subtract into a new tensor.


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1 or outputs["value"].shape != y_value.shape:
        raise ValueError
    error = outputs["value"]
    error -= y_value
    return value_weight * error.square().mean() + (1 - value_weight) * F.cross_entropy(outputs["logits"], y_class)
