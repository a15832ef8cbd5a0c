"""A root of its own, as a container has it: without a network, and with no more powers than Docker gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# A submission that tries every way to the files of a package, and says how many bytes it could read.
READER = '''
import os

def look():
    """Try every way to the package's files; return how many bytes of suites and solutions could be read."""
    own, found, read = os.getpid(), 0, []
    places = ["/autograder", "/grade", "/package", "/tmp", "/root", "/home", "."]
    places += [f"/proc/{pid}/{name}" for pid in range(1, 400) if pid != own for name in ("cwd", "root/autograder")]
    for place in places:
        for folder, _, names in os.walk(place, onerror=lambda error: None):
            if "site-packages" in folder or "/lib/" in folder or "/share/" in folder:
                continue
            for name in names:
                try:
                    text = open(os.path.join(folder, name), "rb").read(100_000)
                except OSError:
                    continue
                if b"derivative_at" in text or b"grader/package/1" in text:
                    found, read = found + len(text), [*read, os.path.join(folder, name)]
    for pid in range(1, 400):
        if pid == own:
            continue
        for name in ("environ", "mem", "maps", *(f"fd/{n}" for n in range(20))):
            try:
                found += len(open(f"/proc/{pid}/{name}", "rb").read(10))
                read.append(f"/proc/{pid}/{name}")
            except OSError:
                pass
    return f"READ {found} bytes: {read}"

def attack(*arguments, **keywords):
    raise RuntimeError(look())

derivative_at = accumulate_gradients = halving_chain = minimize = attack
'''
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
for place in $PLACES "$PACKAGES" "$PREFIX"; do
  if mountpoint -q "$ROOT/$place"; then mount -o remount,bind,ro "$ROOT/$place"; fi
done
mkdir -p "$ROOT/dev" "$ROOT/proc" "$ROOT/tmp" "$ROOT/root"
chmod 1777 "$ROOT/tmp"
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
exec chroot "$ROOT" setpriv --bounding-set "$BOUND" --inh-caps "$BOUND" "$@"
"""


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
        self,
        *command: str,
        folder: str = "/",
        programs: str = "/kit/bin",
        environment: Mapping[str, str] = {},
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the container. Nothing that it starts survives. `programs` come first on the path."""
        outside = {
            "ROOT": str(self.root),
            "PLACES": " ".join(PLACES),
            "PACKAGES": sysconfig.get_path("purelib"),
            "PREFIX": sys.base_prefix,
            "BOUND": "-all," + ",".join(f"+{power}" for power in POWERS.split()),
        }
        path = f"{programs}:{sys.base_prefix}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
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


def on_gradescope(container: Container, package: Path, submission: Path, *before: str) -> dict[str, Any]:
    """Lay things down as Gradescope does, start `run_autograder`, and return the result."""
    for place in ("source", "submission", "results"):
        shutil.rmtree(container.path(f"/autograder/{place}"), ignore_errors=True)
    container.put(package, "/autograder/source")
    container.put(submission, "/autograder/submission")
    container.path("/autograder/results").mkdir()
    metadata = {"users": [{"email": "student", "id": 1, "name": "Ana"}]}
    container.path("/autograder/submission_metadata.json").write_text(json.dumps(metadata))
    shutil.copy(container.path("/autograder/source/run_autograder"), container.path("/autograder/run_autograder"))
    container.run(*before, "/autograder/run_autograder", folder="/autograder")
    return read(container, "/autograder/results/results.json")


def on_prairielearn(container: Container, question: Path, submission: Path) -> dict[str, Any]:
    """Fill /grade as PrairieLearn does, start the entry point, and return the result."""
    shutil.rmtree(container.path("/grade"), ignore_errors=True)
    container.put(question / "tests", "/grade/tests")
    container.put(submission, "/grade/student")
    container.path("/grade/data").mkdir()
    container.path("/grade/data/data.json").write_text('{"params": {}, "variant_seed": 1}')
    container.run("/grade/tests/grade.sh", programs="/autograder/kit/bin")  # the image's Python has the kit
    return read(container, "/grade/results/results.json")


def on_docker(container: Container, package: Path, submission: Path, entry: Sequence[str] = ()) -> dict[str, Any]:
    """Mount a submission as a user of the image does, start it, and return the report.

    Without the image's own `entry` point, the package is put where the image has it.
    """
    for place in ("submission", "results", *(() if entry else ("package",))):
        shutil.rmtree(container.path(f"/{place}"), ignore_errors=True)
    if not entry:
        container.put(package, "/package")
    container.put(submission, "/submission")
    container.path("/results").mkdir()
    command = entry or ("/autograder/kit/bin/grader", "run-package", "/package")
    container.run(*command, programs="/kit-python/bin", environment={"STUDENT": "student"})
    return read(container, "/results/report.json")


def read(container: Container, path: str) -> dict[str, Any]:
    """Return a result."""
    found: dict[str, Any] = json.loads(container.path(path).read_text())
    return found
