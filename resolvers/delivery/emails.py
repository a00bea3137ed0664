"""A mail address is registered once its owner has typed the code that was sent there.

Until then neither is stored, only digests of both. Codes are counted for the holder and for the
address; the guesses at one are counted before they are looked at.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from auth.verification import PROVIDER_LIFETIME
from resolvers.changes import Changed, Command, Done, change
from resolvers.delivery.endpoints import MAX_READ, new_endpoint, put_endpoint, refuse
from resolvers.gateway import Ask, Gateway
from resolvers.policy.delivery import (
    CODE_BODY,
    CODE_LIFETIME,
    CODE_TITLE,
    MAX_CODE_ATTEMPTS,
    MAX_EMAILS,
)
from resolvers.policy.throttling import EMAIL_CODE
from resolvers.push_channel import (
    EndpointKind,
    PushChannel,
    PushMessage,
    PushOutcome,
    PushTarget,
    Sent,
    TryLater,
    Urgency,
)
from resolvers.refusals import RefusalCode, Refused
from resolvers.vocabulary import Language

CODE_DIGITS: Final = 6
CODE_TOPIC: Final = "code"


@dataclass(frozen=True)
class CodeMailed:
    """`sandbox_code` is the code itself, from a sandbox only, and only when it was made just now:
    a request that is repeated sends no second mail."""

    expires_at: datetime | None
    sandbox_code: str | None


SENT_BEFORE: Final = CodeMailed(None, None)


async def register_email(
    gateway: Gateway, ask: Ask, command: Command, address: str, language: Language
) -> CodeMailed | Refused:
    holder_id, target = ask.principal.holder_id(), PushTarget(address)
    channel = gateway.outlets.channels.get(EndpointKind.EMAIL)
    if channel is None:
        return await _refused(gateway, ask, command, RefusalCode.CHANNEL_NOT_OFFERED)
    if not channel.accepts(target):
        return await _refused(gateway, ask, command, RefusalCode.BAD_EMAIL)
    if not await _may_send(gateway, holder_id, address):
        return await _refused(gateway, ask, command, RefusalCode.TOO_MANY_CODES)
    proof_id, code = gateway.new_id("epr"), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    expires_at = gateway.now() + CODE_LIFETIME
    made = False

    async def work(transaction: Transaction) -> Changed | Refused:
        nonlocal made
        await gateway.email_proofs.put(
            holder_id,
            proof_id,
            address=_digest(gateway, "email-proof", address),
            code=_code_digest(gateway, proof_id, code),
            expires_at=expires_at,
            transaction=transaction,
        )
        made = True
        return Changed(proof_id, [AuditLine(AuditAction.EMAIL_CODE_SENT, holder_id)])

    done = await change(gateway, ask, command, work)
    if isinstance(done, Refused):
        return done
    if not made or done.object_id != proof_id:
        return SENT_BEFORE
    if not isinstance(await _sent(gateway, channel, target, code, language), Sent):
        return Refused(RefusalCode.MAIL_UNAVAILABLE, None, holder_id)
    return CodeMailed(expires_at, code if channel.is_sandbox else None)


async def confirm_email(
    gateway: Gateway, ask: Ask, command: Command, address: str, code: str
) -> Done | Refused:
    """Whoever was told of by mail at this address before is so no more."""
    holder_id = ask.principal.holder_id()
    target = PushTarget(address)
    channel = gateway.outlets.channels.get(EndpointKind.EMAIL)
    if channel is None or not channel.accepts(target):
        return await refuse(gateway, ask, command, RefusalCode.BAD_EMAIL)
    proof = await gateway.email_proofs.charge(holder_id, MAX_CODE_ATTEMPTS, gateway.now())
    new, vault = await new_endpoint(gateway, ask, EndpointKind.EMAIL, target)

    async def work(transaction: Transaction) -> Changed | Refused:
        if proof is None or not _is_proved(gateway, proof, address, code):
            return Refused(RefusalCode.EMAIL_CODE_WRONG, None, holder_id)
        own = await gateway.push_endpoints.load_of_holders([holder_id], MAX_READ, transaction)
        if sum(one["kind"] == EndpointKind.EMAIL for one in own) >= MAX_EMAILS:
            return Refused(RefusalCode.TOO_MANY_EMAILS, None, holder_id)
        if not await gateway.email_proofs.take(holder_id, proof["proof_id"], transaction):
            return Refused(RefusalCode.EMAIL_CODE_WRONG, None, holder_id)
        return await put_endpoint(gateway, new, vault, transaction)

    return await change(gateway, ask, command, work)


async def _refused(
    gateway: Gateway, ask: Ask, command: Command, code: RefusalCode
) -> CodeMailed | Refused:
    outcome = await refuse(gateway, ask, command, code)
    return outcome if isinstance(outcome, Refused) else SENT_BEFORE


async def _may_send(gateway: Gateway, holder_id: str, address: str) -> bool:
    """Charged for both, so that neither tells of the other."""
    keys = (
        _digest(gateway, "email-code-holder", holder_id),
        _digest(gateway, "email-code-address", address),
    )
    charges = [await gateway.throttle.charge(key, EMAIL_CODE, gateway.now()) for key in keys]
    return all(charge.waits is None for charge in charges)


async def _sent(
    gateway: Gateway, channel: PushChannel, target: PushTarget, code: str, language: Language
) -> PushOutcome:
    minutes = int(CODE_LIFETIME.total_seconds() // 60)
    message = PushMessage(
        title=CODE_TITLE.zh if language is Language.ZH else CODE_TITLE.en,
        body=(CODE_BODY.zh if language is Language.ZH else CODE_BODY.en).format(
            code=code, minutes=minutes
        ),
        topic=CODE_TOPIC,
        urgency=Urgency.HIGH,
        lifetime=CODE_LIFETIME,
    )
    try:
        async with asyncio.timeout(PROVIDER_LIFETIME.total_seconds()):
            return await channel.send(target, message, gateway.now())
    except TimeoutError:
        return TryLater()


def _is_proved(gateway: Gateway, proof: Document, address: str, code: str) -> bool:
    same_address = compare_digest(bytes(proof["address"]), _digest(gateway, "email-proof", address))
    same_code = compare_digest(bytes(proof["code"]), _code_digest(gateway, proof["proof_id"], code))
    return same_address and same_code


def _digest(gateway: Gateway, kind: str, text: str) -> bytes:
    return gateway.digester.blind(kind, text.lower()).value


def _code_digest(gateway: Gateway, proof_id: str, code: str) -> bytes:
    return _digest(gateway, "email-code", f"{proof_id}\x1f{code}")
