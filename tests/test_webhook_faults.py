"""Receivers that are slow, close, answer 500, redirect, or lie where nobody may call: each event
arrives at least once, in order for each person, and the log tells the truth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

import api.outbound
from api.ids import new_id
from api.outbound import Outbound
from api.providers.webhook_post import OutboundWebhooks
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.policy.webhooks import MAX_ATTEMPTS, MAX_FAILURES, WAITS
from resolvers.rules.webhook_health import DeliveryFault
from resolvers.store.outgoing_events import EventKind
from resolvers.webhook_channel import Unanswered
from resolvers.webhooks import sending
from resolvers.webhooks.projecting import project_to_webhooks
from resolvers.webhooks.sending import send_to_webhooks
from tests.tls_server import HOST, answering, client_context
from tests.webhooking import Hooked, hooked

ISSUED, CANCELLED = EventKind.PERMIT_ISSUED, EventKind.PERMIT_CANCELLED
BOTH = ("PERMIT_ISSUED", "PERMIT_CANCELLED")


@pytest.fixture
async def one(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Hooked]:
    async with hooked(settings, mongod_uri, database, key_set) as made:
        yield made


def types_of(one: Hooked) -> list[str]:
    return [received.headers["webhook-id"] for received in one.receiver.received]


async def test_what_is_not_taken_is_sent_again_and_holds_up_its_own_lane_alone(one: Hooked) -> None:
    hook = await one.create(*BOTH)
    holder = new_id("hld")
    one.receiver.statuses = [500]
    await one.happen(ISSUED, CANCELLED, holder_id=holder)
    assert await one.run() == 1
    await one.happen(ISSUED)
    assert await one.run() == 1, "another person's goes out, his next one does not"
    states = {node["eventKind"]: node["state"] for node in reversed(await one.log(hook))}
    assert states["permit.cancelled"] == "PENDING"
    one.clock.advance(seconds=6)
    assert await one.run() == 2
    first, other, again, second = one.taken(hook)
    assert (first, first["type"]) == (again, "permit.issued")
    assert (second["type"], other["type"]) == ("permit.cancelled", "permit.issued")
    log = await one.log(hook)
    tried = next(node for node in log if len(node["attempts"]) == 2)
    assert [(a["status"], a["error"]) for a in tried["attempts"]] == [
        (500, "HTTP_STATUS"),
        (201, None),
    ]
    assert {node["state"] for node in log} == {"DELIVERED"}


async def test_a_redirect_is_not_followed_and_a_wait_that_is_asked_for_is_kept(
    one: Hooked,
) -> None:
    hook = await one.create()
    one.receiver.statuses = [302, 503]
    one.receiver.headers = {"Location": one.address("/other"), "Retry-After": "4000"}
    await one.happen(ISSUED)
    assert await one.run() == 1
    [node] = await one.log(hook)
    assert [a["error"] for a in node["attempts"]] == ["REDIRECTED"]
    assert {received.path for received in one.receiver.received} == {"/hooks"}
    one.clock.advance(hours=2)
    assert await one.run() == 1
    one.clock.advance(minutes=60)
    assert await one.run() == 0
    one.clock.advance(minutes=10)
    assert await one.run() == 1


async def test_one_that_wants_no_more_is_paused_and_loses_nothing(one: Hooked) -> None:
    hook = await one.create()
    one.receiver.statuses = [410]
    await one.happen(ISSUED, ISSUED, holder_id=new_id("hld"))
    assert await one.run() == 1
    now = await one.webhook(hook)
    assert (now["state"], now["health"]["pauseReason"]) == ("PAUSED", "GONE")
    one.clock.advance(days=6)
    assert await one.run() == 0
    await one.step("resumeWebhook", hook)
    assert await one.run() == 2


async def test_the_circuit_opens_probes_and_closes(
    one: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LANES_AT_ONCE", 1)
    hook = await one.create()
    one.receiver.statuses = [500] * (MAX_FAILURES + 1)
    await one.happen(*[ISSUED] * (MAX_FAILURES + 2))
    assert await one.run() == MAX_FAILURES
    opened = await one.webhook(hook)
    assert (opened["state"], opened["health"]["consecutiveFailures"]) == ("BROKEN", MAX_FAILURES)
    assert await one.run() == 0, "also what was not tried yet"
    one.clock.advance(minutes=2)
    assert await one.run() == 1, "one probe, which fails too"
    later = (await one.webhook(hook))["health"]["nextProbeAt"]
    assert later > opened["health"]["nextProbeAt"]
    await one.happen(ISSUED)
    one.clock.advance(minutes=2)
    assert await one.run() == 0
    one.clock.advance(minutes=4)
    assert await one.run() == MAX_FAILURES + 3, "a probe that is taken, then all that waits"
    closed = await one.webhook(hook)
    assert (closed["state"], closed["health"]["consecutiveFailures"]) == ("ACTIVE", 0)
    assert {node["state"] for node in await one.log(hook)} == {"DELIVERED"}


async def test_after_the_last_attempt_it_is_dead_and_the_lane_goes_on(
    one: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.webhooks.attempts.MAX_FAILURES", 1_000)
    hook = await one.create(*BOTH)
    one.receiver.statuses = [400] * MAX_ATTEMPTS
    await one.happen(ISSUED, CANCELLED, holder_id=new_id("hld"))
    for wait in (timedelta(0), *WAITS):
        one.clock.advance(seconds=wait.total_seconds() * 1.1 + 1)
        assert await one.run() == (2 if wait == WAITS[-1] else 1)
    newest, eldest = sorted(await one.log(hook), key=lambda node: str(node["eventKind"]))
    assert (eldest["state"], len(eldest["attempts"])) == ("DEAD", MAX_ATTEMPTS)
    assert eldest["nextAttemptAt"] is None
    assert newest["state"] == "DELIVERED"
    told = await one.answer(
        "replayWebhook",
        webhookId=hook.webhook_id,
        what={"since": "2020-01-01T00:00:00Z"},
        states=["DEAD"],
    )
    assert told["count"] == 1
    assert await one.run() == 1


async def test_a_receiver_that_is_slow_or_closes_keeps_nobody_else_waiting(
    one: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.outbound, "CALL_SECONDS", 0.5)
    async with answering(is_silent=True) as silent, answering(is_closing=True) as closing:
        slow = await one.create(address=await one.register(silent))
        closed = await one.create(address=await one.register(closing))
        fast = await one.create()
        await one.happen(*[ISSUED] * 8)
        await project_to_webhooks(one.gateway, one.clock())
        running = asyncio.create_task(send_to_webhooks(one.gateway, one.clock()))
        while len(one.receiver.received) < 8:  # noqa: ASYNC110 - a socket of the test's own
            await asyncio.sleep(0.01)
        assert not running.done()
        assert len(silent.received) == sending.LANES_AT_ONCE
        await running
        assert {len(node["attempts"]) for node in await one.log(fast)} == {1}
        for hook, error in ((slow, "TIMED_OUT"), (closed, "NOT_REACHED")):
            tried = [node for node in await one.log(hook) if node["attempts"]]
            assert len(tried) >= MAX_FAILURES
            assert {a["error"] for node in tried for a in node["attempts"]} == {error}
            assert (await one.webhook(hook))["state"] == "BROKEN"


async def test_an_attempt_of_which_nobody_knows_the_end_is_told_as_such_and_made_again(
    one: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = await one.create()

    async def dying(*_args: object) -> None:
        raise RuntimeError

    await one.happen(ISSUED)
    with monkeypatch.context() as patch:
        patch.setattr(one.gateway.outlets.webhooks, "post", dying)
        with pytest.raises(RuntimeError):
            await one.run()
    [node] = await one.log(hook)
    [attempt] = node["attempts"]
    assert (attempt["error"], attempt["status"]) == ("UNKNOWN_OUTCOME", None)
    assert await one.run() == 0, "the lease of who died"
    one.clock.advance(minutes=1)
    assert await one.run() == 1
    [node] = await one.log(hook)
    assert [a["error"] for a in node["attempts"]] == ["UNKNOWN_OUTCOME", None]


async def test_a_name_that_leads_to_a_private_network_is_not_called() -> None:
    asked = 0

    async def private(_host: str, _port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["203.0.114.7", "10.0.0.8"] if asked == 1 else ["169.254.169.254"]

    calls = Outbound(loopback_allowed=False, ssl_context=client_context(), resolve=private)
    webhooks = OutboundWebhooks(calls)
    for _ in range(2):
        answer = await webhooks.post(f"https://{HOST}/hooks", {}, b"{}")
        assert isinstance(answer, Unanswered)
        assert answer.fault is DeliveryFault.ADDRESS_REFUSED
    assert asked == 2
    assert not webhooks.accepts("http://127.0.0.1:9/hooks")
    await webhooks.close()
