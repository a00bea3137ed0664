"""The seam to whatever carries a message out: a push service, a mail server, a phone's vendor.

The protocol is what an adapter (in `api.providers`) must keep. A message never says what the news
is and holds nothing of the person; whoever carries it may read it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Protocol, runtime_checkable

from resolvers.webhook_channel import WebhookChannel


class EndpointKind(StrEnum):
    """How somebody is reached."""

    WEB_PUSH = "WEB_PUSH"
    EMAIL = "EMAIL"
    VENDOR = "VENDOR"
    """A phone vendor's own push service, by an adapter that the operator brings."""


class Urgency(IntEnum):
    LOW = 1
    NORMAL = 2
    HIGH = 3


@dataclass(frozen=True)
class PushTarget:
    """Where to: the URL of a subscription, a mail address, a vendor's token; and the keys that
    belong to it. Personal: it is stored sealed and is in no log."""

    address: str = field(repr=False)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    def encode(self) -> str:
        return json.dumps({"address": self.address, "keys": dict(self.keys)})

    @classmethod
    def decode(cls, text: str) -> PushTarget:
        stored = json.loads(text)
        return cls(stored["address"], stored["keys"])


@dataclass(frozen=True)
class PushMessage:
    """`topic` is the same for messages of which only the newest matters; after `lifetime` it is
    not worth showing any more."""

    title: str
    body: str = field(repr=False)
    topic: str
    urgency: Urgency
    lifetime: timedelta


@dataclass(frozen=True)
class Sent:
    """The other side has taken it."""


@dataclass(frozen=True)
class Gone:
    """Nobody is there any more: forget the target."""


@dataclass(frozen=True)
class Rejected:
    """It will never be taken as it is; sending it again is of no use."""


@dataclass(frozen=True)
class TryLater:
    """It may be taken later, not before `after` if that is told."""

    after: timedelta | None = None


PushOutcome = Sent | Gone | Rejected | TryLater


@runtime_checkable
class PushChannel(Protocol):
    @property
    def is_sandbox(self) -> bool: ...

    def accepts(self, target: PushTarget) -> bool:
        """Whether it has the shape of a target of ours; nothing is sent."""
        ...

    async def send(self, target: PushTarget, message: PushMessage, now: datetime) -> PushOutcome:
        """Within `SEND_LIFETIME`, after which it is cancelled and tried later. Raises nothing that
        is expected: an outcome tells it."""
        ...

    async def close(self) -> None:
        """The process ends."""
        ...


SEND_LIFETIME = timedelta(seconds=9)


@dataclass(frozen=True)
class Outlets:
    """What leaves this gateway. `web_push_key` is what a browser subscribes with; `fraction` gives
    random numbers from 0 to 1, by which retries are spread; `public_address` is where the world
    finds us, without a slash at its end."""

    channels: Mapping[EndpointKind, PushChannel]
    web_push_key: str | None
    fraction: Callable[[], float]
    public_address: str
    webhooks: WebhookChannel

    async def close(self) -> None:
        for channel in self.channels.values():
            await channel.close()
        await self.webhooks.close()
