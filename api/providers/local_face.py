"""The real-person provider on this machine: `api.face` looks, this adapter says what it means.

It keeps nothing. What was asked and since when stands in the challenge's reference, under a code
that only this deployment makes, bound to nonce, flow, device and purpose:

    local.<actions, a digit each>.<milliseconds since 1970>.<code>
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.face.coming_back import ComingBack
from api.face.judging import SAME_PERSON, Fault, Shot, Verdict
from api.face.liveness import FaceAction, draw_actions
from api.face.pool import FaceBusy, FacePool, FaceUnavailable
from api.providers.evidence import EvidenceSigner
from auth.keys import framed
from auth.verification import (
    AssuranceLevel,
    Challenge,
    FrameProof,
    PersonCheck,
    PoorPicture,
    Proof,
    ProofAdvice,
    ProofFault,
    ProviderBusy,
    ProviderUnavailable,
    ScoreBand,
    SignedEvidence,
)

LIFETIME: Final = timedelta(minutes=2)
_ACTIONS: Final = tuple(FaceAction)
_FAULTS: Final[Mapping[Fault, ProofFault]] = {
    Fault.NOT_LIVE: ProofFault.NOT_LIVE,
    Fault.NOT_THE_HOLDER: ProofFault.NOT_THE_HOLDER,
    Fault.POOR_QUALITY: ProofFault.POOR_QUALITY,
}


class Portraits(Protocol):
    """By the subject of a check."""

    async def has_portrait(self, subject: str) -> bool: ...

    async def portrait_of(self, subject: str) -> bytes | None: ...


class NoPortraits:
    """Nobody has one."""

    async def has_portrait(self, subject: str) -> bool:  # noqa: ARG002
        return False

    async def portrait_of(self, subject: str) -> bytes | None:  # noqa: ARG002
        return None


class LocalFaceProvider:
    name = "local-face"
    level = AssuranceLevel.LOCAL
    is_sandbox = False

    def __init__(
        self, secret: bytes, portraits: Portraits, pool: FacePool, now: Callable[[], datetime]
    ) -> None:
        """All processes of one deployment give the same `secret`."""
        self._signer = EvidenceSigner(b"onecard local face", secret)
        self._code_key = hashlib.sha256(b"onecard local face reference" + secret).digest()
        self._portraits = portraits
        self._pool = pool
        self._coming_back = ComingBack(pool.place_every)
        self._now = now

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return self._signer.keys()

    async def close(self) -> None:
        await self._pool.close()

    async def start(self, check: PersonCheck) -> Challenge:
        """Unavailable too when there is nothing to compare with: told as if the engine were away,
        and only to who has proved the real name."""
        if not await self._portraits.has_portrait(check.subject):
            raise ProviderUnavailable
        self._pool.warm()
        asked = draw_actions(self._seed(check))
        return Challenge([str(one) for one in asked], self._reference(check, asked), LIFETIME)

    def expect(self, reference: str) -> None:
        if self._pool.is_full:
            raise self._busy(reference)

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault | PoorPicture:
        asked, since = self._asked(check, reference)
        if not asked or not isinstance(proof, FrameProof):
            return ProofFault.NOT_LIVE
        # Whoever films longer than since he was asked began before he could know what.
        if proof.frames[-1].at_ms > _milliseconds(now) - since:
            return ProofFault.NOT_LIVE
        portrait = await self._portraits.portrait_of(check.subject)
        if portrait is None:
            raise ProviderUnavailable
        verdict = await self._verdict(portrait, reference, proof, asked)
        if verdict.fault is None:
            return self._signer.sign(self.name, self.level, check, now, _band(verdict))
        if verdict.fault is Fault.BAD_PORTRAIT:
            raise ProviderUnavailable
        if verdict.quality is not None:
            return PoorPicture(ProofAdvice(verdict.quality.value))
        return _FAULTS[verdict.fault]

    async def _verdict(
        self, portrait: bytes, reference: str, proof: FrameProof, asked: Sequence[FaceAction]
    ) -> Verdict:
        shots = [Shot(frame.at_ms, frame.jpeg) for frame in proof.frames]
        try:
            return await self._pool.judge(portrait, shots, asked)
        except FaceBusy:
            raise self._busy(reference) from None
        except FaceUnavailable:
            raise ProviderUnavailable from None

    def _busy(self, reference: str) -> ProviderBusy:
        return ProviderBusy(self._coming_back.wait_of(reference, self._now()))

    def _seed(self, check: PersonCheck) -> bytes:
        """Only a proof that was tried brings other actions: whoever has a film that fits few
        sequences cannot ask until one of them comes."""
        told = framed("local face actions", check.flow_id, str(check.proofs_before))
        return hmac.new(self._code_key, told, hashlib.sha256).digest()

    def _reference(self, check: PersonCheck, asked: Sequence[FaceAction]) -> str:
        actions = "".join(str(_ACTIONS.index(one)) for one in asked)
        since = str(_milliseconds(self._now()))
        return ".".join(("local", actions, since, self._code(check, actions, since)))

    def _asked(self, check: PersonCheck, reference: str) -> tuple[Sequence[FaceAction], int]:
        """What this check asked and when; nothing when the reference is not its own."""
        parts = reference.split(".")
        if len(parts) != 4 or parts[0] != "local":
            return (), 0
        _, actions, since, code = parts
        if not hmac.compare_digest(code, self._code(check, actions, since)):
            return (), 0
        return [_ACTIONS[int(one)] for one in actions], int(since)

    def _code(self, check: PersonCheck, actions: str, since: str) -> str:
        bound = (check.nonce, check.flow_id, check.subject, check.device, check.purpose)
        told = framed("local face", *bound, actions, since)
        return hmac.new(self._code_key, told, hashlib.sha256).hexdigest()


def _band(verdict: Verdict) -> ScoreBand:
    """NEAR in the last tenth below the threshold."""
    is_near = verdict.band is None or verdict.band >= int(SAME_PERSON * 10) - 1
    return ScoreBand.NEAR if is_near else ScoreBand.CLEAR


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)
