"""A portal with a list of documents sends these and no others; one with a limit keeps to it."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pymongo.errors import AutoReconnect

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.client_rates import ClientRates
from auth.client_terms import ClientLimits
from auth.clients import NAME, Client, ClientStore
from auth.known_terms import KnownTerms
from auth.mongo import Database, Transaction
from auth.principal import Principal, PrincipalKind
from resolvers.client_changes import NewTerms, change_client
from resolvers.gateway import Ask
from tests.app_client import AppClient
from tests.employer_client import Portal, new_portal
from tests.serving import Serving

GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENTS = "text/event-stream"
ALLOWED = "{ __typename }"
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


async def portal_app(serving: Serving, portal: Portal) -> AppClient:
    app = serving.client()
    app.token = (await portal.ask(serving.http, serving.clock())).json()["access_token"]
    return app


async def listed_portal(serving: Serving) -> AppClient:
    digest = hashlib.sha256(ALLOWED.encode()).hexdigest()
    portal = await new_portal(serving, new_id("emp"), allowed_documents=(digest,))
    return await portal_app(serving, portal)


def code_of(answer: httpx.Response) -> tuple[int, str | None]:
    errors = answer.json().get("errors") or [{}]
    return answer.status_code, errors[0].get("extensions", {}).get("code")


async def test_a_document_that_is_not_on_the_list_is_refused_before_it_is_read(
    serving: Serving,
) -> None:
    app = await listed_portal(serving)
    for unlisted in (f"{ALLOWED} ", "{__typename}", "no graphql {", "{ me { id } }"):
        sent = {"query": unlisted}
        headers = {"Authorization": f"Bearer {app.token}"}
        for accept in (GRAPHQL_RESPONSE, EVENTS, f"{GRAPHQL_RESPONSE}, {EVENTS}"):
            accepting = headers | {"Accept": accept}
            posted = await serving.http.post("/graphql", json=sent, headers=accepting)
            got = await serving.http.get("/graphql", params=sent, headers=accepting)
            for answer in (posted, got):
                assert code_of(answer) == (403, "DOCUMENT_NOT_ALLOWED"), accept
        older = await serving.http.post("/graphql", json=sent, headers=headers)
        assert code_of(older) == (200, "DOCUMENT_NOT_ALLOWED")


async def test_a_listed_document_is_served_with_any_variables_and_name(serving: Serving) -> None:
    app = await listed_portal(serving)
    headers = {"Authorization": f"Bearer {app.token}", "Accept": GRAPHQL_RESPONSE}
    sent = {"query": ALLOWED}
    for answer in (
        await serving.http.post("/graphql", json=sent, headers=headers),
        await serving.http.post("/graphql", json=sent | {"variables": {"a": 1}}, headers=headers),
        await serving.http.get("/graphql", params=sent, headers=headers),
    ):
        assert code_of(answer) == (200, None), answer.text


async def test_a_portal_without_a_list_asks_what_it_likes(serving: Serving) -> None:
    app = await portal_app(serving, await new_portal(serving, new_id("emp")))
    assert code_of(await app.post("{ __typename }")) == (200, None)


async def test_a_portal_that_asks_too_often_is_told_how_long_to_wait(serving: Serving) -> None:
    few = ClientLimits(operations_per_minute=3)
    portal = await new_portal(serving, new_id("emp"), limits=few)
    app, other = await portal_app(serving, portal), await portal_app(serving, portal)
    headers = {"Authorization": f"Bearer {app.token}", "Accept": GRAPHQL_RESPONSE}
    for _ in range(2):
        assert code_of(await app.post("{ __typename }")) == (200, None)
    # Another token of the same portal, and another address: all count together.
    paper = await serving.http.get(
        f"/papers/{new_id('pap')}", headers={"Authorization": f"Bearer {other.token}"}
    )
    assert paper.status_code == 404
    sent = {"query": "{ __typename }"}
    refused = await serving.http.post("/graphql", json=sent, headers=headers)
    assert code_of(refused) == (429, "RATE_LIMITED")
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 20
    assert refused.json()["errors"][0]["extensions"]["retryAfterSeconds"] == wait
    letter = await serving.http.get(f"/letters/{new_id('let')}", headers=headers)
    assert (letter.status_code, letter.headers["retry-after"]) == (429, str(wait))
    untouched = await portal_app(serving, await new_portal(serving, new_id("emp")))
    assert code_of(await untouched.post("{ __typename }")) == (200, None)
    serving.clock.advance(seconds=wait)
    assert code_of(await app.post("{ __typename }")) == (200, None)


def test_a_bucket_is_filled_evenly_and_holds_a_minute_at_most() -> None:
    rates = ClientRates()
    assert [rates.take("a", 60, NOW) for _ in range(60)] == [None] * 60
    assert rates.take("a", 60, NOW) == timedelta(seconds=1)
    assert rates.take("b", 60, NOW) is None
    assert rates.take("a", 60, NOW - timedelta(hours=1)) == timedelta(seconds=1)
    later = NOW + timedelta(days=1)
    waits = [rates.take("a", 60, later) for _ in range(61)]
    assert waits == [None] * 60 + [timedelta(seconds=1)]
    half = later + timedelta(milliseconds=500)
    assert rates.take("a", 60, half) == timedelta(milliseconds=500)
    assert rates.take("a", 60, half + timedelta(milliseconds=500)) is None


def test_no_more_buckets_are_kept_than_said() -> None:
    rates = ClientRates(limit=2)
    for client in ("a", "b", "a", "c", "d"):
        assert rates.take(client, 1, NOW) is None or client == "a"
    assert len(rates) == 2


class CountedClients(ClientStore):
    reads = 0

    async def find(self, client_id: str, transaction: Transaction | None = None) -> Client | None:
        self.reads += 1
        return await super().find(client_id, transaction)


async def test_terms_are_read_once_for_a_family_and_no_more_are_kept_than_said(
    serving: Serving, database: Database
) -> None:
    portals = [await new_portal(serving, new_id("emp")) for _ in range(3)]
    clients = CountedClients(database)
    known = KnownTerms(clients, limit=2)
    for portal in (portals[0], portals[1], portals[0], portals[2], portals[0]):
        assert await known.of(portal.client_id, portal.session_id) is not None
    assert (len(known), clients.reads) == (2, 3)
    assert await known.of(portals[0].client_id, new_id("ses")) is None
    await database[NAME].update_many({}, {"$set": {"state": "REVOKED"}})
    assert await known.of(portals[1].client_id, portals[1].session_id) is None


async def test_while_nobody_can_say_what_a_portal_is_held_to_it_is_not_served(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await portal_app(serving, await new_portal(serving, new_id("emp")))

    async def away(*_: object) -> None:
        raise AutoReconnect("the database is away")

    monkeypatch.setattr(ClientStore, "find", away)
    headers = {"Authorization": f"Bearer {app.token}", "Accept": GRAPHQL_RESPONSE}
    for path in ("/graphql", f"/papers/{new_id('pap')}", f"/letters/{new_id('let')}"):
        answer = await serving.http.get(path, params={"query": ALLOWED}, headers=headers)
        assert code_of(answer) == (503, "UNAVAILABLE"), path
    monkeypatch.undo()
    assert code_of(await app.post(ALLOWED)) == (200, None)


async def test_a_new_list_holds_for_live_tokens_within_a_second_and_for_new_ones_at_once(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal = await new_portal(serving, new_id("emp"))
    app, other = await portal_app(serving, portal), "query Other { __typename }"
    assert code_of(await app.post(other)) == (200, None)
    digest = hashlib.sha256(ALLOWED.encode()).hexdigest()
    administrator = Ask(Principal(PrincipalKind.ADMINISTRATOR), "test", new_id("req"))
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        wanted = NewTerms(allowed_documents=(digest,))
        await change_client(runtime.gateway, administrator, portal.client_id, wanted)
    renewed = await portal_app(serving, portal)
    assert code_of(await renewed.post(other))[1] == "DOCUMENT_NOT_ALLOWED"
    assert code_of(await renewed.post(ALLOWED)) == (200, None)
    await asyncio.sleep(1)
    for document in (other, ALLOWED):
        assert code_of(await app.post(document))[1] == "UNAUTHENTICATED"
