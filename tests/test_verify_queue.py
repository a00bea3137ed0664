"""Whoever finds the queue of the engine full is told so before his frames are read, and sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.providers.ordered_person import OrderedPersonProvider
from api.providers.sandbox_person import SandboxPersonProvider
from api.settings import Settings
from auth.mongo import Database
from auth.verification import ProviderBusy
from tests.app_client import COMPLETE, START_CHECK, AppClient
from tests.browser import Browser
from tests.frame_provider import NAMED, PROVIDER, post_frames, provider
from tests.serving import Serving
from tests.verifying import (
    FAKE_CAMERA,
    HURRYING,
    NARROW,
    before_loading,
    by_id,
    ended,
    opened,
    press,
    shown,
)

NO_FRAMES = b"{" + bytes(3 * 1_048_576)
WAITS = timedelta(seconds=9)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"person_provider": NAMED})


async def named(serving: Serving) -> AppClient:
    person = await serving.person()
    client = serving.client()
    await client.prove_real_name(person.name, person.identifier())
    return client


async def challenged(serving: Serving) -> tuple[AppClient, str]:
    client = await named(serving)
    await client.consent()
    return client, (await client.step(START_CHECK))["challengeId"]


async def in_pieces() -> AsyncIterator[bytes]:
    for _ in range(40):
        await asyncio.sleep(0.005)
        yield bytes(50_000)


async def test_a_full_queue_is_told_without_a_look_at_the_frames_and_costs_no_attempt(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await challenged(serving)
    PROVIDER.comes_back = WAITS
    for content in (NO_FRAMES, in_pieces()):
        answer = await post_frames(client, challenge_id, content=content)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "9")
        assert answer.json()["code"] == "PROVIDER_UNAVAILABLE"
        assert answer.json()["retryAfterSeconds"] == 9
    assert PROVIDER.expected == ["tests"] * 2
    assert PROVIDER.seen == []
    [flow] = await database["login_flows"].find().to_list(None)
    assert flow["attempts"]["person"] == 0
    PROVIDER.comes_back = None
    assert (await post_frames(client, challenge_id)).status_code == 200


async def test_only_who_may_send_frames_is_told_of_the_queue_and_only_with_a_challenge(
    serving: Serving,
) -> None:
    client = await named(serving)
    PROVIDER.comes_back = WAITS
    nobody = await post_frames(serving.client(), "chl_1", content=NO_FRAMES)
    assert nobody.status_code == 401
    assert (await post_frames(client, "chl_1", content=NO_FRAMES)).status_code == 400
    assert (await post_frames(client, "chl_1")).json()["code"] == "STEP_OUT_OF_ORDER"
    assert PROVIDER.expected == []


def test_of_several_providers_the_one_that_has_the_check_says_whether_it_has_a_place() -> None:
    full = provider()
    full.comes_back = WAITS
    several = OrderedPersonProvider([SandboxPersonProvider(b"tests"), full])
    several.expect("sandbox:reference")
    several.expect("taken-out-of-the-settings:reference")
    with pytest.raises(ProviderBusy):
        several.expect(f"{full.name}:reference")
    assert full.expected == ["reference"]


@pytest.mark.slow
async def test_the_page_waits_while_the_queue_is_full_and_then_the_login_goes_on(
    serving: Serving,
) -> None:
    app = await named(serving)
    PROVIDER.comes_back = timedelta(seconds=4)

    def act() -> None:
        with Browser(*FAKE_CAMERA) as browser, browser.page(size=NARROW) as page:
            before_loading(page, HURRYING)
            opened(page, serving.base_url, f"flow={app.token}")
            shown(page, "start")
            press(page, "agree")
            shown(page, "camera")
            press(page, "begin")
            page.wait_for(f"{by_id('pause-why')}.textContent.startsWith('Many people')")
            PROVIDER.comes_back = None
            assert ended(page) == "It is you"
            page.faults = [one for one in page.faults if "status of 503" not in one]

    await asyncio.to_thread(act)
    assert len(PROVIDER.expected) > 1
    assert len(PROVIDER.seen) == 1
    assert (await app.step(COMPLETE))["__typename"] == "LoginCompleted"
