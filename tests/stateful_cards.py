"""Cards and orders in the small world: by their holders, by counters, mostly what is due next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from hypothesis import strategies as st

from auth.mongo import Document
from auth.officers import Duty, Officer
from auth.principal import Principal
from resolvers.cards import counter, making, ordering, own
from resolvers.cards.making import Blank
from resolvers.cards.ordering import OrderAsked, WantedCard
from resolvers.cards.own import CardAsked
from resolvers.changes import Command
from resolvers.gateway import Ask, Gateway
from resolvers.rules.check_digits import luhn_check_digit
from resolvers.vocabulary import (
    CardChannel,
    CardCollection,
    CardKind,
    CardMaking,
    CardOrderState,
    CardReason,
    CardState,
    IdentifierKind,
    PhotoFault,
)
from tests.stateful_parties import CITIES, officer_principal
from tests.stateful_statements import Draw, pick, rarely
from tests.stateful_world import Move, World

_OWN_ELECTRONIC: Mapping[str, Any] = {
    "suspendElectronicCard": own.suspend_electronic_card,
    "reactivateElectronicCard": own.reactivate_electronic_card,
    "cancelElectronicCard": own.cancel_electronic_card,
}
_OWN_PHYSICAL: Mapping[str, Any] = {
    "reportTemporaryLoss": own.report_temporary_loss,
    "releaseTemporaryLoss": own.release_temporary_loss,
}
_COUNTER: Mapping[str, Any] = {
    "activateCard": counter.activate_card,
    "reportLoss": counter.report_loss,
    "releaseLoss": counter.release_loss,
    "lockPin": counter.lock_pin,
    "unlockPin": counter.unlock_pin,
    "cancelCard": counter.cancel_card,
}
_OF_CARD = {**_OWN_ELECTRONIC, **_OWN_PHYSICAL, **_COUNTER}
_OF_ORDER: Mapping[str, Any] = {
    "checkPhoto": making.check_photo,
    "makeCard": making.make_card,
    "dispatchCard": making.dispatch_card,
    "cancelCardOrder": ordering.cancel_order,
}
CARD_STEPS = (
    *("issueElectronicCard", "orderCard", "orderCardAtCounter"),
    *(*_OF_CARD, *_OF_ORDER),
)

_FITTING: Mapping[CardState, Sequence[str]] = {
    CardState.SEALED: ["activateCard"] * 4 + ["cancelCard"],
    CardState.NORMAL: [*["reportTemporaryLoss", "reportLoss", "lockPin"] * 2, "cancelCard"],
    CardState.PIN_LOCKED: ["unlockPin", "reportLoss"],
    CardState.TEMPORARILY_LOST: ["releaseTemporaryLoss", "releaseLoss", "reportLoss"],
    CardState.LOST: ["releaseLoss", "cancelCard"],
}


def electronic_move(draw: Draw, world: World) -> Move:
    """By a holder, of whose own or rarely another's card."""
    cards = [one for one in world.all("cards") if one["kind"] == CardKind.ELECTRONIC]
    if not cards or rarely(draw, 4):
        holder = world.holder(pick(draw, world.holder_ids()))
        return Move("issueElectronicCard", holder, (), own.issue_electronic_card)
    living = [one for one in cards if one["state"] != CardState.CANCELLED]
    card = pick(draw, cards if rarely(draw) or not living else living)
    name = pick(draw, [*list(_OWN_ELECTRONIC)[:2] * 3, "cancelElectronicCard"])
    return _card_move(draw, world, card, name)


def physical_move(draw: Draw, world: World) -> Move:
    """What may follow in the state of a card; rarely anything."""
    cards = [one for one in world.all("cards") if one["kind"] == CardKind.PHYSICAL]
    sealed = [one for one in cards if one["state"] == CardState.SEALED]
    card = pick(draw, sealed if sealed and not rarely(draw, 3) else cards)
    fitting = _FITTING.get(CardState(card["state"]))
    anything = [*_OWN_PHYSICAL, *_COUNTER]
    name = pick(draw, anything if fitting is None or rarely(draw, 6) else fitting)
    return _card_move(draw, world, card, name)


def _card_move(draw: Draw, world: World, card: Document, name: str) -> Move:
    principal = (
        _counter(draw, world, card["source"]["authority"])
        if name in _COUNTER
        else _holder(draw, world, card["holder_id"])
    )
    asked = CardAsked(card["_id"], _revision(draw, card))
    return Move(name, principal, (asked,), partial(_called, _OF_CARD[name], (asked,)))


