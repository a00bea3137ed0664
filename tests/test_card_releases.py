"""A temporary loss ends by itself on time, whatever the job does; the job writes it down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import Document
from resolvers.gateway import Gateway
from resolvers.jobs.card_releases import recompute_card_promises, release_due_losses
from resolvers.vocabulary import CardKind, CardOrderState, CardState
from tests.card_desk import (
    Hand,
    card_of,
    expect_refusal,
    holder_hand,
    put_card,
    put_order,
    stored_card,
)
from tests.factories import Person
from tests.flows import audit_actions, everything_stored
from tests.serving import Serving

ELECTRONIC, PHYSICAL = CardKind.ELECTRONIC, CardKind.PHYSICAL
CARDS = (
    "{ me { cards { edges { node { kind status statusSince releasedAt cause } }"
    " electronicAbsence { code } } } }"
)


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    """What another process would run the job with."""
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def lost(serving: Serving) -> tuple[Person, Hand]:
    """A holder who has just reported a physical card as temporarily lost."""
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    card_of(await hand.on_card("reportTemporaryLoss", await stored_card(serving, person, PHYSICAL)))
    return person, hand


async def shown(hand: Hand) -> dict[str, dict[str, Any]]:
    cards = (await hand.app.execute(CARDS))["me"]["cards"]
    return {edge["node"]["kind"]: edge["node"] for edge in cards["edges"]}


async def log_in_again(serving: Serving, person: Person) -> Hand:
    """Tokens do not last as long as a loss does."""
    return await holder_hand(serving, person)


async def test_from_the_last_instant_on_both_cards_read_as_in_use_without_any_job(
    serving: Serving,
) -> None:
    person, _ = await lost(serving)
    released_at = (await stored_card(serving, person, PHYSICAL))["released_at"]
    serving.clock.advance(days=9, hours=23, minutes=58)
    hand = await log_in_again(serving, person)
    before = await shown(hand)
    assert before["PHYSICAL"]["status"] == "TEMPORARILY_LOST"
    assert before["ELECTRONIC"]["status"] == "SUSPENDED"
    assert before["ELECTRONIC"]["cause"] == "PHYSICAL_CARD_LOST"
    serving.clock.advance(minutes=3)
    after = await shown(hand)
    for card in after.values():
        assert card["status"] == "NORMAL"
        assert (card["releasedAt"], card["cause"]) == (None, None)
        assert card["statusSince"].startswith(released_at.isoformat()[:19])
    assert (await stored_card(serving, person, PHYSICAL))["state"] == "TEMPORARILY_LOST"


async def test_the_job_writes_what_the_clock_says_with_its_lines_and_events(
    serving: Serving, gateway: Gateway
) -> None:
    person, _ = await lost(serving)
    assert await release_due_losses(gateway, serving.clock()) == 0
    serving.clock.advance(days=10)
    assert await release_due_losses(gateway, serving.clock()) == 1
    physical = await stored_card(serving, person, PHYSICAL)
    electronic = await stored_card(serving, person, ELECTRONIC)
    assert (physical["state"], physical["released_at"]) == ("NORMAL", None)
    assert (electronic["state"], electronic["cause"]) == ("NORMAL", None)
    trail = await serving.database["audit"].find({"actor.kind": "system"}).to_list(9)
    assert {(line["action"], *line["objects"]) for line in trail} == {
        ("card.loss_released", physical["_id"]),
        ("card.reactivated", electronic["_id"]),
    }
    events = await serving.database["outgoing_events"].find({"kind": "card.changed"}).to_list(9)
    assert [event["object_id"] for event in events].count(physical["_id"]) == 2
    stored = await everything_stored(serving.database)
    assert await release_due_losses(gateway, serving.clock()) == 0
    assert await everything_stored(serving.database) == stored


async def test_the_job_leaves_a_card_that_its_holder_suspended(
    serving: Serving, gateway: Gateway
) -> None:
    person, hand = await lost(serving)
    await hand.on_card("suspendElectronicCard", await stored_card(serving, person, ELECTRONIC))
    serving.clock.advance(days=10)
    assert await release_due_losses(gateway, serving.clock()) == 1
    electronic = await stored_card(serving, person, ELECTRONIC)
    assert (electronic["state"], electronic["cause"]) == ("SUSPENDED", "HOLDER")


async def test_four_jobs_at_once_release_each_card_once(serving: Serving, gateway: Gateway) -> None:
    people = [await serving.person() for _ in range(9)]
    cards = [await put_card(serving, person, CardState.TEMPORARILY_LOST) for person in people]
    serving.clock.advance(days=10)
    now = serving.clock()
    counts = await asyncio.gather(*(release_due_losses(gateway, now) for _ in range(4)))
    assert sum(counts) == len(cards)
    trail = await audit_actions(serving.database)
    assert trail.count(("card.loss_released", "OK")) == len(cards)


async def test_whoever_changes_a_due_card_changes_it_as_released(serving: Serving) -> None:
    """No step waits for the job: the loss is written down as over first."""
    person, _ = await lost(serving)
    serving.clock.advance(days=10)
    hand = await log_in_again(serving, person)
    card = await stored_card(serving, person, PHYSICAL)
    again = card_of(await hand.on_card("reportTemporaryLoss", card))
    assert again["status"] == "TEMPORARILY_LOST"
    electronic = await stored_card(serving, person, ELECTRONIC)
    assert electronic["cause"] == "PHYSICAL_CARD_LOST"
    assert electronic["released_at"] > serving.clock()
    actions = [action for action, _ in await audit_actions(serving.database)]
    assert actions.count("card.loss_released") == 1
    assert actions.count("card.temporary_loss_reported") == 2
    released = await serving.database["audit"].find_one({"action": "card.loss_released"})
    assert released is not None
    assert released["fields"] == ["cards.released_at"]


async def test_a_due_card_is_not_released_twice(serving: Serving) -> None:
    person, _ = await lost(serving)
    serving.clock.advance(days=10)
    hand = await log_in_again(serving, person)
    card = await stored_card(serving, person, PHYSICAL)
    await expect_refusal(serving, hand.on_card("releaseTemporaryLoss", card), "WRONG_STATE")


async def test_an_electronic_card_is_due_again_once_the_days_are_over(serving: Serving) -> None:
    """A login after the last day issues it, with the physical card still stored as lost."""
    person = await serving.person()
    await put_card(serving, person, CardState.TEMPORARILY_LOST)
    await holder_hand(serving, person)
    assert await serving.database["cards"].count_documents({"kind": "ELECTRONIC"}) == 0
    serving.clock.advance(days=10)
    hand = await log_in_again(serving, person)
    assert (await shown(hand))["ELECTRONIC"]["status"] == "NORMAL"


async def provisional_order(serving: Serving, person: Person, state: CardOrderState) -> Document:
    return await put_order(
        serving,
        person,
        state,
        making="FACTORY",
        provisional=True,
        promise_days=12,
        calendar="a calendar of before",
    )


async def test_a_factory_promise_is_counted_again_when_a_calendar_arrives(
    serving: Serving, gateway: Gateway
) -> None:
    waiting = await provisional_order(serving, await serving.person(), CardOrderState.ORDERED)
    made = await provisional_order(serving, await serving.person(), CardOrderState.MADE)
    assert await recompute_card_promises(gateway, serving.clock()) == 1
    orders = serving.database["card_orders"]
    after = await orders.find_one({"_id": waiting["_id"]})
    assert after is not None
    assert after["calendar"] == gateway.calendar.version
    assert after["promised_at"] > waiting["promised_at"]
    assert await orders.find_one({"_id": made["_id"]}) == made
    assert ("card_order.promise_recomputed", "OK") in await audit_actions(serving.database)
    assert await recompute_card_promises(gateway, serving.clock()) == 0
