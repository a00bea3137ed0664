"""Tokens for tests: minted as the service does, or forged with the service's own key."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.keys import KeySet, Purpose, base64url, new_key_set
from auth.signed_json import Refused, SigningKey, TokenRefused
from auth.tokens import SubjectKind, TokenAuthority

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEYS = new_key_set(now=NOW)
ISSUER, AUDIENCE = "https://onecard.example", "https://onecard.example/graphql"


def authority(
    keys: KeySet = KEYS, issuer: str = ISSUER, audience: str = AUDIENCE
) -> TokenAuthority:
    return TokenAuthority(keys, issuer=issuer, audience=audience)


def access_token(by: TokenAuthority | None = None, **changed: Any) -> str:
    inputs: dict[str, Any] = {
        "subject": "hld_1",
        "kind": SubjectKind.HOLDER,
        "client_id": "onecard-app",
        "session_id": "ses_1",
        "scope": ("read", "write"),
        "acr": "urn:onecard:acr:real-person",
        "amr": ("face", "otp"),
        "authenticated_at": NOW - 60 * SECOND,
        "token_id": "jti_1",
        "issued_at": NOW,
    }
    return (by or authority()).mint_access(**inputs | changed)


def flow_token(**changed: Any) -> str:
    inputs: dict[str, Any] = {"flow_id": "flw_1", "acr": "r", "token_id": "j", "issued_at": NOW}
    return authority().mint_flow(**inputs | changed)


def part(token: str, place: int) -> dict[str, Any]:
    segment = token.split(".")[place]
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=="))
    return value


def forged(header: bytes | dict[str, Any], payload: bytes | dict[str, Any]) -> str:
    """Signed with our own current key: what a fault of ours, not a stranger, could make."""
    segments = [
        base64url(p if isinstance(p, bytes) else json.dumps(p).encode()) for p in (header, payload)
    ]
    signed = ".".join(segments)
    private = SigningKey.of(KEYS.current(Purpose.SIGNING)).private
    return f"{signed}.{base64url(private.sign(signed.encode()))}"


HEADER, CLAIMS = part(access_token(), 0), part(access_token(), 1)


def refusal_of(token: str, now: datetime = NOW) -> Refused:
    with pytest.raises(TokenRefused) as refused:
        authority().verify_access(token, now)
    assert refused.value.__context__ is None
    assert str(refused.value) == refused.value.code.value
    return refused.value.code
