"""How a suite calls a submission, and what ends a check before there is anything to judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch

from grader import wire
from grader.forbidden_calls import Use
from grader.sandbox import CandidateLost, Server
from grader.suites import Candidate, Observed, feedback, probe
from grader.suites.candidate import Context
from grader.suites.check_log import CheckLog, Exchange
from grader.suites.outcomes import CheckEnded, SuiteError

Make = Callable[..., Candidate]


class Process:
    """What answers a candidate's calls: always the same, and it remembers what it was asked."""

    def __init__(self, answer: wire.Observation | Exception) -> None:
        self.answer = answer
        self.asked: list[wire.Call] = []

    def ask(self, call: wire.Call) -> wire.Observation:
        """Answer a call."""
        self.asked.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@probe
def doubled_twice(student, x, n):  # type: ignore[no-untyped-def]
    """double twice"""
    return student.double(student.double(x))


def candidate(process: Process, **context: Any) -> Candidate:
    """Return a candidate for the task `double`."""
    known: dict[str, Any] = {
        "task": "double",
        "where": lambda line: f"line {line}",
        "seed": 5,
        "parameters": ("x", "n"),
    }
    return Candidate(Context(ask=process.ask, **{**known, **context}))


def observed(outcome: Any = "returned", **fields: Any) -> Process:
    """Return what answers with this observation."""
    return Process(wire.Observation(nonce=0, outcome=outcome, **fields))


def ended(process: Process, *, status: str, **context: Any) -> CheckEnded:
    """Call `double(2)` and return the end of the check, which must have this status."""
    with pytest.raises(CheckEnded) as info:
        candidate(process, **context).double(2)
    assert info.value.status == status
    return info.value


# What is asked


def test_a_call_is_forwarded() -> None:
    """Name, arguments, keywords and seed; without a trace and without backward."""
    process = observed()
    candidate(process).double(2, [1.5], rate=0.1)
    assert process.asked == [
        wire.Call(
            nonce=0,
            module="submission",
            name="double",
            probe=None,
            arguments=(2, wire.SequenceInput(kind="list", items=(1.5,))),
            keywords={"rate": 0.1},
            backward=None,
            trace=False,
            seed=5,
        )
    ]


def test_a_probe_is_sent_as_source() -> None:
    """It is called by its own name."""
    process = observed()
    candidate(process).run(doubled_twice, 2, 3)
    (call,) = process.asked
    assert (call.name, call.probe, call.arguments) == ("doubled_twice", doubled_twice.source, (2, 3))


@pytest.mark.parametrize(("upstream", "sent"), [(None, None), (torch.tensor(2.0), b"\x00\x00\x00\x40")])
def test_backward_can_be_asked_for(upstream: torch.Tensor | None, sent: bytes | None) -> None:
    """With ones, or with a gradient from above."""
    process = observed(backward="ran")
    candidate(process).with_backward(upstream).double(2)
    (call,) = process.asked
    assert call.backward is not None
    (gradient,) = call.backward
    assert (None if gradient is None else gradient.data) == sent


def test_a_call_can_go_untraced() -> None:
    """For what cannot run under a dispatch mode; backward stays asked for."""
    process = observed(backward="ran")
    candidate(process, traced=True).with_backward().untraced().double(2)
    assert (process.asked[0].trace, process.asked[0].backward) == (False, (None,))


def test_a_call_is_traced_where_the_context_asks() -> None:
    """Whatever else is asked of it."""
    process = observed(backward="ran")
    candidate(process, traced=True).with_backward().double(2)
    assert (process.asked[0].trace, process.asked[0].backward) == (True, (None,))


def test_a_suite_can_ask_for_a_trace(fact: Any) -> None:
    """Then it may ask which operations ran; without a trace, it may not, nor whether devices were mixed."""
    process = observed(operations={"aten::mm": 2}, result=fact(torch.ones(2, device="meta")))
    seen = candidate(process).traced().double(2)
    assert process.asked[0].trace and seen.operations("aten::mm") == 2
    seen.result.device("meta")
    untraced = candidate(process).double(2)
    with pytest.raises(SuiteError, match=r"Cannot tell which operations ran in double\(2\): .*candidate\.traced\(\)"):
        untraced.operations("aten::mm")
    with pytest.raises(SuiteError, match=r"Cannot tell whether devices were mixed in double\(2\)"):
        untraced.result.device("meta")


