"""When a login issues the electronic card, and what can be done next with a card. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from resolvers.rules.permit_status import is_loadable, permit_status
from resolvers.vocabulary import CardKind, CardState, PermitForm, PermitState, PermitStatus


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
_LOST = (CardState.LOST, CardState.TEMPORARILY_LOST)


def plan_electronic_card(
    permits: Sequence[dict[str, Any]], cards: Sequence[dict[str, Any]], now: datetime
) -> CardPlan:
    """What must happen at a login. `permits` and `cards` are documents, newest first.

    Only the newest physical card counts: an older one that was lost has been replaced since.
    """
    if any(
        card["kind"] == CardKind.ELECTRONIC and card["state"] in LIVING_ELECTRONIC for card in cards
    ):
        return CardPresent()
    physical = next((card for card in cards if card["kind"] == CardKind.PHYSICAL), None)
    if physical is not None and physical["state"] in _LOST:
        return ElectronicCardAbsence.PHYSICAL_CARD_LOST
    if physical is not None and physical["state"] == CardState.CANCELLED:
        return ElectronicCardAbsence.PHYSICAL_CARD_CANCELLED
    return _plan_for_permits(permits, now)


def _plan_for_permits(permits: Sequence[dict[str, Any]], now: datetime) -> CardPlan:
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
    UNLOCK_PIN = "UNLOCK_PIN"
    REPLACE = "REPLACE"
    SUSPEND = "SUSPEND"
    REACTIVATE = "REACTIVATE"
    CANCEL = "CANCEL"


_PHYSICAL_ACTIONS: dict[CardState, tuple[CardAction, ...]] = {
    CardState.SEALED: (CardAction.ACTIVATE, CardAction.CANCEL),
    CardState.NORMAL: (
        CardAction.REPORT_TEMPORARY_LOSS,
        CardAction.REPORT_LOSS,
        CardAction.REPLACE,
        CardAction.CANCEL,
    ),
    CardState.TEMPORARILY_LOST: (CardAction.RELEASE_LOSS, CardAction.REPORT_LOSS),
    CardState.LOST: (CardAction.REPLACE, CardAction.CANCEL),
    CardState.PIN_LOCKED: (CardAction.UNLOCK_PIN, CardAction.REPORT_LOSS, CardAction.CANCEL),
}
_ELECTRONIC_ACTIONS: dict[CardState, tuple[CardAction, ...]] = {
    CardState.NORMAL: (CardAction.SUSPEND, CardAction.CANCEL),
    CardState.SUSPENDED: (CardAction.REACTIVATE, CardAction.CANCEL),
}


def next_actions(kind: CardKind, state: CardState) -> tuple[CardAction, ...]:
    """In the order in which they are offered; empty for a card that is over."""
    table = _PHYSICAL_ACTIONS if kind is CardKind.PHYSICAL else _ELECTRONIC_ACTIONS
    return table.get(state, ())
