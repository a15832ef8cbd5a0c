"""Compares the code of all students, exercise by exercise, without what they got and what many have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations
from math import ceil
from typing import Final, NamedTuple

from grader.sentences import instructor_similarity
from grader.similarity.library import Library, Overlap, Program
from grader.similarity.records import Compared, Group, Lines, Pair, Side, Similarity

LEAST_SHARE: Final = 0.5
_LEAST_SIZE: Final = 60  # characters; shorter code is alike by chance
_LEAST_SAME: Final = 150  # characters; shorter programs are the same because there is one way to write them
_COMMON_SHARE: Final = 0.2  # of the people
_COMMON_LEAST: Final = 5  # so that a group of four is never taken for everybody


class Work(NamedTuple):
    """The code of one person for one exercise: the graded source. `year` names another output folder."""

    student: str
    folder: str
    source: str
    year: str = ""


def compare(
    works: Mapping[str, Sequence[Work]],
    stubs: Mapping[str, str],
    library: Library,
    *,
    least_share: float = LEAST_SHARE,
    progress: Callable[[str], None] = lambda exercise: None,
) -> Similarity:
    """Return the pairs to look at, from the works and the stub of each exercise.

    People of other years are compared with those of this one, and not with each other. `progress` is called with each
    exercise that is done.
    """
    pairs: list[Pair] = []
    groups: list[Group] = []
    compared: list[Compared] = []
    skipped: list[str] = []
    people = max((len(found) for found in works.values()), default=0)
    common_from = max(_COMMON_LEAST, ceil(_COMMON_SHARE * people))
    for exercise, found in works.items():
        stub = frozenset(library.program(stubs[exercise]).fragments) if exercise in stubs else frozenset()
        programs: list[tuple[Work, Program]] = []
        for work in found:
            try:
                programs.append((work, library.program(work.source)))
            except ValueError:
                skipped.append(f"{work.student}/{exercise}")
        often = Counter(fragment for _, program in programs for fragment in program.fragments)
        common = {fragment for fragment, number in often.items() if number >= common_from} - stub
        for _, program in programs:
            program.without(stub | common)
        given = {line.strip() for line in stubs.get(exercise, "").splitlines()} | {""}
        pairs += _pairs(exercise, programs, given, least_share)
        groups += _groups(exercise, found, given, common_from)
        compared.append(Compared(exercise=exercise, students=len(programs), common=len(common)))
        progress(exercise)
    return Similarity(
        least_share=least_share,
        least_size=_LEAST_SIZE,
        common_from=common_from,
        compared=tuple(compared),
        pairs=tuple(sorted(pairs, key=_rank)),
        groups=tuple(groups),
        skipped=tuple(skipped),
        limits=(
            instructor_similarity.LIMIT_CAUSES(),
            instructor_similarity.LIMIT_LEFT_OUT(count=common_from),
            instructor_similarity.LIMIT_UNSEEN(),
        ),
    )


def _pairs(
    exercise: str, programs: Iterable[tuple[Work, Program]], given: AbstractSet[str], least_share: float
) -> Iterable[Pair]:
    for (one, program), (other, another) in combinations(programs, 2):
        if one.year and other.year:
            continue
        if program.fragments.isdisjoint(another.fragments):
            continue
        overlap = program.overlap(another)
        if overlap.size >= _LEAST_SIZE and max(overlap.shares) >= least_share:
            first, second = _side(one, overlap, 0, given), _side(other, overlap, 1, given)
            yield Pair(exercise=exercise, first=first, second=second, size=overlap.size)


def _groups(exercise: str, works: Sequence[Work], given: AbstractSet[str], least: int) -> Iterable[Group]:
    """Yield each program that at least so many people handed in: what many have counts in no pair."""
    same: defaultdict[str, list[Work]] = defaultdict(list)
    for work in works:
        lines = (line.strip() for line in work.source.splitlines())
        same["\n".join(line for line in lines if line not in given and not line.startswith("#"))].append(work)
    for written, held in same.items():
        if len(held) >= least and len(written) >= _LEAST_SAME:
            names = (f"{work.year}/{work.student}" if work.year else work.student for work in held)
            yield Group(exercise=exercise, students=tuple(names), size=len(written))


def _side(work: Work, overlap: Overlap, place: int, given: AbstractSet[str]) -> Side:
    source = work.source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    trimmed = (_trimmed(lines, source, given) for lines in overlap.lines[place])
    return Side(
        student=work.student,
        folder=work.folder,
        year=work.year,
        share=round(overlap.shares[place], 3),
        lines=tuple(lines for lines in trimmed if lines is not None),
    )


def _trimmed(lines: Lines, source: Sequence[str], given: AbstractSet[str]) -> Lines | None:
    """Return lines without those at their ends that students got: a fragment reaches over the edge."""
    first, last = lines
    while first <= last and source[first - 1].strip() in given:
        first += 1
    while last >= first and source[last - 1].strip() in given:
        last -= 1
    return (first, last) if first <= last else None


def _rank(pair: Pair) -> tuple[float, float, str, str, str]:
    """Put those first who share most of the smaller part, then most."""
    shares = pair.first.share, pair.second.share
    return -min(shares), -pair.size, pair.exercise, pair.first.student, pair.second.student
