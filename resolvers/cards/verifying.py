"""Whoever is shown a card checks its code: whether it counts, and what that person may know.

A code counts once, by one atomic insert before anything is read, so of any number who scan it at
once, on any process, one is told. A code that is over or used stays so, and tells nobody anything.

Every check of a code that we signed stands in the holder's ledger, also one that found nothing and
one by nobody that we know. It is written before the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from auth.audit import RESULT_OK, AuditAction, AuditLine
from auth.officers import Duty
from auth.permissions import Permission, denial_for
from auth.principal import Principal, PrincipalKind
from auth.signed_json import TokenRefused
from auth.throttle import ThrottlePolicy
from resolvers.cards.parties import office_of
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.policy.throttling import CARD_CHECK_ADDRESS, CARD_CHECK_CLIENT, counted_address
from resolvers.rules.card_rules import state_of
from resolvers.rules.card_showing import (
    OF_THE_CODE,
    CardVerdict,
    sponsored_until,
    status_of,
    verdict_of,
)
from resolvers.rules.employer_access import Shown, how_shown, period_at
from resolvers.rules.permit_status import printed_day
from resolvers.rules.seen import MASKED
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.shown_cards import StoredShowing
from resolvers.vocabulary import CardCause, CardState, PermitCategory, PermitStatus

USE: Final = "card code"
_TOLD: Final = (
    f"holders.full_name{MASKED}",
    "permits.category",
    "permits.employer",
    "permits.valid_until",
)
_BY_DUTY: Final = (
    "holders.full_name",
    "permits.number",
    "permits.status",
    "permits.post",
    "permits.city",
)
_OF_CARD: Final = ("cards.status",)


@dataclass(frozen=True)
class TooManyChecks:
    retry_after: timedelta


@dataclass(frozen=True)
class ShownPermit:
    """What anybody learns of a card that is good."""

    category: PermitCategory
    employer: Mapping[str, str] | None
    last_valid_day: date
    masked_name: str


@dataclass(frozen=True)
class ByDuty:
    """What the employer that sponsors the holder now learns beside, and an officer of the authority
    of the permit. None is what the caller's desk would not show, or what there is not."""

    full_name: str | None = None
    permit_number: str | None = None
    permit_status: PermitStatus | None = None
    post: Mapping[str, str] | None = None
    city: str | None = None
    card_id: str | None = None
    card_state: CardState | None = None
    card_cause: CardCause | None = None

    def __repr__(self) -> str:
        return "ByDuty()"


@dataclass(frozen=True)
class CardChecked:
    verdict: CardVerdict
    checked_at: datetime
    permit: ShownPermit | None = None
    by_duty: ByDuty = ByDuty()


def early_verdict(gateway: Gateway, token: str) -> CardVerdict | None:
    """What can be said of a code without using it up: None where it may still be good."""
    try:
        shown = gateway.card_codes.read(token)
    except TokenRefused:
        return CardVerdict.NOT_OURS
    return CardVerdict.CODE_EXPIRED if gateway.now() >= shown.expires_at else None


async def check_card(gateway: Gateway, ask: Ask, token: str) -> CardChecked | TooManyChecks:
    now = gateway.now()
    counted, policy = _counted(ask)
    charge = await gateway.throttle.charge(
        gateway.digester.blind("card-check", counted).value, policy, now
    )
    if charge.waits is not None:
        return TooManyChecks(charge.waits)
    try:
        shown = gateway.card_codes.read(token)
    except TokenRefused:
        return CardChecked(CardVerdict.NOT_OURS, now)
    verdict: CardVerdict | None = None
    if now >= shown.expires_at:
        verdict = CardVerdict.CODE_EXPIRED
    elif not await gateway.used_once.burn(USE, shown.card_id, shown.nonce.hex(), shown.expires_at):
        verdict = CardVerdict.CODE_USED
    found = await gateway.shown_cards.find(shown.card_id)
    if verdict is None:
        card, permit = (None, None) if found is None else (found.card, found.permit)
        verdict = verdict_of(shown.revision, card, permit, now)
    if found is None:
        # The holder is gone with all cards, and nobody is left whose ledger could tell.
        return CardChecked(verdict, now)
    told = _shown_permit(found) if verdict is CardVerdict.VALID else None
    duty = None if verdict in OF_THE_CODE else await _entitled(gateway, ask.principal, found, now)
    await append_audit(gateway, ask, _line(shown.card_id, found, verdict, told, duty))
    by_duty = ByDuty() if duty is None else _by_duty(gateway, found, duty, now)
    return CardChecked(verdict, now, told, by_duty)


