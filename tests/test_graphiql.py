"""The page at `/graphiql`: served by us alone, under a strict policy; its login leaks no token."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from graphql import build_schema, parse, validate
from starlette.applications import Starlette

from api.graphiql import build, routes
from tests.browser import Browser, Page
from tests.graphiql_stand_in import SDL, StandIn

SECRETS = ("flow-secret", "access-secret", "refresh-secret")
LOGGED_IN = "document.querySelector('.oc-who strong')?.innerText"


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The base address of an application that is being served on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    build.build(say=lambda _line: None)


@pytest.fixture(scope="module")
def serving() -> Iterator[str]:
    with served(StandIn().app()) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as started:
        yield started


@contextlib.contextmanager
def opened(browser: Browser, serving: str, **look: Any) -> Iterator[Page]:
    """The page, ready to use; on leaving, nothing may have gone wrong or outside."""
    with browser.page(**look) as page:
        page.goto(f"{serving}/graphiql")
        page.wait_for("document.querySelectorAll('.graphiql-query-editor .view-line').length > 3")
        yield page
        assert page.faults == []
        assert page.outside == []


def button(text: str) -> str:
    """An expression that finds the button with this text."""
    return f"[...document.querySelectorAll('button')].find(b => b.innerText.trim() === {text!r})"


def log_in(page: Page, name: str) -> None:
    page.click(
        f"[...document.querySelectorAll('.oc-person')].find(b => b.innerText.includes({name!r}))"
    )
    page.wait_for(LOGGED_IN)


def steps(page: Page) -> dict[str, str]:
    listed = (
        "[...document.querySelectorAll('.oc-step')].map(s => [s.dataset.step, s.dataset.state])"
    )
    return dict(page.evaluate(listed))


def response(page: Page) -> str:
    """What the answer pane shows, spaces as a person reads them."""
    shown = page.evaluate("document.querySelector('.graphiql-response .view-lines').innerText")
    return str(shown).replace("\xa0", " ")


def assert_no_secret_was_kept(page: Page) -> None:
    kept = page.evaluate(
        """(async () => JSON.stringify([
            Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
            await indexedDB.databases(), await caches.keys(), location.href, history.state,
        ]))()"""
    )
    assert kept == '[[],[],"",[],[],"' + page.evaluate("location.href") + '",null]'
    for address in page.addresses:
        assert not any(secret in address for secret in SECRETS)


def test_a_demo_person_logs_in_and_reads_the_permit(
    browser: Browser, serving: str, tmp_path: Path
) -> None:
    with opened(browser, serving) as page:
        log_in(page, "MARIA EXAMPLE")
        assert steps(page) == {
            "start": "done",
            "realName": "done",
            "secondProof": "skipped",
            "consent": "done",
            "realPerson": "done",
            "complete": "done",
        }
        page.click(button("Run"))
        page.wait_for("document.querySelector('.graphiql-response').innerText.includes('Sample')")
        assert '"daysLeft": 211' in response(page)
        assert re.search(r"token ends in [45]:\d\d", page.text())
        page.screenshot(tmp_path / "graphiql.png")
        assert_no_secret_was_kept(page)


def test_a_person_with_a_physical_card_proves_a_second_thing(
    browser: Browser, serving: str
) -> None:
    with opened(browser, serving) as page:
        log_in(page, "王小样")
        assert steps(page)["secondProof"] == "done"
        assert "Sandbox: no message was sent." in page.text()


def test_a_person_with_a_number_reads_the_notice_and_agrees(browser: Browser, serving: str) -> None:
    with opened(browser, serving) as page:
        page.click(button("Name and number"))
        page.type("document.querySelectorAll('.oc-form input')[0]", "MARIA EXAMPLE")
        page.type("document.querySelectorAll('.oc-form input')[1]", "TOY-0001")
        page.click("document.querySelector('.oc-form [type=submit]')")
        page.wait_for("document.querySelector('.oc-notice')?.innerText.includes('no face')")
        assert not page.evaluate(LOGGED_IN)
        page.click(button("I agree, go on"))
        page.wait_for(LOGGED_IN)


def test_a_wrong_name_is_refused_with_its_code(browser: Browser, serving: str) -> None:
    with opened(browser, serving) as page:
        page.click(button("Name and number"))
        page.type("document.querySelectorAll('.oc-form input')[0]", "SOMEBODY ELSE")
        page.type("document.querySelectorAll('.oc-form input')[1]", "TOY-0001")
        page.click("document.querySelector('.oc-form [type=submit]')")
        page.wait_for("document.querySelector('[role=alert]')?.innerText")
        assert "NOT_MATCHED" in page.text()
        assert steps(page) == {"start": "done", "realName": "refused"}
        assert not page.evaluate(LOGGED_IN)


def test_the_token_is_renewed_before_it_ends_and_gone_after_log_out(browser: Browser) -> None:
    gateway = StandIn(lifetime=timedelta(seconds=10))  # always near its end
    with served(gateway.app()) as address, opened(browser, address) as page:
        log_in(page, "MARIA EXAMPLE")
        generation = gateway.generation
        page.click(button("Run"))
        page.wait_for("document.querySelector('.graphiql-response').innerText.includes('Sample')")
        assert gateway.generation == generation + 1
        page.click(button("Log out"))
        page.wait_for("document.body.innerText.includes('Not logged in')")
        page.click("document.querySelector('.graphiql-execute-button')")
        page.wait_for(
            "document.querySelector('.graphiql-response').innerText.includes('UNAUTHENTICATED')"
        )
        assert gateway.accepted == set()


def test_an_example_runs_in_a_tab_of_its_own(browser: Browser, serving: str) -> None:
    with opened(browser, serving) as page:
        page.click("document.querySelector('[aria-label=\"Show Examples\"]')")
        page.click("document.querySelector('[aria-label^=\"Run: The biometric notice\"]')")
        page.wait_for("document.querySelector('.graphiql-response').innerText.includes('2024-12')")
        tabs = "[...document.querySelectorAll('[role=tab]')].map(tab => tab.innerText.trim())"
        assert page.wait_for(f"({tabs}).length === 3")


def test_everything_to_press_or_fill_has_a_name(browser: Browser, serving: str) -> None:
    with opened(browser, serving) as page:
        page.click(button("Name and number"))
        nodes = page.call("Accessibility.getFullAXTree")["nodes"]
        roles = {"button", "textbox", "combobox", "tab", "link"}
        shown = [node for node in nodes if node.get("role", {}).get("value") in roles]
        assert len(shown) > 15
        assert [node for node in shown if not node.get("name", {}).get("value")] == []


def test_the_documentation_is_read_from_the_schema(browser: Browser, serving: str) -> None:
    with opened(browser, serving) as page:
        page.click("document.querySelector('[aria-label=\"Show Documentation Explorer\"]')")
        page.wait_for(
            "document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Query')"
        )


def test_a_chinese_browser_sees_chinese(browser: Browser, serving: str, tmp_path: Path) -> None:
    with opened(browser, serving, language="zh-CN", dark=True) as page:
        page.wait_for("document.body.innerText.includes('演示人员')")
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        page.screenshot(tmp_path / "chinese.png")


def test_the_policy_allows_no_inline_script_and_nothing_from_elsewhere(serving: str) -> None:
    answer = httpx.get(f"{serving}/graphiql")
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "http" not in answer.headers["content-security-policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)", answer.text) == []
    assert re.findall(r'(?:src|href)="(?!/graphiql/assets/)', answer.text) == []
    assert answer.headers["cache-control"] == "no-store"


def test_every_asset_is_named_by_its_content_and_kept_for_good(serving: str) -> None:
    for name in re.findall(r'"(/graphiql/assets/[^"]+)"', httpx.get(f"{serving}/graphiql").text):
        answer = httpx.get(f"{serving}{name}")
        assert answer.status_code == 200
        assert re.search(r"-[A-Z0-9]{8}\.\w+$", name)
        assert answer.headers["cache-control"].endswith("immutable")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == routes.CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("name", ["..%2findex.html", "%2e%2e%2fstamp", ".", "absent.js", "a%00.js"])
def test_only_assets_are_served(serving: str, name: str) -> None:
    assert httpx.get(f"{serving}/graphiql/assets/{name}").status_code == 404


def test_a_page_that_was_not_built_names_the_command(tmp_path: Path) -> None:
    app = Starlette(routes=routes.graphiql_routes(login_helper=True, static=tmp_path))
    with served(app) as address:
        answer = httpx.get(f"{address}/graphiql")
        assert answer.status_code == 503
        assert "python -m api.graphiql.build" in answer.text
        assert httpx.get(f"{address}/graphiql/demo.json").status_code == 404


@pytest.mark.parametrize(
    "file", sorted([*build.HERE.glob("examples/*.graphql"), build.HERE / "login.graphql"]), ids=str
)
def test_every_operation_of_the_page_is_valid(file: Path) -> None:
    assert validate(build_schema(SDL), parse(file.read_text(encoding="utf-8"))) == []


def test_every_example_has_a_title_in_both_languages() -> None:
    for file in build.HERE.glob("examples/*.graphql"):
        assert re.match(r"# en: .+\n# zh: .+\n", file.read_text(encoding="utf-8"))
