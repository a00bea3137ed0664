"""What a remote engine answers with, read before anybody believes it (docs/remote-verification.md).

A refusal is signed as a success is: nobody in between can turn one into the other. What is
returned as evidence is judged once more by `auth.evidence.verified_evidence`, which knows the
nonce, flow, device and purpose; here is checked what only a remote engine's result has.
"""

from __future__ import annotations

from typing import Any, Final

import jwt

from auth.verification import (
    EVIDENCE_TYPE,
    MAX_EVIDENCE_LENGTH,
    EvidenceSigner,
    PersonCheck,
    ProofFault,
    SignedEvidence,
)

NO_EVIDENCE: Final = SignedEvidence("")
"""What does not hold: the challenge is over, and the audit has it."""
_PROVED: Final = "REAL_PERSON"


def kid_of(jws: str) -> str | None:
    """None when it is no JWS of ours."""
    if len(jws) > MAX_EVIDENCE_LENGTH:
        return None
    try:
        header = jwt.get_unverified_header(jws)
    except jwt.InvalidTokenError:
        return None
    kid = header.get("kid")
    return kid if isinstance(kid, str) and header.get("typ") == EVIDENCE_TYPE else None


def judged(
    jws: str, signer: EvidenceSigner, client_id: str, reference: str, check: PersonCheck
) -> SignedEvidence | ProofFault:
    """The engine's verdict if it is about this very check, else `NO_EVIDENCE`."""
    claims = signed_claims(jws, signer)
    bound = {
        "iss": signer.name,
        "aud": client_id,
        "check": reference,
        "holder": check.subject,
        "nonce": check.nonce,
        "flow": check.flow_id,
        "device": check.device,
        "purpose": check.purpose,
    }
    if claims is None or any(claims.get(name) != value for name, value in bound.items()):
        return NO_EVIDENCE
    result = claims.get("result")
    if result == _PROVED:
        return SignedEvidence(jws, signer)
    return next((fault for fault in ProofFault if fault.value == result), NO_EVIDENCE)


def signed_claims(jws: str, signer: EvidenceSigner) -> dict[str, Any] | None:
    """The claims if one of the signer's keys signed them; what they say is not judged."""
    key = signer.keys().get(kid_of(jws) or "")
    if key is None:
        return None
    try:
        # Instants are judged by our clock, in `verified_evidence`.
        claims: dict[str, Any] = jwt.decode(
            jws,
            key,
            algorithms=["EdDSA"],
            options={
                "verify_iat": False,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except jwt.InvalidTokenError:
        return None
    return claims
