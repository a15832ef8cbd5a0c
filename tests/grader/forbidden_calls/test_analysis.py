"""The syntax tree shows which spellings of a forbidden call are in the code that a task reaches."""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import re
import time
from pathlib import Path

import pytest

from grader.catalog import load_catalog
from grader.forbidden_calls import find_forbidden_calls, methods

ROOT = Path(__file__).resolve().parents[3]
CATALOG = load_catalog(ROOT)
FORBIDDEN = {t.name: (e.id, t.forbidden) for e in CATALOG.exercises for t in e.tasks if t.forbidden}
IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nfrom torch import Tensor, nn\n"


def uses(source: str, task: str) -> list[str]:
    """Return the names of the forbidden functions that a task of a source calls."""
    return [use.name for use in find_forbidden_calls(IMPORTS + source, task, FORBIDDEN[task][1])]


def sources(text: str) -> dict[str, tuple[str, str]]:
    """Split a text into sources, each below a line `## task: what it shows`."""
    found = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, source = part.partition("\n")
        assert title not in found, f"There are two of {title!r}"
        found[title] = (title.partition(":")[0], source)
    return found


REFUSED = sources(
    """
## relu: a function of torch
def relu(x):
    return torch.relu(x)
## relu: a method of an argument
def relu(x):
    return x.relu()
## relu: a method of a result
def relu(x):
    return (x * 1.0).clone().contiguous().relu_()
## relu: an alias of the package
import torch as t
def relu(x):
    return t.nn.functional.relu(x)
## relu: an alias of the function
from torch import relu as r
def relu(x):
    return r(x)
## relu: a name imported in the function
def relu(x):
    from torch.nn.functional import relu as finished
    return finished(x)
## relu: everything imported
from torch.nn.functional import *
def apply(x):
    return relu_(x)
def relu(x):
    return apply(x.clone())
## relu: an alias of the class
R = nn.ReLU
def relu(x):
    return R()(x)
## relu: a module made at the top level
_act = nn.Sequential(nn.ReLU())
def relu(x):
    return _act(x)
## relu: the task is the function itself
relu = F.relu
## relu: the task is a finished module
relu = nn.ReLU()
## relu: the task is a partial of the function
import functools
relu = functools.partial(F.relu, inplace=False)
## relu: getattr with a text
def relu(x):
    return getattr(torch, "relu")(x)
## relu: getattr with a text in parts
def relu(x):
    name = "re" + "lu"
    return getattr(F, name)(x)
## relu: a text from an f-string, joined, turned and cut
def relu(x):
    a, b = "re", "".join(["l", "u"])
    return getattr(torch, f"{a}{b}")(getattr(x, "ULER"[::-1].lower())())
## relu: vars of the module
def relu(x):
    return vars(F)["relu"](x)
## relu: the dictionary of the module, asked for it
def relu(x):
    return F.__dict__.get("relu")(x)
## relu: the dictionary of the class
def relu(x):
    return torch.Tensor.__dict__["relu"](x)
## relu: globals
finished = torch.relu
def relu(x):
    return globals()["finished"](x)
## relu: attrgetter
from operator import attrgetter
def relu(x):
    return attrgetter("nn.functional.relu")(torch)(x)
## relu: methodcaller
import operator
def relu(x):
    return operator.methodcaller("relu")(x)
## relu: importlib
import importlib
def relu(x):
    return importlib.import_module("torch.nn.functional").relu(x)
## relu: __import__
def relu(x):
    return __import__("torch").relu(x)
## relu: sys.modules
import sys
def relu(x):
    return sys.modules["torch.nn.functional"].relu(x)
## relu: a helper that is handed the function
def apply(f, x):
    return f(x)
def relu(x):
    return apply(F.relu, x)
## relu: map
def relu(x):
    return torch.stack(list(map(F.relu, x)))
## relu: vmap
def relu(x):
    return torch.vmap(torch.relu)(x)
## relu: scripted
def relu(x):
    return torch.jit.script(F.relu)(x)
## relu: compiled
def relu(x):
    return torch.compile(F.relu, backend="eager")(x)
## relu: an overload
def relu(x):
    return torch.ops.aten.relu.default(x)
## relu: torch._C._nn, _VF
def relu(x):
    return torch._VF.relu(torch._C._VariableFunctions.relu(x))
## relu: a lambda in a dictionary
TABLE = {"act": lambda x: F.relu(x)}
def relu(x):
    return TABLE["act"](x)
## relu: put into a list afterwards
fs = []
fs.append(F.relu)
def relu(x):
    for f in fs:
        x = f(x)
    return x
## relu: a default argument
def relu(x, f=F.relu):
    return f(x)
## relu: a decorator that puts the finished version in place
def finished(f):
    def swap(function):
        return f
    return swap
@finished(torch.relu)
def relu(x):
    return x
## relu: a decorator around the own version
def checked(function):
    def inner(x):
        return torch.where(x > 0, function(x), F.relu(x))
    return inner
@checked
def relu(x):
    return x.clamp(min=0)
## relu: a nested function
def relu(x):
    def inner():
        return torch.relu(x)
    return inner()
## relu: an attribute of a class of one's own
class Ops:
    act = staticmethod(F.relu)
def relu(x):
    return Ops.act(x)
## relu: an attribute of an instance of one's own
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()
    def forward(self, x):
        return self.act(x)
def relu(x):
    return Net()(x)
## relu: a property
class Ops:
    @property
    def act(self):
        return torch.relu
def relu(x):
    return Ops().act(x)
## relu: a subclass of the module
class Mine(nn.ReLU):
    pass
def relu(x):
    return Mine()(x)
## relu: a conditional choice
def relu(x):
    return (torch.relu if x.dim() > 3 else F.relu)(x)
## relu: a branch that no check takes
def relu(x):
    if x.dim() > 17:
        return torch.relu(x)
    return x.clamp(min=0)
## relu: a text that is evaluated
def relu(x):
    return eval("torch.relu(x)")
## relu: a text whose value is the function
def relu(x):
    return eval("torch.relu")(x)
## relu: a text that is executed
def relu(x):
    exec("y = torch.relu(x)")
    return locals()["y"]
## relu: the last of two definitions
def relu(x):
    return x.clamp(min=0)
def relu(x):
    return torch.relu(x)
## relu: a thread
import threading
def relu(x):
    out = []
    thread = threading.Thread(target=lambda: out.append(F.relu(x)))
    thread.start(); thread.join()
    return out[0]
## relu: a pool of threads
from concurrent.futures import ThreadPoolExecutor
def relu(x):
    with ThreadPoolExecutor() as pool:
        return pool.submit(F.relu, x).result()
## relu: modes switched off
from torch.utils._python_dispatch import _disable_current_modes
def _off(f):
    with torch._C.DisableTorchFunction(), _disable_current_modes():
        return f()
def relu(x):
    return _off(lambda: F.relu(x))
## relu: an autograd function
class Mine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.relu(x)
    @staticmethod
    def backward(ctx, g):
        return g
def relu(x):
    return Mine.apply(x)
## relu: a name that a comprehension borrows does not hide it
def relu(x):
    [0 for F in ()]
    return F.relu(x)
## relu: imported where it may fail
try:
    from torch.nn.functional import relu as r
except ImportError:
    r = None
def relu(x):
    return r(x)
## relu: unwrapped, called by its special names
def relu(x):
    return F.relu.__call__(torch.relu.__get__(x)())
## relu: deep in a sum
def relu(x):
    return torch.relu(x)"""
    + " + 0" * 400
    + """
## relu: a function that reduces over functions
from functools import reduce
def relu(x):
    return reduce(lambda value, f: f(value), [torch.abs, F.relu], x)
## relu: what a function keeps, unwrapped
import inspect
def relu(x):
    return inspect.unwrap(F.relu.__kwdefaults__["_run"])(x)
## relu: a context that hands it on
import contextlib
def relu(x):
    with contextlib.nullcontext(torch.relu) as finished:
        return finished(x)
## softmax: a method
def softmax(x, dim):
    return x.log_softmax(dim).exp()
## softmax: a class
def softmax(x, dim):
    return nn.Softmin(dim)(-x)
## softmax: torch.special
def softmax(x, dim):
    return torch.special.softmax(x, dim)
## softmax: torch.masked
def softmax(x, dim):
    return torch.masked.softmax(x, dim)
## softmax: the class's own method
def softmax(x, dim):
    return type(x).softmax(x, dim)
## max_pool2d: with indices
def max_pool2d(x, size):
    return F.max_pool2d_with_indices(x, size)[0]
## max_pool2d: adaptive
def max_pool2d(x, size):
    pool = nn.AdaptiveMaxPool2d((x.shape[2] // size, x.shape[3] // size))
    return pool(x)
## max_pool2d: in one dimension, twice
def max_pool2d(x, size):
    x = torch.max_pool1d(x.flatten(0, 1), size)
    return x
## cross_entropy: an overload
def cross_entropy(logits, targets):
    return torch.ops.aten.cross_entropy_loss.default(logits, targets)
## cross_entropy: a loss made at the top level
LOSS = nn.CrossEntropyLoss(reduction="mean")
def cross_entropy(logits, targets):
    return LOSS(logits, targets)
## cross_entropy: the function of torch._C
def cross_entropy(logits, targets):
    return torch._C._nn.cross_entropy_loss(logits, targets)
## mse: a function
def mse(y_pred, y_true):
    return F.mse_loss(y_pred, y_true)
## mse: a class under its whole name
def mse(y_pred, y_true):
    return torch.nn.modules.loss.MSELoss()(y_pred, y_true)
## InvertedDropout: a module inside
class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.layer = nn.Dropout(p)
    def forward(self, x):
        return self.layer(x)
## InvertedDropout: derived from the finished one
class InvertedDropout(nn.Dropout):
    def forward(self, x):
        return x
## InvertedDropout: derived from what derives from it
class Base(nn.AlphaDropout):
    pass
class InvertedDropout(Base):
    pass
## InvertedDropout: a function in a method of a base of its own
class Base(nn.Module):
    def drop(self, x):
        return F.dropout(x, self.p, self.training)
class InvertedDropout(Base):
    def forward(self, x):
        return self.drop(x)
## InvertedDropout: feature dropout
class InvertedDropout(nn.Module):
    def forward(self, x):
        return torch.feature_dropout(x, self.p, self.training)
## LinearRegressor: the layer inside
class LinearRegressor(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear = nn.Linear(n, 1)
## LinearRegressor: the layer as a base
class LinearRegressor(nn.Linear):
    def __init__(self, n):
        super().__init__(n, 1)
## LinearRegressor: a lazy layer
class LinearRegressor(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear = nn.LazyLinear(1)
## LinearRegressor: a factory
def make(n):
    return nn.Linear(n, 1)
class LinearRegressor(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear = make(n)
## LinearRegressor: the layer's own forward
class LinearRegressor(nn.Module):
    def forward(self, X):
        return nn.Linear.forward(self, X)
## train_linear: an optimizer
def train_linear(X, y, learning_rate, n_epochs, seed):
    w = torch.zeros(1, requires_grad=True)
    opt = torch.optim.SGD([w], lr=learning_rate)
    for _ in range(n_epochs):
        opt.step()
## train_linear: a model
def train_linear(X, y, learning_rate, n_epochs, seed):
    model = nn.Linear(X.shape[1], 1)
    return model.weight
## train_linear: least squares
def train_linear(X, y, learning_rate, n_epochs, seed):
    return torch.linalg.lstsq(X, y).solution
## train_linear: the pseudo-inverse
def train_linear(X, y, learning_rate, n_epochs, seed):
    return X.pinverse() @ y
## minimize: the functional form
from torch.optim.sgd import sgd
def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start)
    sgd([x], [x], [None], weight_decay=0, momentum=0, lr=learning_rate, dampening=0, nesterov=False, maximize=False)
## gradient_step_: the functional form by its full name
def gradient_step_(x, learning_rate):
    torch.optim.sgd.sgd([x], [x.grad], [None], lr=learning_rate)
    return x
## train_linear: the form for many tensors
from torch.optim.sgd import _multi_tensor_sgd as update
def train_linear(X, y, learning_rate, n_epochs, seed):
    update([X], [y], [None], lr=learning_rate)
## minimize: the functional form of another module
import torch.optim._functional as forms
def minimize(fn, start, learning_rate, n_steps):
    forms.adam([], [], [], [], [], [], foreach=None)
## minimize: an optimizer of a module that torch does not load
def minimize(fn, start, learning_rate, n_steps):
    torch.optim._multi_tensor.SGD([torch.tensor(start)], lr=learning_rate).step()
## minimize: a private module imported
import torch.optim._multi_tensor
def minimize(fn, start, learning_rate, n_steps):
    opt = torch.optim._multi_tensor.SGD([torch.tensor(start)], lr=learning_rate)
    opt.step()
## minimize: an optimizer imported from a private module
from torch.optim._multi_tensor import AdamW as A
def minimize(fn, start, learning_rate, n_steps):
    A([torch.tensor(start)]).step()
## minimize: an alias of a private module
from torch.optim import _multi_tensor as many
def minimize(fn, start, learning_rate, n_steps):
    step = many.RAdam([torch.tensor(start)]).step
    step()
## minimize: an optimizer of the module that defines it
def minimize(fn, start, learning_rate, n_steps):
    torch.optim._muon.Muon([torch.tensor(start)]).step()
## minimize: an optimizer made from another in a private module
def minimize(fn, start, learning_rate, n_steps):
    torch.optim._multi_tensor.partialclass(torch.optim.SGD, lr=learning_rate)([torch.tensor(start)]).step()
## minimize: the single-tensor form
from torch.optim import adamw
def minimize(fn, start, learning_rate, n_steps):
    adamw.adamw([], [])
## minimize: a fused operation
def minimize(fn, start, learning_rate, n_steps):
    torch._fused_sgd_([], [], [])
## minimize: a fused overload
def minimize(fn, start, learning_rate, n_steps):
    torch.ops.aten._fused_adam_.default([], [])
## minimize: the step unwrapped
def minimize(fn, start, learning_rate, n_steps):
    opt = torch.optim.SGD([torch.tensor(start)], lr=learning_rate)
    torch.optim.SGD.step.__wrapped__(opt)
## minimize: hooks cleared
from torch.optim import optimizer as o
def minimize(fn, start, learning_rate, n_steps):
    o._global_optimizer_pre_hooks.clear()
    x = torch.tensor(float(start), requires_grad=True)
    opt = torch.optim.SGD([x], lr=learning_rate)
    for _ in range(n_steps):
        opt.zero_grad(); fn(x).backward(); opt.step()
    return x.item()
## minimize: a bound step kept
def minimize(fn, start, learning_rate, n_steps):
    step = torch.optim.LBFGS([torch.tensor(start)]).step
    step(lambda: fn(start))
## minimize: an optimizer of one's own that inherits its step
class Mine(torch.optim.Adam):
    pass
def minimize(fn, start, learning_rate, n_steps):
    Mine([torch.tensor(start)]).step()
## minimize: super's step
class Mine(torch.optim.SGD):
    def step(self):
        return super().step()
def minimize(fn, start, learning_rate, n_steps):
    Mine([torch.tensor(start)]).step()
## minimize: a list of optimizers
def minimize(fn, start, learning_rate, n_steps):
    for opt in [torch.optim.SGD([torch.tensor(start)])]:
        opt.step()
## minimize: chosen by name
def minimize(fn, start, learning_rate, n_steps):
    opt = getattr(torch.optim, "S" + "GD")([torch.tensor(start)])
    getattr(opt, "step")()
## gradient_step_: an optimizer in a helper
def helper(x, lr):
    torch.optim.SGD([x], lr=lr).step()
def gradient_step_(x, learning_rate):
    helper(x, learning_rate)
    return x
## gradient_step_: an optimizer made by a generator, in a walrus
def gradient_step_(x, learning_rate):
    if (opt := torch.optim.RMSprop([x])):
        opt.step()
    return x
## ManualSGD: the functional form
from torch.optim.sgd import sgd
class ManualSGD:
    def step(self):
        sgd(self.params, [], [])
## ManualSGD: an optimizer inside
class ManualSGD:
    def __init__(self, params, lr):
        self.inner = torch.optim.SGD(params, lr=lr)
    def step(self):
        self.inner.step()
    def zero_grad(self):
        self.inner.zero_grad()
## ManualSGD: an optimizer inherited
class ManualSGD(torch.optim.SGD):
    pass
## ManualSGD: super's step
class ManualSGD(torch.optim.SGD):
    def step(self):
        super().step()
## ManualSGD: the task is the optimizer itself
ManualSGD = torch.optim.SGD
## ManualSGD: the step as an attribute
class ManualSGD(torch.optim.Optimizer):
    step = torch.optim.SGD.step
## LinearRegressor: a method that forward calls
class LinearRegressor(nn.Module):
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        return self.to_linear()(x)
## LinearRegressor: a method of a name that is put together
class LinearRegressor(nn.Module):
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        kind = "to_%s" % "linear"
        return getattr(self, kind)()(x)
## LinearRegressor: a method of a name that stands in a text
class LinearRegressor(nn.Module):
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        return [getattr(model, "to_linear") for model in self.me][0]()(x)
## LinearRegressor: a method out of the dictionary of the class
class LinearRegressor(nn.Module):
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        return list(vars(type(self)).values())[3](self)(x)
## LinearRegressor: a method of something that cannot be followed
class LinearRegressor(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.box = sorted({0: [self]}.items())
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        for key, boxed in self.box[0].copy():
            return boxed.pop().to_linear()(x)
## LinearRegressor: a method that a tensor keeps
class LinearRegressor(nn.Module):
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        x.model = self
        return x.model.to_linear()(x)
## LinearRegressor: a method that is also called forward
class LinearRegressor(nn.Module):
    def to_linear(self, x):
        return nn.Linear(3, 1)(x)
    forward = to_linear
## LinearRegressor: a method that becomes forward afterwards
class LinearRegressor(nn.Module):
    def to_linear(self, x):
        return nn.Linear(3, 1)(x)
LinearRegressor.forward = LinearRegressor.to_linear
## LinearRegressor: a method that the module calls
class LinearRegressor(nn.Module):
    def train(self, mode=True):
        self.inner = nn.Linear(3, 1)
## LinearRegressor: a property
class LinearRegressor(nn.Module):
    @property
    def weight(self):
        return nn.Linear(3, 1).weight
## LinearRegressor: a method that a pattern asks for
class LinearRegressor(nn.Module):
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        match self:
            case LinearRegressor(to_linear=make):
                return make()(x)
## LinearRegressor: a private method under its whole name
class LinearRegressor(nn.Module):
    def __make(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        return self._LinearRegressor__make()(x)
## LinearRegressor: a method that a decorator keeps
FUNCTIONS = []
def kept(function):
    FUNCTIONS.append(function)
    return function
class LinearRegressor(nn.Module):
    @kept
    def to_linear(self):
        return nn.Linear(3, 1)
    def forward(self, x):
        return FUNCTIONS[0](self)(x)
## InvertedDropout: forward inherited from a class of one's own
class Base(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, self.training)
class InvertedDropout(Base):
    pass
## ManualSGD: a method that step calls
class ManualSGD:
    def step(self):
        self.compare()
    def compare(self):
        torch.optim.SGD(self.params, lr=self.lr).step()
## ManualSGD: a class whose other base is unknown
import somewhere
class ManualSGD(somewhere.Base):
    def compare(self):
        torch.optim.SGD(self.params, lr=self.lr).step()
## relu: a flag that is set
DEBUG = True
def relu(x):
    if DEBUG:
        return torch.relu(x)
    return x.clamp(min=0)
## relu: a flag that is set where it is not asked for
DEBUG = False
def relu(x):
    if not DEBUG:
        return torch.relu(x)
    return x.clamp(min=0)
## relu: a flag that is set again
DEBUG = False
def relu(x):
    if DEBUG:
        return torch.relu(x)
    return x.clamp(min=0)
DEBUG = True
## relu: a flag that a function sets
DEBUG = False
def relu(x):
    global DEBUG
    DEBUG = True
    if DEBUG:
        return torch.relu(x)
## relu: a flag set in the dictionary
DEBUG = False
globals()["DE" + "BUG"] = True
def relu(x):
    if DEBUG:
        return torch.relu(x)
## relu: a flag set in the function's dictionary
DEBUG = False
def relu(x):
    if DEBUG:
        return torch.relu(x)
relu.__globals__.update({"DE" + "BUG": True})
## relu: a flag set in the module
import sys
DEBUG = False
setattr(sys.modules[__name__], "DEBUG", 1)
def relu(x):
    if DEBUG:
        return torch.relu(x)
## relu: a flag that a star may set
DEBUG = False
from somewhere import *
def relu(x):
    if DEBUG:
        return torch.relu(x)
## relu: a local flag
DEBUG = False
def relu(x, DEBUG=True):
    if DEBUG:
        return torch.relu(x)
## relu: the other branch of a dead one
def relu(x):
    while False:
        pass
    else:
        return torch.relu(x)
## relu: a dead branch that makes a name global
def relu(x):
    if False:
        global act
    act = torch.relu
    return apply(x)
def apply(x):
    return act(x)
## relu: a name that is called like the one of typing
TYPE_CHECKING = 1
def relu(x):
    if TYPE_CHECKING:
        return torch.relu(x)
## relu: a decorator's closure calls a module that was made at load
def check(fn):
    act = nn.ReLU()
    def inner(x):
        return act(x)
    return inner
@check
def relu(x):
    return x.clamp(min=0)
## relu: a decorator that returns the finished version
def check(fn):
    assert torch.equal(torch.relu(torch.ones(1)), fn(torch.ones(1)))
    return torch.relu
@check
def relu(x):
    return x.clamp(min=0)
## relu: a helper of a decorator, called by the task too
def expected(x):
    return torch.relu(x)
def check(fn):
    assert torch.equal(expected(torch.ones(1)), fn(torch.ones(1)))
    return fn
@check
def relu(x):
    return expected(x)
## relu: a decorator that the task calls again
def check(fn):
    assert torch.equal(torch.relu(torch.ones(1)), fn(torch.ones(1)))
    return fn
@check
def relu(x):
    return check(lambda x: x)(x)
## relu: a decorator that starts a generator
def serve(x=None):
    while True:
        x = yield torch.relu(x) if x is not None else None
def check(fn):
    server = serve()
    next(server)
    return lambda x: server.send(x)
@check
def relu(x):
    return x
## relu: a decorator that makes an iterator
def check(fn):
    waiting = []
    results = map(torch.relu, iter(waiting.pop, None))
    def inner(x):
        waiting.append(x)
        return next(results)
    return inner
@check
def relu(x):
    return x
## relu: a decorator that is called inside the task
def check(fn):
    return torch.relu(torch.ones(1))
def relu(x):
    @check
    def inner(y):
        return y
    return inner
"""
)

