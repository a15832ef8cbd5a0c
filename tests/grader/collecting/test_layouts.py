"""Every layout that people download is read: each file is collected for its student, or listed with a reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from downloads import STUBS, TASKS, Tree, collection_of, exercises, notebook, solved, taken, written

from grader.roster import Person

SEVEN, EIGHT = TASKS
YAML = """\
submission_11:
  :submitters:
  - :name: Ana Sousa
    :sid: "1"
    :email: ana@example.org
  - :name: Bruno Dias
    :sid:
    :email: bruno@example.org
  :created_at: 2026-03-01 10:20:30.000000000 Z
  :status: processed
  :history: []
submission_12:
  :submitters: !ruby/array:Array
  - :name: Eva Reis
    :sid: "5"
    :email: eva@example.org
  :created_at: 2026-03-02 10:20:30.000000000 Z
  :history:
  - :id: 9
    :submitters: []
"""
SLIP = """\
Name: {name} ({login})
Assignment: Week 7
Date Submitted: Sunday, March 1, 2026 10:20:30 AM WET
Current Grade: Needs Grading

Submission Field:
There is no student submission text data for this assignment.

Files:
\tOriginal filename: {original}
\tFilename: {stored}
"""


@dataclass(frozen=True)
class Case:
    """A download: its files, what each student gets, and the layout. Hidden files are neither taken nor listed."""

    files: Tree
    students: Mapping[str, list[str]]
    layout: str
    late: frozenset[str] = frozenset()
    hidden: int = 0
    lost: frozenset[str] = field(default_factory=frozenset)


def script(exercise: str = SEVEN) -> list[str]:
    return [f"{exercise}.py"]


A, B = solved(by="ana"), solved(by="bruno!")
W7 = "w7.zip/"
CASES = {
    "Moodle, folders": Case(
        {
            f"{W7}Ana Sousa_101_assignsubmission_file/{SEVEN}.py": A,
            f"{W7}Ana Sousa_101_assignsubmission_onlinetext/onlinetext.html": "<p>Here it is.</p>",
            f"{W7}Bruno de_Dias_102_assignsubmission_file_/part/{SEVEN}.py": B,
        },
        {"Ana Sousa": script(), "Bruno de_Dias": script()},
        "moodle",
        lost=frozenset({"w7.zip/Ana Sousa_101_assignsubmission_onlinetext/onlinetext.html"}),
    ),
    "Moodle, flat": Case(
        {
            f"{W7}Ana Sousa_101_assignsubmission_file_{SEVEN}.py": A,
            f"{W7}Bruno Dias_102_assignsubmission_file_work.zip/{SEVEN}.py": B,
        },
        {"Ana Sousa": script(), "Bruno Dias": script()},
        "moodle",
    ),
    "Moodle, two people of one name": Case(
        {
            f"{W7}Ana Sousa_101_assignsubmission_file/{SEVEN}.py": A,
            f"{W7}Ana Sousa_102_assignsubmission_file/{SEVEN}.py": B,
        },
        {"Ana Sousa (101)": script(), "Ana Sousa (102)": script()},
        "moodle",
    ),
    "Canvas": Case(
        {
            f"{W7}sousaana_77_1001_{SEVEN}-2.py": A,
            f"{W7}diasbruno_LATE_78_1002_{SEVEN}.ipynb": notebook(B),
            f"{W7}reiseva_79_text.html": "<p>None</p>",
            f"{W7}reiseva_79_1003_{EIGHT}.py": solved(EIGHT),
        },
        {"sousaana": script(), "diasbruno": [f"{SEVEN}.ipynb"], "reiseva": script(EIGHT)},
        "canvas",
        late=frozenset({"diasbruno"}),
        lost=frozenset({"w7.zip/reiseva_79_text.html"}),
    ),
    "Blackboard, the last attempt": Case(
        {
            f"{W7}Week 7_asousa_attempt_2026-03-01-10-20-30_{SEVEN}.py": B,
            f"{W7}Week 7_asousa_attempt_2026-03-01-10-20-30.txt": SLIP.format(
                name="Ana Sousa",
                login="asousa",
                original=f"{SEVEN}.py",
                stored=f"Week 7_asousa_attempt_2026-03-01-10-20-30_{SEVEN}.py",
            ),
            f"{W7}Week 7_asousa_attempt_2026-03-02-10-20-30_{SEVEN}.py": A,
            f"{W7}Week 7_asousa_attempt_2026-03-02-10-20-30.txt": "Name: Ana Sousa (asousa)\n",
            f"{W7}Week 7_bdias_poging_2026-03-01-10-20-30_answer.py": B,
            f"{W7}Week 7_bdias_poging_2026-03-01-10-20-30.txt": SLIP.format(
                name="Bruno Dias",
                login="bdias",
                original=f"{SEVEN}.py",
                stored="Week 7_bdias_poging_2026-03-01-10-20-30_answer.py",
            ),
        },
        {"asousa": script(), "bdias": script()},
        "blackboard",
    ),
    "Drive, flat": Case(
        {
            f"{W7}Ana Sousa - {SEVEN}.py": A,
            f"{W7}{SEVEN} - Bruno Dias.ipynb": notebook(B),
            f"{W7}Copy of {SEVEN}.ipynb": notebook(A),
        },
        {"Ana Sousa": script(), "Bruno Dias": [f"{SEVEN}.ipynb"]},
        "files",
        lost=frozenset({f"w7.zip/Copy of {SEVEN}.ipynb"}),
    ),
    "names in file names": Case(
        {
            f"in/maria_{SEVEN}.py": A,
            f"in/maria_{EIGHT}.py": solved(EIGHT),
            f"in/joao_{SEVEN}.py": B,
            f"in/{SEVEN}_rui_costa.ipynb": notebook(B),
        },
        {"maria": [*script(), *script(EIGHT)], "joao": script(), "rui_costa": [f"{SEVEN}.ipynb"]},
        "files",
    ),
    "a folder for each exercise": Case(
        {f"in/{SEVEN}/maria.py": A, f"in/{SEVEN}/joao.py": B, f"in/{EIGHT}/maria.py": solved(EIGHT)},
        {"maria": [*script(), *script(EIGHT)], "joao": script()},
        "files",
    ),
    "Gradescope": Case(
        {
            "assignment_7_export.zip/assignment_7_export/submission_metadata.yml": YAML,
            f"assignment_7_export.zip/assignment_7_export/submission_11/{SEVEN}.py": A,
            f"assignment_7_export.zip/assignment_7_export/submission_12/src/{SEVEN}.ipynb": notebook(B),
        },
        {"ana@example.org": script(), "bruno@example.org": script(), "eva@example.org": [f"{SEVEN}.ipynb"]},
        "gradescope",
    ),
    "Brightspace, the last attempt": Case(
        {
            f"{W7}1-2 - Ana Sousa - Mar 1, 2026 926 PM/{SEVEN}.py": B,
            f"{W7}1-2 - Ana Sousa - Mar 3, 2026 1026 AM/{SEVEN}.py": A,
            f"{W7}1-3 - Mary-Ann Smith - Mar 1, 2026 926 PM/{SEVEN}.py": B,
            f"{W7}index.html": "<html></html>",
        },
        {"Ana Sousa": script(), "Mary-Ann Smith": script()},
        "brightspace",
    ),
    "Sakai": Case(
        {
            f"{W7}Week 7/Sousa, Ana(asousa)/Submission attachment(s)/{SEVEN}.py": A,
            f"{W7}Week 7/Sousa, Ana(asousa)/timestamp.txt": "20260301102030",
            f"{W7}Week 7/Dias, Bruno(bdias)/Submission attachment(s)/{SEVEN}.py": B,
            f"{W7}Week 7/grades.csv": "a,b\n",
        },
        {"asousa": script(), "bdias": script()},
        "sakai",
    ),
    "nbgrader's course": Case(
        {
            f"in/submitted/asousa/{SEVEN}/{SEVEN}.ipynb": notebook(A),
            f"in/submitted/asousa/{SEVEN}/timestamp.txt": "2026-03-01 10:20:30 UTC",
            f"in/submitted/bdias/{SEVEN}/{SEVEN}.ipynb": notebook(B),
        },
        {"asousa": [f"{SEVEN}.ipynb"], "bdias": [f"{SEVEN}.ipynb"]},
        "nbgrader",
    ),
    "nbgrader's exchange": Case(
        {
            f"in/inbound/a+sousa+{SEVEN}+2026-03-01 10:20:30.000000 UTC/{SEVEN}.ipynb": notebook(A),
            f"in/inbound/bdias+{SEVEN}+2026-03-01 10:20:30.000000 UTC+x1/{SEVEN}.ipynb": notebook(B),
        },
        {"a+sousa": [f"{SEVEN}.ipynb"], "bdias": [f"{SEVEN}.ipynb"]},
        "nbgrader",
    ),
    "git clones": Case(
        {
            f"in/week7-asousa/{SEVEN}.py": A,
            "in/week7-asousa/.git/config": "",
            f"in/week7-bdias/exercises/{SEVEN}.py": B,
            "in/week7-bdias/.git/config": "",
            "in/week7-bdias/README.md": "",
        },
        {"asousa": script(), "bdias": script()},
        "clones",
        hidden=2,
    ),
    "Classroom 50": Case(
        {
            "psi-w7_submissions_2026_03_01/scores.csv": "username,first_name,last_name,email,section,datetime,late\n"
            "asousa,Ana,Sousa,ana@example.org,A,2026-03-02T10:20:30Z,true\n"
            "asousa,Ana,Sousa,ana@example.org,A,2026-03-01T10:20:30Z,false\n"
            "bdias,Bruno,Dias,bruno@example.org,B,2026-03-01T10:20:30Z,false\n",
            f"psi-w7_submissions_2026_03_01/psi-w7-asousa/exercises/{SEVEN}.py": A,
            "psi-w7_submissions_2026_03_01/psi-w7-asousa/.classroom50.yaml": "owner: {username: asousa, id: 7}\n",
            "psi-w7_submissions_2026_03_01/psi-w7-asousa/.git/config": "",
            "psi-w7_submissions_2026_03_01/psi-w7-asousa/result.json": "{}",
            f"psi-w7_submissions_2026_03_01/psi-w7-bdias/exercises/{SEVEN}.py": B,
            "psi-w7_submissions_2026_03_01/psi-w7-bdias/.git/config": "",
        },
        {"asousa": script(), "bdias": script()},
        "clones",
        late=frozenset({"asousa"}),
        hidden=2,
        lost=frozenset({"psi-w7_submissions_2026_03_01/psi-w7-asousa/.classroom50.yaml"}),
    ),
    "a zip for each student, in a folder": Case(
        {f"in/maria.zip/{SEVEN}.py": A, f"in/joao.zip/week7/{SEVEN}.py": B},
        {"maria": script(), "joao": script()},
        "folders",
    ),
    "a zip of the class": Case(
        {f"class.zip/class/maria/{SEVEN}.py": A, f"class.zip/class/joao/{SEVEN}.py": B},
        {"maria": script(), "joao": script()},
        "folders",
    ),
    "zips in a zip": Case(
        {f"class.zip/maria.zip/{SEVEN}.py": A, f"class.zip/joao.zip/joao/{SEVEN}.py": B},
        {"maria": script(), "joao": script()},
        "folders",
    ),
    "a zip in a student's folder": Case(
        {f"in/maria/work.zip/{SEVEN}.py": A, f"in/joao/{SEVEN}.py": B},
        {"maria": script(), "joao": script()},
        "folders",
    ),
    "nested folders": Case(
        {f"in/maria/week7/{SEVEN}.py": A, f"in/maria/week8/{EIGHT}.py": solved(EIGHT), f"in/joao/week7/{SEVEN}.py": B},
        {"maria": [*script(), *script(EIGHT)], "joao": script()},
        "folders",
    ),
    "weeks above students": Case(
        {f"in/week7/maria/{SEVEN}.py": A, f"in/week8/maria/{EIGHT}.py": solved(EIGHT), f"in/week7/joao/{SEVEN}.py": B},
        {"maria": [*script(), *script(EIGHT)], "joao": script()},
        "folders",
    ),
    "sections": Case(
        {
            f"in/A/maria/{SEVEN}.py": A,
            f"in/A/joao/{SEVEN}.py": B,
            f"in/B/maria/{SEVEN}.py": B,
            f"in/B/rui/{SEVEN}.py": A,
        },
        {"maria (A)": script(), "joao": script(), "maria (B)": script(), "rui": script()},
        "folders",
    ),
    "the kit's bundle handed back": Case(
        {
            f"in/maria/course/exercises/{SEVEN}.py": A,
            f"in/maria/course/exercises/{EIGHT}.py": STUBS[EIGHT],
            f"in/maria/course/notebooks/{SEVEN}.ipynb": notebook(STUBS[SEVEN]),
            f"in/maria/course/notebooks/{EIGHT}.ipynb": notebook(solved(EIGHT)),
            f"in/maria/course/tests/public/test_{SEVEN}.py": "def test(): pass\n",
            "in/maria/course/README.md": "",
            "in/maria/course/requirements.txt": "",
            "in/maria/course/wheels/torch_exercise_kit-1-py3-none-any.whl": b"PK",
            f"in/joao/course/exercises/{SEVEN}.py": B,
        },
        {"maria": [*script(), f"{EIGHT}.ipynb"], "joao": script()},
        "folders",
    ),
    "names that are near": Case(
        {
            f"in/ana/Copy of {SEVEN}.ipynb": notebook(A),
            f"in/bia/{SEVEN} (1).ipynb": notebook(A),
            f"in/caio/{SEVEN}.ipynb.txt": notebook(A),
            "in/dora/07-autograd.py": A,
            f"in/eva/{SEVEN}_final.py": A,
            f"in/fabio/{SEVEN}.json": notebook(A),
            "in/gil/07 Autograd.py": A,
            f"in/hugo/{SEVEN}.txt": A,
            "in/ines/Untitled7.ipynb": notebook(A),
            "in/jose/work.py": A,
        },
        {
            **{name: [f"{SEVEN}.ipynb"] for name in ("ana", "bia", "caio", "fabio", "ines")},
            **{name: script() for name in ("dora", "eva", "gil", "hugo", "jose")},
        },
        "folders",
    ),
    "script and notebook": Case(
        {
            f"in/ana/{SEVEN}.py": STUBS[SEVEN],
            f"in/ana/{SEVEN}.ipynb": notebook(A),
            f"in/bia/{SEVEN}.py": A,
            f"in/bia/{SEVEN}.ipynb": notebook(B),
        },
        {"ana": [f"{SEVEN}.ipynb"], "bia": [f"{SEVEN}.ipynb", f"{SEVEN}.py"]},
        "folders",
    ),
    "accents, capitals, line ends, marks and litter": Case(
        {
            f"in/José da Conceição/{SEVEN}.py": A.replace("\n", "\r\n"),
            f"in/bia/{SEVEN.upper()}.PY": A.replace("\n", "\r"),
            f"in/caio/{SEVEN}.py": ("\ufeff" + A).encode(),
            f"in/dora/{SEVEN}.py": A.encode("utf-16"),
            "in/dora/.DS_Store": b"\0",
            "in/dora/Thumbs.db": b"\0",
            f"in/dora/.ipynb_checkpoints/{SEVEN}-checkpoint.ipynb": "{}",
        },
        dict.fromkeys(("José da Conceição", "bia", "caio", "dora"), script()),
        "folders",
        hidden=3,
    ),
    "old encodings": Case(
        {
            "in/ana/work.py": f"# é\n{A}".encode("latin-1"),
            "in/bia/work.py": f"# é – €\n{A}".encode("cp1252"),
            "in/caio/work.py": A.encode("utf-16-le"),
        },
        dict.fromkeys(("ana", "bia", "caio"), script()),
        "folders",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_layout_is_read(tmp_path: Path, case: Case) -> None:
    """The layout is recognised, each student gets the right files, and who was late stays late."""
    with collection_of(written(tmp_path, case.files)) as plan:
        assert exercises(plan) == {student: sorted(files) for student, files in case.students.items()}
        assert [layout.name for layout in plan.layouts] == [case.layout]
        assert not plan.doubt
        late = {one.student for one in plan.collected.people for file in one.files if file.handed_in.late}
        assert late == case.late


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_file_is_silent(tmp_path: Path, case: Case) -> None:
    """Every file of a download is collected or listed with a reason and a cure, and only hidden ones are neither."""
    with collection_of(written(tmp_path, case.files)) as plan:
        found = [path for files in taken(plan).values() for path in files.values()]
        left = {file.path: file for file in plan.collected.left}
        hidden = {path for path in case.files if {*path.split("/")} & {".git", ".DS_Store", "Thumbs.db"}}
        hidden |= {path for path in case.files if ".ipynb_checkpoints" in path}
        assert {*found, *left} == set(case.files) - hidden
        assert plan.litter == case.hidden
        assert {path for path, file in left.items() if file.kind == "lost"} == case.lost
        assert all(str(file.reason) and str(file.cure) for file in left.values())


ROSTER = (
    Person(name="Ana Sousa", id="1", email="ana@example.org", login="asousa", other_ids=("77",)),
    Person(name="Bruno Dias", id="2", email="bruno@example.org", login="bdias", other_ids=("78",)),
    Person(name="Eva Reis", id="5", email="eva@example.org", login="ereis", other_ids=("79",)),
    Person(name="Rui Costa", id="9", login="rcosta"),
)


@pytest.mark.parametrize("name", ["Moodle, flat", "Canvas", "Gradescope", "Drive, flat", "Sakai", "nbgrader's course"])
def test_the_roster_says_who_people_are(tmp_path: Path, name: str) -> None:
    """With a roster, every layout gives the same students, and members without a file are listed."""
    with collection_of(written(tmp_path, CASES[name].files), roster=ROSTER) as plan:
        people = {one.student: one for one in plan.collected.people}
        assert set(people) == {"asousa", "bdias", "ereis", "rcosta"}
        assert people["asousa"].person == ROSTER[0]
        assert people["asousa"].files
        assert not people["rcosta"].files
        assert [one.doubt for one in people.values() if one.doubt] == []


def test_a_layout_can_be_named(tmp_path: Path) -> None:
    """With --layout, a download is read in this way and in no other."""
    download = written(tmp_path, {f"in/ana/x_1_2_{SEVEN}.py": A, f"in/bia/{SEVEN}.py": B})
    with collection_of(download, layout="canvas") as plan:
        assert exercises(plan) == {"x": script()}
        assert [file.path for file in plan.collected.left] == [f"in/bia/{SEVEN}.py"]
    with collection_of(download) as plan:
        assert set(exercises(plan)) == {"ana", "bia"}


def test_several_downloads_are_one_class(tmp_path: Path) -> None:
    """Two weeks of one platform, and a third of another, give each student one folder; single archives are students."""
    written(tmp_path, {f"one.zip/Ana Sousa_1_assignsubmission_file/{SEVEN}.py": A})
    download = written(tmp_path, {f"two.zip/Ana Sousa_9_assignsubmission_file/{EIGHT}.py": solved(EIGHT)})
    with collection_of(download, download.parent / "one.zip") as plan:
        assert exercises(plan) == {"Ana Sousa": [*script(), *script(EIGHT)]}
    written(tmp_path, {f"maria.zip/{SEVEN}.py": A})
    written(tmp_path, {f"joao.zip/{SEVEN}.py": B})
    with collection_of(download.parent / "maria.zip", download.parent / "joao.zip") as plan:
        assert exercises(plan) == {"joao": script(), "maria": script()}


def test_both_files_of_one_canvas_attempt_are_looked_at(tmp_path: Path) -> None:
    """A suffix is no reason to drop a file beside it: the zip holds the last attempt only."""
    files = {f"w.zip/sousaana_77_1_{SEVEN}-1.py": STUBS[SEVEN], f"w.zip/sousaana_77_2_{SEVEN}.ipynb": notebook(A)}
    with collection_of(written(tmp_path, files)) as plan:
        assert exercises(plan) == {"sousaana": [f"{SEVEN}.ipynb"]}


def test_the_number_of_an_attempt_is_kept(tmp_path: Path) -> None:
    """The platform's number of an attempt, or the number among those of the download, is in the record."""
    for name, attempt in (("Canvas", 3), ("Blackboard, the last attempt", 2)):
        with collection_of(written(tmp_path / name[:2], CASES[name].files)) as plan:
            found = {one.student: one.files[0].handed_in.attempt for one in plan.collected.people}
            assert found.get("asousa", found.get("sousaana")) == attempt


