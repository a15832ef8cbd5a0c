"""Shows in a terminal what is going to be collected: who, which exercise, which file, and what is in doubt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.collecting import CollectedPerson, Collection, cure_of
from grader.reports.class_table import left_file, sorted_by
from grader.reports.terminal import plain
from grader.sentences import Sentence, instructor, instructor_collecting, learner_commands
from grader.sentences.languages import render

_MOST_ROWS: Final = 60
_MOST_LEFT: Final = 20
_WIDTH: Final = 80  # of the table
_BETWEEN: Final = 6  # blanks between its columns
_LONGEST: Final = 24  # characters of a path that fit in a line with a name and an exercise; its end says most


def preview(collection: Collection, *, everything: bool = False) -> RenderableType:
    """Return what is going to be collected. Without `everything`, long lists and paths are cut; a list says so."""
    people = collection.collected.people
    rows = [(one, file) for one in people for file in one.files]
    parts: list[RenderableType] = [_heading(collection, len(rows))]
    if rows:
        parts.append(_table(collection, None if everything else _MOST_ROWS))
    if not everything and len(rows) > _MOST_ROWS:
        parts.append(Text(render(instructor_collecting.MORE_ROWS(count=len(rows) - _MOST_ROWS)), style="dim"))
    if any(file.notes for _, file in rows):
        parts.append(Text(f"\n{render(instructor_collecting.NEAR_MARK())}", style="dim"))
    missing = [one for one in people if not one.files]
    if missing:
        often = Counter(one.person.label for one in people)
        called = [one.person.label if often[one.person.label] == 1 else full_name(one) for one in missing]
        names = plain(", ".join(called))
        parts.append(Text(f"\n{render(instructor_collecting.WITHOUT_FILES(count=len(missing), names=names))}"))
    parts += in_doubt(people, layout=collection.doubt, everything=everything)
    return Group(*parts, *_left(collection, everything))


def in_doubt(
    people: Sequence[CollectedPerson], *, layout: bool = False, everything: bool = False
) -> list[RenderableType]:
    """Return what is in doubt about people, and below each kind of doubt what to do about it.

    `layout` says that the folders could be read in another way.
    """
    found: defaultdict[Sentence, dict[Sentence, None]] = defaultdict(dict)
    for one in people:
        if one.doubt is not None:
            found[cure_of(one.doubt)][one.doubt] = None
    for one in people:
        for exercise, count in one.undecided.items():
            canvas = all(file.handed_in.layout == "canvas" for file in one.files if file.exercise == exercise)
            differ = instructor_collecting.CANVAS_FILES_DIFFER if canvas else instructor_collecting.FILES_DIFFER
            said_of = differ(name=full_name(one), exercise=exercise, count=count)
            found[instructor_collecting.CHOOSE_FILES()][said_of] = None
    if not found and not layout:
        return []
    parts: list[RenderableType] = [Text(f"\n{render(instructor_collecting.IN_DOUBT())}", style="bold")]
    if layout:
        parts.append(_item(instructor_collecting.LAYOUT_IN_DOUBT()))
    for cure, doubts in found.items():
        said = list(doubts)
        parts += [_item(doubt) for doubt in (said if everything else said[:_MOST_LEFT])]
        if not everything and len(said) > _MOST_LEFT:
            parts.append(Text(render(instructor_collecting.MORE_ROWS(count=len(said) - _MOST_LEFT)), style="dim"))
        parts.append(Padding(Text(plain(cure)), (0, 0, 0, 2)))
    return parts


def _item(sentence: Sentence) -> RenderableType:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row("-", Text(plain(sentence)))
    return row


def _heading(collection: Collection, files: int) -> RenderableType:
    layouts = "; ".join(render(layout.title()) for layout in collection.layouts) or "-"
    students = sum(bool(one.files) for one in collection.collected.people)
    sentence = instructor_collecting.RECOGNISED(layouts=layouts, students=students, count=files)
    return Text(f"{render(sentence)}\n")


def _table(collection: Collection, most: int | None) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column(render(instructor.STUDENT()), overflow="fold")
    table.add_column(render(learner_commands.MAP_EXERCISE()), overflow="fold")
    table.add_column(render(instructor_collecting.FROM()), overflow="fold")
    people = sorted(collection.collected.people, key=lambda one: sorted_by(one.person.label))
    rows = [row for one in people for row in _rows(one, everything=most is None)][:most]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    brief = sum(widths) + _BETWEEN > _WIDTH  # the path ends in the exercise's name anyway
    for who, exercise, marks, path in rows:
        text = exercise.partition("_")[0] if brief else exercise
        table.add_row(Text(who), Text(plain(f"{text}{marks}")), Text(plain(path)))
    return table


def _rows(one: CollectedPerson, *, everything: bool) -> Iterator[tuple[str, str, str, str]]:
    """Yield a person's files: who that is, in the first row alone, the exercise, marks, and the path."""
    undecided = one.undecided
    for number, file in enumerate(one.files):
        marks = ["~"] if file.notes else []
        if file.handed_in.late:
            marks.append(render(instructor_collecting.LATE_MARK()))
        if file.exercise in undecided:
            marks.append(render(instructor_collecting.DOUBT_MARK()))
        original = file.handed_in.original.partition("/")[2] or file.handed_in.original
        path = original if everything else _short(original)
        yield full_name(one) if not number else "", file.exercise, "".join(f" {mark}" for mark in marks), path


def _short(path: str) -> str:
    """Return a path without so many of its first folders that it fits; the file's name stays whole."""
    short = path
    while len(short) > _LONGEST and "/" in short.removeprefix("…/"):
        short = f"…/{short.removeprefix('…/').partition('/')[2]}"
    return short


def full_name(one: CollectedPerson) -> str:
    """Return how somebody is called, with the folder's name where that says more."""
    label = one.person.label
    return plain(one.student if one.student.startswith(label) else f"{label} ({one.student})")


def _left(collection: Collection, everything: bool) -> list[RenderableType]:
    """Return the files that are not collected, and how many of them need no action."""
    serious = [file for file in collection.collected.left if file.kind != "spare"]
    spare = len(collection.collected.left) - len(serious)
    parts: list[RenderableType] = []
    if serious:
        parts.append(Text(f"\n{render(instructor_collecting.NOT_COLLECTED(count=len(serious)))}", style="bold"))
        parts += [left_file(file) for file in (serious if everything else serious[:_MOST_LEFT])]
    if not everything and len(serious) > _MOST_LEFT:
        parts.append(Text(render(instructor_collecting.MORE_ROWS(count=len(serious) - _MOST_LEFT)), style="dim"))
    quiet = []
    if spare:
        quiet.append(render(instructor_collecting.NEED_NO_ACTION(count=spare)))
    if collection.litter:
        quiet.append(render(instructor_collecting.HIDDEN(count=collection.litter)))
    return [*parts, Text("\n" + "\n".join(quiet), style="dim")] if quiet else parts
