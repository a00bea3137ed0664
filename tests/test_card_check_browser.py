"""A card shown on one phone and checked on another: the picture of the code, read by decoders that
are not ours, leads to the page, which works without script."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.browser import Browser, Page
from tests.checking_letters import scanned
from tests.serving import Serving
from tests.showing_cards import DRAWN, Showing
from tests.test_check_browser import PHONE, assert_well_made, on_a_phone, submit

_H1 = "document.querySelector('h1').innerText"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as started:
        yield started


def read_off(browser: Browser, serving: Serving, svg: str, file: Path) -> str:
    """What a camera sees of the picture as a phone shows it, in a browser."""
    with browser.page(language="en-US", size=PHONE, dark=False) as page:
        page.goto(f"{serving.base_url}/check")
        page.evaluate(f"document.body.innerHTML = {svg!r}")
        page.screenshot(file)
    [seen] = zxingcpp.read_barcodes(Image.open(file))
    text: str = seen.text
    assert scanned(file) == text
    return text


async def test_a_shown_card_is_checked_on_another_phone_without_script(
    browser: Browser, serving: Serving, tmp_path: Path
) -> None:
    shown = await Showing.of(serving)

    async def path_of_next() -> str:
        drawn = (await shown.hand.app.execute(DRAWN))["cardCode"]
        file = tmp_path / "code.png"
        read = await asyncio.to_thread(read_off, browser, serving, drawn["qr"]["svg"], file)
        assert read == drawn["payload"]
        return urlsplit(read).path

    first, second = await path_of_next(), await path_of_next()

    def act(page: Page) -> None:
        page.goto(serving.base_url + first)
        assert page.evaluate(_H1) == "Check a card"
        assert_well_made(page)
        page.screenshot(tmp_path / "card-ask.png")
        submit(page)
        assert page.evaluate(_H1) == "The card is valid"
        assert "N*** B***" in page.text()
        assert shown.person.name not in page.text()
        assert_well_made(page)
        page.screenshot(tmp_path / "card-valid.png")
        page.goto(serving.base_url + first)
        submit(page)
        assert page.evaluate(_H1) == "The card does not count"
        assert_well_made(page)
        page.screenshot(tmp_path / "card-used.png")

    await asyncio.to_thread(on_a_phone, browser, "en-US", act)

    def act_in_chinese(page: Page) -> None:
        page.goto(serving.base_url + second)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert page.evaluate(_H1) == "核验卡片"
        assert_well_made(page)
        submit(page)
        assert page.evaluate(_H1) == "该卡有效"
        assert "样例机器人" in page.text()
        assert_well_made(page)
        page.screenshot(tmp_path / "card-zh.png")

    await asyncio.to_thread(lambda: on_a_phone(browser, "zh-CN", act_in_chinese, dark=True))
