"""The exceptions of PyTorch, NumPy and Python that have a next step of their own: one table, by type and message.

>>> cause_of(raised)  # of torch.ones(3)[5]
Sentence("a dimension of size {size} has the indices 0 to {size} - 1. Where does {index} come from?", ...)
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from types import ModuleType
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from grader import wire
from grader.errors import closest
from grader.sentences import Sentence, Template
from grader.sentences import learner_python_errors as python
from grader.sentences import learner_torch_errors as steps


class ErrorKind(NamedTuple):
    """One row: exceptions of the type `type`, or of a derived one, with `message` found in their message.

    `message` is a regular expression without regard to case. Its named groups fill in the advice. If `through` is
    given, a library of that name must have raised it, below the student's line; "" means that no library did.
    """

    type: str
    message: str
    advice: Template
    through: str | None = None


_FUNCTION = r"\b(builtin_function_or_method|method|function)\b"
_NO_NAME = r"^(?!.*\bargument:? ').*"  # what follows is a type, not the name of an argument
_PAIRS = r"(?P<name>max|min|median|nanmedian|mode|sort|topk|kthvalue|cummax|cummin)"

# The first row that fits counts.
KINDS = tuple(
    ErrorKind(*row)
    for row in (
        # None, and what is used in place of its result
        ("TypeError", r"^default_collate: .* found <class '(?P<type>[\w.]+)'>", steps.NOT_FOR_BATCHES),
        ("TypeError", r"['\"]NoneType['\"]|not NoneType\b|NoneType (object|\.__format__)", python.SOMETHING_IS_NONE),
        ("TypeError", r"passed to NoneType\.", python.SOMETHING_IS_NONE),
        ("AttributeError", r"^'NoneType' object has no attribute", python.SOMETHING_IS_NONE),
        ("TypeError", rf"torch\.return_types\.{_PAIRS}\b", python.TWO_TENSORS),
        ("AttributeError", rf"^'torch\.return_types\.{_PAIRS}'", python.TWO_TENSORS),
        ("TypeError", rf"{_FUNCTION}' object is not subscriptable", steps.CALLED_WITH_BRACKETS),
        (
            "TypeError",
            rf"{_NO_NAME}'{_FUNCTION}'|not \"?{_FUNCTION}(\"\)|$)|passed to {_FUNCTION}\.",
            python.NOT_CALLED,
        ),
        ("AttributeError", rf"^'{_FUNCTION}' object has no attribute", python.NOT_CALLED),
        # Shapes
        ("RuntimeError", r"mat1 and mat2 .*\(\d+x(?P<columns>\d+) and (?P<rows>\d+)x", steps.MATMUL_SHAPES),
        ("ValueError", r"mismatch in its core dimension", steps.INNER_DIMENSIONS),
        ("RuntimeError", r"^inconsistent tensor size, expected tensor", steps.VECTOR_SIZES),
        ("RuntimeError", r"^size mismatch, got input .* vec \(", steps.MATRIX_VECTOR),
        ("RuntimeError", r"first two dimensions of batch2", steps.BATCHED_MATMUL),
        ("RuntimeError", r"must be a matrix|batch\d must be|^1D tensors expected", steps.ONLY_SO_MANY_DIMENSIONS),
        ("RuntimeError", r"matmul need to be at least 1D", steps.MATMUL_OF_NUMBER),
        ("RuntimeError", r"must match the size of tensor", steps.NO_BROADCAST),
        ("ValueError", r"could not be broadcast together|could not broadcast input array", steps.NO_BROADCAST),
        ("RuntimeError", r"doesn't match the broadcast shape", steps.GROWS_IN_PLACE),
        (
            "RuntimeError",
            r"must match the existing size.*Target sizes: (?P<place>\[.*?\]).*Tensor sizes: (?P<given>\[.*?\])",
            steps.DOES_NOT_EXPAND,
        ),
        ("RuntimeError", r"number of sizes provided .* number of dimensions", steps.MORE_DIMENSIONS_THAN_PLACE),
        (
            "RuntimeError",
            r"value tensor of shape (?P<given>\[.*?\]) cannot be broadcast to indexing .* (?P<place>\[.*?\])",
            steps.VALUES_FOR_INDEX,
        ),
        ("IndexError", r"^the shape of the mask|boolean index did not match", steps.MASK_SHAPE),
        ("RuntimeError", r"is invalid for input of size", steps.RESHAPE_SIZES),
        ("ValueError", r"^cannot reshape array of size", steps.RESHAPE_SIZES),
        ("RuntimeError", r"only one dimension can be inferred", steps.ONE_SIZE_LEFT_OPEN),
        ("ValueError", r"can only specify one unknown dimension", steps.ONE_SIZE_LEFT_OPEN),
        ("RuntimeError", r"view size is not compatible", steps.VIEW_NEEDS_ORDER),
        ("RuntimeError", r"^permute\(", steps.EVERY_DIMENSION_ONCE),
        ("RuntimeError", r"^t\(\) expects a tensor with <= 2", steps.TRANSPOSE_OF_MORE),
        ("IndexError", r"^dimension out of range|axis -?\d+ is out of bounds for array", steps.FEWER_DIMENSIONS),
        ("RuntimeError", r"^stack expects each tensor to be equal size", steps.SAMPLES_DIFFER, "torch.utils.data"),
        ("RuntimeError", r"each element in list of batch should be of equal size", steps.SAMPLES_DIFFER),
        ("RuntimeError", r"^stack expects each tensor to be equal size", steps.STACK_SHAPES),
        ("RuntimeError", r"sizes of tensors must match except in dimension", steps.CAT_SHAPES),
        ("RuntimeError", r"^tensors must have same number of dimensions", steps.CAT_DIMENSIONS),
        ("RuntimeError", r"zero-dimensional tensor .* cannot be concatenated", steps.CAT_NUMBERS),
        ("TypeError", r"'tensors' .*must be tuple of Tensors, not Tensor", steps.CAT_LIST),
        ("TypeError", r"^expected Tensor as element .* but got (?P<type>[\w.]+)", steps.NOT_ALL_TENSORS),
        ("Exception", r"expected a non-empty list of Tensors|a non-empty TensorList", steps.EMPTY_LIST_OF_TENSORS),
        ("ValueError", r"^all the input array|^all input arrays must have", steps.ARRAYS_JOINED),
        ("RuntimeError", r"^split_with_sizes expects", steps.SPLIT_SIZES),
        ("RuntimeError", r"^number of dimensions of repeat dims", steps.REPEAT_DIMENSIONS),
        ("RuntimeError", r"^index tensor must have the same number of dimensions", steps.INDEX_DIMENSIONS),
        ("RuntimeError", r"written-to tensor refers to a single memory location", steps.ONE_MEMORY),
        ("RuntimeError", r"^maximum size for tensor at dimension", steps.LARGER_THAN_TENSOR),
        ("RuntimeError", r"negative dimension|size must be non-negative", steps.NEGATIVE_SIZE),
        ("ValueError", r"^negative dimensions are not allowed", steps.NEGATIVE_SIZE),
        ("Exception", r"expected reduction dim to be specified for input\.numel\(\) == 0", steps.EMPTY_TENSOR),
        # Indices
        (
            "Exception",
            r"^index (?P<index>-?\d+) is out of bounds for \w+ \d+ with size (?P<size>\d+)",
            steps.OUT_OF_BOUNDS,
        ),
        ("IndexError", r"^index out of range in self", steps.ROW_NUMBER),
        ("IndexError", r"^pop from empty list", steps.POP_OF_EMPTY),
        ("IndexError", r"^(?P<type>list|tuple|string) (assignment )?index out of range", steps.LIST_INDEX),
        ("IndexError", r"^too many indices for", steps.TOO_MANY_INDICES),
        ("IndexError", r"^invalid index of a 0-dim tensor", steps.INDEX_OF_NUMBER),
        ("IndexError", r"^tensors used as indices must be", steps.INDEX_DTYPE),
        ("RuntimeError", r"^gather\(\): Expected dtype int", steps.INDEX_DTYPE),
        ("IndexError", r"^only integers, slices|arrays used as indices must be of integer", steps.INDEX_KIND),
        ("TypeError", r"^(?P<type>list|tuple) indices must be integers or slices, not tuple", steps.LIST_OF_LISTS),
        ("TypeError", r"^(?P<type>list|tuple) indices must be .*, not (?P<index>[\w.]+)", steps.LIST_INDEX_KIND),
        ("ValueError", r"^step must be greater than zero", steps.BACKWARDS),
        ("TypeError", r"^'(?P<type>tuple|str|torch\.Size)' object does not support item assign", steps.NO_ASSIGNMENT),
        ("TypeError", rf"{_NO_NAME}'generator'(?! object is not callable)", steps.GENERATOR),
        ("TypeError", r"^'DataLoader' object is not subscriptable", steps.LOADER_INDEX),
        ("TypeError", r"^'(?P<type>[\w.]+)' object is not subscriptable", steps.NO_ELEMENTS),
        ("KeyError", r"^'param_groups'$", steps.NOT_AN_OPTIMIZERS_STATE, "torch.optim"),
        ("KeyError", "", steps.NO_SUCH_KEY, ""),
        ("StopIteration", r"^$", steps.NOTHING_LEFT),
        ("ValueError", r"is not in list$|x not in (list|tuple)$|not in tuple$|^substring not found", steps.NOT_IN_LIST),
        ("TypeError", r"object is not an iterator$", steps.NOT_AN_ITERATOR),
        ("RuntimeError", r"^dictionary changed size during iteration", steps.DICT_CHANGED),
        # dtypes
        ("RuntimeError", r"same dtype|but got dtype", steps.DTYPES_DIFFER),
        (
            "RuntimeError",
            r"expected scalar type|expected target dtype|one of the following scalar types|of type LongTensor",
            steps.WRONG_DTYPE,
        ),
        ("RuntimeError", r"^found dtype (?P<found>\w+) but expected (?P<wanted>\w+)", steps.FOUND_DTYPE),
        ("RuntimeError", r"floating point type for target with class probabilities", steps.CLASS_PROBABILITIES),
        ("RuntimeError", r"^\"\w+\" not implemented for '(?P<dtype>\w+)'", steps.NOT_FOR_DTYPE),
        (
            "RuntimeError",
            r"^result type (?P<result>\w+) can't be cast to the desired output type (?P<wanted>\w+)",
            steps.RESULT_DTYPE,
        ),
        ("RuntimeError", r"only tensors of floating point", steps.INTEGER_GRAD),
        ("RuntimeError", r"input dtype must be either a floating point or complex", steps.INTEGER_MEAN),
        ("RuntimeError", r"^std and var only support floating point", steps.INTEGER_DEVIATION),
        ("RuntimeError", r"on a bool tensor is not supported|two bool tensors is not supported", steps.MINUS_OF_MASKS),
        ("RuntimeError", r"^where expected condition to be a boolean", steps.CONDITION_DTYPE),
        ("TypeError", r"^~ \(operator\.invert\)", steps.NOT_OF_NUMBERS),
        ("TypeError", r"'dtype' .*must be torch\.dtype, not", steps.DTYPE_WRITTEN),
        ("RuntimeError", r"could not infer dtype", steps.NOT_NUMBERS),
        ("ValueError", r"^too many dimensions 'str'", steps.NOT_NUMBERS),
        ("TypeError", r"^can't convert np\.ndarray of type", steps.NOT_NUMBERS),
        ("TypeError", r"^new\(\): invalid data type 'str'", steps.TEXT_IN_TENSOR),
        ("ValueError", r"^expected sequence of length|inhomogeneous", steps.UNEVEN_ROWS),
        ("TypeError", r"^expected np\.ndarray \(got (?P<type>[\w.]+)\)", steps.FROM_NUMPY),
        ("ValueError", r"stride in the given numpy array is negative|strides .* negative", steps.REVERSED_ARRAY),
        ("TypeError", r"^cannot cast ufunc", steps.ARRAY_DTYPE),
        ("TypeError", r"^cannot interpret '\d+' as a data type", steps.ARRAY_SHAPE),
        ("ValueError", r"^assignment destination is read-only", steps.READ_ONLY_ARRAY),
        # Devices
        ("RuntimeError", r"same device|is not on the expected device", steps.DEVICES_DIFFER),
        ("RuntimeError", r"^expected one of cpu, cuda|^invalid device string", steps.DEVICE_NAME),
        (
            "Exception",
            r"^(aten::)?(?P<operation>[\w:]+)[\w.]*: attempted to run this operator with Meta tensors",
            steps.NO_META_OPERATION,
        ),
        (
            "Exception",
            r"^the register_meta function for (?P<operation>[\w.]+)\(\) raises unimplemented",
            steps.NO_META_OPERATION,
        ),
        (
            "Exception",
            r"^could not run '(aten::)?(?P<operation>[\w:]+)[\w.]*' with arguments from the '\w*Meta' backend",
            steps.NO_META_OPERATION,
        ),
        ("RuntimeError", r"meta tensor", steps.NO_VALUES),
        ("TypeError", r"meta device type tensor", steps.NO_VALUES),
        # Autograd
        ("RuntimeError", r"a view of a leaf variable that requires grad is being used in an", steps.VIEW_OF_LEAF),
        ("RuntimeError", r"a leaf variable that requires grad is being used in an in-place", steps.LEAF_IN_PLACE),
        ("RuntimeError", r"modified by an inplace operation", steps.OVERWRITTEN),
        ("RuntimeError", r"backward through the graph a second time", steps.BACKWARD_TWICE),
        ("RuntimeError", r"does not require grad and does not have a grad_fn", steps.NOTHING_RECORDED),
        ("RuntimeError", r"grad can be implicitly created only for scalar outputs", steps.NOT_A_SCALAR),
        ("RuntimeError", r"^mismatch in shape: grad_output", steps.UPSTREAM_SHAPE),
        ("RuntimeError", r"appears to not have been used in the graph", steps.NOT_IN_GRAPH),
        ("RuntimeError", r"^one of the differentiated tensors does not require grad", steps.NOT_DIFFERENTIABLE),
        ("RuntimeError", r"^attempting to assign a gradient|^assigned grad", steps.ASSIGNED_GRAD),
        ("TypeError", r"^assigned grad", steps.ASSIGNED_GRAD),
        ("RuntimeError", r"can't call numpy\(\) on tensor that requires grad", steps.NUMPY_OF_GRAPH),
        ("RuntimeError", r"you can only change requires_grad flags of leaf", steps.NOT_A_LEAF),
        ("RuntimeError", r"support the deepcopy protocol", steps.COPY_OF_RESULT),
        ("RuntimeError", r"out=\.\.\. arguments don't support automatic differentiation", steps.OUT_RECORDED),
        ("RuntimeError", r"\binference tensors? (cannot|outside)", steps.INFERENCE_TENSOR),
        # Modules, optimizers, files
        ("AttributeError", r"before module\.__init__\(\) call", steps.NO_SUPER_INIT),
        (
            "AttributeError",
            r"has no attribute '_(parameters|buffers|modules|backward_hooks|forward_hooks|backward_pre_hooks)'",
            steps.NO_SUPER_INIT,
        ),
        (
            "NotImplementedError",
            r"^module \[(?P<type>ModuleList|ModuleDict)\] is missing the required \"forward\"",
            steps.MODULE_LIST_CALLED,
        ),
        ("NotImplementedError", r"is missing the required \"forward\"", steps.NO_FORWARD),
        ("TypeError", r"^cannot assign '.*' as (parameter|child module)", steps.PARAMETER_REPLACED),
        ("TypeError", r"^(list|tuple) is not a Module subclass", steps.LIST_OF_MODULES),
        ("TypeError", r"is not a Module subclass", steps.NOT_A_LAYER),
        ("RuntimeError", r"boolean value of tensor with more", steps.LOSS_CALLED_AT_ONCE, "torch.nn.modules.loss"),
        ("ValueError", r"optimizer got an empty parameter list", steps.NO_PARAMETERS),
        ("TypeError", r"argument given to the optimizer should be an iterable", steps.TENSOR_TO_OPTIMIZER),
        ("TypeError", r"^optimizer can only optimize Tensors", steps.LAYERS_TO_OPTIMIZER),
        ("ValueError", r"^can't optimize a non-leaf Tensor", steps.RESULT_TO_OPTIMIZER),
        (
            "RuntimeError",
            r"loading state_dict for [\w.]+:\s+missing key\(s\) in state_dict: (?P<keys>\"[^\"]+\")",
            steps.MISSING_KEYS,
        ),
        (
            "RuntimeError",
            r"loading state_dict for [\w.]+:\s+unexpected key\(s\) in state_dict: (?P<keys>\"[^\"]+\")",
            steps.UNEXPECTED_KEYS,
        ),
        (
            "RuntimeError",
            r"size mismatch for (?P<key>[\w.]+): .*shape torch\.Size\((?P<saved>\[.*?\])\) from checkpoint, "
            r".*torch\.Size\((?P<own>\[.*?\])\)",
            steps.OTHER_SIZES,
        ),
        ("TypeError", r"^expected state_dict to be dict-like", steps.STATE_IS_A_DICT),
        ("ValueError", r"^loaded state dict ", steps.OTHER_OPTIMIZER),
        ("UnpicklingError", r"^weights only load failed", steps.MORE_THAN_TENSORS),
        ("EOFError", "", steps.END_OF_FILE, "torch.serialization"),
        ("Exception", r"^can't pickle |^can't get local object", steps.NOT_PICKLED),
        # Losses and layers
        ("IndexError", r"^target (?P<target>-?\d+) is out of bounds", steps.TARGET_TOO_LARGE),
        ("RuntimeError", r"^0D or 1D target tensor expected", steps.TARGETS_1D),
        (
            "ValueError",
            r"expected input batch_size \((?P<rows>\d+)\) to match target batch_size \((?P<targets>\d+)\)",
            steps.ROWS_AND_TARGETS,
        ),
        ("ValueError", r"^target size .* must be the same as|^using a target size", steps.TARGET_SHAPE),
        ("RuntimeError", r"all elements of input should be between 0 and 1", steps.PROBABILITIES),
        ("RuntimeError", r"^class values must be", steps.ONE_HOT),
        ("ValueError", r"^expected more than 1 value per channel when training", steps.ONE_ROW),
        ("RuntimeError", r"^running_mean should contain (?P<given>\d+) elements not (?P<own>\d+)", steps.FEATURES),
        ("RuntimeError", r"to have (?P<own>\d+) channels, but got (?P<given>\d+) channels", steps.CHANNELS),
        ("RuntimeError", r"^expected \dD \(unbatched\)|^non-empty 3D or 4D", steps.IMAGE_DIMENSIONS),
        ("ValueError", r"^expected \dD (or \dD )?input", steps.IMAGE_DIMENSIONS),
        ("RuntimeError", r"kernel size can't be greater than|output size is too small", steps.WINDOW_TOO_LARGE),
        ("RuntimeError", r"^random_ expects 'from' to be less than 'to'", steps.DRAWN_BELOW),
        ("RuntimeError", r"expected p_in >= 0|^probability tensor contains", steps.FROM_0_TO_1),
        ("RuntimeError", r"inconsistent with step sign|^step must be nonzero", steps.STEP_OF_RANGE),
        ("ValueError", r"arg 3 must not be zero", steps.STEP_OF_RANGE),
        # Datasets and loaders
        ("AssertionError", r"^size mismatch between tensors", steps.ROWS_OF_DATASET),
        ("ValueError", r"^batch_size should be a positive integer", steps.BATCH_SIZE),
        ("ValueError", r"^num_samples should be a positive integer value, but got num_samples=0", steps.EMPTY_DATASET),
        ("ValueError", r"^sum of input lengths does not equal", steps.SPLIT_LENGTHS),
        ("NotImplementedError", r"should implement __getitem__", steps.NO_GETITEM),
        ("TypeError", r"object of type '\w+' has no len", steps.NO_LEN, "torch.utils.data"),
        # Arithmetic and comparisons
        ("TypeError", r"^can only concatenate str|\+: '(int|float)' and 'str'", python.TEXT_AND_OTHER),
        ("TypeError", r"^can only concatenate (?P<type>list|tuple)", python.LIST_AND_OTHER),
        ("TypeError", r"^unsupported operand .*'list'", python.LIST_ARITHMETIC),
        ("TypeError", r"^can't multiply sequence by non-int", python.SEQUENCE_TIMES),
        (
            "TypeError",
            r"^unsupported operand type\(s\) for (?P<operation>[^:]+): '(?P<left>[^']+)' and '(?P<right>[^']+)'",
            python.OPERANDS,
        ),
        ("TypeError", r"^bad operand type for (?P<operation>[^:]+): '(?P<type>[\w.]+)'", python.OPERAND),
        (
            "TypeError",
            r"^'(?P<operation>[^']+)' not supported between instances of '(?P<left>[^']+)' and '(?P<right>[^']+)'",
            python.NO_COMPARISON,
        ),
        ("ZeroDivisionError", "", python.ZERO_DIVISION),
        ("RuntimeError", r"^ZeroDivisionError$", python.ZERO_DIVISION),
        ("ValueError", r"^math domain error|^expected a (nonnegative|positive) input", python.NO_SUCH_ROOT),
        ("OverflowError", r"^math range error", python.TOO_LARGE_FLOAT),
        ("ValueError", r"arg is an empty sequence|iterable argument is empty", python.NOTHING_TO_COMPARE),
        # Values of another type
        ("ValueError", r"^invalid literal for int\(\)|^could not convert string to float", python.NOT_A_NUMBER),
        ("TypeError", r"^(int|float)\(\) argument must be .*not '(?P<type>[\w.]+)'", python.NOT_CONVERTED),
        (
            "Exception",
            r"only one element tensors can be|elements cannot be converted to Scalar|array of size 1 to a Python scalar"
            r"|only (0-dimensional|length-1|size-1) arrays can be",
            python.MANY_TO_ONE,
        ),
        ("TypeError", r"^'(?P<type>[\w.]+)' object cannot be interpreted as an integer", python.WHOLE_NUMBER),
        ("TypeError", r"^only integer tensors of a single element", python.WHOLE_TENSOR),
        ("RuntimeError", r"^boolean value of tensor with no values", python.NO_TRUTH),
        ("ValueError", r"^the truth value of an empty array", python.NO_TRUTH),
        ("RuntimeError", r"^boolean value of tensor with", python.SEVERAL_TRUTHS),
        ("ValueError", r"^the truth value of an array", python.SEVERAL_TRUTHS),
        ("TypeError", r"^unsupported format string passed to (?P<type>[\w.]+)\.__format__", python.FORMAT_OF_ONE),
        ("ValueError", r"^unknown format code '\w' for object of type 'str'", python.FORMAT_OF_TEXT),
        ("TypeError", r"expected str instance, (?P<type>[\w.]+) found", python.JOIN_TEXTS),
        ("TypeError", r"unhashable type: '(?P<type>(?!slice)[\w.]+)'", python.UNHASHABLE),
        ("TypeError", r"object is not iterable$", python.OPTIMIZER_OF_MODEL, "torch.optim"),
        ("TypeError", r"^'(?P<type>[\w.]+)' object is not iterable$", python.NOT_ITERABLE, ""),
        ("TypeError", r"of a 0-d tensor$|over a 0-d (tensor|array)$", python.NUMBER_WITHOUT_ELEMENTS),
        ("TypeError", r"^object of type '(?P<type>[\w.]+)' has no len", python.NO_LENGTH),
        ("ValueError", r"^too many values to unpack \(expected (?P<count>\d+)", python.TOO_MANY_VALUES),
        ("ValueError", r"^not enough values to unpack", python.TOO_FEW_VALUES),
        ("TypeError", r"^cannot unpack non-iterable (?P<type>[\w.]+) object", python.ONE_VALUE),
        ("TypeError", r"^isinstance\(\) arg 2 must be", python.NOT_A_TYPE),
        # Calls
        ("TypeError", r"^'torch\.(Size|dtype|device)' object is not callable", python.NO_FUNCTION),
        ("TypeError", r"^'module' object is not callable", python.MODULE_CALLED),
        ("TypeError", r"^'int' object is not callable", python.ARRAY_PASSED, "torch"),
        ("TypeError", r"^'(?P<type>[\w.]+)' object is not callable", python.NOT_CALLABLE, ""),
        ("TypeError", r"^'type' object does not support the (asynchronous )?context manager", python.WITH_WHAT),
        ("AttributeError", r"^__enter__$", python.WITH_WHAT),
        ("TypeError", r"^(?P<name>[\w.]+)\(\) takes .*positional arguments? but \d+ w", python.TOO_MANY_ARGUMENTS),
        ("TypeError", r"^(?P<name>[\w.]+)\(\) takes no arguments \(\d+ given\)", python.TOO_MANY_ARGUMENTS),
        ("TypeError", r"^(?P<name>[\w.]+)\(\) missing \d+ required", python.MISSING_ARGUMENT),
        (
            "TypeError",
            r"^(?P<name>[\w.]+)\(\) got an unexpected keyword argument '(?P<keyword>\w+)'",
            python.UNKNOWN_KEYWORD,
        ),
        ("TypeError", r"\(\) got multiple values for argument '(?P<keyword>\w+)'", python.TWICE_GIVEN),
        ("TypeError", r"^[\w.]+\(\) takes no arguments$", python.NO_INIT),
        ("TypeError", r"invalid combination of arguments - got \([^)]*\bgenerator=int\b", python.GENERATOR_NEEDED),
        (
            "TypeError",
            r"^(?P<name>\w+)\(\) received an invalid combination of arguments - got \((?P<given>[^)]*?)(, )?\)",
            python.OTHER_COMBINATION,
        ),
        ("TypeError", r"^(?P<name>\w+)\(\): .* must be Tensor, not (?P<type>list|tuple)$", python.LIST_FOR_TENSOR),
        ("TypeError", r"^(?P<name>\w+)\(\): .* must be Tensor, not (?P<type>[\w.]+)", python.TENSOR_NEEDED),
        ("TypeError", r"must be tuple of ints, ?(not|but got) (?P<type>[\w.]+)", python.SIZES_NEEDED),
        (
            "TypeError",
            r"argument '(?P<argument>\w+)' .*must be (?P<wanted>[\w.]+), not (?P<type>[\w.]+)",
            python.OTHER_ARGUMENT,
        ),
        ("RuntimeError", r"^super\(\): no arguments", python.SUPER_OUTSIDE),
        ("TypeError", r"^__init__\(\) should return None", python.INIT_RETURNS),
        # Names, imports, and programs that run on
        ("UnboundLocalError", "", python.VALUE_TOO_LATE),
        ("NameError", r"^name '(true|false|none|null|TRUE|FALSE|NULL)' is not defined", python.CAPITAL),
        ("NameError", r"^name 'self' is not defined", python.NO_SELF),
        ("NameError", r"^name '(?P<name>torch|nn|F|np|math|copy|random|optim)' is not", python.NOT_IMPORTED),
        (
            "NameError",
            r"^name '(?P<name>float(16|32|64)|bfloat16|u?int8|int(16|32|64)|long)' is not defined",
            python.DTYPE_OF_TORCH,
        ),
        ("NameError", "", python.MISSPELT),
        ("ImportError", r"^attempted relative import", python.NO_PACKAGE),
        ("ImportError", r"cannot import name", python.NOT_IN_MODULE),
        ("RuntimeError", r"generator raised stopiteration", python.STOPPED_A_GENERATOR),
        ("RecursionError", "", python.RECURSION),
        ("RuntimeError", r"can't allocate memory", python.TOO_LARGE),
    )
)

_ATTRIBUTE = re.compile(r"'(?P<type>[\w.]+)' object has no attribute '(?P<name>\w+)'")
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_OF_MODULE = re.compile(r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'")
_TYPES = {"Tensor": torch.Tensor, "numpy.ndarray": np.ndarray} | {
    kind.__name__: kind for kind in (list, tuple, dict, str, int, float, bool)
}
_MODULES: dict[str, ModuleType] = {
    module.__name__: module for module in (torch, nn, nn.functional, torch.optim, torch.utils.data, np, math)
}
_INSTEAD = {"astype": "to(dtype)", "copy": "clone()", "append": "torch.cat", "concatenate": "torch.cat"}
_LONGEST = 60  # characters that a message may add to its next step
_ALIKE = 0.75  # how similar a name must be for a suggestion


def cause_of(raised: wire.Raised) -> Sentence | None:
    """Return the cause of this exception and one step, if its kind is known, else `None`."""
    kind = kind_of(raised)
    undefined = _UNDEFINED.match(raised.message)
    if kind is not None and kind.advice is python.MISSPELT and undefined is not None and raised.closest:
        return python.MEANT(name=undefined[1][:_LONGEST], closest=raised.closest[:_LONGEST])
    if kind is not None:
        found = re.search(kind.message, raised.message, re.IGNORECASE | re.DOTALL)
        groups = {} if found is None else found.groupdict("")
        groups = {name: text[:_LONGEST] for name, text in groups.items() if name in kind.advice.names}
        return kind.advice(**groups)
    return _about_attribute(raised) if "AttributeError" in raised.bases else None


def kind_of(raised: wire.Raised) -> ErrorKind | None:
    """Return the first row of the table that fits this exception."""
    return next((kind for kind in KINDS if _fits(kind, raised)), None)


def _fits(kind: ErrorKind, raised: wire.Raised) -> bool:
    if kind.type not in raised.bases:
        return False
    if kind.through == "" and raised.through:
        return False
    if kind.through and not any(f"{name}.".startswith(f"{kind.through}.") for name in raised.through):
        return False
    return re.search(kind.message, raised.message, re.IGNORECASE | re.DOTALL) is not None


def _about_attribute(raised: wire.Raised) -> Sentence | None:
    """Return what to do where a module or an object of a known type has no such attribute."""
    if (found := _OF_MODULE.match(raised.message)) is not None:
        meant = _in_modules(found["module"], found["name"])
        return None if meant is None else python.MEANT(name=found["name"], closest=meant)
    if (found := _ATTRIBUTE.match(raised.message)) is None:
        return None
    kind, name = found["type"], found["name"]
    if kind in _TYPES:
        return _of_type(kind, name)
    if name == "backward":
        return python.NO_BACKWARD()
    if "torch.nn.modules.module" in raised.through:
        return steps.NO_SUCH_MEMBER(name=name)
    return python.NO_ATTRIBUTE(type=kind, name=name)


def _of_type(kind: str, name: str) -> Sentence:
    if kind == "Tensor" and name in _INSTEAD:
        return python.TENSOR_NOT_ARRAY(name=name, own=_INSTEAD[name])
    if kind != "Tensor" and hasattr(torch.Tensor, name):
        if kind == "numpy.ndarray":
            return python.ARRAY_NOT_TENSOR(name=name)
        return python.NOT_A_TENSOR(type=kind, name=name)
    meant = closest(name, _public(dir(_TYPES[kind])), cutoff=_ALIKE)
    return python.NO_ATTRIBUTE(type=kind, name=name) if meant is None else python.MEANT(name=name, closest=meant)


def _in_modules(module: str, name: str) -> str | None:
    """Return what was probably meant: the same name in other letters, the name in another module, or a similar one."""
    owner = _MODULES.get(module)
    if owner is None:
        return None
    names = _public(dir(owner))
    same = [other for other in names if other.casefold() == name.casefold()]
    elsewhere = [f"{other}.{name}" for other, there in _MODULES.items() if name in _public(dir(there))]
    if same or elsewhere:
        return f"{module}.{same[0]}" if same else elsewhere[0]
    alike = closest(name, names, cutoff=_ALIKE)
    return None if alike is None else f"{module}.{alike}"


def _public(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith("_")]
