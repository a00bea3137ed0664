"""Engines of two levels that say yes to `live-person`, as adapters that settings name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.providers.evidence import EvidenceSigner
from auth.proof_levels import AssuranceLevel
from auth.verification import (
    Challenge,
    PersonCheck,
    Proof,
    ProofFault,
    ProviderUnavailable,
    SignedEvidence,
    TextProof,
)

LOCAL: Final = f"{__name__}:local_person"
REMOTE: Final = f"{__name__}:remote_person"
AWAY: Final[set[str]] = set()
"""Names of engines that do not answer."""


class StandIn:
    is_sandbox = False

    def __init__(self, level: AssuranceLevel) -> None:
        self.name, self.level = f"{level}-stand-in", level
        self._signer = EvidenceSigner(b"onecard stand-in", self.name.encode())

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return self._signer.keys()

    async def start(self, check: PersonCheck) -> Challenge:
        if self.name in AWAY:
            raise ProviderUnavailable
        return Challenge(("TURN_LEFT",), "a:b", timedelta(minutes=3))

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault:
        if reference != "a:b" or proof != TextProof("live-person"):
            return ProofFault.NOT_LIVE
        return self._signer.sign(self.name, self.level, check, now)


def local_person() -> StandIn:
    return StandIn(AssuranceLevel.LOCAL)


def remote_person() -> StandIn:
    return StandIn(AssuranceLevel.REMOTE)
