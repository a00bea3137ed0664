"""The code with which a holder shows a card: a compact JWS (EdDSA, `typ` `card`) under the letters
keys, good for a minute.

Whoever reads it learns that we signed it and when it is over. Which card it is, and in which state,
stands in it sealed (AES-256-GCM, under a key derived from a refresh key, bound to the end), with a
new nonce each time: two codes of one card have nothing in common that those of others have not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.keys import (
    NONCE_BYTES,
    KeySet,
    Purpose,
    UnknownKeyVersion,
    base64url,
    framed,
    new_nonce,
)
from auth.signed_json import Refused, SignedJson, TokenRefused

CARD_CODE_TYPE: Final = "card"
CODE_LIFETIME: Final = timedelta(seconds=60)
MAX_CARD_CODE_LENGTH: Final = 400
_MEMBERS: Final = frozenset({"x", "v", "c"})
_CARD: Final = re.compile(r"crd_([0-9a-z]{26})")
_RANDOM_LENGTH: Final = 26
_RANDOM_BYTES: Final = 17
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_REVISION_BYTES: Final = 4
_MAX_SECONDS: Final = 253_402_300_799


@dataclass(frozen=True, slots=True)
class ShownCard:
    """What a code stands for: a card as it was when the code was made. `nonce` is the code's own,
    never another's."""

    card_id: str
    revision: int
    expires_at: datetime
    nonce: bytes

    def __repr__(self) -> str:
        return "ShownCard()"


@dataclass(frozen=True, slots=True)
class MintedCode:
    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "MintedCode()"


class CardCodes:
    """Mints and reads. Reading asks no clock: a code that is over is told apart by its reader."""

    def __init__(self, key_set: KeySet) -> None:
        self._key_set = key_set
        self._signed_json = SignedJson(key_set, Purpose.LETTERS)

    def mint(self, card_id: str, revision: int, now: datetime) -> MintedCode:
        """Raises ValueError for an id that is none of a card."""
        matched = _CARD.fullmatch(card_id)
        if matched is None:
            raise ValueError("a card code is made for a card")
        version = self._key_set.current(Purpose.REFRESH).version
        ends = int((now + CODE_LIFETIME).timestamp())
        content = _packed(matched[1]) + revision.to_bytes(_REVISION_BYTES, "big")
        nonce = new_nonce()
        sealed = nonce + self._cipher(version).encrypt(nonce, content, _bound_to(ends))
        token = self._signed_json.sign(
            CARD_CODE_TYPE, {"x": ends, "v": version, "c": base64url(sealed)}
        )
        return MintedCode(token, datetime.fromtimestamp(ends, UTC))

    def read(self, token: str) -> ShownCard:
        """What it stands for, or `TokenRefused`: not one of ours, or of a key that is retired."""
        if len(token) > MAX_CARD_CODE_LENGTH:
            raise TokenRefused(Refused.MALFORMED)
        members = self._signed_json.verify(token, CARD_CODE_TYPE)
        shown = self._opened(members) if members.keys() == _MEMBERS else None
        if shown is None:
            raise TokenRefused(Refused.BAD_CLAIMS)
        return shown

    def _opened(self, members: dict[str, object]) -> ShownCard | None:
        ends, version, text = _number(members["x"]), _number(members["v"]), members["c"]
        if ends is None or version is None or not isinstance(text, str):
            return None
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            content = self._cipher(version).decrypt(nonce, rest, _bound_to(ends))
        except (ValueError, InvalidTag, UnknownKeyVersion):
            return None
        card, revision = content[:-_REVISION_BYTES], content[-_REVISION_BYTES:]
        return ShownCard(
            card_id=f"crd_{_unpacked(card)}",
            revision=int.from_bytes(revision, "big"),
            expires_at=datetime.fromtimestamp(ends, UTC),
            nonce=nonce,
        )

    def _cipher(self, version: int) -> AESGCM:
        secret = self._key_set.version(Purpose.REFRESH, version).secret
        return AESGCM(hmac.digest(secret, framed("onecard", "card code key"), hashlib.sha256))


def _bound_to(ends: int) -> bytes:
    return framed("onecard", "card code", str(ends))


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _MAX_SECONDS else None


def _packed(random: str) -> bytes:
    """The random part of an id in 17 bytes and not 26: the QR code is a size smaller for it."""
    return int(random, len(_DIGITS)).to_bytes(_RANDOM_BYTES, "big")


def _unpacked(packed: bytes) -> str:
    number, random = int.from_bytes(packed, "big"), ""
    for _ in range(_RANDOM_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        random = _DIGITS[digit] + random
    return random
