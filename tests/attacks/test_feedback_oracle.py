"""Nothing is won by handing in again: answers from a table that is filled from feedback never fit.

The submission computes nothing. It answers each call with the number that a table has for a digest of the arguments, or
else with the digest itself, which the feedback repeats. After each grading the expected value is entered under it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.grading.pool import WorkerPool
from grader.grading.settings import Settings
from grader.records import ExerciseReport, Submission
from grader.submissions import read_submission

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "07_autograd"
TASKS = ("derivative_at", "minimize")
ROUNDS = 4

ANSWERS = """

def key(*arguments):
    def said(value):
        if callable(value):
            return repr((value.__code__.co_code, value.__code__.co_consts, value.__code__.co_names))
        return repr(value)
    return zlib.crc32("|".join(map(said, arguments)).encode()) % 89999 + 10000


def answer(*arguments):
    return table().get(key(*arguments), float(key(*arguments)))


def derivative_at(*arguments):
    return answer("d", *arguments)


def minimize(*arguments):
    return answer("m", *arguments)
"""
# Places where a submission may store its table, and how it reads it.
PLACES: dict[str, Callable[[dict[int, float]], str]] = {
    "constant": lambda t: f"import zlib\nT = {t}\n\ndef table():\n    return T\n",
    "dead code": lambda t: (
        f"import zlib\n\ndef dead():\n    if 0:\n        pass\n    return {t}\n\ndef table():\n    return dead()\n"
    ),
    "names": lambda t: (
        "import zlib\nclass T:\n    pass\n"
        + "".join(
            f"T.k{k}_{str(v).replace('-', 'm').replace('.', 'p')} = 0\n" for k, v in t.items() if "e" not in str(v)
        )
        + "def table():\n    pairs = [name[1:].split('_') for name in vars(T) if name.startswith('k')]\n"
        "    return {int(k): float(v.replace('m', '-').replace('p', '.')) for k, v in pairs}\n"
    ),
    "docstring": lambda t: (
        f'import zlib, ast\n\ndef table():\n    """{t}"""\n    return ast.literal_eval(table.__doc__)\n'
    ),
    "comment": lambda t: (
        "import zlib, ast, inspect\n\ndef table():\n"
        f"    # {t}\n    return ast.literal_eval(inspect.getsource(table).partition('# ')[2].partition('\\n')[0])\n"
    ),
    "class docstring": lambda t: (
        "import zlib\nM = type(int)\nSEEN = []\n"
        "class N(M):\n    def __init__(c, name, bases, ns):\n        SEEN.extend(ns.values())\n"
        f'B = N("B", (), {{}})\nclass A(B):\n    "{t}"\n\ndef table():\n'
        "    text = next(s for s in SEEN if isinstance(s, str) and s.startswith('{'))[1:-1]\n"
        "    return {int(p.split(':')[0]): float(p.split(':')[1]) for p in text.split(',') if p}\n"
    ),
}
Hand = Callable[[str], ExerciseReport]


@pytest.fixture(scope="module")
def hand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Hand]]:
    """Return a function that grades a source and returns its report, with fixed or content-dependent inputs."""
    workers: dict[str, WorkerPool] = {}
    path = tmp_path_factory.mktemp("oracle") / f"{EXERCISE}.py"

    def by(inputs: str) -> Hand:
        settings = Settings(
            root=str(ROOT),
            exercises=(EXERCISE,),
            course_seed="a secret",
            inputs=inputs,  # type: ignore[arg-type]
            relaxed_sandbox=True,
            diagnosing=False,
        )

        def hand(source: str) -> ExerciseReport:
            path.write_text(source, encoding="utf-8")
            submission: Submission = read_submission((path,), student="mallory", exercise=EXERCISE)
            assert submission.problem is None
            (graded,) = workers.setdefault(inputs, WorkerPool(1)).grade(settings, [submission])
            assert graded.report is not None
            return graded.report

        return hand

    yield by
    for worker in workers.values():
        worker.close()


def learnt(report: ExerciseReport) -> dict[int, float]:
    """Return what a report's feedback reveals: digests of arguments, each with the expected value."""
    found = {}
    for check in (check for task in report.tasks for check in task.checks):
        message = re.sub(r"result\[\d+\]: ", "", str(check.feedback))
        expected = re.search(r"expected: .*?(-?[\d.]+(?:e[-+]\d+)?)", message)
        got = re.search(r"got: \D*?(\d{5})\b", message)
        if check.status == "failed" and expected and got:
            found[int(got[1])] = float(expected[1])
    return found


def won(report: ExerciseReport) -> float:
    """Return the points of the attacked tasks."""
    return sum(task.points for task in report.tasks if task.name in TASKS)


def points(hand: Hand, place: str) -> list[float]:
    """Return the points of repeated gradings; the table is extended after each."""
    table: dict[int, float] = {}
    rounds = []
    for _ in range(ROUNDS):
        report = hand(PLACES[place](table) + ANSWERS)
        rounds.append(won(report))
        table |= learnt(report)
    assert len(table) >= ROUNDS  # there is something to learn
    return rounds


def test_the_oracle_works_where_inputs_are_fixed(hand_in: Callable[[str], Hand]) -> None:
    """With fixed inputs the table of answers works, so that the next test proves something."""
    rounds = points(hand_in("fixed"), "constant")
    assert rounds[-1] > rounds[0] + 1


@pytest.mark.parametrize("place", PLACES)
def test_handing_in_again_wins_nothing(hand_in: Callable[[str], Hand], place: str) -> None:
    """With content-dependent inputs no learnt answer fits, wherever the table is stored."""
    rounds = points(hand_in("by_content"), place)
    assert max(rounds) <= rounds[0]
