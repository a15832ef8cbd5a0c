"""The commands' output and exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli.shared import relaxed_sandbox
from grader.sandbox import SandboxError

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).resolve().parents[3]
GRADER = Path(sys.executable).parent / "grader"
SNAPSHOT = "def snapshot(x):\n    return x.detach().clone()\n"


def grader(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [str(GRADER), *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the files that a clone's commands use."""
    for folder in ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions", "docs/schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grade", "nowhere", "--out", "out"), "there is no such folder"),
        (("grade", "grader/data", "--out", "out"), "it holds no student's folder"),
        (("grade", "README.md", "--out", "out"), "no file in it is an exercise"),
        (("grade", "examples/class", "--out", "out", "--exercise", "77"), "Cannot find the exercise '77'"),
        (("grade", "examples/class", "--out", "README.md/out", "--exercise", "07"), "README.md"),
        (("grade", "examples/class"), "--out"),
        (("check", "07.minimise"), "Did you mean 'minimize'?"),
        (("show", "nowhere"), "Grade first, then show"),
        (("show", "pyproject.toml"), "Grade again to write a new one"),
        (("hint", "07"), "name a task too"),
        (("verify", "nothing"), "Cannot find 'nothing': no exercise and no task has that name"),
        (("verify", "07", "--mutants", "--seeds", "3"), "--seeds does not go with --mutants"),
        (("verify", "07", "--every", "5"), "--every needs --mutants"),
        (("verify", "07", "--flaky", "5", "--seeds", "3"), "--seeds does not go with --flaky"),
        (("verify", "07", "--flaky", "5", "--mutants"), "--mutants does not go with --flaky"),
    ],
)
def test_bad_input_is_explained(arguments: tuple[str, ...], said: str) -> None:
    """For bad input, stderr has one sentence with the solution, and the exit code is 2."""
    done = grader(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (ROOT / "out").exists()


def test_check_passes_a_right_task_and_fails_a_stub(clone: Path) -> None:
    """`check` exits with 0 if everything passes, with 1 if something fails, and with 3 if it is not attempted."""
    stub = clone / "exercises" / "08_detach_and_inplace.py"
    assert grader("check", "08.snapshot", cwd=clone).returncode == 3
    text = stub.read_text(encoding="utf-8")
    stub.write_text(text + "\n\ndef snapshot(x):\n    return x\n", encoding="utf-8")
    assert grader("check", "08.snapshot", cwd=clone).returncode == 1
    stub.write_text(text, encoding="utf-8")
    stub.write_text(stub.read_text(encoding="utf-8") + "\n\n" + SNAPSHOT, encoding="utf-8")
    done = grader("check", "08.snapshot", cwd=clone)
    assert done.returncode == 0
    assert "✓ snapshot  2 of 2" in done.stdout
    assert "○ exp_plus_one" not in done.stdout and "Next: exp_plus_one, in" in done.stdout


def test_status_remembers_what_has_not_changed(clone: Path) -> None:
    """The map shows what is done; a second run grades nothing until a file changes."""
    stub = clone / "exercises" / "08_detach_and_inplace.py"
    stub.write_text(stub.read_text(encoding="utf-8") + "\n\n" + SNAPSHOT, encoding="utf-8")
    first = grader("status", cwd=clone)
    assert first.returncode == 0, first.stderr
    assert "1/5" in first.stdout
    kept = {path: path.stat().st_mtime_ns for path in (clone / ".grader").glob("*.json")}
    assert grader("status", cwd=clone).stdout == first.stdout
    assert kept == {path: path.stat().st_mtime_ns for path in (clone / ".grader").glob("*.json")}
    stub.unlink()
    assert "0/5" in grader("status", cwd=clone).stdout


def test_check_explains_a_syntax_error(clone: Path) -> None:
    """`check` names the line of a syntax error in the student's file."""
    (clone / "exercises" / "08_detach_and_inplace.py").write_text("x = (1,\ny = 2\n", encoding="utf-8")
    done = grader("check", "08", cwd=clone)
    assert done.returncode == 1
    assert "line 1" in done.stdout


def test_check_without_a_file_says_which(clone: Path) -> None:
    """`check` names the missing file."""
    (clone / "exercises" / "08_detach_and_inplace.py").unlink()
    done = grader("check", "08", cwd=clone)
    assert (done.returncode, "Cannot check '08_detach_and_inplace'" in done.stderr) == (2, True)


def test_check_of_a_file_looks_at_no_other(clone: Path, tmp_path: Path) -> None:
    """If a script and a notebook of one exercise exist, the given name decides."""
    script = tmp_path / "08_detach_and_inplace.py"
    script.write_text(f"import torch\n\n\n{SNAPSHOT}", encoding="utf-8")
    script.with_suffix(".ipynb").write_text("{}", encoding="utf-8")
    done = grader("check", script, cwd=clone)
    assert "✓ snapshot" in done.stdout and "There are 2 files" not in done.stdout
    assert "is not a notebook" in grader("check", script.with_suffix(".ipynb"), cwd=clone).stdout


def test_check_works_without_solutions(clone: Path) -> None:
    """In a release, without solutions, hidden suites and misconceptions, the public checks still grade."""
    for folder in ("solutions", "tests/hidden", "tests/misconceptions"):
        shutil.rmtree(clone / folder)
    stub = clone / "exercises" / "08_detach_and_inplace.py"
    stub.write_text(stub.read_text(encoding="utf-8") + "\n\n" + SNAPSHOT, encoding="utf-8")
    done = grader("check", "08.snapshot", cwd=clone)
    assert done.returncode == 0, done.stdout + done.stderr


SUITE = """\"\"\"Suite.\"\"\"
open({mark!r}, "a").write("run")
from grader.suites import check
""" + "".join(
    f"""
@check({task!r}, points={points})
def test_{task}_ok(candidate):
    \"\"\"Fine.\"\"\"
"""
    for task, points in (("derivative_at", 2), ("accumulate_gradients", 3), ("halving_chain", 3), ("minimize", 4))
)


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A class in which a student has handed in a course that gives full marks and leaves a trace."""
    mallory = tmp_path / "class" / "mallory"
    for folder in ("exercises", "tests/public", "tests/hidden", "solutions"):
        (mallory / folder).mkdir(parents=True)
    for name in ("07_autograd.py", "hints.json"):
        shutil.copy(ROOT / "exercises" / name, mallory / "exercises")
    suite = SUITE.replace("{mark!r}", repr(str(tmp_path / "mark")))
    for kind in ("public", "hidden"):
        (mallory / "tests" / kind / "test_07_autograd.py").write_text(suite, encoding="utf-8")
    shutil.copy(ROOT / "solutions" / "07_autograd.py", mallory / "solutions")
    (mallory / "07_autograd.py").write_text("x = 1\n", encoding="utf-8")
    return mallory


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "07"),
        ("check", "07_autograd.py"),
        ("status",),
        ("hint", "07.minimize"),
        ("grade", "..", "--out", "../../out", "--exercise", "07"),
        ("release", "--format", "student", "--out", "../../bundle", "--exercise", "07"),
        ("release", "--format", "nbgrader", "--out", "../../nbgrader", "--exercise", "07"),
        ("build", "--check"),
        ("verify", "07.halving_chain", "--flaky", "1"),
    ],
    ids=lambda arguments: " ".join(arguments[:3]),
)
def test_a_course_that_was_handed_in_is_never_run(handed_in: Path, arguments: tuple[str, ...]) -> None:
    """Even if the current folder is a handed-in course, suites come from the kit, and the command says so."""
    if arguments[0] == "grade":
        shutil.rmtree(handed_in / "solutions")  # they would be right answers
    done = grader(*arguments, cwd=handed_in)
    assert done.returncode in (0, 1, 3), done.stderr
    assert not (handed_in.parents[1] / "mark").exists()
    assert f"Course: {ROOT} (20 exercises)" in done.stderr
    if arguments[0] == "grade":
        report = json.loads((handed_in.parents[1] / "out" / "mallory" / "report.json").read_text(encoding="utf-8"))
        checks = [c["id"] for e in report["exercises"] for task in e["tasks"] for c in task["checks"]]
        assert checks and not [check for check in checks if check.endswith("_ok")]  # none of the suite handed in
    if arguments[0] == "check" and arguments[1] == "07":
        assert "Not attempted yet" in done.stdout and f"Your files: {handed_in / 'exercises'}" in done.stderr


def test_a_course_among_the_submissions_is_refused(handed_in: Path) -> None:
    """A course inside the submissions is refused, even with `--course`."""
    done = grader("grade", handed_in.parent, "--out", handed_in.parents[1] / "out", "--course", handed_in)
    assert done.returncode == 2
    assert "it lies among the submissions" in done.stderr and "Name the course's clone" in done.stderr
    assert not (handed_in.parents[1] / "mark").exists() and not (handed_in.parents[1] / "out").exists()


def test_the_seed_is_kept_with_the_reports(tmp_path: Path) -> None:
    """The seed is random and stays when the command is repeated; another one replaces it with a note."""
    shutil.copytree(ROOT / "examples" / "class" / "untouched", tmp_path / "in" / "untouched")

    def grade(out: str, *options: str) -> tuple[str, str]:
        done = grader("grade", tmp_path / "in", "--out", tmp_path / out, "--exercise", "07", *options)
        assert done.returncode == 0, done.stderr
        return (tmp_path / out / "course-seed.txt").read_text(encoding="utf-8").strip(), done.stderr

    def kept() -> set[str]:
        return {path.name for path in (tmp_path / "one" / ".graded").iterdir()}

    first, _ = grade("one")
    assert len(first) == 32 and (tmp_path / "one" / "course-seed.txt").stat().st_mode & 0o077 == 0
    before = kept()
    assert grade("one")[0] == first and kept() == before
    assert grade("two")[0] not in ("", first)
    seed, said = grade("one", "--seed", "autumn")
    assert seed == "autumn" and "graded again" in said and len(kept()) == 2
    seed, said = grade("one")
    assert seed == "autumn" and "graded again" not in said


def test_grade_reports_every_student(tmp_path: Path) -> None:
    """`grade` writes a report for each student and the class, and names missing exercises."""
    for student in ("Zoë Ångström", "..", "<b>bold", "=1+1", "\x1b[31mred"):
        folder = tmp_path / "in" / (student if student != ".." else "...")
        folder.mkdir(parents=True)
        (folder / "08_detach_and_inplace.py").write_text(SNAPSHOT, encoding="utf-8")
    done = grader("grade", tmp_path / "in", "--out", tmp_path / "out", "--exercise", "8")
    assert done.returncode == 0, done.stderr
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "out").glob("*/report.json")]
    assert len(reports) == 5
    assert {report["points"] for report in reports} == {2.0}
    assert "\x1b" not in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


def test_grade_is_repeatable(tmp_path: Path) -> None:
    """The same submissions get the same reports with any number of workers."""
    texts = []
    for jobs in (1, 2):
        out = tmp_path / str(jobs)
        shutil.rmtree(tmp_path / "in", ignore_errors=True)
        for student in ("half-done", "wrong-answers"):
            shutil.copytree(ROOT / "examples" / "class" / student, tmp_path / "in" / student)
        options = ("--out", out, "--jobs", jobs, "--seed", "x", "--exercise", "07", "--exercise", "08")
        assert grader("grade", tmp_path / "in", *options).returncode == 0
        texts.append({path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("*.json"))})
        history = json.loads(texts[-1].pop(Path("gradebook.json")))
        texts[-1][Path("gradebook.json")] = json.dumps({**history, "runs": len(history["runs"])}).encode()  # its times
    assert texts[0] == texts[1]


def test_show_prints_feedback(tmp_path: Path) -> None:
    """`show` prints a student's feedback."""
    shutil.copytree(ROOT / "examples" / "class" / "half-done", tmp_path / "in" / "half-done")
    assert grader("grade", tmp_path / "in", "--out", tmp_path / "out", "--exercise", "07").returncode == 0
    done = grader("show", tmp_path / "out" / "half-done")
    assert done.returncode == 0
    assert "A common mistake: You erase the gradient" in done.stdout


def test_hint_has_three_tiers() -> None:
    """`hint` gives a different hint for each tier."""
    hints = {grader("hint", "07.minimize", "--tier", tier).stdout for tier in (1, 2, 3)}
    assert len(hints) == 3


def test_build_check_finds_drift(clone: Path) -> None:
    """`build --check` fails on a stub that differs from its source and names it; `build` corrects it."""
    assert grader("build", "--check", "--course", clone).returncode == 0
    stub = clone / "exercises" / "07_autograd.py"
    before = stub.read_bytes()
    stub.write_text("# edited\n", encoding="utf-8")
    done = grader("build", "--check", "--course", clone)
    assert (done.returncode, "07_autograd.py" in done.stderr) == (1, True)
    assert grader("build", "--course", clone).returncode == 0
    assert stub.read_bytes() == before


@pytest.fixture
def refusing() -> Callable[[], None]:
    """Return a function that makes a new process one without namespaces, as in many containers."""
    pyseccomp = pytest.importorskip("pyseccomp")
    filter = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    filter.add_rule(pyseccomp.ERRNO(1), "unshare")
    load: Callable[[], None] = filter.load
    return load


def test_a_machine_that_confines_too_little_grades_nobody(refusing: Callable[[], None], tmp_path: Path) -> None:
    """`grade` refuses in one sentence; `doctor` says what each missing layer costs and that this is not enough."""
    grading = ["grade", "examples/class", "--out", str(tmp_path / "out"), "--exercise", "07", "--jobs", "2"]
    refused, examined = (
        subprocess.run(
            [str(GRADER), *command], cwd=ROOT, capture_output=True, text=True, timeout=300, preexec_fn=refusing
        )
        for command in (grading, ["doctor"])
    )
    said = refused.stderr.splitlines()
    assert refused.returncode == 2 and len(said) == 2, refused.stderr
    assert said[1].startswith("grader: Cannot grade other people's code here: of the sandbox only")
    assert not (tmp_path / "out" / "class.json").exists()
    words = " ".join(examined.stdout.split())
    assert examined.returncode == 1
    assert "Without it: A submission can fill the disk with its files" in words
    assert "Other people's submissions cannot be graded here (your own can: grader check)." in words
    assert "Needed: root, temporary, seccomp, limits. Or: temporary, user, landlock, seccomp, limits." in words


@pytest.mark.parametrize("trusted", [False, True])
def test_submissions_of_others_are_graded_on_linux_alone(monkeypatch: pytest.MonkeyPatch, trusted: bool) -> None:
    """On other systems nothing confines their code, so grading it is refused, even with `--trust-submissions`."""
    assert relaxed_sandbox(trusted) is trusted
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match=r"even with --trust-submissions: .*grade on Linux"):
        relaxed_sandbox(trusted)


