"""`grader nbgrader autograde` on real courses: what the gradebook and the notebooks hold, and what bad input gets."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader.catalog import load_catalog
from grader.integrations.nbgrader import CourseError
from grader.integrations.nbgrader import autograde as module
from grader.integrations.nbgrader.autograde import Outcome, autograde

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
EXERCISE = "04_indexing_and_inplace"
TASKS = {"column_view": 2.0, "set_column_": 2.0, "rectify_": 2.0}
CATALOG = load_catalog(ROOT)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of the environment's commands; no settings of the user's."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "JUPYTER_CONFIG_DIR": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def grade(course: Path, assignment: str = EXERCISE, **options: Any) -> Outcome:
    """Grade in this process: what the command calls."""
    settings = {"seed": "0", "jobs": 1, "trusted": True, "progress": lambda done, total, last: None, **options}
    return autograde(CATALOG, course, assignment, **settings)


def answers() -> dict[str, str]:
    """Return the right answer of each task."""
    from grader.catalog.cells import split_cells

    cells = split_cells(CATALOG.solution(EXERCISE).read_text(encoding="utf-8"), origin="")[1]
    return {str(cell.metadata["task"]): cell.text for cell in cells if cell.kind == "code" and "task" in cell.metadata}


def notebook(course: Path, given: dict[str, str]) -> dict[str, Any]:
    """Return the released notebook with these answers in it."""
    nb: dict[str, Any] = json.loads((course / "release" / EXERCISE / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    for cell in nb["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in given:
            cell["source"] = given[name]
    return nb


def hand_in(course: Path, student: str, nb: dict[str, Any] | str, timestamp: str = "2026-03-01 12:00:00 UTC") -> Path:
    """Lay a submission where nbgrader's collect would."""
    folder = course / "submitted" / student / EXERCISE
    folder.mkdir(parents=True, exist_ok=True)
    text = nb if isinstance(nb, str) else json.dumps(nb)
    (folder / f"{EXERCISE}.ipynb").write_text(text, encoding="utf-8")
    (folder / "timestamp.txt").write_text(timestamp, encoding="utf-8")
    return folder


