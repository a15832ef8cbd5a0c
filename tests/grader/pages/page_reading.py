"""Reads a page as a browser does, and says what is wrong with it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "input", "img", "br"}
HEADINGS = ("h1", "h2", "h3", "h4")


class Page(HTMLParser):
    """A page's elements in order, with their attributes and text, and the problems that were found in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []  # the innermost element and a text in it
        self.problems: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        if self._open:
            self.problems.append(f"not closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"an attribute twice: {tag} {names}")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"closed out of order: {tag}")

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    @property
    def text(self) -> str:
        """What the page says, without its style and script."""
        return "".join(text for tag, text in self.texts if tag not in ("style", "script"))

    def all(self, *tags: str) -> list[dict[str, str]]:
        """Return the attributes of all elements with these tags."""
        return [attributes for tag, attributes in self.elements if tag in tags]

    def inside(self, tag: str) -> str:
        """Return the text of the only element with this tag."""
        (text,) = (text for inside, text in self.texts if inside == tag and text.strip())
        return text


def problems(html: str) -> list[str]:
    """Return what is wrong with a page: its structure, its addresses, its policy, what a screen reader needs."""
    page = Page(html)
    found = list(page.problems)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    found += [f"id twice: {id}" for id in {*ids} if ids.count(id) > 1]
    for tag, attributes in page.elements:
        found += [f"{tag} has {name}" for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src"):
            address = attributes.get(name, "")
            if address.startswith("#") and address[1:] not in ids:
                found.append(f"leads nowhere: {address}")
            if re.match(r"[a-z]+:|//", address, re.IGNORECASE) and not address.startswith("data:"):
                found.append(f"leads away: {address}")
        for name in ("aria-labelledby", "for"):
            found += [f"{name} names nothing: {id}" for id in attributes.get(name, "").split() if id not in ids]
    for tag, count in (("h1", 1), ("main", 1), ("title", 1)):
        if len(page.all(tag)) != count:
            found.append(f"{len(page.all(tag))} {tag}")
    levels = [HEADINGS.index(tag) for tag, _ in page.elements if tag in HEADINGS]
    found += [f"a heading is left out before h{b + 1}" for a, b in pairwise(levels) if b > a + 1]
    found += ["a heading of a table without scope" for attributes in page.all("th") if "scope" not in attributes]
    found += ["a picture without words" for attributes in page.all("img") if not attributes.get("alt")]
    found += ["a group without a name" for a in page.all("div", "pre") if a.get("role") == "group" and not _named(a)]
    if page.all("html")[0].get("lang", "") == "":
        found.append("no language")
    return found + _of_policy(page)


def _named(attributes: dict[str, str]) -> bool:
    return bool(attributes.get("aria-label") or attributes.get("aria-labelledby"))


def _of_policy(page: Page) -> list[str]:
    """Return what is wrong with the policy: it must allow this page's own style and script, and nothing else."""
    (policy,) = (a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    wanted = {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "style-src": _digest(page.inside("style")),
        "script-src": _digest(page.inside("script")),
    }
    found = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    return [] if found == wanted else [f"policy: {found}"]


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
