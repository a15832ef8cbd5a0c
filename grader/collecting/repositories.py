"""Recognises work that is kept by course tools: nbgrader's folders, and a git clone for each student."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from grader.collecting.handed import Handed
from grader.collecting.metadata import mapping_of, text_of, timestamps, utc, word_of, yaml_of
from grader.collecting.sources import Entry
from grader.roster import Person

Found = list[Handed]


# nbgrader: "submitted/asousa/07_autograd/07_autograd.ipynb", or the exchange's "asousa+07_autograd+2026-03-01 …" ------

_INBOUND: Final = re.compile(r"(?P<login>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [\d:.]+ \w+)(?:\+.*)?")


def nbgrader(entries: Sequence[Entry], hidden: Collection[tuple[str, ...]]) -> Found:
    """Read nbgrader's course (`submitted/`) and the inbound folder of its exchange."""
    times = timestamps(entries)
    found = []
    for entry in entries:
        folders = entry.parts[:-1]
        if "submitted" in folders and len(folders) > (i := folders.index("submitted")) + 2:
            login, time = folders[i + 1], times.get(folders[: i + 3], "")
        elif inbound := next((m for m in map(_INBOUND.fullmatch, folders) if m is not None), None):
            login, time = inbound["login"], inbound["time"]
        else:
            continue
        if entry.name in ("timestamp.txt", "submission_secret.txt"):
            continue
        person = Person(login=login)
        found.append(Handed(entry=entry, people=(person,), name=entry.name, time=utc(time)))
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
        # A student can write anything into a clone, but not into its name.
        known = (*rows, *filter(None, (owners.get(root),)))
        login = next((one for one in known if root[-1].casefold().endswith(f"-{one}".casefold())), logins[root])
        row = rows.get(login, {})
        name = " ".join(filter(None, (row.get("first_name", ""), row.get("last_name", ""))))
        found.append(
            Handed(
                entry=replace(entry, time=None),  # a clone has the time of the download
                people=(Person(name=name, login=login, email=row.get("email", ""), section=row.get("section", "")),),
                name=entry.name,
                time=row.get("datetime", ""),
                late=row.get("late", "").casefold() in ("true", "yes"),
            )
        )
    return found


def _owner(entry: Entry) -> str:
    owner = mapping_of(yaml_of(text_of(entry))).get("owner")
    return word_of(mapping_of(owner), "username") if isinstance(owner, dict) else str(owner or "")


def _scores(entry: Entry) -> dict[str, dict[str, str]]:
    """Return the newest row of each student in the table that Classroom 50 adds."""
    rows: dict[str, dict[str, str]] = {}
    with contextlib.suppress(csv.Error):
        for row in csv.DictReader(io.StringIO(text_of(entry))):
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
