"""Anyone checks a letter: whether our signature holds, whether the paper is genuine, and what it is
worth now.

The token alone tells kind and day of issue, by no more than a public key. What is typed is compared
with the digest in the token, so a paper that does not fit is told apart without a look at any
record, whether or not there is such a letter. Only who holds the paper (fields and printed code)
learns the state, which is never more than a word.

Attempts count under the network address and under the letter before anything is compared. A code
that is no code (`read_code`) was mistyped and costs nothing. A check that reached a letter on
record leaves an audit line, so the holder sees in the access ledger that somebody checked it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from auth.audit import RESULT_OK, AuditAction, AuditLine
from auth.letter_tokens import LetterClaims
from auth.signed_json import TokenRefused
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.letters.addresses import kind_of
from resolvers.letters.printed import PrintedField, printed_digest
from resolvers.letters.printed_code import read_code
from resolvers.policy.throttling import CHECK_ADDRESS, CHECKED_LETTER, counted_address
from resolvers.rules.permit_status import permit_status
from resolvers.store.letter_states import PermitStanding, StoredStanding
from resolvers.vocabulary import ApplicationState, CardOrderState, LetterKind, PermitStatus

NOT_GENUINE = "NOT_GENUINE"


@dataclass(frozen=True)
class SignedLetter:
    """Our signature holds on this. It is no proof of a paper: anybody can copy a QR."""

    kind: LetterKind
    letter_id: str
    issued_on: date
    digest: bytes


class CheckRefusal(StrEnum):
    """CODE_MISTYPED: no attempt was counted. NOT_GENUINE: what was typed was never printed."""

    CODE_MISTYPED = "CODE_MISTYPED"
    NOT_GENUINE = "NOT_GENUINE"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"


@dataclass(frozen=True)
class NotProved:
    code: CheckRefusal
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class LetterStanding:
    """What holds now. `is_over` says that the letter itself has ended; the others are there where
    the letter is about such a thing."""

    is_over: bool
    permit: PermitStatus | None
    application: ApplicationState | None
    order: CardOrderState | None


@dataclass(frozen=True)
class Genuine:
    """The paper is as it was issued. `standing` is None when we have no such letter on record: it
    was signed by us and is gone, with all that was known of its holder."""

    letter: SignedLetter
    standing: LetterStanding | None
    as_of: datetime


def signed_letter(gateway: Gateway, token: str) -> SignedLetter | None:
    """None for a token that we did not sign, or not for a letter."""
    try:
        claims: LetterClaims = gateway.letter_tokens.verify(token)
    except TokenRefused:
        return None
    kind = kind_of(claims.kind)
    if kind is None:
        return None
    return SignedLetter(kind, claims.letter_id, claims.issued_on, claims.digest)


async def check_letter(
    gateway: Gateway,
    ask: Ask,
    letter: SignedLetter,
    typed: Mapping[PrintedField, str],
    code: str,
) -> Genuine | NotProved:
    """`typed` has each of `FIELDS_OF` the kind, bounded in length (`MAX_VALUE_LENGTH`)."""
    if read_code(code) is None:
        return NotProved(CheckRefusal.CODE_MISTYPED)
    now = gateway.now()
    digester = gateway.digester
    for key, policy in (
        (digester.blind("check-address", counted_address(ask.address)), CHECK_ADDRESS),
        (digester.blind("check-letter", letter.letter_id), CHECKED_LETTER),
    ):
        charge = await gateway.throttle.charge(key.value, policy, now)
        if charge.waits is not None:
            return NotProved(CheckRefusal.TOO_MANY_ATTEMPTS, charge.waits)
    computed = printed_digest(letter.kind, letter.letter_id, letter.issued_on, typed, code)
    is_genuine = hmac.compare_digest(computed, letter.digest)
    # Looked up in any case, for the audit line; what was found is told to no one who was wrong.
    stored = await gateway.letter_states.find(letter.letter_id)
    if stored is not None:
        line = AuditLine(
            AuditAction.LETTER_CHECKED,
            stored.holder_id,
            result=RESULT_OK if is_genuine else NOT_GENUINE,
            objects=(letter.letter_id,),
            people=(stored.holder_id,),
        )
        await append_audit(gateway, ask, line)
    if not is_genuine:
        return NotProved(CheckRefusal.NOT_GENUINE)
    return Genuine(letter, None if stored is None else standing_of(stored, now), now)


def standing_of(stored: StoredStanding, now: datetime) -> LetterStanding:
    return LetterStanding(
        is_over=stored.valid_until is not None and now >= stored.valid_until,
        permit=None if stored.permit is None else _status(stored.permit, now),
        application=stored.application,
        order=stored.order,
    )


def _status(permit: PermitStanding, now: datetime) -> PermitStatus:
    return permit_status(permit.state, permit.valid_from, permit.valid_until, now)
