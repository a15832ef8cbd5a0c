"""Recognises the downloads of learning platforms by the patterns of their names and by the tables that they add.

Each function takes the files of one download and returns what it can explain. `docs/instructors.md` says which patterns
the platform documents and which are only known by experience.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # many times as fast
except ImportError:
    from yaml import SafeLoader

from grader.collecting.archives import bare_name
from grader.collecting.handed import Handed
from grader.collecting.sources import Entry, bytes_of
from grader.roster import Person, in_order
from grader.submissions import Unreadable

_MOST_METADATA: Final = 200  # tables that are read
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
            found.append(
                Handed(
                    entry=entry,
                    people=(Person(name=match["name"]),),
                    tag=match["id"],
                    name=rest if i == len(entry.parts) - 1 and rest else entry.name,
                    within=entry.parts[i + 1 : -1],
                    time="" if entry.time is None else _iso(entry.time),
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
            person = Person(name="" if match["anon"] else match["name"], other_ids=(user,) if match["user"] else ())
            found.append(
                Handed(
                    entry=entry,
                    people=(person if person.name or person.other_ids else Person(name=f"anon {user}"),),
                    tag=user,
                    name=_AGAIN.sub("", name, count=1) if again else name,
                    within=entry.parts[i + 1 : -1],
                    attempt=int(again[1]) + 1 if again else 0,
                    late=bool(match["late"]),
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
                within=entry.parts[i + 1 : -1],
                time=moment.isoformat(),
                turn=int(moment.strftime("%Y%m%d%H%M%S")),
            )
        )
    return found


def _slip(entry: Entry) -> tuple[str, dict[str, str]]:
    """Return the student's name and the original names of the files from the text file of an attempt."""
    text = _text(entry)
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
        for i, part in enumerate(entry.parts[:-1]):
            if (match := _BRIGHTSPACE.fullmatch(part)) is None:
                continue
            moment = _d2l_time(match["time"])
            found.append(
                Handed(
                    entry=entry,
                    people=(Person(name=match["name"]),),
                    name=entry.name,
                    within=entry.parts[i + 1 : -1],
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
    for entry in [entry for entry in entries if entry.name == "submission_metadata.yml"][:_MOST_METADATA]:
        for folder, value in _mapping(_yaml(_text(entry))).items():
            about[(*entry.parts[:-1], str(folder))] = _mapping(value)
    found = []
    for entry in entries:
        for i in range(1, len(entry.parts)):
            value = about.get(entry.parts[:i])
            if value is None:
                continue
            submitters = [_mapping(one) for one in _list(_get(value, "submitters"))]
            people = tuple(
                Person(name=_word(one, "name"), id=_word(one, "sid"), email=_word(one, "email")) for one in submitters
            )
            moment = _get(value, "created_at")
            found.append(
                Handed(
                    entry=entry,
                    people=tuple(person for person in people if person.student),
                    name=entry.name,
                    tag=entry.parts[i - 1],
                    within=entry.parts[i:-1],
                    time=moment.isoformat() if isinstance(moment, datetime) else str(moment or ""),
                    attempt=len(_list(_get(value, "history"))) + 1,
                )
            )
            break
    return found


class _Loader(SafeLoader):  # type: ignore[misc] # yaml has no annotations
    """Reads YAML with Ruby's tags: what they mark is read as if it had none."""


def _untagged(loader: Any, suffix: str, node: Any) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _untagged)


def _yaml(text: str) -> object:
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _get(mapping: Mapping[str, Any], key: str) -> Any:
    """Return a value. Keys in Ruby begin with a colon."""
    return mapping.get(f":{key}", mapping.get(key))


def _word(mapping: Mapping[str, Any], key: str) -> str:
    value = _get(mapping, key)
    return "" if value is None else str(value).strip()


# Sakai: "Week 7/Sousa, Ana(asousa)/Submission attachment(s)/07_autograd.py" -------------------------------------------

_SAKAI: Final = re.compile(r"(?P<name>.+?)\s*\((?P<login>[^()]+)\)")
_ATTACHMENTS: Final = "submission attachment"


def sakai(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read Sakai's "Download All"."""
    times = _timestamps(entries)
    found = []
    for entry in entries:
        for i, part in enumerate(entry.parts[:-2]):
            match = _SAKAI.fullmatch(part)
            if match is None or not entry.parts[i + 1].casefold().startswith(_ATTACHMENTS):
                continue
            person = Person(name=in_order(match["name"]), login=match["login"])
            time = times.get(entry.parts[: i + 1], "")
            found.append(
                Handed(entry=entry, people=(person,), name=entry.name, within=entry.parts[i + 2 : -1], time=time)
            )
    return found


# nbgrader: "submitted/asousa/07_autograd/07_autograd.ipynb", or the exchange's "asousa+07_autograd+2026-03-01 …" ------

_INBOUND: Final = re.compile(r"(?P<login>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [\d:.]+ \w+)(?:\+.*)?")


def nbgrader(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read nbgrader's course (`submitted/`) and the inbound folder of its exchange."""
    times = _timestamps(entries)
    found = []
    for entry in entries:
        folders = entry.parts[:-1]
        if "submitted" in folders and len(folders) > (i := folders.index("submitted")) + 2:
            login, place, time = folders[i + 1], i + 3, times.get(folders[: i + 3], "")
        elif inbound := next((m for m in map(_INBOUND.fullmatch, folders) if m is not None), None):
            login, place, time = inbound["login"], folders.index(inbound.group()) + 1, inbound["time"]
        else:
            continue
        if entry.name in ("timestamp.txt", "submission_secret.txt"):
            continue
        person = Person(login=login)
        found.append(Handed(entry=entry, people=(person,), name=entry.name, within=folders[place:], time=_utc(time)))
    return found


# A git clone for each student: Classroom 50's download, GitHub Classroom's, or clones made by hand --------------------


def clones(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read a folder with a git clone for each student; Classroom 50's download says more about them."""
    owners = {entry.parts[:-1]: _owner(entry) for entry in entries if entry.name.startswith(".classroom50.y")}
    roots = {parts[:-1] for parts in hidden if parts[-1] == ".git"} | owners.keys()
    roots = {root for root in roots if len(root) > 1} or roots
    scores = {entry.parts[:-1]: _scores(entry) for entry in entries if entry.name == "scores.csv"}
    logins = _logins(roots)
    found = []
    for entry in entries:
        root = next((entry.parts[:i] for i in range(len(entry.parts) - 1, 0, -1) if entry.parts[:i] in roots), None)
        if root is None:
            continue
        rows = scores.get(root[:-1], {})
        login = owners.get(root) or next((one for one in rows if root[-1].endswith(f"-{one}")), logins[root])
        row = rows.get(login, {})
        name = " ".join(filter(None, (row.get("first_name", ""), row.get("last_name", ""))))
        found.append(
            Handed(
                entry=replace(entry, time=None),  # a clone has the time of the download
                people=(Person(name=name, login=login, email=row.get("email", ""), section=row.get("section", "")),),
                name=entry.name,
                within=entry.parts[len(root) : -1],
                time=row.get("datetime", ""),
                late=row.get("late", "").casefold() in ("true", "yes"),
            )
        )
    return found


def _owner(entry: Entry) -> str:
    owner = _mapping(_yaml(_text(entry))).get("owner")
    return _word(_mapping(owner), "username") if isinstance(owner, dict) else str(owner or "")


def _scores(entry: Entry) -> dict[str, dict[str, str]]:
    """Return the newest row of each student in the table that Classroom 50 adds."""
    rows: dict[str, dict[str, str]] = {}
    with contextlib.suppress(csv.Error):
        for row in csv.DictReader(io.StringIO(_text(entry))):
            if row.get("username"):
                rows.setdefault(row["username"], {key: value for key, value in row.items() if isinstance(value, str)})
    return rows


def _logins(roots: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return the students' logins from the names of clones, without what all of a folder begin with."""
    siblings: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for root in roots:
        siblings[root[:-1]].append(root[-1])
    logins = {}
    for root in roots:
        common = _common(siblings[root[:-1]])
        logins[root] = root[-1][len(common) :] or root[-1]
    return logins


def _common(names: Sequence[str]) -> str:
    """Return what all names begin with, up to its last hyphen; "" if there is only one name."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("-", 0, same) + 1]


# The platforms' own files ---------------------------------------------------------------------------------------------

_OWN: Final = re.compile(
    r"submission_metadata\.yml|scores\.csv|results?\.json|release-body\.md|timestamp\.txt|submission_secret\.txt"
    r"|grades\.(?:csv|xls)|index\.html",
    re.IGNORECASE,
)


def is_own(name: str) -> bool:
    """Say whether a file has the name of one that a platform adds to a download."""
    slip = _BLACKBOARD.fullmatch(name)
    return _OWN.fullmatch(name) is not None or (slip is not None and slip["rest"] is None)


# Helpers --------------------------------------------------------------------------------------------------------------


def _text(entry: Entry) -> str:
    """Return a small text of the platform's own; "" if it cannot be read."""
    try:
        return bytes_of(entry).decode("utf-8-sig", "replace")
    except Unreadable:
        return ""


def _timestamps(entries: Sequence[Entry]) -> dict[tuple[str, ...], str]:
    """Return the times that nbgrader and Sakai write into a file, by the folder that it is in."""
    return {entry.parts[:-1]: _utc(_text(entry).strip()[:60]) for entry in entries if entry.name == "timestamp.txt"}


def _utc(text: str) -> str:
    """Return a time as ISO 8601: "2026-03-01 10:20:30 UTC" of nbgrader, "20260301102030123" of Sakai."""
    if digits := re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d*", text):
        year, month, day, *time = digits.groups()
        return f"{year}-{month}-{day}T{':'.join(time)}"
    return re.sub(r" (?:UTC|GMT)$", "+00:00", text)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(timespec="seconds")
