"""The base class of the kit's errors, and the "did you mean" for unknown names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from grader.sentences.learner_commands import DID_YOU_MEAN, NAMES_ARE, NONE_TO_CHOOSE, STATUS_LISTS
from grader.sentences.template import Sentence

_FEW = 8  # names that fit in one sentence


class KitError(Exception):
    """An error that people see. Its argument is a sentence of a catalog that says the cause and the solution.

    `str()` gives the English text. The commands show `sentence` in the reader's language.
    """

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def closest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name that is most similar to `name`, or `None` if none is similar.

    Upper and lower case do not matter. `cutoff` is the least similarity, from 0 to 1.
    """
    by_fold = {one.casefold(): one for one in sorted(known)}
    found = next(iter(get_close_matches(name.casefold(), by_fold, n=1, cutoff=cutoff)), None)
    return None if found is None else by_fold[found]


def did_you_mean(name: str, known: Iterable[str], where: Sentence | None = None) -> Sentence:
    """Return the solution for an unknown name: a name that is similar or contains it, or else all names.

    If they are many, that is `where` they stand; left out, that is `grader status`.
    """
    names = sorted(known)
    if not names:
        return NONE_TO_CHOOSE()
    within = [one for one in names if len(name) > 1 and name.casefold() in one.casefold()]
    found = closest(name, within, cutoff=0.0) or closest(name, names)
    if found is not None:
        return DID_YOU_MEAN(name=found)
    return NAMES_ARE(names=", ".join(names)) if len(names) <= _FEW else where or STATUS_LISTS()
