"""Grade the kit's implementations with one backend, or compare what two backends said.

    python .ci/backends.py record OUT.json [--kinds solutions|some|all] [--only EXERCISE[.TASK] ...]
    python .ci/backends.py compare ALL.json SOME.json ...

`record` grades with the backend that `GRADER_BACKEND` names: the solutions; or also the stubs and one misconception of
each task (`some`); or every variant (`all`). It writes every report, so that `compare` sees each difference in a
verdict or in feedback. `compare` looks for each report of the other files in the first, and prints what differs; the
exit code is 1 if anything does.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent


def chosen(kinds: str, which: Sequence[str]) -> Iterator[Any]:
    """Yield the implementations of these exercises or tasks (of all if none are named), as cases of `grader verify`."""
    from grader.catalog import load_catalog
    from grader.verification import MISCONCEPTION, REFERENCE, STUB, cases

    catalog = load_catalog(ROOT)
    found: dict[str, tuple[str, ...]] = {} if which else {exercise.id: () for exercise in catalog.exercises}
    for exercise, task in map(catalog.find, which):
        found[exercise] = (*found.get(exercise, ()), task) if task else ()
    seen: set[tuple[str, str]] = set()
    for case in cases(catalog, found):
        first = case.kind == MISCONCEPTION and (case.exercise, case.task) not in seen
        seen.add((case.exercise, case.task))
        if kinds == "all" or case.kind == REFERENCE or (kinds == "some" and (case.kind == STUB or first)):
            yield case


def record(out: Path, kinds: str, which: Sequence[str], jobs: int) -> None:
    """Grade, and write the reports by exercise and label. Exercises are graded one after another."""
    from grader.grading.pool import WorkerPool
    from grader.grading.settings import Settings
    from grader.sandbox import backend

    by_exercise: dict[str, list[Any]] = {}
    for case in chosen(kinds, which):
        by_exercise.setdefault(case.exercise, []).append(case)
    reports: dict[str, Any] = {}
    begun = time.monotonic()
    for id, cases in by_exercise.items():
        settings = Settings(root=str(ROOT), exercises=(id,), relaxed_sandbox=True)
        with WorkerPool(min(jobs, len(cases))) as workers:
            for graded in workers.grade(settings, [case.submission() for case in cases]):
                said = None if graded.report is None else graded.report
                reports[graded.submission.student] = msgspec.to_builtins((said, graded.broken))
        print(f"{id}: {len(cases)} with {backend()}, {time.monotonic() - begun:.0f} s so far", file=sys.stderr)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(reports, indent=1, sort_keys=True), encoding="utf-8", newline="\n")


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Yield the places at which two documents differ, each with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from differences(one.get(name), other.get(name), f"{place}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{place}/{number}")
    elif one != other:
        yield f"{place}\n  {json.dumps(one)[:300]}\n  {json.dumps(other)[:300]}"


def compare(one: Path, others: Sequence[Path]) -> int:
    """Print the differences between the reports in the other files and those in the first; return how many differ."""
    left = json.loads(one.read_text(encoding="utf-8"))
    right: dict[str, Any] = {}
    for path in others:
        right |= json.loads(path.read_text(encoding="utf-8"))
    differing = {label: list(differences(left.get(label), right[label])) for label in sorted(right)}
    for label, found in differing.items():
        if found:
            print(label, *found[:5], sep="\n")
    count = sum(map(bool, differing.values()))
    print(f"{count} of {len(right)} reports differ; the first file has {len(left)}.")
    return count


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("out", type=Path)
    recording.add_argument("--kinds", choices=("solutions", "some", "all"), default="all")
    recording.add_argument("--jobs", type=int, default=2)
    recording.add_argument("--only", action="append", default=[])
    comparing = commands.add_parser("compare")
    comparing.add_argument("one", type=Path)
    comparing.add_argument("others", type=Path, nargs="+")
    chosen = parser.parse_args()
    if chosen.command == "record":
        record(chosen.out, chosen.kinds, chosen.only, chosen.jobs)
    elif compare(chosen.one, chosen.others):
        sys.exit(1)


if __name__ == "__main__":  # not in the processes that the pool starts on Windows
    main()
