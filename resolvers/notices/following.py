"""Following the own notices: first what was missed since a place, then what comes, without a gap.

The follower is registered before what was missed is read, so nothing falls between the two; what
both bring is told once, by its place. Places of one holder only grow (`resolvers.store.inboxes`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from auth.mongo import Document
from resolvers.gateway import Ask, Gateway
from resolvers.live.ending import StreamEnd, StreamEnded
from resolvers.live.hub import Follower, HubDown

MISSED_PAGE: Final = 100
MAX_MISSED: Final = 1_000
"""Who missed more pages the inbox instead."""


class OpenStream(Protocol):
    """What a use case may do with the stream that it feeds. All of it may be called at any time
    and often."""

    def begin(self) -> None:
        """From now on nothing is missed."""

    def end(self, end: StreamEnd) -> None:
        """Close it, with this reason."""

    def at_close(self, release: Callable[[], None]) -> None:
        """Call this when it is closed, by whomever."""


@dataclass(frozen=True)
class TooFarBehind:
    """More than `MAX_MISSED` came since the place."""

    most: int = MAX_MISSED


async def follow_notices(
    gateway: Gateway, ask: Ask, stream: OpenStream, after: datetime | None
) -> AsyncGenerator[Document, None] | TooFarBehind:
    """The caller's notices after a place, or from now on. Raises HubDown.

    The generator raises StreamEnded, and faults of the driver while it reads what was missed.
    """
    holder_id = ask.principal.holder_id()
    hub = gateway.notice_hub
    follower = await hub.follow(holder_id, stream.end)
    stream.at_close(lambda: hub.leave(follower))
    if after is not None:
        missed = await gateway.missed_notices.count_after(
            holder_id, after, MAX_MISSED + 1, hub.position
        )
        if missed > MAX_MISSED:
            return TooFarBehind()
    return _notices(gateway, follower, after)


async def _notices(
    gateway: Gateway, follower: Follower, seen: datetime | None
) -> AsyncGenerator[Document, None]:
    if seen is not None:
        is_more = True
        while is_more:
            page = await _page(gateway, follower.holder_id, seen)
            is_more = len(page) == MISSED_PAGE
            for notice in page:
                seen = notice["at"]
                if notice["withdrawn_at"] is None:
                    yield notice
    while True:
        notice = await follower.next()
        if seen is None or notice["at"] > seen:
            seen = notice["at"]
            yield notice


async def _page(gateway: Gateway, holder_id: str, seen: datetime) -> list[Document]:
    try:
        position = gateway.notice_hub.position
    except HubDown:
        raise StreamEnded(StreamEnd.RESUME) from None
    return await gateway.missed_notices.load_after(holder_id, seen, MISSED_PAGE, position)
