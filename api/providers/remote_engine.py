"""One remote engine over HTTP: the calls of docs/remote-verification.md about one check.

A result comes by asking, or the engine calls back with it (`/verify/callback/{engine}`): whichever
is first. Either is the same JWS and is judged the same.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.providers.remote_calls import PENDING, TRY_SECONDS, RemoteCaller, idempotency_key
from api.providers.remote_results import NO_EVIDENCE, judged, kid_of, signed_claims
from auth.proof_levels import AssuranceLevel
from auth.verification import (
    EVIDENCE_TYPE,
    Challenge,
    FrameProof,
    PersonCheck,
    PoorPicture,
    Proof,
    ProofFault,
    ProviderUnavailable,
    SignedEvidence,
    TextProof,
)

FRAMES_TRY_SECONDS: Final = 3.2
POLL_SECONDS: Final = 0.25
MAX_REFERENCE_LENGTH: Final = 300
MAX_INSTRUCTIONS: Final = 10
MAX_LIFETIME: Final = timedelta(minutes=10)

Arrived = Callable[[str], Awaitable[str | None]]
"""The result that an engine called back with for the current challenge of a flow."""


async def nothing_arrives(_flow_id: str) -> str | None:
    return None


class RemoteEngine:
    """Signs its results under its `name`; so it is the signer of its evidence."""

    is_sandbox = False
    level = AssuranceLevel.REMOTE

    def __init__(
        self,
        caller: RemoteCaller,
        *,
        takes_frames: bool = False,
        arrived: Arrived = nothing_arrives,
    ) -> None:
        self._caller, self._takes_frames, self._arrived = caller, takes_frames, arrived

    @property
    def name(self) -> str:
        return self._caller.terms.name

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return self._caller.keys.known()

    async def start(self, check: PersonCheck) -> Challenge:
        """Raises ProviderUnavailable."""
        given = {
            "nonce": check.nonce,
            "holder": check.subject,
            "flow": check.flow_id,
            "device": check.device,
            "purpose": check.purpose,
        }
        told = (await self._asked("/checks", idempotency_key("start", check.nonce), given))[0]
        reference, instructions = told.get("check"), told.get("instructions")
        seconds = told.get("lifetimeSeconds")
        if not _is_text(reference, MAX_REFERENCE_LENGTH) or not isinstance(instructions, list):
            raise ProviderUnavailable
        if len(instructions) > MAX_INSTRUCTIONS or not all(_is_text(i, 40) for i in instructions):
            raise ProviderUnavailable
        if type(seconds) is not int or not 0 < seconds <= MAX_LIFETIME.total_seconds():
            raise ProviderUnavailable
        return Challenge(tuple(instructions), str(reference), timedelta(seconds=seconds), self.name)

    async def submit(
        self,
        check: PersonCheck,
        reference: str,
        proof: Proof,
        now: datetime,  # noqa: ARG002 - the protocol's; results are judged after they came
    ) -> SignedEvidence | ProofFault | PoorPicture:
        """Waits until the engine has decided; the caller's limit ends it. Raises
        ProviderUnavailable."""
        if isinstance(proof, FrameProof) and not self._takes_frames:
            return ProofFault.NOT_LIVE
        jws = await self._arrived(check.flow_id)
        if jws is None:
            jws = await self._decided(check, reference, proof)
        await self._caller.keys.refresh_for(kid_of(jws, EVIDENCE_TYPE) or "")
        return self.judged(jws, reference, check)

    async def _decided(self, check: PersonCheck, reference: str, proof: Proof) -> str:
        """The result by asking or by a call back, whichever is first."""
        # Frames are megabytes.
        key, given, seconds = await asyncio.to_thread(_sent, check, reference, proof)
        told, status = await self._asked("/proofs", key, given, seconds)
        while status == PENDING:
            await asyncio.sleep(POLL_SECONDS)
            jws = await self._arrived(check.flow_id)
            if jws is not None:
                return jws
            told, status = await self._asked("/results", key, {"check": reference})
        jws = told.get("result")
        if not isinstance(jws, str):
            raise ProviderUnavailable
        return jws

    def judged(
        self, jws: str, reference: str, check: PersonCheck
    ) -> SignedEvidence | ProofFault | PoorPicture:
        return judged(jws, self, self._caller.terms.client_id, reference, check)

    async def flow_of(self, engine: str, jws: str) -> str | None:
        """Which flow a result says that it is about, if this is the engine and it signed it."""
        if engine != self.name:
            return None
        await self._caller.keys.refresh_for(kid_of(jws, EVIDENCE_TYPE) or "")
        claims = signed_claims(jws, self.keys(), EVIDENCE_TYPE) or {}
        flow_id = claims.get("flow")
        return flow_id if isinstance(flow_id, str) else None

    def is_about(self, engine: str, jws: str, reference: str, check: PersonCheck) -> bool:
        return engine == self.name and self.judged(jws, reference, check) is not NO_EVIDENCE

    async def close(self) -> None:
        await self._caller.close()

    async def _asked(
        self, path: str, key: str, given: Mapping[str, Any], seconds: float = TRY_SECONDS
    ) -> tuple[Mapping[str, Any], int]:
        told = await self._caller.asked(path, key, given, seconds)
        if told.is_refusal:
            raise ProviderUnavailable
        return told.of, told.status


def _sent(check: PersonCheck, reference: str, proof: Proof) -> tuple[str, Mapping[str, Any], float]:
    """Key, body and how long a try of it may take."""
    match proof:
        case TextProof(text):
            key = idempotency_key("proof", check.nonce, reference, text)
            return key, {"check": reference, "proof": text}, TRY_SECONDS
        case FrameProof(frames):
            key = idempotency_key("frames", check.nonce, reference, proof.digest())
            told = [
                {"at": frame.at_ms, "jpeg": base64.b64encode(frame.jpeg).decode()}
                for frame in frames
            ]
            return key, {"check": reference, "frames": told}, FRAMES_TRY_SECONDS


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()
