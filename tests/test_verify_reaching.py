"""The verification page by keyboard and screen reader, and what it tells the page that opens it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.browser import Browser, Page
from tests.page_quality import assert_usable
from tests.serving import Serving
from tests.verifying import (
    FAKE_CAMERA,
    FOCUSED,
    NARROW,
    answered,
    by_id,
    ended,
    opened,
    press,
    shown,
)

_PASSED: Final = [[{"result": "REAL_PERSON_PROVED"}]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser(*FAKE_CAMERA) as started:
        yield started


@pytest.mark.slow
async def test_the_keyboard_and_a_screen_reader_go_through_it_and_nothing_moves_for_who_wants_that(
    browser: Browser, serving: Serving
) -> None:
    def pressed(page: Page, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            page.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                **text,
            )

    def reached(page: Page, name: str) -> None:
        for _ in range(12):
            if page.evaluate(FOCUSED) == name:
                return
            pressed(page, "Tab", 9)
        raise AssertionError(f"{name} is not reached by Tab")

    def act() -> None:
        with browser.page(language="zh-CN", size=NARROW, dark=True) as page:
            still = {"name": "prefers-reduced-motion", "value": "reduce"}
            page.call("Emulation.setEmulatedMedia", features=[still])
            answered(page, frames=_PASSED)
            opened(page, serving.base_url)
            assert shown(page, "start") == "请进行人脸核验"
            for name in ("slower", "sounds", "agree"):
                reached(page, name)
                if name == "slower":
                    page.evaluate(f"{by_id(name)}.click()")
            pressed(page, "Enter", 13)
            assert shown(page, "camera") == "请将面部置于椭圆框内"
            assert page.evaluate(FOCUSED) == "title"
            reached(page, "begin")
            page.evaluate(
                """window.heard = [];
                new MutationObserver(() => window.heard.push(
                  document.getElementById("ordered").textContent
                )).observe(document.getElementById("ordered"), { childList: true })"""
            )
            pressed(page, "Enter", 13)
            page.wait_for("document.getElementById('order').dataset.figure === 'TURN_LEFT'")
            animation = "getComputedStyle(document.querySelector('.order .drawing')).animationName"
            assert page.evaluate(animation) == "none"
            assert page.evaluate(FOCUSED) == "stop"
            assert ended(page) == "核验通过"
            assert page.evaluate(FOCUSED) == "title"
            assert [one for one in page.evaluate("window.heard") if one] == [
                "请正视镜头",
                "请向左转头",
                "……转回正面",
                "请张大嘴巴",
                "……闭上嘴巴",
                "请抬头向上看",
                "……恢复平视",
            ]
            [frames] = page.evaluate("window.asked.map(one => one.sent.frames).filter(Boolean)")
            assert 12 <= len(frames) <= 40
            assert 14_000 < frames[-1]["at"] < 30_000
            assert "影像未保存" in page.evaluate(f"{by_id('told')}.textContent")
            press(page, "language")
            assert ended(page) == "It is you"
            assert page.evaluate("document.documentElement.lang") == "en"
            assert_usable(page)

    await asyncio.to_thread(act)


_OPENER: Final = """
window.heard = [];
window.addEventListener("message", one => window.heard.push([one.origin, one.data]));
window.opened = window.open("{address}");
"""


@pytest.mark.slow
async def test_a_page_that_opens_it_hears_how_it_ended_at_the_origin_that_it_stated_alone(
    browser: Browser, serving: Serving
) -> None:
    """Here both are ours; of other origins the settings decide, and the content policy holds it."""

    def heard_by(stated: str) -> list[Any]:
        with browser.page(size=NARROW) as page:
            page.goto(f"{serving.base_url}/verify")
            address = f"{serving.base_url}/verify#flow=a.flow.token&origin={stated}"
            page.call(
                "Runtime.evaluate", expression=_OPENER.format(address=address), userGesture=True
            )
            loaded = "window.opened.document.body?.dataset.shown === 'begun'"
            page.wait_for(loaded)
            page.evaluate("window.opened.document.getElementById('mine').click()")
            page.evaluate("window.opened.document.querySelector('[data-leave]').click()")
            page.wait_for("window.opened.closed")
            heard: list[Any] = page.evaluate("window.heard")
            return heard

    def act() -> None:
        kind = "onecard.verification"
        assert heard_by(serving.base_url) == [
            [serving.base_url, {"type": kind, "event": "opened", "result": None}],
            [serving.base_url, {"type": kind, "event": "finished", "result": "CANCELLED"}],
        ]
        assert heard_by("https://elsewhere.example") == []

    await asyncio.to_thread(act)
