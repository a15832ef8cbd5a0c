"""Records, for a release, how the misconceptions and the references answer the calls of the public checks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from grader.catalog import Catalog
from grader.diagnoses import RecordedMistake, diagnoses_of, encode
from grader.files import write_bytes
from grader.grading.pool import grade_submissions
from grader.grading.result_cache import ResultCache
from grader.grading.settings import Graded, GradingError, Settings
from grader.records import Submission
from grader.sentences import instructor


def record_diagnoses(catalog: Catalog, *, jobs: int) -> Iterator[tuple[str, bytes]]:
    """Yield the id of each exercise and the bytes of what is recorded, as soon as it is known.

    Each reference is graded by its public checks, with the fixed inputs of a student's own `check`: a right submission
    makes all their calls. What is recorded is kept in the course's own `.grader/`, and used again while nothing has
    changed. A course without solutions has what its release carries. Raises `GradingError` and `CatalogError`.
    """
    left: dict[str, Path] = {}  # by exercise: where to keep what is recorded
    settings = _settings(catalog)
    cache = ResultCache(catalog.root / ".grader", catalog, settings)
    for id in (exercise.id for exercise in catalog.exercises):
        kept = catalog.root / ".grader" / f"{id}-{cache.about_one(id)[:40]}.diagnoses"
        to_record = catalog.solution(id).is_file() and catalog.public_suite(id).is_file()
        try:
            data = (kept if to_record else catalog.diagnoses(id)).read_bytes()
        except OSError:
            if to_record:
                left[id] = kept
        else:
            yield id, data
    settings = replace(settings, exercises=tuple(left))
    for graded in grade_submissions(settings, _references(catalog, tuple(left)), jobs=max(1, min(jobs, len(left)))):
        id = graded.submission.exercise
        if graded.report is None:
            raise GradingError(instructor.NOT_RECORDED(exercise=id))
        data = _encoded(catalog, graded)
        with contextlib.suppress(OSError):  # then it is recorded again the next time
            for earlier in left[id].parent.glob(f"{id}-*.diagnoses"):
                earlier.unlink(missing_ok=True)
            write_bytes(left[id], data)
        yield id, data


def _settings(catalog: Catalog) -> Settings:
    return Settings(
        root=str(catalog.root),
        exercises=tuple(exercise.id for exercise in catalog.exercises),
        relaxed_sandbox=True,
        diagnosing=False,
        facts=True,
        recording=True,
        quiet=True,
    )


def _references(catalog: Catalog, ids: Sequence[str]) -> Iterator[Submission]:
    for id in ids:
        source = catalog.solution(id).read_text(encoding="utf-8-sig")
        yield Submission(student="reference", exercise=id, path=f"{id}.py", source=source)


def _encoded(catalog: Catalog, graded: Graded) -> bytes:
    id = graded.submission.exercise
    mistakes = [
        RecordedMistake(task=v.task, name=v.name, message=v.message, presumes=v.presumes)
        for v in catalog.misconceptions(id)
    ]
    calls = [answers for facts in graded.facts.values() for answers in facts.answers]
    suite = catalog.public_suite(id).read_text(encoding="utf-8-sig")
    return encode(diagnoses_of(suite, mistakes, calls))
