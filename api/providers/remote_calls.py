"""Calls to a service elsewhere by our contracts over HTTP: signed, bounded, repeatable.

One place for whoever verifies a person and whoever vouches for a name
(docs/remote-verification.md). Each thing that we ask for has a key of its own (`Idempotency-Key`),
made of what it is about: a call that is repeated, by us or by the app that sends once more, is the
same to the service and is charged once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.clock import utc_now
from api.outbound import AddressRefused, Answer, CallFailed, Outbound
from api.providers.circuit_breaker import CircuitBreaker
from api.providers.remote_keys import RemoteKeys
from auth.verification import ProviderUnavailable

TRIES: Final = 2
TRY_SECONDS: Final = 1.8
ASSERTION_LIFETIME: Final = timedelta(seconds=60)
PENDING: Final = 202


@dataclass(frozen=True)
class RemoteTerms:
    """What was agreed with whoever runs the service; `url` has no slash at its end."""

    name: str
    url: str
    client_id: str
    kid: str
    key: Ed25519PrivateKey = field(repr=False)


@dataclass(frozen=True)
class Told:
    """The object of an answer, and its status. `is_refusal` when the service is well and refuses
    what was sent; then there is no object."""

    status: int
    of: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_refusal(self) -> bool:
        return 400 <= self.status < 500


class RemoteCaller:
    def __init__(
        self,
        terms: RemoteTerms,
        outbound: Outbound,
        seconds: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.terms, self._outbound, self.now = terms, outbound, now
        self.keys = RemoteKeys(outbound, f"{terms.url}/jwks.json", seconds)
        self._breaker = CircuitBreaker(seconds)

    async def asked(
        self, path: str, key: str, given: Mapping[str, Any], try_seconds: float = TRY_SECONDS
    ) -> Told:
        """Status 200, 202 or a refusal. Tried again with the same key when there was no answer, or
        the service said that it was its fault. Raises ProviderUnavailable."""
        if not self._breaker.admits():
            raise ProviderUnavailable
        body = json.dumps(given).encode()
        for _ in range(TRIES):
            try:
                async with asyncio.timeout(try_seconds):
                    answer = await self._outbound.post(
                        self.terms.url + path, self._headers(path, key), body
                    )
            except (TimeoutError, CallFailed):
                self._breaker.failed()
                continue
            except AddressRefused:
                raise ProviderUnavailable from None
            told = _read(answer)
            if told is not None:
                self._breaker.succeeded()
                return told
            self._breaker.failed()
            if answer.status < 500:
                break  # it would answer the same again
        raise ProviderUnavailable

    async def close(self) -> None:
        await self._outbound.close()

    def _headers(self, path: str, key: str) -> Mapping[str, str]:
        terms, now = self.terms, self.now().astimezone(UTC)
        claims = {
            "iss": terms.client_id,
            "sub": terms.client_id,
            "aud": terms.url + path,
            "jti": secrets.token_urlsafe(16),
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFETIME).timestamp()),
        }
        assertion = jwt.encode(claims, terms.key, "EdDSA", {"kid": terms.kid})
        return {
            "Authorization": f"Bearer {assertion}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }


def idempotency_key(*about: str) -> str:
    return hashlib.sha256("\x1f".join(about).encode()).hexdigest()[:40]


def _read(answer: Answer) -> Told | None:
    """None when it is no answer of the contract."""
    if 400 <= answer.status < 500:
        # It refuses what was sent, which an app may have chosen: that must not shut the service
        # to everybody.
        return Told(answer.status)
    if answer.status not in (200, PENDING):
        return None
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return Told(answer.status, told) if isinstance(told, dict) else None
