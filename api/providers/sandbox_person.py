"""A real-person provider for development: it verifies nobody and says so on every answer.

It keeps the protocol in full: a challenge, a proof, evidence signed with a key of its own. The
proof is a word that says how the check shall end, so that every ending can be tried.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from auth.verification import (
    EVIDENCE_TYPE,
    AssuranceLevel,
    Challenge,
    PersonCheck,
    ProofFault,
    ProviderUnavailable,
    SignedEvidence,
)

LIVE_PERSON = "live-person"
_FAULTS: Mapping[str, ProofFault] = {
    "not-live": ProofFault.NOT_LIVE,
    "another-person": ProofFault.NOT_THE_HOLDER,
    "too-dark": ProofFault.POOR_QUALITY,
}
UNAVAILABLE = "unavailable"


class SandboxPersonProvider:
    """Proofs: `live-person` passes; `not-live`, `another-person` and `too-dark` are refused;
    `unavailable` fails as a provider that is down; anything else is NOT_LIVE."""

    name = "sandbox-person"
    is_sandbox = True
    level = AssuranceLevel.SANDBOX

    def __init__(self, secret: bytes) -> None:
        """All processes of one deployment give the same `secret`, since one may start a check and
        another end it."""
        seed = hashlib.sha256(b"onecard sandbox person" + secret).digest()
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._kid = hashlib.sha256(self._private.public_key().public_bytes_raw()).hexdigest()[:16]

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return {self._kid: self._private.public_key()}

    async def start(self, check: PersonCheck) -> Challenge:
        return Challenge(("SAY_LIVE_PERSON",), reference="sandbox", lifetime=timedelta(minutes=3))

    async def submit(
        self, check: PersonCheck, reference: str, proof: str, now: datetime
    ) -> SignedEvidence | ProofFault:
        if proof == UNAVAILABLE:
            raise ProviderUnavailable
        if proof != LIVE_PERSON:
            return _FAULTS.get(proof, ProofFault.NOT_LIVE)
        claims = {
            "iss": self.name,
            "iat": int(now.timestamp()),
            "nonce": check.nonce,
            "flow": check.flow_id,
            "device": check.device,
            "purpose": check.purpose,
            "level": str(self.level),
            "result": "REAL_PERSON",
        }
        headers = {"typ": EVIDENCE_TYPE, "kid": self._kid}
        return SignedEvidence(jwt.encode(claims, self._private, "EdDSA", headers))
