"""A headless Chromium to look at pages with: clicks, types, waits, takes pictures.

No network but loopback: names do not resolve, and a request elsewhere is failed and remembered.
"""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.devtools import TIME_LIMIT, BrowserError, Connection, Message

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_LOCAL_SCHEMES = {"data", "blob", "about"}


class Browser:
    """One Chromium with an empty profile; use as a context manager. `flags` are given beside those
    that every test uses."""

    def __init__(self, *flags: str) -> None:
        self._pages: dict[str, Page] = {}
        self._connection = Connection(self._take, flags)
        self.call = self._connection.call
        self.post = self._connection.post

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _take(self, message: Message) -> None:
        parameters = message["params"]
        page = self._pages.get(message.get("sessionId", ""))
        if page is None:
            return
        if message["method"] == "Target.attachedToTarget":  # a worker of this page
            worker = parameters["sessionId"]
            self._pages[worker] = page
            for domain in ("Runtime", "Log", "Network"):
                self.post(f"{domain}.enable", worker)
            self.post("Runtime.runIfWaitingForDebugger", worker)
        else:
            page.take(message["method"], parameters)

    @contextlib.contextmanager
    def page(
        self, *, language: str = "en-US", size: tuple[int, int] = (1440, 900), dark: bool = False
    ) -> Iterator[Page]:
        """An empty page in a context of its own: no storage shared with another page."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, attached["sessionId"])
        self._pages[page.session] = page
        try:
            page.prepare(language, size, dark=dark)
            yield page
        finally:
            self.call("Target.disposeBrowserContext", browserContextId=context)


@dataclass(eq=False)
class Page:
    """One page, and everything that went wrong on it."""

    browser: Browser
    session: str
    faults: list[str] = field(default_factory=list)
    """Errors of console, scripts, workers and content policy, in order."""
    addresses: list[str] = field(default_factory=list)
    """Every address asked for, workers' requests included."""
    outside: list[str] = field(default_factory=list)
    """Requests to anything but loopback; each was failed."""

    def call(self, method: str, **parameters: object) -> Message:
        """One DevTools command for this page."""
        return self.browser.call(method, self.session, **parameters)

    def prepare(self, language: str, size: tuple[int, int], *, dark: bool) -> None:
        """Listens to everything, and sets language, size and colour scheme."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self.call(
            "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True
        )
        agent = self.evaluate("navigator.userAgent")
        self.call("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        width, height = size
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def take(self, method: str, parameters: Message) -> None:
        """Remembers one event; called on the listening thread, so it never waits."""
        match method:
            case "Fetch.requestPaused":
                self._let_pass_or_fail(parameters)
            case "Network.requestWillBeSent":
                self._note(parameters["request"]["url"])
            case "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                thrown = details.get("exception", {}).get("description", "")
                self.faults.append(f"{details['text']} {thrown}")
            case "Runtime.consoleAPICalled" if parameters["type"] in {"error", "assert"}:
                said = [str(a.get("value", a.get("description"))) for a in parameters["args"]]
                self.faults.append(" ".join(said))
            case "Log.entryAdded" if parameters["entry"]["level"] == "error":
                entry = parameters["entry"]
                self.faults.append(f"{entry['text']} {entry.get('url', '')}")

    def _let_pass_or_fail(self, parameters: Message) -> None:
        paused = {"session": self.session, "requestId": parameters["requestId"]}
        if self._note(parameters["request"]["url"]):
            self.browser.post("Fetch.continueRequest", **paused)
        else:
            self.browser.post("Fetch.failRequest", **paused, errorReason="BlockedByClient")

    def _note(self, address: str) -> bool:
        self.addresses.append(address)
        parts = urlsplit(address)
        is_local = parts.scheme in _LOCAL_SCHEMES or parts.hostname in _LOOPBACK
        if not is_local:
            self.outside.append(address)
        return is_local

    def goto(self, address: str) -> None:
        """Loads an address and waits until its scripts have run."""
        error = self.call("Page.navigate", url=address).get("errorText")
        if error:
            raise BrowserError(f"{address} did not load: {error}")
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited when it is a promise."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if details := answer.get("exceptionDetails"):
            described = details.get("exception", {}).get("description", details["text"])
            raise BrowserError(f"{expression[:120]}: {described}")
        return answer["result"].get("value")

    def wait_for(self, expression: str, time_limit: float = TIME_LIMIT) -> Any:
        """The first truthy value of an expression."""
        deadline = time.monotonic() + time_limit
        while True:
            with contextlib.suppress(BrowserError):  # a page being replaced
                if found := self.evaluate(expression):
                    return found
            if time.monotonic() > deadline:
                shown = self.text()[:600]
                raise BrowserError(f"Not seen: {expression}; faults {self.faults}; shown: {shown}")
            time.sleep(0.05)

    def text(self) -> str:
        """The page's visible text."""
        return str(self.evaluate("document.body?.innerText ?? ''"))

    def click(self, find: str) -> None:
        """Clicks the element that a JavaScript expression finds; it must be visible and on top."""
        spot = self.wait_for(
            f"""(() => {{
              const element = {find};
              if (!element || element.disabled) return null;
              element.scrollIntoView({{ block: "nearest", inline: "nearest" }});
              const box = element.getBoundingClientRect();
              const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
              return element.contains(document.elementFromPoint(x, y)) ? {{ x, y }} : null;
            }})()"""
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **spot)

    def type(self, find: str, text: str) -> None:
        """Types into the element that a JavaScript expression finds."""
        self.click(find)
        self.call("Input.insertText", text=text)

    def screenshot(self, file: Path) -> None:
        """Writes what is to be seen as a PNG."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
