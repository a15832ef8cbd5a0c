"""The catalog of a course: its exercises, the paths of their files, and the content of its stubs."""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from grader.catalog.cells import parts_of_text, split_cells
from grader.catalog.entries import Exercise, read_exercise
from grader.catalog.errors import CatalogError
from grader.catalog.hints import HINTS, hints_of, with_hints
from grader.catalog.stubs import build_stub
from grader.catalog.variants import Variant, read_variants
from grader.errors import did_you_mean
from grader.sentences import author, learner_commands
from grader.submissions import copied

_FILES = "[0-9][0-9]_*.py"
GLOSSARY = "glossary.md"
DIAGNOSES = "diagnoses"  # the folder of a release that holds what naming mistakes needs
INSTALLED = "share/torch-exercise-kit"  # the students' files, below the prefix of an installation (pyproject.toml)


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """The exercises under `root`, in order.

    Methods that take an exercise's id raise `CatalogError` if it is unknown.
    """

    root: Path
    exercises: tuple[Exercise, ...]

    def get(self, id: str) -> Exercise:
        """Return the exercise with the id `id`."""
        for exercise in self.exercises:
            if exercise.id == id:
                return exercise
        cure = did_you_mean(id, (exercise.id for exercise in self.exercises))
        raise CatalogError(learner_commands.NO_EXERCISE(name=id, root=str(self.root), cure=cure))

    def full_id(self, name: str) -> str:
        """Return the id for a name: a full id, an exercise's number ("07"), or the name of its file or of a copy."""
        name = name.removesuffix(".py").removesuffix(".ipynb").rpartition("/")[2]
        name = copied(name, (exercise.id for exercise in self.exercises)) or name
        by_number = [e.id for e in self.exercises if name.isdigit() and e.id.startswith(f"{int(name):02d}_")]
        return by_number[0] if by_number else self.get(name).id

    def find(self, which: str) -> tuple[str, str | None]:
        """Return the exercise's id, and the task's name or None, for `EXERCISE[.TASK]` or `TASK`.

        Raises `CatalogError`.
        """
        exercise, _, task = which.removesuffix(".py").removesuffix(".ipynb").partition(".")
        if not task:
            having = [e.id for e in self.exercises if any(task.name == exercise for task in e.tasks)]
            if len(having) == 1:
                return having[0], exercise
            names = [*(e.id for e in self.exercises), *(task.name for e in self.exercises for task in e.tasks)]
            if not exercise[:1].isdigit():
                raise CatalogError(learner_commands.NO_EXERCISE_OR_TASK(name=which, cure=did_you_mean(exercise, names)))
        id = self.full_id(exercise)
        return id, self.get(id).task(task).name if task else None

    def hint(self, which: str, tier: int) -> str:
        """Return a task's hint. Tier 1 is a nudge, 2 the idea, 3 nearly the line. Raises `CatalogError`."""
        exercise, task = self.find(which)
        if task is None:
            raise CatalogError(learner_commands.HINT_OF_EXERCISE(name=which))
        hints = self.get(exercise).task(task).hints
        if not hints:
            raise CatalogError(learner_commands.NO_HINTS(name=which, tier=tier))
        if not 1 <= tier <= len(hints):
            raise CatalogError(learner_commands.NO_HINT(name=which, tier=tier, last=len(hints)))
        return " ".join(hints[tier - 1].split())

    def solution(self, id: str) -> Path:
        """Return the path of the exercise's source. A student's release has no file there."""
        return self.root / "solutions" / f"{self.get(id).id}.py"

    def stub(self, id: str) -> Path:
        """Return the path of the exercise's stub, which may not be built yet."""
        return self.root / "exercises" / f"{self.get(id).id}.py"

    def work_folder(self, here: Path) -> Path:
        """Return the folder whose `exercises/` a student works in: the nearest from `here` upwards, or the course's
        own.

        Its files are read and graded, but they are not part of the course.
        """
        for folder in (here, *here.parents):
            if any(self._named_in(folder)):
                return folder
        return self.root

    @property
    def is_installed(self) -> bool:
        """Whether the course is the one that was installed with the kit. Students do not work in its folder."""
        return self.root == installed_root()

    def text_of_stub(self, id: str) -> str:
        """Return the text that students got: built from the source, or the installed stub. Raises `CatalogError`."""
        source = self.solution(id)
        return build_stub(read_text(source), exercise=id) if source.is_file() else read_text(self.stub(id))

    def examples(self, id: str) -> frozenset[str]:
        """Return the code of the examples in an exercise's text, which is run but not graded."""
        cells = split_cells(self.text_of_stub(id), origin=id)[1]
        parts = [part for cell in cells if cell.kind == "markdown" for part in parts_of_text(cell.text)]
        return frozenset(source.strip() for kind, source in parts if kind == "code")

    def glossary(self) -> str | None:
        """Return the text of the course's glossary for students, if it has one."""
        place = self.root / ("docs" if (self.root / "solutions").is_dir() else "") / GLOSSARY
        return read_text(place) if place.is_file() else None

    def held_in(self, folder: Path) -> Catalog:
        """Return the catalog of the exercises in a student's folder; of all exercises for the course's own folder.

        A bundle may hold fewer exercises than the course. Its public suites also show which exercises it was given, so
        that a lost file is noticed.
        """
        if folder == self.root:
            return self
        named = set(self._named_in(folder))
        return msgspec.structs.replace(self, exercises=tuple(e for e in self.exercises if e.id in named))

    def _named_in(self, folder: Path) -> Iterator[str]:
        for exercise in self.exercises:
            script = folder / "exercises" / f"{exercise.id}.py"
            suite = folder / "tests" / "public" / f"test_{exercise.id}.py"
            if script.is_file() or script.with_suffix(".ipynb").is_file() or suite.is_file():
                yield exercise.id

    def own_files(self, id: str, place: Path | None = None) -> tuple[Path, ...]:
        """Return the exercise's files in the course's `exercises/`, or at `place`, a folder or the file itself.

        The result has a script, a notebook, both or neither.
        """
        if place is not None and place.is_file():
            return (place,)
        script = self.stub(id) if place is None else place / self.stub(id).name
        paths = (script, script.with_suffix(".ipynb"))
        return tuple(path for path in paths if path.is_file())

    def suites(self, id: str) -> tuple[Path, ...]:
        """Return the exercise's existing suites, the public one first."""
        name = f"test_{self.get(id).id}.py"
        return tuple(p for kind in ("public", "hidden") if (p := self.root / "tests" / kind / name).is_file())

    def public_suite(self, id: str) -> Path:
        """Return the path of the exercise's public suite, which may not exist."""
        return self.root / "tests" / "public" / f"test_{self.get(id).id}.py"

    def diagnoses(self, id: str) -> Path:
        """Return the path of what a release carries to name mistakes in the exercise. A clone has no file there."""
        return self.root / DIAGNOSES / f"{self.get(id).id}.bin"

    def imports(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the modules that these exercises' sources import, or their stubs where there is no source."""
        found: set[str] = set()
        for id in ids:
            path = next((p for p in (self.solution(id), self.stub(id)) if p.is_file()), None)
            try:
                tree = ast.parse("" if path is None else path.read_text(encoding="utf-8"))
            except (SyntaxError, ValueError):
                continue  # grading reports it
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    found.update(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module)
        return tuple(sorted(found))

    def warm_up(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the statements that warm a server up for these exercises, without duplicates."""
        return tuple(dict.fromkeys(statement for id in ids for statement in self.get(id).warm_up))

    def misconceptions(self, id: str) -> tuple[Variant, ...]:
        """Return the exercise's documented wrong implementations; an empty tuple if it has no such file."""
        return self._variants(id, "misconceptions")

    def alternatives(self, id: str) -> tuple[Variant, ...]:
        """Return the exercise's alternative right implementations; an empty tuple if it has no such file."""
        return self._variants(id, "alternatives")

    def all_wrong(self, id: str) -> str:
        """Return a submission in which every task has one of its documented mistakes; "" if none are documented."""
        first = {variant.task: variant for variant in reversed(self.misconceptions(id))}
        if not first:
            return ""
        solution = self.solution(id).read_text(encoding="utf-8").rstrip()
        return "\n\n".join([solution, *(variant.source[len(solution) :] for variant in first.values())])

    def unknown_prerequisites(self, id: str) -> tuple[str, ...]:
        """Return the exercise's prerequisites that are not in the catalog (not built yet, or not released)."""
        known = {exercise.id for exercise in self.exercises}
        return tuple(earlier for earlier in self.get(id).prerequisites if earlier not in known)

    def _variants(self, id: str, kind: str) -> tuple[Variant, ...]:
        exercise = self.get(id)
        path = self.root / "tests" / kind / f"{id}.py"
        if not path.is_file():
            return ()
        return read_variants(
            read_text(path),
            exercise=exercise,
            solution=read_text(self.solution(id)),
            origin=f"{kind}/{id}",
            with_message=kind == "misconceptions",
        )


def load_catalog(root: Path | None = None) -> Catalog:
    """Read the catalog under `root`: from the solutions if there are any, otherwise from the stubs (without hints).

    The default `root` is the clone that contains this package, or the files that were installed with it. The current
    folder is never searched, because a course's suites are run, and a folder that a student handed in could contain
    some. Raises `CatalogError` if there is no course, or if a file is malformed.
    """
    root = _own_root() if root is None else root.resolve()
    files = _files(root / "solutions") or _files(root / "exercises")
    if not files:
        raise CatalogError(learner_commands.NO_EXERCISES(root=str(root)))
    exercises = tuple(read_exercise(read_text(path), exercise=path.stem) for path in files)
    hints = root / "exercises" / HINTS
    if files[0].parent.name == "exercises" and hints.is_file():
        exercises = with_hints(exercises, read_text(hints))
    return Catalog(root=root, exercises=exercises)


def build_all(catalog: Catalog) -> dict[Path, str]:
    """Return the text that each stub should have, by path. No file is written."""
    if not (catalog.root / "solutions").is_dir():
        raise CatalogError(author.NO_SOLUTIONS(root=str(catalog.root)))
    stubs = {
        catalog.stub(exercise.id): build_stub(read_text(catalog.solution(exercise.id)), exercise=exercise.id)
        for exercise in catalog.exercises
    }
    return {**stubs, catalog.root / "exercises" / HINTS: hints_of(catalog.exercises)}


def drift(catalog: Catalog) -> tuple[Path, ...]:
    """Return the stubs that differ from their source's build, are missing, or have no source."""
    built = build_all(catalog)
    hints = catalog.root / "exercises" / HINTS
    present = [*_files(catalog.root / "exercises"), *([hints] if hints.is_file() else ())]
    return tuple(
        path
        for path in sorted({*built, *present})
        if path not in present or path not in built or read_text(path) != built[path]
    )


def _own_root() -> Path:
    clone = Path(__file__).resolve().parents[2]
    return clone if _files(clone / "exercises") else installed_root()


def installed_root() -> Path:
    """Return the folder of the course that was installed with the kit. There may be none."""
    return Path(sysconfig.get_path("data")) / INSTALLED


def _files(folder: Path) -> list[Path]:
    """Return the exercises' files in a folder, without copies of them such as `07_autograd (1).py`."""
    found = sorted(folder.glob(_FILES))
    stems = [path.stem for path in found]
    return [path for path in found if copied(path.stem, (s for s in stems if s != path.stem)) is None]


def read_text(path: Path) -> str:
    """Return the text of a file of the course. Raises `CatalogError` if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(learner_commands.UNREADABLE_FILE(path=str(path), error=str(error))) from None
