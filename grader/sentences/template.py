"""Sentences as data: a template in English with named parameters, filled in and translated where it is read.

A catalog is a module of templates, one for each audience. What the kit has to say travels as a `Sentence`: a report
keeps it so. The code that shows it renders it, in the reader's language if there is a translation.

>>> GREETING = N_("Hello, {name}.")
>>> str(GREETING(name="Ana"))
'Hello, Ana.'
>>> FOUND = N_("{count} file was found.", "{count} files were found.")
>>> str(FOUND(count=2))
'2 files were found.'
"""

from __future__ import annotations

import functools
import string
from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

Translate: TypeAlias = Callable[[str, str, int], str]  # (singular, plural, count) -> template, as `ngettext` does


class Sentence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A template with its parameters. `plural` is used unless the parameter `count` is 1; "" means that there is none.

    A parameter may be a sentence itself. `str()` gives the English text.
    """

    template: str
    parameters: dict[str, str | int | float | Sentence] = {}
    plural: str = ""

    def text(self, translate: Translate | None = None) -> str:
        """Return the text. `translate`, if given, returns the template to use instead of each template.

        A template without parameters is shown as it is, braces included.
        """
        count = self.parameters.get("count", 1)
        number = count if isinstance(count, int) else 1
        if translate is not None:
            template = translate(self.template, self.plural or self.template, number)
        else:
            template = self.plural if self.plural and number != 1 else self.template
        if not self.parameters:
            return template
        filled = {k: v.text(translate) if isinstance(v, Sentence) else v for k, v in self.parameters.items()}
        return template.format(**filled)

    def __str__(self) -> str:
        return self.text()

    def __hash__(self) -> int:
        return hash((self.template, self.plural, frozenset(self.parameters.items())))


class Template:
    """A template of a catalog. Called with its parameters, it returns the sentence."""

    __slots__ = ("names", "plural", "text")

    def __init__(self, text: str, plural: str = "") -> None:
        self.text = text
        self.plural = plural
        self.names = frozenset(
            name for part in (text, plural) for _, name, *_ in string.Formatter().parse(part) if name
        )

    def __call__(self, **parameters: str | int | float | Sentence) -> Sentence:
        """Return the sentence with these parameters. Raises `TypeError` unless they are those of the template."""
        if parameters.keys() != self.names:
            raise TypeError(f"Cannot fill in {self.text!r} with {sorted(parameters)}: it takes {sorted(self.names)}.")
        return Sentence(self.text, parameters, self.plural)


def N_(text: str, plural: str = "") -> Template:
    """Return a template, and mark its text for extraction: this is the only name that the extraction looks for.

    `plural` is the text for every `count` but 1.
    """
    return Template(text, plural)


def joined(template: Template, phrases: Sequence[str | Sentence]) -> str | Sentence:
    """Return "a and b and c" from phrases, by a template that joins a `first` and a `second` one."""
    return functools.reduce(lambda first, second: template(first=first, second=second), phrases)


def verbatim(text: str) -> Sentence:
    """Return a sentence that is shown as it is: a text of the course, of Python or of PyTorch."""
    return Sentence(text)
