"""What `make messages` writes: a template for each catalog of the kit, and one for the course."""

from __future__ import annotations

import ast
import importlib
import re
import string
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from grader.catalog import load_catalog
from grader.catalog.texts import texts_of
from grader.sentences import Template
from grader.sentences.languages import CATALOGS

ROOT = Path(__file__).resolve().parents[3]
SENTENCES = ROOT / "grader" / "sentences"
MODULES = {name: sorted(path.stem for path in SENTENCES.glob(f"{name}*.py")) for name in CATALOGS}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Catalog]:
    """Return the templates that the command writes, by the names of the files."""
    out = tmp_path_factory.mktemp("messages")
    subprocess.run([sys.executable, ROOT / ".ci" / "messages.py", out], check=True, capture_output=True, cwd=out)
    found = {}
    for path in out.glob("*.pot"):
        with open(path, "rb") as file:
            found[path.stem] = read_po(file)
    return found


def names_in(text: str) -> set[str]:
    """Return the names of a template's parameters."""
    return {name for _, name, *_ in string.Formatter().parse(text) if name}


def templates(value: object) -> Iterator[Template]:
    """Yield the templates in a module's value: itself, or those in a table."""
    if isinstance(value, Template):
        yield value
    elif isinstance(value, dict):
        yield from (template for held in value.values() for template in templates(held))
    elif isinstance(value, tuple | list | set | frozenset):
        yield from (template for held in value for template in templates(held))


@pytest.mark.slow
@pytest.mark.parametrize("name", CATALOGS)
def test_every_template_is_extracted_with_its_parameters(written: dict[str, Catalog], name: str) -> None:
    """The file of a catalog holds all its templates and nothing else; each has its plural and its parameters."""
    known = {
        template.text: template
        for module in MODULES[name]
        for value in vars(importlib.import_module(f"grader.sentences.{module}")).values()
        for template in templates(value)
    }
    found = {}
    for message in written[name]:
        if message.id:
            singular, plural = message.id if isinstance(message.id, tuple) else (message.id, "")
            found[singular] = plural
            assert names_in(singular) | names_in(plural) == known[singular].names
    assert found == {text: template.plural for text, template in known.items()}
    assert len(found) > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", CATALOGS)
def test_every_template_is_used(name: str) -> None:
    """A template that nothing says any more is removed."""
    used: set[tuple[str, str]] = set()
    for path in (ROOT / "grader").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        imported = [(node.module, alias) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
        names = {alias.asname or alias.name: alias.name for _, alias in imported}
        used.update((str(source).rpartition(".")[2], alias.name) for source, alias in imported)
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used.add((names.get(node.value.id, node.value.id), node.attr))  # author.NO_TASKS
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.add((path.stem, node.id))  # in a table of its own module
    for path in (ROOT / "grader").rglob("templates/*.html"):  # there a catalog is called as its module is
        used.update(re.findall(r"\b(\w+)\.([A-Z_]+)\b", path.read_text(encoding="utf-8")))
    unused = [
        f"{module}.{constant}"
        for module in MODULES[name]
        for constant, value in vars(importlib.import_module(f"grader.sentences.{module}")).items()
        if isinstance(value, Template) and (module, constant) not in used
    ]
    assert unused == []


def test_a_catalog_says_nothing_twice() -> None:
    """Two templates of the kit with the same text would be one entry for a translator."""
    texts = Counter(
        template.text
        for modules in MODULES.values()
        for module in modules
        for value in vars(importlib.import_module(f"grader.sentences.{module}")).values()
        for template in templates(value)
    )
    assert [text for text, number in texts.items() if number > 1] == []


def test_every_text_of_the_course_is_extracted_with_its_place(written: dict[str, Catalog]) -> None:
    """course.pot holds what learners read of the course, each text with its file and line, and nothing of the kit."""
    wanted: dict[str, set[tuple[str, int]]] = {}
    for text in texts_of(load_catalog(ROOT)):
        wanted.setdefault(text.text, set()).add((text.path, text.line))
    found = {str(message.id): set(message.locations) for message in written["course"] if message.id}
    assert found == wanted