def test_an_exchange_says_whether_it_can_be_made_again_with_a_trace() -> None:
    """All can but those that a suite has asked for without one."""
    process = observed()
    log = CheckLog()
    asking = candidate(process, log=log)
    asking.double(2), asking.traced().double(2), asking.untraced().double(2)
    assert [exchange.traceable for exchange in log.exchanges] == [True, True, False]


def test_private_names_are_not_forwarded() -> None:
    """So that copying or inspecting a candidate asks nothing."""
    with pytest.raises(AttributeError, match="_double"):
        candidate(observed())._double  # noqa: B018


def test_what_cannot_travel_is_not_sent() -> None:
    """The suite is told before the candidate is asked."""
    process = observed()
    with pytest.raises(SuiteError, match="Cannot send"):
        candidate(process).double(object())
    assert process.asked == []


# What is seen


def test_a_call_is_shown_as_typed() -> None:
    """In every message about it."""
    assert candidate(observed()).double(2, rate=0.1).call == "double(2, rate=0.1)"


def test_backward_is_part_of_what_is_shown() -> None:
    """A student sees that it was run."""
    assert candidate(observed(backward="ran")).with_backward().double(2).call == "double(2), then backward()"


def test_a_probe_is_shown_by_what_it_says() -> None:
    """Its docstring, with the values of its parameters."""
    assert candidate(observed()).run(doubled_twice, 2, torch.tensor(1.0)).call == (
        "double twice (with x=2, n=tensor(1.))"
    )


def test_arguments_are_named_by_the_signature() -> None:
    """For the task's own function; helpers of the student's have unknown ones."""
    process = observed(arguments=(1, 2))
    assert candidate(process).double(1, 2).argument(1).name == "n"
    assert candidate(process).halve(1, 2).argument(1).name == "argument 2"
    assert candidate(process).run(doubled_twice, 1, 2).argument(1).name == "n"


def test_every_exchange_is_kept() -> None:
    """For the diagnosis, also where the check ends."""
    process = observed("missing")
    log = CheckLog()
    ended(process, status="error", log=log)
    assert isinstance(process.answer, wire.Observation)
    assert log.exchanges == [Exchange(call=process.asked[0], seen=process.answer)]


def test_an_exception_is_placed_where_the_student_knows_it(raised: Any) -> None:
    """In the cell of a notebook, say, with what stands there."""
    process = observed("raised", raised=raised(ValueError("no"), line=7, code="x = y"))
    seen: Observed = candidate(process, where=lambda line: f"cell 3, line {line - 5}").double(2)
    with pytest.raises(CheckEnded, match="got: ValueError: no at cell 3, line 2, `x = y`"):
        seen.returned()


# No such function


def test_a_missing_function_is_told() -> None:
    """By its name."""
    end = ended(observed("missing"), status="error")
    assert (end.message, end.next_step) == (
        "double is not defined.",
        "define it under exactly the name `double`; in a notebook, run the cell that does.",
    )


def test_a_misspelt_function_is_suggested() -> None:
    """The closest name that the file defines."""
    end = ended(observed("missing", defined=("main", "duoble", "Net")), status="error")
    assert end.message == "double is not defined (there is `duoble`: is that the one?)."
    other = ended(observed("missing", defined=("column_double_",)), status="error")
    assert other.message == "double is not defined."


def test_a_function_that_is_missing_in_a_probe_is_told(raised: Any) -> None:
    """As if it had been called directly."""
    error = AttributeError("module 'submission' has no attribute 'double'")
    end = ended(observed("raised", raised=raised(error)), status="error")
    assert end.message == "double is not defined."


def test_any_other_attribute_error_is_the_students(raised: Any) -> None:
    """And is judged like every exception."""
    error = AttributeError("'NoneType' object has no attribute 'grad'")
    seen = candidate(observed("raised", raised=raised(error))).double(2)
    seen.raises("AttributeError")


def test_a_function_that_an_error_kept_away_is_told(raised: Any) -> None:
    """The error comes first, with its place."""
    error = raised(NameError("name 'torhc' is not defined"), line=4, code="a = torhc.ones(2)")
    end = ended(observed("missing", defined=("duoble",)), status="error", load_errors=lambda: (error,))
    assert (end.message, end.next_step) == (
        "double is not defined, because of an error while your file was being loaded: "
        "NameError: name 'torhc' is not defined at line 4, `a = torhc.ones(2)`.",
        "fix that error first.",
    )


