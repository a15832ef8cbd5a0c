"""Finds the students in folders and file names of no platform: by where the names differ, and by the roster."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Final

from grader.collecting.archives import bare_name
from grader.collecting.handed import Handed
from grader.collecting.sources import Entry
from grader.roster import Person, Roster, plain
from grader.submissions import ExerciseNames, is_given, split_name

# Folders that are no students: what courses, weeks, and parts of a student's work are called.
_WORD = (
    r"week|semana|lab|labs|laboratorio|aula|class|ficha|fichas|hw|homework|assignment|assignments|trabalho|trabalhos|tpc|"
    r"exercises?|exercicios?|ex|notebooks?|scripts?|src|code|codigo|course|curso|submissions?|submitted|entregas?|files?|"
    r"downloads?|tests?|public|hidden|work|pytorch|torch|solutions?|answers?|respostas?|project|projeto|final|wheels|"
    r"attempt|tentativa|part|parte|module|modulo|unit|day|dia|data|new folder|nova pasta|untitled"
)
_GENERIC: Final = re.compile(rf"(?:(?:{_WORD})\s*)*(?:\d{{0,3}})?(?:\s*(?:{_WORD}))*\s*\d{{0,3}}")
_SECTION: Final = re.compile(
    r"(?:(?:section|sec|turma|turno|group|grupo|seccao|seccion|class|gruppe|groupe)\s*)?(?:[a-z]|[a-z]{0,3}\d{1,3}[a-z]?)"
    r"|(?:section|turma|turno|group|grupo|gruppe|groupe)\s.+"
)
# What people and programs put around a name.
_AROUND: Final = re.compile(
    r"\b(?:copy of|copia de|kopie von|copie de|copy|copia|final|finished|done|solved|resolvido|resolvida|solution|"
    r"submission|entrega|new|novo|version|versao|v\d+|\d{1,2})\b"
)
FILE: Final = -1  # the level of file names


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Where the students' names stand: at a level of the folders (0 for the downloads themselves) or in file names.

    `doubt` says that another level would do as well.
    """

    level: int
    doubt: bool


def shape_of(
    entries: Sequence[Entry], names: ExerciseNames, roster: Roster | None, *, level: int | None = None
) -> Shape:
    """Return where the students' names stand. `level` is the answer if it is known already.

    It is the level with the most people of the roster, or else with the most different names that are no sections.
    Names of weeks, exercises and parts of a student's work do not count, nor do numbers where anything else does. File
    names count only where most files are in no folder with a name.
    """
    if level is not None:
        return Shape(level=level, doubt=False)
    answers = [entry for entry in entries if split_name(entry.name)[1] and not is_given(entry.name)]
    levels: defaultdict[int, _Level] = defaultdict(_Level)
    numbers: defaultdict[int, set[str]] = defaultdict(set)
    alone: list[str] = []  # what the names of files hold that are in no folder with a name
    for entry in answers:
        named = False
        for at, part in enumerate(entry.parts[1:-1], start=1):
            label = bare_name(part)
            is_name = not _is_generic(label, names)
            levels[at].add(entry.parts[:at], label if is_name else "")
            named = named or is_name
            if label.isdecimal():
                numbers[at].add(label)
        levels[len(entry.parts) - 1].add(entry.parts[:-1], "")
        if not named:
            alone.append(name_in_file(entry, names))
    weights = {at: weight for at, held in levels.items() if (weight := held.weight(roster)) > (0, 0)}
    if 2 * len(alone) > len(answers) and any(alone):
        weights[FILE] = _weight({label for label in alone if label}, roster)
    downloads = {entry.parts[0] for entry in answers}
    if weights and not (len(downloads) > 1 and max(weights.values()) < (1, 2)):
        best = [at for at, weight in weights.items() if weight == max(weights.values())]
        best.sort(key=lambda at: (at == FILE, at))
        return Shape(level=best[0], doubt=any(not _say_the_same(answers, best[0], at) for at in best[1:] if at != FILE))
    rest = {at: held.labels for at, held in levels.items() if held.labels} or numbers  # names of sections, or numbers
    if not weights and rest:
        return Shape(level=max(rest, key=lambda at: (len(rest[at]), -at)), doubt=True)
    return Shape(level=0, doubt=len(downloads) < 2)


