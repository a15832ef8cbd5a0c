"""Right implementations of 17_mlp_classification that differ from the reference."""

# %%
import copy
import math
import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# %% task="ImageClassifier" name="sequential"


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(n_inputs, hidden[0]),
            nn.ReLU(),
            nn.Linear(hidden[0], hidden[1]),
            nn.ReLU(inplace=True),
            nn.Linear(hidden[1], n_classes),
        )

    def forward(self, x):
        return self.net(x)


# %% task="ImageClassifier" name="reshape"


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        self.n_inputs = n_inputs
        sizes = [n_inputs, *hidden, n_classes]
        self.layers = nn.ModuleList([nn.Linear(sizes[i], sizes[i + 1]) for i in range(3)])

    def forward(self, x):
        x = x.reshape(-1, self.n_inputs)
        for i, layer in enumerate(self.layers):
            x = layer(x) if i == 0 else layer(F.relu(x))
        return x


# %% task="ImageClassifier" name="contiguous-view"


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        (h1, h2) = hidden
        self.fc1, self.fc2, self.fc3 = nn.Linear(n_inputs, h1), nn.Linear(h1, h2), nn.Linear(h2, n_classes)

    def forward(self, x):
        y = x.contiguous().view(x.size(0), -1)
        y = self.fc1(y).clamp(min=0)
        y = self.fc2(y)
        return self.fc3(y * (y > 0))


# %% task="ImageClassifier" name="is-a-sequential"


class ImageClassifier(nn.Sequential):
    def __init__(self, n_inputs, hidden, n_classes):
        relu = nn.ReLU()
        layers = [nn.Linear(n_inputs, hidden[0]), relu, nn.Linear(*hidden), relu, nn.Linear(hidden[1], n_classes)]
        super().__init__(nn.Flatten(1, -1), *layers)


# %% task="ImageClassifier" name="image-by-image"


class ImageClassifier(nn.Module):
    def __init__(self, n_inputs, hidden, n_classes):
        super().__init__()
        self.hidden = nn.ModuleList()
        for size in hidden:
            self.hidden.append(nn.Linear(n_inputs, size))
            n_inputs = size
        self.output = nn.Linear(n_inputs, n_classes)

    def forward(self, x):
        logits = []
        for image in x:
            y = image.ravel()
            for layer in self.hidden:
                y = torch.maximum(layer(y), torch.zeros_like(y[:1]))
            logits.append(self.output(y))
        return torch.stack(logits)


# %% task="cross_entropy" name="logsumexp-minus-target"


def cross_entropy(logits, targets):
    N = logits.shape[0]
    if targets.size() != (N,):
        raise ValueError("one target per row")
    rows = torch.arange(N, device=logits.device)
    return (torch.logsumexp(logits, dim=1) - logits[rows, targets]).mean()


# %% task="cross_entropy" name="log-softmax-and-nll"


def cross_entropy(logits, targets):
    if targets.ndim != 1 or len(targets) != len(logits):
        raise ValueError(f"expected {len(logits)} targets")
    return F.nll_loss(F.log_softmax(logits, dim=-1), targets)


# %% task="cross_entropy" name="maximum-by-hand"


def cross_entropy(logits, targets):
    if list(targets.shape) != [logits.shape[0]]:
        raise ValueError
    shifted = logits - logits.detach().amax(dim=1, keepdim=True)
    normaliser = shifted.exp().sum(dim=1).log()
    picked = torch.take_along_dim(shifted, targets[:, None], dim=1)[:, 0]
    return (normaliser - picked).sum() / len(logits)


# %% task="cross_entropy" name="one-hot-mask"


def cross_entropy(logits, targets):
    if tuple(targets.shape) != tuple(logits.shape[:1]):
        raise ValueError("shape of the targets")
    columns = torch.arange(logits.shape[1], device=targets.device)
    mask = targets.unsqueeze(1) == columns
    losses = torch.where(mask, -logits.log_softmax(1), 0)
    return losses.sum(dim=1).mean(dim=0)


# %% task="cross_entropy" name="differences-to-the-target"


def cross_entropy(logits, targets):
    if targets.shape != torch.Size([logits.size(0)]):
        raise ValueError("targets")
    differences = logits - logits.gather(1, targets.view(-1, 1))
    return differences.logsumexp(1).mean()


# %% task="cross_entropy" name="own-autograd-function"


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, targets):
        log_probabilities = torch.log_softmax(logits, dim=1)
        ctx.save_for_backward(log_probabilities, targets)
        return -log_probabilities.gather(1, targets[:, None]).mean()

    @staticmethod
    def backward(ctx, upstream):
        log_probabilities, targets = ctx.saved_tensors
        gradient = log_probabilities.exp()
        gradient.scatter_add_(1, targets[:, None], -torch.ones_like(gradient[:, :1]))
        return upstream * gradient / len(targets), None


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets")
    return CrossEntropy.apply(logits, targets)


# %% task="cross_entropy" name="row-by-row-in-double"


def cross_entropy(logits, targets):
    if targets.shape != logits.shape[:1]:
        raise ValueError("targets")
    total = 0
    for row, target in zip(logits.double(), targets, strict=True):
        total = total + torch.logsumexp(row, 0) - row.gather(0, target.reshape(1)).squeeze()
    return (total / logits.shape[0]).to(logits.dtype)


