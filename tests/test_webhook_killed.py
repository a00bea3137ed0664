"""Whoever sends is killed, anywhere: each event arrives at least once, in order for each person,
and the log tells the truth."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.clock import utc_now
from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.clients import NAME as CLIENTS
from auth.clients import encode_client
from auth.keys import KeySet
from auth.mongo import Database, Document, in_transaction
from auth.principal import PrincipalKind
from auth.webhook_secrets import new_webhook_secret
from resolvers.gateway import Gateway
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.store.outgoing_events import Event, EventKind, encode_event
from resolvers.store.webhooks import NEVER, NewWebhook, encode_webhook
from tests.employer_client import portal_record
from tests.killing import COMMITTED, Death, ProcessEnded
from tests.test_worker_command import started, worker
from tests.tls_server import Answering, Received, answering
from tests.webhooking import hooked

EMPLOYERS, PEOPLE, EACH = 40, 3, 4
PATHS = ("/first", "/second")
KILLS = 6
PATIENCE = timedelta(seconds=180)
"""Leases of 40 seconds, and what sending takes."""
KINDS = (EventKind.APPLICATION_SUBMITTED, EventKind.APPLICATION_APPROVED)


async def test_a_sender_that_dies_at_any_write_loses_nothing_and_keeps_the_order(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> None:
    async with hooked(settings, mongod_uri, database, key_set) as one:
        await one.create("PERMIT_ISSUED", "PERMIT_CANCELLED")
        points: list[str] = []
        at = 1
        while True:
            holder, before = new_id("hld"), len(one.receiver.received)
            events = await one.happen(
                EventKind.PERMIT_ISSUED, EventKind.PERMIT_CANCELLED, holder_id=holder
            )
            with Death(at).awaited() as death:
                try:
                    await one.run()
                except ProcessEnded:
                    points.append(death.seen[at - 1])
            one.clock.advance(minutes=6)
            await one.run()
            told = [json.loads(received.body) for received in one.receiver.received[before:]]
            order = [events.index(message["data"]["eventId"]) for message in told]
            assert order in ([0, 1], [0, 0, 1], [0, 1, 1]), (at, points)
            if not death.happened:
                break
            at += 1
        for delivery in await one.deliveries():
            assert_log_is_true(delivery, one.receiver.received)
            assert delivery["state"] == "DELIVERED"
    named = {point.partition(".")[0] for point in points if point != COMMITTED}
    assert named >= {"outgoing_events", "webhooks", "webhook_deliveries", "commit"}
    assert points.count("webhook_deliveries.update_one") == 4, "before and after each attempt"


def assert_log_is_true(delivery: Document, received: Sequence[Received]) -> None:
    """What is said to have been answered was; what arrived besides is said to be unknown."""
    arrived = sum(one.headers["webhook-id"] == delivery["_id"] for one in received)
    answered = [one for one in delivery["attempts"] if one["status"] is not None]
    unknown = [one for one in delivery["attempts"] if one["fault"] == "UNKNOWN_OUTCOME"]
    assert len(answered) + len(unknown) == len(delivery["attempts"]), delivery
    assert len(answered) <= arrived <= len(answered) + len(unknown), delivery


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_every_event_arrives_in_order_though_workers_are_killed_while_they_send(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    command_settings: dict[str, str],
    tmp_path: Path,
) -> None:
    local = settings.model_copy(update={"outbound_loopback": True, "data_dir": tmp_path})
    environment = command_settings | {
        "ONECARD_DATA_DIR": str(tmp_path),
        "ONECARD_OUTBOUND_LOOPBACK": "true",
    }
    draw = random.Random(20_261_127)  # noqa: S311 - no secret
    failed_once: set[str] = set()

    def choose(received: Received) -> int:
        """One in twenty is not taken the first time."""
        webhook_id = received.headers["webhook-id"]
        if webhook_id in failed_once or draw.random() > 0.05:
            return 204
        failed_once.add(webhook_id)
        return 500

    async with (
        answering(pause=0.03, choose=choose) as receiver,
        open_runtime(local, mongod_uri) as runtime,
    ):
        order = await put_events(runtime.gateway, receiver)
        for _ in range(KILLS):
            with worker(**environment) as process:
                assert await asyncio.to_thread(started, process)
                before, until = len(receiver.received), utc_now() + PATIENCE
                while len(receiver.received) == before:
                    assert utc_now() < until, "\n".join(await left(database))
                    await asyncio.sleep(0.02)
                await asyncio.sleep(draw.uniform(0.01, 0.4))
                process.kill()
        with worker(**environment) as first, worker(**environment) as second:
            for process in (first, second):
                assert await asyncio.to_thread(started, process)
            until = utc_now() + PATIENCE
            while await is_waiting(database):
                assert utc_now() < until, "\n".join(await left(database))
                await asyncio.sleep(0.5)
        deliveries = await database["webhook_deliveries"].find({}).to_list(None)
    for delivery in deliveries:
        assert_log_is_true(delivery, receiver.received)
    counts = judge(order, deliveries, receiver.received)
    print(counts)  # noqa: T201 - the proof
    assert counts["unknown"] >= KILLS, "each was killed while it sent"
    assert Counter(one["state"] for one in deliveries) == {"DELIVERED": len(deliveries)}
    assert len(deliveries) == EMPLOYERS * len(PATHS) * PEOPLE * EACH


async def put_events(gateway: Gateway, receiver: Answering) -> Mapping[str, int]:
    """Event → its place in what happened to its person."""
    now, order, events = gateway.now(), dict[str, int](), list[Document]()
    for _ in range(EMPLOYERS):
        portal, client = portal_record(new_id("emp"), now)
        callbacks = [f"http://127.0.0.1:{receiver.port}{path}" for path in PATHS]
        stored = encode_client(client) | {"callbacks": callbacks}
        await gateway.database[CLIENTS].insert_one(stored)
        for address in callbacks:
            await _put_webhook(gateway, portal.employer_id, portal.client_id, address)
        people = [new_id("hld") for _ in range(PEOPLE)]
        for place in range(EACH):
            for holder in people:
                event = Event(
                    KINDS[place % len(KINDS)],
                    new_id("apl"),
                    holder_id=holder,
                    employer_id=portal.employer_id,
                )
                at = now + timedelta(milliseconds=place)
                made = encode_event(new_id("evt"), event, at, PrincipalKind.OFFICER)
                order[made["_id"]] = place
                events.append(made)
    await gateway.database["outgoing_events"].insert_many(events)
    return order


async def _put_webhook(gateway: Gateway, employer_id: str, client_id: str, address: str) -> None:
    now, webhook_id, secret_id = gateway.now(), new_id("whk"), new_id("whs")
    new = NewWebhook(webhook_id, employer_id, client_id, address, list(WebhookEvent), None)

    async def work(transaction: Any) -> None:
        parts = gateway.webhooks
        made = encode_webhook(new, now - timedelta(minutes=1))
        await parts.subscriptions.insert(made, transaction)
        wrapped = parts.wrapping.wrap(secret_id, new_webhook_secret())
        await parts.secrets.insert(secret_id, webhook_id, wrapped, now, transaction)

    await in_transaction(gateway.database, work)


async def is_waiting(database: Database) -> bool:
    awaited = await database["outgoing_events"].count_documents({"awaited_by": "WEBHOOKS"})
    return bool(
        awaited or await database["webhook_deliveries"].count_documents({"state": "PENDING"})
    )


async def left(database: Database) -> list[str]:
    """What still waits, for whoever reads a failure."""
    now = utc_now()
    waiting = database["webhook_deliveries"].find({"state": "PENDING"}).sort("due_at")
    return [
        *[
            f"{one['tries']} tries, due in {one['due_at'] - now}, {one['attempts'][-1:]}"
            for one in await waiting.to_list(5)
        ],
        *[
            f"{one['state']}, due in {one['due_at'] - now}, leased for {one['leased_until'] - now}"
            for one in await database["webhooks"].find({"due_at": {"$lt": NEVER}}).to_list(5)
        ],
    ]


def judge(
    order: Mapping[str, int], deliveries: Sequence[Document], received: Sequence[Received]
) -> dict[str, int]:
    """Each delivery arrived, and in each lane none after a later one."""
    by_id = {one["_id"]: one for one in deliveries}
    arrivals: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in received:
        delivery = by_id[one.headers["webhook-id"]]
        arrivals[delivery["webhook_id"], delivery["lane"]].append(order[delivery["event_id"]])
    assert {one.headers["webhook-id"] for one in received} == set(by_id)
    for lane in arrivals.values():
        assert lane == sorted(lane), lane
    unknown = [
        attempt
        for one in deliveries
        for attempt in one["attempts"]
        if attempt["fault"] == "UNKNOWN_OUTCOME"
    ]
    return {
        "deliveries": len(deliveries),
        "lanes": len(arrivals),
        "arrivals": len(received),
        "unknown": len(unknown),
    }