def test_doctor_lists_the_layers() -> None:
    """`doctor` names every layer and says whether other people's code may be graded."""
    done = grader("doctor")
    for layer in ("namespaces", "root", "landlock", "seccomp", "limits"):
        assert layer in done.stdout
    assert "submissions" in done.stdout.splitlines()[-1]


def test_verify_finds_a_broken_promise(clone: Path) -> None:
    """`verify` fails and names a misconception that no check finds."""
    path = clone / "tests" / "misconceptions" / "08_detach_and_inplace.py"
    right = '\n\n# %% task="snapshot" name="right-after-all"\n# Nothing is wrong here.\n\n\n' + SNAPSHOT
    path.write_text(path.read_text(encoding="utf-8") + right, encoding="utf-8")
    shutil.copytree(ROOT / "tests" / "alternatives", clone / "tests" / "alternatives")
    done = grader("verify", "08.snapshot", "--course", clone)
    assert done.returncode == 1
    assert "08_detach_and_inplace misconception snapshot: right-after-all: no check of its task fails." in done.stdout
    assert done.stdout.count("✗") == 1


def test_an_nbgrader_course_that_was_handed_in_is_refused(tmp_path: Path) -> None:
    """A handed-in nbgrader course is refused even as the current folder, because its configuration would run."""
    own = tmp_path / "submitted" / "mallory" / "ps1"
    own.mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    mark = tmp_path / "mark"
    (own / "nbgrader_config.py").write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    (own / "grader_course.json").write_text('{"catalog": "."}', encoding="utf-8")
    done = grader("nbgrader", "autograde", "ps1", cwd=own)
    assert done.returncode == 2 and not mark.exists()
    assert f"it lies inside the one in {str(tmp_path)!r}" in done.stderr and "--course" in done.stderr


