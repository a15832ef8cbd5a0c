"""The base class of the kit's errors, and the one "did you mean" for a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from grader.sentences.learner_commands import DID_YOU_MEAN, NONE_TO_CHOOSE
from grader.sentences.template import Sentence


class KitError(Exception):
    """An error that people see. Its argument is a sentence of a catalog, which says the cause and the cure.

    `str()` gives the English text. The commands show `sentence` in the reader's language.
    """

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def closest(name: str, known: Iterable[str], *, cutoff: float = 0.0) -> str | None:
    """Return the known name that is most like `name`.

    `cutoff` is how alike they must be, from 0 to 1. The result is None if no known name is.
    """
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=cutoff)), None)


def did_you_mean(name: str, known: Iterable[str]) -> Sentence:
    """Return the cure for a name that is not known: the known name that is most like it."""
    found = closest(name, known)
    return NONE_TO_CHOOSE() if found is None else DID_YOU_MEAN(name=found)
