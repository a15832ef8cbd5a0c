"""What counts for each person follows from the reports and from what people decided, in one order."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from made_reports import exercise, lay_out, nothing

from grader.gradebook import Entry, Gradebook, GradebookError, read_gradebook
from grader.gradebook.adjustments import read_adjustments
from grader.gradebook.reading import gradebook_of
from grader.records import HandIn, class_report
from grader.reports.store import stored_reports
from grader.roster import Person, Roster

SEVEN = "07_autograd"
HALF = exercise(minimize={"a": ("passed", 4.0), "b": ("failed", 2.0)}, halving={"c": ("passed", 4.0)})
OVERRIDE = '[[override]]\nstudent = "ana"\nexercise = "07"\npoints = 9.5\nreason = "Right."\n'
RULE = '[late]\nper_day = 0.1\nat_most = 0.5\n\n[[exercise]]\nid = "07"\ndue = "2026-03-01 12:00:00+00:00"\n'


def ana(out: Path, **options: object) -> Entry:
    """Return Ana's entry of exercise 07."""
    (row,) = (row for row in read_gradebook(out, **options).rows if row.student == "ana")  # type: ignore[arg-type]
    return row.entry(SEVEN)


def handed_in(out: Path, day: int, hour: int = 12) -> Gradebook:
    """Return the gradebook if Ana handed in 07 in March at this time."""
    time = datetime(2026, 3, day, hour, tzinfo=timezone.utc).isoformat()
    stored = stored_reports(out)
    file = {"ana": {SEVEN: HandIn(original="07.py", time=time)}}
    known = class_report(tuple(stored.reports.values()), handed_in=file)
    return gradebook_of(stored, read_adjustments(out), known=known)


def said(book: Gradebook) -> str:
    """Return the problems as text."""
    return "\n".join(map(str, book.problems))


def test_without_decisions_the_examiners_points_count(tmp_path: Path) -> None:
    """Raw points and those that count are the same, and the checks that gave none are named."""
    entry = ana(lay_out(tmp_path, ana=(HALF,)))
    assert (entry.raw, entry.points, entry.max_points, entry.reasons, entry.missed) == (8, 8, 10, (), ("b",))


def test_an_exercise_that_a_report_lacks_is_not_handed_in(tmp_path: Path) -> None:
    """Everybody has an entry for each exercise of the class, with its maximum."""
    out = lay_out(tmp_path, ana=(HALF,), bia=(nothing("08_detach", 4.0),))
    book = read_gradebook(out)
    assert [column.exercise for column in book.columns] == [SEVEN, "08_detach"]
    (_, bia) = book.rows
    assert [(e.status, e.raw, e.points, e.max_points) for e in bia.entries] == [
        ("not_submitted", None, None, 10),
        ("not_submitted", None, None, 4),
    ]
    assert (bia.points, bia.max_points) == (0, 14)


def test_an_override_counts_and_the_raw_points_stay(tmp_path: Path) -> None:
    """The report keeps the examiner's points; the entry says what was decided, with the reason."""
    entry = ana(lay_out(tmp_path, OVERRIDE, ana=(HALF,)))
    assert (entry.raw, entry.points) == (8, 9.5)
    (reason,) = entry.reasons
    assert (reason.kind, reason.words, reason.change) == ("override", "Right.", 1.5)


def test_an_override_counts_where_nothing_was_handed_in(tmp_path: Path) -> None:
    """Points that were given by hand need no file."""
    entry = ana(lay_out(tmp_path, OVERRIDE, ana=(nothing(),)))
    assert (entry.raw, entry.points, entry.status) == (None, 9.5, "not_submitted")


def test_the_last_of_two_decisions_counts(tmp_path: Path) -> None:
    """A later override replaces an earlier one."""
    assert ana(lay_out(tmp_path, OVERRIDE + OVERRIDE.replace("9.5", "3"), ana=(HALF,))).points == 3


