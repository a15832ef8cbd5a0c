"""Finds whom and what each adjustment is about, and notes those that are about nobody and nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from grader.errors import did_you_mean
from grader.gradebook.counting import Decided, Timing
from grader.gradebook.decisions import Adjustments, CheckDecision, ExerciseRule, Extension, Extra, Override
from grader.gradebook.moments import moment
from grader.gradebook.people import found_exercise, found_name
from grader.gradebook.points import points_text
from grader.roster import Person, Roster
from grader.sentences import Sentence, instructor_gradebook

_WITHOUT_EFFECT: Final = frozenset(
    template.text
    for template in (
        instructor_gradebook.UNKNOWN_STUDENT,
        instructor_gradebook.UNKNOWN_EXERCISE,
        instructor_gradebook.UNKNOWN_TASK,
        instructor_gradebook.UNKNOWN_CHECK,
    )
)

Pair = tuple[str, str]  # a student and an exercise; "" is the person's sum, or every exercise
_T = TypeVar("_T")


class Known:
    """What there is in an output folder that decisions can be about.

    `tasks` are the names and points of the tasks, and `checks` those of the checks, by exercise.
    """

    def __init__(
        self,
        students: Collection[str],
        people: Mapping[str, Person],
        roster: Roster | None,
        names: Mapping[str, str],
        tasks: Mapping[str, Mapping[str, float]],
        checks: Mapping[str, Mapping[str, float]],
    ) -> None:
        self.students: Final = students
        self.tasks: Final = tasks
        self.checks: Final = checks
        self._names = names
        self._roster = roster
        self._by_person = {person: student for student, person in people.items()}

    def student(self, name: str) -> str | None:
        """Return who is meant: by the name in reports, an earlier one, or what the roster knows."""
        found = found_name(name, self.students)
        if found is None and self._roster is not None:
            match = self._roster.find_text(name)
            found = self._by_person.get(match.person) if match.sure and match.person is not None else None
        return None if found is None else self._names.get(found, found)

    def exercise(self, name: str) -> str | None:
        """Return the exercise that is meant: by its id or its number."""
        return found_exercise(name, self.tasks)


def without_effect(problems: Iterable[Sentence]) -> Sentence | None:
    """Return the first problem of an adjustment that is about nobody or nothing, or `None`."""
    return next((problem for problem in problems if problem.template in _WITHOUT_EFFECT), None)


class Decisions:
    """The adjustments of an output folder, sorted by what they are about. `problems` are those that have no effect."""

    def __init__(self, adjustments: Adjustments, known: Known) -> None:
        self._adjustments = adjustments
        self._known = known
        self.problems: list[Sentence] = []
        self.rules = {id: ExerciseRule(id=id, weight=1.0, extra_credit=False) for id in known.tasks}
        self.checks: dict[str, dict[str, CheckDecision]] = {id: {} for id in known.tasks}
        self.withdrawn: set[str] = set()
        self._overrides: dict[Pair, Override] = {}
        self._tasks: defaultdict[Pair, dict[str, Override]] = defaultdict(dict)
        self._extras: defaultdict[Pair, list[Extra]] = defaultdict(list)
        self._excused: dict[Pair, str] = {}
        self._extensions: dict[Pair, Extension] = {}
        self._comments: defaultdict[Pair, list[str]] = defaultdict(list)
        self._take_exercises()
        self._take_people()

    def decided(self, student: str, exercise: str) -> Decided:
        """Return what is decided about one exercise of one person."""
        pair = (student, exercise)
        return Decided(
            checks=self.checks[exercise],
            override=self._overrides.get(pair),
            tasks=self._tasks.get(pair, {}),
            extras=self._extras.get(pair, ()),
            excused=self._for_both(self._excused, student, exercise),
        )

    def extras(self, student: str) -> list[Extra]:
        """Return the extra points of a person that belong to no exercise."""
        return self._extras.get((student, ""), [])

    def comments(self, student: str, exercise: str = "") -> tuple[str, ...]:
        """Return the remarks on one exercise of a person, or on everything."""
        return tuple(self._comments.get((student, exercise), ()))

    def timing(self, student: str, exercise: str, handed_in: datetime | None) -> Timing:
        """Return when an exercise was handed in and is due for one person, and the rule for late work."""
        text, zone = self.rules[exercise].due, self._adjustments.timezone
        if not text:
            return Timing(handed_in=handed_in)
        due = moment(text, zone)
        extension = self._for_both(self._extensions, student, exercise)
        if extension is not None:
            due = moment(extension.until, zone) if extension.until else due + timedelta(days=extension.days or 0)
        return Timing(handed_in=handed_in, due=due, extension=extension, rule=self._adjustments.late)

    def dropped(self, exercise: str) -> dict[str, float]:
        """Return the points of the checks that count for nobody."""
        points = self._known.checks[exercise]
        return {name: points[name] for name, one in self.checks[exercise].items() if one.action == "drop"}

    @staticmethod
    def _for_both(decided: Mapping[Pair, _T], student: str, exercise: str) -> _T | None:
        """Return what is decided about an exercise of a person, or else about all exercises of that person."""
        return decided.get((student, exercise), decided.get((student, "")))

    def _take_exercises(self) -> None:
        for rule in self._adjustments.exercise:
            id = self._exercise(rule.id, "exercise")
            if id is not None:
                before = self.rules[id]
                self.rules[id] = ExerciseRule(
                    id=id,
                    weight=before.weight if rule.weight is None else rule.weight,
                    due=rule.due or before.due,
                    extra_credit=before.extra_credit if rule.extra_credit is None else rule.extra_credit,
                )
        for decision in self._adjustments.check:
            id = self._exercise(decision.exercise, "check")
            if id is None:
                continue
            if decision.check in self._known.checks[id]:
                self.checks[id][decision.check] = decision
                continue
            cure = did_you_mean(decision.check, self._known.checks[id], instructor_gradebook.NAMES_OF_CHECKS())
            self.problems.append(
                instructor_gradebook.UNKNOWN_CHECK(kind="check", check=decision.check, exercise=id, cure=cure)
            )

    def _take_people(self) -> None:
        adjustments = self._adjustments
        for override in adjustments.override:
            pair = self._pair(override.student, override.exercise, "override")
            if pair is not None:
                self._take_override(pair, override)
        for extra in adjustments.extra:
            if pair := self._pair(extra.student, extra.exercise, "extra"):
                self._extras[pair].append(extra)
        for excused in adjustments.excused:
            if pair := self._pair(excused.student, excused.exercise, "excused"):
                self._excused[pair] = excused.reason
        for extension in adjustments.extension:
            if pair := self._pair(extension.student, extension.exercise, "extension"):
                self._extensions[pair] = extension
        for comment in adjustments.comment:
            if pair := self._pair(comment.student, comment.exercise, "comment"):
                self._comments[pair].append(comment.text)
        for renamed in adjustments.renamed:
            self._student(renamed.student, "renamed")
        for withdrawn in adjustments.withdrawn:
            if student := self._student(withdrawn.student, "withdrawn"):
                self.withdrawn.add(student)

    def _take_override(self, pair: Pair, override: Override) -> None:
        student, exercise = pair
        tasks = self._known.tasks[exercise]
        if override.task and override.task not in tasks:
            cure = did_you_mean(override.task, tasks)
            self.problems.append(
                instructor_gradebook.UNKNOWN_TASK(kind="override", exercise=exercise, task=override.task, cure=cure)
            )
            return
        most = tasks[override.task] if override.task else sum(tasks.values())
        if override.points > most:
            self.problems.append(
                instructor_gradebook.TOO_MANY_POINTS(
                    student=student,
                    exercise=f"{exercise}.{override.task}" if override.task else exercise,
                    points=points_text(override.points),
                    most=points_text(most),
                )
            )
        if override.task:
            self._tasks[pair][override.task] = override
        else:
            self._overrides[pair] = override

    def _pair(self, student: str, exercise: str, kind: str) -> Pair | None:
        found = self._student(student, kind)
        id = self._exercise(exercise, kind) if exercise else ""
        return None if found is None or id is None else (found, id)

    def _student(self, name: str, kind: str) -> str | None:
        found = self._known.student(name)
        if found is None:
            cure = did_you_mean(name, self._known.students, instructor_gradebook.NAMES_OF_FOLDERS())
            self.problems.append(instructor_gradebook.UNKNOWN_STUDENT(kind=kind, student=name, cure=cure))
        return found

    def _exercise(self, name: str, kind: str) -> str | None:
        found = self._known.exercise(name)
        if found is None:
            cure = did_you_mean(name, self._known.tasks)
            self.problems.append(instructor_gradebook.UNKNOWN_EXERCISE(kind=kind, exercise=name, cure=cure))
        return found
