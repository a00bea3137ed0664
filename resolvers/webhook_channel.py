"""The seams of webhooks: what carries a message to an employer's server, and what answers the
query of a subscription. Adapters stand in `api`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from auth.principal import Principal
from resolvers.rules.webhook_health import DeliveryFault

SEND_LIFETIME = timedelta(seconds=9)
QUERY_LIFETIME = timedelta(seconds=4)


@dataclass(frozen=True)
class Answered:
    """The receiver answered; nothing of its words is kept."""

    status: int
    duration: timedelta
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Unanswered:
    fault: DeliveryFault
    duration: timedelta


class WebhookChannel(Protocol):
    def accepts(self, address: str) -> bool:
        """Whether it has the shape of an address that may be called; nobody is called."""
        ...

    async def post(
        self, address: str, headers: Mapping[str, str], body: bytes
    ) -> Answered | Unanswered:
        """Within `SEND_LIFETIME`. Raises nothing that is expected."""
        ...

    async def close(self) -> None:
        """The process ends."""
        ...


@dataclass(frozen=True)
class QueryFault:
    """`path` is in the words of the subscription's own query."""

    code: str
    path: Sequence[str | int] = ()


@dataclass(frozen=True)
class QueryAnswer:
    """`data` is None where the query was refused as a whole."""

    data: Mapping[str, Any] | None = field(repr=False)
    faults: Sequence[QueryFault] = ()


class WebhookQueries(Protocol):
    async def answer(
        self, principal: Principal, request_id: str, query: str, object_id: str
    ) -> QueryAnswer | None:
        """With what the caller may see at this moment. None when nobody can tell just now."""
        ...
