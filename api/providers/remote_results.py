"""What a remote engine answers with, read before anybody believes it (docs/remote-verification.md).

A refusal is signed as a success is: nobody in between can turn one into the other. What is
returned as evidence is judged once more by `auth.evidence.verified_evidence`, which knows the
nonce, flow, device and purpose; here is checked what only a remote engine's result has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from auth.verification import (
    EVIDENCE_TYPE,
    MAX_EVIDENCE_LENGTH,
    EvidenceSigner,
    PersonCheck,
    PoorPicture,
    ProofAdvice,
    ProofFault,
    SignedEvidence,
)

NO_EVIDENCE: Final = SignedEvidence("")
"""What does not hold: the challenge is over, and the audit has it."""
_PROVED: Final = "REAL_PERSON"


def kid_of(jws: str, jws_type: str) -> str | None:
    """None when it is no JWS of that type."""
    if len(jws) > MAX_EVIDENCE_LENGTH:
        return None
    try:
        header = jwt.get_unverified_header(jws)
    except jwt.InvalidTokenError:
        return None
    kid = header.get("kid")
    return kid if isinstance(kid, str) and header.get("typ") == jws_type else None


def judged(
    jws: str, signer: EvidenceSigner, client_id: str, reference: str, check: PersonCheck
) -> SignedEvidence | ProofFault | PoorPicture:
    """The engine's verdict if it is about this very check, else `NO_EVIDENCE`."""
    claims = signed_claims(jws, signer.keys(), EVIDENCE_TYPE)
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
    advice = next((one for one in ProofAdvice if one.value == claims.get("advice")), None)
    if result == ProofFault.POOR_QUALITY.value and advice is not None:
        return PoorPicture(advice)
    return next((fault for fault in ProofFault if fault.value == result), NO_EVIDENCE)


def signed_claims(
    jws: str, keys: Mapping[str, Ed25519PublicKey], jws_type: str
) -> dict[str, Any] | None:
    """The claims if one of the keys signed them; what they say is not judged."""
    key = keys.get(kid_of(jws, jws_type) or "")
    if key is None:
        return None
    try:
        # Instants are judged by our clock, by whoever asked.
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
