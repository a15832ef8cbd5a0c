"""The catalog for learners: one voice, whole sentences, and gaps that a translation can move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from types import ModuleType

from grader.sentences import (
    Template,
    learner,
    learner_files,
    learner_python_errors,
    learner_steps,
    learner_torch_errors,
)

STEPS = (learner_steps, learner_torch_errors, learner_python_errors)
CATALOGS = (learner, learner_files, *STEPS)


def templates(catalog: ModuleType) -> Iterator[tuple[str, Template]]:
    """Yield the templates of a catalog, each with its name."""
    for name, found in vars(catalog).items():
        if isinstance(found, Template):
            yield name, found
        elif isinstance(found, dict) and name.isupper():
            yield from ((f"{name}[{key}]", template) for key, template in found.items())


ALL = {f"{catalog.__name__.rpartition('.')[2]}.{name}": t for catalog in CATALOGS for name, t in templates(catalog)}
TEXTS = [text for template in ALL.values() for text in (template.text, template.plural) if text]
OF_STEPS = tuple(f"{catalog.__name__.rpartition('.')[2]}." for catalog in STEPS)
NEXT_STEPS = {
    name: t.text for name, t in ALL.items() if name.startswith(OF_STEPS) or re.search(r"_NEXT(_CELL)?$", name)
}


def test_the_catalogs_are_read() -> None:
    """The rules below are asked of real sentences."""
    assert len(ALL) > 250 and "learner_steps.BY_KIND[shape]" in ALL


def test_every_next_step_reads_on_after_next() -> None:
    """It begins small, after "Next:", and ends as a sentence."""
    steps = NEXT_STEPS.values()
    assert [step for step in steps if not re.match(r"[a-z`]|NumPy|PyTorch", step) or step[-1] not in ".?)"] == []


def test_no_sentence_doubles_its_blanks_or_leaves_backticks_open() -> None:
    """Sentences that are written on several lines of code read as one."""
    assert [text for text in TEXTS if "  " in text or text.strip() != text or text.count("`") % 2] == []


def test_every_gap_of_a_sentence_has_a_name_and_no_format() -> None:
    """A translation can move it, and a program in another language can fill it in."""
    gaps = [(text, gap[1:]) for text in TEXTS for gap in Formatter().parse(text) if gap[1] is not None]
    assert [text for text, (name, form, conversion) in gaps if not name.isidentifier() or form or conversion] == []


def test_what_has_a_plural_is_told_the_count() -> None:
    """`count` chooses between the two forms."""
    assert [name for name, template in ALL.items() if template.plural and "count" not in template.names] == []
