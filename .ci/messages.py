"""Write the templates that translators start from: `python .ci/messages.py FOLDER [COURSE]`.

FOLDER gets one file for each catalog of the kit (learner.pot, instructor.pot, author.pot) and course.pot, with the
texts of the course in the folder COURSE, which is this repository if left out. Needs Babel.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from grader.catalog import load_catalog
from grader.catalog.texts import texts_of
from grader.sentences.languages import CATALOGS

ROOT = Path(__file__).resolve().parents[1]
SENTENCES = ROOT / "grader" / "sentences"
# One text, or one for a count of 1 and one for every other count. A comma at the end counts as an argument.
KEYWORDS = {"N_": {1: (1,), 2: (1, 2), 3: (1, 2)}}


def modules_of(name: str) -> list[Path]:
    """Return the modules of a catalog: the one of that name, and its parts such as `learner_commands`."""
    return sorted(SENTENCES.glob(f"{name}*.py"))


def of_kit(name: str) -> Catalog:
    """Return the template of one of the kit's catalogs."""
    found = _empty()
    for path in modules_of(name):
        for line, message, comments, _ in extract_from_file("python", path, keywords=KEYWORDS):
            place = (path.relative_to(ROOT).as_posix(), line)
            found.add(message, locations=[place], auto_comments=comments)
    return found


def of_course(root: Path) -> Catalog:
    """Return the template of a course's own texts. Raises `CatalogError` for a course that cannot be read."""
    found = _empty()
    for text in texts_of(load_catalog(root)):
        found.add(text.text, locations=[(text.path, text.line)], auto_comments=[text.kind])
    return found


def _empty() -> Catalog:
    return Catalog(project="torch-exercise-kit", charset="utf-8")


def main(out: Path, course: Path) -> None:
    """Write the templates."""
    out.mkdir(parents=True, exist_ok=True)
    for name, catalog in {**{name: of_kit(name) for name in CATALOGS}, "course": of_course(course)}.items():
        with open(out / f"{name}.pot", "wb") as file:
            write_po(file, catalog)
        print(f"{len(catalog)} texts: {out / name}.pot")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT)
