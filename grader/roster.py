"""The people of a class: reads a roster, and finds the person whom a platform, a folder or a file name means."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

import msgspec

from grader.errors import KitError
from grader.sentences import Sentence, instructor_roster
from grader.tables import Table, read_table

Field = Literal["name", "id", "email", "login"]
_FIELDS: Final[tuple[Field, ...]] = ("id", "email", "login", "name")  # the surest first

# What platforms and people call the columns, in lower case and with letters and digits only. The order counts: if a
# table has several columns for one field, the first one here is the field.
_COLUMNS: Final = {
    "id": "sisuserid orgdefinedid studentnumber studentid idnumber sid numeromecanografico nmecanografico nmec "
    "numerodealuno numeroaluno numerodeidentificacao numero matricula matrikelnummer numerodematricula numeroid nia ra "
    "number no id",
    "email": "email emailaddress mail enderecodeemail enderecodecorreio correioeletronico correoelectronico "
    "direcciondecorreo adressedecourriel emailadresse",
    "login": "sisloginid login loginid username user userid utilizador nomedeusuario nomedeutilizador usuario "
    "nomdutilisateur benutzername githubusername github",
    "section": "section sections turma group groups grupo grupos groupe groupes gruppe class seccao secao seccion",
    "name": "name fullname student studentname nome nomecompleto aluno estudante nombrecompleto nomcomplet nombre nom",
    "first": "firstname givenname primeironome nomeproprio prenom vorname nombres",
    "last": "lastname surname familyname apelido apelidos sobrenome apellido apellidos nachname nomdefamille",
    "role": "role papel funcao rol rolle",
}
_STUDENT_ROLES: Final = frozenset({"", "student", "aluno", "estudante", "estudiante", "etudiant", "student in"})
_NO_LETTERS: Final = re.compile(r"[\W_]+")


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person, as far as known: what is not known is "".

    `id` is the number that the university gave. `other_ids` are numbers that a platform gave; they only help to find a
    person, and none of them is shown. A person in several sections has them in one text: "A, B".
    """

    name: str = ""
    id: str = ""
    email: str = ""
    login: str = ""
    section: str = ""
    other_ids: tuple[str, ...] = ()

    @property
    def student(self) -> str:
        """How folders and reports call this person: the login, or else the e-mail address, the id or the name."""
        return self.login or self.email or self.id or self.name

    @property
    def label(self) -> str:
        """How people call this person: the name, or else what is known."""
        return self.name or self.student


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a roster takes somebody for.

    `person` is `None` if nobody fits, or if several people do, who are the `candidates`. `by` is the field that fits.
    `sure` is false if a teacher should look: the names only resemble each other, or contradict the number.
    """

    person: Person | None = None
    by: Field | None = None
    sure: bool = True
    candidates: tuple[Person, ...] = ()


class RosterError(KitError):
    """A roster cannot be read or contradicts itself."""


class Roster(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The people of a class, in the order of the file. `notes` say what was odd about the file."""

    people: tuple[Person, ...] = ()
    notes: tuple[Sentence, ...] = ()

    def find(self, known: Person) -> Match:
        """Return the person of the roster that `known` describes: by id, e-mail, login, then name."""
        for field in _FIELDS:
            found = self._with(field, known)
            if len(found) > 1 and known.section:
                found = tuple(person for person in found if known.section in person.section.split(", ")) or found
            if len(found) == 1:
                contradicted = field != "name" and not _may_be_one(known.name, found[0].name)
                return Match(person=found[0], by=field, sure=not contradicted)
            if found:
                return Match(by=field, sure=False, candidates=found)
        words = set(_words(known.name))
        resembling = tuple(p for p in self.people if _resemble(words, self._words_of[p]))
        if len(resembling) == 1:
            return Match(person=resembling[0], by="name", sure=False)
        return Match(by="name" if resembling else None, sure=False, candidates=resembling)

    def find_text(self, text: str) -> Match:
        """Return the person whom a text such as the name of a folder means: an id, e-mail, login or name."""
        likely = Person(name=text) if " " in text.strip() else Person(id=text, email=text, login=text, name=text)
        match = self.find(likely)
        return msgspec.structs.replace(match, sure=True) if match.by not in (None, "name") and match.person else match

    def _with(self, field: Field, known: Person) -> tuple[Person, ...]:
        """Return the people who have a field in common with `known`: exactly, or at least if it is read kindly."""
        for forms, index in zip(_FORMS[field], self._indexes[field], strict=True):
            found = dict.fromkeys(person for form in forms(known) for person in index.get(form, ()))
            if found:
                return tuple(found)
        return ()

    @cached_property
    def _indexes(self) -> dict[Field, list[dict[str, list[Person]]]]:
        """The people by each form of each field."""
        indexes: dict[Field, list[dict[str, list[Person]]]] = {field: [] for field in _FIELDS}
        for field, kinds in _FORMS.items():
            for forms in kinds:
                index: defaultdict[str, list[Person]] = defaultdict(list)
                for person in self.people:
                    for form in forms(person):
                        index[form].append(person)
                indexes[field].append(dict(index))
        return indexes

    @cached_property
    def _words_of(self) -> dict[Person, set[str]]:
        return {person: set(_words(person.name)) for person in self.people}


