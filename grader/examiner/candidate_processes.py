"""The processes that answer a check's calls.

One runs the submission, and is restarted if it is lost. The other runs the kit's own variants.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from grader import wire
from grader.records import Feedback, Status, Submission
from grader.sandbox import AnyServer, Budget, CandidateLost, Process
from grader.sentences import Sentence, author, learner
from grader.suites import feedback
from grader.suites.outcomes import CheckEnded, SuiteError

_TIMEOUTS_PER_TASK = 2
_CRASHES_PER_TASK = 4
_RESTARTS = 30  # enough for five tasks that use up both


class SubmissionProcess:
    """A submission in the sandbox. It is loaded before its first call, and again if its process was lost.

    `loaded` is what was observed while the submission was loaded. `unloadable` is how every check ends if it cannot be
    loaded. `withheld` are the things that it asked for and that the sandbox does not give. `budget` limits the time and
    the answers of the whole submission.
    """

    def __init__(self, server: AnyServer, submission: Submission, budget: Budget | None = None) -> None:
        if submission.source is None:
            raise ValueError(f"Cannot examine {submission.path!r}: it has no source.")
        self._server = server
        self._submission = submission
        self._budget = budget
        self._process: Process | None = None
        self._restarts = 0
        self._timeouts: Counter[str] = Counter()
        self._crashes: Counter[str] = Counter()
        self.loaded: wire.Loaded | None = None
        self.unloadable: tuple[Status, Feedback] | None = None
        self.withheld: set[str] = set()

    def close(self) -> None:
        """End the candidate's process."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def load(self) -> None:
        """Load the submission, unless it is loaded. Ends the check if that is not possible."""
        if self.unloadable is not None:
            raise CheckEnded(*self.unloadable)
        if self._process is not None:
            return
        if self._restarts > _RESTARTS:
            raise _not_run("crashed", learner.TOO_MANY_RESTARTS())
        self._restarts += 1
        process = self._server.spawn()
        process.budget = self._budget
        source = self._submission.source or ""
        file = f"{self._submission.exercise}.py"
        try:
            self.loaded = process.load(
                module="submission", filename=file, source=source, main=_is_notebook(self._submission)
            )
        except CandidateLost as lost:
            end = self.unloadable = _unloadable(lost, notebook=_is_notebook(self._submission))
            raise CheckEnded(*end) from None
        self.withheld |= set(self.loaded.withheld)
        self._process = process

    def asker(self, task: str) -> Callable[[wire.Call], wire.Observation]:
        """Return the function that makes the calls of a check of `task`.

        It raises `CandidateLost`, or ends the check.
        """

        def ask(call: wire.Call) -> wire.Observation:
            process = self._ready(task)
            try:
                seen = process.call(msgspec.structs.replace(call, nonce=secrets.randbits(63)))
            except CandidateLost as lost:
                self._process = None
                self._timeouts[task] += lost.reason == "timeout"
                self._crashes[task] += lost.reason == "crashed"
                raise
            self.withheld |= set(seen.withheld)
            return seen

        return ask

    def asker_of_several(self, task: str) -> Callable[[Sequence[wire.Call]], tuple[wire.Observation, ...]]:
        """Return the function that makes several calls of a check of `task` with one message.

        It raises `CandidateLost`, or ends the check.
        """

        def ask(calls: Sequence[wire.Call]) -> tuple[wire.Observation, ...]:
            process = self._ready(task)
            each = wire.CallEach(nonce=secrets.randbits(63), calls=tuple(calls), modules=("submission",))
            try:
                observations = process.call_each(each)
                if len(observations) != len(calls):
                    process.end()
                    raise CandidateLost("crashed", learner.OTHER_ANSWER())
            except CandidateLost:
                self._process = None  # the calls are made again one by one, and the one that is to blame is counted
                raise
            self.withheld |= {name for seen in observations for name in seen.withheld}
            return observations

        return ask

    def answer_again(self, task: str, budget: Budget, call: wire.Call) -> wire.Observation | None:
        """Make a call again, to name a mistake of `task`.

        Returns `None` if the process is lost or `budget` is used up.
        """
        if budget.used_up:
            return None
        self._budget = budget
        if self._process is not None:
            self._process.budget = budget
        try:
            return self.asker(task)(call)
        except (CandidateLost, CheckEnded):
            return None

    def _ready(self, task: str) -> Process:
        """Return the process with the submission loaded. Ends the check if it may not be asked."""
        if self._timeouts[task] >= _TIMEOUTS_PER_TASK:
            raise CheckEnded("timeout", Feedback(details=(learner.TIMEOUT_AGAIN(task=task),)))
        if self._crashes[task] >= _CRASHES_PER_TASK:
            raise CheckEnded("crashed", Feedback(details=(learner.CRASHED_AGAIN(task=task),)))
        self._require_budget()
        self.load()
        assert self._process is not None
        return self._process

    def _require_budget(self) -> None:
        """End the check if the budget of the submission is used up."""
        if self._budget is None:
            return
        if self._budget.seconds <= 0:
            limit = f"{self._budget.whole:g} s"
            raise _not_run("timeout", learner.SPENT_BEFORE(limit=limit), learner.SPENT_NEXT())
        if self._budget.answers <= 0:
            limit = f"{self._budget.most / 2**20:.3g} MiB"
            raise _not_run("crashed", learner.TOO_MUCH_BEFORE(limit=limit), learner.TOO_MUCH_NEXT())


def _not_run(status: Status, said: Sentence, step: Sentence | None = None) -> CheckEnded:
    return CheckEnded(status, Feedback(details=(said,), next_step=step, not_run=True))