def test_a_task_with_an_override_keeps_the_other_tasks(tmp_path: Path) -> None:
    """An override of one task replaces the points of that task alone."""
    text = OVERRIDE.replace("points = 9.5", 'task = "minimize"\npoints = 5')
    assert ana(lay_out(tmp_path, text, ana=(HALF,))).points == 9


@pytest.mark.parametrize(("action", "points", "most"), [("drop", 8, 8), ("give", 10, 10)])
def test_a_check_is_dropped_or_given(tmp_path: Path, action: str, points: float, most: float) -> None:
    """A dropped check leaves the maximum; a given one adds its points."""
    text = f'[[check]]\nexercise = "07"\ncheck = "b"\naction = "{action}"\nreason = "Unclear."\n'
    out = lay_out(tmp_path, text, ana=(HALF,), bia=(nothing(),))
    entry = ana(out)
    assert (entry.raw, entry.points, entry.max_points) == (8, points, most)
    assert read_gradebook(out).rows[1].entry(SEVEN).max_points == most


def test_a_dropped_check_lets_a_whole_task_count(tmp_path: Path) -> None:
    """Where a task counts only as a whole, it counts once the failed check is dropped."""
    whole = exercise(whole=True, minimize={"a": ("passed", 4.0), "b": ("failed", 2.0)})
    text = '[[check]]\nexercise = "07"\ncheck = "b"\naction = "drop"\nreason = "Unclear."\n'
    entry = ana(lay_out(tmp_path, text, ana=(whole,)))
    assert (entry.raw, entry.points, entry.max_points) == (0, 4, 4)


def test_excused_work_counts_neither_way(tmp_path: Path) -> None:
    """An excused exercise has no points and no maximum, and the sum is out of less."""
    text = '[[excused]]\nstudent = "ana"\nexercise = "07"\nreason = "Ill."\n'
    (row,) = read_gradebook(lay_out(tmp_path, text, ana=(HALF, nothing("08_detach", 4.0)))).rows
    assert (row.entry(SEVEN).points, row.entry(SEVEN).raw, row.entry(SEVEN).excused) == (None, 8, True)
    assert (row.points, row.max_points) == (0, 4)


def test_extra_points_may_exceed_the_maximum(tmp_path: Path) -> None:
    """Extra points are added to an exercise, or to the sum; the sum never falls below 0."""
    text = '[[extra]]\nstudent = "ana"\nexercise = "07"\npoints = 3\nreason = "Forum."\n'
    text += '[[extra]]\nstudent = "ana"\npoints = 1.25\nreason = "Talk."\n'
    text += '[[extra]]\nstudent = "bia"\npoints = -5\nreason = "Copied."\n'
    one, other = read_gradebook(lay_out(tmp_path, text, ana=(HALF,), bia=(nothing(),))).rows
    assert (one.entry(SEVEN).points, one.points, one.max_points, other.points) == (11, 12.25, 10, 0)


def test_weights_and_extra_credit_change_sums_alone(tmp_path: Path) -> None:
    """A weight multiplies in the sum; an exercise for extra credit has no part in the maximum."""
    text = '[[exercise]]\nid = "07"\nweight = 2\n[[exercise]]\nid = "08"\nextra_credit = true\n'
    extra = exercise("08_detach", t={"d": ("passed", 4.0)})
    book = read_gradebook(lay_out(tmp_path, text, ana=(HALF, extra)))
    (row,) = book.rows
    assert (row.points, row.max_points, book.max_points, row.entry(SEVEN).points) == (20, 20, 20, 8)


@pytest.mark.parametrize(
    ("day", "hour", "days", "points"), [(1, 12, 0, 8), (1, 13, 1, 7.2), (2, 12, 1, 7.2), (3, 0, 2, 6.4), (20, 0, 19, 4)]
)
def test_late_work_loses_a_share_for_each_day_begun(
    tmp_path: Path, day: int, hour: int, days: int, points: float
) -> None:
    """Each day begun costs 10 % of the earned points, and all together at most half."""
    (row,) = handed_in(lay_out(tmp_path, RULE, ana=(HALF,)), day, hour).rows
    assert (row.entry(SEVEN).late, row.entry(SEVEN).points) == (days, points)


