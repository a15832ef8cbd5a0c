"""Mutation operators for mistakes that are typical of PyTorch code.

An operator takes a node of Python's syntax tree and yields replacements: a node, or a list of statements in place of a
statement. These operators complete those of a general library (numbers, comparisons, arithmetic, …), which does not
know mistakes such as a missing `detach`, a mean instead of a sum, or an in-place operation.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeAlias

import torch

Replacement: TypeAlias = ast.AST | list[ast.stmt]
Operator: TypeAlias = Callable[[ast.AST], Iterator[Replacement]]

_MODULES = {
    "torch",
    "nn",
    "F",
    "np",
    "math",
    "random",
    "copy",
    "io",
    "optim",
    "linalg",
    "export",
    "jit",
    "utils",
    "super",
}

# Names that are easily confused; each one is replaced by the others of its group.
_CONFUSED = [
    {"mean", "sum"},
    {"min", "max"},
    {"amin", "amax"},
    {"argmin", "argmax"},
    {"zeros", "ones"},
    {"zeros_like", "ones_like"},
    {"rand", "randn"},
    {"train", "eval"},
    {"cat", "stack"},
    {"view", "reshape"},
    {"permute", "reshape"},
    {"exp", "log"},
    {"any", "all"},
    {"float32", "float64"},
    {"int64", "int32"},
    {"softmax", "log_softmax"},
    {"tensor", "as_tensor"},
    {"from_numpy", "tensor"},
    {"suggest_float", "suggest_int"},
    {"inf", "nan"},
]
_INPLACE = {ast.Add: "add_", ast.Sub: "sub_", ast.Mult: "mul_", ast.Div: "div_"}


def drop_statement(node: ast.AST) -> Iterator[Replacement]:
    """Leave out a statement that has an effect (`x.zero_()`, `x.grad = None`, `raise …`)."""
    writes = isinstance(node, ast.Assign) and not all(isinstance(target, ast.Name) for target in node.targets)
    if isinstance(node, ast.Expr | ast.AugAssign | ast.Raise | ast.Delete) or writes:
        yield ast.Pass()


def drop_condition(node: ast.AST) -> Iterator[Replacement]:
    """Do conditional code always, or never."""
    if isinstance(node, ast.If):
        yield node.body
        yield node.orelse or [ast.Pass()]
    if isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse


def drop_context(node: ast.AST) -> Iterator[Replacement]:
    """Leave out `with torch.no_grad():` and similar contexts, and code in `finally`."""
    if isinstance(node, ast.With):
        yield node.body
    if isinstance(node, ast.Try) and node.finalbody:
        yield [*node.body, *node.finalbody]  # as if no error could be raised
        yield node.body


def drop_call(node: ast.AST) -> Iterator[Replacement]:
    """Leave out a call: `x.detach()` is then `x`, and so is `copy.deepcopy(x)`."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def drop_keyword(node: ast.AST) -> Iterator[Replacement]:
    """Leave out a keyword argument (`keepdim=True`, `dim=1`, `device=x.device`, `generator=g`)."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield ast.Call(func=node.func, args=node.args, keywords=[k for k in node.keywords if k is not keyword])


def drop_layer(node: ast.AST) -> Iterator[Replacement]:
    """Leave out one of a `Sequential`'s layers."""
    if isinstance(node, ast.Call) and _name(node.func) == "Sequential" and len(node.args) > 1:
        for layer in node.args:
            yield ast.Call(func=node.func, args=[a for a in node.args if a is not layer], keywords=node.keywords)


def drop_operand(node: ast.AST) -> Iterator[Replacement]:
    """Leave out one side of an operation: the scaling, the bias, one half of a condition."""
    if isinstance(node, ast.BinOp):
        yield node.left
        yield node.right
    if isinstance(node, ast.BoolOp):
        yield from node.values


def drop_bound(node: ast.AST) -> Iterator[Replacement]:
    """Leave out a bound of a slice."""
    if isinstance(node, ast.Slice):
        if node.lower:
            yield ast.Slice(lower=None, upper=node.upper, step=node.step)
        if node.upper:
            yield ast.Slice(lower=node.lower, upper=None, step=node.step)


def drop_filter(node: ast.AST) -> Iterator[Replacement]:
    """Leave out the condition of a comprehension."""
    if isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(target=node.target, iter=node.iter, ifs=[], is_async=0)


def confuse_names(node: ast.AST) -> Iterator[Replacement]:
    """Replace a name by a similar one: sum by mean, `eval` by `train`, float32 by float64, `reshape` by `view`."""
    if isinstance(node, ast.Attribute):
        for group in _CONFUSED:
            for other in sorted(group - {node.attr}) if node.attr in group else ():
                yield ast.Attribute(value=node.value, attr=other, ctx=node.ctx)


