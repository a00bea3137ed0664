"""The check page for share codes on a phone without script: from the code to the proof in hand."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolvers.rules.bundles import Bundle
from tests.browser import Browser, Page
from tests.processes import eventually
from tests.serving import Serving
from tests.share_codes import BIRTH_DATE, new_sharer
from tests.test_check_browser import NARROW, assert_well_made, found, on_a_phone, submit

_H1 = "document.querySelector('h1').innerText"
EVERY_BUNDLE = [str(bundle) for bundle in Bundle]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as started:
        yield started


def look(page: Page, name: str) -> None:
    """A picture of the whole page, where somebody wants to see it."""
    directory = os.environ.get("ONECARD_TEST_PICTURES")
    if directory is None:
        return
    height = page.evaluate("document.documentElement.scrollHeight")
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=390,
        height=height,
        deviceScaleFactor=1,
        mobile=False,
    )
    page.screenshot(Path(directory) / f"{name}.png")


def fill(page: Page, code: str, birth_date: str) -> None:
    for name, value in (("share_code", code), ("birth_date", birth_date)):
        page.evaluate(f"{found(name)}.value = ''")
        page.type(found(name), value)


def save_downloads(page: Page, directory: Path) -> None:
    context = page.call("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    page.browser.call(
        "Browser.setDownloadBehavior",
        behavior="allow",
        browserContextId=context,
        downloadPath=str(directory),
    )


async def test_a_share_code_is_checked_on_a_phone_without_script(
    browser: Browser, serving: Serving, tmp_path: Path
) -> None:
    sharer = await new_sharer(serving)
    code = await sharer.code(bundles=EVERY_BUNDLE, uses=2)
    address = f"{serving.base_url}/check/code"

    def act(page: Page) -> None:
        save_downloads(page, tmp_path)
        page.goto(f"{serving.base_url}/check")
        page.click("""document.querySelector('main a[href$="/check/code"]')""")
        page.wait_for("location.pathname === '/check/code'")
        assert page.evaluate(_H1) == "Check a share code"
        assert_well_made(page)
        look(page, "form")
        fill(page, code, "1984-02-28")
        submit(page)
        assert page.evaluate(_H1) == "Nothing was opened"
        assert page.evaluate(f"{found('share_code')}.value") == code
        assert_well_made(page)
        look(page, "refused")
        fill(page, code.lower().replace(" ", ""), BIRTH_DATE)
        submit(page)
        assert page.evaluate(_H1) == "This is on record now"
        assert "Nora Beispiel" in page.text()
        assert page.evaluate("location.search") == ""
        assert code.replace(" ", "") not in page.evaluate("document.documentElement.outerHTML")
        assert_well_made(page)
        look(page, "checked")
        for form in ("pdf", "json"):
            page.click(f"document.querySelector('button[value={form}]')")
            arrived = f"check-record-chk_*.{form}"
            assert eventually(lambda name=arrived: any(tmp_path.glob(name)))  # type: ignore[misc]

    await asyncio.to_thread(on_a_phone, browser, "en-US", act)
    [listed] = await sharer.codes()
    assert listed["usesLeft"] == 1

    def act_in_chinese(page: Page) -> None:
        width, height = NARROW
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2,
            mobile=True,
        )
        page.goto(address)
        assert page.evaluate(_H1) == "核验共享码"
        fill(page, code, "1984年2月29日")
        submit(page)
        assert page.evaluate(_H1) == "登记信息如下"
        assert "样例机器人" in page.text()
        assert_well_made(page)
        look(page, "checked-zh")
        page.click("document.querySelector('.language')")
        page.wait_for("document.documentElement.lang === 'en'")
        assert page.evaluate("location.pathname + location.search") == "/check/code?lang=en"
        assert json.dumps(page.evaluate(f"{found('share_code')}.value")) == '""'

    await asyncio.to_thread(lambda: on_a_phone(browser, "zh-CN", act_in_chinese, dark=True))