def _counted(ask: Ask) -> tuple[str, ThrottlePolicy]:
    principal = ask.principal
    if principal.kind is PrincipalKind.ANONYMOUS:
        return f"address\x1f{counted_address(ask.address)}", CARD_CHECK_ADDRESS
    return f"{principal.kind}\x1f{principal.subject}", CARD_CHECK_CLIENT


@dataclass(frozen=True)
class _Duty:
    permit: bool
    card: bool


async def _entitled(
    gateway: Gateway, principal: Principal, found: StoredShowing, now: datetime
) -> _Duty | None:
    """Whose desk shows more of this holder anyway, as things are now."""
    match principal.kind:
        case PrincipalKind.EMPLOYER:
            # What its lists would not show this client, a scan does not show it either.
            if denial_for(principal, (Permission.EMPLOYER_PERMIT_READ,), now) is not None:
                return None
            ends_at = sponsored_until(principal.employer_id(), found.permit, found.employment, now)
            period = period_at(ends_at, now)
            shown = [how_shown(field, period, ()) is Shown.LIVE for field in _BY_DUTY]
            return _Duty(permit=True, card=False) if all(shown) else None
        case PrincipalKind.OFFICER:
            officer = await gateway.officers.find(principal.officer_id())
            if officer is None or not officer.is_active:
                return None
            source = None if found.permit is None else found.permit["source"]["authority"]
            decides = {Duty.CHECK, Duty.DECIDE} & set(officer.duties)
            permit = bool(decides) and officer.authority == source
            office = office_of(found.card["city"])
            card = Duty.COUNTER in officer.duties and officer.authority == office
            return _Duty(permit, card) if permit or card else None
        case _:
            return None


def _shown_permit(found: StoredShowing) -> ShownPermit | None:
    permit, holder = found.permit, found.holder
    if permit is None or holder is None:
        return None
    return ShownPermit(
        category=PermitCategory(permit["category"]),
        employer=None if found.employer is None else found.employer["name"],
        last_valid_day=printed_day(permit["valid_until"]),
        masked_name=holder["full_name"]["masked"],
    )


def _by_duty(gateway: Gateway, found: StoredShowing, duty: _Duty, now: datetime) -> ByDuty:
    card, permit, holder = found.card, found.permit, found.holder
    shown: dict[str, Any] = {}
    if duty.card:
        cause = card["cause"]
        shown |= {
            "card_id": card["_id"],
            "card_state": state_of(card, now),
            "card_cause": None if cause is None else CardCause(cause),
        }
    if duty.permit and permit is not None and holder is not None and found.key is not None:
        vault = gateway.sealer.vault_for(holder["_id"], decode_holder_key(found.key))
        number = bytes(permit["number"]["sealed"])
        shown |= {
            "full_name": vault.open("holders", "full_name", bytes(holder["full_name"]["sealed"])),
            "permit_number": vault.open("permits", "number", number),
            "permit_status": status_of(permit, now),
            "post": permit["post"],
            "city": permit["city"],
        }
    return ByDuty(**shown)


def _line(
    card_id: str,
    found: StoredShowing,
    verdict: CardVerdict,
    permit: ShownPermit | None,
    duty: _Duty | None,
) -> AuditLine:
    holder_id = found.card["holder_id"]
    fields = [
        *(_TOLD if permit is not None else ()),
        *(_BY_DUTY if duty is not None and duty.permit else ()),
        *(_OF_CARD if duty is not None and duty.card else ()),
    ]
    return AuditLine(
        AuditAction.CARD_CHECKED,
        holder_id,
        result=RESULT_OK if verdict is CardVerdict.VALID else verdict.value,
        objects=(card_id,),
        fields=fields,
        people=(holder_id,),
    )