def test_a_function_that_may_be_in_a_cell_left_out_is_told() -> None:
    """Its cell is no Python, as a note says; a name that is like it is no better guess."""
    end = ended(observed("missing", defined=("duoble",)), status="error", left_out=True)
    assert (end.message, end.next_step) == (
        "double is not defined. It may be in a cell that was left out because Python could not read it.",
        "correct the cell that the note names, and run it.",
    )


# Nothing written yet


@pytest.mark.parametrize("code", ["raise NotImplementedError", 'if True: raise NotImplementedError("later")'])
def test_a_todo_is_not_attempted(raised: Any, code: str) -> None:
    """NotImplementedError, raised by a line of the student's file."""
    process = observed("raised", raised=raised(NotImplementedError(), line=3, code=code))
    assert ended(process, status="not_attempted").message == feedback.NOT_ATTEMPTED


@pytest.mark.parametrize(("line", "code"), [(None, ""), (3, "return x.tolist()")])
def test_not_implemented_inside_torch_is_an_error(raised: Any, line: int | None, code: str) -> None:
    """A meta tensor has no values to copy, and torch says so with the same exception."""
    error = raised(NotImplementedError("Cannot copy out of meta tensor; no data!"), line=line, code=code)
    seen = candidate(observed("raised", raised=error)).double(2)
    with pytest.raises(CheckEnded, match="got: NotImplementedError: Cannot copy out of meta tensor") as info:
        seen.returned()
    assert info.value.status == "error" and "without reading values" in info.value.next_step


# Finished versions


@pytest.mark.parametrize(
    ("refused", "fields", "used"),
    [
        ("relu", {"functions": {"relu": 1}}, "`relu`"),
        ("relu", {"operations": {"aten::relu": 1}}, "`relu`"),
        ("relu", {"functions": {"relu.default": 1}}, "`relu`"),
        ("Optimizer.step", {"operations": {"aten::_fused_sgd_": 1}}, "`_fused_sgd_`"),
        ("*max_pool*", {"functions": {"adaptive_max_pool2d": 1}}, "`adaptive_max_pool2d`"),
        ("*max_pool*", {"operations": {"aten::max_pool2d_with_indices": 1}}, "`max_pool2d_with_indices`"),
        ("Linear", {"modules": {"Linear": 2}}, "`Linear`"),
        ("Optimizer.step", {"optimizers": {"SGD": 1}}, "an optimizer of `torch.optim`"),
    ],
)
def test_a_finished_version_is_refused(refused: str, fields: dict[str, Any], used: str) -> None:
    """A function, an operation, a module or an optimiser, by its name or a pattern for it."""
    end = ended(observed(**fields), status="failed", refused=("lstsq", refused))
    assert end.refused
    assert end.message == (
        f"This task asks you to write double yourself; your code used {used}, which is PyTorch's finished version, so "
        "the task earns nothing yet."
    )
    assert end.next_step == (
        f"build it from simpler operations. Once yours works, you will know what {used} does inside."
    )


def test_a_finished_version_is_refused_even_if_it_raised(raised: Any) -> None:
    """What was tried counts."""
    process = observed("raised", raised=raised(ValueError("no")), functions={"relu": 1})
    assert ended(process, status="failed", refused=("relu",)).refused


def test_what_the_task_allows_is_not_refused() -> None:
    """Only the names it lists are."""
    process = observed(functions={"clamp": 1}, modules={"Sequential": 1}, operations={"aten::clamp": 1})
    candidate(process, refused=("relu", "Linear", "Optimizer.step", "*pool*")).double(2).returned()


def test_a_finished_version_in_the_source_is_refused_where_it_stands() -> None:
    """Even if it did not run, with the line that calls it."""
    use = Use(name="torch.relu", line=7, code="return torch.relu(x)")
    end = ended(observed(), status="failed", refused=("relu",), written=lambda: use)
    assert end.refused
    assert "your code used `torch.relu` at line 7, `return torch.relu(x)`, which is PyTorch's" in end.message


def test_what_hides_is_refused_in_its_own_words() -> None:
    """It is no finished version; and where one was seen all the same, that is told."""
    use = Use(name="torch._C.DisableTorchFunction", line=7, hides=True)
    end = ended(observed(), status="failed", refused=("relu",), written=lambda: use)
    assert end.refused and "finished" not in end.message
    assert "your code called `torch._C.DisableTorchFunction` at line 7, which hides from the grader" in end.message
    seen = ended(observed(functions={"relu": 1}), status="failed", refused=("relu",), written=lambda: use)
    assert "your code used `relu`, which is PyTorch's finished version" in seen.message