@contextmanager
def gradebook(course: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as found:
        yield found


def scores(course: Path, student: str) -> dict[str, float | None]:
    """Return a student's automatic scores by cell."""
    with gradebook(course) as book:
        found = book.find_submission_notebook(EXERCISE, EXERCISE, student)
        return {grade.name: grade.auto_score for grade in found.grades}


def panels(course: Path, student: str) -> dict[str, str]:
    """Return the HTML below each of a student's check cells."""
    nb = nbformat.read(course / "autograded" / student / EXERCISE / f"{EXERCISE}.ipynb", as_version=4)
    nbformat.validate(nb)
    shown = {}
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name.startswith("check-"):
            (output,) = cell.outputs
            assert float(output.data["text/plain"]) == scores(course, student)[name]
            shown[name] = output.data["text/html"]
    return shown


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose assignment is released."""
    course = tmp_path_factory.mktemp("released") / "course"
    assert (
        run(ROOT, "grader", "release", "--format", "nbgrader", "--exercise", "04", "--out", str(course)).returncode == 0
    )
    made = run(course, "nbgrader", "generate_assignment", EXERCISE)
    assert made.returncode == 0, made.stderr
    return course


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(released, tmp_path / "course"))


@pytest.fixture(scope="module")
def graded(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which six students have handed in, graded by the command."""
    course = Path(shutil.copytree(released, tmp_path_factory.mktemp("graded") / "course"))
    right = answers()
    hand_in(course, "ana", notebook(course, right))
    (course / "submitted" / "ana" / EXERCISE / "notes.txt").write_text("mine", encoding="utf-8")
    hand_in(course, "bruno", notebook(course, {}), timestamp="2026-03-01 15:00:00 UTC")
    hand_in(course, "carla", "{ this is no notebook")
    moved = notebook(course, {})
    pasted = {"cell_type": "code", "source": "\n\n".join(right.values()), "metadata": {}, "id": "mine", "outputs": []}
    kept = [cell for cell in moved["cells"] if "check-" not in str(cell["metadata"])]
    moved["cells"] = [*kept, kept[-1], {**pasted, "execution_count": None}]
    hand_in(course, "davi", moved)
    old = notebook(course, {**right, "column_view": "def column_view(x, col):\n    return x[:, col].clone()\n"})
    hand_in(course, "elisa", nbformat.v3.writes_json(nbformat.convert(nbformat.from_dict(old), 3)))
    (course / "submitted" / "fabio" / EXERCISE).mkdir(parents=True)
    (course / "source" / EXERCISE / "data.csv").write_text("1,2\n", encoding="utf-8")
    with gradebook(course) as book:
        book.update_or_create_assignment(EXERCISE, duedate="2026-03-01 13:00:00 UTC")
    done = run(course, "grader", "nbgrader", "autograde", EXERCISE)
    assert done.returncode == 0, done.stderr
    assert "6 graded, 0 unchanged." in done.stdout
    return course


def test_right_answers_have_all_points(graded: Path) -> None:
    """Each check cell has its task's points and says so; files beside the notebook are copied, the course's own too."""
    assert scores(graded, "ana") == {f"check-{task}": points for task, points in TASKS.items()}
    assert all("✓" in html for html in panels(graded, "ana").values())
    place = graded / "autograded" / "ana" / EXERCISE
    assert {path.name for path in place.iterdir()} == {f"{EXERCISE}.ipynb", "timestamp.txt", "notes.txt", "data.csv"}
    assert not os.access(place / f"{EXERCISE}.ipynb", os.W_OK) or os.getuid() == 0


def test_an_untouched_notebook_has_none(graded: Path) -> None:
    """It is not attempted, nbgrader's comment says so, and nobody need look at it."""
    assert set(scores(graded, "bruno").values()) == {0.0}
    assert all("Not attempted yet." in html for html in panels(graded, "bruno").values())
    with gradebook(graded) as book:
        found = book.find_submission_notebook(EXERCISE, EXERCISE, "bruno")
        assert {comment.auto_comment for comment in found.comments} == {"No response."}
        assert not any(grade.needs_manual_grade for grade in found.grades)
        assert {c.auto_comment for c in book.find_submission_notebook(EXERCISE, EXERCISE, "ana").comments} == {None}


def test_what_cannot_be_read_has_a_sentence(graded: Path) -> None:
    """A notebook that is none gets nothing, and one that formgrader can show says what to mend."""
    assert set(scores(graded, "carla").values()) == {0.0}
    shown = (graded / "autograded" / "carla" / EXERCISE / f"{EXERCISE}.ipynb").read_text(encoding="utf-8")
    assert "is damaged" in shown and "save it" in shown
    assert len(panels(graded, "carla")) == 3


def test_code_counts_wherever_it_stands(graded: Path) -> None:
    """Check cells that were deleted come back, and answers that were pasted into another cell have their points."""
    assert scores(graded, "davi") == {f"check-{task}": points for task, points in TASKS.items()}
    assert len(panels(graded, "davi")) == 3


def test_an_old_notebook_has_partial_credit(graded: Path) -> None:
    """Format 3 is read; a task that is half right has some of its points and the kit's feedback."""
    found = scores(graded, "elisa")
    assert found["check-rectify_"] == 2.0 and found["check-set_column_"] == 2.0
    assert 0.0 < (found["check-column_view"] or 0.0) < 2.0
    assert "expected:" in panels(graded, "elisa")["check-column_view"]


def test_a_missing_notebook_has_nothing(graded: Path) -> None:
    """Nothing was handed in but a folder: 0 in every cell, nothing to look at."""
    assert set(scores(graded, "fabio").values()) == {0.0}


def test_timestamps_and_lateness_are_nbgraders(graded: Path) -> None:
    """The time of submission is recorded; with nbgrader's default, being late costs nothing."""
    with gradebook(graded) as book:
        late = book.find_submission(EXERCISE, "bruno")
        assert late.timestamp == datetime(2026, 3, 1, 15) and late.total_seconds_late == 7200
        assert late.late_submission_penalty == 0
        assert book.find_submission(EXERCISE, "ana").total_seconds_late == 0


def test_what_comes_after_works(graded: Path) -> None:
    """nbgrader's feedback and export show the same points, and the feedback is the kit's."""
    assert run(graded, "nbgrader", "generate_feedback", EXERCISE).returncode == 0
    page = (graded / "feedback" / "elisa" / EXERCISE / f"{EXERCISE}.html").read_text(encoding="utf-8")
    assert "expected:" in page and "Score: 2.0 / 2.0" in page
    assert run(graded, "nbgrader", "export").returncode == 0
    rows = (graded / "grades.csv").read_text(encoding="utf-8")
    assert sum(",6.0,0.0,6.0,6.0" in row for row in rows.splitlines()) == 2  # ana and davi


def test_only_what_has_changed_is_graded_again(graded: Path, tmp_path: Path) -> None:
    """A second run does nothing; a new notebook, a new time or a new due date is taken up, and nothing else is."""
    course = Path(shutil.copytree(graded, tmp_path / "course"))
    before = tree(course / "autograded")
    assert len(grade(course, student="[a-e]*").unchanged) == 5
    assert tree(course / "autograded") == before
    hand_in(course, "bruno", notebook(course, answers()), timestamp="2026-03-02 09:00:00 UTC")
    again = grade(course, student="[a-e]*")
    assert again.graded == ("bruno",) and len(again.unchanged) == 4
    assert sum(filter(None, scores(course, "bruno").values())) == 6.0
    with gradebook(course) as book:
        assert book.find_submission(EXERCISE, "bruno").timestamp == datetime(2026, 3, 2, 9)
        book.update_or_create_assignment(EXERCISE, duedate="2026-04-01 13:00:00 UTC")
    assert len(grade(course, student="[a-e]*").graded) == 5


def test_what_a_person_entered_stays(graded: Path, tmp_path: Path) -> None:
    """Manual scores, comments and extra credit survive; such a cell is marked for another look, as nbgrader does."""
    course = Path(shutil.copytree(graded, tmp_path / "course"))
    with gradebook(course) as book:
        mine = book.find_grade("check-rectify_", EXERCISE, EXERCISE, "elisa")
        mine.manual_score, mine.extra_credit = 1.75, 0.5
        book.find_comment("rectify_", EXERCISE, EXERCISE, "elisa").manual_comment = "Nearly."
        book.db.commit()
    wrong = {**answers(), "rectify_": "def rectify_(x):\n    return None\n"}
    hand_in(course, "elisa", notebook(course, wrong))
    assert grade(course, student="elisa").graded == ("elisa",)
    with gradebook(course) as book:
        mine = book.find_grade("check-rectify_", EXERCISE, EXERCISE, "elisa")
        assert (mine.auto_score, mine.manual_score, mine.extra_credit, mine.score) == (0.0, 1.75, 0.5, 2.25)
        assert mine.needs_manual_grade
        assert book.find_comment("rectify_", EXERCISE, EXERCISE, "elisa").comment == "Nearly."
        assert not book.find_grade("check-column_view", EXERCISE, EXERCISE, "elisa").needs_manual_grade


def test_a_configured_penalty_is_taken(graded: Path, tmp_path: Path) -> None:
    """With nbgrader's penalty "zero", what comes late has no points left."""
    course = Path(shutil.copytree(graded, tmp_path / "course"))
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    hand_in(course, "ana", notebook(course, answers()), timestamp="2026-03-01 15:00:00 UTC")
    grade(course, student="ana")
    with gradebook(course) as book:
        found = book.find_submission(EXERCISE, "ana")
        assert (found.score, found.late_submission_penalty) == (6.0, 6.0)


def test_cells_of_the_instructors_own(graded: Path, tmp_path: Path) -> None:
    """An essay and a test that is not the kit's are left for a person, and named; changed points are scaled.

    They were added after the submissions came in: the gradebook has no entries for them yet.
    """
    course = Path(shutil.copytree(graded, tmp_path / "course"))
    path = course / "source" / EXERCISE / f"{EXERCISE}.ipynb"
    nb = nbformat.read(path, as_version=4)
    base = {"schema_version": 3, "locked": False, "solution": False, "grade": True, "points": 3, "task": False}
    nb.cells += [
        nbformat.v4.new_markdown_cell("Why?", metadata={"nbgrader": {**base, "grade_id": "essay", "solution": True}}),
        nbformat.v4.new_code_cell("assert 1", metadata={"nbgrader": {**base, "grade_id": "own", "locked": True}}),
    ]
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "check-column_view":
            cell.metadata["nbgrader"]["points"] = 10
    nbformat.write(nb, path)
    with gradebook(course) as book:  # as an instructor must who changes what is out already
        for student in ("ana", "bruno", "carla", "davi", "elisa", "fabio"):
            book.remove_submission(EXERCISE, student)
    assert run(course, "nbgrader", "generate_assignment", EXERCISE, "--force").returncode == 0
    outcome = grade(course, student="ana")
    assert outcome.graded == ("ana",)
    assert any("left for you to grade: own" in problem for problem in outcome.problems)
    with gradebook(course) as book:
        found = {g.name: g for g in book.find_submission_notebook(EXERCISE, EXERCISE, "ana").grades}
        assert found["check-column_view"].auto_score == 10.0
        assert found["own"].auto_score is None and found["own"].needs_manual_grade
        assert found["essay"].auto_score == 0.0  # untouched, as nbgrader has it
    before = sqlite3.connect(course / "gradebook.db")
    with before:  # cells whose entries the submission lacks, nbgrader's MissingEntry
        before.execute("DELETE FROM grade WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'check-rectify_')")
    before.close()
    hand_in(course, "ana", notebook(course, {**answers(), "essay": "Because."}), timestamp="2026-03-01 12:30:00 UTC")
    grade(course, student="ana")
    assert scores(course, "ana")["check-rectify_"] == 2.0


# What cannot be graded as it stands


def _no_config(course: Path) -> None:
    (course / "nbgrader_config.py").unlink()


def _broken_config(course: Path) -> None:
    (course / "nbgrader_config.py").write_text("c = get_config(\n", encoding="utf-8")


def _no_gradebook(course: Path) -> None:
    (course / "gradebook.db").unlink()


def _other_version(course: Path) -> None:
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '724cde206c17'")


def _older_schema(course: Path) -> None:
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("ALTER TABLE grade DROP COLUMN extra_credit")


def _no_database(course: Path) -> None:
    (course / "gradebook.db").write_bytes(b"this is no database, whatever its name says" * 50)


def _no_submissions(course: Path) -> None:
    shutil.rmtree(course / "submitted")


def _foreign(course: Path) -> None:
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("UPDATE source_cell SET source = 'assert True' WHERE locked")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_no_config, r"there is no nbgrader_config.py. Run the command in the course's folder"),
        (_broken_config, r"nbgrader_config.py': SyntaxError: .* Mend it first"),
        (_no_gradebook, r"Cannot find the gradebook .* Run `nbgrader generate_assignment`"),
        (_other_version, r"another version of nbgrader made it. Back it up, then run `nbgrader db upgrade`"),
        (_older_schema, r"another version of nbgrader made it. Back it up, then run `nbgrader db upgrade`"),
        (_no_database, r"Cannot use the gradebook: .*not a database"),
        (_no_submissions, r"Cannot find submissions for '04_indexing_and_inplace'.* there are none at all"),
        (_foreign, r"none of its cells checks a task of the kit. Grade it with `nbgrader autograde`"),
    ],
)
def test_a_course_that_cannot_be_graded(course: Path, spoil: Callable[[Path], None], said: str) -> None:
    """The error names cause and cure, and nothing is written."""
    hand_in(course, "ana", notebook(course, answers()))
    spoil(course)
    before = tree(course)
    with pytest.raises(CourseError, match=said):
        grade(course)
    after = tree(course)
    after.pop(".grader/lock", None)
    assert after == before


