"""The processes behind a check are loaded once, restarted if they are lost, and given up after several losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from grader import wire
from grader.examiner.candidate_processes import ReferenceProcess, SubmissionProcess
from grader.records import Submission
from grader.sandbox import Budget, CandidateLost, Limits, Server
from grader.sentences import Sentence, learner, verbatim
from grader.suites.outcomes import CheckEnded, SuiteError

Ask = Callable[..., wire.Call]
TIMEOUT, CRASH = CandidateLost("timeout", verbatim("4 s")), CandidateLost("crashed", learner.SEGMENTATION_FAULT())
TOO_SHORT = Limits(call=0.2, load=0.3, patience=10.0)  # patient, as the machine may be busy


def submission(source: str = "", *, problem: str | None = None) -> Submission:
    """Return a submission with this source."""
    text = None if problem else source
    return Submission(student="somebody", exercise="01_small", path="01_small.py", source=text, problem=problem)


class FakeServer:
    """A server of candidates that answer as scripted: with facts, or by being lost."""

    def __init__(self, *script: object, loads: object = None) -> None:
        self.script = list(script)
        self.loads = loads
        self.spawned = 0
        self.ended = 0
        self.requests: list[Any] = []
        self.together: list[tuple[str, ...]] = []
        self.budget: Budget | None = None

    is_old = False

    def spawn(self) -> FakeServer:
        """Start a candidate."""
        self.spawned += 1
        return self

    def load(self, **request: Any) -> wire.Loaded:
        """Load a source."""
        self.requests.append(request)
        if isinstance(self.loads, Exception):
            raise self.loads
        return wire.Loaded(nonce=0, errors=self.loads or ())  # type: ignore[arg-type]

    def call(self, call: wire.Call) -> wire.Observation:
        """Answer as the script says, the last answer over and over."""
        self.requests.append(call)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return wire.Observation(nonce=call.nonce, outcome="returned", result=answer)  # type: ignore[arg-type]

    def call_each(self, each: wire.CallEach) -> tuple[wire.Observation, ...]:
        """Answer for each call and module as if it were asked alone."""
        self.together.append(each.modules)
        calls = (msgspec.structs.replace(call, module=m) for call in each.calls for m in each.modules)
        return tuple(self.call(call) for call in calls)

    def end(self) -> int:
        """End the candidate."""
        self.ended += 1
        return 0


def process(server: Any, source: str = "") -> SubmissionProcess:
    """Return a submission's process on this server."""
    return SubmissionProcess(server, submission(source))


def lost(reason: str) -> Any:
    """Expect the candidate to be lost."""
    return pytest.raises(CandidateLost, match=reason)


# SubmissionProcess: by script


def test_a_submission_without_source_cannot_be_examined() -> None:
    """A submission without a source is refused with an error."""
    with pytest.raises(ValueError, match=r"Cannot examine '01_small\.py': it has no source\."):
        SubmissionProcess(None, submission(problem="Empty."))  # type: ignore[arg-type]


def test_nothing_is_started_before_the_first_call() -> None:
    """A submission whose checks make no calls starts no process."""
    server = FakeServer(1)
    process(server).asker("double")
    assert server.spawned == 0


def test_the_submission_is_loaded_once(ask: Ask) -> None:
    """All calls of all tasks use one process, which loads the submission once."""
    server = FakeServer(1)
    seen = process(server, "x = 1")
    for task in ("double", "double", "relu"):
        assert seen.asker(task)(ask()).result == 1
    assert server.spawned == 1 and server.requests[0] == {
        "module": "submission",
        "filename": "01_small.py",
        "source": "x = 1",
        "main": False,
    }


def test_every_request_has_a_number_of_its_own(ask: Ask) -> None:
    """Every request gets a random number that the candidate cannot guess, even if the suite's call has one."""
    server = FakeServer(1)
    call = ask()
    for _ in range(2):
        process(server).asker("double")(call)
    assert len({call.nonce, *(r.nonce for r in server.requests if isinstance(r, wire.Call))}) == 3


def test_a_crash_restarts_the_candidate(ask: Ask) -> None:
    """The call after a crash gets a new process."""
    server = FakeServer(CRASH, 2)
    asks = process(server).asker("double")
    with lost("crashed"):
        asks(ask())
    assert asks(ask()).result == 2 and server.spawned == 2


