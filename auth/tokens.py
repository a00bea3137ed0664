"""Access tokens (RFC 9068 `at+jwt`, 5 minutes) and flow tokens (`flow+jwt`, 10 minutes).

Both are JWTs signed with Ed25519 under the current signing key. Minting is a pure function of its
inputs, so the same session and instant give the same bytes in every process. Verification takes
the instant from its caller; PyJWT checks the signature alone (`auth/signed_json.py`), because it
reads the system clock for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from auth.keys import KeySet
from auth.signed_json import Refused, SignedJson, TokenRefused

ACCESS_TOKEN_LIFETIME: Final = timedelta(minutes=5)
FLOW_TOKEN_LIFETIME: Final = timedelta(minutes=10)
# Clocks of two of our own hosts differ by less. For `iat` and `nbf` alone: `exp` gets none.
CLOCK_LEEWAY: Final = timedelta(seconds=5)
ACCESS_TYPE: Final = "at+jwt"
FLOW_TYPE: Final = "flow+jwt"
_MAX_TEXT_LENGTH: Final = 256
_MAX_LIST_LENGTH: Final = 32
_MAX_SECONDS: Final = 253_402_300_799  # the last second that a datetime can hold


class SubjectKind(StrEnum):
    HOLDER = "holder"
    OFFICER = "officer"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says. Instants are whole seconds in UTC.

    In the token: sub, kind, client_id, sid, scope, acr, amr, auth_time, jti, iat, exp; where there
    is one, `act` with the client's own user (RFC 8693) and `cnf` with the thumbprint of the key
    that the token is bound to (RFC 9449).
    """

    subject: str
    kind: SubjectKind
    client_id: str
    session_id: str
    scope: tuple[str, ...]
    acr: str
    amr: tuple[str, ...]
    authenticated_at: datetime
    token_id: str
    issued_at: datetime
    expires_at: datetime
    sub_user: str | None = None
    key_thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class FlowClaims:
    """What a verified flow token says: it opens this login flow and names nobody."""

    flow_id: str
    acr: str
    token_id: str
    issued_at: datetime
    expires_at: datetime


class TokenAuthority:
    """Mints and verifies for one issuer and one audience."""

    def __init__(self, key_set: KeySet, *, issuer: str, audience: str) -> None:
        self._signed_json = SignedJson(key_set)
        self._issuer = issuer
        self._audience = audience

    def mint_access(
        self,
        *,
        subject: str,
        kind: SubjectKind,
        client_id: str,
        session_id: str,
        scope: tuple[str, ...],
        acr: str,
        amr: tuple[str, ...],
        authenticated_at: datetime,
        token_id: str,
        issued_at: datetime,
        ends_by: datetime | None = None,
        sub_user: str | None = None,
        key_thumbprint: str | None = None,
    ) -> str:
        """A token that ends ACCESS_TOKEN_LIFETIME after `issued_at` (its fraction is dropped), and
        no later than `ends_by`, the end of its session.

        Raises ValueError for claims that would not verify: a fault of the caller.
        """
        private_claims: dict[str, object] = {
            "sub": subject,
            "kind": kind.value,
            "client_id": client_id,
            "sid": session_id,
            "scope": " ".join(scope),
            "acr": acr,
            "amr": list(amr),
            "auth_time": _seconds(authenticated_at),
        }
        if sub_user is not None:
            private_claims["act"] = {"sub": sub_user}
        if key_thumbprint is not None:
            private_claims["cnf"] = {"jkt": key_thumbprint}
        claims = self._claims(private_claims, token_id, issued_at, ACCESS_TOKEN_LIFETIME)
        if ends_by is not None:
            claims["exp"] = min(_seconds(issued_at + ACCESS_TOKEN_LIFETIME), _seconds(ends_by))
        if not _carries(_access_claims, claims) or not all(w and " " not in w for w in scope):
            raise ValueError("an access token cannot carry these claims")
        return self._signed_json.sign(ACCESS_TYPE, claims)

    def verify_access(self, token: str, now: datetime) -> AccessClaims:
        """The claims, or `TokenRefused` with its code. Says nothing about revocation."""
        return _access_claims(self._verified(token, ACCESS_TYPE, ACCESS_TOKEN_LIFETIME, now))

    def mint_flow(self, *, flow_id: str, acr: str, token_id: str, issued_at: datetime) -> str:
        """A token that ends FLOW_TOKEN_LIFETIME after `issued_at` (its fraction is dropped)."""
        private_claims: dict[str, object] = {"flow": flow_id, "acr": acr}
        claims = self._claims(private_claims, token_id, issued_at, FLOW_TOKEN_LIFETIME)
        if not _carries(_flow_claims, claims):
            raise ValueError("a flow token cannot carry these claims")
        return self._signed_json.sign(FLOW_TYPE, claims)

    def verify_flow(self, token: str, now: datetime) -> FlowClaims:
        """The claims, or `TokenRefused` with its code."""
        return _flow_claims(self._verified(token, FLOW_TYPE, FLOW_TOKEN_LIFETIME, now))

    def _claims(
        self,
        private_claims: Mapping[str, object],
        token_id: str,
        issued_at: datetime,
        lifetime: timedelta,
    ) -> dict[str, object]:
        issued = _seconds(issued_at)
        return {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": issued,
            "exp": issued + int(lifetime.total_seconds()),
            "jti": token_id,
            **private_claims,
        }

    def _verified(
        self, token: str, token_type: str, lifetime: timedelta, now: datetime
    ) -> dict[str, object]:
        claims = self._signed_json.verify(token, token_type)
        if claims.get("iss") != self._issuer:
            raise TokenRefused(Refused.WRONG_ISSUER)
        if claims.get("aud") != self._audience:
            raise TokenRefused(Refused.WRONG_AUDIENCE)
        issued_at, expires_at = _instant(claims, "iat"), _instant(claims, "exp")
        if not timedelta(0) < expires_at - issued_at <= lifetime:
            raise TokenRefused(Refused.BAD_CLAIMS)
        if now >= expires_at:
            raise TokenRefused(Refused.EXPIRED)
        not_before = _instant(claims, "nbf") if "nbf" in claims else issued_at
        if max(issued_at, not_before) > now + CLOCK_LEEWAY:
            raise TokenRefused(Refused.NOT_YET_VALID)
        return claims


