"""Refresh tokens: derived, so that a session stores only generation, key version, hash and time.

`ort_<family>.<generation>.<key version>.<HMAC>`: the HMAC-SHA-256 under the refresh key covers
family and generation, each led by its length. The same family and generation give the same token,
which is how a client that lost an answer gets the same successor again. At most 128 characters.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

from auth.keys import MAX_VERSION, KeySet, Purpose, UnknownKeyVersion, base64url, framed

MAX_REFRESH_TOKEN_LENGTH: Final = 128
MAX_GENERATION: Final = 2**31 - 1
_FAMILY: Final = re.compile(r"[A-Za-z0-9_-]{1,48}")
# Numbers without leading zeros: one text per token, so one hash.
_FORM: Final = re.compile(
    r"ort_([A-Za-z0-9_-]{1,48})\.(0|[1-9][0-9]{0,9})\.([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{43})"
)


@dataclass(frozen=True, slots=True)
class RefreshClaim:
    """What a refresh token of ours names. Whether the family lives, its session says."""

    family_id: str
    generation: int
    version: int


def refresh_token(key_set: KeySet, family_id: str, generation: int, version: int) -> str:
    """The token of that generation, under the refresh key of that version.

    Use the version stored with the family; a new family gets the current one.
    Raises `UnknownKeyVersion` when it was retired, ValueError for a family id or generation that
    cannot stand in a token.
    """
    if _FAMILY.fullmatch(family_id) is None or not 0 <= generation <= MAX_GENERATION:
        raise ValueError("a refresh token cannot carry this family or generation")
    proof = _proof(key_set, family_id, generation, version)
    return f"ort_{family_id}.{generation}.{version}.{proof}"


def parse_refresh(key_set: KeySet, token: str) -> RefreshClaim | None:
    """What the token names, or None for anything we did not make or whose key was retired."""
    if len(token) > MAX_REFRESH_TOKEN_LENGTH:
        return None
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    family_id, generation, version, proof = form[1], int(form[2]), int(form[3]), form[4]
    if generation > MAX_GENERATION or version > MAX_VERSION:
        return None
    try:
        expected = _proof(key_set, family_id, generation, version)
    except UnknownKeyVersion:
        return None
    if not hmac.compare_digest(proof, expected):
        return None
    return RefreshClaim(family_id, generation, version)


def refresh_hash(token: str) -> bytes:
    """SHA-256, 32 bytes: what is stored. No salt is needed, the token holds 256 secret bits."""
    return hashlib.sha256(token.encode()).digest()


def _proof(key_set: KeySet, family_id: str, generation: int, version: int) -> str:
    secret = key_set.version(Purpose.REFRESH, version).secret
    message = framed("onecard", "refresh token", family_id, str(generation))
    return base64url(hmac.digest(secret, message, hashlib.sha256))
