"""Shows a task's failed checks in few lines: the first in full, and what is the same or waits in one line.

Everything in full is behind `grader check --all`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from grader.records import CheckReport, FeedbackLine, TaskReport
from grader.reports.terminal import check_head, feedback_text, plain, without_repeats
from grader.sentences import Sentence, learner, verbatim
from grader.sentences.languages import render

LINES: Final = 25  # for one task, with its heading
_INDENT: Final = 4
_Shown = tuple[CheckReport, tuple[FeedbackLine, ...]]
_LONGEST: Final = {
    "call": 3,
    "expected": 2,
    "got": 3,
    "details": 3,
}  # lines of one field; sentences to act on are whole


def in_brief(exercise: str, width: int) -> Callable[[TaskReport], list[RenderableType]]:
    """Return a function that shows what stands below a task's heading, in at most `LINES` lines of this width."""

    def below(task: TaskReport) -> list[RenderableType]:
        full = [(check, tuple(lines)) for check, lines in without_repeats(task)]
        tail = list(_in_one_line(task.checks))
        failed = [(check, lines) for check, lines in full if _fails(check)]
        more = learner.SHOW_ALL(which=f"{exercise[:2]}.{task.name}")
        room = LINES - 1 - len(tail) - 1  # without the heading, the lines below, and the one about `--all`
        parts: list[RenderableType] = []
        new, repeats = _without_repeats(failed)
        tail = [*(_indented(Text(plain(line))) for line in repeats), *tail]
        room -= len(repeats)
        left_out = bool(repeats) or any(not c.feedback.not_run and c.status == "skipped" for c in task.checks)
        titles_only = False
        for number, (check, lines) in enumerate(new):
            head = check_head(check)
            short = tuple(_cut(line, width) for line in lines)
            takes = _height(head.plain, width) + sum(_height(_shown(line), width) for line in short)
            rest = len(new) - number - 1
            if number and (titles_only or room - takes < min(rest, 1)):
                titles_only = True
                alone = _height(head.plain, width)
                if room - alone < min(rest, 1):
                    parts.append(_indented(Text(render(learner.MORE_FAIL(count=rest + 1)))))
                    left_out = True
                    break
                short, takes = (), alone
            left_out = left_out or short != lines
            room -= takes
            parts.append(_indented(head))
            if short:
                parts.append(Padding(feedback_text(short), (0, 0, 0, _INDENT), expand=False))
        parts += tail
        return [*parts, _indented(Text(plain(more), style="dim"))] if left_out else parts

    return below


def _in_one_line(checks: Sequence[CheckReport]) -> Iterator[RenderableType]:
    """Yield a line for each kind of check of which there is nothing to read: passed, right but not earning, not run."""
    passed = sum(check.status == "passed" for check in checks)
    waiting = sum(check.feedback.not_run for check in checks)
    holding = sum(check.status == "skipped" and not check.feedback.not_run for check in checks)
    for count, template, style in (
        (passed, learner.CHECKS_PASS, "green"),
        (holding, learner.PARTS_HOLD, "dim"),
        (waiting, learner.CHECKS_WAIT, "dim"),
    ):
        if count:
            yield _indented(Text(render(template(count=count)), style=style))


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
