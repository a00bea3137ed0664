"""Who sends a feed, by its signature: a detached JWS over the body as it is (RFC 7515 appendix F,
RFC 7797), in a header of the request.

Checked in this order: form → source → key and its one algorithm → signature → header members → one
use. Up to the signature every refusal is the same to the caller.

The protected header has exactly `alg`, `kid`, `b64` = false, `crit` = ["b64"], `aud` (the address
of the feed), `iat` and `jti` of 8 to 128 printable characters, and may have a `typ`. A request is
good for 5 minutes from `iat`, and once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from auth.compact_jws import CLOCK_LEEWAY, decoded_segment, is_signed, is_token_id, numeric_date
from auth.feed_sources import FeedSource, FeedSourceStore
from auth.mongo import Database
from auth.used_once import UsedOnceStore

LIFETIME: Final = timedelta(minutes=5)
MAX_SIGNATURE_LENGTH: Final = 2_048
_DETACHED_FORM: Final = re.compile(r"([A-Za-z0-9_-]{1,1024})\.\.[A-Za-z0-9_-]{1,700}")
_MEMBERS: Final = frozenset({"alg", "kid", "b64", "crit", "aud", "iat", "jti"})


class FeedFault(StrEnum):
    """Why: for the audit trail, and, from WRONG_AUDIENCE on, for the source itself."""

    MALFORMED = "MALFORMED"
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    WRONG_ALGORITHM = "WRONG_ALGORITHM"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    BAD_CLAIMS = "BAD_CLAIMS"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    REPLAYED = "REPLAYED"


BEFORE_SIGNATURE: Final = frozenset(
    {
        FeedFault.MALFORMED,
        FeedFault.UNKNOWN_SOURCE,
        FeedFault.UNKNOWN_KEY,
        FeedFault.WRONG_ALGORITHM,
        FeedFault.BAD_SIGNATURE,
    }
)
"""All the same to the caller."""


@dataclass(frozen=True, slots=True)
class FeedRefused:
    """`source_id` is that of a source that has the named key, whoever speaks in its name."""

    fault: FeedFault
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimedSigner:
    """Whose key the signature names; nothing of it is proved."""

    source: FeedSource
    header: Mapping[str, object] = field(repr=False)
    signature: str = field(repr=False)


class FeedSignatures:
    """`issuer` is our own address, which every signature names."""

    def __init__(self, database: Database, sources: FeedSourceStore, *, issuer: str) -> None:
        self._used = UsedOnceStore(database)
        self._sources = sources
        self._issuer = issuer.rstrip("/")

    async def find_signer(self, authority: str, signature: str) -> ClaimedSigner | FeedRefused:
        """To be asked before the body is read, which strangers need not send."""
        header = read_header(signature)
        if header is None:
            return FeedRefused(FeedFault.MALFORMED)
        sources = await self._sources.load_active(authority)
        if not sources:
            return FeedRefused(FeedFault.UNKNOWN_SOURCE)
        kid = str(header["kid"])
        source = next((one for one in sources if one.key(kid) is not None), None)
        if source is None:
            return FeedRefused(FeedFault.UNKNOWN_KEY)
        return ClaimedSigner(source, header, signature)

    async def prove(self, signer: ClaimedSigner, body: bytes, now: datetime) -> FeedRefused | None:
        """None when the source signed this body; the signature is used up with that."""
        audience = f"{self._issuer}/feeds/{signer.source.authority}"
        fault = fault_of(signer, body, audience, now)
        if fault is None and not await self._burn(signer):
            fault = FeedFault.REPLAYED
        return None if fault is None else FeedRefused(fault, signer.source.source_id)

    async def _burn(self, signer: ClaimedSigner) -> bool:
        issued_at = numeric_date(signer.header, "iat")
        if issued_at is None:
            raise ValueError("a signature without its beginning was taken for good")
        return await self._used.burn(
            "feed", signer.source.source_id, str(signer.header["jti"]), issued_at + LIFETIME
        )


def read_header(signature: str) -> Mapping[str, object] | None:
    """The protected header of a detached JWS with an unencoded payload; None for anything else.
    Nothing of it is proved."""
    detached = _DETACHED_FORM.fullmatch(signature)
    if detached is None or len(signature) > MAX_SIGNATURE_LENGTH:
        return None
    header = decoded_segment(detached[1])
    if header is None or header.keys() - {"typ"} != _MEMBERS:
        return None
    if header["b64"] is not False or header["crit"] != ["b64"]:
        return None
    texts = (header["alg"], header["kid"], header.get("typ", ""))
    return header if all(isinstance(text, str) for text in texts) else None


def fault_of(signer: ClaimedSigner, body: bytes, audience: str, now: datetime) -> FeedFault | None:
    """Why this is no request of that source at `now`; None when it is."""
    header = signer.header
    key = signer.source.key(str(header["kid"]))
    if key is None:
        return FeedFault.UNKNOWN_KEY
    if header["alg"] != key.algorithm:
        return FeedFault.WRONG_ALGORITHM
    if not is_signed(signer.signature, key, detached=body):
        return FeedFault.BAD_SIGNATURE
    if header["aud"] != audience:
        return FeedFault.WRONG_AUDIENCE
    issued_at = numeric_date(header, "iat")
    if issued_at is None or not is_token_id(header["jti"]):
        return FeedFault.BAD_CLAIMS
    if now - issued_at >= LIFETIME:
        return FeedFault.EXPIRED
    return FeedFault.NOT_YET_VALID if issued_at > now + CLOCK_LEEWAY else None
