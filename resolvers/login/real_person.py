"""Steps 2 and 3: consent to biometric processing, then a living person before the camera."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from auth import verification
from auth.audit import AuditAction
from auth.evidence import Evidence, kept_evidence, kept_refusal, verified_evidence
from auth.login_flow import FlowEvent, FlowKind
from auth.login_flows import AttemptKind
from auth.mongo import Document, Transaction
from auth.verification import (
    AssuranceLevel,
    FrameProof,
    PersonCheck,
    PoorPicture,
    Proof,
    ProofAdvice,
    ProofFault,
    ProviderBusy,
    ProviderUnavailable,
    QueuedProvider,
    within_limit,
)
from resolvers.gateway import Ask, Gateway
from resolvers.login.flow_steps import (
    advance_audited,
    charged_flow,
    flow_line,
    open_flow,
    overtaken,
)
from resolvers.login.outcomes import (
    CheckStarted,
    ConsentRecorded,
    LoginRefusalCode,
    ProofAccepted,
    Refused,
)
from resolvers.policy.consent import CURRENT_VERSION
from resolvers.policy.proof_levels import step_up_level
from resolvers.policy.throttling import PERSON_CHECK

FRAMES_REMEMBERED: Final = timedelta(days=30)
"""A digest of them. The actions are drawn anew for each check: frames that were seen once have to
do for a sequence that is one of many."""


async def give_biometric_consent(
    gateway: Gateway, ask: Ask, version: str
) -> ConsentRecorded | Refused:
    """Recorded on the flow with its audit line. It reaches the holder's own record with the proof:
    until then who asks has shown a name and a number only, and a consent that the holder has
    withdrawn must not come back by that."""
    now = gateway.now()
    flow = await open_flow(gateway, ask.principal.own_flow_id(), FlowEvent.CONSENT_GIVEN, now)
    if isinstance(flow, Refused):
        return flow
    if version != CURRENT_VERSION:
        return Refused(LoginRefusalCode.CONSENT_VERSION_OUTDATED)

    moved = await advance_audited(
        gateway,
        ask,
        flow,
        FlowEvent.CONSENT_GIVEN,
        flow_line(AuditAction.BIOMETRIC_CONSENT_GIVEN, flow),
        {"consent_version": version},
    )
    if moved is None:
        return overtaken()
    return ConsentRecorded(version)


async def start_real_person_check(gateway: Gateway, ask: Ask) -> CheckStarted | Refused:
    """A fresh challenge; one that was open before is no longer current. An engine of ours asks for
    the same actions until a proof is spent."""
    now = gateway.now()
    flow = await charged_flow(
        gateway, ask.principal.own_flow_id(), AttemptKind.CHECK, FlowEvent.CHECK_STARTED, now
    )
    if isinstance(flow, Refused):
        return flow
    if not await _consent_stands(gateway, flow):
        return Refused(LoginRefusalCode.CONSENT_VERSION_OUTDATED)
    charge = await gateway.throttle.charge(_throttle_key(gateway, flow), PERSON_CHECK, now)
    if charge.waits is not None:
        return Refused(LoginRefusalCode.TOO_MANY_ATTEMPTS, charge.waits)
    provider = gateway.person_provider
    nonce = secrets.token_urlsafe(32)
    spent = flow["attempts"][AttemptKind.PERSON]
    check = replace(check_of(gateway, flow, nonce), proofs_before=spent)
    try:
        challenge = await within_limit(provider.start(check))
    except ProviderUnavailable:
        return Refused(LoginRefusalCode.PROVIDER_UNAVAILABLE, by_sandbox=provider.is_sandbox)
    challenge_id = gateway.new_id("chl")
    expires_at = min(now + challenge.lifetime, flow["expires_at"])
    stored = {
        "id": challenge_id,
        "provider": challenge.provider or provider.name,
        "nonce": nonce,
        "reference": challenge.reference,
        "expires_at": expires_at,
    }
    moved = await gateway.flows.advance(
        flow, FlowEvent.CHECK_STARTED, {"challenge": stored, "arrived": None}, now
    )
    if moved is None:
        return overtaken()
    return CheckStarted(
        challenge_id,
        tuple(challenge.instructions),
        stored["provider"],
        provider.is_sandbox,
        expires_at,
    )


def refused_unread(gateway: Gateway, reference: str | None) -> Refused | None:
    """What a proof by the challenge of this reference would find now, where that is a full queue:
    whoever has frames is told before a megabyte of them is read. Nothing is counted."""
    provider = gateway.person_provider
    if reference is None or not isinstance(provider, QueuedProvider):
        return None
    try:
        provider.expect(reference)
    except ProviderBusy as busy:
        return _come_back(gateway, busy)
    return None


def _come_back(gateway: Gateway, busy: ProviderBusy) -> Refused:
    return Refused(
        LoginRefusalCode.PROVIDER_UNAVAILABLE,
        busy.retry_after,
        by_sandbox=gateway.person_provider.is_sandbox,
    )


async def submit_real_person_proof(
    gateway: Gateway, ask: Ask, challenge_id: str, proof: Proof
) -> ProofAccepted | Refused:
    now = gateway.now()
    flow = await charged_flow(
        gateway, ask.principal.own_flow_id(), AttemptKind.PERSON, FlowEvent.PROOF_ACCEPTED, now
    )
    if isinstance(flow, Refused):
        return flow
    challenge = flow["challenge"]
    if challenge["id"] != challenge_id or challenge["expires_at"] <= now:
        return Refused(LoginRefusalCode.CHALLENGE_NOT_CURRENT)
    if not await _consent_stands(gateway, flow):
        return Refused(LoginRefusalCode.CONSENT_VERSION_OUTDATED)
    evidence = await _looked_at(gateway, flow, proof, now)
    if isinstance(evidence, Refused):
        return evidence
    if isinstance(evidence, _Fault):
        return await _refused(gateway, ask, flow, evidence)
    # RFC 8176: only a real engine looked at a face; a sandbox saw that somebody was there.
    method = "user" if evidence.level is AssuranceLevel.SANDBOX else "face"
    kept = kept_evidence(evidence, challenge["reference"])
    changes = {"evidence": kept, "arrived": None}

    proved: Document = flow

    async def record_consent(transaction: Transaction) -> None:
        stands = await gateway.holders.record_biometric_consent(
            proved["holder_id"], proved["consent_version"], proved["started_at"], now, transaction
        )
        if not stands:
            raise _ConsentGone

    try:
        moved = await advance_audited(
            gateway,
            ask,
            flow,
            FlowEvent.PROOF_ACCEPTED,
            flow_line(AuditAction.REAL_PERSON_PROVED, flow, evidence=kept),
            changes,
            methods=(method,),
            also=record_consent,
        )
    except _ConsentGone:
        return Refused(LoginRefusalCode.CONSENT_VERSION_OUTDATED)
    if moved is None:
        return overtaken()
    await gateway.throttle.forget(_throttle_key(gateway, flow))
    return ProofAccepted(evidence.provider, gateway.person_provider.is_sandbox)


class _ConsentGone(Exception):
    """Withdrawn, or the holder erased, while somebody looked: nothing is written."""


@dataclass(frozen=True)
class _Fault:
    """Somebody looked, and it did not do: the challenge is over."""

    code: LoginRefusalCode
    advice: ProofAdvice | None = None


async def _looked_at(
    gateway: Gateway, flow: Document, proof: Proof, now: datetime
) -> Evidence | _Fault | Refused:
    """What the provider found; Refused when it did not look, and the challenge stands."""
    provider, challenge = gateway.person_provider, flow["challenge"]
    check = check_of(gateway, flow, challenge["nonce"])
    limit = verification.FRAMES_LIFETIME if isinstance(proof, FrameProof) else None
    try:
        answer = await within_limit(
            provider.submit(check, challenge["reference"], proof, now), limit
        )
    except ProviderBusy as busy:
        await gateway.flows.give_back(flow["_id"], AttemptKind.PERSON)
        return _come_back(gateway, busy)
    except ProviderUnavailable:
        return Refused(LoginRefusalCode.PROVIDER_UNAVAILABLE, by_sandbox=provider.is_sandbox)
    if not await _is_new(gateway, proof):
        return _Fault(LoginRefusalCode.NOT_LIVE)
    if isinstance(answer, PoorPicture):
        return _Fault(LoginRefusalCode.POOR_QUALITY, answer.advice)
    if isinstance(answer, ProofFault):
        return _Fault(LoginRefusalCode(answer.value))
    evidence = verified_evidence(answer, provider, check, gateway.now())
    return evidence or _Fault(LoginRefusalCode.PROVIDER_UNAVAILABLE)


async def _is_new(gateway: Gateway, proof: Proof) -> bool:
    """The same frames never count twice, whoever brings them. Of a text the provider knows."""
    if not isinstance(proof, FrameProof):
        return True
    until = gateway.now() + FRAMES_REMEMBERED
    name = gateway.person_provider.name
    # Megabytes, in a thread: hashing lets the event loop go on.
    digest = await gateway.heavy_work.run(proof.digest)
    return await gateway.used_once.burn("frames", name, digest, until)


async def _refused(gateway: Gateway, ask: Ask, flow: Document, fault: _Fault) -> Refused:
    """Back to the consented state, where another challenge can be asked for."""

    challenge = flow["challenge"]
    kept = kept_refusal(challenge["provider"], challenge["reference"])
    line = flow_line(AuditAction.REAL_PERSON_REFUSED, flow, fault.code, kept)
    changes = {"challenge": None, "arrived": None}
    moved = await advance_audited(gateway, ask, flow, FlowEvent.PROOF_REFUSED, line, changes)
    if moved is None:
        return overtaken()
    by_sandbox = gateway.person_provider.is_sandbox
    return Refused(fault.code, by_sandbox=by_sandbox, advice=fault.advice)


async def _consent_stands(gateway: Gateway, flow: Document) -> bool:
    """The text may have changed, or the holder have withdrawn since the flow began."""
    consent = await gateway.holders.find_biometric_consent(flow["holder_id"])
    withdrawn_at = None if consent is None else consent.withdrawn_at
    is_withdrawn = withdrawn_at is not None and withdrawn_at >= flow["started_at"]
    return flow["consent_version"] == CURRENT_VERSION and not is_withdrawn


def _throttle_key(gateway: Gateway, flow: Document) -> bytes:
    return gateway.digester.blind("person-check", flow["holder_id"]).value


def check_of(gateway: Gateway, flow: Document, nonce: str) -> PersonCheck:
    is_step_up = flow["kind"] == FlowKind.STEP_UP
    return PersonCheck(
        flow_id=flow["_id"],
        nonce=nonce,
        subject=flow["_id"],
        device=flow["device"]["platform"],
        purpose=flow["kind"],
        level=step_up_level(gateway.proof_demands) if is_step_up else AssuranceLevel.SANDBOX,
    )
