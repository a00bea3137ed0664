"""One remote engine over HTTP: the calls of docs/remote-verification.md, bounded and repeatable.

Each thing that we ask for has a key of its own (`Idempotency-Key`), made of what it is about: a
call that is repeated, by us or by the app that submits once more, is the same to the engine and is
charged once.
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
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from api.clock import utc_now
from api.outbound import AddressRefused, Answer, CallFailed, Outbound
from api.providers.circuit_breaker import CircuitBreaker
from api.providers.remote_keys import RemoteKeys
from api.providers.remote_results import judged, kid_of
from auth.verification import (
    AssuranceLevel,
    Challenge,
    PersonCheck,
    ProofFault,
    ProviderUnavailable,
    SignedEvidence,
)

TRIES: Final = 2
TRY_SECONDS: Final = 1.8
POLL_SECONDS: Final = 0.25
ASSERTION_LIFETIME: Final = timedelta(seconds=60)
MAX_REFERENCE_LENGTH: Final = 300
MAX_INSTRUCTIONS: Final = 10
MAX_LIFETIME: Final = timedelta(minutes=10)
_PENDING: Final = 202


@dataclass(frozen=True)
class EngineTerms:
    """What was agreed with whoever runs the engine; `url` has no slash at its end."""

    name: str
    url: str
    client_id: str
    kid: str
    key: Ed25519PrivateKey = field(repr=False)


class RemoteEngine:
    """Signs its results under its `name`; so it is the signer of its evidence."""

    level = AssuranceLevel.REMOTE

    def __init__(
        self,
        terms: EngineTerms,
        outbound: Outbound,
        seconds: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._terms, self._outbound, self._now = terms, outbound, now
        self._keys = RemoteKeys(outbound, f"{terms.url}/jwks.json", seconds)
        self._breaker = CircuitBreaker(seconds)

    @property
    def name(self) -> str:
        return self._terms.name

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return self._keys.known()

    async def start(self, check: PersonCheck) -> Challenge:
        """Raises ProviderUnavailable."""
        told, _ = await self._asked(
            "/checks",
            _key("start", check.nonce),
            {
                "nonce": check.nonce,
                "holder": check.subject,
                "flow": check.flow_id,
                "device": check.device,
                "purpose": check.purpose,
            },
        )
        reference, instructions = told.get("check"), told.get("instructions")
        seconds = told.get("lifetimeSeconds")
        if not _is_text(reference, MAX_REFERENCE_LENGTH) or not isinstance(instructions, list):
            raise ProviderUnavailable
        if len(instructions) > MAX_INSTRUCTIONS or not all(_is_text(i, 40) for i in instructions):
            raise ProviderUnavailable
        if type(seconds) is not int or not 0 < seconds <= MAX_LIFETIME.total_seconds():
            raise ProviderUnavailable
        return Challenge(tuple(instructions), str(reference), timedelta(seconds=seconds), self.name)

    async def submit(
        self, check: PersonCheck, reference: str, proof: str
    ) -> SignedEvidence | ProofFault:
        """Asks until the engine has decided; the caller's limit ends it. Raises
        ProviderUnavailable."""
        key = _key("proof", check.nonce, reference, proof)
        told, status = await self._asked("/proofs", key, {"check": reference, "proof": proof})
        while status == _PENDING:
            await asyncio.sleep(POLL_SECONDS)
            told, status = await self._asked("/results", key, {"check": reference})
        jws = told.get("result")
        if not isinstance(jws, str):
            raise ProviderUnavailable
        await self._keys.refresh_for(kid_of(jws) or "")
        return judged(jws, self, self._terms.client_id, reference, check)

    async def _asked(
        self, path: str, key: str, given: Mapping[str, str]
    ) -> tuple[Mapping[str, Any], int]:
        """The answer's object and its status, 200 or 202. Tried again with the same key when there
        was none, or the engine said that it was its fault."""
        if not self._breaker.admits():
            raise ProviderUnavailable
        body = json.dumps(given).encode()
        for _ in range(TRIES):
            try:
                async with asyncio.timeout(TRY_SECONDS):
                    answer = await self._outbound.post(
                        self._terms.url + path, self._headers(path, key), body
                    )
            except (TimeoutError, CallFailed):
                self._breaker.failed()
                continue
            except AddressRefused:
                raise ProviderUnavailable from None
            told = _read(answer)
            if told is not None:
                self._breaker.succeeded()
                return told, answer.status
            if 400 <= answer.status < 500:
                # It is well and refuses what was sent, which an app may have chosen: that must
                # not shut the engine to everybody.
                break
            self._breaker.failed()
            if answer.status < 500:
                break  # it would answer the same again
        raise ProviderUnavailable

    def _headers(self, path: str, key: str) -> Mapping[str, str]:
        terms, now = self._terms, self._now().astimezone(UTC)
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


def _key(*about: str) -> str:
    return hashlib.sha256("\x1f".join(about).encode()).hexdigest()[:40]


def _read(answer: Answer) -> Mapping[str, Any] | None:
    """None when it is no answer of the contract."""
    if answer.status not in (200, _PENDING):
        return None
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()