FAULTY = '''

@check("snapshot", points=1)
def test_snapshot_faulty(candidate, draw):
    """The copy is x + 1."""
    x = draw.tensor(3)
    candidate.snapshot(x).result.values(x + 1)
'''


@pytest.fixture
def faulty(clone: Path) -> Path:
    """A clone in which a check of `snapshot` is wrong."""
    path = clone / "tests" / "hidden" / "test_08_detach_and_inplace.py"
    path.write_text(path.read_text(encoding="utf-8") + FAULTY, encoding="utf-8")
    return clone


def test_grade_lists_a_check_at_fault(faulty: Path, tmp_path: Path) -> None:
    """`grade` gives the points of a check that the reference fails too, and lists it for the instructor alone."""
    folder = tmp_path / "class" / "ana"
    folder.mkdir(parents=True)
    (folder / "08_detach_and_inplace.py").write_text(SNAPSHOT, encoding="utf-8")
    out = tmp_path / "out"
    done = grader("grade", folder.parent, "--out", out, "--exercise", "8", "--course", faulty)
    assert done.returncode == 0, done.stderr
    assert "Checks that are at fault. Please report them to the author of the course" in done.stdout
    listed = (
        "08_detach_and_inplace, snapshot, snapshot_faulty: the reference fails it too; its points stand for 1 student"
    )
    assert listed in " ".join(done.stdout.split()) and "  snapshot(tensor([" in done.stdout
    whole = json.loads((out / "class.json").read_text(encoding="utf-8"))
    (fault,) = whole["broken_checks"]
    assert (fault["check"], fault["students"], fault["stands"]) == ("snapshot_faulty", ["ana"], True)
    assert fault["feedback"]["expected"] and fault["feedback"]["got"]
    report = (out / "ana" / "report.json").read_text(encoding="utf-8")
    assert json.loads(report)["points"] == 3 and "fault" not in report.replace("snapshot_faulty", "")
    shown = grader("show", out / "ana").stdout
    assert "✓ snapshot  3 of 3" in shown and "reference" not in shown


