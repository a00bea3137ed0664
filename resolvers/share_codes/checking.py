"""Somebody redeems a share code with its holder's birth date: a portal, or anybody at the page.

Nothing in answer, commands or work tells a wrong code from a wrong birth date, a code that is
revoked, over, used up, locked or for somebody else: each takes the same commands, digests and key
openings, with a decoy where there is no code. Attempts count before anything is looked at, under
the caller and under the code. What was refused stands in the trail with the true reason, in that of
the holder where the code was one of its.

A use is taken, the line is written and the proof is stored in one transaction, so a code with three
uses is used three times, however many ask at once. A request that is repeated takes none: within a
minute it is answered with the same check, as long as that is what is still on record.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from auth.mongo import Document, Transaction
from auth.principal import PrincipalKind
from auth.sealing import DECOY_HOLDER_ID, Decoy
from resolvers.changes import Changed, Command, change
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.policy.share_codes import PROOF_LIFETIME, REPEATED_WITHIN
from resolvers.policy.throttling import SHARE_CODE
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.share_codes import (
    ShareCodeFacts,
    ShareCodeState,
    plain_code,
    read_share_code,
    share_code_state,
)
from resolvers.share_codes.attempts import attempts_key, caller_key
from resolvers.share_codes.making import CODE_DIGEST
from resolvers.share_codes.proving import (
    Checker,
    claims_of,
    opened_claims,
    sealed_claims,
    shown_of,
)
from resolvers.share_codes.signing import signed_proof
from resolvers.share_codes.trail import (
    OTHER_RECIPIENT,
    OVERTAKEN,
    REPEATED,
    WRONG_BIRTH_DATE,
    WRONG_CODE,
    checked_line,
    refused_line,
)
from resolvers.sharing.parts import SharedRecord
from resolvers.sharing.record import load_shared
from resolvers.store import holders
from resolvers.store.check_proofs import CheckProofRecord
from resolvers.store.holder_keys import decode_holder_key

MAX_TYPED_LENGTH: Final = 40


@dataclass(frozen=True)
class Typed:
    """What was given: the code as it was typed, at most `MAX_TYPED_LENGTH`; the day None where it
    was none."""

    code: str = field(repr=False)
    birth_date: date | None = field(repr=False)


@dataclass(frozen=True)
class Checked:
    """`proof` is the signed text that is to be kept."""

    proof_id: str
    purpose: SharingPurpose
    record: SharedRecord
    claims: dict[str, Any] = field(repr=False)
    proof: str = field(repr=False)
    downloadable_until: datetime


@dataclass(frozen=True)
class TooManyChecks:
    """By this caller; whatever was typed was not looked at."""

    retry_after: timedelta


async def check_share_code(
    gateway: Gateway, ask: Ask, command: Command, typed: Typed
) -> Checked | Refused | TooManyChecks:
    now = gateway.now()
    code = read_share_code(typed.code) or plain_code(typed.code)
    key, policy = caller_key(gateway, ask)
    by_caller = await gateway.throttle.charge(key, policy, now)
    if by_caller.waits is not None:
        return TooManyChecks(by_caller.waits)
    by_code = await gateway.throttle.charge(attempts_key(gateway, code), SHARE_CODE, now)
    locked_until = None if by_code.waits is None else now + by_code.waits
    digests = gateway.digester.candidates(CODE_DIGEST, code)
    found = await gateway.share_codes.find_for_check(digests, decoy_of(gateway))
    reason = WRONG_CODE if found is None else _reason(gateway, ask, found, typed, locked_until, now)
    check = _Check(gateway, ask, found, reason, now)
    done = await change(gateway, ask, command, check.work)
    if isinstance(done, Refused):
        return done
    if locked_until is None:
        await gateway.throttle.forget(attempts_key(gateway, code))
    if check.done is None or check.done.proof_id != done.object_id:
        is_standing = locked_until is None and reason in (None, ShareCodeState.USED_UP)
        ended = REPEATED if is_standing else reason or REPEATED
        return await _again(gateway, ask, found, done.object_id, ended, now)
    return check.done


def decoy_of(gateway: Gateway) -> Decoy:
    """Who is found where no code is. Made when the process starts, not by the first attempt."""
    return gateway.sealer.decoy(holders.NAME, {"birth_date": "1900-01-01"})


def _reason(
    gateway: Gateway,
    ask: Ask,
    found: Document,
    typed: Typed,
    locked_until: datetime | None,
    now: datetime,
) -> str | None:
    """Why not, in the same time for every code; None where it is good."""
    vault = gateway.sealer.vault_for(found["holder_id"], decode_holder_key(found["key"]))
    birth_date = vault.open(holders.NAME, "birth_date", bytes(found["birth_date"]))
    given = "" if typed.birth_date is None else typed.birth_date.isoformat()
    is_right = hmac.compare_digest(birth_date.encode(), given.encode())
    facts = ShareCodeFacts(
        revoked_at=found["revoked_at"],
        expires_at=found["expires_at"],
        uses_left=found["uses_left"],
        locked_until=locked_until,
    )
    state = share_code_state(facts, now)
    is_for_asker = found["employer_id"] in (None, _employer_of(ask))
    if found["_id"] == DECOY_HOLDER_ID:
        return WRONG_CODE
    if not is_right:
        return WRONG_BIRTH_DATE
    if state is not ShareCodeState.ACTIVE:
        return str(state)
    return None if is_for_asker else OTHER_RECIPIENT


class _Check:
    """The change that an attempt makes; its transaction may run more than once."""

    def __init__(
        self,
        gateway: Gateway,
        ask: Ask,
        found: Document | None,
        reason: str | None,
        now: datetime,
    ) -> None:
        self._gateway = gateway
        self._ask = ask
        self._found = found
        self._reason = reason
        self._now = now
        self._proof_id = gateway.new_id("chk")
        self.done: Checked | None = None

    async def work(self, transaction: Transaction) -> Changed | Refused:
        gateway, found = self._gateway, self._found
        if found is None or self._reason is not None:
            return _refused(found, self._reason or WRONG_CODE)
        # Looks again at all that may have ended since it was found.
        if not await gateway.share_codes.use(found["_id"], self._now, transaction):
            return _refused(found, OVERTAKEN)
        bundles = [Bundle(one) for one in found["bundles"]]
        record = await load_shared(gateway, found["holder_id"], bundles)
        if record is None:  # the person is being deleted
            return _refused(found, WRONG_CODE)
        return await self._changed(found, record, transaction)

    async def _changed(
        self, found: Document, record: SharedRecord, transaction: Transaction
    ) -> Changed:
        gateway, holder_id = self._gateway, found["holder_id"]
        checker = await _checker(gateway, self._ask, transaction)
        purpose, until = SharingPurpose(found["purpose"]), self._now + PROOF_LIFETIME
        issuer = gateway.proof_signer.issuer
        claims = claims_of(self._proof_id, issuer, purpose, checker, record)
        vault = gateway.sealer.vault_for(holder_id, decode_holder_key(found["key"]))
        size, content = sealed_claims(vault, self._proof_id, claims)
        proof = CheckProofRecord(
            proof_id=self._proof_id,
            holder_id=holder_id,
            code_id=found["_id"],
            client_id=self._ask.principal.client_id,
            checked_at=record.as_of,
            expires_at=until,
            size=size,
            content=content,
        )
        await gateway.check_proofs.insert(proof, transaction)
        self.done = Checked(
            self._proof_id,
            purpose,
            record,
            claims,
            await signed_proof(gateway, claims),
            until,
        )
        return Changed(self._proof_id, [checked_line(found, self._proof_id)])


async def _again(
    gateway: Gateway, ask: Ask, found: Document | None, proof_id: str, reason: str, now: datetime
) -> Checked | Refused:
    """A request that is repeated: the very check that was made, or nothing; no use is taken."""
    shown = None
    if found is not None and reason == REPEATED:
        shown = await _shown_again(gateway, found, proof_id, now)
    if shown is None or found is None:
        await append_audit(gateway, ask, refused_line(found, reason))
        return Refused(RefusalCode.CHECK_OVER)
    await append_audit(gateway, ask, checked_line(found, proof_id))
    return shown


async def _shown_again(
    gateway: Gateway, found: Document, proof_id: str, now: datetime
) -> Checked | None:
    """What was shown, as of then, while that is still what is on record. None after a minute, or
    once anything of it has changed: a use is one look, so a repeat shows nothing newer."""
    stored = await gateway.check_proofs.find(proof_id, now)
    if stored is None or stored["code_id"] != found["_id"]:
        return None
    if now >= stored["checked_at"] + REPEATED_WITHIN:
        return None
    bundles = [Bundle(one) for one in found["bundles"]]
    record = await load_shared(gateway, found["holder_id"], bundles)
    if record is None:  # the person is being deleted
        return None
    vault = gateway.sealer.vault_for(found["holder_id"], decode_holder_key(found["key"]))
    claims = opened_claims(vault, stored)
    if shown_of(record) != claims["shown"]:
        return None
    proof = await signed_proof(gateway, claims)
    # Asked last, so that a code that was taken back meanwhile shows nothing.
    if await gateway.share_codes.is_revoked(found["_id"]):
        return None
    return Checked(
        proof_id,
        SharingPurpose(found["purpose"]),
        replace(record, as_of=stored["checked_at"]),
        claims,
        proof,
        stored["expires_at"],
    )


def _employer_of(ask: Ask) -> str | None:
    return ask.principal.employer_id() if ask.principal.kind is PrincipalKind.EMPLOYER else None


async def _checker(gateway: Gateway, ask: Ask, transaction: Transaction) -> Checker | None:
    employer_id = _employer_of(ask)
    facts = (
        None
        if employer_id is None
        else await gateway.employers.find_facts(employer_id, transaction)
    )
    if employer_id is None or facts is None:
        return None
    return Checker(employer_id, facts["credit_code"], facts["name"])


def _refused(found: Document | None, reason: str) -> Refused:
    """One answer for all; the reason stands in the trail alone."""
    return Refused(RefusalCode.SHARE_CODE_NOT_ACCEPTED, line=refused_line(found, reason))
