"""The library that finds common fragments in programs, behind an interface of the kit's own.

It is copydetect: k-grams of the tokens, in which names do not count (the winnowing algorithm). Every k-gram is kept
here, and none is chosen by its hash, because Python's hashes of texts differ from run to run. What all have in common
is taken out here, too: copydetect's own way expects that no fragment occurs twice.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import Any, Final, NamedTuple, Protocol

from grader.sentences import instructor_similarity
from grader.similarity.records import Lines, SimilarityError

_LENGTH: Final = 25  # of a fragment, in characters; shorter ones are in every program

_LONGEST: Final = 200_000  # characters of a program


class Overlap(NamedTuple):
    """What two programs share: its length, and the share and the lines of each."""

    size: int
    shares: tuple[float, float]
    lines: tuple[tuple[Lines, ...], tuple[Lines, ...]]


class Program(Protocol):
    """A program, prepared for comparisons."""

    @property
    def fragments(self) -> AbstractSet[int]:
        """The fragments, each as a number, as far as they count."""

    def without(self, fragments: Collection[int]) -> None:
        """Let these fragments not count any more."""

    def overlap(self, other: Any) -> Overlap:
        """Return what this program shares with another one."""


class Library(Protocol):
    """Prepares programs."""

    def program(self, source: str) -> Program:
        """Return a program, which is read and never run. Raises `ValueError` if it cannot be read."""


class Copydetect:
    """Prepares programs with copydetect."""

    def __init__(self) -> None:
        """Raise `SimilarityError` if the package is not installed."""
        try:
            import copydetect
        except ImportError:
            raise SimilarityError(instructor_similarity.NO_PACKAGE()) from None
        self._package = copydetect

    def program(self, source: str) -> Program:
        """Return a program, which is read and never run. Raises `ValueError` if it cannot be read."""
        if len(source) > _LONGEST:
            raise ValueError(f"{len(source)} characters are too many")
        text = source.replace("\r\n", "\n").replace("\r", "\n")
        bare = text.lstrip("\n")  # the library leaves empty lines at the beginning out
        fingerprint = self._package.CodeFingerprint("program.py", _LENGTH, 1, language="python", fp=io.StringIO(bare))
        return _Fingerprint(fingerprint, bare, len(text) - len(bare))


class _Fingerprint:
    def __init__(self, fingerprint: Any, source: str, lines_above: int) -> None:
        self._it = fingerprint
        self._it.hashes = {int(one) for one in fingerprint.hashes}  # Python's own numbers are found sooner
        self._it.hash_idx = {int(one): found for one, found in fingerprint.hash_idx.items()}
        self._above = lines_above
        self._starts = list(accumulate((len(line) + 1 for line in source.split("\n")), initial=0))

    @property
    def fragments(self) -> AbstractSet[int]:
        return self._it.hashes  # type: ignore[no-any-return]

    def without(self, fragments: Collection[int]) -> None:
        from copydetect.utils import get_token_coverage

        gone = self._it.hashes & set(fragments)
        self._it.hashes -= gone
        self._it.hash_idx = {key: found for key, found in self._it.hash_idx.items() if key not in gone}
        self._it.token_coverage = get_token_coverage(self._it.hash_idx, _LENGTH, len(self._it.filtered_code))

    def overlap(self, other: _Fingerprint) -> Overlap:
        from copydetect import compare_files

        size, shares, slices = compare_files(self._it, other._it)
        return Overlap(
            size=int(size),
            shares=(min(1.0, float(shares[0])), min(1.0, float(shares[1]))),
            lines=(tuple(self._lines(slices[0])), tuple(other._lines(slices[1]))),
        )

    def _lines(self, slices: Any) -> Iterator[Lines]:
        """Yield the lines of slices of the source, with those that touch as one."""
        if len(slices) == 0:
            return
        first = last = 0
        for start, end in sorted(zip(slices[0].tolist(), slices[1].tolist(), strict=True)):
            begin = self._above + bisect_right(self._starts, start)
            finish = self._above + bisect_right(self._starts, max(start, end - 1))
            if first and begin <= last + 1:
                last = max(last, finish)
                continue
            if first:
                yield first, last
            first, last = begin, finish
        yield first, last
