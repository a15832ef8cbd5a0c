"""Reads a gradebook: the reports in an output folder, and what people decided about them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from grader.gradebook.adjustments import read_adjustments
from grader.gradebook.counting import check_reason, entry_of, extra_reason
from grader.gradebook.deciding import Decisions, Known
from grader.gradebook.decisions import Adjustments
from grader.gradebook.errors import GradebookError
from grader.gradebook.history import read_runs
from grader.gradebook.moments import moment
from grader.gradebook.people import current_names
from grader.gradebook.points import ZERO, exact, points_text, rounded
from grader.gradebook.records import Column, Entry, Gradebook, Row
from grader.records import ClassReport, ExerciseReport, blank_report, class_report
from grader.reports.store import Stored, load_class, stored_reports
from grader.roster import Person, Roster
from grader.sentences import Sentence, instructor_gradebook, learner

_NAMED: Final = 5  # people in a sentence


def read_gradebook(out: Path, roster: Roster | None = None, *, adjustments: Adjustments | None = None) -> Gradebook:
    """Return the gradebook of an output folder.

    With a `roster`, people without any report have a row too. `adjustments` are those in the folder if they are not
    given. A folder without reports gives an empty gradebook. Raises `GradebookError` if the adjustments cannot be read.
    """
    decided = read_adjustments(out) if adjustments is None else adjustments
    book = gradebook_of(stored_reports(out), decided, known=load_class(out), roster=roster)
    return replace(book, runs=read_runs(out))


def gradebook_of(
    stored: Stored,
    adjustments: Adjustments,
    *,
    known: ClassReport | None = None,
    roster: Roster | None = None,
) -> Gradebook:
    """Return the gradebook of reports and decisions.

    `known` is the class report: it says who students are, when they handed in, and whether tasks count as a whole.
    Raises `GradebookError` if a time in the adjustments cannot be read.
    """
    return _Reading(stored, adjustments, known or class_report(()), roster).book()


class _Reading:
    """The reports by student and exercise, and everything that is known about them."""

    def __init__(
        self, stored: Stored, adjustments: Adjustments, known_class: ClassReport, roster: Roster | None
    ) -> None:
        self._whole_tasks = known_class.whole_tasks
        self._handed_in = {row.student: dict(row.handed_in) for row in known_class.students}
        self._known_people = {row.student: row.person for row in known_class.students if row.person is not None}
        self._zone = adjustments.timezone
        self._problems: list[Sentence] = [
            instructor_gradebook.UNREADABLE_KEPT(path=str(path), error=error.sentence)
            for path, error in stored.unreadable.items()
        ]
        self._names = current_names(adjustments.renamed)
        self._folders = {student: folder.name for student, folder in stored.folders.items()}
        self._reports = {student: {e.id: e for e in report.exercises} for student, report in stored.reports.items()}
        for old, now in self._names.items():
            self._take_over(old, now)
        everything = [report for found in self._reports.values() for report in found.values()]
        self._most = _maxima(everything)
        self._checks = _by_task(everything)
        self._people = self._matched(roster)
        known = Known(
            students={*self._reports, *self._people},
            people=self._people,
            roster=roster,
            names=self._names,
            tasks=_tasks(everything),
            checks=_checks(everything),
        )
        self._decisions = Decisions(adjustments, known)
        self._problems += self._decisions.problems
        if roster is not None:
            left = self._decisions.withdrawn | self._names.keys()
            unknown = sorted(self._reports.keys() - self._people.keys() - left)
            if unknown:
                names = ", ".join(unknown[:_NAMED]) + (", …" if len(unknown) > _NAMED else "")
                self._problems.append(instructor_gradebook.NOT_ON_ROSTER(count=len(unknown), names=names))

    def book(self) -> Gradebook:
        """Return the gradebook."""
        rows = [self._row(student) for student in sorted({*self._reports, *self._people})]
        left = self._decisions.withdrawn | self._names.keys()
        current = tuple(row for row in rows if row.student not in left)
        self._problems += self._of_other_versions(current)
        return Gradebook(
            columns=tuple(self._column(id) for id in self._most),
            rows=current,
            archived=tuple(row for row in rows if row.student in left),
            problems=tuple(dict.fromkeys(self._problems)),
        )

    def _take_over(self, old: str, now: str) -> None:
        """Use the reports under an earlier name where there is none under the later one."""
        if old not in self._reports:
            return
        self._handed_in[now] = self._handed_in.get(old, {}) | self._handed_in.get(now, {})
        if old in self._known_people:
            self._known_people.setdefault(now, self._known_people[old])
        later = self._reports.setdefault(now, {})
        for id, report in self._reports[old].items():
            if id not in later or later[id].status == "not_submitted":
                later[id] = report
        self._folders.setdefault(now, self._folders[old])

    def _matched(self, roster: Roster | None) -> dict[str, Person]:
        """Return who each student is.

        With a roster, that is whom it knows, and the people on it who have no report. Else it is what was known when
        their work was graded.
        """
        if roster is None:
            return {student: person for student, person in self._known_people.items() if student in self._reports}
        found: dict[str, Person] = {}
        for student in sorted(self._reports.keys() - self._names.keys()):
            match = roster.find(self._known_people.get(student, Person()))
            if match.person is None or not match.sure:
                match = roster.find_text(student)
            if match.person is not None and match.sure:
                found[student] = match.person
        known = set(found.values())
        return found | {p.student: p for p in roster.people if p not in known and p.student not in self._reports}

    def _column(self, id: str) -> Column:
        rule = self._decisions.rules[id]
        return Column(
            exercise=id,
            max_points=rounded(exact(self._most[id]) - sum(map(exact, self._decisions.dropped(id).values()), ZERO)),
            weight=1.0 if rule.weight is None else rule.weight,
            extra_credit=bool(rule.extra_credit),
            due=moment(rule.due, self._zone).isoformat(timespec="seconds") if rule.due else "",
            checks=self._checks[id],
            reasons=tuple(map(check_reason, self._decisions.checks[id].values())),
        )

    def _row(self, student: str) -> Row:
        entries = tuple(self._entry(student, id) for id in self._most)
        handed_in = self._handed_in.get(student, {}).values()
        reasons = tuple(map(extra_reason, self._decisions.extras(student)))
        points, most = ZERO, ZERO
        for entry in entries:
            rule = self._decisions.rules[entry.exercise]
            weight = exact(1.0 if rule.weight is None else rule.weight)
            points += weight * exact(entry.points or 0)
            most += ZERO if rule.extra_credit else weight * exact(entry.max_points)
        points += sum((exact(reason.change) for reason in reasons), ZERO)
        return Row(
            student=student,
            folder=self._folders.get(student, ""),
            earlier_names=tuple(old for old, now in self._names.items() if now == student and old in self._reports),
            participants=tuple(dict.fromkeys(file.participant for file in handed_in if file.participant)),
            person=self._people.get(student),
            points=rounded(max(ZERO, points)),
            max_points=rounded(most),
            entries=entries,
            reasons=reasons,
            comments=self._decisions.comments(student),
        )

    def _entry(self, student: str, id: str) -> Entry:
        report = self._reports.get(student, {}).get(id)
        if report is None:
            nothing = blank_report(id, (), "not_submitted", learner.NOT_SUBMITTED())
            report = replace(nothing, max_points=self._most[id])
        entry = entry_of(
            report,
            self._decisions.decided(student, id),
            self._decisions.timing(student, id, self._time(student, id)),
            self._decisions.dropped(id),
            whole=self._whole_tasks,
        )
        return replace(entry, comments=self._decisions.comments(student, id))

    def _time(self, student: str, id: str) -> datetime | None:
        """Return when an exercise was handed in, if that is known."""
        file = self._handed_in.get(student, {}).get(id)
        try:
            return moment(file.time, self._zone) if file is not None and file.time else None
        except GradebookError:
            return None

    def _of_other_versions(self, rows: tuple[Row, ...]) -> list[Sentence]:
        """Return what to say of results that are out of other points than most, and of late rules without times."""
        said: list[Sentence] = []
        for id, most in self._most.items():
            others = [e for found in self._reports.values() if (e := found.get(id)) and e.max_points != most]
            handed_in = [report for report in others if report.status != "not_submitted"]
            if handed_in:
                said.append(
                    instructor_gradebook.OTHER_MAXIMUM(
                        exercise=id,
                        count=len(handed_in),
                        points=points_text(handed_in[0].max_points),
                        most=points_text(most),
                    )
                )
        without = [
            entry
            for row in rows
            for entry in row.entries
            if entry.raw is not None and self._decisions.timing(row.student, entry.exercise, None).lacks_time
        ]
        without = [entry for entry in without if not entry.handed_in]
        return [*said, instructor_gradebook.NO_TIMES(count=len(without))] if without else said


def _maxima(reports: list[ExerciseReport]) -> dict[str, float]:
    """Return the points of each exercise: what most reports say, because some may be older than a change of it."""
    counted: defaultdict[str, Counter[float]] = defaultdict(Counter)
    for report in reports:
        counted[report.id][report.max_points] += 1
    return {id: max(found, key=lambda points: (found[points], points)) for id, found in sorted(counted.items())}


def _tasks(reports: list[ExerciseReport]) -> dict[str, dict[str, float]]:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for report in reports:
        found[report.id] |= {task.name: task.max_points for task in report.tasks}
    return found


def _by_task(reports: list[ExerciseReport]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the ids of the checks, by exercise and task, in the order of the report that has the most."""
    found: dict[str, dict[str, tuple[str, ...]]] = {report.id: {} for report in reports}
    for report in reports:
        for task in report.tasks:
            ids = tuple(check.id for check in task.checks)
            known = found[report.id].get(task.name, ())
            found[report.id][task.name] = tuple(dict.fromkeys((*max(known, ids, key=len), *known, *ids)))
    return found


def _checks(reports: list[ExerciseReport]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {report.id: {} for report in reports}
    for report in reports:
        found[report.id] |= {check.id: check.max_points for task in report.tasks for check in task.checks}
    return found
