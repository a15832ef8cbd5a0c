"""Draw docs/class.webp: the page of a class that is made up. Run it with `python .ci/class_picture.py`.

It needs Chromium. Names and points are drawn at random; exercises, tasks and their points are those of the course.
"""

from __future__ import annotations

import base64
import random
import sys
import tempfile
from pathlib import Path

from grader.catalog import Exercise, load_catalog
from grader.pages import write_sites
from grader.records import CheckReport, ExerciseReport, Feedback, Report, TaskReport, class_report, student_report
from grader.reports.store import report_folders, write_json
from grader.sentences import verbatim

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "grader" / "pages"))
from browser import Browser, found_browser  # noqa: E402

EXERCISES = ("07_autograd", "10_linear_regression_by_hand", "15_train_and_eval")
FIRST = (
    "Ana Bruno Carla Davi Elisa Fábio Gabriela Heitor Inês João Karina Lucas Marina Nuno Olívia Pedro Rafaela".split()
)
LAST = "Almeida Barbosa Cardoso Dias Esteves Ferreira Gomes Henriques Lima Martins Nogueira Oliveira".split()
STUDENTS = 120
WIDTH, HEIGHT = 1100, 1210  # pixels


def main() -> None:
    """Make up the class, write its pages, and draw the upper part of the page of the class."""
    program = found_browser()
    if program is None:
        sys.exit("Install Chromium, or name a browser with GRADER_BROWSER.")
    dice = random.Random(15)
    catalog = load_catalog(ROOT)
    names = sorted({f"{first} {last}" for first in FIRST for last in LAST})
    reports = []
    for name in sorted(dice.sample(names, STUDENTS)):
        ability = dice.gauss(0.9, 1)
        made = [exercise(catalog.get(id), ability - 0.4 * n, dice) for n, id in enumerate(EXERCISES)]
        reports.append(student_report(name, tuple(made)))
    with tempfile.TemporaryDirectory() as folder:
        draw(program, Path(folder), reports)


def exercise(known: Exercise, ability: float, dice: random.Random) -> ExerciseReport:
    """Return the report of an exercise that was handed in, or not, by somebody of this ability."""
    if dice.random() < 0.06:
        return ExerciseReport(id=known.id, status="not_submitted", points=0, max_points=known.points, tasks=())
    tasks = tuple(task(each.name, each.points, ability, dice) for each in known.tasks)
    return ExerciseReport(
        id=known.id, status="graded", points=sum(t.points for t in tasks), max_points=known.points, tasks=tasks
    )


def task(name: str, points: float, ability: float, dice: random.Random) -> TaskReport:
    """Return the report of a task with four checks, of which somebody of this ability passes some."""
    checks = []
    for number in range(4):
        passes = ability + dice.gauss(0, 1) > 0
        checks.append(
            CheckReport(
                id=f"{name}_{number}",
                visibility="public",
                status="passed" if passes else "failed",
                points=points / 4 if passes else 0,
                max_points=points / 4,
                feedback=Feedback(title=verbatim(name)),
            )
        )
    return TaskReport(name=name, points=sum(c.points for c in checks), max_points=points, checks=tuple(checks))


def draw(program: str, out: Path, reports: list[Report]) -> None:
    """Write the reports and their pages to a folder, and draw the page of the class."""
    folders = report_folders(out, [report.student for report in reports])
    for report in reports:
        write_json(folders[report.student] / "report.json", report)
    write_json(out / "class.json", class_report(tuple(reports)))
    browser = Browser(program)
    browser.look()
    browser.open(write_sites(out, out / "site").staff / "index.html", width=WIDTH)
    browser.run("document.querySelector('.tall').style.maxHeight = '18rem'")  # so that more of the page is seen
    part = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": 1}
    shot = browser.ask("Page.captureScreenshot", captureBeyondViewport=True, format="webp", quality=80, clip=part)
    browser.end()
    (ROOT / "docs" / "class.webp").write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
