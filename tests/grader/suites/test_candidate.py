"""A suite calls a submission, and some answers end the check before it can judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from endings import said

from grader import wire
from grader.forbidden_calls import Use
from grader.records import Feedback
from grader.sandbox import CandidateLost, Server
from grader.sentences import learner, learner_torch_errors, verbatim
from grader.suites import Candidate, Observed, probe
from grader.suites.candidate import Context
from grader.suites.check_log import CheckLog, Exchange
from grader.suites.outcomes import CheckEnded, SuiteError

Make = Callable[..., Candidate]


class Process:
    """Answers all calls with the same observation, and records the requests."""

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
        "where": lambda line: learner.LINE(line=line),
        "seed": 5,
        "parameters": ("x", "n"),
    }
    return Candidate(Context(ask=process.ask, **{**known, **context}))


def observed(outcome: Any = "returned", **fields: Any) -> Process:
    """Return a process that answers with this observation."""
    return Process(wire.Observation(nonce=0, outcome=outcome, **fields))


def ended(process: Process, *, status: str, **context: Any) -> CheckEnded:
    """Call `double(2)` and return the end of the check, which must have this status."""
    with pytest.raises(CheckEnded) as info:
        candidate(process, **context).double(2)
    assert info.value.status == status
    return info.value


# What is asked


def test_a_call_is_forwarded() -> None:
    """A request has the name, arguments, keywords and seed, without trace and backward."""
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
    """A probe is sent as source and called by its name."""
    process = observed()
    candidate(process).run(doubled_twice, 2, 3)
    (call,) = process.asked
    assert (call.name, call.probe, call.arguments) == ("doubled_twice", doubled_twice.source, (2, 3))


@pytest.mark.parametrize(("upstream", "sent"), [(None, None), (torch.tensor(2.0), b"\x00\x00\x00\x40")])
def test_backward_can_be_asked_for(upstream: torch.Tensor | None, sent: bytes | None) -> None:
    """A call can run backward, with ones or with an upstream gradient."""
    process = observed(backward="ran")
    candidate(process).with_backward(upstream).double(2)
    (call,) = process.asked
    assert call.backward is not None
    (gradient,) = call.backward
    assert (None if gradient is None else gradient.data) == sent


def test_a_call_can_go_untraced() -> None:
    """A call can be untraced, for code that cannot run under a dispatch mode; backward still runs."""
    process = observed(backward="ran")
    candidate(process, traced=True).with_backward().untraced().double(2)
    assert (process.asked[0].trace, process.asked[0].backward) == (False, (None,))


def test_a_call_is_traced_where_the_context_asks() -> None:
    """A call is traced if the context requires it."""
    process = observed(backward="ran")
    candidate(process, traced=True).with_backward().double(2)
    assert (process.asked[0].trace, process.asked[0].backward) == (True, (None,))


def test_a_suite_can_ask_for_a_trace(fact: Any) -> None:
    """Only a traced call can be asked which operations ran and whether devices were mixed."""
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
    """Every exchange can be repeated with a trace, except those that a suite has made untraced."""
    process = observed()
    log = CheckLog()
    asking = candidate(process, log=log)
    asking.double(2), asking.traced().double(2), asking.untraced().double(2)
    assert [exchange.traceable for exchange in log.exchanges] == [True, True, False]


def test_private_names_are_not_forwarded() -> None:
    """Private names make no request, so that a candidate can be copied or inspected."""
    with pytest.raises(AttributeError, match="_double"):
        candidate(observed())._double  # noqa: B018


def test_what_cannot_travel_is_not_sent() -> None:
    """A value that cannot be sent is an error of the suite, before any request."""
    process = observed()
    with pytest.raises(SuiteError, match="Cannot send"):
        candidate(process).double(object())
    assert process.asked == []


# What is seen


def test_a_call_is_shown_as_typed() -> None:
    """Every message shows the call as a student would type it."""
    assert candidate(observed()).double(2, rate=0.1).call == "double(2, rate=0.1)"


def test_backward_is_part_of_what_is_shown() -> None:
    """The message says that backward was run."""
    assert candidate(observed(backward="ran")).with_backward().double(2).call == "double(2), then backward()"


def test_a_probe_is_shown_by_what_it_says() -> None:
    """A probe is shown by its docstring and the values of its parameters."""
    assert candidate(observed()).run(doubled_twice, 2, torch.tensor(1.0)).call == (
        "double twice (with x=2, n=tensor(1.))"
    )


def test_arguments_are_named_by_the_signature() -> None:
    """Arguments have the names of the task's signature; those of other functions have none."""
    process = observed(arguments=(1, 2))
    assert candidate(process).double(1, 2).argument(1).name == "n"
    assert str(candidate(process).halve(1, 2).argument(1).name) == "argument 2"
    assert candidate(process).run(doubled_twice, 1, 2).argument(1).name == "n"


