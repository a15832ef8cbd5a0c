"""pytest has the private parts that the examiner needs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from grader.examiner.pytest_internals import number_of_fixtures, parameters_of

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "grader" / "examiner"
PRIVATE = "pytest_internals.py"
LACKS = (
    f"pytest {pytest.__version__} lacks {{}}. Adapt grader/examiner/{PRIVATE}, or lower the ceiling in pyproject.toml."
)


class Collected:
    """Keeps the tests of a session and what was observed in them."""

    def __init__(self) -> None:
        self.parameters: dict[str, dict[str, object]] = {}
        self.fixtures: dict[str, int] = {}
        self.private: set[str] = set()

    @pytest.fixture
    def draw(self) -> int:
        """A fixture of the plugin."""
        return 1

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read what was collected."""
        for item in session.items:
            assert isinstance(item, pytest.Function)
            for name in ("_fixtureinfo", "callspec"):
                assert hasattr(item, name) or item.name == "test_plain", LACKS.format(f"`Function.{name}`")
            assert hasattr(item._fixtureinfo, "name2fixturedefs"), LACKS.format("`FuncFixtureInfo.name2fixturedefs`")
            self.parameters[item.name] = dict(parameters_of(item))
            self.fixtures[item.name] = number_of_fixtures(item, "draw")


SUITE = """
import pytest

@pytest.mark.parametrize(("a", "b"), [(1, 2)])
def test_parameters(draw, a, b): ...

def test_plain(draw): ...
"""
OVERRIDES = """
import pytest

@pytest.fixture
def draw(draw):
    return draw + 1

@pytest.mark.parametrize("a", [3])
def test_overridden(draw, a): ...
"""


@pytest.mark.slow
def test_pytest_has_what_the_examiner_needs(tmp_path: Path) -> None:
    """pytest gives the values of a test's parameters and the number of fixtures of a name."""
    for name, source in {"plain": SUITE, "overrides": OVERRIDES}.items():
        (tmp_path / f"test_internals_{name}.py").write_text(source, encoding="utf-8")
    seen = Collected()
    options = ["-c", "/dev/null", "--rootdir", str(tmp_path), "--import-mode=importlib", "-p", "no:terminal"]
    code = pytest.main([*options, "-p", "no:cacheprovider", "--collect-only", str(tmp_path)], plugins=[seen])
    assert code == pytest.ExitCode.OK
    assert seen.parameters == {
        "test_parameters[1-2]": {"a": 1, "b": 2},
        "test_plain": {},
        "test_overridden[3]": {"a": 3},
    }, LACKS.format("`Function.callspec.params`, as it was")
    assert seen.fixtures == {"test_parameters[1-2]": 1, "test_plain": 1, "test_overridden[3]": 2}, LACKS.format(
        "`Function._fixtureinfo.name2fixturedefs`, as it was"
    )


@pytest.mark.slow
def test_private_names_of_pytest_are_used_in_one_file_only() -> None:
    """Only one file uses private names of pytest."""
    private = re.compile(
        r"(?<!\w)_pytest\b|\._(fixtureinfo|setupstate|fixturemanager|request|pyfuncitem)\b|\bcallspec\b"
    )
    files = [file for file in (ROOT / "grader").rglob("*.py") if file.name != PRIVATE]
    code = {str(file.relative_to(ROOT)): ast.unparse(ast.parse(file.read_text(encoding="utf-8"))) for file in files}
    assert {file: found[0] for file, text in code.items() if (found := private.search(text))} == {}


def test_versions_of_pytest_that_were_not_tried_are_left_out() -> None:
    """A new major version of pytest is excluded until it has been tried."""
    (wanted,) = re.findall(r'"pytest>=([\d.]+),<([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    major = int(pytest.__version__.split(".")[0])
    assert int(wanted[0].split(".")[0]) <= major < int(wanted[1].split(".")[0])
