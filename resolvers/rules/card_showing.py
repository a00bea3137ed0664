"""When a card can be shown, what a check of a code finds, and how much of that whom is told. Pure.

Anyone who is shown a card learns whether it is good; where it is not, why as far as that is about
what was shown: the code, the card, the permit. What happened to a card is told to officers of its
authority, and what happened to a permit to officers of the permit's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from resolvers.rules.card_rules import state_of
from resolvers.rules.permit_status import permit_status
from resolvers.vocabulary import CardKind, CardState, PermitState, PermitStatus


class ShowRefusal(StrEnum):
    """Why a holder is given no code."""

    NOT_FOUND = "NOT_FOUND"
    NOT_ELECTRONIC = "NOT_ELECTRONIC"
    CARD_SUSPENDED = "CARD_SUSPENDED"
    CARD_CANCELLED = "CARD_CANCELLED"
    PERMIT_NOT_ACTIVE = "PERMIT_NOT_ACTIVE"


class CardVerdict(StrEnum):
    """How a check of a code ended; all but VALID mean that the card does not count."""

    VALID = "VALID"
    NOT_OURS = "NOT_OURS"
    CODE_EXPIRED = "CODE_EXPIRED"
    CODE_USED = "CODE_USED"
    CARD_CHANGED = "CARD_CHANGED"
    CARD_NOT_IN_USE = "CARD_NOT_IN_USE"
    PERMIT_EXPIRED = "PERMIT_EXPIRED"
    PERMIT_NOT_VALID = "PERMIT_NOT_VALID"


OF_THE_CODE: Final = frozenset(
    {CardVerdict.NOT_OURS, CardVerdict.CODE_EXPIRED, CardVerdict.CODE_USED}
)
"""Where nothing of the card is told to anybody, whoever asks."""


def show_refusal(
    card: Mapping[str, Any] | None, permit: Mapping[str, Any] | None, now: datetime
) -> ShowRefusal | None:
    """Why this card cannot be shown now; None when it can."""
    if card is None:
        return ShowRefusal.NOT_FOUND
    if card["kind"] != CardKind.ELECTRONIC:
        return ShowRefusal.NOT_ELECTRONIC
    match state_of(card, now):
        case CardState.NORMAL:
            pass
        case CardState.CANCELLED:
            return ShowRefusal.CARD_CANCELLED
        case _:
            return ShowRefusal.CARD_SUSPENDED
    if status_of(permit, now) is not PermitStatus.ACTIVE:
        return ShowRefusal.PERMIT_NOT_ACTIVE
    return None


def verdict_of(
    revision: int,
    card: Mapping[str, Any] | None,
    permit: Mapping[str, Any] | None,
    now: datetime,
) -> CardVerdict:
    """Of a code that was used for the first time and in time. `revision` is that of the card when
    the code was made: of a card that has changed since, nothing that was shown holds."""
    if card is None:
        return CardVerdict.CARD_NOT_IN_USE
    match show_refusal(card, permit, now):
        case None:
            is_same = card["revision"] == revision
            return CardVerdict.VALID if is_same else CardVerdict.CARD_CHANGED
        case ShowRefusal.PERMIT_NOT_ACTIVE:
            expired = status_of(permit, now) is PermitStatus.EXPIRED
            return CardVerdict.PERMIT_EXPIRED if expired else CardVerdict.PERMIT_NOT_VALID
        case _:
            return CardVerdict.CARD_NOT_IN_USE


def status_of(permit: Mapping[str, Any] | None, now: datetime) -> PermitStatus | None:
    if permit is None:
        return None
    state = PermitState(permit["state"])
    return permit_status(state, permit["valid_from"], permit["valid_until"], now)


def sponsored_until(
    employer_id: str,
    permit: Mapping[str, Any] | None,
    employment: Mapping[str, Any] | None,
    now: datetime,
) -> datetime | None:
    """Until when this employer sponsors the holder, by the permit on the card and by `employment`,
    the one that this permit is of: it may be over while the permit still stands. None where the
    permit is another's, no good, or of no employment that we know. A permit that is not on the card
    makes no difference: what is shown is about that which is."""
    if permit is None or permit["employer_id"] != employer_id or employment is None:
        return None
    ends_at: datetime = min(permit["valid_until"], employment["ends_at"])
    return ends_at if status_of(permit, now) is PermitStatus.ACTIVE else None
