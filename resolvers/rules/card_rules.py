"""When an electronic card is issued and brought back, and what can be done next with a card. Pure.

Cards are documents with `CARD_FACTS`, newest first; permits are documents, newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from resolvers.rules.card_machines import (
    ELECTRONIC_MACHINE,
    PHYSICAL_MACHINE,
    ElectronicEvent,
    ElectronicState,
    PhysicalEvent,
    PhysicalState,
    present_state,
)
from resolvers.rules.permit_status import is_loadable, permit_status
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import CardKind, CardState, PermitForm, PermitState, PermitStatus

CARD_FACTS = ("kind", "state", "released_at", "activated_at")
"""What the rules need of every card of a holder."""


class ElectronicCardAbsence(StrEnum):
    """Why a holder has no electronic card."""

    NO_ACTIVE_PERMIT = "NO_ACTIVE_PERMIT"
    PLASTIC_PERMIT = "PLASTIC_PERMIT"
    PHYSICAL_CARD_LOST = "PHYSICAL_CARD_LOST"
    PHYSICAL_CARD_CANCELLED = "PHYSICAL_CARD_CANCELLED"
    NOT_ISSUED_YET = "NOT_ISSUED_YET"


@dataclass(frozen=True)
class IssueCard:
    """The electronic card is due, with this permit loaded."""

    permit_id: str


@dataclass(frozen=True)
class CardPresent:
    """There is a living electronic card already."""


CardPlan = IssueCard | CardPresent | ElectronicCardAbsence

LIVING_ELECTRONIC = (CardState.NORMAL, CardState.SUSPENDED)
LOST_STATES = (CardState.LOST, CardState.TEMPORARILY_LOST)
_OVER = (CardState.VOID, CardState.CANCELLED)


def state_of(card: Mapping[str, Any], now: datetime) -> CardState:
    return present_state(CardState(card["state"]), card["released_at"], now)


def is_living(card: Mapping[str, Any]) -> bool:
    """Whether a permit is loaded on it: not over, though perhaps lost, locked or suspended."""
    return CardState(card["state"]) not in _OVER


def current_physical(cards: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The newest physical card that was ever activated. A sealed one replaces nothing yet, and one
    that is cancelled unopened never did."""
    return next(
        (
            card
            for card in cards
            if card["kind"] == CardKind.PHYSICAL and card["activated_at"] is not None
        ),
        None,
    )


def is_physical_lost(cards: Sequence[dict[str, Any]], now: datetime) -> bool:
    physical = current_physical(cards)
    return physical is not None and state_of(physical, now) in LOST_STATES


def plan_electronic_card(
    permits: Sequence[dict[str, Any]], cards: Sequence[dict[str, Any]], now: datetime
) -> CardPlan:
    """Whether an electronic card is due.

    Only the current physical card counts: an older one that was lost has been replaced since.
    """
    if any(
        card["kind"] == CardKind.ELECTRONIC and card["state"] in LIVING_ELECTRONIC for card in cards
    ):
        return CardPresent()
    physical = current_physical(cards)
    if is_physical_lost(cards, now):
        return ElectronicCardAbsence.PHYSICAL_CARD_LOST
    if physical is not None and physical["state"] == CardState.CANCELLED:
        return ElectronicCardAbsence.PHYSICAL_CARD_CANCELLED
    return plan_for_permits(permits, now)


def plan_for_permits(
    permits: Sequence[dict[str, Any]], now: datetime
) -> IssueCard | ElectronicCardAbsence:
    """The permit to be on the card: an active one that is loadable."""
    active = [
        permit
        for permit in permits
        if permit_status(
            PermitState(permit["state"]), permit["valid_from"], permit["valid_until"], now
        )
        is PermitStatus.ACTIVE
    ]
    for permit in active:
        if is_loadable(PermitForm(permit["form"]), PermitStatus.ACTIVE):
            return IssueCard(permit["_id"])
    if active:
        return ElectronicCardAbsence.PLASTIC_PERMIT
    return ElectronicCardAbsence.NO_ACTIVE_PERMIT


def electronic_card_absence(
    permits: Sequence[dict[str, Any]], cards: Sequence[dict[str, Any]], now: datetime
) -> ElectronicCardAbsence | None:
    """Why there is no electronic card now; None when there is one."""
    match plan_electronic_card(permits, cards, now):
        case CardPresent():
            return None
        case IssueCard():
            return ElectronicCardAbsence.NOT_ISSUED_YET
        case ElectronicCardAbsence() as absence:
            return absence


class CardAction(StrEnum):
    """What a holder can do next with a card, at the counter or in the app."""

    ACTIVATE = "ACTIVATE"
    REPORT_TEMPORARY_LOSS = "REPORT_TEMPORARY_LOSS"
    REPORT_LOSS = "REPORT_LOSS"
    RELEASE_LOSS = "RELEASE_LOSS"
    REPORT_FOUND = "REPORT_FOUND"
    UNLOCK_PIN = "UNLOCK_PIN"
    REPLACE = "REPLACE"
    SUSPEND = "SUSPEND"
    REACTIVATE = "REACTIVATE"
    CANCEL = "CANCEL"


_ACTIONS: Mapping[ElectronicEvent | PhysicalEvent, CardAction] = {
    ElectronicEvent.SUSPEND: CardAction.SUSPEND,
    ElectronicEvent.REACTIVATE: CardAction.REACTIVATE,
    ElectronicEvent.CANCEL: CardAction.CANCEL,
    PhysicalEvent.ACTIVATE: CardAction.ACTIVATE,
    PhysicalEvent.UNLOCK_PIN: CardAction.UNLOCK_PIN,
    PhysicalEvent.REPORT_TEMPORARY_LOSS: CardAction.REPORT_TEMPORARY_LOSS,
    PhysicalEvent.RELEASE: CardAction.RELEASE_LOSS,
    PhysicalEvent.REPORT_LOSS: CardAction.REPORT_LOSS,
    PhysicalEvent.FOUND: CardAction.REPORT_FOUND,
    PhysicalEvent.REPLACE: CardAction.REPLACE,
    PhysicalEvent.CANCEL: CardAction.CANCEL,
}
"""What is offered. Nobody asks for a lock, and a successor voids a card by itself."""


def next_actions(kind: CardKind, state: CardState) -> tuple[CardAction, ...]:
    """In the order in which they are offered; empty for a card that is over."""
    if kind is CardKind.PHYSICAL:
        physical = PhysicalState(state)
        return _offered(
            (t.event, t.parties) for t in PHYSICAL_MACHINE.transitions if t.source is physical
        )
    electronic = ElectronicState(state)
    return _offered(
        (t.event, t.parties)
        for t in ELECTRONIC_MACHINE.transitions
        # A card that is suspended already is not offered to be suspended.
        if t.source is electronic and t.target is not electronic
    )


def _offered(
    moves: Iterable[tuple[ElectronicEvent | PhysicalEvent, frozenset[Party]]],
) -> tuple[CardAction, ...]:
    return tuple(
        _ACTIONS[event]
        for event, parties in moves
        if event in _ACTIONS and parties & {Party.HOLDER, Party.COUNTER}
    )