def test_a_file_of_a_group_is_listed_for_each_member(tmp_path: Path) -> None:
    """What a group handed in and nobody can read is missing for each of them."""
    tree = {**CASES["Gradescope"].files, "assignment_7_export.zip/assignment_7_export/submission_11/a.pdf": ""}
    with collection_of(written(tmp_path, tree)) as plan:
        students = {file.student for file in plan.collected.left if file.path.endswith("a.pdf")}
        assert students == {"ana@example.org", "bruno@example.org"}


@pytest.mark.parametrize(
    ("paths", "students", "doubt"),
    [
        ([f"in/{number}/{SEVEN}.py" for number in (1, 2, 101)], {"1", "2", "101"}, True),
        ([f"in/{name}.zip/{name}/{SEVEN}.py" for name in ("maria", "joao")], {"maria", "joao"}, False),
        ([f"in/maria.zip/31/{SEVEN}.py", f"in/joao.zip/kit-main/{SEVEN}.py"], {"maria", "joao"}, False),
        ([f"in/{name}/{SEVEN}.py" for name in "AB"], {"A", "B"}, True),
        ([f"in/A/x/{SEVEN}.py", f"in/A/y/{SEVEN}.py", f"in/B/z/{SEVEN}.py"], {"x", "y", "z"}, True),
        ([f"in/{SEVEN}.py"], {"in"}, True),
        ([f"in/maria/{SEVEN}/{SEVEN}.py", f"in/maria/{EIGHT}/{EIGHT}.py"], {"maria"}, False),
        (
            [
                f"in/{when}/{n}/{SEVEN}.py"
                for when, n in zip(("early", "late") * 2, ("ana", "bia", "eva", "rui"), strict=True)
            ],
            {"ana", "bia", "eva", "rui"},
            False,
        ),
        ([f"in/early/ana/{SEVEN}.py", f"in/late/eva/{SEVEN}.py"], {"early", "late"}, True),
    ],
)
def test_students_are_found_by_where_names_differ(
    tmp_path: Path, paths: list[str], students: set[str], doubt: bool
) -> None:
    """In folders of no platform, students are where the most names differ; what is not clear is in doubt."""
    with collection_of(written(tmp_path, {path: A for path in paths})) as plan:
        assert {one.student for one in plan.collected.people} == students
        assert plan.doubt == doubt


