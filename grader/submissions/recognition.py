"""Recognises which exercise a file is for: by its name, by a name that is near, or by the functions that it defines."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import msgspec

from grader.errors import closest

SUFFIXES: Final = (".py", ".ipynb")
# What mail programs, browsers and phones add to a name, or put in its place.
_ADDED: Final = (".txt", ".json", ".text")
_BETWEEN: Final = re.compile(r"[\W_]+")
_NUMBER: Final = re.compile(r"\d+")
_ALIKE: Final = 0.85  # how similar a misspelt name must be
_SUGGESTED: Final = 0.6  # how similar a name must be to be suggested
# Files of the kit's own bundle, which students hand back with their answers, and what systems and editors write.
_GIVEN: Final = re.compile(
    r"test_.*\.py|readme\.md|(requirements|constraints)\.txt|hints\.\w+|.*\.whl|release", re.IGNORECASE
)
_LITTER: Final = frozenset({"__pycache__", "__macosx", "thumbs.db", "desktop.ini", "icon\r", "$recycle.bin"})

How = Literal["name", "case", "near", "functions"]


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """The exercise that a file is for, and how that is known."""

    exercise: str
    how: How


def is_litter(name: str) -> bool:
    """Say whether a file or folder is hidden, or one that systems and editors write by themselves.

    Two leading dots are not the custom for hidden files, so they hide nothing.
    """
    return name.casefold() in _LITTER or (name.startswith(".") and not name.startswith(".."))


def is_given(name: str) -> bool:
    """Say whether a file has the name of one that the kit gives to students beside the exercises."""
    return _GIVEN.fullmatch(name) is not None


def split_name(name: str) -> tuple[str, str]:
    """Return the stem of a file's name and ".py" or ".ipynb"; "?" if either is possible, and "" for other files."""
    stem, suffix = os.path.splitext(name)
    suffix = suffix.lower()
    if suffix in SUFFIXES:
        return stem, suffix
    if suffix in _ADDED:
        inner, found = split_name(stem)
        return (inner, found) if found in SUFFIXES else (stem, "?")
    return stem, ""


class ExerciseNames:
    """Recognises the exercises of a course.

    `exercises` are those that are asked for, `others` are known too; `tasks` are the names of the tasks of any of them.
    """

    def __init__(
        self, exercises: Sequence[str], others: Sequence[str] = (), tasks: Mapping[str, Collection[str]] = {}
    ) -> None:
        self.exercises = tuple(exercises)
        self.others = frozenset(others) - {*exercises}
        self._tasks = {exercise: frozenset(names) for exercise, names in tasks.items()}
        self._known = (*exercises, *sorted(self.others))
        self._by_fold: defaultdict[str, list[str]] = defaultdict(list)
        for exercise in self._known:
            self._by_fold[_fold(exercise)].append(exercise)

    def by_name(self, name: str, *, near: bool = True) -> Recognised | None:
        """Return the exercise that a file called `name` is for, if the name is enough to say that.

        Names that are only `near` take longer to recognise.
        """
        stem, kind = split_name(name)
        if not kind or is_given(name):
            return None
        exact = os.path.splitext(name)[1].lower() in SUFFIXES
        if stem in self._known:
            return Recognised(exercise=stem, how="name" if exact and self._is_exact(name) else "near")
        alike = self._by_fold.get(_fold(stem), ())
        if len(alike) == 1:
            how: How = "near" if not exact else "name" if self._is_exact(name) else "case"
            return Recognised(exercise=alike[0], how=how)
        similar = self._near(stem) if near and not alike else None
        return None if similar is None else Recognised(exercise=similar, how="near")

    def by_functions(self, defined: Collection[str]) -> tuple[str, ...]:
        """Return the exercises whose tasks are defined: those with at least half of them, or else the best one."""
        shares = {exercise: len(tasks & set(defined)) / len(tasks) for exercise, tasks in self._tasks.items() if tasks}
        most = max(shares.values(), default=0.0)
        whole = tuple(exercise for exercise, share in shares.items() if share >= 0.5)
        best = tuple(exercise for exercise, share in shares.items() if share == most > 0)
        return whole or (best if len(best) == 1 else ())

    def beside(self, stem: str) -> str | None:
        """Return what a name holds beside the id of an exercise; `None` if it holds no id."""
        for exercise in sorted(self._known, key=len, reverse=True):
            words = map(re.escape, _words(exercise).split("_"))
            if found := re.search(rf"(?<!\d){'[^a-z0-9]*'.join(words)}", stem, re.IGNORECASE):
                return f"{stem[: found.start()]} {stem[found.end() :]}".strip()
        return None

    def closest(self, name: str) -> str | None:
        """Return the right name that is most like `name`."""
        stem, kind = split_name(name)
        alike = closest(_fold(stem), self._by_fold, cutoff=_SUGGESTED)
        if alike is None:
            return None
        return self._by_fold[alike][0] + (kind if kind in SUFFIXES else SUFFIXES[0])

    def _is_exact(self, name: str) -> bool:
        stem, suffix = os.path.splitext(unicodedata.normalize("NFC", name))
        return suffix in SUFFIXES and stem in {unicodedata.normalize("NFC", known) for known in self._known}

    def _near(self, stem: str) -> str | None:
        """Return the exercise whose id is in a name, or that a misspelt name means.

        Copies have words and numbers before or after the id. A name with the number of another exercise is none.
        """
        plain = _words(stem)
        by_words = {_words(exercise): exercise for exercise in self._known}
        within = [known for known in by_words if re.search(rf"(?<!\d){re.escape(known)}", plain)]
        if within:
            return by_words[max(within, key=len)]
        by_title = {known.partition("_")[2]: exercise for known, exercise in by_words.items() if known[:1].isdigit()}
        without = "_".join(word for word in plain.split("_") if not word.isdigit())
        if without in by_title and _agree(plain, by_title[without]):
            return by_title[without]
        alike = closest(plain, by_words, cutoff=_ALIKE)
        return by_words[alike] if alike is not None and _agree(plain, by_words[alike]) else None


def _agree(plain: str, exercise: str) -> bool:
    """Say whether a name has no number at its beginning that contradicts the exercise's."""
    numbers = [int(number) for number in _NUMBER.findall(plain)]
    own = _NUMBER.match(exercise)
    return not numbers or own is None or int(own.group()) in numbers


def _words(name: str) -> str:
    """Return a name in lower case, with one underscore between words."""
    return _BETWEEN.sub("_", _fold(name)).strip("_")


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