def _unloadable(lost: CandidateLost, *, notebook: bool) -> tuple[Status, Feedback]:
    """Return how every check ends if the submission was lost while it was loaded."""
    status: Status = "timeout"
    if lost.reason == "spent":
        said, step = learner.LOAD_SPENT(limit=lost.detail), learner.SPENT_NEXT()
    elif lost.reason == "timeout":
        said = learner.LOAD_TIMEOUT(limit=lost.detail)
        step = learner.LOAD_TIMEOUT_NEXT_CELL() if notebook else learner.LOAD_TIMEOUT_NEXT()
    elif lost.reason == "too much":
        status, said, step = "crashed", learner.LOAD_TOO_MUCH(limit=lost.detail), learner.TOO_MUCH_NEXT()
    else:
        status, said, step = "crashed", learner.LOAD_CRASHED(how=lost.detail), learner.LOAD_CRASHED_NEXT()
    return status, Feedback(details=(said,), next_step=step)


def _is_notebook(submission: Submission) -> bool:
    """Say whether the submission was a notebook, where `__name__` is `"__main__"`. A script is graded as an import."""
    return bool(submission.spans)


class ReferenceProcess:
    """The kit's own implementations, references and misconceptions, observed as submissions are.

    They share one process, which is not the process of any submission. Each is a module in it.
    """

    def __init__(self, server: AnyServer) -> None:
        self._server = server
        self._process: Process | None = None
        self._loaded: set[str] = set()
        self._lost: set[str] = set()
        self._one_by_one: set[tuple[str, str]] = set()
        self._naming: Budget | None = None

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.end()
            self._process = None
        self._loaded.clear()

    def forgive(self, naming: Budget | None = None) -> None:
        """Use implementations again that were lost.

        It is called before each submission, so that one submission does not change the feedback of another. For the
        same reason a process that is old is replaced.

        `naming` limits the time in which the mistakes of the next submission are named.
        """
        self._lost.clear()
        self._naming = naming
        if self._process is not None and self._process.is_old:
            self.close()

    @property
    def lost(self) -> frozenset[str]:
        """The implementations that are not asked any more for this submission."""
        return frozenset(self._lost)

    @property
    def out_of_time(self) -> bool:
        """Whether the time for naming the mistakes of this submission is used up."""
        return self._naming is not None and self._naming.used_up

    def observe(self, call: wire.Call, *, module: str, source: str) -> wire.Observation | None:
        """Make a call to the implementation `source`, loaded as `module`.

        Returns `None` if the process is lost in the call.

        An implementation that was lost in a new process is not called again, because the call would only take time.
        """
        return self._observe(call, module, source, None)

    def _observe(self, call: wire.Call, module: str, source: str, budget: Budget | None) -> wire.Observation | None:
        while module not in self._lost and (budget is None or not budget.used_up):
            fresh = self._process is None
            try:
                return self._ask(call, module, source, budget)
            except CandidateLost:
                self.close()
                if fresh:
                    self._lost.add(module)
        return None

    def observe_all(self, calls: Sequence[wire.Call], *, module: str, source: str) -> list[wire.Observation | None]:
        """Make several calls to one implementation with one message, or one by one if the process is lost.

        An answer is `None` if the process is lost in the call.
        """
        try:
            process = self._ready({module: source}, None)
            each = wire.CallEach(nonce=secrets.randbits(63), calls=tuple(calls), modules=(module,))
            observations = process.call_each(each)
            if len(observations) == len(calls):
                return list(observations)
        except CandidateLost:
            pass
        self.close()
        answers = []
        for call in calls:
            answers.append(self.observe(call, module=module, source=source))
            self._lost.discard(module)  # the next program may work
        return answers

    def observe_each(self, call: wire.Call, sources: Mapping[str, str]) -> dict[str, wire.Observation | None]:
        """Make a call to several implementations, which are given by module name, as `observe` does.

        One request calls them all, which takes a third of the time. If one of them is lost in the call, or all together
        take too long, then each is called alone, now and in later calls of that function. When the time for naming the
        mistakes of a submission is used up, the answers are `None`.
        """
        budget = self._naming
        if budget is not None and budget.used_up:
            return dict.fromkeys(sources)
        asked = [module for module in sources if module not in self._lost]
        key = (asked[0].partition(".")[0], call.name) if len(asked) > 1 else None
        if key is not None and key not in self._one_by_one:
            try:
                process = self._ready(sources, budget)
                each = wire.CallEach(nonce=secrets.randbits(63), calls=(call,), modules=tuple(asked))
                return {**dict.fromkeys(sources), **dict(zip(asked, process.call_each(each), strict=True))}
            except (CandidateLost, ValueError):
                self.close()
                self._one_by_one.add(key)
        return {module: self._observe(call, module, source, budget) for module, source in sources.items()}

    def _ask(self, call: wire.Call, module: str, source: str, budget: Budget | None) -> wire.Observation:
        process = self._ready({module: source}, budget)
        return process.call(msgspec.structs.replace(call, module=module, nonce=secrets.randbits(63)))

    def _ready(self, sources: Mapping[str, str], budget: Budget | None) -> Process:
        """Return the process with these modules loaded. Its next answers are charged to `budget`."""
        if self._process is None:
            self._process = self._server.spawn()
        self._process.budget = budget
        for module, source in sources.items():
            if module not in self._loaded:
                loaded = self._process.load(module=module, filename=f"{module}.py", source=source)
                if loaded.errors:
                    raise SuiteError(author.NOT_LOADED(module=module, error=feedback.error_name(loaded.errors[0])))
                self._loaded.add(module)
        return self._process
