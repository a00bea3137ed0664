"""Whoever stops in the middle of sending frames: what it held is free, and nothing was counted."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import urlsplit

import pytest

from api.settings import Settings
from api.verify.frames import SERVED_AT_ONCE
from auth.mongo import Database
from tests.app_client import COMPLETE, AppClient
from tests.frame_provider import FRAMES, NAMED, PROVIDER, body_of, post_frames
from tests.serving import Serving
from tests.test_verify_frames import attempts, challenged

BODY = json.dumps(body_of(FRAMES)).encode()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"person_provider": NAMED})


async def sent(
    serving: Serving, client: AppClient, challenge_id: str, body: bytes, length: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which `body` has been sent, of a body that is said to have `length`."""
    address = urlsplit(serving.base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"POST /verify/frames/{challenge_id} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {client.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def test_whoever_goes_away_while_sending_loses_no_attempt_and_holds_no_turn(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await challenged(serving)
    for _ in range(SERVED_AT_ONCE + 2):
        _, writer = await sent(serving, client, challenge_id, BODY[:500], len(BODY))
        await asyncio.sleep(0.02)
        writer.transport.abort()
        await asyncio.sleep(0.02)
    assert PROVIDER.seen == []
    assert await attempts(database) == 0
    assert (await post_frames(client, challenge_id)).status_code == 200


async def test_whoever_goes_away_while_looked_at_finds_the_proof_done(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await challenged(serving)
    PROVIDER.gate = asyncio.Event()
    _, writer = await sent(serving, client, challenge_id, BODY, len(BODY))
    while not PROVIDER.seen:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    writer.transport.abort()
    PROVIDER.gate.set()
    proved = {"action": "login_flow.real_person_proved"}
    while not await database["audit"].find_one(proved):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert await attempts(database) == 1
    assert (await client.step(COMPLETE))["__typename"] == "LoginCompleted"


async def test_whoever_crawls_loses_the_turn_and_no_attempt(
    serving: Serving, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as there are turns, and one more who sends as usual."""
    monkeypatch.setattr("api.verify.bodies.GRACE_SECONDS", 0.5)
    crawling = []
    for _ in range(SERVED_AT_ONCE):
        client, challenge_id = await challenged(serving)
        crawling.append((client, challenge_id))
    honest, honest_challenge = await challenged(serving)
    held = [await sent(serving, *one, BODY[:100], len(BODY)) for one in crawling]
    began = time.monotonic()
    assert (await post_frames(honest, honest_challenge)).status_code == 200
    assert time.monotonic() - began < 5, "long before the ten seconds of a body"
    for reader, writer in held:
        answer = (await reader.read()).decode()
        assert answer.startswith("HTTP/1.1 408 ")
        assert "BODY_TOO_SLOW" in answer
        writer.close()
    flows = await database["login_flows"].find().to_list(None)
    assert sum(flow["attempts"]["person"] for flow in flows) == 1