@pytest.mark.parametrize("more", ["days = 2", 'until = "2026-03-03 12:00:00+00:00"', "until = 2026-03-03T12:00:00Z"])
def test_more_time_moves_the_end(tmp_path: Path, more: str) -> None:
    """With two days more, work of the third day is one day late."""
    text = f'{RULE}\n[[extension]]\nstudent = "ana"\n{more}\nreason = "Ill."\n'
    out = lay_out(tmp_path, text, ana=(HALF,))
    assert [handed_in(out, day, 13).rows[0].entry(SEVEN).late for day in (2, 3, 4)] == [0, 1, 2]


def test_times_are_told_in_the_zone_of_the_course(tmp_path: Path) -> None:
    """The end of an extension is told in the course's zone, and 23:59 there is not 23:59 elsewhere."""
    text = 'timezone = "America/Sao_Paulo"\n' + RULE.replace("12:00:00+00:00", "23:59")
    out = lay_out(tmp_path, f'{text}\n[[extension]]\nstudent = "ana"\ndays = 2\n', ana=(HALF,))
    (entry,) = handed_in(out, 4, 2).rows[0].entries
    assert (entry.late, str(entry.reasons[0].text)) == (0, "More time, until 2026-03-03 23:59.")
    assert handed_in(out, 4, 3).rows[0].entries[0].late == 1
    assert handed_in(out, 4, 3).columns[0].due == "2026-03-01T23:59:00-03:00"


def test_minutes_of_grace_and_the_end_of_lateness(tmp_path: Path) -> None:
    """A few minutes cost nothing, and after so many days nothing is left."""
    text = RULE.replace("at_most = 0.5", "at_most = 0.5\ngrace_minutes = 60\nnone_after_days = 7")
    out = lay_out(tmp_path, text, ana=(HALF,))
    assert [handed_in(out, *when).rows[0].entry(SEVEN).points for when in ((1, 13), (1, 14), (9, 0))] == [8, 7.2, 0]


def test_without_times_no_late_rule_applies_and_that_is_said(tmp_path: Path) -> None:
    """A late rule without times of handing in takes nothing off, and the gradebook says so."""
    book = read_gradebook(lay_out(tmp_path, RULE, ana=(HALF,), bia=(nothing(),)))
    assert book.rows[0].points == 8
    assert "was not applied to 1 result" in said(book)


def test_an_override_is_the_last_word_about_late_work(tmp_path: Path) -> None:
    """Nothing is taken off an override of the whole exercise."""
    assert handed_in(lay_out(tmp_path, RULE + OVERRIDE, ana=(HALF,)), 20).rows[0].points == 9.5


