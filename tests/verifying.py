"""A holder before the verification page, and a gateway that answers it as a test says."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tests.browser import Page

FAKE_CAMERA: Final = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
NARROW: Final = (360, 640)
FOCUSED: Final = "document.activeElement.id"
CHALLENGE: Final = {
    "__typename": "RealPersonChallenge",
    "challengeId": "chl_first",
    "instructions": ["TURN_LEFT", "OPEN_MOUTH", "LOOK_UP"],
    "sandbox": False,
}
_ANSWERING = """
window.asked = [];
window.answers = {answers};
window.told = [];
window.onecard = {{ postMessage: text => window.told.push(JSON.parse(text)) }};
window.fetch = async (address, {{ body }}) => {{
  const sent = JSON.parse(body);
  const [kind] = ["giveBiometricConsent", "startRealPersonCheck", "submitRealPersonProof"]
    .filter(one => sent.query?.includes(one)).concat("frames");
  window.asked.push({{ kind, address, sent }});
  const next = window.answers[kind]?.length > 1
    ? window.answers[kind].shift() : window.answers[kind]?.[0];
  if (!next) throw new TypeError("no network");
  const [given, status = 200, headers = {{}}] = next;
  if (given?.challengeId) given.expiresAt = new Date(Date.now() + 180_000).toISOString();
  const told = kind === "frames" || given.errors ? given : {{ data: {{ [kind]: given }} }};
  return new Response(JSON.stringify(told), {{ status, headers }});
}};
"""
HURRYING = """
const [now, wait] = [performance.now.bind(performance), window.setTimeout.bind(window)];
performance.now = () => now() * 8;
window.setTimeout = (done, ms = 0, ...given) => wait(done, ms / 8, ...given);
"""


def by_id(name: str) -> str:
    return f"document.getElementById({json.dumps(name)})"


def before_loading(page: Page, script: str) -> None:
    page.call("Page.addScriptToEvaluateOnNewDocument", source=script)


def answered(page: Page, **answers: Sequence[Any]) -> None:
    """Instead of a gateway: for each mutation, and for frames, the answers in order; the last one
    again and again. None is no network. Time passes eight times as fast."""
    given = {
        "giveBiometricConsent": [[{"__typename": "BiometricConsentGiven"}]],
        "startRealPersonCheck": [[CHALLENGE]],
        **answers,
    }
    before_loading(page, _ANSWERING.format(answers=json.dumps(given)) + HURRYING)


def opened(page: Page, base_url: str, fragment: str = "flow=a.flow.token", query: str = "") -> None:
    """By somebody who has begun the login."""
    asked(page, base_url, fragment, query)
    press(page, "mine")


def asked(page: Page, base_url: str, fragment: str = "flow=a.flow.token", query: str = "") -> None:
    """Before it is said whose login it is."""
    page.goto("about:blank")  # with another fragment alone nothing would be loaded
    page.goto(f"{base_url}/verify{query}#{fragment}")
    shown(page, "begun")


def reloaded(page: Page) -> None:
    before = page.evaluate("performance.timeOrigin")
    page.evaluate("location.reload()")
    page.wait_for(f"performance.timeOrigin !== {before} && document.body?.dataset.shown")


def press(page: Page, name: str) -> None:
    page.click(by_id(name))


def shown(page: Page, part: str, time_limit: float = 30.0) -> str:
    """The heading of that part, once it is shown."""
    page.wait_for(f"document.body.dataset.shown === {part!r}", time_limit)
    return str(page.evaluate(f"{by_id('title')}.textContent"))


def ended(page: Page, time_limit: float = 30.0) -> str:
    return shown(page, "ending", time_limit)


def look(page: Page, name: str, size: tuple[int, int]) -> None:
    """A picture of the whole page, where somebody wants to see it."""
    directory = os.environ.get("ONECARD_TEST_PICTURES")
    if directory is None:
        return
    metrics = {"width": size[0], "deviceScaleFactor": 1, "mobile": False}
    height = page.evaluate("document.documentElement.scrollHeight")
    page.call("Emulation.setDeviceMetricsOverride", height=max(height, size[1]), **metrics)
    page.screenshot(Path(directory) / f"{name}.png")
    page.call("Emulation.setDeviceMetricsOverride", height=size[1], **metrics)


def at_moments(act: Callable[[int], None], seconds: Sequence[float]) -> None:
    """Calls with each place, so many seconds from now."""
    began = time.monotonic()
    for place, moment in enumerate(seconds):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        act(place)
