"""Before the camera a holder is told which login it is about, and says whose it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from tests.app_client import AppClient
from tests.browser import Browser, Page
from tests.page_quality import assert_usable
from tests.serving import Serving
from tests.verifying import FAKE_CAMERA, NARROW, asked, by_id, ended, look, press, reloaded, shown

DEVICE = "Test phone"  # what `AppClient` calls its own


async def _begun(serving: Serving) -> AppClient:
    person = await serving.person()
    app = serving.client()
    await app.prove_real_name(person.name, person.identifier())
    return app


async def _told(serving: Serving, token: str | None) -> tuple[int, dict[str, object]]:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    answer = await serving.http.get("/verify/flow", headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, object] = answer.json()
    return answer.status_code, told


async def test_only_the_token_of_a_flow_reads_what_that_flow_was_begun_with(
    serving: Serving,
) -> None:
    app = await _begun(serving)
    status, told = await _told(serving, app.token)
    assert (status, set(told)) == (200, {"kind", "startedAt", "device"})
    assert (told["kind"], told["device"]) == ("LOGIN", DEVICE)
    assert datetime.fromisoformat(str(told["startedAt"])).tzinfo == UTC
    assert (await _told(serving, None))[0] == 401
    assert (await _told(serving, "no.such.token"))[0] == 401
    person = await serving.person()
    holder = serving.client()
    await holder.log_in(person.name, person.identifier())
    assert (await _told(serving, holder.token))[0] == 403


async def test_who_was_sent_the_address_of_somebody_elses_login_sees_it_and_stops(
    serving: Serving,
) -> None:
    app = await _begun(serving)

    def act(page: Page) -> None:
        asked(page, serving.base_url, f"flow={app.token}")
        assert shown(page, "begun") == "Did you begin this yourself?"
        assert DEVICE in page.evaluate(f"{by_id('begun-on')}.textContent")
        assert_usable(page)
        look(page, "verify-begun", NARROW)
        reloaded(page)
        shown(page, "begun")
        press(page, "not-mine")
        assert ended(page) == "You were right to stop"
        reloaded(page)
        assert page.evaluate("document.body.dataset.shown") != "start"

    def look_at_it() -> None:
        with Browser(*FAKE_CAMERA) as browser, browser.page(size=NARROW) as page:
            act(page)

    await asyncio.to_thread(look_at_it)
