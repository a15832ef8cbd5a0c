"""A cluster of two workers on this machine, compared with two local workers on the same cores. `make cluster` measures.

It takes half an hour, so that nothing of it runs with the other tests: tests/grader/cluster grades a small class in
the same way.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest
from dask_clusters import DaskCluster, Watch, kill, reports, resident, two_workers, wait_until

from grader.catalog import Catalog, load_catalog
from grader.cluster import ClusterLanes, DaskLink
from grader.grading.pool import grade_submissions
from grader.grading.settings import Settings
from grader.records import Submission
from grader.sentences import learner

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.slow,
    pytest.mark.skipif("GRADER_SCALE" not in os.environ, reason="it takes half an hour (make cluster)"),
]

ROOT = Path(__file__).resolve().parents[2]
GRADER = Path(sys.executable).parent / "grader"
IDS = ("04_indexing_and_inplace", "07_autograd", "08_detach_and_inplace")
ROUNDS, EACH = 9, 60  # how often the two are measured in turn, and how many submissions each time
MANY = 5000  # submissions in which memory must not grow
STUDENTS = int(os.environ.get("GRADER_STUDENTS", "1000"))


@pytest.fixture(scope="module")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler and two workers."""
    with two_workers(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def a_class(folder: Path, students: int) -> Path:
    """Write a class: each student has three exercises, each right, untouched, or with one of its documented mistakes.

    No two are the same, so that each is graded on inputs of its own.
    """
    catalog: Catalog = load_catalog(ROOT)
    rng = random.Random(1)
    for number in range(students):
        student = folder / f"student {number:04}"
        student.mkdir(parents=True)
        for id in IDS:
            right = catalog.solution(id).read_text(encoding="utf-8")
            wrong = [variant.source for variant in catalog.misconceptions(id)]
            source = rng.choices([right, catalog.text_of_stub(id), rng.choice(wrong)], [6, 1, 5])[0]
            (student / f"{id}.py").write_text(f"{source}\n\nmine = {number}\n", encoding="utf-8")
    return folder


def grade(submissions: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start to grade a class."""
    asked = [part for id in IDS for part in ("--exercise", id)]
    command = [str(GRADER), "grade", str(submissions), "--out", str(out), "--seed", "scale", *asked, *options]
    return subprocess.Popen([*command, "--trust-submissions"], stdout=subprocess.DEVNULL)


def test_throughput(course, figures, dask_cluster):
    """Two workers of a cluster grade at least 0.9 times as much as two local workers on the same cores."""
    settings = Settings(root=str(course.root), exercises=(course.submissions[0].exercise,))
    with DaskLink(dask_cluster.address) as link:
        ways = {
            "cluster": ClusterLanes(link, print).grade(settings, itertools.cycle(course.submissions), jobs=2),
            "local": grade_submissions(settings, itertools.cycle(course.submissions), jobs=2),
        }
        roots = {"cluster": [one.pid for one in (*dask_cluster.workers, dask_cluster.scheduler)], "local": []}
        speeds, costs = {way: [] for way in ways}, {way: [] for way in ways}
        with closing(ways["cluster"]), closing(ways["local"]):
            for round, (way, graded) in itertools.product(range(ROUNDS + 1), ways.items()):
                for _ in itertools.islice(graded, 8 if round else 40):
                    pass  # these may have been ready before, or were graded while the worker became warm
                watch = Watch(os.getpid(), *roots[way])
                started = time.perf_counter()
                for _ in itertools.islice(graded, EACH):
                    pass
                if round:
                    speeds[way].append(EACH / (time.perf_counter() - started))
                    costs[way].append(watch.stop() / EACH)
    ours, theirs = median(speeds["cluster"]), median(speeds["local"])
    figures.add("throughput: cluster / local", ours, theirs, "/s", ratio=ours / theirs, wanted=("≥", 0.9))
    ours, theirs = median(costs["cluster"]), median(costs["local"])
    what = "processor time of a submission: cluster / local"
    figures.add(what, ours * 1000, theirs * 1000, "ms", ratio=ours / theirs, wanted=("≤", 1 / 0.9))


def test_memory(course, figures, dask_cluster):
    """No process of the cluster, nor that of the command, has more memory after 5,000 submissions than after 2,500.

    Before that, Dask's logs of the last 1,000 messages fill up. Nine of ten submissions cannot be read, which takes
    little time, and as many messages.
    """
    unreadable = learner.NOT_SUBMITTED()

    def submissions() -> Iterator[Submission]:
        for number, one in zip(range(MANY), itertools.cycle(course.submissions), strict=False):
            text = {"problem": unreadable} if number % 10 else {"source": f"{one.source}\n# {number}\n"}
            yield Submission(student=f"s{number:04}", exercise=one.exercise, path=one.path, **text)

    settings = Settings(root=str(course.root), exercises=(course.submissions[0].exercise,))
    watched = {"command": os.getpid(), "scheduler": dask_cluster.scheduler.pid}
    watched |= {f"worker {n}": one.pid for n, one in enumerate(dask_cluster.workers, start=1)}
    sizes = {name: {} for name in watched}
    with DaskLink(dask_cluster.address) as link:
        for done, one in enumerate(ClusterLanes(link, print).grade(settings, submissions(), jobs=2), start=1):
            assert one.report is not None
            if done in (MANY // 2, MANY):
                for name, pid in watched.items():
                    sizes[name][done] = resident(pid)
    for name, found in sizes.items():
        early, late = found[MANY // 2], found[MANY]
        what = f"memory of the {name}: after {MANY} / {MANY // 2} submissions"
        figures.add(what, late, early, "MiB", ratio=late / early, wanted=("≤", 1.1))


def test_identical_reports(figures, dask_cluster, tmp_path):
    """The reports of a class are those of a local run, also if a worker is killed halfway."""
    submissions = a_class(tmp_path / "class", 40)
    assert grade(submissions, tmp_path / "local", "--jobs", "2").wait() == 0
    assert grade(submissions, tmp_path / "cluster", "--cluster", dask_cluster.address).wait() == 0
    run = grade(submissions, tmp_path / "killed", "--cluster", dask_cluster.address)
    wait_until(lambda: len(list((tmp_path / "killed" / ".graded").glob("*.json"))) >= 60, seconds=600)
    kill(dask_cluster.workers.pop())
    assert run.wait() == 0
    wanted = reports(tmp_path / "local")
    same = [reports(tmp_path / out) == wanted for out in ("cluster", "killed")]
    what = "runs with the reports of a local one, one of them with a killed worker"
    figures.add(what, sum(same), 2, "", ratio=sum(same) / 2, wanted=("≥", 1))
    dask_cluster.add_worker()


def test_class(figures, dask_cluster, tmp_path):
    """A class of 1,000 students with three exercises is graded end to end, from folders to reports."""
    submissions = a_class(tmp_path / "class", STUDENTS)
    roots = [one.pid for one in (*dask_cluster.workers, dask_cluster.scheduler)]
    started = time.perf_counter()
    run = grade(submissions, tmp_path / "out", "--cluster", dask_cluster.address)
    watch = Watch(run.pid, *roots)
    most = 0.0
    while run.poll() is None:
        most = max(most, resident(run.pid))
        time.sleep(0.5)
    seconds, processor = time.perf_counter() - started, watch.stop()
    assert run.returncode == 0
    table = json.loads((tmp_path / "out" / "class.json").read_text(encoding="utf-8"))
    number = STUDENTS * len(IDS)
    graded = [status for row in table["students"] for status in row["statuses"].values() if status != "not_submitted"]
    figures.add(
        "submissions of the class with a result", len(graded), number, "", ratio=len(graded) / number, wanted=("≥", 1)
    )
    figures.add("the whole class, in seconds", seconds, number, "s", ratio=number / seconds, wanted=("≥", 1))
    figures.add("processor time of a submission", processor / number, 1, "s", ratio=processor / number, wanted=("≤", 2))
    figures.add("most memory of the command", most, 400, "MiB", ratio=most / 400, wanted=("≤", 1))
