"""Reads the small files and times that platforms add to downloads: tables, YAML, time stamps. They are not trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import yaml

from grader.collecting.sources import Entry, bytes_of
from grader.submissions import Unreadable

_MOST_YAML: Final = 20_000  # characters


def text_of(entry: Entry) -> str:
    """Return a small text of the platform's own; "" if it cannot be read."""
    try:
        return bytes_of(entry).decode("utf-8-sig", "replace")
    except Unreadable:
        return ""


def timestamps(entries: Sequence[Entry]) -> dict[tuple[str, ...], str]:
    """Return the times that nbgrader and Sakai write into a file, by the folder that it is in."""
    return {entry.parts[:-1]: utc(text_of(entry).strip()[:60]) for entry in entries if entry.name == "timestamp.txt"}


def utc(text: str) -> str:
    """Return a time as ISO 8601: "2026-03-01 10:20:30 UTC" of nbgrader, "20260301102030123" of Sakai."""
    if digits := re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d*", text):
        year, month, day, *time = digits.groups()
        return f"{year}-{month}-{day}T{':'.join(time)}"
    return re.sub(r" (?:UTC|GMT)$", "+00:00", text)


def mapping_of(value: object) -> Mapping[str, Any]:
    """Return a mapping as it is, and an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """Return a list as it is, and an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def iso(seconds: float) -> str:
    """Return a time of an archive, which has no zone, as ISO 8601."""
    return datetime.fromtimestamp(seconds).isoformat(timespec="seconds")


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # yaml has no annotations
    """Reads YAML with Ruby's tags: what they mark is read as if it had none.

    It is written in Python, so that what is nested too deeply ends in an error. The one in C would end the process.
    """


def _untagged(loader: Any, suffix: str, node: Any) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _untagged)


def yaml_of(text: str) -> object:
    """Return the content of a small YAML text; `None` if it is large or no YAML."""
    if len(text) > _MOST_YAML:
        return None
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def submissions_in(text: str) -> dict[str, Mapping[str, Any]]:
    """Return what Gradescope's metadata say of each submission: the submitters, the time, and how many came before.

    Results and older attempts are most of the text, and are not read.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for part in re.split(r"^(?=[^\s#-])", text, flags=re.MULTILINE):
        first, *lines = part.splitlines() or [""]
        key = yaml_of(first.rstrip().removesuffix(":")) if first.rstrip().endswith(":") else None
        if key is None:
            continue
        kept, earlier = _wanted(lines)
        about = dict(mapping_of(yaml_of("\n".join(kept))))
        found[str(key)] = about | {"earlier": earlier}
    return found


def _wanted(lines: Sequence[str]) -> tuple[list[str], int]:
    """Return the lines about the submitters and the time, and the number of older attempts."""
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    kept, section, earlier = [], "", 0
    for line in lines:
        bare = line[indent:]
        if named := re.match(r":?(\w+):", bare):
            section = named[1]
        if section in ("submitters", "created_at"):
            kept.append(bare)
        elif section == "history" and bare.startswith("-"):
            earlier += 1
    return kept, earlier


def value_of(mapping: Mapping[str, Any], key: str) -> Any:
    """Return a value. Keys in Ruby begin with a colon."""
    return mapping.get(f":{key}", mapping.get(key))


def word_of(mapping: Mapping[str, Any], key: str) -> str:
    """Return a value as text; "" if there is none."""
    value = value_of(mapping, key)
    return "" if value is None else str(value).strip()
