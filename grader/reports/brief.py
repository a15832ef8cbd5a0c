"""Shows a task's failed checks in few lines: the first in full, and what is the same or waits in one line.

Everything in full is behind `grader check --all`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Final, NamedTuple, TypeAlias

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from grader.records import CheckReport, FeedbackLine, TaskReport
from grader.reports.terminal import check_head, feedback_text, plain, without_repeats
from grader.sentences import Sentence, learner, verbatim
from grader.sentences.languages import render

LINES: Final = 25  # for one task, with its heading
_INDENT: Final = 4
_Shown: TypeAlias = tuple[CheckReport, tuple[FeedbackLine, ...]]
_LONGEST: Final = {
    "call": 3,
    "expected": 2,
    "got": 3,
    "details": 3,
}  # lines of one field; sentences to act on are whole
_PROGRAM: Final = 8  # lines of a program; the last ones, which have the call


class Brief(NamedTuple):
    """What is shown of a task that fails.

    `shown` are failed checks and their lines; a check without lines is shown by its title alone. The sentences in
    `fail`, `passed` and `wait` each stand for several other checks. `left_out` says whether there is more to read.
    """

    shown: tuple[_Shown, ...]
    fail: tuple[Sentence, ...]
    passed: tuple[Sentence, ...]
    wait: tuple[Sentence, ...]
    left_out: bool


def brief(task: TaskReport, width: int) -> Brief:
    """Return what to show of a task, so that it takes at most `LINES` lines of `width` characters with its heading."""
    failed = [(check, tuple(lines)) for check, lines in without_repeats(task) if _fails(check)]
    new, repeats = _without_repeats(failed)
    wait = tuple(_without_lines(task.checks))
    count = sum(check.status == "passed" for check in task.checks)
    passed = (learner.CHECKS_PASS(count=count),) if count else ()
    below = len(repeats) + len(passed) + len(wait) + 1  # with the line about everything in full
    room = LINES - 1 - below  # without the heading
    left_out = bool(repeats) or any(not c.feedback.not_run and c.status == "skipped" for c in task.checks)
    shown: list[_Shown] = []
    titles_only = False
    for number, (check, lines) in enumerate(new):
        head = check_head(check).plain
        short = tuple(_cut(line, width) for line in lines)
        takes = _height(head, width) + sum(_height(_shown(line), width) for line in short)
        rest = len(new) - number - 1
        if number and (titles_only or room - takes < min(rest, 1)):
            titles_only = True
            alone = _height(head, width)
            if room - alone < min(rest, 1):
                repeats.insert(0, learner.MORE_FAIL(count=rest + 1))
                left_out = True
                break
            short, takes = (), alone
        left_out = left_out or short != lines
        room -= takes
        shown.append((check, short))
    return Brief(tuple(shown), tuple(repeats), passed, wait, left_out)


def in_brief(exercise: str, width: int) -> Callable[[TaskReport], list[RenderableType]]:
    """Return a function that shows what stands below a task's heading, in at most `LINES` lines of this width."""

    def below(task: TaskReport) -> list[RenderableType]:
        found = brief(task, width)
        parts: list[RenderableType] = []
        for check, lines in found.shown:
            parts.append(_indented(check_head(check)))
            if lines:
                parts.append(Padding(feedback_text(lines), (0, 0, 0, _INDENT), expand=False))
        for sentences, style in ((found.fail, ""), (found.passed, "green"), (found.wait, "dim")):
            parts += [_indented(Text(plain(sentence), style=style)) for sentence in sentences]
        if found.left_out:
            more = learner.SHOW_ALL(which=f"{exercise[:2]}.{task.name}")
            parts.append(_indented(Text(plain(more), style="dim")))
        return parts

    return below


def _without_lines(checks: Sequence[CheckReport]) -> Iterator[Sentence]:
    """Yield a sentence for each kind of check that earns nothing and has nothing to read: right in part, not run."""
    waiting = sum(check.feedback.not_run for check in checks)
    holding = sum(check.status == "skipped" and not check.feedback.not_run for check in checks)
    if holding:
        yield learner.PARTS_HOLD(count=holding)
    if waiting:
        yield learner.CHECKS_WAIT(count=waiting)


def _fails(check: CheckReport) -> bool:
    return check.status not in ("passed", "skipped")


def _without_repeats(failed: Sequence[_Shown]) -> tuple[list[_Shown], list[Sentence]]:
    """Return the checks that are new, and a sentence for each way in which others ended like one of these.

    Checks end alike with the same error, whatever the call was, or with the same named mistake.
    """
    seen: set[object] = set()
    new: list[_Shown] = []
    errors = mistakes = 0
    for check, lines in failed:
        said = check.feedback
        error = (check.status, said.got, said.details) if check.status != "failed" else None
        mistake = (said.misconception, check.status, said.next_step) if said.misconception else None
        if error in seen:
            errors += 1
        elif mistake in seen:
            mistakes += 1
        else:
            new.append((check, lines))
        seen |= {key for key in (error, mistake) if key}
    counted = ((errors, learner.SAME_ERROR_AGAIN), (mistakes, learner.SAME_MISTAKE_AGAIN))
    return new, [template(count=count) for count, template in counted if count]


def _cut(line: FeedbackLine, width: int) -> FeedbackLine:
    most = _LONGEST.get(line.field, 0)
    text = plain(line.text)
    if line.field == "call" and "\n" in text:
        lines = text.splitlines()
        shown = lines if len(lines) <= _PROGRAM else ["…", *lines[-_PROGRAM:]]
        return FeedbackLine(line.field, verbatim("\n".join(shown))) if shown is not lines else line
    limit = most * (width - _INDENT) - 12  # the label
    if not most or len(text) <= limit:
        return line
    return FeedbackLine(line.field, verbatim(text[: limit - 1] + "…"))


def _shown(line: FeedbackLine) -> str:
    return plain(line.text) if line.label is None else f"{render(line.label)} {plain(line.text)}"


def _height(text: str, width: int) -> int:
    """Return about how many lines a text takes: words are not broken, so that lines are not full."""
    return sum(max(1, ceil(len(line) / (width - _INDENT - 6))) for line in text.splitlines() or [""])


def _indented(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 2), expand=False)
