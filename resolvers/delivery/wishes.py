"""What holders have said of being told: by which channel, of which kinds, and when not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth.mongo import Transaction
from resolvers.gateway import Gateway
from resolvers.push_channel import EndpointKind
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.notice_preferences import (
    Disturbance,
    NoticeChannel,
    NoticePreferences,
    may_disturb,
)

_CHANNELS: Final[Mapping[EndpointKind, NoticeChannel]] = {
    EndpointKind.WEB_PUSH: NoticeChannel.PUSH,
    EndpointKind.VENDOR: NoticeChannel.PUSH,
    EndpointKind.EMAIL: NoticeChannel.EMAIL,
}
_NOTHING_SAID: Final = NoticePreferences()


@dataclass(frozen=True)
class Wishes:
    by_holder: Mapping[str, NoticePreferences]

    def allowed_at(
        self, holder_id: str, kind: NoticeKind, endpoint: EndpointKind, now: datetime
    ) -> datetime | None:
        """From when on the holder may be told; None for never."""
        preferences = self.by_holder.get(holder_id, _NOTHING_SAID)
        at = may_disturb(preferences, kind, _CHANNELS[endpoint], now)
        return None if isinstance(at, Disturbance) else at


async def load_wishes(
    gateway: Gateway, holder_ids: Sequence[str], transaction: Transaction | None = None
) -> Wishes:
    return Wishes(await gateway.inboxes.load_preferences(holder_ids, transaction))