def test_two_timeouts_of_a_task_are_enough(ask: Ask) -> None:
    """After two timeouts of a task, its next call is not made."""
    server = FakeServer(TIMEOUT)
    seen = process(server)
    for _ in range(2):
        with lost("timeout"):
            seen.asker("double")(ask())
    with pytest.raises(CheckEnded, match="Not tried again: earlier checks of double already ran out of time") as info:
        seen.asker("double")(ask())
    assert info.value.status == "timeout" and server.spawned == 2


def test_timeouts_of_one_task_do_not_count_for_another(ask: Ask) -> None:
    """Timeouts of one task do not prevent the calls of another task."""
    seen = process(FakeServer(TIMEOUT, TIMEOUT, 3))
    for _ in range(2):
        with lost("timeout"):
            seen.asker("double")(ask())
    assert seen.asker("relu")(ask()).result == 3


def test_crashes_are_not_counted_as_timeouts(ask: Ask) -> None:
    """Calls are still made after several crashes, because a crash takes no time."""
    asks = process(FakeServer(CRASH, CRASH, CRASH, 4)).asker("double")
    for _ in range(3):
        with lost("crashed"):
            asks(ask())
    assert asks(ask()).result == 4


def test_a_task_that_always_crashes_leaves_processes_for_the_others(ask: Ask) -> None:
    """After four crashes of a task, its next call is not made, and the other tasks are still asked."""
    server = FakeServer(CRASH, CRASH, CRASH, CRASH, 5)
    seen = process(server)
    for _ in range(4):
        with lost("crashed"):
            seen.asker("double")(ask())
    with pytest.raises(CheckEnded, match="Not tried again: earlier checks of double already ended the process") as info:
        seen.asker("double")(ask())
    assert info.value.status == "crashed" and server.spawned == 4
    assert seen.asker("relu")(ask()).result == 5


def test_too_many_restarts_end_it(ask: Ask) -> None:
    """After thirty restarts, no further process is started."""
    server = FakeServer(CRASH)
    seen = process(server)
    for n in range(31):
        with lost("crashed"):
            seen.asker(f"task {n}")(ask())
    with pytest.raises(CheckEnded, match="Not run: your code crashed or ran out of time too often before") as info:
        seen.asker("double")(ask())
    assert info.value.status == "crashed" and server.spawned == 31


@pytest.mark.parametrize(
    ("used", "status", "said"),
    [
        ({"seconds": 0.0}, "timeout", "Not run: your whole code has used up 30 s, the limit for one submission."),
        ({"answers": 0}, "crashed", "Not run: all results of your code together take more than 8 MiB, the limit"),
    ],
)
def test_what_is_used_up_ends_the_remaining_checks(ask: Ask, used: dict[str, Any], status: str, said: str) -> None:
    """If the budget is used up, the remaining checks end at once, with the limit and a next step.

    No process is started for them.
    """
    server = FakeServer(1)
    budget = Budget(seconds=30.0, answers=8 * 2**20)
    seen = SubmissionProcess(server, submission(), budget)  # type: ignore[arg-type]
    seen.asker("double")(ask())
    assert server.budget is budget
    for name, value in used.items():
        setattr(budget, name, value)
    for task in ("double", "relu"):
        with pytest.raises(CheckEnded, match=said) as info:
            seen.asker(task)(ask())
        assert info.value.status == status and info.value.feedback.next_step and info.value.feedback.not_run
    assert server.spawned == 1 and len(server.requests) == 2


def test_loading_may_use_it_up_as_well() -> None:
    """If loading uses up the budget, every check ends with that message, and the file is not loaded again."""
    server = FakeServer(loads=CandidateLost("spent", verbatim("30 s")))
    seen = process(server)
    for _ in range(2):
        with pytest.raises(CheckEnded, match="did not finish loading within 30 s, the limit for one") as info:
            seen.load()
        assert info.value.status == "timeout" and server.spawned == 1


def test_naming_mistakes_is_bounded(ask: Ask) -> None:
    """The time for naming mistakes is limited for each submission, and the next submission has the full time."""
    server = FakeServer(1)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    budget = Budget(seconds=10.0, answers=1)
    references.forgive(budget)
    assert references.observe_each(ask(), {"a.b": ""})["a.b"] is not None and server.budget is budget
    budget.seconds = 0.0
    assert references.observe_each(ask(), {"a.b": "", "a.c": ""}) == {"a.b": None, "a.c": None}
    # What a check needs of the reference is not naming.
    assert references.observe(ask(), module="a.reference", source="") is not None
    references.forgive(Budget(seconds=10.0, answers=1))
    assert references.observe_each(ask(), {"a.b": ""})["a.b"] is not None


