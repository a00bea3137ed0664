"""Twenty verifications at once, and somebody who only looks at a card meanwhile."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from api.face.coming_back import LEAST, MOST
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.app_client import COMPLETE, AppClient
from tests.face_bursts import moving
from tests.face_pictures import ASTRONAUT, content_of
from tests.face_rendering import FRAME_MS, jpeg
from tests.frame_provider import body_of, post_frames
from tests.frame_senders import Sender, outcomes
from tests.portraits import challenged, give_portrait, serving_faces
from tests.serving import Serving

EXAMPLES = Path(__file__).parent.parent / "api" / "graphiql" / "examples"
HOME = (EXAMPLES / "01-card-and-permit.graphql").read_text(encoding="utf-8")
AT_ONCE = 20
LOOKS = 300


@pytest.fixture
async def serving(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Serving]:
    async with serving_faces(settings, mongod_uri, database, key_set, monkeypatch) as running:
        yield running


def body(number: int) -> bytes:
    """Of its own for each, since the same frames never count twice: filmed at moments that differ
    by milliseconds. Not compressed otherwise each: what a film of a rendered head is taken for
    hangs on that."""
    frames = enumerate(moving(ASTRONAUT))
    pictures = [
        (place * FRAME_MS + bool(place) * number, jpeg(frame, 80)) for place, frame in frames
    ]
    return json.dumps(body_of(pictures)).encode()


async def looks(client: AppClient, goes_on: Callable[[], bool]) -> list[float]:
    """What each took: `LOOKS` of them, and more while `goes_on`."""
    taken: list[float] = []
    while len(taken) < LOOKS or goes_on():
        began = time.perf_counter()
        await client.execute(HOME)
        taken.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    return taken


def p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]


def told_of(taken: list[float]) -> str:
    middle = sorted(taken)[len(taken) // 2]
    return f"p50 {middle * 1_000:.1f} ms, p99 {p99(taken) * 1_000:.1f} ms of {len(taken)}"


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_who_looks_at_a_card_hardly_notices_twenty_verifications(serving: Serving) -> None:
    """And whoever finds the queue full is told when to come back, and is verified then."""
    reader = await serving.person()
    await give_portrait(serving, reader.holder_id, content_of(ASTRONAUT))
    client, challenge = await challenged(serving, reader)
    assert (await post_frames(client, str(challenge["challengeId"]), content=body(0))).is_success
    client.token = (await client.step(COMPLETE))["accessToken"]
    people = [await serving.person() for _ in range(AT_ONCE)]
    senders = []
    for number, person in enumerate(people):
        await give_portrait(serving, person.holder_id, content_of(ASTRONAUT))
        app, given = await challenged(serving, person, 0)
        assert app.token is not None
        senders.append(Sender(app.token, str(given["challengeId"]), body(1 + number).decode()))
    serving.clock.advance(seconds=20)
    idle = await looks(client, lambda: False)
    sending = asyncio.Event()
    all_of_them = asyncio.create_task(outcomes(serving.base_url, senders, sending))
    await sending.wait()
    busy = await looks(client, sending.is_set)
    found = await all_of_them
    assert [one.result for one in found] == ["REAL_PERSON_PROVED"] * AT_ONCE
    waits = [seconds for one in found for seconds in one.waits]
    assert all(LEAST.total_seconds() <= int(one) <= MOST.total_seconds() for one in waits)
    print(f"idle {told_of(idle)}, busy {told_of(busy)}, {len(waits)} times to come back")  # noqa: T201 - the figures
    assert p99(busy) < 2 * p99(idle), (p99(idle), p99(busy), len(busy))
