"""A domain: all the programs that a task must be right for. The decorator `domain` makes one, and a check of it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.sentences import author
from grader.suites.exploration.agreement import FREE, Free
from grader.suites.exploration.choices import Choices, Stratified
from grader.suites.exploration.pick import Pick
from grader.suites.exploration.programs import Program
from grader.suites.outcomes import SuiteError
from grader.suites.suite import check, is_shared, source_of

_NAME = re.compile(r"[A-Za-z_]\w*")
_LONGEST = 10  # lines of a definition that is shown although students have it


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
    _texts: dict[str, str] = field(default_factory=dict, init=False, repr=False)

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
            self._sources[text] = "\n\n".join([*(source_of(self.known[name]) for name in self.helpers(text)), text])
        return self._sources[text]

    def shown(self, program: Program) -> str:
        """Return the program as a student reads it, after the shared definitions that it uses.

        Of a long definition in the public suite, which students have, there is only the place.
        """
        if program.text in self._texts:
            return self._texts[program.text]
        definitions: dict[str, str] = {}
        for name in self.helpers(program.text):
            path = Path(inspect.getsourcefile(self.known[name]) or "")
            own = _definitions(source_of(self.known[name]))
            lines = sum(text.count("\n") + 1 for text in own.values())
            if path.parent.name == "public" and lines > _LONGEST:
                own = {name: f"# {name}: see {'/'.join(path.parts[-3:])}"}
            definitions |= own
        self._texts[program.text] = "\n".join([*definitions.values(), program.text])
        return self._texts[program.text]

    def helpers(self, text: str) -> list[str]:
        """Return the names of the shared definitions that a text uses."""
        return [name for name in dict.fromkeys(_NAME.findall(text)) if is_shared(self.known.get(name))]


def _definitions(source: str) -> dict[str, str]:
    """Return the definitions in a source by their names, without docstrings."""
    found: dict[str, str] = {}
    for definition in ast.parse(source).body:
        for part in ast.walk(definition):
            if isinstance(part, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(part) and len(part.body) > 1:
                del part.body[0]
        assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
        found[definition.name] = ast.unparse(definition).replace("\n\n", "\n")
    return found


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
