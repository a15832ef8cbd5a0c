"""What the lanes of a cluster need of Dask, and their error. Tests have a cluster without processes behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from grader.grading.settings import GradingError
from grader.sentences import Sentence, instructor_cluster, verbatim

_SHOWN: Final = 3  # differences between versions that a sentence names


class ClusterError(GradingError):
    """A cluster is not there, or cannot grade. What was graded is kept."""


class Seen(NamedTuple):
    """A worker as the scheduler knows it: how many tasks it runs at a time, and when it was last heard of.

    `beat` is only compared with itself: it changes with every sign of life.
    """

    threads: int
    beat: float


class Fault(NamedTuple):
    """A task without an answer. If it was `lost`, its worker died or the connection broke; else it raised an error."""

    lost: bool
    error: str = ""


class Link(Protocol):
    """What the lanes need of Dask. Each task is a ticket, bound to one worker."""

    def about(self) -> Mapping[str, str]:
        """Return this machine's versions, in the same form as a worker's."""

    def workers(self) -> Mapping[str, Seen]:
        """Return the workers by their addresses. Raises `ClusterError` if the scheduler is lost."""

    def send(self, address: str, task: str, data: bytes) -> int:
        """Give a worker a task with its message, and return the ticket.

        Raises `ClusterError` if the scheduler is lost.
        """

    def next(self, seconds: float) -> tuple[int, bytes | Fault] | None:
        """Return the next ticket that has ended, with its answer; `None` if none does within these seconds."""

    def cancel(self, tickets: Iterable[int]) -> None:
        """Forget these tickets. Tasks that run already are not stopped, but their answers are ignored."""

    def release(self, run: str, addresses: Sequence[str]) -> None:
        """Let these workers end what they keep for a run. Those that do not answer soon are not waited for."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait, in seconds.

    - `join`: until a cluster has a worker that can grade.
    - `silence`: for a sign of life of a worker.
    - `start`: until a worker is set up.
    - `submission`: until one submission is graded. Its own budget ends long before.
    - `answer`: until a worker that holds tasks has answered one of them.
    - `look`: between two looks at the cluster.
    """

    join: float = 60.0
    silence: float = 60.0
    start: float = 240.0
    submission: float = 300.0
    answer: float = 360.0
    look: float = 1.0


PATIENCE: Final = Patience()


def different(here: Mapping[str, str], there: Mapping[str, str]) -> Sentence | None:
    """Return the sentence on what differs between the versions here and on another machine; `None` if nothing does."""
    names = [name for name in {**here, **there} if here.get(name) != there.get(name)]
    if not names:
        return None
    shown = ", ".join(f"{name} {there.get(name, '–')} ({here.get(name, '–')})" for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return instructor_cluster.DIFFERENT(differences=verbatim(shown + (f" … +{more}" if more > 0 else "")))
