"""Logins through the verification page: a film before the browser's camera, judged by the engine
of this machine, up to the card."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from api.face.liveness import FaceAction
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.app_client import COMPLETE, AppClient
from tests.browser import Browser, Page
from tests.face_bursts import ASKED
from tests.face_pictures import content_of
from tests.moving_video import BEGIN, write_film
from tests.page_quality import assert_usable
from tests.portraits import give_portrait, serving_faces
from tests.serving import Serving
from tests.verifying import (
    FAKE_CAMERA,
    NARROW,
    at_moments,
    before_loading,
    by_id,
    ended,
    look,
    opened,
    press,
    shown,
)

FILMED: Final = "obama.jpg"
ON_FILE: Final = "obama2.jpg"
SOMEBODY_ELSE: Final = "biden.jpg"
CARD: Final = "{ me { cards { edges { node { kind status } } } } }"
_LISTENING: Final = """
window.told = [];
window.onecard = { postMessage: text => window.told.push(JSON.parse(text)) };
"""
Asking = Callable[[tuple[FaceAction, ...]], AbstractAsyncContextManager[Serving]]


@pytest.fixture
def asking(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    monkeypatch: pytest.MonkeyPatch,
) -> Asking:
    """A gateway whose every challenge asks for these movements: the film is made before it."""

    @asynccontextmanager
    async def serving(asked: tuple[FaceAction, ...]) -> AsyncIterator[Serving]:
        opening = serving_faces(settings, mongod_uri, database, key_set, monkeypatch, asked)
        async with opening as running:
            yield running

    return serving


@dataclass(frozen=True)
class Look:
    """How somebody looks at the page."""

    name: str
    size: tuple[int, int]
    language: str = "en-US"
    dark: bool = False


@dataclass(frozen=True)
class Film:
    """What the camera sees."""

    file: Path
    moved: tuple[FaceAction, ...]
    brightness: float = 1.0


async def before_consent(serving: Serving, on_file: str) -> AppClient:
    """The app of somebody with that portrait, whose name is proved."""
    person = await serving.person()
    await give_portrait(serving, person.holder_id, content_of(on_file))
    app = serving.client()
    await app.prove_real_name(person.name, person.identifier())
    return app


def filmed(page: Page, address: str, looked: Look, seconds: float) -> str:
    """From the first screen to the heading of the ending; with a picture of each, where somebody
    wants to see them. `address` has the flow token in it; `seconds` is the length of the film."""

    def seen(place: str) -> None:
        look(page, f"{looked.name}-{place}", looked.size)

    before_loading(page, _LISTENING)
    opened(page, *address.split("/verify#"))
    shown(page, "start")
    seen("1-start")
    assert_usable(page)
    press(page, "agree")
    shown(page, "camera")
    assert_usable(page)
    seen("2-ready")
    place = f"{by_id('preview')}.currentTime % {seconds}"
    page.wait_for(f"{place} > {BEGIN[0]} && {place} < {BEGIN[1]}")
    press(page, "begin")
    at_moments(lambda place: seen(f"3-moving-{place}"), (1.0, 2.5, 3.6, 5.0, 7.8))
    assert_usable(page)
    heading = ended(page, 60)
    # The console tells of refusals.
    page.faults = [one for one in page.faults if "status of 422" not in one]
    seen("4-ending")
    assert_usable(page)
    return heading


def through_the_page(
    serving: Serving, app: AppClient, film: Film, looked: Look
) -> tuple[str, list[Any]]:
    """The heading of the ending, and what the app was told."""
    seconds = write_film(film.file, FILMED, film.moved, film.brightness)
    address = f"{serving.base_url}/verify#flow={app.token}"
    flags = (*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film.file}")
    with (
        Browser(*flags) as browser,
        browser.page(language=looked.language, size=looked.size, dark=looked.dark) as page,
    ):
        heading = filmed(page, address, looked, seconds)
        told = page.evaluate("window.told.map(({ event, result }) => [event, result])")
        kept = page.evaluate("sessionStorage.length")
        assert kept == (0 if told[-1][0] == "finished" else 1)
    return heading, told


async def log_in(
    asking: Asking, film: Path, looked: Look, asked: tuple[FaceAction, ...], heading: str
) -> None:
    async with asking(asked) as serving:
        app = await before_consent(serving, ON_FILE)
        seen = Film(film, asked)
        ending = await asyncio.to_thread(through_the_page, serving, app, seen, looked)
        assert ending == (heading, [["opened", None], ["finished", "REAL_PERSON_PROVED"]])
        app.token = (await app.step(COMPLETE))["accessToken"]
        [card] = (await app.execute(CARD))["me"]["cards"]["edges"]
        assert card["node"] == {"kind": "ELECTRONIC", "status": "NORMAL"}


async def test_a_holder_moves_before_the_camera_and_is_logged_in_up_to_the_card(
    asking: Asking, tmp_path: Path
) -> None:
    looked = Look("phone-en", NARROW)
    await log_in(asking, tmp_path / "film.mjpeg", looked, ASKED, "It is you")


_A = FaceAction


@pytest.mark.slow
@pytest.mark.parametrize(
    ("looked", "asked", "heading"),
    [
        pytest.param(
            Look("phone-zh", (390, 844), "zh-CN", dark=True),
            (_A.COME_CLOSER, _A.TURN_RIGHT, _A.OPEN_MOUTH),
            "核验通过",
            id="phone-zh",
        ),
        pytest.param(
            Look("desktop-en", (1280, 800)),
            (_A.LOOK_UP, _A.TURN_RIGHT, _A.OPEN_MOUTH),
            "It is you",
            id="desktop-en",
        ),
        pytest.param(
            Look("desktop-zh", (1280, 800), "zh-CN"),
            (_A.OPEN_MOUTH, _A.TURN_LEFT, _A.COME_CLOSER),
            "核验通过",
            id="desktop-zh",
        ),
    ],
)
async def test_other_movements_sizes_and_languages_lead_to_the_card_as_well(
    asking: Asking, tmp_path: Path, looked: Look, asked: tuple[FaceAction, ...], heading: str
) -> None:
    await log_in(asking, tmp_path / "film.mjpeg", looked, asked, heading)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("on_file", "brightness", "moved", "heading", "code"),
    [
        pytest.param(
            SOMEBODY_ELSE,
            1.0,
            ASKED,
            "The face does not match the portrait on file",
            "NOT_THE_HOLDER",
            id="somebody-else",
        ),
        pytest.param(ON_FILE, 0.15, ASKED, "It was too dark", "POOR_QUALITY", id="dark"),
        pytest.param(
            ON_FILE,
            1.0,
            ASKED[::-1],
            "We could not follow your movements",
            "NOT_LIVE",
            id="other-order",
        ),
    ],
)
async def test_a_film_that_does_not_do_is_refused_with_what_to_do_and_nobody_is_logged_in(
    asking: Asking,
    tmp_path: Path,
    on_file: str,
    brightness: float,
    moved: tuple[FaceAction, ...],
    heading: str,
    code: str,
) -> None:
    film = Film(tmp_path / "film.mjpeg", moved, brightness)
    async with asking(ASKED) as serving:
        app = await before_consent(serving, on_file)
        looked = Look(f"refused-{code}", NARROW)
        ending = await asyncio.to_thread(through_the_page, serving, app, film, looked)
        assert ending == (heading, [["opened", None], ["refused", code]])
        assert (await app.step(COMPLETE))["code"] == "STEP_OUT_OF_ORDER"
