"""Users for candidates; test_confine.py tests whole candidates in each kind of system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.candidate_process import namespaces
from grader.candidate_process.namespaces import Users

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has namespaces")


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files that replace the system's."""
    monkeypatch.setattr(namespaces, "Path", lambda name: tmp_path / Path(name).name)
    for name in ("uid_map", "gid_map"):
        (tmp_path / name).write_text("         0          0 4294967295\n", encoding="ascii")
    return tmp_path


def test_root_gives_numbers_that_nobody_has(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root uses numbers above those of systemd; two processes get different ones."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = set()
    for pid in (1, 2, 4_194_303):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        users = namespaces.spare_users()
        assert users is not None
        mine = set(range(users.first, users.first + users.count))
        assert len(mine) == 32 and min(mine) >= 1_879_048_192 and max(mine) < 2_147_352_576 and not mine & found
        found |= mine


def test_root_of_a_small_namespace_gives_small_numbers(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container with 65,536 numbers root uses small ones; with fewer, none."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("uid_map", "gid_map"):
        (system / name).write_text("0 100000 65536\n", encoding="ascii")
    users = namespaces.spare_users()
    assert users is not None and 61_184 <= users.first < users.first + users.count <= 65_520
    (system / "gid_map").write_text("0 100000 1000\n", encoding="ascii")
    assert namespaces.spare_users() is None


@pytest.mark.parametrize(
    ("uids", "gids", "first"),
    [
        ("other:1:1\nana:100000:65536\n", "ana:100000:65536\n", 100_000),
        ("1000:200000:32\n", "1000:200000:32\n", 200_000),
        ("ana:100000:65536\n", "ana:300000:65536\n", None),
        ("ana:100000:31\n", "ana:100000:31\n", None),
        ("other:100000:65536\n", "other:100000:65536\n", None),
        ("ana:100000\n", "ana:100000\n", None),
        ("", "", None),
    ],
)
def test_others_give_what_is_lent_to_them(
    system: Path, monkeypatch: pytest.MonkeyPatch, uids: str, gids: str, first: int | None
) -> None:
    """Other users use the numbers in subuid and subgid: a line for their name or number, equal and long enough."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(os, "getpid", lambda: 2048)
    monkeypatch.setattr(namespaces.pwd, "getpwuid", lambda uid: type("_", (), {"pw_name": "ana"}))
    (system / "subuid").write_text(uids, encoding="ascii")
    (system / "subgid").write_text(gids, encoding="ascii")
    users = namespaces.spare_users()
    assert users == (None if first is None else Users(first=first, count=32))


def test_lent_users_are_mapped_by_the_systems_helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """newuidmap and newgidmap get the own user and the assigned part; a helper that fails is an error."""
    for name in ("newuidmap", "newgidmap"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/said\n', encoding="ascii")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    namespaces._map(42, 1000, 1001, Users(first=100_000, count=32))
    assert (tmp_path / "said").read_text().splitlines() == [
        "newuidmap 42 1000 1000 1 100000 100000 32",
        "newgidmap 42 1001 1001 1 100000 100000 32",
    ]
    (tmp_path / "newgidmap").write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    with pytest.raises(subprocess.CalledProcessError):
        namespaces._map(42, 1000, 1001, Users(first=100_000, count=32))


def test_an_attempt_changes_nothing_here() -> None:
    """An attempt runs in a child; one that fails or raises an error has not worked."""
    here = os.getcwd()
    assert namespaces.works(lambda: os.chdir("/")) and os.getcwd() == here
    assert not namespaces.works(lambda: os.chdir("/nowhere"))
    assert not namespaces.works(lambda: sys.exit(0))
