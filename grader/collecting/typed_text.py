"""Finds the code in text that a student typed into a platform's page, which downloads hold as HTML.

Tags are found by a pattern that reads each character once: the parser of the standard library takes minutes for some
pages of 100 kB. Nothing of a page is run or loaded.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Final

from grader.collecting.sources import Entry

_LIMIT: Final = 500_000  # bytes of a page; more is not looked at
_TAG: Final = re.compile(r"<(?:[!?]|/?([a-zA-Z][a-zA-Z0-9]*))[^<>]*>\n?")
_LINES: Final = frozenset({"br", "p", "div", "pre", "li", "tr", "blockquote", "body", "title", "h1", "h2", "h3", "h4"})
# What was written around the code, such as a greeting, ends where the first statement begins.
_FIRST: Final = re.compile(r"^(?:(?:import|from|def|class|async)\b|[#@])", re.MULTILINE)


def is_page(entry: Entry) -> bool:
    """Say whether a file can be text that was typed into a page."""
    return entry.name.lower().endswith((".html", ".htm")) and entry.size <= _LIMIT and entry.refused is None


def typed(entry: Entry) -> Entry:
    """Return the entry of a page as that of the code in it. Reading it raises what reading the page does."""
    return replace(entry, read=lambda: code_in(entry.read()))


def code_in(page: bytes) -> bytes:
    """Return the text of a page from its first statement on, as a script."""
    text = page.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = html.unescape(_TAG.sub(_line_end, text)).replace("\xa0", " ")
    first = _FIRST.search(text)
    return (text if first is None else text[first.start() :]).encode()


def _line_end(tag: re.Match[str]) -> str:
    """Return what stands in the text in place of a tag. A line that ends in the page too ends once."""
    inner = tag[0].endswith("\n")
    return "\n" if (tag[1] or "").lower() in _LINES or inner else ""
