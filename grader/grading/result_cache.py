"""The cache of an output folder: what has been graded already, so that a second run only does what is left.

Each graded submission is kept under a digest of everything that its report depends on: the submission as read, the
exercise's suites, solution and misconceptions, the kit itself, PyTorch, and the settings. A run that was killed resumes
where it was, and a change to any of these means grading again.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import msgspec

from grader.catalog import Catalog
from grader.grading.settings import Settings
from grader.records import ExerciseReport, Submission
from grader.reports.store import write_json
from grader.version import __version__

_KIT = Path(__file__).resolve().parents[1]


class ResultCache:
    """Finds and keeps the reports of submissions under `folder`."""

    def __init__(self, folder: Path, catalog: Catalog, settings: Settings) -> None:
        """Digest what reports depend on beside the submission."""
        self._folder = folder
        about_all = [
            __version__,
            version("torch"),
            settings.course_seed,
            settings.inputs,
            str(settings.hide_expected),
            str(settings.diagnosing),
            settings.device,
        ]
        about_all += [_digest(path) for path in sorted(_KIT.rglob("*.py"))]
        self._about = {
            id: "\x1f".join([*about_all, *(_digest(path) for path in _sources(catalog, id))])
            for id in settings.exercises
        }

    @property
    def about(self) -> str:
        """A digest of all that reports depend on beside the submission."""
        return hashlib.sha256("\x1f".join(self._about.values()).encode("utf-8", "surrogatepass")).hexdigest()

    def find(self, submission: Submission) -> ExerciseReport | None:
        """Return the report of an earlier run, if nothing that it depends on has changed since."""
        try:
            return msgspec.json.decode(self._path(submission).read_bytes(), type=ExerciseReport)
        except (OSError, msgspec.DecodeError):
            return None

    def keep(self, submission: Submission, report: ExerciseReport) -> None:
        """Remember a report. Raises `OSError`."""
        write_json(self._path(submission), report)

    def keep_only(self, submission: Submission, report: ExerciseReport) -> None:
        """Remember a report instead of earlier ones of the same exercise. Raises `OSError`."""
        for earlier in self._folder.glob(f"{submission.exercise}-*.json"):
            earlier.unlink(missing_ok=True)
        self.keep(submission, report)

    def key(self, submission: Submission) -> str:
        """Return a digest of all that the submission's report depends on."""
        record = msgspec.msgpack.encode(msgspec.structs.replace(submission, path=""))
        digest = hashlib.sha256(self._about[submission.exercise].encode("utf-8", "surrogatepass"))
        digest.update(record)
        return digest.hexdigest()[:40]

    def _path(self, submission: Submission) -> Path:
        return self._folder / f"{submission.exercise}-{self.key(submission)}.json"


def _sources(catalog: Catalog, exercise: str) -> list[Path]:
    paths = [*catalog.suites(exercise), catalog.solution(exercise), catalog.stub(exercise)]
    return [*paths, catalog.root / "tests" / "misconceptions" / f"{exercise}.py"]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
