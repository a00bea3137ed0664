"""Proofs that whoever sends a request holds the key that its token is bound to (DPoP, RFC 9449).

A proof is a JWT of type `dpop+jwt` that carries its own public key (`jwk`) and speaks of one
request: method (`htm`), address without query (`htu`), instant (`iat`, at most a minute old) and,
beside a token, the token's digest (`ath`). It is good once, by its `jti`, on all processes: one
atomic insert, after all else holds, so that a forgery uses up nothing.

Addresses are compared with our public one and never with what a Host header says: else a proof
made for somebody else's server would be good here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from auth.client_keys import ClientKey, UnsoundClientKey, algorithm_named, key_of_jwk
from auth.compact_jws import CLOCK_LEEWAY, decoded_compact, is_signed, is_token_id, numeric_date
from auth.keys import base64url
from auth.mongo import Database
from auth.used_once import UsedOnceStore

PROOF_LIFETIME: Final = timedelta(seconds=60)
_TYPE: Final = "dpop+jwt"
_HEADER_MEMBERS: Final = frozenset({"typ", "alg", "jwk", "kid"})
_PORTS: Final = {"https": 443, "http": 80}
_MAX_ADDRESS_LENGTH: Final = 2_048


class ProofFault(StrEnum):
    """Why a proof does not count: for the client, and for the audit trail."""

    MISSING = "MISSING"
    SEVERAL = "SEVERAL"
    MALFORMED = "MALFORMED"
    UNSOUND_KEY = "UNSOUND_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    BAD_CLAIMS = "BAD_CLAIMS"
    WRONG_METHOD = "WRONG_METHOD"
    WRONG_ADDRESS = "WRONG_ADDRESS"
    TOO_OLD = "TOO_OLD"
    NOT_YET_VALID = "NOT_YET_VALID"
    WRONG_TOKEN = "WRONG_TOKEN"  # noqa: S105 - no password
    WRONG_KEY = "WRONG_KEY"
    REPLAYED = "REPLAYED"


@dataclass(frozen=True, slots=True)
class Presented:
    """The proofs that came with a request, and the request as a proof must speak of it."""

    proofs: tuple[str, ...] = field(repr=False)
    method: str
    address: str


@dataclass(frozen=True, slots=True)
class BoundToken:
    """An access token and the thumbprint of the key that it is bound to."""

    text: str = field(repr=False)
    key_thumbprint: str


@dataclass(frozen=True, slots=True)
class ReadProof:
    """A proof as it reads, with the key that it carries; nothing of it is proved."""

    text: str = field(repr=False)
    key: ClientKey
    claims: Mapping[str, object] = field(repr=False)


class DpopProofs:
    def __init__(self, database: Database) -> None:
        self._used = UsedOnceStore(database)

    async def check(
        self, presented: Presented, now: datetime, token: BoundToken | None = None
    ) -> str | ProofFault:
        """The thumbprint of the key that the request proves, whose proof is used up with that; for
        a `token`, that is the token's."""
        proof = read_proof(presented.proofs)
        if isinstance(proof, ProofFault):
            return proof
        fault = fault_of(proof, presented, now, token)
        if fault is not None:
            return fault
        # `kid` is the thumbprint: `key_of_jwk` names the key so.
        thumbprint, until = proof.key.kid, now + PROOF_LIFETIME + CLOCK_LEEWAY
        if not await self._used.burn("dpop", thumbprint, str(proof.claims["jti"]), until):
            return ProofFault.REPLAYED
        return thumbprint


def read_proof(proofs: tuple[str, ...]) -> ReadProof | ProofFault:
    if not proofs:
        return ProofFault.MISSING
    if len(proofs) > 1:
        return ProofFault.SEVERAL
    [text] = proofs
    compact = decoded_compact(text)
    if compact is None:
        return ProofFault.MALFORMED
    header, claims = compact
    algorithm = algorithm_named(header.get("alg"))
    is_formed = header.keys() <= _HEADER_MEMBERS and header.get("typ") == _TYPE
    if not is_formed or algorithm is None:
        return ProofFault.MALFORMED
    try:
        key = key_of_jwk(header.get("jwk"), algorithm)
    except UnsoundClientKey:
        return ProofFault.UNSOUND_KEY
    return ReadProof(text, key, claims)


def fault_of(
    proof: ReadProof, presented: Presented, now: datetime, token: BoundToken | None
) -> ProofFault | None:
    """Why this is no proof for the request at `now`; None when it is, once."""
    if not is_signed(proof.text, proof.key):
        return ProofFault.BAD_SIGNATURE
    claims = proof.claims
    issued_at = numeric_date(claims, "iat")
    if issued_at is None or not is_token_id(claims.get("jti")):
        return ProofFault.BAD_CLAIMS
    if claims.get("htm") != presented.method:
        return ProofFault.WRONG_METHOD
    address = _address(claims.get("htu"))
    if address is None or address != _address(presented.address):
        return ProofFault.WRONG_ADDRESS
    if issued_at <= now - PROOF_LIFETIME:
        return ProofFault.TOO_OLD
    if issued_at > now + CLOCK_LEEWAY:
        return ProofFault.NOT_YET_VALID
    if token is None:
        return None
    if not _is_of(claims.get("ath"), token.text):
        return ProofFault.WRONG_TOKEN
    is_same = hmac.compare_digest(proof.key.kid, token.key_thumbprint)
    return None if is_same else ProofFault.WRONG_KEY


def _is_of(digest: object, token: str) -> bool:
    made = base64url(hashlib.sha256(token.encode()).digest())
    # What is not ASCII cannot be compared in constant time, nor be a digest.
    is_text = isinstance(digest, str) and digest.isascii()
    return is_text and hmac.compare_digest(str(digest), made)


def _address(text: object) -> tuple[str, str, int, str] | None:
    """Scheme, host, port and path (RFC 9449 section 4.3, 9: query and fragment do not count)."""
    if not isinstance(text, str) or len(text) > _MAX_ADDRESS_LENGTH:
        return None
    try:
        url = urlsplit(text)
        scheme, host, port = url.scheme.lower(), url.hostname, url.port
    except ValueError:
        return None
    if scheme not in _PORTS or not host or "@" in url.netloc:
        return None
    return scheme, host.lower(), _PORTS[scheme] if port is None else port, url.path or "/"