def read_roster(path: Path) -> Roster:
    """Return the people that a CSV file lists, one a line. Its first line names the columns.

    Known are the names that platforms give their columns in several languages; any subset of name (or first and last
    name), id, e-mail, login and section is enough. Raises `RosterError` and `TableError`.
    """
    table = read_table(path)
    if not table.rows:
        raise RosterError(instructor_roster.EMPTY_ROSTER(path=str(path)))
    header = table.rows[0][1]
    columns = _columns(header)
    if not columns:
        raise RosterError(instructor_roster.NO_COLUMNS(path=str(path), found=", ".join(filter(None, header))))
    if not {"name", "first", "last", "id", "email", "login"} & columns.keys():
        raise RosterError(instructor_roster.NO_IDENTITY(path=str(path), found=", ".join(filter(None, header))))
    people, notes = _people(path, table, columns)
    if not people:
        raise RosterError(instructor_roster.NO_PEOPLE(path=str(path)))
    if not table.encoding.startswith("utf"):
        notes.insert(0, instructor_roster.OLD_ENCODING(path=path.name, encoding=table.encoding))
    return Roster(people=tuple(people), notes=tuple(notes))


def _columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns of each field, the best first."""
    squeezed = [_squeezed(cell) for cell in header]
    found = {
        field: [squeezed.index(alias) for alias in aliases.split() if alias in squeezed]
        for field, aliases in _COLUMNS.items()
    }
    columns = {field: places for field, places in found.items() if places}
    if "name" in columns and ("first" in columns) != ("last" in columns):  # "Nome, Apelido"; "Nom, Prénom"
        columns["last" if "first" in columns else "first"] = columns.pop("name")
    return columns


def _people(path: Path, table: Table, columns: dict[str, list[int]]) -> tuple[list[Person], list[Sentence]]:
    notes: list[Sentence] = []
    people: dict[int, Person] = {}  # by line
    others = 0
    for line, cells in table.rows[1:]:
        person, role = _person(cells, columns)
        if role not in _STUDENT_ROLES:
            others += 1
        elif _points_possible(cells):
            continue
        elif not person.student:
            notes.append(instructor_roster.NOBODY_NAMED(path=path.name, line=line))
        elif (before := _same(path, line, person, people)) is None:
            people[line] = person
        else:
            both = _merged(people[before], person)
            only_name = person.student == person.name
            several = both.section != people[before].section and not only_name
            sentence = instructor_roster.SEVERAL_SECTIONS if several else instructor_roster.SAID_TWICE
            notes.append(sentence(path=path.name, first=before, second=line, person=person.label))
            people[before] = both
    if others:
        column = table.rows[0][1][columns["role"][0]]
        notes.append(instructor_roster.NOT_STUDENTS(path=path.name, count=others, column=column))
    return list(people.values()), notes


def _person(cells: Sequence[str], columns: dict[str, list[int]]) -> tuple[Person, str]:
    """Return the person in a row, and the role that the row gives."""

    def cell(field: str, *, at: int = 0) -> str:
        places = columns.get(field, [])
        return cells[places[at]] if at < len(places) and places[at] < len(cells) else ""

    ids = [_bare(cell("id", at=n)) for n in range(len(columns.get("id", ())))]
    person = Person(
        name=in_order(cell("name")) or " ".join(filter(None, (cell("first"), cell("last")))),
        id=next(filter(None, ids), ""),
        email=cell("email"),
        login=_bare(cell("login")),
        section=cell("section"),
        other_ids=tuple(dict.fromkeys(filter(None, ids)))[1:],
    )
    return person, " ".join(_words(cell("role")))


def _bare(value: str) -> str:
    """Return an id without what spreadsheets add: D2L's "#", the quote that keeps zeros, and ".0"."""
    return re.sub(r"\.0$", "", value.strip().lstrip("#'").strip())


