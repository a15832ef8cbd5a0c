"""A program: a few lines of set-up, one call of the submission, and what is observed."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from dataclasses import dataclass, field

from grader import wire

NAME = "program"  # of the function that runs it
RECORDING = "recording"  # the name of what says afterwards whether gradients are recorded
KEPT = "kept"  # the dict that a program fills with its values, before the call
_SHAPE = re.compile(r"(?<!\w)\((\d+(?:, \d+)*,?)\)")


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program that a domain has built.

    - `task` is the function or class that it uses.
    - `before` are the lines of set-up, and `after` the call and what follows it.
    - `given` are the names whose values are compared after the call, and `tensors` those of them that are tensors.
    - `observed` are the expressions that are compared; without any, the result of the call is.
    - `largest` is the largest absolute value among the arguments, which the tolerance depends on.
    - `no_grad` says that the call runs where nothing is recorded.
    - `choices` are the choices that give this program again.
    - `drawn` are the choices of structure: what was chosen, among how many options, and which one.
    """

    task: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    given: tuple[str, ...] = ()
    tensors: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    largest: float = 1.0
    no_grad: bool = False
    choices: tuple[int, ...] = ()
    drawn: tuple[tuple[str, int, int], ...] = field(default=(), compare=False, repr=False)

    def __hash__(self) -> int:
        return self._hash

    @functools.cached_property
    def _hash(self) -> int:
        return hash((self.before, self.after, self.choices))  # made once: programs are looked up often

    @functools.cached_property
    def text(self) -> str:
        """The program as a student reads it."""
        return "\n".join((*self.before, *self.after))

    @functools.cached_property
    def size(self) -> tuple[int, int, int, int, str]:
        """How large the program is: of two programs, the one with the smaller size is simpler.

        Of texts of one length, those with fewer sizes of 0 and 1 come first, because such sizes hide a mistake. Then
        lower digits come first.
        """
        zeros, ones = self.sizes.count(0), self.sizes.count(1)
        return self.text.count("\n"), len(self.text), zeros, 0 if zeros else ones, self.text

    @functools.cached_property
    def sizes(self) -> list[int]:
        """The numbers in tuples of whole numbers, which are shapes."""
        return [int(n) for shape in _SHAPE.findall(self.text) for n in shape.split(",") if n.strip()]

    @functools.cached_property
    def source(self) -> str:
        """The source of the function that runs the program in the sandbox.

        Its arguments are the module of the submission, and an empty dict. The dict holds the arguments of the call
        afterwards, even if the call raises, and under "" the versions of the tensors before the call. If it has no "",
        the set-up has failed.
        """
        observed = self.observed or ("result",)
        lines = [
            f"{self.task} = student.{self.task}",
            *self.before,
            *(f"{KEPT}[{name!r}] = {name}" for name in self.given),
            f"{KEPT}[''] = [{', '.join(f'{name}._version' for name in self.tensors)}]",
            *self.after,
            "return {" + ", ".join(f"{text!r}: ({text})" for text in observed) + "}",
        ]
        return f"def {NAME}(student, {KEPT}):\n" + textwrap.indent("\n".join(lines), "    ")


def parsed(lines: str) -> ast.Module:
    """Return the syntax tree of some lines of a program; an empty one if they are only a part of a statement.

    >>> len(parsed("x = 1").body), len(parsed("for n in x:").body)
    (1, 0)
    """
    try:
        return ast.parse(lines)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def own_name(observed: str, name: str) -> str:
    """Return the code of a value that is part of what is observed: of an element of `a, b`, its own code.

    >>> own_name("len(a), len(b)", "len(a), len(b)[1]"), own_name("a + b, c", "a + b, c[0].grad")
    ('len(b)', '(a + b).grad')
    """
    found = re.match(r"\[(\d+)\]", name.removeprefix(observed))
    written = _expression(observed)
    if not found or not isinstance(written, ast.Tuple | ast.List) or int(found[1]) >= len(written.elts):
        return name
    parts = written.elts[: int(found[1]) + 1]
    if any(isinstance(part, ast.Starred) for part in parts):
        return name
    rest, code = name.removeprefix(observed)[found.end() :], ast.unparse(parts[-1])
    simple = isinstance(parts[-1], ast.Name | ast.Call | ast.Attribute | ast.Subscript)
    return code + rest if simple or not rest else f"({code}){rest}"


def sides_of(observed: str) -> tuple[str, str] | None:
    """Return what an expression compares: both sides of `==`, or the arguments of `torch.equal` and its like.

    >>> sides_of("a == b[0]"), sides_of("torch.allclose(a, b)"), sides_of("a < b")
    (('a', 'b[0]'), ('a', 'b'), None)
    """
    written = _expression(observed)
    if isinstance(written, ast.Compare) and len(written.ops) == 1 and isinstance(written.ops[0], ast.Eq):
        return ast.unparse(written.left), ast.unparse(written.comparators[0])
    if isinstance(written, ast.Call) and ast.unparse(written.func) in ("torch.equal", "torch.allclose"):
        return ast.unparse(written.args[0]), ast.unparse(written.args[1])
    return None


def _expression(code: str) -> ast.expr | None:
    try:
        return ast.parse(code, mode="eval").body
    except SyntaxError:  # a generator, as the only argument of a call may be written
        return None


def kept(seen: wire.Observation) -> dict[str, wire.Fact]:
    """Return what was observed of a program's dict."""
    return named(seen.arguments[0] if seen.arguments else None)


def named(fact: wire.Fact) -> dict[str, wire.Fact]:
    """Return a dict that was observed as a dict of facts; values whose key is not a string are left out."""
    pairs = fact.items if isinstance(fact, wire.Pairs) else ()
    return {key: value for key, value in pairs if isinstance(key, str)}
