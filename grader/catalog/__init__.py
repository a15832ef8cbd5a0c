"""Finds exercises, tasks, suites, hints and variants; builds stubs, notebooks and releases from solutions.

Imported by: cli, examiner, flaky, forgery, grading, integrations, mutation, notebook, packages, recording,
reports, verification.
"""

from grader.catalog.catalog import Catalog, build_all, drift, load_catalog
from grader.catalog.entries import Exercise, Task
from grader.catalog.environment import CPU_INDEX, INSTALL, PYTHON, environment_files
from grader.catalog.errors import CatalogError
from grader.catalog.notebooks import TASK_CHECKED, build_notebook, convert_notebook, own_cells, to_script
from grader.catalog.presumptions import holds
from grader.catalog.releases import RELEASE, nbgrader_sources, student_bundle, student_folder, wheels_in
from grader.catalog.resetting import reset_notebook, reset_script
from grader.catalog.stubs import build_stub, count_stubs, has_stub
from grader.catalog.variants import Variant
from grader.catalog.wheels import Wheel, kit_wheel

__all__ = [
    "CPU_INDEX",
    "INSTALL",
    "PYTHON",
    "RELEASE",
    "TASK_CHECKED",
    "Catalog",
    "CatalogError",
    "Exercise",
    "Task",
    "Variant",
    "Wheel",
    "build_all",
    "build_notebook",
    "build_stub",
    "convert_notebook",
    "count_stubs",
    "drift",
    "environment_files",
    "has_stub",
    "holds",
    "kit_wheel",
    "load_catalog",
    "nbgrader_sources",
    "own_cells",
    "reset_notebook",
    "reset_script",
    "student_bundle",
    "student_folder",
    "to_script",
    "wheels_in",
]
