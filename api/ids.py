"""Random ids, prefixed by kind: `hld_` and 26 characters of Crockford's base 32 (130 bits)."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 26


def new_id(kind: str) -> str:
    """`kind` is the three-letter prefix that the collection's validator expects."""
    drawn = secrets.token_bytes(ID_LENGTH)
    return f"{kind}_" + "".join(ALPHABET[byte & 31] for byte in drawn)
