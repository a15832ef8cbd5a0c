"""Collects what was downloaded from learning platforms into one folder for each student, as `grade` reads it.

Imported by: cli, grading, packages, reports.
"""

from grader.collecting.collection import Collection, Course, planned
from grader.collecting.layouts import LAYOUTS, Layout
from grader.collecting.manifest import MANIFEST, Collected, CollectedFile, CollectedPerson, load_manifest
from grader.collecting.people import cure_of
from grader.collecting.sources import CollectError

__all__ = [
    "LAYOUTS",
    "MANIFEST",
    "CollectError",
    "Collected",
    "CollectedFile",
    "CollectedPerson",
    "Collection",
    "Course",
    "Layout",
    "cure_of",
    "load_manifest",
    "planned",
]
