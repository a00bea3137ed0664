"""The pair of tokens that a session's generation is worth.

A pure function of what is stored: every process gives the same bytes for the same generation, so
parallel refreshers, and clients that lost an answer, all end up with one pair.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auth.keys import KeySet, base64url, framed
from auth.principal import Assurance
from auth.refresh_tokens import refresh_token
from auth.session_documents import Session
from auth.tokens import ACCESS_TOKEN_LIFETIME, SubjectKind, TokenAuthority


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str = field(repr=False)
    access_lifetime: timedelta
    refresh_token: str = field(repr=False)


class SessionTokens:
    """`scope` is what every holder's access token grants."""

    def __init__(
        self, key_set: KeySet, authority: TokenAuthority, *, scope: tuple[str, ...] = ()
    ) -> None:
        self._key_set = key_set
        self._authority = authority
        self._scope = scope

    def pair(self, session: Session, generation: int, issued_at: datetime) -> TokenPair:
        """What opening (generation 0, `created_at`) or a rotation (`rotated_at`) answers."""
        return TokenPair(
            access_token=self.access(session, generation, issued_at),
            access_lifetime=ACCESS_TOKEN_LIFETIME,
            refresh_token=refresh_token(
                self._key_set, session.session_id, generation, session.refresh_key_version
            ),
        )

    def access(self, session: Session, generation: int, issued_at: datetime) -> str:
        """An access token alone, as a step-up answers it (issued at the new proof's instant)."""
        return self._authority.mint_access(
            subject=session.holder_id,
            kind=SubjectKind.HOLDER,
            client_id=session.client_id,
            session_id=session.session_id,
            scope=self._scope,
            # Nor does it claim the level of a proof that came later.
            acr=session.acr if session.authenticated_at <= issued_at else Assurance.REAL_PERSON.acr,
            amr=session.amr,
            # A step-up since then renewed the proof; a token cannot be older than its proof, and
            # this never claims a fresher one than there is.
            authenticated_at=min(session.authenticated_at, issued_at),
            token_id=access_token_id(session.session_id, generation, issued_at),
            issued_at=issued_at,
        )


def access_token_id(session_id: str, generation: int, issued_at: datetime) -> str:
    """`jti`: 22 characters, the same for the same generation and millisecond."""
    milliseconds = int(issued_at.timestamp() * 1000)
    parts = framed("onecard", "access token id", session_id, str(generation), str(milliseconds))
    return base64url(hashlib.sha256(parts).digest()[:16])
