"""How a demo employer's portal proves itself: the assertion that it would sign on its own machine.

A browser cannot be trusted with a key and is given none: on a development server the page asks for
an assertion and exchanges it for a token as any portal does. Demo keys are the same everywhere and
protect nothing (docs/employers.md).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

import jwt

from api.clock import utc_now
from api.demo.identities import demo_identities

_LIFETIME: Final = timedelta(seconds=60)


def demo_portals() -> list[dict[str, Any]]:
    """`label` and `clientId` of each."""
    return [{name: one[name] for name in ("label", "clientId")} for one in _employers()]


def demo_assertion(client_id: str, issuer: str) -> str | None:
    """A JWT (RFC 7523) that proves this demo client once, within a minute; None for another one."""
    for employer in _employers():
        if employer["clientId"] == client_id:
            now = utc_now()
            claims = {
                "iss": client_id,
                "sub": client_id,
                "aud": issuer,
                "iat": now,
                "exp": now + _LIFETIME,
                "jti": secrets.token_urlsafe(16),
            }
            key = jwt.PyJWK(employer["privateJwk"])
            headers = {"kid": employer["privateJwk"]["kid"]}
            return jwt.encode(claims, key, key.algorithm_name, headers=headers)
    return None


def _employers() -> list[dict[str, Any]]:
    employers: list[dict[str, Any]] = demo_identities()["employers"]
    return employers
