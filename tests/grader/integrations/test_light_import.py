"""nbgrader is imported without the packages that the kit does not use."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
from grader.integrations.nbgrader.light_import import without_address_grammar

with without_address_grammar():
    import grader.integrations.nbgrader.autograde
print(sorted({"nbgrader", "jsonschema", "lark", "rfc3987_syntax"} & set(sys.modules)))
"""


@pytest.mark.skipif(find_spec("nbgrader") is None, reason="nbgrader is not installed")
def test_nbgrader_is_imported_without_the_grammar_of_addresses() -> None:
    """jsonschema is there, and the parser generator is not; the package is not marked as missing afterwards."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['jsonschema', 'nbgrader']"


@pytest.mark.skipif(find_spec("rfc3987_syntax") is None, reason="rfc3987-syntax is not installed")
def test_the_package_can_be_imported_afterwards() -> None:
    """Only what is imported inside of the context goes without it."""
    script = SCRIPT + "import rfc3987_syntax\nprint('there')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "there"
