"""What a refresh token that is not the present one deserves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from auth.refresh_tokens import RefreshClaim
from auth.session_documents import Session

ROTATION_GRACE: Final = timedelta(seconds=20)
"""How long the previous token still gets its successor: for parallel tabs and lost answers."""
OPENING_GRACE: Final = timedelta(seconds=20)
"""How long all completions of one login flow are answered with generation 0."""


class RefreshRefusal(StrEnum):
    """Why a refresh token gets nothing; the holder has to log in again."""

    INVALID = "REFRESH_TOKEN_INVALID"
    REPLAYED = "REFRESH_TOKEN_REPLAYED"
    SESSION_ENDED = "SESSION_ENDED"
    SESSION_EXPIRED = "SESSION_EXPIRED"


@dataclass(frozen=True, slots=True)
class Rotated:
    """The generation that the bearer of the presented token now has, and since when: what
    `SessionTokens.pair` wants."""

    session: Session
    generation: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshRefused:
    """`session` is None where the token names none."""

    code: RefreshRefusal
    session: Session | None = None


def judge_token(
    session: Session, claim: RefreshClaim, now: datetime
) -> Rotated | RefreshRefused | None:
    """For a token that the rotating write did not match. None: the session must have changed in
    between, try again.

    A token of a generation or key version to come was not made by us for this session.
    """
    if claim.version != session.refresh_key_version or claim.generation > session.generation:
        return RefreshRefused(RefreshRefusal.INVALID, session)
    if session.ended_at is not None:
        return RefreshRefused(RefreshRefusal.SESSION_ENDED, session)
    if session.is_expired(now):
        return RefreshRefused(RefreshRefusal.SESSION_EXPIRED, session)
    if claim.generation == session.generation:
        return None
    is_previous = claim.generation == session.generation - 1
    if is_previous and now - session.rotated_at <= ROTATION_GRACE:
        return Rotated(session, session.generation, session.rotated_at)
    return RefreshRefused(RefreshRefusal.REPLAYED, session)


def may_answer_opening(session: Session, now: datetime) -> bool:
    """Whether one more completion of its login flow still gets generation 0, made at `created_at`.

    That holds although the generation may have been rotated since: its token is then the previous
    one. Afterwards the flow is FLOW_COMPLETED.
    """
    return session.ended_at is None and now - session.created_at <= OPENING_GRACE
