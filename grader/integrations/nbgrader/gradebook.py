"""nbgrader's gradebook, through nbgrader's own API: reads assignments and writes scores.

A person's entries (a manual score, a manual comment, extra credit) are never changed. A database error becomes a
`CourseError` that names the solution. Scores that were written before it stay, and the next run does the rest.
"""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbgrader
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Comment, Grade, Gradebook, InvalidEntry, MissingEntry, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DatabaseError, SAWarning
from tornado.log import app_log

from grader.catalog import TASK_CHECKED
from grader.integrations.nbgrader.course import CourseError, StudentError
from grader.sentences import Sentence, instructor, learner_commands
from grader.submissions import ManagedCell


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook of an assignment, with its managed cells in order."""

    name: str
    kernelspec: dict[str, Any] | None
    cells: tuple[ManagedCell, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        """The kit's tasks in this notebook."""
        return tuple(cell.checks for cell in self.cells if cell.checks is not None)


class Book:
    """The gradebook of a course. Use it as a context manager."""

    def __init__(self, directory: CourseDirectory) -> None:
        """Open the gradebook. Raises `CourseError` if it is missing, has another version, or cannot be read."""
        self._directory = directory
        url = str(directory.db_url)
        file = Path(url.removeprefix("sqlite:///"))
        if url.startswith("sqlite:///") and not file.is_file():
            raise CourseError(instructor.NO_GRADEBOOK(path=str(file)))
        with _translate_errors():
            self._check_version(url)
            self._gradebook = Gradebook(url, directory.course_id)
            # No row must be read again after a commit: each student's rows are written once, and no others.
            self._gradebook.db().expire_on_commit = False

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *raised: object) -> None:
        self._gradebook.close()

    def notebooks(self, assignment: str) -> tuple[Notebook, ...]:
        """Return an assignment's notebooks. Raises `CourseError` if the gradebook does not have the assignment."""
        with _translate_errors():
            try:
                found = self._gradebook.find_assignment(assignment)
            except MissingEntry:
                known = sorted(a.name for a in self._gradebook.assignments)
                raise CourseError(_no_assignment(assignment, known)) from None
            self._assignment = found  # keep a reference, so that SQLAlchemy keeps the cells of all students
            return tuple(self._notebook(notebook) for notebook in sorted(found.notebooks, key=lambda n: n.name))

    def due(self, assignment: str, student: str) -> tuple[datetime | None, timedelta | None]:
        """Return an assignment's due date and a student's extension; each may be None."""
        with _translate_errors():
            try:
                extension = self._gradebook.find_submission(assignment, student).extension
            except MissingEntry:
                extension = None
            return self._gradebook.find_assignment(assignment).duedate, extension

    def has_nothing(self, assignment: str, student: str, timestamp: datetime | None) -> bool:
        """Say whether the gradebook already records an empty submission of the student with that time stamp."""
        with _translate_errors():
            try:
                submission = self._gradebook.find_submission(assignment, student)
            except MissingEntry:
                return False
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            return submission.timestamp == timestamp and not any(
                grade.auto_score != 0 or grade.needs_manual_grade for grade in grades
            )

    def record(
        self,
        assignment: str,
        student: str,
        *,
        timestamp: datetime | None,
        scores: Mapping[str, Mapping[str, float | None]],
        comments: Mapping[str, Mapping[str, str | None]],
        plugin: BasePlugin,
        create_student: bool,
    ) -> None:
        """Write a student's scores and comments, by notebook and cell. A score is None if a person must give it.

        `plugin` gives the penalty for a late submission. A notebook without scores was not handed in: its cells get no
        points.
        """
        gradebook = self._gradebook
        with _translate_errors():
            if create_student:
                gradebook.update_or_create_student(student)
            try:
                gradebook.find_student(student)
            except MissingEntry:
                raise StudentError(instructor.NO_STUDENT(student=student)) from None
            when = {} if timestamp is None else {"timestamp": timestamp}
            submission = gradebook.update_or_create_submission(assignment, student, **when)
            self._add_missing(submission)
            for notebook in submission.notebooks:
                given = scores.get(notebook.name)
                for grade in notebook.grades:
                    score = 0.0 if given is None else given.get(grade.name)
                    grade.auto_score = score
                    grade.needs_manual_grade = given is not None and (score is None or grade.manual_score is not None)
                if given is None:  # nbgrader keeps the comments on missing cells
                    continue
                said = comments.get(notebook.name, {})
                for comment in notebook.comments:
                    comment.auto_comment = said.get(comment.name)
            gradebook.db.flush()
            for notebook in submission.notebooks:
                gradebook.db.refresh(notebook)
                notebook.late_submission_penalty = _penalty(plugin, student, notebook, submission.total_seconds_late)
            gradebook.db.commit()

    def roll_back(self) -> None:
        """Undo changes for a student that are not committed."""
        with _translate_errors():
            self._gradebook.db.rollback()

    def _notebook(self, notebook: Any) -> Notebook:
        points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
        manually_graded = {cell.name for cell in notebook.task_cells}
        solutions = {cell.name for cell in notebook.solution_cells}
        cells = []
        for cell in notebook.source_cells:
            checked = TASK_CHECKED.search(cell.source or "") if cell.name in points else None
            cells.append(
                ManagedCell(
                    name=cell.name,
                    source=cell.source or "",
                    kind=cell.cell_type,
                    locked=cell.locked,
                    checksum=cell.checksum,
                    points=points.get(cell.name),
                    solution=cell.name in solutions,
                    manually_graded=cell.name in manually_graded,
                    checks=checked[1] if checked is not None and cell.name not in solutions else None,
                )
            )
        kernelspec = json.loads(notebook.kernelspec) if notebook.kernelspec else None
        return Notebook(name=notebook.name, kernelspec=kernelspec, cells=tuple(cells))

    def _add_missing(self, submission: Any) -> None:
        """Add entries for notebooks and cells that the assignment got after the submission was created."""
        there = {notebook.notebook_id: notebook for notebook in submission.notebooks}
        for notebook in submission.assignment.notebooks:
            own = there.get(notebook.id) or SubmittedNotebook(notebook=notebook, assignment=submission)
            graded, commented = {g.cell_id for g in own.grades}, {c.cell_id for c in own.comments}
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                if cell.id not in graded:
                    own.grades.append(Grade(cell_id=cell.id))
            for cell in (*notebook.solution_cells, *notebook.task_cells):
                if cell.id not in commented:
                    own.comments.append(Comment(cell_id=cell.id))
        self._gradebook.db.flush()
        self._gradebook.db.refresh(submission)

    def _check_version(self, url: str) -> None:
        """Raise `CourseError` for a database of another version of nbgrader, or one that is not complete."""
        scripts = ScriptDirectory(str(Path(nbgrader.__file__).with_name("alembic")))
        engine = create_engine(url)
        try:
            with engine.connect() as connection:
                there = {name: _columns(connection, name) for name in inspect(connection).get_table_names()}
                found = _first(connection, "SELECT version_num FROM alembic_version", there)
                assignment = _first(connection, "SELECT name FROM assignment", there)
        finally:
            engine.dispose()
        wanted = {table.name: {column.name for column in table.columns} for table in Base.metadata.sorted_tables}
        complete = all(columns <= there[name] for name, columns in wanted.items() if name in there)
        if found is None and complete and wanted.keys() <= there.keys():
            # nbgrader makes the tables first, and then gets the version from a command of this name.
            raise CourseError((instructor.HALF_MADE_EMPTY if assignment is None else instructor.HALF_MADE)(url=url))
        if found != scripts.get_current_head() or not complete:
            raise CourseError(instructor.OTHER_VERSION(url=url))


