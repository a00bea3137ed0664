"""A holder makes a share code, and takes it back.

The code is told in the answer and nowhere again, and only its keyed digest is stored. A request
that is repeated must still be answered with the same code, since an app that lost the answer would
otherwise leave a code behind that nobody knows. So the code is drawn, by a keyed function, from 256
random bits that are stored with it and the idempotency key, which is not: whoever repeats the
request brings the missing half, and the record alone tells nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.policy.share_codes import (
    DEFAULT_LIFETIME,
    DEFAULT_USES,
    FORGOTTEN_AFTER,
    MAX_LIFETIME,
    MAX_LIVE_CODES,
    MAX_USES,
    MIN_LIFETIME,
)
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.numbers import normalise_credit_code
from resolvers.rules.share_codes import new_share_code
from resolvers.share_codes.attempts import attempts_key
from resolvers.sharing.parts import SharedRecord
from resolvers.sharing.record import load_shared, shown_fields
from resolvers.store.share_codes import ENDING_LENGTH, ShareCodeRecord

CODE_DIGEST: Final = "share-code"
_DRAWN: Final = "share-code-drawn"
_SEED_BYTES: Final = 32


@dataclass(frozen=True)
class Recipient:
    """Exactly one is set, or none: then whoever bears the code may use it."""

    employer_id: str | None = None
    credit_code: str | None = None


@dataclass(frozen=True)
class WantedCode:
    purpose: SharingPurpose
    bundles: Sequence[Bundle]
    recipient: Recipient
    expires_at: datetime | None = None
    uses: int | None = None


@dataclass(frozen=True)
class ShareCodeMade:
    """`code` is None for a repeated request whose digest key was retired meanwhile."""

    code_id: str
    code: str | None = field(repr=False)


async def make_share_code(
    gateway: Gateway, ask: Ask, command: Command, wanted: WantedCode
) -> ShareCodeMade | Refused:
    holder_id, code_id, now = ask.principal.holder_id(), gateway.new_id("shc"), gateway.now()
    expires_at = wanted.expires_at or now + DEFAULT_LIFETIME
    uses = DEFAULT_USES if wanted.uses is None else wanted.uses

    def refused(code: RefusalCode) -> Refused:
        return Refused(code, None, holder_id)

    async def work(transaction: Transaction) -> Changed | Refused:
        unfit = _unfit(wanted.bundles, expires_at, uses, now)
        if unfit is not None:
            return refused(unfit)
        if not await gateway.holders.lock(holder_id, transaction):
            return refused(RefusalCode.NOT_FOUND)
        employer_id = await _employer_id(gateway, wanted.recipient, transaction)
        if employer_id is None and wanted.recipient != Recipient():
            return refused(RefusalCode.UNKNOWN_RECIPIENT)
        if await gateway.share_codes.count_live(holder_id, now, transaction) >= MAX_LIVE_CODES:
            return refused(RefusalCode.TOO_MANY_SHARE_CODES)
        # Drawn anew at each run, so that a code that somebody has is not drawn again.
        seed, code = _new_code(gateway, wanted.purpose, command.idempotency_key)
        record = ShareCodeRecord(
            code_id=code_id,
            holder_id=holder_id,
            purpose=wanted.purpose,
            bundles=[bundle for bundle in Bundle if bundle in wanted.bundles],
            employer_id=employer_id,
            digest=gateway.digester.digest(CODE_DIGEST, code),
            attempts_key=attempts_key(gateway, code),
            seed=seed,
            ending=code[-ENDING_LENGTH:],
            made_at=now,
            expires_at=expires_at,
            uses=uses,
            forgotten_at=expires_at + FORGOTTEN_AFTER,
        )
        await gateway.share_codes.insert(record, transaction)
        return Changed(code_id, [_made(record)])

    done = await change(gateway, ask, command, work)
    if isinstance(done, Refused):
        return done
    stored = await gateway.share_codes.find_own(done.object_id, holder_id)
    if stored is None:
        return refused(RefusalCode.NOT_FOUND)
    return ShareCodeMade(done.object_id, _code_of(gateway, stored, command.idempotency_key))


def _unfit(
    bundles: Sequence[Bundle], expires_at: datetime, uses: int, now: datetime
) -> RefusalCode | None:
    if not bundles:
        return RefusalCode.BUNDLES_MISSING
    # A time without a zone is no instant.
    if expires_at.tzinfo is None or not MIN_LIFETIME <= expires_at - now <= MAX_LIFETIME:
        return RefusalCode.BAD_EXPIRY
    return None if 1 <= uses <= MAX_USES else RefusalCode.BAD_USES


def _made(record: ShareCodeRecord) -> AuditLine:
    return AuditLine(
        AuditAction.SHARE_CODE_MADE,
        record.holder_id,
        objects=(record.code_id, *([record.employer_id] if record.employer_id else [])),
        fields=shown_fields(record.bundles),
        purpose=str(record.purpose),
    )


async def revoke_share_code(
    gateway: Gateway, ask: Ask, command: Command, code_id: str
) -> Done | Refused:
    """At once: every later check reads the record. No revision is asked for: that the code was
    used meanwhile is no reason to let it stand."""
    holder_id, now = ask.principal.holder_id(), gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        stored = await gateway.share_codes.find_own(code_id, holder_id, transaction)
        if stored is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        if not await gateway.share_codes.revoke(code_id, holder_id, now, transaction):
            return Changed(code_id, [])
        line = AuditLine(
            AuditAction.SHARE_CODE_REVOKED,
            holder_id,
            objects=(code_id,),
            purpose=stored["purpose"],
        )
        return Changed(code_id, [line])

    return await change(gateway, ask, command, work)


async def preview(gateway: Gateway, ask: Ask, bundles: Sequence[Bundle]) -> SharedRecord | None:
    """Exactly what a code with these bundles would show now. A reveal, so it is audited."""
    holder_id = ask.principal.holder_id()
    line = AuditLine(AuditAction.SHARE_CODE_PREVIEWED, holder_id, fields=shown_fields(bundles))
    await append_audit(gateway, ask, line)
    return await load_shared(gateway, holder_id, bundles)


async def _employer_id(
    gateway: Gateway, recipient: Recipient, transaction: Transaction
) -> str | None:
    if recipient.employer_id is not None:
        known = await gateway.employers.find_facts(recipient.employer_id, transaction)
        return None if known is None else recipient.employer_id
    if recipient.credit_code is None:
        return None
    code = normalise_credit_code(recipient.credit_code)
    return None if code is None else await gateway.employers.find_id(code, transaction)


def _new_code(gateway: Gateway, purpose: SharingPurpose, idempotency_key: str) -> tuple[bytes, str]:
    """The half that is stored, and the code."""
    seed, version = secrets.token_bytes(_SEED_BYTES), gateway.digester.current_version
    code = _drawn(gateway, purpose, version, seed, idempotency_key)
    if code is None:
        raise RuntimeError("the current digest key is not in the key set")
    return seed, code


def _code_of(gateway: Gateway, stored: Document, idempotency_key: str) -> str | None:
    purpose = SharingPurpose(stored["purpose"])
    version = stored["digest"]["key_version"]
    return _drawn(gateway, purpose, version, bytes(stored["seed"]), idempotency_key)


def _drawn(
    gateway: Gateway, purpose: SharingPurpose, version: int, seed: bytes, idempotency_key: str
) -> str | None:
    text = f"{seed.hex()}\x1f{idempotency_key}"
    drawn = gateway.digester.blind_under(version, _DRAWN, text)
    return None if drawn is None else new_share_code(purpose, drawn.value)