def test_an_old_process_is_replaced_between_submissions(ask: Ask) -> None:
    """The system kills a process that has used its processor time. So one that has used half is replaced in time."""
    server = FakeServer(1, 1, 1)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    for old, spawned in ((False, 1), (True, 2)):
        references.observe(ask(), module="a.reference", source="")
        server.is_old = old
        references.forgive()
        references.observe(ask(), module="a.reference", source="")
        assert server.spawned == spawned


@pytest.mark.parametrize(
    ("loss", "status", "said", "next_step"),
    [
        (
            CandidateLost("timeout", verbatim("5 s")),
            "timeout",
            "Your file did not finish loading within 5 s of computing.",
            learner.LOAD_TIMEOUT_NEXT(),
        ),
        (
            CRASH,
            "crashed",
            "Your file ended the whole Python process while it was being loaded (segmentation fault).",
            learner.LOAD_CRASHED_NEXT(),
        ),
    ],
)
def test_a_file_that_does_not_load_is_loaded_once(
    ask: Ask, loss: CandidateLost, status: str, said: str, next_step: Sentence
) -> None:
    """If a file cannot be loaded, every check ends the same way, and only the first one tries to load it."""
    server = FakeServer(1, loads=loss)
    seen = process(server)
    for task in ("double", "relu"):
        with pytest.raises(CheckEnded) as info:
            seen.asker(task)(ask())
        feedback = info.value.feedback
        assert (info.value.status, feedback.next_step) == (status, next_step)
        assert [*map(str, feedback.details)] == [said]
    assert server.spawned == 1 and seen.loaded is None


def test_what_loading_did_is_kept_after_a_loss(ask: Ask) -> None:
    """The errors of loading are kept after a restart, because they are the same in every process."""
    seen = process(FakeServer(CRASH))
    with lost("crashed"):
        seen.asker("double")(ask())
    assert seen.loaded is not None


def test_closing_ends_the_candidate(ask: Ask) -> None:
    """Closing ends the process once, and does nothing if there is none."""
    server = FakeServer(1)
    seen = process(server)
    seen.close()
    seen.asker("double")(ask())
    seen.close()
    seen.close()
    assert server.ended == 1


# SubmissionProcess: in the sandbox