HONEST = sources(
    '''
## relu: clamp
def relu(x):
    return x.clamp(min=0)
## relu: maximum
def relu(x):
    return torch.maximum(x, torch.zeros_like(x))
## relu: where, with the finished version in the docstring
def relu(x):
    """As torch.relu(x), F.relu(x) and x.relu() do."""
    # return torch.relu(x)
    return torch.where(x > 0, x, 0 * x)
## relu: a demonstration at the top level
def relu(x):
    return x * (x > 0)
print(torch.relu(torch.ones(2)), nn.ReLU()(torch.ones(2)))
assert torch.equal(relu(torch.ones(2)), F.relu(torch.ones(2)))
expected = F.relu(torch.ones(2))
## relu: where the file is run
def relu(x):
    return x * (x > 0)
if __name__ == "__main__":
    relu = torch.relu
## relu: in another task
def relu(x):
    return x * (x > 0)
def softmax(x, dim):
    return torch.relu(x)
## relu: defined again
relu = nn.ReLU()
def relu(x):
    return x * (x > 0)
## relu: a class of one's own with such a method
class Layers:
    def relu(self, x):
        return x * (x > 0)
def relu(x):
    return Layers().relu(x)
## relu: an instance of one's own that cannot be followed
class Layers:
    def relu(self, x):
        return x * (x > 0)
def build():
    return [Layers()]
def relu(x):
    found = sorted(build(), key=id)
    layers, *_ = dict(enumerate(found)).items()
    return layers[1].relu(x)
## relu: a class of such a name
class ReLU:
    def __call__(self, x):
        return x.clamp(min=0)
def relu(x):
    return ReLU()(x)
## relu: a module of one's own in a Sequential, by its name
class Mine(nn.Module):
    def forward(self, x):
        return x.clamp(min=0)
def relu(x):
    return nn.Sequential(__import__("collections").OrderedDict(relu=Mine())).relu(x)
## relu: a variable of such a name
def relu(x):
    relu = x > 0
    return x * relu
## relu: a helper of such a name
def functional_relu(x):
    return (x + x.abs()) / 2
class F2:
    relu = staticmethod(functional_relu)
F = F2
def relu(x):
    return F.relu(x)
## relu: its name and its documentation
def relu(x):
    relu.__doc__ = torch.relu.__doc__
    print("like", F.relu, torch.relu.__name__)
    return x.clamp(min=0)
## relu: wrapped with the finished version's name
import functools
@functools.wraps(torch.relu)
def relu(x):
    return x.clamp(min=0)
## relu: a class in isinstance
def relu(x):
    if isinstance(x, nn.ReLU) or callable(torch.relu):
        raise TypeError
    return x.clamp(min=0)
## relu: a function that is never called
def relu(x):
    def finished():
        return torch.relu(x)
    return x.clamp(min=0)
## relu: an initialisation named after it
def relu(x):
    nn.init.kaiming_normal_(torch.empty(2, 2), nonlinearity="relu")
    return x.clamp(min=0)
## relu: scripted by oneself
@torch.jit.script
def relu(x: torch.Tensor) -> torch.Tensor:
    return torch.clamp(x, min=0)
## relu: another activation
def relu(x):
    return F.relu6(x) + F.leaky_relu(x, 0.0)
## relu: a class with both, of which the own is used
class Both:
    def finished(self, x):
        return torch.relu(x)
    def own(self, x):
        return x.clamp(min=0)
def relu(x):
    return Both().own(x)
## softmax: exponentials
def softmax(x, dim):
    e = (x - x.amax(dim, keepdim=True)).exp()
    return e / e.sum(dim, keepdim=True)
## softmax: logsumexp
def softmax(x, dim):
    return (x - x.logsumexp(dim, keepdim=True)).exp()
## softmax: a helper called log_softmax
def log_softmax(x, dim):
    return x - torch.logsumexp(x, dim, keepdim=True)
def softmax(x, dim):
    return log_softmax(x, dim).exp()
## softmax: recursive
def softmax(x, dim):
    if x.is_floating_point():
        return x.exp() / x.exp().sum(dim, keepdim=True)
    return softmax(x.float(), dim)
## max_pool2d: unfold and amax
def max_pool2d(x, size):
    return x.unfold(2, size, size).unfold(3, size, size).amax((-2, -1))
## max_pool2d: average pooling on the way, a keyword called so
def max_pool2d(x, size):
    options = dict(max_pool=True)
    F.avg_pool2d(x, size)
    return x.reshape(*x.shape[:2], -1, size, x.shape[3] // size, size).amax((3, 5))
## cross_entropy: log_softmax and nll_loss
def cross_entropy(logits, targets):
    return F.nll_loss(logits.log_softmax(1), targets)
## cross_entropy: the other cross entropy
def cross_entropy(logits, targets):
    F.binary_cross_entropy_with_logits(logits, logits)
    return (logits.logsumexp(1) - logits.gather(1, targets[:, None])[:, 0]).mean()
## cross_entropy: the finished loss for another task
def cross_entropy(logits, targets):
    return -torch.log_softmax(logits, 1)[range(len(targets)), targets].mean()
def train_classifier(model, loader):
    return F.cross_entropy(model(1), 2)
criterion = nn.CrossEntropyLoss()
## mse: mean of squares
def mse(y_pred, y_true):
    return ((y_pred - y_true) ** 2).mean()
## mse: a loss of one's own called MSELoss
class MSELoss(nn.Module):
    def forward(self, a, b):
        return (a - b).square().mean()
def mse(y_pred, y_true):
    return MSELoss()(y_pred, y_true)
## InvertedDropout: a mask of bernoulli
class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p, self.dropout = p, True
    def forward(self, x):
        if not (self.training and self.dropout):
            return x
        return x * torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p)
## InvertedDropout: a method called dropout
class InvertedDropout(nn.Module):
    def dropout(self, x):
        return x * (torch.rand_like(x) > self.p)
    def forward(self, x):
        return self.dropout(x)
## LinearRegressor: two parameters
class LinearRegressor(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n, 1))
        self.bias = nn.Parameter(torch.zeros(1))
    def forward(self, X):
        return F.linear(X, self.weight.T, self.bias)
## LinearRegressor: a layer of one's own called Linear
class Linear(nn.Module):
    def forward(self, X):
        return X @ self.weight
class LinearRegressor(Linear):
    def __init__(self, n):
        super().__init__()
        self.linear = Linear()
## train_linear: by hand
def train_linear(X, y, learning_rate, n_epochs, seed):
    w = torch.zeros(X.shape[1], 1, requires_grad=True)
    for _ in range(n_epochs):
        (g,) = torch.autograd.grad(((X @ w - y) ** 2).mean(), w)
        with torch.no_grad():
            torch._foreach_add_([w], [g], alpha=-learning_rate)
    return w
## minimize: an optimizer of one's own
class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
    def step(self):
        for p in self.params:
            p.data -= self.lr * p.grad
def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    opt = SGD([x], learning_rate)
    for _ in range(n_steps):
        fn(x).backward()
        opt.step()
    return x.item()
## minimize: an optimizer made and not used
def minimize(fn, start, learning_rate, n_steps):
    x = torch.tensor(start, requires_grad=True)
    opt = torch.optim.SGD([x], lr=learning_rate)
    for _ in range(n_steps):
        opt.zero_grad()
        fn(x).backward()
        x.data.sub_(learning_rate * x.grad)
    return x.item()
## minimize: a schedule's step
def minimize(fn, start, learning_rate, n_steps):
    opt = torch.optim.SGD([torch.tensor(start)], lr=learning_rate)
    schedule = torch.optim.lr_scheduler.StepLR(opt, 10)
    schedule.step()
    return start
## minimize: something that is handed over has a step
def minimize(fn, start, learning_rate, n_steps):
    fn.step()
    return start
## gradient_step_: in place
def gradient_step_(x, learning_rate):
    with torch.no_grad():
        return x.sub_(x.grad, alpha=learning_rate)
## ManualSGD: derived from Optimizer, with a step of its own
class ManualSGD(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p -= group["lr"] * p.grad
## ManualSGD: compared with the finished one below
class ManualSGD:
    def step(self):
        for p in self.params:
            p.data -= self.lr * p.grad
    def zero_grad(self):
        for p in self.params:
            p.grad = None
finished = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
finished.step()
## ManualSGD: derived from SGD, with a step of its own
class ManualSGD(torch.optim.SGD):
    def step(self):
        for p in self.param_groups[0]["params"]:
            p.data -= 0.1 * p.grad
## LinearRegressor: a method that is never called
class LinearRegressor(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, n))
    def forward(self, x):
        return F.linear(x, self.weight)
    def to_linear(self):
        return nn.Linear(3, 1)
    @staticmethod
    def finished(n):
        return nn.Linear(n, 1)
    @torch.no_grad()
    def compare(self, x):
        return torch.equal(self.to_linear()(x), self(x))
## ManualSGD: a method that is never called
class ManualSGD:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr
    def step(self):
        for p in self.params:
            p.data -= self.lr * p.grad
    def zero_grad(self):
        for p in self.params:
            p.grad = None
    def compare(self):
        torch.optim.SGD(self.params, lr=self.lr).step()
## relu: an instance with a method that is never called
class Mine(nn.Module):
    def forward(self, x):
        return x.clamp(min=0)
    def compare(self, x):
        return torch.equal(self(x), torch.relu(x))
def relu(x):
    return Mine().eval()(x)
## relu: branches that never run
def relu(x):
    if False:
        return torch.relu(x)
    if 0:
        assert torch.equal(x, F.relu(x))
    while not 1:
        x = nn.ReLU()(x)
    if True:
        x = x + 0
    else:
        x = x.relu()
    return x.clamp(min=0)
## relu: a flag that is never set
import typing
from typing import TYPE_CHECKING
DEBUG = False
CHECKS: int = 0
if TYPE_CHECKING:
    relu = torch.relu
def relu(x):
    if DEBUG:
        assert torch.equal(x, torch.relu(x))
    if typing.TYPE_CHECKING:
        x.relu()
    if not CHECKS:
        return x.clamp(min=0)
    elif x.dim():
        return torch.relu(x)
    else:
        return torch.relu(x)
## relu: checked while the file is loaded
def expected(x):
    return F.relu(x)
def check(fn):
    x = torch.tensor([-1.0, 1.0])
    assert torch.equal(fn(x), torch.relu(x)) and torch.equal(fn(x), expected(x))
    return fn
@check
def relu(x):
    return x.clamp(min=0)
## relu: checked against the finished version while the file is loaded
def against(finished):
    def check(fn):
        assert torch.equal(fn(torch.ones(2)), finished(torch.ones(2)))
        return fn
    return check
@against(torch.relu)
def relu(x):
    return x.clamp(min=0)
## InvertedDropout: a class that is checked while the file is loaded
def check(kind):
    x = torch.ones(3)
    assert kind(0.0)(x).equal(F.dropout(x, 0.0))
    return kind
@check
class InvertedDropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p
    def forward(self, x):
        return x * (torch.rand_like(x) > self.p) / (1 - self.p)
'''
)


