"""Every edge of the three machines by the party that may follow it, over HTTP on the database; and
every pair of state and event that is no edge, refused with its code and nothing changed.

The state to begin from is written into the database; the step itself is a mutation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.mongo import Document
from resolvers.rules.card_machines import (
    ELECTRONIC_MACHINE,
    ORDER_MACHINE,
    PHYSICAL_MACHINE,
    ElectronicEvent,
    ElectronicState,
    OrderEvent,
    PhysicalEvent,
    PhysicalState,
)
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import CardKind, CardOrderState, CardState
from tests.card_desk import (
    Hand,
    counter_hand,
    expect_refusal,
    holder_hand,
    new_number,
    put_card,
    put_order,
    stored_card,
)
from tests.factories import CITY, Person
from tests.serving import Serving

_E, _P, _O = ElectronicEvent, PhysicalEvent, OrderEvent

ELECTRONIC_STEPS: Mapping[ElectronicEvent, str] = {
    _E.SUSPEND: "suspendElectronicCard",
    _E.REACTIVATE: "reactivateElectronicCard",
    _E.CANCEL: "cancelElectronicCard",
}
PHYSICAL_STEPS: Mapping[PhysicalEvent, Mapping[Party, str]] = {
    _P.ACTIVATE: {Party.COUNTER: "activateCard"},
    _P.UNLOCK_PIN: {Party.COUNTER: "unlockPin"},
    _P.LOCK_PIN: {Party.COUNTER: "lockPin"},
    _P.REPORT_TEMPORARY_LOSS: {Party.HOLDER: "reportTemporaryLoss"},
    _P.RELEASE: {Party.HOLDER: "releaseTemporaryLoss"},
    _P.REPORT_LOSS: {Party.COUNTER: "reportLoss"},
    _P.FOUND: {Party.COUNTER: "releaseLoss"},
    _P.CANCEL: {Party.COUNTER: "cancelCard"},
}
"""The counter's `releaseLoss` ends a loss of either kind: RELEASE too."""


def test_the_two_kinds_of_card_have_all_states_of_cards_between_them() -> None:
    both = {state.value for state in (*ElectronicState, *PhysicalState)}
    assert both == {state.value for state in CardState}


async def _state_of(serving: Serving, card_id: str) -> str:
    card = await serving.database["cards"].find_one({"_id": card_id})
    assert card is not None
    state: str = card["state"]
    return state


async def _begin(serving: Serving, person: Person, state: PhysicalState) -> Document:
    """One physical card in this state, and no order."""
    await serving.database["cards"].delete_many({"holder_id": person.holder_id})
    await serving.database["card_orders"].delete_many({})
    return await put_card(serving, person, CardState(state))


async def test_every_edge_of_an_electronic_card_and_no_other_step(serving: Serving) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    tried = 0
    for state in ElectronicState:
        for event, mutation in ELECTRONIC_STEPS.items():
            card = await stored_card(serving, person, CardKind.ELECTRONIC)
            cause = None if state is ElectronicState.NORMAL else "HOLDER"
            await serving.database["cards"].update_one(
                {"_id": card["_id"]}, {"$set": {"state": str(state), "cause": cause}}
            )
            transition = ELECTRONIC_MACHINE.find(state, event)
            if transition is None:
                await expect_refusal(serving, hand.on_card(mutation, card), "WRONG_STATE")
            else:
                assert Party.HOLDER in transition.parties
                await hand.on_card(mutation, card)
                assert await _state_of(serving, card["_id"]) == transition.target
            tried += 1
    assert tried == len(ELECTRONIC_MACHINE.transitions) + len(list(ELECTRONIC_MACHINE.non_edges()))


async def test_every_edge_of_a_physical_card_and_no_other_step(serving: Serving) -> None:
    person = await serving.person()
    hands = {
        Party.HOLDER: await holder_hand(serving, person),
        Party.COUNTER: await counter_hand(serving),
    }
    for state in PhysicalState:
        for event, steps in PHYSICAL_STEPS.items():
            [(party, mutation)] = steps.items()
            card = await _begin(serving, person, state)
            transition = PHYSICAL_MACHINE.find(state, event)
            ends_other_loss = mutation == "releaseLoss" and state is PhysicalState.TEMPORARILY_LOST
            if ends_other_loss:
                transition = PHYSICAL_MACHINE.find(state, PhysicalEvent.RELEASE)
            if transition is None:
                await expect_refusal(serving, hands[party].on_card(mutation, card), "WRONG_STATE")
            else:
                assert party in transition.parties
                await hands[party].on_card(mutation, card)
                assert await _state_of(serving, card["_id"]) == transition.target


