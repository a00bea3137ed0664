"""The seams to those who verify: a real person before the camera, a code by SMS.

The protocols are what a provider's adapter (in `api.providers`) must keep. Evidence of a real
person is signed by the provider and checked here, bound to the nonce, flow, device and purpose
that we chose; what a provider merely says counts for nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar, runtime_checkable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from auth.proof_levels import AssuranceLevel as AssuranceLevel

EVIDENCE_TYPE = "onecard-evidence+jwt"
MAX_PROOF_LENGTH = 8_192
MAX_EVIDENCE_LENGTH = 8_192
MAX_EVIDENCE_AGE = timedelta(minutes=2)
PROVIDER_LIFETIME = timedelta(seconds=5)
"""What one call may take: half of a request's time, so that the flow can still be written."""
FRAMES_LIFETIME = timedelta(seconds=7)
"""The same for a proof of frames, which are looked at one by one."""
MIN_FRAMES = 12
MAX_FRAMES = 40
MAX_FRAME_BYTES = 400_000
MAX_FRAME_MS = 60_000
"""What a proof of frames may be at all; a provider asks for what it asks."""

_T = TypeVar("_T")


class ProviderUnavailable(Exception):
    """The provider does not answer in time or answers nonsense. Carries no content."""


class ProviderBusy(ProviderUnavailable):
    """Too many are before it: come back after `retry_after`."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


async def within_limit(call: Awaitable[_T], limit: timedelta | None = None) -> _T:
    """What a provider answers within `limit` (`PROVIDER_LIFETIME`); later it is unavailable."""
    try:
        async with asyncio.timeout((limit or PROVIDER_LIFETIME).total_seconds()):
            return await call
    except TimeoutError:
        raise ProviderUnavailable from None


class ProofFault(StrEnum):
    """Why a proof was refused; the holder can act on each."""

    NOT_LIVE = "NOT_LIVE"
    NOT_THE_HOLDER = "NOT_THE_HOLDER"
    POOR_QUALITY = "POOR_QUALITY"


class ProofAdvice(StrEnum):
    """What the holder can do about a poor picture."""

    NO_FACE = "NO_FACE"
    TWO_FACES = "TWO_FACES"
    TOO_DARK = "TOO_DARK"
    TOO_BRIGHT = "TOO_BRIGHT"
    FACE_TOO_SMALL = "FACE_TOO_SMALL"
    FACE_CUT_OFF = "FACE_CUT_OFF"
    BLURRED = "BLURRED"
    COVERED = "COVERED"
    TURNED_AWAY = "TURNED_AWAY"


class ScoreBand(StrEnum):
    """How well a proof that was accepted did; nothing finer is told or kept."""

    CLEAR = "CLEAR"
    NEAR = "NEAR"
    """Not far from what would have been refused."""


@dataclass(frozen=True)
class PoorPicture:
    """The fault POOR_QUALITY with what to do about it."""

    advice: ProofAdvice


@dataclass(frozen=True)
class TextProof:
    """What an app got from the provider: 1 to `MAX_PROOF_LENGTH` characters."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class CameraFrame:
    """A picture at its milliseconds since the first one."""

    at_ms: int
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True)
class FrameProof:
    """What a camera saw, `MIN_FRAMES` to `MAX_FRAMES` frames in the order they came."""

    frames: tuple[CameraFrame, ...]

    def digest(self) -> str:
        """Another for other pictures or times."""
        hashed = hashlib.sha256()
        for frame in self.frames:
            hashed.update(f"{frame.at_ms}:{len(frame.jpeg)}:".encode())
            hashed.update(frame.jpeg)
        return hashed.hexdigest()


Proof = TextProof | FrameProof


@dataclass(frozen=True)
class PersonCheck:
    """What a challenge is bound to. `subject` is random for each flow and names nobody; the
    provider's portrait source resolves it. `purpose` is LOGIN or STEP_UP. `level` is the least that
    its proof must be worth, for whoever chooses among providers. `proofs_before`, which a start
    alone is told, is how many proofs the flow has spent: a provider that draws what is to be done
    draws the same until that number has changed."""

    flow_id: str
    nonce: str
    subject: str
    device: str
    purpose: str
    level: AssuranceLevel = AssuranceLevel.SANDBOX
    proofs_before: int = 0


@dataclass(frozen=True)
class Challenge:
    """`instructions` are codes of what to do before the camera; `reference` is the provider's.
    `provider` is which one of several took it, where one adapter stands for them."""

    instructions: Sequence[str]
    reference: str
    lifetime: timedelta
    provider: str | None = None


class EvidenceSigner(Protocol):
    """Whose signature evidence bears. A provider is one itself, unless it stands for several."""

    @property
    def name(self) -> str: ...

    @property
    def level(self) -> AssuranceLevel: ...

    def keys(self) -> Mapping[str, Ed25519PublicKey]: ...


@dataclass(frozen=True)
class SignedEvidence:
    """JWS compact form of type `onecard-evidence+jwt`. `signer` is who must have signed it, when
    that is not the provider under its own name."""

    jws: str
    signer: EvidenceSigner | None = None


@runtime_checkable
class RealPersonProvider(Protocol):
    """`start → challenge → submit proof → signed evidence`."""

    @property
    def name(self) -> str: ...

    @property
    def is_sandbox(self) -> bool: ...

    @property
    def level(self) -> AssuranceLevel: ...

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """The provider's public keys by `kid`."""
        ...

    async def start(self, check: PersonCheck) -> Challenge:
        """Raises `ProviderUnavailable`."""
        ...

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault | PoorPicture:
        """A kind of proof that it does not take is NOT_LIVE. Raises `ProviderUnavailable`."""
        ...


@runtime_checkable
class QueuedProvider(Protocol):
    """A provider that knows before a proof has come whether there is a place for it."""

    def expect(self, reference: str) -> None:
        """Raises `ProviderBusy`, as `submit` would now. Keeps no place."""
        ...


@runtime_checkable
class ResultReceiver(Protocol):
    """A provider whose engines call back with what they found."""

    async def flow_of(self, engine: str, jws: str) -> str | None:
        """Which flow the result says that it is about; None where that engine did not sign it."""
        ...

    def is_about(self, engine: str, jws: str, reference: str, check: PersonCheck) -> bool:
        """Whether it is a verdict, good or bad, on this very check."""
        ...


class SecondProofMethod(StrEnum):
    BANK_CARD = "bank_card"
    PHONE = "phone"


@dataclass(frozen=True)
class CodeSent:
    """`sandbox_code` is the code itself, from a sandbox only."""

    reference: str
    sandbox_code: str | None


@runtime_checkable
class SecondProofProvider(Protocol):
    """Sends a code to the phone behind a bank card or to a Chinese phone, and checks it."""

    @property
    def name(self) -> str: ...

    @property
    def is_sandbox(self) -> bool: ...

    async def send(self, flow_id: str, method: SecondProofMethod, number: str) -> CodeSent:
        """Raises `ProviderUnavailable`."""
        ...

    async def confirm(self, reference: str, code: str) -> bool:
        """Raises `ProviderUnavailable`."""
        ...