def test_the_roster_tells_sections_from_people(tmp_path: Path) -> None:
    """Where folders could be read in two ways, the level with people of the roster is right."""
    files = {f"in/early/Ana Sousa/{SEVEN}.py": A, f"in/late/Eva Reis/{SEVEN}.py": B}
    with collection_of(written(tmp_path, files), roster=ROSTER) as plan:
        assert set(exercises(plan)) == {"asousa", "ereis"}
        assert not plan.doubt


@pytest.mark.parametrize(
    "path", [f"in/maria/x{{}}/{SEVEN}.py", f"in/maria/{SEVEN}_s{{}}.py", f"in/maria/work/{SEVEN}_s{{}}.py"]
)
@pytest.mark.parametrize("roster", [(), ROSTER])
def test_no_student_can_move_the_others(tmp_path: Path, path: str, roster: tuple[Person, ...]) -> None:
    """Hundreds of folders or files in one student's folder do not change whose the other students' files are."""
    files = {f"in/{name}/{SEVEN}.py": A for name in ("asousa", "bdias", "ereis", "rui")}
    flood = {path.format(number): A for number in ("asousa", "bdias", "ereis", *range(40))}
    with collection_of(written(tmp_path, {**files, **flood}), roster=roster) as plan:
        found = exercises(plan)
        assert set(found) == {"asousa", "bdias", "ereis", "rui", "maria"}
        assert all(found[name] == script() for name in ("asousa", "bdias", "ereis", "rui"))


