"""Where `grader grade` has its submissions graded: by this machine's workers, or by those of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.shared import say_note, shown, worker_count
from grader.sentences import instructor_cluster
from grader.sentences.languages import render

if TYPE_CHECKING:
    from grader.grading.settings import GradeAll

ClusterAddress = Annotated[
    str | None, typer.Option("--cluster", help=shown(instructor_cluster.HELP), metavar="ADDRESS")
]


@contextmanager
def lanes(cluster: str | None, jobs: int | None) -> Iterator[tuple[int, GradeAll | None]]:
    """Yield how many submissions are graded at the same time, and what grades them if not this machine's workers.

    Raises `ClusterError` if there is no cluster at this address, and `typer.BadParameter` if both are given.
    """
    if cluster is None:
        yield worker_count(jobs), None
        return
    if jobs is not None:
        raise typer.BadParameter(render(instructor_cluster.JOBS_TOO()), param_hint="--cluster")
    from grader.cluster import ClusterLanes, DaskLink

    with DaskLink(cluster) as link:
        of_cluster = ClusterLanes(link, say_note)
        yield of_cluster.number, of_cluster.grade
