"""A real headless Chromium, driven through its debugging pipe (Chrome DevTools Protocol) without further packages."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 120  # seconds; a busy machine starts it slowly


class Page:
    """A tab: scripts, keys as a keyboard gives them, downloads."""

    def __init__(self, read: int, write: int):
        self._read, self._write, self._rest, self._number, self._session = read, write, b"", 0, None
        self.dialogs: list[str] = []  # kinds of those that were told yes

    def call(self, method: str, **params) -> dict:
        """The browser's answer to a command; of its events only a dialog is heard, and told yes."""
        wanted = self._send(method, params)
        while True:
            answer = self._receive(method)
            if answer.get("method") == "Page.javascriptDialogOpening":
                self.dialogs.append(answer["params"]["type"])
                self._send("Page.handleJavaScriptDialog", {"accept": True})
            if answer.get("id") == wanted:
                assert "error" not in answer, answer
                return answer["result"]

    def _send(self, method: str, params: dict) -> int:
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        return self._number

    def _receive(self, method: str) -> dict:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], PATIENCE)
            assert ready, f"Chromium does not answer {method}"
            self._rest += os.read(self._read, 65536) or _gone()
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def attach(self, downloads: Path) -> None:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def open(self, path: Path) -> None:
        self.call("Page.navigate", url=path.absolute().as_uri())
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def value(self, script: str):
        """What the script evaluates to; an exception in it fails the test."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, script: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.value(script):
            assert time.monotonic() < end, f"never true: {script}"
            time.sleep(0.05)

    def press(self, key: str, code: int, text: str = "") -> None:
        """One key, with the virtual key code that Chromium wants."""
        common = {"key": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def tab(self) -> None:
        self.press("Tab", 9)

    def enter(self) -> None:
        self.press("Enter", 13, "\r")

    def digit(self, number: int) -> None:
        self.press(str(number), 48 + number, str(number))

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)


def _gone() -> bytes:
    raise EOFError("Chromium has ended")


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """A fresh browser whose profile and downloads lie in `folder`; ended in the end."""
    down, up = os.pipe(), os.pipe()
    downloads = folder / "downloads"
    downloads.mkdir()
    # The browser reads from descriptor 3 and writes to 4; a shell puts the pipes there.
    command = f'exec "$0" "$@" 3<&{down[0]} 4>&{up[1]}'
    words = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    words += ["--remote-debugging-pipe", f"--user-data-dir={folder / 'profile'}", "--disable-background-networking"]
    environment = os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    with open(folder / "chromium.log", "wb") as told:
        process = subprocess.Popen(
            ["bash", "-c", command, *words], pass_fds=(down[0], up[1]), stdout=told, stderr=told, env=environment
        )
        os.close(down[0])
        os.close(up[1])
        try:
            page = Page(up[0], down[1])
            page.attach(downloads)
            yield page
        finally:
            process.terminate()
            process.wait(30)
            os.close(up[0])
            os.close(down[1])
