"""The keys that a remote engine signs with, from its JWKS (RFC 7517, RFC 8037).

A key that is not known is looked for once more, but not more often than every
`REFETCH_SECONDS`: who sends us unknown `kid`s must not make us call. While the engine is away, what
it last published is kept, for a day.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.outbound import AddressRefused, CallFailed, Outbound

MAX_KEYS: Final = 16
MAX_KID_LENGTH: Final = 64
REFETCH_SECONDS: Final = 30.0
FRESH_SECONDS: Final = 600.0
KEPT_SECONDS: Final = 86_400.0


class RemoteKeys:
    """`seconds` is a clock that only goes forward."""

    def __init__(self, outbound: Outbound, url: str, seconds: Callable[[], float]) -> None:
        self._outbound, self._url, self._seconds = outbound, url, seconds
        self._keys: Mapping[str, Ed25519PublicKey] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._turn = asyncio.Lock()

    def known(self) -> Mapping[str, Ed25519PublicKey]:
        """From memory. A key withdrawn while we could not ask is good for a day at most."""
        return self._keys if self._age() < KEPT_SECONDS else {}

    async def refresh_for(self, kid: str) -> None:
        """Asks the engine when `kid` is unknown or what is known is old; failing is no error."""
        async with self._turn:  # who comes while it is asked waits for what is found
            await self._refresh_for(kid)

    async def _refresh_for(self, kid: str) -> None:
        if kid in self.known() and self._age() < FRESH_SECONDS:
            return
        now = self._seconds()
        if self._asked_at is not None and now - self._asked_at < REFETCH_SECONDS:
            return
        self._asked_at = now
        try:
            answer = await self._outbound.get(self._url)
        except (AddressRefused, CallFailed):
            return
        found = _read(answer.body) if answer.status == 200 else None
        if found:
            self._keys, self._fetched_at = found, self._seconds()

    def _age(self) -> float:
        return KEPT_SECONDS if self._fetched_at is None else self._seconds() - self._fetched_at


def _read(body: bytes) -> Mapping[str, Ed25519PublicKey] | None:
    """The Ed25519 keys of the set; others are none of ours. None when it is no key set."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    listed = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        return None
    keys: dict[str, Ed25519PublicKey] = {}
    for one in listed:
        key = _key(one) if isinstance(one, dict) else None
        if key is not None:
            keys[one["kid"]] = key
    return keys


def _key(jwk: Mapping[str, Any]) -> Ed25519PublicKey | None:
    kid, x = jwk.get("kid"), jwk.get("x")
    if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519") or jwk.get("use", "sig") != "sig":
        return None
    if not isinstance(kid, str) or not isinstance(x, str) or not 0 < len(kid) <= MAX_KID_LENGTH:
        return None
    try:
        return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
    except (ValueError, binascii.Error):
        return None
