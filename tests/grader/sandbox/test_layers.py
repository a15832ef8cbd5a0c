"""The documents list the layers of the sandbox and say which ones are needed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.candidate_process import confine
from grader.sandbox import LAYERS, MINIMA, Host, Process, Server, active_layers, layers


def test_every_layer_is_described() -> None:
    """Each of the candidate process's layers has one entry, in the same order, and there are no others."""
    known = (
        confine.NAMESPACES,
        confine.ROOT,
        confine.PROCESSES,
        confine.TEMPORARY,
        confine.USER,
        confine.LANDLOCK,
        confine.SECCOMP,
        confine.CAPABILITIES,
        confine.LIMITS,
        confine.CGROUP,
    )
    assert tuple(layer.name for layer in LAYERS) == known


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_a_layer_says_what_it_protects_and_how_to_get_it(layer: layers.Layer) -> None:
    """Each layer's texts have the right form: a phrase for what it protects, sentences for the rest."""
    assert str(layer.protects) and not str(layer.protects).endswith(".")
    for text in map(str, (layer.lost, layer.cure)):
        assert text[0].isupper() and text.endswith(".")


def test_active_layers_are_those_of_a_candidate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """`active_layers` confines one candidate, returns its layers, and ends it."""
    spawned: list[Process] = []

    @contextlib.contextmanager
    def warm(*, relaxed_sandbox: bool) -> Iterator[Server]:
        assert relaxed_sandbox  # or nothing would be known where too little holds
        yield server

    spawn = server.spawn

    def noted() -> Process:
        spawned.append(spawn())
        return spawned[-1]

    monkeypatch.setattr(layers, "open_server", warm)
    monkeypatch.setattr(server, "spawn", noted)
    assert set(active_layers()) <= {layer.name for layer in LAYERS}
    assert active_layers() == spawned[0].layers
    assert [process._gone for process in spawned] == [True, True]


# What people read

ROOT = Path(__file__).resolve().parents[3]
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def rows(head: str) -> list[list[str]]:
    """Return the cells of the table in docs/security.md with this first heading."""
    lines = SECURITY[SECURITY.index(f"| {head} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_layers_is_that_of_the_code() -> None:
    """The table has each layer, what it protects, and where it is needed, as in the code."""
    ways = [*MINIMA[Host.SHARED], *MINIMA[Host.DISPOSABLE]]
    wanted = [
        [f"`{layer.name}`", str(layer.protects), *("needed" if layer.name in way else "" for way in ways)]
        for layer in LAYERS
    ]
    assert rows("layer") == wanted


def test_each_promise_names_what_keeps_it() -> None:
    """Each promise names existing layers or general protections, and every layer is named by a promise."""
    named: set[str] = set()
    for promise, how, by in rows("the attacker wants"):
        layers = set(re.findall(r"`(\w+)`", by))
        assert promise and how and by and layers <= {layer.name for layer in LAYERS}, promise
        assert layers or by in ("the split", "collecting", "the reader", "the reports"), promise
        named |= layers
    needed = frozenset().union(*MINIMA[Host.SHARED])
    assert needed <= named


def test_the_minimum_in_words_is_that_of_the_code() -> None:
    """The sentence in docs/instructors.md names the same minimum as the table."""
    said = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8").replace("\n", " ")
    assert "either a private root, or Landlock together with a separate user" in said
    own_root, other_user = MINIMA[Host.SHARED]
    assert own_root - other_user == {"root"} and other_user - own_root == {"landlock", "user"}


def test_plain_autograde_promises_nothing() -> None:
    """The documents say what plain `nbgrader autograde` exposes."""
    said = (ROOT / "docs" / "nbgrader.md").read_text(encoding="utf-8")
    described = said[said.index("- **`nbgrader autograde ASSIGNMENT`**") :].split("- **`grader")[0]
    for exposed in ("as you", "suites", "solutions", "gradebook"):
        assert exposed in described
    assert "nothing can be forged" not in said
