"""Who a client is, by `private_key_jwt`: a JWT that it signed for us (RFC 7523, RFC 7521).

Checked in this order: form → client → key and its one algorithm → signature → claims → one use. Up
to the signature every refusal is the same to the caller, so that nobody learns which clients exist.
The one use is one atomic insert: of any number of processes that see an assertion, one accepts it.

Claims: `iss` = `sub` = the client's id; `aud` our issuer or token endpoint, and nothing else beside
it (section 3); `exp`, which with `iat` may be at any distance and without it at most 5 minutes
ahead: an assertion is good for 5 minutes from `iat`, whatever its `exp` (common libraries write an
hour); `iat` and `nbf`, if given, not in the future; `jti` of 8 to 128 printable characters; `act`,
if given, `{"sub": …}` and nothing else (after RFC 8693 section 4.1): which of its own users the
client asks for, by a number that only it can resolve.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from auth.client_keys import algorithm_named
from auth.clients import Client, ClientStore
from auth.compact_jws import (
    CLOCK_LEEWAY,
    MAX_COMPACT_LENGTH,
    decoded_compact,
    is_signed,
    is_token_id,
    numeric_date,
)
from auth.mongo import Database
from auth.principal import SUB_USER
from auth.used_once import UsedOnceStore

MAX_ASSERTION_LENGTH: Final = MAX_COMPACT_LENGTH
MAX_LIFETIME: Final = timedelta(minutes=5)
_CLIENT_ID: Final = re.compile("cli_[0-9a-z]{26}")
_SUB_USER: Final = re.compile(SUB_USER)
_HEADER_MEMBERS: Final = frozenset({"alg", "kid", "typ"})
# RFC 7519 section 5.1, and the type that RFC 7523's successor asks for.
_TYPES: Final = frozenset({"jwt", "client-authentication+jwt"})


class AssertionFault(StrEnum):
    """Why: for the audit trail, and, from WRONG_AUDIENCE on, for the client itself."""

    MALFORMED = "MALFORMED"
    UNKNOWN_CLIENT = "UNKNOWN_CLIENT"
    CLIENT_REVOKED = "CLIENT_REVOKED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    KEY_RETIRED = "KEY_RETIRED"
    WRONG_ALGORITHM = "WRONG_ALGORITHM"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    BAD_CLAIMS = "BAD_CLAIMS"
    EXPIRED = "EXPIRED"
    LIVES_TOO_LONG = "LIVES_TOO_LONG"
    NOT_YET_VALID = "NOT_YET_VALID"
    REPLAYED = "REPLAYED"
    BAD_SUB_USER = "BAD_SUB_USER"


BEFORE_SIGNATURE: Final = frozenset(
    {
        AssertionFault.MALFORMED,
        AssertionFault.UNKNOWN_CLIENT,
        AssertionFault.CLIENT_REVOKED,
        AssertionFault.UNKNOWN_KEY,
        AssertionFault.KEY_RETIRED,
        AssertionFault.WRONG_ALGORITHM,
        AssertionFault.BAD_SIGNATURE,
    }
)
"""All the same to the caller."""


@dataclass(frozen=True, slots=True)
class AssertionRefused:
    """`client_id` is that of a client that exists, whoever speaks in its name."""

    fault: AssertionFault
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Authenticated:
    """An active client, and which of its own users it says it asks for."""

    client: Client
    sub_user: str | None


@dataclass(frozen=True, slots=True)
class ReadAssertion:
    """An assertion as it reads; nothing of it is proved."""

    text: str = field(repr=False)
    algorithm: str
    kid: str
    claims: Mapping[str, object] = field(repr=False)

    @property
    def client_id(self) -> str | None:
        """Who it speaks of: `iss` and `sub`, which must agree."""
        issuer, subject = self.claims.get("iss"), self.claims.get("sub")
        if not isinstance(issuer, str) or issuer != subject:
            return None
        return issuer if _CLIENT_ID.fullmatch(issuer) else None

    @property
    def sub_user(self) -> str | None:
        """None when there is none, or it is not said as it should be."""
        actor = self.claims.get("act")
        named = actor.get("sub") if isinstance(actor, dict) and len(actor) == 1 else None
        return named if isinstance(named, str) and _SUB_USER.fullmatch(named) else None


class ClientAssertions:
    """For one authorization server. `audiences`: its issuer, its token endpoint."""

    def __init__(
        self, database: Database, clients: ClientStore, *, audiences: frozenset[str]
    ) -> None:
        self._used = UsedOnceStore(database)
        self._clients = clients
        self._audiences = audiences

    async def authenticate(self, assertion: str, now: datetime) -> Authenticated | AssertionRefused:
        """The active client whose assertion this is, which is used up with that."""
        read = read_assertion(assertion)
        claimed = None if read is None else read.client_id
        if read is None or claimed is None:
            return AssertionRefused(AssertionFault.MALFORMED)
        client = await self._clients.find(claimed)
        if client is None:
            return AssertionRefused(AssertionFault.UNKNOWN_CLIENT)
        fault = fault_of(read, client, self._audiences, now)
        if fault is None and not await self._burn(client, read.claims):
            fault = AssertionFault.REPLAYED
        if fault is not None:
            return AssertionRefused(fault, client.client_id)
        return Authenticated(client, read.sub_user)

    async def _burn(self, client: Client, claims: Mapping[str, object]) -> bool:
        """Whether this is its first use."""
        expires_at = _end_of(claims)
        if expires_at is None:
            raise ValueError("an assertion without its end was taken for good")
        return await self._used.burn("assertion", client.client_id, str(claims["jti"]), expires_at)


def read_assertion(assertion: str) -> ReadAssertion | None:
    """None for what is no signed JWT with `alg`, `kid` and at most `typ` in its header."""
    compact = decoded_compact(assertion)
    if compact is None:
        return None
    header, claims = compact
    if not header.keys() <= _HEADER_MEMBERS:
        return None
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not (isinstance(algorithm, str) and isinstance(kid, str) and isinstance(kind, str)):
        return None
    if kind.lower().removeprefix("application/") not in _TYPES:
        return None
    return ReadAssertion(assertion, algorithm, kid, claims)


def fault_of(
    read: ReadAssertion, client: Client, audiences: frozenset[str], now: datetime
) -> AssertionFault | None:
    """Why this is no assertion of `client` for us at `now`; None when it is."""
    if not client.is_active:
        return AssertionFault.CLIENT_REVOKED
    key = client.key(read.kid)
    if key is None:
        was_its = any(one.key.kid == read.kid for one in client.retired_keys)
        return AssertionFault.KEY_RETIRED if was_its else AssertionFault.UNKNOWN_KEY
    if algorithm_named(read.algorithm) is not key.algorithm:
        return AssertionFault.WRONG_ALGORITHM
    if not is_signed(read.text, key):
        return AssertionFault.BAD_SIGNATURE
    if "act" in read.claims and read.sub_user is None:
        return AssertionFault.BAD_SUB_USER
    return _fault_of_claims(read.claims, audiences, now)


def _fault_of_claims(
    claims: Mapping[str, object], audiences: frozenset[str], now: datetime
) -> AssertionFault | None:
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        [audience] = audience
    if not isinstance(audience, str) or audience not in audiences:
        return AssertionFault.WRONG_AUDIENCE
    token_id, expires_at = claims.get("jti"), _end_of(claims)
    if expires_at is None or not is_token_id(token_id):
        return AssertionFault.BAD_CLAIMS
    begins = [numeric_date(claims, name) for name in ("iat", "nbf") if name in claims]
    if None in begins:
        return AssertionFault.BAD_CLAIMS
    if now >= expires_at:
        return AssertionFault.EXPIRED
    if expires_at > now + MAX_LIFETIME + CLOCK_LEEWAY:
        return AssertionFault.LIVES_TOO_LONG
    if any(begin is not None and begin > now + CLOCK_LEEWAY for begin in begins):
        return AssertionFault.NOT_YET_VALID
    return None


def _end_of(claims: Mapping[str, object]) -> datetime | None:
    """When it counts no more; None without a readable `exp`."""
    expires_at, issued_at = numeric_date(claims, "exp"), numeric_date(claims, "iat")
    if expires_at is None or issued_at is None:
        return expires_at
    # In this order, as no instant lies behind the last one that can be written.
    lasts = min(expires_at - issued_at, MAX_LIFETIME)
    return issued_at + lasts
