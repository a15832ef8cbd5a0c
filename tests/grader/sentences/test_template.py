"""Sentences are data until somebody reads them."""

from __future__ import annotations

import doctest

import msgspec
import pytest

from grader.sentences import N_, Sentence, template, verbatim

MISSING = N_("There is no `{name}` in {where}.")
FOUND = N_("{count} file was found.", "{count} files were found.")
PORTUGUESE = {"There is no `{name}` in {where}.": "Não há `{name}` em {where}.", "line {line}": "linha {line}"}


def portuguese(singular: str, plural: str, count: int) -> str:
    return PORTUGUESE.get(singular, singular if count == 1 else plural)


def test_the_examples_run() -> None:
    """The module's own examples are true."""
    assert doctest.testmod(template).failed == 0 and doctest.testmod(template).attempted > 0


def test_a_sentence_is_translated_with_the_sentences_inside_it() -> None:
    """Parameters stay as they are; inner sentences are translated too."""
    said = MISSING(name="relu", where=N_("line {line}")(line=3))
    assert str(said) == "There is no `relu` in line 3."
    assert said.text(portuguese) == "Não há `relu` em linha 3."


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 files were found."), (1, "1 file was found."), (2, "2 files were found.")]
)
def test_the_count_chooses_the_plural(count: int, text: str) -> None:
    """One is singular, in English; a translation is asked for both forms."""
    assert str(FOUND(count=count)) == text
    assert FOUND(count=count).text(portuguese) == text


@pytest.mark.parametrize("parameters", [{}, {"name": "x"}, {"name": "x", "where": "y", "more": "z"}])
def test_parameters_must_be_those_of_the_template(parameters: dict[str, str]) -> None:
    """A forgotten or a misspelt parameter is found where the sentence is made, not where it is shown."""
    with pytest.raises(TypeError, match=r"Cannot fill in .* it takes \['name', 'where'\]"):
        MISSING(**parameters)


def test_other_text_is_shown_as_it_is() -> None:
    """Braces in a text of the course or of Python are no parameters."""
    assert str(verbatim("{x} {")) == "{x} {"
    assert str(MISSING(name="{x}", where="{")) == "There is no `{x}` in {."


def test_a_sentence_survives_json() -> None:
    """A report keeps sentences, and reads them back."""
    said = MISSING(name="relu", where=N_("line {line}")(line=3))
    assert msgspec.json.decode(msgspec.json.encode(said), type=Sentence) == said
