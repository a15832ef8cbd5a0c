"""The files of a class are found, whatever the folders are called and contain."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

import msgspec
import pytest

from grader.submissions import (
    Look,
    StudentFolder,
    SubmissionsError,
    files_beside,
    find_submissions,
    read_submission,
)

EXERCISES = ("01_tensors", "02_autograd", "10_linear")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def only(folder: Path) -> StudentFolder:
    [found] = find_submissions(folder, exercises=EXERCISES)
    return found


def names(found: StudentFolder) -> dict[str, list[str]]:
    return {exercise: [path.name for path in paths] for exercise, paths in found.files.items()}


def paths(found: StudentFolder) -> dict[str, tuple[Path, ...]]:
    return {exercise: tuple(file.path for file in files) for exercise, files in found.files.items()}


def test_scripts_and_notebooks_are_found_by_exercise(folder: Path) -> None:
    """Each student's files are listed under the exercise that their names say."""
    put(folder, "ana/01_tensors.py", "ana/10_linear.ipynb")
    found = only(folder)
    assert (found.student, found.notes) == ("ana", ())
    assert paths(found) == {
        "01_tensors": (folder / "ana" / "01_tensors.py",),
        "10_linear": (folder / "ana" / "10_linear.ipynb",),
    }


def test_students_come_sorted(folder: Path) -> None:
    """Students are sorted by name, including one who handed in nothing."""
    put(folder, "zoe/01_tensors.py", "ana/01_tensors.py")
    (folder / "max").mkdir()
    assert [found.student for found in find_submissions(folder, exercises=EXERCISES)] == ["ana", "max", "zoe"]


def test_two_files_for_one_exercise_are_both_given(folder: Path) -> None:
    """A script and a notebook for one exercise are both listed; the choice is made elsewhere."""
    put(folder, "ana/01_tensors.py", "ana/01_tensors.ipynb")
    assert names(only(folder)) == {"01_tensors": ["01_tensors.ipynb", "01_tensors.py"]}


@pytest.mark.parametrize(
    "litter", [".DS_Store", ".ipynb_checkpoints/01_tensors.ipynb", "__pycache__/01_tensors.py", ".01_tensors.py"]
)
def test_hidden_files_and_caches_are_ignored(folder: Path, litter: str) -> None:
    """Hidden files and caches in a student's folder are ignored without a note."""
    put(folder, "ana/01_tensors.py", f"ana/{litter}")
    found = only(folder)
    assert names(found) == {"01_tensors": ["01_tensors.py"]}
    assert found.notes == ()


@pytest.mark.parametrize("litter", [".git", "__pycache__", ".ipynb_checkpoints", "__MACOSX"])
def test_hidden_folders_are_no_students(folder: Path, litter: str) -> None:
    """Hidden folders beside the students' folders are ignored."""
    put(folder, "ana/01_tensors.py", f"{litter}/01_tensors.py")
    assert only(folder).student == "ana"


def test_an_empty_folder_is_a_student_unless_it_is_an_exercises(folder: Path) -> None:
    """Who handed in nothing is in the class; a folder that somebody made for an exercise is not."""
    for name in ("zoe", "08_detach", "07_autograd"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "zoe" / ".DS_Store").touch()
    found = [one.student for one in find_submissions(folder, exercises=["07_autograd"], others=["08_detach"])]
    assert "zoe" in found and not {"08_detach", "07_autograd"} & {*found}


def test_files_beside_the_students_folders_are_ignored(folder: Path) -> None:
    """A file beside the students' folders, such as a list of grades, is ignored."""
    put(folder, "ana/01_tensors.py", "grades.csv", "10_linear.py")
    assert names(only(folder)) == {"01_tensors": ["01_tensors.py"]}


def test_files_for_exercises_that_are_not_asked_for_get_no_note(folder: Path) -> None:
    """Files for exercises that are not graded now get no note, whatever their case."""
    put(folder, "ana/01_tensors.py", "ana/02_autograd.py", "ana/10_Linear.ipynb", "ana/linar.py")
    [found] = find_submissions(folder, exercises=["01_tensors"], others=EXERCISES)
    assert names(found) == {"01_tensors": ["01_tensors.py"]}
    assert tuple(map(str, found.notes)) == (
        "linar.py is not the name of an exercise, so it was not graded. Did you mean 10_linear.py?",
    )


