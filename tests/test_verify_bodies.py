"""Malformed bodies to `POST /verify/frames/{challengeId}` are refused and hold nothing up."""

from __future__ import annotations

import base64
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from tests.app_client import START_CHECK, AppClient
from tests.frame_provider import FRAMES, NAMED, PROVIDER, body_of, post_frames
from tests.serving import Serving

JSON = "application/json"
MEGABYTE = 1_048_576


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"person_provider": NAMED})


def wrong_values(drawn: random.Random) -> Iterator[object]:
    """In place of any part of an honest body."""
    yield from (None, True, -1, 1.5, "", "x", [], {}, "\x00", "\ud800", 10**400, -(10**30), [[]])
    yield base64.b64encode(bytes(400_001)).decode()
    yield "=" * drawn.randrange(1, 9)
    yield "".join(chr(drawn.randrange(1, 0x3000)) for _ in range(drawn.randrange(1, 40)))


def malformed(count: int) -> Iterator[tuple[bytes, str]]:
    """Bodies with their media types; none can be read as frames."""
    drawn = random.Random(6)  # noqa: S311 - the same in every run
    honest = json.dumps(body_of(FRAMES)).encode()
    for number in range(count):
        body, media_type, kind = bytearray(honest), JSON, number % 8
        if kind == 0:
            del body[drawn.randrange(len(body)) :]
        elif kind == 1:
            told = body_of(FRAMES)
            frame = drawn.choice(told["frames"])
            frame[drawn.choice(("at", "jpeg"))] = drawn.choice(list(wrong_values(drawn)))
            body = bytearray(json.dumps(told).encode())
        elif kind == 2:
            depth = drawn.choice((10, 1_000, 100_000))
            body = bytearray(drawn.choice((b"[" * depth, b'{"frames":' * depth)))
        elif kind == 3:
            digits = b"9" * drawn.choice((20, 5_000, 100_000))
            body = bytearray(honest.replace(b"200", digits, 1))
        elif kind == 4:
            body[drawn.randrange(len(body))] = drawn.choice((0, 0x80, 0xFF, 0x1F))
        elif kind == 5:
            again = drawn.choice((b'{"frames": [], ', b'{"extra": 1, ', b'{"frames": NaN, '))
            body[:1] = again
        elif kind == 6:
            value = drawn.choice(list(wrong_values(drawn)))
            body = bytearray(json.dumps({"frames": value} if number % 16 < 8 else value).encode())
        else:
            kinds = (
                "",
                "text/plain",
                "multipart/form-data; boundary=x",
                "image/jpeg",
                "*/*",
                "x" * 99,
            )
            media_type = drawn.choice(kinds)
        yield bytes(body), media_type


def resident() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def challenged(serving: Serving) -> tuple[AppClient, str]:
    person = await serving.person()
    client = serving.client()
    await client.prove_real_name(person.name, person.identifier())
    await client.consent()
    return client, str((await client.step(START_CHECK))["challengeId"])


async def malformed_run(serving: Serving, count: int) -> None:
    """All of one client, which then proves its person: none took an attempt or a turn."""
    client, challenge_id = await challenged(serving)
    at_first = 0
    for number, (body, media_type) in enumerate(malformed(count)):
        if number == min(400, count // 2):
            at_first = resident()
        headers = {"Content-Type": media_type}
        answer = await post_frames(client, challenge_id, headers=headers, content=body)
        assert answer.status_code in (400, 413, 415), (number, answer.text[:200])
        assert set(answer.json()) == {"errors"} or "code" in answer.json()
    assert resident() - at_first < 60 * MEGABYTE
    assert PROVIDER.seen == []
    assert (await post_frames(client, challenge_id)).status_code == 200


async def test_malformed_bodies_are_refused_and_take_no_attempt(serving: Serving) -> None:
    await malformed_run(serving, 160)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_8_000_malformed_bodies_are_refused_in_bounded_memory(serving: Serving) -> None:
    await malformed_run(serving, 8_000)
