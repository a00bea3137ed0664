"""A signed feed: an authority sends records over HTTP, within five minutes and once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.feeds import MAX_BODY_BYTES
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.feed_sources import (
    SourceRevocation,
    revoke_source,
)
from resolvers.feeds import MAX_FEED_LINES
from resolvers.policy.throttling import FEED_ADDRESS
from tests.feed_source import Source, registered
from tests.flows import audit_actions, everything_stored
from tests.record_lines import (
    BUREAU,
    POLICE,
    SYSTEM,
    UPDATED,
    Importer,
    importer_on,
    later,
    ndjson,
    residence_line,
)
from tests.serving import Serving

UNIFORM = {
    "errors": [
        {
            "message": "The source could not be authenticated.",
            "extensions": {"code": "UNAUTHENTICATED"},
        }
    ]
}


@pytest.fixture
async def importer(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    async with importer_on(settings, mongod_uri, database, key_set) as made:
        yield made


def message_of(response: httpx.Response) -> str:
    [error] = response.json()["errors"]
    return str(error["message"])


async def test_what_a_source_signs_is_stored_and_each_line_reported(
    importer: Importer, serving: Serving, database: Database
) -> None:
    source, person = await registered(importer), await importer.person()
    line = residence_line(person)
    body = ndjson([line, line, line | {"state": "?"}])
    response = await source.send(serving, body)
    assert response.status_code == 200
    assert response.json() == {
        "lines": 3,
        "stored": 1,
        "unchanged": 1,
        "refused": 1,
        "report": [
            {"line": 1, "outcome": "stored"},
            {"line": 2, "outcome": "unchanged"},
            {"line": 3, "outcome": "refused", "code": "BAD_VALUE", "field": "state"},
        ],
    }
    lines = await database["audit"].find({"action": {"$ne": "source.registered"}}).to_list(9)
    assert sorted((line["action"], line["result"]) for line in lines) == [
        ("feed.received", "OK"),
        ("record.imported", "OK"),
        ("record.refused", "BAD_VALUE"),
    ]
    assert {line["actor"]["kind"] for line in lines} == {"authority"}
    assert {line["actor"]["subject"] for line in lines} == {source.source_id}


async def test_a_source_sends_its_own_records_only(
    importer: Importer, serving: Serving, database: Database
) -> None:
    bureau, person = await registered(importer, BUREAU), await importer.person()
    elsewhere = await importer.insurance(person, city="440300")
    response = await bureau.send(serving, ndjson([residence_line(person), elsewhere]))
    told = [(one["code"], one["field"]) for one in response.json()["report"]]
    assert told == [("FOREIGN_SOURCE", "kind"), ("FOREIGN_SOURCE", "city")]
    assert await database["residence_permits"].count_documents({}) == 0
    assert await database["insurance_enrolments"].count_documents({}) == 0


async def test_the_same_request_counts_once_however_often_it_arrives(
    importer: Importer, serving: Serving, database: Database
) -> None:
    source, person = await registered(importer), await importer.person()
    body = ndjson([residence_line(person)])
    signature = source.signature(body, serving.clock())
    responses = await asyncio.gather(
        *(source.send(serving, body, signature=signature) for _ in range(10))
    )
    assert sorted(response.status_code for response in responses) == [200] + [401] * 9
    refused = [message_of(response) for response in responses if response.status_code == 401]
    assert set(refused) == {"The signature was used already: make a new one for each request."}
    assert await database["outgoing_events"].count_documents({}) == 1
    assert (await audit_actions(database)).count(("feed.refused", "REPLAYED")) == 9


@pytest.mark.parametrize(
    ("seconds", "status"), [(-300, 401), (-299, 200), (0, 200), (5, 200), (8, 401)]
)
async def test_a_signature_is_good_for_five_minutes_and_not_before_its_time(
    seconds: int, status: int, importer: Importer, serving: Serving
) -> None:
    source, person = await registered(importer), await importer.person()
    issued = int(serving.clock().timestamp()) + seconds
    response = await source.send(serving, ndjson([residence_line(person)]), iat=issued)
    assert response.status_code == status


FAULTS_BEFORE_SIGNATURE: dict[str, dict[str, Any]] = {
    "another key's name": {"kid": "unknown"},
    "an algorithm that is not the key's": {"alg": "ES256"},
    "no algorithm": {"alg": "none"},
    "a symmetric algorithm": {"alg": "HS256"},
    "an encoded payload": {"b64": True},
    "b64 that is not critical": {"crit": None},
    "another critical member": {"crit": ["b64", "exp"]},
    "no jti": {"jti": None},
    "an unknown member": {"x5u": "https://example.invalid/key"},
}


@pytest.mark.parametrize("what", FAULTS_BEFORE_SIGNATURE)
async def test_a_signature_with_a_wrong_header_is_refused_alike_and_changes_nothing(
    what: str, importer: Importer, serving: Serving, database: Database
) -> None:
    source, person = await registered(importer), await importer.person()
    before = await everything_stored(database, "throttle", "audit")
    response = await source.send(
        serving, ndjson([residence_line(person)]), **FAULTS_BEFORE_SIGNATURE[what]
    )
    assert (response.status_code, response.json()) == (401, UNIFORM)
    assert await everything_stored(database, "throttle", "audit") == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"aud": f"http://127.0.0.1:8000/feeds/{BUREAU}"}, "aud must be"),
        ({"jti": "short"}, "iat or jti is not"),
        ({"iat": "now"}, "iat or jti is not"),
        ({"iat": 253_402_300_799}, "iat lies in the future"),
        ({"iat": 1}, "The signature is 5 minutes old"),
    ],
)
async def test_who_signed_hears_what_is_wrong_with_the_members(
    changes: dict[str, Any], told: str, importer: Importer, serving: Serving, database: Database
) -> None:
    source, person = await registered(importer), await importer.person()
    before = await everything_stored(database, "throttle", "audit")
    response = await source.send(serving, ndjson([residence_line(person)]), **changes)
    assert response.status_code == 401
    assert message_of(response).startswith(told)
    assert await everything_stored(database, "throttle", "audit") == before


async def test_strangers_all_get_the_same_answer(
    importer: Importer, serving: Serving, database: Database
) -> None:
    source, person = await registered(importer), await importer.person()
    stranger, revoked = Source.new(), await registered(importer)
    outcome = await revoke_source(importer.gateway, SYSTEM, revoked.source_id)
    assert outcome is SourceRevocation.REVOKED
    body, now = ndjson([residence_line(person)]), serving.clock()
    pretender = replace(stranger, private=stranger.private | {"kid": source.kid})
    before = await everything_stored(database, "throttle", "audit")
    attempts = {
        "a key that nobody registered": stranger.send(serving, body),
        "a key under another's name": pretender.send(serving, body),
        "a revoked source": revoked.send(serving, body),
        "an authority without a source": source.send(serving, body, authority=BUREAU),
        "an authority that is none": source.send(serving, body, authority="nobody"),
        "another body": source.send(serving, body + b"\n", signature=source.signature(body, now)),
        "no signature": serving.http.post(
            f"/feeds/{POLICE}", content=body, headers={"Content-Type": "application/x-ndjson"}
        ),
        "two signatures": serving.http.post(
            f"/feeds/{POLICE}",
            content=body,
            headers=[
                ("Content-Type", "application/x-ndjson"),
                ("Onecard-Signature", source.signature(body, now)),
                ("Onecard-Signature", source.signature(body, now)),
            ],
        ),
        "a signature that is none": source.send(serving, body, signature="a.b.c"),
    }
    for what, attempt in attempts.items():
        response = await attempt
        assert (response.status_code, response.json()) == (401, UNIFORM), what
        assert response.headers["WWW-Authenticate"] == 'onecard-signature realm="onecard"'
    assert await everything_stored(database, "throttle", "audit") == before


async def test_a_feed_has_bounds(importer: Importer, serving: Serving, database: Database) -> None:
    source = await registered(importer)
    blank = await source.send(serving, b"\n" * (MAX_FEED_LINES + 1))
    large = await source.send(serving, b" " * (MAX_BODY_BYTES + 1))
    assert [one.status_code for one in (blank, large)] == [413, 413]
    full = await source.send(serving, b"{}\n" * MAX_FEED_LINES)
    assert (full.status_code, full.json()["refused"]) == (200, MAX_FEED_LINES)
    other = await source.send(serving, b"{}", media_type="application/json")
    assert other.status_code == 415
    assert (await serving.http.get(f"/feeds/{POLICE}")).status_code == 405
    assert await database["residence_permits"].count_documents({}) == 0


async def test_whoever_sends_too_often_waits(importer: Importer, serving: Serving) -> None:
    source, gateway = await registered(importer), importer.gateway
    key = gateway.digester.blind("feed-address", "127.0.0.1").value
    for _ in range(601):
        await gateway.throttle.charge(key, FEED_ADDRESS, serving.clock())
    waiting = await source.send(serving, b"{}")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (429, "1")
    serving.clock.advance(seconds=1)
    assert (await source.send(serving, b"{}")).status_code == 200


async def test_a_feed_and_an_import_of_the_same_records_at_once_make_one_of_each(
    importer: Importer, serving: Serving, database: Database
) -> None:
    source = await registered(importer)
    people = [await importer.person() for _ in range(60)]
    lines = [residence_line(person) for person in people]
    newer = [line | {"updated_at": later(UPDATED, days=1)} for line in lines]
    answers = await asyncio.gather(
        source.send(serving, ndjson(newer)), importer.take(*lines), importer.take(*lines)
    )
    assert answers[0].json()["stored"] == 60
    stored = await database["residence_permits"].find().to_list(99)
    assert {one["holder_id"] for one in stored} == {one.holder_id for one in people}
    assert len(stored) == 60
    assert {one["source"]["updated_at"].day for one in stored} == {11}


async def test_nothing_that_was_sent_is_told_again_or_logged(
    importer: Importer, serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    source, person = await registered(importer), await importer.person()
    caplog.set_level(logging.DEBUG)
    unknown = {"work_permit_number": "GD99999999"}
    lines = [
        residence_line(person),
        residence_line(person, holder=unknown),
        residence_line(person, updated_at=later(UPDATED, days=1), GD99999999="RP00012345"),
    ]
    response = await source.send(serving, ndjson(lines))
    assert response.json()["stored"] == 1
    logged = "".join(str(record.__dict__) for record in caplog.records)
    for value in (*person.numbers.values(), "RP00012345", "GD99999999"):
        assert value not in response.text
        assert value not in logged