# Names of files


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("01_tensor.py", "01_tensors"),
        ("01-tensors.ipynb", "01_tensors"),
        ("01_tensors (1).py", "01_tensors"),
        ("Copy of 01_tensors.ipynb", "01_tensors"),
        ("01_tensors_final.py", "01_tensors"),
        ("Tensors.py", "01_tensors"),
        ("02_Autgrad.py", "02_autograd"),
        ("01_tensors.py.txt", "01_tensors"),
        ("01_tensors.ipynb.json", "01_tensors"),
    ],
)
def test_a_name_that_is_near_is_read_with_a_note(folder: Path, name: str, exercise: str) -> None:
    """Copies and slightly misspelt names are read, and a note says as which exercise."""
    put(folder, f"ana/{name}")
    assert names(only(folder)) == {exercise: [name]}
    assert tuple(map(str, only(folder).notes)) == (f"{name} was read as {exercise}. Next time, use exactly this name.",)


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("02_tensors.py", "01_tensors.py"),
        ("10_linear.html", "10_linear.py"),
        ("autogra.pdf", "02_autograd.py"),
    ],
)
def test_a_name_that_is_not_near_enough_gets_a_suggestion(folder: Path, name: str, closest: str) -> None:
    """A file with the number of another exercise, or of another kind, is not read; a note suggests the right name."""
    put(folder, f"ana/{name}")
    assert only(folder).files == {}
    assert tuple(map(str, only(folder).notes)) == (
        f"{name} is not the name of an exercise, so it was not graded. Did you mean {closest}?",
    )
    [left] = only(folder).left
    assert (left.path, left.student, left.kind) == (f"ana/{name}", "ana", "lost")


TASKS = {"01_tensors": ("f", "g", "h"), "02_autograd": ("h", "k")}


@pytest.mark.parametrize(
    ("defined", "exercises"),
    [(("f", "g"), ["01_tensors"]), (("k",), ["02_autograd"]), (("f",), ["01_tensors"]), (("h", "k", "f"), [*TASKS])],
)
def test_an_unknown_name_is_recognised_by_its_functions(
    folder: Path, defined: tuple[str, ...], exercises: list[str]
) -> None:
    """A file whose name says nothing is for the exercises whose functions it defines."""
    put(folder, "ana/Untitled7.ipynb")
    looked_at = []

    def look(file: object, name: str) -> Look:
        looked_at.append(name)
        return Look(defined=dict.fromkeys(defined, ""))

    [found] = find_submissions(folder, exercises=EXERCISES, tasks=TASKS, look=look)
    assert names(found) == {exercise: ["Untitled7.ipynb"] for exercise in exercises}
    assert looked_at == ["Untitled7.ipynb"]
    assert "because it defines its functions" in str(found.notes[0])


def test_a_file_without_functions_of_an_exercise_is_left(folder: Path) -> None:
    """A script that defines nothing of the course is listed as lost, with what to do."""
    put(folder, "ana/helper.py")
    [found] = find_submissions(folder, exercises=EXERCISES, tasks=TASKS, look=lambda file, name: Look())
    [left] = found.left
    assert (left.path, left.kind) == ("ana/helper.py", "lost")
    assert str(left.cure).startswith("Look whether it holds an answer")


def test_files_of_the_kits_bundle_are_no_answers(folder: Path) -> None:
    """A public suite and the README that a student hands back are not taken for answers, and need no action."""
    put(folder, "ana/test_01_tensors.py", "ana/README.md")
    found = only(folder)
    assert found.files == {}
    assert {left.kind for left in found.left} == {"spare"}


def test_files_beside_the_students_folders_are_listed(folder: Path) -> None:
    """Scripts and notebooks that lie beside the students' folders belong to nobody, and are listed."""
    put(folder, "ana/01_tensors.py", "grades.csv", "10_linear.py", ".hidden.py")
    assert [left.path for left in files_beside(folder)] == ["10_linear.py"]


def test_a_name_like_no_exercise_gets_a_note(folder: Path) -> None:
    """A file whose name is like no exercise gets a note without a suggestion."""
    put(folder, "ana/data.csv")
    assert tuple(map(str, only(folder).notes)) == ("data.csv is not the name of an exercise, so it was not graded.",)


