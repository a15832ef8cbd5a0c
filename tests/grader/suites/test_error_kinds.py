"""Each kind of everyday error gets its cause and a step: errors that the installed PyTorch, NumPy and Python raise."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from in_process import InProcessCandidate
from numpy.lib import NumpyVersion

from grader import wire
from grader.sentences import Template, learner_python_errors, learner_steps, learner_torch_errors
from grader.suites import error_kinds, feedback

IMPORTS = """\
import copy, io, math
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split
x, y = torch.ones(2, 3), torch.ones(3)
w = torch.ones(3, requires_grad=True)
labels = torch.tensor([0, 1])
array = np.ones((2, 3))
model = nn.Linear(3, 1)
"""
CLASS = "class Net(nn.Module):\n    "
# What a beginner may write, below the name of the next step that it gets
ERRORS = {
    # None, and what is used in place of its result
    "SOMETHING_IS_NONE": [
        "x.grad.zero_()",
        "w - 0.1 * w.grad",
        "[].append(1)[0]",
        "a, b = None",
        "for i in None: pass",
        "None()",
        "model(None)",
        "len(None)",
        "float(None)",
        "f'{None:.2f}'",
        "'a' + None",
        "torch.zeros(None)",
    ],
    "TWO_TENSORS": ["x.max(dim=0) - 1", "x.min(dim=0).mean()", "x.max(dim=0) > 1", "torch.relu(x.sort(dim=0))"],
    "CALLED_WITH_BRACKETS": ["x.size[0]", "print['a']"],
    "NOT_CALLED": [
        "x.mean * 2",
        "torch.optim.SGD(model.parameters)",
        "model.forward.weight",
        "torch.relu(x.sum)",
        "'a' + model.forward",
    ],
    # Shapes
    "MATMUL_SHAPES": ["x @ x", "model(torch.ones(4, 2))"],
    "INNER_DIMENSIONS": ["array @ array"],
    "VECTOR_SIZES": ["y @ labels.float()"],
    "MATRIX_VECTOR": ["x @ labels.float()"],
    "BATCHED_MATMUL": ["torch.ones(5, 2, 3) @ torch.ones(5, 2, 3)", "torch.bmm(x[None], torch.ones(2, 3, 1))"],
    "ONLY_SO_MANY_DIMENSIONS": ["torch.dot(x, x)", "torch.mm(y, y)", "torch.bmm(x, x)"],
    "MATMUL_OF_NUMBER": ["torch.tensor(2.0) @ x"],
    "NO_BROADCAST": ["y + labels", "F.mse_loss(y, torch.ones(2))", "array + np.ones(2)", "array[:, 0] = np.ones(3)"],
    "GROWS_IN_PLACE": ["y += x", "torch.ones(1).add_(y)"],
    "DOES_NOT_EXPAND": ["x[:, 0] = torch.ones(3)", "y.expand(2, 4)"],
    "MORE_DIMENSIONS_THAN_PLACE": ["x.expand(3)", "y[0] = torch.ones(2)"],
    "VALUES_FOR_INDEX": ["y[y > 0] = torch.ones(2)"],
    "MASK_SHAPE": ["x[y > 0]"],
    "RESHAPE_SIZES": ["x.view(4)", "x.reshape(-1, 4)", "array.reshape(4)"],
    "ONE_SIZE_LEFT_OPEN": ["x.reshape(-1, -1)", "array.reshape(-1, -1)"],
    "VIEW_NEEDS_ORDER": ["x.T.view(6)"],
    "EVERY_DIMENSION_ONCE": ["x.permute(0)", "x.permute(0, 0)"],
    "TRANSPOSE_OF_MORE": ["x[None].t()"],
    "FEWER_DIMENSIONS": ["y.sum(dim=1)", "x.transpose(0, 2)", "array.sum(axis=2)"],
    "STACK_SHAPES": ["torch.stack([x, y])"],
    "CAT_SHAPES": ["torch.cat([x, torch.ones(2, 2)])"],
    "CAT_DIMENSIONS": ["torch.cat([x, y])"],
    "CAT_NUMBERS": ["torch.cat([y.sum(), y.mean()])"],
    "CAT_LIST": ["torch.cat(x, x)", "torch.stack(x)"],
    "NOT_ALL_TENSORS": ["torch.cat([y, 1.0])", "torch.stack([1, 2])"],
    "EMPTY_LIST_OF_TENSORS": ["torch.cat([])", "torch.stack([])"],
    "SPLIT_SIZES": ["y.split([1, 1])"],
    "REPEAT_DIMENSIONS": ["x.repeat(2)"],
    "INDEX_DIMENSIONS": ["x.gather(1, labels)"],
    "ONE_MEMORY": ["y.expand(2, 3).add_(1)"],
    "LARGER_THAN_TENSOR": ["y.unfold(0, 5, 1)"],
    "NEGATIVE_SIZE": ["torch.zeros(-1)", "torch.randperm(-1)", "np.ones(-1)"],
    "EMPTY_TENSOR": ["y[:0].max()"],
    "ARRAYS_JOINED": ["np.concatenate([array, np.ones(2)])", "np.stack([array, np.ones(2)])"],
    # Indices
    "OUT_OF_BOUNDS": ["y[5]", "y[torch.tensor([5])]", "array[2]", "y.gather(0, torch.tensor([5]))"],
    "ROW_NUMBER": ["F.embedding(torch.tensor([5]), x)"],
    "LIST_INDEX": ["[1, 2][2]", "(1, 2)[2]", "'ab'[2]"],
    "POP_OF_EMPTY": ["[].pop()"],
    "TOO_MANY_INDICES": ["y[0, 1]", "array[0, 1, 2]"],
    "INDEX_OF_NUMBER": ["y.sum()[0]"],
    "INDEX_DTYPE": ["y[torch.ones(1)]", "y.gather(0, torch.ones(1))"],
    "INDEX_KIND": ["y[1.0]", "y[len(y) / 3]", "array[1.0]"],
    "LIST_OF_LISTS": ["[[1, 2]][:, 0]"],
    "LIST_INDEX_KIND": ["[1, 2][1.0]", "[1, 2]['a']"],
    "BACKWARDS": ["y[::-1]"],
    "NO_ASSIGNMENT": ["(1, 2)[0] = 3", "y.shape[0] = 2", "'ab'[0] = 'c'"],
    "NO_ELEMENTS": ["5[0]", "model[0]"],
    "NO_SUCH_KEY": ["{}['a']", "model.state_dict()['wieght']"],
    "NOTHING_LEFT": ["next(iter([]))"],
    "NOT_IN_LIST": ["[1, 2].index(5)", "[1].remove(2)", "'a'.index('b')"],
    "GENERATOR": ["model.parameters()[0]", "len(model.parameters())", "model.parameters() + 1"],
    "LOADER_INDEX": ["DataLoader([1, 2])[0]"],
    "NOT_AN_ITERATOR": ["next(DataLoader([1, 2]))", "next([1])"],
    "DICT_CHANGED": ["d = {1: 2}\nfor k in d: d[k + 1] = 1"],
    # dtypes
    "DTYPES_DIFFER": ["x @ y.double()", "model(x.double())", "torch.arange(3) @ y", "torch.lerp(y, y.double(), 0.5)"],
    "WRONG_DTYPE": [
        "F.cross_entropy(x, labels.float())",
        "F.nll_loss(x, labels.int())",
        "nn.Embedding(3, 2)(y)",
        "F.one_hot(y)",
    ],
    "FOUND_DTYPE": ["F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1]))"],
    "CLASS_PROBABILITIES": ["F.cross_entropy(x, x.long())"],
    "NOT_FOR_DTYPE": ["torch.softmax(labels, dim=0)", "y & y", "F.cross_entropy(x.long(), labels)"],
    "RESULT_DTYPE": ["labels /= 2", "labels += 0.5", "torch.add(y, 1, out=labels)"],
    "INTEGER_GRAD": ["torch.tensor(1, requires_grad=True)", "labels.requires_grad_()", "nn.Parameter(labels)"],
    "INTEGER_MEAN": ["labels.mean()"],
    "INTEGER_DEVIATION": ["labels.std()"],
    "MINUS_OF_MASKS": ["-(y > 0)", "(y > 0) - (y > 0)"],
    "CONDITION_DTYPE": ["torch.where(y, 1.0, 2.0)"],
    "NOT_OF_NUMBERS": ["~y"],
    "DTYPE_WRITTEN": ["torch.ones(2, dtype='float32')", "torch.ones(2, dtype=np.float32)"],
    "NOT_NUMBERS": ["torch.tensor([None])", "torch.tensor(['a'])", "torch.tensor(np.array([1, 'a'], dtype=object))"],
    "TEXT_IN_TENSOR": ["torch.tensor('a')", "y['a']"],
    "UNEVEN_ROWS": ["torch.tensor([[1, 2], [3]])", "np.array([[1, 2], [3]])"],
    "FROM_NUMPY": ["torch.from_numpy([1.0])"],
    "REVERSED_ARRAY": ["torch.from_numpy(array[::-1])"],
    "ARRAY_DTYPE": ["a = np.arange(3)\na += 0.5"],
    "ARRAY_SHAPE": ["np.ones(2, 3)"],
    "READ_ONLY_ARRAY": ["a = np.broadcast_to(array, (2, 2, 3))\na[0] = 1"],
    # Devices
    "DEVICES_DIFFER": ["y + y.to('meta')"],
    "DEVICE_NAME": ["y.to('gpu')", "y.to('float32')"],
    "NO_META_OPERATION": ["y.to('meta').unique()", "y.to('meta').nonzero()", "torch.equal(y.to('meta'), y.to('meta'))"],
    "NO_VALUES": [
        "y.to('meta').sum().item()",
        "bool(y.to('meta').sum())",
        "y.to('meta').tolist()",
        "y.to('meta').numpy()",
    ],
    # Autograd
    "VIEW_OF_LEAF": ["w[0] = 1"],
    "LEAF_IN_PLACE": ["w -= 0.1", "w.add_(1)"],
    "OVERWRITTEN": ["z = w.exp()\nz += 1\nz.sum().backward()"],
    "BACKWARD_TWICE": ["z = (w ** 2).sum()\nz.backward()\nz.backward()"],
    "NOTHING_RECORDED": ["y.sum().backward()", "w.detach().sum().backward()"],
    "NOT_A_SCALAR": ["(w * 2).backward()", "torch.autograd.grad(w * 2, w)"],
    "UPSTREAM_SHAPE": ["(w * 2).backward(torch.ones(2))"],
    "NOT_IN_GRAPH": ["torch.autograd.grad((w * 2).sum(), torch.ones(3, requires_grad=True))"],
    "NOT_DIFFERENTIABLE": ["torch.autograd.grad((w * 2).sum(), y)"],
    "ASSIGNED_GRAD": ["w.grad = 0", "w.grad = torch.ones(2)"],
    "NUMPY_OF_GRAPH": ["w.numpy()", "np.sqrt(w)"],
    "NOT_A_LEAF": ["(w * 2).requires_grad = False"],
    "COPY_OF_RESULT": ["copy.deepcopy(w * 2)"],
    "OUT_RECORDED": ["torch.add(w, 1, out=torch.ones(3))"],
    "INFERENCE_TENSOR": ["with torch.inference_mode(): z = torch.ones(3)\n(w * z).sum().backward()"],
    # Modules, optimizers, files
    "NO_SUPER_INIT": [
        f"{CLASS}def __init__(self): self.layer = nn.Linear(1, 1)\nNet()",
        f"{CLASS}def __init__(self): self.n = 1\nNet()(x)",
        f"{CLASS}def __init__(self): self.n = 1\nlist(Net().parameters())",
        f"{CLASS}def __init__(self): self.register_buffer('b', y)\nNet()",
    ],
    "NO_FORWARD": [f"{CLASS}def foward(self, x): return x\nNet()(x)"],
    "MODULE_LIST_CALLED": ["nn.ModuleList([model])(x)"],
    "NO_SUCH_MEMBER": [f"{CLASS}def forward(self, x): return self.layer(x)\nNet()(x)", "nn.Sequential(model).weight"],
    "PARAMETER_REPLACED": ["model.weight = torch.ones(1, 3)"],
    "LIST_OF_MODULES": ["nn.Sequential([model])"],
    "NOT_A_LAYER": ["nn.Sequential(model, nn.ReLU)"],
    "LOSS_CALLED_AT_ONCE": ["nn.MSELoss(y, y)"],
    "NO_PARAMETERS": ["torch.optim.SGD([])"],
    "TENSOR_TO_OPTIMIZER": ["torch.optim.SGD(w)"],
    "LAYERS_TO_OPTIMIZER": ["torch.optim.SGD([model])"],
    "RESULT_TO_OPTIMIZER": ["torch.optim.SGD([w * 2])"],
    "OPTIMIZER_OF_MODEL": ["torch.optim.SGD(model)"],
    "MISSING_KEYS": ["model.load_state_dict({})"],
    "UNEXPECTED_KEYS": ["model.load_state_dict({**model.state_dict(), 'scale': y})"],
    "OTHER_SIZES": ["model.load_state_dict(nn.Linear(2, 1).state_dict())"],
    "STATE_IS_A_DICT": ["model.load_state_dict('model.pt')"],
    "NOT_AN_OPTIMIZERS_STATE": ["torch.optim.SGD([w]).load_state_dict({})"],
    "OTHER_OPTIMIZER": ["torch.optim.SGD([w]).load_state_dict(torch.optim.SGD(model.parameters()).state_dict())"],
    "MORE_THAN_TENSORS": ["f = io.BytesIO()\ntorch.save(model, f)\nf.seek(0)\ntorch.load(f)"],
    "END_OF_FILE": ["f = io.BytesIO()\ntorch.save(model.state_dict(), f)\ntorch.load(f)"],
    "NOT_PICKLED": ["torch.save(lambda: 0, io.BytesIO())"],
    # Losses and layers
    "TARGET_TOO_LARGE": ["F.cross_entropy(x, torch.tensor([1, 3]))"],
    "TARGETS_1D": ["F.cross_entropy(x, labels[:, None])"],
    "ROWS_AND_TARGETS": ["F.cross_entropy(x, torch.tensor([1, 2, 1]))"],
    "TARGET_SHAPE": ["F.binary_cross_entropy_with_logits(y, y[:, None])", "F.binary_cross_entropy(y, y[:, None])"],
    "PROBABILITIES": ["F.binary_cross_entropy(torch.tensor([1.5]), torch.tensor([1.0]))"],
    "ONE_HOT": ["F.one_hot(torch.tensor([-1]))", "F.one_hot(torch.tensor([5]), num_classes=3)"],
    "ONE_ROW": ["nn.BatchNorm1d(3)(y[None])"],
    "FEATURES": ["nn.BatchNorm1d(2)(x)"],
    "CHANNELS": ["nn.Conv2d(3, 1, 3)(torch.ones(1, 2, 4, 4))"],
    "IMAGE_DIMENSIONS": ["nn.Conv2d(1, 1, 3)(x)", "F.max_pool2d(x, 2)", "nn.BatchNorm1d(2)(torch.ones(2, 2, 2, 2))"],
    "WINDOW_TOO_LARGE": ["nn.Conv2d(1, 1, 3)(torch.ones(1, 1, 2, 2))", "F.max_pool2d(torch.ones(1, 4, 4), 5)"],
    "DRAWN_BELOW": ["torch.randint(0, 0, (2,))"],
    "FROM_0_TO_1": ["torch.bernoulli(torch.tensor([2.0]))", "torch.multinomial(torch.tensor([-1.0, 1.0]), 1)"],
    "STEP_OF_RANGE": ["torch.arange(0, 5, -1)", "torch.arange(0, 5, 0)", "range(0, 5, 0)"],
    # Datasets and loaders
    "SAMPLES_DIFFER": ["list(DataLoader([y, y[:2]], batch_size=2))", "list(DataLoader([[1], [2, 3]], batch_size=2))"],
    "NOT_FOR_BATCHES": ["list(DataLoader([None, None]))", "list(DataLoader([{1}, {2}]))"],
    "ROWS_OF_DATASET": ["TensorDataset(x, y)"],
    "BATCH_SIZE": ["DataLoader([1], batch_size=0)", "DataLoader([1], batch_size=len(y) / 3)"],
    "EMPTY_DATASET": ["DataLoader([], shuffle=True)"],
    "SPLIT_LENGTHS": ["random_split([1, 2, 3], [1, 1])"],
    "NO_GETITEM": ["class Data(Dataset):\n    def getitem(self, i): return 1\nData()[0]"],
    "NO_LEN": ["class Data(Dataset):\n    def __getitem__(self, i): return 1\nDataLoader(Data(), shuffle=True)"],
    # Arithmetic and comparisons
    "TEXT_AND_OTHER": ["'loss: ' + 1", "1 + 'a'", "'loss: ' + y"],
    "LIST_AND_OTHER": ["[1] + 2", "(1, 2) + y.tolist()"],
    "LIST_ARITHMETIC": ["[1] - [2]", "y + [1, 2, 3]", "[1, 2] / 2"],
    "SEQUENCE_TIMES": ["[1] * 0.5"],
    "OPERANDS": ["y + 'a'", "{} + {}", "'a' - 'b'"],
    "OPERAND": ["abs('a')", "-'a'"],
    "NO_COMPARISON": ["1 < 'a'", "y < 'a'"],
    "ZERO_DIVISION": ["1 / 0", "1 % 0", "sum([]) / len([])", "labels // 0"],
    "NO_SUCH_ROOT": ["math.sqrt(-1)", "math.log(0)"],
    "TOO_LARGE_FLOAT": ["math.exp(1000)"],
    "NOTHING_TO_COMPARE": ["max([])", "min([])"],
    # Values of another type
    "NOT_A_NUMBER": ["int('1.5')", "float('a')", "array[0] = 'a'"],
    "NOT_CONVERTED": ["float([1])", "int({})"],
    "MANY_TO_ONE": ["y.item()", "float(y)", "torch.tensor([y, y])", "float(array)", "array.item()"],
    "WHOLE_NUMBER": ["range(2.0)", "range(len(y) / 2)", "range('3')"],
    "WHOLE_TENSOR": ["range(y)", "range(y.sum())"],
    "SEVERAL_TRUTHS": ["if y > 0: pass", "y in [x]", "if array > 0: pass", "nn.ReLU(y)(y)"],
    "NO_TRUTH": ["bool(y[:0])", *(["if array[:0]: pass"] if NumpyVersion(np.__version__) >= "2.2.0" else [])],
    "FORMAT_OF_ONE": ["f'{y:.2f}'", "f'{[1]:.2f}'"],
    "FORMAT_OF_TEXT": ["f'{\"a\":.2f}'"],
    "JOIN_TEXTS": ["','.join([1, 2])"],
    "UNHASHABLE": ["{[1]: 2}", "{1, [2]}", "{}[array]"],
    "NOT_ITERABLE": ["for i in 5: pass", "sum(1.0)"],
    "NUMBER_WITHOUT_ELEMENTS": ["for i in y.sum(): pass", "len(y.sum())"],
    "NO_LENGTH": ["len(5)"],
    "TOO_MANY_VALUES": ["a, b = 1, 2, 3", "a, b = y"],
    "TOO_FEW_VALUES": ["a, b, c = 1, 2", "for a, b in DataLoader([1, 2]): pass"],
    "ONE_VALUE": ["a, b = 5"],
    "NOT_A_TYPE": ["isinstance(1, 'int')"],
    # Calls
    "NOT_CALLABLE": ["x(0)", "sum = 3\nsum([1])", "x.T()"],
    "NO_FUNCTION": ["x.shape()", "x.dtype()"],
    "MODULE_CALLED": ["math(1)"],
    "ARRAY_PASSED": ["F.mse_loss(y, array)", "TensorDataset(array)"],
    "WITH_WHAT": ["with torch.no_grad: pass"],
    "TOO_MANY_ARGUMENTS": [
        "def f(a): pass\nf(1, 2)",
        f"{CLASS}def forward(x): return x\nNet()(x)",
        "torch.tensor(1, 2)",
        "y.dim(1)",
        "[1].copy(2)",
    ],
    "MISSING_ARGUMENT": ["def f(a): pass\nf()", "nn.MSELoss()(y)", "nn.Linear(1)", "torch.tensor()", "x.transpose(0)"],
    "UNKNOWN_KEYWORD": ["def f(a): pass\nf(b=1)", "nn.Linear(3, 1, biases=False)"],
    "TWICE_GIVEN": ["def f(a): pass\nf(1, a=1)"],
    "NO_INIT": ["class A:\n    def _init_(self, n): pass\nA(1)"],
    "OTHER_COMBINATION": ["torch.randint(5)", "y.sum('a')", "torch.max(1, 2)", "x.view('a')"],
    "GENERATOR_NEEDED": ["torch.rand(2, generator=42)"],
    "TENSOR_NEEDED": ["torch.exp(1.0)", "model(array)"],
    "LIST_FOR_TENSOR": ["torch.relu([1.0])", "model([x, y])", "torch.sum((1, 2))"],
    "SIZES_NEEDED": ["torch.ones(2.0)", "torch.ones((2, 3.0))", "nn.Linear(1.0, 2)", "x.reshape(3.0)"],
    "OTHER_ARGUMENT": ["torch.ones(2, device=1.5)", "x.flatten('a')"],
    "SUPER_OUTSIDE": ["super().__init__()"],
    "INIT_RETURNS": ["class A:\n    def __init__(self): return 5\nA()"],
    # Attributes
    "MEANT": [
        "nn.linear(1, 1)",
        "torch.Linear(1, 1)",
        "F.mse_los(y, y)",
        "y.reshap(3)",
        "math.mean([1])",
        "[].apend(1)",
        "lables.sum()",
        "def f(features): return fetures\nf(x)",
        "pritn(1)",
    ],
    "NO_ATTRIBUTE": ["y.nothing", "{}.push(1)", "DataLoader([1]).size"],
    "NOT_A_TENSOR": [
        "[1.0].shape",
        "(1.0).backward()",
        "y.sum().item().detach()",
        "F.mse_loss(y, 1.0)",
        "nn.Parameter(3.0)",
    ],
    "ARRAY_NOT_TENSOR": ["array.unsqueeze(0)", "array.detach()"],
    "TENSOR_NOT_ARRAY": ["y.astype(float)", "y.copy()", "y.append(1)"],
    "NO_BACKWARD": ["nn.MSELoss().backward()", "torch.optim.SGD([w]).backward()"],
    # Names, imports, and programs that run on
    "VALUE_TOO_LATE": ["def f():\n    n += 1\n    return n\nf()", "def f():\n    if not 1: n = 1\n    return n\nf()"],
    "CAPITAL": ["true", "null"],
    "NO_SELF": ["self.layer"],
    "NOT_IMPORTED": ["optim.SGD([w])"],
    "DTYPE_OF_TORCH": ["torch.ones(2, dtype=float32)"],
    "MISSPELT": ["nothing_like_it", "del nothing_like_it"],
    "NOT_IN_MODULE": ["from torch import nothing"],
    "NO_PACKAGE": ["from . import helpers"],
    "STOPPED_A_GENERATOR": ["def f(): yield next(iter(()))\nlist(f())"],
    "RECURSION": ["def f(): return f()\nf()"],
    "TOO_LARGE": ["torch.empty(10**15)"],
}
CATALOG = {**vars(learner_torch_errors), **vars(learner_python_errors)}
TEMPLATES = {name: template for name, template in CATALOG.items() if isinstance(template, Template)}
TWO_LINES = 150  # characters, in a terminal of 80 columns


@pytest.fixture
def raised_by() -> Iterator[Callable[[str], wire.Raised]]:
    """Return the exception that a source ends in, recorded as in the sandbox, but here."""
    candidate = InProcessCandidate()

    def raised_by(source: str) -> wire.Raised:
        return candidate.load(module="submission", filename="submission.py", source=IMPORTS + source).errors[0]

    yield raised_by
    sys.modules.pop("submission", None)
    linecache.cache.pop("submission.py", None)


@pytest.mark.parametrize(("source", "name"), [(source, name) for name, those in ERRORS.items() for source in those])
def test_an_everyday_error_has_its_cause_and_a_step(
    raised_by: Callable[[str], wire.Raised], source: str, name: str
) -> None:
    """An error that PyTorch, NumPy or Python raises here gets the next step of its kind, with every gap filled in."""
    raised = raised_by(source)
    step = feedback.next_step_for(raised)
    assert step.template == TEMPLATES[name].text, f"{step}: {raised.type}: {raised.message} {raised.through}"
    assert all(step.parameters.values()), step


def test_every_kind_is_raised_for_real() -> None:
    """No next step stands in the catalogs that no error above leads to."""
    assert TEMPLATES.keys() == ERRORS.keys()


def test_a_next_step_fits_on_two_lines() -> None:
    """A cause and its step are short."""
    assert {name: len(one.text) for name, one in TEMPLATES.items() if len(one.text) > TWO_LINES} == {}


@pytest.mark.parametrize("source", ["5 .to_bytes(0, 'big')", "copy.nothing", "torch.linalg.inv(torch.zeros(2, 2))"])
def test_an_unknown_error_has_no_guessed_cause(raised_by: Callable[[str], wire.Raised], source: str) -> None:
    """An error that is of no known kind gets the step that fits every error."""
    raised = raised_by(source)
    assert error_kinds.cause_of(raised) is None
    assert feedback.next_step_for(raised) == learner_steps.OTHERWISE()


@pytest.mark.parametrize(
    "source", ["def f(a): pass\nf(function=1)", "def f(generator): pass\nf()", "def f(a): pass\nf(1, Tensor=2)"]
)
def test_the_name_of_a_parameter_is_no_type(raised_by: Callable[[str], wire.Raised], source: str) -> None:
    """A parameter that is called like a type leads to the step for a wrong call."""
    templates = (learner_python_errors.UNKNOWN_KEYWORD.text, learner_python_errors.MISSING_ARGUMENT.text)
    assert feedback.next_step_for(raised_by(source)).template in templates


def test_a_forged_message_adds_little_to_a_next_step(raised: Callable[..., wire.Raised]) -> None:
    """However long a message is, its next step stays short."""
    long = f"unsupported operand type(s) for {'*' * 300}: '{'T' * 300}' and '{'U' * 300}'"
    assert len(str(feedback.next_step_for(raised(TypeError(long))))) < 2 * TWO_LINES
