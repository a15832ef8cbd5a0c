"""A roster is read from what platforms export, and finds the person whom a name, a number or a login means."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.roster import Match, Person, Roster, RosterError, read_roster
from grader.tables import TableError, read_table

PEOPLE = """\
name,id,email,login,section
Ana Souza,01234,ana.souza@example.org,asouza,A
Bruno Dias,2,bruno@example.org,bdias,A
João Silva,31,joao1@example.org,jsilva1,A
João Silva,32,joao2@example.org,jsilva2,B
Maria de Lurdes Pinto,4,mlp@example.org,mlp,B
"""


def roster(tmp_path: Path, content: str | bytes) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_roster(path)


def found(people: Roster, **known: str) -> str | None:
    match = people.find(Person(**known))
    return match.person.login if match.person is not None and match.sure else None


@pytest.mark.parametrize(
    "known",
    [
        {"id": "01234"},
        {"id": "1234"},
        {"id": "#01234"},
        {"email": "Ana.Souza@example.org"},
        {"login": "ASOUZA"},
        {"login": "ana.souza"},
        {"name": "ana souza"},
        {"name": "Souza, Ana"},
        {"name": "souzaana"},
        {"name": "Anna Souza", "id": "01234"},
    ],
)
def test_a_person_is_found_by_any_field(tmp_path: Path, known: dict[str, str]) -> None:
    """Ids, addresses, logins and names are found however platforms write them."""
    assert found(roster(tmp_path, PEOPLE), **known) == "asouza"


def test_two_people_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    """A name that two people have finds neither, and says who they are; their section or number tells them apart."""
    people = roster(tmp_path, PEOPLE)
    match = people.find(Person(name="Joao Silva"))
    assert match.person is None
    assert not match.sure
    assert [person.id for person in match.candidates] == ["31", "32"]
    assert found(people, name="João Silva", section="B") == "jsilva2"
    assert found(people, name="João Silva", id="31") == "jsilva1"


def test_what_only_resembles_is_in_doubt(tmp_path: Path) -> None:
    """A part of a name, or a number of somebody with quite another name, finds a person without being sure."""
    people = roster(tmp_path, PEOPLE)
    for known in (Person(name="Maria Pinto"), Person(name="Rui Costa", id="4")):
        match = people.find(known)
        assert match.person is not None
        assert match.person.login == "mlp"
        assert not match.sure
    assert people.find(Person(name="Carla Reis")) == Match(sure=False)


@pytest.mark.parametrize(("text", "login"), [("asouza", "asouza"), ("2", "bdias"), ("Bruno Dias", "bdias")])
def test_the_name_of_a_folder_finds_a_person(tmp_path: Path, text: str, login: str) -> None:
    """The name of a folder may be an id, an address, a login or a name."""
    match = roster(tmp_path, PEOPLE).find_text(text)
    assert match.person is not None
    assert match.person.login == login
    assert match.sure


@pytest.mark.parametrize(
    "content",
    [
        "name;login\nAna Souza;asouza\n",
        "sep=;\nname;login\nAna Souza;asouza\n",
        "name\tlogin\nAna Souza\tasouza\n".encode("utf-16"),
        "name,login\nAna Souza,asouza\n".encode("utf-16-le"),
        "name,login\nAna Souza,asouza\n".encode("utf-8-sig"),
        "Nome,Apelido,Nome de utilizador\nAna,Souza,asouza\n",
        "First name,Surname,Username\nAna,Souza,asouza\n",
        "Nom;Prénom;Username\nSouza;Ana;asouza\n",
        'Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"Souza, Ana",7,9,asouza,A\n',
        "username,first_name,last_name,role\nasouza,Ana,Souza,student\nprof,Rui,Reis,teacher\n",
    ],
)
def test_exports_of_platforms_are_read(tmp_path: Path, content: str | bytes) -> None:
    """The delimiter, the encoding and the names of columns are recognised; rows of other roles are left out."""
    [person] = roster(tmp_path, content).people
    assert (person.name, person.login, person.student, person.label) == ("Ana Souza", "asouza", "asouza", "Ana Souza")


def test_canvas_numbers_help_to_find_a_person(tmp_path: Path) -> None:
    """The number of the university is the id, and the platform's own number finds the person too."""
    people = roster(tmp_path, "Student,ID,SIS User ID\nAna Souza,77,9\n")
    assert people.people == (Person(name="Ana Souza", id="9", other_ids=("77",)),)
    assert people.find(Person(other_ids=("77",))).person == people.people[0]


def test_a_table_in_cp1252_is_read_and_noted(tmp_path: Path) -> None:
    """An old encoding is read, and a note says so."""
    people = roster(tmp_path, "name\nJosé Conceição\n".encode("cp1252"))
    assert people.people[0].name == "José Conceição"
    assert "cp1252" in str(people.notes[0])


def test_a_person_in_two_lines_is_one(tmp_path: Path) -> None:
    """Lines with the same id are one person in several sections; lines with the same name only are noted."""
    people = roster(tmp_path, "name,id,section\nAna,1,A\nAna,1,B\nRui,,A\nRui,,A\n")
    assert [(person.name, person.section) for person in people.people] == [("Ana", "A, B"), ("Rui", "A")]
    assert [sorted(note.parameters.items())[0] for note in people.notes] == [("first", 2), ("first", 4)]
    assert "if they are two people" in str(people.notes[1])


def test_two_people_with_one_id_are_refused(tmp_path: Path) -> None:
    """A number that two people share is an error that names both lines."""
    with pytest.raises(RosterError, match=r"lines 2 and 3 have the same id \(1\), but are two people: Ana and Rui"):
        roster(tmp_path, "name,id\nAna,1\nRui,1\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "has no lines"),
        ("Ana Souza,1\nRui Reis,2\n", r"names no column that is known \(Ana Souza, 1\)"),
        ("section,grade\nA,1\n", r"no column tells people apart \(section, grade\)"),
        ("name,id\n", "names nobody"),
    ],
)
def test_a_roster_without_people_is_refused(tmp_path: Path, content: str, says: str) -> None:
    """The error says what the first line lacks."""
    with pytest.raises(RosterError, match=says):
        roster(tmp_path, content)


def test_a_line_that_names_nobody_is_noted(tmp_path: Path) -> None:
    """A line without a name, id, address or login is left out, and said."""
    people = roster(tmp_path, "name,section\nAna,A\n,B\n")
    assert len(people.people) == 1
    assert str(people.notes[0]) == "roster.csv: line 3 names nobody, and was left out."


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"PK\x03\x04rest", "an Excel workbook"), (b'name\n"' + b"x" * 200_000, "line 2 is not CSV")],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """A workbook and broken CSV are errors with a cure."""
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=says):
        read_table(path)


def test_a_missing_table_is_an_error(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(TableError, match=r"nowhere.csv.*No such file"):
        read_table(tmp_path / "nowhere.csv")
