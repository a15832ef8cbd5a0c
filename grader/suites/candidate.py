"""How a suite calls a submission: `candidate.name(...)` runs in the sandbox and returns what was observed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import msgspec
import torch

from grader import wire
from grader.errors import closest
from grader.forbidden_calls import Use
from grader.forbidden_calls.pytorch import OPTIMIZER_STEP, fits
from grader.records import Feedback, Status
from grader.sandbox import CandidateLost
from grader.sentences import Sentence, author, learner, verbatim
from grader.suites import feedback, showing, weighing
from grader.suites.check_log import CheckLog, Exchange
from grader.suites.inputs import to_wire
from grader.suites.observed import Observed
from grader.suites.outcomes import CheckEnded, SuiteError
from grader.suites.suite import Probe

Ask = Callable[[wire.Call], wire.Observation]
Shown = Callable[[], str]  # returns the call as the student reads it; made only if it is read
AskEach = Callable[[Sequence[wire.Call]], Sequence[wire.Observation]]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What all calls of one check have in common.

    - `ask` makes a call. `ask_each` makes several with one message; without it, they are made one by one.
    - `where` turns a line number of the source into a place that the student knows.
    - `seed` is where the random generators of every call start.
    - `refused` are patterns for the library functions, modules and optimizers that the task forbids; `written` finds
      a use of one in the source.
    - `parameters` are the names in the task's signature.
    - `load_errors` returns the errors that were raised while the submission was loaded; `left_out` says that some
      cells of the notebook are missing from the source.
    - `unsolved` names the other function, still a stub, that raised on a line, if the task itself is no stub.
    - `traced` asks for a trace of every call.
    - `log` records the calls, and the curves that are compared.
    - `must_succeed` is for the kit's own code, such as the reference: a missing function is then the suite's fault.
    - `hides_expected` keeps expected values out of messages.
    """

    task: str
    ask: Ask
    where: Callable[[int], Sentence]
    seed: int
    ask_each: AskEach | None = None
    hint: str | None = None
    refused: tuple[str, ...] = ()
    written: Callable[[], Use | None] = lambda: None
    parameters: tuple[str, ...] = ()
    load_errors: Callable[[], tuple[wire.Raised, ...]] = tuple
    left_out: bool = False
    unsolved: Callable[[int | None], str | None] = lambda line: None
    traced: bool = False
    log: CheckLog = field(default_factory=CheckLog)
    must_succeed: bool = False
    hides_expected: bool = False


