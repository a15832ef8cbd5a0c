"""The pipeline gives every student a report, in every order, and grades nothing twice."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from grader.catalog import Catalog
from grader.grading import pipeline
from grader.grading.merging import under_present_names
from grader.grading.pipeline import grade_class
from grader.grading.settings import Graded, GradingError, Settings
from grader.records import (
    BrokenCheck,
    ClassReport,
    Feedback,
    HandIn,
    Submission,
    blank_report,
    class_report,
    student_report,
)
from grader.reports import load_report, write_json
from grader.reports.code import load_code
from grader.reports.store import ReportError
from grader.roster import Person
from grader.sentences import learner, verbatim
from grader.submissions import StudentFolder, SubmissionsError, SubmittedFile

IDS = ("07_autograd", "08_detach_and_inplace")


class FakeLanes:
    """A pool that grades everything at once, in reverse order, and records its submissions."""

    def __init__(
        self,
        *,
        dies_of: str = "",
        stops_after: int = 1000,
        broken: tuple[BrokenCheck, ...] = (),
        points: Mapping[str, float] = {},
    ) -> None:
        self._points = points
        self.given: list[str] = []
        self._dies_of = dies_of
        self._stops_after = stops_after
        self._broken = broken

    def __call__(self, settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
        for done, one in enumerate(reversed(list(submissions))):
            if done == self._stops_after:
                raise GradingError(verbatim("stopped"))
            self.given.append(f"{one.student}/{one.exercise}")
            report = (
                None
                if one.student == self._dies_of
                else blank_report(one.exercise, [("t", 2.0)], "graded", verbatim("Fine."))
            )
            if report is not None:
                report = replace(report, points=self._points.get(Path(one.path).name, 0.0))
            yield Graded(submission=one, report=report, broken=self._broken)


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """A class of three students: with both exercises, with one, with none."""
    folder = tmp_path / "in"
    for student, ids in (("ana", IDS), ("bia", IDS[:1]), ("caio", ())):
        (folder / student).mkdir(parents=True)
        for id in ids:
            (folder / student / f"{id}.py").write_text("x = 1\n", encoding="utf-8")
    return folder


def run(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch, workers: FakeLanes, **options: Any
) -> ClassReport:
    """Grade the class with fake workers into a folder beside it."""
    monkeypatch.setattr(pipeline, "grade_submissions", workers)
    settings = Settings(root=str(catalog.root), exercises=IDS)
    return grade_class(
        catalog,
        submissions,
        submissions.parent / "out",
        exercises=IDS,
        jobs=1,
        settings=settings,
        progress=lambda done, total, last: None,
        **options,
    ).report


@pytest.mark.sandbox
def test_every_student_gets_a_report(catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Students without a file also get a report with each exercise."""
    whole = run(catalog, submissions, monkeypatch, FakeLanes())
    assert [row.student for row in whole.students] == ["ana", "bia", "caio"]
    report = load_report(submissions.parent / "out" / "caio")
    assert [(e.id, e.status) for e in report.exercises] == [(id, "not_submitted") for id in IDS]
    assert report.max_points == 28


@pytest.mark.parametrize(
    ("out", "files", "students"),
    [("out", {}, ["ana"]), ("out", {IDS[0]: ()}, ["ana", "out"]), ("../out", {}, ["ana", "out"])],
)
def test_the_output_folder_is_no_student(
    tmp_path: Path, out: str, files: dict[str, tuple[SubmittedFile, ...]], students: list[str]
) -> None:
    """Where it lies among the students' folders, it gets no row; a folder with an answer, or another one, does."""
    found = [StudentFolder(student="ana", files={}), StudentFolder(student="out", files=files)]
    assert [one.student for one in pipeline._without_out(found, tmp_path, tmp_path / out)] == students