def test_every_exchange_is_kept() -> None:
    """Every exchange is kept for the diagnosis, even if the check ends there."""
    process = observed("missing")
    log = CheckLog()
    ended(process, status="error", log=log)
    assert isinstance(process.answer, wire.Observation)
    assert log.exchanges == [Exchange(call=process.asked[0], seen=process.answer)]


def test_an_exception_is_placed_where_the_student_knows_it(raised: Any) -> None:
    """An exception is shown with the student's line, for example in a notebook's cell."""
    process = observed("raised", raised=raised(ValueError("no"), line=7, code="x = y"))
    seen: Observed = candidate(process, where=lambda line: verbatim(f"cell 3, line {line - 5}")).double(2)
    with pytest.raises(CheckEnded, match="got: ValueError: no at cell 3, line 2, `x = y`") as end:
        seen.returned()
    assert end.value.feedback.line == 7, "the line of the graded source"


def test_a_line_is_given_where_the_feedback_names_it(raised: Any) -> None:
    """Another exception than required gives its line; a wrong argument after an expected exception gives none."""
    seen: Observed = candidate(observed("raised", raised=raised(ValueError("no"), line=7))).double(2)
    with pytest.raises(CheckEnded) as other:
        seen.raises("TypeError")
    with pytest.raises(CheckEnded) as argument:
        seen.raises("ValueError").fails("1", "2", "values")
    assert (other.value.feedback.line, argument.value.feedback.line) == (7, None)


# No such function


def test_a_missing_function_is_told() -> None:
    """The message names the missing function."""
    end = ended(observed("missing"), status="error")
    assert (said(end), str(end.feedback.next_step)) == (
        "double is not defined.",
        "define it under exactly the name `double`; in a notebook, run the cell that does.",
    )


def test_a_misspelt_function_is_suggested() -> None:
    """For a missing function the message names the closest name in the file."""
    end = ended(observed("missing", defined=("main", "duoble", "Net")), status="error")
    assert said(end) == "double is not defined, but `duoble` is. Is that your function?"
    other = ended(observed("missing", defined=("column_double_",)), status="error")
    assert said(other) == "double is not defined."


def test_a_function_that_is_missing_in_a_probe_is_told(raised: Any) -> None:
    """A function that is missing in a probe is reported as in a direct call."""
    error = AttributeError("module 'submission' has no attribute 'double'")
    end = ended(observed("raised", raised=raised(error)), status="error")
    assert said(end) == "double is not defined."


def test_any_other_attribute_error_is_the_students(raised: Any) -> None:
    """Any other AttributeError is judged like every exception."""
    error = AttributeError("'NoneType' object has no attribute 'grad'")
    seen = candidate(observed("raised", raised=raised(error))).double(2)
    seen.raises("AttributeError")