# %% task="accuracy" name="max-indices"


def accuracy(logits, targets):
    if targets.size() != logits.size()[:1]:
        raise ValueError("targets")
    _, predicted = logits.max(dim=1)
    return torch.eq(predicted, targets).sum().item() / len(targets)


# %% task="accuracy" name="lists"


def accuracy(logits, targets):
    if targets.dim() != 1 or targets.numel() != len(logits):
        raise ValueError("targets")
    right = [row.index(max(row)) == target for row, target in zip(logits.tolist(), targets.tolist(), strict=True)]
    return sum(right) / len(right)


# %% task="accuracy" name="numpy"


def accuracy(logits, targets):
    if targets.shape != (logits.shape[0],):
        raise ValueError("targets")
    return float((logits.detach().numpy().argmax(axis=1) == targets.numpy()).mean())


# %% task="accuracy" name="of-probabilities"


def accuracy(logits, targets):
    if targets.shape != (len(logits),):
        raise ValueError("targets")
    with torch.no_grad():
        best = torch.topk(torch.log_softmax(logits, dim=1), 1).indices.squeeze(1)
        return torch.mean((best == targets).double()).item()


# %% task="accuracy" name="compares-the-target-s-logit"


def accuracy(logits, targets):
    if list(targets.shape) != list(logits.shape)[:-1]:
        raise ValueError("targets")
    picked = logits.gather(1, targets.unsqueeze(-1))
    wrong = (logits > picked).any(dim=1).count_nonzero().item()
    return 1.0 - wrong / logits.shape[0]


# %% task="train_classifier" name="randperm-and-split"


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), learning_rate)
    losses = []
    for _ in range(n_epochs):
        model.train()
        epoch_loss = 0.0
        for rows in torch.randperm(X.shape[0], generator=generator).split(batch_size):
            optimizer.zero_grad(set_to_none=False)
            loss = loss_function(model(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
            epoch_loss += loss.item() * rows.numel() / X.shape[0]
        losses.append(epoch_loss)
    model.eval()
    return losses


# %% task="train_classifier" name="python-s-own-generator"


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    shuffler = random.Random(seed)
    order = list(range(len(X)))
    losses = []
    for module in model.modules():
        module.training = True
    while len(losses) < n_epochs:
        shuffler.shuffle(order)
        seen = []
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            log_probabilities = torch.log_softmax(model(X[rows]), dim=1)
            each = -log_probabilities[range(len(rows)), y[rows]]
            gradients = torch.autograd.grad(each.mean(), list(model.parameters()))
            with torch.no_grad():
                for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                    parameter -= learning_rate * gradient
            seen += each.tolist()
        losses.append(math.fsum(seen) / len(seen))
    return losses


# %% task="train_classifier" name="numpy-generator"


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    numbers = np.random.default_rng(seed)
    optimizer = torch.optim.SGD([{"params": list(model.parameters()), "lr": learning_rate}])
    model.train()

    def epoch():
        total = 0.0
        order = torch.from_numpy(numbers.permutation(len(X)))
        for rows, classes in zip(X[order].split(batch_size), y[order].split(batch_size), strict=True):
            loss = F.nll_loss(F.log_softmax(model(rows), dim=1), classes, reduction="sum")
            (loss / len(rows)).backward()
            optimizer.step()
            optimizer.zero_grad()
            total += float(loss.detach())
        return total / len(X)

    return [epoch() for _ in range(n_epochs)]


# %% task="train_classifier" name="one-seed-an-epoch"


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    optimizer = torch.optim.SGD(params=model.parameters(), lr=learning_rate, momentum=0)
    seeds = np.random.SeedSequence(seed).generate_state(max(n_epochs, 1))
    losses = []
    for epoch in range(n_epochs):
        generator = torch.Generator().manual_seed(int(seeds[epoch]))
        loader = DataLoader(TensorDataset(X, y), batch_size, shuffle=True, generator=generator)
        model.train(True)
        pairs = []
        for rows, classes in loader:
            model.zero_grad()
            loss = F.cross_entropy(model(rows), classes)
            loss.backward()
            optimizer.step()
            pairs.append((loss.detach(), len(rows)))
        losses.append(sum(loss.item() * n for loss, n in pairs) / sum(n for _, n in pairs))
    return losses


# %% task="train_classifier" name="forked-generator"


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        orders = [torch.randperm(len(X)) for _ in range(n_epochs)]
    model.train()
    losses = []
    for order in orders:
        batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
        weights = torch.tensor([len(batch) for batch in batches], dtype=torch.float64)
        found = []
        for batch in batches:
            loss = F.cross_entropy(model(X.index_select(0, batch)), y.index_select(0, batch))
            for parameter in model.parameters():
                parameter.grad = None
            loss.backward()
            for parameter in model.parameters():
                parameter.data.add_(parameter.grad, alpha=-learning_rate)
            found.append(loss.item())
        losses.append(float(torch.tensor(found, dtype=torch.float64) @ weights / weights.sum()))
    return losses


# %% task="train_classifier" name="two-workers"


def train_classifier(model, X, y, n_epochs, learning_rate, batch_size, seed):
    shuffling = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=True, num_workers=2, generator=shuffling)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    history = []
    for _ in range(n_epochs):
        model.train()
        total = 0.0
        for rows, classes in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(rows), classes)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        history.append(total / len(X))
    return history
