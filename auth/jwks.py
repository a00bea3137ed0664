"""The public halves of the signing and letters keys, as a JSON Web Key Set (RFC 7517, RFC 8037)."""

from __future__ import annotations

from auth.keys import KeySet
from auth.signed_json import ALGORITHM, SigningKey


def jwks(key_set: KeySet) -> dict[str, list[dict[str, str]]]:
    """Every live key, newest first, those of letters last: staged and verify-only too, retired
    ones not."""
    live = (*key_set.signing.keys, *key_set.letters.keys)
    return {"keys": [_public(SigningKey.of(key)) for key in live]}


def _public(key: SigningKey) -> dict[str, str]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": key.x,
        "kid": key.kid,
        "use": "sig",
        "alg": ALGORITHM,
    }
