"""The layers that people read about are those that the worker has."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from grader.sandbox import LAYERS, Process, Server, active_layers, layers
from grader.worker import confine


def test_every_layer_is_described() -> None:
    """Each of the worker's layers has an entry of its own, in the worker's order, and there are no others."""
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
    """What is protected reads on after a colon; what is lost without it and the cure are sentences."""
    assert layer.protects and not layer.protects.endswith(".")
    for text in (layer.lost, layer.cure):
        assert text[0].isupper() and text.endswith(".")


def test_active_layers_are_those_of_a_candidate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """One candidate is confined to see which layers hold, and ended."""
    spawned: list[Process] = []

    @contextlib.contextmanager
    def warm(*, trusted: bool) -> Iterator[Server]:
        assert trusted  # or nothing would be known where too little holds
        yield server

    spawn = server.spawn

    def noted() -> Process:
        spawned.append(spawn())
        return spawned[-1]

    monkeypatch.setattr(layers, "Server", warm)
    monkeypatch.setattr(server, "spawn", noted)
    assert set(active_layers()) <= {layer.name for layer in LAYERS}
    assert active_layers() == spawned[0].layers
    assert [process._gone for process in spawned] == [True, True]
