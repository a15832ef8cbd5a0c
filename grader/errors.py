"""The base class of the kit's errors, and the "did you mean" for unknown names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from grader.sentences.learner_commands import DID_YOU_MEAN, NONE_TO_CHOOSE
from grader.sentences.template import Sentence


class KitError(Exception):
    """An error that people see. Its argument is a sentence of a catalog that says the cause and the solution.

    `str()` gives the English text. The commands show `sentence` in the reader's language.
    """

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def closest(name: str, known: Iterable[str], *, cutoff: float = 0.0) -> str | None:
    """Return the known name that is most similar to `name`, or `None`.

    `cutoff` is the least similarity, from 0 to 1.
    """
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=cutoff)), None)


def did_you_mean(name: str, known: Iterable[str]) -> Sentence:
    """Return the solution for an unknown name: the most similar known name."""
    found = closest(name, known)
    return NONE_TO_CHOOSE() if found is None else DID_YOU_MEAN(name=found)
