"""A provider that takes frames and answers as a test says; and what an app sends to it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.providers.evidence import EvidenceSigner
from auth.verification import (
    AssuranceLevel,
    CameraFrame,
    Challenge,
    FrameProof,
    PersonCheck,
    PoorPicture,
    Proof,
    ProofFault,
    ProviderBusy,
    SignedEvidence,
)
from tests.app_client import AppClient

NAMED = "tests.frame_provider:provider"
FRAMES = tuple((place * 200, b"\xff\xd8 picture %d" % place) for place in range(12))


class FrameProvider:
    """Accepts what comes unless `answers` hold something else, first come first given, or its queue
    is full."""

    name = "frames-of-tests"
    level = AssuranceLevel.LOCAL
    is_sandbox = False

    def __init__(self) -> None:
        self._signer = EvidenceSigner(b"tests", b"secret")
        self.answers: list[ProofFault | PoorPicture | Exception] = []
        self.seen: list[FrameProof] = []
        self.gate: asyncio.Event | None = None
        self.comes_back: timedelta | None = None
        self.expected: list[str] = []

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return self._signer.keys()

    async def start(self, check: PersonCheck) -> Challenge:
        return Challenge(("TURN_LEFT",), "tests", timedelta(minutes=3))

    def expect(self, reference: str) -> None:
        self.expected.append(reference)
        if self.comes_back is not None:
            raise ProviderBusy(self.comes_back)

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault | PoorPicture:
        if not isinstance(proof, FrameProof):
            return ProofFault.NOT_LIVE
        self.seen.append(proof)
        if self.gate is not None:
            await self.gate.wait()
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return self._signer.sign(self.name, self.level, check, now)


PROVIDER = FrameProvider()


def provider() -> FrameProvider:
    """The factory that the settings name: a fresh one stands in `PROVIDER` for each gateway."""
    PROVIDER.__init__()  # type: ignore[misc]
    return PROVIDER


def body_of(frames: Sequence[tuple[int, bytes]]) -> dict[str, Any]:
    return {
        "frames": [{"at": at, "jpeg": base64.b64encode(picture).decode()} for at, picture in frames]
    }


async def post_frames(
    client: AppClient,
    challenge_id: str,
    frames: Sequence[tuple[int, bytes]] = FRAMES,
    headers: Mapping[str, str] | None = None,
    **given: Any,
) -> httpx.Response:
    """`given` goes to httpx in place of the frames, such as `content`."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    if client.token is not None:
        sent.setdefault("Authorization", f"Bearer {client.token}")
    address = f"/verify/frames/{challenge_id}"
    return await client.http.post(address, headers=sent, **(given or {"json": body_of(frames)}))


def proof_of(frames: Sequence[tuple[int, bytes]] = FRAMES) -> FrameProof:
    return FrameProof(tuple(CameraFrame(at, picture) for at, picture in frames))
