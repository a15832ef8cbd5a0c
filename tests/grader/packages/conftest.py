"""Makes packages, and a container in which one is installed."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from containers import Container
from outcomes import ID, ROOT, SEED

from grader.catalog import Catalog, Wheel, kit_wheel, load_catalog
from grader.files import write_folder
from grader.packages.package import Package
from grader.packages.packing import contents_of
from grader.packages.platforms import PLATFORMS

Make = Callable[..., Package]


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


@functools.cache
def wheel_of(catalog: Catalog) -> Wheel:
    """Return the kit's wheel, which is built once for all tests."""
    return kit_wheel(catalog)


def make_package(platform: str, out: Path, catalog: Catalog, *exercises: str, **options: Any) -> Package:
    """Make a package in a folder, and return what it is told."""
    chosen = PLATFORMS[platform]  # type: ignore[index]
    wheel = wheel_of(catalog)
    fields = {"seed": SEED, "seconds": chosen.seconds, "hidden": not chosen.is_public, **options}
    told = Package(platform=chosen.name, kit=wheel.version, exercises=exercises or (ID,), **fields)
    write_folder(out, chosen.arrange(contents_of(catalog, told, wheel)))
    return told