def swap(node: ast.AST) -> Iterator[Replacement]:
    """Exchange two arguments, two results, or the sides of an operation that is not commutative."""
    if isinstance(node, ast.Call) and len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args):
        first, second, *others = node.args
        yield ast.Call(func=node.func, args=[second, first, *others], keywords=node.keywords)
    if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        first, second, *others = node.elts
        yield type(node)(elts=[second, first, *others], ctx=node.ctx)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.MatMult | ast.Pow):
        yield ast.BinOp(left=node.right, op=node.op, right=node.left)


def reindex(node: ast.AST) -> Iterator[Replacement]:
    """Change an index: a row for a column, fewer dimensions, a copy (`x[:, [i]]`) for a view (`x[:, i]`)."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return
    parts = node.slice.elts
    for index, part in enumerate(parts):
        rest = [*parts[:index], *parts[index + 1 :]]
        yield _subscript(node, rest[0] if len(rest) == 1 else ast.Tuple(elts=rest, ctx=ast.Load()))
        if not isinstance(part, ast.Slice | ast.Constant):
            listed = ast.List(elts=[part], ctx=ast.Load())
            yield _subscript(node, ast.Tuple(elts=[*parts[:index], listed, *parts[index + 1 :]], ctx=ast.Load()))


def bias(node: ast.AST) -> Iterator[Replacement]:
    """Divide a variance by N instead of N - 1."""
    if isinstance(node, ast.Call) and _name(node.func) in ("std", "var", "std_mean", "var_mean"):
        keywords = [k for k in node.keywords if k.arg not in ("correction", "unbiased")]
        zero = ast.keyword(arg="correction", value=ast.Constant(0))
        yield ast.Call(func=node.func, args=node.args, keywords=[*keywords, zero])


def write_in_place(node: ast.AST) -> Iterator[Replacement]:
    """Change a tensor in place instead of making a new one: `x - m` becomes `x.sub_(m)`, `x.clamp(…)` `x.clamp_(…)`."""
    if isinstance(node, ast.BinOp) and type(node.op) in _INPLACE and not isinstance(node.left, ast.Constant):
        method = ast.Attribute(value=node.left, attr=_INPLACE[type(node.op)], ctx=ast.Load())
        yield ast.Call(func=method, args=[node.right], keywords=[])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.func.attr.endswith("_"):
        other = f"{node.func.attr}_"
        if not _is_module(node.func.value) and hasattr(torch.Tensor, other):
            yield _call(node, ast.Attribute(value=node.func.value, attr=other, ctx=ast.Load()))
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.value, ast.BinOp):
        (target,) = node.targets
        if isinstance(target, ast.Name) and ast.unparse(node.value.left) == target.id:
            yield ast.AugAssign(target=target, op=node.value.op, value=node.value.right)


def write_elsewhere(node: ast.AST) -> Iterator[Replacement]:
    """Make a new tensor instead of changing one in place: `x -= g` becomes `x = x - g`, `x.zero_()` `x.zero()`."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        left = ast.Name(id=node.target.id, ctx=ast.Load())
        yield ast.Assign(targets=[node.target], value=ast.BinOp(left=left, op=node.op, right=node.value), lineno=0)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        other = node.func.attr.removesuffix("_")
        if other != node.func.attr and not other.endswith("_") and hasattr(torch.Tensor, other):
            yield _call(node, ast.Attribute(value=node.func.value, attr=other, ctx=ast.Load()))


def misspell(node: ast.AST) -> Iterator[Replacement]:
    """Change a string: a key, a parameter's name, an option."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield ast.Constant(f"{node.value}_")


OPERATORS: tuple[Operator, ...] = (
    drop_statement,
    drop_condition,
    drop_context,
    drop_call,
    drop_keyword,
    drop_layer,
    drop_operand,
    drop_bound,
    drop_filter,
    confuse_names,
    swap,
    reindex,
    bias,
    write_in_place,
    write_elsewhere,
    misspell,
)


def _name(function: ast.AST) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_module(value: ast.AST) -> bool:
    """Say whether `value` is a Python module: a function called on it has no receiver."""
    return _name(value.func if isinstance(value, ast.Call) else value) in _MODULES


def _call(node: ast.Call, function: ast.expr) -> ast.Call:
    return ast.Call(func=function, args=node.args, keywords=node.keywords)


def _subscript(node: ast.Subscript, index: ast.expr) -> ast.Subscript:
    return ast.Subscript(value=node.value, slice=index, ctx=node.ctx)
