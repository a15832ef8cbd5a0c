"""A domain: all the programs that a task must be right for. The decorator `domain` makes one, and a check of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.sentences import author
from grader.suites.exploration.agreement import FREE, Free
from grader.suites.exploration.choices import Choices, Stratified
from grader.suites.exploration.pick import Pick
from grader.suites.exploration.programs import Program
from grader.suites.outcomes import SuiteError
from grader.suites.suite import check, is_shared, source_of

_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, kw_only=True)
class Domain:
    """What programs a task must be right for, and what its contract leaves free.

    `build` makes the choices of one program. `free` are names in `agreement.FREE`. `raises` are the exceptions that the
    contract names. `slots` is how many programs one submission is asked. `hint` is the check's next step. `known` are
    the names of the suite, in which shared definitions are looked up.
    """

    task: str
    build: Callable[[Pick], object]
    free: tuple[Free, ...] = ()
    raises: tuple[str, ...] = ()
    slots: int = 40
    hint: str | None = None
    known: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _sources: dict[str, str] = field(default_factory=dict, init=False, repr=False)  # by the text of the program

    def program(self, choices: Choices) -> Program:
        """Return the program that these choices give. Raises `SuiteError` if it makes no call."""
        pick = Pick(self.task, choices)
        self.build(pick)
        program = pick.program()
        if not program.after:
            raise SuiteError(author.DOMAIN_WITHOUT_CALL(task=self.task))
        return program

    def drawn(self, slot: int, seed: int) -> Program:
        """Return the program number `slot`, with the details that `seed` gives."""
        return self.program(Stratified(self.task, slot=slot, slots=self.slots, seed=seed))

    def source(self, program: Program) -> str:
        """Return the source that runs a program, after the shared definitions that it uses."""
        text = program.source
        if text not in self._sources:
            used = [name for name in dict.fromkeys(_NAME.findall(text)) if is_shared(self.known.get(name))]
            self._sources[text] = "\n\n".join([*(source_of(self.known[name]) for name in used), text])
        return self._sources[text]


def domain(
    task: str,
    *,
    points: float,
    free: Sequence[Free] = (),
    raises: Sequence[str] = (),
    programs: int = 40,
    hint: str | None = None,
) -> Callable[[Callable[[Pick], object]], Callable[..., None]]:
    """Return a decorator that makes a test function a check of `task` which tries many programs.

    The function gets a `Pick`, and builds one program with it. Many programs are run by the submission and by the
    reference. If they disagree, the check fails, and the student reads the simplest program that shows it. The check
    comes last: it requires all other checks of its task.

    `free` names what the contract leaves open: "requires_grad", "memory" (the result may be an argument or share its
    memory), "edited", "none_grad" (a gradient may be None or zeros), "gradients", "mode", "generators", "dtype".
    `raises` are the exceptions that the contract names. A program for which the reference raises another one is left
    out. `programs` is how many a submission is asked: fewer where one takes long. `points` and `hint` are those of
    `check`.

    Raises `SuiteError` for an unknown `free`, and for negative points.

    >>> @domain("double", points=0.5, free=["memory"])
    ... def test_any_tensor(pick):
    ...     "Any tensor is doubled."
    ...     pick.call(f"double({pick.tensor('x', pick.shape())})")
    """
    unknown = [name for name in free if name not in FREE]
    if unknown:
        raise SuiteError(author.BAD_FREE(task=task, free=unknown[0], known=", ".join(FREE)))

    def decorate(build: Callable[[Pick], object]) -> Callable[..., None]:
        described = Domain(
            task=task,
            build=build,
            free=tuple(free),
            raises=tuple(raises),
            slots=programs,
            hint=hint,
            known=build.__globals__,
        )

        def test(explore: Callable[[Domain], None]) -> None:
            explore(described)

        test.__name__, test.__qualname__, test.__doc__ = build.__name__, build.__qualname__, build.__doc__
        test.__module__ = build.__module__
        test.__dict__["domain"] = described
        return check(task, points=points, hint=hint)(test)

    return decorate