def test_a_folder_in_a_students_folder_gets_a_note(folder: Path) -> None:
    """A folder inside a student's folder gets a note, because work may be in it."""
    put(folder, "ana/homework/01_tensors.py")
    assert only(folder).files == {}
    assert tuple(map(str, only(folder).notes)) == (
        "The folder homework was not looked into. Put the files directly in the student's folder.",
    )


def test_a_folder_of_rubbish_gets_few_notes(folder: Path) -> None:
    """Thousands of unknown files give a few notes."""
    put(folder, *(f"ana/{number}.dat" for number in range(100)))
    assert len(only(folder).notes) == 21
    assert str(only(folder).notes[-1]) == "80 more files are not exercises."
    assert len(only(folder).left) == 100


def test_the_right_name_comes_first_among_very_many(folder: Path) -> None:
    """However many copies there are, the file with the exercise's own name is the first that is looked at."""
    put(folder, "ana/10_linear.py", *(f"ana/00 10_linear ({number}).py" for number in range(60)))
    assert names(only(folder))["10_linear"][0] == "10_linear.py"
    assert len(only(folder).notes) == 20


def test_capital_letters_are_forgiven_with_a_note(folder: Path) -> None:
    """A name that differs only in case is accepted with a note."""
    put(folder, "ana/10_Linear.PY")
    assert names(only(folder)) == {"10_linear": ["10_Linear.PY"]}
    assert tuple(map(str, only(folder).notes)) == (
        "10_Linear.PY was read as 10_linear: capital and small letters differ.",
    )


def test_two_cases_of_one_name_are_two_files(folder: Path) -> None:
    """If two files differ only in case, both are listed."""
    put(folder, "ana/10_linear.py", "ana/10_Linear.py")
    assert names(only(folder)) == {"10_linear": ["10_linear.py", "10_Linear.py"]}


def test_case_is_not_forgiven_where_two_exercises_differ_by_it(folder: Path) -> None:
    """A name that fits two exercises that differ only in case is not accepted."""
    put(folder, "ana/LINEAR.py", "ana/Linear.py")
    [found] = find_submissions(folder, exercises=["Linear", "linear"])
    assert names(found) == {"Linear": ["Linear.py"]}


def test_both_spellings_of_an_accent_are_the_same_name(folder: Path) -> None:
    """A Mac's decomposed accents match composed ones without a note."""
    put(folder, "ana/" + unicodedata.normalize("NFD", "01_café.py"))
    [found] = find_submissions(folder, exercises=[unicodedata.normalize("NFC", "01_café")])
    assert list(found.files) == ["01_café"]
    assert found.notes == ()