class Candidate:
    """Calls functions of one submission.

    Every attribute that is not listed here is a function or class of the submission. A call of it returns an
    `Observed`. If the function is missing, is still a TODO, crashes or takes too long, the call ends the check
    (`CheckEnded`); if an argument cannot be sent to the sandbox, it raises `SuiteError`.

    >>> x = draw.tensor(2, 3)
    >>> result = candidate.double(x).result.values(2 * x)
    """

    def __init__(
        self,
        context: Context,
        *,
        backward: tuple[torch.Tensor | None] | None = None,
        trace: bool | None = None,
        weigh: bool = False,
    ) -> None:
        """Make a candidate whose calls share `context`.

        `backward` holds the gradient of the result if calls also run backward (a `None` inside stands for ones).
        `trace` says whether calls are traced; with `None`, the context decides. `weigh` asks for a weighted sum.
        """
        self._context = context
        self._backward = backward
        self._trace = trace
        self._weigh = weigh

    def with_backward(self, upstream: torch.Tensor | None = None) -> Candidate:
        """Return a candidate whose calls also run backward from the result.

        `upstream` is the gradient of the result, a tensor of the result's shape: ones, if it is not given.

        >>> x = torch.ones(2, requires_grad=True)
        >>> argument = candidate.with_backward().double(x).argument(0).grad([2.0, 2.0])
        """
        return Candidate(self._context, backward=(upstream,), trace=self._trace)

    def traced(self) -> Candidate:
        """Return a candidate whose calls record the functions and operations that run, for `Observed.operations`.

        A traced call takes more than twice as long. Calls of tasks with a `forbidden` list, and of checks that use the
        fixture `device`, are always traced; others need this method.

        >>> candidate.traced().double(torch.ones(2)).operations()
        1
        """
        return Candidate(self._context, backward=self._backward, trace=True, weigh=self._weigh)

    def untraced(self) -> Candidate:
        """Return a candidate whose calls are never traced, for code that cannot run under a dispatch mode.

        >>> result = candidate.untraced().double(torch.ones(2)).result.shape(2)
        """
        return Candidate(self._context, backward=self._backward, trace=False, weigh=self._weigh)

    def weighed(self) -> Candidate:
        """Return a candidate whose calls also compute a weighted sum of the result, in the candidate's process.

        Use it if the right values are those of an argument, in another shape or dtype. A submission that only invents
        such an answer cannot compute with it.

        >>> x = draw.tensor(2, 3)
        >>> result = candidate.weighed().first_row(x).result.values(x[0])
        """
        return Candidate(self._context, trace=self._trace, weigh=True)

    def __getattr__(self, name: str) -> Callable[..., Observed]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*arguments: Any, **keywords: Any) -> Observed:
            def shown() -> str:
                then = "" if self._backward is None else ", then backward()"
                return showing.call(name, arguments, keywords) + then

            names = self._context.parameters if name == self._context.task else ()
            source = weighing.source(name) if self._weigh else None
            return self._observe(name, source, shown, names, arguments, keywords)

        return call

    def run(self, probe: Probe, *arguments: Any) -> Observed:
        """Run a probe in the candidate's process. It gets the submission's module, then these arguments.

        Raises `ValueError` if the number of arguments is not the probe's, and otherwise what other calls raise.

        >>> @probe
        ... def doubled_twice(student, x): "double(double(x))"; return student.double(student.double(x))
        >>> result = candidate.run(doubled_twice, torch.ones(2)).result.values([4.0, 4.0])
        """
        named = [*zip(probe.parameters, arguments, strict=True)]

        def shown() -> str:
            values = ", ".join(f"{name}={showing.given(argument)}" for name, argument in named)
            return showing.shorten(probe.says) + (f" (with {values})" if values else "")

        return self._observe(probe.name, probe.source, shown, probe.parameters, arguments, {})

    def run_each(self, name: str, sources: Sequence[tuple[str, str]], arguments: tuple[Any, ...]) -> list[Exchange]:
        """Run the function `name` of several sources, each with the same arguments, and return what was observed.

        `sources` are pairs of a source and the code that the student reads. One message asks them all; the log gets
        none of them, see `note`. Raises what other calls raise, for the first source that ends the check.

        >>> source = "def twice(student, x): return student.double(student.double(x))"
        >>> [exchange] = candidate.run_each("twice", [(source, "double(double(x))")], (torch.ones(2),))
        """
        calls = [self._call(name, source, arguments, {}) for source, _ in sources]
        ask_each = self._context.ask_each
        try:
            observations = list(ask_each(calls)) if ask_each else [*map(self._context.ask, calls)]
        except CandidateLost:
            each = zip(calls, sources, strict=True)
            observations = [self._asked(call, functools.partial(str, shown)) for call, (_, shown) in each]
        for (_, shown), observation in zip(sources, observations, strict=True):
            self._refuse(functools.partial(str, shown), observation)
        pairs = zip(calls, observations, strict=True)
        return [Exchange(call=call, seen=seen, traceable=self._trace is not False) for call, seen in pairs]

    def note(self, exchanges: Sequence[Exchange]) -> None:
        """Add exchanges of `run_each` to the log. A mistake is named if it explains every exchange in the log.

        >>> source = "def twice(student, x): return student.double(student.double(x))"
        >>> candidate.note(candidate.run_each("twice", [(source, "double(double(x))")], (torch.ones(2),)))
        """
        for exchange in exchanges:
            self._context.log.note_exchange(exchange)

    def observed(self, exchange: Exchange, shown: str, arguments: tuple[Any, ...]) -> Observed:
        """Return an exchange of `run_each` as an observed call. `shown` is the code that the student reads.

        >>> source = "def twice(student, x): return student.double(student.double(x))"
        >>> [exchange] = candidate.run_each("twice", [(source, "double(double(x))")], (torch.ones(2),))
        >>> candidate.observed(exchange, "double(double(x))", (torch.ones(2),)).result.values([4.0, 4.0])
        <Value result: tensor([4., 4.])>
        """
        return self._observed(lambda: shown, (), arguments, {}, exchange.call, exchange.seen)

    def exception_of(self, observation: wire.Observation) -> Sentence | None:
        """Return the phrase for the exception of a call and its place, or `None` if the call raised nothing.

        >>> candidate.exception_of(candidate.double(torch.ones(2)).observation) is None
        True
        """
        return _exception(self._context, observation)

    def _observe(
        self,
        name: str,
        source: str | None,
        shown: Shown,
        names: tuple[str, ...],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
    ) -> Observed:
        context = self._context
        handed = (weighing.turn(context.seed), *arguments) if self._weigh else arguments
        call = self._call(name, source, handed, keywords)
        observation = self._asked(call, shown)
        context.log.note_exchange(Exchange(call=call, seen=observation, traceable=self._trace is not False))
        if context.must_succeed:
            _must_work(shown, observation)
        else:
            self._refuse(shown, observation)
        if self._weigh:
            try:
                observation = weighing.unweighed(observation, handed[0])
            except ValueError:
                raise _lost(shown, CandidateLost("crashed", learner.OTHER_ANSWER())) from None
        return self._observed(shown, names, arguments, keywords, call, observation)

    def _observed(
        self,
        shown: Shown,
        names: tuple[str, ...],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        call: wire.Call,
        observation: wire.Observation,
    ) -> Observed:
        context = self._context
        return Observed(
            call=shown,
            names=names,
            given=arguments,
            given_keywords=keywords,
            traced=call.trace,
            observation=observation,
            exception=_exception(context, observation),
            hint=context.hint,
            log=context.log,
            loading=context.load_errors(),
            hides_expected=context.hides_expected,
        )

    def _call(self, name: str, source: str | None, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> wire.Call:
        trace = self._context.traced if self._trace is None else self._trace
        call = source_call(name, source, arguments, keywords, seed=self._context.seed, trace=trace)
        if self._backward is None:
            return call
        upstream = None if self._backward[0] is None else to_wire(self._backward[0])
        return msgspec.structs.replace(call, backward=(upstream,))

    def _asked(self, call: wire.Call, shown: Shown) -> wire.Observation:
        """Make a call. End the check if the process is lost in it."""
        try:
            return self._context.ask(call)
        except CandidateLost as lost:
            raise _lost(shown, lost) from None

    def _refuse(self, shown: Shown, observation: wire.Observation) -> None:
        """End the check if there is nothing to judge: no such function, a TODO, a forbidden call, a forged answer."""
        context = self._context
        raised = observation.raised
        if observation.outcome == "returned" and (self._backward is None) != (observation.backward == "not_asked"):
            raise _lost(shown, CandidateLost("crashed", learner.OTHER_ANSWER()))
        if observation.outcome == "missing" or (raised is not None and _names_nothing(raised)):
            raise self._missing(observation)
        if raised is not None and _is_todo(raised):
            other = context.unsolved(raised.line)
            if other is not None:
                said = learner.CALLS_UNSOLVED(task=context.task, other=other)
                raise _ended("error", said, learner.CALLS_UNSOLVED_NEXT(other=other))
            raise _ended("not_attempted", learner.NOT_ATTEMPTED())
        if context.refused:
            self._refuse_finished(observation)

    def _refuse_finished(self, observation: wire.Observation) -> None:
        """End the check if the source calls a forbidden function, if one ran, or if the source hides what it calls."""
        context = self._context
        use = context.written()
        if use is None or use.hides:
            ran = _used(observation, context.refused)
            use = use if ran is None else Use(name=ran, line=0)
        if use is None:
            return
        what = learner.AN_OPTIMIZER() if use.name == OPTIMIZER_STEP else verbatim(f"`{use.name}`")
        used = what
        if use.line:
            used = learner.AT(what=what, place=feedback.place_of(context.where(use.line), use.code))
        if use.hides:
            said, step = learner.HIDING(task=context.task, used=used), learner.HIDING_NEXT()
        else:
            said, step = learner.REFUSED(task=context.task, used=used), learner.REFUSED_NEXT(used=what)
        raise CheckEnded("failed", Feedback(details=(said,), next_step=step, line=use.line or None), refused=True)

    def _missing(self, observation: wire.Observation) -> CheckEnded:
        context = self._context
        task, errors = context.task, context.load_errors()
        if errors:
            error = feedback.exception_of(errors[0], context.where)
            said = learner.MISSING_AFTER_ERROR(task=task, error=error)
            return _ended("error", said, learner.MISSING_AFTER_ERROR_NEXT(), line=errors[0].line)
        if context.left_out:
            return _ended("error", learner.MISSING_LEFT_OUT(task=task), learner.MISSING_LEFT_OUT_NEXT())
        close = closest(task, observation.defined, cutoff=0.7)
        said = learner.MISSING_MISSPELT(task=task, closest=close) if close else learner.MISSING(task=task)
        return _ended("error", said, learner.MISSING_NEXT(task=task))


def source_call(
    name: str,
    source: str | None,
    arguments: Sequence[Any],
    keywords: Mapping[str, Any] | None = None,
    *,
    seed: int,
    trace: bool = False,
) -> wire.Call:
    """Return a call of the function `name`: of the submission, or of a source that gets its module first.

    Raises `SuiteError` if an argument cannot be sent.
    """
    return wire.Call(
        nonce=0,  # the sandbox numbers it
        module="submission",
        name=name,
        probe=source,
        arguments=tuple(to_wire(argument) for argument in arguments),
        keywords={key: to_wire(value) for key, value in (keywords or {}).items()},
        backward=None,
        trace=trace,
        seed=seed,
    )


def _ended(
    status: Status, said: Sentence, step: Sentence | None = None, *, call: str = "", line: int | None = None
) -> CheckEnded:
    """Return the end of a check that compared nothing."""
    return CheckEnded(status, Feedback(call=call, details=(said,), next_step=step, line=line))


def _lost(shown: Shown, lost: CandidateLost) -> CheckEnded:
    if lost.reason == "timeout" and lost.waited is not None:
        said = learner.TIMEOUT_WAITING(limit=f"{lost.waited:.2g} s")
        return _ended("timeout", said, learner.TIMEOUT_WAITING_NEXT(), call=shown())
    if lost.reason == "timeout":
        return _ended("timeout", learner.TIMEOUT(limit=lost.detail), learner.TIMEOUT_NEXT(), call=shown())
    if lost.reason == "spent":
        return _ended("timeout", learner.SPENT(limit=lost.detail), learner.SPENT_NEXT(), call=shown())
    if lost.reason == "too much":
        return _ended("crashed", learner.TOO_MUCH(limit=lost.detail), learner.TOO_MUCH_NEXT(), call=shown())
    return _ended("crashed", learner.CRASHED(how=lost.detail), learner.CRASHED_NEXT(), call=shown())


def _must_work(shown: Shown, observation: wire.Observation) -> None:
    if observation.outcome == "missing":
        raise SuiteError(author.NOT_IN_REFERENCE(call=shown()))


_LACKS = ("module 'submission' has no attribute", "module '__main__' has no attribute")  # a script, a notebook


def _names_nothing(raised: wire.Raised) -> bool:
    return raised.type == "AttributeError" and raised.message.startswith(_LACKS)


def _is_todo(raised: wire.Raised) -> bool:
    """Say whether the student's own line raised the error. PyTorch raises it too, for example for meta tensors."""
    return raised.type == "NotImplementedError" and "raise" in raised.code


def _exception(context: Context, observation: wire.Observation) -> Sentence | None:
    """Return the exception of a call and its place, or `None` if the call raised nothing."""
    return None if observation.raised is None else feedback.exception_of(observation.raised, context.where)


def _used(observation: wire.Observation, patterns: tuple[str, ...]) -> str | None:
    """Return the first function, module or operation that ran and fits a pattern such as "*max_pool*"."""
    if OPTIMIZER_STEP in patterns and observation.optimizers:
        return OPTIMIZER_STEP
    operations = (name.rpartition("::")[2] for name in observation.operations)
    ran = chain(observation.functions, observation.modules, operations)
    return next((name.partition(".")[0] for name in ran if fits(name, patterns)), None)
