"""What is kept of each step of a grant: a compact JWS (EdDSA, `typ` `grant-record+jwt`) under the
letters keys, whose public halves stay in the JWKS for as long as something signed by them is on
record.

An entry names the digest of the entry before, so that none can be left out, moved or added in
between unnoticed. It holds ids, codes and instants, and no value of the holder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from auth.keys import KeySet, Purpose, base64url
from auth.signed_json import SignedJson

GRANT_RECORD_TYPE: Final = "grant-record+jwt"


class GrantRecords:
    """Signs and verifies entries."""

    def __init__(self, key_set: KeySet, *, issuer: str) -> None:
        self._signed_json = SignedJson(key_set, Purpose.LETTERS)
        self._issuer: Final = issuer
        self.key_version: Final = key_set.current(Purpose.LETTERS).version
        """Stored with the grant: its key is live for as long as a grant names it."""

    def sign(self, claims: Mapping[str, object], before: str | None) -> str:
        """`before` is the entry before, None for the first."""
        prev = None if before is None else record_digest(before)
        return self._signed_json.sign(
            GRANT_RECORD_TYPE, {"iss": self._issuer, **claims, "prev": prev}
        )

    def verify(self, jws: str) -> dict[str, object]:
        """The claims, or `TokenRefused`."""
        return self._signed_json.verify(jws, GRANT_RECORD_TYPE)


def record_digest(jws: str) -> str:
    """SHA-256 of the entry as it stands, in base64url without padding."""
    return base64url(hashlib.sha256(jws.encode("ascii")).digest())
