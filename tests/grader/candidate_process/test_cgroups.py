"""Control groups, tested on a folder that imitates cgroup v2, because not every kernel has it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.candidate_process import cgroups

FILES = ("cgroup.procs", "cgroup.subtree_control", "memory.max", "memory.swap.max", "memory.oom.group", "pids.max")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a folder with the group of this process; as in the kernel, control files appear with their folder."""
    make = os.mkdir

    def mkdir(path: str | Path, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        make(path, mode, dir_fd=dir_fd)
        for name in FILES:
            os.close(os.open(f"{path}/{name}", os.O_CREAT | os.O_WRONLY, dir_fd=dir_fd))

    def rmdir(path: str | Path, *, dir_fd: int | None = None) -> None:
        for name in FILES:
            os.unlink(f"{path}/{name}", dir_fd=dir_fd)
        remove(path, dir_fd=dir_fd)

    remove = os.rmdir

    def tree(own: str = "user/shell.scope", controllers: str = "cpu memory pids") -> Path:
        monkeypatch.setattr(os, "mkdir", mkdir)
        monkeypatch.setattr(os, "rmdir", rmdir)
        (tmp_path / own).mkdir(parents=True)
        (tmp_path / own).parent.joinpath("cgroup.subtree_control").write_text(f"{controllers}\n", encoding="ascii")
        (tmp_path / "membership").write_text(f"4:memory:/elsewhere\n0::/{own}\n", encoding="ascii")
        return tmp_path

    return tree


def made(tree: Path, name: str = "x") -> cgroups.Group | None:
    """Make a group in a tree."""
    return cgroups.make(name, mounted=tree, membership=tree / "membership")


def test_a_server_has_a_group_with_one_for_itself(tree: Callable[..., Path]) -> None:
    """A server's group is made next to its own group if the parent passes the controllers on."""
    root = tree()
    group = made(root)
    assert group is not None and group.path == root / "user" / "grader-x"
    assert (group.path / "cgroup.subtree_control").read_text() == "+memory +pids"
    assert (group.path / "server" / "cgroup.procs").read_text() == "0"


def test_a_candidate_is_limited_as_a_whole(tree: Callable[..., Path]) -> None:
    """A group limits memory, swap and threads, and kills its processes together; then the process enters it."""
    group = made(tree())
    assert group is not None
    name = group.add(42, memory=2**30, threads=512)
    assert name is not None
    wrote = {file: (group.path / name / file).read_text() for file in FILES if file != "cgroup.subtree_control"}
    assert wrote == {
        "cgroup.procs": "42",
        "memory.max": str(2**30 + 2**29),
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "512",
    }
    assert group.add(43, memory=1, threads=1) != name
    group.remove(name)
    assert not (group.path / name).exists()


def test_a_candidate_that_is_refused_leaves_no_group(
    tree: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a limit cannot be set, no group is left and the layer does not count as active."""
    group = made(tree())
    assert group is not None
    before = sorted(os.listdir(group.path))
    write = cgroups.Group._write

    def refuse(group: cgroups.Group, name: str, value: int) -> None:
        if name.endswith("cgroup.procs"):
            raise PermissionError(1, name)
        write(group, name, value)

    monkeypatch.setattr(cgroups.Group, "_write", refuse)
    assert group.add(42, memory=1, threads=1) is None
    assert sorted(os.listdir(group.path)) == before


@pytest.mark.parametrize("controllers", ["", "cpu", "memory", "pids"])
def test_without_controllers_there_is_no_group(tree: Callable[..., Path], controllers: str) -> None:
    """Without the needed controllers no group is made."""
    root = tree(controllers=controllers)
    assert made(root) is None and not list(root.rglob("grader-*"))


def test_without_permission_there_is_no_group(tree: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """If making a group fails half-way, nothing is left of it."""
    root = tree()

    def refuse(file: Path, value: str) -> None:
        raise PermissionError(1, str(file))

    monkeypatch.setattr(cgroups, "_set", refuse)
    assert made(root) is None
    assert not (root / "user" / "grader-x").exists()


@pytest.mark.parametrize("lines", ["", "4:memory:/x\n", "0::/../x\n"])
def test_without_cgroup_v2_there_is_no_group(tmp_path: Path, lines: str) -> None:
    """No group is made with version 1 alone, or if the group is outside the mount, as in some containers."""
    (tmp_path / "membership").write_text(lines, encoding="ascii")
    assert made(tmp_path) is None
    assert cgroups.make("x", mounted=tmp_path, membership=tmp_path / "missing") is None


def test_groups_of_killed_servers_are_swept_away(tree: Callable[..., Path]) -> None:
    """Groups without processes are removed; groups of running servers stay."""
    root = tree()
    for name, populated in (("grader-dead", 0), ("grader-alive", 1), ("other", 0)):
        (root / "user" / name).mkdir()
        (root / "user" / name / "candidate-1").mkdir()
        (root / "user" / name / "cgroup.events").write_text(f"populated {populated}\nfrozen 0\n", encoding="ascii")
    (root / "user" / "grader-dead" / "cgroup.events").rename(root / "events")
    (root / "user" / "grader-dead" / "cgroup.events").symlink_to(root / "events")
    removed = os.rmdir

    def rmdir(path: str | Path, *, dir_fd: int | None = None) -> None:
        with_events = Path(path) / "cgroup.events"
        if with_events.is_symlink():
            with_events.unlink()
        removed(path, dir_fd=dir_fd)

    os.rmdir = rmdir  # type: ignore[assignment]  # put back by `tree`
    assert made(root) is not None
    left = {path.name for path in (root / "user").iterdir() if path.is_dir()}
    assert left == {"shell.scope", "grader-alive", "grader-x", "other"}