def test_an_assignment_that_was_renamed(course: Path) -> None:
    """The gradebook's assignments are named, and what to run."""
    hand_in(course, "ana", notebook(course, answers()))
    with pytest.raises(CourseError, match=rf"'week4' in the gradebook, which knows {EXERCISE}. Was it renamed\?"):
        grade(course, "week4")


def test_a_student_who_may_not_be_added(course: Path) -> None:
    """Where the configuration says so, strangers are told and the others graded; adding them later is enough."""
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("c.Autograde.create_student = False\n")
    hand_in(course, "ana", notebook(course, answers()))
    hand_in(course, "zoe", notebook(course, answers()))
    with gradebook(course) as book:
        book.add_student("ana")
    outcome = grade(course)
    assert outcome.graded == ("ana",)
    assert outcome.problems[0].startswith("Cannot grade 'zoe': no such student is in the gradebook")
    assert not (course / "autograded" / "zoe").exists()
    with gradebook(course) as book:
        book.add_student("zoe")
    assert grade(course).graded == ("zoe",)


def test_a_database_that_another_program_holds(course: Path) -> None:
    """After waiting a little, the command says so and writes nothing; once it is free, all is graded."""
    hand_in(course, "ana", notebook(course, answers()))
    holder = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match=r"database is locked. Another program holds it: close formgrader"):
        grade(course)
    holder.execute("ROLLBACK")
    holder.close()
    assert not (course / "autograded").exists()
    assert grade(course).graded == ("ana",)


