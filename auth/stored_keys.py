"""Registered public keys as documents hold them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.bson_schema import INSTANT, array, binary, document, one_of, optional, text
from auth.client_keys import KID_PATTERN, MAX_KEYS, MAX_KID_LENGTH, ClientKey, KeyAlgorithm
from auth.mongo import Document

MAX_KEYS_EVER: Final = 200
"""Of one signer, retired ones included: they stay, so that a key has one owner for ever."""

_KEY: Final = {
    "kid": text(MAX_KID_LENGTH, KID_PATTERN),
    "algorithm": one_of(KeyAlgorithm),
    "public": binary(),
    "fingerprint": binary(),
}
KEYS = array(document(_KEY), maximum=MAX_KEYS)
RETIRABLE_KEYS = array(document(_KEY | {"retired_at": optional(INSTANT)}), maximum=MAX_KEYS_EVER)


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """It signs nothing any more."""

    key: ClientKey
    retired_at: datetime


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


def encode_retirable_keys(
    keys: Iterable[ClientKey], retired: Iterable[RetiredKey]
) -> list[Document]:
    live = [key | {"retired_at": None} for key in encode_keys(keys)]
    return live + [encode_keys([one.key])[0] | {"retired_at": one.retired_at} for one in retired]


def decode_retired_keys(stored: Iterable[dict[str, Any]]) -> tuple[RetiredKey, ...]:
    retired = [key for key in stored if key["retired_at"] is not None]
    pairs = zip(decode_keys(retired), retired, strict=True)
    return tuple(RetiredKey(key, as_stored["retired_at"]) for key, as_stored in pairs)
