"""The candidate: loads one submission and answers calls with observations until the channel closes."""

from __future__ import annotations
import __future__

import ast
import builtins
import difflib
import linecache
import math
import opcode
import socket
import sys
import types
from collections.abc import Callable
from itertools import islice
from typing import Any

import msgspec
import torch

from grader import wire
from grader.candidate_process import building, loaders, script
from grader.candidate_process.facts import Describer, clean
from grader.candidate_process.limits import TimeLimitExceeded, time_limit
from grader.candidate_process.recorder import Recorder

_DEFINED = 200  # names listed in one reply
_RAISE = opcode.opmap["RAISE_VARARGS"]  # what `raise` and `assert` compile to
_LOOKED_AT = 1000  # names of one kind that may be like one that is not defined
_LONGEST, _NEAR, _ALIKE = 60, 2, 0.7  # letters of such a name, by how many it may differ, and how alike it must be
_REDUCTION = 5  # once the time for all statements is used up, the limit of each one is divided by this
# Tracebacks tell which of two statements on one line has failed only from Python 3.11 on.
_HAS_COLUMNS = hasattr(types.CodeType, "co_positions")


class _Source:
    """Gives a module's source to linecache (PEP 302), which splits it into lines only when they are needed."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, fullname: str) -> str:
        """Return the source for every module name."""
        return self._source


class Executor:
    """The modules loaded in this process: one submission, or several variants where the kit's own code runs."""

    def __init__(self, *, threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self._modules: dict[str, types.ModuleType] = {}
        self._called: dict[str, tuple[object, ...]] = {}  # the names that each module had while it ran
        self._files: set[str] = set()
        self._serving = False  # False when other code runs in this process too

    def serve(self, channel: socket.socket) -> None:
        """Answer requests, one at a time, until the other side closes the channel."""
        self.answer_all(lambda: wire.receive(channel), lambda reply: wire.send(channel, reply))

    def answer_all(self, receive: Callable[[], bytes | bytearray], send: Callable[[bytes], None]) -> None:
        """Send an answer to each request that `receive` returns, until it raises `wire.Closed`."""
        loaders.without_workers()
        self._serving = True
        while True:
            try:
                request = wire.decode_request(receive())
            except wire.Closed:
                return
            send(wire.encode(self._answer(request)))

    def _answer(self, request: wire.Request) -> wire.Reply:
        match request:
            case wire.Load():
                return self.load(request)
            case wire.Call():
                return self.call(request)
        calls = (msgspec.structs.replace(call, module=m) for call in request.calls for m in request.modules)
        each = (self.call(call) for call in calls)
        return wire.Observations(nonce=request.nonce, each=tuple(each))

    def load(self, request: wire.Load) -> wire.Loaded:
        """Run the source's top-level statements. Record the error of one that fails, and go on with those after it."""
        module = types.ModuleType(request.module)
        module.__file__ = request.filename
        if request.main:
            module.__name__ = "__main__"
        self._modules[request.module] = sys.modules[request.module] = module
        self._files.add(request.filename)
        if self._serving:
            script.settle(module, request.filename)
        module.__loader__ = _Source(request.source)  # type: ignore[assignment]
        linecache.cache.pop(request.filename, None)
        # for inspect.getsource (used by TorchScript) and tracebacks
        linecache.lazycache(request.filename, vars(module))
        given = dict(vars(module))
        errors: list[wire.Raised] = []
        with Recorder(trace=False, seed=0):
            self._run(request, module, errors)
        self._called[request.module] = (request.module, vars(module).get("__name__"), None)
        for name, value in given.items():  # a file may delete all its names, even `__name__`
            vars(module).setdefault(name, value)
        return wire.Loaded(
            nonce=request.nonce,
            errors=tuple(errors[:20]),
            withheld=loaders.asked_for(),
        )

    def _run(self, request: wire.Load, module: types.ModuleType, errors: list[wire.Raised]) -> None:
        """Run the whole source at once. After a statement that fails, run the rest one statement at a time."""
        failed: tuple[float, float] = (0, 0)  # line and column
        seconds = request.seconds
        try:
            code = compile(request.source, request.filename, "exec", dont_inherit=True) if _HAS_COLUMNS else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            code = None  # the statements that cannot be compiled are found below
        if code is not None:
            try:
                with time_limit(seconds, self._files):
                    exec(code, vars(module))
                return
            except BaseException as error:
                failed = _position(code, sys.exc_info()[2])
                errors.append(self._raised(error))
                if isinstance(error, TimeLimitExceeded):
                    seconds = request.seconds / _REDUCTION
        flags = 0
        for statement in self._statements(request, errors):
            flags |= _future_flags(statement)
            if _start(statement) <= failed:
                if failed[0] < math.inf:  # the last of these has failed
                    errors[0] = msgspec.structs.replace(errors[0], unbound=_binds(statement))
                continue
            tree = ast.Module(body=[statement], type_ignores=[])
            try:
                with time_limit(seconds, self._files):
                    exec(compile(tree, request.filename, "exec", flags, dont_inherit=True), vars(module))
            except BaseException as error:
                errors.append(msgspec.structs.replace(self._raised(error), unbound=_binds(statement)))
                if isinstance(error, TimeLimitExceeded):
                    seconds = request.seconds / _REDUCTION

    def _statements(self, request: wire.Load, errors: list[wire.Raised]) -> list[ast.stmt]:
        try:
            return ast.parse(request.source, request.filename).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            errors.append(self._raised(error))
            return []

    def _defined(self, module: str) -> tuple[str, ...]:
        """Return the names of the functions and classes that a module defines itself, under any of its names."""
        names = self._called[module]
        found = [
            name
            for name, value in list(vars(self._modules[module]).items())
            if issubclass(type(value), (types.FunctionType, type)) and getattr(value, "__module__", None) in names
        ]
        return tuple(clean(name, wire.MAX_NAME) for name in found[:_DEFINED])

    def call(self, request: wire.Call) -> wire.Observation:
        """Make one call and describe its result and everything else that it did."""
        module = self._modules[request.module]
        function = vars(module).get(request.name)
        if request.probe is not None:
            function = building.define(request.probe, request.name, request.compiled)
        elif not callable(function):
            return wire.Observation(nonce=request.nonce, outcome="missing", defined=self._defined(request.module))
        arguments = [building.build(argument) for argument in request.arguments]
        keywords = {name: building.build(value) for name, value in request.keywords.items()}
        upstream = None if request.backward is None else building.build(request.backward[0])
        describer = Describer()
        before = tuple(describer.describe(argument, values=False) for argument in arguments)
        keywords_before = {name: describer.describe(value, values=False) for name, value in keywords.items()}
        given = ([module] if request.probe is not None else []) + arguments
        result: Any = None
        raised = backward_raised = None
        backward = "not_asked"
        with Recorder(trace=request.trace, seed=request.seed) as recorder:
            try:
                result = function(*given, **keywords)
            except BaseException as error:
                raised = self._raised(error)
            recorder.look_at_graph(result)
            if raised is None and request.backward is not None:
                recorder.stop_tracing()
                backward, backward_raised = self._backward(result, upstream)
        return wire.Observation(
            nonce=request.nonce,
            outcome="returned" if raised is None else "raised",
            result=describer.describe(result),
            raised=raised,
            before=before,
            arguments=tuple(describer.describe(argument) for argument in arguments),
            keywords_before=keywords_before,
            keywords={name: describer.describe(value) for name, value in keywords.items()},
            backward=backward,  # type: ignore[arg-type]
            backward_raised=backward_raised,
            withheld=loaders.asked_for(),
            **recorder.facts(),
        )

    def _backward(self, result: Any, upstream: torch.Tensor | None) -> tuple[str, wire.Raised | None]:
        if type(result) is not torch.Tensor or not result.requires_grad:
            return "impossible", None
        try:
            result.backward(torch.ones_like(result) if upstream is None else upstream)
        except BaseException as error:
            return "raised", self._raised(error)
        return "ran", None

    def _raised(self, error: BaseException) -> wire.Raised:
        line = None
        own = False
        through: dict[str, None] = {}
        traceback = error.__traceback__
        closest = ""
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if own := code.co_filename in self._files:
                line, file = traceback.tb_lineno, code.co_filename
                through.clear()
            elif type(name := dict.get(traceback.tb_frame.f_globals, "__name__")) is str:
                through[clean(name, wire.MAX_NAME)] = None
            if traceback.tb_next is None:
                own = own and code.co_code[traceback.tb_lasti] == _RAISE
                closest = "" if own else _closest(error, traceback.tb_frame)
            traceback = traceback.tb_next
        if line is None and isinstance(error, SyntaxError) and error.filename in self._files:
            line, file = error.lineno, error.filename
        text = "" if line is None else linecache.getline(file, line).strip()
        kind = type(error)
        try:
            # Here `str` would add a line number of the combined source, not of the notebook's cell.
            own_syntax = type(error) is SyntaxError and error.filename in self._files and type(error.msg) is str
            message = error.msg if isinstance(error, SyntaxError) and own_syntax else str(error)
        except BaseException:
            message = ""
        return wire.Raised(
            type=clean(kind.__name__, wire.MAX_NAME),
            bases=tuple(clean(base.__name__, wire.MAX_NAME) for base in kind.__mro__[:20]),
            message=clean(message, wire.MAX_LINE),
            line=line,
            code=clean(text, 300),
            own=own,
            through=tuple(islice(through, _DEFINED)) if line is not None else (),
            closest=closest,
        )


def _closest(error: BaseException, frame: types.FrameType) -> str:
    """Return the name that is most like the one that is not defined there; "" if none is, or for another error."""
    name = error.name if type(error) is NameError else None
    if type(name) is not str or len(name) > _LONGEST:
        return ""
    code = frame.f_code
    spaces = (code.co_varnames, code.co_cellvars, code.co_freevars, dict.keys(frame.f_globals), vars(builtins))
    known = (one for space in spaces for one in islice(space, _LOOKED_AT) if type(one) is str)
    near = [one for one in known if abs(len(one) - len(name)) <= _NEAR and one.isidentifier()]
    return next(iter(difflib.get_close_matches(name, near, n=1, cutoff=_ALIKE)), "")


def _position(code: types.CodeType, traceback: types.TracebackType | None) -> tuple[float, float]:
    """Return the line and column that `code` had reached, or a position beyond its end if the traceback lacks it."""
    while traceback is not None and traceback.tb_frame.f_code is not code:
        traceback = traceback.tb_next
    if traceback is None:
        return math.inf, math.inf
    line, _, column, _ = next(islice(code.co_positions(), traceback.tb_lasti // 2, None))
    return line or traceback.tb_lineno, math.inf if column is None else column


def _start(statement: ast.stmt) -> tuple[int, int]:
    """Return the line and column where a statement begins, its decorators included."""
    first = [statement, *getattr(statement, "decorator_list", [])]
    return min((node.lineno, node.col_offset) for node in first)


def _binds(statement: ast.stmt) -> tuple[str, ...]:
    """Return the names that a statement binds, without those inside its functions and classes."""
    names: dict[str, None] = {}
    left: list[ast.AST] = [statement]
    while left and len(names) < _DEFINED:
        match left.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names[name] = None
            case ast.alias(name=name, asname=given):
                names[given or name.partition(".")[0]] = None
            case ast.Name(id=name, ctx=ast.Store()):
                names[name] = None
            case ast.Lambda():
                pass
            case node:
                left.extend(ast.iter_child_nodes(node))
    return tuple(clean(name, wire.MAX_NAME) for name in names)


def _future_flags(statement: ast.stmt) -> int:
    """Return the compiler flags of a `from __future__ import`. An unknown feature fails later, when it is compiled."""
    flags = 0
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        for alias in statement.names:
            flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
    return flags