def test_check_gives_the_points_of_a_check_at_fault(faulty: Path) -> None:
    """In a clone with solutions, `check` lets the points stand too, and says nothing of it."""
    stub = faulty / "exercises" / "08_detach_and_inplace.py"
    stub.write_text(stub.read_text(encoding="utf-8") + "\n\n" + SNAPSHOT, encoding="utf-8")
    done = grader("check", "08.snapshot", "--course", faulty, cwd=faulty)
    assert (done.returncode, "✓ snapshot  3 of 3" in done.stdout) == (0, True)


def test_verify_names_a_check_at_fault(faulty: Path) -> None:
    """`verify --flaky` names each check that the reference fails, with its seed; `verify` names it too."""
    done = grader("verify", "08.snapshot", "--flaky", "2", "--jobs", "1", "--course", faulty)
    assert done.returncode == 1 and "2 problems in 2 implementations" in done.stderr
    for seed in (0, 1):
        assert (
            f"with seed {seed}, the reference fails the check 'snapshot_faulty' of snapshot: snapshot(" in done.stdout
        )
    shutil.copytree(ROOT / "tests" / "alternatives", faulty / "tests" / "alternatives")
    done = grader("verify", "08.snapshot", "--course", faulty)
    assert done.returncode == 1
    assert "08_detach_and_inplace reference: the check 'snapshot_faulty' of snapshot says failed: " in done.stdout