def test_a_function_that_an_error_kept_away_is_told(raised: Any) -> None:
    """If an error prevented a function's definition, that error and its place come first."""
    error = raised(NameError("name 'torhc' is not defined"), line=4, code="a = torhc.ones(2)")
    end = ended(observed("missing", defined=("duoble",)), status="error", load_errors=lambda: (error,))
    assert (said(end), str(end.feedback.next_step)) == (
        "double is not defined, because of an error while your file was being loaded: "
        "NameError: name 'torhc' is not defined at line 4, `a = torhc.ones(2)`.",
        "fix that error first.",
    )
    assert end.feedback.line == 4


def test_a_function_that_may_be_in_a_cell_left_out_is_told() -> None:
    """If a cell was left out because of a syntax error, the missing function may be in it."""
    end = ended(observed("missing", defined=("duoble",)), status="error", left_out=True)
    assert (said(end), str(end.feedback.next_step)) == (
        "double is not defined. It may be in a cell that was skipped because of a syntax error.",
        "correct the cell that the note names, and run it.",
    )


# Nothing written yet


@pytest.mark.parametrize("code", ["raise NotImplementedError", 'if True: raise NotImplementedError("later")'])
def test_a_todo_is_not_attempted(raised: Any, code: str) -> None:
    """A NotImplementedError from the student's own line means not attempted."""
    process = observed("raised", raised=raised(NotImplementedError(), line=3, code=code))
    assert ended(process, status="not_attempted").feedback == Feedback(details=(learner.NOT_ATTEMPTED(),))


@pytest.mark.parametrize(("line", "code"), [(None, ""), (3, "return x.tolist()")])
def test_not_implemented_inside_torch_is_an_error(raised: Any, line: int | None, code: str) -> None:
    """A NotImplementedError that torch raises, for example for a meta tensor, is an error."""
    error = raised(NotImplementedError("Cannot copy out of meta tensor; no data!"), line=line, code=code)
    seen = candidate(observed("raised", raised=error)).double(2)
    with pytest.raises(CheckEnded, match="got: NotImplementedError: Cannot copy out of meta tensor") as info:
        seen.returned()
    assert info.value.status == "error" and info.value.feedback.next_step == learner_torch_errors.NO_VALUES()


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
    """A forbidden function, operation, module or optimizer is refused, by its name or a pattern."""
    end = ended(observed(**fields), status="failed", refused=("lstsq", refused))
    assert end.refused
    assert said(end) == (
        f"This task asks you to write double yourself; your code used {used}, which is PyTorch's finished version, so "
        "the task earns nothing yet."
    )
    assert str(end.feedback.next_step) == (
        f"build it from simpler operations. Once yours works, you will know what {used} does inside."
    )


def test_a_finished_version_is_refused_even_if_it_raised(raised: Any) -> None:
    """A forbidden call is refused even if it raised an error."""
    process = observed("raised", raised=raised(ValueError("no")), functions={"relu": 1})
    assert ended(process, status="failed", refused=("relu",)).refused


def test_what_the_task_allows_is_not_refused() -> None:
    """Only names in the task's list are refused."""
    process = observed(functions={"clamp": 1}, modules={"Sequential": 1}, operations={"aten::clamp": 1})
    candidate(process, refused=("relu", "Linear", "Optimizer.step", "*pool*")).double(2).returned()


def test_a_finished_version_in_the_source_is_refused_where_it_stands() -> None:
    """A forbidden call in the source is refused with its line, even if it did not run."""
    use = Use(name="torch.relu", line=7, code="return torch.relu(x)")
    end = ended(observed(), status="failed", refused=("relu",), written=lambda: use)
    assert end.refused and end.feedback.line == 7
    assert "your code used `torch.relu` at line 7, `return torch.relu(x)`, which is PyTorch's" in said(end)


def test_what_hides_is_refused_in_its_own_words() -> None:
    """A call that hides what runs has its own message, unless a forbidden call was seen."""
    use = Use(name="torch._C.DisableTorchFunction", line=7, hides=True)
    end = ended(observed(), status="failed", refused=("relu",), written=lambda: use)
    assert end.refused and "finished" not in said(end)
    assert "your code called `torch._C.DisableTorchFunction` at line 7, which hides from the grader" in said(end)
    seen = ended(observed(functions={"relu": 1}), status="failed", refused=("relu",), written=lambda: use)
    assert "your code used `relu`, which is PyTorch's finished version" in said(seen) and seen.feedback.line is None


