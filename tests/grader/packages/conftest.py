"""A root of its own, as a container has it: without a network, and with no more powers than Docker gives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.catalog import Catalog, kit_wheel, load_catalog
from grader.files import write_folder
from grader.packages.package import Package
from grader.packages.packing import contents_of
from grader.packages.platforms import PLATFORMS

ROOT = Path(__file__).resolve().parents[3]
ID, SEED = "07_autograd", "a seed of the package's own"
# Those of a container that Docker starts as root, by the names that setpriv knows.
POWERS = (
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write"
)
PLACES = ("usr", "bin", "sbin", "lib", "lib64", "lib32", "etc")
ENTER = r"""
set -e
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
for name in $PLACES; do
  if [ -L "/$name" ]; then ln -sfn "$(readlink "/$name")" "$ROOT/$name"
  elif [ -d "/$name" ]; then mkdir -p "$ROOT/$name"; mount --rbind "/$name" "$ROOT/$name"; fi
done
for place in "$PACKAGES" "$PREFIX"; do mkdir -p "$ROOT$place"; mount --bind "$place" "$ROOT$place"; done
mkdir -p "$ROOT/dev" "$ROOT/proc" "$ROOT/tmp" "$ROOT/root"
chmod 1777 "$ROOT/tmp"
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
exec chroot "$ROOT" setpriv --bounding-set "$BOUND" --inh-caps "$BOUND" "$@"
"""


Make = Callable[..., Package]


class Container:
    """A folder that is the root of what runs in it. Python and the installed packages are those of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o755)

    def path(self, inside: str) -> Path:
        """Return where a path of the container is outside."""
        return self.root / inside.lstrip("/")

    def put(self, source: Path, inside: str) -> None:
        """Copy a folder into the container."""
        shutil.copytree(source, self.path(inside), dirs_exist_ok=True)

    def run(
        self, *command: str, folder: str = "/", environment: Mapping[str, str] = {}, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the container. Nothing that it starts survives."""
        outside = {
            "ROOT": str(self.root),
            "PLACES": " ".join(PLACES),
            "PACKAGES": sysconfig.get_path("purelib"),
            "PREFIX": sys.base_prefix,
            "BOUND": "-all," + ",".join(f"+{power}" for power in POWERS.split()),
        }
        path = f"{sys.base_prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        inside = {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", **environment}
        words = [f"{name}={value}" for name, value in inside.items()]
        start = [
            "unshare",
            "--mount",
            "--net",
            "--pid",
            "--ipc",
            "--fork",
            "--kill-child",
            "bash",
            "-c",
            ENTER,
            "enter",
        ]
        go = ["bash", "-c", f'cd "{folder}" && exec "$@"', "go", *command]
        done = subprocess.run(
            [*start, "env", "-i", *words, *go],
            env={**os.environ, **outside},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done


@pytest.fixture(scope="session")
def needs_root() -> None:
    """Skip where this user may not make such a root."""
    done = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "true"], capture_output=True, check=False
    )
    if done.returncode or os.geteuid() or shutil.which("setpriv") is None:
        pytest.skip("this user may not make a root of its own")


@pytest.fixture(scope="session")
def make() -> Make:
    """Make a package in a folder, and return what it is told."""
    return make_package


@pytest.fixture(scope="session")
def container(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> Container:
    """A container in which Gradescope's `setup.sh` has installed the kit. Other packages are those of these tests."""
    place = tmp_path_factory.mktemp("container")
    place.parent.chmod(0o755)
    known = load_catalog(ROOT)
    made = Container(place / "root")
    make_package("gradescope", made.path("/autograder/source"), known)
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
    made.run("bash", "/autograder/source/setup.sh", environment=offline)
    (packages,) = made.path("/autograder/kit/lib").glob("python*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return made


def make_package(platform: str, out: Path, catalog: Catalog, *exercises: str, **options: Any) -> Package:
    """Make a package in a folder, and return what it is told."""
    chosen = PLATFORMS[platform]  # type: ignore[index]
    wheel = kit_wheel(catalog)
    fields = {"seed": SEED, "seconds": chosen.seconds, "hidden": not chosen.is_public, **options}
    told = Package(platform=chosen.name, kit=wheel.version, exercises=exercises or (ID,), **fields)
    write_folder(out, chosen.arrange(contents_of(catalog, told, wheel)))
    return told
