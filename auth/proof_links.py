"""Addresses at which the proof of a check is downloaded: signed, and good for as long as the proof
is on record.

The HMAC-SHA-256, under a key derived from the refresh key, covers the proof, the end and the
bearer: a portal's client, whose access token must come along, or whoever made the check at the
public page and was given the same as hidden fields of a form. It names nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth.keys import KeySet, Purpose, UnknownKeyVersion, base64url, framed

PROOFS_PATH: Final = "/proofs"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,10}")
_PROOF: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class ProofClaim:
    """What came with a request, as it was sent; None where a part is missing or there twice."""

    until: str | None
    key: str | None
    proof: str | None

    def __repr__(self) -> str:
        return "ProofClaim()"

    def query(self) -> str:
        return f"until={self.until}&key={self.key}&proof={self.proof}"


class ProofLinks:
    """`public_address` is where the world reaches us."""

    def __init__(self, key_set: KeySet, public_address: str) -> None:
        self._key_set = key_set
        self.public_address: Final = public_address.rstrip("/")

    def claim(self, proof_id: str, client_id: str | None, until: datetime) -> ProofClaim:
        """For this portal; for whoever has it where `client_id` is None."""
        version = self._key_set.current(Purpose.REFRESH).version
        seconds = int(until.timestamp())
        made = self._made(proof_id, client_id or _NOBODY, seconds, version)
        return ProofClaim(str(seconds), str(version), made)

    def url(self, proof_id: str, client_id: str, until: datetime) -> str:
        """Of a portal's download."""
        query = self.claim(proof_id, client_id, until).query()
        return f"{self.public_address}{PROOFS_PATH}/{proof_id}?{query}"

    def holds(self, proof_id: str, client_id: str | None, claim: ProofClaim, now: datetime) -> bool:
        """Whether we gave this bearer this claim, and it is not over. The same work for whatever
        is sent."""
        until, version = _number(claim.until), _number(claim.key)
        try:
            made = self._made(proof_id, client_id or _NOBODY, until, version)
        except UnknownKeyVersion:
            version = self._key_set.current(Purpose.REFRESH).version
            self._made(proof_id, client_id or _NOBODY, until, version)
            return False
        given = claim.proof or ""
        is_same = hmac.compare_digest(made.encode(), given.encode("utf-8", "replace"))
        return is_same and _PROOF.fullmatch(given) is not None and now.timestamp() < until

    def _made(self, proof_id: str, client_id: str, until: int, version: int) -> str:
        secret = self._key_set.version(Purpose.REFRESH, version).secret
        key = hmac.digest(secret, framed("onecard", "check proof key"), hashlib.sha256)
        message = framed("onecard", "check proof", proof_id, client_id, str(until))
        return base64url(hmac.digest(key, message, hashlib.sha256))


def _number(text: str | None) -> int:
    """0, which is no key and long over, for anything that is none of our numbers."""
    if text is None or _NUMBER.fullmatch(text) is None:
        return 0
    return int(text)
