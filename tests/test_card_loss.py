"""A lost or cancelled physical card stops the electronic one at once, and what brings it back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from resolvers.policy.procedures import policy_for
from resolvers.rules.permit_status import shanghai_day
from resolvers.vocabulary import CardKind, CardState
from tests.access_callers import age_proof
from tests.card_desk import (
    OFFICE,
    card_of,
    code_of,
    counter_hand,
    expect_refusal,
    holder_hand,
    put_card,
    stored_card,
)
from tests.factories import CITY, PermitPlan, Person
from tests.flows import audit_actions
from tests.serving import Serving

ELECTRONIC, PHYSICAL = CardKind.ELECTRONIC, CardKind.PHYSICAL
DAYS = 10
"""Guangzhou's."""


async def states(serving: Serving, person: Person) -> tuple[str, str]:
    """Physical and electronic, as stored."""
    physical = await stored_card(serving, person, PHYSICAL)
    electronic = await stored_card(serving, person, ELECTRONIC)
    return physical["state"], electronic["state"]


async def test_a_temporary_loss_stops_the_electronic_card_in_the_same_instant(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    before = await stored_card(serving, person, PHYSICAL)
    lost = card_of(await hand.on_card("reportTemporaryLoss", before))
    assert lost["status"] == "TEMPORARILY_LOST"
    physical = await stored_card(serving, person, PHYSICAL)
    electronic = await stored_card(serving, person, ELECTRONIC)
    assert policy_for(CITY, shanghai_day(serving.clock())).temporary_loss_days == DAYS
    assert physical["released_at"] - physical["state_since"] == timedelta(days=DAYS)
    assert (electronic["state"], electronic["cause"]) == ("SUSPENDED", "PHYSICAL_CARD_LOST")
    assert electronic["state_since"] == physical["state_since"]
    assert physical["bank"] == before["bank"]
    actions = [action for action, _ in await audit_actions(serving.database)]
    assert {"card.temporary_loss_reported", "card.suspended"} <= set(actions)
    events = await serving.database["outgoing_events"].find({"kind": "card.changed"}).to_list(9)
    assert {event["object_id"] for event in events} == {physical["_id"], electronic["_id"]}


async def test_a_released_loss_brings_the_electronic_card_back(serving: Serving) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    lost = card_of(
        await hand.on_card("reportTemporaryLoss", await stored_card(serving, person, PHYSICAL))
    )
    released = card_of(await hand.on_card("releaseTemporaryLoss", lost))
    assert (released["status"], released["releasedAt"]) == ("NORMAL", None)
    assert await states(serving, person) == ("NORMAL", "NORMAL")


async def test_a_card_that_the_holder_suspended_himself_stays_suspended(serving: Serving) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    await hand.on_card("suspendElectronicCard", await stored_card(serving, person, ELECTRONIC))
    lost = card_of(
        await hand.on_card("reportTemporaryLoss", await stored_card(serving, person, PHYSICAL))
    )
    await hand.on_card("releaseTemporaryLoss", lost)
    assert await states(serving, person) == ("NORMAL", "SUSPENDED")


async def test_a_holder_who_lost_the_telephone_too_keeps_the_electronic_card_suspended(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    lost = card_of(
        await hand.on_card("reportTemporaryLoss", await stored_card(serving, person, PHYSICAL))
    )
    electronic = await stored_card(serving, person, ELECTRONIC)
    kept = card_of(await hand.on_card("suspendElectronicCard", electronic))
    assert (kept["cause"], kept["releasedAt"]) == ("HOLDER", None)
    await hand.on_card("releaseTemporaryLoss", lost)
    assert await states(serving, person) == ("NORMAL", "SUSPENDED")


async def test_no_electronic_card_is_brought_back_beside_a_lost_physical_one(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand, counter = await holder_hand(serving, person), await counter_hand(serving)
    await hand.on_card("reportTemporaryLoss", await stored_card(serving, person, PHYSICAL))
    for _ in range(2):
        electronic = await stored_card(serving, person, ELECTRONIC)
        attempt = hand.on_card("reactivateElectronicCard", electronic)
        await expect_refusal(serving, attempt, "PHYSICAL_CARD_LOST")
        await counter.on_card("reportLoss", await stored_card(serving, person, PHYSICAL))


async def test_a_formal_loss_ends_at_no_day_and_is_lifted_where_the_card_was_issued(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand, counter = await holder_hand(serving, person), await counter_hand(serving)
    await hand.on_card("reportTemporaryLoss", await stored_card(serving, person, PHYSICAL))
    lost = card_of(
        await counter.on_card("reportLoss", await stored_card(serving, person, PHYSICAL))
    )
    assert (lost["status"], lost["releasedAt"]) == ("LOST", None)
    electronic = await stored_card(serving, person, ELECTRONIC)
    assert (electronic["state"], electronic["released_at"]) == ("SUSPENDED", None)
    elsewhere = await counter_hand(serving, "human-resources-440300")
    await expect_refusal(serving, elsewhere.on_card("releaseLoss", lost), "NOT_FOUND")
    found = card_of(await counter.on_card("releaseLoss", lost))
    assert found["status"] == "NORMAL"
    assert await states(serving, person) == ("NORMAL", "NORMAL")
    assert ("card.found", "OK") in await audit_actions(serving.database)


async def test_a_cancelled_physical_card_takes_the_electronic_one_along(serving: Serving) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand, counter = await holder_hand(serving, person), await counter_hand(serving)
    await counter.on_card("cancelCard", await stored_card(serving, person, PHYSICAL))
    electronic = await stored_card(serving, person, ELECTRONIC)
    assert (electronic["state"], electronic["cause"]) == ("CANCELLED", "PHYSICAL_CARD_CANCELLED")
    await expect_refusal(serving, hand.act("issueElectronicCard"), "PHYSICAL_CARD_CANCELLED")


async def test_a_sealed_card_that_is_cancelled_leaves_the_electronic_one_alone(
    serving: Serving,
) -> None:
    person = await serving.person()
    await holder_hand(serving, person)
    counter = await counter_hand(serving)
    await counter.on_card("cancelCard", await put_card(serving, person, CardState.SEALED))
    assert await states(serving, person) == ("CANCELLED", "NORMAL")


async def test_bringing_a_card_back_asks_for_a_fresh_proof(serving: Serving) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    card = card_of(
        await hand.on_card("suspendElectronicCard", await stored_card(serving, person, ELECTRONIC))
    )
    await age_proof(serving, hand.app)
    for mutation in ("reactivateElectronicCard", "releaseTemporaryLoss"):
        query = f"mutation($input: CardStepInput!) {{ {mutation}(input: $input) {{ __typename }} }}"
        given = {"idempotencyKey": "k" * 8, "cardId": card["id"], "revision": card["revision"]}
        answer = (await hand.app.post(query, {"input": given})).json()
        assert answer["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"
    assert await states(serving, person) == ("NORMAL", "SUSPENDED")
    await hand.app.step_up()
    back = card_of(await hand.on_card("reactivateElectronicCard", card))
    assert (back["status"], back["cause"]) == ("NORMAL", None)


async def test_a_card_is_not_brought_back_without_an_active_permit(serving: Serving) -> None:
    person = await serving.person(permit_plans=(PermitPlan(ends=1),))
    hand = await holder_hand(serving, person)
    card = card_of(
        await hand.on_card("suspendElectronicCard", await stored_card(serving, person, ELECTRONIC))
    )
    await serving.database["permits"].update_many({}, {"$set": {"state": "CANCELLED"}})
    attempt = hand.on_card("reactivateElectronicCard", card)
    await expect_refusal(serving, attempt, "NO_LOADABLE_PERMIT")


@pytest.mark.parametrize("mutation", ["suspendElectronicCard", "reportTemporaryLoss"])
async def test_another_holders_card_is_not_there(serving: Serving, mutation: str) -> None:
    owner = await serving.person(physical=CardState.NORMAL)
    await holder_hand(serving, owner)
    stranger = await holder_hand(serving, await serving.person(given_names="Oto"))
    kind = ELECTRONIC if mutation == "suspendElectronicCard" else PHYSICAL
    card = await stored_card(serving, owner, kind)
    await expect_refusal(serving, stranger.on_card(mutation, card), "NOT_FOUND")


async def test_an_older_copy_of_a_card_changes_nothing(serving: Serving) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    old = await stored_card(serving, person, ELECTRONIC)
    await hand.on_card("suspendElectronicCard", old)
    attempt = hand.on_card("cancelElectronicCard", old)
    await expect_refusal(serving, attempt, "STALE_REVISION")


async def test_a_repeated_request_answers_as_before_and_another_input_is_refused(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    card, key = await stored_card(serving, person, ELECTRONIC), "key-of-one-change"
    answers = [
        await hand.on_card("suspendElectronicCard", card, idempotencyKey=key) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    trail = await audit_actions(serving.database)
    assert trail.count(("card.suspended", "OK")) == 1
    other = await stored_card(serving, person, PHYSICAL)
    attempt = hand.on_card("reportTemporaryLoss", other, idempotencyKey=key)
    await expect_refusal(serving, attempt, "IDEMPOTENCY_KEY_REUSED")


async def test_two_issues_at_once_give_one_card(serving: Serving) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    for round_ in range(5):
        await serving.database["cards"].delete_many({})
        payloads = await asyncio.gather(*(hand.act("issueElectronicCard") for _ in range(4)))
        issued = [one for one in payloads if one["__typename"] == "CardChanged"]
        assert len(issued) == 1, round_
        assert [code_of(one) for one in payloads if one not in issued] == ["CARD_EXISTS"] * 3
        assert await serving.database["cards"].count_documents({}) == 1


async def test_a_loss_and_a_reactivation_at_once_never_leave_a_usable_card_beside_a_lost_one(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    endings = set()
    for _ in range(12):
        electronic = await stored_card(serving, person, ELECTRONIC)
        physical = await stored_card(serving, person, PHYSICAL)
        await serving.database["cards"].update_one(
            {"_id": electronic["_id"]},
            {"$set": {"state": "SUSPENDED", "cause": "HOLDER", "released_at": None}},
        )
        await serving.database["cards"].update_one(
            {"_id": physical["_id"]}, {"$set": {"state": "NORMAL", "released_at": None}}
        )
        await asyncio.gather(
            hand.on_card("reactivateElectronicCard", electronic),
            hand.on_card("reportTemporaryLoss", physical),
        )
        ending = await states(serving, person)
        assert ending == ("TEMPORARILY_LOST", "SUSPENDED")
        after = await stored_card(serving, person, ELECTRONIC)
        endings.add(after["cause"])
    assert endings <= {"HOLDER", "PHYSICAL_CARD_LOST"}


async def test_a_loss_and_an_issue_at_once_never_leave_a_usable_card_beside_a_lost_one(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    hand = await holder_hand(serving, person)
    for _ in range(12):
        await serving.database["cards"].delete_many({"kind": "ELECTRONIC"})
        physical = await stored_card(serving, person, PHYSICAL)
        await serving.database["cards"].update_one(
            {"_id": physical["_id"]}, {"$set": {"state": "NORMAL", "released_at": None}}
        )
        await asyncio.gather(
            hand.act("issueElectronicCard"), hand.on_card("reportTemporaryLoss", physical)
        )
        assert (await stored_card(serving, person, PHYSICAL))["state"] == "TEMPORARILY_LOST"
        usable = {"kind": "ELECTRONIC", "state": "NORMAL"}
        assert await serving.database["cards"].count_documents(usable) == 0


async def test_an_officer_whose_account_was_disabled_changes_nothing(serving: Serving) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    counter = await counter_hand(serving, OFFICE)
    card = await stored_card(serving, person, PHYSICAL)
    await serving.database["officers"].update_many({}, {"$set": {"state": "DISABLED"}})
    await expect_refusal(serving, counter.on_card("reportLoss", card), "OFFICER_NOT_ACTIVE")
