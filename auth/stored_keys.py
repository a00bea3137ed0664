"""Registered public keys as documents hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auth.bson_schema import array, binary, document, one_of, text
from auth.client_keys import KID_PATTERN, MAX_KEYS, MAX_KID_LENGTH, ClientKey, KeyAlgorithm
from auth.mongo import Document

KEYS = array(
    document(
        {
            "kid": text(MAX_KID_LENGTH, KID_PATTERN),
            "algorithm": one_of(KeyAlgorithm),
            "public": binary(),
            "fingerprint": binary(),
        }
    ),
    maximum=MAX_KEYS,
)


def encode_keys(keys: Iterable[ClientKey]) -> list[Document]:
    return [
        {
            "kid": key.kid,
            "algorithm": str(key.algorithm),
            "public": key.public,
            "fingerprint": key.fingerprint,
        }
        for key in keys
    ]


def decode_keys(stored: Iterable[dict[str, Any]]) -> tuple[ClientKey, ...]:
    return tuple(
        ClientKey(key["kid"], KeyAlgorithm(key["algorithm"]), bytes(key["public"]))
        for key in stored
    )
