"""Commands for students: `check`, `next`, `hint`, `status`, `reset` and `watch`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import (
    Course,
    Device,
    catalog,
    console,
    one_line_errors,
    say,
    say_error,
    say_note,
    show,
    shown,
)
from grader.sentences import Sentence, learner_commands, learner_watch

if TYPE_CHECKING:
    from grader.cli.work import Work
    from grader.records import ExerciseReport

_PASSES, _FAILS, _CANNOT, _NOT_ATTEMPTED = 0, 1, 2, 3  # exit codes of `grader check`


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command(help=shown(learner_commands.HELP_CHECK))(check)
    app.command(name="next", help=shown(learner_commands.HELP_NEXT))(next_task)
    app.command(help=shown(learner_commands.HELP_HINT))(hint)
    app.command(help=shown(learner_commands.HELP_STATUS))(status)
    app.command(help=shown(learner_commands.HELP_RESET))(reset)
    app.command(help=shown(learner_watch.HELP_WATCH))(watch)


def check(
    which: Annotated[
        str | None,
        typer.Argument(metavar="[EXERCISE[.TASK]|FILE]", help=shown(learner_commands.HELP_CHECK_WHICH)),
    ] = None,
    device: Device = "meta",
    everything: Annotated[bool, typer.Option("--all", help=shown(learner_commands.HELP_CHECK_ALL))] = False,
    course: Course = None,
) -> None:
    """Grade exercises/ and explain the checks that fail. The exit code is 1 if one fails, 3 if none is attempted."""
    with one_line_errors():
        from grader.cli.work import find_work
        from grader.reports.brief import in_brief
        from grader.reports.summary import all_untouched, first_undone, said_once, summary
        from grader.reports.terminal import exercise_feedback

        work = find_work(course)
        target = work.target(which) if which else None
        ids = (target.exercise,) if target else work.ids()
        files = {target.exercise: (target.file,)} if target and target.file else {id: work.files(id) for id in ids}
        missing = [id for id in ids if not files[id]]
        if missing:
            say_error(learner_commands.NO_OWN_FILE(exercise=missing[0], place=str(work.place), number=missing[0][:2]))
            raise typer.Exit(_CANNOT)
        tasks = (target.task,) if target and target.task else ()
        reports = said_once(work.graded(ids, files=files, tasks=tasks, device=device))
        for id in ids:
            worth = {task.name: task.points for task in work.known.get(id).tasks}
            show(exercise_feedback(reports[id], worth, None if everything else in_brief(id, console().width)))
        found = list(reports.values())
        say(Sentence(""), *summary(work.known, reports), *_next_steps(work, found, tasks))
        _offer_data()
        if first_undone(found) is not None:
            raise typer.Exit(_NOT_ATTEMPTED if all_untouched(found) else _FAILS)


def _offer_data() -> None:
    """Let `fetch_california_housing()` work offline when the student runs an exercise, where that is possible."""
    from grader.datasets import offer_california_housing
    from grader.errors import KitError

    with contextlib.suppress(KitError, OSError, ImportError):
        offer_california_housing()


def _next_steps(work: Work, reports: list[ExerciseReport], tasks: tuple[str, ...]) -> list[Sentence]:
    """Return what to do after these reports: correct a task, begin one, or ask `grader next`."""
    from grader.reports.summary import first_undone
    from grader.reports.terminal import untouched

    undone = first_undone(reports)
    if undone is not None:
        report, task = undone
        if not task.checks or report.status in ("unreadable", "load_failed"):
            return [learner_commands.NEXT_RELOAD(number=report.id[:2])]
        if untouched(task):
            return _begin(work, report.id, task.name)
        which = f"{report.id[:2]}.{task.name}"
        return [learner_commands.NEXT_CORRECT(task=task.name, which=which), learner_commands.NEXT_STUCK(which=which)]
    open_tasks = work.open_tasks(reports[0].id, tasks[0]) if tasks else []
    return _begin(work, reports[0].id, open_tasks[0]) if open_tasks else [learner_commands.NEXT_OTHER()]


def _begin(work: Work, id: str, task: str) -> list[Sentence]:
    return [
        learner_commands.NEXT_BEGIN(task=task, place=work.where(id, task)),
        learner_commands.NEXT_STUCK(which=f"{id[:2]}.{task}"),
    ]


def next_task(course: Course = None) -> None:
    """Say which task to work on next, and how to start."""
    with one_line_errors():
        from grader.cli.work import find_work
        from grader.records import blank_report
        from grader.reports.status import next_task as found_next
        from grader.reports.summary import is_done
        from grader.sentences import learner

        work = find_work(course)
        ids = work.ids()
        graded = [id for id in ids if work.files(id) and not work.is_untouched(id, work.files(id))]
        reports = work.graded(graded)
        for id in ids:
            if id not in reports:
                worth = [(task.name, task.points) for task in work.known.get(id).tasks]
                reports[id] = blank_report(id, worth, "not_attempted", learner.UNTOUCHED())
        following = found_next(work.held, reports)
        if following is None:
            say(learner_commands.ALL_DONE(count=len(ids)))
            return
        id, task = following
        done, which = sum(map(is_done, reports[id].tasks)), f"{id[:2]}.{task}"
        say(
            learner_commands.NEXT_TASK(task=task, exercise=id, done=done, count=len(reports[id].tasks)),
            learner_commands.NEXT_OPEN(place=work.where(id, task)),
            learner_commands.NEXT_CHECK(which=which),
            learner_commands.NEXT_HINT(which=which),
        )


def status(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help=shown(learner_commands.HELP_STATUS_FOLDER))
    ] = None,
    course: Course = None,
) -> None:
    """Show the map: the exercises, what each needs, what is done, and what comes next."""
    with one_line_errors():
        from grader.cli.work import find_work
        from grader.reports.status import course_map

        work = find_work(course)
        files = {id: work.known.own_files(id, folder) for id in work.ids()} if folder else None
        show(course_map(work.held, work.graded(work.ids(), files=files)))


def hint(
    which: Annotated[str, typer.Argument(metavar="EXERCISE.TASK", help=shown(learner_commands.HELP_HINT_WHICH))],
    tier: Annotated[int, typer.Option("--tier", min=1, max=3, help=shown(learner_commands.HELP_HINT_TIER))] = 1,
    course: Course = None,
) -> None:
    """Give a hint for a task."""
    with one_line_errors():
        console().print(catalog(course).hint(which, tier))


def reset(
    which: Annotated[
        str, typer.Argument(metavar="EXERCISE[.TASK]|FILE[.TASK]", help=shown(learner_commands.HELP_RESET_WHICH))
    ],
    course: Course = None,
) -> None:
    """Put the stub of an exercise, or of one of its tasks, back. What was there is kept in `backups/`."""
    with one_line_errors():
        from grader.cli.restoring import put_stub_back
        from grader.cli.work import find_work, shown_path

        work = find_work(course)
        target = work.target(which)
        restored = put_stub_back(work, target, which)
        what, file = target.task or target.exercise, shown_path(restored.file)
        if not restored.changed:
            say(learner_commands.RESET_NOTHING(what=what, file=file))
            return
        say(learner_commands.RESET_DONE(what=what, file=file))
        if restored.kept is not None:
            say(learner_commands.RESET_KEPT(backup=shown_path(restored.kept)))
        if restored.file.suffix.lower() == ".ipynb":
            say_note(learner_commands.RESET_OPEN())


def watch(
    which: Annotated[
        str | None, typer.Argument(metavar="[EXERCISE[.TASK]]", help=shown(learner_watch.HELP_WATCH_WHICH))
    ] = None,
    course: Course = None,
) -> None:
    """Check the task that is edited at every save, until the student quits."""
    with one_line_errors():
        from grader.cli.watch import watch_work
        from grader.cli.work import find_work

        work = find_work(course)
        say(watch_work(work, work.target(which) if which else None))
