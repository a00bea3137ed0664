"""Cards and orders as holders and counters change them over HTTP, and as they are stored."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from api.ids import new_id
from auth.mongo import Document
from auth.officers import Duty
from resolvers.store.card_orders import CardPromise, NewOrder, encode_order
from resolvers.store.cards import CardRecord, encode_card
from resolvers.vocabulary import (
    CardChannel,
    CardCollection,
    CardKind,
    CardMaking,
    CardOrderState,
    CardReason,
    CardState,
)
from tests.access_callers import logged_in
from tests.app_client import AppClient
from tests.factories import CITY, Person
from tests.flows import everything_stored
from tests.officer_client import officer_client
from tests.serving import Serving

OFFICE = f"human-resources-{CITY}"
CARD = "id revision kind status cause releasedAt permit { id } nextActions { code }"
ORDER = (
    "id revision state ticket { number ahead } promisedAt isPromiseKept minutesTaken"
    " stages { stage at } photoFault card { id revision status }"
)
_REFUSED = "... on ChangeRefused { code message }"
CARD_PAYLOAD = f"__typename ... on CardChanged {{ card {{ {CARD} }} }} {_REFUSED}"
ORDER_PAYLOAD = f"__typename ... on CardOrderChanged {{ order {{ {ORDER} }} }} {_REFUSED}"
_ORDER_STEPS = {"dispatchCard", "cancelCardOrder"}
_OWN_INPUTS = {"issueElectronicCard", "orderCard", "orderCardAtCounter", "checkPhoto", "makeCard"}


def new_key() -> str:
    return secrets.token_hex(12)


def new_number() -> str:
    return f"B{secrets.randbelow(10**8):08d}"


@dataclass
class Hand:
    """A holder or an officer who changes cards; `act` gives the payload of one mutation."""

    app: AppClient

    async def act(self, mutation: str, **given: Any) -> dict[str, Any]:
        wanted = ORDER_PAYLOAD if _ends_in_order(mutation) else CARD_PAYLOAD
        call = f"{mutation}(input: $input) {{ {wanted} }}"
        query = f"mutation($input: {_input_of(mutation)}!) {{ {call} }}"
        sent = {"idempotencyKey": new_key()} | given
        payload: dict[str, Any] = (await self.app.execute(query, {"input": sent}))[mutation]
        return payload

    async def on_card(self, mutation: str, card: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """`card` as it was read, or as it is stored."""
        given = {"cardId": card.get("id") or card["_id"], "revision": card["revision"]}
        return await self.act(mutation, **(given | more))

    async def on_order(
        self, mutation: str, order: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        given = {"orderId": order.get("id") or order["_id"], "revision": order["revision"]}
        return await self.act(mutation, **(given | more))


def _ends_in_order(mutation: str) -> bool:
    return mutation in _ORDER_STEPS | {"orderCard", "orderCardAtCounter", "checkPhoto"}


def _input_of(mutation: str) -> str:
    if mutation in _OWN_INPUTS:
        return f"{mutation[0].upper()}{mutation[1:]}Input"
    return "CardOrderStepInput" if mutation in _ORDER_STEPS else "CardStepInput"


def card_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    assert payload["__typename"] == "CardChanged", payload
    card: dict[str, Any] = payload["card"]
    return card


def order_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    assert payload["__typename"] == "CardOrderChanged", payload
    order: dict[str, Any] = payload["order"]
    return order


def code_of(payload: Mapping[str, Any]) -> str:
    assert payload["__typename"] == "ChangeRefused", payload
    code: str = payload["code"]
    return code


async def holder_hand(serving: Serving, person: Person) -> Hand:
    return Hand(await logged_in(serving, person))


async def counter_hand(serving: Serving, office: str = OFFICE) -> Hand:
    return Hand(await officer_client(serving, office, (Duty.COUNTER,)))


async def stored_card(serving: Serving, person: Person, kind: CardKind) -> Document:
    """The newest of this kind."""
    found = await serving.database["cards"].find_one(
        {"holder_id": person.holder_id, "kind": str(kind)}, sort=[("issued_at", -1)]
    )
    assert found is not None
    return found


async def put_card(serving: Serving, person: Person, state: CardState, **changes: Any) -> Document:
    """A physical card in this state, straight into the database."""
    now = serving.clock()
    record = CardRecord(
        card_id=new_id("crd"),
        holder_id=person.holder_id,
        kind=CardKind.PHYSICAL,
        number=None,
        state=state,
        state_since=now,
        bank_state=None,
        bank_account=None,
        permit_id=None,
        city=CITY,
        reason=CardReason.NEW,
        issued_at=now,
        authority=OFFICE,
        updated_at=now,
        released_at=now + timedelta(days=10) if state is CardState.TEMPORARILY_LOST else None,
        activated_at=None if state is CardState.SEALED else now,
    )
    card = encode_card(record, None) | changes
    await serving.database["cards"].insert_one(card)
    return card


async def put_order(
    serving: Serving, person: Person, state: CardOrderState, **changes: Any
) -> Document:
    """An order of a card made at the counter, in this state, straight into the database."""
    now = serving.clock()
    order = encode_order(
        NewOrder(
            order_id=new_id("ord"),
            holder_id=person.holder_id,
            city=CITY,
            making=CardMaking.COUNTER,
            channel=CardChannel.ONLINE,
            collection=CardCollection.IN_PERSON,
            reason=CardReason.NEW,
            replaces=None,
            ordered_at=now,
            promise=CardPromise(now + timedelta(minutes=20)),
            ticket=("2026-03-02", 1),
            actor=person.holder_id,
        )
    )
    order |= {"state": str(state)} | changes
    await serving.database["card_orders"].insert_one(order)
    return order


async def expect_refusal(serving: Serving, attempt: Any, code: str) -> None:
    """The attempt is refused with this code, changes nothing and leaves one line in the trail."""
    before = await everything_stored(serving.database, "audit")
    lines = await serving.database["audit"].count_documents({})
    payload = await attempt
    assert code_of(payload) == code
    assert await everything_stored(serving.database, "audit") == before
    trail = await serving.database["audit"].find().sort("at", -1).to_list(None)
    assert len(trail) == lines + 1
    assert (trail[0]["action"], trail[0]["result"]) == ("change.refused", code)


AT_COUNTER = {"city": CITY, "reason": "NEW", "making": "COUNTER"}
"""A first card, made at the counter."""
MINE = f"{{ me {{ cardOrders {{ edges {{ node {{ {ORDER} }} }} }} }} }}"


async def my_order(hand: Hand) -> dict[str, Any]:
    [edge] = (await hand.app.execute(MINE))["me"]["cardOrders"]["edges"]
    node: dict[str, Any] = edge["node"]
    return node


async def make(counter: Hand, order: dict[str, Any], **blank: Any) -> dict[str, Any]:
    """From the order to a sealed card."""
    checked = order_of(await counter.on_order("checkPhoto", order))
    given = blank or {"cardNumber": new_number()}
    return card_of(await counter.on_order("makeCard", checked, **given))
