"""Reading a compact JWS (RFC 7515), and checking it by a registered key: what clients and sources
sign.

PyJWT checks the signature alone, as it would read the system's clock for claims.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt
from jwt.algorithms import OKPAlgorithm

from auth.client_keys import (
    ALGORITHM_NAMES,
    FULLY_SPECIFIED,
    ClientKey,
    KeyAlgorithm,
    algorithm_named,
)
from auth.strict_json import json_object

CLOCK_LEEWAY: Final = timedelta(seconds=5)
MAX_COMPACT_LENGTH: Final = 4_096
JTI_LENGTHS: Final = range(8, 129)
_MAX_SECONDS: Final = 253_402_300_799
_COMPACT_FORM: Final = re.compile(
    r"([A-Za-z0-9_-]{1,2048})\.([A-Za-z0-9_-]{1,3072})\.[A-Za-z0-9_-]{1,700}"
)

# No other algorithm is registered, so none can be chosen by a header.
_JWS: Final = jwt.PyJWS(algorithms=[str(algorithm) for algorithm in KeyAlgorithm])
_JWS.register_algorithm(FULLY_SPECIFIED, OKPAlgorithm())


def decoded_compact(text: str) -> tuple[dict[str, object], dict[str, object]] | None:
    """Header and claims of what may be a signed JWT; nothing of it is proved."""
    compact = _COMPACT_FORM.fullmatch(text)
    if compact is None or len(text) > MAX_COMPACT_LENGTH:
        return None
    header, claims = (decoded_segment(part) for part in compact.groups())
    return None if header is None or claims is None else (header, claims)


def decoded_segment(segment: str) -> dict[str, object] | None:
    """The JSON object in a segment; None for anything else."""
    try:
        data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        return None
    return json_object(data)


def is_signed(text: str, key: ClientKey, detached: bytes | None = None) -> bool:
    """Whether `key` signed it: what stands in it, or the `detached` payload as it is (RFC 7797)."""
    names = [name for name in ALGORITHM_NAMES if algorithm_named(name) is key.algorithm]
    try:
        _JWS.decode_complete(text, key.loaded(), names, detached_payload=detached)
    except jwt.InvalidTokenError:
        return False
    return True


def numeric_date(members: Mapping[str, object], name: str) -> datetime | None:
    """A NumericDate, which may have a fraction (RFC 7519 section 2)."""
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return datetime.fromtimestamp(value, UTC) if 0 <= value <= _MAX_SECONDS else None


def is_token_id(value: object) -> bool:
    """A `jti`: 8 to 128 printable characters."""
    return isinstance(value, str) and len(value) in JTI_LENGTHS and value.isprintable()
