"""A headless Chromium, driven over its DevTools protocol.

Just what our pages need: open an address, evaluate JavaScript, wait for a condition, and read what
the browser complained of. The protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import urlopen

import websocket

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_TIMEOUT = 40.0
"""Seconds until it listens. A cold start on a busy CI machine takes its time."""
WAIT_TIMEOUT = 15.0
"""Seconds that `wait_for` waits."""

_MIDDLE = """
var target = () => document.querySelector(SELECTOR);
var middle = () => {
    if (!target()) { return null; }
    target().scrollIntoView({block: "center"});
    const box = target().getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
};
var reachable = (x, y) => target().contains(document.elementFromPoint(x, y));
"""


class BrowserError(Exception):
    """The page threw, a condition did not come true, or Chromium did not start."""


def find() -> str | None:
    """The path of a Chromium on this machine, or None."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


class Chromium:
    """One browser with one page. A context manager.

    Attributes:
        complaints: what the browser's console has said of the page since `forget`: exceptions, and
            violations of the Content-Security-Policy.

    Args:
        program: path of the program.
        folder: an empty folder for its profile.
    """

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._ids = itertools.count(1)
        self.complaints: list[str] = []

    def __enter__(self) -> Chromium:
        self._process = subprocess.Popen(
            [
                self._program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-extensions", "--disable-background-networking",
                "--remote-debugging-port=0", f"--user-data-dir={self._folder}", "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._socket = websocket.create_connection(
                self._page_address(), timeout=WAIT_TIMEOUT, suppress_origin=True
            )
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.call(f"{domain}.enable")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._stop()

    def open(self, url: str) -> None:
        """Load an address, and wait until its scripts have run."""
        self.evaluate("window.leaving = true")
        self.call("Page.navigate", url=url)
        self.wait_for("!window.leaving && document.readyState === 'complete'")

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression in the page.

        Raises:
            BrowserError: it threw.
        """
        answer = self.call(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
            allowUnsafeEvalBlockedByCSP=False,
        )
        if "exceptionDetails" in answer:
            raise BrowserError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript expression is true.

        Raises:
            BrowserError: it was not within WAIT_TIMEOUT seconds; with what the browser complained of.
        """
        deadline = time.monotonic() + WAIT_TIMEOUT
        while time.monotonic() < deadline:
            try:
                if self.evaluate(f"Boolean({condition})"):
                    return
            except BrowserError:  # the page is just being replaced
                pass
            time.sleep(0.05)
        raise BrowserError(f"{condition} was not true in time. Complaints: {self.complaints}")

    def click(self, selector: str) -> None:
        """Press the left button of the mouse in the middle of an element, once nothing moves or covers it.

        Raises:
            BrowserError: there is no such element, or it cannot be clicked.
        """
        self.evaluate(_MIDDLE.replace("SELECTOR", json.dumps(selector)))
        self.wait_for("document.getAnimations().length === 0 && middle() && reachable(...middle())")
        x, y = self.evaluate("middle()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the protocol and return its answer."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']}")
                return dict(message["result"])
            self._note(message)

    def forget(self) -> None:
        """Forget the complaints."""
        self.complaints.clear()

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            thrown = details.get("exception", {}).get("description", "")
            self.complaints.append(f"{details['text']} {thrown}")
        entry = params.get("entry", {})
        if message.get("method") == "Log.entryAdded" and entry["source"] in ("security", "javascript"):
            self.complaints.append(entry["text"])

    def _page_address(self) -> str:
        """Where to talk to the one page."""
        port_file = self._folder / "DevToolsActivePort"
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if port_file.exists() and (lines := port_file.read_text().splitlines()):
                with urlopen(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
                    pages = [one for one in json.load(answer) if one["type"] == "page"]
                if pages:
                    return str(pages[0]["webSocketDebuggerUrl"])
            time.sleep(0.05)
        raise BrowserError(f"{self._program} did not start; its exit code is {self._process.poll()}")

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
