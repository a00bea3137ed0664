"""Real-person verification by remote engines, in the order that the operator gives.

The first engine that takes a check keeps it: its name stands before the reference, and the proof
goes to it alone. The order is policy: docs/remote-verification.md.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from api.failure import Refusal
from api.outbound import Outbound
from api.providers.remote_engine import EngineTerms, RemoteEngine
from auth.verification import (
    PROVIDER_LIFETIME,
    AssuranceLevel,
    Challenge,
    PersonCheck,
    Proof,
    ProofFault,
    ProviderUnavailable,
    SignedEvidence,
    TextProof,
)

MAX_ENGINES: Final = 4
VARIABLE: Final = "ONECARD_PERSON_ENGINES_FILE"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SPARE_SECONDS: Final = 0.3
_FIELDS: Final = frozenset({"name", "url", "client_id", "kid", "key_file"})


class RemotePersonProvider:
    """A `RealPersonProvider` that stands for several."""

    name = "remote"
    is_sandbox = False
    level = AssuranceLevel.REMOTE

    def __init__(self, engines: Sequence[RemoteEngine], outbound: Outbound) -> None:
        self._engines = {engine.name: engine for engine in engines}
        self._outbound = outbound

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Nobody signs under this name: evidence names its own signer."""
        return {}

    async def start(self, check: PersonCheck) -> Challenge:
        """Each engine has its share of what time is left, so that the last one has some too."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + PROVIDER_LIFETIME.total_seconds() - _SPARE_SECONDS
        left = len(self._engines)
        for engine in self._engines.values():
            try:
                async with asyncio.timeout((ends_at - loop.time()) / left):
                    taken = await engine.start(check)
            except (ProviderUnavailable, TimeoutError):
                left -= 1
                continue
            return replace(taken, reference=f"{engine.name}:{taken.reference}")
        raise ProviderUnavailable

    async def submit(
        self,
        check: PersonCheck,
        reference: str,
        proof: Proof,
        now: datetime,  # noqa: ARG002 - the protocol's; results are judged after they came
    ) -> SignedEvidence | ProofFault:
        if not isinstance(proof, TextProof):
            return ProofFault.NOT_LIVE
        name, _, theirs = reference.partition(":")
        engine = self._engines.get(name)
        if engine is None:  # it was taken out of the file meanwhile
            raise ProviderUnavailable
        return await engine.submit(check, theirs, proof.text)

    async def close(self) -> None:
        await self._outbound.close()


def remote_person(engines_file: Path | None, outbound: Outbound) -> RemotePersonProvider:
    """By what the file says, or a `Refusal`. Nothing is connected to."""
    if engines_file is None:
        raise Refusal(f"{VARIABLE} is missing: see docs/remote-verification.md")
    try:
        listed = tomllib.loads(engines_file.read_text(encoding="utf-8")).get("engine")
    except (OSError, ValueError):
        raise Refusal(f"{VARIABLE} names no readable TOML file") from None
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_ENGINES:
        raise Refusal(f"{VARIABLE} must have 1 to {MAX_ENGINES} tables [[engine]]")
    terms = [_terms(one, engines_file.parent, outbound) for one in listed]
    if len({one.name for one in terms}) < len(terms):
        raise Refusal(f"{VARIABLE} has two engines of one name")
    return RemotePersonProvider([RemoteEngine(one, outbound) for one in terms], outbound)


def _terms(one: Any, directory: Path, outbound: Outbound) -> EngineTerms:
    texts = isinstance(one, dict) and all(
        isinstance(value, str) and value for value in one.values()
    )
    if not texts or set(one) != _FIELDS:
        raise Refusal(f"{VARIABLE}: an engine has {', '.join(sorted(_FIELDS))}, each a text")
    if not _NAME.fullmatch(one["name"]):
        raise Refusal(f"{VARIABLE}: a name is up to 40 of a to z, digits and -")
    url = one["url"].rstrip("/")
    if not outbound.accepts(url) or "?" in url:
        raise Refusal(f"{VARIABLE}: a url must be an https address without query or user")
    try:
        key = load_pem_private_key((directory / one["key_file"]).read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refusal(f"{VARIABLE}: a key_file must be an Ed25519 key in PEM without a password")
    return EngineTerms(one["name"], url, one["client_id"], one["kid"], key)