def test_two_runs_at_once(course: Path) -> None:
    """The second says that another one is at work, and touches nothing."""
    hand_in(course, "ana", notebook(course, answers()))
    (course / ".grader").mkdir()
    with open(course / ".grader" / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(course, "grader", "nbgrader", "autograde", EXERCISE)
    assert done.returncode == 2
    assert "another run of this command is at work there. Wait for it." in done.stderr
    assert "Traceback" not in done.stderr and not (course / "autograded").exists()


def test_a_full_disk(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No notebook is left half-written, and running again once there is room finishes the work."""
    hand_in(course, "ana", notebook(course, answers()))

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            grade(course)
    assert list(course.glob("autograded/**/*.ipynb")) == [] and list(course.glob("autograded/**/.writing-*")) == []
    assert grade(course).graded == ("ana",)
    assert sum(filter(None, scores(course, "ana").values())) == 6.0


def test_a_time_that_is_none(course: Path) -> None:
    """A broken timestamp.txt is told; the student is graded all the same."""
    hand_in(course, "ana", notebook(course, answers()), timestamp="yesterday, I think")
    outcome = grade(course)
    assert outcome.graded == ("ana",) and "holds no time: 'yesterday, I think'" in outcome.problems[0]


def test_links_are_not_followed(course: Path) -> None:
    """A notebook that is a link to somebody else's shows nothing of it, and earns nothing."""
    folder = hand_in(course, "ana", notebook(course, answers()))
    linked = hand_in(course, "zoe", "")
    (linked / f"{EXERCISE}.ipynb").unlink()
    (linked / f"{EXERCISE}.ipynb").symlink_to(folder / f"{EXERCISE}.ipynb")
    (linked / "secret.txt").symlink_to("/etc/hostname")
    grade(course)
    assert set(scores(course, "zoe").values()) == {0.0}
    shown = (course / "autograded" / "zoe" / EXERCISE / f"{EXERCISE}.ipynb").read_text(encoding="utf-8")
    assert "symbolic link" in shown and "BEGIN SOLUTION" not in shown
    assert not (course / "autograded" / "zoe" / EXERCISE / "secret.txt").exists()
