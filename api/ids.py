"""Random ids, prefixed by kind: `hld_` and 26 characters of Crockford's base 32 (130 bits).

Drawn from the system a few dozen at a time: asking it lets other threads of the process go first,
and under load each request waited a tenth of a millisecond for its own id.
"""

from __future__ import annotations

import os
import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 26
DRAWN_AT_ONCE = 64
_TABLE = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
# Taken from the end, which no two threads can do with the same one.
_drawn: list[str] = []
# A child would give the same ids as its parent.
os.register_at_fork(after_in_child=_drawn.clear)


def new_id(kind: str) -> str:
    """`kind` is the three-letter prefix that the collection's validator expects."""
    while True:
        try:
            return f"{kind}_{_drawn.pop()}"
        except IndexError:
            _draw()


def _draw() -> None:
    text = secrets.token_bytes(ID_LENGTH * DRAWN_AT_ONCE).translate(_TABLE).decode()
    starts = range(0, len(text), ID_LENGTH)
    _drawn.extend(text[start : start + ID_LENGTH] for start in starts)
