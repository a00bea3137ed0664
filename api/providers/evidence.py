"""Signs evidence for the adapters that are part of the gateway, with a key made of a secret."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from auth.verification import (
    EVIDENCE_TYPE,
    AssuranceLevel,
    PersonCheck,
    ScoreBand,
    SignedEvidence,
)


class EvidenceSigner:
    def __init__(self, purpose: bytes, secret: bytes) -> None:
        """Another `purpose` makes another key."""
        seed = hashlib.sha256(purpose + secret).digest()
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._kid = hashlib.sha256(self._private.public_key().public_bytes_raw()).hexdigest()[:16]

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return {self._kid: self._private.public_key()}

    def sign(
        self,
        issuer: str,
        level: AssuranceLevel,
        check: PersonCheck,
        now: datetime,
        band: ScoreBand | None = None,
    ) -> SignedEvidence:
        """That `check` was passed now."""
        claims = {
            "iss": issuer,
            "iat": int(now.timestamp()),
            "nonce": check.nonce,
            "flow": check.flow_id,
            "device": check.device,
            "purpose": check.purpose,
            "level": str(level),
            "result": "REAL_PERSON",
        }
        if band is not None:
            claims["band"] = str(band)
        headers = {"typ": EVIDENCE_TYPE, "kid": self._kid}
        return SignedEvidence(jwt.encode(claims, self._private, "EdDSA", headers))