@pytest.mark.sandbox
def test_exercises_stand_in_order(catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report lists the exercises in the catalog's order, whatever order the workers finish in."""
    run(catalog, submissions, monkeypatch, FakeLanes())
    assert [e.id for e in load_report(submissions.parent / "out" / "ana").exercises] == list(IDS)


@pytest.mark.sandbox
def test_second_run_grades_nothing(catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run grades nothing, and the reports are the same."""
    first = run(catalog, submissions, monkeypatch, FakeLanes())
    again = FakeLanes()
    assert run(catalog, submissions, monkeypatch, again) == first
    assert again.given == []


@pytest.mark.sandbox
def test_checks_at_fault_are_in_the_class_report_alone(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The class report lists a check at fault, also when nothing is graded again; no student's report has it."""
    fault = BrokenCheck(exercise=IDS[0], task="minimize", check="c", stands=True, feedback=Feedback(call="secret()"))
    first = run(catalog, submissions, monkeypatch, FakeLanes(broken=(fault,)))
    again = run(catalog, submissions, monkeypatch, FakeLanes())
    for whole in (first, again):
        (listed,) = whole.broken_checks
        assert (listed.check, listed.students, listed.feedback.call) == ("c", ("ana", "bia"), "secret()")
    out = submissions.parent / "out"
    assert "secret()" in (out / "class.json").read_text(encoding="utf-8")
    assert not [path for path in out.glob("*/report.json") if "secret()" in path.read_text(encoding="utf-8")]


def week(folder: Path, files: dict[str, str]) -> Path:
    """Lay down the files that students handed in one week."""
    for student, id in files.items():
        (folder / student).mkdir(parents=True, exist_ok=True)
        if id:
            (folder / student / f"{id}.py").write_text("x = 1\n", encoding="utf-8")
    return folder


def stands(out: Path, student: str) -> dict[str, str]:
    """Return the status of each exercise in a student's report."""
    return {exercise.id: exercise.status for exercise in load_report(out / student).exercises}


@pytest.mark.sandbox
def test_a_second_week_erases_nothing(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was graded in another week stays, for those who hand in now and for those who do not."""
    out = tmp_path / "out"
    run(catalog, week(tmp_path / "first", {"ana": IDS[0], "bia": IDS[0]}), monkeypatch, FakeLanes())
    whole = run(catalog, week(tmp_path / "second", {"ana": IDS[1], "caio": IDS[1]}), monkeypatch, FakeLanes())
    assert stands(out, "ana") == {IDS[0]: "graded", IDS[1]: "graded"}
    assert stands(out, "bia") == {IDS[0]: "graded", IDS[1]: "not_submitted"}
    assert [(row.student, list(row.exercises)) for row in whole.students] == [
        (student, list(IDS)) for student in ("ana", "bia", "caio")
    ]
    assert load_report(out / "ana").max_points == 4


@pytest.mark.sandbox
def test_what_is_gone_can_be_forgotten(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exercise that was taken back keeps its result, unless earlier results shall be forgotten."""
    run(catalog, week(tmp_path / "first", {"ana": IDS[0]}), monkeypatch, FakeLanes())
    second = week(tmp_path / "second", {"ana": IDS[1]})
    run(catalog, second, monkeypatch, FakeLanes())
    assert stands(tmp_path / "out", "ana")[IDS[0]] == "graded"
    run(catalog, second, monkeypatch, FakeLanes(), forget=True)
    assert stands(tmp_path / "out", "ana")[IDS[0]] == "not_submitted"


@pytest.mark.sandbox
def test_a_dry_run_writes_no_report(catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run returns the class report, writes only results to use again, and the next run grades nothing."""
    dry, again = FakeLanes(), FakeLanes()
    first = run(catalog, submissions, monkeypatch, dry, dry_run=True)
    assert os.listdir(submissions.parent / "out") == [".graded"]
    assert run(catalog, submissions, monkeypatch, again) == first
    assert dry.given and not again.given


@pytest.mark.sandbox
def test_a_renamed_student_keeps_the_results(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results under an earlier name are in the report of the present one, and nobody is in the table twice."""
    run(catalog, week(tmp_path / "first", {"ana": IDS[0]}), monkeypatch, FakeLanes())
    second = week(tmp_path / "second", {"ana.silva": IDS[1]})
    whole = run(catalog, second, monkeypatch, FakeLanes(), renamed={"ana": "ana.silva"})
    assert stands(tmp_path / "out", "ana.silva") == {IDS[0]: "graded", IDS[1]: "graded"}
    assert [row.student for row in whole.students] == ["ana.silva"]
    assert all(load_code(tmp_path / "out" / "ana.silva", id) is not None for id in IDS)


def test_what_is_known_of_a_renamed_student_is_kept() -> None:
    """The class report of earlier runs is read under the present names: people, and times of handing in."""
    reports = tuple(student_report(name, ()) for name in ("ana", "ana.silva"))
    a, b, c = (HandIn(original=name) for name in "abc")
    files = {"ana": {IDS[0]: a, IDS[1]: b}, "ana.silva": {IDS[1]: c}}
    earlier = class_report(reports, handed_in=files, people={"ana": Person(name="Ana")})
    found = under_present_names(earlier, {"ana": "ana.silva"})
    assert found is not None
    (row,) = found.students
    assert (row.student, row.person) == ("ana.silva", Person(name="Ana"))
    assert {id: file.original for id, file in row.handed_in.items()} == {IDS[0]: "a", IDS[1]: "c"}


@pytest.mark.sandbox
def test_who_left_is_not_graded(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who left is not graded and not in the table; the report stays."""
    run(catalog, week(tmp_path / "first", {"ana": IDS[0], "bia": IDS[0]}), monkeypatch, FakeLanes())
    again = FakeLanes()
    whole = run(
        catalog, week(tmp_path / "second", dict.fromkeys(("ana", "bia"), IDS[1])), monkeypatch, again, left={"bia"}
    )
    assert again.given == [f"ana/{IDS[1]}"] and [row.student for row in whole.students] == ["ana"]
    assert stands(tmp_path / "out", "bia")[IDS[0]] == "graded"


@pytest.mark.sandbox
def test_a_report_that_cannot_be_read_is_set_aside(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged report is not overwritten: it gets another name."""
    damaged = submissions.parent / "out" / "ana" / "report.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("torn", encoding="utf-8")
    run(catalog, submissions, monkeypatch, FakeLanes())
    assert load_report(damaged).student == "ana"
    assert (damaged.parent / "unreadable-report-1.json").read_text(encoding="utf-8") == "torn"


def test_the_folder_of_another_course_is_refused(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results of a course with other exercises are not mixed with those of this one."""
    out = submissions.parent / "out"
    other = student_report("ana", (blank_report("01_chemistry", [("t", 1.0)], "graded", verbatim("Fine.")),))
    write_json(out / "ana" / "report.json", other)
    with pytest.raises(ReportError, match=r"another course, whose exercises are 01_chemistry.*--out"):
        run(catalog, submissions, monkeypatch, FakeLanes())
    assert load_report(out / "ana") == other


@pytest.mark.sandbox
def test_interrupted_run_is_resumed(catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupted run only the rest is graded."""
    stopped, rest = FakeLanes(stops_after=2), FakeLanes()
    with pytest.raises(GradingError, match="stopped"):
        run(catalog, submissions, monkeypatch, stopped)
    run(catalog, submissions, monkeypatch, rest)
    assert sorted(stopped.given + rest.given) == ["ana/07_autograd", "ana/08_detach_and_inplace", "bia/07_autograd"]


@pytest.mark.sandbox
def test_what_a_killed_run_was_writing_is_removed(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run removes the temporary files of a killed run."""
    ana = submissions.parent / "out" / "ana"
    for folder in (ana, ana / "code"):
        folder.mkdir(parents=True)
        (folder / ".writing-x").touch()
        os.utime(folder / ".writing-x", (0, 0))
    run(catalog, submissions, monkeypatch, FakeLanes())
    assert sorted(os.listdir(ana)) == ["code", "report.json"]
    assert sorted(os.listdir(ana / "code")) == [f"{id}.json" for id in IDS]


@pytest.mark.sandbox
def test_the_code_that_was_graded_stands_beside_the_report(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each student's folder has the code as it was graded, for its owner alone; it goes with its result."""
    run(catalog, submissions, monkeypatch, FakeLanes())
    ana = submissions.parent / "out" / "ana"
    code = load_code(ana, IDS[0])
    assert code is not None
    assert (code.file, code.source, code.spans) == (f"{IDS[0]}.py", "x = 1\n", ())
    assert (ana / "code" / f"{IDS[0]}.json").stat().st_mode & 0o077 == 0
    (submissions / "ana" / f"{IDS[0]}.py").unlink()
    (submissions / "ana" / f"{IDS[1]}.py").write_text("x = (", encoding="utf-8")
    run(catalog, submissions, monkeypatch, FakeLanes())
    assert load_code(ana, IDS[0]) is not None and load_code(ana, IDS[1]) is None
    run(catalog, submissions, monkeypatch, FakeLanes(), forget=True)
    assert [load_code(ana, id) for id in IDS] == [None, None]


@pytest.mark.sandbox
def test_of_two_files_that_differ_both_are_graded(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one with more points counts, the row is in doubt, and the other file is listed with what to do."""
    (submissions / "bia" / f"Copy of {IDS[0]}.py").write_text("x = 2\n", encoding="utf-8")
    whole = run(catalog, submissions, monkeypatch, FakeLanes(points={f"Copy of {IDS[0]}.py": 1.0}))
    (row,) = (row for row in whole.students if row.student == "bia")
    assert (row.points, row.statuses[IDS[0]]) == (1.0, "in_doubt")
    (left,) = whole.left
    assert (left.path, left.kind) == (f"bia/{IDS[0]}.py", "doubt")
    assert str(left.cure) == "Decide which file counts: delete the other one, and grade again."
    report = load_report(submissions.parent / "out" / "bia").exercises[0]
    assert f"There are 2 files for {IDS[0]}, and they differ" in str(report.notes[0])
    code = (submissions.parent / "out" / "bia" / "code" / f"{IDS[0]}.json").read_text(encoding="utf-8")
    assert "x = 2" in code


@pytest.mark.sandbox
def test_every_file_that_does_not_count_is_listed(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unreadable files, files for no exercise and stubs beside an answer are in the class report, each with a cure."""
    (submissions / "ana" / f"{IDS[0]}.py").write_text("x = (\n", encoding="utf-8")
    (submissions / "bia" / f"{IDS[1]}.py").write_text(catalog.text_of_stub(IDS[1]), encoding="utf-8")
    (submissions / "bia" / f"{IDS[1]} (1).py").write_text("def snapshot(x):\n    return x\n", encoding="utf-8")
    (submissions / "caio" / "photo.jpg").write_bytes(b"")
    whole = run(catalog, submissions, monkeypatch, FakeLanes())
    assert [(left.path, left.kind) for left in whole.left] == [
        (f"ana/{IDS[0]}.py", "lost"),
        (f"bia/{IDS[1]}.py", "spare"),
        ("caio/photo.jpg", "lost"),
    ]
    assert "It cannot be read." in str(whole.left[0].reason)
    assert f"{IDS[1]} (1).py counts" in str(whole.left[1].reason)


@pytest.mark.sandbox
def test_what_ends_the_grader_is_reported_and_tried_again(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission that killed workers gets a report that says so, and the next run grades it again."""
    run(catalog, submissions, monkeypatch, FakeLanes(dies_of="bia"))
    assert load_report(submissions.parent / "out" / "bia").exercises[0].message == learner.ENDED_THE_GRADER()
    again = FakeLanes()
    run(catalog, submissions, monkeypatch, again)
    assert again.given == ["bia/07_autograd"]


def test_class_without_submissions_is_explained(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without submissions is an error, because it is probably the wrong folder."""
    (tmp_path / "in" / "ana").mkdir(parents=True)
    with pytest.raises(SubmissionsError, match=r"holds any of the exercises.*07_autograd\.py"):
        run(catalog, tmp_path / "in", monkeypatch, FakeLanes())
    assert not (tmp_path / "out").exists()


@pytest.mark.sandbox
def test_what_becomes_a_link_while_the_class_is_graded_is_not_followed(
    catalog: Catalog, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that becomes a link to the solutions after the listing is not read."""

    class Exchanging(FakeLanes):
        def __call__(self, settings: Settings, left: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
            def exchanging() -> Iterator[Submission]:
                for number, submission in enumerate(left):
                    if number == 0:
                        (submissions / "bia").rename(submissions.parent / "moved")
                        (submissions / "bia").symlink_to(catalog.root / "solutions")
                    read[submission.student, submission.exercise] = submission
                    yield submission

            yield from super().__call__(settings, exchanging(), jobs=jobs)

    read: dict[tuple[str, str], Submission] = {}
    run(catalog, submissions, monkeypatch, Exchanging())
    assert [submission.source is not None for submission in read.values()] == [True, True, False]
    assert "The folder bia is a symbolic link, and links are not followed." in str(read["bia", IDS[0]].problem)


@pytest.mark.sandbox
def test_ones_own_file_that_is_too_hard_to_read_ends_nothing(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that takes all memory to compile does not end `check`, which reports it and continues."""
    bomb = "def f():\n" + "".join(f"{' ' * d}try:\n{' ' * d} a\n{' ' * d}finally:\n" for d in range(1, 20))
    (tmp_path / f"{IDS[0]}.py").write_text(bomb + " " * 20 + ";".join(["a()"] * 20) + "\n", encoding="utf-8")
    (tmp_path / f"{IDS[1]}.py").write_text("x = 1\n", encoding="utf-8")
    given: list[Submission] = []

    def workers(settings: Settings, submissions: Iterable[Submission], *, jobs: int) -> Iterator[Graded]:
        given.extend(submissions)
        return iter(())

    monkeypatch.setattr(pipeline, "grade_submissions", workers)
    settings = Settings(root=str(catalog.root), exercises=IDS)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files = {id: catalog.own_files(id, tmp_path) for id in IDS}
    list(pipeline.grade_own(catalog, IDS, files=files, kept=tmp_path / "kept", settings=settings, jobs=1))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB
    assert given[0].problem is not None and given[1].source == "x = 1\n"
