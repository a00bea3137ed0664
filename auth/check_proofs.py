"""What a verifier keeps of a check: a compact JWS (EdDSA, `typ` `onecard-check+jwt`).

Signed under the letters keys, which are kept for years and vouch for no session: a proof is kept
for as long as an employment and longer, and needs nothing but `jwks.json` to be verified. Signing
is deterministic, so a proof that is asked for again is the same text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auth.keys import KeySet, Purpose
from auth.signed_json import SignedJson

CHECK_PROOF_TYPE: Final = "onecard-check+jwt"
MAX_PROOF_LENGTH: Final = 524_288
"""A hundred permits of employers with the longest names take 350 kB."""


class CheckProofs:
    """Signs. Nobody shows us a proof, so nothing here verifies one."""

    def __init__(self, key_set: KeySet, issuer: str) -> None:
        self._signed_json = SignedJson(key_set, Purpose.LETTERS, max_length=MAX_PROOF_LENGTH)
        self.key_version: Final = key_set.current(Purpose.LETTERS).version
        self.issuer: Final = issuer

    def sign(self, claims: Mapping[str, object]) -> str:
        return self._signed_json.sign(CHECK_PROOF_TYPE, claims)
