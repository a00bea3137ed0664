"""Which physical card may be ordered how, and whether a promise is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from resolvers.rules.card_machines import PHYSICAL_MACHINE, PhysicalEvent, PhysicalState
from resolvers.vocabulary import (
    CardChannel,
    CardCollection,
    CardMaking,
    CardOrderState,
    CardReason,
    CardState,
)

_OVER = (CardState.VOID, CardState.CANCELLED)


def is_reason_fitting(reason: CardReason, current: CardState | None) -> bool:
    """Whether a card may be ordered for this reason beside the current physical one, None where
    there is none. A lost card is replaced once its loss is formal."""
    if current is None or current in _OVER:
        return reason is CardReason.NEW
    if PHYSICAL_MACHINE.find(PhysicalState(current), PhysicalEvent.REPLACE) is None:
        return False
    if current is CardState.LOST:
        return reason is CardReason.REPLACE_LOST
    return reason in (CardReason.RENEW, CardReason.EXCHANGE)


def is_order_possible(
    channel: CardChannel, making: CardMaking, collection: CardCollection, *, by_officer: bool
) -> bool:
    """A card made at the counter is handed over there. What an officer takes in is a counter's."""
    if making is CardMaking.COUNTER and collection is not CardCollection.IN_PERSON:
        return False
    return by_officer == (channel is CardChannel.COUNTER)


def promise_ended_at(order: Mapping[str, Any]) -> datetime | None:
    """When what was promised was done: at the counter an activated card, from the factory a made
    one, since its collection is up to the holder. None while it is not."""
    name = "finished_at" if order["making"] == CardMaking.COUNTER else "made_at"
    at: datetime | None = order[name]
    return at


def is_promise_kept(order: Mapping[str, Any], now: datetime) -> bool | None:
    """None while there is still time, and for an order that was cancelled before its end."""
    ended_at = promise_ended_at(order)
    promised_at: datetime = order["promised_at"]
    if ended_at is not None:
        return ended_at <= promised_at
    if order["state"] == CardOrderState.CANCELLED or now <= promised_at:
        return None
    return False


def minutes_taken(order: Mapping[str, Any], now: datetime) -> float | None:
    """Minutes from the order to the end of its promise, or until now; None once cancelled."""
    ended_at = promise_ended_at(order)
    if ended_at is None and order["state"] == CardOrderState.CANCELLED:
        return None
    ordered_at: datetime = order["ordered_at"]
    return ((ended_at or now) - ordered_at).total_seconds() / 60