@pytest.mark.parametrize(
    "flood",
    ["submitted/asousa/x/{}.py", "asousa_1_assignsubmission_file/{}.py", "x(asousa)/Submission attachment(s)/{}.py"],
)
def test_no_student_can_choose_the_layout(tmp_path: Path, flood: str) -> None:
    """Hundreds of files that look like those of a platform, in one student's folder, stay that student's."""
    files = {f"in/{name}/{SEVEN}.py": A for name in ("asousa", "bdias", "ereis")}
    more = {f"in/maria/{flood.format(f'{SEVEN} ({number})')}": B for number in range(30)}
    with collection_of(written(tmp_path, {**files, **more})) as plan:
        found = exercises(plan)
        assert set(found) == {"asousa", "bdias", "ereis", "maria"}
        assert found["asousa"] == script()


def test_a_clone_is_not_its_owners_word(tmp_path: Path) -> None:
    """A student who writes somebody else's name into a clone stays who the clone is called after."""
    files = {**CASES["Classroom 50"].files}
    root = "psi-w7_submissions_2026_03_01/psi-w7-bdias"
    files[f"{root}/.classroom50.yaml"] = "owner: {username: asousa}\n"
    with collection_of(written(tmp_path, files)) as plan:
        assert exercises(plan) == {"asousa": script(), "bdias": script()}


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 100_000, f"submission_11:\n  :submitters: {'[' * 9_000}", "a: &a [*a]"]
)
def test_hostile_metadata_ends_nothing(tmp_path: Path, text: str) -> None:
    """YAML that is nested very deeply is no table, and the files are read without it."""
    files = {f"in/{name}/{SEVEN}.py": A for name in ("ana", "bia")} | {"in/ana/submission_metadata.yml": text}
    with collection_of(written(tmp_path, files)) as plan:
        assert set(exercises(plan)) == {"ana", "bia"}