@pytest.fixture
def hasty(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The warm server with very short time limits."""
    monkeypatch.setattr(server, "limits", TOO_SHORT)
    return server


@pytest.fixture
def sit(hasty: Server) -> Iterator[Callable[[str], SubmissionProcess]]:
    """Examine a source in the sandbox."""
    open_: list[SubmissionProcess] = []

    def sit(source: str) -> SubmissionProcess:
        open_.append(process(hasty, source))
        return open_[-1]

    yield sit
    for seen in open_:
        seen.close()


@pytest.mark.parametrize(
    ("body", "loss"),
    [
        ("while True: pass", "timeout: 0.2 s"),
        ("import time; time.sleep(60)", "timeout: 0.2 s"),
        ("import os; os._exit(0)", "crashed: exit code 0"),
        ("import ctypes; ctypes.string_at(0)", "crashed: segmentation fault"),
    ],
)
def test_a_call_that_ends_its_process_costs_only_itself(sit: Any, ask: Ask, body: str, loss: str) -> None:
    """A call that ends its process fails alone; a new process answers the next call."""
    asks = sit(f"def bad():\n    {body}\ndef good():\n    return 7\n").asker("double")
    with lost(loss):
        asks(ask("bad"))
    assert asks(ask("good")).result == 7


@pytest.mark.parametrize(
    ("source", "status"),
    [("sum(range(10**12))  # which Python cannot stop\n", "timeout"), ("import os\nos._exit(3)\n", "crashed")],
)
def test_a_file_that_does_not_load_ends_the_check(sit: Any, ask: Ask, source: str, status: str) -> None:
    """A file that takes too long to load, or crashes, ends the check."""
    with pytest.raises(CheckEnded, match="Your file") as info:
        sit(source).asker("double")(ask())
    assert info.value.status == status


def test_errors_at_the_top_level_are_noted(sit: Any, ask: Ask) -> None:
    """Errors at the top level are recorded, and the statements after them still run."""
    seen = sit("x = 1 / 0\ndef f():\n    return 7\n")
    assert seen.asker("double")(ask("f")).result == 7
    assert [(error.type, error.line) for error in seen.loaded.errors] == [("ZeroDivisionError", 1)]


# ReferenceProcess: by script


def test_the_reference_process_shares_one_process(ask: Ask) -> None:
    """All implementations share one process, and each is loaded once, as a module of its own."""
    server = FakeServer(1)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    for module in ("reference", "wrong", "reference"):
        references.observe(ask(), module=module, source="x = 1")
    loads = [request["module"] for request in server.requests if isinstance(request, dict)]
    calls = [request.module for request in server.requests if isinstance(request, wire.Call)]
    assert (server.spawned, loads, calls) == (1, ["reference", "wrong"], ["reference", "wrong", "reference"])


def test_the_reference_process_that_is_lost_is_asked_again_in_a_fresh_process(ask: Ask) -> None:
    """After a loss the call is repeated in a new process, because the old one may have used up its processor time."""
    server = FakeServer(1, TIMEOUT, 3)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    references.observe(ask(), module="reference", source="")
    seen = references.observe(ask(), module="reference", source="")
    assert seen is not None and seen.result == 3 and server.spawned == 2


def test_the_reference_process_that_a_fresh_process_does_not_save_is_given_up(ask: Ask) -> None:
    """An implementation that is lost in a new process too is not called again."""
    server = FakeServer(TIMEOUT)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    for _ in range(3):
        assert references.observe(ask(), module="endless", source="") is None
    assert server.spawned == 1


def test_the_reference_process_that_is_given_up_takes_nobody_along(ask: Ask) -> None:
    """If one implementation is given up, the others are loaded again and still answer."""
    references = ReferenceProcess(FakeServer(TIMEOUT, 2))  # type: ignore[arg-type]
    assert references.observe(ask(), module="endless", source="") is None
    seen = references.observe(ask(), module="reference", source="")
    assert seen is not None and seen.result == 2


def test_the_reference_process_that_does_not_load_is_the_kits_fault(ask: Ask, raised: Any) -> None:
    """An implementation that cannot be loaded is an error of the kit and ends the grading."""
    references = ReferenceProcess(FakeServer(1, loads=(raised(NameError("name 'torhc' is not defined")),)))  # type: ignore[arg-type]
    with pytest.raises(SuiteError, match="Cannot load wrong: NameError: name 'torhc' is not defined"):
        references.observe(ask(), module="wrong", source="")


THREE = {"01_small.a": "", "01_small.b": "", "01_small.c": ""}


def results(seen: dict[str, wire.Observation | None]) -> list[object]:
    """Return the result of each observation."""
    return [None if one is None else one.result for one in seen.values()]


def test_the_reference_process_is_asked_all_at_once(ask: Ask) -> None:
    """One request calls several implementations, and each has its own answer.

    A single implementation is called as usual.
    """
    server = FakeServer(1, 2, 3, 4)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    assert results(references.observe_each(ask("f"), THREE)) == [1, 2, 3]
    assert results(references.observe_each(ask("f"), {"01_small.a": ""})) == [4]
    assert server.together == [tuple(THREE)] and references.observe_each(ask("f"), {}) == {}


def test_the_reference_process_that_cannot_be_asked_at_once_is_asked_one_by_one(ask: Ask) -> None:
    """If one implementation loops without end, each is called alone, now and in later calls of that function."""
    server = FakeServer(1, TIMEOUT, 1, TIMEOUT, TIMEOUT, 3, 1, 2, 3, 4)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    assert results(references.observe_each(ask("f"), THREE)) == [1, None, 3]
    assert results(references.observe_each(ask("f"), THREE)) == [1, None, 2]  # what is lost is not asked again
    assert server.together == [tuple(THREE)]
    assert results(references.observe_each(ask("g"), THREE)) == [3, None, 4]
    assert server.together == [tuple(THREE), ("01_small.a", "01_small.c")]


def test_a_closed_reference_process_starts_again(ask: Ask) -> None:
    """A call after closing starts a new process."""
    server = FakeServer(1)
    references = ReferenceProcess(server)  # type: ignore[arg-type]
    references.close()
    references.observe(ask(), module="reference", source="")
    references.close()
    references.observe(ask(), module="reference", source="")
    assert (server.spawned, server.ended) == (2, 1)
