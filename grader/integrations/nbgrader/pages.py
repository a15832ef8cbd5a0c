"""Cleans students' HTML before a feedback page or formgrader shows it.

nbconvert's own cleaning (`HTMLExporter.sanitize_html`) misses the text cells of nbgrader's pages, and removes the
styles of the kit's panels elsewhere. So a course that the kit creates also uses these two filters. They remove scripts,
forms, frames and event handlers, and keep text, tables and pictures.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping
from typing import Any, Final

import jinja2
from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_TAGS: Final = frozenset(
    "a abbr acronym b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup "
    "table tbody td tfoot th thead tr tt u ul var".split()
)
_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "*": frozenset({"align", "class", "id", "style", "title", "valign", "role", "aria-label"}),
    "a": frozenset({"href", "name"}),
    "img": frozenset({"alt", "height", "src", "width"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "ol": frozenset({"start", "type"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
}
# Styles that cannot place one element over another: a student's text must not look like a part of the page.
_STYLES: Final = frozenset(
    "background-color border border-collapse border-color border-radius color display font font-family font-size "
    "font-style font-weight height line-height max-height max-width min-width padding padding-left padding-right "
    "text-align text-decoration vertical-align white-space width margin margin-top margin-left".split()
)
# A picture inside the page: even an SVG runs no script there.
_PICTURE: Final = re.compile(r"data:image/(png|jpeg|gif|webp|bmp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")

_SCHEMES: Final = ("http", "https", "mailto")
_SCHEME: Final = re.compile(r"([^/?#:]*):")
_IGNORED: Final = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f]")  # characters that browsers ignore in an address


def clean_html(element: object) -> str:
    """Return HTML without active content, such as scripts and forms."""
    text = element.decode("utf-8", "replace") if isinstance(element, bytes) else str(element)
    cleaned: str = _cleaner().clean(text)
    return cleaned


@jinja2.pass_context
def markdown2html(context: Mapping[str, Any], source: str) -> str:
    """Return nbconvert's HTML of a text cell without active content."""
    cell = context.get("cell") or {}
    pictures = _Pictures(cell.get("attachments") or {})
    rendered: str = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=pictures)).render(source)
    return clean_html(rendered)


class _Pictures(dict[str, dict[str, str]]):
    """A cell's attachments. A missing one becomes an empty one, because an error would hide the whole notebook."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> dict[str, str]:
        return {"image/png": ""}


@functools.cache
def _cleaner() -> Cleaner:
    return Cleaner(
        tags=_TAGS,
        attributes=_allowed,
        protocols={*_SCHEMES, "data"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
    )


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES["*"] and name not in _ATTRIBUTES.get(tag, ()):
        return False
    if name == "src" and _PICTURE.fullmatch(value):
        return True
    return name not in ("href", "src") or _leads_to_a_page(value)


def _leads_to_a_page(address: str) -> bool:
    """Say whether a browser would open a page, or a place in one, for this address, and not run a script."""
    plain = _IGNORED.sub("", html.unescape(address)).lower()
    scheme = _SCHEME.match(plain)
    return scheme is None or scheme[1] in _SCHEMES
