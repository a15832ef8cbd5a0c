"""Right implementations of 18_multiple_inputs_outputs that differ from the solution."""

# %%
import torch
import torch.nn.functional as F
from torch import nn

# %% task="WideAndDeep" name="head-first"


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        nn.Module.__init__(self)
        self.head = nn.Linear(in_features=n_wide + n_hidden, out_features=1)
        self.deep = nn.Sequential()
        self.deep.add_module("linear", nn.Linear(n_deep, n_hidden))
        self.deep.add_module("activation", nn.ReLU(inplace=True))

    def forward(self, x_wide, x_deep):
        hidden = self.deep(x_deep)
        return self.head(torch.hstack((x_wide, hidden)))


# %% task="WideAndDeep" name="deep-of-its-own-class"


class Deep(nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.layer = nn.Linear(n_inputs, n_outputs)

    def forward(self, x):
        return self.layer(x).clamp(min=0)


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = Deep(n_deep, n_hidden)
        self.head = nn.Linear(n_wide + n_hidden, 1)

    def forward(self, x_wide, x_deep):
        return self.head(torch.concat([x_wide, self.deep(x_deep)], dim=-1))


# %% task="WideAndDeep" name="deep-is-a-linear-layer"


class LinearReLU(nn.Linear):
    def forward(self, x):
        return F.relu(super().forward(x))


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.add_module("deep", LinearReLU(n_deep, n_hidden))
        self.add_module("head", nn.Linear(n_wide + n_hidden, 1))

    def forward(self, x_wide, x_deep):
        return self.head(torch.column_stack([x_wide, self.deep(x_deep)]))


# %% task="WideAndDeep" name="in-two-products"


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.n_wide = n_wide
        self.deep = nn.Sequential(nn.Linear(n_deep, n_hidden), nn.ReLU())
        self.head = nn.Linear(n_wide + n_hidden, 1)
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x_wide, x_deep):
        wide, deep = self.head.weight[:, : self.n_wide], self.head.weight[:, self.n_wide :]
        return x_wide @ wide.T + self.deep(x_deep) @ deep.T + self.head.bias


# %% task="WideAndDeep" name="filled-in"


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.activation = nn.ReLU()
        self.deep = nn.Sequential()
        self.deep.append(nn.Linear(n_deep, n_hidden))
        self.deep.append(self.activation)
        self.head = nn.Linear(n_hidden + n_wide, 1)

    def forward(self, x_wide, x_deep):
        joined = x_wide.new_empty(x_wide.shape[0], self.head.in_features)
        joined[:, : x_wide.shape[1]] = x_wide
        joined[:, x_wide.shape[1] :] = self.deep(x_deep)
        return self.head(joined)


# %% task="WideAndDeep" name="layer-by-layer"


class WideAndDeep(nn.Module):
    def __init__(self, n_wide, n_deep, n_hidden):
        super().__init__()
        self.deep = nn.Sequential(*[nn.Linear(n_deep, n_hidden), nn.Threshold(0, 0)])
        self.head = nn.Linear(n_wide + n_hidden, 1, bias=True)

    def forward(self, x_wide, x_deep):
        for layer in self.deep:
            x_deep = layer(x_deep)
        return F.linear(torch.cat((x_wide, x_deep), 1), self.head.weight, self.head.bias)


# %% task="TwoHeadNet" name="named-layers"
from collections import OrderedDict


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super(TwoHeadNet, self).__init__()  # noqa: UP008
        self.class_head = nn.Linear(n_hidden, n_classes)
        self.value_head = nn.Linear(n_hidden, 1)
        self.trunk = nn.Sequential(OrderedDict(linear=nn.Linear(n_features, n_hidden), relu=nn.ReLU()))

    def forward(self, x):
        x = self.trunk(x)
        return dict(logits=self.class_head(x), value=self.value_head(x))


# %% task="TwoHeadNet" name="trunk-of-its-own-class"


class Trunk(nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.layer = nn.Linear(n_inputs, n_outputs)

    def forward(self, x):
        return torch.relu(self.layer(x))


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = Trunk(n_features, n_hidden)
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        outputs = {}
        features = self.trunk.forward(x)
        outputs["value"] = self.value_head.forward(features)
        outputs["logits"] = self.class_head.forward(features)
        return outputs


# %% task="TwoHeadNet" name="both-heads-in-one-product"


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)

    def forward(self, x):
        weight = torch.cat([self.value_head.weight, self.class_head.weight])
        bias = torch.cat([self.value_head.bias, self.class_head.bias])
        both = F.linear(self.trunk(x), weight, bias)
        return {"value": both[:, :1], "logits": both[:, 1:]}


