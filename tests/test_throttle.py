"""Attempts are counted as many as they are, wherever they are made; the wait grows as stated."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.clock import utc_now
from api.settings import Settings
from auth import throttle
from auth.keys import KeySet
from auth.mongo import Database, connect, database_of
from auth.throttle import ThrottlePolicy, ThrottleStore
from resolvers.policy.throttling import (
    ADDRESS,
    FLOW_START,
    NUMBER,
    PERSON_CHECK,
    SECOND_PROOF,
    STEP_UP,
    counted_address,
)
from tests.app_client import PROVE_NAME, START, AppClient
from tests.serving import Serving, serving_gateway

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
POLICY = ThrottlePolicy(window=timedelta(minutes=10), delays=[0 * SECOND, 2 * SECOND, 60 * SECOND])
FREE = ThrottlePolicy(window=timedelta(minutes=10), delays=[0 * SECOND])
KEY = b"one key"


@pytest.fixture
def store(database: Database) -> ThrottleStore:
    return ThrottleStore(database)


@pytest.fixture
async def elsewhere(mongod_uri: str, database: Database) -> AsyncIterator[ThrottleStore]:
    """The store of another process: a client of its own on the same database."""
    client = connect(mongod_uri)
    yield ThrottleStore(database_of(client, database.name))
    client.close()


@pytest.mark.parametrize(
    "policy", [NUMBER, ADDRESS, FLOW_START, SECOND_PROOF, PERSON_CHECK, STEP_UP]
)
async def test_who_waits_as_told_is_let_in_and_the_wait_grows_as_the_policy_says(
    store: ThrottleStore, policy: ThrottlePolicy
) -> None:
    now, told = NOW, []
    for _ in range(len(policy.delays) + 2):
        charge = await store.charge(KEY, policy, now)
        assert charge.waits is None
        told.append(charge.next_delay)
        now += charge.next_delay
    assert told == [*policy.delays, policy.delays[-1], policy.delays[-1]]
    assert told == sorted(told)


async def test_without_a_delay_nobody_waits_not_even_who_read_the_clock_a_moment_before(
    store: ThrottleStore,
) -> None:
    assert (await store.charge(KEY, FREE, NOW)).waits is None
    assert (await store.charge(KEY, FREE, NOW - timedelta(milliseconds=5))).waits is None


async def test_an_attempt_just_before_the_end_of_a_block_is_refused_and_told_the_rest(
    store: ThrottleStore,
) -> None:
    for _ in range(2):
        await store.charge(KEY, POLICY, NOW)
    early = await store.charge(KEY, POLICY, NOW + timedelta(milliseconds=1_999))
    assert early.waits == timedelta(milliseconds=1)
    assert (await store.charge(KEY, POLICY, NOW + 2 * SECOND)).waits is None


async def test_attempts_during_a_block_neither_prolong_nor_heighten_it(
    store: ThrottleStore, database: Database
) -> None:
    for _ in range(2):
        await store.charge(KEY, POLICY, NOW)
    before = await database[throttle.NAME].find_one({"_id": KEY})
    assert before is not None
    for tenth in range(1, 20):
        charge = await store.charge(KEY, POLICY, NOW + tenth * SECOND / 10)
        assert charge.waits == 2 * SECOND - tenth * SECOND / 10
    after = await database[throttle.NAME].find_one({"_id": KEY})
    assert after == before | {"refused": 19}
    assert (await store.charge(KEY, POLICY, NOW + 2 * SECOND)).next_delay == 60 * SECOND


async def test_keys_are_counted_apart(store: ThrottleStore) -> None:
    for _ in range(2):
        await store.charge(KEY, POLICY, NOW)
    assert (await store.charge(KEY, POLICY, NOW)).waits == 2 * SECOND
    assert (await store.charge(b"another", POLICY, NOW)).waits is None


@pytest.mark.parametrize("round_", range(5))
async def test_a_hundred_attempts_at_once_are_counted_as_a_hundred(
    store: ThrottleStore, elsewhere: ThrottleStore, database: Database, round_: int
) -> None:
    stores = [store, elsewhere]
    charges = await asyncio.gather(*(stores[n % 2].charge(KEY, FREE, NOW) for n in range(100)))
    assert all(charge.waits is None for charge in charges)
    [counter] = await database[throttle.NAME].find().to_list(None)
    assert (counter["attempts"], counter["refused"]) == (100, 0)


@pytest.mark.parametrize("allowed", [1, 3, 8])
async def test_of_a_hundred_attempts_at_once_exactly_the_allowed_ones_go_on(
    store: ThrottleStore, elsewhere: ThrottleStore, database: Database, allowed: int
) -> None:
    policy = ThrottlePolicy(FREE.window, [0 * SECOND] * (allowed - 1) + [60 * SECOND])
    stores = [store, elsewhere]
    charges = await asyncio.gather(*(stores[n % 2].charge(KEY, policy, NOW) for n in range(100)))
    assert sum(charge.waits is None for charge in charges) == allowed
    assert {charge.waits for charge in charges} == {None, 60 * SECOND}
    [counter] = await database[throttle.NAME].find().to_list(None)
    assert (counter["attempts"], counter["refused"]) == (allowed, 100 - allowed)


async def test_a_forgotten_key_starts_anew(store: ThrottleStore, database: Database) -> None:
    for _ in range(2):
        await store.charge(KEY, POLICY, NOW)
    await store.forget(KEY)
    assert await database[throttle.NAME].count_documents({}) == 0
    charge = await store.charge(KEY, POLICY, NOW)
    assert (charge.waits, charge.next_delay) == (None, 0 * SECOND)


async def test_after_the_window_a_key_starts_anew_even_if_the_database_has_not_yet_forgotten_it(
    store: ThrottleStore, database: Database
) -> None:
    for _ in range(3):
        await store.charge(KEY, POLICY, NOW)
    [counter] = await database[throttle.NAME].find().to_list(None)
    assert counter["expires_at"] == NOW + 2 * SECOND + POLICY.window
    within = await store.charge(KEY, POLICY, counter["expires_at"] - SECOND)
    assert within.next_delay == 60 * SECOND
    [counter] = await database[throttle.NAME].find().to_list(None)
    after = await store.charge(KEY, POLICY, counter["expires_at"])
    assert (after.waits, after.next_delay) == (None, 0 * SECOND)
    [counter] = await database[throttle.NAME].find().to_list(None)
    assert (counter["attempts"], counter["refused"]) == (1, 0)


async def test_the_database_forgets_a_counter_when_it_no_longer_counts(database: Database) -> None:
    indexes = await database[throttle.NAME].index_information()
    expiring = {
        index["key"][0][0]: index["expireAfterSeconds"]
        for index in indexes.values()
        if "expireAfterSeconds" in index
    }
    assert expiring == {"expires_at": 0}


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_network_of_one_subscriber_counts_as_one_address(address: str, counted: str) -> None:
    assert counted_address(address) == counted


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway's time passes only as its test says, however slow the machine is."""
    now = utc_now()
    monkeypatch.setattr("tests.serving.utc_now", lambda: now)


