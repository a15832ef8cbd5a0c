"""Puts the stub of an exercise or a task back, and keeps what was there: for `grader reset` and `grader watch`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.cli.work import Target, Work, shown_path
from grader.sentences import learner_commands


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The file that holds the stub, and where its earlier content is kept: `None` if there was nothing to keep."""

    file: Path
    changed: bool
    kept: Path | None


def put_stub_back(work: Work, target: Target, name: str) -> Restored:
    """Put the stub of `target`, which the student calls `name`, back. Raises `CatalogError` and `OSError`."""
    from grader.catalog import CatalogError, reset_notebook, reset_script
    from grader.files import keep_backup, write_text
    from grader.submissions import NOTEBOOK_LIMIT, read_bytes

    known = work.known
    files = (target.file,) if target.file else work.files(target.exercise)
    if len(files) > 1:
        first, second = map(shown_path, files)
        raise CatalogError(learner_commands.RESET_WHICH(name=name, first=first, second=second))
    file = files[0] if files else work.place / f"{target.exercise}.py"
    if not known.solution(target.exercise).is_file() and file.resolve() == known.stub(target.exercise).resolve():
        raise CatalogError(learner_commands.RESET_ITSELF(file=shown_path(file)))
    before = read_bytes(file.resolve(), limit=NOTEBOOK_LIMIT) if file.exists() else b""
    text = before.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n")
    back = reset_notebook if file.suffix.lower() == ".ipynb" else reset_script
    after = back(text, known.text_of_stub(target.exercise), target.task)
    if file.exists() and after == text:
        return Restored(file=file, changed=False, kept=None)
    kept = keep_backup(work.folder / "backups", file.name, before) if file.exists() else None
    write_text(file, after)
    return Restored(file=file, changed=True, kept=kept)