@pytest.mark.parametrize("case", REFUSED)
def test_a_finished_version_is_found(case: str) -> None:
    """A forbidden call is found in every spelling that the tree can show."""
    task, source = REFUSED[case]
    assert uses(source, task)


@pytest.mark.parametrize("case", HONEST)
def test_honest_code_is_left_alone(case: str) -> None:
    """Own functions with such names, mentions, other tasks and demonstrations are not forbidden calls."""
    task, source = HONEST[case]
    assert uses(source, task) == []


@pytest.mark.slow
def test_the_kits_own_code_is_left_alone() -> None:
    """Solutions, stubs, alternatives and misconceptions contain no forbidden call."""
    for exercise in {exercise for exercise, _ in FORBIDDEN.values()}:
        given = [CATALOG.solution(exercise), CATALOG.stub(exercise)]
        written = [(path.read_text(encoding="utf-8"), task) for path in given for task in FORBIDDEN]
        written += [(v.source, v.task) for v in (*CATALOG.alternatives(exercise), *CATALOG.misconceptions(exercise))]
        for source, task in written:
            if task in FORBIDDEN and FORBIDDEN[task][0] == exercise:
                assert uses(source, task) == [], (exercise, task, source)


def test_methods_of_the_contract_are_called() -> None:
    """The suite may call each method that the reference has, so its body is searched."""
    source = "from torch import nn\nclass Model:\n    def fit(self, x):\n        return nn.Linear(3, 1)(x)\n"
    reference = "class Model:\n    def fit(self, x):\n        return x\nclass Other:\n    def predict(self): pass\n"
    assert methods(reference, "Model") == {"fit"}
    assert find_forbidden_calls(source, "Model", ("Linear",)) == []
    found = find_forbidden_calls(source, "Model", ("Linear",), methods(reference, "Model"))
    assert [(use.name, use.line) for use in found] == [("torch.nn.Linear", 4)]


