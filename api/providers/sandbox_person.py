"""A real-person provider for development: it verifies nobody and says so on every answer.

It keeps the protocol in full: a challenge, a proof, evidence signed with a key of its own. The
proof is a word that says how the check shall end, so that every ending can be tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.providers.evidence import EvidenceSigner
from auth.verification import (
    AssuranceLevel,
    Challenge,
    PersonCheck,
    Proof,
    ProofFault,
    ProviderUnavailable,
    SignedEvidence,
    TextProof,
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
        self._signer = EvidenceSigner(b"onecard sandbox person", secret)

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return self._signer.keys()

    async def start(self, check: PersonCheck) -> Challenge:
        return Challenge(("SAY_LIVE_PERSON",), reference="sandbox", lifetime=timedelta(minutes=3))

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault:
        word = proof.text if isinstance(proof, TextProof) else ""
        if word == UNAVAILABLE:
            raise ProviderUnavailable
        if word != LIVE_PERSON:
            return _FAULTS.get(word, ProofFault.NOT_LIVE)
        return self._signer.sign(self.name, self.level, check, now)
