"""Step 1b: where a physical card exists, a code by SMS to the holder's bank card or phone.

A bank card or phone that is not the holder's own gets the same answer as one that is; no code is
sent to it, and no code is ever right.
"""

from __future__ import annotations

import hmac

from auth.audit import AuditAction
from auth.login_flow import FLOW_LIFETIME, MAX_CODE_SENDS, FlowEvent
from auth.login_flows import AttemptKind
from auth.mongo import Document
from auth.principal import Assurance
from auth.sealing import HolderVault
from auth.verification import ProviderUnavailable, SecondProofMethod, within_limit
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.login.flow_steps import (
    advance_audited,
    charged_flow,
    flow_line,
    mint_flow_token,
    overtaken,
)
from resolvers.login.outcomes import (
    CodeWasSent,
    LoginRefusalCode,
    Refused,
    SecondProofConfirmed,
)
from resolvers.policy.throttling import SECOND_PROOF
from resolvers.store import cards, holders
from resolvers.store.holder_keys import decode_holder_key

_NOBODY = "nobody"
_SMS_METHOD = "sms"  # RFC 8176


async def send_second_proof_code(
    gateway: Gateway, ask: Ask, method: SecondProofMethod, number: str
) -> CodeWasSent | Refused:
    """`number` is a normalised bank card or phone number."""
    now = gateway.now()
    flow = await charged_flow(
        gateway, ask.principal.own_flow_id(), AttemptKind.SEND, FlowEvent.CODE_SENT, now
    )
    if isinstance(flow, Refused):
        return flow
    key = _throttle_key(gateway, flow)
    charge = await gateway.throttle.charge(key, SECOND_PROOF, now)
    if charge.waits is not None:
        return Refused(LoginRefusalCode.TOO_MANY_ATTEMPTS, charge.waits)
    provider = gateway.second_proof_provider
    own = await _is_own(gateway, flow["holder_id"], method, number)
    try:
        sent = await within_limit(provider.send(flow["_id"], method, number if own else _NOBODY))
    except ProviderUnavailable:
        return Refused(LoginRefusalCode.PROVIDER_UNAVAILABLE, by_sandbox=provider.is_sandbox)
    reference = sent.reference if own else _NOBODY
    changes = {
        "second_proof": {
            "provider": provider.name,
            "method": str(method),
            "reference": reference,
        },
    }

    line = flow_line(AuditAction.SECOND_PROOF_SENT, flow)
    if await advance_audited(gateway, ask, flow, FlowEvent.CODE_SENT, line, changes) is None:
        return overtaken()
    return CodeWasSent(MAX_CODE_SENDS - flow["attempts"][AttemptKind.SEND], sent.sandbox_code)


async def confirm_second_proof(
    gateway: Gateway, ask: Ask, code: str
) -> SecondProofConfirmed | Refused:
    now = gateway.now()
    flow = await charged_flow(
        gateway, ask.principal.own_flow_id(), AttemptKind.CODE, FlowEvent.CODE_CONFIRMED, now
    )
    if isinstance(flow, Refused):
        return flow
    reference = flow["second_proof"]["reference"]
    provider = gateway.second_proof_provider
    try:
        right = await within_limit(provider.confirm(reference, code))
    except ProviderUnavailable:
        return Refused(LoginRefusalCode.PROVIDER_UNAVAILABLE, by_sandbox=provider.is_sandbox)
    if not right or reference == _NOBODY:
        code_wrong = LoginRefusalCode.SECOND_PROOF_NOT_CONFIRMED
        line = flow_line(AuditAction.SECOND_PROOF_REFUSED, flow, code_wrong)
        await append_audit(gateway, ask, line)
        return Refused(code_wrong, by_sandbox=provider.is_sandbox)
    expires_at = now + FLOW_LIFETIME

    moved = await advance_audited(
        gateway,
        ask,
        flow,
        FlowEvent.CODE_CONFIRMED,
        flow_line(AuditAction.SECOND_PROOF_CONFIRMED, flow),
        {"expires_at": expires_at},
        methods=(_SMS_METHOD,),
    )
    if moved is None:
        return overtaken()
    await gateway.throttle.forget(_throttle_key(gateway, flow))
    token = mint_flow_token(gateway, flow["_id"], Assurance.REAL_NAME, now, expires_at)
    return SecondProofConfirmed(token)


def _throttle_key(gateway: Gateway, flow: Document) -> bytes:
    return gateway.digester.blind("second-proof", flow["holder_id"]).value


async def _is_own(gateway: Gateway, holder_id: str, method: SecondProofMethod, number: str) -> bool:
    holder = await gateway.holders.find_for_second_proof(holder_id)
    if holder is None:
        return False
    vault = gateway.sealer.vault_for(holder_id, decode_holder_key(holder["key"]))
    registered = _registered_numbers(holder, vault, method)
    given = number.encode()
    return any(hmac.compare_digest(known.encode(), given) for known in registered)


def _registered_numbers(
    holder: Document, vault: HolderVault, method: SecondProofMethod
) -> list[str]:
    match method:
        case SecondProofMethod.PHONE:
            phone = holder.get("phone")
            return [vault.open(holders.NAME, "phone", phone["sealed"])] if phone else []
        case SecondProofMethod.BANK_CARD:
            return [
                vault.open(cards.NAME, "bank.account", card["bank"]["account"]["sealed"])
                for card in holder["cards"]
                if card.get("bank")
            ]