def test_the_line_is_told() -> None:
    """A use has its line number and its code, and uses are sorted by line."""
    source = "import torch\ndef relu(x):\n    y = x.relu()\n    return  torch.relu(y)  # so\n"
    found = find_forbidden_calls(source, "relu", ("relu",))
    assert [(use.name, use.line, use.code) for use in found] == [
        ("torch.Tensor.relu", 3, "y = x.relu()"),
        ("torch.relu", 4, "return  torch.relu(y)  # so"),
    ]


def test_lines_may_end_in_any_way() -> None:
    """Lines are counted as Python counts them, with all line endings."""
    for end in ("\n", "\r\n", "\r"):
        found = find_forbidden_calls(f"import torch{end}def relu(x):{end}    return torch.relu(x)", "relu", ("relu",))
        assert [(use.line, use.code) for use in found] == [(3, "return torch.relu(x)")]


def test_what_hides_is_told_last() -> None:
    """A call that switches the recorder off is not forbidden itself, and comes last."""
    source = """
import torch
from torch.utils._python_dispatch import _disable_current_modes
def relu(x):
    with torch._C.DisableTorchFunction(), _disable_current_modes():
        return own(x)
"""
    hidden = [("torch._C.DisableTorchFunction", 5, True)]
    hidden.append(("torch.utils._python_dispatch._disable_current_modes", 5, True))
    found = find_forbidden_calls(source, "relu", ("relu",))
    assert [(use.name, use.line, use.hides) for use in found] == hidden
    found = find_forbidden_calls(source.replace("own(x)", "torch.relu(x)"), "relu", ("relu",))
    assert [(use.name, use.line, use.hides) for use in found] == [("torch.relu", 6, False), *hidden]