def order_placing(draw: Draw, world: World) -> Move:
    """At a counter for who stands there, or by the holder."""
    cards = world.all("cards")
    holder_id = pick(draw, world.holder_ids())
    has_card = any(
        one["holder_id"] == holder_id
        and one["kind"] == CardKind.PHYSICAL
        and one["state"] not in (CardState.VOID, CardState.CANCELLED)
        for one in cards
    )
    reasons = list(CardReason)[1:] if has_card else [CardReason.NEW]
    reason = pick(draw, list(CardReason) if rarely(draw) else reasons)
    making_at = pick(draw, list(CardMaking))
    person = next((one for one in world.people if one.holder_id == holder_id), None)
    if person is not None and draw(st.booleans()):
        wanted = WantedCard(reason, making_at, CardChannel.COUNTER, CardCollection.IN_PERSON)
        number = "GD00000000" if rarely(draw) else person.numbers[IdentifierKind.WORK_PERMIT]
        officer = _counter(draw, world, f"human-resources-{pick(draw, CITIES)}")
        given: tuple[Any, ...] = (wanted, number)
        run = partial(_called, ordering.order_card_at_counter, given)
        return Move("orderCardAtCounter", officer, given, run)
    channel = pick(draw, [CardChannel.ONLINE] * 4 + [CardChannel.COUNTER])
    wanted = WantedCard(reason, making_at, channel, pick(draw, list(CardCollection)))
    given = (wanted, "999999" if rarely(draw, 12) else pick(draw, CITIES))
    run = partial(_called, ordering.order_card, given)
    return Move("orderCard", world.holder(holder_id), given, run)


def open_orders(world: World) -> list[Document]:
    over = (CardOrderState.COLLECTED, CardOrderState.CANCELLED)
    return [one for one in world.all("card_orders") if one["state"] not in over]


def order_move(draw: Draw, world: World) -> Move:
    """The next step of an order; rarely another one."""
    orders = world.all("card_orders")
    live = open_orders(world)
    order = pick(draw, orders if rarely(draw) or not live else live)
    match CardOrderState(order["state"]):
        case CardOrderState.ORDERED | CardOrderState.PHOTO_REFUSED:
            name = "checkPhoto"
        case CardOrderState.PHOTO_CHECKED:
            name = "makeCard"
        case _:
            name = "dispatchCard"
    if rarely(draw, 6):
        name = pick(draw, list(_OF_ORDER))
    principal = _counter(draw, world, order["authority"])
    if name == "cancelCardOrder" and draw(st.booleans()):
        principal = _holder(draw, world, order["holder_id"])
    if name == "dispatchCard" and order["card_id"] is not None and rarely(draw, 2):
        card = world.seen.documents["cards"][order["card_id"]]
        return _card_move(draw, world, card, "activateCard")
    asked = OrderAsked(order["_id"], _revision(draw, order))
    given = (asked, *_more(draw, world, order, name))
    return Move(name, principal, given, partial(_called, _OF_ORDER[name], given))


def _more(draw: Draw, world: World, order: Document, name: str) -> tuple[Any, ...]:
    if name == "checkPhoto":
        return (pick(draw, list(PhotoFault)) if rarely(draw, 4) else None,)
    if name == "makeCard":
        serial = next(world.serial)
        account = f"6222{serial:011d}"
        is_kept = order["reason"] == CardReason.EXCHANGE
        number = None if is_kept != rarely(draw) else f"B{serial:08d}"
        digit = "?" if rarely(draw, 12) else luhn_check_digit(account)
        return (Blank(number, account + digit),)
    return ()


def _revision(draw: Draw, document: Document) -> int:
    revision: int = document["revision"]
    return revision + pick(draw, [-1, 1]) if rarely(draw, 12) else revision


def _holder(draw: Draw, world: World, holder_id: str) -> Principal:
    return world.holder(pick(draw, world.holder_ids()) if rarely(draw, 12) else holder_id)


def _counter(draw: Draw, world: World, authority: str) -> Principal:
    """An officer of that counter; rarely anybody with a desk."""
    fit: Sequence[Officer] = [
        one
        for one in world.officers
        if one.authority == authority and Duty.COUNTER in one.duties and one.is_active
    ]
    chosen = pick(draw, world.officers) if rarely(draw, 12) or not fit else pick(draw, fit)
    return officer_principal(chosen)


def _called(
    use_case: Callable[..., Any],
    given: tuple[Any, ...],
    gateway: Gateway,
    ask: Ask,
    command: Command,
) -> Any:
    return use_case(gateway, ask, command, *given)
