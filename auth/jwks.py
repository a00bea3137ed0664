"""The public half of the signing keys, as a JSON Web Key Set (RFC 7517, RFC 8037)."""

from __future__ import annotations

from auth.keys import KeySet
from auth.signed_json import ALGORITHM, SigningKey


def jwks(key_set: KeySet) -> dict[str, list[dict[str, str]]]:
    """Every live signing key, newest first: staged and verify-only too, retired ones not."""
    return {"keys": [_public(SigningKey.of(key)) for key in key_set.signing.keys]}


def _public(key: SigningKey) -> dict[str, str]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": key.x,
        "kid": key.kid,
        "use": "sig",
        "alg": ALGORITHM,
    }
