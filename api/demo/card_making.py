"""Cards of a fictional holder: physical in every state, electronic, or none yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from api.demo import made_numbers
from api.demo.days import ONE_DAY, day_of, midnight, office_hour
from api.demo.draw import Draw, Weighted, drawn_id
from api.demo.papers import Bearer
from api.demo.permit_making import PLASTIC_ENDED_ON
from resolvers.policy.procedures import policy_for
from resolvers.rules.card_rules import LOST_STATES
from resolvers.store.cards import CardRecord
from resolvers.store.permits import PermitRecord
from resolvers.vocabulary import (
    BankState,
    CardCause,
    CardKind,
    CardReason,
    CardState,
    PermitForm,
    PermitState,
)

_SHORTEST_STAY_DAYS = 60
_OLDEST_CARD_DAYS = 1500
_REPLACED_PERCENT = 15


@dataclass(frozen=True)
class CardPlan:
    """`physical` and `electronic` are the states wanted; None for no such card. An electronic
    card needs a permit that can be loaded, and is left out without one."""

    physical: CardState | None
    electronic: CardState | None
    replaced: bool = False


_PHYSICAL_STATES = Weighted(
    (CardState.NORMAL, 64),
    (CardState.SEALED, 6),
    (CardState.PIN_LOCKED, 5),
    (CardState.TEMPORARILY_LOST, 5),
    (CardState.LOST, 8),
    (CardState.VOID, 5),
    (CardState.CANCELLED, 7),
)
_CARDS_HELD = Weighted(("none", 32), ("electronic", 22), ("physical", 46))

_ELECTRONIC_BESIDE: Mapping[CardState, Weighted[CardState | None]] = {
    CardState.NORMAL: Weighted((CardState.NORMAL, 55), (CardState.SUSPENDED, 3), (None, 42)),
    CardState.SEALED: Weighted((CardState.NORMAL, 40), (None, 60)),
    CardState.PIN_LOCKED: Weighted((CardState.NORMAL, 50), (None, 50)),
    CardState.TEMPORARILY_LOST: Weighted((CardState.SUSPENDED, 60), (None, 40)),
    CardState.LOST: Weighted((CardState.SUSPENDED, 50), (None, 50)),
    CardState.CANCELLED: Weighted((CardState.CANCELLED, 50), (None, 50)),
    CardState.VOID: Weighted((CardState.NORMAL, 30), (None, 70)),
}
"""Losing or cancelling the physical card makes the electronic one unusable."""

_BANK_STATES: Mapping[CardState, Weighted[BankState]] = {
    CardState.NORMAL: Weighted(
        (BankState.NORMAL, 88), (BankState.INACTIVE, 9), (BankState.LOST, 3)
    ),
    CardState.SEALED: Weighted((BankState.INACTIVE, 1)),
    CardState.PIN_LOCKED: Weighted((BankState.NORMAL, 1)),
    CardState.TEMPORARILY_LOST: Weighted((BankState.NORMAL, 70), (BankState.LOST, 30)),
    CardState.LOST: Weighted((BankState.LOST, 60), (BankState.NORMAL, 40)),
    CardState.CANCELLED: Weighted((BankState.CLOSED, 1)),
    CardState.VOID: Weighted((BankState.CLOSED, 1)),
}
"""Reporting one side lost does not report the other."""


def draw_card_plan(draw: Draw) -> CardPlan:
    held = draw.weighted(_CARDS_HELD)
    if held == "none":
        return CardPlan(None, None)
    if held == "electronic":
        return CardPlan(None, CardState.NORMAL if draw.chance(96) else CardState.SUSPENDED)
    physical = draw.weighted(_PHYSICAL_STATES)
    electronic = draw.weighted(_ELECTRONIC_BESIDE[physical])
    return CardPlan(physical, electronic, replaced=draw.chance(_REPLACED_PERCENT))


def make_cards(
    draw: Draw,
    bearer: Bearer,
    plan: CardPlan,
    permits: Sequence[PermitRecord],
    arrived_on: date,
    reference: date,
) -> list[CardRecord]:
    """Oldest first of each kind."""
    maker = _Maker(draw, bearer, _loaded(permits, reference), reference)
    cards: list[CardRecord] = []
    stay = min((reference - arrived_on).days, _OLDEST_CARD_DAYS)
    if plan.physical is not None and stay >= _SHORTEST_STAY_DAYS:
        first_day = reference - stay * ONE_DAY
        reason = CardReason.NEW
        if plan.replaced:
            half_way = first_day + stay // 2 * ONE_DAY
            former, reason = draw.pick(_REPLACEMENTS)
            cards.append(maker.physical(former, CardReason.NEW, (first_day, half_way), half_way))
            first_day = half_way
        made = maker.physical(plan.physical, reason, (first_day, reference), reference)
        cards.append(_succeeding(cards[0], made) if cards else made)
    if plan.electronic is not None:
        cards += [
            _with_cause(card, cards[-1] if cards else None)
            for card in maker.electronic(plan.electronic)
        ]
    return cards


_REPLACEMENTS = (
    (CardState.CANCELLED, CardReason.NEW),
    (CardState.VOID, CardReason.REPLACE_LOST),
    (CardState.VOID, CardReason.RENEW),
    (CardState.VOID, CardReason.EXCHANGE),
)
"""What became of the former card, and why the next one was made."""


def _loaded(permits: Sequence[PermitRecord], reference: date) -> PermitRecord | None:
    """The newest permit that goes onto a card and has begun."""
    for permit in reversed(permits):
        begun = permit.valid_from <= midnight(reference)
        standing = permit.state is not PermitState.SUPERSEDED
        if begun and standing and permit.form is not PermitForm.PLASTIC:
            return permit
    return None


class _Maker:
    def __init__(
        self, draw: Draw, bearer: Bearer, loaded: PermitRecord | None, reference: date
    ) -> None:
        self._draw = draw
        self._bearer = bearer
        self._loaded = loaded
        self._reference = reference
        self._made = 0

    def physical(
        self, state: CardState, reason: CardReason, days: tuple[date, date], until: date
    ) -> CardRecord:
        """Made in the earlier half of `days`, in its state since some day before `until`."""
        first, last = days
        issued_on = first + self._draw.below(max(1, (last - first).days // 2)) * ONE_DAY
        issued_at = office_hour(issued_on, self._draw.below(480))
        bank_state = self._draw.weighted(_BANK_STATES[state])
        is_current = state not in {CardState.VOID, CardState.CANCELLED} and until == self._reference
        loaded = self._loaded if is_current else None
        record = self._card(CardKind.PHYSICAL, state, reason, issued_at, until, loaded)
        slot, ordinal = self._bearer.slot, self._made
        self._made += 1
        return _with_bank(
            record,
            made_numbers.card_number(slot, ordinal),
            bank_state,
            made_numbers.bank_card_number(slot, ordinal),
        )

    def electronic(self, state: CardState) -> list[CardRecord]:
        """One card, or none without a permit to load."""
        permit = self._loaded
        if permit is None:
            return []
        first = max(PLASTIC_ENDED_ON, day_of(permit.valid_from), day_of(permit.issued_at) + ONE_DAY)
        days = (self._reference - first).days
        if days < 1:
            return []
        if permit.state is PermitState.CANCELLED:
            state = CardState.CANCELLED
        # A card whose permit is over was issued while it was not.
        over = (
            permit.history[-1][0] if permit.state is PermitState.CANCELLED else permit.valid_until
        )
        days = max(1, min(days, (day_of(over) - first).days))
        issued_at = office_hour(first + self._draw.below(days) * ONE_DAY, self._draw.below(480))
        record = self._card(
            CardKind.ELECTRONIC, state, CardReason.NEW, issued_at, self._reference, permit
        )
        return [record]

    def _card(
        self,
        kind: CardKind,
        state: CardState,
        reason: CardReason,
        issued_at: datetime,
        until: date,
        loaded: PermitRecord | None,
    ) -> CardRecord:
        is_physical = kind is CardKind.PHYSICAL
        first_state = CardState.SEALED if is_physical else CardState.NORMAL
        city = self._bearer.city
        waited = max(1, (until - day_of(issued_at)).days)
        since_on = day_of(issued_at) + self._draw.below(waited) * ONE_DAY
        loss_days: int | None = None
        if state is CardState.TEMPORARILY_LOST:
            # No policy is older; temporary losses are.
            on = max(self._reference, PLASTIC_ENDED_ON)
            loss_days = policy_for(city, on).temporary_loss_days
            # Longer ago, and it would be over by now.
            since_on = max(since_on, until - min(waited, loss_days - 1) * ONE_DAY)
        since = office_hour(since_on, 540)
        authority = "onecard-gateway" if kind is CardKind.ELECTRONIC else f"human-resources-{city}"
        state_since = issued_at if state is first_state else max(since, issued_at)
        return CardRecord(
            card_id=drawn_id("crd", f"{self._bearer.path}/{kind}/{self._made}"),
            holder_id=self._bearer.holder_id,
            kind=kind,
            number=None,
            state=state,
            state_since=state_since,
            bank_state=None,
            bank_account=None,
            permit_id=None if loaded is None else loaded.permit_id,
            city=city,
            reason=reason,
            issued_at=issued_at,
            authority=authority,
            updated_at=state_since,
            released_at=None if loss_days is None else state_since + loss_days * ONE_DAY,
            activated_at=_activated_at(state, issued_at, state_since) if is_physical else None,
        )


def _activated_at(state: CardState, issued_at: datetime, state_since: datetime) -> datetime | None:
    if state is CardState.SEALED:
        return None
    return state_since if state is CardState.NORMAL else issued_at


def _succeeding(former: CardRecord, card: CardRecord) -> CardRecord:
    if card.reason is CardReason.NEW:
        return card
    number = former.number if card.reason is CardReason.EXCHANGE else card.number
    return replace(card, replaces=former.card_id, number=number)


def _with_cause(card: CardRecord, physical: CardRecord | None) -> CardRecord:
    """Why an electronic card is suspended, `physical` being the card beside it."""
    if card.state is not CardState.SUSPENDED:
        return card
    if physical is None or physical.state not in LOST_STATES:
        return replace(card, cause=CardCause.HOLDER)
    since = max(card.issued_at, physical.state_since)
    return replace(
        card,
        cause=CardCause.PHYSICAL_CARD_LOST,
        released_at=physical.released_at,
        state_since=since,
        updated_at=since,
    )


def _with_bank(
    card: CardRecord, number: str, bank_state: BankState, bank_account: str
) -> CardRecord:
    return replace(card, number=number, bank_state=bank_state, bank_account=bank_account)
