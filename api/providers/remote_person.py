"""Real-person verification by remote engines, in the order that the operator gives.

The first engine that takes a check keeps it: its name stands before the reference, and the proof
goes to it alone. The order is policy: docs/remote-verification.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.outbound import Outbound
from api.providers.remote_calls import RemoteCaller
from api.providers.remote_engine import Arrived, RemoteEngine, nothing_arrives
from api.providers.remote_files import listed_in
from auth.proof_levels import AssuranceLevel
from auth.verification import (
    PROVIDER_LIFETIME,
    Challenge,
    PersonCheck,
    PoorPicture,
    Proof,
    ProofFault,
    ProviderUnavailable,
    SignedEvidence,
)

MAX_ENGINES: Final = 4
VARIABLE: Final = "ONECARD_PERSON_ENGINES_FILE"
_SPARE_SECONDS: Final = 0.3


class RemotePersonProvider:
    """A `RealPersonProvider` that stands for several."""

    name = "remote"
    is_sandbox = False
    level = AssuranceLevel.REMOTE

    def __init__(self, engines: Sequence[RemoteEngine], outbound: Outbound) -> None:
        self._engines = {engine.name: engine for engine in engines}
        self._outbound = outbound

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Nobody signs under this name: evidence names its own signer."""
        return {}

    async def start(self, check: PersonCheck) -> Challenge:
        """Each engine has its share of what time is left, so that the last one has some too."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + PROVIDER_LIFETIME.total_seconds() - _SPARE_SECONDS
        left = len(self._engines)
        for engine in self._engines.values():
            try:
                async with asyncio.timeout((ends_at - loop.time()) / left):
                    taken = await engine.start(check)
            except (ProviderUnavailable, TimeoutError):
                left -= 1
                continue
            return replace(taken, reference=f"{engine.name}:{taken.reference}")
        raise ProviderUnavailable

    async def submit(
        self,
        check: PersonCheck,
        reference: str,
        proof: Proof,
        now: datetime,  # noqa: ARG002 - the protocol's; results are judged after they came
    ) -> SignedEvidence | ProofFault | PoorPicture:
        name, _, theirs = reference.partition(":")
        engine = self._engines.get(name)
        if engine is None:  # it was taken out of the file meanwhile
            raise ProviderUnavailable
        return await engine.submit(check, theirs, proof)

    async def flow_of(self, engine: str, jws: str) -> str | None:
        known = self._engines.get(engine)
        return None if known is None else await known.flow_of(jws)

    def is_about(self, engine: str, jws: str, reference: str, check: PersonCheck) -> bool:
        name, _, theirs = reference.partition(":")
        return name == engine and self._engines[name].is_about(jws, theirs, check)

    async def close(self) -> None:
        await self._outbound.close()


def remote_person(
    engines_file: Path | None, outbound: Outbound, arrived: Arrived = nothing_arrives
) -> RemotePersonProvider:
    """By what the file says, or a `Refusal`. Nothing is connected to."""
    found = listed_in(VARIABLE, engines_file, "engine", outbound, MAX_ENGINES)
    engines = [
        RemoteEngine(
            RemoteCaller(one.terms, outbound), takes_frames=one.takes_frames, arrived=arrived
        )
        for one in found
    ]
    return RemotePersonProvider(engines, outbound)
