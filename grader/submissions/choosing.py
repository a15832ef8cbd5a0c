"""Chooses which of several files of one student for one exercise counts: a script, a notebook, copies, older versions.

The file that was worked on counts, and of two with the same code the first. Of files that differ the newest counts,
where the times can be trusted. Otherwise it is in doubt: all are graded, and a teacher decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Generic, Literal, TypeVar

import msgspec

from grader.sentences import Sentence, Template, joined, learner, learner_files
from grader.submissions.looking import Look

# Files that were handed in together, or copied by a program, differ by seconds; what a person saves later, by more.
_CLEARLY_LATER: Final = 60.0
# A student who hands in more takes no more of the grader's time.
_MOST_LOOKED_AT: Final = 10
_MOST_COUNTED: Final = 4
_MOST_NAMED: Final = 10  # in a note
Cause = Literal["untouched", "same", "older", "unreadable", "too many"]
File = TypeVar("File")
_SAID: Final[dict[Cause, Template]] = {
    "untouched": learner_files.WORKED_ON,
    "same": learner_files.SAME_WORK,
    "older": learner_files.NEWEST,
    "unreadable": learner_files.READABLE,
    "too many": learner_files.TOO_MANY_FILES,
}


class Version(msgspec.Struct, Generic[File], frozen=True, kw_only=True):
    """One file: what it is, and when it was saved or handed in, in seconds since 1970; `None` if that is not known."""

    file: File
    look: Look
    time: float | None = None


class Choice(msgspec.Struct, Generic[File], frozen=True, kw_only=True):
    """The versions that count, and why the others do not. If several count, it is in doubt which one should."""

    counted: tuple[Version[File], ...]
    passed_over: tuple[tuple[Version[File], Cause], ...]

    @property
    def in_doubt(self) -> bool:
        """Whether a teacher should decide."""
        return len(self.counted) > 1


def choose_among(
    files: Sequence[File], look: Callable[[File], Version[File]], given: Mapping[str, str]
) -> Choice[File]:
    """Return which files count, after a look at the first ones. There is at least one."""
    choice = choose([look(file) for file in files[:_MOST_LOOKED_AT]], given)
    rest: list[tuple[Version[File], Cause]] = [
        (Version(file=f, look=Look()), "too many") for f in files[_MOST_LOOKED_AT:]
    ]
    return Choice(counted=choice.counted, passed_over=(*choice.passed_over, *rest))


def choose(versions: Sequence[Version[File]], given: Mapping[str, str]) -> Choice[File]:
    """Return which versions count. There is at least one.

    `given` are the definitions of the tasks in what students were given, as `Look.defined` has them.
    """
    left: list[tuple[Version[File], Cause]] = []
    counted = list(versions)

    def pass_over(which: Sequence[Version[File]], cause: Cause) -> None:
        for version in which:
            counted.remove(version)
            left.append((version, cause))

    readable = [version for version in counted if version.look.problem is None]
    worked_on = [version for version in readable if version.look.worked_on(given)]
    if worked_on:
        pass_over([version for version in counted if version.look.problem is not None], "unreadable")
    if worked_on or len(readable) < len(versions):
        pass_over([version for version in readable if version not in worked_on], "untouched")
    else:
        pass_over(readable[1:], "untouched")
    first: dict[str, Version[File]] = {}
    for version in counted:
        first.setdefault(version.look.content or str(id(version)), version)
    pass_over([version for version in counted if all(version is not one for one in first.values())], "same")
    times = sorted(version.time for version in counted if version.time is not None)
    if len(times) == len(counted) > 1 and times[-1] - times[-2] > _CLEARLY_LATER:
        pass_over([version for version in counted if version.time != times[-1]], "older")
    pass_over(counted[_MOST_COUNTED:], "too many")
    return Choice(counted=tuple(counted), passed_over=tuple(left))


def notes_on(choice: Choice[File], name_of: Callable[[File], str]) -> tuple[Sentence, ...]:
    """Return what the student reads about the files that do not count. `name_of` returns the name of a file."""
    counted = joined(learner.BOTH, [name_of(version.file) for version in choice.counted])
    others: dict[Cause, list[str]] = {}
    for version, cause in choice.passed_over:
        others.setdefault(cause, []).append(name_of(version.file))
    return tuple(_SAID[cause](name=counted, others=_listed(names)) for cause, names in others.items())


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:_MOST_NAMED], *(["…"] if len(names) > _MOST_NAMED else [])])