@pytest.mark.parametrize(
    ("place", "files"),
    [
        ("w.zip/Ana_1_assignsubmission_file", [f"{SEVEN}.ipynb"]),
        ("in/ana.zip", [f"{SEVEN}.ipynb"]),
        ("w.zip/ana", [f"{SEVEN}.ipynb", f"{SEVEN}.py"]),
    ],
)
def test_the_newer_file_counts_where_times_can_be_trusted(tmp_path: Path, place: str, files: list[str]) -> None:
    """In a platform's download and in a student's archive the newer file counts; a teacher's archive leaves a doubt."""
    held = io.BytesIO()
    before, _, inner = place.partition(".zip")
    with zipfile.ZipFile(held, "w") as archive:
        for minute, (name, content) in enumerate({f"{SEVEN}.py": A, f"{SEVEN}.ipynb": notebook(B)}.items()):
            entry = zipfile.ZipInfo(f"{inner.strip('/')}/{name}".strip("/"), (2026, 3, 1, 10, 10 * minute, 0))
            archive.writestr(entry, content)
    download = written(tmp_path, {f"{before}.zip": held.getvalue()})
    with collection_of(download) as plan:
        assert list(exercises(plan).values()) == [files]


def test_names_without_letters_are_people_too(tmp_path: Path) -> None:
    """Students whose folders are called by emoji or signs are told apart."""
    tree = {f"in/{name}/w7/{SEVEN}.py": text for name, text in (("😀", A), ("🎉", B), ("~", A), ("ana", B))}
    with collection_of(written(tmp_path, tree)) as plan:
        assert exercises(plan) == {name: script() for name in ("😀", "🎉", "~", "ana")}