def _points_possible(cells: Sequence[str]) -> bool:
    """Say whether a row is one of those that Canvas adds to its gradebook: maxima, and a student for tests."""
    return bool(cells) and _squeezed(cells[0]) in ("pointspossible", "studenttest")


def _same(path: Path, line: int, person: Person, people: dict[int, Person]) -> int | None:
    """Return the line of the same person, if there is one. Raises `RosterError` if two people share an id."""
    for before, known in people.items():
        for field in ("id", "email", "login"):
            value = getattr(person, field)
            if value and value.casefold() == getattr(known, field).casefold():
                if not _alike(known, person):
                    raise RosterError(
                        instructor_roster.TWO_PEOPLE(
                            path=str(path),
                            first=before,
                            second=line,
                            field=field,
                            value=value,
                            one=known.label,
                            other=person.label,
                        )
                    )
                return before
        if _alike(known, person) and (person.id, person.email, person.login) == (known.id, known.email, known.login):
            return before
    return None


def _alike(one: Person, other: Person) -> bool:
    """Say whether nothing but the section tells two rows apart, where both say something."""
    fields = ("name", "id", "email", "login")
    pairs = [(getattr(one, field).casefold(), getattr(other, field).casefold()) for field in fields]
    return all(a == b for a, b in pairs if a and b)


def _merged(one: Person, other: Person) -> Person:
    sections = [section for person in (one, other) for section in person.section.split(", ") if section]
    return Person(
        name=one.name or other.name,
        id=one.id or other.id,
        email=one.email or other.email,
        login=one.login or other.login,
        section=", ".join(dict.fromkeys(sections)),
        other_ids=tuple(dict.fromkeys((*one.other_ids, *other.other_ids))),
    )


# Names ----------------------------------------------------------------------------------------------------------------


def in_order(name: str) -> str:
    """Return "First Last" for "Last, First"; any other name as it is."""
    last, comma, first = (part.strip() for part in name.partition(","))
    return f"{first} {last}" if comma and first and last and "," not in first else name.strip()


def plain(text: str) -> str:
    """Return a text in lower case and without accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    return [word for word in _NO_LETTERS.split(plain(text)) if word]


def _squeezed(text: str) -> str:
    return "".join(_words(text))


def _rotations(name: str) -> Iterator[str]:
    """Yield how a name is written as one word, whichever of its words the last name begins with: Canvas does so."""
    words = _words(in_order(name))
    for i in range(len(words)):
        yield "".join(words[i:] + words[:i])


def _may_be_one(one: str, other: str) -> bool:
    """Say whether two names do not contradict each other: one is not known, or they share a word."""
    if not one or not other:
        return True
    words = set(_words(one)) & set(_words(other))
    return bool(words) or bool(set(_rotations(one)) & set(_rotations(other)))


def _resemble(one: set[str], other: set[str]) -> bool:
    """Say whether all words of one name, and two at least, are in the other: "Ana Silva", "Ana Maria Silva"."""
    fewer, more = sorted((one, other), key=len)
    return len(fewer) > 1 and fewer <= more


def _only(value: str) -> Iterable[str]:
    return (value,) if value else ()


def _ids(person: Person) -> Iterable[str]:
    return filter(None, (_bare(value).casefold() for value in (person.id, *person.other_ids)))


def _logins(person: Person) -> Iterable[str]:
    """Yield logins: that of a person, and what stands before the @ of an address, which often is the login too."""
    yield from _only(person.login.casefold())
    yield from _only(person.email.partition("@")[0].casefold())


# Each field's forms: people match who have a form in common. Later forms count only if nobody has an earlier one.
_FORMS: Final[dict[Field, tuple[Callable[[Person], Iterable[str]], ...]]] = {
    "id": (_ids, lambda person: filter(None, (value.lstrip("0") for value in _ids(person)))),
    "email": (lambda person: _only(person.email.casefold() if "@" in person.email else ""),),
    "login": (lambda person: _only(person.login.casefold()), _logins),
    "name": (
        lambda person: _only(" ".join(_words(in_order(person.name)))),
        lambda person: _only(" ".join(sorted(_words(person.name)))),
        lambda person: _rotations(person.name),
    ),
}