# Names of students


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana María Núñez", "Ana María Núñez"),
        (unicodedata.normalize("NFD", "Zoë"), unicodedata.normalize("NFC", "Zoë")),
        ("..evil", "\ufffd\ufffdevil"),
        ("red\x1b[31m", "red\ufffd[31m"),
        ("two\nlines", "two\ufffdlines"),
        ("\u202ename", "\ufffdname"),
        ("half\udce9", "half\ufffd"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_students_name_is_shown_safely(folder: Path, name: str, shown: str) -> None:
    """Names keep their letters, without control characters and characters that cannot be encoded."""
    put(folder, f"{name}/01_tensors.py", f"{name}/\x07\udcff.py")
    found = only(folder)
    assert found.student == shown
    assert paths(found)["01_tensors"] == (folder / name / "01_tensors.py",)
    msgspec.json.encode((found.student, found.notes))


def test_students_who_look_the_same_stay_apart(folder: Path) -> None:
    """Two folders with names that look alike are two students, distinguished by a number."""
    put(folder, *(unicodedata.normalize(form, "Zoë") + "/01_tensors.py" for form in ("NFC", "NFD")))
    put(folder, "Zoë (2)/01_tensors.py")
    found = find_submissions(folder, exercises=EXERCISES)
    assert [student.student for student in found] == ["Zoë", "Zoë (2)", "Zoë (3)"]
    assert len({paths(student)["01_tensors"] for student in found}) == 3
    assert tuple(map(str, found[2].notes)) == (
        "Another student's folder has the same name when shown, so this one is numbered 3.",
    )


# Links, devices and what can't be read


def test_a_linked_file_is_a_submission_with_a_problem(folder: Path, tmp_path: Path) -> None:
    """A file that is a link is not followed and gives a problem."""
    put(tmp_path, "secret.py")
    (folder / "ana").mkdir()
    (folder / "ana" / "01_tensors.py").symlink_to(tmp_path / "secret.py")
    read = read_submission(only(folder).files["01_tensors"], student="ana", exercise="01_tensors")
    assert str(read.problem) == (
        "01_tensors.py is a symbolic link, and links are not followed. Hand in the file itself."
    )


def test_everything_in_a_linked_folder_has_a_problem(folder: Path) -> None:
    """A student's folder that is a link is not read, and every exercise in it has a problem."""
    put(folder, "ana/01_tensors.py")
    (folder / "bob").symlink_to(folder / "ana")
    bob = find_submissions(folder, exercises=EXERCISES)[1]
    assert set(bob.files) == set(EXERCISES)
    assert tuple(map(str, bob.notes)) == (
        "The folder bob is a symbolic link, and links are not followed. Hand in the files themselves.",
    )
    for exercise, paths in bob.files.items():
        problem = str(read_submission(paths, student="bob", exercise=exercise).problem)
        assert problem == "bob is a symbolic link, and links are not followed. Hand in the file itself."


@pytest.mark.parametrize("target", ["nowhere", "bob"], ids=["to nowhere", "to itself"])
def test_a_broken_link_is_a_student(folder: Path, target: str) -> None:
    """A broken link stands for a student, and the class is still read."""
    put(folder, "ana/01_tensors.py")
    (folder / "bob").symlink_to(folder / target)
    assert [found.student for found in find_submissions(folder, exercises=EXERCISES)] == ["ana", "bob"]


def test_a_fifo_is_found_and_never_opened(folder: Path) -> None:
    """A named pipe with an exercise's name does not block grading."""
    (folder / "ana").mkdir()
    os.mkfifo(folder / "ana" / "01_tensors.py")
    read = read_submission(only(folder).files["01_tensors"], student="ana", exercise="01_tensors")
    assert str(read.problem) == (
        "01_tensors.py is not an ordinary file, so it was not opened. Hand in a plain .py or .ipynb file."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_loses_only_itself(folder: Path) -> None:
    """A folder that cannot be read gives problems to its own student only."""
    put(folder, "ana/01_tensors.py", "bob/01_tensors.py")
    (folder / "ana").chmod(0)
    ana, bob = find_submissions(folder, exercises=EXERCISES)
    problem = str(read_submission(ana.files["01_tensors"], student="ana", exercise="01_tensors").problem)
    (folder / "ana").chmod(0o700)
    assert "its permissions forbid it" in problem
    assert names(bob) == {"01_tensors": ["01_tensors.py"]}


# Mistakes of the instructor


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A folder that isn't there is named in the error."""
    with pytest.raises(SubmissionsError, match=r"^Cannot read submissions from '.*gone': there is no such folder\. "):
        find_submissions(tmp_path / "gone", exercises=EXERCISES)


def test_a_file_instead_of_a_folder_is_an_error(tmp_path: Path) -> None:
    """A file in place of the class's folder is an error."""
    put(tmp_path, "class.zip")
    with pytest.raises(SubmissionsError, match=r"class\.zip': it is not a folder\. Give the folder that holds one"):
        find_submissions(tmp_path / "class.zip", exercises=EXERCISES)


def test_a_folder_without_students_is_an_error(folder: Path) -> None:
    """An empty folder is an error, not an empty class."""
    with pytest.raises(SubmissionsError, match=r"it holds no student's folder\. Put each student's files in a folder"):
        find_submissions(folder, exercises=EXERCISES)


def test_a_students_own_folder_is_an_error(folder: Path) -> None:
    """For a folder with exercises and no students, the error says how to store a class."""
    put(folder, "01_tensors.py")
    with pytest.raises(SubmissionsError, match=r"it holds exercise files itself\. Put them in one folder per student"):
        find_submissions(folder, exercises=EXERCISES)


def test_an_error_shows_the_folder_safely(tmp_path: Path) -> None:
    """The folder's name in an error has no control characters."""
    with pytest.raises(SubmissionsError, match=re.escape(r"\x1b[31m")):
        find_submissions(tmp_path / "\x1b[31m", exercises=EXERCISES)
