"""Remembers access tokens whose signature was checked (0.17 ms each), until they expire.

Holds at most 10,000 entries, keyed by the token's SHA-256, never by the token. A remembered token
may have been revoked since: the caller checks its session on every request all the same. Retiring
a signing key takes a restart, which empties this memory. Not for use by several threads.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from auth.signed_json import MAX_TOKEN_LENGTH, Refused, TokenRefused
from auth.tokens import AccessClaims, TokenAuthority

MAX_VERIFIED_TOKENS: Final = 10_000


class VerifiedTokens:
    def __init__(self, authority: TokenAuthority, *, limit: int = MAX_VERIFIED_TOKENS) -> None:
        self._authority = authority
        self._limit = limit
        # Oldest first: all tokens live equally long, so this is nearly the order of expiry.
        self._claims: dict[bytes, AccessClaims] = {}

    def __len__(self) -> int:
        return len(self._claims)

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """As `TokenAuthority.verify_access`; `TokenRefused` tokens are never remembered."""
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise TokenRefused(Refused.MALFORMED)
        digest = hashlib.sha256(token.encode()).digest()
        known = self._claims.get(digest)
        if known is not None:
            if now >= known.expires_at:
                del self._claims[digest]
                raise TokenRefused(Refused.EXPIRED)
            return known
        claims = self._authority.verify_access(token, now)
        if len(self._claims) >= self._limit:
            del self._claims[next(iter(self._claims))]
        self._claims[digest] = claims
        return claims
