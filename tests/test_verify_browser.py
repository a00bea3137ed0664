"""The verification page in a browser: logins through it, and a way on from what fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.app_client import COMPLETE, AppClient
from tests.browser import Browser, Page
from tests.page_quality import assert_usable
from tests.serving import Serving
from tests.verifying import (
    CHALLENGE,
    FAKE_CAMERA,
    FOCUSED,
    NARROW,
    answered,
    before_loading,
    by_id,
    ended,
    opened,
    press,
    reloaded,
    shown,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser(*FAKE_CAMERA) as started:
        yield started


def refused(code: str, advice: str | None = None, **headers: str) -> list[Any]:
    told = {"code": code, "advice": advice, "message": {"en": "No.", "zh": "否。"}}
    return [told, 422, headers]


async def flow_at_consent(serving: Serving) -> AppClient:
    """A login whose next step is consent."""
    person = await serving.person()
    app = serving.client()
    proved = await app.prove_real_name(person.name, person.identifier())
    assert not proved["secondProofDue"]
    return app


@pytest.mark.slow
async def test_the_sandbox_is_played_on_the_page_and_the_login_goes_on(
    browser: Browser, serving: Serving
) -> None:
    app = await flow_at_consent(serving)

    def act() -> None:
        with browser.page(size=NARROW) as page:
            opened(page, serving.base_url, f"flow={app.token}")
            assert shown(page, "start") == "Show that it is you"
            assert page.evaluate("location.href") == f"{serving.base_url}/verify"
            assert_usable(page)
            press(page, "agree")
            assert shown(page, "sandbox") == "Sandbox: nobody is verified"
            assert_usable(page)
            page.click("document.querySelector('[data-proof=\"too-dark\"]')")
            assert ended(page) == "The picture is not good enough"
            assert "Attempts left in this login: 2" in page.text()
            assert_usable(page)
            press(page, "again")
            shown(page, "sandbox")
            reloaded(page)
            shown(page, "start")  # the tab has kept the login
            press(page, "agree")
            shown(page, "sandbox")
            page.click("document.querySelector('[data-proof=\"live-person\"]')")
            assert ended(page) == "It is you"
            reloaded(page)
            assert ended(page) == "Open this page from the app"
            assert_usable(page)

    await asyncio.to_thread(act)
    assert (await app.step(COMPLETE))["__typename"] == "LoginCompleted"


def record(page: Page) -> None:
    press(page, "begin")
    shown(page, "camera")


@pytest.mark.slow
async def test_every_failure_says_what_to_do_and_leads_on(
    browser: Browser, serving: Serving
) -> None:
    def cameras(page: Page) -> None:
        """Refused, missing, busy, none at all; then it is there."""
        before_loading(
            page,
            """window.faults = ["NotAllowedError", "NotFoundError", "NotReadableError"];
            const media = navigator.mediaDevices;
            const open = media?.getUserMedia.bind(media);
            if (media) media.getUserMedia = async wanted => {
              const fault = window.faults.shift();
              if (fault) throw new DOMException("no", fault);
              return open(wanted);
            };""",
        )
        answered(
            page,
            frames=[
                None,
                [{"code": "PROVIDER_UNAVAILABLE"}, 503, {"Retry-After": "2"}],
                refused("POOR_QUALITY", "TWO_FACES"),
                refused("NOT_LIVE"),
                refused("NOT_THE_HOLDER"),
            ],
        )
        opened(page, serving.base_url)
        shown(page, "start")
        assert page.evaluate(FOCUSED) == "title"
        press(page, "agree")
        for told in (
            "The page may not use the camera",
            "No camera was found",
            "The camera is in use",
        ):
            assert ended(page) == told
            assert_usable(page)
            page.evaluate("document.body.dataset.shown = ''")
            press(page, "again")
        assert shown(page, "camera") == "Your face in the oval"
        assert_usable(page)
        record(page)
        assert ended(page) == "The network was lost or is too slow"
        assert page.evaluate(f"{by_id('preview')}.srcObject") is None
        press(page, "again")  # sends the same again, waits while the gateway is busy, and again
        page.wait_for(f"{by_id('title')}.textContent === 'There was more than one face'")
        assert "Attempts left in this login: 2" in page.text()
        sent = page.evaluate("window.asked.filter(({ kind }) => kind === 'frames')")
        assert len(sent) == 3
        assert sent[0] == sent[1] == sent[2]
        frames = sent[0]["sent"]["frames"]
        assert 12 <= len(frames) <= 40
        assert frames[0]["at"] == 0
        assert [one["at"] for one in frames] == sorted({one["at"] for one in frames})
        assert all(one["jpeg"].startswith("/9j/") for one in frames)
        press(page, "again")
        shown(page, "camera")
        press(page, "begin")
        page.wait_for("document.getElementById('order').dataset.figure === 'TURN_LEFT'")
        page.evaluate(
            """Object.defineProperty(document, "hidden", { get: () => true });
            document.dispatchEvent(new Event("visibilitychange"))"""
        )
        assert ended(page) == "The recording was interrupted"
        for told in (
            "We could not follow your movements",
            "All attempts of this login are used up",
        ):
            press(page, "again")
            shown(page, "camera")
            record(page)
            assert ended(page) == told
            assert_usable(page)
        told = page.evaluate("window.told")
        assert [(one["event"], one["result"]) for one in told] == [
            ("opened", None),
            ("refused", "POOR_QUALITY"),
            ("refused", "NOT_LIVE"),
            ("refused", "NOT_THE_HOLDER"),
            ("finished", "FLOW_LOCKED"),
        ]
        starts = page.evaluate(
            "window.asked.filter(({ kind }) => kind === 'startRealPersonCheck').length"
        )
        assert starts == 3
        assert page.evaluate("sessionStorage.length") == 0

    def act() -> None:
        with browser.page(size=NARROW) as page:
            cameras(page)
        for answers, told in (
            ({"giveBiometricConsent": []}, "There is no network"),
            (
                {"startRealPersonCheck": [[_unauthenticated(), 401]]},
                "The login has ended",
            ),
            (
                {"startRealPersonCheck": [[_login_refused("TOO_MANY_ATTEMPTS", 60)]]},
                "Too many attempts",
            ),
            (
                {"startRealPersonCheck": [[{**CHALLENGE, "instructions": ["DANCE"]}]]},
                "This check is made in the app",
            ),
        ):
            with browser.page(size=NARROW) as page:
                answered(page, **answers)
                opened(page, serving.base_url)
                shown(page, "start")
                press(page, "agree")
                assert ended(page) == told
                assert_usable(page)

    await asyncio.to_thread(act)


def _login_refused(code: str, seconds: int) -> dict[str, Any]:
    return {"__typename": "LoginRefused", "code": code, "retryAfterSeconds": seconds}


def _unauthenticated() -> dict[str, Any]:
    return {"errors": [{"message": "No.", "extensions": {"code": "UNAUTHENTICATED"}}]}


@pytest.mark.slow
async def test_an_answer_that_was_lost_is_found_out_by_a_new_challenge(
    browser: Browser, serving: Serving
) -> None:
    """What was judged cannot be sent again: only whoever was refused may begin anew."""
    lost = [None, [{"code": "STEP_OUT_OF_ORDER"}, 409]]
    endings = {
        "This took too long": [[CHALLENGE]],
        "This step is done, or not due yet": [
            [CHALLENGE],
            [_login_refused("STEP_OUT_OF_ORDER", 0)],
        ],
    }

    def act() -> None:
        for told, starts in endings.items():
            with browser.page(size=NARROW) as page:
                answered(page, startRealPersonCheck=starts, frames=lost)
                opened(page, serving.base_url)
                press(page, "agree")
                shown(page, "camera")
                press(page, "begin")
                page.wait_for("document.body.dataset.shown === 'ending'")
                press(page, "again")
                page.wait_for(f"{by_id('title')}.textContent === {told!r}")

    await asyncio.to_thread(act)
