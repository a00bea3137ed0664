"""An authority's system: it holds a key and signs what it sends."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from api.settings import DEFAULT_ISSUER
from auth.client_keys import ClientKey, KeyAlgorithm, keys_of_jwks, new_private_jwk
from auth.keys import base64url
from resolvers.feed_sources import SourceRegistered, register_source
from tests.record_lines import POLICE, SYSTEM, Importer
from tests.serving import Serving

NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class Source:
    private: dict[str, str]
    authority: str = POLICE
    source_id: str = ""

    @classmethod
    def new(cls, authority: str = POLICE) -> Source:
        return cls(new_private_jwk(KeyAlgorithm.EDDSA), authority)

    @property
    def jwk(self) -> dict[str, str]:
        return {name: value for name, value in self.private.items() if name != "d"}

    @property
    def kid(self) -> str:
        [key] = keys_of(self)
        return key.kid

    def header(self, now: datetime, **changes: Any) -> dict[str, Any]:
        header = {
            "kid": self.kid,
            "b64": False,
            "crit": ["b64"],
            "aud": f"{DEFAULT_ISSUER}/feeds/{self.authority}",
            "iat": int(now.timestamp()),
            "jti": secrets.token_urlsafe(12),
        }
        return header | changes

    def signature(self, body: bytes, now: datetime, **changes: Any) -> str:
        return self.signed(body, self.header(now, **changes))

    def signed(self, body: bytes, header: dict[str, Any]) -> str:
        """Under any header. A member that is None is left out."""
        key = OKPAlgorithm.from_jwk(json.dumps(self.private))
        assert isinstance(key, Ed25519PrivateKey)
        kept = {name: value for name, value in header.items() if value is not None}
        protected = base64url(json.dumps({"alg": "EdDSA"} | kept).encode())
        return f"{protected}..{base64url(key.sign(protected.encode() + b'.' + body))}"

    async def send(
        self,
        serving: Serving,
        body: bytes,
        *,
        signature: str | None = None,
        authority: str | None = None,
        media_type: str = NDJSON,
        **changes: Any,
    ) -> httpx.Response:
        signed = signature or self.signature(body, serving.clock(), **changes)
        headers = {"Content-Type": media_type, "Onecard-Signature": signed}
        path = f"/feeds/{authority or self.authority}"
        return await serving.http.post(path, content=body, headers=headers)


def keys_of(source: Source) -> tuple[ClientKey, ...]:
    return keys_of_jwks(json.dumps(source.jwk).encode())


async def registered(importer: Importer, authority: str = POLICE) -> Source:
    source = Source.new(authority)
    outcome = await register_source(importer.gateway, SYSTEM, authority, keys_of(source))
    assert isinstance(outcome, SourceRegistered)
    return Source(source.private, authority, outcome.source.source_id)