def test_a_todo_comes_before_the_source(raised: Any) -> None:
    """What is not attempted is not refused."""
    process = observed("raised", raised=raised(NotImplementedError(), line=3, code="raise NotImplementedError"))
    use = Use(name="torch.relu", line=7)
    assert not ended(process, status="not_attempted", refused=("relu",), written=lambda: use).refused


# A candidate that is lost


@pytest.mark.parametrize(
    ("lost", "status", "message", "next_step"),
    [
        (
            CandidateLost("timeout", "4 s"),
            "timeout",
            "double(2)\nstopped: it did not finish within 4 s of computing.",
            feedback.TIMEOUT_NEXT,
        ),
        (
            CandidateLost("timeout", "4 s", waited=12.04),
            "timeout",
            "double(2)\nstopped: after 12 s it had not finished, and hardly computed.",
            feedback.TIMEOUT_WAITING_NEXT,
        ),
        (
            CandidateLost("crashed", "segmentation fault"),
            "crashed",
            "double(2)\nended the whole Python process (segmentation fault).",
            feedback.CRASHED_NEXT,
        ),
    ],
)
def test_a_lost_candidate_ends_the_check(lost: CandidateLost, status: str, message: str, next_step: str) -> None:
    """With the call that did it."""
    end = ended(Process(lost), status=status)
    assert (end.message, end.next_step) == (message, next_step)


@pytest.mark.parametrize(("asked", "answered"), [(False, "ran"), (True, "not_asked")])
def test_an_answer_to_another_question_ends_the_check(asked: bool, answered: Any) -> None:
    """A call that returned has run backward if that was asked for, and otherwise not."""
    calling = candidate(observed(backward=answered))
    with pytest.raises(CheckEnded) as info:
        (calling.with_backward() if asked else calling).double(2)
    assert info.value.status == "crashed" and "it answered another question" in info.value.message


# The reference


def test_the_reference_is_never_refused(raised: Any) -> None:
    """It may use what it likes, and nobody tells it off."""
    process = observed(functions={"relu": 1})
    candidate(process, must_succeed=True, refused=("relu",)).double(2).returned()


def test_a_reference_without_the_function_is_the_suites_fault() -> None:
    """Not the student's."""
    with pytest.raises(SuiteError, match=r"Cannot call double\(2\) of the reference: it is not defined there"):
        candidate(observed("missing"), must_succeed=True).double(2)


# Weighing


def weighed(result: Any, weight: Any) -> Process:
    """Return what answers a weighed call with this result and this sum."""
    items = wire.Items(kind="tuple", items=(result, weight))
    return observed(result=items, before=(0.5, 1.0), arguments=(0.5, 1.0))


def test_a_weighed_call_is_told_as_the_call_itself(server: Server) -> None:
    """What comes back, its arguments and its message are the call's own."""
    process = server.spawn()
    process.load(module="submission", filename="01_small.py", source="def double(x):\n    return 2 * x\n")
    seen = Candidate(
        Context(ask=lambda call: process.call(msgspec.structs.replace(call, nonce=1)), task="double", where=str, seed=5)
    ).weighed()
    x = torch.tensor([1.0, 3.0])
    result = seen.double(x).result
    result.values(2 * x).owns_memory()
    assert result.answer.call == "double(tensor([1., 3.]))" and len(result.answer.observation.arguments) == 1
    with pytest.raises(CheckEnded, match="expected: tensor"):
        result.values(3 * x)
    seen.double("a").result.equals("aa")  # nothing to add up
    seen.double(None).raises("TypeError")
    process.end()


@pytest.mark.parametrize("weight", [None, 1.0, "1.0"])
def test_a_result_that_was_not_weighed_is_no_answer(fact: Callable[..., Any], weight: object) -> None:
    """A result and a sum that do not agree were made up."""
    with pytest.raises(CheckEnded, match="it answered another question"):
        candidate(weighed(fact(torch.tensor([1.0, 3.0])), weight)).weighed().double(1.0)


def test_a_result_without_its_sum_is_no_answer() -> None:
    """Nor is one that is no pair."""
    with pytest.raises(CheckEnded, match="it answered another question"):
        candidate(observed(result=1.0)).weighed().double(1.0)
