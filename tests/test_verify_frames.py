"""Frames of a camera over HTTP: the same step as a proof in words, with bounds of its own."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.login_flow import MAX_PERSON_ATTEMPTS
from auth.mongo import Database
from auth.principal import Assurance
from auth.verification import (
    PoorPicture,
    ProofAdvice,
    ProofFault,
    ProviderBusy,
    ProviderUnavailable,
)
from tests.app_client import COMPLETE, START_CHECK, AppClient
from tests.factories import Person
from tests.flows import audit_actions, flow_client
from tests.frame_provider import FRAMES, NAMED, PROVIDER, body_of, post_frames, proof_of
from tests.serving import Serving


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"person_provider": NAMED})


async def challenged(serving: Serving, person: Person | None = None) -> tuple[AppClient, str]:
    person = person or await serving.person()
    client = serving.client()
    await client.prove_real_name(person.name, person.identifier())
    await client.consent()
    return client, (await client.step(START_CHECK))["challengeId"]


async def attempts(database: Database) -> int:
    [flow] = await database["login_flows"].find().to_list(None)
    count: int = flow["attempts"]["person"]
    return count


async def test_frames_prove_a_person_and_the_login_ends_in_tokens(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await challenged(serving)
    pictures = [(at, picture * 10_000) for at, picture in FRAMES]
    answer = await post_frames(client, challenge_id, pictures)
    assert (answer.status_code, answer.json()) == (200, {"result": "REAL_PERSON_PROVED"})
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert PROVIDER.seen == [proof_of(pictures)]
    assert ("login_flow.real_person_proved", "OK") in await audit_actions(database)
    assert (await client.step(COMPLETE))["__typename"] == "LoginCompleted"


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (ProofFault.NOT_LIVE, {"code": "NOT_LIVE", "advice": None}),
        (ProofFault.NOT_THE_HOLDER, {"code": "NOT_THE_HOLDER", "advice": None}),
        (PoorPicture(ProofAdvice.TOO_DARK), {"code": "POOR_QUALITY", "advice": "TOO_DARK"}),
    ],
)
async def test_a_refusal_says_what_it_was_in_both_languages_and_wants_a_new_challenge(
    serving: Serving,
    database: Database,
    ending: ProofFault | PoorPicture,
    told: dict[str, Any],
) -> None:
    client, challenge_id = await challenged(serving)
    PROVIDER.answers.append(ending)
    answer = await post_frames(client, challenge_id)
    assert answer.status_code == 422
    refused = answer.json()
    assert {name: refused[name] for name in told} == told
    assert set(refused["message"]) == {"en", "zh"}
    assert ("login_flow.real_person_refused", told["code"]) in await audit_actions(database)
    again = await post_frames(client, challenge_id)
    assert (again.status_code, again.json()["code"]) == (409, "STEP_OUT_OF_ORDER")


async def test_a_full_queue_says_when_to_come_back_and_costs_no_attempt(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await challenged(serving)
    PROVIDER.answers.append(ProviderBusy(timedelta(seconds=5)))
    for _ in range(MAX_PERSON_ATTEMPTS):
        PROVIDER.answers.append(ProviderBusy(timedelta(seconds=5)))
        answer = await post_frames(client, challenge_id)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["code"] == "PROVIDER_UNAVAILABLE"
        assert answer.json()["retryAfterSeconds"] == 5
    assert await attempts(database) == 0
    PROVIDER.answers.clear()
    assert (await post_frames(client, challenge_id)).status_code == 200


async def test_a_provider_that_is_away_costs_the_attempt_as_with_a_word(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await challenged(serving)
    PROVIDER.answers.append(ProviderUnavailable())
    answer = await post_frames(client, challenge_id)
    assert (answer.status_code, answer.json()["code"]) == (503, "PROVIDER_UNAVAILABLE")
    assert "retry-after" not in answer.headers
    assert await attempts(database) == 1


async def test_the_same_frames_never_count_twice_whoever_brings_them(serving: Serving) -> None:
    first, first_challenge = await challenged(serving)
    assert (await post_frames(first, first_challenge)).status_code == 200
    assert (await post_frames(first, first_challenge)).json()["code"] == "STEP_OUT_OF_ORDER"
    other, other_challenge = await challenged(serving)
    assert (await post_frames(other, other_challenge)).json()["code"] == "NOT_LIVE"


async def test_one_burst_of_a_flow_is_looked_at_at_a_time(serving: Serving) -> None:
    client, challenge_id = await challenged(serving)
    PROVIDER.gate = asyncio.Event()
    first = asyncio.create_task(post_frames(client, challenge_id))
    while not PROVIDER.seen:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    second = await post_frames(client, challenge_id)
    assert (second.status_code, second.headers["retry-after"]) == (429, "1")
    other, other_challenge = await challenged(serving)
    others = asyncio.create_task(post_frames(other, other_challenge, [*FRAMES, (2_400, b"x")]))
    while len(PROVIDER.seen) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    PROVIDER.gate.set()
    assert (await first).status_code == (await others).status_code == 200


async def test_several_logins_of_one_holder_have_one_turn_together(serving: Serving) -> None:
    person = await serving.person()
    flows = [await challenged(serving, person) for _ in range(2)]
    PROVIDER.gate = asyncio.Event()
    first = asyncio.create_task(post_frames(*flows[0]))
    while not PROVIDER.seen:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    second = await post_frames(*flows[1])
    assert (second.status_code, second.headers["retry-after"]) == (429, "1")
    PROVIDER.gate.set()
    assert (await first).status_code == 200
    assert len(PROVIDER.seen) == 1
    again = await post_frames(*flows[1], [*FRAMES, (2_400, b"x")])
    assert again.status_code == 200


async def test_only_the_bearer_of_a_flow_with_a_real_name_may_send_frames(
    serving: Serving, key_set: KeySet
) -> None:
    client, challenge_id = await challenged(serving)
    nobody = await post_frames(serving.client(), challenge_id)
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (
        401,
        'Bearer realm="onecard"',
    )
    unnamed = flow_client(serving, key_set, "flw_none", Assurance.NONE)
    assert (await post_frames(unnamed, challenge_id)).status_code == 401
    stranger, _ = await challenged(serving)
    assert (await post_frames(stranger, challenge_id)).json()["code"] == "CHALLENGE_NOT_CURRENT"
    assert PROVIDER.seen == []
    assert (await post_frames(client, challenge_id)).status_code == 200


GOOD = json.dumps(body_of(FRAMES))
MALFORMED = {
    "nothing": "",
    "no JSON": GOOD[:-1],
    "no object": "[]",
    "no frames": "{}",
    "a member more": GOOD[:-1] + ', "more": 1}',
    "frames twice": '{"frames": [], ' + GOOD[1:],
    "no list": '{"frames": {}}',
    "too few": json.dumps(body_of(FRAMES[:11])),
    "too many": json.dumps(body_of(FRAMES * 4)),
    "a frame of null": json.dumps({"frames": [None] * 12}),
    "a time of words": GOOD.replace('"at": 0', '"at": "0"'),
    "a time that is true": GOOD.replace('"at": 0', '"at": true'),
    "a time below zero": GOOD.replace('"at": 0', '"at": -1'),
    "a time of a fraction": GOOD.replace('"at": 0', '"at": 0.5'),
    "a time without end": GOOD.replace('"at": 0', '"at": ' + "9" * 400),
    "no number": GOOD.replace('"at": 0', '"at": NaN'),
    "no base64": GOOD.replace('"jpeg": "', '"jpeg": "!', 1),
    "not ASCII": GOOD.replace('"jpeg": "', '"jpeg": "好', 1),
    "an empty picture": json.dumps(body_of([(0, b""), *FRAMES[1:]])),
    "a picture too large": json.dumps(body_of([(0, bytes(400_001)), *FRAMES[1:]])),
    "deep": "[" * 100_000,
}


async def test_a_malformed_body_is_refused_before_anything_is_counted(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await challenged(serving)
    for malformed, body in MALFORMED.items():
        answer = await post_frames(client, challenge_id, content=body.encode())
        assert answer.status_code == 400, malformed
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST", malformed
    assert await attempts(database) == 0
    assert PROVIDER.seen == []


async def answer_to_headers(serving: Serving, challenge_id: str, length: int) -> bytes:
    """The first line, before any of the body is sent."""
    address = urlsplit(serving.base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST /verify/frames/{challenge_id} HTTP/1.1\r\nHost: x\r\n"
    writer.write(f"{head}Content-Length: {length}\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    return line


async def test_a_body_of_another_type_or_size_is_refused(serving: Serving) -> None:
    client, challenge_id = await challenged(serving)
    plain = await post_frames(client, challenge_id, headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
    assert b" 413 " in await answer_to_headers(serving, challenge_id, 12 * 1024 * 1024 + 1)
    assert (await client.http.get(f"/verify/frames/{challenge_id}")).status_code == 405
    assert PROVIDER.seen == []
