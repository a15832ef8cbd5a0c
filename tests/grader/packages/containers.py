"""A root of its own, as a container has it: without a network, and with no more powers than Docker gives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

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