async def test_a_successor_is_ordered_for_the_cards_that_have_that_edge_and_for_no_other(
    serving: Serving,
) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    codes = {PhysicalState.SEALED: "CARD_EXISTS"}
    for state in PhysicalState:
        card = await _begin(serving, person, state)
        reason = "REPLACE_LOST" if state is PhysicalState.LOST else "RENEW"
        given = {"city": CITY, "reason": reason, "making": "COUNTER"}
        transition = PHYSICAL_MACHINE.find(state, _P.REPLACE)
        if transition is None:
            code = codes.get(state, "WRONG_STATE")
            await expect_refusal(serving, hand.act("orderCard", **given), code)
            continue
        payload = await hand.act("orderCard", **given)
        order = await serving.database["card_orders"].find_one({"_id": payload["order"]["id"]})
        assert order is not None
        assert order["replaces"] == card["_id"]
        assert await _state_of(serving, card["_id"]) == transition.target == state


async def test_an_activated_successor_voids_what_has_that_edge_and_leaves_the_rest(
    serving: Serving,
) -> None:
    person = await serving.person()
    counter = await counter_hand(serving)
    for state in PhysicalState:
        if state is PhysicalState.SEALED:
            continue  # never activated, so there is nothing to succeed
        former = await _begin(serving, person, state)
        serving.clock.advance(seconds=1)
        card = await put_card(serving, person, CardState.SEALED, replaces=former["_id"])
        await counter.on_card("activateCard", card)
        transition = PHYSICAL_MACHINE.find(state, _P.SUPERSEDE)
        after = state if transition is None else transition.target
        assert await _state_of(serving, former["_id"]) == after
        assert await _state_of(serving, card["_id"]) == "NORMAL"


def _order_steps(hand: Hand, order: Document, card: Document | None) -> dict[OrderEvent, Any]:
    """Each event as its mutation; SEND where the order says so, COLLECT where there is a card."""
    dispatched = _O.SEND if order["collection"] == "POST" else _O.MARK_READY
    steps: dict[OrderEvent, Any] = {
        _O.ACCEPT_PHOTO: lambda: hand.on_order("checkPhoto", order),
        _O.REFUSE_PHOTO: lambda: hand.on_order("checkPhoto", order, fault="NOT_SHARP"),
        _O.MAKE: lambda: hand.on_order("makeCard", order, cardNumber=new_number()),
        dispatched: lambda: hand.on_order("dispatchCard", order),
        _O.CANCEL: lambda: hand.on_order("cancelCardOrder", order),
    }
    if card is not None:
        steps[_O.COLLECT] = lambda: hand.on_card("activateCard", card)
    return steps


_CARD_STATES = {
    CardOrderState.MADE: CardState.SEALED,
    CardOrderState.READY: CardState.SEALED,
    CardOrderState.SENT: CardState.SEALED,
    CardOrderState.COLLECTED: CardState.NORMAL,
    CardOrderState.CANCELLED: CardState.CANCELLED,
}


async def _ordered(
    serving: Serving, person: Person, state: CardOrderState, collection: str
) -> tuple[Document, Document | None]:
    await serving.database["cards"].delete_many({"holder_id": person.holder_id})
    await serving.database["card_orders"].delete_many({})
    card: Document | None = None
    if state in _CARD_STATES:
        card = await put_card(serving, person, _CARD_STATES[state])
    order = await put_order(
        serving,
        person,
        state,
        collection=collection,
        making="FACTORY" if collection == "POST" else "COUNTER",
        card_id=card and card["_id"],
    )
    return order, card


async def test_every_edge_of_an_order_by_the_counter_and_no_other_step(serving: Serving) -> None:
    person = await serving.person()
    counter = await counter_hand(serving)
    followed = set()
    for collection in ("IN_PERSON", "POST"):
        for state in CardOrderState:
            for event in OrderEvent:
                order, card = await _ordered(serving, person, state, collection)
                step = _order_steps(counter, order, card).get(event)
                if step is None:
                    continue
                transition = ORDER_MACHINE.find(state, event)
                if transition is None:
                    await expect_refusal(serving, step(), "WRONG_STATE")
                    continue
                assert Party.COUNTER in transition.parties
                await step()
                after = await serving.database["card_orders"].find_one({"_id": order["_id"]})
                assert after is not None
                assert after["state"] == transition.target
                assert after["stages"][-1]["stage"] == transition.target
                followed.add((state, event))
    assert followed == {(t.source, t.event) for t in ORDER_MACHINE.transitions}


async def test_a_holder_gives_an_order_up_until_the_card_is_made(serving: Serving) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    for state in CardOrderState:
        order, _ = await _ordered(serving, person, state, "IN_PERSON")
        transition = ORDER_MACHINE.find(state, _O.CANCEL)
        if transition is None or Party.HOLDER not in transition.parties:
            attempt = hand.on_order("cancelCardOrder", order)
            await expect_refusal(serving, attempt, "WRONG_STATE")
        else:
            payload = await hand.on_order("cancelCardOrder", order)
            assert payload["order"]["state"] == "CANCELLED"