class _Level:
    """The names at one level of the folders, by the folder that they are in.

    A student can make any number of folders. So no folder counts for more names than half of them have.
    """

    def __init__(self) -> None:
        self._held: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)

    def add(self, folder: tuple[str, ...], label: str) -> None:
        """Add a name, or a folder that has something else at this level."""
        held = self._held[folder]
        if label:
            held.add(label)

    @property
    def labels(self) -> set[str]:
        """All names."""
        return set().union(*self._held.values())

    def weight(self, roster: Roster | None) -> tuple[int, int]:
        """Return how many people of the roster there are, and how many names that are not those of sections."""
        usual = max(1, median_low(map(len, self._held.values())))
        weights = [_weight(held, roster) for held in self._held.values()]
        people, others = (sum(min(weight[i], usual) for weight in weights) for i in (0, 1))
        most = _weight(self.labels, roster)
        return min(people, most[0]), min(others, most[1])


def _say_the_same(entries: Sequence[Entry], one: int, other: int) -> bool:
    """Say whether two levels of folders have the same names: "maria.zip/maria/07_autograd.py"."""
    both = [entry.parts for entry in entries if len(entry.parts) > max(one, other) + 1]
    return all(_plain(bare_name(parts[one])) == _plain(bare_name(parts[other])) for parts in both)


def _weight(labels: set[str], roster: Roster | None) -> tuple[int, int]:
    """Return how many people of the roster are at a level, and how many names that are not those of sections."""
    matched = 0 if roster is None else sum(roster.find_text(spaced(label)).person is not None for label in labels)
    return matched, sum(not _SECTION.fullmatch(_plain(label)) for label in labels)


def students(entries: Sequence[Entry], shape: Shape, names: ExerciseNames) -> list[Handed]:
    """Return the student of each file, by the level of the students' names. A file above that level has no student."""
    found = []
    several = {at for at in range(1, shape.level) if len({e.parts[at] for e in entries if len(e.parts) > at + 1}) > 1}
    for entry in entries:
        if shape.level != FILE and len(entry.parts) - 1 > shape.level:
            label = bare_name(entry.parts[shape.level])
            section = _section([part for at, part in enumerate(entry.parts[: shape.level]) if at in several], names)
        else:
            label = name_in_file(entry, names)
            section = ""
        people = (Person(name=spaced(label), section=section),) if label else ()
        found.append(Handed(entry=entry, people=people, name=entry.name, label=label))
    return found


def without_files(empty: Sequence[Entry], handed: Sequence[Handed], shape: Shape, names: ExerciseNames) -> list[Handed]:
    """Return the students whose folders have no file in them.

    A folder is that of a student if it lies where the other students' folders are, and is called like one: a number or
    the name of a section only if others are, and what weeks, exercises and parts of a student's work are called never.
    """
    if shape.level == FILE:
        return []
    kinds = {_kind(one.label, names) for one in handed if one.label}
    return [
        one
        for one in students(empty, shape, names)
        if one.label and (kind := _kind(one.label, names)) != "generic" and kind in {"name", *kinds}
    ]


def _kind(label: str, names: ExerciseNames) -> str:
    """Return which kind of name a folder has: "number", "generic", "section" or else "name"."""
    if label.isdecimal():
        return "number"
    if _is_generic(label, names):
        return "generic"
    return "section" if _SECTION.fullmatch(_plain(label)) else "name"


def _section(folders: Sequence[str], names: ExerciseNames) -> str:
    """Return the section among the folders above a student: the innermost that is no week and no exercise."""
    return next((bare_name(one) for one in reversed(folders) if not _is_generic(bare_name(one), names)), "")


def name_in_file(entry: Entry, names: ExerciseNames) -> str:
    """Return what a file's name holds besides the exercise: "maria" in "maria_07_autograd.py"; "" if nothing.

    In a folder of one exercise, files are called as their students.
    """
    stem, kind = split_name(entry.name)
    if not kind or is_given(entry.name):
        return ""
    rest = names.beside(stem)
    if rest is None:
        above = [bare_name(folder) for folder in entry.folders]
        rest = stem if any(names.by_name(f"{folder}.py") for folder in above) else ""
    left = " ".join(_AROUND.sub(" ", _plain(rest)).split())
    if not left:
        return ""
    return rest.strip(" -_.,()[]") if left == _plain(rest) else left


def spaced(label: str) -> str:
    """Return a label with blanks for underscores, as names are written."""
    return " ".join(label.replace("_", " ").split())


def _is_generic(label: str, names: ExerciseNames) -> bool:
    return bool(_GENERIC.fullmatch(_plain(label))) or names.by_name(f"{label}.py") is not None


def _plain(label: str) -> str:
    return " ".join(re.split(r"[\W_]+", plain(label))).strip()
