"""The reader's language is chosen in one place, and a second language is a second set of gettext's catalogs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from typer.testing import CliRunner

from grader.cli import app
from grader.sentences import Sentence, author, learner_commands, verbatim
from grader.sentences.languages import language, languages, render, translation

TRANSLATIONS: dict[str, dict[str | tuple[str, str], str | tuple[str, str]]] = {
    "learner": {
        learner_commands.NO_TASK.text: "A tarefa {name!r} não existe em {exercise}. {cure}",
        learner_commands.DID_YOU_MEAN.text: "Você quis dizer {name!r}?",
    },
    "author": {
        (author.BUILT.text, author.BUILT.plural): ("{count} arquivo, {written}.", "{count} arquivos, {written}.")
    },
}


@pytest.fixture
def portuguese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a small Portuguese translation in a temporary folder, and ask for it."""
    folder = tmp_path / "pt" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for name, texts in TRANSLATIONS.items():
        catalog = Catalog(locale="pt_BR")
        for text, translated in texts.items():
            catalog.add(text, translated)
        with open(folder / f"{name}.mo", "wb") as file:
            write_mo(file, catalog)
    monkeypatch.setattr("grader.sentences.languages.LOCALE", tmp_path)
    monkeypatch.setenv("GRADER_LANG", "pt_BR")


def test_a_command_answers_in_the_readers_language(portuguese: None) -> None:
    """An error of a command is translated, and so is the sentence inside it."""
    done = CliRunner().invoke(app, ["hint", "07.minimise"])
    assert done.exit_code == 2
    assert "grader: A tarefa 'minimise' não existe em 07_autograd. Você quis dizer 'minimize'?" in done.output


def test_what_has_no_translation_stays_in_english(portuguese: None) -> None:
    """A sentence that the translation lacks, the empty text, and a text that is shown as it is, stay as they are."""
    assert render(learner_commands.HINT_OF_EXERCISE(name="07")).startswith("Cannot give a hint for '07'")
    assert render(verbatim("")) == "" and render(verbatim("{as it is}")) == "{as it is}"


def test_a_page_names_the_language_of_its_sentences(portuguese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named as HTML does; without a translation, it is English."""
    assert language() == "pt-BR"
    monkeypatch.setenv("GRADER_LANG", "fr_FR.UTF-8")
    assert language() == "en"


@pytest.mark.parametrize(("count", "said"), [(1, "1 arquivo, 0."), (2, "2 arquivos, 0.")])
def test_a_translation_has_its_own_plural(portuguese: None, count: int, said: str) -> None:
    """The language's own rule says which of its forms a count takes, in every catalog that there is."""
    assert render(author.BUILT(count=count, written=0)) == said


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, ()),
        ({"LANG": "pt_BR.UTF-8"}, ("pt_BR.UTF-8",)),
        ({"LANG": "fr", "LANGUAGE": "pt_BR:pt"}, ("pt_BR", "pt")),
        ({"LANG": "fr", "LC_ALL": "de"}, ("de",)),
        ({"LANG": "fr", "GRADER_LANG": "pt"}, ("pt",)),
        ({"LANG": "fr", "GRADER_LANG": ""}, ("fr",)),
        ({"LANG": "pt", "GRADER_LANG": "en"}, ()),
        ({"LANGUAGE": "pt:en_US:fr"}, ("pt",)),
        ({"LANG": "C.UTF-8"}, ()),
        ({"LC_ALL": "POSIX", "LANG": "pt"}, ()),
        ({"LANG": "enm"}, ("enm",)),
    ],
)
def test_the_language_is_chosen_as_gettext_does(environment: Mapping[str, str], wanted: tuple[str, ...]) -> None:
    """GRADER_LANG counts first, then gettext's variables. What comes after English is not wanted."""
    assert languages(environment) == wanted


def test_without_a_catalog_everything_is_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A language for which there is no catalog is no error."""
    monkeypatch.setattr("grader.sentences.languages.LOCALE", tmp_path)
    monkeypatch.setenv("GRADER_LANG", "pt_BR")
    assert translation() is None
    assert render(Sentence("{a}", {"a": 1})) == "1"
