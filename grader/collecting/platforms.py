"""Recognises the downloads of learning platforms by the patterns of their names and by the tables that they add.

Each function takes the files of one download and returns what it can explain. `docs/instructors.md` says which patterns
the platform documents and which are only known by experience.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from grader.collecting.archives import bare_name
from grader.collecting.handed import Handed
from grader.collecting.metadata import iso, list_of, mapping_of, submissions_in, text_of, timestamps, value_of, word_of
from grader.collecting.sources import Entry
from grader.collecting.typed_text import is_page, typed
from grader.roster import Person, in_order

_MOST_METADATA: Final = 20  # tables that are read
Found = list[Handed]


# Moodle: "Ana Sousa_123_assignsubmission_file/07.py", or flat "Ana Sousa_123_assignsubmission_file_07.py" -------------

_MOODLE: Final = re.compile(
    r"(?P<name>.*)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL
)


def moodle(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read "Download all submissions" of Moodle's assignments, with folders or without, old and new."""
    found = []
    for entry in entries:
        for i, part in enumerate(entry.parts):
            match = _MOODLE.fullmatch(bare_name(part) if i < len(entry.parts) - 1 else part)
            if match is None:
                continue
            rest = (match["rest"] or "").strip("_")
            is_typed = match["plugin"] == "onlinetext" and is_page(entry)
            name = rest if i == len(entry.parts) - 1 and rest else entry.name
            found.append(
                Handed(
                    entry=typed(entry) if is_typed else entry,
                    people=(Person(name=match["name"]),),
                    tag=match["id"],
                    scope=entry.parts[:i],
                    name=name,
                    time="" if entry.time is None else iso(entry.time),
                    is_typed=is_typed,
                )
            )
            break
    return found


# Canvas: "sousaana_LATE_77_1234_07_autograd-2.py" ---------------------------------------------------------------------

_CANVAS: Final = re.compile(
    r"(?P<name>.*?)(?P<late>_LATE)?_(?:(?P<user>\d+)|anon_(?P<anon>\w+?))_(?:(?P<file>\d+)_(?P<rest>.+)|(?P<text>(?:text|link)\.html))",
    re.DOTALL,
)
_AGAIN: Final = re.compile(r"-(\d+)(?=\.\w+$)")


