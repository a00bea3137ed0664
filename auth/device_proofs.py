"""That a key is in the device that asks: a JWT which it signs over a nonce of ours.

The nonce is a token of our own (`typ` `device-key-nonce`), bound to the session that asked for it
and good for five minutes and one use. The proof has in its header `alg`, which the key decides,
`typ` `device-key-proof+jwt`, and at most a `kid` beside them; its claims are `aud` (our issuer),
`nonce`, `sid` (the session) and `iat`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from auth.client_keys import ClientKey, KeyAlgorithm, UnsoundClientKey, keys_of_jwks
from auth.compact_jws import CLOCK_LEEWAY, decoded_segment, is_signed, numeric_date
from auth.keys import KeySet
from auth.signed_json import SignedJson, TokenRefused

NONCE_TYPE: Final = "device-key-nonce"
PROOF_TYPE: Final = "device-key-proof+jwt"
NONCE_LIFETIME: Final = timedelta(minutes=5)
MAX_PROOF_LENGTH: Final = 2_048
DEVICE_ALGORITHMS: Final = frozenset({KeyAlgorithm.ES256, KeyAlgorithm.EDDSA})
_COMPACT_FORM: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]{86}")
_HEADER_MEMBERS: Final = frozenset({"alg", "typ", "kid"})


@dataclass(frozen=True, slots=True)
class Nonce:
    """One that a proof has used: burn its id."""

    nonce_id: str
    expires_at: datetime


def device_key_of_jwk(data: bytes) -> ClientKey | None:
    """The public key, P-256 or Ed25519; None for anything else."""
    try:
        [key] = keys_of_jwks(data)
    except (UnsoundClientKey, ValueError):
        return None
    return key if key.algorithm in DEVICE_ALGORITHMS else None


class DeviceProofs:
    """For one issuer, which is the audience of every proof."""

    def __init__(self, key_set: KeySet, issuer: str) -> None:
        self._signed_json = SignedJson(key_set)
        self.audience: Final = issuer

    def nonce(self, session_id: str, nonce_id: str, now: datetime) -> str:
        claims: dict[str, object] = {
            "sid": session_id,
            "jti": nonce_id,
            "exp": int((now + NONCE_LIFETIME).timestamp()),
        }
        return self._signed_json.sign(NONCE_TYPE, claims)

    def proved(self, proof: str, key: ClientKey, session_id: str, now: datetime) -> Nonce | None:
        """The nonce that the key has signed for this session; None for what proves nothing, and
        why is not told."""
        claims = _signed_claims(proof, key)
        if claims is None or claims.get("aud") != self.audience or claims.get("sid") != session_id:
            return None
        issued_at, nonce = numeric_date(claims, "iat"), claims.get("nonce")
        if issued_at is None or not isinstance(nonce, str):
            return None
        if not now - NONCE_LIFETIME - CLOCK_LEEWAY <= issued_at <= now + CLOCK_LEEWAY:
            return None
        return self._own_nonce(nonce, session_id, now)

    def _own_nonce(self, nonce: str, session_id: str, now: datetime) -> Nonce | None:
        try:
            claims = self._signed_json.verify(nonce, NONCE_TYPE)
        except TokenRefused:
            return None
        nonce_id, ends = claims.get("jti"), claims.get("exp")
        if claims.get("sid") != session_id or not isinstance(nonce_id, str):
            return None
        if not isinstance(ends, int) or now.timestamp() >= ends:
            return None
        return Nonce(nonce_id, datetime.fromtimestamp(ends, UTC))


def _signed_claims(proof: str, key: ClientKey) -> Mapping[str, object] | None:
    compact = _COMPACT_FORM.fullmatch(proof)
    if compact is None or len(proof) > MAX_PROOF_LENGTH:
        return None
    header, claims = (decoded_segment(part) for part in compact.groups())
    if header is None or not header.keys() <= _HEADER_MEMBERS:
        return None
    if header.get("alg") != key.algorithm or header.get("typ") != PROOF_TYPE:
        return None
    return claims if is_signed(proof, key) else None
