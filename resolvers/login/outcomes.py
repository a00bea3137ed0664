"""How the steps of a login can end. Values, not exceptions; the codes are stable, texts are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from auth.verification import ProofAdvice


class LoginRefusalCode(StrEnum):
    IDENTITY_NOT_CONFIRMED = "IDENTITY_NOT_CONFIRMED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    SECOND_PROOF_NOT_CONFIRMED = "SECOND_PROOF_NOT_CONFIRMED"
    CONSENT_VERSION_OUTDATED = "CONSENT_VERSION_OUTDATED"
    CHALLENGE_NOT_CURRENT = "CHALLENGE_NOT_CURRENT"
    NOT_LIVE = "NOT_LIVE"
    NOT_THE_HOLDER = "NOT_THE_HOLDER"
    POOR_QUALITY = "POOR_QUALITY"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    STEP_OUT_OF_ORDER = "STEP_OUT_OF_ORDER"
    FLOW_EXPIRED = "FLOW_EXPIRED"
    FLOW_LOCKED = "FLOW_LOCKED"
    FLOW_COMPLETED = "FLOW_COMPLETED"
    SESSION_ENDED = "SESSION_ENDED"


@dataclass(frozen=True)
class Refused:
    """`by_sandbox` when a provider refused that really verifies nobody; `advice` may stand beside
    POOR_QUALITY."""

    code: LoginRefusalCode
    retry_after: timedelta | None = None
    by_sandbox: bool = False
    advice: ProofAdvice | None = None


@dataclass(frozen=True)
class FlowToken:
    """A bearer token that opens one flow, and when it ends."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class NameProved:
    """`flow_token` is at the real-name level unless a second proof is still due."""

    flow_token: FlowToken
    second_proof_due: bool


@dataclass(frozen=True)
class CodeWasSent:
    """`sandbox_code` is the code itself and comes from a sandbox only."""

    sends_left: int
    sandbox_code: str | None


@dataclass(frozen=True)
class SecondProofConfirmed:
    flow_token: FlowToken


@dataclass(frozen=True)
class ConsentRecorded:
    version: str


@dataclass(frozen=True)
class CheckStarted:
    challenge_id: str
    instructions: tuple[str, ...]
    provider: str
    sandbox: bool
    expires_at: datetime


@dataclass(frozen=True)
class ProofAccepted:
    provider: str
    sandbox: bool


@dataclass(frozen=True)
class Tokens:
    """An access token (RFC 9068) and the refresh token of the same family."""

    session_id: str
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime


@dataclass(frozen=True)
class StepUpStarted:
    """The flow token opens the real-person step again; `consent_due` when the text has changed."""

    flow_token: FlowToken
    consent_due: bool


@dataclass(frozen=True)
class SteppedUp:
    """The same session with a fresh proof."""

    access_token: str
    access_token_expires_at: datetime
    authenticated_at: datetime