def canvas(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read Canvas's submissions.zip, which is flat and holds the last attempt."""
    found = []
    for entry in entries:
        for i in range(len(entry.parts) - 1, 0, -1):
            match = _CANVAS.fullmatch(entry.parts[i])
            if match is None:
                continue
            name = entry.name if i < len(entry.parts) - 1 else match["rest"] or match["text"]
            again = _AGAIN.search(name) if i == len(entry.parts) - 1 else None
            user = match["user"] or match["anon"]
            is_typed = match["text"] == "text.html" and is_page(entry)
            person = Person(name="" if match["anon"] else match["name"], other_ids=(user,) if match["user"] else ())
            found.append(
                Handed(
                    entry=typed(entry) if is_typed else entry,
                    people=(person if person.name or person.other_ids else Person(name=f"anon {user}"),),
                    tag=user,
                    scope=entry.parts[:i],
                    name=_AGAIN.sub("", name, count=1) if again else name,
                    attempt=int(again[1]) + 1 if again else 0,
                    late=bool(match["late"]),
                    is_typed=is_typed,
                )
            )
            break
    return found


# Blackboard: "week 7_asousa_attempt_2026-03-01-10-20-30_07_autograd.py", and a text file for each attempt -------------

_BLACKBOARD: Final = re.compile(
    r"(?P<assignment>.*)_(?P<login>[^_]+)_(?P<word>[^\W\d_]+)_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt)",
    re.DOTALL,
)


def blackboard(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read Blackboard's assignment download. The text file of an attempt has the name, and what files were called."""
    slips: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}
    files = []
    for entry in entries:
        for i in range(len(entry.parts) - 1, 0, -1):
            match = _BLACKBOARD.fullmatch(entry.parts[i])
            if match is not None and match["rest"] is None and i == len(entry.parts) - 1:
                slips[match["login"], match["time"]] = _slip(entry)
            if match is not None:
                files.append((entry, i, match))
                break
    found = []
    for entry, i, match in files:
        name, originals = slips.get((match["login"], match["time"]), ("", {}))
        if match["rest"] is None:
            continue
        moment = datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S")
        own = i == len(entry.parts) - 1
        found.append(
            Handed(
                entry=entry,
                people=(Person(name=name, login=match["login"]),),
                name=originals.get(entry.name, match["rest"]) if own else entry.name,
                time=moment.isoformat(),
                turn=int(moment.strftime("%Y%m%d%H%M%S")),
            )
        )
    return found


def _slip(entry: Entry) -> tuple[str, dict[str, str]]:
    """Return the student's name and the original names of the files from the text file of an attempt."""
    text = text_of(entry)
    first = re.search(r"^[^\n:]+:\s*(.+?)\s*\(([^()\n]+)\)\s*$", text, re.MULTILINE)
    originals = dict(
        (stored.strip(), original.strip())
        for original, stored in re.findall(r"^\t[^\n:]+:[ \t]*(.+)\n\t[^\n:]+:[ \t]*(.+)$", text, re.MULTILINE)
    )
    return (first[1] if first is not None else ""), originals


# Brightspace: "123-456 - Ana Sousa - Mar 1, 2026 1020 AM/07_autograd.py" ----------------------------------------------

_BRIGHTSPACE: Final = re.compile(r"\d+-\d+ - (?P<name>.+) - (?P<time>[^-]+\d{4} \d{1,2}:?\d\d(?: [AP]M)?)")


def brightspace(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read D2L Brightspace's download, with one folder for each attempt."""
    found = []
    for entry in entries:
        for part in entry.parts[:-1]:
            if (match := _BRIGHTSPACE.fullmatch(part)) is None:
                continue
            moment = _d2l_time(match["time"])
            found.append(
                Handed(
                    entry=entry,
                    people=(Person(name=match["name"]),),
                    name=entry.name,
                    time="" if moment is None else moment.isoformat(),
                    turn=0 if moment is None else int(moment.strftime("%Y%m%d%H%M")),
                )
            )
            break
    return found


def _d2l_time(text: str) -> datetime | None:
    plain = text.replace(":", "")
    digits = re.sub(r"\b(\d{3})\b(?= [AP]M|$)", r"0\1", plain)
    for form in ("%b %d, %Y %I%M %p", "%d %b, %Y %I%M %p", "%B %d, %Y %I%M %p", "%b %d, %Y %H%M"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(digits, form)
    return None


# Gradescope: "submission_123/07_autograd.py", and submission_metadata.yml ---------------------------------------------


def gradescope(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read Gradescope's export. Its metadata has the names, and several of them for a group."""
    about: dict[tuple[str, ...], Mapping[str, Any]] = {}
    tables = sorted((e for e in entries if e.name == "submission_metadata.yml"), key=lambda e: len(e.parts))
    for entry in tables[:_MOST_METADATA]:
        for folder, said in submissions_in(text_of(entry)).items():
            about.setdefault((*entry.parts[:-1], folder), said)
    found = []
    for entry in entries:
        for i in range(1, len(entry.parts)):
            value = about.get(entry.parts[:i])
            if value is None:
                continue
            submitters = [mapping_of(one) for one in list_of(value_of(value, "submitters"))]
            people = tuple(
                Person(name=word_of(one, "name"), id=word_of(one, "sid"), email=word_of(one, "email"))
                for one in submitters
            )
            moment = value_of(value, "created_at")
            found.append(
                Handed(
                    entry=entry,
                    people=tuple(person for person in people if person.student),
                    name=entry.name,
                    tag=entry.parts[i - 1],
                    scope=entry.parts[: i - 1],
                    time=moment.isoformat() if isinstance(moment, datetime) else str(moment or ""),
                    attempt=value["earlier"] + 1,
                )
            )
            break
    return found


# Sakai: "Week 7/Sousa, Ana(asousa)/Submission attachment(s)/07_autograd.py" -------------------------------------------

_SAKAI: Final = re.compile(r"(?P<name>.+?)\s*\((?P<login>[^()]+)\)")
_ATTACHMENTS: Final = "submission attachment"


def sakai(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read Sakai's "Download All"."""
    times = timestamps(entries)
    found = []
    for entry in entries:
        for i, part in enumerate(entry.parts[:-2]):
            match = _SAKAI.fullmatch(part)
            if match is None or not entry.parts[i + 1].casefold().startswith(_ATTACHMENTS):
                continue
            person = Person(name=in_order(match["name"]), login=match["login"])
            time = times.get(entry.parts[: i + 1], "")
            found.append(Handed(entry=entry, people=(person,), name=entry.name, time=time))
    return found


# The platforms' own files --------------------------------------------------------------------------------------------

_OWN: Final = re.compile(
    r"submission_metadata\.yml|scores\.csv|results?\.json|release-body\.md|timestamp\.txt|submission_secret\.txt"
    r"|grades\.(?:csv|xls)|index\.html",
    re.IGNORECASE,
)


def is_own(name: str) -> bool:
    """Say whether a file has the name of one that a platform adds to a download."""
    slip = _BLACKBOARD.fullmatch(name)
    return _OWN.fullmatch(name) is not None or (slip is not None and slip["rest"] is None)