def test_points_are_rounded_once_and_halves_go_up(tmp_path: Path) -> None:
    """0.125 is 0.13, and ten times 0.1 is 1."""
    tenths = {f"check{n}": ("passed", 0.1) for n in range(10)}
    out = lay_out(
        tmp_path,
        ana=(exercise(t=tenths), exercise("08_detach", t={"x": ("passed", 0.125)})),  # type: ignore[arg-type]
    )
    (row,) = read_gradebook(out).rows
    assert [entry.points for entry in row.entries] == [1, 0.13]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            OVERRIDE.replace("ana", "anna"),
            "there is no 'anna' in the gradebook, so it has no effect. Did you mean 'ana'?",
        ),
        (OVERRIDE.replace("07", "09"), "no exercise '09' was graded"),
        (OVERRIDE.replace("points", 'task = "minimise"\npoints'), "has no task 'minimise'.* Did you mean 'minimize'?"),
        (OVERRIDE.replace("9.5", "95"), "ana gets 95 points for 07_autograd, which has 10"),
        (
            '[[check]]\nexercise = "07"\ncheck = "gone"\naction = "drop"\nreason = "x"\n',
            "no report has a check 'gone' of the exercise 07_autograd",
        ),
        ('[[renamed]]\nstudent = "caio"\nnow = "ana"\n', "renamed: there is no 'caio'"),
        ('[[withdrawn]]\nstudent = "caio"\n', "withdrawn: there is no 'caio'"),
    ],
)
def test_a_decision_about_nobody_or_nothing_is_said(tmp_path: Path, text: str, words: str) -> None:
    """A decision that has no effect is a problem that names it, and everything else counts."""
    book = read_gradebook(lay_out(tmp_path, text, ana=(HALF,)))
    assert re.search(words, said(book)), said(book)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = " + "[" * 5000, "Its brackets are nested too deep"),
        ("# mine\n[[override]\n", r"Line 2 cannot be read: \[\[override\]\. Write `name = value`"),
        (OVERRIDE.replace("9.5", "9,5"), "Line 4 cannot be read: points = 9,5. .* numbers with a point"),
        (OVERRIDE.replace('"ana"', '"ana'), 'Line 2 cannot be read: student = "ana'),
        (OVERRIDE + "points = 3\n", "A name stands twice in one entry"),
        (OVERRIDE.replace("[[", "[").replace("]]", "]"), r"Write the heading \[\[override\]\] with two brackets"),
        ("[[late]]\nper_day = 0.1\n", r"Write the heading \[late\] once"),
        ("[late]\nper_day = 10\n", r"In \[late\]: `per_day` is 10. It must be a number from 0 to 1"),
        ("timezone = 3\n", "`timezone` is 3. It must be a text in quotation marks"),
        (
            OVERRIDE.replace("override", "overide"),
            "a name 'overide', which means nothing.*Did you mean 'override'?",
        ),
        ('[[override]]\nstudent = "ana"\n', r"Entry 1 of \[\[override\]\]: `exercise` is missing. Add it."),
        (
            OVERRIDE + OVERRIDE.replace("points", "ponits"),
            "Entry 2 of .*: There is no `ponits` .* Did you mean 'points'",
        ),
        (OVERRIDE + 'timezone = "UTC"\n', "`timezone` must stand above the first heading"),
        (OVERRIDE.replace('"ana"', "3"), "`student` is 3. It must be a text in quotation marks"),
        (OVERRIDE.replace("9.5", '"9.5"'), '`points` is "9.5". It must be a number from 0 to 100000, with a point'),
        (OVERRIDE.replace("9.5", "nan"), "`points` is NaN. It must be a number from 0"),
        (OVERRIDE.replace("9.5", "-1"), "`points` is -1. It must be a number from 0"),
        (OVERRIDE.replace("9.5", "1e300"), "It must be a number from 0 to 100000"),
        ('[[extra]]\nstudent = "ana"\npoints = -1e30\nreason = "x"\n', "must be a number from -100000 to 100000"),
        ('[[extension]]\nstudent = "ana"\ndays = 1e9\n', "must be a number from 0 to 100000"),
        ('[[exercise]]\nid = "07"\nextra_credit = "yes"\n', '`extra_credit` is "yes". It must be true or false'),
        (
            '[[check]]\nexercise = "07"\ncheck = "a"\naction = "dropp"\nreason = "x"\n',
            '`action` is "dropp". It must be "drop" or "give"',
        ),
        ('[[exercise]]\nid = "07"\ndue = "9999-12-31"\n', "a year from 1970 to 2999"),
        ('[[extension]]\nstudent = "ana"\n', "Entry 1 of .*: It needs either `until` or `days`. Write one of them."),
        ('[[exercise]]\nid = "07"\ndue = "tomorrow"\n', "Cannot read the time 'tomorrow'"),
        ('timezone = "Mars/Base"\n', "Cannot find the time zone 'Mars/Base'"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(tmp_path: Path, text: str, words: str) -> None:
    """A slip in the file is an error that names the file, the place, the cause and the cure, in the kit's own words."""
    with pytest.raises(GradebookError, match=words) as caught:
        read_gradebook(lay_out(tmp_path, text, ana=(HALF,)))
    said = str(caught.value)
    assert re.match(r"Cannot read the adjustments in '.*adjustments\.toml'\. .* Correct that", said)
    assert not re.search(r"\$|Expected|field|Invalid", said)


@pytest.mark.parametrize("name", ["07", "7", "07_autograd"])
def test_an_exercise_is_named_by_its_number(tmp_path: Path, name: str) -> None:
    """The number is enough, with its zero or without."""
    book = read_gradebook(lay_out(tmp_path, OVERRIDE.replace("07", name), ana=(HALF,)))
    assert book.rows[0].entry(SEVEN).points == 9.5 and not book.problems


def test_a_file_in_another_encoding_is_explained(tmp_path: Path) -> None:
    """A file that an editor saved in Latin-1 names what to choose there."""
    out = lay_out(tmp_path, ana=(HALF,))
    (out / "adjustments.toml").write_bytes("# André\n".encode("latin-1"))
    with pytest.raises(GradebookError, match="not saved as UTF-8"):
        read_gradebook(out)


def test_who_left_is_archived(tmp_path: Path) -> None:
    """Somebody who left is in no table; everything about them is still known."""
    book = read_gradebook(lay_out(tmp_path, '[[withdrawn]]\nstudent = "Bia"\n', ana=(HALF,), bia=(HALF,)))
    assert [row.student for row in book.rows] == ["ana"]
    assert [(row.student, row.points) for row in book.archived] == [("bia", 8)]


def test_results_under_two_names_belong_together(tmp_path: Path) -> None:
    """A renamed person has one row, with the later results first; decisions about the old name count."""
    text = '[[renamed]]\nstudent = "ana"\nnow = "ana.silva"\n' + OVERRIDE
    old, new = exercise("08_detach", t={"x": ("passed", 1.0)}), exercise("08_detach", t={"x": ("failed", 1.0)})
    out = lay_out(tmp_path, text, ana=(HALF, old))
    lay_out(out, **{"ana.silva": (nothing(), new)})
    (row,) = read_gradebook(out).rows
    assert (row.student, row.folder, row.earlier_names) == ("ana.silva", "ana.silva", ("ana",))
    assert [(entry.raw, entry.points) for entry in row.entries] == [(8, 9.5), (0, 0)]


def test_late_work_stays_late_under_another_name(tmp_path: Path) -> None:
    """What is known of the time when somebody handed in is known under the present name, too."""
    out = lay_out(tmp_path, RULE + '[[renamed]]\nstudent = "ana"\nnow = "ana.silva"\n', ana=(HALF,))
    (row,) = handed_in(out, 1, 13).rows
    assert (row.student, row.points) == ("ana.silva", 7.2)


def test_results_of_an_earlier_version_of_an_exercise_are_named(tmp_path: Path) -> None:
    """If an exercise changed its maximum, older results count as they are, and the gradebook says which."""
    older = exercise(minimize={"a": ("passed", 4.0)})
    book = read_gradebook(lay_out(tmp_path, ana=(HALF,), bia=(older,), caio=(HALF,)))
    assert book.columns[0].max_points == 10
    assert "07_autograd: 1 result is out of 4 points, not 10" in said(book)


def test_the_roster_names_people_and_adds_those_without_work(tmp_path: Path) -> None:
    """With a roster, each row knows its person, people without work have a row, and strangers are named."""
    people = (Person(name="Ana Silva", login="ana"), Person(name="Bia Costa", id="77", email="bia@example.org"))
    book = read_gradebook(lay_out(tmp_path, ana=(HALF,), zoe=(HALF,)), Roster(people=people))
    assert [(row.student, row.name, row.folder) for row in book.rows] == [
        ("ana", "Ana Silva", "ana"),
        ("bia@example.org", "Bia Costa", ""),
        ("zoe", "zoe", "zoe"),
    ]
    assert "1 person with results is not on the roster: zoe" in said(book)


def test_a_report_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A damaged report is in no table, and the gradebook says so."""
    out = lay_out(tmp_path, ana=(HALF,))
    (out / "bia").mkdir()
    (out / "bia" / "report.json").write_text("torn", encoding="utf-8")
    book = read_gradebook(out)
    assert [row.student for row in book.rows] == ["ana"]
    assert "bia" in said(book) and "in no table" in said(book)
