"""Make a digest of what a submission's code does: of its syntax tree, not of its text.

Comments, docstrings, blank lines, quotes and the division into cells do not change the digest; another constant, name
or statement does. Where inputs depend on the content, the same code gets the same inputs when it is handed in again,
but code that contains an answer learnt from feedback gets other inputs.

This only works if code cannot read what its digest leaves out: a table in a comment would not change the digest. So the
digest covers the whole text if the code has any way to read its own text, its docstrings or its line numbers. The lists
below say which names are known to be harmless and which are not. If a harmless name is missing there, an honest student
only gets other numbers after changing a comment.
"""

from __future__ import annotations

import ast
import hashlib
import re
from typing import Any, Final

from grader.submissions.quiet import no_warnings

_LONGEST: Final = 2**17  # characters; no exercise has a quarter of that, and parsing takes time
_BEYOND_PYTHON: Final = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)
_SKIPPED: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores"})  # these add no information
_DOCUMENTED: Final = frozenset({ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef})
_LOOKED_AT: Final = _DOCUMENTED | {
    *(ast.Attribute, ast.Call, ast.Compare, ast.arg, ast.ExceptHandler, ast.Import, ast.ImportFrom),
    *(ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.MatchClass),
}
_KIT: Final = frozenset({"check", "hint", "status"})  # these calls to the kit do nothing during grading

# Modules that may be imported, and names with two underscores that may be used.
_MODULES: Final = frozenset(
    "__future__ collections collections.abc copy functools io itertools math numpy pathlib random sklearn.datasets "
    "sklearn.model_selection sklearn.preprocessing time torch torch.nn torch.nn.functional torch.nn.init "
    "torch.nn.utils torch.optim torch.optim.lr_scheduler torch.utils torch.utils.data typing".split()
)
_DUNDERS: Final = frozenset(
    "__abs__ __add__ __bool__ __call__ __contains__ __enter__ __eq__ __exit__ __getattr__ __getitem__ __hash__ "
    "__iadd__ __imul__ __init__ __iter__ __len__ __lt__ __mul__ __name__ __neg__ __next__ __post_init__ __radd__ "
    "__repr__ __rmul__ __rsub__ __setitem__ __str__ __sub__ __truediv__".split()
)
# Names that must not be used: builtins, and attributes or imports that lead to text, lines or other modules.
_BUILTINS: Final = frozenset(
    "breakpoint compile delattr dir eval exec getattr globals help locals memoryview open setattr vars".split()
)
_ATTRIBUTES: Final = frozenset(
    "ABCMeta DataParallel EnumMeta EnumType add_docstring add_newdoc attrgetter ast bdb bltns builtins cache "
    "cached_property checkpoint checkpoint_sequential code codeop compile compiler ctypes data_parallel deprecate dis "
    "dump dumps export faulthandler format_map futures fx gc get_type_hints getline getlines getmembers getsource "
    "graph graph_for hub importlib info inlined_graph inspect jit joblib lazycache library lineno linecache logging "
    "lookfor marshal metadata multiprocessing onnx operator os package parallel parallel_apply pdb pickle pickletools "
    "pkgutil profile profiler pydoc runpy safe_eval savez savez_compressed serialization source symtable sys testing "
    "tokenize traceback tracemalloc types update_wrapper vectorize warnings weakref wraps zipimport _C "
    "_current_frames _dynamo _getframe _os _sys".split()
)
# Harmless only with at most so many positional arguments. The memo of `deepcopy` shows what objects hold, with
# docstrings. The old format of `torch.save` stores the source of classes.
_PLAINLY_CALLED: Final = {"deepcopy": 1, "save": 2}
_INSIDE: Final = re.compile(r"(gi|cr|ag|tb|f|co)_|.*anomaly")  # attributes of frames, tracebacks and code
_LOOKS_INSIDE: Final = re.compile(r"\{[^}]*[.\[]")  # a format that takes attributes or items


