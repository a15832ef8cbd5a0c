"""Next steps for what fails because of where a submission runs: alone, in an empty folder, with nobody at the keyboard.

Each is found by the exception's type, by how its message is built, and by the libraries that it came through.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from grader import wire

_PROCESSES = (
    "your code runs alone: other processes, and what is shared with them, are not allowed here. Do it in this process "
    "(a DataLoader with `num_workers=0`)."
)
_COMPILER = (
    'compilers cannot run here. Remove `torch.compile`, or try it with `backend="eager"`, which compiles nothing.'
)
_NETWORK = "there is no network while grading. Use the arguments, and data that is on this machine."
_GPU = "there is no GPU here. Create tensors where the argument lives (`device=x.device`)."
_SCREEN = "there is no screen here. Remove the line that chooses a window for plots; a plot can still be saved."
_EXIT = "`exit()` and `sys.exit()` end the whole program. Use `return` to leave a function."
_MODULE = (
    "there is no such module here: this file is graded alone, with what the imports at the top of the stub offer. "
    "Write what you need into this file, or do without."
)


class _Rule(NamedTuple):
    """Advice on exceptions that are or derive from one of `kinds`, whose message begins as `message` says.

    If there are names in `through`, the exception also came through one of these libraries. With `inside` it was raised
    in the student's file: a check that finds no file which should have been written raises the same, and means
    something else.
    """

    kinds: tuple[str, ...]
    message: str
    advice: str
    through: tuple[str, ...] = ()
    inside: bool = False


_FAILURES = ("OSError", "ImportError", "NotImplementedError", "AssertionError")
RULES = (
    _Rule(("InductorError", "BackendCompilerFailed", "CppCompileError", "InvalidCxxCompiler"), "", _COMPILER),
    _Rule(("OSError",), "", _COMPILER, ("torch._inductor", "triton")),
    _Rule(
        ("OSError", "RuntimeError"),
        "",
        "compilers cannot run here, so nothing can be written in C++. Write it in Python.",
        ("torch.utils.cpp_extension",),
    ),
    _Rule(
        _FAILURES,
        "",
        _PROCESSES,
        ("multiprocessing", "concurrent.futures.process", "subprocess", "pty", "torch.multiprocessing", "joblib"),
    ),
    _Rule(("BrokenProcessPool",), "", _PROCESSES),
    _Rule(("RuntimeError", "ValueError"), "", _PROCESSES, ("torch.distributed.distributed_c10d",)),
    _Rule(("RuntimeError",), r"unable to \w+ (the )?shared memory|DataLoader worker ", _PROCESSES),
    _Rule(("URLError", "gaierror", "ConnectionError", "MaxRetryError"), "", _NETWORK),
    _Rule(
        ("OSError",),
        "",
        "`asyncio` opens connections inside of this computer, which is not allowed here. Call your functions directly.",
        ("asyncio",),
    ),
    _Rule(("OSError",), "", _NETWORK, ("socket", "ssl", "http", "urllib", "urllib3", "requests", "ftplib")),
    _Rule(
        ("SystemExit",),
        "",
        "there is nothing on the command line here. Give every argument of the parser a default, or do without it.",
        ("argparse",),
    ),
    _Rule(("SystemExit",), "", _EXIT),
    _Rule(
        ("BdbQuit",),
        "",
        "a debugger was called at or just before this line, and nobody can answer it here. Remove `breakpoint()` (or "
        "`set_trace()`).",
    ),
    _Rule(
        ("EOFError",),
        r"EOF when reading a line$",
        "nobody can type an answer to `input()` here. Take the value as an argument, or write it into the file.",
    ),
    _Rule(("EOFError",), "", "nobody can type a password here. Do without it.", ("getpass",)),
    _Rule(("OSError",), r"\[Errno 25\] ", "there is no terminal here. Remove the line that asks for one."),
    _Rule(("KeyboardInterrupt",), "", "nobody interrupts your code here. Remove what raises KeyboardInterrupt."),
    _Rule(
        ("FileNotFoundError",),
        "",
        "your code runs in an empty folder: other files and folders are not there. Use the arguments, or write the "
        "file here before you read it.",
        inside=True,
    ),
    _Rule(
        ("OSError",),
        r"\[Errno (1|11|13|38)\] ",
        "submissions run without network, other processes and other files. Do without them.",
    ),
    _Rule(("OSError",), r"\[Errno 30\] ", "only the folder that your code runs in can be written to. Write there."),
    _Rule(("OSError",), r"\[Errno (27|28)\] ", "only a few megabytes may be written here. Write less."),
    _Rule(("OSError",), r"\[Errno 24\] ", "too many files are open. Close each one, best with `with open(...)`."),
    _Rule(("RuntimeError",), r"can't start new thread$", "only a few threads may run here. Start fewer, or none."),
    _Rule(
        ("RuntimeError",),
        r"Error: cannot set number of interop threads",
        "the number of threads is chosen for you here. Remove the call that sets it.",
    ),
    _Rule(("TclError",), "", _SCREEN),
    _Rule(("ImportError",), r"Cannot load backend '", _SCREEN),
    _Rule(("AssertionError",), r"Torch not compiled with CUDA enabled$", _GPU),
    _Rule(("RuntimeError",), r"(No CUDA GPUs are available|Found no NVIDIA driver|.*CUDA driver )", _GPU),
    _Rule(("RuntimeError",), r"Cannot access accelerator device when none is available", _GPU),
    _Rule(("NotImplementedError",), r"Could not run '.*' with arguments from the '(CUDA|MPS|XPU|HPU)' backend", _GPU),
    _Rule(("ModuleNotFoundError",), r"No module named '", _MODULE),
    _Rule(
        ("MemoryError",),
        "",
        "this needs more memory than there is. Did two shapes broadcast into a huge one?",
    ),
)
UNBOUND = "`{name}` has no value because of an error while your file was being loaded: {error}. Fix that first."
UNBOUND_MODULE = (
    "`{name}` is not there because its import failed while your file was being loaded: {error}. This file is graded "
    "alone, with what the imports at the top of the stub offer: do without, or write what you need into this file."
)
_NAME = re.compile(r"name '(\w+)' is not defined")


def step_for(raised: wire.Raised, loading: Sequence[wire.Raised] = ()) -> str | None:
    """Return the next step if the surroundings, or an error while `loading`, caused this exception; else None."""
    for error in loading:
        name = _NAME.match(raised.message) if raised.type == "NameError" and not raised.own else None
        if name is not None and name[1] in error.unbound:
            sentence = UNBOUND_MODULE if "ImportError" in error.bases else UNBOUND
            return sentence.format(name=name[1], error=said(error))
    if raised.own and raised.type not in ("SystemExit", "KeyboardInterrupt"):
        return None
    return next((rule.advice for rule in RULES if _fits(rule, raised)), None)


def said(raised: wire.Raised) -> str:
    """Return the exception as Python would print it, in one line and without its traceback."""
    lines = raised.message.strip().splitlines()
    first = lines[0] if lines else ""
    return f"{raised.type}: {first[:300].rstrip('.')}" if first else raised.type


def _fits(rule: _Rule, raised: wire.Raised) -> bool:
    if not set(rule.kinds) & set(raised.bases) or re.match(rule.message, raised.message) is None:
        return False
    if rule.inside and raised.line is None:
        return False
    return not rule.through or any(
        name == library or name.startswith(f"{library}.") for name in raised.through for library in rule.through
    )
