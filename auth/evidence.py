"""Whether what a provider signed says what we asked: signature, bindings, level and age; and what
is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from auth.bson_schema import INSTANT, document, one_of, optional, text
from auth.mongo import Document
from auth.verification import (
    EVIDENCE_TYPE,
    MAX_EVIDENCE_AGE,
    MAX_EVIDENCE_LENGTH,
    AssuranceLevel,
    EvidenceSigner,
    PersonCheck,
    RealPersonProvider,
    ScoreBand,
    SignedEvidence,
)

KEPT = document(
    {
        "provider": text(40),
        "level": optional(text(40)),
        "band": optional(one_of(ScoreBand)),
        "reference": optional(text(64, "^[0-9a-f]{64}$")),
        "proved_at": optional(INSTANT),
    }
)
"""In flows and in the audit trail, where a refusal has neither level nor instant. `band` is null
where the provider told none, `reference` where it was not kept yet."""


@dataclass(frozen=True)
class Evidence:
    """Evidence whose signature and bindings hold. `provider` is who signed it, `band` None where it
    does not say."""

    level: AssuranceLevel
    proved_at: datetime
    provider: str
    band: ScoreBand | None = None


def kept_evidence(evidence: Evidence, reference: str) -> Document:
    """`KEPT`, of a proof for the challenge with that reference of its provider."""
    return {
        "provider": evidence.provider,
        "level": str(evidence.level),
        "band": None if evidence.band is None else str(evidence.band),
        "reference": _digest(reference),
        "proved_at": evidence.proved_at,
    }


def kept_refusal(provider: str, reference: str) -> Document:
    """`KEPT`, of a proof that was refused."""
    names = {"provider": provider, "reference": _digest(reference)}
    return {"level": None, "band": None, "proved_at": None} | names


def _digest(reference: str) -> str:
    """Enough to find the check by, for a provider that keeps its references; a reference of ours
    has a code in it, which has no business there."""
    return hashlib.sha256(reference.encode()).hexdigest()


_REQUIRED = ["iss", "iat", "nonce", "flow", "device", "purpose", "level", "result"]
_NEVER = 1 << 62


def verified_evidence(
    signed: SignedEvidence, provider: RealPersonProvider, check: PersonCheck, now: datetime
) -> Evidence | None:
    """The evidence, or None when anything about it does not hold."""
    signer: EvidenceSigner = signed.signer or provider
    claims = _claims(signed, signer.keys(), signer.name)
    if claims is None:
        return None
    bound = {
        "nonce": check.nonce,
        "flow": check.flow_id,
        "device": check.device,
        "purpose": check.purpose,
        "result": "REAL_PERSON",
        "level": str(signer.level),
    }
    if any(claims.get(name) != value for name, value in bound.items()):
        return None
    issued, expires = claims["iat"], claims.get("exp", _NEVER)
    # `True` is an int in Python. Compared as numbers: not every number is an instant.
    if type(issued) is not int or type(expires) is not int:
        return None
    age = int(now.timestamp()) - issued
    if abs(age) > MAX_EVIDENCE_AGE.total_seconds() or expires <= now.timestamp():
        return None
    proved_at = datetime.fromtimestamp(issued, tz=now.tzinfo)
    band = next((one for one in ScoreBand if one.value == claims.get("band")), None)
    return Evidence(signer.level, min(proved_at, now), signer.name, band)


def _claims(
    signed: SignedEvidence, keys: Mapping[str, Ed25519PublicKey], issuer: str
) -> dict[str, Any] | None:
    if len(signed.jws) > MAX_EVIDENCE_LENGTH:
        return None
    try:
        header = jwt.get_unverified_header(signed.jws)
        key = keys.get(header.get("kid", ""))
        if key is None or header.get("typ") != EVIDENCE_TYPE:
            return None
        # PyJWT would judge instants by the system's clock; ours is passed in.
        claims: dict[str, Any] = jwt.decode(
            signed.jws,
            key,
            algorithms=["EdDSA"],
            issuer=issuer,
            options={
                "require": _REQUIRED,
                "verify_iat": False,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except jwt.InvalidTokenError:
        return None
    return claims
