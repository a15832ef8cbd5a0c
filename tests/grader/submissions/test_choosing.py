"""Of several files for one exercise, the one that was worked on counts; what cannot be decided is in doubt."""

from __future__ import annotations

from grader.records import LeftFile
from grader.sentences import verbatim
from grader.submissions import Look, Version, choose, choose_among, notes_on, shortened
from grader.submissions.looking import look_at

GIVEN_SCRIPT = b"def f(x):\n    # TODO: do it.\n    raise NotImplementedError\n"
GIVEN = look_at(GIVEN_SCRIPT, name="a.py").defined
STUB = look_at(b'"""Docs."""\ndef f(x):\n    raise NotImplementedError\n\n\nprint(f)\n', name="a.py")
ANSWER = look_at(b"def f(x):\n    return x\n", name="a.py")
NOTEBOOK = look_at(
    b'{"cells": [{"cell_type": "code", "source": "def f(x):\\n    return x"}], "nbformat": 4}', name="a.ipynb"
)
OTHER = look_at(b"def f(x):\n    return -x\n", name="a.py")
BROKEN = Look(problem=verbatim("Broken."))


def counted(*looks: Look, times: tuple[float | None, ...] = ()) -> tuple[str, dict[str, str]]:
    """Return the names of the files that count, and why the others do not."""
    names = "abc"
    padded = (*times, *(None for _ in looks))
    versions = [Version(file=n, look=look, time=t) for n, look, t in zip(names, looks, padded, strict=False)]
    choice = choose(versions, GIVEN)
    return "".join(v.file for v in choice.counted), {v.file: cause for v, cause in choice.passed_over}


def test_an_untouched_file_does_not_count_beside_one_that_was_worked_on() -> None:
    """An untouched stub is passed over for the answer, whichever comes first."""
    assert counted(STUB, ANSWER) == ("b", {"a": "untouched"})
    assert counted(ANSWER, STUB) == ("a", {"b": "untouched"})


def test_an_older_version_of_what_was_given_is_untouched() -> None:
    """A stub that the course has changed since still counts as untouched, and a half-done file as worked on."""
    older = look_at(b'def f(x):\n    """Old text."""\n    raise NotImplementedError(\'later\')\n', name="a.py")
    assert counted(older, ANSWER) == ("b", {"a": "untouched"})


def test_of_untouched_files_one_counts() -> None:
    """If nothing was worked on, the first file counts."""
    assert counted(STUB, look_at(GIVEN_SCRIPT, name="a.py")) == ("a", {"b": "untouched"})


def test_a_stub_of_another_release_is_untouched() -> None:
    """A stub whose task is worded in another way, as an older release had it, is not an answer."""
    older = look_at(b'def f(x):\n    """Another wording."""\n    raise NotImplementedError\n', name="a.py")
    assert counted(older, ANSWER) == ("b", {"a": "untouched"})


def test_of_the_same_code_one_counts() -> None:
    """A script and a notebook with the same code are not in doubt."""
    assert counted(ANSWER, ANSWER) == ("a", {"b": "same"})
    assert NOTEBOOK.is_notebook
    assert counted(ANSWER, NOTEBOOK) == ("a", {"b": "same"})


def test_of_files_that_differ_the_newest_counts_where_times_are_known() -> None:
    """A minute between two files is enough; seconds are not, nor is one unknown time."""
    assert counted(ANSWER, OTHER, times=(0.0, 100.0)) == ("b", {"a": "older"})
    assert counted(ANSWER, OTHER, times=(0.0, 10.0)) == ("ab", {})
    assert counted(ANSWER, OTHER, times=(0.0, None)) == ("ab", {})


def test_an_unreadable_file_does_not_count_beside_an_answer() -> None:
    """An unreadable file is passed over for an answer, but not for an untouched stub."""
    assert counted(BROKEN, ANSWER) == ("b", {"a": "unreadable"})
    assert counted(BROKEN, STUB) == ("a", {"b": "untouched"})


def test_a_file_without_the_tasks_counts_as_worked_on() -> None:
    """A file in which the functions have other names is not taken for an untouched one."""
    assert counted(look_at(b"def g(x):\n    return x\n", name="a.py"), STUB) == ("a", {"b": "untouched"})


def test_of_very_many_files_a_few_are_graded() -> None:
    """Somebody who hands in forty versions gets four of them graded, and ten of them looked at."""
    looked_at = []

    def look(number: int) -> Version[int]:
        looked_at.append(number)
        return Version(file=number, look=look_at(f"def f(x):\n    return {number}\n".encode(), name="a.py"))

    choice = choose_among(range(40), look, GIVEN)
    assert looked_at == list(range(10))
    assert [version.file for version in choice.counted] == [0, 1, 2, 3]
    assert {cause for _, cause in choice.passed_over} == {"too many"}
    assert len(choice.passed_over) == 36


def test_a_note_names_few_files() -> None:
    """The note on very many files names ten of them."""
    choice = choose_among(range(40), lambda number: Version(file=number, look=ANSWER), GIVEN)
    assert [len(str(note)) < 200 for note in notes_on(choice, str)] == [True, True]
    assert [left.path for left in shortened(_left(number) for number in range(500))][-1] == "ana"
    assert len(shortened(_left(number) for number in range(500))) == 201


def _left(number: int) -> LeftFile:
    return LeftFile(path=f"ana/{number}", student="ana", reason=verbatim("R."), cure=verbatim("C."))