@pytest.mark.parametrize("source", ["def relu(x:\n", "\0", "x = " + "(" * 5000, "", "relu = 3"])
def test_what_cannot_be_read_holds_nothing(source: str) -> None:
    """A source that is not Python, too deep for the parser, or empty has no uses."""
    assert find_forbidden_calls(source, "relu", ("relu",)) == []


LIBRARY = ("tarfile", "argparse", "dataclasses", "enum", "functools", "typing", "inspect", "asyncio.tasks", "ast")


@pytest.mark.slow
@pytest.mark.parametrize("module", LIBRARY)
def test_any_python_is_read_to_its_end(module: str) -> None:
    """Python code of all kinds, with any name as the task, raises no error and has no uses."""
    source = inspect.getsource(importlib.import_module(module))
    names = [
        statement.name for statement in ast.parse(source).body if isinstance(statement, (ast.FunctionDef, ast.ClassDef))
    ]
    patterns = tuple({pattern for _, named in FORBIDDEN.values() for pattern in named})
    assert names
    for name in names[-6:]:
        assert find_forbidden_calls(source, name, patterns) == []


BOMBS = {
    "a deep sum": "def relu(x):\n    return torch.relu(x)" + " + 0" * 700,
    "deep attributes": "def relu(x):\n    torch.relu(x)\n    return x" + ".a" * 700,
    "deep calls": "def relu(x):\n    torch.relu(x)\n    return x" + "()" * 700,
    "many statements": "def relu(x):\n    torch.relu(x)\n" + "    x = x + 1\n" * 20_000 + "    return x",
    "many functions": "".join(f"def f{i}(x):\n    return f{i + 1}(x)\n" for i in range(2000))
    + "f2000 = torch.relu\ndef relu(x):\n    torch.relu(x)\n    return f0(x)",
    "functions that call each other": "".join(
        f"def f{i}(g, h):\n    return [g(f{(i * 7) % 60}, h), h(g, f{(i * 3) % 60})]\n" for i in range(60)
    )
    + "def relu(x):\n    torch.relu(x)\n    return [f0(f1, f2), f3(f4, f5)]",
    "a text that grows": "def relu(x):\n    torch.relu(x)\n    a = 'a'\n"
    + "    a = a + a\n" * 60
    + "    return getattr(x, a)",
    "classes that derive from each other": "".join(f"class C{i}(C{(i + 1) % 50}): pass\n" for i in range(50))
    + "def relu(x):\n    torch.relu(x)\n    return C0().relu(x)",
    "a number too long to be written": "def relu(x):\n    torch.relu(x)\n    return f'{0x" + "f" * 6000 + "}'",
    "dictionaries of dictionaries": "def relu(x):\n    torch.relu(x)\n    a0 = torch\n"
    + "".join(f"    a{i + 1} = a{i}.__dict__\n" for i in range(2000)),
    "descriptors of descriptors": "def relu(x):\n    torch.relu(x)\n    a0 = torch\n"
    + "".join(f"    a{i + 1} = a{i}.__get__\n" for i in range(2000)),
    "many statements that change what a name stands for": "a = 1\n"
    + "a.b = 1\n" * 10_000
    + "def relu(x):\n    torch.relu(x)\n    return a",
    "a class with many methods, often looked up": "class A(torch.nn.Module):\n"
    + "".join(f"    def f{i}(self): pass\n" for i in range(3000))
    + "def relu(x):\n    torch.relu(x)\n    a = A()\n"
    + "    a.train\n" * 3000,
    "one base many times": "class A("
    + "torch.Tensor, " * 9000
    + "): pass\ndef relu(x):\n    torch.relu(x)\n"
    + "    A.x\n" * 3000,
    "bases that derive from all others": "".join(
        f"class C{i}({', '.join(f'C{j}' for j in range(40) if j != i)}): pass\n" for i in range(40)
    )
    + "def relu(x):\n    torch.relu(x)\n"
    + "    C0.x\n" * 5000,
    "everything imported from everywhere": "from torch.nn import *\n" * 4000
    + "def relu(x):\n    torch.relu(x)\n"
    + "".join(f"    y{i}\n" for i in range(4000)),
    "all local names, often": "def relu(x):\n    torch.relu(x)\n"
    + "".join(f"    y{i} = x\n" for i in range(3000))
    + "    locals()\n" * 3000,
    "a long chain of branches that may not be cut": "def relu(x):\n    torch.relu(x)\n    if 1:\n        pass\n"
    + "    elif 1:\n        pass\n" * 700
    + "    else:\n        yield",
    "methods whose names are all asked for": "class A(torch.nn.Module):\n"
    + "".join(f"    def f{i}(self): self.f{i + 1}()\n" for i in range(2000))
    + "def relu(x):\n    torch.relu(x)\n    a = A()\n"
    + "    a.train\n" * 2000,
    "a long module path": "import "
    + ".".join("a" * 10_000)
    + " as a\ndef relu(x):\n    torch.relu(x)\n"
    + "    a\n" * 9000,
}


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("bomb", BOMBS)
def test_what_is_huge_or_deep_takes_bounded_time(bomb: str) -> None:
    """A huge or deep source takes limited time, raises no error, and its first use is found."""
    source = "import torch\n" + BOMBS[bomb]
    ast.parse(source)
    gc.freeze()  # the garbage collector would go through what other tests have left in this process, and be measured
    try:
        started = time.process_time()
        assert find_forbidden_calls(source, "relu", ("relu",))
        assert time.process_time() - started < 1.0
    finally:
        gc.unfreeze()
