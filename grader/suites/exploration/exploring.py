"""Runs the programs of a domain on a submission and on the reference, and shrinks the first one that differs."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol, TypeVar

from grader import wire
from grader.sentences import Sentence, author, learner, verbatim
from grader.sentences import learner_steps as steps
from grader.suites.candidate import Candidate
from grader.suites.check_log import CheckLog, Exchange, Run
from grader.suites.exploration import leaving_out
from grader.suites.exploration.agreement import Disagreement, as_text, disagreement, first_result, is_legal
from grader.suites.exploration.choices import Repeated, simpler
from grader.suites.exploration.domain import Domain
from grader.suites.exploration.next_steps import step_for, without_a_zero
from grader.suites.exploration.programs import NAME, Program, kept, named, own_name, parsed, sides_of
from grader.suites.outcomes import CheckEnded, SuiteError
from grader.suites.value import Value

_AT_ONCE = 60  # programs in one message
_ROUNDS = 10  # of shrinking
_LINES_ROUNDS = 3  # of leaving out lines
_LOGGED = 6  # programs that differ, and as many that do not: at most, and one for each ten of the domain
# Kinds that concern one fact of a value. The value itself is not shown, so that its name is.
_FACTS = ("shape", "dtype", "attached", "detached", "aliases", "not_shared", "same_object", "new_object")

_T = TypeVar("_T")


class Reference(Protocol):
    """The reference solution. Its answers are `None` where its process was lost."""

    def answers(self, programs: Sequence[Program]) -> Sequence[wire.Observation | None]:
        """Return its answers to these programs. It may have given them before."""

    def answer_again(self, program: Program) -> wire.Observation | None:
        """Run a program once more, and return the answer."""


def explore(
    domain: Domain,
    programs: Sequence[Program],
    candidate: Candidate,
    reference: Reference,
    log: CheckLog,
    *,
    shrinking: bool = True,
) -> None:
    """Require that the submission does the same as the reference in each of `programs`.

    Programs that the contract does not speak of are left out. `log` gets all programs. Ends the check (`CheckEnded`)
    with the simplest program that differs; without `shrinking`, no simpler ones than these are tried. Raises
    `SuiteError` if all programs are left out, or if the reference does not give the same answer twice.
    """
    compared = _Comparison(domain, candidate, reference)
    tried = {one.program: one for one in compared.tried(programs)}
    for program, expected in zip(programs, reference.answers(programs), strict=True):
        got = tried[program].exchange.seen if program in tried else None
        log.note_run(Run(program=program, expected=expected, got=got))
    if not tried:
        raise SuiteError(author.NOTHING_LEGAL(task=domain.task, program=programs[0].text))
    differing = [one for one in tried.values() if one.difference is not None]
    if differing and not shrinking:
        simplest = min(differing, key=_size)
        compared.fails([simplest], simplest, [*tried.values()])
    if differing:
        shrunk = [compared.shrunk(min(differing, key=_size))]
        shown = compared.bare(shrunk[0])
        if _is_empty(shown):  # an empty tensor hides what is wrong, where others show it too
            full = [one for one in differing if one.is_like(shrunk[0]) and not _is_empty(one)]
            clearer = [compared.shrunk(min(full, key=_size), full=True)] if full else []
            for one in map(compared.bare, clearer):
                if one.program.size[0] <= shown.program.size[0] and not _is_empty(one):
                    shown, shrunk = one, [*shrunk, *clearer]
        compared.fails(shrunk, shown, [*tried.values()])


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """A program that both sides have run: what the submission did, and how it differs from the reference."""

    program: Program
    expected: wire.Observation
    exchange: Exchange
    difference: Disagreement | None

    def is_like(self, other: _Tried) -> bool:
        """Say whether both show the same failure: what differs, how, and with which exceptions."""
        mine, theirs = self.difference, other.difference
        return (
            mine is not None and theirs is not None and mine.symptom == theirs.symptom and self.raised == other.raised
        )

    def is_same(self, other: _Tried) -> bool:
        """Say whether both show the same failure with the same values."""
        mine, theirs = self.difference, other.difference
        if not self.is_like(other) or mine is None or theirs is None or mine.expected != theirs.expected:
            return False
        return mine.got == theirs.got or self.exchange.seen.raised is not None  # messages may hold random names

    @property
    def raised(self) -> list[str | None]:
        """The types of the exceptions that the reference and the submission raised."""
        return [None if seen.raised is None else seen.raised.type for seen in (self.expected, self.exchange.seen)]


def _is_empty(tried: _Tried) -> bool:
    """Say whether an argument is empty, or a shape has a size of 0."""
    facts = kept(tried.expected).values()
    arguments = [fact for fact in facts if isinstance(fact, wire.TensorFact | wire.ArrayFact)]
    return 0 in tried.program.sizes or any(0 in fact.shape for fact in arguments)


def _size(tried: _Tried) -> tuple[object, ...]:
    return tried.program.size


class _Comparison:
    """Compares a submission with the reference in the programs of one domain."""

    def __init__(self, domain: Domain, candidate: Candidate, reference: Reference) -> None:
        self._domain = domain
        self._candidate = candidate
        self._reference = reference

    def tried(self, programs: Sequence[Program]) -> list[_Tried]:
        """Run the programs on both sides, and return the legal ones."""
        answers = zip(programs, self._reference.answers(programs), strict=True)
        legal = [(p, seen) for p, seen in answers if seen is not None and is_legal(seen, self._domain.raises)]
        asked = [(self._domain.source(program), self._domain.shown(program)) for program, _ in legal]
        exchanges = self._candidate.run_each(NAME, asked, ({},)) if asked else []
        return [
            _Tried(program=program, expected=seen, exchange=got, difference=self._disagreement(program, seen, got.seen))
            for (program, seen), got in zip(legal, exchanges, strict=True)
        ]

    def shrunk(self, tried: _Tried, *, full: bool = False) -> _Tried:
        """Return a simpler program that differs in the same way, or the same one.

        With `full`, it has no empty tensor.
        """
        assert tried.difference is not None
        symptom = tried.difference.symptom
        known = {tried.program.text}
        for _ in range(_ROUNDS):
            attempts = self._attempts(tried.program, known)
            if not attempts:
                break
            found = [one for one in self.tried(attempts) if one.difference and one.difference.symptom == symptom]
            tried = min([tried, *(one for one in found if not (full and _is_empty(one)))], key=_size)
        return tried

    def _attempts(self, program: Program, known: set[str]) -> list[Program]:
        """Return simpler programs that were not tried yet, as many as one message takes. They become known."""
        attempts: list[Program] = []
        for choices in simpler(program.choices):
            attempt = self._domain.program(Repeated(choices))
            if attempt.size < program.size and attempt.text not in known:
                known.add(attempt.text)
                attempts.append(attempt)
                if len(attempts) == _AT_ONCE:
                    break
        return attempts

    def bare(self, shrunk: _Tried) -> _Tried:
        """Return the program without the lines that its failure does not need, or the same one."""
        tried = shrunk
        with contextlib.suppress(CheckEnded):  # the submission was lost in a shorter program
            tried = self._focused(tried)
            for program in leaving_out.without_try(tried.program):
                tried = min([tried, *self._like([program], tried)], key=_size)
            for program in leaving_out.unwrapped(tried.program, self._domain.helpers(tried.program.after[0])):
                alike = _Tried.is_like if tried.exchange.seen.raised else _Tried.is_same
                tried = next(iter(self._like([program], tried, alike)), tried)
            for _ in range(_LINES_ROUNDS):
                before = tried
                tried = self._fewer_lines(tried, leaving_out.after_call(tried.program))
                source = self._domain.source(tried.program)
                tried = self._fewer_lines(tried, leaving_out.before_call(tried.program, source), _Tried.is_same)
                simpler = [one for one in leaving_out.simpler_lines(tried.program) if one.size < tried.program.size]
                tried = min([tried, *self._like(simpler, tried, _Tried.is_same)], key=_size)
                if tried is before:
                    break
        if not self._is_stable(tried.program):
            return shrunk
        # Without the helper that gives a model its weights, an expected output has only its shape.
        helpers = [{*self._domain.helpers(one.program.text)} for one in (shrunk, tried)]
        return tried if helpers[0] <= helpers[1] else _by_shape(tried)

    def _fewer_lines(
        self, tried: _Tried, places: Sequence[int], alike: Callable[[_Tried, _Tried], bool] | None = None
    ) -> _Tried:
        """Return the program without some of the lines at these places, if the result is `alike`."""
        each = {leaving_out.without(tried.program, [place]): place for place in places}
        found = self._like([*each], tried, alike)
        spare = sorted(each[one.program] for one in found)
        several = [leaving_out.without(tried.program, heap) for heap in leaving_out.heaps(spare) if len(heap) > 1]
        return min([tried, *found, *self._like(several, tried, alike)], key=_size)

    def _focused(self, tried: _Tried) -> _Tried:
        """Return the program so that it observes only what differs. If it raises, it ends where it does."""
        assert tried.difference is not None
        program, found = tried.program, tried.difference
        if found.kind not in ("raised", "raises"):
            return next(iter(self._like(leaving_out.observing_only(program, found), tried)), tried)
        cut, single = leaving_out.up_to_an_error(program), leaving_out.one_by_one(program)
        differing = {one.program: one for one in self._set_up([*cut, *single]) if one.difference is not None}
        ending = [differing[p] for p in cut if p in differing and differing[p].raised == tried.raised]
        # The error may come from an expression that reads the result. One that differs without an error says more.
        reading = sorted((differing[p] for p in single if p in differing), key=lambda one: one.raised != [None, None])
        return next(iter([*ending, *reading]), tried)

    def _like(
        self, programs: Sequence[Program], tried: _Tried, alike: Callable[[_Tried, _Tried], bool] | None = None
    ) -> list[_Tried]:
        """Run programs, and return those with the same failure."""
        return [one for one in self._set_up(programs) if (alike or _Tried.is_like)(one, tried)]

    def _set_up(self, programs: Sequence[Program]) -> list[_Tried]:
        """Run programs, and return those whose set-up runs."""
        whole = [program for program in programs if parsed(program.text).body]  # not a loop without its body
        return [one for one in self.tried(whole) if "" in kept(one.expected)] if whole else []

    def fails(self, shrunk: Sequence[_Tried], shown: _Tried, tried: Sequence[_Tried]) -> NoReturn:
        """End the check with the program `shown` as its feedback, which was made from one of those that were `shrunk`.

        A mistake that explains this program alone may be another one. So the log gets those with more lines, and some
        of the programs that were `tried`: some that differ, and some that do not.
        """
        self._require_stable(shrunk[0].program)
        program, found = shown.program, shown.difference
        assert found is not None
        observed = self._candidate.observed(shown.exchange, self._domain.shown(program), ({},))
        self._candidate.note([one.exchange for one in shrunk])
        most = min(_LOGGED, max(1, self._domain.slots // 10))  # where one takes long, each misconception does too
        for differs in (True, False):
            alike = sorted((one for one in tried if (one.difference is not None) == differs), key=_size)
            self._candidate.note([one.exchange for one in _spread(alike, most)])
        step = None if self._domain.hint is not None else self._next_step(shown, tried)
        if found.kind == "raised":
            observed.returned(_named(found, program), next_step=step)
        got = self._sides(shown) or found.got
        Value(observed, _shown_name(found, program), None).fails(found.expected, got, found.kind, next_step=step)

    def _sides(self, shown: _Tried) -> Sentence | None:
        """Return both sides of what was compared and is false, or `None` if it is no comparison."""
        found = shown.difference
        sides = sides_of(found.name) if found is not None and found.facts == (True, False) else None
        if sides is None:
            return None
        with contextlib.suppress(CheckEnded):
            for one in self.tried([dataclasses.replace(shown.program, observed=sides)]):
                shown_sides = [as_text(fact) for fact in named(one.exchange.seen.result).values()]
                # An answer that was made up may have any number of values.
                if len(shown_sides) == len({*shown_sides}) == 2:
                    return learner.FALSE_OF(left=shown_sides[0], right=shown_sides[1])
        return None

    def _next_step(self, shown: _Tried, tried: Sequence[_Tried]) -> Sentence | None:
        assert shown.difference is not None
        step = step_for(
            shown.program,
            shown.difference,
            shown.expected,
            shown.exchange.seen,
            raises=self._domain.raises,
            none_is_right=any(first_result(one.expected) is None for one in tried if one.expected.raised is None),
        )
        if step == steps.PRINT_EACH():
            with contextlib.suppress(CheckEnded):
                changed = without_a_zero(shown.program, shown.difference, [one.program for one in tried])
                if any(one.difference is None for one in self._set_up(changed)):
                    return steps.ZERO()
        return step

    def _require_stable(self, program: Program) -> None:
        """Raise `SuiteError` if the reference differs from itself: then the domain is at fault."""
        if not self._is_stable(program):
            raise SuiteError(author.REFERENCE_VARIES(task=self._domain.task, program=program.text))

    def _is_stable(self, program: Program) -> bool:
        before, again = self._reference.answers([program])[0], self._reference.answer_again(program)
        assert before is not None
        free, raises = self._domain.free, self._domain.raises
        return again is not None and disagreement(program, before, again, free=free, raises=raises) is None

    def _disagreement(self, program: Program, expected: wire.Observation, got: wire.Observation) -> Disagreement | None:
        return disagreement(
            program,
            expected,
            got,
            free=self._domain.free,
            raises=self._domain.raises,
            error=self._candidate.exception_of(got),
        )


def _by_shape(tried: _Tried) -> _Tried:
    """Return a program that raises, with the shape of the expected tensor instead of its values."""
    found, value = tried.difference, first_result(tried.expected)
    if found is None or found.kind != "raised" or not isinstance(value, wire.TensorFact):
        return tried
    shape = learner.SHAPE(shape=str(value.shape))
    return dataclasses.replace(tried, difference=dataclasses.replace(found, expected=shape))


def _shown_name(found: Disagreement, program: Program) -> str | Sentence:
    """Return the name of what differs as the student reads it. Where only a fact differs, the result has one too."""
    if found.of in program.given and found.kind != "modified":
        return learner.AFTERWARDS(name=found.name)
    if found.name == "result" and found.kind in _FACTS:
        return verbatim(found.name)
    return own_name(found.of, found.name)


def _named(found: Disagreement, program: Program) -> Sentence | str:
    """Return what was expected of a program that raised, with its name unless it is the result of the call."""
    if found.name != "result":
        return learner.OF(name=found.name, what=found.expected)
    return learner.NO_ERROR(code=program.after[-1]) if len(program.after) > 1 else found.expected


def _spread(items: Sequence[_T], most: int) -> list[_T]:
    """Return at most `most` items: the first ones of equally long parts.

    >>> _spread("abcdef", 3)
    ['a', 'c', 'e']
    """
    count = min(most, len(items))
    return [items[n * len(items) // count] for n in range(count)]
