"""The reader's language, chosen in one place: gettext's catalogs, if there are any for it; else English.

A translation of the catalog for learners into Portuguese is the file `locale/pt/LC_MESSAGES/learner.mo` beside this
module. `make messages` writes the templates (`.pot`) that translators start from.
"""

from __future__ import annotations

import functools
import gettext
import os
import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Final

from grader.sentences.template import Sentence, Translate

CATALOGS: Final = ("learner", "instructor", "author")
LOCALE = Path(__file__).with_name("locale")
_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # gettext's, the first that is set counts
_ENGLISH: Final = re.compile(r"en(?![a-z])|C(?![a-z])|POSIX")


def languages(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the languages that the reader likes better than English, the best first.

    They are those of GRADER_LANG, which is written as LANGUAGE is ("pt_BR:pt"), else those of the system.
    """
    values = [environment.get(name, "") for name in ("GRADER_LANG", *_VARIABLES)]
    wanted = next((value for value in values if value), "").split(":")
    return tuple(takewhile(lambda language: not _ENGLISH.match(language), filter(None, wanted)))


def translation() -> Translate | None:
    """Return the function that translates templates into the reader's language. None: they stay as they are."""
    return _translation(LOCALE, languages()) if _has_any(LOCALE) else None


@functools.cache
def _has_any(locale: Path) -> bool:
    """Say whether there are translations. Without any, the language need not be looked up for each sentence."""
    return locale.is_dir()


def language() -> str:
    """Return the language of the rendered sentences, as HTML names it: "en" or "pt-BR"."""
    return "en" if translation() is None else languages()[0].partition(".")[0].replace("_", "-")


def render(sentence: Sentence) -> str:
    """Return the text of a sentence in the reader's language."""
    return sentence.text(translation())


@functools.lru_cache
def _translation(locale: Path, wanted: tuple[str, ...]) -> Translate | None:
    found: gettext.NullTranslations | None = None
    for name in CATALOGS:
        if not gettext.find(name, locale, list(wanted)):
            continue
        catalog = gettext.translation(name, locale, list(wanted))
        if found is None:
            found = catalog
        else:
            found.add_fallback(catalog)  # it is asked for what the catalogs before it lack
    return None if found is None else functools.partial(_translate, found)


def _translate(catalogs: gettext.NullTranslations, singular: str, plural: str, count: int) -> str:
    if not singular:  # gettext answers with the header of the file
        return ""
    return catalogs.gettext(singular) if plural == singular else catalogs.ngettext(singular, plural, count)