def test_flaky_checks_are_looked_for_in_the_course() -> None:
    """With other seeds, the references pass all checks of a few tasks of the course."""
    done = grader("verify", "02.center_rows", "07", "13.relu", "--flaky", "8")
    assert done.returncode == 0, done.stdout
    assert "24 references graded. No check failed." in done.stdout


def test_grade_counts_whole_tasks(tmp_path: Path) -> None:
    """With `--whole-tasks`, a task with a failed check earns nothing, and the reports and the table say so."""
    folder = tmp_path / "in" / "ana"
    folder.mkdir(parents=True)
    wrong = "def exp_plus_one(t):\n    return t.exp().add(1).float()\n"
    (folder / "08_detach_and_inplace.py").write_text(f"import torch\n\n\n{SNAPSHOT}\n\n{wrong}", encoding="utf-8")
    points = {}
    for options in ((), ("--whole-tasks",)):
        done = grader("grade", folder.parent, "--out", tmp_path / "out", "--exercise", "8", *options)
        assert done.returncode == 0, done.stderr
        report = json.loads((tmp_path / "out" / "ana" / "report.json").read_text(encoding="utf-8"))
        points[options] = {task["name"]: task["points"] for task in report["exercises"][0]["tasks"]}
        whole = json.loads((tmp_path / "out" / "class.json").read_text(encoding="utf-8"))["whole_tasks"]
        said = "only if all its checks pass" in grader("show", tmp_path / "out" / "ana").stdout
        assert whole == said == ("only if all its checks passed" in done.stdout) == bool(options)
    assert points[()]["snapshot"] == points["--whole-tasks",]["snapshot"] == 2
    assert 0 < points[()]["exp_plus_one"] < 2 and points["--whole-tasks",]["exp_plus_one"] == 0