def test_a_todo_comes_before_the_source(raised: Any) -> None:
    """A task that is not attempted is not refused."""
    process = observed("raised", raised=raised(NotImplementedError(), line=3, code="raise NotImplementedError"))
    use = Use(name="torch.relu", line=7)
    assert not ended(process, status="not_attempted", refused=("relu",), written=lambda: use).refused


# A candidate that is lost


@pytest.mark.parametrize(
    ("lost", "status", "message", "next_step"),
    [
        (
            CandidateLost("timeout", verbatim("4 s")),
            "timeout",
            "double(2)\nIt was stopped: it did not finish within 4 s of computing.",
            str(learner.TIMEOUT_NEXT()),
        ),
        (
            CandidateLost("timeout", verbatim("4 s"), waited=12.04),
            "timeout",
            "double(2)\nIt was stopped: after 12 s it had not finished, and hardly computed.",
            str(learner.TIMEOUT_WAITING_NEXT()),
        ),
        (
            CandidateLost("crashed", learner.SEGMENTATION_FAULT()),
            "crashed",
            "double(2)\nIt ended the whole Python process (segmentation fault).",
            str(learner.CRASHED_NEXT()),
        ),
    ],
)
def test_a_lost_candidate_ends_the_check(lost: CandidateLost, status: str, message: str, next_step: str) -> None:
    """A lost candidate ends the check with the call that caused it."""
    end = ended(Process(lost), status=status)
    assert (said(end), str(end.feedback.next_step)) == (message, next_step)


@pytest.mark.parametrize(("asked", "answered"), [(False, "ran"), (True, "not_asked")])
def test_an_answer_to_another_question_ends_the_check(asked: bool, answered: Any) -> None:
    """An answer must have run backward if that was requested, and only then."""
    calling = candidate(observed(backward=answered))
    with pytest.raises(CheckEnded) as info:
        (calling.with_backward() if asked else calling).double(2)
    assert info.value.status == "crashed" and "it answered another question" in str(info.value)


# The reference


def test_the_reference_is_never_refused(raised: Any) -> None:
    """The reference may use forbidden functions."""
    process = observed(functions={"relu": 1})
    candidate(process, must_succeed=True, refused=("relu",)).double(2).returned()


def test_a_reference_without_the_function_is_the_suites_fault() -> None:
    """A reference without the function is an error of the suite."""
    with pytest.raises(SuiteError, match=r"Cannot call double\(2\) of the reference: it is not defined there"):
        candidate(observed("missing"), must_succeed=True).double(2)


# Weighing


def weighed(result: Any, weight: Any) -> Process:
    """Return a process that answers a weighed call with this result and this sum."""
    items = wire.Items(kind="tuple", items=(result, weight))
    return observed(result=items, before=(0.5, 1.0), arguments=(0.5, 1.0))


def test_a_weighed_call_is_told_as_the_call_itself(server: Server) -> None:
    """A weighed call has the same result, arguments and message as the call itself."""
    process = server.spawn()
    process.load(module="submission", filename="01_small.py", source="def double(x):\n    return 2 * x\n")
    seen = Candidate(
        Context(
            ask=lambda call: process.call(msgspec.structs.replace(call, nonce=1)),
            task="double",
            where=lambda line: learner.LINE(line=line),
            seed=5,
        )
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
    """A result whose weighted sum does not agree is wrong."""
    with pytest.raises(CheckEnded, match="it answered another question"):
        candidate(weighed(fact(torch.tensor([1.0, 3.0])), weight)).weighed().double(1.0)


def test_a_result_without_its_sum_is_no_answer() -> None:
    """A result without a weighted sum, or that is not a pair, is wrong."""
    with pytest.raises(CheckEnded, match="it answered another question"):
        candidate(observed(result=1.0)).weighed().double(1.0)
