"""Step 1: a flow is started, and a name and a number show whose it is.

Nothing in answer, commands or work tells an unknown number from a wrong name or a blocked number:
each takes the same commands, digests and key openings, with a decoy where there is no holder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from auth.audit import AuditAction, AuditLine
from auth.login_flow import FLOW_LIFETIME, FlowEvent, FlowKind, FlowState
from auth.login_flows import AttemptKind, encode_flow
from auth.mongo import Document
from auth.principal import Assurance
from auth.sealing import DECOY_HOLDER_ID, Decoy
from auth.verification import ProviderUnavailable, within_limit
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.login.flow_steps import (
    advance_audited,
    charged_flow,
    mint_flow_token,
    overtaken,
)
from resolvers.login.outcomes import FlowToken, LoginRefusalCode, NameProved, Refused
from resolvers.name_source import NameQuestion
from resolvers.policy.throttling import ADDRESS, FLOW_START, NUMBER, counted_address
from resolvers.rules.names import RegisteredName
from resolvers.store import holders
from resolvers.store.holder_keys import decode_holder_key
from resolvers.vocabulary import IdentifierKind

CLIENT_ID = "e-card-app"
REAL_NAME_METHOD = "kba"  # RFC 8176: knowledge-based


@dataclass(frozen=True)
class ClaimedIdentity:
    """A name as typed and one number, already normalised; an ill-formed number stays as typed and
    finds nobody, by the same way."""

    name: str
    kind: IdentifierKind
    number: str


async def start_login(gateway: Gateway, ask: Ask, device: Mapping[str, str]) -> FlowToken | Refused:
    """A new flow for anyone, as often as the address may."""
    now = gateway.now()
    key = gateway.digester.blind("flow-start", counted_address(ask.address)).value
    charge = await gateway.throttle.charge(key, FLOW_START, now)
    if charge.waits is not None:
        return Refused(LoginRefusalCode.TOO_MANY_ATTEMPTS, charge.waits)
    flow = encode_flow(
        flow_id=gateway.new_id("flw"),
        kind=FlowKind.LOGIN,
        state=FlowState.STARTED,
        client_id=CLIENT_ID,
        device=device,
        started_at=now,
        lifetime=FLOW_LIFETIME,
    )
    await gateway.flows.insert(flow)
    return mint_flow_token(gateway, flow["_id"], Assurance.NONE, now, flow["expires_at"])


async def prove_real_name(
    gateway: Gateway, ask: Ask, claimed: ClaimedIdentity
) -> NameProved | Refused:
    now = gateway.now()
    flow = await charged_flow(
        gateway, ask.principal.own_flow_id(), AttemptKind.NAME, FlowEvent.NAME_CONFIRMED, now
    )
    if isinstance(flow, Refused):
        return flow
    digester = gateway.digester
    number_key = digester.blind(f"login-{claimed.kind}", claimed.number).value
    address_key = digester.blind("login-address", counted_address(ask.address)).value
    by_number = await gateway.throttle.charge(number_key, NUMBER, now)
    by_address = await gateway.throttle.charge(address_key, ADDRESS, now)
    candidates = digester.candidates(claimed.kind, claimed.number)
    found = await gateway.holders.find_for_login(candidates, decoy_of(gateway))
    waits = [charge.waits for charge in (by_number, by_address) if charge.waits is not None]
    question = NameQuestion(flow["_id"], claimed.kind, claimed.number, claimed.name)
    try:
        is_proved = found is not None and await _is_proved(
            gateway, found, question, is_blocked=bool(waits)
        )
    except ProviderUnavailable:
        # For every number alike: the source does not answer anybody.
        await _audit_refusal(gateway, ask, LoginRefusalCode.PROVIDER_UNAVAILABLE)
        return Refused(LoginRefusalCode.PROVIDER_UNAVAILABLE)
    if found is None or not is_proved or waits:
        await _audit_refusal(gateway, ask, LoginRefusalCode.IDENTITY_NOT_CONFIRMED)
        retry_after = max([by_number.next_delay, by_address.next_delay, *waits])
        return Refused(LoginRefusalCode.IDENTITY_NOT_CONFIRMED, retry_after or None)
    proved = await _name_proved(gateway, ask, flow, found)
    if isinstance(proved, NameProved):
        await gateway.throttle.forget(number_key)
    return proved


async def _audit_refusal(gateway: Gateway, ask: Ask, code: LoginRefusalCode) -> None:
    line = AuditLine(AuditAction.REAL_NAME_REFUSED, holder_id=None, result=code)
    await append_audit(gateway, ask, line)


def decoy_of(gateway: Gateway) -> Decoy:
    """Who is found where nobody is. Made when the process starts, so that no first attempt does."""
    parts = "\x1f".join(("DOE", "JANE ANN", "无名氏", ""))
    return gateway.sealer.decoy(holders.NAME, {"name_parts": parts})


async def _is_proved(
    gateway: Gateway, found: Document, question: NameQuestion, *, is_blocked: bool
) -> bool:
    """Whether the name is the one of `found`, and `found` is no decoy. Raises
    ProviderUnavailable."""
    vault = gateway.sealer.vault_for(found["_id"], decode_holder_key(found["key"]))
    text = vault.open(holders.NAME, "name_parts", found["name_parts"])
    surname, given_names, chinese_name, native_name = holders.decode_name_parts(text)
    registered = RegisteredName(surname, given_names, chinese_name, native_name)
    source = gateway.name_source
    if is_blocked and source.is_charged:
        return False
    is_named = await within_limit(source.confirms(question, registered))
    return is_named and found["_id"] != DECOY_HOLDER_ID


async def _name_proved(
    gateway: Gateway, ask: Ask, flow: Document, holder: Document
) -> NameProved | Refused:
    now = gateway.now()
    second_proof_due = bool(holder["cards"])
    event = FlowEvent.NAME_CONFIRMED_CARD_EXISTS if second_proof_due else FlowEvent.NAME_CONFIRMED
    changes = {"holder_id": holder["_id"], "expires_at": now + FLOW_LIFETIME}
    line = AuditLine(AuditAction.REAL_NAME_PROVED, holder["_id"], objects=(flow["_id"],))
    moved = await advance_audited(
        gateway, ask, flow, event, line, changes, methods=(REAL_NAME_METHOD,)
    )
    if moved is None:
        return overtaken()
    assurance = Assurance.NONE if second_proof_due else Assurance.REAL_NAME
    token = mint_flow_token(gateway, flow["_id"], assurance, now, moved["expires_at"])
    return NameProved(token, second_proof_due)


def retry_after_seconds(retry_after: timedelta | None) -> int | None:
    """Rounded up, so that who waits as told is let in."""
    return None if retry_after is None else -int(-retry_after.total_seconds() // 1)
