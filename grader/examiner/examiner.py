"""The examiner: one pytest session that collects the suites once and runs them for one submission after another.

pytest collects and parametrises. This plugin replaces its run loop by one over submissions, and turns the end of every
check into a verdict. Most checks ask for nothing but the kit's fixtures: they are called directly, as running them by
pytest would take as long as they do. Those with fixtures, set-up or marks of their suite's own are run by pytest.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import os
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import msgspec
import pytest
import torch
from _pytest.runner import runtestprotocol

from grader import wire
from grader.catalog import Catalog, Exercise, Task, Variant
from grader.examiner.candidate_processes import ReferenceProcess, SubmissionProcess
from grader.examiner.checks import Check, declared, validate
from grader.examiner.diagnosis import Ask as Answer
from grader.examiner.diagnosis import Replay, diagnose
from grader.forbidden_calls import Use, finished_versions, methods
from grader.forgery.forgers import FORGERS, Forger
from grader.records import (
    CheckFacts,
    Curve,
    ExerciseReport,
    ExerciseStatus,
    Inputs,
    Submission,
    Verdict,
    Visibility,
    task_report,
)
from grader.sandbox import Budget, SandboxError, Server
from grader.submissions import text_digest
from grader.suites import feedback, surroundings
from grader.suites.candidate import Ask, Candidate, Context, Exchange
from grader.suites.comparisons import same_answer
from grader.suites.outcomes import CheckEnded, SuiteError
from grader.suites.suite import Draw

_WRONG = ("failed", "error")
_SECOND_DEVICE = "meta"
_REPLAYED = 20_000  # answers of misconceptions that are remembered


@dataclass(kw_only=True)
class Examination:
    """One submission being examined: by check id, the verdicts so far, how checks ended, what was exchanged.

    `written` is, by task, the finished version that its code calls.
    """

    submission: Submission
    process: SubmissionProcess
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    ends: dict[str, CheckEnded] = field(default_factory=dict)
    logs: dict[str, list[Exchange]] = field(default_factory=dict)
    curves: dict[str, list[Curve]] = field(default_factory=dict)
    written: dict[str, Use | None] = field(default_factory=dict)
    check: Check | None = None
    failure: SandboxError | None = None
    forger: Forger | None = None


class Examiner:
    """The pytest plugin, and what examines one submission: see `run_examiner` and `examine`."""

    def __init__(
        self,
        catalog: Catalog,
        server: Server,
        *,
        course_seed: str,
        diagnosing: bool = True,
        forging: Mapping[str, str] | None = None,
        known: Collection[str] = (),
        until_failure: bool = False,
        inputs: Inputs = "fixed",
        hide_expected: bool = False,
        device: str = "meta",
    ) -> None:
        self._catalog = catalog
        self._server = server
        self._course_seed = course_seed
        self._diagnosing = diagnosing
        self._forging = forging or {}
        self._known = known
        self._truths: dict[tuple[str, int], wire.Observation] = {}  # the reference's answers, for forgers
        self._until_failure = until_failure
        if inputs == "by_content" and not course_seed:
            raise ValueError("Cannot draw inputs that nobody can guess from an empty course seed. Give one.")
        self._inputs = inputs
        self._hide_expected = hide_expected
        self._replayed: dict[tuple[str, bytes], wire.Observation | None] = {}  # where inputs are fixed
        self._device = device
        self._references = ReferenceProcess(server)
        self._variants: dict[str, tuple[Variant, ...]] = {}
        self._sources: dict[str, str] = {}
        self._examination: Examination | None = None
        self._logs: dict[str, list[Exchange]] = {}  # of the submission that was examined last, by check
        self.checks: dict[str, list[Check]] = {}
        self.failure: BaseException | None = None
        self.work: Callable[[], object] = lambda: None  # what the session does instead of running each test once

    # Collecting

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember the first suite that cannot be collected."""
        if report.failed and self.failure is None:
            self.failure = SuiteError(f"Cannot collect {report.nodeid}: {report.longreprtext.strip()}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Sort the collected checks by exercise."""
        try:
            for item in session.items:
                check = declared(item)
                self.checks.setdefault(check.exercise, []).append(check)
            for checks in self.checks.values():
                validate(checks)
        except SuiteError as error:
            self.failure = self.failure or error

    # Running

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the session's work instead of running each test once."""
        if self.failure is not None:
            return True
        try:
            _require(self._device)
            self.work()
        except BaseException as error:
            self.failure = error
        finally:
            self._references.close()
        return True

    def examine(self, submission: Submission) -> ExerciseReport:
        """Return the report of one submission.

        If one of its processes is killed from outside (by the system, short of memory, or by mistake), that says
        nothing about the submission: it is examined once more, from the beginning.
        """
        killed = self._server.killed
        limits = self._server.limits
        budget = Budget(seconds=limits.submission, answers=limits.answers)
        report = self._examine(submission, budget)
        if self._server.killed == killed:
            return report
        budget.answers = limits.answers  # nothing of them is kept; the time is gone
        return self._examine(submission, budget)

    def _examine(self, submission: Submission, budget: Budget) -> ExerciseReport:
        exercise = _only(self._catalog.get(submission.exercise), submission.tasks)
        tasks = {task.name for task in exercise.tasks}
        checks = [check for check in self.checks.get(submission.exercise, []) if check.task in tasks]
        self._logs = {}
        limits = self._server.limits
        naming = Budget(seconds=limits.naming, answers=limits.answers)
        self._references.forgive(naming)
        if submission.problem is not None:
            message = feedback.UNREADABLE.format(problem=submission.problem)
            verdicts = [check.verdict("error", message) for check in checks]
            return exercise_report(exercise, verdicts, "unreadable", message, submission.notes)
        examination = self._examination = Examination(
            submission=submission,
            process=SubmissionProcess(self._server, submission, budget),
            forger=self._forger(submission),
        )
        try:
            left_to_pytest = [check.item for check in checks if not check.plain]
            for check in checks:
                examination.check = check
                if check.plain:
                    self._run_plain(check, examination)
                else:
                    nextitem = next(iter(left_to_pytest[1:]), None)
                    runtestprotocol(left_to_pytest.pop(0), log=False, nextitem=nextitem)  # as pytest's hook, unlogged
                if examination.failure is not None:
                    raise examination.failure
                if self._until_failure and examination.verdicts[check.id].status != "passed":
                    check.item.session._setupstate.teardown_exact(None)  # pytest waits for the next check
                    break
            self._examination = None
            examination.verdicts = {check.id: check.verdict("skipped") for check in checks} | examination.verdicts
            verdicts = [examination.verdicts[check.id] for check in checks]
            process = examination.process
            loaded, withheld = process.loaded, set(process.withheld)
            unloadable = process.unloadable if loaded is None else None
            self._logs = examination.logs
            if self._diagnosing and self._catalog.solution(exercise.id).is_file():  # students have none to compare with
                verdicts = self._diagnosed(exercise, verdicts, examination, naming)
        finally:
            examination.process.close()
            self._examination = None
        verdicts = _gated(_refused(verdicts, examination), {check.id for check in checks if check.judges == "values"})
        verdicts = [v if self._hides(v.visibility) else _with_curve(v, examination.curves.get(v.id)) for v in verdicts]
        notes = (*submission.notes, *_load_notes(submission, loaded.errors if loaded else ()))
        notes += tuple(note for what, note in feedback.WITHHELD.items() if what in withheld)
        status: ExerciseStatus = "load_failed" if unloadable else "graded"
        if verdicts and all(v.status == "not_attempted" for v in verdicts):
            status = "not_attempted"
        message = feedback.whole(*unloadable[1:]) if unloadable else ""
        return exercise_report(exercise, verdicts, status, message, notes)

    def _forger(self, submission: Submission) -> Forger | None:
        """Return what forges this submission's answers, if that is asked for."""
        name = self._forging.get(submission.student)
        if name is None:
            return None
        return FORGERS[name](_words(submission.source or ""))

    def _forged(self, forger: Forger, ask: Ask) -> Ask:
        """Return what asks a reference and forges its answers, but for calls that are the same for everybody.

        All forgers of an exercise are given the same calls, so that each is made only once.
        """

        def truth(call: wire.Call) -> wire.Observation:
            key = _digest(call), call.seed
            if key not in self._truths:
                if len(self._truths) >= _REPLAYED:
                    self._truths.clear()
                self._truths[key] = ask(call)
            return self._truths[key]

        def forged(call: wire.Call) -> wire.Observation:
            seen = truth(call)
            if _digest(call) in self._known and same_answer(
                seen, truth(msgspec.structs.replace(call, seed=call.seed ^ 1))
            ):
                return seen
            return forger.forge(call, seen)

        return forged

    def _hides(self, visibility: Visibility) -> bool:
        """Say whether students are not told, for now, what such a check expected."""
        return self._hide_expected and visibility == "hidden"

    def facts(self, exercise: str) -> dict[str, CheckFacts]:
        """Return what authors want to know of the checks that were run last."""
        return {
            check.id: CheckFacts(
                task=check.task,
                docstring=check.docstring,
                judges=check.judges,
                inputs=tuple(_digest(exchange.call) for exchange in self._logs.get(check.id, ())),
            )
            for check in self.checks.get(exercise, [])
        }

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run one check and keep its verdict."""
        examination = self._examination
        assert examination is not None and examination.check is not None
        names = pyfuncitem._fixtureinfo.argnames
        self._judge(examination.check, examination, lambda: {name: pyfuncitem.funcargs[name] for name in names})
        return True

    def _run_plain(self, check: Check, examination: Examination) -> None:
        """Run one check without pytest, which would take as long as the check itself."""

        def arguments() -> dict[str, Any]:
            draw = self._draw(check, examination)
            made: dict[str, Callable[[], object]] = {
                "candidate": lambda: self._candidate(check, examination, draw),
                "reference": lambda: self._reference(check, draw),
                "draw": lambda: draw,
                "device": lambda: _SECOND_DEVICE,
            }
            parameters = check.item.callspec.params if hasattr(check.item, "callspec") else {}
            names = check.item._fixtureinfo.argnames
            return {name: parameters[name] if name in parameters else made[name]() for name in names}

        try:
            self._judge(check, examination, arguments)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # as under pytest: `pytest.skip()`, say
            examination.verdicts[check.id] = _broken(check, error)

    def _judge(self, check: Check, examination: Examination, arguments: Callable[[], dict[str, Any]]) -> None:
        """Ask a check, unless one that it requires has not passed, and keep its verdict."""
        # Guessed values fail almost everything: each check is then to show what it judges, whatever it requires.
        required = () if examination.forger is not None else check.requires
        unmet = [name for name in required if examination.verdicts[name].status != "passed"]
        if unmet:
            first = examination.verdicts[unmet[0]]
            verdict = (
                check.verdict("not_attempted", feedback.NOT_ATTEMPTED)
                if first.status == "not_attempted"
                else check.verdict("skipped", feedback.SKIPPED.format(required=unmet[0].replace("_", " ")))
            )
        else:
            given = arguments()
            try:
                verdict = _run(check, lambda: self._ask(check.item.obj, given), examination.ends)
            except SandboxError as error:
                examination.failure = error
                return
        examination.verdicts[check.id] = verdict

    def _ask(self, check: Callable[..., object], arguments: dict[str, Any]) -> None:
        """Ask a check; one that needs a second device is asked of the meta device, and then of the real one."""
        check(**arguments)
        if "device" in arguments and self._device != "meta":
            check(**{**arguments, "device": self._device})

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Keep a verdict for a check that pytest ended: its fixtures broke, or it was skipped."""
        examination = self._examination
        if call.excinfo is not None and examination is not None and examination.check is not None:
            examination.verdicts[examination.check.id] = _broken(examination.check, call.excinfo.value)

    # What checks are given

    @pytest.fixture
    def candidate(self, draw: Draw) -> Candidate:
        """The submission, in its sandbox."""
        examination = self._examination
        assert examination is not None and examination.check is not None
        return self._candidate(examination.check, examination, draw)

    def _candidate(self, check: Check, examination: Examination, draw: Draw) -> Candidate:
        task = self._task(check)
        log = examination.logs.setdefault(check.id, [])
        ask = examination.process.asker(check.task)
        return Candidate(
            Context(
                task=check.task,
                ask=ask if examination.forger is None else self._forged(examination.forger, ask),
                where=examination.submission.where,
                seed=draw.seed,
                hint=check.hint,
                refused=task.forbidden,
                written=lambda: self._written(examination, task),
                parameters=task.parameters,
                load_errors=lambda: () if examination.process.loaded is None else examination.process.loaded.errors,
                left_out=examination.submission.left_out > 0,
                # All calls of such a task or check, so that no code can tell which of them are looked at.
                traced=bool(task.forbidden) or "device" in check.item.fixturenames,
                log=log,
                curves=examination.curves.setdefault(check.id, []),
                hides_expected=self._hides(check.visibility),
            )
        )

    @pytest.fixture
    def reference(self, draw: Draw) -> Candidate:
        """The reference solution, called like the candidate, in a process of its own."""
        examination = self._examination
        assert examination is not None and examination.check is not None
        return self._reference(examination.check, draw)

    def _reference(self, check: Check, draw: Draw) -> Candidate:
        exercise = check.exercise

        def ask(call: wire.Call) -> wire.Observation:
            seen = self._references.observe(
                call, module=f"{exercise}.reference", source=self._reference_source(exercise)
            )
            if seen is None:
                raise SuiteError(f"Cannot ask the reference of {exercise}: it did not survive the call {call.name}.")
            return seen

        return Candidate(Context(task=check.task, ask=ask, where=str, seed=draw.seed, must_succeed=True))

    @pytest.fixture
    def draw(self) -> Draw:
        """Inputs for this check: fixed ones, or those for this student and what the submission says."""
        examination = self._examination
        assert examination is not None and examination.check is not None
        return self._draw(examination.check, examination)

    def _draw(self, check: Check, examination: Examination) -> Draw:
        submission = examination.submission
        whose: tuple[str, ...] = ()
        if self._inputs == "by_content":
            whose = (submission.student, submission.content or text_digest(submission.source or ""))
        return Draw(self._course_seed, check.exercise, check.id, *whose)

    @pytest.fixture
    def device(self) -> str:
        """A second device, which functions must work on too: "meta", whose tensors have no values."""
        return _SECOND_DEVICE

    def _written(self, examination: Examination, task: Task) -> Use | None:
        """Return the first finished version that the task's code calls, as the syntax tree tells."""
        if task.name not in examination.written:
            called = methods(self._reference_source(examination.submission.exercise), task.name)
            found = finished_versions(examination.submission.source or "", task.name, task.forbidden, called)
            examination.written[task.name] = found[0] if found else None
        return examination.written[task.name]

    def _task(self, check: Check) -> Task:
        return self._catalog.get(check.exercise).task(check.task)

    def _reference_source(self, exercise: str) -> str:
        if exercise not in self._sources:
            self._sources[exercise] = self._catalog.solution(exercise).read_text(encoding="utf-8")
        return self._sources[exercise]

    # Naming mistakes

    def _diagnosed(
        self, exercise: Exercise, verdicts: list[Verdict], examination: Examination, naming: Budget
    ) -> list[Verdict]:
        explained: dict[str, Variant] = {}
        for task in exercise.tasks:
            failed = {
                v.id: examination.logs.get(v.id, [])
                for v in verdicts
                if v.task == task.name
                and v.id in examination.ends
                and v.status in _WRONG
                and not examination.ends[v.id].refused
            }
            if failed:
                every = [made for v in verdicts if v.task == task.name for made in examination.logs.get(v.id, [])]
                again = functools.partial(examination.process.answer_again, task.name, naming)
                known = [m for m in self._misconceptions(exercise.id) if m.task == task.name]
                with contextlib.suppress(MemoryError):  # then no mistake is named
                    explained |= diagnose(failed, every, known, again=again, **self._replays(exercise.id))
        return [_explained(v, examination.ends[v.id], explained[v.id]) if v.id in explained else v for v in verdicts]

    def _replay(self, call: wire.Call, sources: Mapping[str, str]) -> dict[str, wire.Observation | None]:
        """Put a call to some of the kit's own implementations; where inputs are fixed, only once for everybody."""
        if self._inputs != "fixed":
            return self._references.observe_each(call, sources)
        digest = hashlib.sha256(wire.encode(msgspec.structs.replace(call, nonce=0))).digest()
        known = self._replayed
        if len(known) >= _REPLAYED:
            known.clear()
        new = {module: source for module, source in sources.items() if (module, digest) not in known}
        known |= {(module, digest): seen for module, seen in self._references.observe_each(call, new).items()}
        return {module: known[module, digest] for module in sources}

    def _misconceptions(self, exercise: str) -> tuple[Variant, ...]:
        if exercise not in self._variants:
            self._variants[exercise] = self._catalog.misconceptions(exercise)
        return self._variants[exercise]

    def _replays(self, exercise: str) -> _Replays:
        """Return what puts a call to misconceptions and to the reference, each asked only once."""
        seen: dict[tuple[str, int], wire.Observation | None] = {}
        calls: dict[int, wire.Call] = {}  # they must live as long as their ids are used

        def ask(call: wire.Call, sources: Mapping[str, str]) -> list[wire.Observation | None]:
            calls[id(call)] = call
            new = {module: source for module, source in sources.items() if (module, id(call)) not in seen}
            seen.update({(module, id(call)): answer for module, answer in self._replay(call, new).items()})
            return [seen[module, id(call)] for module in sources]

        return {
            "replay": lambda variants, call: ask(call, {f"{exercise}.{v.task}.{v.name}": v.source for v in variants}),
            "reference": lambda call: ask(call, {f"{exercise}.reference": self._reference_source(exercise)})[0],
        }


@functools.cache  # all forgers of an exercise have the same source
def _words(source: str) -> tuple[str, ...]:
    """Return the strings of one line that stand in a source: labels are no secret, only when to give which."""
    found = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return tuple(sorted({text for text in found if isinstance(text, str) and "\n" not in text}))


def _only(exercise: Exercise, tasks: Sequence[str]) -> Exercise:
    """Return the exercise with these of its tasks, all if none are named."""
    if not tasks:
        return exercise
    return msgspec.structs.replace(exercise, tasks=tuple(exercise.task(name) for name in tasks))


class _Replays(TypedDict):
    replay: Replay
    reference: Answer


def _require(device: str) -> None:
    """Raise `SuiteError` if this machine has no such device."""
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # which of them depends on how torch was built
        cause = " ".join(str(error).split())[:200]
        raise SuiteError(
            f"Cannot use the device {device!r}: {cause}. Leave --device out: the checks then use the meta device."
        ) from None


def _digest(call: wire.Call) -> str:
    asked = msgspec.structs.replace(call, nonce=0, seed=0)
    return hashlib.sha256(wire.encode(asked)).hexdigest()[:16]


def _run(check: Check, call: Callable[[], object], ends: dict[str, CheckEnded]) -> Verdict:
    try:
        call()
    except CheckEnded as end:
        end.__traceback__ = end.__context__ = None  # they keep alive all that was received
        ends[check.id] = end
        return check.verdict(end.status, feedback.whole(end.message, end.next_step))
    except SandboxError:
        raise
    except Exception as error:
        if _out_of_memory(error):
            return check.verdict("error", feedback.whole(feedback.TOO_LARGE, feedback.TOO_MUCH_NEXT))
        if os.environ.get("GRADER_DEBUG"):
            traceback.print_exc()
        return _broken(check, error)
    return check.verdict("passed")


def _out_of_memory(error: Exception) -> bool:
    """Say whether this process may not take up as much memory as comparing would need; torch has no type for it."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "can't allocate memory" in str(error))


def _broken(check: Check, error: BaseException) -> Verdict:
    """Return the verdict of a check that broke: what its author needs to know, in one line."""
    said = " ".join(str(error).split())
    if isinstance(error, pytest.FixtureLookupError):
        said = f"fixture {error.argname!r} not found"
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__}: {said[:300]} ({check.id}, {Path(last.filename).name} line {last.lineno})"
    return check.verdict("error", feedback.BROKEN_CHECK.format(error=said))


def _explained(verdict: Verdict, end: CheckEnded, variant: Variant) -> Verdict:
    message = feedback.whole(end.message, end.next_step, variant.message)
    return msgspec.structs.replace(verdict, message=message, misconception=variant.name)


def _refused(verdicts: list[Verdict], examination: Examination) -> list[Verdict]:
    """Take the points of a task whose rule was broken in any of its checks."""
    refused = {v.task: v.message for v in verdicts if v.id in examination.ends and examination.ends[v.id].refused}
    return [
        msgspec.structs.replace(v, status="failed", points=0.0, message=refused[v.task])
        if v.status == "passed" and v.task in refused
        else v
        for v in verdicts
    ]


def _gated(verdicts: list[Verdict], values: Collection[str]) -> list[Verdict]:
    """Let facts count only in tasks of which a check of values has passed; `values` are the ids of those checks.

    Facts alone (a shape, an error that is raised, an argument that is left alone) hold of much that solves nothing.
    """
    right = {v.task for v in verdicts if v.id in values and v.status == "passed"}
    first: dict[str, str] = {}  # the check to pass, by task
    for v in verdicts:
        if v.id in values:
            first.setdefault(v.task, v.id.replace("_", " "))
    return [
        msgspec.structs.replace(v, status="skipped", points=0.0, message=feedback.holds(first.get(v.task)))
        if v.status == "passed" and v.id not in values and v.task not in right
        else v
        for v in verdicts
    ]


def _with_curve(verdict: Verdict, curves: Sequence[Curve] | None) -> Verdict:
    """Return the verdict with the curve that was compared last: where the check failed, that is the one at fault."""
    return msgspec.structs.replace(verdict, curve=curves[-1]) if curves else verdict


def _load_notes(submission: Submission, errors: Sequence[wire.Raised]) -> Iterator[str]:
    """Yield what to tell of the errors met while loading; a next step, where there is a sure one, is told once."""
    told: set[str | None] = {None}
    for number, raised in enumerate(errors):
        note = _load_note(submission, raised)
        step = None if raised.type in _LEAVING else surroundings.step_for(raised, errors[:number])
        yield note if step in told else f"{note} {feedback.NEXT.format(next_step=step)}"
        told.add(step)


_LEAVING = ("SystemExit", "KeyboardInterrupt", "TimeLimitExceeded")  # at the top level, these do no harm


def _load_note(submission: Submission, raised: wire.Raised) -> str:
    where = "" if raised.line is None else feedback.at_line(submission.where(raised.line), raised.code)
    if raised.type == "TimeLimitExceeded":
        return (feedback.LOAD_STOPPED_CELL if submission.spans else feedback.LOAD_STOPPED).format(where=where)
    return feedback.LOAD_NOTE.format(error=feedback.error_name(raised), where=where)


def exercise_report(
    exercise: Exercise,
    verdicts: Sequence[Verdict],
    status: ExerciseStatus,
    message: str = "",
    notes: tuple[str, ...] = (),
) -> ExerciseReport:
    """Gather the verdicts of one exercise, by task in the order of the exercise."""
    tasks = tuple(task_report(t.name, tuple(v for v in verdicts if v.task == t.name)) for t in exercise.tasks)
    return ExerciseReport(
        id=exercise.id,
        status=status,
        points=sum(t.points for t in tasks),
        max_points=sum(t.max_points for t in tasks),
        message=message,
        notes=notes,
        tasks=tasks,
    )


_PLUGINS_NOT_NEEDED = (
    "terminal cacheprovider capture logging warnings faulthandler junitxml pastebin stepwise doctest unittest "
    "unraisableexception threadexception recwarn setuponly setupplan legacypath tmpdir monkeypatch"
).split()


def run_examiner(examiner: Examiner, suites: Sequence[Path], work: Callable[[], object]) -> None:
    """Collect `suites` in a pytest session, and call `work` in it, which may call `examiner.examine`.

    Raises what stopped it, `SuiteError` included.
    """
    if not suites:
        raise SuiteError("Cannot grade without a suite: write the exercise's in tests/public or tests/hidden.")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    options = ["-c", os.devnull, "--rootdir", os.path.commonpath([p.parent for p in suites]), "--import-mode=importlib"]
    options += ["--assert=plain", "-o", "markers=check", "--noconftest"]
    options += [option for name in _PLUGINS_NOT_NEEDED for option in ("-p", f"no:{name}")]
    examiner.work = work
    code = pytest.main([*options, *map(str, suites)], plugins=[examiner])
    if examiner.failure is not None:
        raise examiner.failure
    # Tests that pytest calls failed are checks that broke, and have their verdicts.
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SuiteError(f"Cannot run the suites: pytest ended with {pytest.ExitCode(code).name}.")
