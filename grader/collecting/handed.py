"""What a layout says about a file of a download: who handed it in, under which name, when."""

from __future__ import annotations

from dataclasses import dataclass

from grader.collecting.sources import Entry
from grader.roster import Person


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A file and its students: one, several for a group, or none if they are not known.

    `name` is what the student called the file. `label` is the text that names the student, if the layout knows no more
    than that; `tag` tells people of one name apart within `scope`, the folder or archive that a platform packed.
    `is_typed` says that it is text that the student typed into a page; then `entry` gives the code in it.
    `time` is when it was handed in, in ISO 8601. `turn` grows with each attempt, where a download holds several of a
    student; `attempt` is the number that the platform gives, or 0.
    """

    entry: Entry
    people: tuple[Person, ...]
    name: str
    label: str = ""
    tag: str = ""
    scope: tuple[str, ...] = ()
    time: str = ""
    turn: int = 0
    attempt: int = 0
    late: bool = False
    is_typed: bool = False
