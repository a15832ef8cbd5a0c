"""Draw docs/feedback.svg: what a student reads after `grader check 07`. Run it with `python .ci/picture.py`.

The student has the bundle of a release, with public checks only, and the half-done file of the example class.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from grader.catalog import load_catalog
from grader.grading.pipeline import grade_own
from grader.grading.settings import Settings
from grader.reports.brief import in_brief
from grader.reports.summary import summary
from grader.reports.terminal import exercise_feedback
from grader.sentences.languages import render

ROOT = Path(__file__).resolve().parents[1]
EXERCISE = "07_autograd"
WIDTH = 96  # characters


def main() -> None:
    """Grade the file as a student would, and draw what the terminal shows."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle"
        command = [str(Path(sys.executable).parent / "grader"), "release", "--format", "student", "--out", str(bundle)]
        subprocess.run([*command, "--course", str(ROOT)], check=True, capture_output=True)
        shutil.copy(ROOT / "examples" / "class" / "half-done" / f"{EXERCISE}.py", bundle / "exercises")
        catalog = load_catalog(bundle)
        settings = Settings(root=str(bundle), exercises=(EXERCISE,), relaxed_sandbox=True)
        (report,) = grade_own(catalog, [EXERCISE], settings=settings, jobs=1)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), markup=False, highlight=False, emoji=False)
    console.print("$ grader check 07")
    worth = {task.name: task.points for task in catalog.get(EXERCISE).tasks}
    console.print(exercise_feedback(report, worth, in_brief(EXERCISE, WIDTH)))
    console.print("", *map(render, summary(catalog, {EXERCISE: report})), sep="\n")
    svg = console.export_svg(title="grader check 07", unique_id="feedback")
    (ROOT / "docs" / "feedback.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
