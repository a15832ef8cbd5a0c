"""The layouts of downloads that are recognised, in one table, and the choice among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from grader.collecting import platforms, repositories
from grader.collecting.handed import Handed
from grader.collecting.shapes import FILE, shape_of, students, without_files
from grader.collecting.sources import CollectError, Entry, Listing
from grader.roster import Roster
from grader.sentences import Template, instructor_collecting
from grader.submissions import ExerciseNames, is_given, split_name

Read = Callable[[Sequence[Entry], Collection[tuple[str, ...]]], list[Handed]]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A form of download: its name on the command line, what people call it, and how it is read.

    `known` says whether the platform documents the form, or shows it in its source, or it is only known by experience.
    A layout without `read` is that of folders or file names of no platform.
    """

    name: str
    title: Template
    known: Literal["documented", "experience"]
    read: Read | None = None


LAYOUTS: Final = (
    Layout(name="gradescope", title=instructor_collecting.GRADESCOPE, known="experience", read=platforms.gradescope),
    Layout(name="moodle", title=instructor_collecting.MOODLE, known="documented", read=platforms.moodle),
    Layout(name="blackboard", title=instructor_collecting.BLACKBOARD, known="experience", read=platforms.blackboard),
    Layout(name="canvas", title=instructor_collecting.CANVAS, known="documented", read=platforms.canvas),
    Layout(name="brightspace", title=instructor_collecting.BRIGHTSPACE, known="experience", read=platforms.brightspace),
    Layout(name="sakai", title=instructor_collecting.SAKAI, known="experience", read=platforms.sakai),
    Layout(name="nbgrader", title=instructor_collecting.NBGRADER, known="documented", read=repositories.nbgrader),
    Layout(name="clones", title=instructor_collecting.CLONES, known="documented", read=repositories.clones),
    Layout(name="folders", title=instructor_collecting.FOLDERS, known="experience"),
    Layout(name="files", title=instructor_collecting.FILES, known="experience"),
)
_ENOUGH: Final = 0.5  # the share of a download's files that a layout explains


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """What is known of the files of all downloads: whose they are, by which layout, and what no layout explains.

    `layouts` are those that were recognised; `doubt` says that the folders could be read in another way.
    """

    handed: tuple[tuple[Handed, Layout], ...]
    unexplained: tuple[Entry, ...]
    layouts: tuple[Layout, ...]
    doubt: bool


def recognise(
    listing: Listing, names: ExerciseNames, roster: Roster | None, *, layout: str | None = None
) -> Recognition:
    """Return what is known of the files. With a `layout`, only that one is tried. Raises `CollectError`."""
    if layout is not None and layout not in {known.name for known in LAYOUTS}:
        known = ", ".join(one.name for one in LAYOUTS)
        raise CollectError(instructor_collecting.NO_LAYOUT(name=layout, known=known))
    asked = [one for one in LAYOUTS if layout in (None, one.name)]
    left = [*listing.entries, *listing.empty]
    handed: list[tuple[Handed, Layout]] = []
    unexplained: list[Entry] = []
    for download in dict.fromkeys(entry.parts[0] for entry in listing.entries):
        while best := _best([e for e in left if e.parts[0] == download], listing, asked, forced=layout is not None):
            handed += best
            explained = {one.entry.parts for one, _ in best}
            left = [entry for entry in left if entry.parts not in explained]
        if any(one.entry.parts[0] == download for one, _ in handed):  # files that a platform adds belong to no student
            unexplained += [entry for entry in left if entry.parts[0] == download]
            left = [entry for entry in left if entry.parts[0] != download]
    shapes = [one for one in asked if one.read is None]
    doubt = False
    files = [entry for entry in left if not entry.is_folder]
    if shapes and files:
        level = FILE if layout == "files" else None
        shape = shape_of(files, names, roster, level=level)
        title = next((one for one in shapes if (one.name == "files") == (shape.level == FILE)), shapes[0])
        found = students(files, shape, names)
        found += without_files([entry for entry in left if entry.is_folder], found, shape, names)
        handed += [(one, title) for one in found]
        doubt, left = shape.doubt and any(map(_may_be_answer, files)), []
    used = {one.name for _, one in handed}
    return Recognition(
        handed=tuple(handed),
        unexplained=tuple(entry for entry in (*unexplained, *left) if not entry.is_folder),
        layouts=tuple(one for one in LAYOUTS if one.name in used),
        doubt=doubt,
    )


def _may_be_answer(entry: Entry) -> bool:
    return bool(split_name(entry.name)[1]) and not is_given(entry.name) and not platforms.is_own(entry.name)


def _best(
    entries: Sequence[Entry], listing: Listing, layouts: Sequence[Layout], *, forced: bool
) -> list[tuple[Handed, Layout]]:
    """Return what the platform's layout says that explains most of a download's files, if it explains enough.

    Several layouts together may explain enough, where somebody put downloads of several platforms into one folder.
    """
    files = [entry for entry in entries if not entry.is_folder]
    found: list[tuple[float, Layout, list[Handed]]] = []
    for layout in layouts:
        if layout.read is not None and files and (handed := layout.read(entries, listing.hidden)):
            found.append((_share({one.entry.parts for one in handed}, files), layout, handed))
    found.sort(key=lambda one: -one[0])
    if found and (forced or found[0][0] > _ENOUGH):
        return [(one, found[0][1]) for one in found[0][2]] if found[0][0] > 0 else []
    every = {one.entry.parts for _, _, handed in found for one in handed}
    if not found or _share(every, files) <= _ENOUGH:
        return []
    taken: dict[tuple[str, ...], str] = {}  # which layout explains a file
    for _, layout, handed in found:
        for one in handed:
            taken.setdefault(one.entry.parts, layout.name)
    return [(one, layout) for _, layout, handed in found for one in handed if taken[one.entry.parts] == layout.name]


def _share(explained: Collection[tuple[str, ...]], entries: Sequence[Entry]) -> float:
    """Return the share of a download that is explained.

    Below what all paths have in common, each folder counts once, however many files a student puts into it.
    """
    answers = [entry.parts for entry in entries if _may_be_answer(entry)] or [entry.parts for entry in entries]
    first, last = min(answers), max(answers)
    common = next((i for i, (a, b) in enumerate(zip(first[:-1], last[:-1], strict=False)) if a != b), None)
    at = min(len(first), len(last)) - 1 if common is None else common
    units: defaultdict[str, list[bool]] = defaultdict(list)
    for parts in answers:
        units[parts[at]].append(parts in explained)
    return sum(sum(held) / len(held) for held in units.values()) / len(units)
