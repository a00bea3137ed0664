"""The page at `/graphiql` of a real gateway, as a person uses it: open, log in, run, look."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser import Browser, Page
from tests.test_serve import served

# Keeps every GraphQL request of the page with its answer, where only the test can see them; of a
# stream, which has no end, that it began.
_LISTEN = """(() => {
  const ask = window.fetch;
  window.heard = [];
  window.fetch = async (address, options) => {
    const answer = await ask(address, options);
    if (typeof options?.body === "string") {
      const { query, operationName } = JSON.parse(options.body);
      const token = new Headers(options.headers).get("authorization");
      const streams = answer.headers.get("content-type")?.startsWith("text/event-stream");
      const told = streams ? {} : await answer.clone().json();
      window.heard.push({ query, operationName, token, answer: told });
    }
    return answer;
  };
})()"""
# Nothing moves any more: a click that begins before would miss what it aims at.
_READY = """window.heard.length > 0 && document.fonts.status === "loaded"
  && document.querySelectorAll(".oc-person").length > 10
  && document.querySelectorAll(".graphiql-query-editor .view-line").length > 3"""
_TOKEN = re.compile(r'"(flowToken|accessToken|refreshToken)": "([^"]+)"')
_WHO = "document.querySelector('.oc-who strong')?.innerText"


@contextlib.contextmanager
def running_gateway(data_dir: Path) -> Iterator[str]:
    """The base address of a real gateway with demo data; what it prints is read and dropped."""
    with served(data_dir) as (process, base_url):
        readers = [
            threading.Thread(target=stream.read)
            for stream in (process.stdout, process.stderr)
            if stream
        ]
        for reader in readers:  # a full pipe would stop the gateway
            reader.start()
        yield base_url
        process.terminate()
        process.wait(timeout=30)
        for reader in readers:
            reader.join()


@dataclass
class GraphiQL:
    """An open page."""

    page: Page

    def log_in(self, name: str) -> str:
        """Chooses a demo person; the masked name that the page then shows."""
        people = "[...document.querySelectorAll('.oc-person')]"
        named = f"person.querySelector('.oc-person-name').innerText === {json.dumps(name)}"
        self.page.click(f"{people}.find(person => {named})")
        return str(self.page.wait_for(_WHO))

    def be_portal(self, employer: str) -> None:
        """Chooses the portal of a demo employer, by the beginning of its name."""
        self.press("Demo employers")
        listed = "document.querySelectorAll('.oc-person')"
        self.page.wait_for(f"{listed}.length > 0 && {listed}.length < 10")
        named = f"innerText.startsWith({json.dumps(employer)})"
        self.page.click(f"[...{listed}].find(p => p.querySelector('.oc-person-name').{named})")
        self.wait_for_text(".oc-who", employer)

    def is_logged_in(self) -> bool:
        return self.page.evaluate(_WHO) is not None

    def fill(self, name: str, number: str) -> None:
        """Name and work permit number into the form, sent."""
        self.press("Name and number")
        self.page.type("document.querySelectorAll('.oc-form input')[0]", name)
        self.page.type("document.querySelectorAll('.oc-form input')[1]", number)
        self.page.click("document.querySelector('.oc-form [type=submit]')")

    def press(self, text: str) -> None:
        """Clicks the first button with this text."""
        buttons = "[...document.querySelectorAll('button')]"
        self.page.click(f"{buttons}.find(b => b.innerText.trim() === {json.dumps(text)})")

    def click(self, selector: str) -> None:
        self.page.click(f"document.querySelector({json.dumps(selector)})")

    def wait_for_text(self, selector: str, text: str) -> None:
        """Until the element shows the text, spaces as a person reads them."""
        shown = (
            f"document.querySelector({json.dumps(selector)})?.innerText.replaceAll('\\xa0', ' ')"
        )
        self.page.wait_for(f"{shown}?.includes({json.dumps(text)})")

    def answered(self, text: str) -> Any:
        """What the newest request was answered, once the answer pane shows the text."""
        self.wait_for_text(".graphiql-response", text)
        return self.heard()[-1]["answer"]

    def steps(self) -> dict[str, str]:
        """The steps of the login so far, and the state of each."""
        listed = "[...document.querySelectorAll('.oc-step')]"
        return dict(self.page.evaluate(f"{listed}.map(s => [s.dataset.step, s.dataset.state])"))

    def turn_clock_forward(self, *, seconds: int) -> None:
        """Lets the page believe that time has passed; the gateway's clock stays."""
        self.page.evaluate(
            f"(() => {{ const now = Date.now; Date.now = () => now() + {seconds * 1000}; }})()"
        )

    def heard(self) -> list[dict[str, Any]]:
        """Each request so far: `query`, `operationName`, `token` (the header), `answer`."""
        return list(self.page.evaluate("window.heard"))

    def operations(self) -> list[str]:
        return [request["operationName"] for request in self.heard()]

    def tokens(self) -> dict[str, set[str]]:
        """Every token that the gateway gave, by the name of its field."""
        found: dict[str, set[str]] = {
            "flowToken": set(),
            "accessToken": set(),
            "refreshToken": set(),
        }
        for request in self.heard():
            for field, token in _TOKEN.findall(json.dumps(request["answer"])):
                found[field].add(token)
        return found

    def kept(self) -> list[Any]:
        """Everything that outlives the page, and the page's own address and state."""
        everything = """Promise.all([
            Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
            indexedDB.databases(), caches.keys(), history.state, location.href,
        ])"""
        return list(self.page.evaluate(everything))


@contextlib.contextmanager
def opened(browser: Browser, base_url: str, **look: Any) -> Iterator[GraphiQL]:
    """The page, ready to use; on leaving, nothing may have gone wrong or outside."""
    with browser.page(**look) as page:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=_LISTEN)
        page.goto(f"{base_url}/graphiql")
        page.wait_for(_READY)
        yield GraphiQL(page)
        assert page.faults == []
        assert page.outside == []
