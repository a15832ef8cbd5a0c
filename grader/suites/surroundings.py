"""Next steps for exceptions that are due to the sandbox: no network, no other files, no keyboard, few resources.

A rule looks at the exception's type, at the beginning of its message, and at the libraries in its traceback.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from grader import wire
from grader.sentences import Sentence, Template
from grader.sentences import learner_steps as steps


class _Rule(NamedTuple):
    """Advice for exceptions of the types `kinds`, or of derived types, whose message begins with the pattern `message`.

    If `through` has names, one of these libraries must be in the traceback. With `inside`, the student's file must be
    in it: a check raises the same exception when it finds no file that the student should have written.
    """

    kinds: tuple[str, ...]
    message: str
    advice: Template
    through: tuple[str, ...] = ()
    inside: bool = False


_FAILURES = ("OSError", "ImportError", "NotImplementedError", "AssertionError")
RULES = (
    _Rule(("InductorError", "BackendCompilerFailed", "CppCompileError", "InvalidCxxCompiler"), "", steps.NO_COMPILER),
    _Rule(("OSError",), "", steps.NO_COMPILER, ("torch._inductor", "triton")),
    _Rule(("OSError", "RuntimeError"), "", steps.NO_CPP, ("torch.utils.cpp_extension",)),
    _Rule(
        _FAILURES,
        "",
        steps.NO_PROCESSES,
        ("multiprocessing", "concurrent.futures.process", "subprocess", "pty", "torch.multiprocessing", "joblib"),
    ),
    _Rule(("BrokenProcessPool",), "", steps.NO_PROCESSES),
    _Rule(("RuntimeError", "ValueError"), "", steps.NO_PROCESSES, ("torch.distributed.distributed_c10d",)),
    _Rule(("RuntimeError",), r"unable to \w+ (the )?shared memory|DataLoader worker ", steps.NO_PROCESSES),
    _Rule(("URLError", "gaierror", "ConnectionError", "MaxRetryError"), "", steps.NO_NETWORK),
    _Rule(("OSError",), "", steps.NO_ASYNCIO, ("asyncio",)),
    _Rule(("OSError",), "", steps.NO_NETWORK, ("socket", "ssl", "http", "urllib", "urllib3", "requests", "ftplib")),
    _Rule(("SystemExit",), "", steps.NO_COMMAND_LINE, ("argparse",)),
    _Rule(("SystemExit",), "", steps.NO_EXIT),
    _Rule(("BdbQuit",), "", steps.NO_DEBUGGER),
    _Rule(("EOFError",), r"EOF when reading a line$", steps.NO_INPUT),
    _Rule(("EOFError",), "", steps.NO_PASSWORD, ("getpass",)),
    _Rule(("OSError",), r"\[Errno 25\] ", steps.NO_TERMINAL),
    _Rule(("KeyboardInterrupt",), "", steps.NO_INTERRUPT),
    _Rule(("FileNotFoundError",), "", steps.EMPTY_FOLDER, inside=True),
    _Rule(("OSError",), r"\[Errno (1|11|13|38)\] ", steps.NO_ACCESS),
    _Rule(("OSError",), r"\[Errno 30\] ", steps.READ_ONLY),
    _Rule(("OSError",), r"\[Errno (27|28)\] ", steps.DISK_FULL),
    _Rule(("OSError",), r"\[Errno 24\] ", steps.TOO_MANY_FILES),
    _Rule(("RuntimeError",), r"can't start new thread$", steps.FEW_THREADS),
    _Rule(("RuntimeError",), r"Error: cannot set number of interop threads", steps.THREADS_CHOSEN),
    _Rule(("TclError",), "", steps.NO_SCREEN),
    _Rule(("ImportError",), r"Cannot load backend '", steps.NO_SCREEN),
    _Rule(("AssertionError",), r"Torch not compiled with CUDA enabled$", steps.NO_GPU),
    _Rule(("RuntimeError",), r"(No CUDA GPUs are available|Found no NVIDIA driver|.*CUDA driver )", steps.NO_GPU),
    _Rule(("RuntimeError",), r"Cannot access accelerator device when none is available", steps.NO_GPU),
    _Rule(
        ("NotImplementedError",),
        r"Could not run '.*' with arguments from the '(CUDA|MPS|XPU|HPU)' backend",
        steps.NO_GPU,
    ),
    _Rule(("ModuleNotFoundError",), r"No module named '", steps.NO_SUCH_MODULE),
    _Rule(("MemoryError",), "", steps.TOO_MUCH_MEMORY),
)
_NAME = re.compile(r"name '(\w+)' is not defined")


def step_for(raised: wire.Raised, loading: Sequence[wire.Raised] = ()) -> Sentence | None:
    """Return the next step if the sandbox or one of the errors in `loading` caused this exception, else `None`."""
    for error in loading:
        name = _NAME.match(raised.message) if raised.type == "NameError" and not raised.own else None
        if name is not None and name[1] in error.unbound:
            sentence = steps.UNBOUND_MODULE if "ImportError" in error.bases else steps.UNBOUND
            return sentence(name=name[1], error=said(error))
    if raised.own and raised.type not in ("SystemExit", "KeyboardInterrupt"):
        return None
    return next((rule.advice() for rule in RULES if _fits(rule, raised)), None)


def said(raised: wire.Raised) -> str:
    """Return the exception as Python prints it, on one line and without its traceback."""
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
