"""The check page on a phone without script: from the QR code on a printed letter to the verdict."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from resolvers.letters.printed import PrintedField, compared
from resolvers.letters.printed_words import CHOICES
from resolvers.vocabulary import LetterKind
from tests.browser import Browser, Page
from tests.cases import Scene
from tests.checked_papers import Paper, paper_of
from tests.letter_asking import Subjects, make_subjects
from tests.page_quality import assert_usable
from tests.serving import Serving

PHONE = (390, 844)
NARROW = (320, 640)
KIND = LetterKind.PERMIT_CERTIFICATE
_H1 = "document.querySelector('h1').innerText"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as started:
        yield started


@pytest.fixture
async def subjects(serving: Serving) -> Subjects:
    return await make_subjects(await Scene.of(serving))


@pytest.fixture
async def paper(subjects: Subjects, tmp_path: Path) -> Paper:
    return paper_of(KIND, await subjects.holder().file(KIND, subjects.about[KIND]), tmp_path)


def found(name: str) -> str:
    return f"document.getElementById({json.dumps(name)})"


def fill(page: Page, paper: Paper) -> None:
    for name, value in paper.typed.items():
        if name in CHOICES:
            word = compared(PrintedField(name), value).upper()
            # A person chooses it from the list that the phone shows, which is no part of the page.
            page.evaluate(f"{found(name)}.value = {json.dumps(word)}")
        elif value:
            page.type(found(name), value)


def submit(page: Page) -> None:
    before = page.evaluate("performance.timeOrigin")
    page.click("document.querySelector('button')")
    page.wait_for(f"performance.timeOrigin !== {before} && document.readyState === 'complete'")


def assert_well_made(page: Page) -> None:
    """Without script, with one style sheet."""
    assert_usable(page)
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.styleSheets.length") == 1


Act = Callable[[Page], None]


def on_a_phone(browser: Browser, language: str, act: Act, *, dark: bool = False) -> None:
    with browser.page(language=language, size=PHONE, dark=dark) as page:
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        act(page)


async def test_a_letter_is_checked_on_a_phone_without_script(
    browser: Browser, serving: Serving, subjects: Subjects, paper: Paper
) -> None:
    address = serving.base_url + paper.path

    def act(page: Page) -> None:
        page.goto(address)
        assert page.evaluate("document.documentElement.lang") == "en"
        assert "alone proves nothing" in page.text()
        assert_well_made(page)
        fill(page, paper)
        page.evaluate(f"{found('full_name')}.value = 'Nora Beispiel Z'")
        submit(page)
        assert page.evaluate(_H1) == "Not genuine, as typed"
        assert page.evaluate(f"{found('passport_number')}.value") == paper.typed["passport_number"]
        assert_well_made(page)
        page.evaluate(f"{found('full_name')}.value = {json.dumps(paper.typed['full_name'])}")
        page.evaluate(f"{found('code')}.value = '2222'")
        submit(page)
        assert page.evaluate(_H1) == "The printed code was mistyped"
        page.evaluate(f"{found('code')}.value = {json.dumps(paper.typed['code'].lower())}")
        submit(page)
        assert page.evaluate(_H1) == "Genuine"
        assert "Active" in page.text()
        assert paper.typed["full_name"] not in page.text()
        assert_well_made(page)

    await asyncio.to_thread(on_a_phone, browser, "en-US", act)
    permit_id = subjects.about[KIND]
    cancelled = {"$set": {"state": "CANCELLED"}}
    await serving.database["permits"].update_one({"_id": permit_id}, cancelled)

    def act_in_chinese(page: Page) -> None:
        page.goto(address)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        fill(page, paper)
        assert_well_made(page)
        submit(page)
        assert page.evaluate(_H1) == "核验通过，但请注意当前状态"
        assert "已注销" in page.text()
        assert_well_made(page)
        page.click("document.querySelector('.language')")
        page.wait_for("document.documentElement.lang === 'en'")
        assert page.evaluate("location.search") == "?lang=en"

    await asyncio.to_thread(lambda: on_a_phone(browser, "zh-CN", act_in_chinese, dark=True))


async def test_the_address_is_typed_and_a_foreign_code_is_told_on_the_narrowest_phone(
    browser: Browser, serving: Serving, paper: Paper
) -> None:
    def act(page: Page) -> None:
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=NARROW[0],
            height=NARROW[1],
            deviceScaleFactor=2,
            mobile=True,
        )
        page.goto(f"{serving.base_url}/check")
        assert_well_made(page)
        page.type(found("address"), paper.address)
        submit(page)
        assert page.evaluate("location.pathname") == paper.path
        assert_well_made(page)
        page.goto(f"{serving.base_url}/check")
        page.type(found("address"), paper.address[:-1])
        submit(page)
        assert page.evaluate(_H1) == "This QR code is not ours"
        page.faults.clear()  # the console tells of the status 404
        assert_well_made(page)

    await asyncio.to_thread(on_a_phone, browser, "en-US", act)
