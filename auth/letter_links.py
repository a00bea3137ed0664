"""Addresses at which a letter, or an export, is downloaded: signed, good for five minutes, and only
together with the access token of whoever was given the address.

`?until=<seconds>&key=<version>&proof=<HMAC>`: the HMAC-SHA-256, under a key derived from the
refresh key, covers the letter, the end, and the session (of a holder) or the client (of an
employer). An address alone is therefore worth nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from auth.keys import KeySet, Purpose, UnknownKeyVersion, base64url, framed
from auth.principal import Principal, PrincipalKind

LINK_LIFETIME: Final = timedelta(minutes=5)
LETTERS_PATH: Final = "/letters"
EXPORTS_PATH: Final = "/exports"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,10}")
_PROOF: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class LetterLink:
    url: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "LetterLink()"


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """The query of an address, as it was sent; None where a part is missing or there twice."""

    until: str | None
    key: str | None
    proof: str | None

    def __repr__(self) -> str:
        return "LinkClaim()"


class LetterLinks:
    """`public_address` is where the world reaches us; `what` is at `path`, and an address of one
    opens nothing else."""

    def __init__(
        self,
        key_set: KeySet,
        public_address: str,
        path: str = LETTERS_PATH,
        what: str = "letter",
    ) -> None:
        self._key_set = key_set
        self._path = path
        self._what = what
        self.public_address: Final = public_address.rstrip("/")

    def link(self, letter_id: str, principal: Principal, now: datetime) -> LetterLink:
        """For the caller who asks. Raises ValueError for one who can download nothing."""
        bearer = _bearer(principal)
        if bearer is None:
            raise ValueError("a letter is downloaded by a holder or an employer")
        version = self._key_set.current(Purpose.REFRESH).version
        until = int((now + LINK_LIFETIME).timestamp())
        proof = self._proof(letter_id, bearer, until, version)
        query = f"until={until}&key={version}&proof={proof}"
        url = f"{self.public_address}{self._path}/{letter_id}?{query}"
        return LetterLink(url, datetime.fromtimestamp(until, UTC))

    def holds(self, letter_id: str, principal: Principal, claim: LinkClaim, now: datetime) -> bool:
        """Whether we gave this caller this address, under five minutes ago. The same work for
        whatever is sent."""
        until, version = _number(claim.until), _number(claim.key)
        bearer = _bearer(principal)
        try:
            proof = self._proof(letter_id, bearer or ("nobody", ""), until, version)
        except UnknownKeyVersion:
            version = self._key_set.current(Purpose.REFRESH).version
            self._proof(letter_id, bearer or ("nobody", ""), until, version)
            return False
        given = claim.proof or ""
        is_same = hmac.compare_digest(proof.encode(), given.encode("utf-8", "replace"))
        is_formed = _PROOF.fullmatch(given) is not None and bearer is not None
        return is_same and is_formed and now.timestamp() < until

    def _proof(self, letter_id: str, bearer: tuple[str, str], until: int, version: int) -> str:
        secret = self._key_set.version(Purpose.REFRESH, version).secret
        key = hmac.digest(secret, framed("onecard", f"{self._what} address key"), hashlib.sha256)
        message = framed("onecard", f"{self._what} address", letter_id, *bearer, str(until))
        return base64url(hmac.digest(key, message, hashlib.sha256))


def _bearer(principal: Principal) -> tuple[str, str] | None:
    """Whose address it is: a holder's session, an employer's client."""
    match principal.kind:
        case PrincipalKind.HOLDER if principal.session_id:
            return "session", principal.session_id
        case PrincipalKind.EMPLOYER if principal.client_id:
            return "client", principal.client_id
        case _:
            return None


def _number(text: str | None) -> int:
    """0, which is no key and long over, for anything that is none of our numbers."""
    if text is None or _NUMBER.fullmatch(text) is None:
        return 0
    return int(text)