def test_names_that_differ_in_capitals_only_are_two_people(tmp_path: Path) -> None:
    """The platform's numbers tell them apart, so that the work of neither takes the place of the other's."""
    folders = [
        f"in/{name}_{n}_assignsubmission_file/{SEVEN}.py" for n, name in enumerate(("JOÃO LIMA", "João Lima"), 7)
    ]
    with collection_of(written(tmp_path, dict(zip(folders, (A, B), strict=True)))) as plan:
        assert exercises(plan) == {"JOÃO LIMA (7)": script(), "João Lima (8)": script()}


def test_moodles_number_of_a_person_is_kept(tmp_path: Path) -> None:
    """The sheet of the same assignment has it, so that two people of one name can be told apart there."""
    tree = {f"in/Ana Sousa_{n}_assignsubmission_file/{SEVEN}.py": solved(by="a" * n) for n in (101, 102)}
    with collection_of(written(tmp_path, tree)) as plan:
        found = {one.student: [file.handed_in.participant for file in one.files] for one in plan.collected.people}
    assert found == {"Ana Sousa (101)": ["101"], "Ana Sousa (102)": ["102"]}


def test_downloads_of_several_platforms_can_lie_in_one_folder(tmp_path: Path) -> None:
    """Where no layout explains most of it but several together do, each is read in its own way."""
    tree = {
        f"in/w7.zip/Ana Sousa_101_assignsubmission_file/{SEVEN}.py": A,
        f"in/canvas/diasbruno_78_1002_{SEVEN}.py": B,
        "in/notes.txt": "mine",
    }
    with collection_of(written(tmp_path, tree)) as plan:
        assert exercises(plan) == {"Ana Sousa": script(), "diasbruno": script()}
        assert [layout.name for layout in plan.layouts] == ["moodle", "canvas"]
        assert [file.path for file in plan.collected.left] == ["in/notes.txt"]


def test_moodles_numbers_differ_between_assignments(tmp_path: Path) -> None:
    """A folder with the downloads of two assignments has each person once, and people of one name in each apart."""
    tree = {
        f"in/w7.zip/Ana Sousa_101_assignsubmission_file/{SEVEN}.py": A,
        f"in/w8.zip/Ana Sousa_301_assignsubmission_file/{EIGHT}.py": solved(EIGHT),
        f"in/w8.zip/Bia Reis_302_assignsubmission_file/{EIGHT}.py": solved(EIGHT, by="bia"),
        f"in/w8.zip/Bia Reis_303_assignsubmission_file/{EIGHT}.py": solved(EIGHT, by="beatriz"),
    }
    with collection_of(written(tmp_path, tree)) as plan:
        assert exercises(plan) == {
            "Ana Sousa": [f"{SEVEN}.py", f"{EIGHT}.py"],
            "Bia Reis (302)": script(EIGHT),
            "Bia Reis (303)": script(EIGHT),
        }
