"""Requests that meet do not pass a limit together: each is counted after the one before it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from api.ids import new_id
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.contests import opening
from resolvers.exports import steps
from resolvers.rules.exports import MAX_OPEN
from resolvers.store.idempotency import IdempotencyStore
from resolvers.webhooks import subscribing
from tests.access_callers import employer_id_of, logged_in, rich_person
from tests.contesting import contest, contest_of, step
from tests.employer_client import employer_client
from tests.exporting import START, given
from tests.meeting import meet, outcomes_of
from tests.serving import Serving
from tests.webhooking import hooked

REQUESTS = 20
INSIDE = 16
"""So many one gateway serves at once: these have their snapshots before any of them counts."""


async def meeting(patch: pytest.MonkeyPatch, *asked: Coroutine[Any, Any, dict[str, Any]]) -> Any:
    assert len(asked) == REQUESTS
    meet(patch, (IdempotencyStore, "find"), count=INSIDE)
    return outcomes_of(await asyncio.gather(*asked))


async def test_of_exports_that_meet_three_are_made(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = await employer_client(serving, await employer_id_of(serving, await serving.person()))
    asked = [portal.step(START, given()) for _ in range(REQUESTS)]
    found = await meeting(monkeypatch, *asked)
    assert found == {"CHANGED": MAX_OPEN, "TOO_MANY_EXPORTS": REQUESTS - MAX_OPEN}
    assert await serving.database["exports"].count_documents({}) == MAX_OPEN


async def test_of_exports_that_meet_no_more_are_kept_than_may_be(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = await employer_client(serving, await employer_id_of(serving, await serving.person()))
    monkeypatch.setattr(steps, "MAX_KEPT", 2)
    asked = [portal.step(START, given()) for _ in range(REQUESTS)]
    assert (await meeting(monkeypatch, *asked))["CHANGED"] == 2


async def test_of_webhooks_that_meet_no_more_are_made_than_a_client_may_have(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscribing, "MAX_WEBHOOKS", 5)
    async with hooked(settings, mongod_uri, database, key_set) as one:
        wanted = {"address": one.address(), "events": ["PERMIT_ISSUED"], "query": None}
        asked = [one.answer("createWebhook", **wanted) for _ in range(REQUESTS)]
        found = await meeting(monkeypatch, *asked)
        assert found == {"CHANGED": 5, "TOO_MANY_WEBHOOKS": REQUESTS - 5}
        assert await database["webhooks"].count_documents({}) == 5


async def test_of_contests_that_meet_no_more_are_opened_than_in_a_day(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await rich_person(serving)
    app = await logged_in(serving, person)
    monkeypatch.setattr(opening, "MAX_OPENED", 3)
    await step(
        app, "withdrawContest", contest_of(await contest(app, person.holder_id, "BIRTH_DATE"))
    )
    # Each of another record, as one record has one contest at a time.
    permit = await serving.database["permits"].find_one({"_id": person.permit_ids[0]})
    assert permit is not None
    more = [new_id("pmt") for _ in range(REQUESTS)]
    await serving.database["permits"].insert_many([permit | {"_id": one} for one in more])
    found = await meeting(monkeypatch, *(contest(app, one, "POST") for one in more))
    assert found == {"CHANGED": 2, "TOO_MANY_CONTESTS": REQUESTS - 2}
