"""DPoP proofs by PyJWT and `cryptography`, as a portal in another language would make them."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from api.settings import DEFAULT_ISSUER

ALGORITHM = "ES256"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Holding:
    """Whoever holds a P-256 key and proves it."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key, repr=False)
    address: str = DEFAULT_ISSUER

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.key.public_key().public_numbers()
        x, y = (encoded(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    @property
    def thumbprint(self) -> str:
        members = json.dumps(dict(sorted(self.jwk.items())), separators=(",", ":"))
        return encoded(hashlib.sha256(members.encode()).digest())

    def claims(
        self, now: datetime, method: str, path: str, token: str | None = None, **changes: Any
    ) -> dict[str, Any]:
        """Of a good proof; a change to None leaves the claim out."""
        made = {
            "htm": method,
            "htu": f"{self.address}{path}",
            "iat": int(now.timestamp()),
            "jti": secrets.token_urlsafe(16),
            "ath": None if token is None else encoded(hashlib.sha256(token.encode()).digest()),
        } | changes
        return {name: value for name, value in made.items() if value is not None}

    def proof(
        self,
        now: datetime,
        method: str,
        path: str,
        token: str | None = None,
        *,
        header: dict[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """`header` changes that of a good proof, `changes` its claims."""
        headers = {"typ": "dpop+jwt", "jwk": self.jwk} | (header or {})
        claims = self.claims(now, method, path, token, **changes)
        return jwt.encode(claims, self.key, ALGORITHM, headers)

    def headers(
        self, now: datetime, method: str, path: str, token: str, **changes: Any
    ) -> dict[str, str]:
        """Of a request with a bound token."""
        proof = self.proof(now, method, path, token, **changes)
        return {"Authorization": f"DPoP {token}", "DPoP": proof}
