"""Several real-person providers in the order of the operator: the fallback order is policy.

A check goes to the first that takes it among those whose level is enough; its name then stands
before the reference, and the proof goes to it alone. Each has its share of the time that is left,
so that the last one has some too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from auth import verification
from auth.proof_levels import AssuranceLevel, strongest
from auth.verification import (
    Challenge,
    PersonCheck,
    PoorPicture,
    Proof,
    ProofFault,
    ProviderUnavailable,
    QueuedProvider,
    RealPersonProvider,
    ResultReceiver,
    SignedEvidence,
)

SPARE_SECONDS: Final = 0.2


class OrderedPersonProvider:
    """Each of `providers` has a name of its own."""

    name = "ordered"

    def __init__(self, providers: Sequence[RealPersonProvider]) -> None:
        self.providers = {provider.name: provider for provider in providers}

    @property
    def is_sandbox(self) -> bool:
        return any(provider.is_sandbox for provider in self.providers.values())

    @property
    def level(self) -> AssuranceLevel:
        """The best that can be had."""
        return strongest(provider.level for provider in self.providers.values())

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Nobody signs under this name: evidence names its own signer."""
        return {}

    async def start(self, check: PersonCheck) -> Challenge:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + verification.PROVIDER_LIFETIME.total_seconds() - SPARE_SECONDS
        enough = [one for one in self.providers.values() if one.level.rank >= check.level.rank]
        for left, provider in zip(range(len(enough), 0, -1), enough, strict=True):
            try:
                async with asyncio.timeout((ends_at - loop.time()) / left):
                    taken = await provider.start(check)
            except (ProviderUnavailable, TimeoutError):
                continue
            by = taken.provider or provider.name
            return replace(taken, reference=f"{provider.name}:{taken.reference}", provider=by)
        raise ProviderUnavailable

    def expect(self, reference: str) -> None:
        name, _, theirs = reference.partition(":")
        provider = self.providers.get(name)
        if provider is not None and isinstance(provider, QueuedProvider):
            provider.expect(theirs)

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault | PoorPicture:
        name, _, theirs = reference.partition(":")
        provider = self.providers.get(name)
        if provider is None:  # it was taken out of the settings meanwhile
            raise ProviderUnavailable
        answer = await provider.submit(check, theirs, proof, now)
        if isinstance(answer, SignedEvidence) and answer.signer is None:
            return replace(answer, signer=provider)
        return answer

    async def flow_of(self, engine: str, jws: str) -> str | None:
        for provider in self.providers.values():
            if isinstance(provider, ResultReceiver):
                flow_id = await provider.flow_of(engine, jws)
                if flow_id is not None:
                    return flow_id
        return None

    def is_about(self, engine: str, jws: str, reference: str, check: PersonCheck) -> bool:
        name, _, theirs = reference.partition(":")
        receivers = [one for one in self.providers.values() if isinstance(one, ResultReceiver)]
        return any(
            one.name == name and one.is_about(engine, jws, theirs, check) for one in receivers
        )
