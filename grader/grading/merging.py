"""Puts what is graded now and what was graded in other weeks together, so that no run erases another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from grader.records import BrokenCheck, ClassReport, ClassRow, HandIn, LeftFile, Report, student_report
from grader.roster import Person
from grader.submissions import shortened


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the class report says beside points: who the students are, how files were handed in, which do not count."""

    people: Mapping[str, Person]
    handed_in: Mapping[str, Mapping[str, HandIn]]
    left: Sequence[LeftFile]


def merged(now: Report, earlier: Report | None, order: Sequence[str], *, forget: bool) -> Report:
    """Return a student's report with the exercises of an earlier one that are not graded now.

    If nothing was handed in for an exercise now, the earlier result stays, unless it shall be forgotten (`forget`).
    Exercises stand in `order`; those that are in no course any more come last.
    """
    found = {exercise.id: exercise for exercise in (earlier.exercises if earlier is not None else ())}
    for exercise in now.exercises:
        if forget or exercise.status != "not_submitted" or exercise.id not in found:
            found[exercise.id] = exercise
    places = {id: place for place, id in enumerate(order)}
    in_order = sorted(found.values(), key=lambda exercise: (places.get(exercise.id, len(places)), exercise.id))
    return student_report(now.student, tuple(in_order), notes=now.notes)


def kept(now: Report, whole: Report) -> tuple[str, ...]:
    """Return the exercises of a merged report whose result is an earlier one, though they were to be graded now."""
    asked = {exercise.id: exercise for exercise in now.exercises}
    return tuple(one.id for one in whole.exercises if one.id in asked and asked[one.id] != one)


def still_broken(earlier: ClassReport | None, graded: Collection[tuple[str, str]]) -> Iterable[tuple[str, BrokenCheck]]:
    """Yield the checks that were at fault in earlier runs, with each student whose result is still from then.

    `graded` are the pairs of a student and an exercise that were graded now.
    """
    for check in earlier.broken_checks if earlier is not None else ():
        for student in check.students:
            if (student, check.exercise) not in graded:
                yield (
                    student,
                    BrokenCheck(
                        exercise=check.exercise,
                        task=check.task,
                        check=check.check,
                        stands=check.stands,
                        feedback=check.feedback,
                    ),
                )


def known_of_all(now: Known, earlier: ClassReport | None, graded: Collection[tuple[str, str]]) -> Known:
    """Return what is known now, together with what earlier runs knew of exercises that were not graded now.

    `graded` are the pairs of a student and an exercise that were graded now. A file for no exercise is listed again as
    long as none of its student's exercises is graded.
    """
    if earlier is None:
        return Known(people=now.people, handed_in=now.handed_in, left=shortened(now.left))
    students = {student for student, _ in graded}
    left = [
        file
        for file in earlier.left
        if file.student
        and ((file.student, file.exercise) not in graded if file.exercise else file.student not in students)
    ]
    handed_in = {
        row.student: {id: file for id, file in row.handed_in.items() if (row.student, id) not in graded}
        | dict(now.handed_in.get(row.student, {}))
        for row in earlier.students
    }
    people = {row.student: row.person for row in earlier.students if row.person is not None}
    return Known(
        people=people | dict(now.people),
        handed_in=dict(now.handed_in) | handed_in,
        left=shortened({(file.path, file.student, file.exercise): file for file in (*left, *now.left)}.values()),
    )


def under_present_names(earlier: ClassReport | None, renamed: Mapping[str, str]) -> ClassReport | None:
    """Return a class report in which those who have another name now have that one, with all that is known of them."""
    if earlier is None or not renamed:
        return earlier
    rows: dict[str, ClassRow] = {}
    for row in sorted(earlier.students, key=lambda row: row.student not in renamed):  # earlier names come first
        name = renamed.get(row.student, row.student)
        before = rows.get(name)
        known = {} if before is None else before.handed_in
        person = row.person or (before.person if before is not None else None)
        rows[name] = replace(row, student=name, person=person, handed_in=known | row.handed_in)
    return replace(earlier, students=tuple(rows[name] for name in sorted(rows)))


def earlier_report(student: str, reports: Mapping[str, Report], renamed: Mapping[str, str]) -> Report | None:
    """Return the student's stored report, put together with those under earlier names."""
    found = reports.get(student)
    for old, now in renamed.items():
        if now == student and old in reports:
            before = reports[old]
            found = before if found is None else merged(found, before, _order(found, before), forget=False)
    return found


def _order(*reports: Report) -> list[str]:
    return sorted({exercise.id for report in reports for exercise in report.exercises})


def others(known: Iterable[str], now: Collection[str], renamed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the students with a report who are not among those graded now, under any name."""
    return tuple(sorted(name for name in known if name not in now and renamed.get(name) not in now))
