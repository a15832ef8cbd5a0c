"""Grades on the workers of a Dask cluster, with the results, cache and messages of a local run.

Imported by: cli.
"""

from grader.cluster.interface import ClusterError
from grader.cluster.lanes import ClusterLanes
from grader.cluster.link import DaskLink

__all__ = ["ClusterError", "ClusterLanes", "DaskLink"]
