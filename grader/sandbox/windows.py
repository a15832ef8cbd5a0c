"""What only Windows can do: end processes together with the one that started them, and tell their processor time."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from typing import Any

_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_KILL_ON_JOB_CLOSE = 0x2000
_FLAGS_AT = 16  # bytes before `LimitFlags` in JOBOBJECT_EXTENDED_LIMIT_INFORMATION
_SIZE = 144  # bytes of that structure on 64 bits
_TICKS = 1e7  # of a FILETIME, in one second


def _kernel() -> Any:
    library: Any = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009 (Windows only)
    library.CreateJobObjectW.restype = ctypes.c_void_p
    return library


def _handle(process: subprocess.Popen[bytes]) -> ctypes.c_void_p:
    return ctypes.c_void_p(int(getattr(process, "_handle")))  # noqa: B009 (Windows only)


class Job:
    """A group of processes. The system kills them when this process ends, for whatever reason."""

    def __init__(self) -> None:
        """Make an empty group. Raises `OSError`."""
        kernel = _kernel()
        self._job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
        limits = ctypes.create_string_buffer(_SIZE)
        ctypes.c_uint32.from_buffer(limits, _FLAGS_AT).value = _KILL_ON_JOB_CLOSE
        if not self._job or not kernel.SetInformationJobObject(self._job, _EXTENDED_LIMITS, limits, _SIZE):
            raise _last_error()

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """Add a process to the group. Raises `OSError`."""
        if not _kernel().AssignProcessToJobObject(self._job, _handle(process)):
            raise _last_error()

    def close(self) -> None:
        """Kill the processes of the group."""
        _kernel().CloseHandle(self._job)


def _last_error() -> OSError:
    error: OSError = getattr(ctypes, "WinError")(getattr(ctypes, "get_last_error")())  # noqa: B009 (Windows only)
    return error


def processor_clock(process: subprocess.Popen[bytes]) -> Callable[[], float]:
    """Return the clock of a process's processor time, in seconds. It stands still after the process has ended."""
    kernel, handle = _kernel(), _handle(process)
    times = [ctypes.c_uint64() for _ in range(4)]  # when it started and ended; in the kernel, in its own code

    def read() -> float:
        if not kernel.GetProcessTimes(handle, *map(ctypes.byref, times)):
            return 0.0
        return (times[2].value + times[3].value) / _TICKS

    return read