async def started(client: AppClient, address: str | None) -> dict[str, Any]:
    headers = {} if address is None else {"X-Forwarded-For": address}
    answer = (await client.post(START, headers=headers)).json()
    payload: dict[str, Any] = answer["data"]["startLogin"]
    client.token = payload.get("flowToken")
    return payload


def is_free(payload: dict[str, Any]) -> bool:
    return bool(payload["__typename"] == "LoginStarted")


FREE_STARTS = 1 + sum(delay == 0 * SECOND for delay in FLOW_START.delays)


async def test_flows_from_one_address_are_limited_whatever_a_stranger_says_of_his_address(
    serving: Serving, database: Database
) -> None:
    answers = [await started(serving.client(), f"198.51.100.{n % 256}") for n in range(FREE_STARTS)]
    assert all(map(is_free, answers))
    flows = await database["login_flows"].count_documents({})
    refused = await started(serving.client(), "203.0.113.99")
    assert (refused["code"], refused["retryAfterSeconds"]) == ("TOO_MANY_ATTEMPTS", 1)
    assert await database["login_flows"].count_documents({}) == flows
    serving.clock.advance(seconds=1)
    assert is_free(await started(serving.client(), None))


@pytest.fixture
def trusting(settings: Settings) -> Settings:
    return settings.model_copy(update={"trusted_proxies": ("127.0.0.1/32",)})


async def test_behind_a_trusted_proxy_each_address_has_its_own_limit(
    trusting: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> None:
    network = "2001:db8:1:2:"
    async with serving_gateway(trusting, mongod_uri, database, key_set) as serving:
        hosts = [f"{network}{n:x}::{n:x}" for n in range(FREE_STARTS)]
        assert all([is_free(await started(serving.client(), host)) for host in hosts])
        assert not is_free(await started(serving.client(), f"{network}ffff::1"))
        assert is_free(await started(serving.client(), "2001:db8:1:3::1"))
        assert is_free(await started(serving.client(), "192.0.2.1"))
        # What the client wrote itself stands left of what the proxy adds.
        assert not is_free(await started(serving.client(), f"192.0.2.2, {network}ffff::1"))


async def proved(serving: Serving, number: str, address: str | None = None) -> dict[str, Any]:
    client = serving.client()
    assert is_free(await started(client, address))
    headers = {} if address is None else {"X-Forwarded-For": address}
    given = {"input": {"name": "A B", "identifier": {"workPermitNumber": number}}}
    answer = (await client.post(PROVE_NAME, given, headers)).json()
    payload: dict[str, Any] = answer["data"]["proveRealName"]
    return payload


def new_number() -> str:
    return f"ZZ{secrets.randbelow(10**10):010d}"


async def test_names_from_one_address_are_limited_at_whichever_numbers(
    trusting: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> None:
    free = 1 + sum(delay == 0 * SECOND for delay in ADDRESS.delays)
    async with serving_gateway(trusting, mongod_uri, database, key_set) as serving:
        told = [
            (await proved(serving, new_number(), "192.0.2.1"))["retryAfterSeconds"]
            for _ in range(free + 1)
        ]
        assert told[: free - 1] == [None] * (free - 1)
        assert told[free - 1 :] == [1, 1]
        assert (await proved(serving, new_number(), "192.0.2.2"))["retryAfterSeconds"] is None


async def test_a_number_blocked_by_one_process_is_blocked_in_all_and_after_a_restart(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> None:
    number = new_number()

    def gateway() -> Any:
        return serving_gateway(settings, mongod_uri, database, key_set)

    async with gateway() as one, gateway() as other:
        told = [
            (await proved(process, number))["retryAfterSeconds"]
            for process in (one, other, one, other)
        ]
    assert told == [None, None, 2, 2]
    async with gateway() as restarted:
        restarted.clock.advance(seconds=1)
        assert (await proved(restarted, number))["retryAfterSeconds"] == 1
        restarted.clock.advance(seconds=1)
        assert (await proved(restarted, number))["retryAfterSeconds"] == 5