def _carries(read: Callable[[Mapping[str, object]], object], claims: Mapping[str, object]) -> bool:
    try:
        read(claims)
    except TokenRefused:
        return False
    return True


def _access_claims(claims: Mapping[str, object]) -> AccessClaims:
    read = AccessClaims(
        subject=_text(claims, "sub"),
        kind=_kind(claims),
        client_id=_text(claims, "client_id"),
        session_id=_text(claims, "sid"),
        scope=_scope(claims),
        acr=_text(claims, "acr"),
        amr=_texts(claims, "amr"),
        authenticated_at=_instant(claims, "auth_time"),
        token_id=_text(claims, "jti"),
        issued_at=_instant(claims, "iat"),
        expires_at=_instant(claims, "exp"),
        sub_user=_member(claims, "act", "sub"),
        key_thumbprint=_member(claims, "cnf", "jkt"),
    )
    if read.authenticated_at > read.issued_at:
        raise TokenRefused(Refused.BAD_CLAIMS)
    return read


def _flow_claims(claims: Mapping[str, object]) -> FlowClaims:
    return FlowClaims(
        flow_id=_text(claims, "flow"),
        acr=_text(claims, "acr"),
        token_id=_text(claims, "jti"),
        issued_at=_instant(claims, "iat"),
        expires_at=_instant(claims, "exp"),
    )


def _seconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("an instant in a token needs a zone")
    return int(instant.timestamp())


def _instant(claims: Mapping[str, object], name: str) -> datetime:
    value = claims.get(name)
    # `True` is an int in Python, and a NumericDate with a fraction is none of ours.
    if type(value) is not int or not 0 <= value <= _MAX_SECONDS:
        raise TokenRefused(Refused.BAD_CLAIMS)
    return datetime.fromtimestamp(value, UTC)


def _text(claims: Mapping[str, object], name: str) -> str:
    return _checked_text(claims.get(name))


def _member(claims: Mapping[str, object], name: str, member: str) -> str | None:
    """The only member of a claim that may be left out."""
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, dict) or value.keys() != {member}:
        raise TokenRefused(Refused.BAD_CLAIMS)
    return _checked_text(value[member])


def _texts(claims: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = claims.get(name)
    if not isinstance(value, list) or len(value) > _MAX_LIST_LENGTH:
        raise TokenRefused(Refused.BAD_CLAIMS)
    return tuple(_checked_text(item) for item in value)


def _checked_text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT_LENGTH:
        raise TokenRefused(Refused.BAD_CLAIMS)
    return value


def _kind(claims: Mapping[str, object]) -> SubjectKind:
    value = claims.get("kind")
    for kind in SubjectKind:
        if kind.value == value:
            return kind
    raise TokenRefused(Refused.BAD_CLAIMS)


def _scope(claims: Mapping[str, object]) -> tuple[str, ...]:
    """RFC 9068: words between single spaces. Nothing granted is the empty text."""
    value = claims.get("scope")
    if value == "":
        return ()
    if not isinstance(value, str):
        raise TokenRefused(Refused.BAD_CLAIMS)
    words = value.split(" ")
    if len(words) > _MAX_LIST_LENGTH:
        raise TokenRefused(Refused.BAD_CLAIMS)
    return tuple(_checked_text(word) for word in words)