def content_of(source: str) -> str:
    """Return the digest of the code in `source`, or of its text.

    The text counts if it is not valid Python, is very long, or may read itself. Never raises. The result depends on the
    version of Python only where syntax trees do.
    """
    if len(source) > _LONGEST:
        return text_digest(source)
    try:
        with no_warnings():
            walk = _Walk(ast.parse(source))
    except _BEYOND_PYTHON:
        return text_digest(source)
    return text_digest(source) if walk.sees_text else f"code {_sha256(walk.text)}"


def text_digest(source: str) -> str:
    """Return a digest of every character of `source`."""
    return f"text {_sha256(source)}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class _Field(str):
    """The name of a field, to distinguish it from a constant of the code."""


_END: Final = _Field("end")


class _Walk:
    """Reads a tree: `text` describes its code, and `sees_text` says whether the code may read its own text.

    It has its own stack instead of recursion, so that it can read a tree of any depth.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._said: list[str] = []
        self._suspect = False
        self._assigned: set[str] = set()
        self._imported: set[str] = set()
        self._classes: set[str] = set()
        self._bases: list[ast.expr] = []
        self._private: set[str] = set()  # attributes with one leading underscore that are used
        self._own: set[str] = set()  # attributes of that kind that the code defines itself
        self._asks_the_kit = False
        self._delicate = 0  # uses of names that must be used plainly
        self._plain = 0  # plain uses among them
        self._read(tree)

    @property
    def text(self) -> str:
        return "\x1f".join(self._said)

    @property
    def sees_text(self) -> bool:
        kit_is_the_kit = not (self._asks_the_kit and _KIT & (self._assigned | self._classes | self._imported))
        return (
            self._suspect
            or self._delicate != self._plain
            or not kit_is_the_kit
            or not self._private <= self._own
            or not all(map(self._is_plain, self._bases))
        )

    def _read(self, tree: ast.Module) -> None:
        say = self._said.append
        stack: list[Any] = [tree]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is _Field:
                say(node)
            elif kind is list:
                say(f"[{len(node)}")
                stack.extend(reversed(node))
            elif kind is ast.Name:
                self._look_at_name(node)
                say(f"Name {node.id}")
            elif kind is ast.Constant:
                say(_constant(node.value))
            elif isinstance(node, ast.AST):
                say(kind.__name__)
                if kind in _LOOKED_AT:
                    self._look_at(node)
                stack.append(_END)
                for name in reversed(kind._fields):
                    value = getattr(node, name, None)
                    # Newer versions of Python add fields; empty ones add no information.
                    if value is None or value == [] or name in _SKIPPED:
                        continue
                    if name == "body" and kind in _DOCUMENTED:
                        value = self._code(node, value)
                    stack += (value, _Field(name))
            else:
                say(_constant(node))

    def _code(self, node: ast.AST, body: list[ast.stmt]) -> list[ast.stmt]:
        """Return a body without its docstring; for a module, also without statements that do nothing during grading.

        In a module, every string that is a statement counts as a comment, because the division into cells decides which
        one is the docstring. A skipped magic is a `pass`.
        """
        if not isinstance(node, ast.Module):
            return body[1:] if body and _is_text(body[0]) else body
        asks = [_asks_the_kit(statement) for statement in body]
        self._asks_the_kit = any(asks)
        return [
            statement
            for statement, ours in zip(body, asks, strict=True)
            if not ours and not isinstance(statement, ast.Pass) and not _is_text(statement)
        ]

    def _look_at_name(self, node: ast.Name) -> None:
        if node.id in _BUILTINS or _is_hidden(node.id):
            self._suspect = True
        self._delicate += node.id == "type" or node.id in _PLAINLY_CALLED
        if not isinstance(node.ctx, ast.Load):
            self._assigned.add(node.id)

    def _look_at(self, node: ast.AST) -> None:
        """Note whether a node may let the code read its own text."""
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _PLAINLY_CALLED:
                starred = any(isinstance(argument, ast.Starred) for argument in node.args)
                self._plain += not (node.keywords or starred or len(node.args) > _PLAINLY_CALLED[name])
            case ast.Compare(left=left, comparators=others):
                self._plain += sum(map(_is_type_of, (left, *others)))
            case ast.Attribute(value=value, attr=name, ctx=ctx):
                self._plain += name == "__name__" and _is_type_of(value)
                self._delicate += name in _PLAINLY_CALLED
                self._suspect |= name in _ATTRIBUTES or _is_hidden(name) or bool(_INSIDE.match(name))
                self._suspect |= name == "format" and not _is_plain_format(value)
                if name.startswith("_") and name not in _DUNDERS:
                    (self._private if isinstance(ctx, ast.Load) else self._own).add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._suspect |= _is_hidden(name)
                self._assigned.add(name)
                self._own.add(name)
            case ast.ClassDef(name=name, bases=bases, keywords=keywords, decorator_list=decorators):
                self._suspect |= bool(keywords or decorators)
                self._classes.add(name)
                self._bases += bases
            case ast.arg(arg=name, annotation=ast.Subscript(value=ast.Name(id="type"))):
                self._plain += 1
                self._assigned.add(name)
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                self._assigned.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self._assigned.add(name)
            case ast.MatchClass(kwd_attrs=names):
                self._suspect |= any(n.startswith("_") or n in _ATTRIBUTES or _INSIDE.match(n) for n in names)
            case ast.Import(names=aliases):
                self._suspect |= any(alias.name not in _MODULES for alias in aliases)
                self._imported |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(module=module, names=aliases, level=level):
                self._suspect |= level != 0 or module not in _MODULES
                self._suspect |= any(a.name.startswith("_") or a.name in _ATTRIBUTES for a in aliases)
                self._suspect |= any(a.asname and a.name in _PLAINLY_CALLED for a in aliases)
                self._imported |= {alias.asname or alias.name for alias in aliases}

    def _is_plain(self, base: ast.expr) -> bool:
        """Say whether a base class is a plain name: other expressions may create a class with docstrings."""
        within = base.value if isinstance(base, ast.Subscript) else base
        while isinstance(within, ast.Attribute):
            within = within.value
        if not isinstance(within, ast.Name) or within.id == "type" or within.id in self._assigned:
            return False
        return within.id not in self._classes or not isinstance(base, ast.Attribute)


def _is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _is_type_of(value: ast.expr) -> bool:
    """Say whether this is `type(x)`: other uses of `type` can create classes that see every attribute that is set."""
    match value:
        case ast.Call(func=ast.Name(id="type"), args=[argument], keywords=[]):
            return not isinstance(argument, ast.Starred)
    return False


def _is_hidden(name: str) -> bool:
    return name.startswith("__") and name not in _DUNDERS


def _is_plain_format(value: ast.expr) -> bool:
    """Say whether this is a string whose `format` reads no attributes and no items of its arguments."""
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and not _LOOKS_INSIDE.search(value.value)


def _asks_the_kit(statement: ast.stmt) -> bool:
    """Say whether a statement only uses the kit: its import, or a call such as `check("minimize")`."""
    match statement:
        case ast.ImportFrom(module="grader", level=0, names=aliases):
            return all(alias.name in _KIT and alias.asname is None for alias in aliases)
        case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=arguments, keywords=[])):
            return name in _KIT and all(isinstance(argument, ast.Constant | ast.Name) for argument in arguments)
    return False


def _constant(value: object) -> str:
    """Return a distinct text for every constant or name; an integer may be too long for `repr`."""
    if isinstance(value, float):
        return f"float {value.hex()}"
    if isinstance(value, int):
        return f"{type(value).__name__} {value:x}"
    return f"{type(value).__name__} {value!r}"
