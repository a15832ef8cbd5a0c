"""Opens pages in Chromium, over the two pipes of its DevTools: no driver and no package is needed.

The browser has no network of its own here: what a page asks for is written down, and so is what the console says.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-extensions --disable-dev-shm-usage --hide-scrollbars
    --remote-debugging-pipe
""".split()


def found_browser() -> str | None:
    """Return the path of a browser: that of the variable GRADER_BROWSER, or one that is installed."""
    return os.environ.get("GRADER_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A browser with one page. `requests` are the addresses it asked for, and `complaints` what the console says."""

    def __init__(self, program: str) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._number = 0
        self._session: str | None = None
        self._folder = tempfile.mkdtemp()
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()

        # The browser looks for its pipes at 3 and 4.
        script = (
            f"import os, sys; os.dup2({to_browser}, 3); os.dup2({from_browser}, 4); os.execv(sys.argv[1], sys.argv[1:])"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, program, *_FLAGS, f"--user-data-dir={self._folder}", "about:blank"],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._messages = os.fdopen(self._read, "rb")
        (target,) = (t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def end(self) -> None:
        """End the browser, and remove what it kept."""
        self._process.kill()
        self._process.wait()
        self._messages.close()
        os.close(self._write)
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result. Events that come before it are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])

    def _next(self) -> dict[str, Any]:
        parts = []
        while (byte := self._messages.read(1)) != b"\0":
            assert byte, "the browser ended"
            parts.append(byte)
        message: dict[str, Any] = json.loads(b"".join(parts))
        method, said = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(said["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(said["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(str(said["args"]))
        return message

    def open(self, page: Path, *, width: int = 1280, height: int = 900) -> None:
        """Open a page in a window of this size, and wait until it is loaded."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        self.ask("Page.navigate", url=page.resolve().as_uri())
        while self.run("document.readyState") != "complete":
            pass

    def look(self, *, dark: bool = False, printed: bool = False) -> None:
        """Show pages as they are in the dark, or on paper."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", media="print" if printed else "screen", features=features)

    def run(self, script: str) -> Any:
        """Return what an expression of JavaScript gives."""
        done = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, *keys: str) -> None:
        """Press keys one after another, such as "Tab" and "Enter"."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            code = {"Tab": 9, "Enter": 13}.get(key, 0)
            for kind in ("keyDown", "keyUp"):
                self.ask(
                    "Input.dispatchKeyEvent",
                    type=kind,
                    key=key,
                    windowsVirtualKeyCode=code,
                    **({"text": text} if kind == "keyDown" and text else {}),
                )

    def picture(self, to: Path, *, whole: bool = True) -> None:
        """Write a picture of the page, or of the part in the window."""
        data = self.ask("Page.captureScreenshot", captureBeyondViewport=whole, format="png")["data"]
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(base64.b64decode(data))

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=False)["data"])

    def violations(self, axe: str, tags: Sequence[str] = ()) -> list[str]:
        """Return what axe-core, whose source is `axe`, finds wrong with the page, with the places."""
        self.run(f"{axe}\n;0")
        found = self.run("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