# %% task="TwoHeadNet" name="loops-over-the-heads"
from collections import OrderedDict


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        for name, n_outputs in (("value_head", 1), ("class_head", n_classes)):
            setattr(self, name, nn.Linear(n_hidden, n_outputs))

    def forward(self, x):
        for layer in self.trunk:
            x = layer(x)
        heads = OrderedDict(value=self.value_head, logits=self.class_head)
        return OrderedDict((name, head(x)) for name, head in heads.items())


# %% task="TwoHeadNet" name="initialised-otherwise"


class TwoHeadNet(nn.Module):
    def __init__(self, n_features, n_hidden, n_classes):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_features, n_hidden), nn.ReLU())
        self.value_head = nn.Linear(n_hidden, 1)
        self.class_head = nn.Linear(n_hidden, n_classes)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1)

    def forward(self, x):
        hidden = self.trunk(x)
        logits = hidden @ self.class_head.weight.T + self.class_head.bias
        value = (hidden * self.value_head.weight).sum(dim=1, keepdim=True) + self.value_head.bias
        return {"value": value, "logits": logits}


# %% task="joint_loss" name="modules"


def joint_loss(outputs, y_value, y_class, value_weight):
    if value_weight < 0 or value_weight > 1:
        raise ValueError("value_weight")
    if outputs["value"].size() != y_value.size():
        raise ValueError("y_value")
    return torch.add(
        nn.MSELoss()(outputs["value"], y_value) * value_weight,
        nn.CrossEntropyLoss()(outputs["logits"], y_class) * (1.0 - value_weight),
    )


# %% task="joint_loss" name="by-the-formulas"


def joint_loss(outputs, y_value, y_class, value_weight):
    value, logits = outputs["value"], outputs["logits"]
    if value.shape != y_value.shape or value_weight != min(max(value_weight, 0), 1):
        raise ValueError("weight or shape")
    squared = ((value - y_value) ** 2).mean()
    picked = logits.gather(1, y_class.unsqueeze(1)).squeeze(1)
    return value_weight * squared + (1 - value_weight) * (logits.logsumexp(dim=1) - picked).mean()


# %% task="joint_loss" name="interpolated"


def joint_loss(outputs, y_value, y_class, value_weight):
    if not (value_weight >= 0 and value_weight <= 1):
        raise ValueError("weight")
    if tuple(outputs["value"].shape) != tuple(y_value.shape):
        raise ValueError("shape")
    class_loss = F.nll_loss(outputs["logits"].log_softmax(dim=1), y_class)
    return torch.lerp(class_loss, F.mse_loss(outputs["value"], y_value), value_weight)


# %% task="joint_loss" name="row-by-row"


def joint_loss(outputs, y_value, y_class, value_weight):
    if abs(value_weight - 0.5) > 0.5:
        raise ValueError("weight")
    value, logits = outputs.get("value"), outputs.get("logits")
    if list(value.shape) != list(y_value.shape):
        raise ValueError("shape")
    squared = F.mse_loss(value, y_value, reduction="none").flatten()
    surprise = F.cross_entropy(logits, y_class, reduction="none")
    return (value_weight * squared + (1 - value_weight) * surprise).mean()


# %% task="joint_loss" name="one-hot"


class LossError(ValueError):
    pass


def joint_loss(outputs, y_value, y_class, value_weight):
    value, logits = outputs["value"], outputs["logits"]
    if not 0.0 <= value_weight <= 1.0:
        raise LossError(value_weight)
    if value.shape != y_value.shape:
        raise LossError(value.shape, y_value.shape)
    targets = F.one_hot(y_class, logits.shape[1]).to(logits.dtype) if not logits.is_meta else torch.zeros_like(logits)
    error = (value - y_value).flatten()
    return error.dot(error) / len(error) * value_weight + F.cross_entropy(logits, targets) * (1 - value_weight)


# %% task="joint_loss" name="only-what-has-a-weight"


def joint_loss(outputs, y_value, y_class, value_weight):
    if not 0 <= value_weight <= 1:
        raise ValueError("weight")
    if outputs["value"].shape != y_value.shape:
        raise ValueError("shape")
    terms = []
    if value_weight > 0:
        terms.append(value_weight * F.mse_loss(outputs["value"], y_value))
    if value_weight < 1:
        terms.append((1 - value_weight) * F.cross_entropy(outputs["logits"], y_class))
    return sum(terms)
