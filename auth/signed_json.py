"""A JSON object signed with Ed25519 in JWS compact form (RFC 7515, RFC 8037).

Only what we sign ourselves is accepted: at most 4 kB, three canonical base64url segments, a header
of exactly `alg`, `kid` and `typ`, each once, and the one algorithm `EdDSA` for every key. What a
header could point to (`jwk`, `jku`, `x5u`) or switch on (`crit`, `b64`) is therefore refused, and
a public key can never be taken for an HMAC secret.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from auth.keys import Key, KeySet, Purpose, UnsoundKeySet, base64url
from auth.strict_json import json_object

ALGORITHM: Final = "EdDSA"
MAX_TOKEN_LENGTH: Final = 4096
_COMPACT_FORM: Final = re.compile(r"([A-Za-z0-9_-]{1,512})\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_HEADER_MEMBERS: Final = frozenset({"alg", "kid", "typ"})


class Refused(StrEnum):
    """Why a token was refused: stable codes, safe to log."""

    MALFORMED = "MALFORMED"
    WRONG_ALGORITHM = "WRONG_ALGORITHM"
    WRONG_TYPE = "WRONG_TYPE"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    BAD_CLAIMS = "BAD_CLAIMS"
    WRONG_ISSUER = "WRONG_ISSUER"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"


class TokenRefused(Exception):
    """The token does not count. Carries a code and nothing of the token."""

    def __init__(self, code: Refused) -> None:
        super().__init__(code.value)
        self.code = code


LETTERS_KID_PREFIX: Final = "L-"
_LETTERS_THUMBPRINT_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key ready for use; `x` is the public key as RFC 8037 writes it.

    `kid` is the thumbprint of RFC 7638. That of a key for letters is `L-` and its first 12
    characters (72 bits): it stands in a QR, and its prefix keeps a key that signs sessions from
    vouching for a letter.
    """

    kid: str
    x: str
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, key: Key) -> SigningKey:
        if key.purpose not in (Purpose.SIGNING, Purpose.LETTERS):
            raise UnsoundKeySet(f"a {key.purpose} key cannot sign")
        private = Ed25519PrivateKey.from_private_bytes(key.secret)
        x = base64url(private.public_key().public_bytes_raw())
        # RFC 7638: the required members in this order, nothing else.
        members = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
        kid = base64url(hashlib.sha256(members.encode()).digest())
        if key.purpose is Purpose.LETTERS:
            kid = LETTERS_KID_PREFIX + kid[:_LETTERS_THUMBPRINT_LENGTH]
        return cls(kid, x, private)


class SignedJson:
    """Signs with the current key of a purpose, verifies with every live one of it."""

    def __init__(
        self,
        key_set: KeySet,
        purpose: Purpose = Purpose.SIGNING,
        *,
        max_length: int = MAX_TOKEN_LENGTH,
    ) -> None:
        self._max_length = max_length
        self._current = SigningKey.of(key_set.current(purpose))
        keys = [SigningKey.of(key) for key in key_set.ring(purpose).keys]
        self._public_keys = {key.kid: key.private.public_key() for key in keys}
        # No other algorithm is registered, so none can be chosen by a header.
        self._jws = jwt.PyJWS(algorithms=[ALGORITHM])

    def sign(self, token_type: str, claims: Mapping[str, object]) -> str:
        """Deterministic: Ed25519 has no nonce, and members keep the order given.

        Raises ValueError if the token would be too long to be accepted again.
        """
        payload = json.dumps(claims, separators=(",", ":")).encode()
        headers = {"typ": token_type, "kid": self._current.kid}
        token = self._jws.encode(payload, self._current.private, ALGORITHM, headers)
        if len(token) > self._max_length:
            raise ValueError(f"a token holds at most {self._max_length} characters")
        return token

    def verify(self, token: str, token_type: str) -> dict[str, object]:
        """The claims of a token of this type with a good signature, or `TokenRefused`."""
        if len(token) > self._max_length:
            raise TokenRefused(Refused.MALFORMED)
        header = _header_of(token)
        if header is None:
            raise TokenRefused(Refused.MALFORMED)
        if header["alg"] != ALGORITHM:
            raise TokenRefused(Refused.WRONG_ALGORITHM)
        if _type_of(header) != token_type:
            raise TokenRefused(Refused.WRONG_TYPE)
        public_key = self._public_keys.get(header["kid"])
        if public_key is None:
            raise TokenRefused(Refused.UNKNOWN_KEY)
        return self._opened(token, public_key)

    def _opened(self, token: str, public_key: Ed25519PublicKey) -> dict[str, object]:
        payload: bytes = b""
        fault = Refused.MALFORMED
        try:
            payload = self._jws.decode(token, public_key, [ALGORITHM])
        except jwt.InvalidSignatureError:
            fault = Refused.BAD_SIGNATURE
        except jwt.InvalidTokenError:
            pass
        # Raised here and not above: there, the library's text would hang on as the context.
        claims = json_object(payload)
        if claims is None:
            raise TokenRefused(fault)
        return claims


def claimed_type(token: str) -> str | None:
    """What the header of a token says that it is, None where there is no such header. Nothing is
    verified: it only tells who is to verify."""
    header = _header_of(token) if len(token) <= MAX_TOKEN_LENGTH else None
    return None if header is None else _type_of(header)


def _type_of(header: Mapping[str, str]) -> str:
    """RFC 9068 section 4: a media type, so in any case and with or without its prefix."""
    return header["typ"].lower().removeprefix("application/")


def _header_of(token: str) -> dict[str, str] | None:
    compact = _COMPACT_FORM.fullmatch(token)
    if compact is None:
        return None
    try:
        data = base64.urlsafe_b64decode(compact[1] + "=" * (-len(compact[1]) % 4))
    except ValueError:
        return None
    members = json_object(data)
    if members is None or members.keys() != _HEADER_MEMBERS:
        return None
    header = {name: value for name, value in members.items() if isinstance(value, str)}
    return header if len(header) == len(members) else None
