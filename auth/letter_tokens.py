"""What a letter's QR carries: a compact JWS (EdDSA, `typ` `letter`) under the letters keys.

It names nobody: the kind of letter, its random id, the day of issue, and the digest of what is
printed together with a code that is not in here (`resolvers.letters.printed`). Members have one
letter each, and the kind two, because every character makes the QR's modules smaller; with an
address of 37 characters before it the whole is at most 350 (a QR of version 14 with correction M).

Minting is a pure function of its inputs. A token never expires: a letter is genuine or not, and
what it is worth today is another question.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from auth.keys import KeySet, Purpose, base64url
from auth.signed_json import Refused, SignedJson, TokenRefused

LETTER_TYPE: Final = "letter"
MAX_LETTER_TOKEN_LENGTH: Final = 400
DIGEST_BYTES: Final = 32
_MEMBERS: Final = frozenset({"k", "i", "d", "h"})
_KIND: Final = re.compile(r"[A-Z]{2}")
_ID: Final = re.compile(r"[a-z]{3}_[0-9a-z]{26}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class LetterClaims:
    """`kind` is its two letters; what they mean is told by the floor above."""

    kind: str
    letter_id: str
    issued_on: date
    digest: bytes


class LetterTokens:
    """Mints and verifies."""

    def __init__(self, key_set: KeySet) -> None:
        self._signed_json = SignedJson(key_set, Purpose.LETTERS)
        self.key_version: Final = key_set.current(Purpose.LETTERS).version
        """Stored with the letter: its key is live for as long as a letter names it."""

    def mint(self, claims: LetterClaims) -> str:
        """Raises ValueError for claims that would not verify: a fault of the caller."""
        members: dict[str, object] = {
            "k": claims.kind,
            "i": claims.letter_id,
            "d": claims.issued_on.isoformat(),
            "h": base64url(claims.digest),
        }
        if _claims_of(members) != claims:
            raise ValueError("a letter's token cannot carry these claims")
        return self._signed_json.sign(LETTER_TYPE, members)

    def verify(self, token: str) -> LetterClaims:
        """The claims, or `TokenRefused` with its code. Says nothing about whether the letter is on
        record, or what it is worth."""
        if len(token) > MAX_LETTER_TOKEN_LENGTH:
            raise TokenRefused(Refused.MALFORMED)
        claims = _claims_of(self._signed_json.verify(token, LETTER_TYPE))
        if claims is None:
            raise TokenRefused(Refused.BAD_CLAIMS)
        return claims


def _claims_of(members: dict[str, object]) -> LetterClaims | None:
    texts = {name: value for name, value in members.items() if isinstance(value, str)}
    if texts.keys() != _MEMBERS or members.keys() != _MEMBERS:
        return None
    if not _KIND.fullmatch(texts["k"]) or not _ID.fullmatch(texts["i"]):
        return None
    issued_on, digest = _day(texts["d"]), _digest(texts["h"])
    if issued_on is None or digest is None:
        return None
    return LetterClaims(texts["k"], texts["i"], issued_on, digest)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _digest(text: str) -> bytes | None:
    try:
        digest = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return digest if len(digest) == DIGEST_BYTES and base64url(digest) == text else None
