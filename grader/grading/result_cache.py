"""The result cache of an output folder: a second run grades only what has changed.

Each graded submission is stored under a digest of everything that its report depends on: the submission as read, the
exercise's suites, solution and misconceptions, the kit, Python, the packages that the kit depends on, the settings, the
system, and the backend that runs candidates. A run that was killed continues where it stopped. If any of these change,
the submission is graded again.

These dependencies are found, not listed here: `versions.py` finds those that are not the course's. All settings count,
except those that are known to change no report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.catalog import Catalog
from grader.grading.settings import Graded, Settings
from grader.grading.versions import digest_of, kit_files, system, versions
from grader.records import REPORT_SCHEMA, BrokenCheck, ExerciseReport, Submission
from grader.reports.store import write_json

# Settings that change no report: where the course is and which of its exercises are graded, what is returned beside
# reports, and how workers are started.
_WITHOUT_EFFECT = frozenset({"root", "exercises", "relaxed_sandbox", "facts", "quiet", "sources", "few", "rehearse"})


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    report: ExerciseReport
    broken: tuple[BrokenCheck, ...]


class ResultCache:
    """Finds and stores the reports of submissions under `folder`."""

    def __init__(self, folder: Path, catalog: Catalog, settings: Settings) -> None:
        """Compute the digest of everything except the submission that reports depend on."""
        self._folder = folder
        about_all = [
            REPORT_SCHEMA,
            *(f"{name} {found}" for name, found in versions().items()),
            f"backend {system()}",
            *_settings_that_count(settings),
            *(digest_of(path) for path in kit_files()),
        ]
        self._about = {
            id: "\x1f".join([*about_all, *(digest_of(path) for path in _sources(catalog, id))])
            for id in settings.exercises
        }

    @property
    def about(self) -> str:
        """A digest of everything except the submission that reports depend on."""
        return hashlib.sha256("\x1f".join(self._about.values()).encode("utf-8", "surrogatepass")).hexdigest()

    def about_one(self, exercise: str) -> str:
        """Return a digest of everything except the submission that the reports of one exercise depend on."""
        return hashlib.sha256(self._about[exercise].encode("utf-8", "surrogatepass")).hexdigest()

    def find(self, submission: Submission) -> Graded | None:
        """Return the result of an earlier run, or `None` if there is none.

        A result does not count if something that it depends on has changed.
        """
        try:
            entry = msgspec.json.decode(self._path(submission).read_bytes(), type=_Entry)
        except (OSError, msgspec.DecodeError):
            return None
        return Graded(submission=submission, report=entry.report, broken=entry.broken, cached=True)

    def keep(self, graded: Graded) -> None:
        """Store a result, if there is a report. Raises `OSError`."""
        if graded.report is not None:
            write_json(self._path(graded.submission), _Entry(report=graded.report, broken=graded.broken))

    def keep_only(self, graded: Graded) -> None:
        """Store a result, and remove earlier ones of the same exercise. Raises `OSError`."""
        for earlier in self._folder.glob(f"{graded.submission.exercise}-*.json"):
            earlier.unlink(missing_ok=True)
        self.keep(graded)

    def key(self, submission: Submission) -> str:
        """Return a digest of everything that the submission's report depends on."""
        record = msgspec.msgpack.encode(msgspec.structs.replace(submission, path=""))
        digest = hashlib.sha256(self._about[submission.exercise].encode("utf-8", "surrogatepass"))
        digest.update(record)
        return digest.hexdigest()[:40]

    def _path(self, submission: Submission) -> Path:
        return self._folder / f"{submission.exercise}-{self.key(submission)}.json"


def _settings_that_count(settings: Settings) -> Iterator[str]:
    """Yield the settings that may change a report."""
    for name in settings.__struct_fields__:
        if name not in _WITHOUT_EFFECT:
            value = getattr(settings, name)
            yield f"{name}={sorted(value) if isinstance(value, frozenset) else value!r}"


def _sources(catalog: Catalog, exercise: str) -> list[Path]:
    paths = [*catalog.suites(exercise), catalog.solution(exercise), catalog.stub(exercise)]
    return [*paths, catalog.root / "tests" / "misconceptions" / f"{exercise}.py", catalog.diagnoses(exercise)]
