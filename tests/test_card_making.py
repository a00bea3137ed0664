"""Making a card: photo, blank, bank side, and what becomes of the card before it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from resolvers.rules.check_digits import luhn_check_digit
from resolvers.vocabulary import CardKind, CardState, PermitForm
from tests.card_desk import (
    AT_COUNTER,
    card_of,
    code_of,
    counter_hand,
    expect_refusal,
    holder_hand,
    make,
    my_order,
    new_number,
    order_of,
    stored_card,
)
from tests.factories import PermitPlan
from tests.serving import Serving

PHYSICAL = CardKind.PHYSICAL


async def test_a_plastic_permit_is_not_put_on_the_card_that_its_holder_orders(
    serving: Serving,
) -> None:
    person = await serving.person(permit_plans=(PermitPlan(form=PermitForm.PLASTIC),))
    hand, counter = await holder_hand(serving, person), await counter_hand(serving)
    order = order_of(await hand.act("orderCard", **AT_COUNTER))
    before = await serving.database["permits"].find().to_list(9)
    assert (await make(counter, order))["permit"] is None
    assert await serving.database["permits"].find().to_list(9) == before


async def test_a_card_number_is_given_once_ever(serving: Serving) -> None:
    counter = await counter_hand(serving)
    hands = [await holder_hand(serving, await serving.person()) for _ in range(3)]
    orders = [order_of(await hand.act("orderCard", **AT_COUNTER)) for hand in hands]
    number = new_number()
    card = await make(counter, orders[0], cardNumber=number)
    await counter.on_card("cancelCard", card)
    checked = order_of(await counter.on_order("checkPhoto", orders[1]))
    for typed in (number, number.lower(), "12", "ABCDEFGHIJ", None):
        attempt = counter.on_order("makeCard", checked, cardNumber=typed)
        await expect_refusal(serving, attempt, "BAD_CARD_NUMBER")
    other = order_of(await counter.on_order("checkPhoto", orders[2]))
    wanted = new_number()
    payloads = await asyncio.gather(
        *(counter.on_order("makeCard", one, cardNumber=wanted) for one in (checked, other))
    )
    made = [one for one in payloads if one["__typename"] == "CardChanged"]
    assert len(made) == 1
    assert [code_of(one) for one in payloads if one not in made] == ["BAD_CARD_NUMBER"]


async def test_a_bank_side_begins_inactive_and_no_step_of_the_social_side_moves_it(
    serving: Serving,
) -> None:
    person = await serving.person()
    hand, counter = await holder_hand(serving, person), await counter_hand(serving)
    order = order_of(await hand.act("orderCard", **AT_COUNTER))
    checked = order_of(await counter.on_order("checkPhoto", order))
    blank = {"cardNumber": new_number(), "bankAccount": "6222000000000001"}
    attempt = counter.on_order("makeCard", checked, **blank)
    await expect_refusal(serving, attempt, "BAD_BANK_ACCOUNT")
    body = "622200000000000"
    blank["bankAccount"] = body + luhn_check_digit(body)
    sealed = card = card_of(await counter.on_order("makeCard", checked, **blank))
    for mutation in ("activateCard", "lockPin", "unlockPin", "reportLoss", "cancelCard"):
        card = card_of(await counter.on_card(mutation, card))
        bank = (await stored_card(serving, person, PHYSICAL))["bank"]
        assert bank["state"] == "INACTIVE", mutation
    await expect_refusal(serving, counter.on_card("activateCard", sealed), "STALE_REVISION")
    await expect_refusal(serving, counter.on_card("activateCard", card), "WRONG_STATE")


async def test_a_refused_photo_is_told_and_another_may_follow(serving: Serving) -> None:
    hand, counter = await holder_hand(serving, await serving.person()), await counter_hand(serving)
    order = order_of(await hand.act("orderCard", **AT_COUNTER))
    refused = order_of(await counter.on_order("checkPhoto", order, fault="FACE_COVERED"))
    assert (refused["state"], refused["photoFault"]) == ("PHOTO_REFUSED", "FACE_COVERED")
    attempt = counter.on_order("makeCard", refused, cardNumber=new_number())
    await expect_refusal(serving, attempt, "WRONG_STATE")
    # Who has an old copy is told that first, whatever the state is by now.
    attempt = counter.on_order("makeCard", order, cardNumber=new_number())
    await expect_refusal(serving, attempt, "STALE_REVISION")
    accepted = order_of(await counter.on_order("checkPhoto", refused))
    assert (accepted["state"], accepted["photoFault"]) == ("PHOTO_CHECKED", None)


async def replaced(serving: Serving, state: CardState, reason: str, **blank: Any) -> list[Any]:
    """A card in this state, its activated successor, and the electronic card beside them."""
    person = await serving.person(physical=CardState.NORMAL)
    hand, counter = await holder_hand(serving, person), await counter_hand(serving)
    former = await stored_card(serving, person, PHYSICAL)
    if state is CardState.LOST:
        await counter.on_card("reportLoss", former)
    order = order_of(await hand.act("orderCard", **(AT_COUNTER | {"reason": reason})))
    card = await make(counter, order, **blank)
    between = await serving.database["cards"].find_one({"_id": former["_id"]})
    assert between is not None
    assert between["state"] == state
    await counter.on_card("activateCard", card)
    after = await serving.database["cards"].find_one({"_id": former["_id"]})
    electronic = await stored_card(serving, person, CardKind.ELECTRONIC)
    return [after, await stored_card(serving, person, PHYSICAL), electronic]


async def test_a_lost_card_is_void_once_its_successor_is_activated_and_the_loss_is_over(
    serving: Serving,
) -> None:
    former, card, electronic = await replaced(serving, CardState.LOST, "REPLACE_LOST")
    assert (former["state"], card["state"], electronic["state"]) == ("VOID", "NORMAL", "NORMAL")
    assert card["replaces"] == former["_id"]
    assert card["number"]["masked"] != former["number"]["masked"]


async def test_an_exchange_keeps_the_number(serving: Serving) -> None:
    former, card, _ = await replaced(serving, CardState.NORMAL, "EXCHANGE", cardNumber=None)
    assert (former["state"], card["state"]) == ("VOID", "NORMAL")
    assert card["number"] == former["number"]
    assert card["number_digest"] is None


async def test_a_factory_card_is_promised_in_working_days_and_sent(serving: Serving) -> None:
    hand, counter = await holder_hand(serving, await serving.person()), await counter_hand(serving)
    given = AT_COUNTER | {"making": "FACTORY", "collection": "POST", "channel": "KIOSK"}
    order = order_of(await hand.act("orderCard", **given))
    assert order["ticket"] is None
    stored = await serving.database["card_orders"].find_one({"_id": order["id"]})
    assert stored is not None
    assert stored["promised_at"] - stored["ordered_at"] > timedelta(days=12)
    await make(counter, order)
    order = await my_order(hand)
    assert (order["state"], order["isPromiseKept"]) == ("MADE", True)
    sent = order_of(await counter.on_order("dispatchCard", order))
    assert sent["state"] == "SENT"
    await counter.on_card("activateCard", sent["card"])
    assert (await my_order(hand))["state"] == "COLLECTED"
