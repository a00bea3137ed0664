"""One open connection of a client that follows something, whatever carries it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from auth.principal import Principal
from resolvers.live.ending import StreamEnd

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Transport(StrEnum):
    WEBSOCKET = "websocket"
    EVENT_STREAM = "event-stream"


@dataclass(frozen=True)
class Closing:
    """How a connection ended, for log and metrics: `reason` is of a short closed list."""

    reason: str
    status: int | None = None


BY_CLIENT = Closing("CLIENT")


class LiveConnection(ABC):
    """`owner` is its holder's and its session's id, once they are known."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.owner = ("", "")
        self.token_ends_at = LONG_AGO
        self.is_admitted = False
        self.delivered = 0
        self.began_at = time.monotonic()

    def belong_to(self, principal: Principal) -> None:
        """Raises OwnerMissing for a caller that is no holder."""
        self.owner = (principal.holder_id(), principal.own_session_id())
        self.token_ends_at = principal.token_ends_at or LONG_AGO

    @abstractmethod
    def end(self, end: StreamEnd) -> None:
        """Close it as soon as may be; the first reason counts."""