def _no_assignment(assignment: str, known: Sequence[str]) -> Sentence:
    if not known:
        return instructor.NO_ASSIGNMENTS(assignment=assignment)
    begins = [name for name in known if name.startswith(assignment)]
    cure = (
        learner_commands.DID_YOU_MEAN(name=begins[0]) if len(begins) == 1 else instructor.RENAMED(assignment=assignment)
    )
    return instructor.NO_ASSIGNMENT(assignment=assignment, known=", ".join(known), cure=cure)


def _first(connection: Any, query: str, tables: Mapping[str, object]) -> object:
    """Return the first result of a query; None if there is none, or no such table."""
    return connection.execute(text(query)).scalar() if query.rpartition(" ")[2] in tables else None


def _columns(connection: Any, table: str) -> set[str]:
    return {str(column["name"]) for column in inspect(connection).get_columns(table)}


def _penalty(plugin: Any, student: str, notebook: Any, late: float) -> float | None:
    """Return the penalty for lateness as nbgrader's `AssignLatePenalties` does: never more than the score."""
    penalty = plugin.late_submission_penalty(student, notebook.score, late) if late > 0 else None
    return None if penalty is None else min(max(penalty, 0), notebook.score)


@contextlib.contextmanager
def _translate_errors() -> Iterator[None]:
    """Turn database errors into a `CourseError` that names the solution."""
    try:
        with warnings.catch_warnings(), _silence_log():
            warnings.simplefilter("ignore", SAWarning)  # about the way nbgrader adds a submission
            yield
    except (InvalidEntry, DatabaseError) as error:
        # nbgrader raises InvalidEntry for every error in a commit, even for a lock or a full disk.
        met = error.__context__ if isinstance(error, InvalidEntry) else error
        cause = str((met.orig if isinstance(met, DatabaseError) else None) or error)
        if "locked" in cause:
            template = instructor.GRADEBOOK_LOCKED
        elif "full" in cause or "disk" in cause:
            template = instructor.GRADEBOOK_FULL
        elif "readonly" in cause:
            template = instructor.GRADEBOOK_READ_ONLY
        elif "no such column" in cause:
            template = instructor.GRADEBOOK_OLD
        else:
            template = instructor.GRADEBOOK_FAILED
        raise CourseError(template(error=cause)) from None


@contextlib.contextmanager
def _silence_log() -> Iterator[None]:
    """Stop nbgrader from printing tracebacks of errors that the kit reports in a sentence."""
    before = app_log.disabled
    app_log.disabled = True
    try:
        yield
    finally:
        app_log.disabled = before
