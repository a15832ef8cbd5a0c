"""Puts together what downloads and the roster say about people: which files belong to the same student."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec

from grader.collecting.handed import Handed
from grader.files import distinct_names
from grader.roster import Match, Person, Roster
from grader.sentences import Sentence, instructor_collecting

_Key = tuple[str, ...]
_CURES: Final = {
    instructor_collecting.SEVERAL_SPELLINGS.text: instructor_collecting.RENAME_FOLDERS,
    instructor_collecting.SEVERAL_OF_ONE_NAME.text: instructor_collecting.LOOK_WHO_IS_WHO,
}


class Student(msgspec.Struct, frozen=True, kw_only=True):
    """A student of the class: the name of the folder, who that is, and why that is not sure, if it is not."""

    student: str
    person: Person
    doubt: Sentence | None = None


class People:
    """Says for each file of the downloads whose it is.

    `students` are all who handed something in, and all members of the roster.
    """

    def __init__(self, handed: Sequence[Handed], roster: Roster | None) -> None:
        self._roster = roster
        tags: defaultdict[_Key, set[str]] = defaultdict(set)
        for one in handed:
            for person in one.people:
                tags[_within(one, person)].add(one.tag)
        self._ambiguous = {key for key, found in tags.items() if len(found) > 1}
        found: dict[_Key, tuple[str, Person, Sentence | None]] = {}
        self._keys: dict[tuple[int, Person], _Key] = {}
        for one in handed:
            for person in one.people:
                key, name, known, doubt = self._identify(one, person)
                self._keys[id(one), person] = key
                before = found.get(key)
                if before is None:
                    found[key] = (name, known, doubt)
                elif roster is None:
                    found[key] = (before[0], _together(before[1], known), before[2])
        for member in roster.people if roster is not None else ():
            found.setdefault(("roster", repr(member)), (member.student, member, None))
        often = Counter(name for name, _, _ in found.values())
        wanted = [
            f"{name} ({known.section})" if often[name] > 1 and known.section else name
            for name, known, _ in found.values()
        ]
        self.students: dict[_Key, Student] = {
            key: Student(student=student, person=known, doubt=doubt)
            for (key, (_, known, doubt)), student in zip(found.items(), distinct_names(wanted), strict=True)
        }

    def of(self, handed: Handed) -> list[Student]:
        """Return the students who handed in this file; none if they are not known."""
        return [self.students[self._keys[id(handed), person]] for person in handed.people]

    def _identify(self, one: Handed, person: Person) -> tuple[_Key, str, Person, Sentence | None]:
        """Return a key that all files of a person share, how the folder is called, who it is, and a doubt."""
        several = _within(one, person) in self._ambiguous
        name = one.label or person.student
        if self._roster is not None:
            match = self._match(one, person)
            if several and match.by == "name" and match.person is not None:  # which of them is in the roster?
                match = Match(by="name", sure=False, candidates=(match.person,))
            if match.person is not None:
                doubt = None
                if not match.sure:
                    doubt = instructor_collecting.PERHAPS(name=person.label, person=_described(match.person))
                return ("roster", repr(match.person)), match.person.student, match.person, doubt
            doubt = instructor_collecting.NOT_IN_ROSTER(name=person.label)
            if match.candidates:
                names = ", ".join(map(_described, match.candidates))
                doubt = instructor_collecting.ONE_OF_THESE(name=person.label, people=names)
        else:
            apart = not several or person.id or person.email or person.login
            doubt = None if apart else instructor_collecting.SEVERAL_OF_ONE_NAME(name=person.label)
        if several and not (person.id or person.email or person.login):
            return ("tag", *_within(one, person), one.tag), f"{name} ({one.tag})", person, doubt
        key = person.login or person.email or person.id or "".join(person.other_ids) or _folded(person.name)
        return ("name", key.casefold(), person.section), name, person, doubt

    def _match(self, one: Handed, person: Person) -> Match:
        assert self._roster is not None
        match = self._roster.find(person)
        if match.person is None and not match.candidates and one.label:
            return self._roster.find_text(one.label)
        return match


def _within(one: Handed, person: Person) -> _Key:
    """Return what a tag is unique for: a name, in what a platform packed together."""
    return (*(one.scope or one.entry.parts[:1]), _folded(person.label))


def cure_of(doubt: Sentence) -> Sentence:
    """Return what to do about a doubt who somebody is."""
    return _CURES.get(doubt.template, instructor_collecting.CORRECT_THE_ROSTER)()


def _together(one: Person, other: Person) -> Person:
    fields = ("name", "id", "email", "login", "section")
    return Person(
        **{field: getattr(one, field) or getattr(other, field) for field in fields},
        other_ids=one.other_ids or other.other_ids,
    )


def _folded(name: str) -> str:
    """Return a name without capitals and signs; one that has nothing but signs, such as emoji, stays."""
    folded = " ".join(re.split(r"[\W_]+", name.casefold()))
    return folded if folded.strip() else name


def _described(person: Person) -> str:
    """Return a name with what tells people of that name apart."""
    more = person.id or person.login or person.email
    return f"{person.label} ({more})" if more and more != person.label else person.label
