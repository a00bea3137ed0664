"""Status lists as they are served: made of the records when they are asked for, and kept a minute.

What a list says is derived each time from permits, cards and device keys, so that nothing which
changes those can forget it. A place that nobody holds says the same as one that holds no longer.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from resolvers.credential_services import CredentialServices
from resolvers.gateway import Gateway
from resolvers.rules.credential_status import CredentialStatus, credential_status
from resolvers.rules.list_places import SIZE, decoys_of

BITS: Final = 2
TOKEN_TYPE: Final = "statuslist+jwt"  # noqa: S105 - no password
KEPT: Final = timedelta(seconds=60)
"""How old what one process serves may be; later changes are told at the latest then."""
FRESH_LIFETIME: Final = timedelta(minutes=10)
"""`ttl`: after this a verifier fetches again."""
LIFETIME: Final = timedelta(minutes=30)
MAX_KEPT_LISTS: Final = 64
_PER_BYTE: Final = 8 // BITS


@dataclass(frozen=True)
class ServedList:
    token: str
    made_at: datetime


@dataclass
class StatusLists:
    """Of one process. Of many who ask at once, one makes the list."""

    _kept: OrderedDict[str, ServedList] = field(default_factory=OrderedDict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def find(self, gateway: Gateway, list_id: str) -> ServedList | None:
        """None where there is no such list."""
        kept = self._kept_one(list_id, gateway.now())
        if kept is not None:
            return kept
        if await gateway.credential_services.lists.find(list_id) is None:
            # Whoever asks for what there is not waits for no list, and keeps nobody waiting.
            return None
        async with self._making:
            kept = self._kept_one(list_id, gateway.now())
            if kept is not None:
                return kept
            made = await make_list(gateway, list_id)
            if made is not None:
                self._kept[list_id] = made
                while len(self._kept) > MAX_KEPT_LISTS:
                    self._kept.popitem(last=False)
            return made

    def _kept_one(self, list_id: str, now: datetime) -> ServedList | None:
        kept = self._kept.get(list_id)
        if kept is None or now - kept.made_at >= KEPT:
            return None
        self._kept.move_to_end(list_id)
        return kept


async def make_list(gateway: Gateway, list_id: str) -> ServedList | None:
    # The instant first: what changes while we read is told by a list that says to be older.
    now, services = gateway.now(), gateway.credential_services
    stored = await services.lists.find(list_id)
    if stored is None or now >= stored["expires_at"]:
        return None
    statuses = bytearray([CredentialStatus.INVALID]) * SIZE
    for place in await gateway.heavy_work.run(decoys_of, bytes(stored["secret"])):
        statuses[place] = CredentialStatus.VALID
    async for one in services.credentials.load_standing(list_id, now):
        permit, card, key = one.get("permit"), one.get("card"), one.get("key")
        statuses[one["place"]] = credential_status(one["holder_id"], permit, card, key, now)
    lst = await gateway.heavy_work.run(packed, statuses)
    return ServedList(_token(services, list_id, lst, now), now)


def _token(services: CredentialServices, list_id: str, lst: str, now: datetime) -> str:
    issued_at = int(now.timestamp())
    claims = {
        "iss": services.issuer,
        "sub": services.list_address(list_id),
        "iat": issued_at,
        "exp": issued_at + int(LIFETIME.total_seconds()),
        "ttl": int(FRESH_LIFETIME.total_seconds()),
        "status_list": {"bits": BITS, "lst": lst},
    }
    return services.signed_json.sign(TOKEN_TYPE, claims)


def packed(statuses: bytearray) -> str:
    """Status by status from the lowest bits of each byte on, compressed by ZLIB at its best, in
    base64url (Token Status List, section 4)."""
    groups = [statuses[start::_PER_BYTE] for start in range(_PER_BYTE)]
    data = bytes(a | b << 2 | c << 4 | d << 6 for a, b, c, d in zip(*groups, strict=True))
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).rstrip(b"=").decode("ascii")
