"""The cost of the kit's isolation, memory, second worker and start-up, compared with the minimum."""

import itertools
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest

from grader.catalog import load_catalog
from grader.grading.pool import grade_submissions
from grader.grading.settings import Settings
from grader.records import Submission

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 5


def test_isolation(course, figures, scores, amount):
    """Twenty sandboxed checks take at most 2.5 times as long as the same ones called in one warm process."""
    script = Path(__file__).with_name("in_process.py")
    taken = {"sandboxed": [], "in-process": []}
    warm, number = amount(1, 20), amount(3, 50)
    for _ in range(amount(1, REPEATS)):
        for how, seconds in taken.items():
            command = [sys.executable, script, course.root, str(number), how]
            run = subprocess.run(command, capture_output=True, text=True)
            assert run.returncode == 0, run.stderr
            found = json.loads(run.stdout)
            assert found["points"] == scores
            seconds.append(median(found["gaps"][warm:]))
    ours, theirs = median(taken["sandboxed"]), median(taken["in-process"])
    what = "a submission: sandboxed / in one process"
    figures.add(what, ours * 1000, theirs * 1000, "ms", ratio=ours / theirs, wanted=("≤", 2.5))


def test_two_workers(open_workers, figures, amount):
    """On two cores two workers grade at least 1.7 times as much as one."""
    workers = {jobs: open_workers(jobs) for jobs in (1, 2)}
    speeds = {jobs: [] for jobs in workers}
    for _ in range(amount(1, REPEATS)):
        for jobs in workers:
            gaps = workers[jobs].gaps(amount(1, 30) * jobs)
            speeds[jobs].append(len(gaps) / sum(gaps))
    ours, theirs = median(speeds[2]), median(speeds[1])
    what = "throughput: two workers / one worker"
    figures.add(what, ours, theirs, "/s", ratio=ours / theirs, wanted=("≥", 1.7))


def test_memory(open_workers, figures, amount):
    """The examiner uses no more memory after 500 submissions than when it was warm."""
    worker = open_workers(1)

    def resident():
        def kits(parent):
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            return [pid for pid in children if b"grader.prefork" in Path(f"/proc/{pid}/cmdline").read_bytes()]

        (process,) = [worker for template in kits(os.getpid()) for worker in kits(template)]
        status = Path(f"/proc/{process}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def after(number):
        sizes = []
        while worker.done < number:
            worker.next()
            sizes.append(resident())
        return median(sizes[-REPEATS:])

    early, late = after(amount(2, 20)), after(amount(4, 500))
    what = "resident memory: after 500 submissions / after 20"
    figures.add(what, late, early, "MiB", ratio=late / early, wanted=("≤", 1.05))


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"]], ids=" ".join)
def test_help(arguments, figures, amount):
    """`--help` takes at most 0.2 s and does not import torch."""
    command = [Path(sys.executable).with_name("grader"), *arguments]
    taken = []
    for _ in range(amount(1, REPEATS)):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - started)
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", *command], check=True, capture_output=True, text=True
    ).stderr
    assert "grader.cli" in imported and not re.search(r"\| +torch$", imported, re.MULTILINE)
    what = f"seconds: grader {' '.join(arguments)} / limit"
    figures.add(what, median(taken), 0.2, "s", ratio=median(taken) / 0.2, wanted=("≤", 1))


def test_curriculum(figures, amount):
    """One complete submission of all exercises takes at most 12 s of processor time, on a worker that is warm.

    Every process keeps to one core, so that no more is computed than time passes.
    """
    catalog = load_catalog(ROOT)
    ids = tuple(exercise.id for exercise in catalog.exercises)[: amount(2, 100)]
    complete = [
        Submission(student="complete", exercise=id, path=id, source=catalog.solution(id).read_text(encoding="utf-8"))
        for id in ids
    ]
    rounds = amount(1, 3)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        settings = Settings(root=str(ROOT), exercises=ids)
        taken = []
        graded = grade_submissions(settings, complete[:1] + complete * rounds, jobs=1)
        next(graded)
        for _ in range(rounds):
            started = time.perf_counter()
            for one in itertools.islice(graded, len(ids)):
                assert one.report is not None and one.report.points == one.report.max_points
            taken.append(time.perf_counter() - started)
    finally:
        os.sched_setaffinity(0, cores)
    what = f"a submission of {len(ids)} exercises, one core / limit"
    figures.add(what, median(taken), 12, "s", ratio=median(taken) / 12, wanted=("≤", 1))
